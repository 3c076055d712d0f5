//! The outbox in both databases: a follower moves with what came of its rows or not at all, a delivery is one node's, and
//! what was altered is named.

use crate::common::{Depot, ORG};
use kernel::{Moment, SlipId};
use store::{BackupRun, Delivery, DeliveryQuery, DeliveryState, Notice, Options, StoreUrl, Tried};

fn everywhere(test: impl Fn(&Depot)) {
    let (_folder, sqlite) = crate::common::sqlite();
    test(&Depot::open(&sqlite));
    test(&Depot::open(&StoreUrl::Memory));
    if let Some(postgres) = crate::common::postgres() {
        test(&Depot::open(&postgres));
    }
}

fn delivery(depot: &Depot, id: &str, target: &str) -> Delivery {
    Delivery {
        id: id.to_owned(),
        channel: "webhook".to_owned(),
        target: target.to_owned(),
        kind: "step".to_owned(),
        seq: 3,
        slip: Some(SlipId(1)),
        body: "{}".to_owned(),
        due: depot.now,
        created: depot.now,
        ..Delivery::default()
    }
}

fn notice(depot: &Depot, login: &str, seq: i64, digest: &str) -> Notice {
    Notice {
        login: login.into(),
        seq,
        at: depot.now,
        kind: "returned".to_owned(),
        slip: SlipId(seq),
        shown: true,
        digest: digest.to_owned(),
        ..Notice::default()
    }
}

#[test]
fn a_follower_moves_with_what_came_of_its_rows() {
    everywhere(|depot| {
        let store = &depot.store;
        assert_eq!(store.followed(ORG, "outbox").expect("read"), None);
        assert!(
            store
                .follow(ORG, "outbox", (None, 5), &[], &[])
                .expect("written")
        );
        assert!(
            !store
                .follow(ORG, "outbox", (None, 5), &[], &[])
                .expect("written")
        );
        let one = [delivery(depot, "a", "w")];
        let told = [notice(depot, "clerk", 6, "")];
        assert!(
            store
                .follow(ORG, "outbox", (Some(5), 9), &one, &told)
                .expect("written")
        );
        // Another node that thinks the follower is still there adds nothing.
        let other = [delivery(depot, "b", "w")];
        assert!(
            !store
                .follow(ORG, "outbox", (Some(5), 9), &other, &[])
                .expect("written")
        );
        assert_eq!(store.followed(ORG, "outbox").expect("read"), Some(9));
        assert!(store.delivery(ORG, "b").expect("read").is_none());
        assert_eq!(
            store.told_since(ORG, 5).expect("read"),
            (6, vec!["clerk".to_owned()])
        );
        assert_eq!(store.unread_notices(ORG, "clerk").expect("read"), 1);
        assert_eq!(
            store
                .read_notices(ORG, "clerk", Some(SlipId(7)), depot.now)
                .expect("written"),
            0
        );
        assert_eq!(
            store
                .read_notices(ORG, "clerk", Some(SlipId(6)), depot.now)
                .expect("written"),
            1
        );
        assert_eq!(store.unread_notices(ORG, "clerk").expect("read"), 0);
        let (head, _) = store.head(ORG).expect("read");
        let rows = store
            .journal_between(ORG, 0, head, &["bootstrap", "put_record"])
            .expect("read");
        assert!(rows.len() > 1 && rows.iter().all(|row| &*row.outcome == "done"));
    });
}

