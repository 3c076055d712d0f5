//! One slip: its fields, its chain, its signatures, entries and notes.

use std::collections::BTreeMap;
use std::sync::Arc;

use engine::{Note, NoteKind, Signature, SignedAct};
use kernel::{Amount, EntryState, Moment, Side, SlipId, Unit};
use ledger::{Entry, Hold, Leg};

use crate::api::{NoteRow, SignatureRow, SlipEntry, SlipHead, StoreError};
use crate::cell::{Cell, Row};
use crate::codec::{
    SLIP_COLUMNS, SLIP_TABLES, StoredSlip, check_body, check_row, day_of, parse, read_slip,
    state_named,
};
use crate::packs::Packs;
use crate::source::unit_named;
use crate::sql::{Filter, Sql};

/// Most slips of a chain.
const CHAIN_MAX: usize = 1_000;

/// A slip with its body.
pub(crate) fn stored(
    sql: &dyn Sql,
    packs: &Packs,
    org: i64,
    id: SlipId,
) -> Result<Option<StoredSlip>, StoreError> {
    let text = format!("select {SLIP_COLUMNS} from {SLIP_TABLES} where s.org = ?1 and s.id = ?2");
    let row = sql.first(&text, &[org.into(), id.0.into()])?;
    row.map(|row| decode(sql, packs, org, &row)).transpose()
}

/// A row of [`SLIP_COLUMNS`], by the pack version it belongs to.
pub(crate) fn decode(
    sql: &dyn Sql,
    packs: &Packs,
    org: i64,
    row: &Row,
) -> Result<StoredSlip, StoreError> {
    check_row(org, row)?;
    let (kind, version) = (row.str(1)?, row.str(2)?);
    let catalog = packs.with_version(sql, org, version)?;
    let (_, _, _, _, declared) = catalog.slip_of(version, kind).ok_or_else(|| {
        StoreError::Corrupt(format!("version {version} of its pack declares no {kind}"))
    })?;
    let stored = read_slip(row, declared)?;
    check_body(org, &stored.slip)?;
    Ok(stored)
}

/// The slip of a number; the first begun when several packs have the same one.
pub(crate) fn id_of_number(
    sql: &dyn Sql,
    org: i64,
    number: &str,
) -> Result<Option<SlipId>, StoreError> {
    let row = sql.first(
        "select id from slip where org = ?1 and number = ?2 order by id limit 1",
        &[org.into(), number.into()],
    )?;
    row.map(|row| row.int(0).map(SlipId)).transpose()
}

/// The columns of `slip` (as `s`) that [`head_from`] takes.
pub(crate) const HEAD_COLUMNS: &str = "s.id, s.kind, s.version, s.number, s.state, s.day, s.begun_at, s.begun_by, \
     s.party, s.amount, s.sources, s.children, s.waiting, s.last_seq";

/// A head out of a row of [`HEAD_COLUMNS`].
pub(crate) fn head_from(row: &Row) -> Result<SlipHead, StoreError> {
    Ok(SlipHead {
        id: SlipId(row.int(0)?),
        kind: row.text(1)?,
        version: row.text(2)?,
        number: row.text(3)?,
        state: state_named(row.str(4)?)?,
        day: day_of(row.int(5)?)?,
        begun_at: Moment(row.int(6)?),
        begun_by: row.text(7)?,
        party: row.text(8)?,
        amount: row.maybe_int(9)?.map(|fen| Amount::new(fen, Unit::Money)),
        sources: parse(row.str(10)?, "slip.sources")?,
        children: parse(row.str(11)?, "slip.children")?,
        waiting: parse(row.str(12)?, "slip.waiting")?,
        last_seq: row.int(13)?,
    })
}

/// The heads of slips, in the order asked for; those that do not exist are left out.
pub(crate) fn heads(sql: &dyn Sql, org: i64, ids: &[SlipId]) -> Result<Vec<SlipHead>, StoreError> {
    let mut found: BTreeMap<SlipId, SlipHead> = BTreeMap::new();
    for chunk in ids.chunks(256) {
        let mut filter = Filter::new("s.org = ?", org);
        filter.within("s.id", chunk.iter().map(|id| Cell::Int(id.0)));
        let text = format!("select {HEAD_COLUMNS} from slip s where {}", filter.text);
        for row in sql.query(&text, &filter.params)? {
            let head = head_from(&row)?;
            found.insert(head.id, head);
        }
    }
    Ok(ids.iter().filter_map(|id| found.get(id).cloned()).collect())
}

/// All slips that are connected with a slip, in the order begun.
pub(crate) fn chain(sql: &dyn Sql, org: i64, id: SlipId) -> Result<Vec<SlipHead>, StoreError> {
    let mut found: BTreeMap<SlipId, SlipHead> = BTreeMap::new();
    let mut wanted = vec![id];
    while !wanted.is_empty() && found.len() < CHAIN_MAX {
        wanted.truncate(CHAIN_MAX - found.len());
        let mut next = Vec::new();
        for head in heads(sql, org, &wanted)? {
            next.extend(head.sources.iter().chain(&head.children).copied());
            found.insert(head.id, head);
        }
        next.sort();
        next.dedup();
        next.retain(|id| !found.contains_key(id));
        wanted = next;
    }
    Ok(found.into_values().collect())
}

fn optional(text: Arc<str>) -> Option<Arc<str>> {
    (!text.is_empty()).then_some(text)
}

