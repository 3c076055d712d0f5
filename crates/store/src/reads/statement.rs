//! Statements: the legs of an account, a key or a place, with the balance after each.

use std::collections::HashMap;

use kernel::{EntryState, Moment, Side, SlipId};

use super::page_size;
use crate::api::{Statement, StatementCursor, StatementLeg, StatementQuery, StoreError};
use crate::cell::{Cell, Row};
use crate::codec::{day_number, day_of};
use crate::reads::balances::{AccountName, SUMS, accounts, accounts_filter, state_positions};
use crate::reads::journal::first_at_or_after;
use crate::reads::slips::{side_of, state_at};
use crate::source::turnover_from;
use crate::sql::{Filter, Sql};

/// How a statement is read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    /// With more accounts than this the database joins them instead of being given their numbers.
    pub named: usize,
    /// Legs of any account looked at, day by day, to fill a page. With fewer of the statement's own among them, they are
    /// gathered account by account instead.
    pub stretch: i64,
}

/// Those that pages are read with.
pub(crate) const BOUNDS: Bounds = Bounds {
    named: 512,
    stretch: 20_000,
};

/// Which accounts a statement is about.
enum Scope {
    Named(HashMap<i64, AccountName>),
    Joined,
}

impl Scope {
    /// The index by which legs of a few days are found.
    fn index(&self) -> &'static str {
        match self {
            Scope::Named(_) => "leg_statement",
            Scope::Joined => "leg_day",
        }
    }
}

/// A page of a statement.
pub(crate) fn statement(
    sql: &dyn Sql,
    org: i64,
    ledger: &str,
    query: &StatementQuery,
    bounds: Bounds,
) -> Result<Statement, StoreError> {
    let mut names = accounts(sql, picked(org, ledger, query), bounds.named + 1)?;
    let unit = names.first().map(|name| name.unit);
    let scope = if names.len() > bounds.named {
        Scope::Joined
    } else {
        Scope::Named(names.drain(..).map(|name| (name.id, name)).collect())
    };
    let opening = match &query.after {
        Some(after) => after.running,
        None => opening(sql, org, ledger, query, &scope)?,
    };
    let limit = page_size(query.limit, 100, 10_000);
    let mut rows = legs(sql, org, ledger, query, (&scope, bounds), limit + 1)?;
    let more = rows.len() > limit;
    rows.truncate(limit);
    let mut running = opening;
    let mut out = Vec::with_capacity(rows.len());
    for row in &rows {
        out.push(leg_from(row, &mut running)?);
    }
    let next = out.last().filter(|_| more).map(|leg| StatementCursor {
        day: leg.day,
        seq: leg.seq,
        n: leg.n,
        running: leg.running,
    });
    Ok(Statement {
        unit,
        opening,
        legs: out,
        closing: running,
        next,
    })
}

/// Picks the accounts of a statement.
fn picked(org: i64, ledger: &str, query: &StatementQuery) -> Filter {
    let mut filter = accounts_filter(org, ledger, query.place.as_deref(), query.key.as_ref());
    if let Some(detail) = &query.detail {
        filter.and("a.detail = ?", detail.as_str());
    }
    filter
}

/// The balance before the first day: whole months from the monthly sums, the rest from legs.
fn opening(
    sql: &dyn Sql,
    org: i64,
    ledger: &str,
    query: &StatementQuery,
    scope: &Scope,
) -> Result<i128, StoreError> {
    let states = state_positions(&query.states);
    let booked = Booked::of(sql, org, query)?;
    if booked.narrows() {
        return opening_by_legs(sql, org, ledger, query, scope, booked);
    }
    let Some(from) = query.from.map(day_number) else {
        return Ok(0);
    };
    let mut total = match (scope, &query.key, &query.detail) {
        (Scope::Joined, None, None) => turned_over(sql, org, ledger, query, from / 100, &states)?,
        _ => months_before(sql, org, ledger, query, scope, from / 100, &states)?,
    };
    for (mut filter, join) in scoped(org, ledger, query, scope, "l") {
        filter.and("l.day >= ?", from / 100 * 100);
        filter.and("l.day < ?", from);
        state_filter(&mut filter, &states);
        let hint = sql.dialect().indexed_by(scope.index());
        let text = format!(
            "select l.side, l.amount from leg l{hint} {join} where {}",
            filter.text
        );
        for row in sql.query(&text, &filter.params)? {
            total += net(side_of(row.int(0)?), row.int(1)?);
        }
    }
    Ok(total)
}

/// What the accounts of a statement held before a month, from the monthly sums of each.
fn months_before(
    sql: &dyn Sql,
    org: i64,
    ledger: &str,
    query: &StatementQuery,
    scope: &Scope,
    period: i64,
    states: &[usize],
) -> Result<i128, StoreError> {
    let mut total: i128 = 0;
    for (mut filter, join) in scoped(org, ledger, query, scope, "b") {
        filter.and("b.period < ?", period);
        let text = format!("select {SUMS} from balance b {join} where {}", filter.text);
        for row in sql.query(&text, &filter.params)? {
            for state in states {
                total += i128::from(row.int(state * 2)?) - i128::from(row.int(state * 2 + 1)?);
            }
        }
    }
    Ok(total)
}

