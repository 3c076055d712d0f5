//! Work tables: drafts, sessions, attempts, contents; and that a row which was altered is not used.

use crate::common::{Depot, ORG};
use kernel::{Moment, SlipId};
use store::{Attempts, Draft, Session, StoreUrl};

fn everywhere(test: impl Fn(&Depot)) {
    let (_folder, sqlite) = crate::common::sqlite();
    test(&Depot::open(&sqlite));
    test(&Depot::open(&StoreUrl::Memory));
    if let Some(postgres) = crate::common::postgres() {
        test(&Depot::open(&postgres));
    }
}

#[test]
fn drafts_are_kept_per_person() {
    everywhere(|depot| {
        let draft = |id: &str, minute: i64| Draft {
            id: id.to_owned(),
            step: "depot.intake.note.fill".to_owned(),
            slip: Some(SlipId(3)),
            sources: vec![SlipId(1), SlipId(2)],
            body: "{\"qty\":\"半\"}".to_owned(),
            updated: depot.now.plus_minutes(minute),
        };
        for (login, one) in [
            ("clerk", draft("a", 1)),
            ("clerk", draft("b", 2)),
            ("chief", draft("a", 3)),
        ] {
            depot.store.put_draft(ORG, login, &one).expect("kept");
        }
        let ids = |login: &str| -> Vec<String> {
            depot
                .store
                .drafts(ORG, login)
                .expect("read")
                .into_iter()
                .map(|draft| draft.id)
                .collect()
        };
        assert_eq!(ids("clerk"), ["b", "a"]);
        assert_eq!(
            depot.store.draft(ORG, "clerk", "a").expect("read"),
            Some(draft("a", 1))
        );
        depot
            .store
            .put_draft(ORG, "clerk", &draft("a", 9))
            .expect("kept");
        assert_eq!(ids("clerk"), ["a", "b"]);
        depot.store.drop_draft(ORG, "clerk", "a").expect("dropped");
        assert_eq!(
            (ids("clerk"), ids("chief")),
            (vec!["b".to_owned()], vec!["a".to_owned()])
        );
        assert_eq!(depot.store.draft(ORG, "clerk", "a").expect("read"), None);
        depot.verify();
    });
}

#[test]
fn sessions_end() {
    everywhere(|depot| {
        let session = |token: &str, login: &str, minutes: i64| Session {
            token_hash: token.to_owned(),
            login: login.into(),
            created: depot.now,
            seen: depot.now,
            expires: depot.now.plus_minutes(minutes),
            confirmed: depot.now,
            agent: "a browser".to_owned(),
            address: "127.0.0.1".to_owned(),
        };
        for one in [
            session("t1", "clerk", 10),
            session("t2", "clerk", 60),
            session("t3", "chief", 60),
        ] {
            depot.store.put_session(ORG, &one).expect("kept");
        }
        let later = depot.now.plus_minutes(5);
        depot
            .store
            .touch_session(ORG, "t1", later, true)
            .expect("touched");
        depot
            .store
            .touch_session(ORG, "nobody's", later, true)
            .expect("nothing to touch");
        let one = depot
            .store
            .session(ORG, "t1")
            .expect("read")
            .expect("there");
        assert_eq!(
            (one.seen, one.confirmed, one.created),
            (later, later, depot.now)
        );
        depot.verify();
        assert_eq!(
            depot
                .store
                .expire_sessions(ORG, depot.now.plus_minutes(10))
                .expect("done"),
            1
        );
        assert_eq!(depot.store.session(ORG, "t1").expect("read"), None);
        assert_eq!(depot.store.sessions(ORG, "clerk").expect("read").len(), 1);
        depot.store.end_sessions(ORG, "clerk").expect("done");
        assert_eq!(depot.store.session(ORG, "t2").expect("read"), None);
        assert!(depot.store.session(ORG, "t3").expect("read").is_some());
        depot.store.end_session(ORG, "t3").expect("done");
        assert_eq!(depot.store.session(ORG, "t3").expect("read"), None);
    });
}

#[test]
fn failed_attempts_are_counted_from_every_side() {
    everywhere(|depot| {
        let lock = |count: i64| {
            if count >= 5 {
                depot.now.plus_minutes(count)
            } else {
                Moment(0)
            }
        };
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    depot
                        .store
                        .failed_attempt(ORG, "clerk", depot.now, lock)
                        .expect("counted")
                });
            }
        });
        let attempts = depot.store.attempts(ORG, "clerk").expect("read");
        assert_eq!(
            (attempts.count, attempts.locked_until),
            (8, depot.now.plus_minutes(8))
        );
        assert_eq!(
            depot.store.attempts(ORG, "10.0.0.1").expect("read"),
            Attempts::default()
        );
        depot.verify();
        depot.store.forget_attempts(ORG, "clerk").expect("done");
        assert_eq!(depot.store.attempts(ORG, "clerk").expect("read").count, 0);
    });
}

