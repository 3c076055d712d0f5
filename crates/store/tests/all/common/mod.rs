//! Stores to test on, and the sample pack they run under.
#![allow(dead_code, reason = "each test file uses a part of it")]

pub mod worked;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use engine::{Act, Command, Grant, Input, LineInput, Person, Reply, Seen};
use kernel::{Day, Moment, OrgId, SlipId};
use model::{Catalog, Pack, SourceText};
use store::{Answer, Options, Store, StoreUrl};
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

/// A small depot with people and records, to act on.
pub struct Depot {
    pub store: Store,
    pub now: Moment,
}

/// Keys of commands, never twice in a process.
static KEYS: AtomicUsize = AtomicUsize::new(0);

/// An input of header fields.
pub fn header(fields: &[(&str, &str)]) -> BTreeMap<String, String> {
    fields
        .iter()
        .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
        .collect()
}

impl Depot {
    /// Opens a store and fills an empty one.
    pub fn open(url: &StoreUrl) -> Depot {
        let store = Store::open(url, options()).expect("the store opens");
        let day = Day::new(2026, 4, 1).expect("a day");
        let depot = Depot {
            store,
            now: Moment::noon_of(day),
        };
        if depot.store.people(ORG).expect("read").is_empty() {
            depot.set_up();
        }
        depot
    }

    fn set_up(&self) {
        let person = |login: &str, roles: &[&str]| Person {
            login: login.into(),
            name: login.into(),
            identity: format!("id-{login}").into(),
            active: true,
            administrator: login == "admin",
            grants: roles
                .iter()
                .map(|role| Grant {
                    role: format!("depot.{role}").into(),
                    scope: "".into(),
                    from: None,
                    until: None,
                })
                .collect(),
            deputies: Vec::new(),
        };
        let people = vec![
            person("admin", &[]),
            person("clerk", &["clerk"]),
            person("chief", &["chief"]),
            person("auditor", &["auditor"]),
            person("keeper", &["keeper"]),
        ];
        self.must("system", Act::Bootstrap { people });
        for (register, key, fields) in [
            ("depot.item", "A1", [("storage", "常温")]),
            ("depot.item", "B2", [("storage", "冷藏")]),
            ("depot.site", "S1", [("name", "一库")]),
        ] {
            self.must("admin", put_record(register, key, &fields));
        }
    }

    /// A command under a key of its own.
    pub fn command(&self, actor: &str, act: Act) -> Command {
        let nth = KEYS.fetch_add(1, Ordering::SeqCst);
        Command {
            org: ORG,
            key: format!("key-{nth:08}").into(),
            at: self.now,
            actor: actor.into(),
            on_behalf_of: None,
            act,
        }
    }

    /// Submits.
    pub fn submit(&self, actor: &str, act: Act) -> Answer {
        self.store
            .submit_blocking(self.command(actor, act))
            .expect("no fault")
    }

    /// Submits what must be accepted.
    pub fn must(&self, actor: &str, act: Act) -> Reply {
        let answer = self.submit(actor, act);
        answer
            .outcome
            .unwrap_or_else(|refusal| panic!("refused: {}", refusal.en))
    }

    /// An intake note of one line, filled in by the clerk.
    pub fn note(&self, item: &str, qty: &str, price: &str) -> Reply {
        self.must("clerk", note(item, qty, price))
    }

    /// Signs a later step of a slip as it is now.
    pub fn sign(&self, actor: &str, step: &str, slip: SlipId) -> Answer {
        let command = self.signing(actor, step, slip);
        self.store.submit_blocking(command).expect("no fault")
    }

    /// The command that signs a later step of a slip as it is now.
    pub fn signing(&self, actor: &str, step: &str, slip: SlipId) -> Command {
        let content = self
            .store
            .slip(ORG, slip)
            .expect("read")
            .expect("a slip")
            .content
            .clone();
        self.command(
            actor,
            Act::Step {
                step: format!("depot.{step}").into(),
                slip: Some(slip),
                sources: Vec::new(),
                seen: vec![Seen { slip, content }],
                input: Input::default(),
            },
        )
    }

    /// An intake note that went all the way: stock and cash are posted.
    pub fn posted(&self, item: &str, qty: &str, price: &str) -> SlipId {
        let slip = self.note(item, qty, price).slip.expect("a slip");
        for (actor, step) in [
            ("chief", "intake.note.check"),
            ("auditor", "intake.note.check"),
            ("keeper", "intake.note.post"),
        ] {
            let answer = self.sign(actor, step, slip);
            assert!(answer.outcome.is_ok(), "{actor} {step}: {answer:?}");
        }
        slip
    }

    /// Verifies; the journal's length.
    pub fn verify(&self) -> i64 {
        let report = self.store.verify(&|_, _, _| {}).expect("verified");
        assert!(report.sound(), "{:#?}", report.bad);
        report.journal_rows
    }
}

/// The act of filling in an intake note of one line.
pub fn note(item: &str, qty: &str, price: &str) -> Act {
    Act::Step {
        step: "depot.intake.note.fill".into(),
        slip: None,
        sources: Vec::new(),
        seen: Vec::new(),
        input: Input {
            header: header(&[("site", "S1")]),
            lines: vec![LineInput {
                source: None,
                fields: header(&[("item", item), ("qty", qty), ("price", price)]),
            }],
        },
    }
}

/// The act of recording a fact.
pub fn put_record(register: &str, key: &str, fields: &[(&str, &str)]) -> Act {
    Act::PutRecord {
        register: register.into(),
        key: key.into(),
        fields: header(fields),
        from: None,
    }
}

impl Depot {
    /// A depot in memory, made where a thread may block.
    pub async fn open_in_async() -> Depot {
        tokio::task::spawn_blocking(|| Depot::open(&StoreUrl::Memory))
            .await
            .expect("no panic")
    }
}

/// A depot's store as the house that laws look at.
pub fn house_of(depot: &Depot) -> OnStore {
    OnStore {
        store: depot.store.clone(),
        org: ORG,
    }
}

/// Runs a test on SQLite, and on PostgreSQL where it is installed.
pub fn on_both(test: impl Fn(&StoreUrl)) {
    let (_folder, sqlite) = sqlite();
    test(&sqlite);
    if let Some(postgres) = postgres() {
        test(&postgres);
    }
}
