//! The journal as a file for an auditor: every row found, with its hash and that of the row before, written while it is read.

use std::io::Write;

use axum::response::Response;
use serde_json::Value;
use store::JournalQuery;

use super::desk::{Asked, Desk, Reader};
use super::journal::{query_of, said};
use super::people::{not_administrator, refused_change};
use super::sent_files::{self, Format, Stopped, Table, send, turn};
use super::words;
use crate::auth::{Acting, Posted};
use crate::error::Error;
use crate::xlsx::Cell;

/// Rows read at a time.
const CHUNK: usize = 1_000;

fn heads(reader: &Reader<'_>) -> Vec<String> {
    [
        ("序号", "row"),
        ("时间", "time"),
        ("时间（微秒）", "microseconds"),
        ("用户名", "login"),
        ("姓名", "name"),
        ("操作", "act"),
        ("操作名称", "act in words"),
        ("事由", "about"),
        ("单据", "slip"),
        ("结果", "outcome"),
        ("拒绝代码", "code of the refusal"),
        ("请求编号", "idempotency key"),
        ("请求", "request"),
        ("答复", "reply"),
        ("前一行的哈希", "hash of the row before"),
        ("本行的哈希", "hash of this row"),
    ]
    .map(|(zh, en)| reader.t(zh, en).to_owned())
    .to_vec()
}

/// Every row that a query finds, from the first to the one that was the last when it was asked for.
fn write<W: Write>(
    reader: &Reader<'_>,
    query: JournalQuery,
    last: i64,
    format: Format,
    out: W,
) -> Result<(), Stopped> {
    let mut table = Table::begin(format, out, heads(reader))?;
    let mut query = JournalQuery {
        ascending: true,
        limit: CHUNK,
        look_through: Some(super::journal::LOOK_THROUGH),
        ..query
    };
    loop {
        let page = reader
            .store
            .journal(reader.org, &query)
            .map_err(Error::from)?;
        for row in page.rows.iter().take_while(|row| row.seq <= last) {
            let request: Value = serde_json::from_str(&row.request).unwrap_or_default();
            let slip = row.slip.map(|slip| slip.0.to_string()).unwrap_or_default();
            let text = |text: &str| Cell::Text(text.to_owned());
            table.row(&[
                Cell::Number(row.seq.to_string(), false),
                Cell::Text(row.at.to_string()),
                Cell::Text(row.at.0.to_string()),
                text(&row.actor),
                Cell::Text(reader.person(&row.actor)?),
                text(&row.act),
                text(words::act(reader.lang, &row.act)),
                Cell::Text(said(reader, &request)),
                Cell::Text(slip),
                text(&row.outcome),
                text(&row.code),
                text(&row.key),
                text(&row.request),
                text(&row.reply),
                text(&row.prev),
                text(&row.hash),
            ])?;
        }
        let past = page.rows.last().is_some_and(|row| row.seq >= last);
        match page.next {
            Some(next) if !past => query.after = Some(next),
            _ => break,
        }
    }
    Ok(table.end()?)
}

/// Begins a file: the journal first says who takes what.
pub(crate) async fn file(
    desk: Desk,
    acting: &Acting,
    format: Format,
    query: &str,
) -> Result<Response, Error> {
    // It holds everything that everyone typed.
    if !acting.person.administrator {
        return Err(not_administrator());
    }
    let asked = Asked::parse(query);
    let checked = asked.clone();
    let last = desk
        .read(move |reader| {
            let query = JournalQuery {
                limit: 1,
                look_through: Some(1),
                ..query_of(reader, &checked)?
            };
            reader.store.journal(reader.org, &query)?;
            Ok(reader.store.head(reader.org)?.0)
        })
        .await?;
    let turn = turn()?;
    sent_files::journal(&desk, acting, "journal", format.name(), query).await?;
    Ok(send(
        desk,
        turn,
        "journal",
        format.kind(),
        move |reader, pipe| write(reader, query_of(reader, &asked)?, last, format, pipe),
    ))
}

/// The file that the page asks for.
pub(crate) async fn export(desk: Desk, posted: Posted) -> Result<Response, Error> {
    if !posted.acting.person.administrator {
        return Err(refused_change(&desk, &posted, None).await);
    }
    let format = Format::named(posted.fields.text("format")).ok_or_else(sent_files::unknown)?;
    let query = posted.fields.text("q").to_owned();
    file(desk, &posted.acting, format, &query).await
}