#[test]
fn a_content_is_kept_once() {
    everywhere(|depot| {
        let bytes: Vec<u8> = (0..100_000u32).flat_map(u32::to_le_bytes).collect();
        let first = depot.store.put_content(ORG, &bytes).expect("kept");
        assert_eq!(depot.store.put_content(ORG, &bytes).expect("kept"), first);
        assert_eq!(first.size, 400_000);
        assert_eq!(
            depot.store.content(ORG, &first.hash).expect("read"),
            Some(bytes)
        );
        assert_eq!(depot.store.content(ORG, "00").expect("read"), None);
        depot
            .store
            .put_content(ORG, b"")
            .expect("an empty file is a file");
        depot.verify();
    });
}

#[test]
fn an_altered_row_is_not_used() {
    let (_folder, url) = crate::common::sqlite();
    let depot = Depot::open(&url);
    let hash = depot.store.put_content(ORG, b"true").expect("kept").hash;
    let session = Session {
        token_hash: "t1".to_owned(),
        login: "clerk".into(),
        created: depot.now,
        seen: depot.now,
        expires: depot.now.plus_minutes(60),
        confirmed: depot.now,
        agent: String::new(),
        address: "127.0.0.1".to_owned(),
    };
    depot.store.put_session(ORG, &session).expect("kept");
    let stored = "$argon2id$mine".to_owned();
    let digest = engine::hex(&<sha2::Sha256 as sha2::Digest>::digest(stored.as_bytes()));
    let act = engine::Act::Credential {
        login: "clerk".into(),
        digest,
    };
    let set = depot
        .store
        .submit_credential_blocking(depot.command("system", act), stored)
        .expect("answered");
    assert!(set.outcome.is_ok());
    let StoreUrl::Sqlite(path) = &url else { return };
    let sql = "update content set bytes = x'00'; update session set login = 'admin'; \
         update credential set stored = '$argon2id$theirs'";
    rusqlite::Connection::open(path)
        .and_then(|one| one.execute_batch(sql))
        .expect("altered");
    assert!(depot.store.content(ORG, &hash).is_err());
    assert!(depot.store.session(ORG, "t1").is_err());
    assert!(depot.store.sessions(ORG, "admin").expect("read").is_empty());
    assert!(depot.store.credential(ORG, "clerk").is_err());
    let report = depot.store.verify(&|_, _, _| {}).expect("verified");
    let tables: Vec<&str> = report.bad.iter().map(|bad| &*bad.table).collect();
    assert_eq!(tables, ["credential", "content", "session"]);
}

#[test]
fn a_slip_is_watched_by_choice_or_by_a_copy_until_it_is_put_out_of_sight() {
    everywhere(|depot| {
        let slip = depot.note("A1", "1", "1.00").slip.expect("a slip");
        let other = depot.note("A1", "2", "1.00").slip.expect("a slip");
        let copy = engine::Act::CopyTo {
            slip,
            to: vec!["keeper".into()],
        };
        depot.must("clerk", copy.clone());
        let seen = |login: &str| -> Vec<(SlipId, Option<String>)> {
            let watched = depot.store.watched(ORG, login, 10).expect("read");
            watched
                .into_iter()
                .map(|one| (one.slip, one.copied_by.map(|by| by.to_string())))
                .collect()
        };
        assert_eq!(seen("keeper"), [(slip, Some("clerk".to_owned()))]);
        assert!(seen("clerk").is_empty() && !depot.store.any_watched(ORG).expect("read"));
        let watch = |slip, on, minutes| {
            let at = depot.now.plus_minutes(minutes);
            depot
                .store
                .watch(ORG, "keeper", slip, on, at)
                .expect("kept");
        };
        // Far enough ahead of the copy, whatever the depot's clock did meanwhile.
        watch(other, true, 100_000);
        assert_eq!(seen("keeper").len(), 2);
        assert_eq!(seen("keeper")[0], (other, None));
        watch(slip, false, 100_001);
        assert_eq!(seen("keeper"), [(other, None)]);
        let of = depot.store.watchers(ORG, &[slip, other]).expect("read");
        assert_eq!((of.len(), &*of[&other][0]), (1, "keeper"));
        assert!(depot.store.watches(ORG, "keeper", other).expect("read"));
        assert!(!depot.store.watches(ORG, "keeper", slip).expect("read"));
        depot.verify();
    });
}
