//! The sample pack's scenarios hold on the stores as they do on the oracle. (Random commands in lock-step are among the
//! tests of the store and of the packs.)

mod common;

use store::StoreUrl;
use testkit::scenario::{Effort, run_on};
use testkit::{OnStore, Oracle};

/// Runs every scenario of the sample pack on stores made anew for each.
fn scenarios_on(mut fresh: impl FnMut() -> StoreUrl) {
    let packs = common::catalog();
    for scenario in common::texts().1 {
        let mut house = OnStore::open(&fresh(), &packs).unwrap();
        let report = run_on(
            &mut house,
            &packs,
            &scenario.text,
            &scenario.path,
            Effort::Full,
        );
        assert!(report.passed(), "\n{report}");
        let plain = run_on(
            &mut Oracle::new(packs.clone()),
            &packs,
            &scenario.text,
            &scenario.path,
            Effort::Full,
        );
        assert_eq!(report.checks, plain.checks);
    }
}

fn sqlite(folder: &tempfile::TempDir, name: usize) -> StoreUrl {
    StoreUrl::Sqlite(folder.path().join(format!("{name}.db")))
}

#[test]
fn scenarios_hold_in_the_stores_memory() {
    scenarios_on(|| StoreUrl::Memory);
}

#[test]
fn scenarios_hold_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let mut names = 0..;
    scenarios_on(|| sqlite(&folder, names.next().unwrap()));
}
