//! Slips as rows, and back.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Arc;

use engine::{Line, Slip, SlipState};
use kernel::{Amount, Day, LineId, Moment, SlipId, Unit, Value};
use model::{Field, FieldKind};
use serde::Deserialize;

use crate::api::StoreError;
use crate::cell::{Cell, Row, digest_of};
use crate::schema;
use crate::verify::mentions::{Mention, Mentions};

/// A slip with what its row has beside it.
#[derive(Debug, Clone)]
pub(crate) struct StoredSlip {
    pub slip: Arc<Slip>,
    pub party: Arc<str>,
    pub amount: Option<i64>,
    pub first_seq: i64,
    pub last_seq: i64,
    pub timers: Arc<BTreeMap<Arc<str>, i64>>,
}

/// `20260401`.
pub(crate) fn day_number(day: Day) -> i64 {
    day.compact().parse().unwrap_or(0)
}

/// The day of `20260401`.
pub(crate) fn day_of(number: i64) -> Result<Day, StoreError> {
    let part = |value: i64| i8::try_from(value).ok();
    i16::try_from(number / 10_000)
        .ok()
        .and_then(|year| Day::new(year, part(number / 100 % 100)?, part(number % 100)?).ok())
        .ok_or_else(|| StoreError::Corrupt(format!("{number} is not a day")))
}

/// Key of the first record that the header names.
pub(crate) fn party_of(declared: &model::Slip, header: &[Value]) -> Option<Arc<str>> {
    let register = |field: &Field| matches!(field.kind, FieldKind::Register(_));
    let at = declared.header.iter().position(register)?;
    match header.get(at) {
        Some(Value::Text(key)) => Some(key.clone()),
        _ => None,
    }
}

/// The slip's money, in fen.
pub(crate) fn amount_of(declared: &model::Slip, slip: &Slip) -> Option<i64> {
    let money = |field: &Field| field.kind == FieldKind::Amount(Unit::Money);
    if let Some(at) = declared.header.iter().position(money) {
        return slip.header.get(at)?.as_amount().map(|amount| amount.units);
    }
    let at = declared.lines.as_deref()?.iter().rposition(money)?;
    let sum: i128 = slip
        .lines
        .iter()
        .filter_map(|line| line.values.get(at)?.as_amount())
        .map(|amount| i128::from(amount.units))
        .sum();
    i64::try_from(sum).ok()
}

/// The row of a slip, without its body.
pub(crate) fn slip_cells(org: i64, stored: &StoredSlip) -> Vec<Cell> {
    let slip = &*stored.slip;
    vec![
        Cell::Int(org),
        Cell::Int(slip.id.0),
        (&slip.kind).into(),
        (&slip.version).into(),
        (&slip.number).into(),
        Cell::Word(slip.state.name()),
        Cell::Int(day_number(slip.day)),
        Cell::Int(slip.begun_at.0),
        (&slip.begun_by).into(),
        (&stored.party).into(),
        Cell::maybe(stored.amount),
        Cell::Int(stored.first_seq),
        Cell::Int(stored.last_seq),
        (&slip.content).into(),
        json(&slip.signed),
        json(&slip.waiting),
        json(&slip.sources),
        json(&slip.children),
        json(&slip.taken),
        drawn_cell(&slip.lines),
        slip.reversal.as_ref().map_or(Cell::Word(""), json),
        json(&*stored.timers),
    ]
}

/// The row of a slip's body.
pub(crate) fn body_cells(org: i64, declared: &model::Slip, slip: &Slip) -> Vec<Cell> {
    let mut header = String::with_capacity(160);
    push_values(&mut header, &declared.header, &slip.header);
    let mut lines = String::with_capacity(32 + 200 * slip.lines.len());
    lines.push('[');
    for (at, line) in slip.lines.iter().enumerate() {
        if at > 0 {
            lines.push(',');
        }
        let _ = write!(lines, "{{\"id\":{}", line.id.0);
        if let Some((source, source_line)) = line.source {
            let _ = write!(lines, ",\"source\":[{},{}]", source.0, source_line.0);
        }
        lines.push_str(",\"values\":");
        push_values(
            &mut lines,
            declared.lines.as_deref().unwrap_or_default(),
            &line.values,
        );
        lines.push('}');
    }
    lines.push(']');
    vec![
        Cell::Int(org),
        Cell::Int(slip.id.0),
        header.into(),
        lines.into(),
    ]
}

