//! Reading, held against the plainest way to know the same: everything that was ever booked, looked through.

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use common::{ORG, options};
use engine::{Command, Slip, SlipState, Waiting};
use kernel::{Day, EntryState, Moment, Period, Side, SlipId};
use ledger::{Balance, BalanceKey, Entry};
use store::{
    AsOf, BalanceQuery, Cursor, Holder, JournalQuery, KeyFilter, ListQuery, RecordQuery, SlipEntry,
    SlipHead, Sort, StatementQuery, Store, StoreError, StoreUrl, TrialQuery,
};
use testkit::hostile::Clerk;

type Balances = BTreeMap<BalanceKey, Balance>;

/// A store that a clerk worked in, with what is known of it otherwise.
struct Worked {
    store: Store,
    slips: Vec<Arc<Slip>>,
    entries: Vec<(Arc<Slip>, SlipEntry)>,
    /// Journal row and moment after each command.
    moments: Vec<(i64, Moment)>,
    now: Moment,
}

impl Worked {
    fn new(url: &StoreUrl) -> Worked {
        let store = Store::open(url, options()).expect("opens");
        let mut clerk = Clerk::new(&options().catalog, 11);
        let mut moments = Vec::new();
        let mut setup: Vec<Command> = clerk.set_up();
        setup.reverse();
        for _ in 0..400 {
            let command = setup.pop().unwrap_or_else(|| clerk.choose());
            let expected = clerk.learn(&command).expect("answered");
            let answer = store.submit_blocking(command.clone()).expect("answered");
            assert_eq!(answer.outcome, expected);
            moments.push((store.head(ORG).expect("read").0, command.at));
        }
        let now = moments.last().expect("some").1;
        let last = store
            .list(
                ORG,
                &ListQuery {
                    descending: true,
                    limit: 1,
                    ..ListQuery::default()
                },
            )
            .expect("read");
        let count = last.rows.first().map_or(0, |head| head.id.0);
        let slips: Vec<Arc<Slip>> = (1..=count)
            .map(|id| store.slip(ORG, SlipId(id)).expect("read").expect("there"))
            .collect();
        let mut entries = Vec::new();
        for slip in &slips {
            for entry in store.entries(ORG, slip.id).expect("read") {
                entries.push((slip.clone(), entry));
            }
        }
        entries.sort_by_key(|(_, entry)| entry.seq);
        assert!(
            slips.len() > 40 && entries.len() > 60,
            "{} {}",
            slips.len(),
            entries.len()
        );
        Worked {
            store,
            slips,
            entries,
            moments,
            now,
        }
    }

    fn slip(&self, id: SlipId) -> &Arc<Slip> {
        &self.slips[usize::try_from(id.0 - 1).expect("an id")]
    }

    fn booked(&self, keep: impl Fn(&SlipEntry) -> bool) -> Balances {
        let mut balances = Balances::new();
        for (_, entry) in self.entries.iter().filter(|(_, entry)| keep(entry)) {
            for leg in &entry.entry.legs {
                let balance = balances.entry(BalanceKey::of(leg)).or_default();
                *balance = balance.with(entry.entry.state, leg).expect("fits");
            }
        }
        balances
    }

    /// Balances of a ledger as the store gives them, in pages of `limit`.
    fn balances(&self, ledger: &str, query: &BalanceQuery, limit: usize) -> Balances {
        let mut query = BalanceQuery {
            limit,
            ..query.clone()
        };
        let mut out = Balances::new();
        loop {
            let page = self.store.balances(ORG, ledger, &query).expect("read");
            assert!(page.rows.len() <= limit);
            for row in page.rows {
                let key = BalanceKey {
                    ledger: ledger.into(),
                    place: row.place,
                    key: row.key,
                    detail: row.detail,
                };
                assert!(out.insert(key, row.balance).is_none(), "a row came twice");
            }
            match page.next {
                Some(next) => query.after = Some(next),
                None => return out,
            }
        }
    }
}

fn everywhere(test: impl Fn(&Worked)) {
    let (_folder, sqlite) = common::sqlite();
    test(&Worked::new(&sqlite));
    test(&Worked::new(&StoreUrl::Memory));
    if let Some(postgres) = common::postgres() {
        test(&Worked::new(&postgres));
    }
}

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

/// All rows of a list, in pages.
fn list(store: &Store, query: &ListQuery, limit: usize) -> Vec<SlipHead> {
    let mut query = ListQuery {
        limit,
        ..query.clone()
    };
    let mut out = Vec::new();
    loop {
        let page = store.list(ORG, &query).expect("read");
        assert!(page.rows.len() <= limit);
        out.extend(page.rows);
        match page.next {
            Some(next) => query.after = Some(next),
            None => return out,
        }
    }
}

