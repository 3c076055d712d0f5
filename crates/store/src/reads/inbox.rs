//! The inbox: what waits for whom.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use engine::Person;
use kernel::{Day, Moment, SlipId};

use crate::api::{DueTimer, Holder, InboxCounts, InboxItem, SlipHead, StoreError};
use crate::cell::Cell;
use crate::reads::{registers, slips};
use crate::sql::{Filter, Sql, past_prefix};

/// A holder, and the login for whom a deputy would act.
pub(crate) type Lent = (Holder, Option<Arc<str>>);

/// Counts stop here.
const COUNT_MAX: i64 = 1_000;

/// Who a person is on a day: himself, his roles, and those for whom he deputises.
pub(crate) fn holders(
    sql: &dyn Sql,
    org: i64,
    login: &str,
    today: Day,
) -> Result<Vec<Lent>, StoreError> {
    let people = registers::people(sql, org)?;
    let mut out = Vec::new();
    if let Some(own) = people
        .iter()
        .find(|person| &*person.login == login && person.active)
    {
        as_holders(own, today, None, &mut out);
        for lender in &people {
            if lender.active && lender.deputised_to(login, today) {
                as_holders(lender, today, Some(lender.login.clone()), &mut out);
            }
        }
    }
    Ok(out)
}

fn as_holders(person: &Person, today: Day, lender: Option<Arc<str>>, out: &mut Vec<Lent>) {
    out.push((Holder::Person(person.login.clone()), lender.clone()));
    for grant in &person.grants {
        if grant.covers(&grant.role, None, today) {
            let scope = (!grant.scope.is_empty()).then(|| grant.scope.clone());
            out.push((Holder::Role(grant.role.clone(), scope), lender.clone()));
        }
    }
}

/// A row of `todo`, in the order in which an inbox shows them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Todo {
    due: i64,
    since: i64,
    slip: i64,
    item: i64,
    holder: usize,
    step: Arc<str>,
}

fn todo_of(
    sql: &dyn Sql,
    org: i64,
    at: usize,
    holder: &Holder,
    limit: i64,
) -> Result<Vec<Todo>, StoreError> {
    let mut filter = Filter::new("org = ?", org);
    match holder {
        Holder::Person(login) => filter.and("holder = ?", format!("p:{login}")),
        Holder::Role(role, scope) => {
            filter.and("holder = ?", format!("r:{role}"));
            if let Some(scope) = scope {
                filter.and("scope in ('', ?)", scope);
            }
        }
    }
    let limit = filter.param(limit);
    let text = format!(
        "select due, since, slip, item, step from todo where {} order by due, since, slip, item limit {limit}",
        filter.text
    );
    let rows = sql.query(&text, &filter.params)?;
    rows.iter()
        .map(|row| {
            Ok(Todo {
                due: row.int(0)?,
                since: row.int(1)?,
                slip: row.int(2)?,
                item: row.int(3)?,
                holder: at,
                step: row.text(4)?,
            })
        })
        .collect()
}

/// What waits for any of the holders; each thing once.
fn todo(sql: &dyn Sql, org: i64, holders: &[Lent], limit: i64) -> Result<Vec<Todo>, StoreError> {
    let mut asked: HashSet<&Holder> = HashSet::new();
    let mut found = Vec::new();
    for (at, (holder, _)) in holders.iter().enumerate() {
        if asked.insert(holder) {
            found.extend(todo_of(sql, org, at, holder, limit)?);
        }
    }
    found.sort();
    let mut seen = HashSet::new();
    found.retain(|todo| seen.insert((todo.slip, todo.item)));
    Ok(found)
}

/// The inbox of these holders: what is due first, then what waits longest.
pub(crate) fn items(
    sql: &dyn Sql,
    org: i64,
    holders: &[Lent],
    limit: usize,
) -> Result<Vec<InboxItem>, StoreError> {
    let mut found = todo(sql, org, holders, limit as i64)?;
    found.truncate(limit);
    let mut ids: Vec<SlipId> = found.iter().map(|todo| SlipId(todo.slip)).collect();
    ids.sort();
    ids.dedup();
    let heads: HashMap<i64, SlipHead> = slips::heads(sql, org, &ids)?
        .into_iter()
        .map(|head| (head.id.0, head))
        .collect();
    let item = |todo: Todo| {
        let head = heads.get(&todo.slip)?;
        let waiting = head.waiting.get(usize::try_from(todo.item).ok()?)?;
        let (holder, lender) = holders.get(todo.holder)?;
        Some(InboxItem {
            head: head.clone(),
            waiting: waiting.clone(),
            holder: holder.clone(),
            on_behalf_of: lender.clone(),
        })
    };
    Ok(found.into_iter().filter_map(item).collect())
}

/// How much waits for these holders.
pub(crate) fn counts(
    sql: &dyn Sql,
    org: i64,
    holders: &[Lent],
    now: Moment,
) -> Result<InboxCounts, StoreError> {
    let found = todo(sql, org, holders, COUNT_MAX)?;
    let mut by_step: BTreeMap<Arc<str>, i64> = BTreeMap::new();
    for todo in &found {
        *by_step.entry(todo.step.clone()).or_default() += 1;
    }
    let count =
        |which: &dyn Fn(&Todo) -> bool| found.iter().filter(|todo| which(todo)).count() as i64;
    let lent = |todo: &Todo| matches!(holders.get(todo.holder), Some((_, Some(_))));
    let named = |todo: &Todo| matches!(holders.get(todo.holder), Some((Holder::Person(_), None)));
    let today = |todo: &Todo| todo.due < i64::MAX && Moment(todo.due).day() == now.day();
    Ok(InboxCounts {
        items: (found.len() as i64).min(COUNT_MAX),
        overdue: count(&|todo| todo.due < now.0),
        due_today: count(&|todo| todo.due >= now.0 && today(todo)),
        named: count(&named),
        lent: count(&lent),
        by_step: by_step.into_iter().collect(),
    })
}

/// How many slips wait for each step whose name begins with `prefix`.
pub(crate) fn by_step(
    sql: &dyn Sql,
    org: i64,
    prefix: &str,
) -> Result<Vec<(Arc<str>, i64)>, StoreError> {
    let rows = sql.query(
        "select step, cast(count(distinct slip) as bigint) from todo \
         where org = ?1 and step >= ?2 and step < ?3 group by step order by step",
        &[org.into(), prefix.into(), past_prefix(prefix).into()],
    )?;
    rows.iter()
        .map(|row| Ok((row.text(0)?, row.int(1)?)))
        .collect()
}

/// Timers that have run out.
pub(crate) fn due_timers(
    sql: &dyn Sql,
    org: i64,
    now: Moment,
    limit: usize,
) -> Result<Vec<DueTimer>, StoreError> {
    let rows = sql.query(
        "select slip, name, due from timer where org = ?1 and due <= ?2 order by due, slip, name limit ?3",
        &[org.into(), now.0.into(), Cell::Int(limit as i64)],
    )?;
    rows.iter()
        .map(|row| {
            Ok(DueTimer {
                slip: SlipId(row.int(0)?),
                name: row.text(1)?,
                due: Moment(row.int(2)?),
            })
        })
        .collect()
}

/// When the next timer runs out.
pub(crate) fn next_timer(sql: &dyn Sql, org: i64) -> Result<Option<Moment>, StoreError> {
    let row = sql.first(
        "select due from timer where org = ?1 order by due limit 1",
        &[org.into()],
    )?;
    row.map(|row| row.int(0).map(Moment)).transpose()
}
