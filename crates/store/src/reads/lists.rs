//! Lists of slips: filtered, sorted and paged by what an index can answer.

use super::{bisect, cursor, page_size, read_cursor};
use crate::api::{ListQuery, Page, SlipHead, Sort, StoreError};
use crate::cell::Cell;
use crate::codec::day_number;
use crate::reads::slips::{HEAD_COLUMNS, head_from};
use crate::sql::{Filter, Sql, past_prefix};

/// By what a page is in fact sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    Id,
    Number,
    Party,
    Amount,
}

/// Amounts that are missing sort below all others.
const AMOUNT: &str = "coalesce(s.amount, -9223372036854775807)";

impl Order {
    /// Within one kind, numbers follow the order in which slips were begun.
    fn of(query: &ListQuery) -> Order {
        match query.sort {
            Sort::Begun => Order::Id,
            Sort::Number if query.kind.is_some() => Order::Id,
            Sort::Number => Order::Number,
            Sort::Party => Order::Party,
            Sort::Amount => Order::Amount,
        }
    }

    pub(super) fn columns(self) -> &'static [&'static str] {
        match self {
            Order::Id => &["s.id"],
            Order::Number => &["s.number", "s.id"],
            Order::Party => &["s.party", "s.id"],
            Order::Amount => &[AMOUNT, "s.id"],
        }
    }

    pub(super) fn index(self, query: &ListQuery) -> Option<&'static str> {
        match self {
            Order::Number => Some("slip_number"),
            Order::Party => Some("slip_party"),
            Order::Id | Order::Amount if query.waiting_step.is_some() => None,
            Order::Id | Order::Amount if query.party.is_some() => Some("slip_party"),
            Order::Id | Order::Amount if query.begun_by.is_some() && query.under_way => {
                Some("slip_under_way")
            }
            Order::Id | Order::Amount if query.begun_by.is_some() => Some("slip_begun_by"),
            Order::Id | Order::Amount if rare_state(query) => Some("slip_state"),
            Order::Id | Order::Amount if query.kind.is_some() => Some("slip_kind"),
            Order::Id | Order::Amount => None,
        }
    }

    /// The values of a row that the next page begins after.
    fn key(self, head: &SlipHead) -> (String, Option<String>, i64) {
        let text = match self {
            Order::Id => None,
            Order::Number => Some(head.number.to_string()),
            Order::Party => Some(head.party.to_string()),
            Order::Amount => {
                let units = head.amount.map_or(-i64::MAX, |amount| amount.units);
                Some(units.to_string())
            }
        };
        (format!("{self:?}"), text, head.id.0)
    }
}

fn rare_state(query: &ListQuery) -> bool {
    query
        .state
        .is_some_and(|state| state != engine::SlipState::Done)
}

/// A page of slips.
pub(crate) fn list(
    sql: &dyn Sql,
    org: i64,
    query: &ListQuery,
) -> Result<Page<SlipHead>, StoreError> {
    let after: Option<(String, Option<String>, i64)> =
        query.after.as_ref().map(read_cursor).transpose()?;
    let text = query
        .text
        .as_deref()
        .map(str::trim)
        .filter(|text| !text.is_empty());
    let Some(text) = text else {
        return page(sql, org, query, Order::of(query), None, after.as_ref());
    };
    // A page further on goes by what the first page was found by.
    let by_party = after.as_ref().is_some_and(|(order, _, _)| order == "Party");
    if !by_party {
        let upper = text.to_uppercase();
        let found = page(sql, org, query, Order::Number, Some(&upper), after.as_ref())?;
        if !found.rows.is_empty() || after.is_some() {
            return Ok(found);
        }
    }
    page(sql, org, query, Order::Party, Some(text), after.as_ref())
}

