//! Deliveries and the follower that makes them. Each row carries a digest of itself.

use kernel::{Moment, SlipId};

use super::work::{checked, get, put};
use super::{cursor, page_size, read_cursor};
use crate::api::{
    Delivery, DeliveryQuery, DeliveryState, JournalRow, Page, StoreError, Tried, Try,
};
use crate::cell::{Cell, Row, digest_of};
use crate::reads::journal;
use crate::schema::{self, Table};
use crate::sql::{Dialect, Filter, Sql, list_of};

type Result<T> = std::result::Result<T, StoreError>;

/// Writes a row unless there is one of its key; whether it was written.
pub(crate) fn put_new(sql: &dyn Sql, table: &'static Table, mut cells: Vec<Cell>) -> Result<bool> {
    let sum = digest_of(table.name, &cells);
    cells.push(Cell::blob(&sum));
    let text = table.insert() + " on conflict do nothing";
    Ok(sql.execute(&text, &cells)? > 0)
}

/// How far a follower has come; `None` when it never began.
pub(crate) fn followed(sql: &dyn Sql, org: i64, name: &str) -> Result<Option<i64>> {
    get(sql, &schema::FOLLOWER, &[org.into(), name.into()])?
        .map(|row| row.int(2))
        .transpose()
}

/// Moves a follower on; `false` when another node has moved it meanwhile.
pub(crate) fn follow(
    sql: &dyn Sql,
    org: i64,
    name: &str,
    from: Option<i64>,
    to: i64,
) -> Result<bool> {
    let cells = vec![org.into(), name.into(), to.into()];
    let Some(from) = from else {
        return put_new(sql, &schema::FOLLOWER, cells);
    };
    let sum = digest_of(schema::FOLLOWER.name, &cells);
    let changed = sql.execute(
        "update follower set seq = ?3, sum = ?4 where org = ?1 and name = ?2 and seq = ?5",
        &[
            org.into(),
            name.into(),
            to.into(),
            Cell::blob(&sum),
            from.into(),
        ],
    )?;
    Ok(changed == 1)
}

/// Accepted commands of some names behind a journal row, up to another.
pub(crate) fn journal_between(
    sql: &dyn Sql,
    org: i64,
    after: i64,
    to: i64,
    acts: &[&str],
) -> Result<Vec<JournalRow>> {
    let (names, values) = list_of(3, acts.iter().map(|act| Cell::text(*act)));
    let mut params: Vec<Cell> = vec![org.into(), after.into(), to.into()];
    params.extend(values);
    let text = format!(
        "select {} from journal j where j.org = ?1 and j.seq > ?2 and j.seq <= ?3 and j.outcome = 'done' \
         and j.act in ({names}) order by j.seq",
        journal::COLUMNS
    );
    let rows = sql.query(&text, &params)?;
    rows.iter().map(journal::row_from).collect()
}

fn delivery_cells(org: i64, one: &Delivery) -> Vec<Cell> {
    vec![
        org.into(),
        one.id.as_str().into(),
        one.channel.as_str().into(),
        one.target.as_str().into(),
        one.kind.as_str().into(),
        one.person.as_str().into(),
        one.address.as_str().into(),
        one.seq.into(),
        Cell::maybe(one.slip.map(|slip| slip.0)),
        one.title.as_str().into(),
        one.body.as_str().into(),
        Cell::Word(one.state.name()),
        one.tries.into(),
        one.due.0.into(),
        one.leased_until.0.into(),
        one.leased_by.as_str().into(),
        one.created.0.into(),
        one.finished.0.into(),
        one.result.as_str().into(),
    ]
}

fn delivery_from(row: &Row) -> Result<Delivery> {
    let text = |at: usize| row.str(at).map(str::to_owned);
    Ok(Delivery {
        id: text(1)?,
        channel: text(2)?,
        target: text(3)?,
        kind: text(4)?,
        person: text(5)?,
        address: text(6)?,
        seq: row.int(7)?,
        slip: row.maybe_int(8)?.map(SlipId),
        title: text(9)?,
        body: text(10)?,
        state: DeliveryState::of(row.str(11)?)
            .ok_or_else(|| StoreError::Corrupt("delivery.state is no state".to_owned()))?,
        tries: row.int(12)?,
        due: Moment(row.int(13)?),
        leased_until: Moment(row.int(14)?),
        leased_by: text(15)?,
        created: Moment(row.int(16)?),
        finished: Moment(row.int(17)?),
        result: text(18)?,
    })
}

