//! The journal, and a slip's history out of it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use engine::{Act, Input, hex};
use kernel::{Moment, OrgId, SlipId};
use serde::Deserialize;

use super::{bisect, cursor, page_size, read_cursor};
use crate::api::{FieldChange, HistoryRow, JournalQuery, JournalRow, Page, StoreError};
use crate::cell::Row;
use crate::codec::parse;
use crate::sql::{Dialect, Filter, Sql};

pub(crate) const COLUMNS: &str = "j.seq, j.at, j.actor, j.act, j.slip, j.outcome, j.code, j.key, j.request, j.reply, j.prev, j.hash";

pub(crate) fn row_from(row: &Row) -> Result<JournalRow, StoreError> {
    Ok(JournalRow {
        seq: row.int(0)?,
        at: Moment(row.int(1)?),
        actor: row.text(2)?,
        act: row.text(3)?,
        slip: row.maybe_int(4)?.map(SlipId),
        outcome: row.text(5)?,
        code: row.text(6)?,
        key: row.text(7)?,
        request: row.text(8)?,
        reply: row.text(9)?,
        prev: hex(&row.blob(10)?),
        hash: hex(&row.blob(11)?),
    })
}

/// A page of the journal.
pub(crate) fn page(
    sql: &dyn Sql,
    org: i64,
    query: &JournalQuery,
) -> Result<Page<JournalRow>, StoreError> {
    let mut filter = Filter::new("j.org = ?", org);
    let mut hint = String::new();
    if let Some(slip) = query.slip {
        filter.and("j.slip = ?", slip.0);
        hint = sql.dialect().indexed_by("journal_slip");
    }
    let window = Window::of(sql, org, query)?;
    filter.and("j.seq >= ?", window.from);
    filter.and("j.seq < ?", window.to);
    for (column, wanted) in [
        ("actor", &query.actor),
        ("act", &query.act),
        ("code", &query.code),
        ("outcome", &query.outcome),
    ] {
        if let Some(wanted) = wanted {
            filter.and(&format!("j.{column} = ?"), wanted.as_str());
        }
    }
    let has = |column: &str| match sql.dialect() {
        Dialect::Sqlite => format!("instr(j.{column}, ?) > 0"),
        Dialect::Postgres => format!("strpos(j.{column}, ?) > 0"),
    };
    if let Some(part) = &query.code_part {
        filter.and(&has("code"), part.as_str());
    }
    for text in &query.request_has {
        filter.and(&has("request"), written(text));
    }
    if !query.request_keys.is_empty() {
        let any: Vec<String> = query
            .request_keys
            .iter()
            .map(|key| {
                let name = filter.param(format!("\"{}\":", written(key)));
                has("request").replace('?', &name)
            })
            .collect();
        filter.also(&format!("({})", any.join(" or ")));
    }
    let limit = page_size(query.limit, 50, 1_000);
    let fetch = filter.param(limit as i64 + 1);
    let direction = if query.ascending { "" } else { " desc" };
    let text = format!(
        "select {COLUMNS} from journal j{hint} where {} order by j.seq{direction} limit {fetch}",
        filter.text
    );
    let rows = sql.query(&text, &filter.params)?;
    let more = rows.len() > limit;
    let rows: Vec<JournalRow> = rows
        .iter()
        .take(limit)
        .map(row_from)
        .collect::<Result<_, _>>()?;
    let next = match rows.last().filter(|_| more) {
        Some(last) => Some(last.seq),
        None => window.goes_on(query.ascending),
    };
    Ok(Page {
        total: (next.is_none() && query.after.is_none()).then_some(rows.len() as i64),
        next: next.map(|seq| cursor(&seq)),
        rows,
    })
}

/// The rows that one page looks through: from `from` to before `to`.
struct Window {
    from: i64,
    to: i64,
    /// What is asked about as a whole, without what was looked through already.
    whole: (i64, i64),
}

impl Window {
    fn of(sql: &dyn Sql, org: i64, query: &JournalQuery) -> Result<Window, StoreError> {
        let mut from = match query.from {
            Some(from) => first_at_or_after(sql, org, from)?,
            None => 1,
        };
        let mut to = match query.to {
            Some(to) => first_at_or_after(sql, org, to)?,
            None => head(sql, org)?.0 + 1,
        };
        if let Some(after) = &query.after {
            let after: i64 = read_cursor(after)?;
            match query.ascending {
                true => from = from.max(after.saturating_add(1)),
                false => to = to.min(after),
            }
        }
        let whole = (from, to);
        // The rows of a slip are found by an index, however far apart they are.
        let most = query.look_through.filter(|_| query.slip.is_none());
        let most = most.map(|most| i64::try_from(most.max(1)).unwrap_or(i64::MAX));
        match (most, query.ascending) {
            (None, _) => {}
            (Some(most), true) => to = to.min(from.saturating_add(most)),
            (Some(most), false) => from = from.max(to.saturating_sub(most)),
        }
        Ok(Window { from, to, whole })
    }