fn page(
    sql: &dyn Sql,
    org: i64,
    query: &ListQuery,
    order: Order,
    prefix: Option<&str>,
    after: Option<&(String, Option<String>, i64)>,
) -> Result<Page<SlipHead>, StoreError> {
    let mut filter = Filter::new("s.org = ?", org);
    conditions(sql, org, query, &mut filter)?;
    if order == Order::Party && query.party.is_none() {
        filter.also("s.party <> ''");
    }
    if let Some(prefix) = prefix {
        let column = order.columns()[0];
        filter.and(&format!("{column} >= ?"), prefix);
        filter.and(&format!("{column} < ?"), past_prefix(prefix));
    }
    if let Some((_, text, id)) = after {
        let mut values = Vec::new();
        match (order, text) {
            (Order::Id, _) => {}
            (Order::Amount, Some(text)) => values.push(Cell::Int(text.parse().unwrap_or(0))),
            (_, Some(text)) => values.push(text.as_str().into()),
            (_, None) => {
                return Err(StoreError::Invalid(
                    "the cursor is of another list".to_owned(),
                ));
            }
        }
        values.push(Cell::Int(*id));
        filter.past(order.columns(), query.descending, values);
    }
    let limit = page_size(query.limit, 50, 1_000);
    let direction = if query.descending { " desc" } else { "" };
    let sorted: Vec<String> = order
        .columns()
        .iter()
        .map(|column| format!("{column}{direction}"))
        .collect();
    let hint = order
        .index(query)
        .map(|index| sql.dialect().indexed_by(index))
        .unwrap_or_default();
    let fetch = filter.param(limit as i64 + 1);
    let sorted = sorted.join(", ");
    let text = if order == Order::Amount {
        // No index has this order: sort numbers first, then read the few rows that are shown.
        format!(
            "select {HEAD_COLUMNS} from slip s where s.org = ?1 and s.id in (select s.id from slip s{hint} where {} \
             order by {sorted} limit {fetch}) order by {sorted}",
            filter.text
        )
    } else {
        format!(
            "select {HEAD_COLUMNS} from slip s{hint} where {} order by {sorted} limit {fetch}",
            filter.text
        )
    };
    let rows = sql.query(&text, &filter.params)?;
    let more = rows.len() > limit;
    let rows: Vec<SlipHead> = rows
        .iter()
        .take(limit)
        .map(head_from)
        .collect::<Result<_, _>>()?;
    Ok(Page {
        next: rows
            .last()
            .filter(|_| more)
            .map(|head| cursor(&order.key(head))),
        total: (!more && after.is_none()).then_some(rows.len() as i64),
        rows,
    })
}

pub(super) fn conditions(
    sql: &dyn Sql,
    org: i64,
    query: &ListQuery,
    filter: &mut Filter,
) -> Result<(), StoreError> {
    if let Some(kind) = &query.kind {
        filter.and("s.kind = ?", kind.as_str());
    }
    if let Some(state) = query.state {
        filter.and("s.state = ?", Cell::Word(state.name()));
        if rare_state(query) {
            // Said again so that the partial index applies.
            filter.also("s.state <> 'done'");
        }
    }
    if let Some(login) = &query.begun_by {
        filter.and("s.begun_by = ?", login.as_str());
    }
    if query.under_way {
        filter.also(UNDER_WAY);
    }
    if let Some(party) = &query.party {
        filter.and("s.party = ?", party.as_str());
        filter.also("s.party <> ''");
    }
    if let Some(step) = &query.waiting_step {
        filter.and(
            "s.id in (select t.slip from todo t where t.org = s.org and t.step = ?)",
            step.as_str(),
        );
    }
    // Days grow with ids, so a range of days is a range of ids and every index can be used for it.
    if let Some(day) = query.day_from {
        filter.and("s.id >= ?", first_on_or_after(sql, org, day_number(day))?);
    }
    if let Some(day) = query.day_to {
        filter.and(
            "s.id < ?",
            first_on_or_after(sql, org, day_number(day) + 1)?,
        );
    }
    Ok(())
}

/// Something waits on a slip; the words of the index of these.
const UNDER_WAY: &str = "s.waiting <> '[]'";

/// How many slips that a person began have something waiting on them.
pub(crate) fn under_way(sql: &dyn Sql, org: i64, login: &str) -> Result<i64, StoreError> {
    let hint = sql.dialect().indexed_by("slip_under_way");
    let text = format!(
        "select count(*) from slip s{hint} where s.org = ?1 and s.begun_by = ?2 and {UNDER_WAY}"
    );
    let row = sql.first(&text, &[org.into(), login.into()])?;
    row.map_or(Ok(0), |row| row.int(0))
}

/// The first slip of that day or a later one; the next id when there is none.
fn first_on_or_after(sql: &dyn Sql, org: i64, day: i64) -> Result<i64, StoreError> {
    let next = sql
        .first("select next_slip from head where org = ?1", &[org.into()])?
        .map_or(Ok(1), |row| row.int(0))?;
    bisect(1, next, |id| {
        let row = sql.first(
            "select day from slip where org = ?1 and id = ?2",
            &[org.into(), id.into()],
        )?;
        Ok(row.map_or(Ok(i64::MAX), |row| row.int(0))? >= day)
    })
}
