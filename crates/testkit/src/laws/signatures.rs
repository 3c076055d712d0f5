//! Steps are signed in their order, by those who may, and never by one person where the flow separates them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use engine::{SignedStep, Slip, SlipState};
use model::{Flow, Pack, Quorum, Step};

use super::State;
use super::slips::named;

pub fn check(state: &State<'_>, broken: &mut Vec<String>) {
    for slip in &state.slips {
        let Some((pack, _, flow, kind, _)) = state.packs.slip_of(&slip.version, &slip.kind) else {
            continue;
        };
        roles(pack, flow, slip, broken);
        if slip.state.live() {
            order(pack, flow, kind, slip, broken);
            separation(state, flow, kind, slip, broken);
        }
    }
}

fn roles(pack: &Pack, flow: &Flow, slip: &Slip, broken: &mut Vec<String>) {
    for signed in &slip.signed {
        let Some(step) = flow.steps.iter().find(|step| step.qualified == signed.step) else {
            broken.push(format!(
                "{}: signed {}, which is no step of its flow",
                named(slip),
                signed.step
            ));
            continue;
        };
        // An empty role stands for a person whom another one named (handed over, added).
        let named_role =
            |role: usize| format!("{}.{}", pack.name, pack.roles[role].name) == *signed.role;
        if !signed.role.is_empty() && !step.by.iter().any(|role| named_role(*role)) {
            broken.push(format!(
                "{}: {} signed by the role {}",
                named(slip),
                step.name,
                signed.role
            ));
        }
    }
}

fn complete(pack: &Pack, step: &Step, slip: &Slip) -> bool {
    let signed: Vec<&SignedStep> = slip.signatures(&step.qualified).collect();
    match step.quorum {
        Quorum::Any => !signed.is_empty(),
        Quorum::Of(count) => signed.len() >= count as usize,
        Quorum::All => step.by.iter().all(|role| {
            let role = format!("{}.{}", pack.name, pack.roles[*role].name);
            signed.iter().any(|signed| *signed.role == *role)
        }),
    }
}

/// Whoever stands behind a signature: the signer, and the one he signed for.
fn identities(signed: &SignedStep) -> impl Iterator<Item = &Arc<str>> {
    std::iter::once(&signed.identity).chain(&signed.for_identity)
}

fn order(pack: &Pack, flow: &Flow, kind: usize, slip: &Slip, broken: &mut Vec<String>) {
    let mut missing: Option<&Step> = None;
    let mut conditional = false;
    for (_, step) in flow.steps_of(kind) {
        if let Some(missing) = missing.filter(|_| slip.signatures(&step.qualified).next().is_some())
        {
            broken.push(format!(
                "{}: {} is signed before {}",
                named(slip),
                step.name,
                missing.name
            ));
        }
        let signers: Vec<&Arc<str>> = slip
            .signatures(&step.qualified)
            .flat_map(identities)
            .collect();
        if signers.iter().collect::<BTreeSet<_>>().len() != signers.len() {
            broken.push(format!(
                "{}: one person signed {} twice",
                named(slip),
                step.name
            ));
        }
        conditional |= step.when.is_some();
        if step.when.is_none() && !complete(pack, step, slip) {
            missing = missing.or(Some(step));
        }
    }
    match (slip.state, missing) {
        (SlipState::Done, Some(step)) => {
            broken.push(format!("{} is done without {}", named(slip), step.name))
        }
        (SlipState::Open, None) if !conditional => {
            broken.push(format!("{} has every signature and is open", named(slip)))
        }
        _ => {}
    }
}

/// No person stands behind a step of this slip and a separated step of this slip, of anything it comes from, or of a branch
/// beside it.
fn separation(state: &State<'_>, flow: &Flow, kind: usize, slip: &Slip, broken: &mut Vec<String>) {
    if flow.separations.is_empty() {
        return;
    }
    let own = signers([slip]);
    let all = signers(run_of(state, flow, kind, slip));
    let none = BTreeSet::new();
    for separation in &flow.separations {
        for one in separation.steps.iter().map(|step| &flow.steps[*step]) {
            for other in separation.steps.iter().map(|step| &flow.steps[*step]) {
                if one.name == other.name {
                    continue;
                }
                let here = own.get(&*one.qualified).unwrap_or(&none);
                let there = all.get(&*other.qualified).unwrap_or(&none);
                if let Some(both) = here.intersection(there).next() {
                    broken.push(format!(
                        "{}: {both} signed both {} and {}",
                        named(slip),
                        one.name,
                        other.name
                    ));
                }
            }
        }
    }
}

/// Who stands behind each step that was signed on these slips.
fn signers<'a>(
    slips: impl IntoIterator<Item = &'a Slip>,
) -> BTreeMap<&'a str, BTreeSet<&'a Arc<str>>> {
    let mut signers: BTreeMap<&str, BTreeSet<&Arc<str>>> = BTreeMap::new();
    for signed in slips.into_iter().flat_map(|slip| &slip.signed) {
        signers
            .entry(&signed.step)
            .or_default()
            .extend(identities(signed));
    }
    signers
}

/// The slip, everything it comes from, and what was made from that on branches that run beside it.
fn run_of<'a>(state: &'a State<'_>, flow: &Flow, kind: usize, slip: &'a Slip) -> Vec<&'a Slip> {
    let mut found: BTreeMap<i64, &Slip> = BTreeMap::from([(slip.id.0, slip)]);
    let mut up: Vec<&Slip> = vec![slip];
    let mut beside = Vec::new();
    while let Some(next) = up.pop() {
        for source in next.sources.iter().filter_map(|id| state.slip(*id)) {
            found.insert(source.id.0, source);
            up.push(source);
            beside.extend(
                source
                    .children
                    .iter()
                    .filter_map(|id| state.slip(*id))
                    .filter(|child| {
                        let other = flow
                            .slips
                            .iter()
                            .position(|declared| declared.qualified == child.kind);
                        other.is_some_and(|other| {
                            other != kind
                                && !flow.comes_from(kind, other)
                                && !flow.comes_from(other, kind)
                        })
                    }),
            );
        }
    }
    while let Some(next) = beside.pop() {
        if next.state.live() && found.insert(next.id.0, next).is_none() {
            beside.extend(next.children.iter().filter_map(|id| state.slip(*id)));
        }
    }
    found.into_values().collect()
}
