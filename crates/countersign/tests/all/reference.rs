//! The committed pages of reference are what the program generates. `REFERENCE=write` writes them anew.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use engine::{Class, Code};

fn agrees(path: &str, words: &[&str]) {
    let generated = crate::common::run(words).ended(0).out;
    let file = crate::common::root().join(path);
    if std::env::var_os("REFERENCE").is_some_and(|value| value == "write") {
        fs::create_dir_all(file.parent().expect("a folder")).expect("the folder is made");
        fs::write(&file, &generated).expect("the page is written");
    }
    let committed = fs::read_to_string(&file).unwrap_or_default();
    assert!(
        committed == generated,
        "{path} is not what `countersign {}` gives; run this test with REFERENCE=write, look at it and commit it",
        words.join(" ")
    );
}

#[test]
fn the_page_of_refusals_is_what_is_generated() {
    agrees("docs/reference/refusals.md", &["show", "--refusals"]);
}

#[test]
fn the_pages_of_packs_are_what_is_generated() {
    for (path, lang) in [("gsp.md", "en"), ("gsp.zh-CN.md", "zh")] {
        let words = ["show", "gsp", "--reference", "--lang", lang];
        agrees(&format!("docs/reference/{path}"), &words);
    }
}

/// The codes that a crate's sources answer with, each with the file that does.
fn answered(name: &str) -> BTreeMap<String, BTreeSet<String>> {
    let folder = crate::common::root().join("crates").join(name).join("src");
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut open = vec![folder.clone()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).expect("a folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|own| own == "rs") {
                let text = fs::read_to_string(&path).expect("a source");
                let text = text.split("#[cfg(test)]\nmod").next().unwrap_or_default();
                for code in codes_in(text) {
                    let file = path.display().to_string();
                    found.entry(code).or_default().insert(file);
                }
            }
        }
    }
    found
}

/// `"code"` behind a class in a refusal, or first in `bad(`.
fn codes_in(text: &str) -> Vec<String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let text = words.join(" ");
    let mut found = Vec::new();
    let mut take = |rest: &str| {
        if let Some(code) = rest.trim_start().strip_prefix('"') {
            let code = code.split('"').next().unwrap_or_default();
            let word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
            // A sentence stands first where a file's own `bad` knows its code.
            if !code.is_empty() && code.chars().all(word) {
                found.push(code.to_owned());
            }
        }
    };
    for start in ["Refusal::new(", "refused("] {
        for (at, _) in text.match_indices(start) {
            let rest = &text[at + start.len()..];
            let class = rest.find("Class::").filter(|class| *class < 60);
            if let Some(comma) =
                class.and_then(|class| rest[class..].find(',').map(|at| class + at))
            {
                take(&rest[comma + 1..]);
            }
        }
    }
    for (at, _) in text.match_indices("bad(") {
        take(&text[at + 4..]);
    }
    found
}

fn complete(name: &str, listed: &[Code]) {
    let answered = answered(name);
    let listed_codes: BTreeSet<&str> = listed.iter().map(|code| code.code).collect();
    assert_eq!(
        listed_codes.len(),
        listed.len(),
        "a code of {name} is listed twice"
    );
    let missing: Vec<_> = answered
        .iter()
        .filter(|(code, _)| !listed_codes.contains(code.as_str()))
        .collect();
    assert!(missing.is_empty(), "not in the list of {name}: {missing:?}");
    // What is put together at run time the sources do not show as one word.
    let composed = ["forbidden"];
    let gone: Vec<_> = listed_codes
        .iter()
        .filter(|code| !answered.contains_key(**code) && !composed.contains(code))
        .collect();
    assert!(gone.is_empty(), "no longer answered by {name}: {gone:?}");
}

#[test]
fn every_code_in_the_sources_is_listed_and_no_other() {
    assert!(
        Path::new(&crate::common::root())
            .join("crates/engine/src")
            .is_dir()
    );
    complete("engine", engine::CODES);
    complete("store", store::CODES);
    complete("web", web::CODES);
    for code in engine::CODES.iter().chain(store::CODES).chain(web::CODES) {
        assert!(!code.classes.is_empty() && !code.classes.contains(&Class::Guard));
        assert!(!code.zh.is_empty() && !code.en.is_empty(), "{code:?}");
    }
}
