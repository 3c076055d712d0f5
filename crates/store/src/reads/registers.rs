//! Registers: records, their versions, and the people.

use engine::{Person, Record};
use kernel::{Day, Moment};

use super::{cursor, page_size, read_cursor};
use crate::api::{Page, RecordQuery, RecordRow, StoreError};
use crate::cell::{Cell, Row, digest_of};
use crate::codec::{day_of, parse};
use crate::reads::journal::first_at_or_after;
use crate::schema;
use crate::sql::{Filter, Sql};
use crate::verify::mentions::{Mention, Mentions};

const COLUMNS: &str = "r.register, r.key, r.version, r.from_day, r.body, r.seq";

/// [`COLUMNS`], and what [`check_row`] looks at.
const CHECKED_COLUMNS: &str =
    "r.register, r.key, r.version, r.from_day, r.body, r.seq, r.n, j.wrote";
const CHECKED_TABLES: &str = "record r left join journal j on j.org = r.org and j.seq = r.seq";

/// Rights and facts are only read from a row that is as the journal says it was written. Otherwise a right could be
/// written into the database, used, and taken out again before anybody verifies.
fn check_row(org: i64, row: &Row) -> Result<(), StoreError> {
    let mut cells = vec![Cell::Int(org)];
    cells.extend_from_slice(&row.0[..7]);
    let digest = digest_of(schema::RECORD.name, &cells);
    let written = match row.0.get(7) {
        Some(Cell::Blob(wrote)) => Mentions(wrote)
            .flatten()
            .any(|mention| matches!(mention, Mention::Record(is) if is == digest)),
        _ => false,
    };
    if written {
        return Ok(());
    }
    Err(StoreError::Corrupt(format!(
        "record org={org} register={} key={} version={} is not as it was written; run verify",
        row.str(0)?,
        row.str(1)?,
        row.int(2)?
    )))
}

fn record_from(row: &Row) -> Result<RecordRow, StoreError> {
    Ok(RecordRow {
        seq: row.int(5)?,
        record: Record::new(
            row.text(0)?,
            row.text(1)?,
            row.int(2)?,
            day_of(row.int(3)?)?,
            row.text(4)?,
        ),
    })
}

/// All versions of a record, in order.
pub(crate) fn versions(
    sql: &dyn Sql,
    org: i64,
    register: &str,
    key: &str,
) -> Result<Vec<RecordRow>, StoreError> {
    let rows = sql.query(
        &format!(
            "select {CHECKED_COLUMNS} from {CHECKED_TABLES} where r.org = ?1 and r.register = ?2 and r.key = ?3 \
             order by r.version"
        ),
        &[org.into(), register.into(), key.into()],
    )?;
    let checked = |row: &Row| {
        check_row(org, row)?;
        record_from(row)
    };
    rows.iter().map(checked).collect()
}

/// All versions of the records whose keys begin alike, by key and in order.
pub(crate) fn versions_under(
    sql: &dyn Sql,
    org: i64,
    register: &str,
    begin: &str,
) -> Result<Vec<RecordRow>, StoreError> {
    let length = begin.chars().count() as i64;
    let rows = sql.query(
        &format!(
            "select {CHECKED_COLUMNS} from {CHECKED_TABLES} where r.org = ?1 and r.register = ?2 \
             and substr(r.key, 1, ?3) = ?4 order by r.key, r.version"
        ),
        &[org.into(), register.into(), length.into(), begin.into()],
    )?;
    let checked = |row: &Row| {
        check_row(org, row)?;
        record_from(row)
    };
    rows.iter().map(checked).collect()
}

/// The version that holds on a day.
pub(crate) fn on(
    sql: &dyn Sql,
    org: i64,
    register: &str,
    key: &str,
    day: Day,
) -> Result<Option<RecordRow>, StoreError> {
    let versions = versions(sql, org, register, key)?;
    Ok(versions
        .into_iter()
        .rev()
        .find(|row| row.record.from <= day))
}

