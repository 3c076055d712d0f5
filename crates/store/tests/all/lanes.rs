//! Lanes: one answer per key, no gap under parallel clients, nothing half-written after a fault.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::common::{Depot, ORG, note, on_both, put_record};
use engine::{Act, Command, SYSTEM};
use kernel::Moment;
use store::{Answer, JournalQuery, Store, StoreError, StoreUrl};

fn journal_length(store: &Store) -> i64 {
    store.head(ORG).expect("read").0
}

#[test]
fn the_same_key_is_answered_once() {
    on_both(|url| {
        let depot = Depot::open(url);
        let command = depot.command("clerk", note("A1", "5", "2.00"));
        let first = depot
            .store
            .submit_blocking(command.clone())
            .expect("answered");
        assert!(!first.repeated && first.outcome.is_ok(), "{first:?}");
        let before = journal_length(&depot.store);
        let again = depot
            .store
            .submit_blocking(command.clone())
            .expect("answered");
        assert!(again.repeated);
        assert_eq!((again.seq, &again.outcome), (first.seq, &first.outcome));
        // Also by a store that has just been opened.
        let other = Depot::open(url);
        let again = other
            .store
            .submit_blocking(command.clone())
            .expect("answered");
        assert!(again.repeated);
        assert_eq!(again.outcome, first.outcome);
        assert_eq!(journal_length(&depot.store), before);
        // Another request under the key is refused, and that stands in the journal.
        let mut other = depot.command("clerk", note("B2", "1", "1.00"));
        other.key = command.key.clone();
        let refused = depot.store.submit_blocking(other).expect("answered");
        assert_eq!(refused.outcome.expect_err("refused").code, "key_reused");
        assert_eq!(journal_length(&depot.store), before + 1);
        depot.verify();
    });
}

#[test]
fn a_key_sent_many_times_at_once_counts_once() {
    on_both(|url| {
        let depot = Depot::open(url);
        let command = depot.command("clerk", note("A1", "5", "2.00"));
        let answers: Vec<_> = std::thread::scope(|scope| {
            let senders: Vec<_> = (0..32)
                .map(|_| {
                    scope.spawn(|| {
                        depot
                            .store
                            .submit_blocking(command.clone())
                            .expect("answered")
                    })
                })
                .collect();
            senders
                .into_iter()
                .map(|sender| sender.join().expect("no panic"))
                .collect()
        });
        assert_eq!(answers.iter().filter(|answer| !answer.repeated).count(), 1);
        assert!(
            answers
                .iter()
                .all(|answer| answer.outcome == answers[0].outcome && answer.seq == answers[0].seq)
        );
        depot.verify();
    });
}

/// Sends commands again that were answered before this store was opened, in a crowd of new ones.
fn repeated_in_a_crowd(depot: &Depot, old: &[(Command, Answer)]) {
    std::thread::scope(|scope| {
        for (command, first) in old {
            scope.spawn(move || {
                let fresh = depot.submit("clerk", note("A1", "5", "2.00"));
                assert!(!fresh.repeated && fresh.outcome.is_ok(), "{fresh:?}");
                let again = depot.store.submit_blocking(command.clone());
                let again = again.expect("answered");
                assert!(again.repeated, "{again:?}");
                assert_eq!((again.seq, &again.outcome), (first.seq, &first.outcome));
            });
        }
    });
}

