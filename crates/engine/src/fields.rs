//! The fields check: what was typed becomes the header and lines of a slip, carried, defaulted and computed.

use std::collections::BTreeMap;
use std::sync::Arc;

use kernel::{LineId, SlipId, Value};
use model::{Expr, Field, FieldKind};

use crate::scope::{View, declaration};
use crate::step::{Checked, Context, Stop};
use crate::values::{read, read_typed, refuse, shown};
use crate::{Class, Input, Line, LineInput, Record, Refusal, Slip};

/// A filled-in form.
#[derive(Debug, Default)]
pub(crate) struct Filled {
    pub header: Vec<Value>,
    pub lines: Vec<Line>,
    /// Everything that was wrong with it.
    pub refusals: Vec<Refusal>,
}

/// Fills a slip from what was typed. Refusals are collected, so that a clerk sees all of them at once; a form with
/// refusals still holds what could be read (a page shows it again).
pub(crate) fn fill(
    context: Context<'_>,
    declared: &model::Slip,
    sources: &[Arc<Slip>],
    input: &Input,
) -> Checked<Filled> {
    let mut filled = Filled {
        header: vec![Value::Empty; declared.header.len()],
        ..Filled::default()
    };
    unknown_names(&mut filled.refusals, None, &declared.header, &input.header);
    for (at, field) in declared.header.iter().enumerate() {
        let value = enter(
            context,
            declared,
            sources,
            &mut filled,
            Target::Header,
            field,
            &input.header,
        )?;
        filled.header[at] = value;
    }
    if let Some(fields) = &declared.lines {
        fill_lines(context, declared, fields, sources, input, &mut filled)?;
    } else if !input.lines.is_empty() {
        filled.refusals.push(Refusal::new(
            Class::Field,
            "field",
            "本单没有明细行",
            "this slip has no lines",
        ));
    }
    compute(context, declared, sources, &mut filled)?;
    let asked = crate::changes::check(view(context, declared, sources, &filled))?;
    crate::changes::keep(asked.values, &mut filled.lines);
    filled.refusals.extend(asked.refusals);
    check_typed_computed(declared, input, &mut filled);
    check_musts(context, declared, sources, &mut filled)?;
    Ok(filled)
}

/// Which row of the form a field belongs to.
#[derive(Clone, Copy)]
enum Target {
    Header,
    /// Position of the line; it is the last of `filled.lines` while it is being entered.
    Line(usize),
}

impl Target {
    fn position(self) -> Option<usize> {
        match self {
            Target::Header => None,
            Target::Line(at) => Some(at),
        }
    }
}

fn unknown_names(
    refusals: &mut Vec<Refusal>,
    line: Option<usize>,
    fields: &[Field],
    typed: &BTreeMap<String, String>,
) {
    for name in typed.keys() {
        if !fields.iter().any(|field| &*field.name == name.as_str()) {
            let shown = shown(name);
            refusals.push(
                Refusal::new(
                    Class::Field,
                    "unknown_field",
                    format!("没有字段 {shown}"),
                    format!("there is no field {shown}"),
                )
                .at(line, &shown),
            );
        }
    }
}

fn fill_lines(
    context: Context<'_>,
    declared: &model::Slip,
    fields: &[Field],
    sources: &[Arc<Slip>],
    input: &Input,
    filled: &mut Filled,
) -> Checked<()> {
    let typed = typed_lines(context, declared, fields, sources, input, filled);
    let (fewest, most) = (declared.lines_min as usize, declared.lines_max as usize);
    if typed.len() > most {
        filled.refusals.push(Refusal::new(
            Class::Field,
            "lines",
            format!("明细行不得超过 {most} 行"),
            format!("there may be at most {most} lines"),
        ));
        return Ok(());
    }
    if typed.len() < fewest {
        filled.refusals.push(Refusal::new(
            Class::Field,
            "lines",
            format!("明细行不得少于 {fewest} 行"),
            format!("there must be at least {fewest} lines"),
        ));
    }
    for (position, (source, row)) in typed.into_iter().enumerate() {
        unknown_names(&mut filled.refusals, Some(position), fields, &row);
        let id = LineId(position as i64 + 1);
        filled.lines.push(Line {
            id,
            source,
            values: vec![Value::Empty; fields.len()],
            drawn: BTreeMap::new(),
        });
        for (at, field) in fields.iter().enumerate() {
            let value = enter(
                context,
                declared,
                sources,
                filled,
                Target::Line(position),
                field,
                &row,
            )?;
            filled.lines[position].values[at] = value;
        }
    }
    Ok(())
}

