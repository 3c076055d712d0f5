//! The rows that a batch of commands writes, gathered so that each is written once.

use std::collections::BTreeMap;
use std::sync::Arc;

use engine::Waiting;
use kernel::{EntryState, SlipId};
use ledger::Balance;

use crate::cell::Cell;
use crate::codec::StoredSlip;
use crate::recent::HashMap;
use crate::schema::{self, Table};

/// How rows of a table are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum How {
    /// They are new.
    Insert,
    /// They are new or replace what is there.
    Upsert,
    /// They replace what is there; of a slip, all but what never changes and what is indexed for lists.
    Update,
    /// Rows of these primary keys go.
    Delete,
}

/// Rows of one table, cell by cell.
#[derive(Debug, Clone)]
pub(crate) struct Write {
    pub table: &'static Table,
    pub how: How,
    pub cells: Vec<Cell>,
}

impl Write {
    pub fn new(table: &'static Table, how: How) -> Write {
        Write {
            table,
            how,
            cells: Vec::new(),
        }
    }

    /// How many cells make a row.
    pub fn width(&self) -> usize {
        match self.how {
            How::Delete => self.table.key,
            _ => self.table.columns.len(),
        }
    }
}

/// A slip that the batch changes.
#[derive(Debug, Clone)]
pub(crate) struct PendingSlip {
    /// As it was before the batch; `None` when the batch began it.
    pub before: Option<StoredSlip>,
    /// As it is now.
    pub now: StoredSlip,
    pub cells: Vec<Cell>,
    pub body: Option<Vec<Cell>>,
}

/// Everything that waits to be written.
#[derive(Debug, Default)]
pub(crate) struct Pending {
    pub journal: Vec<Cell>,
    pub signature: Vec<Cell>,
    pub account: Vec<Cell>,
    pub leg: Vec<Cell>,
    pub record: Vec<Cell>,
    pub note: Vec<Cell>,
    pub pack_text: Vec<Cell>,
    pub credential: BTreeMap<Arc<str>, Vec<Cell>>,
    pub slips: BTreeMap<SlipId, PendingSlip>,
    pub balances: BTreeMap<(i64, i64), (Balance, i64)>,
    pub turnovers: HashMap<TurnoverKey, Turnover>,
    pub series: BTreeMap<Arc<str>, i64>,
}

/// Ledger, place, period.
pub(crate) type TurnoverKey = (Arc<str>, Arc<str>, i64);

/// Sums of a place in a period over all its keys: in and out of each state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Turnover {
    pub unit: kernel::Unit,
    pub sums: [i128; 8],
}

impl Pending {
    /// The writes, in the order in which they are made.
    pub fn writes(self, org: i64) -> Vec<Write> {
        let mut out = Vec::with_capacity(20);
        let mut push = |table, how, cells: Vec<Cell>| {
            if !cells.is_empty() {
                out.push(Write { table, how, cells });
            }
        };
        push(&schema::JOURNAL, How::Insert, self.journal);
        push(&schema::SIGNATURE, How::Insert, self.signature);
        push(&schema::ACCOUNT, How::Insert, self.account);
        push(&schema::LEG, How::Insert, self.leg);
        push(&schema::RECORD, How::Insert, self.record);
        push(&schema::NOTE, How::Insert, self.note);
        push(&schema::PACK_TEXT, How::Insert, self.pack_text);
        let credentials = self.credential.into_values().flatten().collect();
        push(&schema::CREDENTIAL, How::Upsert, credentials);
        let series = self.series.iter();
        let series = series.flat_map(|(name, last)| [org.into(), name.into(), (*last).into()]);
        push(&schema::SERIES, How::Upsert, series.collect());
        let balances = self.balances.iter();
        let balances = balances.flat_map(|(key, row)| balance_cells(org, *key, row));
        push(&schema::BALANCE, How::Upsert, balances.collect());
        let turnovers = self.turnovers.iter();
        let turnovers = turnovers.flat_map(|(key, row)| turnover_cells(org, key, row));
        push(&schema::TURNOVER, How::Upsert, turnovers.collect());
        let slips = SlipWrites::of(org, self.slips);
        out.extend(slips.0.into_iter().filter(|write| !write.cells.is_empty()));
        out
    }
}

