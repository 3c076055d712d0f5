//! What goes wrong below a lane, and what rides with a command: nothing is ever half-written.

use std::sync::Arc;

use crate::common::{Depot, ORG, note, on_both, options};
use engine::{Act, SYSTEM};
use kernel::Moment;
use sha2::{Digest, Sha256};
use store::{JournalQuery, Store, StoreError, StoreUrl};

#[test]
fn a_credential_and_its_digest_are_written_together() {
    on_both(|url| {
        let depot = Depot::open(url);
        let stored = "$argon2id$v=19$first".to_owned();
        let digest = engine::hex(&Sha256::digest(stored.as_bytes()));
        let act = |digest: &Arc<str>| Act::Credential {
            login: "clerk".into(),
            digest: digest.clone(),
        };
        let command = || depot.command(SYSTEM, act(&digest));
        let bare = depot.store.submit_blocking(command()).expect("answered");
        assert_eq!(bare.outcome.expect_err("refused").code, "credential");
        let other = depot
            .store
            .submit_credential_blocking(command(), "something else".to_owned());
        assert_eq!(
            other.expect("answered").outcome.expect_err("refused").code,
            "credential"
        );
        assert_eq!(depot.store.credential(ORG, "clerk").expect("read"), None);
        let set = depot
            .store
            .submit_credential_blocking(command(), stored.clone())
            .expect("answered");
        assert!(set.outcome.is_ok(), "{set:?}");
        assert_eq!(
            depot.store.credential(ORG, "clerk").expect("read"),
            Some(stored)
        );
        // Nobody sets that of another: neither the journal nor the credential changes but for the refusal.
        let theirs = "$argon2id$v=19$theirs".to_owned();
        let digest = engine::hex(&Sha256::digest(theirs.as_bytes()));
        let refused = depot
            .store
            .submit_credential_blocking(depot.command("keeper", act(&digest)), theirs)
            .expect("answered");
        assert!(refused.outcome.is_err());
        assert_eq!(
            depot
                .store
                .credential(ORG, "clerk")
                .expect("read")
                .as_deref(),
            Some("$argon2id$v=19$first")
        );
        depot.verify();
    });
}

#[test]
fn slips_finish_under_the_version_they_began_under() {
    on_both(|url| {
        let depot = Depot::open(url);
        let slip = depot.note("A1", "5", "2.00").slip.expect("a slip");
        let old = depot.store.catalog().packs()[0].version.clone();
        let now = depot.now;
        drop(depot);
        let mut texts = crate::common::texts();
        texts[0]
            .text
            .push_str("\n// A remark makes it another version.\n");
        let changed = crate::common::read_pack("depot", &texts).expect("sound");
        let mut newer = options();
        newer.catalog = model::Catalog::new([Arc::new(changed)]);
        let mut depot = Depot {
            store: Store::open(url, newer).expect("opens"),
            now,
        };
        assert_ne!(depot.store.catalog().packs()[0].version, old);
        // A new slip begins under the new version, the old one goes on under its own.
        let fresh = depot.note("A1", "1", "1.00").slip.expect("a slip");
        for actor in ["chief", "auditor"] {
            assert!(depot.sign(actor, "intake.note.check", slip).outcome.is_ok());
        }
        let read = |id| depot.store.slip(ORG, id).expect("read").expect("there");
        assert_eq!(read(slip).version, old);
        assert_ne!(read(fresh).version, old);
        assert!(depot.store.catalog().version(&old).is_some());
        let installs = JournalQuery {
            act: Some("install_pack".to_owned()),
            ..JournalQuery::default()
        };
        assert_eq!(
            depot
                .store
                .journal(ORG, &installs)
                .expect("read")
                .rows
                .len(),
            2
        );
        depot.now = Moment(depot.now.0 + 1);
        depot.verify();
    });
}

