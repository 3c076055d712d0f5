//! A statement is the same whether its accounts are named, walked past day by day, or gathered account by account.

use std::collections::BTreeSet;

use super::statement::{BOUNDS, Bounds, statement};
use crate::api::{KeyFilter, StatementLeg, StatementQuery, StoreUrl};
use crate::sql::Sql;
use crate::store::Store;
use crate::testing::{ORG, open, work};

/// Legs of a page.
const LEGS: usize = 3;

/// All legs, with the balance before them. Each page begins with the balance that the last one ended with.
fn whole(
    sql: &dyn Sql,
    ledger: &str,
    query: &StatementQuery,
    bounds: Bounds,
) -> (i128, Vec<StatementLeg>) {
    let mut query = StatementQuery {
        limit: LEGS,
        ..query.clone()
    };
    let mut opening = None;
    let mut legs: Vec<StatementLeg> = Vec::new();
    loop {
        let page = statement(sql, ORG.0, ledger, &query, bounds).expect("read");
        opening.get_or_insert(page.opening);
        legs.extend(page.legs);
        query.after = page.next;
        if query.after.is_none() {
            return (opening.unwrap_or_default(), legs);
        }
    }
}

/// Every way to ask a ledger, with a day and a moment in the middle of what was booked.
fn questions(sql: &dyn Sql, ledger: &str) -> Vec<StatementQuery> {
    let all = StatementQuery::default();
    let (_, legs) = whole(sql, ledger, &all, BOUNDS);
    let days: BTreeSet<_> = legs.iter().map(|leg| leg.day).collect();
    let day = days.iter().nth(days.len() / 2).copied();
    let moment = legs.get(legs.len() / 2).map(|leg| leg.at);
    let places: BTreeSet<_> = legs.iter().map(|leg| leg.place.to_string()).collect();
    let mut out = Vec::new();
    for place in places.into_iter().map(Some).chain([None]) {
        for (from, to, booked_after, booked_until) in [
            (None, None, None, None),
            (day, None, None, None),
            (None, day, None, None),
            (day, day, None, None),
            (day, None, moment, None),
            (None, None, None, moment),
        ] {
            for key in [None, Some(KeyFilter::Prefix(String::new()))] {
                out.push(StatementQuery {
                    place: place.clone(),
                    key,
                    from,
                    to,
                    booked_after,
                    booked_until,
                    ..all.clone()
                });
            }
        }
    }
    out
}

fn check(store: &Store) {
    work(store, 7, 150);
    let ledgers = ["depot.stock", "depot.cash"];
    let mut longest = 0;
    let read = |sql: &dyn Sql| {
        for ledger in ledgers {
            for query in questions(sql, ledger) {
                let expected = whole(sql, ledger, &query, BOUNDS);
                longest = longest.max(expected.1.len());
                for stretch in [4, 20_000] {
                    let bounds = Bounds { named: 0, stretch };
                    let found = whole(sql, ledger, &query, bounds);
                    assert_eq!(found, expected, "{ledger} {query:?} {bounds:?}");
                }
            }
        }
        Ok(())
    };
    store.inner.access.snapshot(read).expect("read");
    assert!(longest > 5 * LEGS, "{longest}");
}

#[test]
fn a_statement_is_the_same_however_it_is_read() {
    check(&open(&StoreUrl::Memory));
    if testkit::postgres::Cluster::available() {
        let url = testkit::postgres::Cluster::shared()
            .create_database("statement")
            .expect("made");
        check(&open(&StoreUrl::Postgres(url)));
    }
}
