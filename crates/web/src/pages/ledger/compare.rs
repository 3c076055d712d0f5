//! A ledger at two moments: opening, in, out, closing and the difference, of what changed alone.

use std::collections::BTreeMap;

use axum::extract::Path;
use axum::response::Response;
use model::{Ledger, Pack};
use store::{AsOf, ChangeQuery, ChangeRow, Cursor, KeyFilter};

use super::{View, When, behind, crumbs, filter, narrowing, place_order, place_title, tabs, views};
use crate::error::Error;
use crate::layout::Place;
use crate::pages::desk::{Asked, Content, Desk, Reader, address};
use crate::pages::entries::{dimensions, key_names};
use crate::pages::ledgers::find;
use crate::pages::{values, words};
use crate::parts::ledger::{Enquiry, enquiry};
use crate::parts::list::{Choose, Filter, Pager};
use crate::parts::table::{Cell, Head, Row, Shape, Table};

/// Rows of a page.
const ROWS: usize = 500;

/// The two moments of an address. Where none is named, from the end of last month until now.
pub(super) fn moments(reader: &Reader<'_>, asked: &Asked) -> (When, When) {
    let mut from = When::asked(reader, asked, "from", "from_at");
    let to = When::asked(reader, asked, "to", "to_at");
    if from == When::default() {
        let today = reader.today;
        let begin: i64 = today.to_string()[8..].parse().unwrap_or(1);
        if let Some(day) = today.plus_days(-begin) {
            from.as_of = AsOf::Day(day);
            from.day = day.to_string();
        }
    }
    (from, to)
}

/// What changed between the two.
pub(super) fn query(asked: &Asked, from: &When, to: &When) -> ChangeQuery {
    ChangeQuery {
        place: asked.some("place"),
        key: asked.some("key").map(KeyFilter::Prefix),
        from: from.as_of,
        to: to.as_of,
        after: asked.some("after").map(Cursor),
        limit: ROWS,
    }
}

/// Posted figures of an account or a place.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Sums {
    opening: i128,
    r#in: i128,
    out: i128,
    closing: i128,
}

impl Sums {
    /// Those of one account.
    pub fn of(row: &ChangeRow) -> Sums {
        let (before, after) = (row.before.posted, row.after.posted);
        Sums {
            opening: i128::from(before.net()),
            r#in: i128::from(after.r#in) - i128::from(before.r#in),
            out: i128::from(after.out) - i128::from(before.out),
            closing: i128::from(after.net()),
        }
    }

    fn add(&mut self, other: Sums) {
        self.opening += other.opening;
        self.r#in += other.r#in;
        self.out += other.out;
        self.closing += other.closing;
    }

    /// In the order of [`figures`].
    pub fn figures(self) -> [i128; 5] {
        [
            self.opening,
            self.r#in,
            self.out,
            self.closing,
            self.closing - self.opening,
        ]
    }
}

/// Headings of the figures.
pub(super) fn figures<'r>(reader: &'r Reader<'_>) -> [&'r str; 5] {
    [
        reader.t("期初", "Opening"),
        reader.t("转入", "In"),
        reader.t("转出", "Out"),
        reader.t("期末", "Closing"),
        reader.t("差额", "Difference"),
    ]
}

/// Two moments side by side.
pub(crate) async fn show(
    desk: Desk,
    Path(qualified): Path<String>,
    asked: Asked,
) -> Result<Response, Error> {
    let csrf = desk.session.csrf();
    desk.show(Place::Ledgers, move |reader| {
        let catalog = reader.catalog();
        let (pack, ledger) = find(&catalog, &qualified)?;
        let (from, to) = moments(reader, &asked);
        let query = query(&asked, &from, &to);
        let page = reader.store.changes(reader.org, &qualified, &query)?;
        let whole = page.next.is_none() && query.after.is_none();
        let title = words::label(reader.lang, &ledger.label).to_owned();
        let link = |after: &str| {
            let mut pairs: Vec<(&str, &str)> = ["from", "from_at", "to", "to_at", "place", "key"]
                .into_iter()
                .map(|name| (name, asked.text(name)))
                .collect();
            pairs.push(("after", after));
            address(&format!("/ledgers/{qualified}/compare"), &pairs)
        };
        let table = table(reader, pack, ledger, &page.rows, (&from, &to), whole)?;
        let between = format!("{} → {}", from.words(reader.lang), to.words(reader.lang));
        let made = Enquiry {
            crumbs: crumbs(reader),
            title: title.clone(),
            ledgers: tabs(reader, pack, ledger, View::Compare),
            views: views(reader, pack, ledger, &asked, View::Compare),
            filters: filters(reader, ledger, &asked, &from),
            folded: table.rows.len() > super::tree::OPEN_MAX,
            table,
            foot: format!(
                "{between} · {}",
                reader.t("只列有变动的", "only what changed")
            ),
            export: Some(super::files::menu(&csrf, ledger, "changes", &asked)),
            pager: Pager {
                text: String::new(),
                before: query.after.as_ref().map(|_| link("")),
                after: page.next.as_ref().map(|next| link(&next.0)),
            },
            ..Enquiry::default()
        };
        Ok(Content::new(title, enquiry(reader.lang, &made)))
    })
    .await
}

