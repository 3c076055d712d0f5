//! Migrations: one source for both databases, applied in order, each once.

use crate::api::StoreError;
use crate::cell::{Cell, sha256_hex};
use crate::sql::{Dialect, Sql};

/// A migration by its version.
pub(crate) struct Migration {
    pub version: i64,
    pub name: &'static str,
    pub text: &'static str,
}

/// All migrations, in order.
pub(crate) static MIGRATIONS: &[Migration] = &[
    Migration {
        version: 1,
        name: "initial",
        text: include_str!("../migrations/0001_initial.sql"),
    },
    Migration {
        version: 2,
        name: "legs_by_day",
        text: include_str!("../migrations/0002_legs_by_day.sql"),
    },
    Migration {
        version: 3,
        name: "traces",
        text: include_str!("../migrations/0003_traces.sql"),
    },
];

/// The version that this program works with.
pub(crate) fn newest() -> i64 {
    MIGRATIONS.last().map_or(0, |migration| migration.version)
}

/// The text for one database.
pub(crate) fn render(text: &str, dialect: Dialect) -> String {
    let words = match dialect {
        Dialect::Sqlite => [
            ("{INT}", "INTEGER"),
            ("{TEXT}", "TEXT"),
            ("{BLOB}", "BLOB"),
            ("{HEAP}", " STRICT"),
            ("{CLUSTERED}", " STRICT, WITHOUT ROWID"),
        ],
        // Byte order, so that texts sort alike on both databases and whatever the server's locale is.
        Dialect::Postgres => [
            ("{INT}", "BIGINT"),
            ("{TEXT}", "TEXT COLLATE \"C\""),
            ("{BLOB}", "BYTEA"),
            ("{HEAP}", ""),
            ("{CLUSTERED}", ""),
        ],
    };
    words.iter().fold(text.to_owned(), |text, (token, word)| {
        text.replace(token, word)
    })
}

/// The hash of a migration's source, kept in the database.
pub(crate) fn sum(migration: &Migration) -> String {
    sha256_hex(migration.text.as_bytes()).to_string()
}

/// The versions that a database has, with their names and hashes; empty when it is none of ours.
pub(crate) fn applied(sql: &dyn Sql) -> Result<Vec<(i64, String, String)>, StoreError> {
    if !sql.has_table("schema_migration")? {
        return Ok(Vec::new());
    }
    let rows = sql.query(
        "select version, name, sum from schema_migration order by version",
        &[],
    )?;
    rows.iter()
        .map(|row| Ok((row.int(0)?, row.str(1)?.to_owned(), row.str(2)?.to_owned())))
        .collect()
}

/// Brings a database to the newest version, inside the caller's transaction. Refuses a database that a newer program made
/// or whose migrations are not ours.
pub(crate) fn migrate(sql: &dyn Sql) -> Result<(), StoreError> {
    let done = applied(sql)?;
    check(&done)?;
    if done.is_empty() {
        let types = render(
            "create table schema_migration (version {INT} not null primary key, name {TEXT} not null, \
             sum {TEXT} not null)",
            sql.dialect(),
        );
        sql.run(&types)?;
    }
    for migration in &MIGRATIONS[done.len().min(MIGRATIONS.len())..] {
        sql.run(&render(migration.text, sql.dialect()))?;
        sql.execute(
            "insert into schema_migration (version, name, sum) values (?1, ?2, ?3)",
            &[
                Cell::Int(migration.version),
                Cell::Word(migration.name),
                Cell::from(sum(migration)),
            ],
        )?;
    }
    Ok(())
}

/// What a database says it has must be a beginning of what this program has.
pub(crate) fn check(done: &[(i64, String, String)]) -> Result<(), StoreError> {
    for (at, (version, name, hash)) in done.iter().enumerate() {
        match MIGRATIONS.get(at) {
            None => {
                return Err(StoreError::Schema(format!(
                    "the database has schema version {version} ({name}); this program knows only {}",
                    newest()
                )));
            }
            Some(ours) if ours.version != *version || ours.name != name || sum(ours) != *hash => {
                return Err(StoreError::Schema(format!(
                    "schema version {version} ({name}) of the database is not the one this program has"
                )));
            }
            Some(_) => {}
        }
    }
    Ok(())
}
