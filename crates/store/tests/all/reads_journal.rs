//! The journal, histories and records as they are read.

use std::collections::BTreeSet;

use crate::common::ORG;
use crate::common::worked::everywhere;
use store::{JournalQuery, RecordQuery};

#[test]
fn a_search_of_the_journal_looks_a_bounded_way_at_a_time_and_misses_nothing() {
    everywhere(|worked| {
        let asked = JournalQuery {
            request_has: vec!["step".to_owned()],
            limit: 1_000,
            ..JournalQuery::default()
        };
        for ascending in [false, true] {
            let whole = JournalQuery {
                ascending,
                ..asked.clone()
            };
            let expected = worked.store.journal(ORG, &whole).expect("read").rows;
            assert!(expected.len() > 10);
            let mut query = JournalQuery {
                look_through: Some(7),
                ..whole
            };
            let (mut found, mut pages) = (Vec::new(), 0_i64);
            loop {
                let page = worked.store.journal(ORG, &query).expect("read");
                assert!(page.rows.len() <= 7 && page.total.is_none());
                let ends = page.rows.first().zip(page.rows.last());
                assert!(ends.is_none_or(|(first, last)| (first.seq - last.seq).abs() < 7));
                found.extend(page.rows);
                pages += 1;
                match page.next {
                    Some(next) => query.after = Some(next),
                    None => break,
                }
            }
            assert_eq!(found, expected);
            let (last, _) = worked.store.head(ORG).expect("read");
            assert_eq!(pages, (last + 6) / 7);
        }
    });
}

#[test]
fn the_journal_is_read_in_pages_and_by_what_is_in_it() {
    everywhere(|worked| {
        let mut all = Vec::new();
        let mut query = JournalQuery {
            ascending: true,
            limit: 37,
            ..JournalQuery::default()
        };
        loop {
            let page = worked.store.journal(ORG, &query).expect("read");
            all.extend(page.rows);
            match page.next {
                Some(next) => query.after = Some(next),
                None => break,
            }
        }
        let (last, hash) = worked.store.head(ORG).expect("read");
        assert_eq!(
            all.iter().map(|row| row.seq).collect::<Vec<_>>(),
            (1..=last).collect::<Vec<_>>()
        );
        assert!(all.windows(2).all(|pair| pair[1].prev == pair[0].hash));
        assert_eq!(*all[all.len() - 1].hash, *hash);
        let some = all
            .iter()
            .find(|row| &*row.outcome == "refused" && row.slip.is_some())
            .expect("a refusal");
        for query in [
            JournalQuery {
                actor: Some(some.actor.to_string()),
                ..JournalQuery::default()
            },
            JournalQuery {
                act: Some(some.act.to_string()),
                ..JournalQuery::default()
            },
            JournalQuery {
                code: Some(some.code.to_string()),
                ..JournalQuery::default()
            },
            JournalQuery {
                outcome: Some("refused".to_owned()),
                ..JournalQuery::default()
            },
            JournalQuery {
                slip: some.slip,
                ..JournalQuery::default()
            },
            JournalQuery {
                from: Some(some.at),
                ..JournalQuery::default()
            },
            JournalQuery {
                to: Some(some.at),
                ..JournalQuery::default()
            },
        ] {
            let page = worked
                .store
                .journal(
                    ORG,
                    &JournalQuery {
                        limit: 1_000,
                        ..query.clone()
                    },
                )
                .expect("read");
            let is = |wanted: &Option<String>, text: &str| {
                wanted.as_deref().is_none_or(|wanted| wanted == text)
            };
            let expected: Vec<i64> = all
                .iter()
                .rev()
                .filter(|row| {
                    is(&query.actor, &row.actor)
                        && is(&query.act, &row.act)
                        && is(&query.code, &row.code)
                        && is(&query.outcome, &row.outcome)
                        && query.slip.is_none_or(|slip| row.slip == Some(slip))
                        && query.from.is_none_or(|from| row.at >= from)
                        && query.to.is_none_or(|to| row.at < to)
                })
                .map(|row| row.seq)
                .collect();
            assert_eq!(
                page.rows.iter().map(|row| row.seq).collect::<Vec<_>>(),
                expected,
                "{query:?}"
            );
        }
    });
}

