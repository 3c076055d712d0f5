//! Ledgers as they are read, held against the sum of everything that was ever booked.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::common::ORG;
use crate::common::worked::{Balances, Worked, everywhere};
use engine::Slip;
use kernel::{Day, EntryState, Period, Side};
use ledger::{Balance, BalanceKey, Entry};
use store::{AsOf, BalanceQuery, KeyFilter, StatementQuery, TrialQuery};

/// Balances without those where nothing was booked at that time.
fn of_ledger(balances: &Balances, ledger: &str) -> Balances {
    balances
        .iter()
        .filter(|(key, balance)| &*key.ledger == ledger && **balance != Balance::default())
        .map(|(key, balance)| (key.clone(), *balance))
        .collect()
}

const LEDGERS: [&str; 2] = ["depot.stock", "depot.cash"];

#[test]
fn balances_are_known_as_of_any_moment() {
    everywhere(|worked| {
        for ledger in LEDGERS {
            let now = worked.balances(ledger, &BalanceQuery::default(), 3);
            assert_eq!(
                of_ledger(&now, ledger),
                of_ledger(&worked.booked(|_| true), ledger)
            );
            assert!(!now.is_empty());
            for (seq, at) in worked.moments.iter().step_by(29) {
                let by_seq = BalanceQuery {
                    as_of: AsOf::Seq(*seq),
                    ..BalanceQuery::default()
                };
                let expected = worked.booked(|entry| entry.seq <= *seq);
                assert_eq!(
                    of_ledger(&worked.balances(ledger, &by_seq, 100), ledger),
                    of_ledger(&expected, ledger)
                );
                let standing = BalanceQuery {
                    skip_zero: true,
                    ..by_seq.clone()
                };
                let mut expected = of_ledger(&expected, ledger);
                expected.retain(|_, balance| {
                    EntryState::ALL
                        .iter()
                        .any(|state| balance.of(*state).net() != 0)
                });
                let found = worked.balances(ledger, &standing, 3);
                assert_eq!(of_ledger(&found, ledger), expected);
                let by_moment = BalanceQuery {
                    as_of: AsOf::Moment(*at),
                    ..BalanceQuery::default()
                };
                let expected = worked.booked(|entry| entry.at <= *at);
                assert_eq!(
                    of_ledger(&worked.balances(ledger, &by_moment, 100), ledger),
                    of_ledger(&expected, ledger)
                );
                let by_day = BalanceQuery {
                    as_of: AsOf::Day(at.day()),
                    ..BalanceQuery::default()
                };
                let expected = worked.booked(|entry| entry.entry.day <= at.day());
                assert_eq!(
                    of_ledger(&worked.balances(ledger, &by_day, 100), ledger),
                    of_ledger(&expected, ledger)
                );
            }
            let april = BalanceQuery {
                period: Some((Period(202_604), Period(202_604))),
                ..BalanceQuery::default()
            };
            let expected = worked.booked(|entry| entry.entry.day.period() == Period(202_604));
            assert_eq!(
                of_ledger(&worked.balances(ledger, &april, 100), ledger),
                of_ledger(&expected, ledger)
            );
        }
    });
}

#[test]
fn balances_are_picked_by_place_and_key() {
    everywhere(|worked| {
        let all = worked.booked(|_| true);
        let (some, _) = all
            .iter()
            .find(|(key, _)| &*key.ledger == "depot.stock")
            .expect("stock");
        let half: String = some.key.chars().take(1).collect();
        for (key, matches) in [
            (KeyFilter::Exact(some.key.to_string()), &*some.key),
            (KeyFilter::Prefix(half.clone()), &*half),
        ] {
            let exact = matches!(key, KeyFilter::Exact(_));
            let query = BalanceQuery {
                place: Some(some.place.to_string()),
                key: Some(key),
                ..BalanceQuery::default()
            };
            let found = worked.balances("depot.stock", &query, 2);
            let expected: Balances = all
                .iter()
                .filter(|(key, _)| {
                    *key.ledger == *some.ledger
                        && key.place == some.place
                        && if exact {
                            *key.key == *matches
                        } else {
                            key.key.starts_with(matches)
                        }
                })
                .map(|(key, balance)| (key.clone(), *balance))
                .collect();
            assert!(!expected.is_empty());
            assert_eq!(found, expected);
        }
        let query = BalanceQuery {
            skip_zero: true,
            ..BalanceQuery::default()
        };
        let found = worked.balances("depot.stock", &query, 2);
        let net = |balance: &Balance| EntryState::ALL.map(|state| balance.of(state).net());
        assert!(found.values().all(|balance| net(balance) != [0; 4]));
        let expected = all
            .iter()
            .filter(|(key, balance)| &*key.ledger == "depot.stock" && net(balance) != [0; 4]);
        assert_eq!(found.len(), expected.count());
    });
}

