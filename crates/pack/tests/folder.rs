//! A pack in a folder, as `countersign check PATH` reads it.

mod common;

use std::fs;
use std::path::Path;

use model::{Rule, RuleContext, Verdict};
use pack::{Kind, Rules, read_dir};

fn holds(_: &RuleContext<'_>) -> Verdict {
    Verdict::Holds
}

const RULES: &[(&str, &[(&str, Rule)])] = &[
    (
        "purchase_inbound",
        &[("supplier_licensed", holds), ("cold_chain", holds)],
    ),
    ("another_flow", &[("another_rule", holds)]),
];

const KNOWN: &[(&str, Rules<'static>)] = &[("gsp", RULES)];

fn put(folder: &Path, path: &str, text: impl AsRef<[u8]>) {
    let path = folder.join(path);
    fs::create_dir_all(path.parent().expect("a folder")).expect("the folder can be made");
    fs::write(path, text).expect("the text can be written");
}

fn printed() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    put(folder.path(), "gsp.kdl", include_str!("printed/gsp.kdl"));
    let flow = include_str!("printed/flows/purchase_inbound.kdl");
    put(folder.path(), "flows/purchase_inbound.kdl", flow);
    folder
}

#[test]
fn compiled_rules_are_held_against_the_flows_that_are_there() {
    let folder = printed();
    let read = read_dir(folder.path(), KNOWN);
    let pack = read.pack.expect("a pack");
    assert_eq!(pack.rules.len(), 2);
    let paths: Vec<&str> = pack.texts.iter().map(|text| text.path.as_str()).collect();
    assert_eq!(paths, ["flows/purchase_inbound.kdl", "gsp.kdl"]);
}

#[test]
fn without_compiled_rules_guards_need_conditions() {
    let folder = printed();
    let read = read_dir(folder.path(), &[]);
    let kinds: Vec<Kind> = read.complaints.iter().map(|one| one.kind).collect();
    assert!(read.pack.is_none());
    assert_eq!(
        kinds
            .iter()
            .filter(|kind| **kind == Kind::GuardWithoutRule)
            .count(),
        2
    );
}

#[test]
fn only_texts_of_packs_are_looked_at() {
    let folder = printed();
    for path in [
        "README.md",
        "src/lib.rs",
        "flows/purchase_inbound.scenario",
        "flows/purchase_inbound.rs",
    ] {
        put(folder.path(), path, [0xFF, 0xFE]);
    }
    put(folder.path(), ".hidden/x.kdl", "}");
    put(folder.path(), "target/x.kdl", "}");
    put(folder.path(), "forms/deep/x.typ", [0xFF]);
    #[cfg(unix)]
    {
        let outside = tempfile::tempdir().expect("a folder");
        put(outside.path(), "x.kdl", "}");
        std::os::unix::fs::symlink(outside.path(), folder.path().join("link")).expect("a link");
        std::os::unix::fs::symlink(outside.path().join("x.kdl"), folder.path().join("x.kdl"))
            .expect("a link");
        std::os::unix::fs::symlink(folder.path(), folder.path().join("round")).expect("a link");
        assert!(read_dir(folder.path(), KNOWN).pack.is_some());
    }
    assert!(read_dir(folder.path(), KNOWN).pack.is_some());
}

#[test]
fn what_cannot_be_read_is_a_complaint() {
    let folder = printed();
    let nowhere = read_dir(&folder.path().join("nowhere"), KNOWN);
    assert!(nowhere.pack.is_none());
    assert_eq!(nowhere.complaints[0].kind, Kind::Unreadable);
    put(folder.path(), "tables/bad.kdl", [b'a', 0xFF]);
    let read = read_dir(folder.path(), KNOWN);
    assert!(read.pack.is_none());
    assert_eq!(
        read.complaints[0].to_string(),
        "tables/bad.kdl: the text is not UTF-8 from byte 2 on"
    );
    put(folder.path(), "tables/bad.kdl", vec![b' '; 2 * 1024 * 1024]);
    assert_eq!(
        read_dir(folder.path(), KNOWN).complaints[0].kind,
        Kind::TooLarge
    );
}

#[test]
fn one_file_is_a_pack_too() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = "pack p \"包\" {\n    role clerk \"员\"\n}\nflow f \"流\" {\n    step s.fill \"填\" by=clerk\n    slip s \"单\" number=\"S{0000}\" {\n        a \"甲\" text\n    }\n}\n";
    put(folder.path(), "small.kdl", text);
    let pack = read_dir(&folder.path().join("small.kdl"), &[])
        .pack
        .expect("a pack");
    assert_eq!((&*pack.name, pack.flows.len()), ("p", 1));
}
