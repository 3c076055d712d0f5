//! What people are told, how they want to be told, and backups that were made. Each row carries a digest of itself.

use kernel::{Moment, SlipId};

use super::outbox::put_new;
use super::work::{checked, get, put};
use crate::api::{BackupRun, Notice, StoreError};
use crate::cell::{Cell, Row, digest_of};
use crate::schema;
use crate::sql::{Filter, Sql};

type Result<T> = std::result::Result<T, StoreError>;

fn notice_cells(org: i64, one: &Notice) -> Vec<Cell> {
    vec![
        org.into(),
        (&one.login).into(),
        one.seq.into(),
        one.n.into(),
        one.at.0.into(),
        one.kind.as_str().into(),
        one.slip.0.into(),
        (&one.number).into(),
        (&one.slip_kind).into(),
        (&one.step).into(),
        (&one.person).into(),
        one.text.as_str().into(),
        i64::from(one.shown).into(),
        one.read_at.map_or(0, |at| at.0).into(),
        one.digest.as_str().into(),
    ]
}

fn notices_in(rows: Vec<Row>) -> Result<Vec<Notice>> {
    let sound = rows
        .into_iter()
        .filter_map(|row| checked(&schema::NOTICE, row).ok());
    sound
        .map(|row| {
            Ok(Notice {
                login: row.text(1)?,
                seq: row.int(2)?,
                n: row.int(3)?,
                at: Moment(row.int(4)?),
                kind: row.str(5)?.to_owned(),
                slip: SlipId(row.int(6)?),
                number: row.text(7)?,
                slip_kind: row.text(8)?,
                step: row.text(9)?,
                person: row.text(10)?,
                text: row.str(11)?.to_owned(),
                shown: row.int(12)? == 1,
                read_at: Some(row.int(13)?).filter(|at| *at > 0).map(Moment),
                digest: row.str(14)?.to_owned(),
            })
        })
        .collect()
}

pub(crate) fn add_notice(sql: &dyn Sql, org: i64, one: &Notice) -> Result<bool> {
    put_new(sql, &schema::NOTICE, notice_cells(org, one))
}

/// A person's notices, the newest first, behind `before` (journal row, position).
pub(crate) fn notices(
    sql: &dyn Sql,
    org: i64,
    login: &str,
    before: Option<(i64, i64)>,
    limit: usize,
) -> Result<Vec<Notice>> {
    let mut filter = Filter::new("org = ?", org);
    filter.and("login = ?", login);
    filter.also("shown = 1");
    if let Some((seq, n)) = before {
        filter.past(&["seq", "n"], true, vec![seq.into(), n.into()]);
    }
    let limit = filter.param(limit as i64);
    let text = format!(
        "select {} from notice where {} order by seq desc, n desc limit {limit}",
        schema::NOTICE.column_list(),
        filter.text
    );
    notices_in(sql.query(&text, &filter.params)?)
}

/// What a digest sums up.
pub(crate) fn digested(sql: &dyn Sql, org: i64, id: &str) -> Result<Vec<Notice>> {
    let text = format!(
        "select {} from notice where org = ?1 and digest = ?2 and digest <> '' order by seq, n limit 500",
        schema::NOTICE.column_list()
    );
    notices_in(sql.query(&text, &[org.into(), id.into()])?)
}

/// How many notices a person has not read, counted up to 100.
pub(crate) fn unread(sql: &dyn Sql, org: i64, login: &str) -> Result<i64> {
    let row = sql.first(
        "select cast(count(*) as bigint) from (select 1 from notice where org = ?1 and login = ?2 and read_at = 0 \
         and shown = 1 limit 100) as some_of_them",
        &[org.into(), login.into()],
    )?;
    row.map_or(Ok(0), |row| row.int(0))
}

/// Marks a person's notices as read: those of one slip, or all.
pub(crate) fn read_notices(
    sql: &dyn Sql,
    org: i64,
    login: &str,
    slip: Option<SlipId>,
    now: Moment,
) -> Result<usize> {
    let mut filter = Filter::new("org = ?", org);
    filter.and("login = ?", login);
    filter.also("read_at = 0 and shown = 1");
    if let Some(slip) = slip {
        filter.and("slip = ?", slip.0);
    }
    let text = format!(
        "select {} from notice where {}",
        schema::NOTICE.column_list(),
        filter.text
    );
    let unread = notices_in(sql.query(&text, &filter.params)?)?;
    for one in &unread {
        let read = Notice {
            read_at: Some(now),
            ..one.clone()
        };
        put(sql, &schema::NOTICE, notice_cells(org, &read))?;
    }
    Ok(unread.len())
}

