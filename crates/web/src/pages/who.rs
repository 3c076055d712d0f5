//! Where a slip stands: what waits on it and on what hangs on it, who can do it now by name, who cannot and why, and what
//! comes after.

use std::collections::BTreeSet;
use std::sync::Arc;

use engine::{Act, Command, Person, Refusal, Waiting, WaitingKind, World, WorldError, may_sign};
use kernel::SlipId;
use model::{Flow, Pack, Step};
use store::{ReadWorld, SlipHead};

use super::desk::Reader;
use super::{flows, heads, values, words};
use crate::error::Error;
use crate::parts::Link;
use crate::parts::flow::{Able, Now};
use crate::parts::lang::Lang;

/// Slips of a chain that are looked at.
const SLIPS_MAX: usize = 12;
/// People asked about for each thing that waits.
const ASKED_MAX: usize = 60;

/// Everything that waits on these slips.
pub(super) fn now(
    reader: &Reader<'_>,
    pack: &Pack,
    flow: &Flow,
    line: &[&SlipHead],
) -> Result<Vec<Now>, Error> {
    let mut out = Vec::new();
    for head in line.iter().take(SLIPS_MAX) {
        for waiting in &head.waiting {
            out.push(one(reader, pack, flow, head, waiting)?);
        }
    }
    Ok(out)
}

fn one(
    reader: &Reader<'_>,
    pack: &Pack,
    flow: &Flow,
    head: &SlipHead,
    waiting: &Waiting,
) -> Result<Now, Error> {
    let catalog = reader.catalog();
    let declared = flow
        .steps
        .iter()
        .enumerate()
        .find(|(_, step)| step.qualified == waiting.step);
    let name = words::step_name(&catalog, reader.lang, Some(&head.version), &waiting.step);
    let (can, cannot) = people(reader, head.id, waiting)?;
    let mut since = values::when(reader, waiting.since);
    if let Some(due) = waiting.due {
        since.push_str(reader.t(" · 时限 ", " · due "));
        since.push_str(&values::when(reader, due));
    }
    if waiting.reminded > 0 {
        let word = reader.t("催办", "reminded");
        since.push_str(&format!(" · {word} ×{}", waiting.reminded));
    }
    Ok(Now {
        step: match waiting.kind {
            WaitingKind::Cosign => format!("{} · {name}", reader.t("加签", "Added signer")),
            WaitingKind::Reversal => reader.t("确认冲销", "Confirm reversal").to_owned(),
            WaitingKind::Returned => format!("{} · {name}", reader.t("退回重办", "Returned")),
            WaitingKind::Step | WaitingKind::Begin => name,
        },
        slip: Link::new(
            format!(
                "{} {}",
                words::kind_name(&catalog, reader.lang, &head.version, &head.kind),
                head.number
            ),
            heads::url(head.id),
        ),
        since,
        late: waiting.overdue,
        can,
        cannot,
        rules: declared
            .map(|(_, step)| flows::rule_list(reader, step))
            .unwrap_or_default(),
        books: declared
            .map(|(_, step)| flows::postings(reader, pack, step))
            .unwrap_or_default(),
        next: match (declared, waiting.kind) {
            (Some((at, step)), WaitingKind::Step | WaitingKind::Returned | WaitingKind::Begin) => {
                next(reader, pack, flow, at, step)
            }
            _ => Vec::new(),
        },
    })
}

/// What comes after a step: the next one of its slip, or those that begin the slips made from it.
fn next(reader: &Reader<'_>, pack: &Pack, flow: &Flow, at: usize, step: &Step) -> Vec<String> {
    let said = |step: &Step| {
        let name = words::label(reader.lang, &step.label);
        let roles = words::step_roles(reader.lang, pack, step);
        let sometimes = match step.when {
            Some(_) => reader.t("，视条件", ", on a condition"),
            None => "",
        };
        match reader.lang {
            Lang::Zh => format!("{name}（{roles}{sometimes}）"),
            Lang::En => format!("{name} ({roles}{sometimes})"),
        }
    };
    let mut out = Vec::new();
    for (_, later) in flow.steps_of(step.slip).filter(|(other, _)| *other > at) {
        out.push(said(later));
        if later.when.is_none() {
            return out;
        }
    }
    let made = flow.made_from(step.slip);
    out.extend(
        made.filter_map(|(slip, _)| flow.begins(slip))
            .map(|(_, step)| said(step)),
    );
    if out.is_empty() {
        out.push(reader.t("办结", "nothing; the run ends").to_owned());
    }
    out
}

/// Who is asked about: himself or a deputy, and the role by which.
struct Candidate {
    person: Arc<Person>,
    lender: Option<Arc<Person>>,
    /// Why he cannot, where that is known without asking.
    not: Option<String>,
}

