//! Lines that a ledger proposes to whoever fills in a slip.

use std::sync::Arc;

use kernel::Value;
use ledger::split_key;
use model::{Catalog, Proposal};

use crate::fields::fill;
use crate::scope::View;
use crate::sign::find_step;
use crate::step::{Actor, Checked, Context, Stop};
use crate::{Command, Input, LineInput, Refusal, World, WorldError};

/// A key of a ledger that has something in the place that proposes: conserved key and further dimensions.
pub type ProposedKey = (Arc<str>, Arc<str>);

/// The ledger and its place that propose lines for a step that begins a slip, where one does.
pub fn proposes(catalog: &Catalog, step: &str) -> Option<(Arc<str>, Arc<str>)> {
    let (pack, flow, _, step) = find_step(catalog, None, step).ok()?;
    let proposal = flow.slips.get(step.slip)?.proposal.as_ref();
    let proposal = proposal.filter(|_| step.begins)?;
    let ledger = pack.ledgers.get(proposal.ledger)?;
    let place = ledger.places.get(proposal.place)?;
    Some((ledger.qualified.clone(), place.name.clone()))
}

/// The lines that the slip's proposal makes of these keys, for a step that begins a slip: filled in as far as the ledger
/// knows, those that meet its condition on the command's day, in its order, and no more than the slip may have. What was
/// typed into the header so far is in `input`; `command.act` is not looked at. Without a proposal there are none.
///
/// # Errors
/// When the world could not be read.
pub fn propose(
    catalog: &Catalog,
    world: &dyn World,
    command: &Command,
    step: &str,
    keys: &[ProposedKey],
    input: &Input,
) -> Result<Result<Vec<LineInput>, Refusal>, WorldError> {
    match lines(catalog, world, command, step, keys, input) {
        Ok(lines) => Ok(Ok(lines)),
        Err(Stop::Refused(refusal)) => Ok(Err(refusal)),
        Err(Stop::Fault(fault)) => Err(fault),
    }
}

fn lines(
    catalog: &Catalog,
    world: &dyn World,
    command: &Command,
    step: &str,
    keys: &[ProposedKey],
    input: &Input,
) -> Checked<Vec<LineInput>> {
    let actor = Actor::of(world, command)?;
    let (pack, flow, _, step) = find_step(catalog, None, step)?;
    let context = Context {
        world,
        command,
        actor: &actor,
        pack,
        flow,
    };
    let declared = flow.slips.get(step.slip);
    let Some((declared, proposal)) =
        declared.and_then(|slip| Some((slip, slip.proposal.as_ref()?)))
    else {
        return Ok(Vec::new());
    };
    let mut found: Vec<(Value, LineInput)> = Vec::new();
    let mut keys: Vec<&ProposedKey> = keys.iter().collect();
    keys.sort();
    for key in keys {
        found.extend(line(context, declared, proposal, key, input)?);
    }
    found.sort_by_cached_key(|(order, _)| place(order));
    let most = declared.lines_max as usize;
    Ok(found.into_iter().take(most).map(|(_, line)| line).collect())
}

/// One line with the value that it is ordered by; `None` when it does not meet the condition.
fn line(
    context: Context<'_>,
    declared: &model::Slip,
    proposal: &Proposal,
    (key, detail): &ProposedKey,
    input: &Input,
) -> Checked<Option<(Value, LineInput)>> {
    let mut dimensions: Vec<Value> = Vec::new();
    for part in [key, detail] {
        if !part.is_empty() {
            dimensions.extend(split_key(part).iter().map(|text| Value::text(text)));
        }
    }
    let view = View {
        context,
        declaration: declared,
        header: &dimensions,
        lines: &[],
        sources: &[],
    };
    let fields = declared.lines.as_deref().unwrap_or_default();
    let mut typed = LineInput::default();
    for (at, expr) in &proposal.fields {
        let value = view.at(None).value(expr)?;
        if let Some(field) = fields.get(*at).filter(|_| !value.is_empty()) {
            typed
                .fields
                .insert(field.name.to_string(), value.to_string());
        }
    }
    let whole = Input {
        header: input.header.clone(),
        lines: vec![typed.clone()],
    };
    // What is still to be typed is missing, and that is no matter here.
    let filled = fill(context, declared, &[], &whole)?;
    let view = View {
        header: &filled.header,
        lines: &filled.lines,
        ..view
    };
    let line = filled.lines.first();
    if let Some(keep) = &proposal.keep
        && view.at(line).value(keep)? != Value::Flag(true)
    {
        return Ok(None);
    }
    let order = proposal.order.and_then(|at| line?.values.get(at).cloned());
    Ok(Some((order.unwrap_or_default(), typed)))
}

/// Where a value stands among others of its kind: amounts by size, days and texts as they are written.
fn place(value: &Value) -> (Option<i64>, String) {
    match value.as_amount() {
        Some(amount) => (Some(amount.units), String::new()),
        None => (None, value.to_string()),
    }
}
