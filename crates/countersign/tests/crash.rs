//! The real program is killed under load again and again; what it had acknowledged is there.

mod common;

use std::sync::Arc;

use store::StoreUrl;
use testkit::crash;

#[test]
fn killed_under_load_it_has_lost_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let url = StoreUrl::Sqlite(folder.path().join("countersign.db"));
    let pack = pack::read(&gsp::texts(), gsp::RULES).expect("the pack is sound");
    let packs = model::Catalog::new([Arc::new(pack)]);
    let start = || {
        let mut command = common::program();
        command
            .args(["crash-child", "--clients", "4", "--data"])
            .arg(folder.path());
        command
    };
    let outcome = crash::rounds(&start, &url, &packs, 6, 20_261_122).expect("nothing is lost");
    assert_eq!(outcome.kills, 6);
    assert!(outcome.acknowledged > 50, "{outcome:?}");
    let report = common::run(&[
        "verify",
        "--data",
        &folder.path().to_string_lossy(),
        "--json",
    ])
    .ended(0)
    .json();
    assert!(
        report["report"]["journal_rows"].as_u64() > Some(50),
        "{report}"
    );
}