/// Whom notices were written to behind a journal row, and the last row of these.
pub(crate) fn told_since(sql: &dyn Sql, org: i64, seq: i64) -> Result<(i64, Vec<String>)> {
    let rows = sql.query(
        "select login, max(seq) from notice where org = ?1 and seq > ?2 and shown = 1 group by login",
        &[org.into(), seq.into()],
    )?;
    let mut last = seq;
    let mut logins = Vec::new();
    for row in &rows {
        last = last.max(row.int(1)?);
        logins.push(row.str(0)?.to_owned());
    }
    Ok((last, logins))
}

pub(crate) fn preference(sql: &dyn Sql, org: i64, login: &str) -> Result<Option<String>> {
    get(sql, &schema::PREFERENCE, &[org.into(), login.into()])?
        .map(|row| Ok(row.str(2)?.to_owned()))
        .transpose()
}

pub(crate) fn preferences(sql: &dyn Sql, org: i64) -> Result<Vec<(String, String)>> {
    let text = format!(
        "select {} from preference where org = ?1 order by login",
        schema::PREFERENCE.column_list()
    );
    let rows = sql.query(&text, &[org.into()])?;
    let sound = rows
        .into_iter()
        .filter_map(|row| checked(&schema::PREFERENCE, row).ok());
    sound
        .map(|row| Ok((row.str(1)?.to_owned(), row.str(2)?.to_owned())))
        .collect()
}

pub(crate) fn put_preference(
    sql: &dyn Sql,
    org: i64,
    login: &str,
    body: &str,
    now: Moment,
) -> Result<()> {
    let cells = vec![org.into(), login.into(), body.into(), now.0.into()];
    put(sql, &schema::PREFERENCE, cells)
}

fn run_cells(org: i64, run: &BackupRun) -> Vec<Cell> {
    vec![
        org.into(),
        run.id.as_str().into(),
        run.kind.as_str().into(),
        run.state.as_str().into(),
        run.asked_by.as_str().into(),
        run.at.0.into(),
        run.finished.0.into(),
        run.file.as_str().into(),
        run.size.into(),
        run.seq.into(),
        run.told.as_str().into(),
    ]
}

/// Adds a run unless there is one of its id: then another node has it.
pub(crate) fn add_run(sql: &dyn Sql, org: i64, run: &BackupRun) -> Result<bool> {
    put_new(sql, &schema::BACKUP_RUN, run_cells(org, run))
}

pub(crate) fn put_run(sql: &dyn Sql, org: i64, run: &BackupRun) -> Result<()> {
    put(sql, &schema::BACKUP_RUN, run_cells(org, run))
}

/// Takes a run that was asked for; `false` when another node was quicker.
pub(crate) fn take_run(sql: &dyn Sql, org: i64, id: &str) -> Result<bool> {
    let Some(row) = get(sql, &schema::BACKUP_RUN, &[org.into(), id.into()])? else {
        return Ok(false);
    };
    let run = BackupRun {
        state: "running".to_owned(),
        ..run_from(&row)?
    };
    let sum = digest_of(schema::BACKUP_RUN.name, &run_cells(org, &run));
    let changed = sql.execute(
        "update backup_run set state = 'running', sum = ?3 where org = ?1 and id = ?2 and state = 'asked'",
        &[org.into(), id.into(), Cell::blob(&sum)],
    )?;
    Ok(changed == 1)
}

/// Runs, the newest first.
pub(crate) fn runs(sql: &dyn Sql, org: i64, limit: usize) -> Result<Vec<BackupRun>> {
    let text = format!(
        "select {} from backup_run where org = ?1 order by at desc, id desc limit ?2",
        schema::BACKUP_RUN.column_list()
    );
    let rows = sql.query(&text, &[org.into(), Cell::Int(limit as i64)])?;
    rows.into_iter()
        .map(|row| run_from(&checked(&schema::BACKUP_RUN, row)?))
        .collect()
}

fn run_from(row: &Row) -> Result<BackupRun> {
    let text = |at: usize| row.str(at).map(str::to_owned);
    Ok(BackupRun {
        id: text(1)?,
        kind: text(2)?,
        state: text(3)?,
        asked_by: text(4)?,
        at: Moment(row.int(5)?),
        finished: Moment(row.int(6)?),
        file: text(7)?,
        size: row.int(8)?,
        seq: row.int(9)?,
        told: text(10)?,
    })
}
