//! `verify`: everything that can be recomputed is recomputed, and what is not as it was written is named.
//!
//! 1. The journal is read in order: its own hashes and links, its numbers, and the digest of every row that a command
//!    wrote against that row as it is now.
//! 2. What changes over time is held against what the journal said of it last (slips), or against what follows from the
//!    rest (balances from legs, what waits from slips, numbers from the journal).
//!
//! Where two connections see the same state, two threads share the work: each takes the next part of what is to be read
//! (accounts, then the journal, then slips and balances) until none is left.

mod accounts;
mod cursor;
mod entries;
#[cfg(test)]
mod flips;
mod found;
mod journal;
pub(crate) mod mentions;
mod passed;
mod ranges;
mod state;

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::time::Instant;

use model::Catalog;

use crate::access::{begin_reading, in_transaction};
use crate::api::{Progress, Report, StoreError};
use crate::cell::{Cell, CellRef, Row};
use crate::migrate;
use crate::schema::{Role, TABLES};
use crate::sql::Sql;
use accounts::Reading;
use found::Found;
use journal::Journal;
use passed::Passed;
use state::State;

/// Shorter journals are not worth a second thread; in tests they are, so that both ways are tried.
const SPLIT_FROM: i64 = if cfg!(test) { 60 } else { 20_000 };

/// How often it is tried to make two connections see the same state while others write.
const TRIES: usize = 5;

/// A second connection, for a thread beside the caller's.
pub(crate) type Second<'a> = &'a (dyn Sql + Sync);

/// Verifies what a connection sees at this moment; a second one shares the work.
pub(crate) fn verify(
    sql: &dyn Sql,
    second: Option<Second<'_>>,
    catalog: &Catalog,
    progress: Progress<'_>,
) -> Result<Report, StoreError> {
    let begin = begin_reading(sql.dialect());
    for _ in 0..TRIES {
        let Some(other) = second else { break };
        let report = in_transaction(sql, begin, || {
            let heads = heads(sql)?;
            in_transaction(other, begin, || {
                // Nothing that the journal vouches for changes without it.
                if heads != self::heads(other)? {
                    return Ok(None);
                }
                through(sql, Some(other), catalog, progress).map(Some)
            })
        })?;
        if let Some(report) = report {
            return Ok(report);
        }
    }
    in_transaction(sql, begin, || through(sql, None, catalog, progress))
}

/// Where all journals end.
fn heads(sql: &dyn Sql) -> Result<Vec<Row>, StoreError> {
    of_this_program(sql)?;
    sql.query("select org, seq, hash from head order by org", &[])
}

/// Verifies inside a transaction of the caller.
pub(crate) fn within(
    sql: &dyn Sql,
    catalog: &Catalog,
    progress: Progress<'_>,
) -> Result<Report, StoreError> {
    through(sql, None, catalog, progress)
}

fn through(
    sql: &dyn Sql,
    second: Option<Second<'_>>,
    catalog: &Catalog,
    progress: Progress<'_>,
) -> Result<Report, StoreError> {
    let started = Instant::now();
    let found = Found::default();
    let mut report = Report::default();
    check_migrations(sql, &found)?;
    for org in organisations(sql, &found)? {
        organisation(sql, second, org, catalog, progress, &found, &mut report)?;
    }
    let millis = started.elapsed().as_millis().max(1);
    report.millis = i64::try_from(millis).unwrap_or(i64::MAX);
    report.per_second = report.journal_rows.saturating_mul(1_000) / report.millis;
    found.into_report(&mut report);
    Ok(report)
}

/// Does work that is taken part by part, by two threads where there are two connections; what each of them did.
fn by_all<T: Send>(
    sql: &dyn Sql,
    second: Option<Second<'_>>,
    work: &(dyn Fn(&dyn Sql) -> Result<T, StoreError> + Sync),
) -> Result<Vec<T>, StoreError> {
    let Some(other) = second else {
        return Ok(vec![work(sql)?]);
    };
    std::thread::scope(|scope| {
        let beside = scope.spawn(move || work(other));
        let mine = work(sql);
        let other = beside
            .join()
            .unwrap_or_else(|_| Err(StoreError::Internal("verify failed".to_owned())));
        Ok(vec![mine?, other?])
    })
}

/// The migrations that were applied; a database of others has none.
fn of_this_program(sql: &dyn Sql) -> Result<Vec<(i64, String, String)>, StoreError> {
    let applied = migrate::applied(sql)?;
    if applied.is_empty() {
        return Err(StoreError::Schema(
            "this is not a database of this program".to_owned(),
        ));
    }
    Ok(applied)
}

