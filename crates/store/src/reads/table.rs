//! Slips with their fields: pages, and every row for a file. Rows come out of an index in chunks and are judged
//! here, so a page costs no more than what must be looked at, and nothing is held in memory but the page.

use std::collections::{BTreeMap, BTreeSet};

use kernel::SlipId;
use model::Catalog;

use super::conditions::{self, Check, Fields, Key, OWN_COLUMNS, Sorter};
use super::lists::{Order, conditions};
use super::{cursor, page_size, read_cursor};
use crate::api::{At, Sort, StoreError, TablePage, TableQuery, TableRow};
use crate::cell::{Cell, Row};
use crate::codec::parse;
use crate::reads::slips::{HEAD_COLUMNS, head_from};
use crate::sql::{Filter, Sql, past_prefix};

type Result<T> = std::result::Result<T, StoreError>;

/// Slips looked at for one page of an order that an index has.
const LOOKED_AT_MAX: i64 = 40_000;
/// Rows read at a time.
pub(super) const CHUNK: usize = 1_000;
/// Columns before those of a head.
const OWN: usize = 6;
/// Columns of a head.
const HEAD: usize = 14;

#[derive(serde::Deserialize)]
struct KeptLine {
    values: BTreeMap<String, String>,
}

/// A question that was read.
pub(crate) struct Plan<'a> {
    query: &'a TableQuery,
    checks: Vec<Check>,
    /// Whether what was filled in is read.
    body: bool,
    sorter: Option<Sorter>,
}

/// Where the reading of chunks is.
pub(super) type Place = Option<(Cell, i64)>;

