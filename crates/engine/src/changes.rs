//! Slips that ask for changes of a record: what is recorded now, whether what is asked can be, and the record when it is approved.

use kernel::Value;
use model::{Changes, Current, Field, FieldKind, Pair, Register};

use crate::fields::unknown_reference;
use crate::scope::View;
use crate::step::Checked;
use crate::values::{entered, record_value, shown};
use crate::{Class, Line, Record, Refusal, WorldError, registers};

/// What a slip asks for, as far as it can be.
#[derive(Debug, Default)]
pub(crate) struct Asked {
    /// What is wrong with it.
    pub refusals: Vec<Refusal>,
    /// New values as they are kept: position of the line, index of its field, value.
    pub values: Vec<(usize, usize, Value)>,
}

/// The register that a slip names.
fn register<'a>(view: View<'a>, changes: &Changes) -> Option<&'a Register> {
    let name = view.header.get(changes.register)?.as_text()?;
    view.context
        .pack
        .register(name)
        .filter(|register| register.by_slips)
}

fn key<'a>(view: View<'a>, changes: &Changes) -> &'a str {
    let key = view.header.get(changes.key);
    key.and_then(Value::as_text).unwrap_or_default()
}

/// The record as it is today.
fn today(
    view: View<'_>,
    register: &Register,
    changes: &Changes,
) -> Result<Option<Record>, WorldError> {
    let versions = view
        .context
        .world
        .records(&register.qualified, key(view, changes))?;
    Ok(Record::on(&versions, view.context.today()).cloned())
}

/// The field of the record that a line is about.
fn named<'a>(register: &'a Register, changes: &Changes, line: &Line) -> Option<(usize, &'a Field)> {
    register.field(line.values.get(changes.field)?.as_text()?)
}

/// Where a line says what is to become of that field; without it nothing can be asked of a sensitive one.
fn pair(changes: &Changes, field: &Field) -> Option<Pair> {
    if field.sensitive {
        changes.hidden
    } else {
        Some(changes.plain)
    }
}

/// What is recorded today, as the computed fields of the slip show it.
pub(crate) fn current(
    view: View<'_>,
    line: Option<&Line>,
    what: Current,
) -> Result<Value, WorldError> {
    let Some(changes) = &view.declaration.changes else {
        return Ok(Value::Empty);
    };
    let Some(register) = register(view, changes) else {
        return Ok(Value::Empty);
    };
    let named = match what {
        Current::Name => register.field("name"),
        Current::Plain | Current::Hidden => line
            .and_then(|line| named(register, changes, line))
            .filter(|(_, field)| field.sensitive == (what == Current::Hidden)),
    };
    let Some((at, _)) = named else {
        return Ok(Value::Empty);
    };
    let record = today(view, register, changes)?;
    Ok(record.map_or(Value::Empty, |record| {
        as_text(record_value(register, at, &record))
    }))
}

/// A value as the fields of such a slip hold it: in writing.
fn as_text(value: Value) -> Value {
    if value.is_empty() {
        return value;
    }
    Value::text(&value.to_string())
}

fn wrong(code: &str, line: Option<usize>, field: &str, zh: String, en: String) -> Refusal {
    Refusal::new(Class::Field, code, zh, en).at(line, field)
}

/// Whether what a slip asks for can be recorded: the record is there, each line names a field of it once, and the new value is one
/// that the field could have been given, and another than the one it has.
pub(crate) fn check(view: View<'_>) -> Checked<Asked> {
    let mut asked = Asked::default();
    let Some(changes) = &view.declaration.changes else {
        return Ok(asked);
    };
    let (Some(register), key) = (register(view, changes), key(view, changes)) else {
        return Ok(asked);
    };
    if key.is_empty() {
        return Ok(asked);
    }
    let Some(record) = today(view, register, changes)? else {
        let (label, key) = (&register.label, shown(key));
        let field = view.declaration.header.get(changes.key);
        asked.refusals.push(wrong(
            "reference",
            None,
            field.map_or("", |field| &field.name),
            format!("{} {key} 不存在", label.zh),
            format!("{} {key} does not exist", label.en),
        ));
        return Ok(asked);
    };
    for (position, line) in view.lines.iter().enumerate() {
        check_line(view, register, &record, (position, line), &mut asked)?;
    }
    Ok(asked)
}

