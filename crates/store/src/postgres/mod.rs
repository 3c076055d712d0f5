//! PostgreSQL: connections, and the writing of batches in few statements sent one behind the other.

mod lane;
mod write;

use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::runtime::{Builder, Handle, Runtime};
use tokio_postgres::types::private::BytesMut;
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};
use tokio_postgres::{Client, NoTls, Statement};

use crate::api::StoreError;
use crate::cell::{Cell, CellRef, Row};
use crate::sql::{Dialect, Sql};
pub(crate) use lane::PostgresBackend;
pub(crate) use write::write_rows;

type AnyError = Box<dyn std::error::Error + Send + Sync>;

/// The threads on which the driver works. Callers wait for it from any thread, also from those of another runtime.
pub(crate) struct Driver {
    runtime: Option<Runtime>,
    handle: Handle,
}

impl Driver {
    pub fn start() -> Result<Driver, StoreError> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("store-postgres")
            .enable_all()
            .build()
            .map_err(|source| StoreError::database("starting the driver", source))?;
        Ok(Driver {
            handle: runtime.handle().clone(),
            runtime: Some(runtime),
        })
    }

    /// Connects for reading. A plan made while a table was still empty must not go on being used when it has grown.
    pub fn connect_reader(&self, url: &str) -> Result<Postgres, StoreError> {
        let connection = self.connect(url)?;
        connection.run("set plan_cache_mode = force_custom_plan")?;
        Ok(connection)
    }

    /// Connects to a server.
    pub fn connect(&self, url: &str) -> Result<Postgres, StoreError> {
        let address = url.to_owned();
        let client = wait(&self.handle, async move {
            let mut config: tokio_postgres::Config = address.parse()?;
            config.connect_timeout(Duration::from_secs(10));
            config.application_name("countersign");
            let (client, connection) = config.connect(NoTls).await?;
            tokio::spawn(async move {
                if let Err(error) = connection.await {
                    tracing::warn!(%error, "a connection to PostgreSQL ended");
                }
            });
            Ok::<_, tokio_postgres::Error>(client)
        })?
        .map_err(|source| StoreError::database("connecting to PostgreSQL", source))?;
        let connection = Postgres {
            handle: self.handle.clone(),
            client: Arc::new(client),
            statements: Mutex::new(HashMap::new()),
        };
        // Durable whatever the server's defaults are. Every question here has its index.
        connection.run(
            "set synchronous_commit = on; set client_min_messages = warning; set timezone = 'UTC'; \
             set enable_seqscan = off",
        )?;
        Ok(connection)
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// Runs a future on the driver's threads and blocks this one until it is done.
fn wait<T: Send + 'static>(
    handle: &Handle,
    future: impl Future<Output = T> + Send + 'static,
) -> Result<T, StoreError> {
    let (sender, receiver) = std::sync::mpsc::sync_channel(1);
    handle.spawn(async move {
        let _ = sender.send(future.await);
    });
    receiver.recv().map_err(|_| StoreError::Closed)
}

/// A connection.
pub(crate) struct Postgres {
    handle: Handle,
    client: Arc<Client>,
    statements: Mutex<HashMap<String, Statement>>,
}

impl Postgres {
    /// Whether the server still listens.
    pub fn usable(&self) -> bool {
        !self.client.is_closed()
    }

    /// The statement of a text, prepared once per connection.
    fn statement(&self, sql: &str) -> Result<Statement, StoreError> {
        let known = self
            .statements
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(sql)
            .cloned();
        if let Some(statement) = known {
            return Ok(statement);
        }
        let client = self.client.clone();
        let text = sql.replace('?', "$");
        let statement = self.wait(sql, async move { client.prepare(&text).await })?;
        self.statements
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }

    fn wait<T: Send + 'static>(
        &self,
        doing: &str,
        future: impl Future<Output = Result<T, tokio_postgres::Error>> + Send + 'static,
    ) -> Result<T, StoreError> {
        wait(&self.handle, future)?.map_err(|source| {
            // The driver's own text says only "db error"; what the server said is one level down.
            let said = source
                .as_db_error()
                .map(|error| error.message().to_owned())
                .unwrap_or_default();
            StoreError::database(format!("{doing} {said}"), source)
        })
    }

    fn rows(&self, sql: &str, params: &[Cell]) -> Result<Vec<tokio_postgres::Row>, StoreError> {
        let statement = self.statement(sql)?;
        let (client, params) = (self.client.clone(), params.to_vec());
        self.wait(
            sql,
            async move { query(&client, &statement, &params).await },
        )
    }
}

