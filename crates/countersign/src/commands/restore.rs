//! `restore`: a backup into an empty place, verified before it counts.

use std::path::PathBuf;

use store::Options;

use super::backup::tell;
use crate::administrator::attempted;
use crate::house::House;
use crate::lang::{Lang, say};
use crate::packs;
use crate::place::Where;
use crate::stop::Stop;
use crate::terminal::{Progress, line};

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The backup to restore
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    at: Where,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// Restores. The place must be empty; when anything in the backup is not as it was written, nothing is left behind.
pub fn run(args: &Args, lang: Lang) -> Result<(), Stop> {
    let file = args.file.display();
    if !args.file.is_file() {
        return Err(Stop::usage(
            format!("没有备份文件 {file}"),
            format!("there is no backup {file}"),
        ));
    }
    let place = args.at.place()?;
    let lock = place.lock()?;
    let options = Options::new(packs::of(&place)?).with_reader(packs::read_again);
    let progress = Progress::new(lang);
    let restored = store::restore(&args.file, &place.url, &options, &|stage, done, of| {
        progress.report(stage, done, of)
    });
    progress.done();
    let manifest = match restored {
        Ok(manifest) => manifest,
        Err(store::StoreError::Corrupt(what)) => {
            line(say!(
                lang,
                "✘ 备份 {file} 有损坏，未恢复任何内容：{what}",
                "✘ the backup {file} is damaged, nothing was restored: {what}"
            ));
            return Err(Stop::Check);
        }
        Err(error) => {
            drop(lock);
            // Whoever would put an older state over what was signed since: that stands in what is there.
            if error.to_string().contains("is not empty") {
                let house = House::existing(&args.at)?;
                attempted(&house, "command_line.restore", &file.to_string())?;
            }
            return Err(error.into());
        }
    };
    if args.json {
        line(serde_json::to_string(&manifest).map_err(Stop::other)?);
    } else {
        let url = &place.url;
        line(say!(
            lang,
            "✔ 已恢复到 {url} 并核对无误",
            "✔ restored into {url} and verified"
        ));
        tell(&manifest, lang);
    }
    Ok(())
}
