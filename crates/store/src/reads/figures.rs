//! Figures of a ledger beside one another: what changed between two moments, what moved in which month.

use kernel::Period;

use super::balances::{self, Instant, accounts, accounts_filter};
use super::{cursor, page_size, read_cursor};
use crate::api::{ChangeQuery, ChangeRow, MonthQuery, MonthRow, Months, Page, StoreError};
use crate::cell::Cell;
use crate::source::{balance_from, unit_named};
use crate::sql::{Filter, Sql};

/// A page of what changed, by key, detail and place.
pub(crate) fn changes(
    sql: &dyn Sql,
    org: i64,
    ledger: &str,
    query: &ChangeQuery,
) -> Result<Page<ChangeRow>, StoreError> {
    let limit = page_size(query.limit, 1_000, 100_000);
    let from = Instant::of(sql, org, query.from)?;
    let to = Instant::of(sql, org, query.to)?;
    let mut after: Option<(String, String, String)> =
        query.after.as_ref().map(read_cursor).transpose()?;
    let mut out: Vec<ChangeRow> = Vec::new();
    // Accounts that were moved may stand as before, so one reading may not fill the page.
    loop {
        let mut filter = accounts_filter(org, ledger, query.place.as_deref(), query.key.as_ref());
        if let Some((place, key, detail)) = &after {
            let values = [key, detail, place].map(|text| Cell::from(text.as_str()));
            filter.past(&["a.key", "a.detail", "a.place"], false, values.to_vec());
        }
        moved_between(&mut filter, from, to);
        let wanted = (limit + 1 - out.len()).clamp(256, 4_096);
        let names = accounts(sql, filter, wanted)?;
        let exhausted = names.len() < wanted;
        let befores = balances::sums_at(sql, org, &names, from)?;
        let afters = balances::sums_at(sql, org, &names, to)?;
        for ((name, before), now) in names.into_iter().zip(befores).zip(afters) {
            after = Some((
                name.place.to_string(),
                name.key.to_string(),
                name.detail.to_string(),
            ));
            if before != now {
                out.push(ChangeRow {
                    place: name.place,
                    key: name.key,
                    detail: name.detail,
                    unit: name.unit,
                    before,
                    after: now,
                });
            }
        }
        if exhausted || out.len() > limit {
            break;
        }
    }
    let more = out.len() > limit;
    out.truncate(limit);
    Ok(Page {
        next: out
            .last()
            .filter(|_| more)
            .map(|row| cursor(&(&row.place, &row.key, &row.detail))),
        total: (!more && query.after.is_none()).then_some(out.len() as i64),
        rows: out,
    })
}

/// Leaves out accounts whose monthly sums show that nothing can have moved between the two.
fn moved_between(filter: &mut Filter, from: Instant, to: Instant) {
    let mut exists = |condition: String| {
        filter.also(&format!(
            "exists (select 1 from balance b where b.org = a.org and b.account = a.id and {condition})"
        ));
    };
    match (from, to) {
        (Instant::Seq(one), Instant::Seq(other)) => {
            exists(format!("b.last_seq > {}", one.min(other)));
        }
        (Instant::Seq(one), Instant::Now) | (Instant::Now, Instant::Seq(one)) => {
            exists(format!("b.last_seq > {one}"));
        }
        (Instant::Day(one), Instant::Day(other)) => {
            let (first, last) = (one.min(other) / 100, one.max(other) / 100);
            exists(format!("b.period >= {first} and b.period <= {last}"));
        }
        (Instant::Day(one), Instant::Now) | (Instant::Now, Instant::Day(one)) => {
            exists(format!("b.period >= {}", one / 100));
        }
        // What was booked when and for which day says nothing of one another.
        (Instant::Day(_), Instant::Seq(_)) | (Instant::Seq(_), Instant::Day(_)) => {}
        (Instant::Now, Instant::Now) => filter.also("1 = 0"),
    }
}

/// What moved on each account in each month.
pub(crate) fn months(
    sql: &dyn Sql,
    org: i64,
    ledger: &str,
    query: &MonthQuery,
) -> Result<Months, StoreError> {
    let limit = page_size(query.limit, 100_000, 1_000_000);
    let mut filter = accounts_filter(org, ledger, query.place.as_deref(), query.key.as_ref());
    if let Some(Period(from)) = query.from {
        filter.and("b.period >= ?", i64::from(from));
    }
    if let Some(Period(to)) = query.to {
        filter.and("b.period <= ?", i64::from(to));
    }
    let fetch = filter.param(limit as i64 + 1);
    let text = format!(
        "select a.place, a.key, a.detail, a.unit, b.period, {} from account a{} cross join balance b where {} \
         and b.org = a.org and b.account = a.id order by a.key, a.detail, a.place, b.period limit {fetch}",
        balances::SUMS,
        sql.dialect().indexed_by("account_name"),
        filter.text
    );
    let rows = sql.query(&text, &filter.params)?;
    let more = rows.len() > limit;
    let rows = rows
        .iter()
        .take(limit)
        .map(|row| {
            let period = i32::try_from(row.int(4)?)
                .map_err(|_| StoreError::Corrupt("a month is not readable".to_owned()))?;
            Ok(MonthRow {
                place: row.text(0)?,
                key: row.text(1)?,
                detail: row.text(2)?,
                unit: unit_named(row.str(3)?)?,
                period: Period(period),
                balance: balance_from(row, 5)?,
            })
        })
        .collect::<Result<_, StoreError>>()?;
    Ok(Months { rows, more })
}
