//! A ledger turned about: one or two of its dimensions as rows and columns, with totals.

use std::collections::BTreeMap;

use ::ledger::{Sums, join_key, split_key};
use axum::extract::Path;
use axum::response::Response;
use kernel::{EntryState, Period};
use model::{Ledger, Pack};
use store::{BalanceQuery, BranchBy, BranchQuery, KeyFilter, MonthQuery};

use super::files::number;
use super::pivot_ask::{Ask, Dimension, Measure, choices, filters, foot, name_of};
use super::{View, behind, crumbs, is_open, place_order, tabs, views};
use crate::error::Error;
use crate::layout::Place;
use crate::pages::desk::{Asked, Content, Desk, Reader};
use crate::pages::entries::{detail_name, place_name};
use crate::pages::ledgers::find;
use crate::pages::{values, words};
use crate::parts::ledger::{Enquiry, enquiry};
use crate::parts::table::{Cell, Head, Row, Shape, Table};
use crate::xlsx;

/// Rows and columns of a page; what is beyond is summed in one more.
const ROWS: usize = 300;
const COLUMNS: usize = 12;
/// Accounts, or accounts and months, read for a page and for a file.
const READ_MAX: usize = 50_000;
const FILE_MAX: usize = 1_000_000;
/// Accounts that the store gives at once.
const AT_ONCE: usize = 50_000;

/// One account, or one month of it.
struct Account<'r> {
    place: &'r str,
    key: &'r str,
    detail: &'r str,
    period: Option<Period>,
}

fn part(text: &str, at: usize) -> String {
    let raw = text.split('/').nth(at).unwrap_or("");
    split_key(raw).pop().unwrap_or_default()
}

/// A value in the order in which rows or columns of its dimension stand.
type Value = ((bool, usize), String);

fn value(ledger: &Ledger, dimension: Dimension, account: &Account<'_>) -> Value {
    match dimension {
        Dimension::Place => {
            let (open, at, _) = place_order(ledger, account.place);
            ((open, at), account.place.to_owned())
        }
        Dimension::Key(at) => (Default::default(), part(account.key, at)),
        Dimension::Detail(at) => (Default::default(), part(account.detail, at)),
        Dimension::Month => {
            let month = account.period.map(super::month_text);
            (Default::default(), month.unwrap_or_default())
        }
    }
}

/// A value with its name.
type Called = (String, String);

/// A pivot as figures.
pub(crate) struct Turned {
    /// Values of the columns.
    pub columns: Vec<Called>,
    /// Values of the rows, their figures by column, and the sums of these.
    pub rows: Vec<(Called, Vec<i128>, i128)>,
    /// The sum of everything.
    pub total: i128,
    /// The unit of the figures.
    pub unit: kernel::Unit,
    /// Whether accounts were left out because there are too many.
    pub cut: bool,
}

/// A pivot, whole.
pub(in crate::pages) struct Pivot<'a> {
    reader: &'a Reader<'a>,
    pack: &'a Pack,
    ledger: &'a Ledger,
    ask: Ask,
    cells: BTreeMap<Value, BTreeMap<Value, i128>>,
    columns: BTreeMap<Value, i128>,
    total: i128,
    /// Whether accounts were left out because there are too many.
    cut: bool,
}