/// Runs SQL beside the store.
fn beside(url: &StoreUrl, sql: &str) {
    match url {
        StoreUrl::Sqlite(path) => {
            rusqlite::Connection::open(path)
                .and_then(|one| one.execute_batch(sql))
                .expect("runs");
        }
        StoreUrl::Postgres(url) => {
            let name = url.rsplit('/').next().expect("a name");
            testkit::postgres::Cluster::shared()
                .query(name, sql)
                .expect("runs");
        }
        StoreUrl::Memory => unreachable!("nothing is beside memory"),
    }
}

#[test]
fn a_fault_writes_nothing_and_the_store_goes_on() {
    on_both(|url| {
        let depot = Depot::open(url);
        depot.note("A1", "5", "2.00");
        let before = depot.store.head(ORG).expect("read");
        // The last table that a step writes to is gone: everything before it must be undone.
        beside(url, "alter table slip_body rename to elsewhere");
        let command = depot.command("clerk", note("A1", "1", "1.00"));
        let fault = depot.store.submit_blocking(command.clone());
        assert!(
            matches!(fault, Err(StoreError::Database { .. })),
            "{fault:?}"
        );
        beside(url, "alter table elsewhere rename to slip_body");
        assert_eq!(depot.store.head(ORG).expect("read"), before);
        depot.verify();
        // The sender may send it again under the same key.
        let answer = depot.store.submit_blocking(command).expect("answered");
        assert_eq!(
            answer.outcome.expect("accepted").number.as_deref(),
            Some("RK2026-002")
        );
        depot.verify();
    });
}

/// Many at once, so that some are judged on top of others that are then not written.
#[test]
fn a_fault_under_a_crowd_writes_nothing_of_it_and_the_store_goes_on() {
    on_both(|url| {
        let depot = Depot::open(url);
        depot.note("A1", "5", "2.00");
        let before = depot.store.head(ORG).expect("read");
        let commands: Vec<_> = (0..48)
            .map(|_| depot.command("clerk", note("A1", "1", "1.00")))
            .collect();
        let all = || {
            std::thread::scope(|scope| {
                let sent: Vec<_> = commands
                    .iter()
                    .map(|command| scope.spawn(|| depot.store.submit_blocking(command.clone())))
                    .collect();
                let answers = sent.into_iter().map(|one| one.join().expect("no panic"));
                answers.collect::<Vec<_>>()
            })
        };
        beside(url, "alter table slip_body rename to elsewhere");
        for fault in all() {
            assert!(
                matches!(fault, Err(StoreError::Database { .. })),
                "{fault:?}"
            );
        }
        beside(url, "alter table elsewhere rename to slip_body");
        assert_eq!(depot.store.head(ORG).expect("read"), before);
        depot.verify();
        let mut numbers: Vec<_> = all()
            .into_iter()
            .map(|answer| answer.expect("answered").outcome.expect("accepted").number)
            .collect();
        numbers.sort();
        let expected: Vec<_> = (2..50)
            .map(|n| Some(format!("RK2026-{n:03}").into()))
            .collect();
        assert_eq!(numbers, expected);
        depot.verify();
    });
}

#[test]
fn a_lost_connection_is_made_again() {
    let Some(url) = crate::common::postgres() else {
        return;
    };
    let depot = Depot::open(&url);
    depot.note("A1", "5", "2.00");
    for nth in 0..3 {
        beside(
            &url,
            "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'countersign' \
             and datname = current_database()",
        );
        let command = depot.command("clerk", note("A1", "1", "1.00"));
        // The first try may meet the dead connection; the second must not.
        let answer = match depot.store.submit_blocking(command.clone()) {
            Ok(answer) => answer,
            Err(StoreError::Database { .. }) => {
                depot.store.submit_blocking(command).expect("answered")
            }
            Err(other) => panic!("{other}"),
        };
        assert_eq!(
            answer.outcome.expect("accepted").number,
            Some(format!("RK2026-{:03}", nth + 2).into())
        );
        let read = depot.store.people(ORG).or_else(|_| depot.store.people(ORG));
        assert_eq!(read.expect("read").len(), 5);
    }
    depot.verify();
}