/// The same of a whole place or ledger, which is added up month by month already.
fn turned_over(
    sql: &dyn Sql,
    org: i64,
    ledger: &str,
    query: &StatementQuery,
    period: i64,
    states: &[usize],
) -> Result<i128, StoreError> {
    let mut filter = Filter::new("org = ?", org);
    filter.and("ledger = ?", ledger);
    if let Some(place) = &query.place {
        filter.and("place = ?", place.as_str());
    }
    filter.and("period < ?", period);
    let text = format!(
        "select unit, draft_in, draft_out, checked_in, checked_out, posted_in, posted_out, held_in, held_out \
         from turnover where {}",
        filter.text
    );
    let mut total: i128 = 0;
    for row in sql.query(&text, &filter.params)? {
        let sums = turnover_from(&row, 0)?.sums;
        for state in states {
            total += sums[state * 2] - sums[state * 2 + 1];
        }
    }
    Ok(total)
}

/// Between which rows of the journal legs were booked.
#[derive(Clone, Copy)]
struct Booked {
    after: Option<i64>,
    until: Option<i64>,
}

impl Booked {
    fn of(sql: &dyn Sql, org: i64, query: &StatementQuery) -> Result<Booked, StoreError> {
        let last = |moment: Option<Moment>| {
            moment
                .map(|Moment(at)| first_at_or_after(sql, org, Moment(at.saturating_add(1))))
                .transpose()
                .map(|seq| seq.map(|seq| seq - 1))
        };
        Ok(Booked {
            after: last(query.booked_after)?,
            until: last(query.booked_until)?,
        })
    }

    fn narrows(self) -> bool {
        self.after.is_some() || self.until.is_some()
    }
}

/// The balance before the first leg shown, where months are of no use because not all of their legs were booked then.
fn opening_by_legs(
    sql: &dyn Sql,
    org: i64,
    ledger: &str,
    query: &StatementQuery,
    scope: &Scope,
    booked: Booked,
) -> Result<i128, StoreError> {
    let from = query.from.map(day_number);
    if booked.after.is_none() && from.is_none() {
        return Ok(0);
    }
    let mut total: i128 = 0;
    for (mut filter, join) in scoped(org, ledger, query, scope, "l") {
        state_filter(&mut filter, &state_positions(&query.states));
        if let Some(until) = booked.until {
            filter.and("l.seq <= ?", until);
        }
        let day = filter.param(from.unwrap_or(0));
        let after = filter.param(booked.after.unwrap_or(0));
        filter.also(&format!("(l.day < {day} or l.seq <= {after})"));
        let text = format!(
            "select l.side, l.amount from leg l {join} where {}",
            filter.text
        );
        for row in sql.query(&text, &filter.params)? {
            total += net(side_of(row.int(0)?), row.int(1)?);
        }
    }
    Ok(total)
}

fn net(side: Side, amount: i64) -> i128 {
    match side {
        Side::In => i128::from(amount),
        Side::Out => -i128::from(amount),
    }
}

fn state_filter(filter: &mut Filter, states: &[usize]) {
    filter.within(
        "l.state",
        states.iter().map(|state| Cell::Int(*state as i64)),
    );
}

/// Conditions that keep rows of `table` to the accounts of the statement, with the join that they need.
fn scoped(
    org: i64,
    ledger: &str,
    query: &StatementQuery,
    scope: &Scope,
    table: &str,
) -> Vec<(Filter, String)> {
    match scope {
        Scope::Named(names) if names.is_empty() => Vec::new(),
        Scope::Named(names) => {
            let mut filter = Filter::new(&format!("{table}.org = ?"), org);
            if let (1, Some(id)) = (names.len(), names.keys().next()) {
                filter.and(&format!("{table}.account = ?"), *id);
            } else {
                let mut ids: Vec<i64> = names.keys().copied().collect();
                ids.sort_unstable();
                filter.within(&format!("{table}.account"), ids.into_iter().map(Cell::Int));
            }
            vec![(filter, String::new())]
        }
        Scope::Joined => {
            let join = format!("join account a on a.org = {table}.org and a.id = {table}.account");
            vec![(picked(org, ledger, query), join)]
        }
    }
}

const LEG_COLUMNS: &str = "l.seq, l.n, j.at, l.day, l.state, j.slip, s.number, s.kind, j.actor, a.place, a.key, \
     a.detail, l.side, l.amount, l.line, l.reversal, s.party";

