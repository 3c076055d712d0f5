//! Balances added up by the database: whole places, or the first part of the keys within one, so that a page reads a row for
//! each branch of a tree and not one for each account. What was added up is remembered (`remembered.rs`), and of what was
//! booked since, only the branches that it touched are added up again.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::balances::{Instant, SUMS, accounts_filter, opened_by};
use super::journal::head;
use super::{cursor, page_size, read_cursor};
use crate::api::{BranchBy, BranchQuery, BranchRow, KeyFilter, Page, StoreError};
use crate::cell::{Cell, Row};
use crate::source::turnover_from;
use crate::sql::{Dialect, Filter, Sql};

/// What a sum is split by, since sums of sums may exceed 64 bits: this many units and the rest are added up apart.
const HALF: i64 = 1_000_000_000;

/// A page of branches, by name.
pub(super) fn added_up_now(
    sql: &dyn Sql,
    org: i64,
    ledger: &str,
    query: &BranchQuery,
    as_of: Instant,
) -> Result<Page<BranchRow>, StoreError> {
    let limit = page_size(query.limit, 1_000, 100_000);
    let by_month = query.by == BranchBy::Place && query.key.is_none();
    let mut rows = match as_of {
        Instant::Now if by_month => from_turnover(sql, org, ledger, query, i64::MAX)?,
        Instant::Seq(seq) if by_month => places_at(sql, org, ledger, query, seq)?,
        Instant::Day(day) if by_month => {
            let mut rows = from_turnover(sql, org, ledger, query, day / 100)?;
            let legs = legs_of_month(org, ledger, query, day);
            for row in added_up(sql, query, &legs, None)? {
                merge(&mut rows, row);
            }
            rows
        }
        _ => {
            let mut filter = picked(org, ledger, query);
            if let Instant::Seq(seq) = as_of {
                filter.and("a.id <= ?", opened_by(sql, org, seq)?);
            }
            let inner = accounts_at(filter, as_of, sql.dialect());
            added_up(sql, query, &inner, Some(limit + 1))?
        }
    };
    if by_month {
        let after: Option<String> = query.after.as_ref().map(read_cursor).transpose()?;
        rows.retain(|row| after.as_deref().is_none_or(|after| &*row.name > after));
        rows.sort_by(|one, other| one.name.cmp(&other.name));
    }
    let more = rows.len() > limit;
    rows.truncate(limit);
    Ok(Page {
        next: rows.last().filter(|_| more).map(|row| cursor(&&*row.name)),
        total: (!more && query.after.is_none()).then_some(rows.len() as i64),
        rows,
    })
}

/// A question for one row per account (`k`, `d`, `p`, eight sums), or several that are still to be added up.
struct Inner {
    text: String,
    params: Vec<Cell>,
}

fn picked(org: i64, ledger: &str, query: &BranchQuery) -> Filter {
    accounts_filter(org, ledger, query.place.as_deref(), query.key.as_ref())
}

/// The sums of every account at an instant: months that are wholly before it, and of the others the legs.
fn accounts_at(picked: Filter, as_of: Instant, dialect: Dialect) -> Inner {
    let Filter { text, mut params } = picked;
    let account = format!("account a{}", dialect.indexed_by("account_name"));
    let months = format!(
        "select a.key k, a.detail d, a.place p, {SUMS} from {account} cross join balance b \
         where {text} and b.org = a.org and b.account = a.id"
    );
    let legs = format!(
        "select a.key, a.detail, a.place, {} from {account} cross join balance b cross join leg l \
         where {text} and b.org = a.org and b.account = a.id and l.org = a.org and l.account = a.id",
        of_legs()
    );
    let text = match as_of {
        Instant::Now => months,
        Instant::Day(day) => {
            params.push((day / 100).into());
            let month = params.len();
            params.push(day.into());
            format!(
                "{months} and b.period < ?{month} union all {legs} and b.period = ?{month} \
                 and l.day >= b.period * 100 and l.day <= ?{}",
                month + 1
            )
        }
        Instant::Seq(seq) => {
            params.push(seq.into());
            let at = params.len();
            format!(
                "{months} and b.last_seq <= ?{at} union all {legs} and b.last_seq > ?{at} \
                 and l.day >= b.period * 100 and l.day <= b.period * 100 + 99 and l.seq <= ?{at}"
            )
        }
    };
    Inner { text, params }
}

