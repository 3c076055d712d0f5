//! Mutants of steps: roles, order, guards, records.

use kernel::Value;
use model::{Expr, Flow, Pack, Quorum, Step};

use super::expressions::{conditions, parts};
use super::list::List;

pub fn list(pack: &Pack, flow_at: usize, flow: &Flow, all: &mut List) {
    for (at, step) in flow.steps.iter().enumerate() {
        let here = (flow_at, at);
        roles(pack, here, step, all);
        order(flow, here, step, all);
        guards(here, step, all);
        records(pack, here, step, all);
    }
}

fn roles(pack: &Pack, here: (usize, usize), step: &Step, all: &mut List) {
    let every: Vec<usize> = (0..pack.roles.len()).collect();
    let name = &step.name;
    all.step(here, format!("{name} by everyone"), move |step| {
        step.by = every.clone()
    });
    if step.by.len() > 1 {
        for (nth, role) in step.by.iter().enumerate() {
            let dropped = format!("{name} not by {}", pack.roles[*role].name);
            all.step(here, dropped, move |step| {
                step.by.remove(nth);
            });
        }
    }
    if step.scope.is_some() {
        all.step(here, format!("{name} without scope"), |step| {
            step.scope = None
        });
    }
    if let Some(role) = step.escalate {
        all.step(here, format!("{name} without escalation"), |step| {
            step.escalate = None
        });
        let others = pack.roles.len();
        if others > 1 {
            let other = (role + 1) % others;
            let told = &pack.roles[other].name;
            all.step(here, format!("{name} escalated to {told}"), move |step| {
                step.escalate = Some(other)
            });
        }
    }
    match step.quorum {
        Quorum::Any => {}
        Quorum::All => all.step(here, format!("{name} by one instead of all"), |step| {
            step.quorum = Quorum::Any
        }),
        Quorum::Of(count) => {
            let fewer = if count > 2 {
                Quorum::Of(count - 1)
            } else {
                Quorum::Any
            };
            all.step(here, format!("{name} by one person less"), move |step| {
                step.quorum = fewer
            });
        }
    }
}

fn order(flow: &Flow, here: (usize, usize), step: &Step, all: &mut List) {
    let name = &step.name;
    for (nth, needed) in step.needs.iter().enumerate() {
        let dropped = format!("{name} needs {} dropped", flow.steps[*needed].name);
        all.step(here, dropped, move |step| {
            step.needs.remove(nth);
        });
    }
    if let Some(when) = &step.when {
        all.step(here, format!("{name} always"), |step| step.when = None);
        all.step(here, format!("{name} never"), |step| {
            step.when = Some(Expr::Literal(Value::Flag(false)));
        });
        for (how, changed) in conditions(when) {
            all.step(here, format!("{name} when: {how}"), move |step| {
                step.when = Some(changed.clone())
            });
        }
    }
    for (nth, field) in step.enters.iter().enumerate() {
        let entered = &flow.slips[step.slip].header[*field].name;
        all.step(
            here,
            format!("{name} enters {entered} dropped"),
            move |step| {
                step.enters.remove(nth);
            },
        );
    }
    for (nth, field) in step.enters_line.iter().enumerate() {
        let fields = flow.slips[step.slip].lines.as_deref().unwrap_or_default();
        let entered = fields.get(*field).map_or("", |field| &field.name);
        all.step(
            here,
            format!("{name} enters line {entered} dropped"),
            move |step| {
                step.enters_line.remove(nth);
            },
        );
    }
    for renewed in [true, false] {
        let has = match renewed {
            true => !step.renews.is_empty(),
            false => !step.renews_line.is_empty(),
        };
        if has {
            let what = if renewed { "header" } else { "lines" };
            all.step(
                here,
                format!("{name} renews nothing of the {what}"),
                move |step| match renewed {
                    true => step.renews.clear(),
                    false => step.renews_line.clear(),
                },
            );
        }
    }
    if step.within_minutes.is_some() {
        all.step(here, format!("{name} without a deadline"), |step| {
            step.within_minutes = None
        });
        all.step(here, format!("{name} with twice the time"), |step| {
            step.within_minutes = step.within_minutes.map(|minutes| minutes * 2);
        });
    }
    if step.step_up {
        all.step(here, format!("{name} without the password"), |step| {
            step.step_up = false
        });
    }
}

fn guards(here: (usize, usize), step: &Step, all: &mut List) {
    for (nth, guard) in step.guards.iter().enumerate() {
        let name = format!("{} guard {}", step.name, guard.name);
        all.step(here, format!("{name} dropped"), move |step| {
            drop(step.guards.remove(nth))
        });
        for (how, changed) in guard.must.as_ref().map(conditions).unwrap_or_default() {
            all.step(here, format!("{name}: {how}"), move |step| {
                step.guards[nth].must = Some(changed.clone())
            });
        }
    }
}

fn records(pack: &Pack, here: (usize, usize), step: &Step, all: &mut List) {
    if step.changes {
        all.step(here, format!("{} changes nothing", step.name), |step| {
            step.changes = false
        });
    }
    for (nth, rule) in step.records.iter().enumerate() {
        let name = format!("{} record {}", step.name, rule.register);
        all.step(here, format!("{name} dropped"), move |step| {
            drop(step.records.remove(nth))
        });
        for (which, (field, value)) in rule.fields.iter().enumerate() {
            let declared = pack
                .register(&rule.register)
                .and_then(|register| register.fields.get(*field));
            let field = declared.map_or("?", |field| &field.name);
            all.step(here, format!("{name} without {field}"), move |step| {
                drop(step.records[nth].fields.remove(which))
            });
            for (how, changed) in parts(value) {
                all.step(here, format!("{name} {field}: {how}"), move |step| {
                    step.records[nth].fields[which].1 = changed.clone();
                });
            }
        }
        if let Some(when) = &rule.when {
            all.step(here, format!("{name} always"), move |step| {
                step.records[nth].when = None
            });
            for (how, changed) in conditions(when) {
                all.step(here, format!("{name} when: {how}"), move |step| {
                    step.records[nth].when = Some(changed.clone())
                });
            }
        }
        if rule.from.is_some() {
            all.step(here, format!("{name} from today"), move |step| {
                step.records[nth].from = None
            });
        }
    }
}
