//! Staffing: whether today's people can complete each flow, separated as it demands, and whose absence would stop one.

mod both;
mod search;

pub use both::{Both, Signer, both, signers};

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use kernel::Day;
use model::{Flow, Pack, Quorum, Step};
use serde::Serialize;

use crate::Person;

use search::{Act, Answer, Slot};

/// What staffing finds wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FindingKind {
    /// Today's people cannot complete the flow.
    Unstaffed,
    /// They can, but without one person they could not.
    Absence,
    /// The search was given up: too many people in too many combinations.
    Undecided,
}

/// One finding, with its sentence in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What.
    pub kind: FindingKind,
    /// Flow.
    pub flow: Arc<str>,
    /// The scope it holds for; empty: where no scope is said.
    pub scope: Arc<str>,
    /// The person whose absence it is about, by the first login (an identity may be a number nobody else should see).
    pub person: Option<Arc<str>>,
    /// The fewest steps that cannot be signed together.
    pub steps: Vec<Arc<str>>,
    /// Those of them that come only under a condition. Where there are any, the other steps alone can be signed.
    pub conditional: Vec<Arc<str>>,
    /// Chinese sentence.
    pub zh: String,
    /// English sentence.
    pub en: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.en)
    }
}

/// What the people of `today` cannot do; who is out of use counts as nobody. All steps of a flow count as one chain. The steps that always come are looked at first; steps that
/// come only under a condition count as needed together, and a finding that needs some of them names them, because no condition
/// is known here. Steps whose role is narrowed are looked at for every scope that somebody has.
pub fn staffing(pack: &Pack, people: &[Person], today: Day) -> Vec<Finding> {
    let mut findings = Vec::new();
    for flow in &pack.flows {
        for scope in scopes(pack, flow, people, today) {
            one(pack, flow, people, today, &scope, &mut findings);
        }
    }
    findings
}

fn one(
    pack: &Pack,
    flow: &Flow,
    people: &[Person],
    today: Day,
    scope: &Arc<str>,
    findings: &mut Vec<Finding>,
) {
    let signatures: usize = flow.steps.iter().map(signatures).sum();
    if signatures > SIGNATURES_MOST {
        let undecided = FindingKind::Undecided;
        findings.push(sentence(flow, scope, undecided, None, &[], &[]));
        return;
    }
    let slots = slots(pack, flow, people, today, scope);
    let finding = |kind, person: Option<&Arc<str>>, steps: Vec<usize>| {
        sentence(flow, scope, kind, person, &steps, &slots)
    };
    let always: Vec<usize> = (0..slots.len())
        .filter(|at| flow.steps[slots[*at].step].when.is_none())
        .collect();
    let mut needed: Vec<usize> = (0..slots.len()).collect();
    match search::solve(&slots, &needed) {
        Answer::No => {
            let steps = search::core(&slots, &always);
            findings.push(finding(FindingKind::Unstaffed, None, steps));
            // Where only what hangs on a condition is unstaffed, the rest is done, and is looked at for itself.
            if search::solve(&slots, &always) != Answer::Yes {
                return;
            }
            needed = always.clone();
        }
        Answer::Unknown => {
            findings.push(finding(FindingKind::Undecided, None, Vec::new()));
            return;
        }
        Answer::Yes if search::plenty(&slots) => return,
        Answer::Yes => {}
    }
    let involved: BTreeSet<&Arc<str>> = needed
        .iter()
        .flat_map(|at| slots[*at].acts.iter().map(|act| &act.by))
        .collect();
    for person in involved {
        let without: Vec<Slot> = slots.iter().map(|slot| slot.without(person)).collect();
        let login = || {
            let mut accounts = people
                .iter()
                .filter(|one| one.active && one.identity == *person);
            accounts.next().map(|one| &one.login)
        };
        match search::solve(&without, &needed) {
            Answer::No => {
                let steps = search::core(&without, &always);
                findings.push(finding(FindingKind::Absence, login(), steps));
            }
            Answer::Unknown => {
                findings.push(finding(FindingKind::Undecided, login(), Vec::new()));
            }
            Answer::Yes => {}
        }
    }
}

/// Signatures of one flow that are searched for.
const SIGNATURES_MOST: usize = 500;

fn signatures(step: &Step) -> usize {
    match step.quorum {
        Quorum::Any => 1,
        Quorum::All => step.by.len(),
        Quorum::Of(count) => count as usize,
    }
}

/// The scopes to look at: none where no step narrows its role, else every scope that a grant has, or none if none has one.
fn scopes(pack: &Pack, flow: &Flow, people: &[Person], today: Day) -> Vec<Arc<str>> {
    let narrowed: BTreeSet<usize> = flow
        .steps
        .iter()
        .filter(|step| step.scope.is_some())
        .flat_map(|step| step.by.iter().copied())
        .collect();
    let roles: Vec<String> = narrowed.iter().map(|role| qualified(pack, *role)).collect();
    let grants = people
        .iter()
        .filter(|person| person.active)
        .flat_map(|person| &person.grants);
    let found: BTreeSet<Arc<str>> = grants
        .filter(|grant| roles.iter().any(|role| grant.covers(role, None, today)))
        .map(|grant| grant.scope.clone())
        .filter(|scope| !scope.is_empty())
        .collect();
    if found.is_empty() {
        vec![Arc::from("")]
    } else {
        found.into_iter().collect()
    }
}

