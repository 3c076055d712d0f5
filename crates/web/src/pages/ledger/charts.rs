//! Pictures of a ledger: what lies where, month by month, and how old what is open is. Which of them there are follows
//! from the places and the unit that the ledger declares.

use std::collections::BTreeMap;

use axum::extract::Path;
use axum::response::Response;
use kernel::{EntryState, Period, Unit};
use model::{Ledger, Pack};
use store::{KeyFilter, MonthQuery, MonthRow};

use super::{
    View, behind, crumbs, is_open, month_text, narrowing, place_order, place_title, tabs, views,
};
use crate::error::Error;
use crate::layout::Place;
use crate::pages::desk::{Asked, Content, Desk, Reader};
use crate::pages::entries::dimension_name;
use crate::pages::ledgers::find;
use crate::pages::{values, words};
use crate::parts::chart::{Bar, Chart, Part, bars, columns};
use crate::parts::ledger::{Enquiry, enquiry};
use crate::parts::table::{Cell, Head, Row, Shape, Table};

/// Accounts and months read for the pictures.
const READ_MAX: usize = 50_000;
/// Months shown.
const MONTHS: usize = 24;
/// Places shown.
const PLACES: usize = 20;
/// The last month of each age, counted from this one as 0; older ones have no end.
const AGES: [i32; 5] = [0, 1, 2, 5, 11];

/// A ledger in pictures.
pub(crate) async fn show(
    desk: Desk,
    Path(qualified): Path<String>,
    asked: Asked,
) -> Result<Response, Error> {
    desk.show(Place::Ledgers, move |reader| {
        let catalog = reader.catalog();
        let (pack, ledger) = find(&catalog, &qualified)?;
        let query = MonthQuery {
            place: asked.some("place"),
            key: asked.some("key").map(KeyFilter::Prefix),
            limit: READ_MAX,
            ..MonthQuery::default()
        };
        let months = reader.store.months(reader.org, &qualified, &query)?;
        let pictures = Pictures {
            reader,
            pack,
            ledger,
            rows: &months.rows,
            accounts: aged(&months.rows, reader.today.period()),
            named: asked.some("place").is_some(),
        };
        let title = words::label(reader.lang, &ledger.label).to_owned();
        let mut below = Vec::new();
        if let Some(chart) = pictures.by_place()? {
            below.push(bars(reader.lang, &chart));
        }
        if let Some(chart) = pictures.by_age()? {
            below.push(bars(reader.lang, &chart));
        }
        for at in 0..ledger.by.len() + ledger.detail.len() {
            if let Some(chart) = pictures.by_register(at)? {
                below.push(bars(reader.lang, &chart));
            }
        }
        if let Some(chart) = pictures.by_month()? {
            below.push(columns(reader.lang, &chart));
        }
        let mut notes = Vec::new();
        if months.more {
            let (zh, en) = (
                format!("户数过多，图中只有前 {READ_MAX} 行；请按科目、库区或编码缩小范围。"),
                format!(
                    "Too much to draw: only the first {READ_MAX} rows. Narrow by place or code."
                ),
            );
            notes.push(reader.t(&zh, &en).to_owned());
        }
        let made = Enquiry {
            crumbs: crumbs(reader),
            title: title.clone(),
            ledgers: tabs(reader, pack, ledger, View::Charts),
            views: views(reader, pack, ledger, &asked, View::Charts),
            notes,
            filters: narrowing(reader, ledger, &asked),
            below,
            pictured: true,
            ..Enquiry::default()
        };
        Ok(Content::new(title, enquiry(reader.lang, &made)))
    })
    .await
}

struct Pictures<'a> {
    reader: &'a Reader<'a>,
    pack: &'a Pack,
    ledger: &'a Ledger,
    rows: &'a [MonthRow],
    accounts: Vec<Aged<'a>>,
    /// Whether one place was asked for by name.
    named: bool,
}

/// How much there is of each age, in the order of [`AGES`], older last.
type Ages = [i128; AGES.len() + 1];

/// An account, and how old what is open of it is.
struct Aged<'a> {
    place: &'a str,
    key: &'a str,
    detail: &'a str,
    sums: Ages,
}

