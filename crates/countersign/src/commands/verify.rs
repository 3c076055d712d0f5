//! `verify`: proves that nothing was altered.

use serde_json::json;
use store::{Kept, Options, Report};

use crate::lang::{Lang, say};
use crate::packs;
use crate::place::Where;
use crate::stop::Stop;
use crate::terminal::{Progress, line};

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    at: Where,
    /// A last row that an earlier verification printed and you kept elsewhere, with its hash: shows whether the journal was
    /// cut off or written anew since; may be given several times
    #[arg(long, value_name = "ROW:HASH", value_parser = kept)]
    kept: Vec<Kept>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// Reads `1234:9f86d0…`.
fn kept(text: &str) -> Result<Kept, String> {
    let wrong = || "write the row and its hash as 1234:9f86d0...".to_owned();
    let (row, hash) = text.split_once(':').ok_or_else(wrong)?;
    let is_hash = hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    Ok(Kept {
        org: crate::house::ORG.0,
        seq: row.parse().map_err(|_| wrong())?,
        hash: if is_hash {
            hash.to_owned()
        } else {
            return Err(wrong());
        },
    })
}

/// Recomputes every balance and hash. The database may be in use, and nothing in it is changed.
pub fn run(args: &Args, lang: Lang) -> Result<(), Stop> {
    let place = args.at.existing()?;
    let options = Options::new(packs::embedded()?).with_reader(packs::read_again);
    let progress = Progress::new(lang);
    let report =
        store::verify_url_against(&place.url, &options, &args.kept, &|stage, done, of| {
            progress.report(stage, done, of)
        })?;
    progress.done();
    if args.json {
        line(json!({ "ok": report.sound(), "report": report }).to_string());
    } else {
        tell(&report, lang);
    }
    if report.sound() {
        Ok(())
    } else {
        Err(Stop::Check)
    }
}

/// Says what was found.
pub fn tell(report: &Report, lang: Lang) {
    for bad in &report.bad {
        line(say!(lang, "✘ {bad}", "✘ {bad}"));
    }
    let more = report.bad_count - report.bad.len() as i64;
    if more > 0 {
        line(say!(
            lang,
            "  另有 {more} 个坏行",
            "  and {more} more bad rows"
        ));
    }
    let Report {
        journal_rows,
        legs,
        slips,
        balances,
        records,
        millis,
        ..
    } = report;
    line(say!(
        lang,
        "日志 {journal_rows} 行，分录行 {legs}，单据 {slips}，余额 {balances}，档案 {records}；用时 {millis} 毫秒",
        "{journal_rows} journal rows, {legs} legs, {slips} slips, {balances} balances, {records} records; {millis} ms"
    ));
    for (org, row, hash) in &report.heads {
        line(say!(
            lang,
            "单位 {org} 日志末行 {row}，哈希 {hash}（请另处保存；日后用 verify --kept {row}:{hash} 可证明日志未被截断或重写）",
            "organisation {org}: last journal row {row}, hash {hash} (keep it elsewhere; `verify --kept {row}:{hash}` then shows whether anything was cut off or written anew)"
        ));
    }
    if report.sound() {
        line(lang.pick("✔ 未发现改动", "✔ nothing was altered"));
    } else {
        let count = report.bad_count;
        line(say!(
            lang,
            "✘ 发现 {count} 个坏行",
            "✘ {count} bad rows were found"
        ));
    }
}