fn qualified(pack: &Pack, role: usize) -> String {
    format!("{}.{}", pack.name, pack.roles[role].name)
}

/// One slot per signature that the flow needs, with everybody who could give it. Slots of steps that are kept apart exclude
/// each other, and so do the slots of one step that several must sign.
fn slots(pack: &Pack, flow: &Flow, people: &[Person], today: Day, scope: &str) -> Vec<Slot> {
    let mut slots: Vec<Slot> = Vec::new();
    for (at, step) in flow.steps.iter().enumerate() {
        let scope = step.scope.map(|_| scope).filter(|scope| !scope.is_empty());
        let acts = |roles: &[usize]| {
            let names: Vec<String> = roles.iter().map(|role| qualified(pack, *role)).collect();
            acts(people, &names, scope, today)
        };
        match step.quorum {
            Quorum::Any => slots.push(Slot::new(at, acts(&step.by))),
            Quorum::Of(count) => {
                let acts = acts(&step.by);
                slots.extend((0..count).map(|_| Slot::new(at, acts.clone())));
            }
            Quorum::All => slots.extend(step.by.iter().map(|role| Slot::new(at, acts(&[*role])))),
        }
    }
    for left in 0..slots.len() {
        for right in 0..slots.len() {
            let (a, b) = (slots[left].step, slots[right].step);
            let separated = || {
                let sets = &mut flow.separations.iter();
                sets.any(|set| set.steps.contains(&a) && set.steps.contains(&b))
            };
            if left != right && (a == b || separated()) {
                slots[left].apart.push(right);
            }
        }
    }
    slots
}

/// Everybody who may give a signature of these roles: himself, or as the deputy of one who may. A deputy's act counts as
/// both persons.
fn acts(people: &[Person], roles: &[String], scope: Option<&str>, today: Day) -> Vec<Act> {
    let mut acts: BTreeSet<Act> = BTreeSet::new();
    for person in people {
        if !roles.iter().any(|role| person.holds(role, scope, today)) {
            continue;
        }
        acts.insert(Act {
            by: person.identity.clone(),
            instead_of: None,
        });
        for deputy in &person.deputies {
            if today < deputy.from || deputy.until < today {
                continue;
            }
            if let Some(by) = people
                .iter()
                .find(|other| other.active && other.login == deputy.to)
                && by.identity != person.identity
            {
                acts.insert(Act {
                    by: by.identity.clone(),
                    instead_of: Some(person.identity.clone()),
                });
            }
        }
    }
    acts.into_iter().collect()
}

fn sentence(
    flow: &Flow,
    scope: &Arc<str>,
    kind: FindingKind,
    person: Option<&Arc<str>>,
    steps: &[usize],
    slots: &[Slot],
) -> Finding {
    let at: BTreeSet<usize> = steps.iter().map(|slot| slots[*slot].step).collect();
    let labels = |zh: bool, joint: &str| {
        let names = at.iter().map(|step| {
            let label = &flow.steps[*step].label;
            if zh { &*label.zh } else { &*label.en }
        });
        names.collect::<Vec<&str>>().join(joint)
    };
    let (scope_zh, scope_en) = if scope.is_empty() {
        (String::new(), String::new())
    } else {
        (format!("（{scope}）"), format!(" ({scope})"))
    };
    let many = steps.len() > 1;
    let under: Vec<usize> = at
        .iter()
        .copied()
        .filter(|step| flow.steps[*step].when.is_some())
        .collect();
    let (when_zh, when_en) = if under.is_empty() {
        (String::new(), String::new())
    } else {
        let names = |zh: bool, joint: &str| {
            let labels = under.iter().map(|step| &flow.steps[*step].label);
            let names = labels.map(|label| if zh { &*label.zh } else { &*label.en });
            names.collect::<Vec<&str>>().join(joint)
        };
        (
            format!("须办理 {} 时，", names(true, "、")),
            format!("where {} is needed, ", names(false, "; ")),
        )
    };
    let (zh, en) = match kind {
        FindingKind::Undecided => (
            "人员组合过多，未能判定能否办完".to_owned(),
            "could not be decided: too many combinations of people".to_owned(),
        ),
        _ if many => (
            format!("{} 须由不同的人办理，现有人员不够", labels(true, "、")),
            format!(
                "there are too few different people for: {}",
                labels(false, "; ")
            ),
        ),
        _ => (
            format!("无人可办理 {}", labels(true, "、")),
            format!("nobody may sign: {}", labels(false, "; ")),
        ),
    };
    let (absent_zh, absent_en) = match person {
        Some(person) => (format!("{person} 缺席时，"), format!("without {person}, ")),
        None => (String::new(), String::new()),
    };
    Finding {
        kind,
        flow: flow.name.clone(),
        scope: scope.clone(),
        person: person.cloned(),
        steps: at
            .iter()
            .map(|step| flow.steps[*step].name.clone())
            .collect(),
        conditional: under
            .iter()
            .map(|step| flow.steps[*step].name.clone())
            .collect(),
        zh: format!("{}{scope_zh}：{absent_zh}{when_zh}{zh}", flow.label.zh),
        en: format!("{}{scope_en}: {absent_en}{when_en}{en}", flow.label.en),
    }
}
