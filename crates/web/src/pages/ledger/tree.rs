//! Balances as a tree: places, the first dimension of the key within each, single keys within that, with subtotals.

use std::collections::{BTreeMap, BTreeSet};

use ::ledger::split_key;
use axum::extract::Path;
use axum::response::Response;
use kernel::EntryState;
use model::{Ledger, Pack};
use store::{BalanceQuery, BalanceRow, KeyFilter};

use super::{
    View, When, behind, branch, crumbs, filter, narrowing, place_order, place_title, tabs,
    unit_name, views,
};
use crate::error::Error;
use crate::layout::Place;
use crate::pages::desk::{Asked, Content, Desk, Reader, address};
use crate::pages::entries::{detail_names, dimension_names, joined, key_names};
use crate::pages::{ledgers, values, words};
use crate::parts::ledger::{Enquiry, enquiry};
use crate::parts::list::{Choose, Pager};
use crate::parts::table::{Cell, Head, Row, Shape, Table};

/// Accounts of a ledger that is read and shown whole; of a larger one, the branches that are open.
const SHOWN: usize = 400;
/// Rows of a tree that is shown open; a longer one begins folded.
pub(super) const OPEN_MAX: usize = 40;

/// The balances asked for.
pub(super) fn query(asked: &Asked, when: &When) -> BalanceQuery {
    BalanceQuery {
        place: asked.some("place"),
        key: asked.some("key").map(KeyFilter::Prefix),
        as_of: when.as_of,
        skip_zero: asked.text("zero") != "1",
        limit: SHOWN,
        ..BalanceQuery::default()
    }
}

/// In, out and net of a group of accounts, and what is not posted yet.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Sums {
    pub r#in: i128,
    pub out: i128,
    pub others: [i128; 4],
}

impl Sums {
    fn add(&mut self, row: &BalanceRow) {
        let posted = row.balance.of(EntryState::Posted);
        self.r#in += i128::from(posted.r#in);
        self.out += i128::from(posted.out);
        for (sum, state) in self.others.iter_mut().zip(EntryState::ALL) {
            *sum += i128::from(row.balance.of(state).net());
        }
    }

    /// Adds those of another group.
    pub fn join(&mut self, other: &Sums) {
        self.r#in += other.r#in;
        self.out += other.out;
        for (sum, more) in self.others.iter_mut().zip(other.others) {
            *sum += more;
        }
    }

    fn of<'r>(rows: impl IntoIterator<Item = &'r BalanceRow>) -> Sums {
        let mut sums = Sums::default();
        for row in rows {
            sums.add(row);
        }
        sums
    }
}

/// What a page of the tree is made of.
pub(super) struct Tree<'a> {
    pub reader: &'a Reader<'a>,
    pub pack: &'a Pack,
    pub ledger: &'a Ledger,
    pub when: &'a When,
    pub asked: &'a Asked,
    /// How deep: 1 places, 2 the first dimension too, 3 everything.
    pub depth: u8,
    /// States other than posted that any row has something in, by their position.
    pub others: Vec<usize>,
}

