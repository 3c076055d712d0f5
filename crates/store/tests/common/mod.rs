//! Stores to test on, and the sample pack they run under.
#![allow(dead_code, reason = "each test file uses a part of it")]

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use kernel::OrgId;
use model::{Catalog, Pack, SourceText};
use store::{Options, Store, StoreUrl};
use testkit::OnStore;
use testkit::postgres::Cluster;

/// The organisation of every test that needs but one.
pub const ORG: OrgId = OrgId(1);

/// The texts of the sample pack of the test kit.
pub fn texts() -> Vec<SourceText> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../testkit/tests/depot");
    let mut all = Vec::new();
    for folder in ["", "flows"] {
        let mut files: Vec<_> = std::fs::read_dir(root.join(folder))
            .expect("the sample pack is there")
            .map(|entry| entry.expect("an entry").path())
            .filter(|path| path.extension().is_some_and(|kind| kind == "kdl"))
            .collect();
        files.sort();
        for file in files {
            let path = file
                .strip_prefix(&root)
                .expect("below it")
                .to_string_lossy()
                .into_owned();
            let text = std::fs::read_to_string(&file).expect("it can be read");
            all.push(SourceText { path, text });
        }
    }
    all
}

/// Reads the sample pack again, as the binary reads its packs.
pub fn read_pack(_: &str, texts: &[SourceText]) -> Result<Pack, String> {
    pack::read(texts, &[]).map_err(|complaints| complaints.to_string())
}

/// The sample pack.
pub fn catalog() -> Catalog {
    Catalog::new([Arc::new(
        read_pack("depot", &texts()).expect("the sample pack is sound"),
    )])
}

/// The usual options over the sample pack.
pub fn options() -> Options {
    Options::new(catalog()).with_reader(read_pack)
}

/// A place for a SQLite file, gone with the value.
pub fn sqlite() -> (tempfile::TempDir, StoreUrl) {
    let folder = tempfile::tempdir().expect("a folder");
    let url = StoreUrl::Sqlite(folder.path().join("data.db"));
    (folder, url)
}

/// An empty PostgreSQL database; `None` where PostgreSQL is not installed, which is said.
pub fn postgres() -> Option<StoreUrl> {
    static DATABASES: AtomicUsize = AtomicUsize::new(0);
    if !Cluster::available() {
        eprintln!("PostgreSQL is not installed: its half of this test was left out");
        return None;
    }
    let name = format!("store_{}", DATABASES.fetch_add(1, Ordering::SeqCst));
    let url = Cluster::shared()
        .create_database(&name)
        .expect("a database is made");
    Some(StoreUrl::Postgres(url))
}

/// Opens a store as a house.
pub fn house(url: &StoreUrl) -> OnStore {
    OnStore {
        store: Store::open(url, options()).expect("the store opens"),
        org: ORG,
    }
}
