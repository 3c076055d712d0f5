//! The gallery of complaints: every kind as a text that provokes it, with exactly what its author sees beside it.
//!
//! `gallery/<kind>.kdl`, `gallery/<kind>__<variant>.kdl` or a folder of that name; a first line `// rules: flow.guard …` names
//! Rust rules that are there. Where the expected text differs it is written anew and the test fails: look at it and commit it.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use model::{Rule, RuleContext, SourceText, Verdict};
use pack::{Complaint, Complaints, Kind, Language};

fn holds(_: &RuleContext<'_>) -> Verdict {
    Verdict::Holds
}

fn gallery() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("gallery")
}

/// The rules that the first line of a sample names.
fn rules(text: &str) -> Vec<(&str, Vec<(&str, Rule)>)> {
    let line = text.lines().next().unwrap_or_default();
    let names = line.strip_prefix("// rules: ").unwrap_or_default();
    names
        .split_whitespace()
        .filter_map(|name| name.split_once('.'))
        .map(|(flow, guard)| (flow, vec![(guard, holds as Rule)]))
        .collect()
}

fn complaints_of(path: &Path) -> Vec<Complaint> {
    if path.is_dir() {
        return pack::read_dir(path, &[]).complaints;
    }
    let text = fs::read_to_string(path).expect("a sample");
    let rules = rules(&text);
    let rules: Vec<(&str, &[(&str, Rule)])> = rules
        .iter()
        .map(|(flow, rules)| (*flow, rules.as_slice()))
        .collect();
    let name = path.file_name().expect("a file").to_string_lossy();
    let texts = [SourceText {
        path: name.into_owned(),
        text: text.clone(),
    }];
    pack::check(&texts, &rules).complaints
}

/// What only a text too large to be kept can provoke.
fn made() -> Vec<(&'static str, String)> {
    let many: String = (0..10_001)
        .map(|at| format!("role r{at} \"甲\"\n"))
        .collect();
    vec![
        ("too_large", "//".repeat(600_000)),
        ("too_deep", "a {\n".repeat(40)),
        ("too_many_nodes", many),
    ]
}

fn samples() -> Vec<(String, Vec<Complaint>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(gallery()).expect("the gallery") {
        let path = entry.expect("an entry").path();
        let name = path
            .file_stem()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        if path.is_dir() || path.extension().is_some_and(|ext| ext == "kdl") {
            found.push((name, complaints_of(&path)));
        }
    }
    for (name, text) in made() {
        let texts = [SourceText {
            path: format!("{name}.kdl"),
            text,
        }];
        found.push((name.to_owned(), pack::check(&texts, &[]).complaints));
    }
    found.push(("not_a_text".to_owned(), {
        let texts = [SourceText {
            path: "notes.txt".to_owned(),
            text: String::new(),
        }];
        pack::check(&texts, &[]).complaints
    }));
    found.sort_by(|a, b| a.0.cmp(&b.0));
    found
}

#[test]
fn every_sample_gives_exactly_its_expected_text() {
    let mut wrong = Vec::new();
    for (name, complaints) in samples() {
        let said = format!("{}\n", Complaints(complaints));
        let path = gallery().join(format!("{name}.expected"));
        if fs::read_to_string(&path).unwrap_or_default() != said {
            fs::write(&path, &said).expect("the gallery can be written");
            wrong.push(name);
        }
    }
    assert!(wrong.is_empty(), "written anew: {wrong:?}");
}

/// Words of the notation that stand beside their Chinese.
const UNITS: [&str; 6] = ["qty", "money", "price", "rate", "count", "in_whole"];

/// What a Chinese reader sees has no English sentence in it: words of the notation stand in backticks or quotes.
#[test]
fn every_sample_is_told_in_chinese_too() {
    let mut english = Vec::new();
    for (name, complaints) in samples() {
        for one in complaints {
            let told = one.told(Language::Zh);
            let said = told.lines().next().unwrap_or_default();
            let said = said.strip_prefix(&one.file).unwrap_or(said);
            let (mut plain, mut quoted) = (String::new(), None);
            for letter in said.chars() {
                match quoted {
                    None if ['`', '\'', '"'].contains(&letter) => quoted = Some(letter),
                    None => plain.push(letter),
                    Some(open) if open == letter => quoted = None,
                    Some(_) => {}
                }
            }
            let words = plain.split(|letter: char| !letter.is_ascii_alphabetic() && letter != '_');
            if words
                .filter(|word| word.len() > 1 && !UNITS.contains(word))
                .count()
                > 1
            {
                english.push(format!("{name}: {said}"));
            }
        }
    }
    assert!(english.is_empty(), "{}", english.join("\n"));
}

#[test]
fn every_sample_shows_the_kind_it_is_named_by() {
    for (name, complaints) in samples() {
        let kind = name.split("__").next().unwrap_or_default();
        assert!(
            complaints.iter().any(|one| one.kind.code() == kind),
            "{name}: {complaints:#?}"
        );
    }
}

#[test]
fn every_kind_has_a_sample() {
    let shown: BTreeSet<Kind> = samples()
        .iter()
        .flat_map(|(_, complaints)| complaints.iter().map(|one| one.kind))
        .collect();
    let missing: Vec<&Kind> = Kind::ALL
        .iter()
        .filter(|kind| !shown.contains(kind))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn every_expected_text_belongs_to_a_sample() {
    let names: BTreeSet<String> = samples().into_iter().map(|(name, _)| name).collect();
    for entry in fs::read_dir(gallery()).expect("the gallery") {
        let path = entry.expect("an entry").path();
        let name = path
            .file_stem()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        assert!(names.contains(&name), "{}", path.display());
    }
}

#[test]
fn complaints_are_data_too() {
    let complaints = complaints_of(&gallery().join("unknown_role.kdl"));
    let json = serde_json::to_value(&complaints).expect("JSON");
    assert_eq!(json[0]["kind"], "unknown_role");
    assert_eq!(json[0]["level"], "error");
    assert_eq!(json[0]["line"], 15);
    assert!(
        json[0]["hint"]
            .as_str()
            .is_some_and(|hint| hint.contains("clerk"))
    );
}