/// Those of them that are of the leg itself; with the others' keys they stand in the index `leg_statement`.
const OWN_COLUMNS: &str =
    "l.org, l.account, l.day, l.seq, l.n, l.state, l.side, l.amount, l.reversal, l.line";

/// The legs of a page.
fn legs(
    sql: &dyn Sql,
    org: i64,
    ledger: &str,
    query: &StatementQuery,
    (scope, bounds): (&Scope, Bounds),
    limit: usize,
) -> Result<Vec<Row>, StoreError> {
    let Some((mut filter, join)) = scoped(org, ledger, query, scope, "l").pop() else {
        return Ok(Vec::new());
    };
    state_filter(&mut filter, &state_positions(&query.states));
    days_filter(&mut filter, query);
    let booked = Booked::of(sql, org, query)?;
    if let Some(after) = booked.after {
        filter.and("l.seq > ?", after);
    }
    if let Some(until) = booked.until {
        filter.and("l.seq <= ?", until);
    }
    if matches!(scope, Scope::Named(_)) {
        return page(sql, &join, &filter, Some("leg_statement"), limit);
    }
    let end = stretch_end(sql, org, query, bounds.stretch)?;
    let mut stretch = Filter {
        text: filter.text.clone(),
        params: filter.params.clone(),
    };
    if let Some(end) = end.clone() {
        stretch.past(&["l.day", "l.seq", "l.n"], true, end);
    }
    let rows = page(sql, &join, &stretch, Some("leg_day"), limit)?;
    if end.is_none() || rows.len() >= limit {
        return Ok(rows);
    }
    page(sql, &join, &filter, None, limit)
}

/// Keeps to the days asked for, after the page before.
fn days_filter(filter: &mut Filter, query: &StatementQuery) {
    if let Some(from) = query.from {
        filter.and("l.day >= ?", day_number(from));
    }
    if let Some(to) = query.to {
        filter.and("l.day <= ?", day_number(to));
    }
    if let Some(after) = &query.after {
        let values = vec![
            day_number(after.day).into(),
            after.seq.into(),
            after.n.into(),
        ];
        filter.past(&["l.day", "l.seq", "l.n"], false, values);
    }
}

/// Where the stretch of legs ends that is looked at first; nowhere when all that are left are fewer.
fn stretch_end(
    sql: &dyn Sql,
    org: i64,
    query: &StatementQuery,
    stretch: i64,
) -> Result<Option<Vec<Cell>>, StoreError> {
    let mut filter = Filter::new("l.org = ?", org);
    days_filter(&mut filter, query);
    let skipped = filter.param(stretch);
    let text = format!(
        "select l.day, l.seq, l.n from leg l{} where {} order by l.day, l.seq, l.n limit 1 offset {skipped}",
        sql.dialect().indexed_by("leg_day"),
        filter.text
    );
    Ok(sql.first(&text, &filter.params)?.map(|row| row.0))
}

/// The first legs that a filter picks, in order. The page is cut before the rest is joined to it.
fn page(
    sql: &dyn Sql,
    join: &str,
    filter: &Filter,
    index: Option<&str>,
    limit: usize,
) -> Result<Vec<Row>, StoreError> {
    let by = |index| sql.dialect().indexed_by(index);
    let hint = index.map_or_else(String::new, by);
    let (journal, slip) = (by("journal_line"), by("slip_line"));
    let mut params = filter.params.clone();
    params.push((limit as i64).into());
    let text = format!(
        "select {LEG_COLUMNS} from (select {OWN_COLUMNS} from leg l{hint} {join} where {} \
         order by l.day, l.seq, l.n limit ?{}) l join account a on a.org = l.org and a.id = l.account \
         join journal j{journal} on j.org = l.org and j.seq = l.seq \
         left join slip s{slip} on s.org = j.org and s.id = j.slip order by l.day, l.seq, l.n",
        filter.text,
        params.len()
    );
    sql.query(&text, &params)
}

fn leg_from(row: &Row, running: &mut i128) -> Result<StatementLeg, StoreError> {
    let (side, amount) = (side_of(row.int(12)?), row.int(13)?);
    *running += net(side, amount);
    let slip = row.maybe_int(5)?.map(SlipId);
    let state: EntryState = state_at(row.int(4)?)?;
    let text = |at: usize| match row.0.get(at) {
        Some(Cell::Null) => Ok("".into()),
        _ => row.text(at),
    };
    Ok(StatementLeg {
        seq: row.int(0)?,
        n: row.int(1)?,
        at: Moment(row.int(2)?),
        day: day_of(row.int(3)?)?,
        state,
        slip,
        number: text(6)?,
        kind: text(7)?,
        party: text(16)?,
        person: row.text(8)?,
        place: row.text(9)?,
        key: row.text(10)?,
        detail: row.text(11)?,
        side,
        amount,
        line: row.maybe_int(14)?,
        reversal: row.int(15)? != 0,
        running: *running,
    })
}
