//! The separation matrix: who could sign two steps that are kept apart, were it not for the rule.

use std::collections::BTreeMap;
use std::sync::Arc;

use kernel::Day;
use model::{Pack, Step, StepIndex};

use super::qualified;
use crate::Person;

/// Somebody who may sign a step.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Signer {
    /// The natural person.
    pub identity: Arc<str>,
    /// The account that signs.
    pub login: Arc<str>,
    /// The login of the person whose deputy he is, where he signs in another's place.
    pub instead_of: Option<Arc<str>>,
    /// Qualified role.
    pub role: Arc<str>,
    /// What the grant is narrowed to; empty: everything, also where the step is narrowed by nothing.
    pub scope: Arc<str>,
}

/// One natural person who could sign two steps of one run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Both {
    /// Position of the flow in its pack.
    pub flow: usize,
    /// Position of the rule in the flow.
    pub separation: usize,
    /// The two steps, in the order of the flow.
    pub steps: (StepIndex, StepIndex),
    /// How he could sign the first.
    pub first: Signer,
    /// How he could sign the second.
    pub second: Signer,
    /// The scope in which both hold; empty: everywhere.
    pub scope: Arc<str>,
}

/// Everybody who may sign a step on a day, himself or as a deputy, by identity; one entry per grant that lets him.
pub fn signers(pack: &Pack, step: &Step, people: &[Person], today: Day) -> Vec<Signer> {
    let roles: Vec<String> = step.by.iter().map(|role| qualified(pack, *role)).collect();
    let mut found = Vec::new();
    for person in people.iter().filter(|person| person.active) {
        for grant in &person.grants {
            if !roles.iter().any(|role| grant.covers(role, None, today)) {
                continue;
            }
            let scope = match step.scope {
                Some(_) => grant.scope.clone(),
                None => Arc::from(""),
            };
            let signer = |by: &Person, instead_of| Signer {
                identity: by.identity.clone(),
                login: by.login.clone(),
                instead_of,
                role: grant.role.clone(),
                scope: scope.clone(),
            };
            found.push(signer(person, None));
            for deputy in &person.deputies {
                if today < deputy.from || deputy.until < today {
                    continue;
                }
                let by = people.iter().find(|by| by.login == deputy.to && by.active);
                if let Some(by) = by.filter(|by| by.identity != person.identity) {
                    found.push(signer(by, Some(person.login.clone())));
                }
            }
        }
    }
    found.sort();
    found.dedup();
    found
}

/// The scope that two have in common, if they have one.
fn common(left: &Arc<str>, right: &Arc<str>) -> Option<Arc<str>> {
    match (left.is_empty(), right.is_empty()) {
        (true, _) => Some(right.clone()),
        (_, true) => Some(left.clone()),
        _ => (left == right).then(|| left.clone()),
    }
}

/// Everybody who could sign two steps of one run that no one may sign both, on a day; one entry per person, pair of steps
/// and scope, by flow, rule, steps and person. The rule still holds for him: he is refused at the second.
pub fn both(pack: &Pack, people: &[Person], today: Day) -> Vec<Both> {
    let mut found = Vec::new();
    for (flow_at, flow) in pack.flows.iter().enumerate() {
        let may: Vec<Vec<Signer>> = flow
            .steps
            .iter()
            .map(|step| signers(pack, step, people, today))
            .collect();
        for (at, separation) in flow.separations.iter().enumerate() {
            let mut steps = separation.steps.clone();
            steps.sort_unstable();
            for (nth, left) in steps.iter().enumerate() {
                for right in &steps[nth + 1..] {
                    let pairs = pairs(&may[*left], &may[*right]);
                    found.extend(pairs.into_values().map(|(first, second, scope)| Both {
                        flow: flow_at,
                        separation: at,
                        steps: (*left, *right),
                        first,
                        second,
                        scope,
                    }));
                }
            }
        }
    }
    found
}

type Pair = (Signer, Signer, Arc<str>);

/// The persons among both, by identity and scope; those who need no other in whose place to sign come first.
fn pairs(left: &[Signer], right: &[Signer]) -> BTreeMap<(Arc<str>, Arc<str>), Pair> {
    let mut by_person: BTreeMap<&Arc<str>, Vec<&Signer>> = BTreeMap::new();
    for signer in right {
        by_person.entry(&signer.identity).or_default().push(signer);
    }
    let mut found: BTreeMap<(Arc<str>, Arc<str>), Pair> = BTreeMap::new();
    let lent = |(first, second, _): &Pair| {
        usize::from(first.instead_of.is_some()) + usize::from(second.instead_of.is_some())
    };
    for first in left {
        for second in by_person.get(&first.identity).into_iter().flatten() {
            let Some(scope) = common(&first.scope, &second.scope) else {
                continue;
            };
            let pair = (first.clone(), (*second).clone(), scope.clone());
            let place = (first.identity.clone(), scope);
            match found.get(&place) {
                Some(known) if lent(known) <= lent(&pair) => {}
                _ => {
                    found.insert(place, pair);
                }
            }
        }
    }
    found
}
