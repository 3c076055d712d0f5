//! Questions that pages ask before anyone acts: who may sign what, and what a new form starts with.

use std::sync::Arc;

use kernel::{Amount, LineId, SlipId, Value};
use model::Catalog;

use crate::chain::related;
use crate::order::{check_begin, check_later, check_needs, unknown};
use crate::scope::declaration;
use crate::sign::{check_role, find_step};
use crate::step::{Actor, Checked, Context, Stop};
use crate::{Command, Input, Refusal, Slip, World, WorldError, draws, fields, separation};

fn answer<T>(checked: Checked<T>) -> Result<Result<T, Refusal>, WorldError> {
    match checked {
        Ok(value) => Ok(Ok(value)),
        Err(Stop::Refused(refusal)) => Ok(Err(refusal)),
        Err(Stop::Fault(fault)) => Err(fault),
    }
}

/// Whether the actor of `command` could sign `step` now, as far as role, order and separation go. For a step that begins a
/// slip, `slip` is the source. `command.act` is not looked at.
///
/// # Errors
/// When the world could not be read.
pub fn may_sign(
    catalog: &Catalog,
    world: &dyn World,
    command: &Command,
    step: &str,
    slip: Option<SlipId>,
) -> Result<Result<(), Refusal>, WorldError> {
    answer(may_sign_checked(catalog, world, command, step, slip))
}

fn may_sign_checked(
    catalog: &Catalog,
    world: &dyn World,
    command: &Command,
    step: &str,
    slip: Option<SlipId>,
) -> Checked<()> {
    let actor = Actor::of(world, command)?;
    let slip = match slip {
        Some(id) => Some(world.slip(id)?.ok_or_else(|| unknown(id))?),
        None => None,
    };
    let (pack, flow, at, step) =
        find_step(catalog, slip.as_ref().map(|slip| &*slip.version), step)?;
    let context = Context {
        world,
        command,
        actor: &actor,
        pack,
        flow,
    };
    let own = slip.as_ref().filter(|slip| {
        flow.slips
            .get(step.slip)
            .is_some_and(|declared| declared.qualified == slip.kind)
    });
    let waiting = slip.as_ref().and_then(|slip| {
        slip.waiting.iter().find(|waiting| {
            waiting.step == step.qualified && waiting.kind != crate::WaitingKind::Cosign
        })
    });
    let scope = slip
        .as_ref()
        .and_then(|slip| crate::waiting::scope_of(context, step, slip));
    check_role(context, step, scope.as_deref(), waiting)?;
    let (sources, children): (Vec<SlipId>, Vec<SlipId>) = match (own, &slip) {
        (Some(slip), _) => (slip.sources.clone(), slip.children.clone()),
        (None, Some(source)) => (vec![source.id], Vec::new()),
        (None, None) => (Vec::new(), Vec::new()),
    };
    match own {
        Some(slip) => check_later(context, at, step, slip)?,
        None => check_begin(context, at, step, slip.as_slice())?,
    }
    let run = related(world, flow, step.slip, &sources, &children)?;
    check_needs(context, step, &run)?;
    separation::check(context, at, step, own.map(|slip| &**slip), &run)
}

/// What a form starts with, or looks like with what was typed so far.
#[derive(Debug, Clone, Default)]
pub struct Form {
    /// Header values, by index of the declaration.
    pub header: Vec<Value>,
    /// Lines: where each comes from, what remains of it, its values.
    pub lines: Vec<FormLine>,
    /// What would be refused as it stands (missing fields included).
    pub refusals: Vec<Refusal>,
}

/// A line of a form.
#[derive(Debug, Clone)]
pub struct FormLine {
    /// The line it comes from.
    pub source: Option<(SlipId, LineId)>,
    /// By index of the line field that draws: what remains.
    pub remaining: Vec<(usize, Amount)>,
    /// Values by index of the declaration.
    pub values: Vec<Value>,
}

/// Fills a form without signing it: carried, defaulted and computed fields, and what remains to be drawn.
///
/// # Errors
/// When the world could not be read.
pub fn form(
    catalog: &Catalog,
    world: &dyn World,
    command: &Command,
    step: &str,
    sources: &[SlipId],
    input: &Input,
) -> Result<Result<Form, Refusal>, WorldError> {
    answer(form_checked(catalog, world, command, step, sources, input))
}

fn form_checked(
    catalog: &Catalog,
    world: &dyn World,
    command: &Command,
    step: &str,
    sources: &[SlipId],
    input: &Input,
) -> Checked<Form> {
    let actor = Actor::of(world, command)?;
    let slips: Vec<Arc<Slip>> = sources
        .iter()
        .map(|id| Ok(world.slip(*id)?.ok_or_else(|| unknown(*id))?))
        .collect::<Checked<_>>()?;
    let (pack, flow, _, step) = find_step(catalog, slips.first().map(|slip| &*slip.version), step)?;
    let context = Context {
        world,
        command,
        actor: &actor,
        pack,
        flow,
    };
    let Some(declared) = flow.slips.get(step.slip) else {
        return Ok(Form::default());
    };
    let filled = fields::fill(context, declared, &slips, input)?;
    let mut lines = Vec::with_capacity(filled.lines.len());
    for line in filled.lines {
        let remaining = what_remains(context, declared, line.source)?;
        lines.push(FormLine {
            source: line.source,
            remaining,
            values: line.values,
        });
    }
    Ok(Form {
        header: filled.header,
        lines,
        refusals: filled.refusals,
    })
}

fn what_remains(
    context: Context<'_>,
    declared: &model::Slip,
    source: Option<(SlipId, LineId)>,
) -> Checked<Vec<(usize, Amount)>> {
    let mut out = Vec::new();
    let Some(from) = source else { return Ok(out) };
    for (at, field) in declared
        .lines
        .as_deref()
        .unwrap_or_default()
        .iter()
        .enumerate()
    {
        let Some(draw) = field.draws else { continue };
        let Some((slip, id)) = crate::chain::climb(context.world, context.flow, from, draw.slip)?
        else {
            continue;
        };
        let Some((_, source_declared)) = declaration(context.flow, &slip) else {
            continue;
        };
        if let Some(left) = slip
            .line(id)
            .and_then(|line| draws::remaining(source_declared, line, draw.field))
        {
            out.push((at, left));
        }
    }
    Ok(out)
}
