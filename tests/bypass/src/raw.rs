//! The database behind the store's back: to see that nothing changed, and to change what must be noticed.

use std::path::Path;

use rusqlite::types::ValueRef;
use sha2::{Digest, Sha256};
use tokio::runtime::Runtime;
use tokio_postgres::{Client, NoTls, SimpleQueryMessage};

/// The tables that hold what counts. The journal is left out, since a refusal adds a row to it; so are sessions, counts
/// of failed log-ins, drafts and uploads, which are no business records.
pub const BUSINESS: [&str; 14] = [
    "signature",
    "account",
    "leg",
    "balance",
    "turnover",
    "record",
    "note",
    "pack_text",
    "slip",
    "slip_body",
    "todo",
    "timer",
    "series",
    "credential",
];

/// A connection of one's own to a database.
pub enum Raw {
    /// An SQLite file.
    Sqlite(rusqlite::Connection),
    /// A PostgreSQL database.
    Postgres(Box<(Runtime, Client)>),
}

impl std::fmt::Debug for Raw {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Raw::Sqlite(_) => "Raw::Sqlite",
            Raw::Postgres(_) => "Raw::Postgres",
        })
    }
}

impl Raw {
    /// Opens an SQLite file.
    ///
    /// # Panics
    /// When it cannot be opened, here and below: then no test means anything.
    pub fn sqlite(path: &Path) -> Raw {
        let connection = rusqlite::Connection::open(path).expect("the file opens");
        connection
            .busy_timeout(std::time::Duration::from_secs(20))
            .expect("a timeout is set");
        Raw::Sqlite(connection)
    }

    /// Connects to a PostgreSQL database.
    ///
    /// # Panics
    /// When it cannot be reached.
    pub fn postgres(url: &str) -> Raw {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .expect("a runtime starts");
        let (client, connection) = runtime
            .block_on(tokio_postgres::connect(url, NoTls))
            .expect("the server answers");
        runtime.spawn(connection);
        Raw::Postgres(Box::new((runtime, client)))
    }

    /// Runs statements, whatever they are.
    ///
    /// # Errors
    /// What the database says against them.
    pub fn run(&self, sql: &str) -> Result<(), String> {
        match self {
            Raw::Sqlite(connection) => connection
                .execute_batch(sql)
                .map_err(|error| error.to_string()),
            Raw::Postgres(both) => both
                .0
                .block_on(both.1.batch_execute(sql))
                .map_err(|error| format!("{error:?}")),
        }
    }

    /// The rows of a query, every cell as text.
    ///
    /// # Panics
    /// When the query fails.
    pub fn rows(&self, sql: &str) -> Vec<Vec<String>> {
        match self {
            Raw::Sqlite(connection) => {
                let mut statement = connection.prepare(sql).expect("a query");
                let width = statement.column_count();
                let rows = statement
                    .query_map([], |row| {
                        (0..width).map(|at| Ok(text(row.get_ref(at)?))).collect()
                    })
                    .expect("an answer");
                rows.collect::<Result<_, _>>().expect("rows")
            }
            Raw::Postgres(both) => {
                let messages = both
                    .0
                    .block_on(both.1.simple_query(sql))
                    .expect("an answer");
                let row = |message: &SimpleQueryMessage| match message {
                    SimpleQueryMessage::Row(row) => Some(
                        (0..row.len())
                            .map(|at| row.get(at).unwrap_or("").to_owned())
                            .collect(),
                    ),
                    _ => None,
                };
                messages.iter().filter_map(row).collect()
            }
        }
    }

    /// One cell.
    ///
    /// # Panics
    /// When the query fails or has no row.
    pub fn cell(&self, sql: &str) -> String {
        self.rows(sql)
            .into_iter()
            .next()
            .and_then(|row| row.into_iter().next())
            .unwrap_or_else(|| panic!("no row: {sql}"))
    }

    /// Bytes as this database writes them.
    pub fn blob(&self, bytes: &[u8]) -> String {
        let hex = engine::hex(bytes);
        match self {
            Raw::Sqlite(_) => format!("x'{hex}'"),
            Raw::Postgres(_) => format!("'\\x{hex}'::bytea"),
        }
    }

    /// A digest of each table that holds what counts.
    pub fn fingerprint(&self) -> Vec<(&'static str, String)> {
        let tables = BUSINESS.into_iter();
        let of = |table: &'static str| match self {
            Raw::Sqlite(_) => {
                let mut hasher = Sha256::new();
                let mut rows = self.rows(&format!("select * from {table}"));
                rows.sort();
                for cell in rows.iter().flatten() {
                    hasher.update(cell.len().to_le_bytes());
                    hasher.update(cell.as_bytes());
                }
                engine::hex(&hasher.finalize()).to_string()
            }
            Raw::Postgres(_) => self.cell(&format!(
                "select coalesce(md5(string_agg(t::text, '|' order by t::text)), '') from {table} t"
            )),
        };
        tables.map(|table| (table, of(table))).collect()
    }
}

fn text(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Null => "∅".to_owned(),
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Real(number) => number.to_string(),
        ValueRef::Text(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        ValueRef::Blob(bytes) => engine::hex(bytes).to_string(),
    }
}