/// Whether two states of a slip have the same body.
pub(crate) fn same_body(old: &Slip, new: &Slip) -> bool {
    old.header == new.header
        && old.lines.len() == new.lines.len()
        && old.lines.iter().zip(&new.lines).all(|(old, new)| {
            old.id == new.id && old.source == new.source && old.values == new.values
        })
}

fn json<T: serde::Serialize + ?Sized>(value: &T) -> Cell {
    serde_json::to_string(value).unwrap_or_default().into()
}

fn drawn_cell(lines: &[Line]) -> Cell {
    if lines.iter().all(|line| line.drawn.is_empty()) {
        return Cell::Word("{}");
    }
    let drawn: BTreeMap<i64, &BTreeMap<Arc<str>, i64>> = lines
        .iter()
        .filter(|line| !line.drawn.is_empty())
        .map(|line| (line.id.0, &line.drawn))
        .collect();
    json(&drawn)
}

/// `{"field":"canonical text",...}` in the order declared; what is empty is left out.
fn push_values(out: &mut String, fields: &[Field], values: &[Value]) {
    out.push('{');
    let mut first = true;
    for (field, value) in fields.iter().zip(values) {
        if value.is_empty() {
            continue;
        }
        if !first {
            out.push(',');
        }
        first = false;
        push_text(out, &field.name);
        out.push(':');
        match value {
            Value::Text(text) => push_text(out, text),
            other => {
                let _ = write!(out, "\"{other}\"");
            }
        }
    }
    out.push('}');
}

/// A JSON string.
fn push_text(out: &mut String, text: &str) {
    if text
        .bytes()
        .any(|byte| byte < 0x20 || byte == b'"' || byte == b'\\')
    {
        out.push_str(&serde_json::to_string(text).unwrap_or_default());
    } else {
        out.push('"');
        out.push_str(text);
        out.push('"');
    }
}

/// The columns of `slip` (as `s`) and `slip_body` (as `b`) that [`read_slip`] takes, in its order.
pub(crate) const SLIP_COLUMNS: &str = "s.id, s.kind, s.version, s.number, s.state, s.day, s.begun_at, s.begun_by, \
     s.party, s.amount, s.first_seq, s.last_seq, s.content, s.signed, s.waiting, s.sources, s.children, s.taken, \
     s.drawn, s.reversal, s.timers, b.header, b.lines, j.wrote";

/// The tables of [`SLIP_COLUMNS`]: the slip, what was filled in, and the journal row that wrote the slip last.
pub(crate) const SLIP_TABLES: &str = "slip s join slip_body b on b.org = s.org and b.id = s.id \
     left join journal j on j.org = s.org and j.seq = s.last_seq";

/// How many of [`SLIP_COLUMNS`] are columns of `slip`, in their order.
const OWN_COLUMNS: usize = 21;

/// A slip is only read if its row is the one that the journal says was written last. Otherwise whoever wrote to the
/// database behind the program's back would have his alteration written anew, and vouched for, by the next honest act.
pub(crate) fn check_row(org: i64, row: &Row) -> Result<(), StoreError> {
    let id = row.int(0)?;
    let mut cells = vec![Cell::Int(org)];
    cells.extend_from_slice(&row.0[..OWN_COLUMNS]);
    let digest = digest_of(schema::SLIP.name, &cells);
    let written = match row.0.get(23) {
        Some(Cell::Blob(wrote)) => Mentions(wrote)
            .flatten()
            .any(|mention| matches!(mention, Mention::Slip(of, is) if of == id && is == digest)),
        _ => false,
    };
    if written {
        Ok(())
    } else {
        Err(altered("slip", org, id))
    }
}

fn altered(table: &str, org: i64, id: i64) -> StoreError {
    StoreError::Corrupt(format!(
        "{table} org={org} id={id} is not as it was written last; run verify"
    ))
}

/// The same of what was filled in: its digest stands in the slip.
pub(crate) fn check_body(org: i64, slip: &Slip) -> Result<(), StoreError> {
    if slip.digest() == slip.content {
        Ok(())
    } else {
        Err(altered("slip_body", org, slip.id.0))
    }
}

