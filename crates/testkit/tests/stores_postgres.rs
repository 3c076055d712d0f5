//! PostgreSQL answers as the oracle, the store's memory and SQLite do.

mod common;

use testkit::postgres::Cluster;
use testkit::scenario::{Effort, run_on};
use testkit::{House, OnStore, StoreUrl, hostile};

fn database(name: &str) -> StoreUrl {
    StoreUrl::Postgres(Cluster::shared().create_database(name).unwrap())
}

#[test]
fn scenarios_hold_on_postgres() {
    let packs = common::catalog();
    for (nth, scenario) in common::texts().1.iter().enumerate() {
        let mut house = OnStore::open(&database(&format!("scenario_{nth}")), &packs).unwrap();
        let report = run_on(
            &mut house,
            &packs,
            &scenario.text,
            &scenario.path,
            Effort::Full,
        );
        assert!(report.passed(), "\n{report}");
    }
}

#[test]
fn a_random_clerk_is_answered_alike_on_postgres_and_sqlite() {
    let packs = common::catalog();
    let folder = tempfile::tempdir().unwrap();
    for seed in 11..=12u64 {
        let file = StoreUrl::Sqlite(folder.path().join(format!("{seed}.db")));
        let mut sqlite = OnStore::open(&file, &packs).unwrap();
        let mut postgres = OnStore::open(&database(&format!("clerk_{seed}")), &packs).unwrap();
        let houses: &mut [(&str, &mut dyn House)] =
            &mut [("sqlite", &mut sqlite), ("postgres", &mut postgres)];
        let tally =
            hostile::run(&packs, seed, 250, 25, houses).unwrap_or_else(|error| panic!("{error}"));
        assert!(tally.done > 50 && tally.refused > 50, "{tally:?}");
    }
}
