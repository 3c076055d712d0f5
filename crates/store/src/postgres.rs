//! PostgreSQL: connections, and the writing of batches in few statements sent one behind the other.

use std::collections::{HashMap, HashSet};
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;
use std::time::Duration;

use tokio::runtime::{Builder, Handle, Runtime};
use tokio_postgres::types::private::BytesMut;
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};
use tokio_postgres::{Client, NoTls, Statement};

use crate::api::StoreError;
use crate::batch::{How, Write};
use crate::cell::{Cell, CellRef, Row};
use crate::codec::SLIP_COLUMNS;
use crate::lane::{Backend, Begun, Wanted, head_from};
use crate::schema::Kind;
use crate::source::Head;
use crate::sql::{Dialect, Sql, list_of};

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
        // Durable and in a language that error messages are searched for, whatever the server's defaults are.
        connection.run(
            "set synchronous_commit = on; set client_min_messages = warning; set timezone = 'UTC'",
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

/// One column of many rows, sent as an array.
#[derive(Debug)]
struct ColumnOf<'a> {
    cells: &'a [Cell],
    width: usize,
    at: usize,
    element: Type,
}

impl ToSql for ColumnOf<'_> {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, AnyError> {
        let rows = i32::try_from(self.cells.len() / self.width)?;
        // One dimension, may have nulls, element type, length, first index.
        for word in [1, 1, i32::try_from(self.element.oid())?, rows, 1] {
            out.extend_from_slice(&word.to_be_bytes());
        }
        for cell in self.cells.iter().skip(self.at).step_by(self.width) {
            match cell.borrow() {
                CellRef::Null => out.extend_from_slice(&(-1i32).to_be_bytes()),
                CellRef::Int(value) => {
                    out.extend_from_slice(&8i32.to_be_bytes());
                    out.extend_from_slice(&value.to_be_bytes());
                }
                CellRef::Text(bytes) | CellRef::Blob(bytes) => {
                    out.extend_from_slice(&i32::try_from(bytes.len())?.to_be_bytes());
                    out.extend_from_slice(bytes);
                }
            }
        }
        Ok(IsNull::No)
    }

    fn accepts(ty: &Type) -> bool {
        [Type::INT8_ARRAY, Type::TEXT_ARRAY, Type::BYTEA_ARRAY].contains(ty)
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

/// The statement that writes all rows of a [`Write`].
fn statement(write: &Write) -> String {
    let table = write.table;
    let columns = &table.columns[..write.width()];
    let arrays: Vec<String> = (1..)
        .zip(columns)
        .map(|(at, column)| {
            let element = match column.kind {
                Kind::Int => "bigint",
                Kind::Text => "text",
                Kind::Blob => "bytea",
            };
            format!("?{at}::{element}[]")
        })
        .collect();
    let rows = format!("unnest({})", arrays.join(", "));
    if write.how == How::Delete {
        let names: Vec<&str> = table.key_columns().collect();
        let joins: Vec<String> = names
            .iter()
            .map(|name| format!("t.{name} = d.{name}"))
            .collect();
        return format!(
            "delete from {} t using {rows} as d({}) where {}",
            table.name,
            names.join(", "),
            joins.join(" and ")
        );
    }
    let conflict = match write.how {
        How::Insert => String::new(),
        _ => table.on_conflict(),
    };
    format!(
        "insert into {} ({}) select * from {rows}{conflict}",
        table.name,
        table.column_list()
    )
}

async fn write_all(
    client: &Client,
    statement: &Statement,
    write: &Write,
) -> Result<u64, tokio_postgres::Error> {
    let width = write.width();
    let columns: Vec<ColumnOf<'_>> = (0..width)
        .map(|at| ColumnOf {
            cells: &write.cells,
            width,
            at,
            element: match write.table.columns[at].kind {
                Kind::Int => Type::INT8,
                Kind::Text => Type::TEXT,
                Kind::Blob => Type::BYTEA,
            },
        })
        .collect();
    let params: Vec<&(dyn ToSql + Sync)> = columns
        .iter()
        .map(|column| column as &(dyn ToSql + Sync))
        .collect();
    client.execute(statement, &params).await
}

type Pending<'a, T> = Pin<Box<dyn Future<Output = Result<T, tokio_postgres::Error>> + Send + 'a>>;

/// Sends all requests before it waits for the first answer; the first error wins, and every answer is awaited.
async fn pipeline<T>(mut futures: Vec<Pending<'_, T>>) -> Result<Vec<T>, tokio_postgres::Error> {
    let mut done: Vec<Option<Result<T, tokio_postgres::Error>>> =
        futures.iter().map(|_| None).collect();
    poll_fn(|context| {
        for (future, place) in futures.iter_mut().zip(&mut done) {
            if place.is_none()
                && let Poll::Ready(result) = future.as_mut().poll(context)
            {
                *place = Some(result);
            }
        }
        if done.iter().all(Option::is_some) {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    })
    .await;
    done.into_iter().flatten().collect()
}

/// Writes rows inside the caller's transaction; how many were written.
pub(crate) fn write_rows(connection: &Postgres, writes: Vec<Write>) -> Result<u64, StoreError> {
    let prepared: Vec<(Statement, Write)> = writes
        .into_iter()
        .map(|write| Ok((connection.statement(&statement(&write))?, write)))
        .collect::<Result<_, StoreError>>()?;
    let client = connection.client.clone();
    let counts = connection.wait("writing rows", async move {
        let futures = prepared.iter().map(|(statement, write)| {
            Box::pin(write_all(&client, statement, write)) as Pending<'_, u64>
        });
        pipeline(futures.collect()).await
    })?;
    Ok(counts.into_iter().sum())
}

/// The lane's side of a PostgreSQL database.
pub(crate) struct PostgresBackend {
    driver: Arc<Driver>,
    url: String,
    connection: Postgres,
    gate: Arc<Mutex<()>>,
    /// Whether the organisation's row of `head` is known to be there.
    rooted: bool,
    /// Rows that wait for [`Backend::commit`], so that they and the commit travel together.
    writes: Vec<Write>,
}

impl PostgresBackend {
    pub fn new(driver: Arc<Driver>, url: &str) -> Result<PostgresBackend, StoreError> {
        Ok(PostgresBackend {
            connection: driver.connect(url)?,
            driver,
            url: url.to_owned(),
            gate: Arc::default(),
            rooted: false,
            writes: Vec::new(),
        })
    }

    /// The row of `head` must be there before it can be locked.
    fn root(&mut self, org: i64) -> Result<(), StoreError> {
        if !self.rooted {
            let empty = Head::EMPTY;
            self.connection.execute(
                "insert into head (org, seq, at, hash, next_slip, next_account) values (?1, ?2, ?3, ?4, ?5, ?6) \
                 on conflict (org) do nothing",
                &[
                    org.into(),
                    empty.seq.into(),
                    empty.at.into(),
                    Cell::blob(&empty.hash),
                    empty.next_slip.into(),
                    empty.next_account.into(),
                ],
            )?;
            self.rooted = true;
        }
        Ok(())
    }
}

const LOCK_HEAD: &str =
    "select seq, at, hash, next_slip, next_account from head where org = ?1 for update";

impl Backend for PostgresBackend {
    fn gate(&self) -> Arc<Mutex<()>> {
        self.gate.clone()
    }

    fn sql(&self) -> &dyn Sql {
        &self.connection
    }

    fn begin(&mut self, org: i64, wanted: &Wanted) -> Result<Begun, StoreError> {
        if !self.connection.usable() {
            self.connection = self.driver.connect(&self.url)?;
        }
        self.root(org)?;
        let keys = wanted
            .keys
            .iter()
            .filter(|key| !key.contains('\0'))
            .map(Cell::from);
        let (names, mut key_params) = list_of(1, keys);
        let find_keys = format!(
            "select key from journal where org = ?1 and key in ({names}) and outcome = 'done'"
        );
        let (names, mut slip_params) = list_of(1, wanted.slips.iter().map(|id| Cell::Int(id.0)));
        let find_slips = format!(
            "select {SLIP_COLUMNS} from slip s join slip_body b on b.org = s.org and b.id = s.id \
             where s.org = ?1 and s.id in ({names})"
        );
        key_params.insert(0, org.into());
        slip_params.insert(0, org.into());
        let mut asked = vec![(self.connection.statement(LOCK_HEAD)?, vec![Cell::Int(org)])];
        let look_keys = key_params.len() > 1;
        if look_keys {
            asked.push((self.connection.statement(&find_keys)?, key_params));
        }
        if slip_params.len() > 1 {
            asked.push((self.connection.statement(&find_slips)?, slip_params));
        }
        let client = self.connection.client.clone();
        let answers = self.connection.wait("beginning a batch", async move {
            let begin = async {
                client.batch_execute("begin").await?;
                Ok(Vec::new())
            };
            let mut futures = vec![Box::pin(begin) as Pending<'_, Vec<tokio_postgres::Row>>];
            for (statement, params) in &asked {
                futures.push(Box::pin(query(&client, statement, params)));
            }
            pipeline(futures).await
        })?;
        let mut answers = answers.into_iter().skip(1);
        let mut next = || -> Result<Vec<Row>, StoreError> {
            answers
                .next()
                .unwrap_or_default()
                .iter()
                .map(row_of)
                .collect()
        };
        let head = next()?.first().map(head_from).transpose()?;
        let mut unused = Vec::new();
        if look_keys {
            let rows = next()?;
            let used: HashSet<&str> = rows
                .iter()
                .map(|row| row.str(0))
                .collect::<Result<_, _>>()?;
            unused.extend(
                wanted
                    .keys
                    .iter()
                    .filter(|key| !used.contains(&***key))
                    .cloned(),
            );
        }
        Ok(Begun {
            head,
            unused,
            slips: next()?,
        })
    }

    fn write(&mut self, writes: Vec<Write>) -> Result<(), StoreError> {
        self.writes = writes;
        Ok(())
    }

    fn commit(&mut self) -> Result<(), StoreError> {
        let prepared: Vec<(Statement, Write)> = std::mem::take(&mut self.writes)
            .into_iter()
            .map(|write| Ok((self.connection.statement(&statement(&write))?, write)))
            .collect::<Result<_, StoreError>>()?;
        let client = self.connection.client.clone();
        self.connection.wait("committing a batch", async move {
            let mut futures: Vec<Pending<'_, u64>> = Vec::with_capacity(prepared.len() + 1);
            for (statement, write) in &prepared {
                futures.push(Box::pin(write_all(&client, statement, write)));
            }
            // After an error above it the server turns this into a rollback.
            futures.push(Box::pin(async {
                client.batch_execute("commit").await.map(|()| 0)
            }));
            pipeline(futures).await.map(drop)
        })
    }

    fn rollback(&mut self) {
        self.writes.clear();
        if self.connection.usable() {
            let _ = self.connection.run("rollback");
        }
    }
}