#[derive(Deserialize)]
struct KeptLine {
    id: i64,
    #[serde(default)]
    source: Option<(i64, i64)>,
    values: BTreeMap<String, String>,
}

/// A slip out of a row of [`SLIP_COLUMNS`], by the declaration of its kind.
pub(crate) fn read_slip(row: &Row, declared: &model::Slip) -> Result<StoredSlip, StoreError> {
    let kept: BTreeMap<String, String> = parse(row.str(21)?, "slip_body.header")?;
    let header = read_values(&declared.header, &kept)?;
    let mut drawn: BTreeMap<i64, BTreeMap<Arc<str>, i64>> = parse(row.str(18)?, "slip.drawn")?;
    let kept: Vec<KeptLine> = parse(row.str(22)?, "slip_body.lines")?;
    let fields = declared.lines.as_deref().unwrap_or_default();
    let lines = kept
        .into_iter()
        .map(|line| {
            Ok(Line {
                id: LineId(line.id),
                source: line.source.map(|(slip, line)| (SlipId(slip), LineId(line))),
                values: read_values(fields, &line.values)?,
                drawn: drawn.remove(&line.id).unwrap_or_default(),
            })
        })
        .collect::<Result<_, StoreError>>()?;
    let reversal = row.str(19)?;
    let slip = Slip {
        id: SlipId(row.int(0)?),
        kind: row.text(1)?,
        version: row.text(2)?,
        number: row.text(3)?,
        state: state_named(row.str(4)?)?,
        content: row.text(12)?,
        day: day_of(row.int(5)?)?,
        begun_at: Moment(row.int(6)?),
        begun_by: row.text(7)?,
        sources: parse(row.str(15)?, "slip.sources")?,
        children: parse(row.str(16)?, "slip.children")?,
        header,
        lines,
        signed: parse(row.str(13)?, "slip.signed")?,
        waiting: parse(row.str(14)?, "slip.waiting")?,
        taken: parse(row.str(17)?, "slip.taken")?,
        reversal: match reversal {
            "" => None,
            asked => Some(parse(asked, "slip.reversal")?),
        },
    };
    Ok(StoredSlip {
        slip: Arc::new(slip),
        party: row.text(8)?,
        amount: row.maybe_int(9)?,
        first_seq: row.int(10)?,
        last_seq: row.int(11)?,
        timers: Arc::new(parse(row.str(20)?, "slip.timers")?),
    })
}

/// The state of that name.
pub(crate) fn state_named(name: &str) -> Result<SlipState, StoreError> {
    SlipState::named(name)
        .ok_or_else(|| StoreError::Corrupt(format!("{name:?} is no state of a slip")))
}

/// JSON out of a column.
pub(crate) fn parse<'a, T: Deserialize<'a>>(text: &'a str, column: &str) -> Result<T, StoreError> {
    serde_json::from_str(text)
        .map_err(|error| StoreError::Corrupt(format!("{column} is not readable: {error}")))
}

fn read_values(
    fields: &[Field],
    kept: &BTreeMap<String, String>,
) -> Result<Vec<Value>, StoreError> {
    fields
        .iter()
        .map(|field| match kept.get(&*field.name) {
            None => Ok(Value::Empty),
            Some(text) => read_value(&field.kind, text)
                .ok_or_else(|| StoreError::Corrupt(format!("field {} holds {text:?}", field.name))),
        })
        .collect()
}

/// A value out of its canonical text.
fn read_value(kind: &FieldKind, text: &str) -> Option<Value> {
    Some(match kind {
        FieldKind::Text | FieldKind::Choice(_) | FieldKind::Register(_) | FieldKind::Person => {
            Value::text(text)
        }
        FieldKind::Amount(unit) => Value::Amount(Amount::parse(text, *unit).ok()?),
        FieldKind::Day => Value::Day(text.parse().ok()?),
        FieldKind::Moment => Value::Moment(Moment(text.parse().ok()?)),
        FieldKind::Flag => match text {
            "yes" => Value::Flag(true),
            "no" => Value::Flag(false),
            _ => return None,
        },
    })
}