fn filters(reader: &Reader<'_>, ledger: &Ledger, asked: &Asked, from: &When) -> Vec<Filter> {
    let one = |name: &str, words: (&str, &str), choose| filter(reader, asked, name, words, choose);
    let mut first = one("from", ("从", "From"), Choose::Day);
    first.value.clone_from(&from.day);
    let mut out = vec![
        first,
        one("from_at", ("时刻", "At"), Choose::Time),
        one("to", ("到", "To"), Choose::Day),
        one("to_at", ("时刻", "At"), Choose::Time),
    ];
    out.extend(narrowing(reader, ledger, asked));
    out
}

fn table(
    reader: &Reader<'_>,
    pack: &Pack,
    ledger: &Ledger,
    rows: &[ChangeRow],
    between: (&When, &When),
    whole: bool,
) -> Result<Table, Error> {
    let mut heads = vec![Head::new(what(reader, pack, ledger), Shape::Main)];
    let shapes = [
        Shape::Number,
        Shape::Number,
        Shape::Number,
        Shape::Number,
        Shape::Lead,
    ];
    heads.extend(
        figures(reader)
            .into_iter()
            .zip(shapes)
            .map(|(label, shape)| Head::new(label, shape)),
    );
    let mut by_place: BTreeMap<(bool, usize, &str), Vec<&ChangeRow>> = BTreeMap::new();
    for row in rows {
        let place = place_order(ledger, &row.place);
        by_place.entry(place).or_default().push(row);
    }
    let mut out = Vec::new();
    for ((_, _, place), rows) in by_place {
        let mut sums = Sums::default();
        for row in &rows {
            sums.add(Sums::of(row));
        }
        let leaves = rows
            .iter()
            .any(|row| !row.key.is_empty() || !row.detail.is_empty());
        let count = match (leaves, rows.len()) {
            (false, _) => String::new(),
            (true, count) => format!("{} {count}", dimensions(reader, pack, ledger)),
        };
        let title = Cell::new(place_title(reader, pack, ledger, place)?).under(count);
        let shown = (whole || !leaves).then_some(sums);
        out.push(Row {
            level: 1,
            opens: leaves,
            id: place.to_owned(),
            ..figures_row(ledger, title, shown, (place, ""), between)
        });
        for row in rows.iter().filter(|_| leaves) {
            let (mut name, codes) = key_names(reader, pack, ledger, &row.key)?;
            if !row.detail.is_empty() {
                name = format!("{name} · {}", row.detail);
            }
            let title = Cell::new(name).under(codes);
            let sums = Some(Sums::of(row));
            out.push(Row {
                level: 2,
                ..figures_row(ledger, title, sums, (place, &row.key), between)
            });
        }
    }
    Ok(Table {
        caption: words::label(reader.lang, &ledger.label).to_owned(),
        heads,
        rows: out,
        foot: Vec::new(),
    })
}

fn what(reader: &Reader<'_>, pack: &Pack, ledger: &Ledger) -> String {
    let place = reader.t("科目 / 库区", "Place");
    match dimensions(reader, pack, ledger).as_str() {
        "" => place.to_owned(),
        by => format!("{place} · {by}"),
    }
}

/// A row whose figures lead to the legs that were booked between the two.
fn figures_row(
    ledger: &Ledger,
    title: Cell,
    sums: Option<Sums>,
    (place, key): (&str, &str),
    (from, to): (&When, &When),
) -> Row {
    let legs = legs_between(ledger, place, key, from, to);
    let opening = behind(ledger, place, (key, ""), &from.until());
    let closing = behind(ledger, place, (key, ""), &to.until());
    let urls = [opening, legs.clone(), legs.clone(), closing, legs.clone()];
    let mut cells = vec![title.to(legs)];
    match sums {
        Some(sums) => cells.extend(
            sums.figures()
                .into_iter()
                .zip(urls)
                .map(|(sum, url)| Cell::new(values::parts(sum, ledger.unit)).to(url)),
        ),
        None => cells.extend(urls.map(|_| Cell::new(""))),
    }
    Row::from(cells)
}

/// The legs between two moments: by business day where both are days, else by when they were booked.
fn legs_between(ledger: &Ledger, place: &str, key: &str, from: &When, to: &When) -> String {
    let after = match from.as_of {
        AsOf::Day(day) => day.plus_days(1).map(|day| day.to_string()),
        _ => None,
    };
    let mut query = vec![("from", after.as_deref().unwrap_or(""))];
    if from.moment().is_some() {
        query.push(("since", &from.day));
        query.push(("since_at", &from.time));
    }
    query.extend(to.until());
    behind(ledger, place, (key, ""), &query)
}
