//! How a store reaches its database besides its lanes: for reading, and for work tables.

use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use crate::ahead::Beside;
use crate::api::{Options, StoreError, StoreUrl};
use crate::backend::Backend;
use crate::cache::Cache;
use crate::checkpointer::Checkpointer;
use crate::migrate;
use crate::pool::Pool;
use crate::postgres::{Driver, Postgres, PostgresBackend};
use crate::search::home::{self, File};
use crate::sql::{Dialect, Sql};
use crate::sqlite::{Sqlite, SqliteBackend, Use};
use crate::views;

type Result<T> = std::result::Result<T, StoreError>;

/// The key of the lock under which PostgreSQL migrates, so that two servers that start together do not collide.
const MIGRATION_LOCK: i64 = 0x7369_676e;

pub(crate) enum Access {
    Sqlite {
        path: std::path::PathBuf,
        readers: Pool<Sqlite>,
        work: Sqlite,
        gate: Arc<Mutex<()>>,
        /// Started with the first lane.
        checkpointer: Mutex<Option<Arc<Checkpointer>>>,
        /// Opened when it is first needed.
        index: Index,
    },
    Memory {
        connection: Arc<Sqlite>,
        gate: Arc<Mutex<()>>,
        index: Index,
    },
    Postgres {
        url: String,
        driver: Arc<Driver>,
        readers: Pool<Postgres>,
        gate: Arc<Mutex<()>>,
        /// Whether the tables of the index were seen to be there.
        index: OnceLock<()>,
    },
}

/// A search index beside the database, once it was opened.
type Index = OnceLock<Arc<File>>;

impl Access {
    /// Opens a database, making or migrating its tables.
    pub fn open(url: &StoreUrl, options: &Options) -> Result<Access> {
        match url {
            StoreUrl::Sqlite(path) => {
                let maker = Sqlite::open(path, Use::Lane)?;
                prepare(&maker, options)?;
                drop(maker);
                Access::sqlite(path, options)
            }
            StoreUrl::Memory => {
                let connection = Arc::new(Sqlite::memory()?);
                prepare(&*connection, options)?;
                Ok(Access::Memory {
                    connection,
                    gate: Arc::default(),
                    index: OnceLock::new(),
                })
            }
            StoreUrl::Postgres(address) => {
                let driver = Arc::new(Driver::start()?);
                let maker = driver.connect(address)?;
                prepare(&maker, options)?;
                drop(maker);
                Ok(Access::postgres(driver, address, options))
            }
        }
    }

    /// Opens a database for looking at it only.
    pub fn look(url: &StoreUrl, options: &Options) -> Result<Access> {
        let access = match url {
            StoreUrl::Sqlite(path) => {
                if !path.exists() {
                    return Err(StoreError::Invalid(format!(
                        "there is no file {}",
                        path.display()
                    )));
                }
                Access::sqlite(path, options)?
            }
            StoreUrl::Postgres(address) => {
                Access::postgres(Arc::new(Driver::start()?), address, options)
            }
            StoreUrl::Memory => {
                return Err(StoreError::Invalid(
                    "nothing can be looked at in memory that is not open".to_owned(),
                ));
            }
        };
        access.read(|sql| migrate::check(&migrate::applied(sql)?))?;
        Ok(access)
    }

    fn sqlite(path: &Path, options: &Options) -> Result<Access> {
        let from = path.to_owned();
        Ok(Access::Sqlite {
            readers: Pool::new(
                options.readers,
                |_| true,
                Box::new(move || Sqlite::open(&from, Use::Read)),
            ),
            work: Sqlite::open(path, Use::Work)?,
            path: path.to_owned(),
            gate: Arc::default(),
            checkpointer: Mutex::default(),
            index: OnceLock::new(),
        })
    }

