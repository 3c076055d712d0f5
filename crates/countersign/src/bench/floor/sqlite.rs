//! The floor on SQLite: prepared statements, the settings of the store's own connection.

use std::collections::HashMap;
use std::path::Path;
use std::time::Instant;

use rusqlite::types::{ToSqlOutput, Value, ValueRef};
use rusqlite::{CachedStatement, Connection, OpenFlags, ToSql};

use super::{BY_SEQ, CHANGING, Cell, Floor, How, Job, Kind, OTHERS, Stock, Table, count, plan};
use crate::stop::Stop;

impl ToSql for Cell {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Cell::Null => ValueRef::Null,
            Cell::Int(value) => ValueRef::Integer(*value),
            Cell::Text(text) => ValueRef::Text(text.as_bytes()),
            Cell::Blob(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

/// Reads what the load left in `file`, and writes it again into an empty file beside it.
pub fn measure(file: &Path, from: i64, to: i64, commits: u64) -> Result<Floor, Stop> {
    let source =
        Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY).map_err(Stop::other)?;
    let stock = read(&source).map_err(Stop::other)?;
    let commits = plan(&stock, from, to, commits)?;
    let folder = file.parent().unwrap_or(Path::new("."));
    let again = tempfile::Builder::new()
        .prefix("floor-")
        .tempdir_in(folder)
        .map_err(Stop::other)?;
    let target = Connection::open(again.path().join("floor.db")).map_err(Stop::other)?;
    prepare(&source, &target).map_err(Stop::other)?;
    let begun = Instant::now();
    for jobs in &commits {
        write(&target, jobs).map_err(Stop::other)?;
    }
    Ok(Floor {
        rows: count(&commits),
        commits: commits.len() as u64,
        took: begun.elapsed(),
    })
}

fn read(source: &Connection) -> rusqlite::Result<Stock> {
    let mut stock = Stock {
        tables: HashMap::new(),
        rows: HashMap::new(),
    };
    for (name, key) in BY_SEQ.into_iter().chain(OTHERS) {
        let mut columns = Vec::new();
        let mut statement = source.prepare(&format!(
            "select name, type from pragma_table_info('{name}') order by cid"
        ))?;
        let mut found = statement.query([])?;
        while let Some(row) = found.next()? {
            let kind = match row.get::<_, String>(1)?.to_ascii_uppercase().as_str() {
                "TEXT" => Kind::Text,
                "BLOB" => Kind::Blob,
                _ => Kind::Int,
            };
            columns.push((row.get(0)?, kind));
        }
        let width = columns.len();
        let mut statement = source.prepare(&format!("select * from {name}"))?;
        let rows = statement.query_map([], |row| {
            (0..width)
                .map(|at| row.get::<_, Value>(at).map(cell))
                .collect()
        })?;
        stock
            .rows
            .insert(name, rows.collect::<rusqlite::Result<_>>()?);
        stock.tables.insert(name, Table { name, key, columns });
    }
    Ok(stock)
}

fn cell(value: Value) -> Cell {
    match value {
        Value::Null => Cell::Null,
        Value::Integer(value) => Cell::Int(value),
        Value::Real(_) => Cell::Null,
        Value::Text(text) => Cell::Text(text),
        Value::Blob(bytes) => Cell::Blob(bytes),
    }
}

/// The same tables and indexes, empty, with the store's settings.
fn prepare(source: &Connection, target: &Connection) -> rusqlite::Result<()> {
    target.execute_batch(
        "pragma journal_mode = wal; pragma synchronous = full; pragma cache_size = -65536; \
         pragma wal_autocheckpoint = 32768; pragma temp_store = memory;",
    )?;
    let mut statement = source.prepare(
        "select sql from sqlite_master where sql is not null and type in ('table', 'index') \
         and name not like 'sqlite_%' order by type desc",
    )?;
    let texts = statement.query_map([], |row| row.get::<_, String>(0))?;
    for text in texts {
        target.execute_batch(&text?)?;
    }
    target.set_prepared_statement_cache_capacity(64);
    Ok(())
}

fn write(target: &Connection, jobs: &[Job]) -> rusqlite::Result<()> {
    target.execute_batch("begin immediate")?;
    for job in jobs {
        let mut statement = target.prepare_cached(&sql(job))?;
        for row in &job.rows {
            bind(job, row, &mut statement)?;
            statement.raw_execute()?;
        }
    }
    target.execute_batch("commit")
}

fn bind(job: &Job, row: &[Cell], statement: &mut CachedStatement<'_>) -> rusqlite::Result<()> {
    let mut bound = 0;
    let mut next = |cell: &Cell| {
        bound += 1;
        statement.raw_bind_parameter(bound, cell)
    };
    if job.how == How::Update {
        for (at, (name, _)) in job.table.columns.iter().enumerate() {
            if CHANGING.contains(&&**name) {
                next(&row[at])?;
            }
        }
        return row[..job.table.key].iter().try_for_each(next);
    }
    row.iter().try_for_each(next)
}

fn sql(job: &Job) -> String {
    let Table { name, key, columns } = &job.table;
    let names: Vec<&str> = columns.iter().map(|(name, _)| name.as_str()).collect();
    let marks = vec!["?"; names.len()].join(", ");
    let set = |names: &[&str], to: &dyn Fn(&str) -> String| {
        let set: Vec<String> = names
            .iter()
            .map(|name| format!("{name} = {}", to(name)))
            .collect();
        set.join(", ")
    };
    match job.how {
        How::Insert => format!("insert into {name} values ({marks})"),
        How::Upsert => {
            let excluded = set(&names[*key..], &|name| format!("excluded.{name}"));
            let keys = names[..*key].join(", ");
            format!(
                "insert into {name} values ({marks}) on conflict ({keys}) do update set {excluded}"
            )
        }
        How::Update => {
            let changing: Vec<&str> = names
                .iter()
                .copied()
                .filter(|name| CHANGING.contains(name))
                .collect();
            let changing = set(&changing, &|_| "?".to_owned());
            format!(
                "update {name} set {changing} where {} = ? and {} = ?",
                names[0], names[1]
            )
        }
        How::Delete => format!("delete from {name} where org = 1 and slip = ?"),
    }
}