fn deliveries_in(rows: Vec<Row>) -> Result<Vec<Delivery>> {
    rows.into_iter()
        .map(|row| delivery_from(&checked(&schema::DELIVERY, row)?))
        .collect()
}

/// Adds a delivery unless there is one of its id.
pub(crate) fn add_delivery(sql: &dyn Sql, org: i64, one: &Delivery) -> Result<bool> {
    put_new(sql, &schema::DELIVERY, delivery_cells(org, one))
}

pub(crate) fn put_delivery(sql: &dyn Sql, org: i64, one: &Delivery) -> Result<()> {
    put(sql, &schema::DELIVERY, delivery_cells(org, one))
}

pub(crate) fn delivery(sql: &dyn Sql, org: i64, id: &str) -> Result<Option<Delivery>> {
    get(sql, &schema::DELIVERY, &[org.into(), id.into()])?
        .map(|row| delivery_from(&row))
        .transpose()
}

/// Takes what is due of a target for one node until the lease runs out.
pub(crate) fn lease(
    sql: &dyn Sql,
    org: i64,
    target: &str,
    node: &str,
    now: Moment,
    until: Moment,
    limit: usize,
) -> Result<Vec<Delivery>> {
    let lock = match sql.dialect() {
        Dialect::Sqlite => "",
        Dialect::Postgres => " for update skip locked",
    };
    let text = format!(
        "select {} from delivery where org = ?1 and target = ?2 and state = 'waiting' and due <= ?3 \
         and leased_until <= ?3 order by due, id limit ?4{lock}",
        schema::DELIVERY.column_list()
    );
    let params = [
        org.into(),
        target.into(),
        now.0.into(),
        Cell::Int(limit as i64),
    ];
    let mut taken = Vec::new();
    for row in sql.query(&text, &params)? {
        // One that was altered is left where it is, for verify to name; it must not hold up the others.
        let Ok(row) = checked(&schema::DELIVERY, row) else {
            continue;
        };
        let mut one = delivery_from(&row)?;
        one.leased_until = until;
        node.clone_into(&mut one.leased_by);
        put_delivery(sql, org, &one)?;
        taken.push(one);
    }
    Ok(taken)
}

/// Gives back what a node had when it ended.
pub(crate) fn release(sql: &dyn Sql, org: i64, node: Option<&str>) -> Result<usize> {
    let text = format!(
        "select {} from delivery where org = ?1 and state = 'waiting' and leased_until > 0 and (leased_by = ?2 or ?3 = 1)",
        schema::DELIVERY.column_list()
    );
    let params = [
        org.into(),
        node.unwrap_or("").into(),
        Cell::Int(i64::from(node.is_none())),
    ];
    let held = sql.query(&text, &params)?;
    let mut released = 0;
    for row in held {
        let Ok(row) = checked(&schema::DELIVERY, row) else {
            continue;
        };
        let mut one = delivery_from(&row)?;
        one.leased_until = Moment(0);
        one.leased_by.clear();
        put_delivery(sql, org, &one)?;
        released += 1;
    }
    Ok(released)
}

/// Writes down a try, if the node still has the delivery.
pub(crate) fn tried(sql: &dyn Sql, org: i64, id: &str, node: &str, tried: &Tried) -> Result<bool> {
    let Some(mut one) = delivery(sql, org, id)? else {
        return Ok(false);
    };
    let n = sql.first(
        "select cast(count(*) as bigint) from delivery_try where org = ?1 and id = ?2",
        &[org.into(), id.into()],
    )?;
    let n = n.map_or(Ok(0), |row| row.int(0))? + 1;
    let ok = tried.state == DeliveryState::Sent;
    let cells = vec![
        org.into(),
        id.into(),
        n.into(),
        tried.at.0.into(),
        ((tried.ended.0 - tried.at.0) / 1_000).max(0).into(),
        i64::from(ok).into(),
        tried.answer.as_str().into(),
    ];
    put_new(sql, &schema::DELIVERY_TRY, cells)?;
    // Sent is sent, whoever has it now; anything else is for its present owner to say.
    if one.state != DeliveryState::Waiting || (one.leased_by != node && !ok) {
        return Ok(false);
    }
    one.state = tried.state;
    one.tries += i64::from(!tried.free);
    one.due = tried.due;
    one.leased_until = Moment(0);
    one.leased_by.clear();
    one.result.clone_from(&tried.answer);
    if tried.state != DeliveryState::Waiting {
        one.finished = tried.ended;
    }
    put_delivery(sql, org, &one)?;
    Ok(true)
}