    /// The cursor after which the next page looks on, where something is left.
    fn goes_on(&self, ascending: bool) -> Option<i64> {
        match ascending {
            true => (self.to < self.whole.1).then_some(self.to - 1),
            false => (self.from > self.whole.0).then_some(self.from),
        }
    }
}

/// A text as it stands within JSON.
fn written(text: &str) -> String {
    let quoted = serde_json::to_string(text).unwrap_or_default();
    quoted
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
        .unwrap_or_default()
        .to_owned()
}

/// One row.
pub(crate) fn one(sql: &dyn Sql, org: i64, seq: i64) -> Result<Option<JournalRow>, StoreError> {
    let text = format!("select {COLUMNS} from journal j where j.org = ?1 and j.seq = ?2");
    let row = sql.first(&text, &[org.into(), seq.into()])?;
    row.as_ref().map(row_from).transpose()
}

/// The first journal row at or after a moment; one past the last when there is none. Time never runs backwards in it.
pub(crate) fn first_at_or_after(sql: &dyn Sql, org: i64, at: Moment) -> Result<i64, StoreError> {
    let last = head(sql, org)?.0;
    bisect(1, last + 1, |seq| {
        let row = sql.first(
            "select at from journal where org = ?1 and seq = ?2",
            &[org.into(), seq.into()],
        )?;
        Ok(row.map_or(Ok(i64::MAX), |row| row.int(0))? >= at.0)
    })
}

/// The last row and its hash in hex.
pub(crate) fn head(sql: &dyn Sql, org: i64) -> Result<(i64, String), StoreError> {
    match crate::backend::read_head(sql, org, "")? {
        Some(head) if head.seq > 0 => Ok((head.seq, hex(&head.hash).to_string())),
        _ => Ok((0, String::new())),
    }
}

/// Organisations that have a journal.
pub(crate) fn organisations(sql: &dyn Sql) -> Result<Vec<OrgId>, StoreError> {
    let rows = sql.query("select org from head where seq > 0 order by org", &[])?;
    rows.iter().map(|row| row.int(0).map(OrgId)).collect()
}

#[derive(Deserialize)]
struct Request {
    #[serde(default)]
    on_behalf_of: Option<Arc<str>>,
    act: Act,
}

/// Every command about a slip, refused ones too, with what changed in what was typed.
pub(crate) fn history(
    sql: &dyn Sql,
    org: i64,
    slip: SlipId,
) -> Result<Vec<HistoryRow>, StoreError> {
    let text = format!(
        "select {COLUMNS} from journal j{} where j.org = ?1 and j.slip = ?2 order by j.seq",
        sql.dialect().indexed_by("journal_slip")
    );
    let mut typed = Typed::default();
    let rows = sql.query(&text, &[org.into(), slip.0.into()])?;
    rows.iter()
        .map(|row| {
            let row = row_from(row)?;
            let request: Request = parse(&row.request, "journal.request")?;
            let changes = match &request.act {
                Act::Step { step, input, .. } if &*row.outcome == "done" => typed.take(step, input),
                _ => Vec::new(),
            };
            Ok(HistoryRow {
                row,
                act: request.act,
                on_behalf_of: request.on_behalf_of,
                changes,
            })
        })
        .collect()
}

type Place = (Option<usize>, String);

/// What was typed so far: the fields of the slip, and which of them each step typed.
#[derive(Default)]
struct Typed {
    fields: BTreeMap<Place, String>,
    by_step: HashMap<Arc<str>, BTreeSet<Place>>,
}

impl Typed {
    fn take(&mut self, step: &Arc<str>, input: &Input) -> Vec<FieldChange> {
        let mut new: BTreeMap<Place, String> = BTreeMap::new();
        for (field, text) in &input.header {
            new.insert((None, field.clone()), text.clone());
        }
        for (at, line) in input.lines.iter().enumerate() {
            for (field, text) in &line.fields {
                new.insert((Some(at), field.clone()), text.clone());
            }
        }
        let before = self
            .by_step
            .insert(step.clone(), new.keys().cloned().collect())
            .unwrap_or_default();
        let mut changes = Vec::new();
        for place in before {
            if !new.contains_key(&place)
                && let Some(text) = self.fields.remove(&place)
            {
                changes.push(change(place, Some(text), None));
            }
        }
        for (place, text) in new {
            let old = self.fields.insert(place.clone(), text.clone());
            if old.as_ref() != Some(&text) {
                changes.push(change(place, old, Some(text)));
            }
        }
        changes.sort_by(|a, b| (a.line, &a.field).cmp(&(b.line, &b.field)));
        changes
    }
}

fn change((line, field): Place, before: Option<String>, after: Option<String>) -> FieldChange {
    FieldChange {
        line,
        field,
        before,
        after,
    }
}
