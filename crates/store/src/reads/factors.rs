//! Further ways to sign in, and what was asked of browsers. The journal vouches for every way to sign in: one that was
//! written into the database, altered or taken out of it there is an error, never a log-in.

use std::collections::BTreeMap;
use std::sync::Arc;

use kernel::Moment;

use super::registers;
use super::work::{checked, get, put};
use crate::api::{Challenge, Factor, StoreError};
use crate::cell::{Cell, Row};
use crate::schema;
use crate::sql::Sql;

type Result<T> = std::result::Result<T, StoreError>;

/// The register in which the engine records ways to sign in, under `login/id`.
pub(crate) const REGISTER: &str = "sign_in";

/// Most challenges that strangers may have open at once.
const STRANGERS_MAX: i64 = 20_000;

fn cells_of(org: i64, factor: &Factor) -> Vec<Cell> {
    vec![
        org.into(),
        (&factor.login).into(),
        factor.id.as_str().into(),
        factor.kind.as_str().into(),
        factor.name.as_str().into(),
        factor.body.as_str().into(),
        factor.created.0.into(),
        factor.used.0.into(),
        factor.counter.into(),
    ]
}

fn factor_from(row: &Row) -> Result<Factor> {
    Ok(Factor {
        login: row.text(1)?,
        id: row.str(2)?.to_owned(),
        kind: row.str(3)?.to_owned(),
        name: row.str(4)?.to_owned(),
        body: row.str(5)?.to_owned(),
        created: Moment(row.int(6)?),
        used: Moment(row.int(7)?),
        counter: row.int(8)?,
    })
}

/// Keeps one; `false` when the id is another person's.
pub(crate) fn put_factor(sql: &dyn Sql, org: i64, factor: &Factor) -> Result<bool> {
    let taken = sql.first(
        "select login from factor where org = ?1 and id = ?2",
        &[org.into(), factor.id.as_str().into()],
    )?;
    if taken.is_some_and(|row| row.str(0).ok() != Some(&*factor.login)) {
        return Ok(false);
    }
    put(sql, &schema::FACTOR, cells_of(org, factor))?;
    Ok(true)
}

pub(crate) fn drop_factor(sql: &dyn Sql, org: i64, login: &str, id: &str) -> Result<()> {
    sql.execute(
        &schema::FACTOR.delete(),
        &[org.into(), login.into(), id.into()],
    )
    .map(drop)
}

/// The ways to sign in of a person, as the journal knows them, oldest first.
pub(crate) fn factors(sql: &dyn Sql, org: i64, login: &str) -> Result<Vec<Factor>> {
    let mut vouched: BTreeMap<Arc<str>, Option<String>> = BTreeMap::new();
    for row in registers::versions_under(sql, org, REGISTER, &format!("{login}/"))? {
        let digest = row.record.field("digest").map(str::to_owned);
        vouched.insert(row.record.key, digest);
    }
    let mut out = Vec::new();
    for (key, digest) in vouched {
        let Some(digest) = digest.filter(|digest| !digest.is_empty()) else {
            continue;
        };
        let id = key.get(login.len() + 1..).unwrap_or("");
        let row = get(sql, &schema::FACTOR, &[org.into(), login.into(), id.into()])?;
        let factor = row.map(|row| factor_from(&row)).transpose()?;
        match factor.filter(|factor| *factor.digest() == *digest) {
            Some(factor) => out.push(factor),
            None => {
                return Err(StoreError::Corrupt(format!(
                    "a way to sign in of {login} is not the one that the journal knows"
                )));
            }
        }
    }
    out.sort_by(|a, b| (a.created, &a.id).cmp(&(b.created, &b.id)));
    Ok(out)
}

/// Whose way to sign in has this id, if the journal vouches for it.
pub(crate) fn factor_of_id(sql: &dyn Sql, org: i64, id: &str) -> Result<Option<Factor>> {
    let row = sql.first(
        "select login from factor where org = ?1 and id = ?2",
        &[org.into(), id.into()],
    )?;
    let Some(row) = row else { return Ok(None) };
    let all = factors(sql, org, row.str(0)?)?;
    Ok(all.into_iter().find(|factor| factor.id == id))
}