pub(crate) fn tries(sql: &dyn Sql, org: i64, id: &str) -> Result<Vec<Try>> {
    let text = format!(
        "select {} from delivery_try where org = ?1 and id = ?2 order by n",
        schema::DELIVERY_TRY.column_list()
    );
    let rows = sql.query(&text, &[org.into(), id.into()])?;
    rows.into_iter()
        .map(|row| {
            let row = checked(&schema::DELIVERY_TRY, row)?;
            Ok(Try {
                n: row.int(2)?,
                at: Moment(row.int(3)?),
                millis: row.int(4)?,
                ok: row.int(5)? == 1,
                answer: row.str(6)?.to_owned(),
            })
        })
        .collect()
}

/// Targets for which something waits.
pub(crate) fn targets(sql: &dyn Sql, org: i64, now: Moment) -> Result<Vec<String>> {
    let rows = sql.query(
        "select distinct target from delivery where org = ?1 and state = 'waiting' and due <= ?2 order by target",
        &[org.into(), now.0.into()],
    )?;
    rows.iter().map(|row| Ok(row.str(0)?.to_owned())).collect()
}

pub(crate) fn page(sql: &dyn Sql, org: i64, query: &DeliveryQuery) -> Result<Page<Delivery>> {
    let mut filter = Filter::new("org = ?", org);
    if let Some(state) = query.state {
        filter.and("state = ?", state.name());
    }
    if let Some(target) = &query.target {
        filter.and("target = ?", target.as_str());
    }
    if let Some(after) = &query.after {
        let (created, id): (i64, String) = read_cursor(after)?;
        filter.past(&["created", "id"], true, vec![created.into(), id.into()]);
    }
    let limit = page_size(query.limit, 50, 1_000);
    let fetch = filter.param(limit as i64 + 1);
    let text = format!(
        "select {} from delivery where {} order by created desc, id desc limit {fetch}",
        schema::DELIVERY.column_list(),
        filter.text
    );
    let mut rows = sql.query(&text, &filter.params)?;
    let more = rows.len() > limit;
    rows.truncate(limit);
    let rows = deliveries_in(rows)?;
    Ok(Page {
        next: rows
            .last()
            .filter(|_| more)
            .map(|row| cursor(&(row.created.0, &row.id))),
        total: None,
        rows,
    })
}

/// Deliveries per state, counted.
pub(crate) fn counts(sql: &dyn Sql, org: i64) -> Result<Vec<(String, i64)>> {
    let rows = sql.query(
        "select state, cast(count(*) as bigint) from delivery where org = ?1 group by state order by state",
        &[org.into()],
    )?;
    rows.iter()
        .map(|row| Ok((row.str(0)?.to_owned(), row.int(1)?)))
        .collect()
}

/// Forgets what was sent and read long ago; dead letters stay.
pub(crate) fn prune(sql: &dyn Sql, org: i64, before: Moment) -> Result<u64> {
    let params = [org.into(), before.0.into()];
    sql.execute(
        "delete from delivery_try where org = ?1 and id in (select id from delivery where org = ?1 \
         and state = 'sent' and finished < ?2)",
        &params,
    )?;
    let sent = sql.execute(
        "delete from delivery where org = ?1 and state = 'sent' and finished < ?2",
        &params,
    )?;
    let read = sql.execute(
        "delete from notice where org = ?1 and at < ?2 and (read_at > 0 or shown = 0)",
        &params,
    )?;
    Ok(sent + read)
}