fn net(side: Side, amount: i64) -> i128 {
    if side == Side::In {
        i128::from(amount)
    } else {
        -i128::from(amount)
    }
}

/// All legs of a statement, in pages of `limit`; each page must begin where the last one ended.
fn statement(
    worked: &Worked,
    ledger: &str,
    query: &StatementQuery,
    limit: usize,
) -> (i128, Vec<store::StatementLeg>) {
    let mut query = StatementQuery {
        limit,
        ..query.clone()
    };
    let first = worked.store.statement(ORG, ledger, &query).expect("read");
    let (opening, mut closing) = (first.opening, first.closing);
    let mut legs = first.legs;
    let mut next = first.next;
    while let Some(after) = next {
        query.after = Some(after);
        let page = worked.store.statement(ORG, ledger, &query).expect("read");
        assert_eq!(page.opening, closing);
        legs.extend(page.legs);
        (closing, next) = (page.closing, page.next);
    }
    assert_eq!(legs.last().map_or(opening, |leg| leg.running), closing);
    (opening, legs)
}

#[test]
fn statements_list_every_leg_with_its_running_balance() {
    everywhere(|worked| {
        let days: BTreeSet<Day> = worked
            .entries
            .iter()
            .map(|(_, entry)| entry.entry.day)
            .collect();
        let days: Vec<Day> = days.into_iter().collect();
        let middle = days[days.len() / 2];
        let all = worked.booked(|_| true);
        for key in all.keys() {
            for (from, to) in [
                (None, None),
                (Some(middle), None),
                (None, Some(middle)),
                (Some(middle), Some(middle)),
            ] {
                let query = StatementQuery {
                    place: Some(key.place.to_string()),
                    key: Some(KeyFilter::Exact(key.key.to_string())),
                    detail: Some(key.detail.to_string()),
                    from,
                    to,
                    ..StatementQuery::default()
                };
                check_statement(worked, &query, &key.ledger, |leg| {
                    BalanceKey::of(leg) == *key
                });
            }
        }
        for ledger in LEDGERS {
            let query = StatementQuery {
                from: Some(middle),
                ..StatementQuery::default()
            };
            check_statement(worked, &query, ledger, |leg| &*leg.ledger == ledger);
        }
        let none = StatementQuery {
            place: Some("nowhere".to_owned()),
            ..StatementQuery::default()
        };
        let empty = worked
            .store
            .statement(ORG, "depot.cash", &none)
            .expect("read");
        assert_eq!(
            (empty.opening, empty.closing, empty.legs.len(), empty.unit),
            (0, 0, 0, None)
        );
    });
}

#[test]
fn a_trace_has_every_leg_of_a_key_and_sums_them_by_place_and_party() {
    everywhere(|worked| {
        let keys: BTreeSet<(Arc<str>, Arc<str>)> = worked
            .booked(|_| true)
            .into_keys()
            .map(|key| (key.ledger, key.key))
            .collect();
        let mut parties = 0;
        for (ledger, key) in keys {
            let trace = worked
                .store
                .trace(ORG, &ledger, &key, 10_000)
                .expect("read");
            let query = StatementQuery {
                key: Some(KeyFilter::Exact(key.to_string())),
                ..StatementQuery::default()
            };
            let (_, legs) = statement(worked, &ledger, &query, 10_000);
            assert_eq!((&trace.legs, trace.more), (&legs, false));
            let sum = |side: Side, keep: &dyn Fn(&store::StatementLeg) -> bool| -> i128 {
                let legs = legs.iter().filter(|leg| leg.side == side && keep(leg));
                legs.map(|leg| i128::from(leg.amount)).sum()
            };
            for place in &trace.places {
                let here = |leg: &store::StatementLeg| leg.place == place.place;
                assert_eq!(place.taken, sum(Side::In, &here));
                assert_eq!(place.given, sum(Side::Out, &here));
            }
            for party in &trace.parties {
                let of = |leg: &store::StatementLeg| {
                    leg.place == party.place && leg.party == party.party
                };
                assert_eq!(party.taken, sum(Side::In, &of));
                assert_eq!(party.given, sum(Side::Out, &of));
                let days = || legs.iter().filter(|leg| of(leg)).map(|leg| leg.day);
                assert_eq!(
                    (Some(party.first), Some(party.last)),
                    (days().min(), days().max())
                );
                let slips: BTreeSet<_> = legs
                    .iter()
                    .filter(|leg| of(leg))
                    .filter_map(|leg| leg.slip)
                    .collect();
                assert_eq!(party.slips, slips.len());
                parties += usize::from(!party.party.is_empty());
            }
            // Fewer legs do not make other sums.
            let few = worked.store.trace(ORG, &ledger, &key, 1).expect("read");
            assert_eq!((few.places, few.parties), (trace.places, trace.parties));
            assert_eq!(
                (few.legs.len(), few.more),
                (legs.len().min(1), legs.len() > 1)
            );
        }
        assert!(parties > 0, "some slips name a party");
    });
}

