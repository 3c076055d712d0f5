//! Balances and trial balances.

use std::collections::BTreeMap;
use std::sync::Arc;

use kernel::{EntryState, Moment, Side, Unit};
use ledger::Balance;

use super::{bisect, cursor, page_size, read_cursor};
use crate::api::{
    AsOf, BalanceQuery, BalanceRow, KeyFilter, Page, StoreError, TrialQuery, TrialRow,
};
use crate::cell::{Cell, CellRef};
use crate::codec::day_number;
use crate::reads::journal::first_at_or_after;
use crate::reads::slips::{side_of, state_at};
use crate::source::{add, balance_from, turnover_from, unit_named};
use crate::sql::{Filter, Sql, past_prefix};

/// A place and key with the number its legs carry.
#[derive(Debug, Clone)]
pub(crate) struct AccountName {
    pub id: i64,
    pub place: Arc<str>,
    pub key: Arc<str>,
    pub detail: Arc<str>,
    pub unit: Unit,
}

/// Adds what picks accounts (as `a`).
pub(crate) fn accounts_filter(
    org: i64,
    ledger: &str,
    place: Option<&str>,
    key: Option<&KeyFilter>,
) -> Filter {
    let mut filter = Filter::new("a.org = ?", org);
    filter.and("a.ledger = ?", ledger);
    if let Some(place) = place {
        filter.and("a.place = ?", place);
    }
    match key {
        None => {}
        Some(KeyFilter::Exact(key)) => filter.and("a.key = ?", key.as_str()),
        Some(KeyFilter::Prefix(prefix)) => {
            filter.and("a.key >= ?", prefix.as_str());
            filter.and("a.key < ?", past_prefix(prefix));
        }
    }
    filter
}

/// Accounts by key, detail and place.
pub(crate) fn accounts(
    sql: &dyn Sql,
    mut filter: Filter,
    limit: usize,
) -> Result<Vec<AccountName>, StoreError> {
    let limit = filter.param(limit as i64);
    let text = format!(
        "select a.id, a.place, a.key, a.detail, a.unit from account a{} where {} \
         order by a.key, a.detail, a.place limit {limit}",
        sql.dialect().indexed_by("account_name"),
        filter.text
    );
    let rows = sql.query(&text, &filter.params)?;
    rows.iter()
        .map(|row| {
            Ok(AccountName {
                id: row.int(0)?,
                place: row.text(1)?,
                key: row.text(2)?,
                detail: row.text(3)?,
                unit: unit_named(row.str(4)?)?,
            })
        })
        .collect()
}

/// A page of balances.
pub(crate) fn balances(
    sql: &dyn Sql,
    org: i64,
    ledger: &str,
    query: &BalanceQuery,
) -> Result<Page<BalanceRow>, StoreError> {
    let limit = page_size(query.limit, 1_000, 100_000);
    let mut after: Option<(String, String, String)> =
        query.after.as_ref().map(read_cursor).transpose()?;
    let as_of = Instant::of(sql, org, query.as_of)?;
    let opened = match as_of {
        Instant::Seq(seq) if query.skip_zero => Some(opened_by(sql, org, seq)?),
        _ => None,
    };
    let mut out: Vec<BalanceRow> = Vec::new();
    let mut looked_at = 0;
    // Accounts at zero may be left out, so one reading may not fill the page.
    let more = loop {
        let mut filter = accounts_filter(org, ledger, query.place.as_deref(), query.key.as_ref());
        if let Some((place, key, detail)) = &after {
            let values = [key, detail, place].map(|text| Cell::from(text.as_str()));
            filter.past(&["a.key", "a.detail", "a.place"], false, values.to_vec());
        }
        match opened {
            // Nothing was booked yet, so nothing stood.
            Some(0) => break false,
            Some(last) => filter.and("a.id <= ?", last),
            None => {}
        }
        if query.skip_zero && query.period.is_none() && as_of == Instant::Now {
            // What is at zero need not be looked at one by one.
            filter.also(NOT_ZERO);
        }
        let wanted = (limit + 1 - out.len()).min(4_096);
        let names = accounts(sql, filter, wanted)?;
        let exhausted = names.len() < wanted;
        looked_at += names.len();
        let sums = sums_of(sql, org, &names, query, as_of)?;
        for (name, balance) in names.into_iter().zip(sums) {
            after = Some((
                name.place.to_string(),
                name.key.to_string(),
                name.detail.to_string(),
            ));
            if query.skip_zero && is_zero(&balance) {
                continue;
            }
            out.push(BalanceRow {
                place: name.place,
                key: name.key,
                detail: name.detail,
                unit: name.unit,
                balance,
            });
        }
        if out.len() > limit {
            out.truncate(limit);
            after = out.last().map(|row| {
                let name = [&row.place, &row.key, &row.detail].map(ToString::to_string);
                name.into()
            });
            break true;
        }
        if exhausted {
            break false;
        }
        if as_of != Instant::Now && looked_at >= LOOKED_AT.max(limit) {
            // Most of these stood at zero then; the page is shorter and says where to go on.
            break true;
        }
    };
    Ok(Page {
        next: after.filter(|_| more).map(|name| cursor(&name)),
        total: (!more && query.after.is_none()).then_some(out.len() as i64),
        rows: out,
    })
}