fn check_migrations(sql: &dyn Sql, found: &Found) -> Result<(), StoreError> {
    let applied = of_this_program(sql)?;
    // A database that an earlier program left has fewer: the next start brings it up.
    for (at, migration) in migrate::MIGRATIONS[..migrate::MIGRATIONS.len().min(applied.len())]
        .iter()
        .enumerate()
    {
        let ours = (
            migration.version,
            migration.name.to_owned(),
            migrate::sum(migration),
        );
        if applied[at] != ours {
            let key = format!("version={}", migration.version);
            found.add(
                0,
                "schema_migration",
                key,
                "is not the migration this program made",
            );
        }
    }
    for (version, ..) in applied.iter().skip(migrate::MIGRATIONS.len()) {
        found.add(
            0,
            "schema_migration",
            format!("version={version}"),
            "is unknown",
        );
    }
    Ok(())
}

/// Every organisation that any row belongs to. One without a head is named.
fn organisations(sql: &dyn Sql, found: &Found) -> Result<Vec<i64>, StoreError> {
    let mut all = BTreeSet::new();
    for table in TABLES {
        let mut last = i64::MIN;
        loop {
            let text = format!(
                "select org from {} where org > ?1 order by org limit 1",
                table.name
            );
            let Some(row) = sql.first(&text, &[last.into()])? else {
                break;
            };
            last = row.int(0)?;
            if table.role == Role::Business || table.role == Role::Work {
                let head = sql.first("select seq from head where org = ?1", &[last.into()])?;
                if head.is_none() && table.name == "journal" {
                    found.add(0, "head", format!("org={last}"), "is missing");
                } else if head.is_none() {
                    found.add(
                        0,
                        table.name,
                        format!("org={last}"),
                        "belongs to no organisation",
                    );
                }
            }
            all.insert(last);
        }
    }
    Ok(all.into_iter().collect())
}

fn organisation(
    sql: &dyn Sql,
    second: Option<Second<'_>>,
    org: i64,
    catalog: &Catalog,
    progress: Progress<'_>,
    found: &Found,
    report: &mut Report,
) -> Result<(), StoreError> {
    let last = sql
        .first(
            "select seq from journal where org = ?1 order by seq desc limit 1",
            &[org.into()],
        )?
        .map_or(Ok(0), |row| row.int(0))?;
    let second = second.filter(|_| last > SPLIT_FROM);
    let reading = Reading::new(sql, org, last, catalog, found)?;
    by_all(sql, second, &|sql| reading.read(sql))?;
    let accounts = reading.finish();
    let done = std::sync::atomic::AtomicU64::new(0);
    let tell = |rows: u64| {
        let so_far = done.fetch_add(rows, std::sync::atomic::Ordering::Relaxed) + rows;
        progress("journal", so_far, u64::try_from(last).unwrap_or(0));
    };
    let journal = Journal {
        org,
        last,
        accounts: &accounts,
        found,
        tell: &tell,
        next: Mutex::default(),
    };
    let parts = by_all(sql, second, &|sql| journal.read(sql))?;
    let mut passed = parts.into_iter().reduce(Passed::and).unwrap_or_default();
    let series = passed.series(&Found::at(org, found));
    report.organisations += i64::from(last > 0);
    report.journal_rows += passed.rows;
    report.legs += passed.legs;
    report.records += passed.records;
    if last > 0 {
        let hash = passed.ends.last().map_or([0; 32], |end| end.hash);
        report
            .heads
            .push((org, last, engine::hex(&hash).to_string()));
    }
    journal::beyond(sql, org, last, found)?;
    let state = State {
        sql,
        second,
        org,
        found: Found::at(org, found),
    };
    state.check(last, &accounts, &passed, &series, progress, report)
}

/// A row's key for a message: the names of the key's columns with their values.
pub(crate) fn key_text(table: &crate::schema::Table, cells: &[CellRef<'_>]) -> String {
    let parts: Vec<String> = table
        .key_columns()
        .zip(cells)
        .map(|(name, cell)| match cell {
            CellRef::Null => format!("{name}=null"),
            CellRef::Int(value) => format!("{name}={value}"),
            // No key has bytes: what comes as such is text that was asked for so.
            CellRef::Text(bytes) | CellRef::Blob(bytes) => {
                format!("{name}={}", String::from_utf8_lossy(bytes))
            }
        })
        .collect();
    parts.join(" ")
}

/// A key without the organisation, which comes first in each.
pub(crate) fn beside_org(key: &str) -> &str {
    key.split_once(' ').map_or(key, |(_, rest)| rest)
}

/// The bytes of a text.
pub(crate) fn bytes_of<'a>(cell: CellRef<'a>) -> &'a [u8] {
    match cell {
        CellRef::Text(bytes) | CellRef::Blob(bytes) => bytes,
        CellRef::Null | CellRef::Int(_) => &[],
    }
}

/// [`key_text`] of cells held.
pub(crate) fn key_text_of(table: &crate::schema::Table, cells: &[Cell]) -> String {
    let borrowed: Vec<CellRef<'_>> = cells.iter().map(Cell::borrow).collect();
    key_text(table, &borrowed)
}