fn check_statement(
    worked: &Worked,
    query: &StatementQuery,
    ledger: &str,
    of: impl Fn(&ledger::Leg) -> bool,
) {
    let mut expected: Vec<(Day, i64, &Arc<Slip>, &Entry, &ledger::Leg)> = Vec::new();
    let mut before = 0;
    for (slip, entry) in &worked.entries {
        for leg in entry.entry.legs.iter().filter(|leg| of(leg)) {
            let day = entry.entry.day;
            if entry.entry.state != EntryState::Posted || query.to.is_some_and(|to| day > to) {
                continue;
            }
            if query.from.is_some_and(|from| day < from) {
                before += net(leg.side, leg.amount);
            } else {
                expected.push((day, entry.seq, slip, &entry.entry, leg));
            }
        }
    }
    expected.sort_by_key(|(day, seq, ..)| (*day, *seq));
    let (opening, legs) = statement(worked, ledger, query, 3);
    assert_eq!(opening, before);
    assert_eq!(legs.len(), expected.len());
    let mut running = before;
    for (leg, (day, seq, slip, entry, wanted)) in legs.iter().zip(expected) {
        running += net(wanted.side, wanted.amount);
        assert_eq!(
            (
                leg.day,
                leg.seq,
                leg.slip,
                &leg.number,
                leg.side,
                leg.amount,
                leg.reversal,
                leg.running
            ),
            (
                day,
                seq,
                Some(slip.id),
                &slip.number,
                wanted.side,
                wanted.amount,
                entry.reversal,
                running
            )
        );
        assert_eq!(
            (&leg.place, &leg.key, &leg.detail, leg.line),
            (&wanted.place, &wanted.key, &wanted.detail, wanted.line)
        );
    }
}

#[test]
fn a_trial_balance_is_the_sum_of_everything() {
    everywhere(|worked| {
        for ledger in LEDGERS {
            for by_key in [false, true] {
                for states in [
                    vec![],
                    vec![EntryState::Draft, EntryState::Checked, EntryState::Posted],
                ] {
                    let query = TrialQuery {
                        from: Period(202_604),
                        to: Period(202_612),
                        by_key,
                        states: states.clone(),
                    };
                    let rows = worked.store.trial(ORG, ledger, &query).expect("read");
                    let counted = |state| {
                        if states.is_empty() {
                            state == EntryState::Posted
                        } else {
                            states.contains(&state)
                        }
                    };
                    let mut expected: BTreeMap<(Arc<str>, Arc<str>), [i128; 2]> = BTreeMap::new();
                    for (_, entry) in &worked.entries {
                        for leg in entry.entry.legs.iter().filter(|leg| &*leg.ledger == ledger) {
                            let key = if by_key {
                                leg.key.clone()
                            } else {
                                Arc::from("")
                            };
                            let sums = expected.entry((leg.place.clone(), key)).or_default();
                            if counted(entry.entry.state) {
                                sums[usize::from(leg.side == Side::Out)] += i128::from(leg.amount);
                            }
                        }
                    }
                    assert_eq!(rows.len(), expected.len());
                    let mut total = 0;
                    for row in rows {
                        let sums = expected[&(row.place.clone(), row.key.clone())];
                        assert_eq!([row.r#in, row.out], sums, "{row:?}");
                        assert_eq!((row.opening, row.closing), (0, sums[0] - sums[1]));
                        total += row.closing;
                    }
                    assert_eq!(total, 0, "a ledger sums to zero");
                    // What is turnover in one period is opening in the next.
                    let later = TrialQuery {
                        from: Period(202_701),
                        to: Period(202_701),
                        by_key,
                        states: states.clone(),
                    };
                    for row in worked.store.trial(ORG, ledger, &later).expect("read") {
                        let sums = expected[&(row.place.clone(), row.key.clone())];
                        assert_eq!((row.opening, row.r#in, row.out), (sums[0] - sums[1], 0, 0));
                    }
                }
            }
        }
    });
}
