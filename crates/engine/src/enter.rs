//! Fields that a later step may still enter.

use std::collections::BTreeSet;
use std::sync::Arc;

use kernel::Value;
use model::{Expr, Field, Name, Step};

use crate::fields::unknown_reference;
use crate::scope::{At, View, walk};
use crate::step::{Checked, Context, Stop};
use crate::values::{read_typed, refuse, shown};
use crate::{Class, Input, Refusal, Slip};

/// Fields whose value changed, by index: of the header, of lines.
#[derive(Default)]
struct Changed {
    header: BTreeSet<usize>,
    line: BTreeSet<usize>,
}

impl Changed {
    /// Whether a computed field is among them, or reads one of them.
    fn renewed(&self, line: bool, at: usize, expr: &Expr) -> bool {
        let fields = if line { &self.line } else { &self.header };
        fields.contains(&at) || self.concerns(expr)
    }

    /// Whether an expression reads one of them.
    fn concerns(&self, expr: &Expr) -> bool {
        let mut found = false;
        walk(expr, &mut |name| {
            found |= match name {
                Name::Header(at) => self.header.contains(at),
                Name::Line(at) | Name::Total(at) => self.line.contains(at),
                _ => false,
            };
        });
        found
    }
}

/// Whether a step enters a field that draws on an earlier line.
pub(crate) fn draws(declared: &model::Slip, step: &Step) -> bool {
    let fields = declared.lines.as_deref().unwrap_or_default();
    let entered = step.enters_line.iter().filter_map(|at| fields.get(*at));
    entered.into_iter().any(|field| field.draws.is_some())
}

/// Enters what a later step declares; anything else that is typed is refused. Lines are given by position. What is
/// computed from entered fields follows them; the rest stays as it was signed.
pub(crate) fn enter(
    context: Context<'_>,
    declared: &model::Slip,
    step: &Step,
    sources: &[Arc<Slip>],
    input: &Input,
    slip: &mut Slip,
) -> Checked<()> {
    let mut refusals = Vec::new();
    for (name, text) in &input.header {
        let field = declared
            .header_field(name)
            .filter(|(at, _)| step.enters.contains(at));
        match field {
            Some((at, field)) => {
                let view = view(context, declared, sources, slip);
                if let Some(value) = entered(view.at(None), field, None, text, &mut refusals)? {
                    slip.header[at] = value;
                }
            }
            None => refusals.push(not_now(
                step,
                declared.header_field(name).map(|(_, field)| field),
                None,
                name,
            )),
        }
    }
    if input.lines.len() > slip.lines.len() {
        refusals.push(Refusal::new(
            Class::Field,
            "lines",
            "此环节不能增加明细行",
            "lines cannot be added at this step",
        ));
    }
    for position in 0..input.lines.len().min(slip.lines.len()) {
        let typed = &input.lines[position];
        for (name, text) in &typed.fields {
            let field = declared
                .line_field(name)
                .filter(|(at, _)| step.enters_line.contains(at));
            match field {
                Some((at, field)) => {
                    let view = view(context, declared, sources, slip);
                    let here = view.at(slip.lines.get(position));
                    if let Some(value) = entered(here, field, Some(position), text, &mut refusals)?
                    {
                        slip.lines[position].values[at] = value;
                    }
                }
                None => refusals.push(not_now(
                    step,
                    declared.line_field(name).map(|(_, field)| field),
                    Some(position),
                    name,
                )),
            }
        }
    }
    let mut changed = Changed {
        header: step.enters.iter().chain(&step.renews).copied().collect(),
        line: step
            .enters_line
            .iter()
            .chain(&step.renews_line)
            .copied()
            .collect(),
    };
    recompute(
        context,
        declared,
        sources,
        slip,
        &mut changed,
        &mut refusals,
    )?;
    check_filled_in(declared, step, slip, &mut refusals);
    check_musts(context, declared, sources, slip, &changed, &mut refusals)?;
    check_drawn(declared, slip, &mut refusals);
    Refusal::all(refusals).map_or(Ok(()), |refusal| Err(refusal.into()))
}

/// The value of what was typed at a place; `None` and a refusal when it is none.
fn entered(
    here: At<'_>,
    field: &Field,
    line: Option<usize>,
    text: &str,
    refusals: &mut Vec<Refusal>,
) -> Checked<Option<Value>> {
    match read_typed(field, text, |per| here.value(per))? {
        Ok(value) => {
            refusals.extend(unknown_reference(here.view.context, field, line, &value)?);
            Ok(Some(value))
        }
        Err(why) => {
            refusals.push(refuse(field, line, &why));
            Ok(None)
        }
    }
}

fn not_now(step: &Step, field: Option<&Field>, line: Option<usize>, name: &str) -> Refusal {
    let name = shown(name);
    let (zh, en) = field.map_or((name.clone(), name.clone()), |field| {
        (field.label.zh.to_string(), field.label.en.to_string())
    });
    Refusal::new(
        Class::Field,
        "unknown_field",
        format!("{} 时不能填写 {zh}", step.label.zh),
        format!("{en} cannot be entered at {}", step.label.en),
    )
    .at(line, &name)
}

