//! The stores answer as the oracle does: the sample pack's scenarios, and a random clerk, in lock-step.

mod common;

use store::StoreUrl;
use testkit::scenario::{Effort, run_on};
use testkit::{House, OnStore, Oracle, hostile};

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

#[test]
fn a_random_clerk_is_answered_alike_in_memory_and_on_sqlite() {
    let packs = common::catalog();
    let folder = tempfile::tempdir().unwrap();
    for seed in 1..=3 {
        let mut memory = OnStore::open(&StoreUrl::Memory, &packs).unwrap();
        let mut sqlite = OnStore::open(&sqlite(&folder, seed), &packs).unwrap();
        let houses: &mut [(&str, &mut dyn House)] =
            &mut [("memory", &mut memory), ("sqlite", &mut sqlite)];
        let tally = hostile::run(&packs, seed as u64, 250, 25, houses)
            .unwrap_or_else(|error| panic!("{error}"));
        assert!(tally.done > 50 && tally.refused > 50, "{tally:?}");
    }
}
