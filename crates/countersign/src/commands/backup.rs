//! `backup`: everything into one file, while commands go on.

use std::path::PathBuf;

use store::Manifest;

use crate::house::House;
use crate::keeper::Keeper;
use crate::lang::{Lang, say};
use crate::place::Where;
use crate::stop::Stop;
use crate::terminal::{Progress, line};

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The backup to write, which must not be there yet; with --drill the backup to try
    #[arg(value_name = "FILE", required_unless_present = "drill")]
    file: Option<PathBuf>,
    /// Restore the newest backup (or FILE) into a temporary place, verify it there and record the result
    #[arg(long)]
    drill: bool,
    /// Folder of backups by schedule [default: `backups` in the data folder]
    #[arg(long, value_name = "DIR", requires = "drill")]
    backups: Option<PathBuf>,
    #[command(flatten)]
    at: Where,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// Writes a backup.
pub fn run(args: &Args, lang: Lang) -> Result<(), Stop> {
    let Some(path) = args.file.as_deref().filter(|_| !args.drill) else {
        return drill(args, lang);
    };
    let file = path.display();
    if path.exists() {
        return Err(Stop::usage(
            format!("{file} 已存在"),
            format!("{file} is there already"),
        ));
    }
    let house = House::reading(&args.at)?;
    let progress = Progress::new(lang);
    let manifest = house
        .store
        .backup(path, &|stage, done, of| progress.report(stage, done, of))?;
    progress.done();
    if args.json {
        line(serde_json::to_string(&manifest).map_err(Stop::other)?);
    } else {
        line(say!(lang, "✔ 已备份到 {file}", "✔ backed up to {file}"));
        tell(&manifest, lang);
    }
    Ok(())
}

/// Tries a backup as one would have to use it in need.
fn drill(args: &Args, lang: Lang) -> Result<(), Stop> {
    let place = args.at.existing()?;
    let house = House::reading(&args.at)?;
    let folder = args.backups.clone();
    let keeper = Keeper {
        store: house.store.clone(),
        folder: folder.unwrap_or_else(|| place.folder.join("backups")),
        alone: false,
    };
    let run = keeper.drill_now(args.file.as_deref())?;
    let sound = run.state == "done";
    if args.json {
        line(serde_json::to_string(&run).map_err(Stop::other)?);
    } else {
        let (file, told) = (&run.file, &run.told);
        let mark = if sound { "✔" } else { "✘" };
        line(say!(
            lang,
            "{mark} 恢复演练 {file}：{told}",
            "{mark} restore drill {file}: {told}"
        ));
    }
    if sound { Ok(()) } else { Err(Stop::Check) }
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