#[test]
fn a_slip_has_its_signatures_and_its_history() {
    everywhere(|worked| {
        let mut changed = 0;
        for slip in &worked.slips {
            let signatures = worked.store.signatures(ORG, slip.id).expect("read");
            assert!(signatures.iter().all(|row| row.signature.slip == slip.id));
            for signed in &slip.signed {
                assert!(signatures.iter().any(|row| {
                    row.signature.step == signed.step
                        && row.signature.person == signed.person
                        && row.signature.at == signed.at
                }));
            }
            let history = worked.store.history(ORG, slip.id).expect("read");
            assert!(
                history
                    .windows(2)
                    .all(|pair| pair[0].row.seq < pair[1].row.seq)
            );
            let done: BTreeSet<i64> = history
                .iter()
                .filter(|row| &*row.row.outcome == "done")
                .map(|row| row.row.seq)
                .collect();
            assert!(signatures.iter().all(|row| done.contains(&row.seq)));
            let first = history
                .iter()
                .find(|row| &*row.row.outcome == "done")
                .expect("it was begun");
            assert_eq!(first.row.actor, slip.begun_by);
            changed += history.iter().map(|row| row.changes.len()).sum::<usize>();
            for note in worked.store.notes(ORG, slip.id).expect("read") {
                assert!(note.note.slip == slip.id && done.contains(&note.seq));
            }
        }
        assert!(changed > worked.slips.len());
    });
}

#[test]
fn records_are_found_as_of_a_day() {
    everywhere(|worked| {
        let mut rows = Vec::new();
        let mut query = RecordQuery {
            limit: 2,
            ..RecordQuery::default()
        };
        loop {
            let page = worked
                .store
                .records(ORG, "depot.item", &query)
                .expect("read");
            rows.extend(page.rows);
            match page.next {
                Some(next) => query.after = Some(next),
                None => break,
            }
        }
        assert!(
            !rows.is_empty()
                && rows
                    .windows(2)
                    .all(|pair| pair[0].record.key < pair[1].record.key)
        );
        for row in &rows {
            let versions = worked
                .store
                .record_versions(ORG, "depot.item", &row.record.key)
                .expect("read");
            assert_eq!(versions.last(), Some(row));
            assert!(
                versions
                    .iter()
                    .enumerate()
                    .all(|(at, version)| version.record.version == at as i64 + 1)
            );
            let day = versions[0].record.from;
            let on = worked
                .store
                .record_on(ORG, "depot.item", &row.record.key, day)
                .expect("read");
            assert_eq!(
                on.as_ref(),
                versions
                    .iter()
                    .rev()
                    .find(|version| version.record.from <= day)
            );
            let early = day.plus_days(-1).expect("a day");
            let none = worked
                .store
                .record_on(ORG, "depot.item", &row.record.key, early)
                .expect("read");
            assert_eq!(
                none,
                versions
                    .iter()
                    .rev()
                    .find(|version| version.record.from <= early)
                    .cloned()
            );
            let search = RecordQuery {
                search: Some(row.record.key.to_lowercase()),
                ..RecordQuery::default()
            };
            let found = worked
                .store
                .records(ORG, "depot.item", &search)
                .expect("read")
                .rows;
            assert!(found.iter().any(|found| found.record.key == row.record.key));
        }
        let percent = RecordQuery {
            search: Some("%".to_owned()),
            ..RecordQuery::default()
        };
        assert_eq!(
            worked
                .store
                .records(ORG, "depot.item", &percent)
                .expect("read")
                .rows,
            []
        );
    });
}