/// Notes a use: the counter goes from one value to another, unless somebody else was faster; then `false`.
pub(crate) fn advance_factor(
    sql: &dyn Sql,
    org: i64,
    factor: &Factor,
    counter: i64,
    now: Moment,
) -> Result<bool> {
    let key: [Cell; 3] = [
        org.into(),
        (&factor.login).into(),
        factor.id.as_str().into(),
    ];
    let Some(row) = get(sql, &schema::FACTOR, &key)? else {
        return Ok(false);
    };
    let before = factor_from(&row)?;
    if before.counter != factor.counter {
        return Ok(false);
    }
    let after = Factor {
        counter,
        used: now,
        ..before.clone()
    };
    let cells = cells_of(org, &after);
    let sum = crate::cell::digest_of(schema::FACTOR.name, &cells);
    let changed = sql.execute(
        "update factor set counter = ?4, used = ?5, sum = ?6 \
         where org = ?1 and login = ?2 and id = ?3 and counter = ?7 and used = ?8",
        &[
            org.into(),
            (&factor.login).into(),
            factor.id.as_str().into(),
            counter.into(),
            now.0.into(),
            Cell::blob(&sum),
            before.counter.into(),
            before.used.0.into(),
        ],
    )?;
    Ok(changed == 1)
}

/// Keeps a challenge; forgets those that expired. `false` when strangers have too many open.
pub(crate) fn put_challenge(
    sql: &dyn Sql,
    org: i64,
    challenge: &Challenge,
    now: Moment,
) -> Result<bool> {
    sql.execute(
        "delete from challenge where org = ?1 and expires <= ?2",
        &[org.into(), now.0.into()],
    )?;
    if challenge.login.is_empty() {
        let open = sql.first(
            "select count(*) from challenge where org = ?1",
            &[org.into()],
        )?;
        if open.map_or(Ok(0), |row| row.int(0))? >= STRANGERS_MAX {
            return Ok(false);
        }
    }
    let cells = vec![
        org.into(),
        challenge.id.as_str().into(),
        challenge.kind.as_str().into(),
        challenge.owner.as_str().into(),
        (&challenge.login).into(),
        challenge.body.as_str().into(),
        challenge.expires.0.into(),
    ];
    put(sql, &schema::CHALLENGE, cells)?;
    Ok(true)
}

pub(crate) fn challenge(sql: &dyn Sql, org: i64, id: &str) -> Result<Option<Challenge>> {
    let row = get(sql, &schema::CHALLENGE, &[org.into(), id.into()])?;
    row.map(|row| {
        Ok(Challenge {
            id: row.str(1)?.to_owned(),
            kind: row.str(2)?.to_owned(),
            owner: row.str(3)?.to_owned(),
            login: row.text(4)?,
            body: row.str(5)?.to_owned(),
            expires: Moment(row.int(6)?),
        })
    })
    .transpose()
}

/// Reads a challenge and forgets it: of two that ask at once, one gets it.
pub(crate) fn take_challenge(sql: &dyn Sql, org: i64, id: &str) -> Result<Option<Challenge>> {
    let found = challenge(sql, org, id)?;
    let gone = sql.execute(&schema::CHALLENGE.delete(), &[org.into(), id.into()])?;
    Ok(found.filter(|_| gone == 1))
}

/// `login/id` and digest of every row, for verify; no digest where the row's own sum is wrong.
pub(crate) fn stored(sql: &dyn Sql, org: i64) -> Result<Vec<(String, Option<Arc<str>>)>> {
    let text = format!(
        "select {} from factor where org = ?1 order by login, id",
        schema::FACTOR.column_list()
    );
    let rows = sql.query(&text, &[org.into()])?;
    let each = rows.into_iter().map(|row| {
        let key = format!("{}/{}", row.str(1)?, row.str(2)?);
        let sound = checked(&schema::FACTOR, row).and_then(|row| factor_from(&row));
        Ok((key, sound.ok().map(|factor| factor.digest())))
    });
    each.collect()
}

/// The last digest of every way to sign in that was ever recorded, by `login/id`; empty when it holds no longer.
pub(crate) fn recorded(sql: &dyn Sql, org: i64) -> Result<BTreeMap<String, String>> {
    let rows = sql.query(
        "select key, body from record where org = ?1 and register = ?2 order by key, version",
        &[org.into(), REGISTER.into()],
    )?;
    let mut out = BTreeMap::new();
    for row in rows {
        let body: BTreeMap<String, String> = serde_json::from_str(row.str(1)?).unwrap_or_default();
        let digest = body.get("digest").cloned().unwrap_or_default();
        out.insert(row.str(0)?.to_owned(), digest);
    }
    Ok(out)
}