/// Accounts of the past looked at for one page: which of them stood at zero then is only known by adding them up.
const LOOKED_AT: usize = 2_000;

const NOT_ZERO: &str = "exists (select 1 from balance b where b.org = a.org and b.account = a.id \
     group by b.account having sum(b.draft_in) <> sum(b.draft_out) or sum(b.checked_in) <> sum(b.checked_out) \
     or sum(b.posted_in) <> sum(b.posted_out) or sum(b.held_in) <> sum(b.held_out))";

fn is_zero(balance: &Balance) -> bool {
    EntryState::ALL
        .into_iter()
        .all(|state| balance.of(state).net() == 0)
}

/// A moment in the life of a ledger, as its rows know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Instant {
    Now,
    /// What was booked up to this journal row.
    Seq(i64),
    /// What is booked for days up to this one.
    Day(i64),
}

impl Instant {
    pub fn of(sql: &dyn Sql, org: i64, as_of: AsOf) -> Result<Instant, StoreError> {
        Ok(match as_of {
            AsOf::Now => Instant::Now,
            AsOf::Seq(seq) => Instant::Seq(seq),
            AsOf::Moment(Moment(at)) => {
                Instant::Seq(first_at_or_after(sql, org, Moment(at.saturating_add(1)))? - 1)
            }
            AsOf::Day(day) => Instant::Day(day_number(day)),
        })
    }
}

/// The last account that was opened up to a journal row, 0 when there was none: they are numbered as they are opened.
pub(crate) fn opened_by(sql: &dyn Sql, org: i64, seq: i64) -> Result<i64, StoreError> {
    let row = sql.first(
        "select next_account from head where org = ?1",
        &[org.into()],
    )?;
    let next = row.map_or(Ok(1), |row| row.int(0))?;
    let first_after = bisect(1, next, |id| {
        let row = sql.first(
            "select seq from account where org = ?1 and id = ?2",
            &[org.into(), id.into()],
        )?;
        Ok(row.map_or(Ok(i64::MAX), |row| row.int(0))? > seq)
    })?;
    Ok(first_after - 1)
}

/// The balance of each account at an instant.
pub(crate) fn sums_at(
    sql: &dyn Sql,
    org: i64,
    names: &[AccountName],
    at: Instant,
) -> Result<Vec<Balance>, StoreError> {
    sums_of(sql, org, names, &BalanceQuery::default(), at)
}

