//! Branches of ledgers that were added up before. What was booked up to a row of the journal never changes, so sums as of a
//! past row stay right; of others it is asked what was booked since, and the branches that this touched are added up again.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::balances::Instant;
use super::branches::{added_up_now, one, touched};
use super::journal::head;
use super::{cursor, page_size, read_cursor};
use crate::api::{BranchBy, BranchQuery, BranchRow, Page, StoreError};
use crate::sql::Sql;

/// Questions whose answers are kept.
const KEPT: usize = 64;
/// Branches of a question whose answer is kept: some two hundred bytes each.
const ROWS: usize = 2_000;
/// More journal rows than this, or more branches, are not looked through: all is added up again.
const SINCE: i64 = 5_000;
const TOUCHED: usize = 32;

/// What was added up before.
#[derive(Debug, Default)]
pub(crate) struct Remembered(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    kept: HashMap<String, Kept>,
    /// Counts the uses, so that the longest unused is forgotten first.
    clock: u64,
}

#[derive(Debug, Clone)]
struct Kept {
    /// The last journal row that is in it.
    seq: i64,
    /// All branches by name, with those at zero; none where there were too many to be kept.
    rows: Option<Arc<Vec<BranchRow>>>,
    used: u64,
}

impl Remembered {
    /// A page of branches, by name.
    pub fn branches(
        &self,
        sql: &dyn Sql,
        org: i64,
        ledger: &str,
        query: &BranchQuery,
    ) -> Result<Page<BranchRow>, StoreError> {
        let as_of = Instant::of(sql, org, query.as_of)?;
        if as_of == Instant::Now && query.by == BranchBy::Place && query.key.is_none() {
            // These are there already, month by month.
            return added_up_now(sql, org, ledger, query, as_of);
        }
        let whole = BranchQuery {
            skip_zero: false,
            after: None,
            limit: ROWS + 1,
            ..query.clone()
        };
        let name = format!(
            "{org} {ledger} {:?} {:?} {:?} {as_of:?}",
            query.by, query.place, query.key
        );
        let (last, _) = head(sql, org)?;
        let known = self.get(&name).filter(|kept| kept.seq <= last);
        let kept = match known {
            Some(kept) => refreshed(sql, org, ledger, &whole, as_of, kept, last)?,
            None => None,
        };
        let kept = match kept {
            Some(kept) => kept,
            None => {
                let rows = added_up_now(sql, org, ledger, &whole, as_of)?.rows;
                let rows = (rows.len() <= ROWS).then(|| Arc::new(rows));
                Kept {
                    seq: last,
                    rows,
                    used: 0,
                }
            }
        };
        let rows = kept.rows.clone();
        self.put(name, kept);
        match rows {
            Some(rows) => page(&rows, query),
            None => added_up_now(sql, org, ledger, query, as_of),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn get(&self, name: &str) -> Option<Kept> {
        self.lock().kept.get(name).cloned()
    }

    fn put(&self, name: String, kept: Kept) {
        let mut state = self.lock();
        state.clock += 1;
        let used = state.clock;
        if state
            .kept
            .get(&name)
            .is_some_and(|other| other.seq > kept.seq)
        {
            // Another reader saw a later state meanwhile.
            return;
        }
        state.kept.insert(name, Kept { used, ..kept });
        if state.kept.len() > KEPT {
            let oldest = state.kept.iter().min_by_key(|(_, kept)| kept.used);
            if let Some(name) = oldest.map(|(name, _)| name.clone()) {
                state.kept.remove(&name);
            }
        }
    }
}

/// What was kept, with what was booked since; nothing when it is less work to add all up again.
fn refreshed(
    sql: &dyn Sql,
    org: i64,
    ledger: &str,
    query: &BranchQuery,
    as_of: Instant,
    mut kept: Kept,
    last: i64,
) -> Result<Option<Kept>, StoreError> {
    if last == kept.seq || matches!(as_of, Instant::Seq(seq) if seq <= kept.seq) {
        return Ok(Some(kept));
    }
    if last - kept.seq > SINCE || matches!(as_of, Instant::Seq(_)) {
        return Ok(None);
    }
    let names = touched(sql, org, ledger, query, kept.seq, as_of, TOUCHED + 1)?;
    let Some(rows) = &mut kept.rows else {
        // There were too many branches; there are hardly fewer now.
        return Ok(Some(kept));
    };
    if !names.is_empty() {
        let apart = as_of == Instant::Now && query.by == BranchBy::First && query.key.is_none();
        if !apart || names.len() > TOUCHED {
            return Ok(None);
        }
        let rows = Arc::make_mut(rows);
        for name in &names {
            let at = rows.binary_search_by(|row| row.name.as_ref().cmp(name));
            match (at, one(sql, org, ledger, query, name)?) {
                (Ok(at), Some(row)) => rows[at] = row,
                (Err(at), Some(row)) => rows.insert(at, row),
                (Ok(at), None) => drop(rows.remove(at)),
                (Err(_), None) => {}
            }
        }
    }
    kept.seq = last;
    Ok(Some(kept))
}

/// The page asked for of all branches.
fn page(rows: &[BranchRow], query: &BranchQuery) -> Result<Page<BranchRow>, StoreError> {
    let limit = page_size(query.limit, 1_000, 100_000);
    let after: Option<String> = query.after.as_ref().map(read_cursor).transpose()?;
    let mut out: Vec<BranchRow> = rows
        .iter()
        .filter(|row| after.as_deref().is_none_or(|after| &*row.name > after))
        .filter(|row| !query.skip_zero || row.standing != Some(0))
        .take(limit + 1)
        .cloned()
        .collect();
    let more = out.len() > limit;
    out.truncate(limit);
    Ok(Page {
        next: out.last().filter(|_| more).map(|row| cursor(&&*row.name)),
        total: (!more && query.after.is_none()).then_some(out.len() as i64),
        rows: out,
    })
}