/// Whether lines come from lines of the source: some field is carried, draws, or reads the line it comes from. Lines that take
/// nothing from there, such as readings that belong to a journey, are typed freely.
fn takes_lines(fields: &[Field]) -> bool {
    let reads = |expr: &Option<model::Expr>| {
        let mut found = false;
        if let Some(expr) = expr {
            expr.names(&mut |name| found |= matches!(name, model::Name::SourceLine(_)));
        }
        found
    };
    fields.iter().any(|field| {
        let per = field.packed.as_ref().map(|packed| packed.per.clone());
        let reads = [&field.is, &field.default, &field.must, &per]
            .into_iter()
            .any(reads);
        field.carry || field.draws.is_some() || reads
    })
}

type TypedLine = (Option<(SlipId, LineId)>, BTreeMap<String, String>);

/// Pairs each typed line with the line it comes from: the one it names, or the one at the same position of a single source.
/// Nothing typed on a slip made from others means all their lines that are still open.
fn typed_lines(
    context: Context<'_>,
    declared: &model::Slip,
    fields: &[Field],
    sources: &[Arc<Slip>],
    input: &Input,
    filled: &mut Filled,
) -> Vec<TypedLine> {
    let drawable = sources.iter().any(|slip| !slip.lines.is_empty());
    if !drawable || !takes_lines(fields) {
        return input
            .lines
            .iter()
            .map(|line| (None, line.fields.clone()))
            .collect();
    }
    if input.lines.is_empty() {
        let open = crate::draws::open_lines(context, declared, sources);
        return open
            .into_iter()
            .map(|source| (Some(source), BTreeMap::new()))
            .collect();
    }
    let mut out = Vec::with_capacity(input.lines.len());
    for (position, line) in input.lines.iter().enumerate() {
        match line_source(sources, position, line) {
            Some(source) => out.push((Some(source), line.fields.clone())),
            None => {
                filled.refusals.push(
                    Refusal::new(
                        Class::Field,
                        "source_line",
                        format!("第 {} 行没有对应的上游明细行", position + 1),
                        format!("line {} comes from no line of the source", position + 1),
                    )
                    .at(Some(position), ""),
                );
                out.push((None, line.fields.clone()));
            }
        }
    }
    out
}

fn line_source(
    sources: &[Arc<Slip>],
    position: usize,
    line: &LineInput,
) -> Option<(SlipId, LineId)> {
    match line.source {
        Some((slip, id)) => sources
            .iter()
            .find(|source| source.id == slip)?
            .line(id)
            .map(|_| (slip, id)),
        None => match sources {
            [only] => only.lines.get(position).map(|line| (only.id, line.id)),
            _ => None,
        },
    }
}

fn view<'a>(
    context: Context<'a>,
    declared: &'a model::Slip,
    sources: &'a [Arc<Slip>],
    filled: &'a Filled,
) -> View<'a> {
    View {
        context,
        declaration: declared,
        header: &filled.header,
        lines: &filled.lines,
        sources,
    }
}