fn check_line(
    view: View<'_>,
    register: &Register,
    record: &Record,
    (position, line): (usize, &Line),
    asked: &mut Asked,
) -> Checked<()> {
    let Some(changes) = &view.declaration.changes else {
        return Ok(());
    };
    let fields = view.declaration.lines.as_deref().unwrap_or_default();
    let text = |at: usize| line.values.get(at).and_then(Value::as_text);
    let Some(name) = text(changes.field) else {
        return Ok(());
    };
    let mut bad = |code: &str, at: usize, zh: String, en: String| {
        let at = fields.get(at).map_or("", |field| &field.name);
        let refusal = wrong(code, Some(position), at, zh, en);
        asked.refusals.push(refusal);
        Ok(())
    };
    let label = &register.label;
    let Some((at, field)) = register.field(name) else {
        let (zh, en) = (
            format!("{} 没有这一项", label.zh),
            format!("{} has no such field", label.en),
        );
        return bad("unknown_field", changes.field, zh, en);
    };
    let said = |line: &Line| line.values.get(changes.field).and_then(Value::as_text) == Some(name);
    if view.lines.iter().take(position).any(said) {
        let (zh, en) = (
            format!("{} 在本单上已经填过", field.label.zh),
            format!("{} is on this slip already", field.label.en),
        );
        return bad("duplicate", changes.field, zh, en);
    }
    let Some(pair) = pair(changes, field) else {
        let (zh, en) = (
            format!("{} 是敏感内容，不能用本单更改", field.label.zh),
            format!(
                "{} is sensitive and cannot be changed by this slip",
                field.label.en
            ),
        );
        return bad("sensitive", changes.field, zh, en);
    };
    // A sensitive value in the open box would be read by everybody; another in the hidden one by too few.
    let other = if pair == changes.plain {
        changes.hidden
    } else {
        Some(changes.plain)
    };
    let typed_elsewhere = other.filter(|other| text(other.to).is_some());
    if let Some(other) = typed_elsewhere {
        let right = fields.get(pair.to).map(|field| &field.label);
        let (zh, en) = right.map_or(("", ""), |label| (&label.zh, &label.en));
        let (zh, en) = (
            format!("{} 的新值填在“{zh}”", field.label.zh),
            format!("the new value of {} goes to “{en}”", field.label.en),
        );
        return bad("sensitive", other.to, zh, en);
    }
    let value = match entered(field, text(pair.to).unwrap_or_default()) {
        Ok(value) => value,
        Err(why) => {
            let (zh, en) = (
                format!("{} {}", field.label.zh, why.zh),
                format!("{} {}", field.label.en, why.en),
            );
            return bad("field", pair.to, zh, en);
        }
    };
    if value.is_empty() && !field.optional {
        let (zh, en) = (
            format!("{} 不能为空", field.label.zh),
            format!("{} must be filled in", field.label.en),
        );
        return bad("field", pair.to, zh, en);
    }
    if value == record_value(register, at, record) {
        let (zh, en) = (
            format!("{} 的新值与现值相同", field.label.zh),
            format!("the new value of {} is the one it has", field.label.en),
        );
        return bad("unchanged", pair.to, zh, en);
    }
    if matches!(field.kind, FieldKind::Register(_) | FieldKind::Person)
        && let Some(refusal) = unknown_reference(view.context, field, Some(position), &value)?
    {
        return bad("reference", pair.to, refusal.zh, refusal.en);
    }
    asked.values.push((position, pair.to, as_text(value)));
    Ok(())
}

/// New values are kept as the record will have them.
pub(crate) fn keep(values: Vec<(usize, usize, Value)>, lines: &mut [Line]) {
    for (position, field, value) in values {
        if let Some(place) = lines
            .get_mut(position)
            .and_then(|line| line.values.get_mut(field))
        {
            *place = value;
        }
    }
}

/// What was recorded meanwhile: whoever approves saw other values than those that his signature would replace.
pub(crate) fn stale(view: View<'_>) -> Checked<Vec<Refusal>> {
    let Some(changes) = &view.declaration.changes else {
        return Ok(Vec::new());
    };
    let fields = view.declaration.lines.as_deref().unwrap_or_default();
    let mut refusals = Vec::new();
    for (position, line) in view.lines.iter().enumerate() {
        for (pair, what) in [
            (Some(changes.plain), Current::Plain),
            (changes.hidden, Current::Hidden),
        ] {
            let Some(pair) = pair else { continue };
            if line.values.get(pair.was) == Some(&current(view, Some(line), what)?) {
                continue;
            }
            let field = fields.get(pair.was).map_or("", |field| &field.name);
            refusals.push(
                Refusal::new(
                    Class::Field,
                    "fact_changed",
                    "申请之后登记内容已经变化，须退回重新填写",
                    "what is recorded has changed since this was asked for; return the slip and fill it in again",
                )
                .at(Some(position), field),
            );
        }
    }
    Ok(refusals)
}

/// Records what the slip asks for, as one version of the record from today on. What could be asked when the slip was filled in must
/// still be possible.
pub(crate) fn record(view: View<'_>, out: &mut Vec<Record>) -> Checked<()> {
    let Some(changes) = &view.declaration.changes else {
        return Ok(());
    };
    if let Some(refusal) = Refusal::all(check(view)?.refusals) {
        return Err(refusal.into());
    }
    let Some(register) = register(view, changes) else {
        return Ok(());
    };
    let mut values = Vec::new();
    for line in view.lines {
        let Some((_, field)) = named(register, changes, line) else {
            continue;
        };
        let text = pair(changes, field)
            .and_then(|pair| line.values.get(pair.to))
            .and_then(Value::as_text);
        // What could be entered is entered again; a code that the field keeps in another writing is kept as it was then.
        let value = entered(field, text.unwrap_or_default()).unwrap_or_default();
        values.push((field, value));
    }
    let today = view.context.today();
    registers::tell(
        view.context,
        register,
        key(view, changes),
        today,
        &values,
        out,
    )
}
