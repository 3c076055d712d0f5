//! The sample pack's scenarios hold on PostgreSQL.

mod common;

use testkit::postgres::Cluster;
use testkit::scenario::{Effort, run_on};
use testkit::{OnStore, StoreUrl};

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
