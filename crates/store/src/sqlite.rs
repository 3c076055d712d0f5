//! SQLite: connections, their settings, and the writing of batches.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, OpenFlags, Statement, ToSql};

use crate::api::StoreError;
use crate::backend::{Backend, Begun, Wanted};
use crate::batch::{How, Write};
use crate::cell::{Cell, CellRef, Row};
use crate::checkpointer::Checkpointer;
use crate::image::{EachImage, Images, gathered, teach};
use crate::schema::Table;
use crate::sql::{Dialect, Sql};

/// How long a writer waits for another process before it gives up.
const BUSY: Duration = Duration::from_secs(20);
/// Prepared statements kept per connection.
const STATEMENTS: usize = 128;
/// More columns than any query here has.
const COLUMNS_MAX: usize = 32;

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    /// Business rows: a commit has reached the disk.
    Lane,
    /// Work tables: a commit reaches the disk with the next one of the lane.
    Work,
    /// Reading only.
    Read,
    /// Reading what a lane does not remember.
    Judge,
    /// Bringing the write-ahead log over.
    Checkpoint,
    /// The search index, which has a file of its own and can be made anew.
    Index,
}

/// A connection.
#[derive(Debug)]
pub(crate) struct Sqlite {
    connection: Mutex<Connection>,
}

/// Wraps the driver's errors. Nothing is copied unless there is one: this stands on the way of every cell.
fn error(doing: &str) -> impl FnOnce(rusqlite::Error) -> StoreError {
    move |source| StoreError::database(doing, source)
}

