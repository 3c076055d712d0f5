//! The floor below a load: the rows that it left, written again by bare SQL with as many commits and nothing else done.
//!
//! What can be known of the writes afterwards is written again: every row of journal, signatures, legs, accounts and new
//! slips once, in the commit of its journal row; every balance, turnover, series and changed slip once per commit that
//! touched it; an entry in an inbox made and one taken away per signature.

mod postgres;
mod sqlite;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;

use store::StoreUrl;
use tokio::runtime::Runtime;

use crate::place::Place;
use crate::stop::Stop;

/// What it took.
#[derive(Debug, Clone, Copy)]
pub struct Floor {
    /// Rows written.
    pub rows: u64,
    /// Commits.
    pub commits: u64,
    /// How long.
    pub took: Duration,
}

/// Writes again what the journal rows after `from` up to `to` led to, in so many commits. `None` for a store in memory.
pub fn measure(
    place: &Place,
    from: i64,
    to: i64,
    commits: u64,
    runtime: &Runtime,
) -> Result<Option<Floor>, Stop> {
    match &place.url {
        StoreUrl::Sqlite(file) => sqlite::measure(file, from, to, commits).map(Some),
        StoreUrl::Postgres(url) => runtime
            .block_on(postgres::measure(url, from, to, commits))
            .map(Some),
        StoreUrl::Memory => Ok(None),
    }
}

/// A cell.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Cell {
    Null,
    Int(i64),
    Text(String),
    Blob(Vec<u8>),
}

impl Cell {
    fn int(&self) -> i64 {
        if let Cell::Int(value) = self {
            *value
        } else {
            0
        }
    }

    fn text(&self) -> &str {
        if let Cell::Text(text) = self {
            text
        } else {
            ""
        }
    }
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Int,
    Text,
    Blob,
}

/// A table: its columns, of which the first `key` are its primary key.
#[derive(Debug, Clone)]
struct Table {
    name: &'static str,
    key: usize,
    columns: Vec<(String, Kind)>,
}

impl Table {
    fn at(&self, column: &str) -> Result<usize, Stop> {
        let found = self.columns.iter().position(|(name, _)| name == column);
        found.ok_or_else(|| Stop::other(format!("table {} has no column {column}", self.name)))
    }
}

/// Tables whose rows belong to one journal row, by its column `seq`.
const BY_SEQ: [(&str, usize); 4] = [("journal", 2), ("signature", 2), ("account", 2), ("leg", 3)];
/// Tables whose rows are written again and again.
const OTHERS: [(&str, usize); 6] = [
    ("slip", 2),
    ("slip_body", 2),
    ("balance", 3),
    ("turnover", 4),
    ("series", 2),
    ("todo", 6),
];

/// Columns of a slip that change after it was begun.
const CHANGING: [&str; 9] = [
    "state", "last_seq", "signed", "waiting", "children", "taken", "drawn", "reversal", "timers",
];

/// Everything that is read before the clock runs.
struct Stock {
    tables: HashMap<&'static str, Table>,
    rows: HashMap<&'static str, Vec<Vec<Cell>>>,
}

impl Stock {
    fn table(&self, name: &str) -> Result<&Table, Stop> {
        self.tables
            .get(name)
            .ok_or_else(|| Stop::other(format!("there is no table {name}")))
    }

    fn rows(&self, name: &str) -> &[Vec<Cell>] {
        self.rows.get(name).map_or(&[], Vec::as_slice)
    }

    /// Rows by the number in a column.
    fn by(&self, table: &str, column: &str) -> Result<BTreeMap<i64, Vec<&Vec<Cell>>>, Stop> {
        let at = self.table(table)?.at(column)?;
        let mut out: BTreeMap<i64, Vec<&Vec<Cell>>> = BTreeMap::new();
        for row in self.rows(table) {
            out.entry(row[at].int()).or_default().push(row);
        }
        Ok(out)
    }
}

