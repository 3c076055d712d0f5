//! Whatever is altered in the database, `verify` names the table and the row.

use std::path::Path;

use bypass::raw::Raw;
use bypass::stage::{Stage, options};
use bypass::tampering::{self, Scene, Tampering};
use store::{Kept, Report, StoreUrl, verify_url, verify_url_against};
use testkit::postgres::Cluster;

fn verified(url: &StoreUrl, kept: &[Kept]) -> Report {
    verify_url_against(url, &options(), kept, &|_, _, _| {}).expect("it can be read")
}

fn kept(scene: &Scene) -> Kept {
    Kept {
        org: 1,
        seq: scene.head.0,
        hash: scene.head.1.clone(),
    }
}

/// What is wrong with how an alteration was found.
fn judge(url: &StoreUrl, raw: &Raw, scene: &Scene, tampering: &Tampering) -> Option<String> {
    let key = (tampering.run)(raw, scene);
    let plain = verified(url, &[]);
    let report = if tampering.against_kept {
        if !plain.sound() {
            return Some(format!(
                "{}: shows without what was kept: {:?}",
                tampering.id, plain.first_bad
            ));
        }
        verified(url, &[kept(scene)])
    } else {
        plain
    };
    let named = |bad: &store::Bad| bad.table == tampering.table && bad.key.contains(&key);
    if report.bad.iter().any(named) {
        return None;
    }
    let told: Vec<String> = report.bad.iter().map(ToString::to_string).collect();
    Some(format!(
        "{}: {} {key} was not named, but {told:?}",
        tampering.id, tampering.table
    ))
}

#[test]
fn alterations_are_named_on_sqlite() {
    let mut stage = Stage::sqlite();
    let scene = tampering::set(&mut stage);
    let file = stage.file().expect("a file");
    stage.store.close();
    stage
        .raw
        .run("pragma wal_checkpoint(truncate)")
        .expect("written back");
    let sound = verified(&stage.url, &[kept(&scene)]);
    assert!(sound.sound(), "{:?}", sound.bad);
    let folder = tempfile::tempdir().expect("a folder");
    let mut failures = Vec::new();
    for tampering in tampering::all() {
        let copy = folder.path().join(format!("{}.db", tampering.id));
        copy_database(&file, &copy);
        let raw = Raw::sqlite(&copy);
        failures.extend(judge(&StoreUrl::Sqlite(copy), &raw, &scene, &tampering));
    }
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}

fn copy_database(from: &Path, to: &Path) {
    std::fs::copy(from, to).expect("copied");
}

/// Every table but the one of the migrations.
const TABLES: [&str; 20] = [
    "head",
    "journal",
    "signature",
    "account",
    "leg",
    "balance",
    "turnover",
    "record",
    "note",
    "pack_text",
    "slip",
    "slip_body",
    "todo",
    "timer",
    "series",
    "credential",
    "content",
    "draft",
    "session",
    "attempt",
];

#[test]
fn alterations_are_named_on_postgres() {
    if !Cluster::available() {
        eprintln!("PostgreSQL is not installed: its half of the suite was left out");
        return;
    }
    let url = Cluster::shared()
        .create_database("tampering")
        .expect("a database is made");
    let mut stage = Stage::postgres(&url);
    let scene = tampering::set(&mut stage);
    stage.store.close();
    let sound = verified(&stage.url, &[kept(&scene)]);
    assert!(sound.sound(), "{:?}", sound.bad);
    let keep: Vec<String> = TABLES
        .iter()
        .map(|table| format!("create table keep_{table} as select * from {table}"))
        .collect();
    stage.raw.run(&keep.join("; ")).expect("kept");
    let back: Vec<String> = TABLES
        .iter()
        .map(|table| format!("delete from {table}; insert into {table} select * from keep_{table}"))
        .collect();
    let back = format!("begin; {}; commit", back.join("; "));
    let mut failures = Vec::new();
    for tampering in tampering::all() {
        failures.extend(judge(&stage.url, &stage.raw, &scene, &tampering));
        stage.raw.run(&back).expect("put back");
    }
    let sound = verified(&stage.url, &[]);
    assert!(sound.sound(), "{:?}", sound.bad);
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}

#[test]
fn what_was_not_altered_is_not_named() {
    let mut stage = Stage::sqlite();
    let _ = tampering::set(&mut stage);
    let report = verify_url(&stage.url, &options(), &|_, _, _| {}).expect("it can be read");
    assert!(report.sound() && report.journal_rows > 25, "{report:?}");
}
