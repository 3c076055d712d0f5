//! The load generator of the test kit does whole purchase flows, and says so when it cannot.

use std::sync::Arc;

use model::Catalog;
use testkit::load::{Direct, Purchase, STEPS, Until, run};
use testkit::{House, OnStore, StoreUrl, laws};

fn catalog() -> Catalog {
    let pack =
        pack::read(&gsp::texts(), gsp::RULES).unwrap_or_else(|complaints| panic!("{complaints}"));
    Catalog::new([Arc::new(pack)])
}

fn founded(url: &StoreUrl, packs: &Catalog) -> (OnStore, Direct) {
    let house = OnStore::open(url, packs).unwrap();
    let direct = Direct {
        store: house.store.clone(),
        org: house.org,
    };
    direct.found(packs, 2, 5).unwrap();
    (house, direct)
}

#[test]
fn clients_do_whole_flows_and_the_laws_hold_after_them() {
    let packs = catalog();
    let folder = tempfile::tempdir().unwrap();
    let (house, direct) = founded(&StoreUrl::Sqlite(folder.path().join("load.db")), &packs);
    let load = run(&direct, &Purchase::new(2, 5, 3), 4, Until::Flows(20));
    assert_eq!(
        (load.errors, load.flows, load.steps),
        (Vec::new(), 20, 20 * STEPS as u64)
    );
    assert_eq!(load.latencies.len(), 20 * STEPS);
    assert!(load.latencies.is_sorted());
    // An order, a receipt, a notice, an inspection and a stock-in slip, of three lines each.
    let slips = house.slips().unwrap();
    assert_eq!(slips.len(), 20 * 5);
    assert!(slips.iter().all(|slip| slip.lines.len() == 3));
    assert_eq!(laws::check(&packs, &house).unwrap(), Vec::<String>::new());
}

#[test]
fn a_client_that_is_refused_stops_and_tells() {
    let packs = catalog();
    let (house, direct) = founded(&StoreUrl::Memory, &packs);
    // There are five items on record; the sixth does not exist.
    let load = run(&direct, &Purchase::new(2, 6, 3), 1, Until::Flows(10));
    assert!(load.flows < 10, "{load:?}");
    assert!(
        load.errors[0].contains("refused: reference"),
        "{:?}",
        load.errors
    );
    assert_eq!(laws::check(&packs, &house).unwrap(), Vec::<String>::new());
}