/// How rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum How {
    Insert,
    Upsert,
    /// The columns that change, of a slip.
    Update,
    Delete,
}

/// Rows of one table of one commit.
struct Job {
    table: Table,
    how: How,
    rows: Vec<Vec<Cell>>,
}

/// The jobs of every commit, in order.
fn plan(stock: &Stock, from: i64, to: i64, commits: u64) -> Result<Vec<Vec<Job>>, Stop> {
    let commits = i64::try_from(commits)
        .unwrap_or(1)
        .clamp(1, (to - from).max(1));
    let planner = Planner::new(stock)?;
    (0..commits)
        .map(|nth| {
            let first = from + (to - from) * nth / commits + 1;
            let last = from + (to - from) * (nth + 1) / commits;
            planner.commit(first, last)
        })
        .collect()
}

/// Rows by a number.
type By<'a> = BTreeMap<i64, Vec<&'a Vec<Cell>>>;

struct Planner<'a> {
    stock: &'a Stock,
    by_seq: Vec<(Table, By<'a>)>,
    slips: By<'a>,
    bodies: By<'a>,
    balances: By<'a>,
    accounts: By<'a>,
}

impl<'a> Planner<'a> {
    fn new(stock: &'a Stock) -> Result<Planner<'a>, Stop> {
        let mut by_seq = Vec::new();
        for (name, _) in BY_SEQ {
            by_seq.push((stock.table(name)?.clone(), stock.by(name, "seq")?));
        }
        Ok(Planner {
            stock,
            by_seq,
            slips: stock.by("slip", "id")?,
            bodies: stock.by("slip_body", "id")?,
            balances: stock.by("balance", "account")?,
            accounts: stock.by("account", "id")?,
        })
    }

    /// The jobs of the commit with these journal rows.
    fn commit(&self, first: i64, last: i64) -> Result<Vec<Job>, Stop> {
        let mut jobs = Vec::new();
        let mut rows: HashMap<&str, Vec<&Vec<Cell>>> = HashMap::new();
        for (table, by_seq) in &self.by_seq {
            let found: Vec<&Vec<Cell>> = by_seq
                .range(first..=last)
                .flat_map(|(_, rows)| rows.iter().copied())
                .collect();
            jobs.push(job(table, How::Insert, found.iter().copied()));
            rows.insert(table.name, found);
        }
        self.slip_jobs(&rows["signature"], (first, last), &mut jobs)?;
        self.sums(&rows["leg"], &mut jobs)?;
        self.series(&rows["journal"], &mut jobs)?;
        jobs.retain(|job| !job.rows.is_empty());
        Ok(jobs)
    }

    /// Slips begun, slips changed, inboxes.
    fn slip_jobs(
        &self,
        signatures: &[&Vec<Cell>],
        range: (i64, i64),
        jobs: &mut Vec<Job>,
    ) -> Result<(), Stop> {
        let signature = self.stock.table("signature")?;
        let slip = self.stock.table("slip")?;
        let (slip_at, role_at, step_at, at_at) = (
            signature.at("slip")?,
            signature.at("role")?,
            signature.at("step")?,
            signature.at("at")?,
        );
        let (first_seq, sources) = (slip.at("first_seq")?, slip.at("sources")?);
        let (mut begun, mut changed, mut left) =
            (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        let mut todo = Vec::new();
        for row in signatures {
            let id = row[slip_at].int();
            let Some(now) = self.slips.get(&id).and_then(|rows| rows.first()) else {
                continue;
            };
            if (range.0..=range.1).contains(&now[first_seq].int()) {
                begun.insert(id);
                let before = numbers(now[sources].text());
                changed.extend(before.iter().copied());
                left.extend(before);
            } else {
                changed.insert(id);
                left.insert(id);
            }
            todo.push(vec![
                row[0].clone(),
                Cell::Text(format!("role {}", row[role_at].text())),
                Cell::Int(0),
                row[at_at].clone(),
                Cell::Int(id),
                Cell::Int(0),
                row[step_at].clone(),
                Cell::Text(String::new()),
            ]);
        }
        changed.retain(|id| !begun.contains(id));
        let of =
            |ids: &BTreeSet<i64>, from: &BTreeMap<i64, Vec<&'a Vec<Cell>>>| -> Vec<&'a Vec<Cell>> {
                ids.iter()
                    .filter_map(|id| from.get(id))
                    .flatten()
                    .copied()
                    .collect()
            };
        jobs.push(job(slip, How::Insert, of(&begun, &self.slips)));
        jobs.push(job(
            self.stock.table("slip_body")?,
            How::Insert,
            of(&begun, &self.bodies),
        ));
        jobs.push(job(slip, How::Update, of(&changed, &self.slips)));
        // An entry that comes and goes within one commit is never written.
        todo.retain(|row| !left.contains(&row[4].int()));
        let table = self.stock.table("todo")?;
        jobs.push(Job {
            table: table.clone(),
            how: How::Upsert,
            rows: todo,
        });
        let gone = left.into_iter().map(|id| vec![Cell::Int(id)]).collect();
        jobs.push(Job {
            table: table.clone(),
            how: How::Delete,
            rows: gone,
        });
        Ok(())
    }

    /// Balances and turnovers of what was moved.
    fn sums(&self, legs: &[&Vec<Cell>], jobs: &mut Vec<Job>) -> Result<(), Stop> {
        let account_at = self.stock.table("leg")?.at("account")?;
        let moved: BTreeSet<i64> = legs.iter().map(|leg| leg[account_at].int()).collect();
        let balances = moved
            .iter()
            .filter_map(|account| self.balances.get(account))
            .flatten()
            .copied();
        jobs.push(job(self.stock.table("balance")?, How::Upsert, balances));
        let account = self.stock.table("account")?;
        let (ledger, place) = (account.at("ledger")?, account.at("place")?);
        let places: BTreeSet<(&str, &str)> = moved
            .iter()
            .filter_map(|id| self.accounts.get(id)?.first())
            .map(|row| (row[ledger].text(), row[place].text()))
            .collect();
        let turnover = self.stock.table("turnover")?;
        let (ledger, place) = (turnover.at("ledger")?, turnover.at("place")?);
        let rows = self.stock.rows("turnover").iter();
        let rows = rows.filter(|row| places.contains(&(row[ledger].text(), row[place].text())));
        jobs.push(job(turnover, How::Upsert, rows));
        Ok(())
    }

    /// Series of which numbers were taken.
    fn series(&self, journal: &[&Vec<Cell>], jobs: &mut Vec<Job>) -> Result<(), Stop> {
        let at = self.stock.table("journal")?.at("series")?;
        let taken: BTreeSet<&str> = journal
            .iter()
            .map(|row| row[at].text())
            .filter(|name| !name.is_empty())
            .collect();
        let series = self.stock.table("series")?;
        let name = series.at("name")?;
        let rows = self
            .stock
            .rows("series")
            .iter()
            .filter(|row| taken.contains(row[name].text()));
        jobs.push(job(series, How::Upsert, rows));
        Ok(())
    }
}

fn job<'r>(table: &Table, how: How, rows: impl IntoIterator<Item = &'r Vec<Cell>>) -> Job {
    Job {
        table: table.clone(),
        how,
        rows: rows.into_iter().cloned().collect(),
    }
}

/// The numbers in a JSON array of numbers.
fn numbers(text: &str) -> Vec<i64> {
    serde_json::from_str(text).unwrap_or_default()
}

/// Rows of all jobs.
fn count(commits: &[Vec<Job>]) -> u64 {
    commits
        .iter()
        .flatten()
        .map(|job| job.rows.len() as u64)
        .sum()
}
