//! Many rows in one statement, many statements in one journey.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;

use tokio_postgres::types::private::BytesMut;
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};
use tokio_postgres::{Client, Statement};

use super::{AnyError, Postgres};
use crate::api::StoreError;
use crate::batch::{How, Write};
use crate::cell::{Cell, CellRef};
use crate::schema::Kind;

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

/// The statement that writes all rows of a [`Write`].
pub(super) fn statement(write: &Write) -> String {
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

pub(super) async fn write_all(
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

pub(super) type Pending<'a, T> =
    Pin<Box<dyn Future<Output = Result<T, tokio_postgres::Error>> + Send + 'a>>;

/// Sends all requests before it waits for the first answer; the first error wins, and every answer is awaited.
pub(super) async fn pipeline<T>(
    mut futures: Vec<Pending<'_, T>>,
) -> Result<Vec<T>, tokio_postgres::Error> {
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
