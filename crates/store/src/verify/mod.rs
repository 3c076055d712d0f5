//! `verify`: everything that can be recomputed is recomputed, and what is not as it was written is named.
//!
//! 1. The journal is read in order: its own hashes and links, its numbers, and the digest of every row that a command
//!    wrote against that row as it is now. Two threads read one half each.
//! 2. What changes over time is held against what the journal said of it last (slips), or against what follows from the
//!    rest (balances from legs, what waits from slips, numbers from the journal).

mod accounts;
mod cursor;
mod entries;
#[cfg(test)]
mod flips;
mod found;
mod journal;
pub(crate) mod mentions;
mod passed;
mod state;

use std::collections::BTreeSet;
use std::time::Instant;

use model::Catalog;

use crate::access::{begin_reading, in_transaction};
use crate::api::{Progress, Report, StoreError};
use crate::cell::{Cell, CellRef};
use crate::migrate;
use crate::schema::{Role, TABLES};
use crate::sql::Sql;
use accounts::Accounts;
use found::Found;
use journal::Half;
use passed::Passed;

/// Shorter journals are not worth a second thread; in tests they are, so that both ways are tried.
const SPLIT_FROM: i64 = if cfg!(test) { 60 } else { 20_000 };

/// Lends a second connection for the length of some work.
pub(crate) type Second<'a> = &'a (
        dyn Fn(&mut dyn FnMut(&dyn Sql) -> Result<(), StoreError>) -> Result<(), StoreError> + Sync
    );

/// Verifies what a connection sees at this moment. With a second connection half of the journal is read through that one.
pub(crate) fn verify(
    sql: &dyn Sql,
    second: Option<Second<'_>>,
    catalog: &Catalog,
    progress: Progress<'_>,
) -> Result<Report, StoreError> {
    in_transaction(sql, begin_reading(sql.dialect()), || {
        within(sql, second, catalog, progress)
    })
}

/// Verifies inside a transaction of the caller.
pub(crate) fn within(
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

fn check_migrations(sql: &dyn Sql, found: &Found) -> Result<(), StoreError> {
    let applied = migrate::applied(sql)?;
    if applied.is_empty() {
        return Err(StoreError::Schema(
            "this is not a database of this program".to_owned(),
        ));
    }
    for (at, migration) in migrate::MIGRATIONS.iter().enumerate() {
        let ours = (
            migration.version,
            migration.name.to_owned(),
            migrate::sum(migration),
        );
        if applied.get(at) != Some(&ours) {
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
    let accounts = Accounts::read(sql, org, last, catalog, found)?;
    let done = std::sync::atomic::AtomicU64::new(0);
    let tell = |rows: u64| {
        let so_far = done.fetch_add(rows, std::sync::atomic::Ordering::Relaxed) + rows;
        progress("journal", so_far, u64::try_from(last).unwrap_or(0));
    };
    let half = |from: i64, to: i64| Half {
        org,
        from,
        to,
        accounts: &accounts,
        found,
        tell: &tell,
    };
    let passed = match second {
        // The first thread has the rest to do, so it gets less of the journal.
        Some(second) if last > SPLIT_FROM => {
            let middle = last * 3 / 10;
            let mut later: Result<Passed, StoreError> = Err(StoreError::Closed);
            let earlier = std::thread::scope(|scope| {
                let later = &mut later;
                let half = &half;
                let other = scope.spawn(move || {
                    second(&mut |sql| {
                        *later = half(middle + 1, last).read(sql);
                        Ok(())
                    })
                });
                let earlier = half(1, middle).read(sql);
                match other.join() {
                    Ok(Ok(())) => earlier,
                    Ok(Err(error)) => Err(error),
                    Err(_) => Err(StoreError::Internal("verify failed".to_owned())),
                }
            })?;
            earlier.then(later?, &Found::at(org, found))
        }
        _ => half(1, last).read(sql)?,
    };
    report.organisations += i64::from(last > 0);
    report.journal_rows += passed.rows;
    report.legs += passed.legs;
    report.records += passed.records;
    if last > 0 {
        report
            .heads
            .push((org, last, engine::hex(&passed.last_hash).to_string()));
    }
    journal::beyond(sql, org, last, found)?;
    state::check(sql, org, last, &accounts, passed, progress, found, report)
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