impl<'a> Plan<'a> {
    /// Reads a question; `body` when the rows are wanted with their fields.
    pub fn new(
        sql: &dyn Sql,
        org: i64,
        catalog: &Catalog,
        query: &'a TableQuery,
        body: bool,
    ) -> Result<Plan<'a>> {
        let kind = query.list.kind.as_deref();
        let checks = conditions::checks(sql, org, catalog, kind, &query.conditions)?;
        let at = match (&query.sort, query.list.sort) {
            (Some(at), _) => Some(at.clone()),
            (None, Sort::Amount) => Some(At::Amount),
            _ => None,
        };
        let sorter = at.map(|at| Sorter::new(catalog, kind, &at)).transpose()?;
        let needed =
            checks.iter().any(Check::needs_body) || sorter.as_ref().is_some_and(Sorter::needs_body);
        Ok(Plan {
            query,
            checks,
            body: body || needed,
            sorter,
        })
    }

    /// The order in which an index gives the rows.
    fn order(&self) -> Order {
        let list = &self.query.list;
        match list.sort {
            _ if self.sorter.is_some() => Order::Id,
            _ if list.text.is_some() => Order::Number,
            Sort::Party => Order::Party,
            Sort::Number if list.kind.is_none() => Order::Number,
            Sort::Number | Sort::Begun | Sort::Amount => Order::Id,
        }
    }

    /// Reads the next rows behind `place`, in the order of an index.
    pub(super) fn chunk(
        &self,
        sql: &dyn Sql,
        org: i64,
        place: &Place,
        limit: usize,
    ) -> Result<Vec<Row>> {
        let (list, order) = (&self.query.list, self.order());
        let mut filter = Filter::new("s.org = ?", org);
        conditions(sql, org, list, &mut filter)?;
        if order == Order::Party && list.party.is_none() {
            filter.also("s.party <> ''");
        }
        if let Some(text) = &list.text {
            let prefix = text.trim().to_uppercase();
            filter.and("s.number >= ?", prefix.as_str());
            filter.and("s.number < ?", past_prefix(&prefix));
        }
        let down = list.descending && self.sorter.is_none();
        if let Some((value, id)) = place {
            let mut values = vec![value.clone(), Cell::Int(*id)];
            if order == Order::Id {
                values.remove(0);
            }
            filter.past(order.columns(), down, values);
        }
        let direction = if down { " desc" } else { "" };
        let sorted: Vec<String> = order
            .columns()
            .iter()
            .map(|column| format!("{column}{direction}"))
            .collect();
        let hint = order
            .index(list)
            .map(|index| sql.dialect().indexed_by(index))
            .unwrap_or_default();
        let fetch = filter.param(limit as i64);
        let sorted = sorted.join(", ");
        let text = if self.body {
            format!(
                "select {OWN_COLUMNS}, {HEAD_COLUMNS}, b.header, b.lines from slip s{hint} \
                 cross join slip_body b where b.org = s.org and b.id = s.id and {} order by {sorted} limit {fetch}",
                filter.text
            )
        } else {
            format!(
                "select {OWN_COLUMNS}, {HEAD_COLUMNS} from slip s{hint} where {} order by {sorted} limit {fetch}",
                filter.text
            )
        };
        sql.query(&text, &filter.params)
    }

    /// The place behind a row.
    fn place(&self, row: &Row) -> Result<Place> {
        let value = match self.order() {
            Order::Party => Cell::Text(row.text(4)?),
            _ => Cell::Text(row.text(0)?),
        };
        Ok(Some((value, id_of(row)?)))
    }

    /// Gives every row that is looked at to `each`, with what is in it where the conditions hold; `each` says whether to
    /// go on. How many were looked at, and where it ended unless that was the end.
    pub(super) fn walk(
        &self,
        mut read: impl FnMut(&Place, usize) -> Result<Vec<Row>>,
        mut place: Place,
        first: usize,
        most: i64,
        each: &mut dyn FnMut(&Row, Matched) -> Result<bool>,
    ) -> Result<(i64, Option<Place>)> {
        let mut looked_at = 0;
        let mut wanted = first.clamp(1, CHUNK);
        loop {
            let rows = read(&place, wanted)?;
            for row in &rows {
                looked_at += 1;
                let matched = self.matched(row)?;
                let go_on = match matched {
                    Some(matched) => each(row, matched)?,
                    None => true,
                };
                if !go_on {
                    return Ok((looked_at, Some(place)));
                }
                place = self.place(row)?;
            }
            if rows.len() < wanted {
                return Ok((looked_at, None));
            }
            if looked_at >= most {
                return Ok((looked_at, Some(place)));
            }
            wanted = (wanted * 2).min(CHUNK);
        }
    }

    /// The fields of a row for which the conditions hold.
    fn matched(&self, row: &Row) -> Result<Option<Matched>> {
        let header: BTreeMap<String, String> = if self.body {
            parse(row.str(OWN + HEAD)?, "slip_body.header")?
        } else {
            BTreeMap::new()
        };
        let fields = Fields {
            row,
            header: &header,
        };
        for check in self.checks.iter().filter(|check| !check.in_lines()) {
            if !check.holds(&fields)? {
                return Ok(None);
            }
        }
        let mut lines: Vec<BTreeMap<String, String>> = Vec::new();
        if self.body {
            let kept: Vec<KeptLine> = parse(row.str(OWN + HEAD + 1)?, "slip_body.lines")?;
            lines.extend(kept.into_iter().map(|line| line.values));
            let before = lines.len();
            lines.retain(|line| self.checks.iter().all(|check| check.holds_in(line)));
            let asked = self.checks.iter().any(Check::in_lines);
            if asked && (lines.is_empty() || before == 0) {
                return Ok(None);
            }
        }
        Ok(Some(Matched { header, lines }))
    }
}

/// What is in a row.
pub(super) struct Matched {
    pub header: BTreeMap<String, String>,
    pub lines: Vec<BTreeMap<String, String>>,
}

fn id_of(row: &Row) -> Result<i64> {
    row.int(OWN)
}