    /// Lends a connection for one reading, with a second one where there is one to spare.
    pub fn read_by_two<T>(
        &self,
        work: impl FnOnce(&dyn Sql, Option<&(dyn Sql + Sync)>) -> Result<T>,
    ) -> Result<T> {
        match self {
            Access::Sqlite { readers, .. } => readers.with(|one| {
                readers.with_spare(|two| work(one, two.map(|two| two as &(dyn Sql + Sync))))
            }),
            Access::Postgres { readers, .. } => readers.with(|one| {
                readers.with_spare(|two| work(one, two.map(|two| two as &(dyn Sql + Sync))))
            }),
            Access::Memory { .. } => self.read(|one| work(one, None)),
        }
    }

    fn postgres(driver: Arc<Driver>, address: &str, options: &Options) -> Access {
        let (from, through) = (address.to_owned(), driver.clone());
        Access::Postgres {
            url: address.to_owned(),
            readers: Pool::new(
                options.readers,
                Postgres::usable,
                Box::new(move || through.connect_reader(&from)),
            ),
            driver,
            gate: Arc::default(),
            index: OnceLock::new(),
        }
    }

    /// Lends a connection for reading the search index.
    pub fn index_read<T>(&self, work: impl FnOnce(&dyn Sql) -> Result<T>) -> Result<T> {
        match self {
            Access::Postgres { readers, .. } => {
                self.prepare_index()?;
                readers.with(|connection| work(connection))
            }
            Access::Sqlite { .. } | Access::Memory { .. } => self.index_file()?.read(work),
        }
    }

    /// Lends a connection for writing the search index, in a transaction.
    pub fn index_write<T>(&self, work: impl FnOnce(&dyn Sql) -> Result<T>) -> Result<T> {
        match self {
            Access::Postgres { readers, .. } => {
                self.prepare_index()?;
                readers.with(|connection| in_transaction(connection, "begin", || work(connection)))
            }
            Access::Sqlite { .. } | Access::Memory { .. } => self.index_file()?.write(work),
        }
    }

    fn index_file(&self) -> Result<Arc<File>> {
        let (index, gate) = match self {
            Access::Sqlite { index, gate, .. } | Access::Memory { index, gate, .. } => {
                (index, gate)
            }
            Access::Postgres { .. } => {
                return Err(StoreError::Internal("the index has no file".to_owned()));
            }
        };
        if let Some(file) = index.get() {
            return Ok(file.clone());
        }
        let _guard = gate.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(file) = index.get() {
            return Ok(file.clone());
        }
        let file = match self {
            Access::Sqlite { path, readers, .. } => {
                File::open(&home::file_beside(path), readers.most())?
            }
            _ => File::memory()?,
        };
        Ok(index.get_or_init(|| Arc::new(file)).clone())
    }

    fn prepare_index(&self) -> Result<()> {
        let Access::Postgres { index, readers, .. } = self else {
            return Ok(());
        };
        if index.get().is_some() {
            return Ok(());
        }
        readers.with(|connection| {
            in_transaction(connection, "begin", || {
                connection.query(
                    "select pg_advisory_xact_lock(?1)::text",
                    &[MIGRATION_LOCK.into()],
                )?;
                home::prepare(connection)
            })
        })?;
        index.get_or_init(|| ());
        Ok(())
    }

    /// A new lane's memory, its side of the database, and what it needs to judge ahead where that is quicker.
    pub fn lane(&self, org: i64) -> Result<(Cache, Box<dyn Backend>, Option<Beside>)> {
        Ok(match self {
            Access::Sqlite {
                path,
                gate,
                checkpointer,
                ..
            } => {
                let connection = Arc::new(Sqlite::open(path, Use::Lane)?);
                let mut started = checkpointer.lock().unwrap_or_else(PoisonError::into_inner);
                if started.is_none() {
                    *started = Some(Arc::new(Checkpointer::start(path)?));
                }
                let backend = || {
                    let (connection, gate) = (connection.clone(), gate.clone());
                    Box::new(SqliteBackend::new(connection, gate, started.clone()))
                };
                let beside = Beside {
                    reader: Sqlite::open(path, Use::Judge)?,
                    writer: backend(),
                };
                (Cache::new(org), backend(), Some(beside))
            }
            Access::Memory {
                connection, gate, ..
            } => {
                let backend = SqliteBackend::new(connection.clone(), gate.clone(), None);
                (Cache::whole(org), Box::new(backend), None)
            }
            Access::Postgres { url, driver, .. } => (
                Cache::new(org),
                Box::new(PostgresBackend::new(driver.clone(), url)?),
                None,
            ),
        })
    }

