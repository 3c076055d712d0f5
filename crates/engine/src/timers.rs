//! Timers that are due: commands of the system, so that a replay gives the same state.

use std::sync::Arc;

use crate::order::refuse;
use crate::sign::Writing;
use crate::step::{Checked, Context};
use crate::{Effects, Note, NoteKind, Reply, SignedAct, Slip, TimerWrite, holds, posting};

/// Runs a timer of a slip: releases a hold, or marks a step overdue.
pub(crate) fn run(context: Context<'_>, slip: &Arc<Slip>, name: &str) -> Checked<(Effects, Reply)> {
    let not_due = || {
        refuse(
            "没有到期的定时".to_owned(),
            "no such timer is due".to_owned(),
        )
    };
    match name.split_once(':') {
        Some(("hold", hold)) => release(context, slip, hold)?.ok_or_else(|| not_due().into()),
        Some(("step", step)) => overdue(context, slip, step)?.ok_or_else(|| not_due().into()),
        _ => Err(not_due().into()),
    }
}

fn release(
    context: Context<'_>,
    slip: &Arc<Slip>,
    name: &str,
) -> Checked<Option<(Effects, Reply)>> {
    let entries = holds::run_out(context, slip, name)?;
    if entries.is_empty() {
        return Ok(None);
    }
    posting::check(context, &entries)?;
    let mut writing = Writing::new(context, (**slip).clone(), false);
    let timers = &mut writing.effects.timers;
    timers.push(holds::timer(slip.id, name));
    // What ran out in the whole run needs no further timers at the other slips that made it.
    holds::undone(context, slip, &entries, timers)?;
    writing.effects.entries = entries;
    writing
        .finish(
            SignedAct::Timer,
            Arc::from(""),
            Arc::from(""),
            format!("hold:{name}"),
            None,
        )
        .map(Some)
}

fn overdue(
    context: Context<'_>,
    slip: &Arc<Slip>,
    step: &str,
) -> Checked<Option<(Effects, Reply)>> {
    let now = context.command.at;
    let due = slip.waiting.iter().position(|waiting| {
        &*waiting.step == step && !waiting.overdue && waiting.due.is_some_and(|due| due <= now)
    });
    let Some(at) = due else { return Ok(None) };
    let mut writing = Writing::new(context, (**slip).clone(), false);
    writing.slip.waiting[at].overdue = true;
    let escalate = context
        .flow
        .steps
        .iter()
        .find(|declared| &*declared.qualified == step)
        .and_then(|declared| declared.escalate);
    if let Some(role) = escalate {
        let role = crate::step::qualified_role(context.pack, role);
        writing.effects.notes.push(Note {
            slip: slip.id,
            kind: NoteKind::Escalation,
            person: context.actor.person.login.clone(),
            to: format!("role:{role}").into(),
            at: now,
            text: step.to_owned(),
            hash: Arc::from(""),
            size: 0,
            media: String::new(),
        });
    }
    writing.effects.timers.push(TimerWrite {
        slip: slip.id,
        name: format!("step:{step}").into(),
        due: None,
    });
    writing
        .finish(
            SignedAct::Timer,
            step.into(),
            Arc::from(""),
            "overdue".to_owned(),
            None,
        )
        .map(Some)
}