fn row_from(row: &Row, matched: Matched) -> Result<TableRow> {
    Ok(TableRow {
        head: head_from(&Row(row.0[OWN..OWN + HEAD].to_vec()))?,
        header: matched.header,
        lines: matched.lines,
    })
}

/// What a cursor says: the order it belongs to, and the values behind which the next page begins.
type Mark = (String, Option<String>, i64);

/// A page.
pub(crate) fn page(
    sql: &dyn Sql,
    org: i64,
    catalog: &Catalog,
    query: &TableQuery,
    body: bool,
) -> Result<TablePage> {
    let plan = Plan::new(sql, org, catalog, query, body)?;
    let limit = page_size(query.list.limit, 50, 1_000);
    match &plan.sorter {
        Some(sorter) => sorted_page(sql, org, &plan, sorter, limit),
        None => indexed_page(sql, org, &plan, limit),
    }
}

fn indexed_page(sql: &dyn Sql, org: i64, plan: &Plan<'_>, limit: usize) -> Result<TablePage> {
    let order = format!("{:?}", plan.order());
    let after: Option<Mark> = plan
        .query
        .list
        .after
        .as_ref()
        .map(read_cursor)
        .transpose()?;
    let from: Place = match after {
        None => None,
        Some((of, Some(value), id)) if of == order => Some((Cell::from(value), id)),
        Some(_) => {
            return Err(StoreError::Invalid(
                "the cursor is of another list".to_owned(),
            ));
        }
    };
    let whole = from.is_none();
    let mut rows = Vec::new();
    let (looked_at, end) = plan.walk(
        |place, wanted| plan.chunk(sql, org, place, wanted),
        from,
        limit + 1,
        LOOKED_AT_MAX,
        &mut |row, matched| {
            if rows.len() == limit {
                return Ok(false);
            }
            rows.push(row_from(row, matched)?);
            Ok(true)
        },
    )?;
    let next = match end {
        Some(Some((Cell::Text(value), id))) => {
            let mark: Mark = (order, Some(value.to_string()), id);
            Some(cursor(&mark))
        }
        _ => None,
    };
    Ok(TablePage {
        total: (whole && next.is_none()).then_some(rows.len() as i64),
        next,
        rows,
        looked_at,
    })
}

/// A page in an order that no index has: all keys are looked at, those of the page are kept.
fn sorted_page(
    sql: &dyn Sql,
    org: i64,
    plan: &Plan<'_>,
    sorter: &Sorter,
    limit: usize,
) -> Result<TablePage> {
    let after: Option<(Key, i64)> = plan
        .query
        .list
        .after
        .as_ref()
        .map(read_cursor)
        .transpose()?;
    let down = plan.query.list.descending;
    let mut kept: BTreeSet<(Key, i64)> = BTreeSet::new();
    let mut total = 0;
    let (looked_at, _) = each_key(sql, org, plan, sorter, &mut |mark| {
        total += 1;
        let behind = match &after {
            None => true,
            Some(after) if down => mark < *after,
            Some(after) => mark > *after,
        };
        if behind {
            kept.insert(mark);
            if kept.len() > limit + 1 {
                let far = if down { kept.first() } else { kept.last() }.cloned();
                if let Some(far) = far {
                    kept.remove(&far);
                }
            }
        }
    })?;
    let mut marks: Vec<(Key, i64)> = kept.into_iter().collect();
    if down {
        marks.reverse();
    }
    let more = marks.len() > limit;
    marks.truncate(limit);
    let ids: Vec<i64> = marks.iter().map(|(_, id)| *id).collect();
    let rows = by_ids(sql, org, plan, &ids)?;
    Ok(TablePage {
        rows,
        next: marks.last().filter(|_| more).map(cursor),
        total: Some(total),
        looked_at,
    })
}