/// Computed fields that build on what was entered: of each line first, then of the header.
fn recompute(
    context: Context<'_>,
    declared: &model::Slip,
    sources: &[Arc<Slip>],
    slip: &mut Slip,
    changed: &mut Changed,
    refusals: &mut Vec<Refusal>,
) -> Checked<()> {
    let mut store = |value: Checked<Value>, line: Option<usize>, field: &Field| match value {
        Ok(value) => Ok(Some(value)),
        Err(Stop::Refused(refusal)) => {
            refusals.push(refusal.at(line, &field.name));
            Ok(None)
        }
        Err(fault) => Err(fault),
    };
    let fields = declared.lines.as_deref().unwrap_or_default();
    for (at, field) in fields.iter().enumerate() {
        let expr = field.is.as_ref();
        let Some(expr) = expr.filter(|expr| changed.renewed(true, at, expr)) else {
            continue;
        };
        changed.line.insert(at);
        for position in 0..slip.lines.len() {
            let value = view(context, declared, sources, slip)
                .at(slip.lines.get(position))
                .value(expr);
            if let Some(value) = store(value, Some(position), field)? {
                slip.lines[position].values[at] = value;
            }
        }
    }
    for (at, field) in declared.header.iter().enumerate() {
        let expr = field.is.as_ref();
        let Some(expr) = expr.filter(|expr| changed.renewed(false, at, expr)) else {
            continue;
        };
        changed.header.insert(at);
        let value = view(context, declared, sources, slip).at(None).value(expr);
        if let Some(value) = store(value, None, field)? {
            slip.header[at] = value;
        }
    }
    Ok(())
}

fn view<'a>(
    context: Context<'a>,
    declared: &'a model::Slip,
    sources: &'a [Arc<Slip>],
    slip: &'a Slip,
) -> View<'a> {
    View {
        context,
        declaration: declared,
        header: &slip.header,
        lines: &slip.lines,
        sources,
    }
}

/// What the step enters must be there when it is signed.
fn check_filled_in(declared: &model::Slip, step: &Step, slip: &Slip, refusals: &mut Vec<Refusal>) {
    let empty =
        |field: &Field, value: Option<&Value>| !field.optional && value.is_none_or(Value::is_empty);
    let mut missing = |field: &Field, line: Option<usize>| {
        if said(refusals, line, field) {
            return;
        }
        refusals.push(
            Refusal::new(
                Class::Field,
                "field",
                format!("{} 不能为空", field.label.zh),
                format!("{} must be filled in", field.label.en),
            )
            .at(line, &field.name),
        );
    };
    for at in &step.enters {
        if let Some(field) = declared.header.get(*at)
            && empty(field, slip.header.get(*at))
        {
            missing(field, None);
        }
    }
    let fields = declared.lines.as_deref().unwrap_or_default();
    for (position, line) in slip.lines.iter().enumerate() {
        for at in &step.enters_line {
            if let Some(field) = fields.get(*at)
                && empty(field, line.values.get(*at))
            {
                missing(field, Some(position));
            }
        }
    }
}

/// One complaint per field is enough: what cannot be read need not also break a condition.
fn said(refusals: &[Refusal], line: Option<usize>, field: &Field) -> bool {
    refusals.iter().any(|refusal| {
        refusal
            .place
            .as_ref()
            .is_some_and(|place| place.line == line && place.field == *field.name)
    })
}

/// The conditions of all fields that changed or that look at one that did.
fn check_musts(
    context: Context<'_>,
    declared: &model::Slip,
    sources: &[Arc<Slip>],
    slip: &Slip,
    changed: &Changed,
    refusals: &mut Vec<Refusal>,
) -> Checked<()> {
    let view = view(context, declared, sources, slip);
    let broken = |refusals: &mut Vec<Refusal>, field: &Field, line: Option<usize>| {
        if !said(refusals, line, field) {
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
    for (at, field) in declared.header.iter().enumerate() {
        if let Some(must) = &field.must
            && (changed.header.contains(&at) || changed.concerns(must))
            && view.at(None).value(must)? == Value::Flag(false)
        {
            broken(refusals, field, None);
        }
    }
    let fields = declared.lines.as_deref().unwrap_or_default();
    for (at, field) in fields.iter().enumerate() {
        let Some(must) = &field.must else { continue };
        if !changed.line.contains(&at) && !changed.concerns(must) {
            continue;
        }
        for (position, line) in slip.lines.iter().enumerate() {
            if view.at(Some(line)).value(must)? == Value::Flag(false) {
                broken(refusals, field, Some(position));
            }
        }
    }
    Ok(())
}

/// A line keeps at least what later slips have drawn of it.
fn check_drawn(declared: &model::Slip, slip: &Slip, refusals: &mut Vec<Refusal>) {
    for (position, line) in slip.lines.iter().enumerate() {
        for (name, drawn) in &line.drawn {
            let Some((at, field)) = declared.line_field(name) else {
                continue;
            };
            let whole = line.values.get(at).and_then(Value::as_amount);
            if whole.map_or(0, |whole| whole.units) < *drawn {
                refusals.push(
                    Refusal::new(
                        Class::Draws,
                        "draws",
                        format!("{} 少于下游单据已执行的数量", field.label.zh),
                        format!(
                            "{} is less than later slips have used of it",
                            field.label.en
                        ),
                    )
                    .at(Some(position), &field.name),
                );
            }
        }
    }
}