/// The balance of each account. Monthly rows that are wholly before the instant are taken as they are; only of the others
/// are the legs added up.
fn sums_of(
    sql: &dyn Sql,
    org: i64,
    names: &[AccountName],
    query: &BalanceQuery,
    as_of: Instant,
) -> Result<Vec<Balance>, StoreError> {
    let mut sums: BTreeMap<i64, Balance> = BTreeMap::new();
    let mut partial: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
    for chunk in names.chunks(256) {
        let mut filter = Filter::new("b.org = ?", org);
        filter.within("b.account", chunk.iter().map(|name| Cell::Int(name.id)));
        if let Some((from, to)) = query.period {
            filter.and("b.period >= ?", i64::from(from.0));
            filter.and("b.period <= ?", i64::from(to.0));
        }
        let text = format!(
            "select b.account, b.period, {SUMS}, b.last_seq from balance b where {}",
            filter.text
        );
        for row in sql.query(&text, &filter.params)? {
            let (account, period) = (row.int(0)?, row.int(1)?);
            let whole = match as_of {
                Instant::Now => true,
                Instant::Seq(seq) => row.int(10)? <= seq,
                Instant::Day(day) => period < day / 100,
            };
            if whole {
                let sum = sums.entry(account).or_default();
                *sum = add(*sum, balance_from(&row, 2)?).ok_or_else(too_large)?;
            } else if !matches!(as_of, Instant::Day(day) if period > day / 100) {
                partial.entry(period).or_default().push(account);
            }
        }
    }
    for (period, accounts) in partial {
        for chunk in accounts.chunks(256) {
            match as_of {
                Instant::Seq(seq) if recent(sql, org, seq)? => {
                    take_off_legs(sql, org, period, chunk, seq, &mut sums)?;
                }
                _ => add_legs(sql, org, period, chunk, as_of, &mut sums)?,
            }
        }
    }
    Ok(names
        .iter()
        .map(|name| sums.get(&name.id).copied().unwrap_or_default())
        .collect())
}

/// Whether it is less work to take off what was booked since a journal row than to add up what was booked before it.
fn recent(sql: &dyn Sql, org: i64, seq: i64) -> Result<bool, StoreError> {
    let (last, _) = crate::reads::journal::head(sql, org)?;
    Ok(last - seq < RECENT)
}

/// So many journal rows are read through in a few milliseconds.
const RECENT: i64 = 10_000;

/// Adds up the legs of accounts in a period up to an instant within it.
fn add_legs(
    sql: &dyn Sql,
    org: i64,
    period: i64,
    accounts: &[i64],
    as_of: Instant,
    sums: &mut BTreeMap<i64, Balance>,
) -> Result<(), StoreError> {
    let mut filter = Filter::new("l.org = ?", org);
    filter.within("l.account", accounts.iter().map(|id| Cell::Int(*id)));
    filter.and("l.day >= ?", period * 100);
    match as_of {
        Instant::Day(day) => filter.and("l.day <= ?", day),
        Instant::Seq(seq) => {
            filter.and("l.day <= ?", period * 100 + 99);
            filter.and("l.seq <= ?", seq);
        }
        Instant::Now => {}
    }
    let text = format!(
        "select l.account, l.state, l.side, l.amount from leg l{} where {}",
        sql.dialect().indexed_by("leg_statement"),
        filter.text
    );
    each_leg(
        sql,
        &text,
        &filter.params,
        &mut |account, state, side, amount| {
            let sum = sums.entry(account).or_default();
            let slot = sum.of_mut(state);
            *slot = slot.with(side, amount).ok_or_else(too_large)?;
            Ok(())
        },
    )
}

/// The sums of accounts in a period as they are now, less what was booked after a journal row.
fn take_off_legs(
    sql: &dyn Sql,
    org: i64,
    period: i64,
    accounts: &[i64],
    seq: i64,
    sums: &mut BTreeMap<i64, Balance>,
) -> Result<(), StoreError> {
    let mut filter = Filter::new("b.org = ?", org);
    filter.and("b.period = ?", period);
    filter.within("b.account", accounts.iter().map(|id| Cell::Int(*id)));
    let text = format!(
        "select b.account, {SUMS} from balance b where {}",
        filter.text
    );
    let mut now: BTreeMap<i64, Balance> = BTreeMap::new();
    for row in sql.query(&text, &filter.params)? {
        now.insert(row.int(0)?, balance_from(&row, 1)?);
    }
    let mut filter = Filter::new("l.org = ?", org);
    filter.and("l.seq > ?", seq);
    filter.and("l.day >= ?", period * 100);
    filter.and("l.day <= ?", period * 100 + 99);
    // The plus keeps SQLite to the order of the journal.
    filter.within("+l.account", accounts.iter().map(|id| Cell::Int(*id)));
    let text = format!(
        "select l.account, l.state, l.side, l.amount from leg l where {}",
        filter.text
    );
    each_leg(
        sql,
        &text,
        &filter.params,
        &mut |account, state, side, amount| {
            if let Some(sum) = now.get_mut(&account) {
                let slot = sum.of_mut(state);
                let part = match side {
                    Side::In => &mut slot.r#in,
                    Side::Out => &mut slot.out,
                };
                // What comes out fits, though a step on the way may not.
                *part = part.wrapping_sub(amount);
            }
            Ok(())
        },
    )?;
    for (account, balance) in now {
        let sum = sums.entry(account).or_default();
        *sum = add(*sum, balance).ok_or_else(too_large)?;
    }
    Ok(())
}