async fn query(
    client: &Client,
    statement: &Statement,
    params: &[Cell],
) -> Result<Vec<tokio_postgres::Row>, tokio_postgres::Error> {
    let params: Vec<&(dyn ToSql + Sync)> = params
        .iter()
        .map(|cell| cell as &(dyn ToSql + Sync))
        .collect();
    client.query(statement, &params).await
}

/// A cell of a driver's row.
fn cell_at(row: &tokio_postgres::Row, at: usize) -> Result<CellRef<'_>, StoreError> {
    let bad = |source: tokio_postgres::Error| StoreError::database("reading a column", source);
    Ok(match *row.columns()[at].type_() {
        Type::INT8 => row
            .try_get::<_, Option<i64>>(at)
            .map_err(bad)?
            .map_or(CellRef::Null, CellRef::Int),
        Type::INT4 => row
            .try_get::<_, Option<i32>>(at)
            .map_err(bad)?
            .map_or(CellRef::Null, |value| CellRef::Int(value.into())),
        Type::BYTEA => row
            .try_get::<_, Option<&[u8]>>(at)
            .map_err(bad)?
            .map_or(CellRef::Null, CellRef::Blob),
        _ => row
            .try_get::<_, Option<&str>>(at)
            .map_err(bad)?
            .map_or(CellRef::Null, |text| CellRef::Text(text.as_bytes())),
    })
}

fn row_of(row: &tokio_postgres::Row) -> Result<Row, StoreError> {
    let cells = (0..row.len()).map(|at| {
        Ok(match cell_at(row, at)? {
            CellRef::Null => Cell::Null,
            CellRef::Int(value) => Cell::Int(value),
            CellRef::Blob(bytes) => Cell::blob(bytes),
            CellRef::Text(bytes) => Cell::text(String::from_utf8_lossy(bytes)),
        })
    });
    Ok(Row(cells.collect::<Result<_, StoreError>>()?))
}

impl ToSql for Cell {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, AnyError> {
        match self.borrow() {
            CellRef::Null => return Ok(IsNull::Yes),
            CellRef::Int(value) if *ty == Type::INT4 => {
                out.extend_from_slice(&i32::try_from(value)?.to_be_bytes());
            }
            CellRef::Int(value) => out.extend_from_slice(&value.to_be_bytes()),
            CellRef::Text(bytes) | CellRef::Blob(bytes) => out.extend_from_slice(bytes),
        }
        Ok(IsNull::No)
    }

    fn accepts(ty: &Type) -> bool {
        [
            Type::INT8,
            Type::INT4,
            Type::TEXT,
            Type::VARCHAR,
            Type::NAME,
            Type::BYTEA,
        ]
        .contains(ty)
    }

    to_sql_checked!();
}

impl Sql for Postgres {
    fn dialect(&self) -> Dialect {
        Dialect::Postgres
    }

    fn query(&self, sql: &str, params: &[Cell]) -> Result<Vec<Row>, StoreError> {
        self.rows(sql, params)?.iter().map(row_of).collect()
    }

    fn scan(
        &self,
        sql: &str,
        params: &[Cell],
        each: &mut dyn FnMut(&[CellRef<'_>]) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        for row in self.rows(sql, params)? {
            let cells = (0..row.len()).map(|at| cell_at(&row, at));
            each(&cells.collect::<Result<Vec<_>, _>>()?)?;
        }
        Ok(())
    }

    fn execute(&self, sql: &str, params: &[Cell]) -> Result<u64, StoreError> {
        let statement = self.statement(sql)?;
        let (client, params) = (self.client.clone(), params.to_vec());
        self.wait(sql, async move {
            let params: Vec<&(dyn ToSql + Sync)> = params
                .iter()
                .map(|cell| cell as &(dyn ToSql + Sync))
                .collect();
            client.execute(&statement, &params).await
        })
    }

    fn run(&self, sql: &str) -> Result<(), StoreError> {
        let (client, text) = (self.client.clone(), sql.to_owned());
        self.wait(sql, async move { client.batch_execute(&text).await })
    }
}