/// The value of a field that is typed, carried or defaulted; `Empty` for a computed one (see [`compute`]).
fn enter(
    context: Context<'_>,
    declared: &model::Slip,
    sources: &[Arc<Slip>],
    filled: &mut Filled,
    target: Target,
    field: &Field,
    typed: &BTreeMap<String, String>,
) -> Checked<Value> {
    let text = typed.get(&*field.name).map_or("", |text| text.trim());
    if field.is.is_some() {
        return Ok(Value::Empty);
    }
    if field.carry {
        let value = carried(context, sources, filled, target, field);
        if !text.is_empty() && read(field, text).ok().as_ref() != Some(&value) {
            filled.refusals.push(not_typed(field, target.position()));
        }
        return Ok(value);
    }
    let here = |expr: &Expr| {
        let view = view(context, declared, sources, filled);
        let line = target
            .position()
            .and_then(|position| filled.lines.get(position));
        view.at(line).value(expr)
    };
    if text.is_empty() {
        if let Some(default) = &field.default {
            return here(default);
        }
        if !field.optional {
            filled.refusals.push(missing(field, target.position()));
        }
        return Ok(Value::Empty);
    }
    match read_typed(field, text, here)? {
        Ok(value) => {
            if let Some(refusal) = unknown_reference(context, field, target.position(), &value)? {
                filled.refusals.push(refusal);
            }
            Ok(value)
        }
        Err(why) => {
            filled.refusals.push(refuse(field, target.position(), &why));
            Ok(Value::Empty)
        }
    }
}

fn missing(field: &Field, line: Option<usize>) -> Refusal {
    Refusal::new(
        Class::Field,
        "field",
        format!("{} 不能为空", field.label.zh),
        format!("{} must be filled in", field.label.en),
    )
    .at(line, &field.name)
}

fn not_typed(field: &Field, line: Option<usize>) -> Refusal {
    Refusal::new(
        Class::Field,
        "field",
        format!("{} 由系统带出，不能改动", field.label.zh),
        format!(
            "{} is filled in by the system and cannot be changed",
            field.label.en
        ),
    )
    .at(line, &field.name)
}

/// A carried field: the field of the same name on the source line, or on the source slip.
fn carried(
    context: Context<'_>,
    sources: &[Arc<Slip>],
    filled: &Filled,
    target: Target,
    field: &Field,
) -> Value {
    let line = target
        .position()
        .and_then(|position| filled.lines.get(position));
    let (slip, source_line) = match line {
        Some(line) => match line.source {
            Some((id, line)) => (sources.iter().find(|slip| slip.id == id), Some(line)),
            None => (None, None),
        },
        None => (sources.first(), None),
    };
    let Some(slip) = slip else {
        return Value::Empty;
    };
    let Some((_, declared)) = declaration(context.flow, slip) else {
        return Value::Empty;
    };
    if let Some(id) = source_line
        && let Some((at, _)) = declared.line_field(&field.name)
    {
        return slip
            .line(id)
            .and_then(|line| line.values.get(at))
            .cloned()
            .unwrap_or_default();
    }
    declared
        .header_field(&field.name)
        .and_then(|(at, _)| slip.header.get(at))
        .cloned()
        .unwrap_or_default()
}

/// A reference to a record or person that does not exist today.
pub(crate) fn unknown_reference(
    context: Context<'_>,
    field: &Field,
    line: Option<usize>,
    value: &Value,
) -> Checked<Option<Refusal>> {
    let Some(key) = value.as_text() else {
        return Ok(None);
    };
    let exists = match &field.kind {
        FieldKind::Register(register) => {
            let versions = context
                .world
                .records(&format!("{}.{register}", context.pack.name), key)?;
            Record::on(&versions, context.today()).is_some()
        }
        FieldKind::Person => context
            .world
            .person(key)?
            .is_some_and(|person| person.active),
        _ => true,
    };
    Ok((!exists).then(|| {
        Refusal::new(
            Class::Field,
            "reference",
            format!("{} {key} 不存在", field.label.zh),
            format!("{} {key} does not exist", field.label.en),
        )
        .at(line, &field.name)
    }))
}

