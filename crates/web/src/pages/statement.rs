//! The legs behind a balance, each with the slip that booked it.

use axum::extract::Path;
use axum::response::Response;
use kernel::Unit;
use model::{Catalog, Ledger, Pack};
use store::{KeyFilter, StatementCursor, StatementQuery};

use super::desk::{Asked, Content, Desk, Reader, address};
use super::entries::{entry_url, key_names, place_name};
use super::ledger::When;
use super::ledger::trace::ways;
use super::ledger::tree::foot;
use super::ledgers::find;
use super::{heads, values, words};
use crate::error::Error;
use crate::layout::Place;
use crate::parts::Link;
use crate::parts::ledger::{Enquiry, enquiry};
use crate::parts::list::{Choose, Filter, Pager};
use crate::parts::table::{Cell, Head, Row, Shape, Table};

/// What a statement is of, which stays when its days are changed.
const KEPT: [&str; 7] = ["place", "key", "under", "as_of", "at", "since", "since_at"];

/// Legs of a page.
const LEGS: usize = 100;

/// `day_seq_n_running`, fit for an address.
fn cursor_text(cursor: &StatementCursor) -> String {
    format!(
        "{}_{}_{}_{}",
        cursor.day, cursor.seq, cursor.n, cursor.running
    )
}

fn cursor_of(text: &str) -> Option<StatementCursor> {
    let mut parts = text.splitn(4, '_');
    Some(StatementCursor {
        day: parts.next()?.parse().ok()?,
        seq: parts.next()?.parse().ok()?,
        n: parts.next()?.parse().ok()?,
        running: parts.next()?.parse().ok()?,
    })
}

/// The legs behind a balance, each with the slip that booked it.
pub(crate) async fn show(
    desk: Desk,
    Path(qualified): Path<String>,
    asked: Asked,
) -> Result<Response, Error> {
    desk.show(Place::Ledgers, move |reader| {
        let catalog = reader.catalog();
        let (pack, ledger) = find(&catalog, &qualified)?;
        let since = When::asked(reader, &asked, "since", "since_at");
        let until = When::asked(reader, &asked, "as_of", "at");
        let query = StatementQuery {
            place: asked.some("place"),
            key: match asked.some("key") {
                Some(key) => Some(KeyFilter::Exact(key)),
                None => asked.some("under").map(KeyFilter::Prefix),
            },
            from: asked.text("from").parse().ok(),
            to: asked.text("to").parse().ok(),
            booked_after: since.moment(),
            booked_until: until.moment(),
            after: cursor_of(asked.text("after")),
            limit: LEGS,
            ..StatementQuery::default()
        };
        let answer = reader.store.statement(reader.org, &qualified, &query)?;
        let unit = answer.unit.unwrap_or(ledger.unit);
        let link = |change: &[(&str, &str)]| {
            let mut query: Vec<(&str, &str)> = KEPT
                .into_iter()
                .chain(["from", "to"])
                .map(|name| (name, asked.text(name)))
                .collect();
            query.extend_from_slice(change);
            address(&format!("/ledgers/{qualified}/statement"), &query)
        };
        let title = statement_title(reader, pack, ledger, &query)?;
        let opening = Row {
            sum: true,
            ..Row::from(vec![
                Cell::new(""),
                Cell::new(reader.t("期初余额", "Opening balance")).over(4),
                Cell::new(values::parts(answer.opening, unit)),
            ])
        };
        let mut rows = vec![opening];
        for leg in &answer.legs {
            rows.push(leg_row(reader, pack, ledger, &catalog, leg, unit)?);
        }
        let next = answer.next.as_ref().map(cursor_text);
        let made = Enquiry {
            crumbs: vec![
                Link::new(reader.t("账", "Ledgers"), "/ledgers"),
                Link::new(
                    words::label(reader.lang, &ledger.label),
                    format!("/ledgers/{qualified}"),
                ),
            ],
            title: title.clone(),
            filters: statement_filters(reader, &asked),
            keep: KEPT
                .into_iter()
                .filter_map(|name| Some((name.to_owned(), asked.some(name)?)))
                .collect(),
            table: Table {
                caption: title.clone(),
                heads: vec![
                    Head::new(reader.t("日期", "Day"), Shape::Code),
                    Head::new(reader.t("单据", "Slip"), Shape::Main),
                    Head::new(reader.t("何物", "What"), Shape::Plain),
                    Head::new(reader.t("转入", "In"), Shape::Number),
                    Head::new(reader.t("转出", "Out"), Shape::Number),
                    Head::new(reader.t("余额", "Balance"), Shape::Lead),
                ],
                rows,
                foot: Vec::new(),
            },
            views: match &query.key {
                Some(KeyFilter::Exact(key)) => ways(reader, &qualified, key, false),
                _ => Vec::new(),
            },
            notes: booked_words(reader, &since, &until),
            foot: foot(reader, &until),
            pager: Pager {
                text: String::new(),
                before: query.after.as_ref().map(|_| link(&[])),
                after: next.as_ref().map(|next| link(&[("after", next)])),
            },
            ..Enquiry::default()
        };
        Ok(Content::new(title, enquiry(reader.lang, &made)))
    })
    .await
}