/// The accounts of rows that stand account by account.
fn aged(rows: &[MonthRow], now: Period) -> Vec<Aged<'_>> {
    let account = |row: &MonthRow, next: &MonthRow| {
        (&row.key, &row.detail, &row.place) == (&next.key, &next.detail, &next.place)
    };
    let accounts = rows.chunk_by(account).map(|months| Aged {
        place: &months[0].place,
        key: &months[0].key,
        detail: &months[0].detail,
        sums: ages(months, now),
    });
    accounts.collect()
}

fn add(sums: &mut Ages, more: &Ages) {
    for (sum, part) in sums.iter_mut().zip(more) {
        *sum += part;
    }
}

/// How many months lie between two.
fn months_between(from: Period, to: Period) -> i32 {
    let count = |Period(number): Period| number / 100 * 12 + number % 100;
    count(to) - count(from)
}

/// What of an account is how old: what went in last is what is still there. Its months come one after the other.
fn ages(rows: &[MonthRow], now: Period) -> Ages {
    let mut out = [0; AGES.len() + 1];
    let sums = |row: &MonthRow| row.balance.of(EntryState::Posted);
    let mut left: i128 = rows.iter().map(|row| i128::from(sums(row).net())).sum();
    let due = left > 0;
    left = left.abs();
    for row in rows.iter().rev() {
        let moved = match due {
            true => sums(row).r#in,
            false => sums(row).out,
        };
        let part = i128::from(moved).clamp(0, left);
        let age = months_between(row.period, now);
        let at = AGES.iter().take_while(|last| age > **last).count();
        out[at] += part;
        left -= part;
    }
    // What red letters left over is as old as anything can be.
    out[AGES.len()] += left;
    out
}