impl ToSql for Cell {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self.borrow() {
            CellRef::Null => ValueRef::Null,
            CellRef::Int(value) => ValueRef::Integer(value),
            CellRef::Text(bytes) => ValueRef::Text(bytes),
            CellRef::Blob(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

impl Sqlite {
    /// Opens a file for a use. [`Use::Lane`] makes the file when it is not there, readable by its owner only.
    pub fn open(path: &Path, what_for: Use) -> Result<Sqlite, StoreError> {
        let doing = format!("opening {}", path.display());
        if matches!(what_for, Use::Lane | Use::Index) && !path.exists() {
            make_file(path).map_err(|source| StoreError::database(doing.clone(), source))?;
        }
        let flags = match what_for {
            Use::Read | Use::Judge => OpenFlags::SQLITE_OPEN_READ_ONLY,
            Use::Lane | Use::Work | Use::Checkpoint | Use::Index => {
                OpenFlags::SQLITE_OPEN_READ_WRITE
            }
        } | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags).map_err(error(&doing))?;
        connection.busy_timeout(BUSY).map_err(error(&doing))?;
        tune(&connection).map_err(error(&doing))?;
        let settings = match what_for {
            Use::Lane => {
                "pragma journal_mode = wal; pragma synchronous = full; pragma cache_size = -16384; \
                 pragma wal_autocheckpoint = 32768; pragma journal_size_limit = 268435456; \
                 pragma temp_store = memory;"
            }
            Use::Work => {
                "pragma synchronous = normal; pragma wal_autocheckpoint = 0; pragma cache_size = -2048;"
            }
            Use::Index => {
                "pragma journal_mode = wal; pragma synchronous = normal; pragma cache_size = -8192; \
                 pragma wal_autocheckpoint = 4096; pragma journal_size_limit = 67108864; pragma temp_store = memory;"
            }
            Use::Checkpoint => "pragma synchronous = full; pragma cache_size = -512;",
            Use::Judge => {
                "pragma query_only = 1; pragma cache_size = -16384; pragma temp_store = memory;"
            }
            Use::Read => {
                "pragma query_only = 1; pragma mmap_size = 268435456; pragma cache_size = -4096; \
                 pragma temp_store = memory;"
            }
        };
        connection.execute_batch(settings).map_err(error(&doing))?;
        Ok(Sqlite {
            connection: Mutex::new(connection),
        })
    }

    /// A database in memory.
    pub fn memory() -> Result<Sqlite, StoreError> {
        let connection = Connection::open_in_memory().map_err(error("opening memory"))?;
        tune(&connection).map_err(error("opening memory"))?;
        Ok(Sqlite {
            connection: Mutex::new(connection),
        })
    }

    pub fn lock(&self) -> MutexGuard<'_, Connection> {
        self.connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

fn tune(connection: &Connection) -> rusqlite::Result<()> {
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    teach(connection)?;
    // Otherwise the planner looks at the values bound, and a statement is prepared anew whenever they change.
    connection
        .set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)
        .map(drop)
}

fn make_file(path: &Path) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

fn bind(statement: &mut Statement<'_>, params: &[Cell]) -> rusqlite::Result<()> {
    for (at, cell) in params.iter().enumerate() {
        statement.raw_bind_parameter(at + 1, cell)?;
    }
    Ok(())
}

fn each_row(
    connection: &Connection,
    sql: &str,
    params: &[Cell],
    each: &mut dyn FnMut(&[CellRef<'_>]) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut statement = connection.prepare_cached(sql).map_err(error(sql))?;
    let width = statement.column_count();
    if width > COLUMNS_MAX {
        return Err(StoreError::Invalid(format!("too many columns: {sql}")));
    }
    bind(&mut statement, params).map_err(error(sql))?;
    let mut rows = statement.raw_query();
    while let Some(row) = rows.next().map_err(error(sql))? {
        let mut cells = [CellRef::Null; COLUMNS_MAX];
        for (at, cell) in cells[..width].iter_mut().enumerate() {
            *cell = match row.get_ref(at).map_err(error(sql))? {
                ValueRef::Null => CellRef::Null,
                ValueRef::Integer(value) => CellRef::Int(value),
                ValueRef::Text(bytes) => CellRef::Text(bytes),
                ValueRef::Blob(bytes) => CellRef::Blob(bytes),
                ValueRef::Real(_) => {
                    return Err(StoreError::Corrupt(
                        "a column holds a floating-point number".to_owned(),
                    ));
                }
            };
        }
        each(&cells[..width])?;
    }
    Ok(())
}

fn owned(cell: CellRef<'_>) -> Result<Cell, StoreError> {
    Ok(match cell {
        CellRef::Null => Cell::Null,
        CellRef::Int(value) => Cell::Int(value),
        CellRef::Blob(bytes) => Cell::blob(bytes),
        CellRef::Text(bytes) => Cell::text(
            std::str::from_utf8(bytes)
                .map_err(|_| StoreError::Corrupt("a text is not UTF-8".to_owned()))?,
        ),
    })
}

impl Sql for Sqlite {
    fn dialect(&self) -> Dialect {
        Dialect::Sqlite
    }

    fn query(&self, sql: &str, params: &[Cell]) -> Result<Vec<Row>, StoreError> {
        let mut out = Vec::new();
        each_row(&self.lock(), sql, params, &mut |cells| {
            let cells = cells.iter().map(|cell| owned(*cell));
            out.push(Row(cells.collect::<Result<_, _>>()?));
            Ok(())
        })?;
        Ok(out)
    }

    fn scan(
        &self,
        sql: &str,
        params: &[Cell],
        each: &mut dyn FnMut(&[CellRef<'_>]) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        each_row(&self.lock(), sql, params, each)
    }

    fn images(
        &self,
        table: &Table,
        condition: &str,
        order: &str,
        params: &[Cell],
        each: EachImage<'_>,
    ) -> Result<(), StoreError> {
        let sql = format!(
            "select 1 from {} where {condition} and row_image({}) order by {order}",
            table.name,
            table.column_list()
        );
        let connection = self.lock();
        let mut statement = connection.prepare_cached(&sql).map_err(error(&sql))?;
        bind(&mut statement, params).map_err(error(&sql))?;
        let mut images = Images::of(table.name);
        let mut rows = statement.raw_query();
        loop {
            gathered(images);
            let more = rows.next().map(|row| row.is_some());
            images = gathered(Images::default());
            let more = more.map_err(error(&sql))?;
            images.drain(each)?;
            if !more {
                return Ok(());
            }
        }
    }

    fn execute(&self, sql: &str, params: &[Cell]) -> Result<u64, StoreError> {
        let connection = self.lock();
        let mut statement = connection.prepare_cached(sql).map_err(error(sql))?;
        bind(&mut statement, params).map_err(error(sql))?;
        Ok(statement.raw_execute().map_err(error(sql))? as u64)
    }

    fn run(&self, sql: &str) -> Result<(), StoreError> {
        self.lock().execute_batch(sql).map_err(error(sql))
    }
}

/// The lane's side of a SQLite database.
pub(crate) struct SqliteBackend {
    connection: Arc<Sqlite>,
    /// Held while a batch is written, so that nothing else of this process writes (or, in memory, reads) meanwhile.
    gate: Arc<Mutex<()>>,
    /// Told after each commit; there is none in memory.
    checkpointer: Option<Arc<Checkpointer>>,
    statements: HashMap<(&'static str, How), String>,
}

impl SqliteBackend {
    pub fn new(
        connection: Arc<Sqlite>,
        gate: Arc<Mutex<()>>,
        checkpointer: Option<Arc<Checkpointer>>,
    ) -> SqliteBackend {
        SqliteBackend {
            connection,
            gate,
            checkpointer,
            statements: HashMap::new(),
        }
    }
}

/// The statement that writes one row.
fn statement(write: &Write) -> String {
    match write.how {
        How::Insert => write.table.insert(),
        How::Upsert => write.table.insert() + &write.table.on_conflict(),
        How::Delete => write.table.delete(),
        // The numbers are those of the columns: every cell of the row is bound.
        How::Update => "update slip set state = ?6, last_seq = ?13, content = ?14, signed = ?15, waiting = ?16, \
             children = ?18, taken = ?19, drawn = ?20, reversal = ?21, timers = ?22 where org = ?1 and id = ?2"
            .to_owned(),
    }
}

/// Writes rows one by one through a prepared statement.
pub(crate) fn write_rows(
    connection: &Connection,
    write: &Write,
    sql: &str,
) -> Result<(), StoreError> {
    let doing = format!("writing {}", write.table.name);
    let mut statement = connection.prepare_cached(sql).map_err(error(&doing))?;
    for row in write.cells.chunks_exact(write.width()) {
        bind(&mut statement, row).map_err(error(&doing))?;
        let changed = statement.raw_execute().map_err(error(&doing))?;
        if changed != 1 {
            return Err(StoreError::Corrupt(format!(
                "a row of {} that should be there is not",
                write.table.name
            )));
        }
    }
    Ok(())
}

impl Backend for SqliteBackend {
    fn gate(&self) -> Arc<Mutex<()>> {
        self.gate.clone()
    }

    fn sql(&self) -> &dyn Sql {
        &*self.connection
    }

    fn begin(&mut self, org: i64, _: &Wanted) -> Result<Begun, StoreError> {
        self.connection.execute("begin immediate", &[])?;
        Ok(Begun {
            head: crate::backend::read_head(&*self.connection, org, "")?,
            ..Begun::default()
        })
    }

    fn write(&mut self, writes: Vec<Write>) -> Result<(), StoreError> {
        let connection = self.connection.lock();
        for write in &writes {
            let sql = self
                .statements
                .entry((write.table.name, write.how))
                .or_insert_with(|| statement(write));
            write_rows(&connection, write, sql)?;
        }
        Ok(())
    }

    fn commit(&mut self) -> Result<(), StoreError> {
        self.connection.execute("commit", &[])?;
        if let Some(checkpointer) = &self.checkpointer {
            checkpointer.committed();
        }
        Ok(())
    }

    fn rollback(&mut self) {
        // There may be nothing to roll back, which is as good.
        let _ = self.connection.execute("rollback", &[]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::SLIP;

    #[test]
    fn the_slip_update_names_the_right_columns() {
        let write = Write::new(&SLIP, How::Update);
        let text = statement(&write);
        let sets = text
            .split(" set ")
            .nth(1)
            .and_then(|rest| rest.split(" where ").next())
            .expect("an update");
        let kept = [
            "org",
            "id",
            "kind",
            "version",
            "number",
            "day",
            "begun_at",
            "begun_by",
            "party",
            "amount",
            "first_seq",
            "sources",
        ];
        let mut named = Vec::new();
        for set in sets.split(", ") {
            let (name, number) = set.split_once(" = ?").expect("name = ?n");
            let at: usize = number.trim().parse().expect("a number");
            assert_eq!(SLIP.columns[at - 1].name, name.trim());
            named.push(name.trim());
        }
        for column in SLIP.columns {
            assert_ne!(
                named.contains(&column.name),
                kept.contains(&column.name),
                "{}",
                column.name
            );
        }
    }
}
