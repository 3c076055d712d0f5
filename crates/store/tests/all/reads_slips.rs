//! Lists, inboxes and chains as they are read, held against every slip looked through.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::common::ORG;
use crate::common::worked::{Worked, everywhere};
use engine::{SlipState, Waiting};
use kernel::SlipId;
use store::{Cursor, Holder, ListQuery, SlipHead, Sort, Store, StoreError};

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
