//! Runs of a flow: what can be done, in which order, and by whom.

use kernel::{EntryState, Value};
use model::{Binary, Expr, Flow, Name, PostKind, Reading, Scope, evaluate};

use crate::Kind;
use crate::prove::Proof;
use crate::source::quoted;

/// Checks the runs of one flow.
pub(super) fn check(proof: &Proof<'_>, flow: &Flow) {
    constants(proof, flow);
    reachable(proof, flow);
    separations(proof, flow);
    endings(proof, flow);
}

fn step_path(flow: &Flow, step: usize) -> String {
    format!("flow/{}/step/{}", flow.name, flow.steps[step].name)
}

/// Conditions that read nothing are decided here and now.
fn constants(proof: &Proof<'_>, flow: &Flow) {
    for (at, step) in flow.steps.iter().enumerate() {
        let path = step_path(flow, at);
        let shown = quoted(&step.name);
        if step.when.as_ref().and_then(constant) == Some(false) {
            let message = format!("step {shown} is never done; its `when` never holds");
            proof.error(Kind::Dead, &path, message, None);
        }
        for guard in &step.guards {
            let path = format!("{path}/guard/{}", guard.name);
            match guard.must.as_ref().and_then(constant) {
                Some(false) => {
                    let message = format!(
                        "guard {} never holds, so step {shown} can never be done",
                        quoted(&guard.name)
                    );
                    proof.error(Kind::Dead, &path, message, None);
                }
                Some(true) => {
                    let message = format!("guard {} always holds", quoted(&guard.name));
                    proof.warning(Kind::Dead, &path, message, None);
                }
                None => {}
            }
        }
        for (post_at, post) in step.posts.iter().enumerate() {
            if post.when.as_ref().and_then(constant) == Some(false) {
                let path = format!("{path}/post/{post_at}");
                let message = "this entry is never made; its `when` never holds".to_owned();
                proof.error(Kind::Dead, &path, message, None);
            }
        }
        for record in &step.records {
            if record.when.as_ref().and_then(constant) == Some(false) {
                let path = format!("{path}/record/{}", record.register);
                let message = "this fact is never recorded; its `when` never holds".to_owned();
                proof.error(Kind::Dead, &path, message, None);
            }
        }
    }
}

/// What a condition is whatever its names stand for.
fn constant(expr: &Expr) -> Option<bool> {
    match expr {
        Expr::Not(inner) => constant(inner).map(|yes| !yes),
        Expr::Binary(Binary::And, left, right) => match (constant(left), constant(right)) {
            (Some(false), _) | (_, Some(false)) => Some(false),
            (Some(true), other) | (other, Some(true)) => other,
            _ => None,
        },
        Expr::Binary(Binary::Or, left, right) => match (constant(left), constant(right)) {
            (Some(true), _) | (_, Some(true)) => Some(true),
            (Some(false), other) | (other, Some(false)) => other,
            _ => None,
        },
        expr => {
            let mut names = false;
            expr.names(&mut |_| names = true);
            match (names, evaluate(expr, &Nothing)) {
                (false, Ok(Value::Flag(yes))) => Some(yes),
                _ => None,
            }
        }
    }
}

struct Nothing;

impl Scope for Nothing {
    fn name(&self, _: &Name) -> Value {
        Value::Empty
    }

    fn fact(&self, _: &str, _: &str, _: usize) -> Value {
        Value::Empty
    }

    fn parameter(&self, _: usize, _: &str) -> Value {
        Value::Empty
    }

    fn balance(&self, _: &Reading, _: &[String], _: &[String]) -> Value {
        Value::Empty
    }
}

/// Does every step that can be done until nothing is added. Doing a step never takes another one away, so what is reached
/// here can be reached in every run, and when all steps are reached every run can go on to its end.
fn reachable(proof: &Proof<'_>, flow: &Flow) {
    let mut done = vec![false; flow.steps.len()];
    loop {
        let before = done.clone();
        for at in 0..flow.steps.len() {
            done[at] = done[at] || (begun(flow, &done, at) && needs_met(flow, &done, at));
        }
        if done == before {
            break;
        }
    }
    for (at, slip) in flow.slips.iter().enumerate() {
        if flow.begins(at).is_none() {
            let path = format!("flow/{}/slip/{}", flow.name, slip.name);
            let message = format!(
                "slip {} has no step; nobody can fill it in",
                quoted(&slip.name)
            );
            let hint = "add a step such as `step order.fill`";
            proof.error(Kind::Unreachable, &path, message, Some(hint));
        }
    }
    for at in 0..flow.steps.len() {
        // What merely follows an unreachable step is not said as well.
        let Some(waits) = flow.steps[at].needs.iter().find(|other| !done[**other]) else {
            continue;
        };
        if !done[at] {
            let message = format!(
                "step {} can never be done; it waits for {}, which cannot be done before it",
                quoted(&flow.steps[at].name),
                quoted(&flow.steps[*waits].name)
            );
            proof.error(Kind::Unreachable, &step_path(flow, at), message, None);
        }
    }
}