#[test]
fn lists_have_what_they_should_in_their_order() {
    everywhere(|worked| {
        let kinds: BTreeSet<&str> = worked.slips.iter().map(|slip| &*slip.kind).collect();
        let heads: BTreeMap<SlipId, SlipHead> = list(&worked.store, &ListQuery::default(), 7)
            .into_iter()
            .map(|head| (head.id, head))
            .collect();
        assert_eq!(heads.len(), worked.slips.len());
        for (id, head) in &heads {
            let slip = worked.slip(*id);
            assert_eq!(
                (
                    &head.kind,
                    &head.number,
                    head.state,
                    head.day,
                    &head.sources,
                    &head.children,
                    &head.waiting
                ),
                (
                    &slip.kind,
                    &slip.number,
                    slip.state,
                    slip.day,
                    &slip.sources,
                    &slip.children,
                    &slip.waiting
                )
            );
        }
        let middle = worked.slips[worked.slips.len() / 2].day;
        let waiting = worked
            .slips
            .iter()
            .find_map(|slip| slip.waiting.first())
            .expect("something waits")
            .step
            .to_string();
        let party = heads
            .values()
            .find(|head| !head.party.is_empty())
            .expect("a party")
            .party
            .to_string();
        let begun_by = worked.slips[3].begun_by.to_string();
        let mut queries = vec![ListQuery::default()];
        for kind in &kinds {
            queries.push(ListQuery {
                kind: Some((*kind).to_owned()),
                ..ListQuery::default()
            });
        }
        for state in [
            SlipState::Open,
            SlipState::Done,
            SlipState::Void,
            SlipState::Reversed,
        ] {
            queries.push(ListQuery {
                state: Some(state),
                ..ListQuery::default()
            });
        }
        queries.push(ListQuery {
            day_from: Some(middle),
            ..ListQuery::default()
        });
        queries.push(ListQuery {
            day_to: Some(middle),
            ..ListQuery::default()
        });
        queries.push(ListQuery {
            waiting_step: Some(waiting),
            ..ListQuery::default()
        });
        queries.push(ListQuery {
            party: Some(party),
            ..ListQuery::default()
        });
        queries.push(ListQuery {
            begun_by: Some(begun_by),
            ..ListQuery::default()
        });
        let mut tried = 0;
        for one in &queries {
            for two in &queries {
                for sort in [Sort::Begun, Sort::Number, Sort::Party, Sort::Amount] {
                    for descending in [false, true] {
                        let query = merged(one, two, sort, descending);
                        check_list(worked, &heads, &query);
                        tried += 1;
                    }
                }
            }
        }
        assert!(tried > 1_000);
    });
}

fn merged(one: &ListQuery, two: &ListQuery, sort: Sort, descending: bool) -> ListQuery {
    ListQuery {
        kind: one.kind.clone().or(two.kind.clone()),
        state: one.state.or(two.state),
        day_from: one.day_from.or(two.day_from),
        day_to: one.day_to.or(two.day_to),
        begun_by: one.begun_by.clone().or(two.begun_by.clone()),
        party: one.party.clone().or(two.party.clone()),
        waiting_step: one.waiting_step.clone().or(two.waiting_step.clone()),
        sort,
        descending,
        ..ListQuery::default()
    }
}

fn check_list(worked: &Worked, heads: &BTreeMap<SlipId, SlipHead>, query: &ListQuery) {
    let is =
        |wanted: &Option<String>, text: &str| wanted.as_deref().is_none_or(|wanted| wanted == text);
    let mut expected: Vec<&SlipHead> = heads
        .values()
        .filter(|head| {
            is(&query.kind, &head.kind)
                && is(&query.begun_by, &head.begun_by)
                && is(&query.party, &head.party)
        })
        .filter(|head| query.state.is_none_or(|state| head.state == state))
        .filter(|head| {
            query.day_from.is_none_or(|day| head.day >= day)
                && query.day_to.is_none_or(|day| head.day <= day)
        })
        .filter(|head| {
            let step = query.waiting_step.as_deref();
            step.is_none_or(|step| head.waiting.iter().any(|waiting| &*waiting.step == step))
        })
        .filter(|head| query.sort != Sort::Party || !head.party.is_empty())
        .collect();
    expected.sort_by_key(|head| {
        let text = match query.sort {
            Sort::Number if query.kind.is_none() => head.number.to_string(),
            Sort::Party => head.party.to_string(),
            _ => String::new(),
        };
        let amount = (query.sort == Sort::Amount).then(|| head.amount.map(|amount| amount.units));
        (text, amount, head.id)
    });
    if query.descending {
        expected.reverse();
    }
    let found: Vec<SlipId> = list(&worked.store, query, 9)
        .iter()
        .map(|head| head.id)
        .collect();
    let expected: Vec<SlipId> = expected.iter().map(|head| head.id).collect();
    assert_eq!(found, expected, "{query:?}");
}

