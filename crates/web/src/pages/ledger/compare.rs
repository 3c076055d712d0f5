//! A ledger at two moments: opening, in, out, closing and the difference, of what changed alone.

use std::collections::BTreeMap;
use std::sync::Arc;

use ::ledger::split_key;
use axum::extract::Path;
use axum::response::Response;
use kernel::EntryState;
use maud::Markup;
use model::{Ledger, Pack};
use store::{AsOf, BranchBy, BranchQuery, ChangeQuery, ChangeRow, Cursor, KeyFilter};

use super::{View, When, behind, crumbs, filter, narrowing, place_order, place_title, tabs, views};
use crate::error::Error;
use crate::layout::Place;
use crate::pages::desk::{Asked, Content, Desk, Reader, address};
use crate::pages::entries::{detail_names, dimensions, joined, key_names};
use crate::pages::ledgers::find;
use crate::pages::{values, words};
use crate::parts::ledger::{Enquiry, enquiry};
use crate::parts::list::{Choose, Filter, Pager};
use crate::parts::table::{Cell, Head, Row, Shape, Table, rows_alone};

/// Rows of a page.
const ROWS: usize = 300;

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
    if desk.fragment.as_deref() == Some(super::branch::FRAGMENT) {
        return desk
            .show_part(move |reader| {
                let catalog = reader.catalog();
                let of = find(&catalog, &qualified)?;
                let (from, to) = moments(reader, &asked);
                let closed = Closed {
                    reader,
                    of: (of.0, of.1),
                    asked: &asked,
                    between: (&from, &to),
                };
                closed.part()
            })
            .await;
    }
    desk.show(Place::Ledgers, move |reader| {
        let catalog = reader.catalog();
        let (pack, ledger) = find(&catalog, &qualified)?;
        let (from, to) = moments(reader, &asked);
        let closed = Closed {
            reader,
            of: (pack, ledger),
            asked: &asked,
            between: (&from, &to),
        };
        let query = query(&asked, &from, &to);
        let page = match query.after {
            Some(_) => None,
            None => Some(reader.store.changes(reader.org, &qualified, &query)?),
        };
        let (table, next, folded) = match page.filter(|page| page.next.is_none()) {
            Some(page) => {
                let table = table(reader, pack, ledger, &page.rows, (&from, &to))?;
                let folded = table.rows.len() > super::tree::OPEN_MAX;
                (table, None, folded)
            }
            None => {
                let (table, next) = closed.table()?;
                (table, next, true)
            }
        };
        let title = words::label(reader.lang, &ledger.label).to_owned();
        let link = |after: &str| {
            let mut pairs: Vec<(&str, &str)> = ["from", "from_at", "to", "to_at", "place", "key"]
                .into_iter()
                .map(|name| (name, asked.text(name)))
                .collect();
            pairs.push(("after", after));
            address(&format!("/ledgers/{qualified}/compare"), &pairs)
        };
        let between = format!("{} → {}", from.words(reader.lang), to.words(reader.lang));
        let made = Enquiry {
            crumbs: crumbs(reader),
            title: title.clone(),
            ledgers: tabs(reader, pack, ledger, View::Compare),
            views: views(reader, pack, ledger, &asked, View::Compare),
            filters: filters(reader, ledger, &asked, &from),
            folded,
            table,
            foot: format!(
                "{between} · {}",
                reader.t("只列有变动的", "only what changed")
            ),
            export: Some(super::files::menu(&csrf, ledger, "changes", &asked)),
            pager: Pager {
                text: String::new(),
                before: query.after.as_ref().map(|_| link("")),
                after: next.as_ref().map(|next| link(next)),
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
) -> Result<Table, Error> {
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
        out.push(Row {
            level: 1,
            opens: leaves,
            id: place.to_owned(),
            ..figures_row(ledger, title, sums, (place, ("", "")), between)
        });
        for row in rows.iter().filter(|_| leaves) {
            out.push(leaf(reader, (pack, ledger), row, 2, between)?);
        }
    }
    Ok(headed(reader, (pack, ledger), out))
}

/// A row of one account.
fn leaf(
    reader: &Reader<'_>,
    (pack, ledger): (&Pack, &Ledger),
    row: &ChangeRow,
    level: u8,
    between: (&When, &When),
) -> Result<Row, Error> {
    let (mut name, codes) = key_names(reader, pack, ledger, &row.key)?;
    if !row.detail.is_empty() {
        name = joined(name, &detail_names(reader, pack, ledger, &row.detail)?);
    }
    let title = Cell::new(name).under(codes);
    let place = (&*row.place, (&*row.key, ""));
    Ok(Row {
        level,
        ..figures_row(ledger, title, Sums::of(row), place, between)
    })
}

/// Rows under their headings.
fn headed(reader: &Reader<'_>, (pack, ledger): (&Pack, &Ledger), rows: Vec<Row>) -> Table {
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
    Table {
        caption: words::label(reader.lang, &ledger.label).to_owned(),
        heads,
        rows,
        foot: Vec::new(),
    }
}

fn what(reader: &Reader<'_>, pack: &Pack, ledger: &Ledger) -> String {
    let place = reader.t("科目 / 库区", "Place");
    match dimensions(reader, pack, ledger).as_str() {
        "" => place.to_owned(),
        by => format!("{place} · {by}"),
    }
}

/// A row whose figures lead to the legs that were booked between the two, of a key or of all that begin alike.
fn figures_row(
    ledger: &Ledger,
    title: Cell,
    sums: Sums,
    (place, key): (&str, (&str, &str)),
    (from, to): (&When, &When),
) -> Row {
    let legs = legs_between(ledger, place, key, from, to);
    let opening = behind(ledger, place, key, &from.until());
    let closing = behind(ledger, place, key, &to.until());
    let urls = [opening, legs.clone(), legs.clone(), closing, legs.clone()];
    let title = match title.url {
        Some(_) => title,
        None => title.to(legs),
    };
    let mut cells = vec![title];
    cells.extend(
        sums.figures()
            .into_iter()
            .zip(urls)
            .map(|(sum, url)| Cell::new(values::parts(sum, ledger.unit)).to(url)),
    );
    Row::from(cells)
}

/// The legs between two moments: by business day where both are days, else by when they were booked.
fn legs_between(ledger: &Ledger, place: &str, key: (&str, &str), from: &When, to: &When) -> String {
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
    behind(ledger, place, key, &query)
}

/// What changed where more accounts did than are read at once: branches, of which those that are open are read.
struct Closed<'a> {
    reader: &'a Reader<'a>,
    of: (&'a Pack, &'a Ledger),
    asked: &'a Asked,
    between: (&'a When, &'a When),
}

/// The inside of a branch, and what its next page begins after.
type Inside = (Vec<Row>, Option<String>);

impl Closed<'_> {
    /// Branches that are not the same at both moments.
    fn moved(&self, by: BranchBy, place: Option<&str>) -> Result<Vec<(Arc<str>, Sums)>, Error> {
        let read = |as_of| {
            let query = BranchQuery {
                by,
                place: place.map(str::to_owned),
                key: self.asked.some("key").map(KeyFilter::Prefix),
                as_of,
                limit: usize::MAX,
                ..BranchQuery::default()
            };
            let (org, ledger) = (self.reader.org, &self.of.1.qualified);
            Ok::<_, Error>(self.reader.store.branches(org, ledger, &query)?.rows)
        };
        let posted = |sums: [i128; 8]| {
            let at = 2 * EntryState::ALL
                .iter()
                .position(|state| *state == EntryState::Posted)
                .unwrap_or_default();
            [sums[at], sums[at + 1]]
        };
        let mut both: BTreeMap<Arc<str>, [[i128; 8]; 2]> = BTreeMap::new();
        for (at, when) in [self.between.0, self.between.1].into_iter().enumerate() {
            for row in read(when.as_of)? {
                both.entry(row.name).or_default()[at] = row.sums;
            }
        }
        Ok(both
            .into_iter()
            .filter(|(_, [before, after])| before != after)
            .map(|(name, [before, after])| {
                let ([was_in, was_out], [is_in, is_out]) = (posted(before), posted(after));
                let sums = Sums {
                    opening: was_in - was_out,
                    r#in: is_in - was_in,
                    out: is_out - was_out,
                    closing: is_in - is_out,
                };
                (name, sums)
            })
            .collect())
    }

    fn table(&self) -> Result<(Table, Option<String>), Error> {
        let (pack, ledger) = self.of;
        let place = self.asked.some("place");
        let mut tops = self.moved(BranchBy::Place, place.as_deref())?;
        tops.sort_by(|(one, _), (other, _)| {
            place_order(ledger, one).cmp(&place_order(ledger, other))
        });
        let (mut rows, mut next) = (Vec::new(), None);
        let keyed = !ledger.by.is_empty() || !ledger.detail.is_empty();
        let key = self.asked.text("key");
        for (name, sums) in &tops {
            let title = Cell::new(place_title(self.reader, pack, ledger, name)?);
            let title = title.to(self.url(name, key, &[]));
            let alone = tops.len() == 1;
            rows.push(Row {
                level: 1,
                opens: keyed,
                id: name.to_string(),
                more: (keyed && !alone).then(|| self.url(name, key, &[("level", "2")])),
                ..figures_row(ledger, title, *sums, (name, ("", key)), self.between)
            });
            if keyed && alone {
                let (inside, after) = self.inside(name, 2)?;
                rows.extend(inside);
                next = after;
            }
        }
        Ok((headed(self.reader, self.of, rows), next))
    }

    fn inside(&self, place: &str, level: u8) -> Result<Inside, Error> {
        let (pack, ledger) = self.of;
        let key = self.asked.text("key");
        if ledger.by.len() < 2 || key.contains('/') {
            let query = ChangeQuery {
                place: Some(place.to_owned()),
                ..query(self.asked, self.between.0, self.between.1)
            };
            let (org, ledger) = (self.reader.org, &ledger.qualified);
            let page = self.reader.store.changes(org, ledger, &query)?;
            let rows = page
                .rows
                .iter()
                .map(|row| leaf(self.reader, self.of, row, level, self.between));
            let next = page.next.map(|next| next.0);
            return Ok((rows.collect::<Result<_, Error>>()?, next));
        }
        let mut firsts = self.moved(BranchBy::First, Some(place))?;
        if let Some(after) = self.asked.some("after") {
            firsts.retain(|(name, _)| **name > *after);
        }
        let next = (firsts.len() > ROWS).then(|| firsts[ROWS - 1].0.to_string());
        firsts.truncate(ROWS);
        let dimension = ledger.by.first().map_or("", |name| name);
        let mut rows = Vec::with_capacity(firsts.len());
        for (name, sums) in &firsts {
            let under = format!("{name}/");
            let code = split_key(name).pop().unwrap_or_default();
            let shown = values::record(self.reader, pack, dimension, &code)?;
            let mut title = Cell::new(&*shown.text).to(self.url(place, &under, &[]));
            if shown.text != code {
                title = title.under(code);
            }
            let deeper = (level + 1).to_string();
            rows.push(Row {
                level,
                opens: true,
                id: format!("{place} {under}"),
                more: Some(self.url(place, &under, &[("level", &deeper)])),
                ..figures_row(ledger, title, *sums, (place, ("", &under)), self.between)
            });
        }
        Ok((rows, next))
    }

    /// The inside of a branch alone, for a browser that opens it.
    fn part(&self) -> Result<Markup, Error> {
        let level: u8 = self.asked.text("level").parse().unwrap_or(2).clamp(2, 3);
        let (place, key) = (self.asked.text("place"), self.asked.text("key"));
        let (mut rows, next) = self.inside(place, level)?;
        rows.extend(next.map(|after| {
            let words = self.reader.t("其余……", "More …");
            let mut cells = vec![Cell::new(words).to(self.url(place, key, &[("after", &after)]))];
            cells.resize(6, Cell::default());
            Row {
                level,
                ..Row::from(cells)
            }
        }));
        Ok(rows_alone(&headed(self.reader, self.of, rows)))
    }

    /// This page, narrowed to a branch.
    fn url(&self, place: &str, key: &str, more: &[(&str, &str)]) -> String {
        let mut pairs: Vec<(&str, &str)> = ["from", "from_at", "to", "to_at"]
            .into_iter()
            .map(|name| (name, self.asked.text(name)))
            .collect();
        pairs.extend([("place", place), ("key", key)]);
        pairs.extend_from_slice(more);
        address(&format!("/ledgers/{}/compare", self.of.1.qualified), &pairs)
    }
}