/// Computed fields: of each line first, then of the header, which may total the lines. Fields may build on earlier ones.
fn compute(
    context: Context<'_>,
    declared: &model::Slip,
    sources: &[Arc<Slip>],
    filled: &mut Filled,
) -> Checked<()> {
    let fields = declared.lines.as_deref().unwrap_or_default();
    let computed: Vec<(usize, &model::Expr)> = fields
        .iter()
        .enumerate()
        .filter_map(|(at, field)| Some((at, field.is.as_ref()?)))
        .collect();
    for position in 0..filled.lines.len() {
        for (at, expr) in &computed {
            let view = view(context, declared, sources, filled);
            match view.at(filled.lines.get(position)).value(expr) {
                Ok(value) => filled.lines[position].values[*at] = value,
                Err(Stop::Refused(refusal)) => filled
                    .refusals
                    .push(refusal.at(Some(position), &fields[*at].name)),
                Err(fault) => return Err(fault),
            }
        }
    }
    for (at, field) in declared.header.iter().enumerate() {
        let Some(expr) = &field.is else { continue };
        let view = view(context, declared, sources, filled);
        match view.at(None).value(expr) {
            Ok(value) => filled.header[at] = value,
            Err(Stop::Refused(refusal)) => filled.refusals.push(refusal.at(None, &field.name)),
            Err(fault) => return Err(fault),
        }
    }
    Ok(())
}

/// A form may send a computed field back as it was shown, but not another value.
fn check_typed_computed(declared: &model::Slip, input: &Input, filled: &mut Filled) {
    let differs = |field: &Field, typed: Option<&String>, value: Option<&Value>| -> bool {
        let Some(text) = typed
            .map(|text| text.trim())
            .filter(|text| !text.is_empty())
        else {
            return false;
        };
        field.is.is_some() && read(field, text).ok().as_ref() != value
    };
    for (at, field) in declared.header.iter().enumerate() {
        if differs(field, input.header.get(&*field.name), filled.header.get(at)) {
            filled.refusals.push(not_typed(field, None));
        }
    }
    let fields = declared.lines.as_deref().unwrap_or_default();
    for (position, line) in filled.lines.iter().enumerate() {
        let Some(typed) = input.lines.get(position) else {
            break;
        };
        for (at, field) in fields.iter().enumerate() {
            if differs(field, typed.fields.get(&*field.name), line.values.get(at)) {
                filled.refusals.push(not_typed(field, Some(position)));
            }
        }
    }
}

/// The conditions of fields. An empty value meets every condition: whether it may be empty was asked before.
fn check_musts(
    context: Context<'_>,
    declared: &model::Slip,
    sources: &[Arc<Slip>],
    filled: &mut Filled,
) -> Checked<()> {
    let mut refusals = Vec::new();
    let broken = |refusals: &mut Vec<Refusal>, field: &Field, line: Option<usize>| {
        let said = refusals.iter().chain(&filled.refusals).any(|refusal| {
            refusal
                .place
                .as_ref()
                .is_some_and(|place| place.line == line && place.field == *field.name)
        });
        // One complaint per field is enough: what cannot be read need not also break a condition.
        if !said {
            refusals.push(
                Refusal::new(
                    Class::Field,
                    "field",
                    format!("{} 不合要求", field.label.zh),
                    format!("{} does not meet its condition", field.label.en),
                )
                .at(line, &field.name),
            );
        }
    };
    let view = view(context, declared, sources, filled);
    for field in &declared.header {
        if let Some(must) = &field.must
            && view.at(None).value(must)? == Value::Flag(false)
        {
            broken(&mut refusals, field, None);
        }
    }
    for (position, line) in filled.lines.iter().enumerate() {
        for field in declared.lines.as_deref().unwrap_or_default() {
            if let Some(must) = &field.must
                && view.at(Some(line)).value(must)? == Value::Flag(false)
            {
                broken(&mut refusals, field, Some(position));
            }
        }
    }
    filled.refusals.extend(refusals);
    Ok(())
}
