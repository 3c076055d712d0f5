//! Mutants of slips and their fields.

use kernel::{Amount, Value};
use model::{Expr, Field, Flow, Proposal, Slip};

use super::expressions::{conditions, parts};
use super::list::List;

pub fn list(flow_at: usize, flow: &Flow, all: &mut List) {
    for (at, slip) in flow.slips.iter().enumerate() {
        let here = (flow_at, at);
        whole(flow, here, slip, all);
        if let Some(proposal) = &slip.proposal {
            proposed(here, &slip.name, proposal, all);
        }
        for (nth, declared) in slip.header.iter().enumerate() {
            let name = format!("{} {}", slip.name, declared.name);
            field(here, &name, declared, all, move |slip| {
                slip.header.get_mut(nth)
            });
        }
        for (nth, declared) in slip.lines.as_deref().unwrap_or_default().iter().enumerate() {
            let name = format!("{} line {}", slip.name, declared.name);
            field(here, &name, declared, all, move |slip| {
                slip.lines.as_mut()?.get_mut(nth)
            });
        }
    }
}

fn whole(flow: &Flow, here: (usize, usize), slip: &Slip, all: &mut List) {
    let name = &slip.name;
    let pattern = slip.number.clone();
    all.slip(here, format!("{name} number"), move |slip| {
        slip.number = format!("X{pattern}").into()
    });
    if slip.lines.is_some() && slip.lines_min > 0 {
        all.slip(here, format!("{name} with fewer lines"), |slip| {
            slip.lines_min -= 1
        });
    }
    if slip.join {
        all.slip(here, format!("{name} not joined"), |slip| slip.join = false);
    } else if !slip.from.is_empty() {
        all.slip(here, format!("{name} joined"), |slip| slip.join = true);
    }
    if slip.from.len() > 1 {
        for (nth, from) in slip.from.iter().enumerate() {
            let source = flow.kind(*from).map_or("?", |slip| &*slip.name);
            all.slip(here, format!("{name} not from {source}"), move |slip| {
                slip.from.remove(nth);
            });
        }
    }
}

/// Mutants of what a ledger proposes.
fn proposed(here: (usize, usize), name: &str, proposal: &Proposal, all: &mut List) {
    let mut change = |how: String, change: Box<dyn Fn(&mut Proposal) + Send + Sync>| {
        all.slip(here, format!("{name} proposal {how}"), move |slip| {
            slip.proposal.iter_mut().for_each(&change);
        });
    };
    if let Some(keep) = &proposal.keep {
        change("of everything".to_owned(), Box::new(|one| one.keep = None));
        for (how, changed) in conditions(keep) {
            let changed = move |one: &mut Proposal| one.keep = Some(changed.clone());
            change(format!("where: {how}"), Box::new(changed));
        }
    }
    if proposal.order.is_some() {
        change("in no order".to_owned(), Box::new(|one| one.order = None));
    }
    for nth in 0..proposal.fields.len() {
        let drop = move |one: &mut Proposal| drop(one.fields.remove(nth));
        change(format!("without its field {}", nth + 1), Box::new(drop));
    }
}

/// Mutants of one field; `find` finds it in the changed slip.
fn field<F>(here: (usize, usize), name: &str, declared: &Field, all: &mut List, find: F)
where
    F: Fn(&mut Slip) -> Option<&mut Field> + Copy + Send + Sync + 'static,
{
    let mut change = |how: &str, change: Box<dyn Fn(&mut Field) + Send + Sync>| {
        all.slip(here, format!("{name} {how}"), move |slip| {
            if let Some(field) = find(slip) {
                change(field);
            }
        });
    };
    if declared.carry {
        change(
            "not carried",
            Box::new(|field| {
                field.carry = false;
                field.optional = true;
            }),
        );
    } else if declared.is.is_none() && declared.default.is_none() {
        let word = if declared.optional {
            "required"
        } else {
            "optional"
        };
        change(word, Box::new(|field| field.optional = !field.optional));
    }
    if let Some(is) = &declared.is {
        change(
            "left empty",
            Box::new(|field| {
                field.is = None;
                field.optional = true;
            }),
        );
        for (how, changed) in parts(is).into_iter().chain(conditions(is)) {
            change(
                &format!("is: {how}"),
                Box::new(move |field| field.is = Some(changed.clone())),
            );
        }
    }
    if let Some(default) = &declared.default {
        change(
            "without its default",
            Box::new(|field| field.default = None),
        );
        if let Expr::Literal(Value::Amount(amount)) = default {
            let one = 10i64.pow(amount.unit.scale());
            let more = Value::Amount(Amount::new(amount.units.saturating_add(one), amount.unit));
            change(
                "with a default one higher",
                Box::new(move |field| field.default = Some(Expr::Literal(more.clone()))),
            );
        }
    }
    if let Some(must) = &declared.must {
        change("must dropped", Box::new(|field| field.must = None));
        for (how, changed) in conditions(must) {
            change(
                &format!("must: {how}"),
                Box::new(move |field| field.must = Some(changed.clone())),
            );
        }
    }
    if declared.packed.is_some() {
        change("not packed", Box::new(|field| field.packed = None));
    }
    if declared.draws.is_some() {
        change("draws dropped", Box::new(|field| field.draws = None));
    }
}
