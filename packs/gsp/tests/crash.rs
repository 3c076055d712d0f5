//! Killed at random moments under load, SQLite has lost nothing that was acknowledged.

use std::process::Command;
use std::sync::Arc;

use model::Catalog;
use testkit::{StoreUrl, crash};

/// Set for the child: the database file.
const FILE: &str = "GSP_CRASH_FILE";

fn catalog() -> Catalog {
    let pack =
        pack::read(&gsp::texts(), gsp::RULES).unwrap_or_else(|complaints| panic!("{complaints}"));
    Catalog::new([Arc::new(pack)])
}

/// The child's side: this very test program, started again by the test below.
#[test]
fn child_at_work() {
    if let Some(file) = std::env::var_os(FILE) {
        let ended = crash::child(&StoreUrl::Sqlite(file.into()), &catalog(), 8);
        panic!("{ended:?}");
    }
}

#[test]
fn nothing_acknowledged_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("crash.db");
    let start = || {
        let mut child = Command::new(std::env::current_exe().unwrap());
        child
            .args(["--exact", "child_at_work", "--nocapture"])
            .env(FILE, &file);
        child
    };
    let rounds = std::env::var("TESTKIT_ROUNDS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(8);
    let seed = u64::from(std::process::id());
    let outcome = crash::rounds(
        &start,
        &StoreUrl::Sqlite(file.clone()),
        &catalog(),
        rounds,
        seed,
    );
    let outcome = outcome.unwrap_or_else(|error| panic!("{error}"));
    println!("{outcome:?}");
    assert!(
        outcome.kills == rounds && outcome.acknowledged > rounds && outcome.slips > 0,
        "{outcome:?}"
    );
}
