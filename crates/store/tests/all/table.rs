//! Lists with any field: conditions, orders, pages and sums are right, and the same on every store.

use std::collections::BTreeSet;

use crate::common::{Depot, ORG};
use store::{At, Condition, ListQuery, StoreUrl, SumQuery, TableQuery, Test};

const KIND: &str = "depot.intake.note";

/// Notes of one line: item, quantity, price.
const NOTES: [(&str, &str, &str); 7] = [
    ("A1", "2", "3.00"),
    ("B2", "10", "0.50"),
    ("A1", "1.5", "100.00"),
    ("B2", "7", "2.00"),
    ("A1", "30", "1.00"),
    ("A1", "2", "9.99"),
    ("B2", "2", "3.00"),
];

fn everywhere(test: impl Fn(&Depot)) {
    let (_folder, sqlite) = crate::common::sqlite();
    let postgres = crate::common::postgres();
    for url in [Some(sqlite), Some(StoreUrl::Memory), postgres]
        .into_iter()
        .flatten()
    {
        let depot = Depot::open(&url);
        for (item, qty, price) in NOTES {
            depot.note(item, qty, price);
        }
        test(&depot);
    }
}

fn at(name: &str) -> At {
    At::named(name).unwrap_or_else(|| panic!("{name}"))
}

fn condition(place: &str, test: Test, values: &[&str]) -> Condition {
    Condition {
        at: at(place),
        test,
        values: values.iter().map(|value| (*value).to_owned()).collect(),
    }
}

fn query(conditions: Vec<Condition>) -> TableQuery {
    TableQuery {
        list: ListQuery {
            kind: Some(KIND.to_owned()),
            ..ListQuery::default()
        },
        conditions,
        sort: None,
    }
}

/// Which notes, by their position, pass.
fn passing(depot: &Depot, conditions: Vec<Condition>) -> Vec<i64> {
    let page = depot
        .store
        .table(ORG, &query(conditions), false)
        .expect("read");
    page.rows.iter().map(|row| row.head.id.0 - 1).collect()
}

#[test]
fn every_test_on_every_sort_of_field() {
    everywhere(|depot| {
        let one = |place: &str, test, values: &[&str]| {
            passing(depot, vec![condition(place, test, values)])
        };
        let all: Vec<i64> = (0..7).collect();
        assert_eq!(one("line.item", Test::Is, &["a1"]), [0, 2, 4, 5]);
        assert_eq!(one("line.item", Test::Not, &["A1"]), [1, 3, 6]);
        assert_eq!(one("line.item", Test::OneOf, &["B2", "C3"]), [1, 3, 6]);
        assert_eq!(one("line.qty", Test::Is, &["2.000"]), [0, 5, 6]);
        assert_eq!(
            one("line.qty", Test::Between, &["2", "10"]),
            [0, 1, 3, 5, 6]
        );
        assert_eq!(one("line.qty", Test::Between, &["", "1.5"]), [2]);
        assert_eq!(one("line.qty", Test::Between, &["7", ""]), [1, 3, 4]);
        assert_eq!(
            one("line.price", Test::Between, &["2.00", "9.99"]),
            [0, 3, 5, 6]
        );
        assert_eq!(one("header.site", Test::Is, &["一库"]), all);
        assert_eq!(one("header.site", Test::Has, &["库"]), all);
        assert_eq!(one("header.site", Test::Has, &["二"]), [0; 0]);
        assert_eq!(one("header.site", Test::Filled, &[]), all);
        assert_eq!(one("header.site", Test::Empty, &[]), [0; 0]);
        assert_eq!(
            one("day", Test::Between, &["2026-04-01", "2026-04-01"]),
            all
        );
        assert_eq!(one("day", Test::Is, &["2026-04-02"]), [0; 0]);
        assert_eq!(one("state", Test::Is, &["open"]), all);
        assert_eq!(one("begun_by", Test::Has, &["CLER"]), all);
        let number = depot
            .store
            .list(ORG, &query(vec![]).list)
            .expect("read")
            .rows[3]
            .number
            .to_string();
        assert_eq!(one("number", Test::Is, &[&number]), [3]);
        assert_eq!(
            one("number", Test::Has, &[&number[number.len() - 2..]]),
            [3]
        );
    });
}

#[test]
fn conditions_on_lines_hold_for_one_line() {
    everywhere(|depot| {
        let both = vec![
            condition("line.item", Test::Is, &["A1"]),
            condition("line.qty", Test::Is, &["2"]),
        ];
        assert_eq!(passing(depot, both), [0, 5]);
        // A slip of two lines of which neither has both.
        let mut act = crate::common::note("A1", "5", "1.00");
        if let engine::Act::Step { input, .. } = &mut act {
            let mut other = input.lines[0].clone();
            other.fields =
                crate::common::header(&[("item", "B2"), ("qty", "6"), ("price", "1.00")]);
            input.lines.push(other);
        }
        depot.must("clerk", act);
        let pair = |item: &str, qty: &str| {
            passing(
                depot,
                vec![
                    condition("line.item", Test::Is, &[item]),
                    condition("line.qty", Test::Is, &[qty]),
                ],
            )
        };
        assert_eq!(pair("A1", "5"), [7]);
        assert_eq!(pair("B2", "6"), [7]);
        assert_eq!(pair("A1", "6"), [0; 0]);
        // Only the lines that are meant come with the slip.
        let asked = query(vec![condition("line.qty", Test::Is, &["6"])]);
        let page = depot.store.table(ORG, &asked, true).expect("read");
        assert_eq!(page.rows[0].lines.len(), 1);
        assert_eq!(page.rows[0].lines[0]["item"], "B2");
    });
}