/// Those who can do what waits, and those who seem to and cannot, with the reason.
fn people(
    reader: &Reader<'_>,
    slip: SlipId,
    waiting: &Waiting,
) -> Result<(Vec<Able>, Vec<Able>), Error> {
    let candidates = candidates(reader, waiting)?;
    let answers: Vec<Option<Refusal>> = reader.store.ask(reader.org, |world| {
        candidates
            .iter()
            .map(|one| match one.not {
                Some(_) => Ok(None),
                None => asked(reader, world, slip, waiting, one),
            })
            .collect()
    })?;
    let (mut can, mut cannot) = (Vec::new(), Vec::new());
    for (one, answer) in candidates.iter().zip(answers) {
        let how = match &one.lender {
            Some(lender) => format!("{}{}", reader.t("代 ", "for "), lender.name),
            None => String::new(),
        };
        let not = match (&one.not, answer) {
            (Some(not), _) => Some(not.clone()),
            (None, Some(refusal)) => Some(reader.sentence(&refusal).to_owned()),
            (None, None) => None,
        };
        let able = Able {
            name: one.person.name.to_string(),
            how,
            not: not.clone().unwrap_or_default(),
        };
        match not {
            None => can.push(able),
            Some(_) => cannot.push(able),
        }
    }
    Ok((can, cannot))
}

fn asked(
    reader: &Reader<'_>,
    world: &ReadWorld<'_>,
    slip: SlipId,
    waiting: &Waiting,
    one: &Candidate,
) -> Result<Option<Refusal>, WorldError> {
    let Some(read) = world.slip(slip)? else {
        return Ok(None);
    };
    let nothing = Act::Comment {
        slip,
        text: String::new(),
    };
    let command = Command {
        actor: one.person.login.clone(),
        ..reader.command(
            one.lender.as_ref().map(|lender| lender.login.clone()),
            nothing,
        )
    };
    match waiting.kind {
        WaitingKind::Cosign => Ok(None),
        WaitingKind::Reversal => {
            let own = read
                .reversal
                .as_ref()
                .is_some_and(|asked| asked.person == one.person.login);
            Ok(own.then(engine::own_reversal))
        }
        _ => Ok(may_sign(&world.catalog(), world, &command, &waiting.step, Some(slip))?.err()),
    }
}

/// Everybody who holds one of the roles in any way, and the deputies of these.
fn candidates(reader: &Reader<'_>, waiting: &Waiting) -> Result<Vec<Candidate>, Error> {
    let people = reader.memory.people(reader)?;
    let mut all: Vec<&Arc<Person>> = people.values().collect();
    all.sort_by(|a, b| a.login.cmp(&b.login));
    let mut out = Vec::new();
    let mut deputies: BTreeSet<(Arc<str>, Arc<str>)> = BTreeSet::new();
    for person in all {
        let own = match &waiting.person {
            Some(only) => *only == person.login,
            None => person
                .grants
                .iter()
                .any(|grant| waiting.roles.contains(&grant.role)),
        };
        if !own {
            continue;
        }
        let not = outside(reader, waiting, person);
        if not.is_none() {
            for deputy in &person.deputies {
                if deputy.from <= reader.today && reader.today <= deputy.until {
                    deputies.insert((deputy.to.clone(), person.login.clone()));
                }
            }
        }
        out.push(Candidate {
            person: person.clone(),
            lender: None,
            not,
        });
    }
    for (deputy, lender) in deputies {
        if let (Some(deputy), Some(lender)) = (people.get(&deputy), people.get(&lender))
            && deputy.active
        {
            out.push(Candidate {
                person: deputy.clone(),
                lender: Some(lender.clone()),
                not: None,
            });
        }
    }
    out.truncate(ASKED_MAX);
    Ok(out)
}

/// Why a person's role does not reach this: not active, another scope, another time.
fn outside(reader: &Reader<'_>, waiting: &Waiting, person: &Person) -> Option<String> {
    if !person.active {
        return Some(
            reader
                .t("账号已停用", "the account is switched off")
                .to_owned(),
        );
    }
    let scope = waiting.scope.as_deref();
    let holds = |role: &Arc<str>| person.holds(role, scope, reader.today);
    if waiting.person.is_some() || waiting.roles.iter().any(holds) {
        return None;
    }
    let grants = person
        .grants
        .iter()
        .filter(|grant| waiting.roles.contains(&grant.role));
    let said: Vec<String> = grants
        .map(|grant| {
            if let Some(from) = grant.from.filter(|from| *from > reader.today) {
                return format!("{}{from}", reader.t("授权自 ", "his role begins on "));
            }
            if let Some(until) = grant.until.filter(|until| *until < reader.today) {
                return format!("{}{until}", reader.t("授权止于 ", "his role ended on "));
            }
            format!("{}{}", reader.t("只限 ", "only for "), grant.scope)
        })
        .collect();
    Some(words::joined(reader.lang, &said))
}
