//! The floor on PostgreSQL: one statement per table and commit, its rows as arrays.

use std::collections::HashMap;
use std::time::Instant;

use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, NoTls, Row, Statement};

use super::{BY_SEQ, CHANGING, Cell, Floor, How, Job, Kind, OTHERS, Stock, Table, count, plan};
use crate::stop::Stop;

type Failed = tokio_postgres::Error;

/// Reads what the load left, and writes it again into empty tables of a schema beside it.
pub async fn measure(url: &str, from: i64, to: i64, commits: u64) -> Result<Floor, Stop> {
    let (mut client, connection) = tokio_postgres::connect(url, NoTls)
        .await
        .map_err(Stop::other)?;
    let connection = tokio::spawn(connection);
    let stock = read(&client).await.map_err(Stop::other)?;
    let commits = plan(&stock, from, to, commits)?;
    prepare(&client).await.map_err(Stop::other)?;
    let mut statements = HashMap::new();
    let begun = Instant::now();
    for jobs in &commits {
        write(&mut client, jobs, &mut statements)
            .await
            .map_err(Stop::other)?;
    }
    let took = begun.elapsed();
    client
        .batch_execute("drop schema floor cascade")
        .await
        .map_err(Stop::other)?;
    drop(client);
    // It ends when its client does.
    let _ = connection.await;
    Ok(Floor {
        rows: count(&commits),
        commits: commits.len() as u64,
        took,
    })
}

async fn read(client: &Client) -> Result<Stock, Failed> {
    let mut stock = Stock {
        tables: HashMap::new(),
        rows: HashMap::new(),
    };
    for (name, key) in BY_SEQ.into_iter().chain(OTHERS) {
        let statement = client.prepare(&format!("select * from {name}")).await?;
        let columns: Vec<(String, Kind)> = statement
            .columns()
            .iter()
            .map(|column| {
                let kind = match *column.type_() {
                    Type::TEXT | Type::VARCHAR => Kind::Text,
                    Type::BYTEA => Kind::Blob,
                    _ => Kind::Int,
                };
                (column.name().to_owned(), kind)
            })
            .collect();
        let rows = client.query(&statement, &[]).await?;
        let rows = rows
            .iter()
            .map(|row| cells(row, &columns))
            .collect::<Result<_, _>>()?;
        stock.rows.insert(name, rows);
        stock.tables.insert(name, Table { name, key, columns });
    }
    Ok(stock)
}

fn cells(row: &Row, columns: &[(String, Kind)]) -> Result<Vec<Cell>, Failed> {
    let mut cells = Vec::with_capacity(columns.len());
    for (at, (_, kind)) in columns.iter().enumerate() {
        cells.push(match kind {
            Kind::Int => row
                .try_get::<_, Option<i64>>(at)?
                .map_or(Cell::Null, Cell::Int),
            Kind::Text => row
                .try_get::<_, Option<String>>(at)?
                .map_or(Cell::Null, Cell::Text),
            Kind::Blob => row
                .try_get::<_, Option<Vec<u8>>>(at)?
                .map_or(Cell::Null, Cell::Blob),
        });
    }
    Ok(cells)
}

/// The same tables and indexes, empty.
async fn prepare(client: &Client) -> Result<(), Failed> {
    let mut text = String::from("drop schema if exists floor cascade; create schema floor;");
    for (name, _) in BY_SEQ.into_iter().chain(OTHERS) {
        text.push_str(&format!(
            "create table floor.{name} (like public.{name} including all);"
        ));
    }
    client.batch_execute(&text).await
}

async fn write(
    client: &mut Client,
    jobs: &[Job],
    statements: &mut HashMap<String, Statement>,
) -> Result<(), Failed> {
    let transaction = client.transaction().await?;
    for job in jobs {
        let sql = sql(job);
        if !statements.contains_key(&sql) {
            let statement = transaction.prepare(&sql).await?;
            statements.insert(sql.clone(), statement);
        }
        let arrays = arrays(job);
        let values: Vec<&(dyn ToSql + Sync)> = arrays.iter().map(|array| &**array).collect();
        transaction.execute(&statements[&sql], &values).await?;
    }
    transaction.commit().await
}

/// The columns that a job sends.
fn sent(job: &Job) -> Vec<(usize, Kind)> {
    let all = job.table.columns.iter().enumerate();
    match job.how {
        How::Insert | How::Upsert => all.map(|(at, (_, kind))| (at, *kind)).collect(),
        How::Update => all
            .filter(|(at, (name, _))| *at < job.table.key || CHANGING.contains(&&**name))
            .map(|(at, (_, kind))| (at, *kind))
            .collect(),
        How::Delete => vec![(0, Kind::Int)],
    }
}

fn arrays(job: &Job) -> Vec<Box<dyn ToSql + Sync>> {
    let column = |at: usize, kind: Kind| -> Box<dyn ToSql + Sync> {
        let cells = job.rows.iter().map(|row| &row[at]);
        match kind {
            Kind::Int => Box::new(
                cells
                    .map(|cell| (*cell != Cell::Null).then(|| cell.int()))
                    .collect::<Vec<_>>(),
            ),
            Kind::Text => {
                let texts = cells.map(|cell| (*cell != Cell::Null).then(|| cell.text().to_owned()));
                Box::new(texts.collect::<Vec<_>>())
            }
            Kind::Blob => Box::new(
                cells
                    .map(|cell| match cell {
                        Cell::Blob(bytes) => Some(bytes.clone()),
                        _ => None,
                    })
                    .collect::<Vec<_>>(),
            ),
        }
    };
    sent(job)
        .into_iter()
        .map(|(at, kind)| column(at, kind))
        .collect()
}

fn sql(job: &Job) -> String {
    let Table { name, key, columns } = &job.table;
    let sent = sent(job);
    let array = |nth: usize, kind: Kind| {
        let kind = match kind {
            Kind::Int => "bigint",
            Kind::Text => "text",
            Kind::Blob => "bytea",
        };
        format!("${}::{kind}[]", nth + 1)
    };
    let arrays: Vec<String> = sent
        .iter()
        .enumerate()
        .map(|(nth, (_, kind))| array(nth, *kind))
        .collect();
    let arrays = arrays.join(", ");
    let names: Vec<&str> = sent
        .iter()
        .filter_map(|(at, _)| columns.get(*at))
        .map(|(name, _)| name.as_str())
        .collect();
    let set = |names: &[&str], from: &str| {
        let set: Vec<String> = names
            .iter()
            .map(|name| format!("{name} = {from}.{name}"))
            .collect();
        set.join(", ")
    };
    match job.how {
        How::Insert => format!("insert into floor.{name} select * from unnest({arrays})"),
        How::Upsert => format!(
            "insert into floor.{name} select * from unnest({arrays}) on conflict ({}) do update set {}",
            names[..*key].join(", "),
            set(&names[*key..], "excluded")
        ),
        How::Update => format!(
            "update floor.{name} as t set {} from unnest({arrays}) as v ({}) where t.org = v.org and t.id = v.id",
            set(&names[*key..], "v"),
            names.join(", ")
        ),
        How::Delete => format!("delete from floor.{name} where org = 1 and slip = any({arrays})"),
    }
}