impl Pictures<'_> {
    fn text(&self, sum: i128) -> String {
        values::parts(sum, self.ledger.unit)
    }

    /// Places of the house, and of money those outside too: what is owed is outside. What goods are worth is owed by nobody.
    fn pictured(&self, place: &str) -> bool {
        let owed = self.ledger.unit == Unit::Money && self.ledger.valuation.is_none();
        self.named || owed || !is_open(self.ledger, place)
    }

    fn pictured_accounts(&self) -> impl Iterator<Item = &Aged<'_>> {
        let accounts = self.accounts.iter();
        accounts.filter(|account| self.pictured(account.place))
    }

    fn places(&self) -> BTreeMap<(bool, usize, &str), Vec<&MonthRow>> {
        let mut out: BTreeMap<_, Vec<&MonthRow>> = BTreeMap::new();
        for row in self.rows.iter().filter(|row| self.pictured(&row.place)) {
            let place = place_order(self.ledger, &row.place);
            out.entry(place).or_default().push(row);
        }
        out
    }

    fn figures(&self, first: &str, names: &[String], rows: Vec<Row>) -> Table {
        let mut heads = vec![Head::new(first, Shape::Main)];
        heads.extend(names.iter().map(|name| Head::new(name, Shape::Number)));
        Table {
            caption: words::label(self.reader.lang, &self.ledger.label).to_owned(),
            heads,
            rows,
            foot: Vec::new(),
        }
    }

    /// How much lies in each place.
    fn by_place(&self) -> Result<Option<Chart>, Error> {
        let reader = self.reader;
        let (mut bars, mut rows) = (Vec::new(), Vec::new());
        for ((_, _, place), months) in self.places().into_iter().take(PLACES) {
            let posted = months
                .iter()
                .map(|row| row.balance.of(EntryState::Posted).net());
            let sum: i128 = posted.map(i128::from).sum();
            if sum == 0 {
                continue;
            }
            let name = place_title(reader, self.pack, self.ledger, place)?;
            let url = behind(self.ledger, place, ("", ""), &[]);
            let colour = self
                .ledger
                .place(place)
                .and_then(|(_, place)| place.colour.clone());
            rows.push(Row::from(vec![
                Cell::new(name.clone()).to(url.clone()),
                Cell::new(self.text(sum)),
            ]));
            bars.push(Bar {
                label: name,
                text: self.text(sum),
                parts: vec![Part {
                    size: sum.abs(),
                    text: self.text(sum),
                }],
                url: Some(url),
                colour: colour.map(|colour| colour.to_string()),
            });
        }
        if bars.is_empty() {
            return Ok(None);
        }
        let title = reader.t("各科目 / 库区余额", "Balance by place");
        let names = [reader.t("余额", "Balance").to_owned()];
        Ok(Some(Chart {
            title: title.to_owned(),
            about: told(&bars),
            figures: self.figures(reader.t("科目 / 库区", "Place"), &names, rows),
            bars,
            ..Chart::default()
        }))
    }

    /// What ages are called, in the order of [`AGES`], older last.
    fn ages(&self) -> Vec<String> {
        [
            ("本月", "This month"),
            ("上月", "Last month"),
            ("2 个月前", "2 months ago"),
            ("3–5 个月前", "3–5 months ago"),
            ("6–11 个月前", "6–11 months ago"),
            ("一年以上", "A year and more"),
        ]
        .iter()
        .map(|(zh, en)| self.reader.t(zh, en).to_owned())
        .collect()
    }

    /// How long ago came what is still there, place by place.
    fn by_age(&self) -> Result<Option<Chart>, Error> {
        let reader = self.reader;
        let mut places: BTreeMap<(bool, usize, &str), Ages> = BTreeMap::new();
        for account in self.pictured_accounts() {
            let place = place_order(self.ledger, account.place);
            add(places.entry(place).or_default(), &account.sums);
        }
        let mut named = Vec::new();
        for ((_, _, place), sums) in places.into_iter().take(PLACES) {
            let name = place_title(reader, self.pack, self.ledger, place)?;
            named.push((name, sums));
        }
        let title = reader.t("库龄 / 账龄", "Age of what is open");
        Ok(self.age_chart(title, reader.t("科目 / 库区", "Place"), named))
    }

    /// The same by a dimension that is a register: by item, by party. Those with the most stand first.
    fn by_register(&self, at: usize) -> Result<Option<Chart>, Error> {
        let reader = self.reader;
        let by = self.ledger.by.len();
        let name = match at.checked_sub(by) {
            None => self.ledger.by.get(at),
            Some(at) => self.ledger.detail.get(at),
        };
        let Some(name) = name.filter(|name| self.pack.register(name).is_some()) else {
            return Ok(None);
        };
        let mut groups: BTreeMap<&str, Ages> = BTreeMap::new();
        for account in self.pictured_accounts() {
            let (text, at) = match at.checked_sub(by) {
                None => (account.key, at),
                Some(at) => (account.detail, at),
            };
            let raw = text.split('/').nth(at).unwrap_or("");
            add(groups.entry(raw).or_default(), &account.sums);
        }
        let mut all: Vec<_> = groups
            .into_iter()
            .map(|(raw, sums)| (::ledger::split_key(raw).pop().unwrap_or_default(), sums))
            .filter(|(code, _)| !code.is_empty())
            .collect();
        all.sort_by_key(|(_, sums)| std::cmp::Reverse(sums.iter().sum::<i128>()));
        let mut named = Vec::new();
        for (code, sums) in all.into_iter().take(PLACES) {
            let shown = values::record(reader, self.pack, name, &code)?;
            named.push((shown.text, sums));
        }
        let called = dimension_name(reader, self.pack, name);
        let title = reader.t("库龄 / 账龄", "Age of what is open");
        let title = format!("{title} · {called}");
        Ok(self.age_chart(&title, &called, named))
    }

    fn age_chart(&self, title: &str, first: &str, named: Vec<(String, Ages)>) -> Option<Chart> {
        let reader = self.reader;
        let series = self.ages();
        let (mut bars, mut rows) = (Vec::new(), Vec::new());
        for (name, sums) in named {
            if sums.iter().all(|sum| *sum == 0) {
                continue;
            }
            let total = self.text(sums.iter().sum());
            let parts = sums.map(|size| Part {
                size,
                text: self.text(size),
            });
            let mut cells = vec![Cell::new(name.clone())];
            cells.extend(parts.iter().map(|part| Cell::new(part.text.clone())));
            rows.push(Row::from(cells));
            bars.push(Bar {
                label: name,
                text: total,
                parts: parts.to_vec(),
                ..Bar::default()
            });
        }
        if bars.is_empty() {
            return None;
        }
        let figures = self.figures(first, &series, rows);
        Some(Chart {
            title: title.to_owned(),
            about: told(&bars),
            series,
            bars,
            figures,
            remark: reader
                .t(
                    "按月先进先出推算：现存的算作最近转入的部分。",
                    "By month, first in first out: what is still there is what came last.",
                )
                .to_owned(),
            ..Chart::default()
        })
    }

    /// What the places of the house held at the end of each month.
    fn by_month(&self) -> Result<Option<Chart>, Error> {
        let reader = self.reader;
        let mut moved: BTreeMap<Period, i128> = BTreeMap::new();
        let own = |row: &&MonthRow| self.named || !is_open(self.ledger, &row.place);
        for row in self.rows.iter().filter(own) {
            let net = row.balance.of(EntryState::Posted).net();
            *moved.entry(row.period).or_default() += i128::from(net);
        }
        let mut running = 0;
        let mut closings: Vec<(Period, i128)> = Vec::new();
        for (period, net) in moved {
            running += net;
            closings.push((period, running));
        }
        let closings = closings.split_off(closings.len().saturating_sub(MONTHS));
        if closings.len() < 2 {
            return Ok(None);
        }
        let most = closings.iter().map(|(_, sum)| sum.abs()).max().unwrap_or(0);
        let (mut bars, mut rows) = (Vec::new(), Vec::new());
        for (period, sum) in closings {
            let text = self.text(sum);
            rows.push(Row::from(vec![
                Cell::new(month_text(period)),
                Cell::new(text.clone()),
            ]));
            bars.push(Bar {
                label: month_text(period),
                text: text.clone(),
                parts: vec![Part {
                    size: sum.max(0),
                    text,
                }],
                ..Bar::default()
            });
        }
        let names = [reader.t("月末余额", "Balance at its end").to_owned()];
        Ok(Some(Chart {
            title: reader
                .t("各月末余额", "Balance at the end of each month")
                .to_owned(),
            about: told(&bars),
            most: self.text(most),
            figures: self.figures(reader.t("月份", "Month"), &names, rows),
            bars,
            ..Chart::default()
        }))
    }
}

