//! Work tables: drafts, sessions, attempts to sign in, credentials, contents. Each row that matters carries a digest of
//! itself, so that an alteration is noticed.

use kernel::{Moment, SlipId};

use crate::api::{Attempts, ContentInfo, Draft, Session, StoreError};
use crate::cell::{Cell, Row, digest_of, sha256_hex};
use crate::codec::parse;
use crate::schema::{self, Table};
use crate::sql::Sql;

/// Writes a row of a table whose last column is its digest; it replaces one of the same key.
pub(crate) fn put(
    sql: &dyn Sql,
    table: &'static Table,
    mut cells: Vec<Cell>,
) -> Result<(), StoreError> {
    let sum = digest_of(table.name, &cells);
    cells.push(Cell::blob(&sum));
    let text = table.insert() + &table.on_conflict();
    sql.execute(&text, &cells).map(drop)
}

/// The row of a primary key, if its digest is right.
pub(crate) fn get(
    sql: &dyn Sql,
    table: &'static Table,
    key: &[Cell],
) -> Result<Option<Row>, StoreError> {
    let conditions: Vec<String> = (1..)
        .zip(table.key_columns())
        .map(|(at, name)| format!("{name} = ?{at}"))
        .collect();
    let text = format!(
        "select {} from {} where {}",
        table.column_list(),
        table.name,
        conditions.join(" and ")
    );
    let row = sql.first(&text, key)?;
    row.map(|row| checked(table, row)).transpose()
}

pub(crate) fn checked(table: &Table, row: Row) -> Result<Row, StoreError> {
    let last = row.0.len() - 1;
    if *row.blob(last)? == digest_of(table.name, &row.0[..last]) {
        return Ok(row);
    }
    Err(StoreError::Corrupt(format!(
        "a row of {} was altered",
        table.name
    )))
}

pub(crate) fn put_draft(
    sql: &dyn Sql,
    org: i64,
    login: &str,
    draft: &Draft,
) -> Result<(), StoreError> {
    let sources = serde_json::to_string(&draft.sources).unwrap_or_default();
    put(
        sql,
        &schema::DRAFT,
        vec![
            org.into(),
            login.into(),
            draft.id.as_str().into(),
            draft.step.as_str().into(),
            Cell::maybe(draft.slip.map(|slip| slip.0)),
            sources.into(),
            draft.body.as_str().into(),
            draft.updated.0.into(),
        ],
    )
}

fn draft_from(row: &Row) -> Result<Draft, StoreError> {
    Ok(Draft {
        id: row.str(2)?.to_owned(),
        step: row.str(3)?.to_owned(),
        slip: row.maybe_int(4)?.map(SlipId),
        sources: parse(row.str(5)?, "draft.sources")?,
        body: row.str(6)?.to_owned(),
        updated: Moment(row.int(7)?),
    })
}

pub(crate) fn draft(
    sql: &dyn Sql,
    org: i64,
    login: &str,
    id: &str,
) -> Result<Option<Draft>, StoreError> {
    let row = get(sql, &schema::DRAFT, &[org.into(), login.into(), id.into()])?;
    row.map(|row| draft_from(&row)).transpose()
}

/// A person's drafts, the latest first. One that was altered is left out, not in the way of the others.
pub(crate) fn drafts(sql: &dyn Sql, org: i64, login: &str) -> Result<Vec<Draft>, StoreError> {
    let text = format!(
        "select {} from draft where org = ?1 and login = ?2 order by updated desc, id",
        schema::DRAFT.column_list()
    );
    let rows = sql.query(&text, &[org.into(), login.into()])?;
    let sound = rows
        .into_iter()
        .filter_map(|row| checked(&schema::DRAFT, row).ok());
    sound.map(|row| draft_from(&row)).collect()
}

pub(crate) fn drop_draft(sql: &dyn Sql, org: i64, login: &str, id: &str) -> Result<(), StoreError> {
    sql.execute(
        &schema::DRAFT.delete(),
        &[org.into(), login.into(), id.into()],
    )
    .map(drop)
}

pub(crate) fn put_session(sql: &dyn Sql, org: i64, session: &Session) -> Result<(), StoreError> {
    put(
        sql,
        &schema::SESSION,
        vec![
            org.into(),
            session.token_hash.as_str().into(),
            (&session.login).into(),
            session.created.0.into(),
            session.seen.0.into(),
            session.expires.0.into(),
            session.confirmed.0.into(),
            session.agent.as_str().into(),
            session.address.as_str().into(),
        ],
    )
}

pub(crate) fn session(
    sql: &dyn Sql,
    org: i64,
    token_hash: &str,
) -> Result<Option<Session>, StoreError> {
    let row = get(sql, &schema::SESSION, &[org.into(), token_hash.into()])?;
    row.map(|row| session_from(&row)).transpose()
}

