//! Enquiries into one ledger: balances as a tree, two moments compared, a pivot, charts, an entry, each as of
//! any moment; and the way that one key went.

mod branch;
pub(super) mod charts;
pub(super) mod compare;
pub(super) mod entry;
pub(super) mod expiry;
pub(super) mod files;
pub(super) mod pivot;
mod pivot_ask;
pub(super) mod trace;
pub(super) mod tree;
mod when;

use kernel::{Period, Unit};
use model::{Ledger, Pack};

use super::desk::{Asked, Reader, address};
use super::entries::place_name;
use super::words;
use crate::error::Error;
use crate::parts::list::{Choose, Filter};
use crate::parts::{Link, Tab};

pub(super) use when::When;

/// Which of the views of a ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum View {
    Tree,
    Compare,
    Pivot,
    Charts,
    Expiry,
}

/// What a ledger counts in.
pub(super) fn unit_name(reader: &Reader<'_>, unit: Unit) -> &'static str {
    match unit {
        Unit::Count => reader.t("个数", "Count"),
        Unit::Qty => reader.t("数量", "Quantity"),
        Unit::Money => reader.t("元", "yuan"),
        Unit::Price => reader.t("单价", "Price"),
        Unit::Rate => reader.t("比率", "Rate"),
    }
}

/// The ledgers of a pack, side by side.
fn tabs(reader: &Reader<'_>, pack: &Pack, here: &Ledger, view: View) -> Vec<Tab> {
    pack.ledgers
        .iter()
        .map(|ledger| Tab {
            label: words::label(reader.lang, &ledger.label).to_owned(),
            url: path_of(
                &ledger.qualified,
                match view {
                    View::Expiry if !expiry::has(pack, ledger) => View::Tree,
                    view => view,
                },
            ),
            count: None,
            here: ledger.qualified == here.qualified,
        })
        .collect()
}

fn path_of(ledger: &str, view: View) -> String {
    let end = match view {
        View::Tree => "",
        View::Compare => "/compare",
        View::Pivot => "/pivot",
        View::Charts => "/charts",
        View::Expiry => "/expiry",
    };
    format!("/ledgers/{ledger}{end}")
}

/// The views of a ledger; what was narrowed stays narrowed.
fn views(reader: &Reader<'_>, pack: &Pack, ledger: &Ledger, asked: &Asked, here: View) -> Vec<Tab> {
    [
        (View::Tree, "余额", "Balances"),
        (View::Compare, "两时点对比", "Compare two moments"),
        (View::Pivot, "透视", "Pivot"),
        (View::Charts, "图表", "Charts"),
        (View::Expiry, "效期", "Expiry"),
    ]
    .into_iter()
    .filter(|(view, ..)| *view != View::Expiry || expiry::has(pack, ledger))
    .map(|(view, zh, en)| Tab {
        label: reader.t(zh, en).to_owned(),
        url: address(
            &path_of(&ledger.qualified, view),
            &[("place", asked.text("place")), ("key", asked.text("key"))],
        ),
        count: None,
        here: view == here,
    })
    .collect()
}

/// The way back to the ledgers.
fn crumbs(reader: &Reader<'_>) -> Vec<Link> {
    vec![Link::new(reader.t("账", "Ledgers"), "/ledgers")]
}

fn filter(
    reader: &Reader<'_>,
    asked: &Asked,
    name: &str,
    words: (&str, &str),
    choose: Choose,
) -> Filter {
    Filter {
        name: name.to_owned(),
        label: reader.t(words.0, words.1).to_owned(),
        choose,
        value: asked.text(name).to_owned(),
    }
}

/// Place and beginning of the code, as every view can be narrowed.
fn narrowing(reader: &Reader<'_>, ledger: &Ledger, asked: &Asked) -> Vec<Filter> {
    let mut places = vec![(String::new(), reader.t("全部", "All").to_owned())];
    places.extend(ledger.places.iter().map(|place| {
        let label = words::label(reader.lang, &place.label);
        (place.name.to_string(), label.to_owned())
    }));
    let mut filters = vec![filter(
        reader,
        asked,
        "place",
        ("科目 / 库区", "Place"),
        Choose::One(places),
    )];
    if !ledger.by.is_empty() {
        let words = ("编码开头", "Code begins with");
        filters.push(filter(reader, asked, "key", words, Choose::Words));
    }
    filters
}

/// A place with a word on those of the outside world.
fn place_title(
    reader: &Reader<'_>,
    pack: &Pack,
    ledger: &Ledger,
    place: &str,
) -> Result<String, Error> {
    let name = place_name(reader, pack, ledger, place)?;
    Ok(match is_open(ledger, place) {
        true => format!("{name} {}", reader.t("（外部）", "(outside)")),
        false => name,
    })
}

/// A period as people write a month.
fn month_text(period: Period) -> String {
    format!("{:04}-{:02}", period.0 / 100, period.0 % 100)
}

/// Whether a place is of the outside world.
fn is_open(ledger: &Ledger, place: &str) -> bool {
    ledger.place(place).is_some_and(|(_, place)| place.open)
}

/// Places stand as they are declared, those of a chart after them by code, the outside world last.
fn place_order<'p>(ledger: &Ledger, place: &'p str) -> (bool, usize, &'p str) {
    let (open, at) = ledger
        .place(place)
        .map_or((false, usize::MAX), |(at, place)| (place.open, at));
    (open, at, place)
}

/// The balances of all keys that begin alike.
fn tree_of(ledger: &Ledger, under: &str) -> String {
    address(&format!("/ledgers/{}", ledger.qualified), &[("key", under)])
}

/// The statement behind a figure: of a place, of a key or of all keys that begin alike, as of a moment.
fn behind(ledger: &Ledger, place: &str, key: (&str, &str), when: &[(&str, &str)]) -> String {
    let mut query = vec![("place", place), ("key", key.0), ("under", key.1)];
    query.extend_from_slice(when);
    address(&format!("/ledgers/{}/statement", ledger.qualified), &query)
}
