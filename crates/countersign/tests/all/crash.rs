//! The real program is killed under load again and again; what it had acknowledged is there.

use std::sync::Arc;

use store::StoreUrl;
use testkit::crash;
use testkit::postgres::Cluster;

/// Times the program is killed.
const ROUNDS: usize = 6;

/// Kills the program at random moments while it works on the database at `url`, and lets it verify what is left. `words` say
/// where the data is.
fn killed_under_load(url: &StoreUrl, words: &[&str]) {
    let pack = pack::read(&gsp::texts(), gsp::RULES).expect("the pack is sound");
    let packs = model::Catalog::new([Arc::new(pack)]);
    let start = || {
        let mut command = crate::common::program();
        command.args(["crash-child", "--clients", "4"]).args(words);
        command
    };
    // Another moment on every run; a failure tells the seed.
    let seed = u64::from(std::process::id());
    let outcome = crash::rounds(&start, url, &packs, ROUNDS, seed).expect("nothing is lost");
    assert_eq!(outcome.kills, ROUNDS);
    // How much is acknowledged before a kill depends on the machine; that something was is enough.
    assert!(outcome.acknowledged > ROUNDS, "{outcome:?}");
    let verify = [&["verify", "--json"], words].concat();
    let report = crate::common::run(&verify).ended(0).json();
    let rows = report["report"]["journal_rows"].as_u64();
    assert!(rows > u64::try_from(ROUNDS).ok(), "{report}");
}

#[test]
fn killed_under_load_it_has_lost_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let url = StoreUrl::Sqlite(folder.path().join("countersign.db"));
    killed_under_load(&url, &["--data", &folder.path().to_string_lossy()]);
}

#[test]
fn killed_under_load_on_postgres_it_has_lost_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let address = Cluster::shared()
        .create_database("crash")
        .expect("a database");
    let url = StoreUrl::Postgres(address.clone());
    let data = folder.path().to_string_lossy().into_owned();
    killed_under_load(&url, &["--database-url", &address, "--data", &data]);
}