/// What was booked for the days of a month up to this one.
fn legs_of_month(org: i64, ledger: &str, query: &BranchQuery, day: i64) -> Inner {
    let mut filter = picked(org, ledger, query);
    filter.and("b.period = ?", day / 100);
    filter.and("l.day >= ?", day / 100 * 100);
    filter.and("l.day <= ?", day);
    Inner {
        text: format!(
            "select a.key k, a.detail d, a.place p, {} from account a cross join balance b cross join leg l where {} \
             and b.org = a.org and b.account = a.id and l.org = a.org and l.account = a.id",
            of_legs(),
            filter.text
        ),
        params: filter.params,
    }
}

/// Places as they stood after a journal row: the sums of today less what was booked since, or what was booked up to then,
/// whichever are fewer rows. The journal is in order, so these are one stretch of it.
fn places_at(
    sql: &dyn Sql,
    org: i64,
    ledger: &str,
    query: &BranchQuery,
    seq: i64,
) -> Result<Vec<BranchRow>, StoreError> {
    let (last, _) = head(sql, org)?;
    let back = last - seq < seq;
    let mut rows = match back {
        true => from_turnover(sql, org, ledger, query, i64::MAX)?,
        false => Vec::new(),
    };
    let mut filter = picked(org, ledger, query);
    match back {
        true => filter.and("l.seq > ?", seq),
        false => filter.and("l.seq <= ?", seq),
    }
    let text = format!(
        "select a.place, l.state, l.side, cast(sum(l.amount / {HALF}) as bigint), cast(sum(l.amount % {HALF}) as bigint) \
         from leg l cross join account a where {} and l.org = ?1 and a.id = l.account group by a.place, l.state, l.side",
        filter.text
    );
    for row in sql.query(&text, &filter.params)? {
        let mut sums = [0; 8];
        let at = usize::try_from(row.int(1)? * 2 + row.int(2)?).ok();
        let sum = at.and_then(|at| sums.get_mut(at));
        let sum = sum.ok_or_else(|| StoreError::Corrupt("a leg is not readable".to_owned()))?;
        let moved = i128::from(row.int(3)?) * i128::from(HALF) + i128::from(row.int(4)?);
        *sum = if back { -moved } else { moved };
        merge(&mut rows, place(row.text(0)?, sums));
    }
    rows.retain(|row| row.sums != [0; 8]);
    Ok(rows)
}

/// A place of which only the sums are known.
fn place(name: Arc<str>, sums: [i128; 8]) -> BranchRow {
    BranchRow {
        name,
        accounts: None,
        standing: None,
        sums,
    }
}

/// The names of the eight sums.
const NAMES: [&str; 8] = [
    "draft_in",
    "draft_out",
    "checked_in",
    "checked_out",
    "posted_in",
    "posted_out",
    "held_in",
    "held_out",
];

/// A leg (as `l`) as eight sums, seven of them nothing.
fn of_legs() -> String {
    let of = |(at, name): (usize, &&str)| {
        let (state, side) = (at / 2, at % 2);
        format!("case when l.state = {state} and l.side = {side} then l.amount else 0 end {name}")
    };
    let sums: Vec<String> = NAMES.iter().enumerate().map(of).collect();
    sums.join(", ")
}

/// The first part of a key.
fn first_of(key: &str, dialect: Dialect) -> String {
    match dialect {
        Dialect::Postgres => format!("split_part({key}, '/', 1)"),
        Dialect::Sqlite => format!(
            "case when instr({key}, '/') > 0 then substr({key}, 1, instr({key}, '/') - 1) else {key} end"
        ),
    }
}

/// The branches in which anything was booked after a journal row, for whatever day or up to one; the first `most` of them.
pub(super) fn touched(
    sql: &dyn Sql,
    org: i64,
    ledger: &str,
    query: &BranchQuery,
    after: i64,
    as_of: Instant,
    most: usize,
) -> Result<Vec<Arc<str>>, StoreError> {
    let mut filter = picked(org, ledger, query);
    filter.and("l.seq > ?", after);
    if let Instant::Day(day) = as_of {
        filter.and("l.day <= ?", day);
    }
    let group = match query.by {
        BranchBy::Place => "a.place".to_owned(),
        BranchBy::First => first_of("a.key", sql.dialect()),
    };
    let text = format!(
        "select distinct {group} from leg l cross join account a where {} and l.org = ?1 and a.id = l.account limit {most}",
        filter.text
    );
    let rows = sql.query(&text, &filter.params)?;
    rows.iter().map(|row| row.text(0)).collect()
}