#[test]
fn a_delivery_is_one_nodes_until_its_lease_runs_out() {
    everywhere(|depot| {
        let (store, now) = (&depot.store, depot.now);
        for id in ["a", "b", "c"] {
            assert!(
                store
                    .add_delivery(ORG, &delivery(depot, id, "w"))
                    .expect("added")
            );
        }
        assert!(
            !store
                .add_delivery(ORG, &delivery(depot, "a", "w"))
                .expect("not again")
        );
        store
            .add_delivery(ORG, &delivery(depot, "z", "other"))
            .expect("added");
        assert_eq!(store.due_targets(ORG, now).expect("read"), ["other", "w"]);
        let lease = |node: &str, at: Moment| {
            let taken = store.lease_deliveries(ORG, "w", node, (at, at.plus_minutes(1)), 2);
            taken
                .expect("leased")
                .into_iter()
                .map(|one| one.id)
                .collect::<Vec<_>>()
        };
        assert_eq!(lease("one", now), ["a", "b"]);
        assert_eq!(lease("two", now), ["c"]);
        assert!(lease("two", now).is_empty());
        let later = now.plus_minutes(2);
        assert_eq!(lease("two", later), ["a", "b"], "the leases ran out");
        let tried = |state: DeliveryState| Tried {
            state,
            due: later.plus_minutes(5),
            at: later,
            ended: Moment(later.0 + 12_000),
            answer: "500".to_owned(),
            free: false,
        };
        // The first node comes late with a failure: the delivery is another's now, but that it was tried is kept.
        assert!(
            !store
                .delivery_tried(ORG, "a", "one", &tried(DeliveryState::Waiting))
                .expect("written")
        );
        assert!(
            store
                .delivery_tried(ORG, "a", "two", &tried(DeliveryState::Waiting))
                .expect("written")
        );
        let (one, tries) = store.delivery(ORG, "a").expect("read").expect("there");
        assert_eq!((one.tries, tries.len(), tries[0].millis), (1, 2, 12));
        assert!(
            store
                .delivery_tried(ORG, "b", "one", &tried(DeliveryState::Sent))
                .expect("sent is sent")
        );
        assert!(
            store
                .delivery_tried(ORG, "c", "two", &tried(DeliveryState::Dead))
                .expect("written")
        );
        assert!(!store.retry_delivery(ORG, "b", now).expect("not dead"));
        assert!(store.retry_delivery(ORG, "c", now).expect("again"));
        assert_eq!(store.release_deliveries(ORG, None).expect("released"), 0);
        assert_eq!(lease("three", now), ["c"]);
        assert_eq!(
            store
                .release_deliveries(ORG, Some("three"))
                .expect("released"),
            1
        );
        let page = |after| {
            let query = DeliveryQuery {
                limit: 3,
                after,
                ..DeliveryQuery::default()
            };
            store.deliveries(ORG, &query).expect("read")
        };
        let first = page(None);
        let second = page(first.next.clone());
        assert_eq!(
            (first.rows.len(), second.rows.len(), second.next),
            (3, 1, None)
        );
        assert_eq!(
            store.delivery_counts(ORG).expect("read"),
            [("sent".to_owned(), 1), ("waiting".to_owned(), 3)]
        );
        assert_eq!(
            store
                .prune_outbox(ORG, later.plus_minutes(60))
                .expect("pruned"),
            1
        );
        assert!(store.verify(&|_, _, _| {}).expect("verified").sound());
    });
}

#[test]
fn digests_preferences_and_backups_are_kept() {
    everywhere(|depot| {
        let store = &depot.store;
        let told = [
            notice(depot, "clerk", 6, "d1"),
            notice(depot, "clerk", 7, "d1"),
            notice(depot, "chief", 8, ""),
        ];
        store
            .follow(ORG, "outbox", (None, 8), &[], &told)
            .expect("written");
        let seqs: Vec<i64> = store
            .digested(ORG, "d1")
            .expect("read")
            .iter()
            .map(|one| one.seq)
            .collect();
        assert_eq!(seqs, [6, 7]);
        assert!(store.digested(ORG, "").expect("read").is_empty());
        let newest = store.notices(ORG, "clerk", None, 1).expect("read");
        assert_eq!(newest[0].seq, 7);
        assert_eq!(
            store
                .notices(ORG, "clerk", Some((7, 0)), 9)
                .expect("read")
                .len(),
            1
        );
        assert_eq!(store.preference(ORG, "clerk").expect("read"), None);
        store
            .put_preference(ORG, "clerk", "{}", depot.now)
            .expect("kept");
        assert_eq!(
            store.preferences(ORG).expect("read"),
            [("clerk".to_owned(), "{}".to_owned())]
        );
        let run = BackupRun {
            id: "asked-1".to_owned(),
            kind: "backup".to_owned(),
            state: "asked".to_owned(),
            at: depot.now,
            ..BackupRun::default()
        };
        assert!(store.add_backup_run(ORG, &run).expect("added"));
        assert!(!store.add_backup_run(ORG, &run).expect("once"));
        assert!(store.take_backup_run(ORG, "asked-1").expect("taken"));
        assert!(!store.take_backup_run(ORG, "asked-1").expect("once"));
        assert_eq!(store.backup_runs(ORG, 9).expect("read")[0].state, "running");
        assert!(store.verify(&|_, _, _| {}).expect("verified").sound());
    });
}

#[test]
fn a_backup_is_checked_where_it_lies() {
    let (folder, sqlite) = crate::common::sqlite();
    let depot = Depot::open(&sqlite);
    depot
        .store
        .add_delivery(ORG, &delivery(&depot, "a", "w"))
        .expect("added");
    let file = folder.path().join("one.backup");
    let made = depot.store.backup(&file, &|_, _, _| {}).expect("backed up");
    let before = std::fs::read(&file).expect("read");
    let options: Options = crate::common::options();
    let found = store::check_backup(&file, &options, &|_, _, _| {}).expect("sound");
    assert_eq!(found, made);
    assert_eq!(
        std::fs::read(&file).expect("read"),
        before,
        "looking changes nothing"
    );
    let db = rusqlite::Connection::open(&file).expect("opens");
    db.execute("update delivery set target = 'elsewhere'", [])
        .expect("altered");
    drop(db);
    let error = store::check_backup(&file, &options, &|_, _, _| {}).expect_err("altered");
    assert!(error.to_string().contains("delivery"), "{error}");
    assert!(store::check_backup(&folder.path().join("none"), &options, &|_, _, _| {}).is_err());
}
