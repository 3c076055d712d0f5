//! `bench verify`, `bench check`.

use std::time::{Duration, Instant};

use store::Options;

use super::bed::{Bed, grow, runtime, slips};
use super::report::ms;
use super::{Args, Report, machine};
use crate::lang::{Lang, say};
use crate::packs::{self, EMBEDDED};
use crate::stop::Stop;
use crate::terminal::{Progress, line};

pub(super) fn rate(count: u64, took: Duration) -> u64 {
    let rate = u128::from(count) * 1_000_000_000 / took.as_nanos().max(1);
    u64::try_from(rate).unwrap_or(u64::MAX)
}

pub(super) fn rss(report: Report) -> Report {
    report.with(
        "rss_mb",
        machine::megabytes(machine::resident_kb(std::process::id())),
    )
}

pub(super) fn median(took: &mut [Duration]) -> Duration {
    took.sort_unstable();
    took.get(took.len() / 2).copied().unwrap_or_default()
}

/// Journal rows per second.
pub fn verify(args: &Args, lang: Lang) -> Result<Report, Stop> {
    let bed = Bed::make(args)?;
    let runtime = runtime()?;
    let house = bed.open()?;
    grow(&house, &runtime, args.size.unwrap_or(100_000), lang)?;
    let size = slips(&house)?;
    let options = Options::new(packs::embedded()?).with_reader(packs::read_again);
    let bar = Progress::new(lang);
    let told = |stage: &str, done, of| bar.report(stage, done, of);
    let (begun, found) = match bed.place.url {
        store::StoreUrl::Memory => (Instant::now(), house.store.verify(&told)?),
        _ => {
            // Closing brings the rest of the write-ahead log over, which is not verifying.
            drop(house);
            let begun = Instant::now();
            let found = store::verify_url(&bed.place.url, &options, &told)?;
            (begun, found)
        }
    };
    let took = begun.elapsed();
    bar.done();
    if let Some(bad) = found.first_bad {
        return Err(Stop::other(format!(
            "the data that was made does not verify: {bad}"
        )));
    }
    let rows = u64::try_from(found.journal_rows).unwrap_or(0);
    let rows_per_second = rate(rows, took);
    line(say!(
        lang,
        "{rows} 行日志，每秒 {rows_per_second} 行",
        "{rows} journal rows, {rows_per_second} per second"
    ));
    Ok(rss(Report::new("verify", bed.store_name(), 1)
        .with("size", size)
        .with("ops", rows)
        .with("per_second", rows_per_second)
        .with("p50_ms", ms(took))
        .with("p99_ms", ms(took))
        .with("legs", found.legs)
        .with("balances", found.balances)))
}

/// Milliseconds to read and prove all packs.
pub fn check(_args: &Args, lang: Lang) -> Result<Report, Stop> {
    const TIMES: usize = 51;
    let mut took = Vec::with_capacity(TIMES);
    for _ in 0..TIMES {
        let begun = Instant::now();
        for one in EMBEDDED {
            let read = pack::check(&(one.texts)(), one.rules);
            if read.pack.is_none() {
                return Err(Stop::other(format!("the pack {} has mistakes", one.name)));
            }
        }
        took.push(begun.elapsed());
    }
    let first = took[0];
    let total: Duration = took.iter().sum();
    let p50 = median(&mut took);
    let (packs, micros) = (EMBEDDED.len(), p50.as_micros());
    line(say!(
        lang,
        "{packs} 个业务包：{micros} 微秒",
        "{packs} packs: {micros} µs"
    ));
    Ok(rss(Report::new("check", "none", 1)
        .with("ops", TIMES)
        .with("per_second", rate(TIMES as u64, total))
        .with("p50_ms", ms(p50))
        .with("p99_ms", ms(took[took.len() * 99 / 100]))
        .with("first_ms", ms(first))
        .with("packs", packs)))
}