/// Judging ahead does not ask for keys that were used up long ago. What could be done again the journal does not take a
/// second time; what would be refused today, since its slip went on, was not refused then.
#[test]
fn old_keys_in_a_crowd_are_answered_as_they_were() {
    on_both(|url| {
        let (mut begun, mut checked) = (Vec::new(), Vec::new());
        let depot = Depot::open(url);
        for _ in 0..40 {
            let first = depot.command("clerk", note("A1", "5", "2.00"));
            let answer = depot
                .store
                .submit_blocking(first.clone())
                .expect("answered");
            let slip = answer.outcome.as_ref().expect("accepted").slip;
            begun.push((first, answer));
            let next = depot.signing("chief", "intake.note.check", slip.expect("a slip"));
            let answer = depot.store.submit_blocking(next.clone()).expect("answered");
            assert!(answer.outcome.is_ok(), "{answer:?}");
            checked.push((next, answer));
        }
        drop(depot);
        for old in [checked, begun] {
            let depot = Depot::open(url);
            let before = journal_length(&depot.store);
            repeated_in_a_crowd(&depot, &old);
            assert_eq!(journal_length(&depot.store), before + old.len() as i64);
            depot.verify();
        }
    });
}

/// Fills in notes from many threads of many stores; their numbers.
fn crowd(depots: &[&Depot], threads: usize, each: usize) -> Vec<Arc<str>> {
    std::thread::scope(|scope| {
        let clerks: Vec<_> = (0..threads)
            .map(|thread| {
                let depot = depots[thread % depots.len()];
                scope.spawn(move || {
                    (0..each)
                        .map(|_| depot.note("A1", "1", "1.00").number.expect("a number"))
                        .collect::<Vec<_>>()
                })
            })
            .collect();
        clerks
            .into_iter()
            .flat_map(|clerk| clerk.join().expect("no panic"))
            .collect()
    })
}

fn assert_gapless(numbers: &[Arc<str>]) {
    let distinct: BTreeSet<&str> = numbers.iter().map(|number| &**number).collect();
    assert_eq!(distinct.len(), numbers.len(), "a number was given twice");
    let expected: BTreeSet<String> = (1..=numbers.len())
        .map(|nth| format!("RK2026-{nth:03}"))
        .collect();
    assert!(
        expected.iter().all(|number| distinct.contains(&**number)),
        "{distinct:?}"
    );
}

#[test]
fn sixty_four_clerks_leave_no_gap() {
    on_both(|url| {
        let depot = Depot::open(url);
        let numbers = crowd(&[&depot], 64, 6);
        assert_gapless(&numbers);
        let stats = depot.store.stats();
        assert!(
            stats.commits < stats.commands,
            "nothing was grouped: {stats:?}"
        );
        depot.verify();
    });
}

#[test]
fn two_stores_over_one_database_leave_no_gap() {
    on_both(|url| {
        let one = Depot::open(url);
        let two = Depot::open(url);
        let numbers = crowd(&[&one, &two], 16, 8);
        assert_gapless(&numbers);
        assert!(one.store.stats().commits > 0 && two.store.stats().commits > 0);
        one.verify();
        // What one wrote the other builds on.
        let slip = one.note("A1", "3", "1.00").slip.expect("a slip");
        for (depot, actor) in [(&two, "chief"), (&one, "auditor")] {
            assert!(depot.sign(actor, "intake.note.check", slip).outcome.is_ok());
        }
        assert!(two.sign("keeper", "intake.note.post", slip).outcome.is_ok());
        assert_eq!(one.verify(), two.verify());
    });
}

#[test]
fn a_store_goes_on_where_it_was_left() {
    on_both(|url| {
        let depot = Depot::open(url);
        let slip = depot.posted("A1", "5", "2.00");
        let head = depot.store.head(ORG).expect("read");
        let before = depot.store.slip(ORG, slip).expect("read").expect("there");
        depot.store.close();
        let closed = depot
            .store
            .submit_blocking(depot.command("clerk", note("A1", "1", "1")));
        assert!(matches!(closed, Err(StoreError::Closed)), "{closed:?}");
        drop(depot);
        let depot = Depot::open(url);
        assert_eq!(depot.store.head(ORG).expect("read"), head);
        assert_eq!(
            depot.store.slip(ORG, slip).expect("read").expect("there"),
            before
        );
        let next = depot.note("A1", "1", "1.00");
        assert_eq!(next.number.as_deref(), Some("RK2026-002"));
        assert_eq!(depot.verify(), head.0 + 1);
    });
}