fn balance_cells(
    org: i64,
    (account, period): (i64, i64),
    (balance, last_seq): &(Balance, i64),
) -> Vec<Cell> {
    let mut cells = vec![Cell::Int(org), Cell::Int(account), Cell::Int(period)];
    for state in EntryState::ALL {
        let sums = balance.of(state);
        cells.extend([Cell::Int(sums.r#in), Cell::Int(sums.out)]);
    }
    cells.push(Cell::Int(*last_seq));
    cells
}

fn turnover_cells(org: i64, (ledger, place, period): &TurnoverKey, row: &Turnover) -> Vec<Cell> {
    let mut cells = vec![
        Cell::Int(org),
        ledger.into(),
        place.into(),
        Cell::Int(*period),
        Cell::Word(row.unit.name()),
    ];
    cells.extend(row.sums.iter().map(|sum| Cell::from(sum.to_string())));
    cells
}

/// The rows of slips and of what is derived from them.
struct SlipWrites([Write; 8]);

impl SlipWrites {
    fn of(org: i64, slips: BTreeMap<SlipId, PendingSlip>) -> SlipWrites {
        let mut fresh = Write::new(&schema::SLIP, How::Insert);
        let mut changed = Write::new(&schema::SLIP, How::Upsert);
        let mut moved = Write::new(&schema::SLIP, How::Update);
        let mut body = Write::new(&schema::SLIP_BODY, How::Upsert);
        let mut todo_gone = Write::new(&schema::TODO, How::Delete);
        let mut todo = Write::new(&schema::TODO, How::Insert);
        let mut timer_gone = Write::new(&schema::TIMER, How::Delete);
        let mut timer = Write::new(&schema::TIMER, How::Upsert);
        for slip in slips.into_values() {
            derive(
                todo_of(org, slip.before.as_ref()),
                todo_of(org, Some(&slip.now)),
                &mut todo_gone,
                &mut todo,
            );
            derive(
                timers_of(org, slip.before.as_ref()),
                timers_of(org, Some(&slip.now)),
                &mut timer_gone,
                &mut timer,
            );
            body.cells.extend(slip.body.into_iter().flatten());
            let write = match &slip.before {
                None => &mut fresh,
                Some(before) if listed_alike(before, &slip.now) => &mut moved,
                Some(_) => &mut changed,
            };
            write.cells.extend(slip.cells);
        }
        SlipWrites([
            fresh, changed, moved, body, todo_gone, todo, timer_gone, timer,
        ])
    }
}

/// Whether what the lists are indexed by, other than the state, is as it was.
fn listed_alike(before: &StoredSlip, now: &StoredSlip) -> bool {
    before.party == now.party
        && before.amount == now.amount
        && before.slip.sources == now.slip.sources
}

/// Deletes what is no longer there, inserts what was not.
fn derive(before: Vec<Vec<Cell>>, now: Vec<Vec<Cell>>, gone: &mut Write, new: &mut Write) {
    for row in &before {
        if !now.contains(row) {
            gone.cells.extend_from_slice(&row[..gone.table.key]);
        }
    }
    for row in now {
        if !before.contains(&row) {
            new.cells.extend(row);
        }
    }
}

/// The rows of `todo` for what waits on a slip.
pub(crate) fn todo_rows(org: i64, id: SlipId, waiting: &[Waiting]) -> Vec<Vec<Cell>> {
    let mut rows = Vec::new();
    for (item, waiting) in (0i64..).zip(waiting) {
        let holders: Vec<String> = match &waiting.person {
            Some(login) => vec![format!("p:{login}")],
            None => waiting
                .roles
                .iter()
                .map(|role| format!("r:{role}"))
                .collect(),
        };
        for holder in holders {
            rows.push(vec![
                Cell::Int(org),
                holder.into(),
                Cell::Int(waiting.due.map_or(i64::MAX, |due| due.0)),
                Cell::Int(waiting.since.0),
                Cell::Int(id.0),
                Cell::Int(item),
                (&waiting.step).into(),
                waiting.scope.as_ref().map_or(Cell::Word(""), Cell::from),
            ]);
        }
    }
    rows
}

/// The rows of `timer` for a slip's timers.
pub(crate) fn timer_rows(org: i64, id: SlipId, timers: &BTreeMap<Arc<str>, i64>) -> Vec<Vec<Cell>> {
    timers
        .iter()
        .map(|(name, due)| vec![org.into(), id.0.into(), name.into(), (*due).into()])
        .collect()
}

fn todo_of(org: i64, slip: Option<&StoredSlip>) -> Vec<Vec<Cell>> {
    slip.map(|stored| todo_rows(org, stored.slip.id, &stored.slip.waiting))
        .unwrap_or_default()
}

fn timers_of(org: i64, slip: Option<&StoredSlip>) -> Vec<Vec<Cell>> {
    slip.map(|stored| timer_rows(org, stored.slip.id, &stored.timers))
        .unwrap_or_default()
}
