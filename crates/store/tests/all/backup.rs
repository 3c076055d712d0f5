//! Backup and restore: online, from and into either database, all or nothing.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use crate::common::{Depot, ORG, options};
use store::{Session, StoreError, StoreUrl, restore, verify_url};
use testkit::laws;

const QUIET: &(dyn Fn(&str, u64, u64) + Sync) = &|_, _, _| {};

/// Stores of each kind with work in them.
fn worked_in() -> Vec<(Depot, Option<tempfile::TempDir>)> {
    let (folder, sqlite) = crate::common::sqlite();
    let mut depots = vec![
        (Depot::open(&sqlite), Some(folder)),
        (Depot::open(&StoreUrl::Memory), None),
    ];
    depots.extend(crate::common::postgres().map(|url| (Depot::open(&url), None)));
    for (depot, _) in &depots {
        for nth in 0..5 {
            depot.posted("A1", "5", "2.00");
            depot.note("B2", &format!("{}", nth + 1), "3.50");
        }
        let content = depot
            .store
            .put_content(ORG, b"an attachment")
            .expect("kept");
        depot.must(
            "clerk",
            engine::Act::Attach {
                slip: kernel::SlipId(1),
                name: "scan.txt".to_owned(),
                hash: content.hash,
                size: content.size,
                media: "text/plain".to_owned(),
            },
        );
        let session = Session {
            token_hash: "aa".to_owned(),
            login: "clerk".into(),
            created: depot.now,
            seen: depot.now,
            expires: depot.now.plus_minutes(600),
            confirmed: depot.now,
            agent: String::new(),
            address: "127.0.0.1".to_owned(),
        };
        depot.store.put_session(ORG, &session).expect("kept");
    }
    depots
}

/// Empty places of each kind.
fn targets(folder: &Path) -> Vec<StoreUrl> {
    let mut targets = vec![StoreUrl::Sqlite(folder.join("restored.db"))];
    targets.extend(crate::common::postgres());
    targets
}

/// Names of the files in a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    std::fs::read_dir(folder)
        .expect("read")
        .map(|entry| entry.expect("an entry").path())
        .collect()
}

#[test]
fn a_backup_of_any_store_restores_into_any_store() {
    let mut restored = 0;
    for (depot, _keep) in worked_in() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("depot.backup");
        let manifest = depot.store.backup(&file, QUIET).expect("backed up");
        let (last, hash) = depot.store.head(ORG).expect("read");
        assert_eq!(manifest.heads, [(1, last, hash)]);
        assert!(
            manifest
                .tables
                .iter()
                .any(|(table, rows)| table == "leg" && *rows > 10)
        );
        assert_eq!(
            files(folder.path()),
            std::slice::from_ref(&file),
            "one file and nothing beside it"
        );
        let before = laws::picture(&crate::common::house_of(&depot)).expect("read");
        for url in targets(folder.path()) {
            let found = restore(&file, &url, &options(), QUIET).expect("restored");
            assert_eq!(found, manifest);
            let report = verify_url(&url, &options(), QUIET).expect("verified");
            assert!(report.sound(), "{:?}", report.bad);
            let copy = Depot::open(&url);
            let after = laws::picture(&crate::common::house_of(&copy)).expect("read");
            assert_eq!(before.difference(&after), None);
            assert_eq!(
                copy.store
                    .content(
                        ORG,
                        &engine::hex(&<sha2::Sha256 as sha2::Digest>::digest(b"an attachment"))
                    )
                    .expect("read")
                    .as_deref(),
                Some(&b"an attachment"[..])
            );
            assert_eq!(
                copy.store.session(ORG, "aa").expect("read"),
                None,
                "nobody is signed in by a restore"
            );
            // The copy goes on by itself.
            let next = copy.note("A1", "1", "1.00");
            assert_eq!(next.number.as_deref(), Some("RK2026-011"));
            copy.verify();
            restored += 1;
        }
    }
    assert!(restored >= 2);
}