fn act_named(name: &str) -> Result<SignedAct, StoreError> {
    parse(&format!("\"{name}\""), "signature.act")
}

// SQLite keeps the order of a cross join; without statistics it would otherwise begin with the largest table.

/// All acts on a slip, in order.
pub(crate) fn signatures(
    sql: &dyn Sql,
    org: i64,
    slip: SlipId,
) -> Result<Vec<SignatureRow>, StoreError> {
    let text = format!(
        "select g.seq, g.slip, g.act, g.step, g.person, g.identity, g.role, g.on_behalf_of, g.at, g.content, g.text \
         from journal j{} cross join signature g \
         where j.org = ?1 and j.slip = ?2 and g.org = j.org and g.seq = j.seq order by j.seq",
        sql.dialect().indexed_by("journal_slip")
    );
    let rows = sql.query(&text, &[org.into(), slip.0.into()])?;
    rows.iter()
        .map(|row| {
            Ok(SignatureRow {
                seq: row.int(0)?,
                signature: Signature {
                    slip: SlipId(row.int(1)?),
                    act: act_named(row.str(2)?)?,
                    step: row.text(3)?,
                    person: row.text(4)?,
                    identity: row.text(5)?,
                    role: row.text(6)?,
                    on_behalf_of: optional(row.text(7)?),
                    at: Moment(row.int(8)?),
                    content: row.text(9)?,
                    text: row.str(10)?.to_owned(),
                },
            })
        })
        .collect()
}

/// Everything that a slip booked, in order.
pub(crate) fn entries(sql: &dyn Sql, org: i64, slip: SlipId) -> Result<Vec<SlipEntry>, StoreError> {
    let text = format!(
        "select l.seq, l.entry, l.day, l.state, l.reversal, l.by_step, l.hold, l.hold_until, a.ledger, a.place, a.key, \
         a.detail, a.unit, l.side, l.amount, l.line, g.step, g.person, g.at \
         from journal j{} cross join signature g cross join leg l cross join account a \
         where j.org = ?1 and j.slip = ?2 and g.org = j.org and g.seq = j.seq and l.org = j.org and l.seq = j.seq \
         and a.org = l.org and a.id = l.account order by l.seq, l.n",
        sql.dialect().indexed_by("journal_slip")
    );
    let rows = sql.query(&text, &[org.into(), slip.0.into()])?;
    let mut out: Vec<SlipEntry> = Vec::new();
    let mut last = None;
    for row in &rows {
        let place = (row.int(0)?, row.int(1)?);
        if last != Some(place) {
            out.push(SlipEntry {
                seq: place.0,
                at: Moment(row.int(18)?),
                person: row.text(17)?,
                entry: entry_from(row)?,
            });
            last = Some(place);
        }
        if let Some(entry) = out.last_mut() {
            entry.entry.legs.push(leg_from(row)?);
        }
    }
    Ok(out)
}

fn entry_from(row: &Row) -> Result<Entry, StoreError> {
    let by = match row.text(5)? {
        step if step.is_empty() => row.text(16)?,
        step => step,
    };
    let hold = optional(row.text(6)?);
    let until = Moment(row.int(7)?);
    Ok(Entry {
        by,
        state: state_at(row.int(3)?)?,
        day: day_of(row.int(2)?)?,
        legs: Vec::new(),
        hold: hold.map(|name| Hold { name, until }),
        reversal: row.int(4)? != 0,
    })
}

fn leg_from(row: &Row) -> Result<Leg, StoreError> {
    Ok(Leg {
        ledger: row.text(8)?,
        place: row.text(9)?,
        key: row.text(10)?,
        detail: row.text(11)?,
        unit: unit_named(row.str(12)?)?,
        side: side_of(row.int(13)?),
        amount: row.int(14)?,
        line: row.maybe_int(15)?,
    })
}

/// The state that a leg's number stands for.
pub(crate) fn state_at(number: i64) -> Result<EntryState, StoreError> {
    usize::try_from(number)
        .ok()
        .and_then(|at| EntryState::ALL.get(at).copied())
        .ok_or_else(|| StoreError::Corrupt(format!("{number} is no state of an entry")))
}

/// The side that a leg's number stands for.
pub(crate) fn side_of(number: i64) -> Side {
    if number == 0 { Side::In } else { Side::Out }
}

/// Comments, copies, reminders, attachments and escalations of a slip, in order.
pub(crate) fn notes(sql: &dyn Sql, org: i64, slip: SlipId) -> Result<Vec<NoteRow>, StoreError> {
    let rows = sql.query(
        "select seq, slip, kind, person, reader, at, text, hash, size, media from note \
         where org = ?1 and slip = ?2 order by seq, n",
        &[org.into(), slip.0.into()],
    )?;
    rows.iter()
        .map(|row| {
            Ok(NoteRow {
                seq: row.int(0)?,
                note: Note {
                    slip: SlipId(row.int(1)?),
                    kind: parse::<NoteKind>(&format!("\"{}\"", row.str(2)?), "note.kind")?,
                    person: row.text(3)?,
                    to: row.text(4)?,
                    at: Moment(row.int(5)?),
                    text: row.str(6)?.to_owned(),
                    hash: row.text(7)?,
                    size: row.int(8)?,
                    media: row.str(9)?.to_owned(),
                },
            })
        })
        .collect()
}