/// The latest versions of a register's records, by key.
pub(crate) fn list(
    sql: &dyn Sql,
    org: i64,
    register: &str,
    query: &RecordQuery,
) -> Result<Page<RecordRow>, StoreError> {
    let mut filter = Filter::new("r.org = ?", org);
    filter.and("r.register = ?", register);
    let known = query
        .known_at
        .map(|Moment(at)| first_at_or_after(sql, org, Moment(at.saturating_add(1))))
        .transpose()?;
    // A version that was recorded later neither shows nor takes the place of an earlier one.
    let mut later = String::new();
    if let Some(known) = known {
        filter.and("r.seq < ?", known);
        later = format!("and n.seq < {}", filter.param(known));
    }
    if let Some(after) = &query.after {
        filter.and("r.key > ?", read_cursor::<String>(after)?);
    }
    if let Some(search) = query
        .search
        .as_deref()
        .map(str::trim)
        .filter(|text| !text.is_empty())
    {
        let pattern = format!("%{}%", escape_like(&search.to_lowercase()));
        filter.and(
            "(lower(r.key) like ? escape '!' or lower(r.body) like ? escape '!')",
            pattern,
        );
    }
    let limit = page_size(query.limit, 50, 10_000);
    let fetch = filter.param(limit as i64 + 1);
    let text = format!(
        "select {COLUMNS} from record r where {} and not exists (select 1 from record n where n.org = r.org \
         and n.register = r.register and n.key = r.key and n.version = r.version + 1 {later}) order by r.key limit {fetch}",
        filter.text
    );
    let rows = sql.query(&text, &filter.params)?;
    let more = rows.len() > limit;
    let latest: Vec<RecordRow> = rows
        .iter()
        .take(limit)
        .map(record_from)
        .collect::<Result<_, _>>()?;
    let next = latest
        .last()
        .filter(|_| more)
        .map(|row| cursor(&row.record.key));
    let mut out = Vec::with_capacity(latest.len());
    for row in latest {
        match query.on {
            Some(day) if row.record.from > day => {
                let versions = versions(sql, org, register, &row.record.key)?;
                let held = versions.into_iter().rev().find(|row| {
                    row.record.from <= day && known.is_none_or(|known| row.seq < known)
                });
                out.extend(held);
            }
            _ => out.push(row),
        }
    }
    Ok(Page {
        total: (!more && query.after.is_none()).then_some(out.len() as i64),
        rows: out,
        next,
    })
}

/// Text in which `%`, `_` and `!` stand for themselves under `like ... escape '!'`.
fn escape_like(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '%' | '_' | '!') {
            out.push('!');
        }
        out.push(c);
    }
    out
}

fn person_from(row: &RecordRow) -> Result<Person, StoreError> {
    parse(&row.record.body, "record.body of a person")
}

/// Everybody, by login.
pub(crate) fn people(sql: &dyn Sql, org: i64) -> Result<Vec<Person>, StoreError> {
    let mut query = RecordQuery {
        limit: 10_000,
        ..RecordQuery::default()
    };
    let mut out = Vec::new();
    loop {
        let page = list(sql, org, "person", &query)?;
        for row in &page.rows {
            out.push(person_from(row)?);
        }
        match page.next {
            None => return Ok(out),
            next => query.after = next,
        }
    }
}

/// One person as he is now.
pub(crate) fn person(sql: &dyn Sql, org: i64, login: &str) -> Result<Option<Person>, StoreError> {
    let row = sql.first(
        &format!(
            "select {CHECKED_COLUMNS} from {CHECKED_TABLES} where r.org = ?1 and r.register = 'person' \
             and r.key = ?2 order by r.version desc limit 1"
        ),
        &[org.into(), login.into()],
    )?;
    let person = row.map(|row| {
        check_row(org, &row)?;
        person_from(&record_from(&row)?)
    });
    person.transpose()
}
