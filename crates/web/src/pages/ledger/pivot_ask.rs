//! What a pivot is asked: rows, columns, figures, and as of when.

use std::sync::Arc;

use kernel::Period;
use model::{Ledger, Pack};

use super::{When, filter, narrowing};
use crate::pages::desk::{Asked, Reader};
use crate::pages::entries::dimension_name;
use crate::parts::list::{Choose, Filter};

/// What rows or columns are of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dimension {
    Place,
    /// A part of the conserved key.
    Key(usize),
    /// A further dimension.
    Detail(usize),
    Month,
}

/// What is added up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Measure {
    Net,
    In,
    Out,
}

/// What was asked for.
pub(super) struct Ask {
    pub rows: Dimension,
    pub columns: Option<Dimension>,
    pub measure: Measure,
    /// Whether places of the outside world count.
    pub outside: bool,
    pub when: When,
    pub from: Option<Period>,
    pub to: Option<Period>,
}

impl Ask {
    /// Reads an address.
    pub fn read(reader: &Reader<'_>, ledger: &Ledger, asked: &Asked) -> Ask {
        let rows = dimension(ledger, asked.text("rows")).unwrap_or(match ledger.by.len() {
            0 => Dimension::Place,
            _ => Dimension::Key(0),
        });
        let columns = match asked.text("cols") {
            "" if rows == Dimension::Place => Some(Dimension::Month),
            "" => Some(Dimension::Place),
            name => dimension(ledger, name),
        };
        let period = |name: &str| {
            let (year, month) = asked.text(name).split_once('-')?;
            let (year, month): (i32, i32) = (year.parse().ok()?, month.parse().ok()?);
            ((1..=9_999).contains(&year) && (1..=12).contains(&month))
                .then_some(Period(year * 100 + month))
        };
        Ask {
            rows,
            columns: columns.filter(|columns| *columns != rows),
            measure: match asked.text("what") {
                "in" => Measure::In,
                "out" => Measure::Out,
                _ => Measure::Net,
            },
            outside: asked.text("outside") == "1",
            when: When::asked(reader, asked, "as_of", "at"),
            from: period("from"),
            to: period("to"),
        }
    }

    /// Whether months are told apart.
    pub fn by_month(&self) -> bool {
        self.rows == Dimension::Month || self.columns == Some(Dimension::Month)
    }

    /// The figure of an account.
    pub fn of(&self, r#in: i128, out: i128) -> i128 {
        match self.measure {
            Measure::Net => r#in - out,
            Measure::In => r#in,
            Measure::Out => out,
        }
    }
}

fn dimension(ledger: &Ledger, name: &str) -> Option<Dimension> {
    let at = |all: &[Arc<str>], begin: &str| {
        let at: usize = name.strip_prefix(begin)?.parse().ok()?;
        (at < all.len()).then_some(at)
    };
    match name {
        "place" => Some(Dimension::Place),
        "month" => Some(Dimension::Month),
        _ => at(&ledger.by, "k")
            .map(Dimension::Key)
            .or_else(|| at(&ledger.detail, "d").map(Dimension::Detail)),
    }
}

/// The names of the dimensions that a ledger has, and what they are called.
pub(super) fn choices(reader: &Reader<'_>, pack: &Pack, ledger: &Ledger) -> Vec<(String, String)> {
    let mut out = vec![(
        "place".to_owned(),
        reader.t("科目 / 库区", "Place").to_owned(),
    )];
    let named = |(begin, all): (&str, &[Arc<str>])| -> Vec<(String, String)> {
        all.iter()
            .enumerate()
            .map(|(at, name)| (format!("{begin}{at}"), dimension_name(reader, pack, name)))
            .collect()
    };
    out.extend(named(("k", &ledger.by)));
    out.extend(named(("d", &ledger.detail)));
    out.push(("month".to_owned(), reader.t("月份", "Month").to_owned()));
    out
}

pub(super) fn name_of(dimension: Dimension) -> String {
    match dimension {
        Dimension::Place => "place".to_owned(),
        Dimension::Key(at) => format!("k{at}"),
        Dimension::Detail(at) => format!("d{at}"),
        Dimension::Month => "month".to_owned(),
    }
}

pub(super) fn foot(reader: &Reader<'_>, ask: &Ask) -> String {
    let what = match (ask.measure, ask.by_month()) {
        (Measure::Net, true) => reader.t("每月净变动", "Net change of each month"),
        (Measure::Net, false) => reader.t("余额", "Balance"),
        (Measure::In, _) => reader.t("转入", "In"),
        (Measure::Out, _) => reader.t("转出", "Out"),
    };
    let places = match ask.outside {
        true => reader.t("含外部", "the outside world included"),
        false => reader.t("不含外部", "without the outside world"),
    };
    match ask.by_month() {
        true => format!("{what} · {places}"),
        false => format!("{what} · {} · {places}", ask.when.words(reader.lang)),
    }
}

pub(super) fn filters(
    reader: &Reader<'_>,
    pack: &Pack,
    ledger: &Ledger,
    asked: &Asked,
    ask: &Ask,
) -> Vec<Filter> {
    let all = choices(reader, pack, ledger);
    let one = |name: &str, words: (&str, &str), choose| filter(reader, asked, name, words, choose);
    let mut rows = one("rows", ("行", "Rows"), Choose::One(all.clone()));
    rows.value = name_of(ask.rows);
    let mut columns = vec![("none".to_owned(), reader.t("无", "None").to_owned())];
    columns.extend(all);
    let mut cols = one("cols", ("列", "Columns"), Choose::One(columns));
    cols.value = ask.columns.map_or("none".to_owned(), name_of);
    let measures = vec![
        (
            String::new(),
            reader.t("余额 / 净变动", "Balance / net").to_owned(),
        ),
        ("in".to_owned(), reader.t("转入", "In").to_owned()),
        ("out".to_owned(), reader.t("转出", "Out").to_owned()),
    ];
    let mut out = vec![
        rows,
        cols,
        one("what", ("数字", "Figures"), Choose::One(measures)),
    ];
    if ask.by_month() {
        out.push(one("from", ("从月份", "From month"), Choose::Month));
        out.push(one("to", ("到月份", "To month"), Choose::Month));
    } else {
        out.push(one("as_of", ("截至日期", "As of"), Choose::Day));
        out.push(one("at", ("时刻", "At"), Choose::Time));
    }
    out.extend(narrowing(reader, ledger, asked));
    let outside = ("含外部", "With the outside world");
    out.push(one("outside", outside, Choose::Yes));
    out
}