/// The key of every row for which the conditions hold.
fn each_key(
    sql: &dyn Sql,
    org: i64,
    plan: &Plan<'_>,
    sorter: &Sorter,
    each: &mut dyn FnMut((Key, i64)),
) -> Result<(i64, Option<Place>)> {
    plan.walk(
        |place, wanted| plan.chunk(sql, org, place, wanted),
        None,
        CHUNK,
        i64::MAX,
        &mut |row, matched| {
            let fields = Fields {
                row,
                header: &matched.header,
            };
            each((sorter.key(&fields, &matched.lines)?, id_of(row)?));
            Ok(true)
        },
    )
}

/// Rows by their ids, in that order.
fn by_ids(sql: &dyn Sql, org: i64, plan: &Plan<'_>, ids: &[i64]) -> Result<Vec<TableRow>> {
    let mut found: BTreeMap<i64, TableRow> = BTreeMap::new();
    for chunk in ids.chunks(256) {
        let mut filter = Filter::new("s.org = ?", org);
        filter.within("s.id", chunk.iter().copied().map(Cell::Int));
        let text = if plan.body {
            format!(
                "select {OWN_COLUMNS}, {HEAD_COLUMNS}, b.header, b.lines from slip s \
                 join slip_body b on b.org = s.org and b.id = s.id where {}",
                filter.text
            )
        } else {
            format!(
                "select {OWN_COLUMNS}, {HEAD_COLUMNS} from slip s where {}",
                filter.text
            )
        };
        for row in sql.query(&text, &filter.params)? {
            if let Some(matched) = plan.matched(&row)? {
                found.insert(id_of(&row)?, row_from(&row, matched)?);
            }
        }
    }
    Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
}

/// Slips by their ids with all that was filled in, in that order.
pub(crate) fn of_ids(
    sql: &dyn Sql,
    org: i64,
    catalog: &Catalog,
    ids: &[SlipId],
) -> Result<Vec<TableRow>> {
    let query = TableQuery::default();
    let plan = Plan::new(sql, org, catalog, &query, true)?;
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    by_ids(sql, org, &plan, &ids)
}

/// Lends a connection for a short reading.
pub(crate) type Lend<'a> = &'a dyn Fn(&mut dyn FnMut(&dyn Sql) -> Result<()>) -> Result<()>;

fn lent<T>(lend: Lend<'_>, mut read: impl FnMut(&dyn Sql) -> Result<T>) -> Result<T> {
    let mut out = Err(StoreError::Closed);
    lend(&mut |sql| {
        out = Ok(read(sql)?);
        Ok(())
    })?;
    out
}

/// Every row in order, for a file: a connection is lent for one chunk at a time, so that a slow reader holds up nobody.
/// Of an order that no index has the keys are held in memory, never the rows.
pub(crate) fn each(
    lend: Lend<'_>,
    org: i64,
    catalog: &Catalog,
    query: &TableQuery,
    body: bool,
    each: &mut dyn FnMut(TableRow) -> Result<bool>,
) -> Result<()> {
    let plan = lent(lend, |sql| Plan::new(sql, org, catalog, query, body))?;
    let Some(sorter) = &plan.sorter else {
        return plan
            .walk(
                |place, wanted| lent(lend, |sql| plan.chunk(sql, org, place, wanted)),
                None,
                CHUNK,
                i64::MAX,
                &mut |row, matched| each(row_from(row, matched)?),
            )
            .map(drop);
    };
    let mut marks = lent(lend, |sql| {
        let mut marks = Vec::new();
        each_key(sql, org, &plan, sorter, &mut |mark| marks.push(mark))?;
        Ok(marks)
    })?;
    marks.sort_unstable();
    if query.list.descending {
        marks.reverse();
    }
    let ids: Vec<i64> = marks.into_iter().map(|(_, id)| id).collect();
    for chunk in ids.chunks(CHUNK) {
        for row in lent(lend, |sql| by_ids(sql, org, &plan, chunk))? {
            if !each(row)? {
                return Ok(());
            }
        }
    }
    Ok(())
}