/// Whether all earlier steps of the slip are done, and all steps of one of its sources.
fn begun(flow: &Flow, done: &[bool], at: usize) -> bool {
    let slip = flow.steps[at].slip;
    let earlier = flow.steps_of(slip).take_while(|(other, _)| *other != at);
    let complete = |source: &usize| {
        flow.is_foreign(*source)
            || flow.begins(*source).is_some()
                && flow.steps_of(*source).all(|(other, _)| done[other])
    };
    let from = &flow.slips[slip].from;
    earlier.into_iter().all(|(other, _)| done[other])
        && (from.is_empty() || from.iter().any(complete))
}

fn needs_met(flow: &Flow, done: &[bool], at: usize) -> bool {
    flow.steps[at].needs.iter().all(|other| done[*other])
}

/// Steps that are kept apart must be able to meet. That there are persons enough needs no proof: nothing in the notation asks
/// for the *same* person twice, so a different one at every step satisfies every separation.
fn separations(proof: &Proof<'_>, flow: &Flow) {
    let above: Vec<Vec<bool>> = (0..flow.slips.len())
        .map(|slip| chain(flow, slip))
        .collect();
    // Two slips meet when they are one, or one comes from the other, or both from a third.
    let meet = |left: usize, right: usize| {
        let mut pairs = above[left].iter().zip(&above[right]);
        pairs.any(|(left, right)| *left && *right)
    };
    for separation in &flow.separations {
        let names: Vec<&str> = separation
            .steps
            .iter()
            .map(|step| &*flow.steps[*step].name)
            .collect();
        let path = format!("flow/{}/separate/{}", flow.name, names.join(" "));
        for (at, left) in separation.steps.iter().enumerate() {
            for right in &separation.steps[at + 1..] {
                if !meet(flow.steps[*left].slip, flow.steps[*right].slip) {
                    let message = format!(
                        "{} and {} never stand in one chain of slips",
                        quoted(&flow.steps[*left].name),
                        quoted(&flow.steps[*right].name)
                    );
                    proof.error(Kind::Apart, &path, message, None);
                }
            }
        }
    }
}

/// Which slips stand in the chain that leads to a slip, itself too.
fn chain(flow: &Flow, slip: usize) -> Vec<bool> {
    let mut above = vec![false; flow.kinds().count()];
    let mut open = vec![slip];
    while let Some(at) = open.pop() {
        if !std::mem::replace(&mut above[at], true) {
            open.extend(flow.kind(at).iter().flat_map(|slip| &slip.from));
        }
    }
    above
}

/// What is begun should be ended: holds, and entries that are not yet posted.
fn endings(proof: &Proof<'_>, flow: &Flow) {
    for (at, step) in flow.steps.iter().enumerate() {
        for (post_at, post) in step.posts.iter().enumerate() {
            let path = format!("{}/post/{post_at}", step_path(flow, at));
            match &post.kind {
                PostKind::Hold { name, .. } => {
                    let ends =
                        |other: &model::Step| other.hold_ends.iter().any(|end| end.name == *name);
                    if !flow.steps.iter().any(ends) {
                        let message = format!("hold {} is never settled", quoted(name));
                        let hint = "it only runs out; a later step says `settle`";
                        proof.warning(Kind::NeverEnded, &path, message, Some(hint));
                    }
                }
                PostKind::Entry(EntryState::Posted) => {}
                PostKind::Entry(state) => {
                    let later = flow.steps.iter().enumerate().skip(at);
                    let posts = |other: &model::Step| {
                        other.slip == step.slip
                            && other.advances.iter().any(|advance| {
                                advance.ledger == post.ledger && advance.to == EntryState::Posted
                            })
                    };
                    if !later.into_iter().any(|(_, other)| posts(other)) {
                        let message = format!("this entry stays {} for ever", quoted(state.name()));
                        let hint = "a later step of the slip says `advance … to=posted`";
                        proof.warning(Kind::NeverEnded, &path, message, Some(hint));
                    }
                }
            }
        }
        for advance in &step.advances {
            let books = |other: &model::Step| {
                other.slip == step.slip
                    && other.posts.iter().any(|post| {
                        post.ledger == advance.ledger && matches!(post.kind, PostKind::Entry(_))
                    })
            };
            if !flow.steps[..=at].iter().any(books) {
                let ledger = &proof.pack.ledgers[advance.ledger].name;
                let path = format!("{}/advance/{ledger}", step_path(flow, at));
                let message = format!(
                    "slip {} has no entry in {} to advance",
                    quoted(&flow.slips[step.slip].name),
                    quoted(ledger)
                );
                proof.error(Kind::Dead, &path, message, None);
            }
        }
    }
}