#[test]
fn time_never_runs_backwards() {
    on_both(|url| {
        let depot = Depot::open(url);
        let mut command = depot.command("clerk", note("A1", "1", "1.00"));
        command.at = Moment(depot.now.0 - 86_400_000_000);
        let answer = depot.store.submit_blocking(command).expect("answered");
        let slip = answer.outcome.expect("accepted").slip.expect("a slip");
        assert_eq!(
            depot
                .store
                .slip(ORG, slip)
                .expect("read")
                .expect("there")
                .begun_at,
            depot.now
        );
        depot.verify();
    });
}

#[test]
fn a_refusal_leaves_its_row_and_nothing_else() {
    on_both(|url| {
        let depot = Depot::open(url);
        let before = journal_length(&depot.store);
        let refused = depot
            .submit("keeper", note("A1", "1", "1.00"))
            .outcome
            .expect_err("refused");
        assert_eq!(refused.code, "role");
        let nul = depot
            .submit("clerk", note("A1", "1\0", "1.00"))
            .outcome
            .expect_err("refused");
        assert_eq!(nul.code, "control_character");
        let page = depot.store.journal(
            ORG,
            &JournalQuery {
                limit: 2,
                ..JournalQuery::default()
            },
        );
        let rows = page.expect("read").rows;
        assert_eq!(
            rows.iter().map(|row| &*row.code).collect::<Vec<_>>(),
            ["control_character", "role"]
        );
        assert!(rows.iter().all(|row| &*row.outcome == "refused"));
        assert_eq!(journal_length(&depot.store), before + 2);
        assert_eq!(
            depot
                .store
                .list(ORG, &Default::default())
                .expect("read")
                .rows,
            []
        );
        // A refused command does not use up its key.
        let mut again = depot.command("clerk", note("A1", "1", "1.00"));
        again.key = rows[0].key.clone();
        assert!(
            depot
                .store
                .submit_blocking(again)
                .expect("answered")
                .outcome
                .is_ok()
        );
        depot.verify();
    });
}

#[test]
fn what_changes_is_told_after_it_is_committed() {
    let depot = Depot::open(&StoreUrl::Memory);
    let mut events = depot.store.events();
    let slip = depot.note("A1", "5", "2.00").slip.expect("a slip");
    depot
        .submit("keeper", note("A1", "5", "2.00"))
        .outcome
        .expect_err("refused");
    assert!(
        depot
            .sign("chief", "intake.note.check", slip)
            .outcome
            .is_ok()
    );
    let event = events.try_recv().expect("told");
    assert_eq!((event.slip, event.act), (Some(slip), "step"));
    assert!(event.persons.iter().any(|login| &**login == "clerk"));
    assert!(
        event.roles.iter().any(|role| &**role == "depot.chief"),
        "{event:?}"
    );
    let event = events.try_recv().expect("told");
    assert_eq!(event.slip, Some(slip));
    assert!(events.try_recv().is_err(), "a refusal changes nothing");
}

#[test]
fn changes_are_told_in_the_order_of_the_journal_and_before_the_answers() {
    on_both(|url| {
        let depot = Depot::open(url);
        let mut told = depot.store.events();
        // Crowds that thin out to one, since who comes alone goes another way.
        std::thread::scope(|scope| {
            for thread in 0u64..8 {
                let depot = &depot;
                scope.spawn(move || {
                    for _ in 0..=thread * 6 {
                        let mut events = depot.store.events();
                        let answer = depot.submit("clerk", note("A1", "1", "1.00"));
                        assert!(answer.outcome.is_ok(), "{answer:?}");
                        let mine = || events.try_recv().map(|event| event.seq);
                        let own = std::iter::repeat_with(mine).map_while(Result::ok);
                        assert!(own.max() >= Some(answer.seq), "answered before it was told");
                        // Some come while nobody else does.
                        std::thread::sleep(std::time::Duration::from_millis(thread % 4));
                    }
                });
            }
        });
        let seqs: Vec<i64> =
            std::iter::from_fn(|| told.try_recv().ok().map(|event| event.seq)).collect();
        let sent = (0..8).map(|thread| thread * 6 + 1).sum::<usize>();
        assert_eq!(seqs.len(), sent);
        assert!(seqs.is_sorted(), "{seqs:?}");
    });
}