fn statement_title(
    reader: &Reader<'_>,
    pack: &Pack,
    ledger: &Ledger,
    query: &StatementQuery,
) -> Result<String, Error> {
    let mut parts = vec![words::label(reader.lang, &ledger.label).to_owned()];
    if let Some(place) = &query.place {
        parts.push(place_name(reader, pack, ledger, place)?);
    }
    match &query.key {
        Some(KeyFilter::Exact(key)) => parts.push(key_names(reader, pack, ledger, key)?.0),
        Some(KeyFilter::Prefix(under)) => parts.push(format!("{under}…")),
        None => {}
    }
    Ok(parts.join(" · "))
}

/// What is said where only what was booked between two moments is shown.
fn booked_words(reader: &Reader<'_>, since: &When, until: &When) -> Vec<String> {
    let between = match (since.moment(), until.moment()) {
        (None, None) => return Vec::new(),
        (Some(_), None) => format!("{} {} →", since.day, since.time),
        (None, Some(_)) => format!("→ {} {}", until.day, until.time),
        (Some(_), Some(_)) => {
            format!(
                "{} {} → {} {}",
                since.day, since.time, until.day, until.time
            )
        }
    };
    let what = reader.t(
        "只列这段时间内记账的：",
        "Only what was booked in this time: ",
    );
    vec![format!("{what}{between}")]
}

fn statement_filters(reader: &Reader<'_>, asked: &Asked) -> Vec<Filter> {
    let filter = |name: &str, zh: &str, en: &str| Filter {
        name: name.to_owned(),
        label: reader.t(zh, en).to_owned(),
        choose: Choose::Day,
        value: asked.text(name).to_owned(),
    };
    vec![filter("from", "从", "From"), filter("to", "到", "To")]
}

fn leg_row(
    reader: &Reader<'_>,
    pack: &Pack,
    ledger: &Ledger,
    catalog: &Catalog,
    leg: &store::StatementLeg,
    unit: Unit,
) -> Result<Row, Error> {
    let (key, _) = key_names(reader, pack, ledger, &leg.key)?;
    let amount = values::parts(i128::from(leg.amount), unit);
    let (into, out) = match leg.side {
        kernel::Side::In => (amount, String::new()),
        kernel::Side::Out => (String::new(), amount),
    };
    let kind = words::kind_name(catalog, reader.lang, "", &leg.kind);
    let mut about = format!("{kind} · {}", reader.person(&leg.person)?);
    if leg.reversal {
        about = format!("{about} · {}", reader.t("红字", "red letters"));
    }
    let slip = Cell {
        url: leg.slip.map(heads::url),
        ..Cell::new(&*leg.number).under(about)
    };
    let entry = leg.slip.map(|slip| entry_url(slip, leg.seq));
    let figure = |text: String| Cell {
        url: entry.clone().filter(|_| !text.is_empty()),
        ..Cell::new(text)
    };
    Ok(Row::from(vec![
        Cell::new(leg.day.to_string()),
        slip,
        Cell::new(key),
        figure(into),
        figure(out),
        figure(values::parts(leg.running, unit)),
    ]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_goes_there_and_back() {
        let cursor = StatementCursor {
            day: "2026-04-01".parse().unwrap(),
            seq: 12,
            n: 3,
            running: -(1_i128 << 70),
        };
        assert_eq!(cursor_of(&cursor_text(&cursor)), Some(cursor));
        for bad in ["", "x", "2026-04-01_1_2", "2026-04-01_1_2_x"] {
            assert_eq!(cursor_of(bad), None);
        }
    }
}