impl<'a> Pivot<'a> {
    /// Reads and adds up what an address asks for; a file may have more than a page.
    pub fn read(
        reader: &'a Reader<'a>,
        pack: &'a Pack,
        ledger: &'a Ledger,
        asked: &Asked,
        file: bool,
    ) -> Result<Pivot<'a>, Error> {
        let ask = Ask::read(reader, ledger, asked);
        let mut made = Pivot {
            reader,
            pack,
            ledger,
            ask,
            cells: BTreeMap::new(),
            columns: BTreeMap::new(),
            total: 0,
            cut: false,
        };
        let most = if file { FILE_MAX } else { READ_MAX };
        if made.ask.by_month() {
            made.read_months(asked, most)?;
        } else if made.of_branches() {
            made.read_branches(asked)?;
        } else {
            made.read_balances(asked, most)?;
        }
        Ok(made)
    }

    fn read_months(&mut self, asked: &Asked, most: usize) -> Result<(), Error> {
        let query = MonthQuery {
            place: asked.some("place"),
            key: asked.some("key").map(KeyFilter::Prefix),
            from: self.ask.from,
            to: self.ask.to,
            limit: most,
        };
        let ledger = &self.ledger.qualified;
        let months = self.reader.store.months(self.reader.org, ledger, &query)?;
        self.cut = months.more;
        for row in &months.rows {
            let account = Account {
                place: &row.place,
                key: &row.key,
                detail: &row.detail,
                period: Some(row.period),
            };
            let Sums { r#in, out } = row.balance.of(EntryState::Posted);
            let amount = self.ask.of(r#in.into(), out.into());
            self.add(asked, &account, amount);
        }
        Ok(())
    }

    /// Whether places and the first part of keys are all that is shown: the store adds these up by itself.
    fn of_branches(&self) -> bool {
        let branch = |dimension| matches!(dimension, Dimension::Place | Dimension::Key(0));
        branch(self.ask.rows) && self.ask.columns.is_none_or(branch)
    }

    fn read_branches(&mut self, asked: &Asked) -> Result<(), Error> {
        let (org, ledger) = (self.reader.org, &self.ledger.qualified);
        let mut query = BranchQuery {
            by: BranchBy::Place,
            place: asked.some("place"),
            key: asked.some("key").map(KeyFilter::Prefix),
            as_of: self.ask.when.as_of,
            limit: usize::MAX,
            ..BranchQuery::default()
        };
        let places = self.reader.store.branches(org, ledger, &query)?.rows;
        let keyed = [Some(self.ask.rows), self.ask.columns].contains(&Some(Dimension::Key(0)));
        query.by = BranchBy::First;
        for place in &places {
            if !keyed {
                self.add_branch(asked, &place.name, "", &place.sums);
                continue;
            }
            if self.left_out(asked, &place.name) {
                continue;
            }
            query.place = Some(place.name.to_string());
            query.after = None;
            loop {
                let page = self.reader.store.branches(org, ledger, &query)?;
                for row in &page.rows {
                    self.add_branch(asked, &place.name, &row.name, &row.sums);
                }
                match page.next {
                    Some(next) => query.after = Some(next),
                    None => break,
                }
            }
        }
        Ok(())
    }

    fn add_branch(&mut self, asked: &Asked, place: &str, key: &str, sums: &[i128; 8]) {
        let posted = 2 * EntryState::ALL
            .iter()
            .position(|state| *state == EntryState::Posted)
            .unwrap_or_default();
        let account = Account {
            place,
            key,
            detail: "",
            period: None,
        };
        let amount = self.ask.of(sums[posted], sums[posted + 1]);
        self.add(asked, &account, amount);
    }

    /// Whether a place is of the outside world and that is not asked for: with it everything comes to nothing.
    fn left_out(&self, asked: &Asked, place: &str) -> bool {
        let outside = self.ask.outside || asked.some("place").is_some();
        !outside && is_open(self.ledger, place)
    }

    fn read_balances(&mut self, asked: &Asked, most: usize) -> Result<(), Error> {
        let mut query = BalanceQuery {
            place: asked.some("place"),
            key: asked.some("key").map(KeyFilter::Prefix),
            as_of: self.ask.when.as_of,
            // What is at zero may have come and gone.
            skip_zero: self.ask.measure == Measure::Net,
            limit: AT_ONCE,
            ..BalanceQuery::default()
        };
        let ledger = &self.ledger.qualified;
        let mut left = most;
        loop {
            query.limit = AT_ONCE.min(left);
            let page = self
                .reader
                .store
                .balances(self.reader.org, ledger, &query)?;
            left = left.saturating_sub(page.rows.len());
            for row in &page.rows {
                let account = Account {
                    place: &row.place,
                    key: &row.key,
                    detail: &row.detail,
                    period: None,
                };
                let Sums { r#in, out } = row.balance.posted;
                let amount = self.ask.of(r#in.into(), out.into());
                self.add(asked, &account, amount);
            }
            match page.next {
                Some(_) if left == 0 => {
                    self.cut = true;
                    return Ok(());
                }
                Some(next) => query.after = Some(next),
                None => return Ok(()),
            }
        }
    }

    fn add(&mut self, asked: &Asked, account: &Account<'_>, amount: i128) {
        if amount == 0 || self.left_out(asked, account.place) {
            return;
        }
        let row = value(self.ledger, self.ask.rows, account);
        let column = self
            .ask
            .columns
            .map(|columns| value(self.ledger, columns, account))
            .unwrap_or_default();
        *self.columns.entry(column.clone()).or_default() += amount;
        *self
            .cells
            .entry(row)
            .or_default()
            .entry(column)
            .or_default() += amount;
        self.total += amount;
    }

    /// What a value is called, and its code.
    fn called(&self, dimension: Dimension, text: &str) -> Result<(String, String), Error> {
        let by = match dimension {
            Dimension::Place => {
                let name = place_name(self.reader, self.pack, self.ledger, text)?;
                return Ok((name, String::new()));
            }
            Dimension::Month => return Ok((text.to_owned(), String::new())),
            Dimension::Key(at) => self.ledger.by.get(at),
            Dimension::Detail(at) => {
                let name = detail_name(self.reader, self.pack, self.ledger, at, text)?;
                return Ok(match &*name {
                    "" => (self.reader.t("（空）", "(empty)").to_owned(), String::new()),
                    _ => (name, String::new()),
                });
            }
        };
        if text.is_empty() {
            return Ok((self.reader.t("（空）", "(empty)").to_owned(), String::new()));
        }
        let shown = values::record(self.reader, self.pack, by.map_or("", |by| by), text)?;
        Ok(match shown.text == text {
            true => (shown.text, String::new()),
            false => (shown.text, text.to_owned()),
        })
    }

    fn title(&self, dimension: Dimension) -> String {
        let name = name_of(dimension);
        let all = choices(self.reader, self.pack, self.ledger);
        let found = all.into_iter().find(|(code, _)| *code == name);
        found.map(|(_, label)| label).unwrap_or_default()
    }

    fn shown(&self, sum: i128) -> Cell {
        Cell::new(match sum {
            0 => String::new(),
            sum => values::parts(sum, self.ledger.unit),
        })
    }

    fn table(&self) -> Result<Table, Error> {
        let reader = self.reader;
        let total = reader.t("合计", "Total");
        let rest = reader.t("其余", "The rest");
        let mut heads = vec![Head::new(self.title(self.ask.rows), Shape::Main)];
        let columns: Vec<&Value> = self.columns.keys().take(COLUMNS).collect();
        let more_columns = self.columns.len() > COLUMNS;
        if let Some(dimension) = self.ask.columns {
            for (_, text) in &columns {
                let (name, _) = self.called(dimension, text)?;
                heads.push(Head::new(name, Shape::Number));
            }
            if more_columns {
                heads.push(Head::new(rest, Shape::Number));
            }
        }
        heads.push(Head::new(total, Shape::Lead));
        let line = |cells: &BTreeMap<Value, i128>| -> Vec<Cell> {
            let mut out = Vec::new();
            let sum: i128 = cells.values().sum();
            if self.ask.columns.is_some() {
                let mut told = 0;
                for column in &columns {
                    let one = cells.get(*column).copied().unwrap_or(0);
                    told += one;
                    out.push(self.shown(one));
                }
                if more_columns {
                    out.push(self.shown(sum - told));
                }
            }
            out.push(self.shown(sum));
            out
        };
        let mut rows = Vec::new();
        let mut others: BTreeMap<Value, i128> = BTreeMap::new();
        for (nth, ((_, text), cells)) in self.cells.iter().enumerate() {
            if nth >= ROWS {
                for (column, sum) in cells {
                    *others.entry(column.clone()).or_default() += sum;
                }
                continue;
            }
            let (name, code) = self.called(self.ask.rows, text)?;
            let mut first = Cell::new(name).under(code);
            first.url = self.drill(text);
            rows.push(Row::from([vec![first], line(cells)].concat()));
        }
        if self.cells.len() > ROWS {
            let count = self.cells.len() - ROWS;
            let first = Cell::new(format!("{rest} ({count})"));
            rows.push(Row {
                sum: true,
                ..Row::from([vec![first], line(&others)].concat())
            });
        }
        let foot = match rows.is_empty() {
            true => Vec::new(),
            false => [vec![Cell::new(total)], line(&self.columns)].concat(),
        };
        Ok(Table {
            caption: words::label(reader.lang, &self.ledger.label).to_owned(),
            heads,
            rows,
            foot,
        })
    }

    /// The legs behind a row, where an address can say which they are.
    fn drill(&self, text: &str) -> Option<String> {
        match self.ask.rows {
            Dimension::Place => Some(behind(self.ledger, text, ("", ""), &self.ask.when.until())),
            Dimension::Key(0) => {
                let first = join_key([text]);
                let under = match self.ledger.by.len() {
                    1 => first,
                    _ => format!("{first}/"),
                };
                Some(super::tree_of(self.ledger, &under))
            }
            _ => None,
        }
    }

    /// All of it: the values of the columns and of the rows with what they are called, and the figures in their order.
    pub fn turned(&self) -> Result<Turned, Error> {
        let called = |dimension: Dimension, text: &str| -> Result<(String, String), Error> {
            Ok((text.to_owned(), self.called(dimension, text)?.0))
        };
        let mut columns = Vec::new();
        if let Some(dimension) = self.ask.columns {
            for (_, text) in self.columns.keys() {
                columns.push(called(dimension, text)?);
            }
        }
        let mut rows = Vec::new();
        for ((_, text), cells) in &self.cells {
            let figure = |column| cells.get(column).copied().unwrap_or(0);
            let figures = match self.ask.columns {
                Some(_) => self.columns.keys().map(figure).collect(),
                None => Vec::new(),
            };
            rows.push((called(self.ask.rows, text)?, figures, cells.values().sum()));
        }
        Ok(Turned {
            columns,
            rows,
            total: self.total,
            unit: self.ledger.unit,
            cut: self.cut,
        })
    }

    /// Headings of a file.
    pub fn file_heads(&self) -> Vec<String> {
        let mut heads = vec![
            self.reader.t("编码", "Code").to_owned(),
            self.title(self.ask.rows),
        ];
        if let Some(dimension) = self.ask.columns {
            heads.extend(self.columns.keys().map(|(_, text)| {
                self.called(dimension, text)
                    .map_or_else(|_| text.clone(), |(name, _)| name)
            }));
        }
        heads.push(self.reader.t("合计", "Total").to_owned());
        heads
    }

    /// Rows of a file, all of them, with the total last.
    pub fn file_rows(&self) -> impl Iterator<Item = Vec<xlsx::Cell>> {
        let line = |code: &str, name: String, cells: &BTreeMap<Value, i128>| {
            let mut out = vec![xlsx::Cell::Text(code.to_owned()), xlsx::Cell::Text(name)];
            let amount = |sum: i128| number(sum, self.ledger.unit);
            if self.ask.columns.is_some() {
                let one = |column| amount(cells.get(column).copied().unwrap_or(0));
                out.extend(self.columns.keys().map(one));
            }
            out.push(amount(cells.values().sum()));
            out
        };
        let rows = self.cells.iter().map(move |((_, text), cells)| {
            let named = self.called(self.ask.rows, text);
            let name = named.map_or_else(|_| text.clone(), |(name, _)| name);
            line(text, name, cells)
        });
        let total = self.reader.t("合计", "Total").to_owned();
        rows.chain(std::iter::once(line("", total, &self.columns)))
    }
}

/// A ledger turned about.
pub(crate) async fn show(
    desk: Desk,
    Path(qualified): Path<String>,
    asked: Asked,
) -> Result<Response, Error> {
    let csrf = desk.session.csrf();
    desk.show(Place::Ledgers, move |reader| {
        let catalog = reader.catalog();
        let (pack, ledger) = find(&catalog, &qualified)?;
        let pivot = Pivot::read(reader, pack, ledger, &asked, false)?;
        let title = words::label(reader.lang, &ledger.label).to_owned();
        let mut notes = Vec::new();
        if pivot.cut {
            let (zh, en) = (
                format!("户数过多，只算到前 {READ_MAX} 行；请按科目、库区或编码缩小范围，或导出文件。"),
                format!("Too much to count: only the first {READ_MAX} rows. Narrow by place or code, or take a file."),
            );
            notes.push(reader.t(&zh, &en).to_owned());
        }
        let made = Enquiry {
            crumbs: crumbs(reader),
            title: title.clone(),
            ledgers: tabs(reader, pack, ledger, View::Pivot),
            views: views(reader, pack, ledger, &asked, View::Pivot),
            notes,
            filters: filters(reader, pack, ledger, &asked, &pivot.ask),
            table: pivot.table()?,
            foot: foot(reader, &pivot.ask),
            export: Some(super::files::menu(&csrf, ledger, "pivot", &asked)),
            ..Enquiry::default()
        };
        Ok(Content::new(title, enquiry(reader.lang, &made)))
    })
    .await
}
