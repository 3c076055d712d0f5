//! Fields that a later step may still enter.

use std::sync::Arc;

use kernel::Value;
use model::{Field, Step};

use crate::scope::View;
use crate::step::{Checked, Context};
use crate::values::{read, refuse};
use crate::{Class, Input, Refusal, Slip};

/// Enters what a later step declares; anything else that is typed is refused. Lines are given by position.
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
            Some((at, field)) => match read(field, text) {
                Ok(value) => slip.header[at] = value,
                Err(why) => refusals.push(refuse(field, None, &why)),
            },
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
    for (position, (typed, line)) in input.lines.iter().zip(&mut slip.lines).enumerate() {
        for (name, text) in &typed.fields {
            let field = declared
                .line_field(name)
                .filter(|(at, _)| step.enters_line.contains(at));
            match field {
                Some((at, field)) => match read(field, text) {
                    Ok(value) => line.values[at] = value,
                    Err(why) => refusals.push(refuse(field, Some(position), &why)),
                },
                None => refusals.push(not_now(
                    step,
                    declared.line_field(name).map(|(_, field)| field),
                    Some(position),
                    name,
                )),
            }
        }
    }
    check_entered(context, declared, step, sources, slip, &mut refusals)?;
    Refusal::all(refusals).map_or(Ok(()), |refusal| Err(refusal.into()))
}

fn not_now(step: &Step, field: Option<&Field>, line: Option<usize>, name: &str) -> Refusal {
    let shown: String = name.chars().take(40).collect();
    let (zh, en) = field.map_or((shown.clone(), shown), |field| {
        (field.label.zh.to_string(), field.label.en.to_string())
    });
    Refusal::new(
        Class::Field,
        "unknown_field",
        format!("{} 时不能填写 {zh}", step.label.zh),
        format!("{en} cannot be entered at {}", step.label.en),
    )
    .at(line, name)
}

fn check_entered(
    context: Context<'_>,
    declared: &model::Slip,
    step: &Step,
    sources: &[Arc<Slip>],
    slip: &Slip,
    refusals: &mut Vec<Refusal>,
) -> Checked<()> {
    let view = View {
        context,
        declaration: declared,
        header: &slip.header,
        lines: &slip.lines,
        sources,
    };
    let empty =
        |field: &Field, value: Option<&Value>| !field.optional && value.is_none_or(Value::is_empty);
    let missing = |field: &Field, line: Option<usize>| {
        Refusal::new(
            Class::Field,
            "field",
            format!("{} 不能为空", field.label.zh),
            format!("{} must be filled in", field.label.en),
        )
        .at(line, &field.name)
    };
    let broken = |field: &Field, line: Option<usize>| {
        Refusal::new(
            Class::Field,
            "field",
            format!("{} 不合要求", field.label.zh),
            format!("{} does not meet its condition", field.label.en),
        )
        .at(line, &field.name)
    };
    for (at, field) in step
        .enters
        .iter()
        .filter_map(|at| Some((*at, declared.header.get(*at)?)))
    {
        if empty(field, slip.header.get(at)) {
            refusals.push(missing(field, None));
        } else if let Some(must) = &field.must
            && view.at(None).value(must)? == Value::Flag(false)
        {
            refusals.push(broken(field, None));
        }
    }
    let fields = declared.lines.as_deref().unwrap_or_default();
    for (position, line) in slip.lines.iter().enumerate() {
        for (at, field) in step
            .enters_line
            .iter()
            .filter_map(|at| Some((*at, fields.get(*at)?)))
        {
            if empty(field, line.values.get(at)) {
                refusals.push(missing(field, Some(position)));
            } else if let Some(must) = &field.must
                && view.at(Some(line)).value(must)? == Value::Flag(false)
            {
                refusals.push(broken(field, Some(position)));
            }
        }
    }
    Ok(())
}