/// Balances by place and key.
pub(crate) async fn show(
    desk: Desk,
    Path(qualified): Path<String>,
    asked: Asked,
) -> Result<Response, Error> {
    let csrf = desk.session.csrf();
    if desk.fragment.as_deref() == Some(branch::FRAGMENT) {
        return desk
            .show_part(move |reader| {
                let catalog = reader.catalog();
                let (pack, ledger) = ledgers::find(&catalog, &qualified)?;
                let when = When::asked(reader, &asked, "as_of", "at");
                Tree::new(reader, (pack, ledger), &when, &asked).part()
            })
            .await;
    }
    desk.show(Place::Ledgers, move |reader| {
        let catalog = reader.catalog();
        let (pack, ledger) = ledgers::find(&catalog, &qualified)?;
        let when = When::asked(reader, &asked, "as_of", "at");
        let mut tree = Tree::new(reader, (pack, ledger), &when, &asked);
        let mut notes = Vec::new();
        let (table, next, folded) = match tree.whole()? {
            Some(table) => {
                let folded = asked.text("depth").is_empty() && table.rows.len() > OPEN_MAX;
                (table, None, folded)
            }
            None => {
                notes.extend(
                    (tree.depth == 3 && asked.text("depth") == "3").then(|| too_many(reader)),
                );
                let (table, next) = tree.closed()?;
                (table, next, true)
            }
        };
        let title = words::label(reader.lang, &ledger.label).to_owned();
        let narrowed = tree.narrowed(asked.text("place"), asked.text("key"));
        let made = Enquiry {
            crumbs: crumbs(reader),
            title: title.clone(),
            folded,
            ledgers: tabs(reader, pack, ledger, View::Tree),
            views: views(reader, pack, ledger, &asked, View::Tree),
            notes,
            filters: tree.filters(),
            table,
            foot: foot(reader, &when),
            export: Some(super::files::menu(&csrf, ledger, "balances", &asked)),
            pager: Pager {
                text: String::new(),
                before: asked.some("after").map(|_| narrowed.clone()),
                after: next.map(|next| address(&narrowed, &[("after", &next.0)])),
            },
            ..Enquiry::default()
        };
        Ok(Content::new(title, enquiry(reader.lang, &made)))
    })
    .await
}

/// As of when, and when it was asked.
pub(in crate::pages) fn foot(reader: &Reader<'_>, when: &When) -> String {
    let asked = reader.t("查询于", "asked at");
    format!(
        "{} · {asked} {}",
        when.words(reader.lang),
        reader.now.minute()
    )
}

fn too_many(reader: &Reader<'_>) -> String {
    let (zh, en) = (
        "户数过多，不能一次全部展开；请逐级点开，或导出文件。",
        "There are too many accounts to open all at once: open them one by one, or take a file.",
    );
    reader.t(zh, en).to_owned()
}

impl<'a> Tree<'a> {
    pub(super) fn new(
        reader: &'a Reader<'a>,
        (pack, ledger): (&'a Pack, &'a Ledger),
        when: &'a When,
        asked: &'a Asked,
    ) -> Tree<'a> {
        let depth = asked.text("depth").parse().unwrap_or(3);
        Tree {
            reader,
            pack,
            ledger,
            when,
            asked,
            depth: if matches!(depth, 1 | 2) { depth } else { 3 },
            others: Vec::new(),
        }
    }

    /// The whole tree, unless it has too many accounts to be read and sent.
    fn whole(&mut self) -> Result<Option<Table>, Error> {
        if self.asked.some("after").is_some() {
            return Ok(None);
        }
        let query = query(self.asked, self.when);
        let ledger = &self.ledger.qualified;
        let page = self
            .reader
            .store
            .balances(self.reader.org, ledger, &query)?;
        if page.next.is_some() {
            return Ok(None);
        }
        self.others = (0..4)
            .filter(|at| EntryState::ALL[*at] != EntryState::Posted)
            .filter(|at| {
                let state = EntryState::ALL[*at];
                page.rows.iter().any(|row| row.balance.of(state).net() != 0)
            })
            .collect();
        let rows = self.rows(&page.rows)?;
        Ok(Some(self.headed(rows)))
    }
}

