//! Copying whole tables from one database to another, of whichever kind.

use crate::api::{Manifest, StoreError};
use crate::batch::{How, Write};
use crate::cell::Cell;
use crate::schema::Table;
use crate::sql::{Filter, Sql};

/// Rows read at a time; fewer where a row may be large.
const CHUNK: usize = 2_000;
const CHUNK_OF_BLOBS: usize = 16;

/// Copies a table in the order of its primary key; `put` writes the rows. How many there were.
pub(crate) fn table(
    from: &dyn Sql,
    table: &'static Table,
    put: &mut dyn FnMut(Write) -> Result<(), StoreError>,
) -> Result<i64, StoreError> {
    let chunk = if table.name == "content" {
        CHUNK_OF_BLOBS
    } else {
        CHUNK
    };
    let key: Vec<&str> = table.key_columns().collect();
    let mut after: Option<Vec<Cell>> = None;
    let mut copied = 0;
    loop {
        let mut filter = Filter {
            text: "1 = 1".to_owned(),
            ..Filter::default()
        };
        if let Some(values) = after.take() {
            filter.past(&key, false, values);
        }
        let limit = filter.param(chunk as i64);
        let text = format!(
            "select {} from {} where {} order by {} limit {limit}",
            table.column_list(),
            table.name,
            filter.text,
            key.join(", ")
        );
        let rows = from.query(&text, &filter.params)?;
        let Some(last) = rows.last() else { break };
        after = Some(last.0[..table.key].to_vec());
        let full = rows.len() == chunk;
        copied += rows.len() as i64;
        let mut write = Write::new(table, How::Insert);
        write.cells = rows.into_iter().flat_map(|row| row.0).collect();
        put(write)?;
        if !full {
            break;
        }
    }
    Ok(copied)
}

/// How many rows a table has.
pub(crate) fn count(sql: &dyn Sql, table: &Table) -> Result<i64, StoreError> {
    let row = sql.first(
        &format!("select cast(count(*) as bigint) from {}", table.name),
        &[],
    )?;
    row.map_or(Ok(0), |row| row.int(0))
}

/// Where each journal ends, and how many rows there are.
pub(crate) fn contents_of(
    sql: &dyn Sql,
    tables: impl Iterator<Item = &'static &'static Table>,
) -> Result<Manifest, StoreError> {
    let mut manifest = Manifest {
        schema: crate::migrate::newest(),
        ..Manifest::default()
    };
    for row in sql.query(
        "select org, seq, hash from head where seq > 0 order by org",
        &[],
    )? {
        manifest.heads.push((
            row.int(0)?,
            row.int(1)?,
            engine::hex(&row.blob(2)?).to_string(),
        ));
    }
    for table in tables {
        manifest
            .tables
            .push((table.name.to_owned(), count(sql, table)?));
    }
    Ok(manifest)
}