/// What a picture says, read out: the first few of its bars.
pub(in crate::pages) fn told(bars: &[Bar]) -> String {
    let all: Vec<String> = bars
        .iter()
        .take(12)
        .map(|bar| format!("{} {}", bar.label, bar.text))
        .collect();
    all.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use ledger::{Balance, Sums};

    fn month(period: i32, r#in: i64, out: i64) -> MonthRow {
        let balance = Balance {
            posted: Sums { r#in, out },
            ..Balance::default()
        };
        MonthRow {
            place: "good".into(),
            key: "A".into(),
            detail: "".into(),
            unit: Unit::Qty,
            period: Period(period),
            balance,
        }
    }

    #[test]
    fn what_came_last_is_what_is_there() {
        let rows = [
            month(202_501, 50, 0),
            month(202_603, 100, 20),
            month(202_604, 30, 70),
        ];
        // 90 are left: 30 of April, 60 of March.
        assert_eq!(ages(&rows, Period(202_604)), [30, 60, 0, 0, 0, 0]);
        assert_eq!(ages(&rows, Period(202_609)), [0, 0, 0, 30, 60, 0]);
        // What is owed ages by what went out.
        let owed = [month(202_512, 0, 80), month(202_604, 50, 10)];
        assert_eq!(ages(&owed, Period(202_604)), [10, 0, 0, 30, 0, 0]);
        // Red letters: more is there than ever came in.
        let red = [month(202_604, 5, -7)];
        assert_eq!(ages(&red, Period(202_604)), [5, 0, 0, 0, 0, 7]);
    }
}
