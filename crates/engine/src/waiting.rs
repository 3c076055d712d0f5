//! What waits for whom after a change of a slip.

use std::sync::Arc;

use model::{Quorum, Step};

use crate::draws::anything_open;
use crate::order::{is_signed, takes_part};
use crate::scope::declaration;
use crate::step::{Checked, Context};
use crate::{Slip, SlipState, TimerWrite, Waiting, WaitingKind};

/// Words that a waiting step carries from whoever passed the slip on.
pub(crate) type PassedOn = (Arc<str>, String);

/// Recomputes what waits on `slip`. What waited already keeps its time and its person; timers follow.
pub(crate) fn renew(
    context: Context<'_>,
    slip: &mut Slip,
    returned: Option<PassedOn>,
    timers: &mut Vec<TimerWrite>,
) -> Checked<()> {
    // What waits on a slip of another flow is that flow's business; what may be made from it here is offered, never due.
    if declaration(context.flow, slip).is_some_and(|(kind, _)| context.flow.is_foreign(kind)) {
        return Ok(());
    }
    let mut fresh = Vec::new();
    if slip.state.live() {
        own_step(context, slip, returned, &mut fresh)?;
        next_slips(context, slip, &mut fresh)?;
        reversal(context, slip, &mut fresh);
    }
    let mut old = std::mem::take(&mut slip.waiting);
    for waiting in &mut fresh {
        if waiting.kind == WaitingKind::Returned {
            continue;
        }
        let same = |other: &Waiting| {
            other.step == waiting.step
                && (other.kind == waiting.kind || other.kind == WaitingKind::Returned)
        };
        if let Some(at) = old.iter().position(same) {
            *waiting = old.remove(at);
        }
    }
    // Added signers stay while the step that they were added to waits.
    let kept: Vec<Waiting> = old
        .iter()
        .filter(|waiting| {
            waiting.kind == WaitingKind::Cosign
                && fresh.iter().any(|step| step.step == waiting.step)
        })
        .cloned()
        .collect();
    set_timers(slip, &old, &fresh, timers);
    slip.waiting = fresh;
    slip.waiting.extend(kept);
    Ok(())
}

fn own_step(
    context: Context<'_>,
    slip: &Slip,
    returned: Option<PassedOn>,
    fresh: &mut Vec<Waiting>,
) -> Checked<()> {
    let Some((kind, _)) = declaration(context.flow, slip) else {
        return Ok(());
    };
    for (_, step) in context.flow.steps_of(kind) {
        if is_signed(context, step, slip) || !takes_part(context, step, slip)? {
            continue;
        }
        let unfilled = step.begins && slip.signatures(&step.qualified).next().is_none();
        let kind = if returned.is_some() || unfilled {
            WaitingKind::Returned
        } else {
            WaitingKind::Step
        };
        let mut waiting = waits(context, slip, step, kind);
        // A slip that waits for its own first step again was returned before; for whom and by whom is kept by the caller.
        let before = slip
            .waiting
            .iter()
            .find(|old| old.kind == WaitingKind::Returned && old.step == step.qualified);
        if let Some(before) = before {
            waiting.roles.clone_from(&before.roles);
        }
        waiting.from = returned.or_else(|| before.and_then(|old| old.from.clone()));
        fresh.push(waiting);
        break;
    }
    Ok(())
}

fn next_slips(context: Context<'_>, slip: &Slip, fresh: &mut Vec<Waiting>) -> Checked<()> {
    let Some((kind, _)) = declaration(context.flow, slip) else {
        return Ok(());
    };
    for (made, declared) in context.flow.made_from(kind) {
        let Some((at, step)) = context.flow.begins(made) else {
            continue;
        };
        if crate::order::first_undone(context, slip, at)?.is_none()
            && anything_open(context.flow, declared, slip)
        {
            fresh.push(waits(context, slip, step, WaitingKind::Begin));
        }
    }
    Ok(())
}

fn reversal(context: Context<'_>, slip: &Slip, fresh: &mut Vec<Waiting>) {
    let Some(asked) = &slip.reversal else { return };
    let Some((kind, _)) = declaration(context.flow, slip) else {
        return;
    };
    // A last step that was no part of this run has executed nothing.
    let signed = |step: &Step| slip.signatures(&step.qualified).next().is_some();
    let steps = || context.flow.steps_of(kind);
    let executed = steps().filter(|(_, step)| signed(step)).last();
    if let Some((_, last)) = executed.or_else(|| steps().last()) {
        let mut waiting = waits(context, slip, last, WaitingKind::Reversal);
        waiting.due = None;
        waiting.from = Some((asked.person.clone(), asked.reason.clone()));
        fresh.push(waiting);
    }
}

/// A step that begins to wait now.
pub(crate) fn waits(context: Context<'_>, slip: &Slip, step: &Step, kind: WaitingKind) -> Waiting {
    let since = context.command.at;
    Waiting {
        step: step.qualified.clone(),
        kind,
        roles: context.roles(&step.by),
        scope: scope_of(context, step, slip),
        person: None,
        since,
        due: step
            .within_minutes
            .map(|minutes| since.plus_minutes(minutes)),
        overdue: false,
        from: None,
        reminded: 0,
    }
}

/// A step that waits again after its signatures were taken back. What one of several roles filled in goes back to that role: it
/// is not the others' work, though they may do it all the same.
pub(crate) fn waits_again(context: Context<'_>, slip: &Slip, step: &Step) -> Waiting {
    let mut waiting = waits(context, slip, step, WaitingKind::Returned);
    let mut signed = slip.signatures(&step.qualified);
    if step.begins
        && step.quorum == Quorum::Any
        && let Some(signed) = signed.next()
        && waiting.roles.contains(&signed.role)
    {
        waiting.roles = vec![signed.role.clone()];
    }
    waiting
}

/// The value on this slip of the field that narrows the step's role. A slip that is yet to begin has the field of the
/// same name from its source.
pub(crate) fn scope_of(context: Context<'_>, step: &Step, slip: &Slip) -> Option<Arc<str>> {
    let field = step
        .scope
        .and_then(|at| context.flow.slips.get(step.slip)?.header.get(at))?;
    let (_, declared) = declaration(context.flow, slip)?;
    let (at, _) = declared.header_field(&field.name)?;
    slip.header.get(at).map(|value| value.to_string().into())
}

fn set_timers(slip: &Slip, gone: &[Waiting], fresh: &[Waiting], timers: &mut Vec<TimerWrite>) {
    let name = |waiting: &Waiting| -> Arc<str> { format!("step:{}", waiting.step).into() };
    for waiting in gone
        .iter()
        .filter(|waiting| waiting.due.is_some() && !waiting.overdue)
    {
        timers.push(TimerWrite {
            slip: slip.id,
            name: name(waiting),
            due: None,
        });
    }
    for waiting in fresh.iter().filter(|waiting| !waiting.overdue) {
        if let Some(due) = waiting.due {
            timers.push(TimerWrite {
                slip: slip.id,
                name: name(waiting),
                due: Some(due),
            });
        }
    }
}

/// Marks the end of the slip's own steps.
pub(crate) fn settle_state(context: Context<'_>, slip: &mut Slip) -> Checked<()> {
    if slip.state.live() {
        let Some((kind, _)) = declaration(context.flow, slip) else {
            return Ok(());
        };
        let mut done = true;
        for (_, step) in context.flow.steps_of(kind) {
            done &= is_signed(context, step, slip) || !takes_part(context, step, slip)?;
        }
        slip.state = if done {
            SlipState::Done
        } else {
            SlipState::Open
        };
    }
    Ok(())
}