type EachLeg<'a> = &'a mut dyn FnMut(i64, EntryState, Side, i64) -> Result<(), StoreError>;

fn each_leg(
    sql: &dyn Sql,
    text: &str,
    params: &[Cell],
    each: EachLeg<'_>,
) -> Result<(), StoreError> {
    sql.scan(text, params, &mut |cells| match *cells {
        [
            CellRef::Int(account),
            CellRef::Int(state),
            CellRef::Int(side),
            CellRef::Int(amount),
        ] => each(account, state_at(state)?, side_of(side), amount),
        _ => Err(StoreError::Corrupt("a leg is not readable".to_owned())),
    })
}

/// The eight sums of a row of `balance` (as `b`).
pub(crate) const SUMS: &str = "b.draft_in, b.draft_out, b.checked_in, b.checked_out, b.posted_in, b.posted_out, b.held_in, \
     b.held_out";

fn too_large() -> StoreError {
    StoreError::Invalid("a sum does not fit in 64 bits".to_owned())
}

/// The positions of states among the eight sums of a row.
pub(crate) fn state_positions(states: &[EntryState]) -> Vec<usize> {
    let states = if states.is_empty() {
        &[EntryState::Posted]
    } else {
        states
    };
    EntryState::ALL
        .iter()
        .enumerate()
        .filter(|(_, state)| states.contains(state))
        .map(|(at, _)| at)
        .collect()
}

/// A trial balance.
pub(crate) fn trial(
    sql: &dyn Sql,
    org: i64,
    ledger: &str,
    query: &TrialQuery,
) -> Result<Vec<TrialRow>, StoreError> {
    let states = state_positions(&query.states);
    let mut rows: BTreeMap<(Arc<str>, Arc<str>), TrialRow> = BTreeMap::new();
    let mut take = |place: Arc<str>, key: Arc<str>, period: i64, unit: Unit, sums: &[i128; 8]| {
        let row = rows
            .entry((place, key))
            .or_insert_with_key(|(place, key)| TrialRow {
                place: place.clone(),
                key: key.clone(),
                unit,
                opening: 0,
                r#in: 0,
                out: 0,
                closing: 0,
            });
        for state in &states {
            let (r#in, out) = (sums[state * 2], sums[state * 2 + 1]);
            if period < i64::from(query.from.0) {
                row.opening += r#in - out;
            } else {
                row.r#in += r#in;
                row.out += out;
            }
            row.closing += r#in - out;
        }
    };
    let to = i64::from(query.to.0);
    if query.by_key {
        let text = format!(
            "select a.place, a.key, b.period, a.unit, {SUMS} from account a{} cross join balance b \
             where a.org = ?1 and a.ledger = ?2 and b.org = a.org and b.account = a.id and b.period <= ?3",
            sql.dialect().indexed_by("account_name")
        );
        for row in sql.query(&text, &[org.into(), ledger.into(), to.into()])? {
            let mut sums = [0; 8];
            for (at, sum) in sums.iter_mut().enumerate() {
                *sum = row.int(4 + at)?.into();
            }
            take(
                row.text(0)?,
                row.text(1)?,
                row.int(2)?,
                unit_named(row.str(3)?)?,
                &sums,
            );
        }
    } else {
        let text = "select place, period, unit, draft_in, draft_out, checked_in, checked_out, posted_in, posted_out, \
             held_in, held_out from turnover where org = ?1 and ledger = ?2 and period <= ?3";
        for row in sql.query(text, &[org.into(), ledger.into(), to.into()])? {
            let turnover = turnover_from(&row, 2)?;
            take(
                row.text(0)?,
                Arc::from(""),
                row.int(1)?,
                turnover.unit,
                &turnover.sums,
            );
        }
    }
    Ok(rows.into_values().collect())
}