#[test]
fn a_backup_is_taken_while_commands_go_on() {
    let (_folder, sqlite) = crate::common::sqlite();
    let urls: Vec<StoreUrl> = [Some(sqlite), crate::common::postgres()]
        .into_iter()
        .flatten()
        .collect();
    for url in urls {
        let depot = Depot::open(&url);
        depot.note("A1", "1", "1.00");
        let folder = tempfile::tempdir().expect("a folder");
        let stop = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let clerks: Vec<_> = (0..4)
                .map(|_| {
                    scope.spawn(|| {
                        let mut notes = 0;
                        while !stop.load(Ordering::Relaxed) {
                            depot.note("A1", "1", "1.00");
                            notes += 1;
                        }
                        notes
                    })
                })
                .collect();
            for nth in 0..3 {
                let file = folder.path().join(format!("{nth}.backup"));
                let manifest = depot.store.backup(&file, QUIET).expect("backed up");
                let copy = StoreUrl::Sqlite(folder.path().join(format!("{nth}.db")));
                assert_eq!(
                    restore(&file, &copy, &options(), QUIET).expect("restored"),
                    manifest
                );
            }
            stop.store(true, Ordering::Relaxed);
            let notes: i32 = clerks
                .into_iter()
                .map(|clerk| clerk.join().expect("no panic"))
                .sum();
            assert!(notes > 0, "nothing went on meanwhile");
        });
        depot.verify();
    }
}

#[test]
fn only_an_empty_place_is_restored_into() {
    let (_folder, url) = crate::common::sqlite();
    let depot = Depot::open(&url);
    depot.note("A1", "1", "1.00");
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("depot.backup");
    depot.store.backup(&file, QUIET).expect("backed up");
    let again = depot.store.backup(&file, QUIET);
    assert!(
        matches!(again, Err(StoreError::Invalid(_))),
        "an existing file is never replaced: {again:?}"
    );
    let full = restore(&file, &url, &options(), QUIET);
    assert!(matches!(full, Err(StoreError::Invalid(_))), "{full:?}");
    depot.verify();
    if let Some(url) = crate::common::postgres() {
        let there = Depot::open(&url);
        let full = restore(&file, &url, &options(), QUIET);
        assert!(matches!(full, Err(StoreError::Invalid(_))), "{full:?}");
        there.verify();
    }
    let memory = restore(&file, &StoreUrl::Memory, &options(), QUIET);
    assert!(matches!(memory, Err(StoreError::Invalid(_))), "{memory:?}");
    let target = StoreUrl::Sqlite(folder.path().join("new.db"));
    let missing = restore(&folder.path().join("nothing"), &target, &options(), QUIET);
    assert!(
        matches!(missing, Err(StoreError::Invalid(_))),
        "{missing:?}"
    );
    for text in [
        "",
        "not a database at all, however long it may be .........................................",
    ] {
        let other = folder.path().join("other");
        std::fs::write(&other, text).expect("written");
        let refused = restore(&other, &target, &options(), QUIET);
        assert!(refused.is_err(), "{refused:?}");
    }
    // A store's own file is no backup: nobody said what must be in it.
    let StoreUrl::Sqlite(live) = &url else { return };
    assert!(restore(live, &target, &options(), QUIET).is_err());
    assert_eq!(files(folder.path()).len(), 2, "{:?}", files(folder.path()));
}

#[test]
fn an_altered_backup_leaves_nothing_behind() {
    let (_folder, url) = crate::common::sqlite();
    let depot = Depot::open(&url);
    depot.posted("A1", "5", "2.00");
    let folder = tempfile::tempdir().expect("a folder");
    for (nth, tampering) in [
        "update leg set amount = amount + 1 where seq = (select max(seq) from leg) and n = 0",
        "update slip set state = 'done', signed = '[]' where id = 1",
        "delete from journal where seq = (select max(seq) from journal)",
        "delete from draft; delete from series",
        "update backup_manifest set body = replace(body, '\"org\"', '\"gro\"') || ' '; delete from note; delete from content; update backup_manifest set body = replace(body, '[\"content\",0]', '[\"content\",1]')",
        "drop table backup_manifest",
        "update schema_migration set sum = 'x'",
    ]
    .into_iter()
    .enumerate()
    {
        let file = folder.path().join("depot.backup");
        depot.store.backup(&file, QUIET).expect("backed up");
        rusqlite::Connection::open(&file).and_then(|one| one.execute_batch(tampering)).expect("altered");
        let target = StoreUrl::Sqlite(folder.path().join("new.db"));
        let refused = restore(&file, &target, &options(), QUIET);
        assert!(refused.is_err(), "{nth}: {tampering} went unseen");
        assert_eq!(files(folder.path()), std::slice::from_ref(&file), "{nth}: {tampering} left something behind");
        if let Some(target) = crate::common::postgres() {
            assert!(restore(&file, &target, &options(), QUIET).is_err());
            let looked = verify_url(&target, &options(), QUIET);
            assert!(matches!(looked, Err(StoreError::Schema(_))), "tables were left behind: {looked:?}");
        }
        std::fs::remove_file(&file).expect("removed");
    }
}