/// One branch by the first part of its keys, as of now; nothing where it has no account.
pub(super) fn one(
    sql: &dyn Sql,
    org: i64,
    ledger: &str,
    query: &BranchQuery,
    name: &str,
) -> Result<Option<BranchRow>, StoreError> {
    let mut whole: Option<BranchRow> = None;
    for key in [
        KeyFilter::Exact(name.to_owned()),
        KeyFilter::Prefix(format!("{name}/")),
    ] {
        let query = BranchQuery {
            by: BranchBy::First,
            key: Some(key),
            after: None,
            skip_zero: false,
            ..query.clone()
        };
        let inner = accounts_at(picked(org, ledger, &query), Instant::Now, sql.dialect());
        for row in added_up(sql, &query, &inner, None)? {
            whole = Some(match whole {
                None => row,
                Some(mut whole) => {
                    let plus = |one: Option<i64>, more: Option<i64>| Some(one? + more?);
                    whole.accounts = plus(whole.accounts, row.accounts);
                    whole.standing = plus(whole.standing, row.standing);
                    for (sum, more) in whole.sums.iter_mut().zip(row.sums) {
                        *sum += more;
                    }
                    whole
                }
            });
        }
    }
    Ok(whole)
}

/// Adds up accounts, and these by branch.
fn added_up(
    sql: &dyn Sql,
    query: &BranchQuery,
    inner: &Inner,
    limit: Option<usize>,
) -> Result<Vec<BranchRow>, StoreError> {
    let group = match query.by {
        BranchBy::Place => "p".to_owned(),
        BranchBy::First => first_of("k", sql.dialect()),
    };
    let each = NAMES.map(|name| format!("cast(sum({name}) as bigint) {name}"));
    let halves = NAMES.map(|name| {
        format!("cast(sum({name} / {HALF}) as bigint), cast(sum({name} % {HALF}) as bigint)")
    });
    let stands = "case when draft_in <> draft_out or checked_in <> checked_out or posted_in <> posted_out \
                  or held_in <> held_out then 1 else 0 end";
    let mut params = inner.params.clone();
    let mut text = format!(
        "select g, count(*), cast(sum(stands) as bigint), {} from (select {group} g, {stands} stands, {} from \
         (select k, d, p, {} from ({}) legs group by k, d, p) accounts) branches",
        halves.join(", "),
        NAMES.join(", "),
        each.join(", "),
        inner.text
    );
    if limit.is_some()
        && let Some(after) = &query.after
    {
        let after: String = read_cursor(after)?;
        params.push(after.into());
        text.push_str(&format!(" where g > ?{}", params.len()));
    }
    text.push_str(" group by g");
    if query.skip_zero {
        text.push_str(" having sum(stands) > 0");
    }
    text.push_str(" order by g");
    if let Some(limit) = limit {
        params.push(Cell::Int(i64::try_from(limit).unwrap_or(i64::MAX)));
        text.push_str(&format!(" limit ?{}", params.len()));
    }
    sql.query(&text, &params)?.iter().map(branch).collect()
}

fn branch(row: &Row) -> Result<BranchRow, StoreError> {
    let mut sums = [0; 8];
    for (at, sum) in sums.iter_mut().enumerate() {
        let (whole, rest) = (row.int(3 + at * 2)?, row.int(4 + at * 2)?);
        *sum = i128::from(whole) * i128::from(HALF) + i128::from(rest);
    }
    Ok(BranchRow {
        name: row.text(0)?,
        accounts: Some(row.int(1)?),
        standing: Some(row.int(2)?),
        sums,
    })
}

/// Places from their monthly sums, of the months before one.
fn from_turnover(
    sql: &dyn Sql,
    org: i64,
    ledger: &str,
    query: &BranchQuery,
    before: i64,
) -> Result<Vec<BranchRow>, StoreError> {
    let mut filter = Filter::new("org = ?", org);
    filter.and("ledger = ?", ledger);
    filter.and("period < ?", before);
    if let Some(place) = &query.place {
        filter.and("place = ?", place.as_str());
    }
    let text = format!(
        "select place, unit, {} from turnover where {}",
        NAMES.join(", "),
        filter.text
    );
    let mut places: BTreeMap<Arc<str>, [i128; 8]> = BTreeMap::new();
    for row in sql.query(&text, &filter.params)? {
        let sums = places.entry(row.text(0)?).or_default();
        for (sum, more) in sums.iter_mut().zip(turnover_from(&row, 1)?.sums) {
            *sum += more;
        }
    }
    Ok(places
        .into_iter()
        .map(|(name, sums)| place(name, sums))
        .collect())
}

/// Adds a branch to those there are; how many accounts there are together is not known.
fn merge(rows: &mut Vec<BranchRow>, row: BranchRow) {
    let more = place(row.name, row.sums);
    match rows.iter_mut().find(|there| there.name == more.name) {
        None => rows.push(more),
        Some(there) => {
            for (sum, more) in there.sums.iter_mut().zip(more.sums) {
                *sum += more;
            }
        }
    }
}
