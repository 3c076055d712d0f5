//! The laws of the house, held over the whole tree. Each test names every place that breaks its law.

use std::fs;
use std::path::{Path, PathBuf};

use xtask::{arrows, files_below, laws, metadata, papers, root};

/// The name of a file as it is written in complaints, and its text.
fn texts(folder: &str, extensions: &[&str]) -> Vec<(String, String)> {
    let root = root();
    let read = |path: PathBuf| {
        let name = path
            .strip_prefix(&root)
            .unwrap_or(&path)
            .display()
            .to_string();
        let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{name}: {error}"));
        (name, text)
    };
    files_below(&root.join(folder), extensions)
        .into_iter()
        .map(read)
        .collect()
}

/// The Rust sources of some crates, without their separate tests.
fn sources(crates: &[&str]) -> Vec<(String, String)> {
    let mut sources: Vec<_> = crates
        .iter()
        .flat_map(|name| texts(&format!("crates/{name}/src"), &["rs"]))
        .collect();
    sources.retain(|(file, _)| !file.ends_with("/tests.rs") && !file.contains("/tests/"));
    assert!(
        sources.len() >= crates.len(),
        "every one of {crates:?} has sources"
    );
    sources
}

/// Every Rust file of the project.
fn all_sources() -> Vec<(String, String)> {
    ["crates", "packs", "xtask"]
        .iter()
        .flat_map(|folder| texts(folder, &["rs"]))
        .collect()
}

/// Fails with all complaints, one a line.
fn none(complaints: impl IntoIterator<Item = String>) {
    let complaints: Vec<String> = complaints.into_iter().collect();
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

#[test]
fn no_crate_uses_one_above_it() {
    let workspace =
        metadata::read(&root(), &["--no-deps"]).expect("cargo tells about the workspace");
    assert!(
        workspace.packages.len() >= 11,
        "the whole workspace is looked at"
    );
    none(arrows::complaints(&workspace));
}

#[test]
fn the_engine_names_nothing_of_a_pack() {
    let packs = texts("packs", &["kdl"]);
    let names: Vec<String> = packs
        .iter()
        .flat_map(|(_, text)| laws::declared_names(text))
        .collect();
    assert!(
        names.contains(&"purchase_inbound".to_owned()),
        "the packs are read"
    );
    none(
        sources(&["engine"])
            .iter()
            .flat_map(|(file, text)| laws::pack_names(file, text, &names)),
    );
}

#[test]
fn no_amount_is_a_floating_point_number() {
    none(
        sources(&["kernel", "ledger", "engine"])
            .iter()
            .flat_map(|(file, text)| laws::floats(file, text)),
    );
}

#[test]
fn the_pure_crates_ask_no_clock_no_chance_and_no_machine() {
    let pure = sources(&["kernel", "ledger", "model", "engine"]);
    none(
        pure.iter()
            .flat_map(|(file, text)| laws::outside_world(file, text)),
    );
}

#[test]
fn a_file_fits_in_a_head() {
    // What a generator writes is read by the compiler alone.
    let mut written = all_sources();
    written.retain(|(file, _)| !file.contains("/gen/") && !file.contains("/tests/views/"));
    none(
        written
            .iter()
            .filter_map(|(file, text)| laws::too_long(file, text)),
    );
}

#[test]
fn names_in_code_are_english() {
    none(
        all_sources()
            .iter()
            .flat_map(|(file, text)| laws::foreign_names(file, text)),
    );
}

#[test]
fn the_papers_name_only_what_exists() {
    let root = root();
    let mut named: Vec<PathBuf> = files_below(&root.join("docs"), &["md"]);
    let entries = fs::read_dir(&root)
        .expect("the project's folder")
        .flatten()
        .map(|entry| entry.path());
    named.extend(entries.filter(|path| path.extension().is_some_and(|own| own == "md")));
    let complaints = named.iter().flat_map(|path| {
        let paper = path
            .strip_prefix(&root)
            .unwrap_or(Path::new("?"))
            .display()
            .to_string();
        papers::missing_paths(&root, &paper, &fs::read_to_string(path).unwrap_or_default())
    });
    none(complaints);
}