#[test]
fn what_cannot_be_compared_is_named() {
    everywhere(|depot| {
        for (place, test, values, said) in [
            ("line.qty", Test::Is, &["two"][..], "line.qty"),
            ("line.none", Test::Is, &["x"][..], "line.none"),
            ("day", Test::Between, &["2026-02-30", ""][..], "day"),
            ("line.qty", Test::Between, &["1"][..], "line.qty"),
            ("line.qty", Test::OneOf, &[][..], "line.qty"),
        ] {
            let asked = query(vec![condition(place, test, values)]);
            let error = depot.store.table(ORG, &asked, false).expect_err("refused");
            assert!(error.to_string().contains(said), "{error}");
        }
        let mut without = query(vec![condition("line.qty", Test::Is, &["1"])]);
        without.list.kind = None;
        assert!(depot.store.table(ORG, &without, false).is_err());
    });
}

/// Pages of three, taken one after the other while slips are added, give every slip once and in order.
#[test]
fn pages_are_whole_and_stable_in_every_order() {
    everywhere(|depot| {
        let orders = [
            None,
            Some("number"),
            Some("amount"),
            Some("line.qty"),
            Some("header.site"),
            Some("line.item"),
        ];
        for (sort, descending) in orders
            .into_iter()
            .flat_map(|sort| [(sort, false), (sort, true)])
        {
            let mut asked = query(vec![condition("line.qty", Test::Between, &["1.5", "30"])]);
            asked.sort = sort.map(at);
            asked.list.descending = descending;
            let whole = depot.store.table(ORG, &asked, false).expect("read");
            let ids = |rows: &[store::TableRow]| -> Vec<i64> {
                rows.iter().map(|row| row.head.id.0).collect()
            };
            asked.list.limit = 3;
            let mut found = Vec::new();
            loop {
                let page = depot.store.table(ORG, &asked, false).expect("read");
                found.extend(ids(&page.rows));
                match page.next {
                    Some(next) => asked.list.after = Some(next),
                    None => break,
                }
            }
            assert_eq!(found, ids(&whole.rows), "{sort:?} {descending}");
            let once: BTreeSet<i64> = found.iter().copied().collect();
            assert_eq!(once.len(), found.len());
            assert!(once.len() >= 7);
            let mut each = Vec::new();
            asked.list.after = None;
            depot
                .store
                .each_slip(ORG, &asked, true, |row| {
                    each.push(row.head.id.0);
                    Ok(true)
                })
                .expect("read");
            assert_eq!(each, found, "{sort:?} {descending}");
        }
    });
}

#[test]
fn groups_add_up_to_the_total() {
    everywhere(|depot| {
        let sums = |by: Option<&str>| {
            let asked = SumQuery {
                table: query(vec![]),
                by: by.map(at),
                of: vec![at("line.qty"), at("line.amount")],
            };
            depot.store.sums(ORG, &asked).expect("added")
        };
        let by_item = sums(Some("line.item"));
        let rows: Vec<(&str, i64, i128)> = by_item
            .rows
            .iter()
            .map(|row| (&*row.key, row.count, row.sums[0]))
            .collect();
        assert_eq!(rows, [("A1", 4, 35_500_000), ("B2", 3, 19_000_000)]);
        for by in [
            None,
            Some("line.item"),
            Some("state"),
            Some("month"),
            Some("header.site"),
        ] {
            let sums = sums(by);
            assert_eq!(sums.total.count, 7, "{by:?}");
            assert_eq!(sums.total.sums[0], 54_500_000, "{by:?}");
            let added: i128 = sums.rows.iter().map(|row| row.sums[1]).sum();
            if by.is_some() {
                assert_eq!(added, sums.total.sums[1], "{by:?}");
            }
        }
        assert_eq!(sums(Some("month")).rows[0].key, "2026-04");
    });
}

#[test]
fn kept_lists_are_kept() {
    everywhere(|depot| {
        let view = |id: &str, name: &str| store::SavedView {
            id: id.to_owned(),
            owner: "clerk".into(),
            role: "depot.clerk".into(),
            place: "slips".to_owned(),
            name: name.to_owned(),
            body: "kind=depot.intake.note&c=number".to_owned(),
            updated: depot.now,
        };
        for one in [view("b", "乙"), view("a", "丙"), view("b", "甲")] {
            depot.store.put_view(ORG, &one).expect("kept");
        }
        let names = |place| -> Vec<String> {
            let views = depot.store.views(ORG, place).expect("read");
            views.into_iter().map(|view| view.name).collect()
        };
        assert_eq!(names("slips"), ["丙", "甲"]);
        assert!(names("records").is_empty());
        assert_eq!(
            depot.store.view(ORG, "b").expect("read"),
            Some(view("b", "甲"))
        );
        depot.store.drop_view(ORG, "b").expect("dropped");
        assert_eq!(names("slips"), ["丙"]);
        depot.verify();
    });
}
