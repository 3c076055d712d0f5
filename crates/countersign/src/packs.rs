//! The packs in this binary, and packs read from a folder.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use model::{Catalog, Pack, SourceText};
use pack::{Complaints, Language, Read, Rules};

use crate::place::Place;
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

/// What the packs of this binary say of themselves to an inspector, by file name.
pub fn papers() -> Vec<(String, String)> {
    let controls = ("CONTROLS.md".to_owned(), gsp::CONTROLS.to_owned());
    vec![controls]
}

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

/// The packs of a place: those in its folder of packs, else those of this program.
pub fn of(place: &Place) -> Result<Catalog, Stop> {
    match &place.packs {
        Some(folder) => in_folders(folder),
        None => embedded(),
    }
}

/// The packs in the folders of a folder, all without a mistake; the folder may be a pack's own.
fn in_folders(folder: &Path) -> Result<Catalog, Stop> {
    let mut packs: Vec<Arc<Pack>> = Vec::new();
    for path in pack_folders(folder)? {
        let shown = path.display();
        let read = in_folder(&path)?;
        let Some(pack) = read.pack else {
            let complaints = Complaints(read.complaints);
            let [zh, en] = [Language::Zh, Language::En].map(|language| complaints.told(language));
            return Err(Stop::usage(
                format!("{shown} 中的业务包有误，没有启动：\n{zh}"),
                format!("the pack in {shown} has mistakes, nothing was started:\n{en}"),
            ));
        };
        let name = &pack.name;
        if packs.iter().any(|other| other.name == *name) {
            return Err(Stop::usage(
                format!("{shown}：已有另一个名为 {name} 的业务包"),
                format!("{shown}: there is another pack called {name}"),
            ));
        }
        packs.push(Arc::new(pack));
    }
    Ok(Catalog::new(packs))
}

/// Where the packs are, by name of folder.
pub fn pack_folders(folder: &Path) -> Result<Vec<PathBuf>, Stop> {
    if declares_a_pack(folder) {
        return Ok(vec![folder.to_owned()]);
    }
    let entries = fs::read_dir(folder).map_err(Stop::file("reading", folder))?;
    let mut folders: Vec<PathBuf> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    if folders.is_empty() {
        let shown = folder.display();
        return Err(Stop::usage(
            format!("{shown} 中没有业务包；每个业务包是其中的一个文件夹"),
            format!("there is no pack in {shown}; each pack is a folder in it"),
        ));
    }
    Ok(folders)
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

/// Reads the pack in a folder or in one file as its texts are now, with the compiled rules of the pack of its name. What
/// lies inside a pack stands for the whole pack: a flow alone says little.
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
    let above = if declares_a_pack(path) {
        None
    } else {
        folder_above(path)
    };
    Ok(pack::read_dir(above.as_deref().unwrap_or(path), &known))
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

/// Whether a text, or one that lies in this folder itself, declares a pack.
fn declares_a_pack(path: &Path) -> bool {
    if path.is_file() {
        let text = fs::read_to_string(path).unwrap_or_default();
        return text
            .lines()
            .any(|line| line.trim_start().starts_with("pack "));
    }
    let entries = fs::read_dir(path).into_iter().flatten().flatten();
    entries
        .map(|entry| entry.path())
        .filter(|path| path.is_file() && path.extension().is_some_and(|e| e == "kdl"))
        .any(|path| declares_a_pack(&path))
}