/// What an earlier program left is verified as it is, restored, and brought up when it is opened.
#[test]
fn what_an_earlier_program_left_is_sound() {
    let earlier = "drop index journal_line; drop index slip_line; drop index leg_statement; \
         create index leg_statement on leg (org, account, day, seq, n); \
         delete from schema_migration where version = 3";
    let go_back = |path: &Path| {
        rusqlite::Connection::open(path)
            .and_then(|one| one.execute_batch(earlier))
            .expect("taken back");
    };
    let (folder, url) = crate::common::sqlite();
    let StoreUrl::Sqlite(path) = &url else { return };
    let file = folder.path().join("depot.backup");
    let depot = Depot::open(&url);
    depot.posted("A1", "5", "2.00");
    let manifest = depot.store.backup(&file, QUIET).expect("backed up");
    drop(depot);
    for path in [path, &file] {
        go_back(path);
    }
    let report = verify_url(&url, &options(), QUIET).expect("verified");
    assert!(report.sound(), "{:#?}", report.bad);
    assert_eq!(
        store::check_backup(&file, &options(), QUIET).expect("sound"),
        manifest
    );
    for target in [
        Some(StoreUrl::Sqlite(folder.path().join("new.db"))),
        crate::common::postgres(),
    ] {
        let Some(target) = target else { continue };
        restore(&file, &target, &options(), QUIET).expect("restored");
        Depot::open(&target).verify();
    }
    let depot = Depot::open(&url);
    depot.posted("A1", "5", "2.00");
    depot.verify();
    let upgraded = rusqlite::Connection::open(path).expect("opened");
    let count = "select count(*) from sqlite_master where name in ('journal_line', 'slip_line')";
    let indexes: i64 = upgraded
        .query_row(count, [], |row| row.get(0))
        .expect("read");
    assert_eq!(indexes, 2);
}

#[test]
fn a_database_of_others_is_refused() {
    let (folder, url) = crate::common::sqlite();
    drop(Depot::open(&url));
    let StoreUrl::Sqlite(path) = &url else { return };
    let newer = "insert into schema_migration (version, name, sum) values (99, 'later', 'x')";
    rusqlite::Connection::open(path)
        .and_then(|one| one.execute_batch(newer))
        .expect("altered");
    let refused = store::Store::open(&url, options());
    assert!(
        matches!(&refused, Err(StoreError::Schema(why)) if why.contains("99")),
        "{refused:?}"
    );
    let absent = verify_url(
        &StoreUrl::Sqlite(folder.path().join("absent.db")),
        &options(),
        QUIET,
    );
    assert!(matches!(absent, Err(StoreError::Invalid(_))), "{absent:?}");
    let other = folder.path().join("other.db");
    rusqlite::Connection::open(&other)
        .and_then(|one| one.execute_batch("create table t (x)"))
        .expect("made");
    let looked = verify_url(&StoreUrl::Sqlite(other), &options(), QUIET);
    assert!(matches!(looked, Err(StoreError::Schema(_))), "{looked:?}");
}

#[test]
fn addresses_are_read_and_shown_without_passwords() {
    for (text, url) in [
        ("memory:", StoreUrl::Memory),
        (
            "sqlite:///var/data.db",
            StoreUrl::Sqlite("/var/data.db".into()),
        ),
        ("sqlite://data.db", StoreUrl::Sqlite("data.db".into())),
    ] {
        assert_eq!(text.parse::<StoreUrl>(), Ok(url.clone()));
        assert_eq!(url.to_string(), text);
    }
    let url: StoreUrl = "postgres://me:s3cret@host:5432/db"
        .parse()
        .expect("an address");
    assert_eq!(
        url,
        StoreUrl::Postgres("postgres://me:s3cret@host:5432/db".to_owned())
    );
    assert_eq!(url.to_string(), "postgres://me@host:5432/db");
    for wrong in ["", "sqlite://", "mysql://me:s3cret@host/db", "data.db"] {
        let error = wrong
            .parse::<StoreUrl>()
            .expect_err("no address")
            .to_string();
        assert!(!error.contains("s3cret"), "{error}");
    }
}
