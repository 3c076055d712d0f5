//! The packs in this binary, and packs read from a folder.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use model::{Catalog, Pack, SourceText};
use pack::{Complaints, Read, Rules};

use crate::stop::Stop;

/// A pack that is compiled in: its texts cannot be changed, its rules are Rust.
pub struct Embedded {
    /// `gsp`.
    pub name: &'static str,
    /// Its texts.
    pub texts: fn() -> Vec<SourceText>,
    /// Its rules.
    pub rules: Rules<'static>,
}

/// Every pack of this binary.
pub const EMBEDDED: &[Embedded] = &[Embedded {
    name: gsp::NAME,
    texts: gsp::texts,
    rules: gsp::RULES,
}];

/// The packs of this binary, read and checked.
pub fn embedded() -> Result<Catalog, Stop> {
    let mut packs = Vec::new();
    for one in EMBEDDED {
        let read = pack::read(&(one.texts)(), one.rules);
        packs.push(Arc::new(
            read.map_err(|complaints| broken(one.name, &complaints))?,
        ));
    }
    Ok(Catalog::new(packs))
}

fn broken(name: &str, complaints: &Complaints) -> Stop {
    Stop::other(format!(
        "the pack {name} of this program is broken:\n{complaints}"
    ))
}

/// Reads an earlier version of a pack from the texts that the store kept.
pub fn read_again(name: &str, texts: &[SourceText]) -> Result<Pack, String> {
    let rules = EMBEDDED
        .iter()
        .find(|one| one.name == name)
        .map_or(&[][..], |one| one.rules);
    pack::read_stored(texts, rules).map_err(|complaints| complaints.to_string())
}

/// Reads the pack in a folder or in one file as its texts are now, with the compiled rules of the pack of its name.
pub fn in_folder(path: &Path) -> Result<Read, Stop> {
    let kdl = path.extension().is_some_and(|extension| extension == "kdl");
    if !(path.is_dir() || (path.is_file() && kdl)) {
        let shown = path.display();
        return Err(Stop::usage(
            format!("{shown} 不是业务包文件夹，也不是 .kdl 文件"),
            format!("{shown} is neither a pack's folder nor a .kdl file"),
        ));
    }
    let known: Vec<(&str, Rules<'_>)> = EMBEDDED.iter().map(|one| (one.name, one.rules)).collect();
    Ok(pack::read_dir(path, &known))
}

/// The folder of the pack that a file belongs to: the nearest one above it with a text that declares a pack.
pub fn folder_above(file: &Path) -> Option<PathBuf> {
    let file = fs::canonicalize(file).ok()?;
    let folders = file.ancestors().skip(1).take(3);
    folders
        .into_iter()
        .find(|folder| declares_a_pack(folder))
        .map(Path::to_owned)
}

fn declares_a_pack(folder: &Path) -> bool {
    let Ok(entries) = fs::read_dir(folder) else {
        return false;
    };
    let mut texts = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|e| e == "kdl"));
    texts.any(|path| {
        let text = fs::read_to_string(&path).unwrap_or_default();
        text.lines()
            .any(|line| line.trim_start().starts_with("pack "))
    })
}