    /// Lends a connection for one reading.
    pub fn read<T>(&self, work: impl FnOnce(&dyn Sql) -> Result<T>) -> Result<T> {
        match self {
            Access::Sqlite { readers, .. } => readers.with(|connection| work(connection)),
            Access::Postgres { readers, .. } => readers.with(|connection| work(connection)),
            Access::Memory {
                connection, gate, ..
            } => {
                let _guard = gate.lock().unwrap_or_else(PoisonError::into_inner);
                work(&**connection)
            }
        }
    }

    /// Lends a connection for several readings of one state.
    pub fn snapshot<T>(&self, work: impl FnOnce(&dyn Sql) -> Result<T>) -> Result<T> {
        self.read(|sql| in_transaction(sql, begin_reading(sql.dialect()), || work(sql)))
    }

    /// Lends a connection for writing work tables, to one at a time.
    pub fn work<T>(&self, work: impl FnOnce(&dyn Sql) -> Result<T>) -> Result<T> {
        let gate = match self {
            Access::Sqlite { gate, .. }
            | Access::Memory { gate, .. }
            | Access::Postgres { gate, .. } => gate,
        };
        let _guard = gate.lock().unwrap_or_else(PoisonError::into_inner);
        match self {
            Access::Sqlite {
                work: connection, ..
            } => in_transaction(connection, "begin immediate", || work(connection)),
            Access::Memory { connection, .. } => {
                in_transaction(&**connection, "begin", || work(&**connection))
            }
            Access::Postgres { readers, .. } => {
                readers.with(|connection| in_transaction(connection, "begin", || work(connection)))
            }
        }
    }
}

/// How a transaction begins that only reads, and always the same state.
pub(crate) fn begin_reading(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Sqlite => "begin",
        Dialect::Postgres => "begin isolation level repeatable read read only",
    }
}

/// Runs `work` between `begin` and a commit, or a rollback when it fails or panics.
pub(crate) fn in_transaction<T>(
    sql: &dyn Sql,
    begin: &str,
    work: impl FnOnce() -> Result<T>,
) -> Result<T> {
    struct Rollback<'a>(Option<&'a dyn Sql>);
    impl Drop for Rollback<'_> {
        fn drop(&mut self) {
            if let Some(sql) = self.0 {
                let _ = sql.run("rollback");
            }
        }
    }
    sql.run(begin)?;
    let mut rollback = Rollback(Some(sql));
    let result = work()?;
    sql.run("commit")?;
    rollback.0 = None;
    Ok(result)
}

/// Makes or migrates the tables and renews the views.
pub(crate) fn prepare(sql: &dyn Sql, options: &Options) -> Result<()> {
    let begin = match sql.dialect() {
        Dialect::Sqlite => "begin immediate",
        Dialect::Postgres => "begin",
    };
    in_transaction(sql, begin, || prepare_within(sql, options))
}

/// [`prepare`] inside a transaction of the caller.
pub(crate) fn prepare_within(sql: &dyn Sql, options: &Options) -> Result<()> {
    if sql.dialect() == Dialect::Postgres {
        sql.query(
            "select pg_advisory_xact_lock(?1)::text",
            &[MIGRATION_LOCK.into()],
        )?;
    }
    let applied = migrate::applied(sql)?.len();
    if applied > 0 && applied < migrate::MIGRATIONS.len() {
        // A view would stand in the way of a table that changes.
        views::drop_all(sql)?;
    }
    migrate::migrate(sql)?;
    views::renew(sql, &options.catalog)
}