impl Tree<'_> {
    fn filters(&self) -> Vec<crate::parts::list::Filter> {
        let (reader, asked) = (self.reader, self.asked);
        let one =
            |name: &str, words: (&str, &str), choose| filter(reader, asked, name, words, choose);
        let mut filters = vec![
            one("as_of", ("截至日期", "As of"), Choose::Day),
            one("at", ("时刻", "At"), Choose::Time),
        ];
        filters.extend(narrowing(reader, self.ledger, asked));
        let names = dimension_names(reader, self.pack, self.ledger);
        if let [first, rest @ ..] = &names[..] {
            let mut depths = vec![
                (String::new(), reader.t("逐级展开", "As opened").to_owned()),
                ("1".to_owned(), reader.t("科目 / 库区", "Place").to_owned()),
            ];
            if !rest.is_empty() {
                depths.push(("2".to_owned(), first.clone()));
            }
            depths.push((
                "3".to_owned(),
                reader.t("全部展开", "Everything").to_owned(),
            ));
            filters.push(one("depth", ("展开到", "Down to"), Choose::One(depths)));
        }
        filters.push(one(
            "zero",
            ("含余额为零的", "With zero balances"),
            Choose::Yes,
        ));
        filters
    }

    /// Rows under their headings.
    pub(super) fn headed(&self, rows: Vec<Row>) -> Table {
        let reader = self.reader;
        let place = reader.t("科目 / 库区", "Place");
        let by = dimension_names(reader, self.pack, self.ledger).join(" / ");
        let title = match by.as_str() {
            "" => place.to_owned(),
            by => format!("{place} · {by}"),
        };
        let balance = reader.t("余额", "Balance");
        let mut heads = vec![
            Head::new(title, Shape::Main),
            Head::new(reader.t("转入累计", "In"), Shape::Number),
            Head::new(reader.t("转出累计", "Out"), Shape::Number),
            Head::new(
                format!("{balance} ({})", unit_name(reader, self.ledger.unit)),
                Shape::Lead,
            ),
        ];
        heads.extend(self.others.iter().map(|at| {
            let state = words::entry_state(reader.lang, EntryState::ALL[*at]);
            Head::new(state, Shape::Number)
        }));
        Table {
            caption: words::label(reader.lang, &self.ledger.label).to_owned(),
            heads,
            rows,
            foot: Vec::new(),
        }
    }

    fn rows(&self, rows: &[BalanceRow]) -> Result<Vec<Row>, Error> {
        let mut by_place: BTreeMap<(bool, usize, &str), Vec<&BalanceRow>> = BTreeMap::new();
        for row in rows {
            let place = place_order(self.ledger, &row.place);
            by_place.entry(place).or_default().push(row);
        }
        let mut out = Vec::new();
        let mut above: Vec<(&str, usize)> = Vec::new();
        let places: Vec<&str> = by_place.keys().map(|(_, _, place)| *place).collect();
        for ((_, _, place), rows) in &by_place {
            // Accounts of a chart stand under those whose code theirs begins with.
            let charted = self.ledger.place(place).is_none();
            while above
                .last()
                .is_some_and(|(over, _)| !charted || !place.starts_with(over))
            {
                above.pop();
            }
            let level = u8::try_from(above.len() + 1).unwrap_or(4).min(4);
            let mut sums = Sums::of(rows.iter().copied());
            if charted {
                let under = by_place.iter().filter(|((_, _, other), _)| {
                    other.len() > place.len()
                        && other.starts_with(place)
                        && self.ledger.place(other).is_none()
                });
                for row in under.flat_map(|(_, rows)| rows) {
                    sums.add(row);
                }
                above.push((place, out.len()));
            }
            let has_leaves = self.depth > 1
                && rows
                    .iter()
                    .any(|row| !row.key.is_empty() || !row.detail.is_empty());
            let has_under = charted
                && places
                    .iter()
                    .any(|other| other.len() > place.len() && other.starts_with(place));
            let title = place_title(self.reader, self.pack, self.ledger, place)?;
            let first = Cell::new(title)
                .under(self.counted(rows))
                .to(self.narrowed(place, ""));
            let mut row = self.row(first, &sums, place, ("", ""));
            row.id = (*place).to_owned();
            row.level = level;
            row.opens = has_leaves || has_under;
            out.push(row);
            if has_leaves {
                self.under_place(place, rows, level, &mut out)?;
            }
        }
        Ok(out)
    }

    /// How many values each dimension has under a place: 商品 23 · 批号 43.
    fn counted(&self, rows: &[&BalanceRow]) -> String {
        let names = dimension_names(self.reader, self.pack, self.ledger);
        let counts = names.iter().enumerate().map(|(at, name)| {
            let begin = |row: &&BalanceRow| {
                let parts: Vec<&str> = row.key.split('/').take(at + 1).collect();
                (!row.key.is_empty()).then(|| parts.join("/"))
            };
            (
                name,
                rows.iter().filter_map(begin).collect::<BTreeSet<_>>().len(),
            )
        });
        let told: Vec<String> = counts
            .filter(|(_, count)| *count > 0)
            .map(|(name, count)| format!("{name} {count}"))
            .collect();
        told.join(" · ")
    }

    /// The keys of a place: each under its first dimension, where there are several dimensions.
    fn under_place(
        &self,
        place: &str,
        rows: &[&BalanceRow],
        level: u8,
        out: &mut Vec<Row>,
    ) -> Result<(), Error> {
        let grouped = self.ledger.by.len() > 1;
        if !grouped {
            if self.depth > 2 || self.ledger.by.len() == 1 {
                for row in rows {
                    out.push(self.leaf(row, level + 1)?);
                }
            }
            return Ok(());
        }
        let mut groups: BTreeMap<&str, Vec<&BalanceRow>> = BTreeMap::new();
        for row in rows {
            let first = row.key.split('/').next().unwrap_or("");
            groups.entry(first).or_default().push(row);
        }
        let names = dimension_names(self.reader, self.pack, self.ledger);
        let rest = names.get(1..).unwrap_or_default();
        for (first, rows) in &groups {
            let under = format!("{first}/");
            let (name, code) = self.first_name(first)?;
            let leaves = self.depth > 2;
            let sums = Sums::of(rows.iter().copied());
            let told = match code.is_empty() {
                true => format!("{} {}", rest.join(" / "), rows.len()),
                false => format!("{code} · {} {}", rest.join(" / "), rows.len()),
            };
            let cell = Cell::new(name).under(told).to(self.narrowed(place, &under));
            let mut row = self.row(cell, &sums, place, ("", &under));
            row.id = format!("{place} {under}");
            row.level = level + 1;
            row.opens = leaves;
            out.push(row);
            for row in rows.iter().filter(|_| leaves) {
                out.push(self.leaf(row, level + 2)?);
            }
        }
        Ok(())
    }

    pub(super) fn first_name(&self, first: &str) -> Result<(String, String), Error> {
        let code = split_key(first).pop().unwrap_or_default();
        let dimension = self.ledger.by.first().map_or("", |name| name);
        let shown = values::record(self.reader, self.pack, dimension, &code)?;
        Ok(match shown.text == code {
            true => (code, String::new()),
            false => (shown.text, code),
        })
    }

    pub(super) fn leaf(&self, row: &BalanceRow, level: u8) -> Result<Row, Error> {
        let (mut name, mut codes) = key_names(self.reader, self.pack, self.ledger, &row.key)?;
        if self.ledger.by.len() > 1 {
            // The first dimension stands above.
            name = name
                .split_once(" / ")
                .map_or(name.clone(), |(_, rest)| rest.to_owned());
            codes = String::new();
        }
        if !row.detail.is_empty() {
            let detail = detail_names(self.reader, self.pack, self.ledger, &row.detail)?;
            name = joined(name, &detail);
        }
        let mut sums = Sums::default();
        sums.add(row);
        let url = self.behind(&row.place, (&row.key, ""));
        let cell = Cell::new(name).under(codes).to(url);
        let mut made = self.row(cell, &sums, &row.place, (&row.key, ""));
        made.level = level;
        Ok(made)
    }

    fn behind(&self, place: &str, key: (&str, &str)) -> String {
        behind(self.ledger, place, key, &self.when.until())
    }

    /// This page, narrowed to a place and what is under a key.
    pub(super) fn narrowed(&self, place: &str, under: &str) -> String {
        let mut query = vec![("place", place), ("key", under)];
        for name in ["as_of", "at", "zero"] {
            query.push((name, self.asked.text(name)));
        }
        address(&format!("/ledgers/{}", self.ledger.qualified), &query)
    }

    /// A row with its figures, each leading to the legs behind it.
    pub(super) fn row(&self, first: Cell, sums: &Sums, place: &str, key: (&str, &str)) -> Row {
        let url = self.behind(place, key);
        let figure = |sum: i128| Cell::new(values::parts(sum, self.ledger.unit)).to(url.clone());
        let mut cells = vec![
            first,
            figure(sums.r#in),
            figure(sums.out),
            figure(sums.r#in - sums.out),
        ];
        cells.extend(
            self.others
                .iter()
                .map(|at| Cell::new(values::parts(sums.others[*at], self.ledger.unit))),
        );
        Row::from(cells)
    }
}
