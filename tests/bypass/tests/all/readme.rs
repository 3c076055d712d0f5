//! `README.md` lists exactly what is tried.

use std::collections::BTreeSet;
use std::path::Path;

use bypass::{Through, table, tampering};

const MARK: &str = "<!-- made by the test `readme`; do not edit below -->\n";

#[test]
fn readme_lists_what_is_tried() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let text = std::fs::read_to_string(&path).expect("the paper is there");
    let (before, after) = text.split_once(MARK).expect("the mark is there");
    let tables = format!("\n{}", table::tables());
    if std::env::var_os("BYPASS_WRITE").is_some() {
        std::fs::write(&path, format!("{before}{MARK}{tables}")).expect("written");
        return;
    }
    assert!(
        after == tables,
        "README.md is not what is tried; run BYPASS_WRITE=1 cargo nextest run -p bypass readme"
    );
}

#[test]
fn every_id_is_one_and_every_sentence_is_there() {
    let mut ids = BTreeSet::new();
    for attempt in table::refused() {
        assert!(ids.insert(attempt.id), "{} twice", attempt.id);
        for say in [attempt.who, attempt.what] {
            assert!(!say.zh.is_empty() && !say.en.is_empty(), "{}", attempt.id);
        }
        assert!(
            !attempt.through.is_empty() && !attempt.code.is_empty(),
            "{}",
            attempt.id
        );
    }
    for tampering in tampering::all() {
        assert!(ids.insert(tampering.id), "{} twice", tampering.id);
    }
}

#[test]
fn every_way_in_is_tried() {
    for through in [
        Through::Commands,
        Through::Api,
        Through::Pages,
        Through::Http,
        Through::Import,
        Through::CommandLine,
    ] {
        assert!(table::count(through) >= 5, "{through:?}");
    }
}
