//! The pack on the stores: its scenarios hold on each, and a random clerk is answered alike by all.

use std::sync::Arc;

use model::Catalog;
use testkit::postgres::Cluster;
use testkit::scenario::{Effort, Stage, run_on};
use testkit::{House, OnStore, StoreUrl, hostile};

fn catalog() -> Catalog {
    let pack =
        pack::read(&gsp::texts(), gsp::RULES).unwrap_or_else(|complaints| panic!("{complaints}"));
    Catalog::new([Arc::new(pack)])
}

fn scenarios_on(mut fresh: impl FnMut(usize) -> StoreUrl) {
    let stage = Stage::new(&catalog());
    for (nth, story) in gsp::scenarios().iter().enumerate() {
        let packs = stage.packs(&story.text);
        let mut house = OnStore::open(&fresh(nth), packs).unwrap();
        let report = run_on(&mut house, packs, &story.text, &story.path, Effort::Full);
        assert!(report.passed(), "\n{report}");
    }
}

#[test]
fn scenarios_hold_in_the_stores_memory() {
    scenarios_on(|_| StoreUrl::Memory);
}

#[test]
fn scenarios_hold_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    scenarios_on(|nth| StoreUrl::Sqlite(folder.path().join(format!("{nth}.db"))));
}

#[test]
fn scenarios_hold_on_postgres() {
    scenarios_on(|nth| {
        StoreUrl::Postgres(
            Cluster::shared()
                .create_database(&format!("scenario_{nth}"))
                .unwrap(),
        )
    });
}

#[test]
fn a_random_clerk_is_answered_alike_in_memory_on_sqlite_and_on_postgres() {
    let packs = catalog();
    let folder = tempfile::tempdir().unwrap();
    for seed in 21..=22u64 {
        let file = StoreUrl::Sqlite(folder.path().join(format!("{seed}.db")));
        let url = StoreUrl::Postgres(
            Cluster::shared()
                .create_database(&format!("clerk_{seed}"))
                .unwrap(),
        );
        let mut memory = OnStore::open(&StoreUrl::Memory, &packs).unwrap();
        let mut sqlite = OnStore::open(&file, &packs).unwrap();
        let mut postgres = OnStore::open(&url, &packs).unwrap();
        let houses: &mut [(&str, &mut dyn House)] = &mut [
            ("memory", &mut memory),
            ("sqlite", &mut sqlite),
            ("postgres", &mut postgres),
        ];
        let tally =
            hostile::run(&packs, seed, 250, 25, houses).unwrap_or_else(|error| panic!("{error}"));
        assert!(tally.done > 50 && tally.refused > 50, "{tally:?}");
    }
}
