//! The guards of a step.

use std::cell::RefCell;

use kernel::Value;
use model::{Guard, RuleContext, RuleLine, RuleSlip, Step, Verdict};

use crate::scope::{RuleFacts, View, declaration, first_field, reads_line};
use crate::step::{Checked, Stop};
use crate::{Class, Refusal, Slip};

/// All guards of a step, in order; every one that fails is told. A condition that has no value (a fact that is not there)
/// does not hold.
pub(crate) fn check(view: View<'_>, step: &Step) -> Checked<()> {
    let mut refusals = Vec::new();
    for guard in &step.guards {
        let verdict = match &guard.must {
            Some(must) => condition(view, must)?,
            None => rule(view, guard)?,
        };
        match verdict {
            Verdict::Holds => {}
            Verdict::Fails => refusals.push(refuse(view, guard)),
            Verdict::FailsAt { line, field } => refusals.push(refuse(view, guard).at(line, field)),
        }
    }
    if step.changes {
        refusals.extend(crate::changes::stale(view)?);
    }
    Refusal::all(refusals).map_or(Ok(()), |refusal| Err(refusal.into()))
}

fn refuse(view: View<'_>, guard: &Guard) -> Refusal {
    let mut refusal = Refusal::new(
        Class::Guard,
        format!("{}.{}", view.declaration.qualified, guard.name),
        guard.label.zh.to_string(),
        guard.label.en.to_string(),
    );
    if let Some((of_line, at)) = guard.must.as_ref().and_then(first_field) {
        let fields = if of_line {
            view.declaration.lines.as_deref().unwrap_or_default()
        } else {
            &view.declaration.header
        };
        if let Some(field) = fields.get(at) {
            let line = if of_line {
                failing_line(view, guard)
            } else {
                None
            };
            refusal = refusal.at(line, &field.name);
        }
    }
    refusal
}

fn failing_line(view: View<'_>, guard: &Guard) -> Option<usize> {
    let must = guard.must.as_ref()?;
    view.lines
        .iter()
        .position(|line| !matches!(view.at(Some(line)).value(must), Ok(Value::Flag(true))))
}

fn condition(view: View<'_>, must: &model::Expr) -> Checked<Verdict> {
    if !reads_line(must) {
        return Ok((view.at(None).value(must)? == Value::Flag(true)).into());
    }
    for line in view.lines {
        if view.at(Some(line)).value(must)? != Value::Flag(true) {
            return Ok(Verdict::Fails);
        }
    }
    Ok(Verdict::Holds)
}

fn rule(view: View<'_>, guard: &Guard) -> Checked<Verdict> {
    let context = view.context;
    let Some(rule) = context.pack.rule(&context.flow.name, &guard.name) else {
        // The pack reader has made sure of the function; without it the safe answer is no.
        return Ok(Verdict::Fails);
    };
    let facts = RuleFacts {
        context,
        fault: RefCell::new(None),
    };
    let lines: Vec<RuleLine<'_>> = view
        .lines
        .iter()
        .map(|line| line.values.as_slice())
        .collect();
    let ancestors = nearest_first(view)?;
    let ancestor_lines: Vec<Vec<RuleLine<'_>>> = ancestors
        .iter()
        .map(|slip| {
            slip.lines
                .iter()
                .map(|line| line.values.as_slice())
                .collect()
        })
        .collect();
    let sources: Vec<RuleSlip<'_>> = ancestors
        .iter()
        .zip(&ancestor_lines)
        .filter_map(|(slip, lines)| {
            let (_, declared) = declaration(context.flow, slip)?;
            Some(RuleSlip {
                declaration: declared,
                header: &slip.header,
                lines,
            })
        })
        .collect();
    let slip = RuleSlip {
        declaration: view.declaration,
        header: view.header,
        lines: &lines,
    };
    let verdict = rule(&RuleContext {
        today: context.today(),
        signer: &context.actor.person.login,
        slip,
        sources: &sources,
        facts: &facts,
    });
    match facts.fault.into_inner() {
        Some(fault) => Err(Stop::Fault(fault)),
        None => Ok(verdict),
    }
}

fn nearest_first(view: View<'_>) -> Checked<Vec<std::sync::Arc<Slip>>> {
    let mut out: Vec<std::sync::Arc<Slip>> = view.sources.to_vec();
    let mut at = 0;
    while at < out.len() {
        for id in out[at].sources.clone() {
            if !out.iter().any(|slip| slip.id == id)
                && let Some(slip) = view.context.world.slip(id)?
            {
                out.push(slip);
            }
        }
        at += 1;
    }
    Ok(out)
}