#[test]
fn a_number_is_found_by_its_beginning_and_a_party_where_none_begins_so() {
    everywhere(|worked| {
        let some = &worked.slips[worked.slips.len() / 2];
        let found = worked
            .store
            .slip_by_number(ORG, &some.number)
            .expect("read")
            .expect("there");
        assert_eq!(found.number, some.number);
        assert!(
            worked
                .store
                .slip_by_number(ORG, "nothing")
                .expect("read")
                .is_none()
        );
        let beginning: String = some
            .number
            .chars()
            .take(4)
            .collect::<String>()
            .to_lowercase();
        let query = ListQuery {
            text: Some(beginning.clone()),
            ..ListQuery::default()
        };
        let numbers: Vec<String> = list(&worked.store, &query, 5)
            .iter()
            .map(|head| head.number.to_string())
            .collect();
        let mut expected: Vec<String> = worked
            .slips
            .iter()
            .map(|slip| slip.number.to_string())
            .filter(|number| number.to_lowercase().starts_with(&beginning))
            .collect();
        expected.sort();
        assert_eq!(numbers, expected);
        let head = list(&worked.store, &ListQuery::default(), 50)
            .into_iter()
            .find(|head| !head.party.is_empty())
            .expect("one");
        let query = ListQuery {
            text: Some(head.party.to_string()),
            ..ListQuery::default()
        };
        let found = list(&worked.store, &query, 3);
        assert!(
            found.len() > 3
                && found
                    .iter()
                    .all(|found| found.party.starts_with(&*head.party))
        );
        let wrong = ListQuery {
            after: Some(Cursor("00".to_owned())),
            ..ListQuery::default()
        };
        assert!(matches!(
            worked.store.list(ORG, &wrong),
            Err(StoreError::Invalid(_))
        ));
    });
}

#[test]
fn an_inbox_has_what_waits_for_its_person() {
    everywhere(|worked| {
        let today = worked.now.day();
        let people = worked.store.people(ORG).expect("read");
        let mut seen = 0;
        for person in &people {
            let may = |waiting: &Waiting, as_person: &engine::Person| match &waiting.person {
                Some(login) => *login == as_person.login && as_person.active,
                None => waiting
                    .roles
                    .iter()
                    .any(|role| as_person.holds(role, waiting.scope.as_deref(), today)),
            };
            let lenders: Vec<_> = people
                .iter()
                .filter(|lender| lender.active && lender.deputised_to(&person.login, today))
                .collect();
            let mut expected: Vec<(i64, i64, SlipId, Arc<str>)> = Vec::new();
            for slip in worked.slips.iter().filter(|_| person.active) {
                for waiting in &slip.waiting {
                    if may(waiting, person) || lenders.iter().any(|lender| may(waiting, lender)) {
                        let due = waiting.due.map_or(i64::MAX, |due| due.0);
                        expected.push((due, waiting.since.0, slip.id, waiting.step.clone()));
                    }
                }
            }
            expected.sort();
            let items = worked
                .store
                .inbox(ORG, &person.login, today, 1_000)
                .expect("read");
            let mut found: Vec<_> = items
                .iter()
                .map(|item| {
                    let due = item.waiting.due.map_or(i64::MAX, |due| due.0);
                    (
                        due,
                        item.waiting.since.0,
                        item.head.id,
                        item.waiting.step.clone(),
                    )
                })
                .collect();
            assert!(found.iter().map(|item| (item.0, item.1)).is_sorted());
            found.sort();
            assert_eq!(found, expected, "{}", person.login);
            let counts = worked
                .store
                .inbox_counts(ORG, &person.login, worked.now)
                .expect("read");
            assert_eq!(counts.items, expected.len() as i64);
            assert_eq!(
                counts.by_step.iter().map(|(_, count)| count).sum::<i64>(),
                counts.items
            );
            let first = worked
                .store
                .inbox(ORG, &person.login, today, 2)
                .expect("read");
            assert_eq!(first, items[..items.len().min(2)]);
            for item in &items {
                let lent = item.on_behalf_of.as_deref();
                assert!(
                    lent.is_none_or(|login| lenders.iter().any(|lender| &*lender.login == login))
                );
            }
            seen += expected.len();
        }
        assert!(seen > 20, "{seen}");
        let nobody = worked.store.inbox(ORG, "nobody", today, 10).expect("read");
        assert_eq!(nobody, []);
        let role = Holder::Role("depot.keeper".into(), None);
        let of_role = worked
            .store
            .inbox_of(ORG, &[role.clone(), role], 1_000)
            .expect("read");
        let expected = worked
            .slips
            .iter()
            .flat_map(|slip| &slip.waiting)
            .filter(|waiting| {
                waiting.person.is_none()
                    && waiting.roles.iter().any(|role| &**role == "depot.keeper")
            });
        assert_eq!(of_role.len(), expected.count());
    });
}

#[test]
fn a_chain_is_everything_connected() {
    everywhere(|worked| {
        let mut longest = 0;
        for slip in &worked.slips {
            let mut expected = BTreeSet::from([slip.id]);
            let mut queue = vec![slip.id];
            while let Some(id) = queue.pop() {
                let slip = worked.slip(id);
                for next in slip.sources.iter().chain(&slip.children) {
                    if expected.insert(*next) {
                        queue.push(*next);
                    }
                }
            }
            let found: Vec<SlipId> = worked
                .store
                .chain(ORG, slip.id)
                .expect("read")
                .iter()
                .map(|head| head.id)
                .collect();
            assert_eq!(found, expected.iter().copied().collect::<Vec<_>>());
            longest = longest.max(found.len());
        }
        assert!(longest > 2);
        assert_eq!(worked.store.chain(ORG, SlipId(999_999)).expect("read"), []);
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
