//! `bench print`: slips one by one, and as many at once as one file.

use std::time::Instant;

use ::print::{Bilingual, Language, Printer};
use store::ListQuery;
use web::slip_form::{Dress, Paper, Printable, dressed};

use super::bed::{Bed, grow, runtime};
use super::report::ms;
use super::small::{median, rate, rss};
use super::{Args, Report, machine};
use crate::house::{House, ORG};
use crate::lang::{Lang, say};
use crate::stop::{Fault, Stop};
use crate::terminal::line;

/// Slips that are printed over and over.
const SLIPS: usize = 200;

fn made(house: &House) -> Result<Vec<Printable>, Stop> {
    let paper = Paper {
        language: Language::Zh,
        company: Bilingual::new("示例医药有限公司", "Example Pharmaceuticals Ltd"),
        ..Paper::default()
    };
    let query = ListQuery {
        limit: SLIPS,
        ..ListQuery::default()
    };
    let mut out = Vec::new();
    for head in house.store.list(ORG, &query)?.rows {
        let slip = house
            .store
            .slip(ORG, head.id)?
            .ok_or_else(|| Stop::other("a listed slip is not there"))?;
        // A code like that of a real print, which is drawn anew on every page.
        let dress = Dress {
            code: format!(
                "CS1.{}.{}.{}",
                slip.number,
                slip.content,
                slip.content.repeat(2)
            )
            .to_uppercase(),
            ..Dress::default()
        };
        let one = dressed(&house.store, ORG, &slip, &paper, &dress)?;
        out.push(one.ok_or_else(|| Stop::other("a slip of an unknown pack version"))?);
    }
    Ok(out)
}

/// Seconds for `--size` slips, each of a page or more, and the memory that they take.
pub fn print(args: &Args, lang: Lang) -> Result<Report, Stop> {
    let wanted = usize::try_from(args.size.unwrap_or(1_000).clamp(1, 20_000)).unwrap_or(1_000);
    let bed = Bed::make(args)?;
    let runtime = runtime()?;
    let house = bed.open()?;
    grow(&house, &runtime, SLIPS as u64, lang)?;
    let begun = Instant::now();
    let printer = Printer::new();
    let fonts = begun.elapsed();
    let all = made(&house)?;
    let mut took = Vec::with_capacity(wanted);
    let mut bytes = 0;
    let singly = Instant::now();
    for one in all.iter().cycle().take(wanted) {
        let begun = Instant::now();
        let pdf = printer
            .render(&one.form(), &one.data)
            .map_err(Fault::Print)?;
        bytes += pdf.len();
        took.push(begun.elapsed());
    }
    let singly = singly.elapsed();
    let singly_mb = machine::megabytes(machine::resident_kb(std::process::id()));
    let jobs: Vec<_> = all
        .iter()
        .cycle()
        .take(wanted)
        .map(|one| (one.form(), &one.data))
        .collect();
    let at_once = Instant::now();
    let whole = printer.render_all(&jobs).map_err(Fault::Print)?.len();
    let at_once = at_once.elapsed();
    let first = took[0];
    let p50 = median(&mut took);
    let (one_by_one, together) = (singly.as_millis(), at_once.as_millis());
    line(say!(
        lang,
        "{wanted} 张单据：逐张 {one_by_one} 毫秒，合为一个文件 {together} 毫秒",
        "{wanted} slips: one by one {one_by_one} ms, as one file {together} ms"
    ));
    Ok(rss(Report::new("print", bed.store_name(), 1)
        .with("ops", took.len())
        .with("per_second", rate(took.len() as u64, singly))
        .with("p50_ms", ms(p50))
        .with("p99_ms", ms(took[took.len() * 99 / 100]))
        .with("first_ms", ms(first))
        .with("fonts_ms", ms(fonts))
        .with("total_ms", ms(singly))
        .with("one_file_ms", ms(at_once))
        .with("rss_singly_mb", singly_mb)
        .with("bytes", bytes / wanted)
        .with("one_file_bytes", whole)))
}
