//! The lane's side of PostgreSQL.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};

use tokio_postgres::Statement;

use super::write::{Pending, pipeline, statement, write_all};
use super::{Driver, Postgres, query, row_of};
use crate::api::StoreError;
use crate::backend::{Backend, Begun, Wanted, head_from};
use crate::batch::Write;
use crate::cell::{Cell, Row};
use crate::codec::{SLIP_COLUMNS, SLIP_TABLES};
use crate::source::Head;
use crate::sql::Sql;

/// A connection for a lane, which only ever looks up a few rows by their keys.
fn connect(driver: &Driver, url: &str) -> Result<Postgres, StoreError> {
    let connection = driver.connect(url)?;
    connection.run("set enable_hashjoin = off; set enable_mergejoin = off")?;
    Ok(connection)
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
            connection: connect(&driver, url)?,
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

/// A list as one parameter.
fn json<T: serde::Serialize + ?Sized>(list: &T) -> Cell {
    serde_json::to_string(list).unwrap_or_default().into()
}

/// Each key is looked up by itself, whatever the planner believes of a table that was empty when it made its plan.
const FIND_KEYS: &str = "select j.key from json_array_elements_text(?2::text::json) as w(key) \
     cross join lateral (select j.key from journal j where j.org = ?1 and j.key = w.key collate \"C\" \
     and j.outcome = 'done' limit 1) j";

/// The same for slips.
fn find_slips() -> String {
    format!(
        "select f.* from json_array_elements_text(?2::text::json) as w(id) cross join lateral \
         (select {SLIP_COLUMNS} from {SLIP_TABLES} where s.org = ?1 and s.id = w.id::bigint limit 1) f"
    )
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

    fn distant(&self) -> bool {
        true
    }

    fn begin(&mut self, org: i64, wanted: &Wanted) -> Result<Begun, StoreError> {
        if !self.connection.usable() {
            self.connection = connect(&self.driver, &self.url)?;
        }
        self.root(org)?;
        let keys: Vec<&Arc<str>> = wanted
            .keys
            .iter()
            .filter(|key| !key.contains('\0'))
            .collect();
        let look_keys = !keys.is_empty();
        let key_params = vec![org.into(), json(&keys)];
        let slip_params = vec![org.into(), json(&wanted.slips)];
        let mut asked = vec![(self.connection.statement(LOCK_HEAD)?, vec![Cell::Int(org)])];
        if look_keys {
            asked.push((self.connection.statement(FIND_KEYS)?, key_params));
        }
        if !wanted.slips.is_empty() {
            asked.push((self.connection.statement(&find_slips())?, slip_params));
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