fn session_from(row: &Row) -> Result<Session, StoreError> {
    Ok(Session {
        token_hash: row.str(1)?.to_owned(),
        login: row.text(2)?,
        created: Moment(row.int(3)?),
        seen: Moment(row.int(4)?),
        expires: Moment(row.int(5)?),
        confirmed: Moment(row.int(6)?),
        agent: row.str(7)?.to_owned(),
        address: row.str(8)?.to_owned(),
    })
}

pub(crate) fn sessions(sql: &dyn Sql, org: i64, login: &str) -> Result<Vec<Session>, StoreError> {
    let text = format!(
        "select {} from session where org = ?1 and login = ?2 order by seen desc, token",
        schema::SESSION.column_list()
    );
    let rows = sql.query(&text, &[org.into(), login.into()])?;
    let sound = rows
        .into_iter()
        .filter_map(|row| checked(&schema::SESSION, row).ok());
    sound.map(|row| session_from(&row)).collect()
}

pub(crate) fn end_session(sql: &dyn Sql, org: i64, token_hash: &str) -> Result<(), StoreError> {
    sql.execute(&schema::SESSION.delete(), &[org.into(), token_hash.into()])
        .map(drop)
}

pub(crate) fn end_sessions(sql: &dyn Sql, org: i64, login: &str) -> Result<(), StoreError> {
    let params = [org.into(), login.into()];
    sql.execute("delete from session where org = ?1 and login = ?2", &params)
        .map(drop)
}

pub(crate) fn expire_sessions(sql: &dyn Sql, org: i64, now: Moment) -> Result<u64, StoreError> {
    let params = [org.into(), now.0.into()];
    sql.execute(
        "delete from session where org = ?1 and expires <= ?2",
        &params,
    )
}

pub(crate) fn attempts(sql: &dyn Sql, org: i64, who: &str) -> Result<Attempts, StoreError> {
    let row = get(sql, &schema::ATTEMPT, &[org.into(), who.into()])?;
    row.map_or(Ok(Attempts::default()), |row| {
        Ok(Attempts {
            count: row.int(2)?,
            first: Moment(row.int(3)?),
            last: Moment(row.int(4)?),
            locked_until: Moment(row.int(5)?),
        })
    })
}

pub(crate) fn put_attempts(
    sql: &dyn Sql,
    org: i64,
    who: &str,
    attempts: &Attempts,
) -> Result<(), StoreError> {
    put(
        sql,
        &schema::ATTEMPT,
        vec![
            org.into(),
            who.into(),
            attempts.count.into(),
            attempts.first.0.into(),
            attempts.last.0.into(),
            attempts.locked_until.0.into(),
        ],
    )
}

pub(crate) fn forget_attempts(sql: &dyn Sql, org: i64, who: &str) -> Result<(), StoreError> {
    sql.execute(&schema::ATTEMPT.delete(), &[org.into(), who.into()])
        .map(drop)
}

/// The stored credential, if the journal vouches for it: its digest must be the one recorded last for that login.
pub(crate) fn credential(
    sql: &dyn Sql,
    org: i64,
    login: &str,
) -> Result<Option<String>, StoreError> {
    let row = sql.first(
        "select stored from credential where org = ?1 and login = ?2",
        &[org.into(), login.into()],
    )?;
    let Some(row) = row else { return Ok(None) };
    let versions = super::registers::versions(sql, org, "credential", login)?;
    let recorded = versions.last().and_then(|row| row.record.field("digest"));
    let stored = row.str(0)?;
    if recorded != Some(&*sha256_hex(stored.as_bytes())) {
        return Err(StoreError::Corrupt(format!(
            "the credential of {login} is not the one that the journal knows"
        )));
    }
    Ok(Some(stored.to_owned()))
}

pub(crate) fn put_content(
    sql: &dyn Sql,
    org: i64,
    bytes: &[u8],
) -> Result<ContentInfo, StoreError> {
    let hash = sha256_hex(bytes);
    let size = bytes.len() as i64;
    let known = sql.first(
        "select size from content where org = ?1 and hash = ?2",
        &[org.into(), (&hash).into()],
    )?;
    if known.is_none() {
        let cells = vec![org.into(), (&hash).into(), size.into(), Cell::blob(bytes)];
        put(sql, &schema::CONTENT, cells)?;
    }
    Ok(ContentInfo { hash, size })
}

pub(crate) fn content(sql: &dyn Sql, org: i64, hash: &str) -> Result<Option<Vec<u8>>, StoreError> {
    let row = sql.first(
        "select bytes from content where org = ?1 and hash = ?2",
        &[org.into(), hash.into()],
    )?;
    let Some(row) = row else { return Ok(None) };
    let bytes = row.blob(0)?;
    if *sha256_hex(&bytes) != *hash {
        return Err(StoreError::Corrupt(format!(
            "the content {hash} was altered"
        )));
    }
    Ok(Some(bytes.to_vec()))
}