#[test]
fn organisations_do_not_meet() {
    on_both(|url| {
        let depot = Depot::open(url);
        depot.note("A1", "5", "2.00");
        let mut other = depot.command(
            SYSTEM,
            Act::Bootstrap {
                people: depot.store.people(ORG).expect("read"),
            },
        );
        other.org = kernel::OrgId(2);
        assert!(
            depot
                .store
                .submit_blocking(other)
                .expect("answered")
                .outcome
                .is_ok()
        );
        let mut put = depot.command(
            "admin",
            put_record("depot.item", "C3", &[("storage", "常温")]),
        );
        put.org = kernel::OrgId(2);
        assert!(
            depot
                .store
                .submit_blocking(put)
                .expect("answered")
                .outcome
                .is_ok()
        );
        assert_eq!(depot.store.organisations().expect("read").len(), 2);
        assert!(
            depot
                .store
                .record_versions(ORG, "depot.item", "C3")
                .expect("read")
                .is_empty()
        );
        assert!(
            depot
                .store
                .list(kernel::OrgId(2), &Default::default())
                .expect("read")
                .rows
                .is_empty()
        );
        depot.verify();
    });
}

#[tokio::test]
async fn commands_can_be_awaited() {
    let depot = Arc::new(Depot::open_in_async().await);
    let tasks: Vec<_> = (0..20)
        .map(|_| {
            let depot = depot.clone();
            tokio::spawn(async move {
                depot
                    .store
                    .submit(depot.command("clerk", note("A1", "1", "1.00")))
                    .await
            })
        })
        .collect();
    for task in tasks {
        assert!(
            task.await
                .expect("no panic")
                .expect("answered")
                .outcome
                .is_ok()
        );
    }
}

/// A request for one piece.
fn request() -> Act {
    let fields = [("item", "A1"), ("qty", "1")];
    let line = engine::LineInput {
        source: None,
        fields: crate::common::header(&fields),
    };
    Act::Step {
        step: "depot.lending.request.fill".into(),
        slip: None,
        sources: Vec::new(),
        seen: Vec::new(),
        input: engine::Input {
            header: crate::common::header(&[("site", "S1")]),
            lines: vec![line],
        },
    }
}

/// A step that reads a balance reads it when its turn comes: of many requests at once each sees what the one before it left,
/// though batches are judged while others are written.
#[test]
fn a_balance_is_read_when_the_turn_comes() {
    on_both(|url| {
        let depot = Depot::open(url);
        depot.posted("A1", "100", "0");
        let slips: Vec<_> = std::thread::scope(|scope| {
            let senders: Vec<_> = (0..64)
                .map(|_| scope.spawn(|| depot.must("clerk", request())))
                .collect();
            let reply = |sender: std::thread::ScopedJoinHandle<'_, engine::Reply>| {
                sender.join().expect("no panic").slip.expect("a slip")
            };
            senders.into_iter().map(reply).collect()
        });
        let left: BTreeSet<String> = slips
            .iter()
            .map(|id| {
                let slip = depot.store.slip(ORG, *id).expect("read").expect("there");
                slip.lines[0].values[3].to_string()
            })
            .collect();
        let wanted: BTreeSet<String> = (37..=100).map(|left| left.to_string()).collect();
        assert_eq!(left, wanted);
        depot.verify();
    });
}
