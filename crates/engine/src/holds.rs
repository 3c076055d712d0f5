//! Holds (占用): pending entries that a later slip of the run settles or releases, or that run out.

use std::sync::Arc;

use kernel::{EntryState, SlipId};
use ledger::Entry;
use model::Step;

use crate::chain::component;
use crate::step::{Checked, Context};
use crate::{Slip, TimerWrite};

/// The timer of a hold.
pub(crate) fn timer(slip: SlipId, hold: &str) -> TimerWrite {
    TimerWrite {
        slip,
        name: format!("hold:{hold}").into(),
        due: None,
    }
}

/// Timers of the holds that entries make.
pub(crate) fn timers(slip: SlipId, entries: &[Entry], out: &mut Vec<TimerWrite>) {
    for hold in entries
        .iter()
        .filter(|entry| !entry.reversal)
        .filter_map(|entry| entry.hold.as_ref())
    {
        let set = TimerWrite {
            due: Some(hold.until),
            ..timer(slip, &hold.name)
        };
        if !out.contains(&set) {
            out.push(set);
        }
    }
}

/// The entries that end the holds a step names, wherever in the run they were made, and the timers that fall with them.
pub(crate) fn end(
    context: Context<'_>,
    step: &Step,
    slip: &Slip,
    out: &mut Vec<TimerWrite>,
) -> Checked<Vec<Entry>> {
    let mut entries = Vec::new();
    if step.hold_ends.is_empty() {
        return Ok(entries);
    }
    let run = component(context.world, &slip.sources, slip.id)?;
    for end in &step.hold_ends {
        let of = |entry: &Entry| {
            entry
                .hold
                .as_ref()
                .is_some_and(|hold| hold.name == end.name)
        };
        let booked = booked_by(context, &run, slip.id)?;
        if end.settle {
            entries.extend(ledger::advance(
                &booked,
                EntryState::Posted,
                context.today(),
                Some(&step.qualified),
                of,
            ));
        } else {
            let (day, by) = (context.today(), &step.qualified);
            entries.extend(ledger::release(&booked, day, by, of));
        }
        out.extend(run.iter().map(|slip| timer(slip.id, &end.name)));
    }
    Ok(entries)
}

/// The timers of the holds that red letters touch: one whose ending is undone runs out again when it was to, at the slip that
/// made it; one of which nothing is left has no timer.
pub(crate) fn undone(
    context: Context<'_>,
    slip: &Slip,
    red: &[Entry],
    out: &mut Vec<TimerWrite>,
) -> Checked<()> {
    let touched: Vec<_> = red.iter().filter_map(|entry| entry.hold.as_ref()).collect();
    if touched.is_empty() {
        return Ok(());
    }
    for holder in component(context.world, &slip.sources, slip.id)? {
        let made = context.world.entries_of(holder.id)?;
        for hold in &touched {
            let of = |entry: &&Entry| entry.hold.as_ref() == Some(*hold);
            if !made.iter().filter(of).any(|entry| !entry.reversal) {
                continue;
            }
            let booked = run_of(context, slip)?;
            let left = ledger::remains(booked.iter().chain(red).filter(of));
            let set = TimerWrite {
                due: left.then_some(hold.until),
                ..timer(holder.id, &hold.name)
            };
            if !out.contains(&set) {
                out.push(set);
            }
        }
    }
    Ok(())
}

fn run_of(context: Context<'_>, slip: &Slip) -> Checked<Vec<Entry>> {
    let run = component(context.world, &slip.sources, slip.id)?;
    booked_by(context, &run, slip.id)
}

/// The entries that release a hold that has run out: what is left of it in the whole run.
pub(crate) fn run_out(context: Context<'_>, slip: &Slip, name: &str) -> Checked<Vec<Entry>> {
    let booked = run_of(context, slip)?;
    let now = context.command.at;
    Ok(ledger::take_back(&booked, context.today(), |entry| {
        entry
            .hold
            .as_ref()
            .is_some_and(|hold| &*hold.name == name && hold.until <= now)
    }))
}

fn booked_by(context: Context<'_>, run: &[Arc<Slip>], own: SlipId) -> Checked<Vec<Entry>> {
    let mut booked = Vec::new();
    for slip in run.iter().filter(|slip| slip.id != own) {
        booked.extend(context.world.entries_of(slip.id)?);
    }
    booked.extend(context.world.entries_of(own)?);
    Ok(booked)
}
