//! `test`: scenarios against the pack they belong to.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use model::Catalog;
use testkit::scenario;

use crate::lang::{Lang, say};
use crate::packs;
use crate::stop::Stop;
use crate::terminal::line;

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Scenarios; one inside a pack's folder runs against that folder as it is now, any other against the packs built in
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
}

/// Runs scenarios in order; stops after the first file in which something is not as it says.
pub fn run(args: &Args, lang: Lang) -> Result<(), Stop> {
    let mut catalogs: HashMap<Option<PathBuf>, Catalog> = HashMap::new();
    for file in &args.files {
        let shown = file.display();
        let text = std::fs::read_to_string(file).map_err(|error| {
            Stop::usage(
                format!("无法读取 {shown}：{error}"),
                format!("cannot read {shown}: {error}"),
            )
        })?;
        let folder = packs::folder_above(file);
        if !catalogs.contains_key(&folder) {
            let catalog = match &folder {
                Some(folder) => of_folder(folder, lang)?,
                None => packs::embedded()?,
            };
            catalogs.insert(folder.clone(), catalog);
        }
        let report = scenario::run_text(&catalogs[&folder], &text, &shown.to_string());
        if !report.passed() {
            line(report.told(lang.of_packs()).trim_end());
            let (failures, checks) = (report.failures.len(), report.checks);
            let said = if checks == 0 {
                say!(
                    lang,
                    "✘ {shown}：文本有 {failures} 处错误，没有演练",
                    "✘ {shown}: mistakes in the text: {failures}; nothing was played"
                )
            } else {
                say!(
                    lang,
                    "✘ {shown}：{checks} 项检查，{failures} 项不符",
                    "✘ {shown}: {failures} of {checks} checks failed"
                )
            };
            line(said);
            return Err(Stop::Check);
        }
        let checks = report.checks;
        line(say!(
            lang,
            "✔ {shown}：{checks} 项检查全部符合",
            "✔ {shown}: {checks} checks hold"
        ));
    }
    Ok(())
}

/// The packs built in, with the one of a folder in place of its namesake.
fn of_folder(path: &Path, lang: Lang) -> Result<Catalog, Stop> {
    let read = packs::in_folder(path)?;
    let Some(pack) = read.pack else {
        for complaint in &read.complaints {
            line(complaint.told(lang.of_packs()));
        }
        let shown = path.display();
        line(say!(
            lang,
            "✘ {shown} 中的业务包有误",
            "✘ the pack in {shown} has mistakes"
        ));
        return Err(Stop::Check);
    };
    let mut catalog = packs::embedded()?;
    catalog.install(Arc::new(pack));
    Ok(catalog)
}
