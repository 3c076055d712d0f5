//! `backup`: everything into one file, while commands go on.

use std::path::PathBuf;

use store::Manifest;

use crate::house::House;
use crate::lang::{Lang, say};
use crate::place::Where;
use crate::stop::Stop;
use crate::terminal::{Progress, line};

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The backup to write; it must not be there yet
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    at: Where,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// Writes a backup.
pub fn run(args: &Args, lang: Lang) -> Result<(), Stop> {
    let file = args.file.display();
    if args.file.exists() {
        return Err(Stop::usage(
            format!("{file} 已存在"),
            format!("{file} is there already"),
        ));
    }
    let house = House::reading(&args.at)?;
    let progress = Progress::new(lang);
    let manifest = house.store.backup(&args.file, &|stage, done, of| {
        progress.report(stage, done, of)
    })?;
    progress.done();
    if args.json {
        line(serde_json::to_string(&manifest).map_err(Stop::other)?);
    } else {
        line(say!(lang, "✔ 已备份到 {file}", "✔ backed up to {file}"));
        tell(&manifest, lang);
    }
    Ok(())
}

/// Says what a backup holds.
pub fn tell(manifest: &Manifest, lang: Lang) {
    let rows: i64 = manifest.tables.iter().map(|(_, rows)| rows).sum();
    let tables = manifest.tables.len();
    let made = manifest.made_at;
    line(say!(
        lang,
        "  {made} 制成：{tables} 张表，{rows} 行",
        "  made {made}: {tables} tables, {rows} rows"
    ));
    for (org, row, hash) in &manifest.heads {
        line(say!(
            lang,
            "  单位 {org}：日志末行 {row}，哈希 {hash}",
            "  organisation {org}: last journal row {row}, hash {hash}"
        ));
    }
}
