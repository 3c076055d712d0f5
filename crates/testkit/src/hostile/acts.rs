//! What the clerk does next, and as whom.

use std::collections::BTreeMap;
use std::sync::Arc;

use engine::{Act, Command, Grant, SYSTEM, Seen, Slip, SlipState, Waiting, WaitingKind, World};
use kernel::{Day, OrgId, Period, SlipId};
use model::{Field, FieldKind, Flow, Pack, Register, Step};

use super::people::OTHER_ADMINISTRATOR;
use super::{Clerk, inputs};
use crate::House;
use crate::company::ADMINISTRATOR;

/// How often a form is filled in anew until the oracle would take it.
const TRIES: usize = 60;

type Choice = (Arc<str>, Act);

/// Chooses an act and the person who tries it.
pub fn choose(clerk: &mut Clerk) -> Choice {
    let slips = clerk.oracle.slips().unwrap_or_default();
    match clerk.dice.below(100) {
        0..=11 => begin_chain(clerk),
        12..=19 => begin_from(clerk, &slips).unwrap_or_else(|| begin_chain(clerk)),
        20..=58 => go_on(clerk, &slips).unwrap_or_else(|| begin_chain(clerk)),
        59..=64 => (ADMINISTRATOR.into(), news(clerk).unwrap_or_else(nothing)),
        65..=69 => timer(clerk).unwrap_or_else(|| begin_chain(clerk)),
        70..=89 => on_slip(clerk, &slips).unwrap_or_else(|| begin_chain(clerk)),
        90..=92 => deputise(clerk),
        _ => administer(clerk),
    }
}

/// A step that begins a chain of slips.
fn begin_chain(clerk: &mut Clerk) -> Choice {
    let packs = clerk.oracle.packs().clone();
    let starts: Vec<(&Arc<Pack>, &Flow, &Step)> = packs
        .packs()
        .iter()
        .flat_map(|pack| pack.flows.iter().map(move |flow| (pack, flow)))
        .flat_map(|(pack, flow)| flow.steps.iter().map(move |step| (pack, flow, step)))
        .filter(|(_, flow, step)| step.begins && flow.slips[step.slip].from.is_empty())
        .collect();
    let liked =
        |(_, _, step): &&(&Arc<Pack>, &Flow, &Step)| clerk.company.likes.contains(&step.qualified);
    let likes: Vec<_> = starts.iter().filter(liked).copied().collect();
    let starts = match likes.is_empty() || clerk.dice.chance(20) {
        true => starts,
        false => likes,
    };
    match clerk.dice.pick(&starts).copied() {
        Some((pack, flow, step)) => try_step(clerk, pack, flow, step, None, &[]),
        None => (ADMINISTRATOR.into(), nothing()),
    }
}

/// A step that makes a slip of another flow's finished one, which nobody waits for.
fn begin_from(clerk: &mut Clerk, slips: &[Arc<Slip>]) -> Option<Choice> {
    let packs = clerk.oracle.packs().clone();
    let starts: Vec<(&Arc<Pack>, &Flow, &Step, &model::Slip)> = packs
        .packs()
        .iter()
        .flat_map(|pack| pack.flows.iter().map(move |flow| (pack, flow)))
        .flat_map(|(pack, flow)| flow.steps.iter().map(move |step| (pack, flow, step)))
        .filter(|(_, _, step)| step.begins)
        .flat_map(|(pack, flow, step)| {
            let from = flow.slips[step.slip].from.iter();
            let foreign = from.filter(|from| flow.is_foreign(**from));
            foreign.filter_map(move |from| Some((pack, flow, step, flow.kind(*from)?)))
        })
        .collect();
    let (pack, flow, step, from) = clerk.dice.pick(&starts).copied()?;
    let done = |slip: &&Arc<Slip>| slip.kind == from.qualified && slip.state == SlipState::Done;
    let done: Vec<&Arc<Slip>> = slips.iter().filter(done).collect();
    let source = clerk.dice.pick(&done).copied()?.clone();
    Some(try_step(clerk, pack, flow, step, None, &[source]))
}

/// Something that waits.
fn go_on(clerk: &mut Clerk, slips: &[Arc<Slip>]) -> Option<Choice> {
    let packs = clerk.oracle.packs().clone();
    let waiting: Vec<(&Arc<Slip>, &Waiting)> = slips
        .iter()
        .flat_map(|slip| slip.waiting.iter().map(move |waiting| (slip, waiting)))
        .collect();
    // What came last, oftener than not: otherwise chains that go far are rare among all that lies about.
    let from = match clerk.dice.chance(60) {
        true => waiting.len().saturating_sub(10),
        false => 0,
    };
    let (slip, waiting) = clerk.dice.pick(&waiting[from..]).copied()?;
    match waiting.kind {
        WaitingKind::Cosign => {
            let by = waiting.person.clone().unwrap_or_else(|| anyone(clerk));
            let step = waiting.step.clone();
            let act = Act::Cosign {
                slip: slip.id,
                step,
                opinion: "同意".to_owned(),
                seen: seen(slip),
            };
            return Some((by, act));
        }
        WaitingKind::Reversal => {
            let by = holder(clerk, &waiting.roles);
            let (id, seen) = (slip.id, seen(slip));
            return Some(match clerk.dice.below(3) {
                0 => (
                    by,
                    Act::RefuseReversal {
                        slip: id,
                        reason: "不必".to_owned(),
                    },
                ),
                _ => (by, Act::Reverse { slip: id, seen }),
            });
        }
        WaitingKind::Step | WaitingKind::Returned | WaitingKind::Begin => {}
    }
    let (pack, flow, step) = packs
        .step(&waiting.step)
        .map(|(pack, flow, step)| (pack, &pack.flows[flow], &pack.flows[flow].steps[step]))?;
    if waiting.kind != WaitingKind::Begin {
        return Some(try_step(clerk, pack, flow, step, Some(slip), &[]));
    }
    let mut sources = vec![slip.clone()];
    if flow.slips[step.slip].join {
        let same = |other: &&Arc<Slip>| {
            other.id != slip.id && other.kind == slip.kind && other.state == SlipState::Done
        };
        sources.extend(
            slips
                .iter()
                .rev()
                .find(same)
                .filter(|_| clerk.dice.chance(50))
                .cloned(),
        );
    }
    Some(try_step(clerk, pack, flow, step, None, &sources))
}

/// A step with an input that the oracle would take, when one is found in a few tries; sometimes spoiled after all.
fn try_step(
    clerk: &mut Clerk,
    pack: &Pack,
    flow: &Flow,
    step: &Step,
    slip: Option<&Arc<Slip>>,
    sources: &[Arc<Slip>],
) -> Choice {
    let declared = &flow.slips[step.slip];
    let roles: Vec<Arc<str>> = step
        .by
        .iter()
        .map(|role| format!("{}.{}", pack.name, pack.roles[*role].name).into())
        .collect();
    let mut choice = (anyone(clerk), nothing());
    for _ in 0..TRIES {
        let own: Vec<Arc<Slip>> = match slip {
            // A slip filled in again draws on the sources it has.
            Some(slip) => slip
                .sources
                .iter()
                .filter_map(|id| House::slip(&clerk.oracle, *id).ok().flatten())
                .collect(),
            None => sources.to_vec(),
        };
        let input = match slip {
            Some(slip) if !step.begins => inputs::later(clerk, declared, step, slip),
            _ if !own.is_empty() && clerk.dice.chance(25) => engine::Input {
                header: inputs::begin(clerk, declared, &own).header,
                lines: Vec::new(),
            },
            _ => inputs::begin(clerk, declared, &own),
        };
        let act = Act::Step {
            step: step.qualified.clone(),
            slip: slip.map(|slip| slip.id),
            sources: sources.iter().map(|slip| slip.id).collect(),
            seen: slip
                .into_iter()
                .chain(sources)
                .map(|slip| seen(slip))
                .collect(),
            input,
        };
        choice = (holder(clerk, &roles), act);
        if would_pass(clerk, &choice) {
            break;
        }
    }
    if clerk.dice.chance(25) {
        choice = spoiled(clerk, choice);
    }
    choice
}

fn would_pass(clerk: &Clerk, (actor, act): &Choice) -> bool {
    let command = Command {
        org: OrgId(1),
        key: "asked-beforehand".into(),
        at: kernel::Moment(clerk.now.0 + 1_000_000),
        actor: actor.clone(),
        on_behalf_of: None,
        act: act.clone(),
    };
    clerk
        .oracle
        .ask(&command)
        .is_ok_and(|answer| answer.is_ok())
}

/// Makes something wrong with a good step.
fn spoiled(clerk: &mut Clerk, (mut actor, mut act): Choice) -> Choice {
    let anyone = anyone(clerk);
    let way = clerk.dice.below(6);
    if let Act::Step {
        seen,
        slip,
        sources,
        input,
        step,
    } = &mut act
    {
        match way {
            0 => actor = anyone,
            1 => seen
                .iter_mut()
                .for_each(|seen| seen.content = "0".repeat(32).into()),
            2 => seen.clear(),
            3 => {
                // The slip of another turn, or one that does not exist.
                let other = SlipId(1 + clerk.dice.below(12) as i64);
                match slip {
                    Some(slip) => *slip = other,
                    None => sources.push(other),
                }
            }
            4 => *step = format!("{step}x").into(),
            _ => inputs::spoil(clerk, input),
        }
    }
    (actor, act)
}

/// Returns, withdrawals, voids, reversals, passing on, talking.
fn on_slip(clerk: &mut Clerk, slips: &[Arc<Slip>]) -> Option<Choice> {
    let slip = clerk.dice.pick(slips)?.clone();
    let id = slip.id;
    let reason = if clerk.dice.chance(90) {
        "有误".to_owned()
    } else {
        " ".to_owned()
    };
    let waiting = clerk.dice.pick(&slip.waiting).cloned();
    let roles = waiting
        .as_ref()
        .map(|waiting| waiting.roles.clone())
        .unwrap_or_default();
    let step = waiting.map_or_else(|| Arc::from("no.such.step"), |waiting| waiting.step);
    let by = match clerk.dice.below(3) {
        0 => slip.signed.last().map(|signed| signed.person.clone()),
        1 => Some(holder(clerk, &roles)),
        _ => None,
    };
    let by = by.unwrap_or_else(|| anyone(clerk));
    let other = anyone(clerk);
    let act = match clerk.dice.below(14) {
        0 | 1 => {
            let to = slip
                .signed
                .first()
                .map(|signed| signed.step.clone())
                .filter(|_| clerk.dice.chance(50));
            Act::Return {
                slip: id,
                to,
                reason,
                seen: seen(&slip),
            }
        }
        2 | 3 => Act::Withdraw { slip: id, reason },
        4 => Act::Void { slip: id, reason },
        5 | 6 => Act::AskReversal { slip: id, reason },
        7 => Act::Reverse {
            slip: id,
            seen: seen(&slip),
        },
        8 => Act::RefuseReversal { slip: id, reason },
        9 => {
            let to = if clerk.dice.chance(70) {
                holder(clerk, &roles)
            } else {
                other
            };
            Act::HandOver {
                slip: id,
                step,
                to,
                reason,
            }
        }
        10 => Act::AddSigner {
            slip: id,
            step,
            signer: other,
            reason,
        },
        11 => Act::CopyTo {
            slip: id,
            to: vec![other],
        },
        12 => Act::Remind {
            slip: id,
            text: "请尽快".to_owned(),
        },
        _ => Act::Comment {
            slip: id,
            text: reason,
        },
    };
    Some((by, act))
}

/// A timer that is due, by the system; or one that a person would like to fire.
fn timer(clerk: &mut Clerk) -> Option<Choice> {
    let due = clerk.oracle.due(clerk.now.plus_minutes(24 * 60)).ok()?;
    let (slip, name) = clerk.dice.pick(&due)?.clone();
    let by = if clerk.dice.chance(90) {
        Arc::from(SYSTEM)
    } else {
        anyone(clerk)
    };
    Some((by, Act::Timer { slip, name }))
}

fn deputise(clerk: &mut Clerk) -> Choice {
    let (by, to) = (anyone(clerk), anyone(clerk));
    let from = clerk.now.day();
    let until = from
        .plus_days(clerk.dice.below(10) as i64 - 1)
        .unwrap_or(from);
    (by, Act::Deputise { to, from, until })
}

/// What administrators do, and what people would like to.
fn administer(clerk: &mut Clerk) -> Choice {
    let by = match clerk.dice.below(5) {
        0..=2 => ADMINISTRATOR.into(),
        3 => OTHER_ADMINISTRATOR.into(),
        _ => anyone(clerk),
    };
    let packs = clerk.oracle.packs().clone();
    let ledgers: Vec<Arc<str>> = packs
        .packs()
        .iter()
        .flat_map(|pack| &pack.ledgers)
        .map(|ledger| ledger.qualified.clone())
        .collect();
    let ledger = clerk
        .dice
        .pick(&ledgers)
        .cloned()
        .unwrap_or_else(|| "none".into());
    let period = Period(202_603 + clerk.dice.below(2) as i32);
    if let Some(act) = reopen(clerk, &ledgers) {
        return (by, act);
    }
    let at = clerk.dice.below(clerk.company.people.len());
    let mut person = clerk.company.people[at].clone();
    let act = match clerk.dice.below(8) {
        0 => {
            let other = clerk.dice.below(clerk.company.people.len());
            let more: Vec<Grant> = clerk.company.people[other].grants.clone();
            person.grants.extend(more);
            Act::PutPerson { person }
        }
        1 => {
            person.active = clerk.dice.chance(80);
            Act::PutPerson { person }
        }
        2 => Act::Bootstrap {
            people: vec![person],
        },
        3 => Act::Forbidden {
            what: "slip.state.write".into(),
            subject: "1".to_owned(),
        },
        4 => Act::ClosePeriod { ledger, period },
        5 => Act::ReopenPeriod {
            ledger,
            period,
            reason: "补记".to_owned(),
        },
        6 if period.0 % 2 == 0 => Act::Export {
            what: "slips".into(),
            format: if at.is_multiple_of(4) { "doc" } else { "csv" }.into(),
            query: "state=open".to_owned(),
        },
        6 => Act::InstallPack {
            pack: "none".into(),
            version: "0".into(),
        },
        _ => news(clerk).unwrap_or_else(nothing),
    };
    (by, act)
}

/// Something that becomes known from today on: a record with one fact changed, or one as it was in the beginning.
fn news(clerk: &mut Clerk) -> Option<Act> {
    let today = clerk.now.day();
    let (pack, register, key) = named(clerk).or_else(|| any_record(clerk))?;
    let qualified = format!("{}.{}", pack.name, register.name);
    if clerk.dice.chance(60)
        && let Some(act) = as_it_was(clerk, &qualified, &key, today)
    {
        return Some(act);
    }
    let last = House::records(&clerk.oracle, &qualified, &key).ok()?;
    let mut fields: BTreeMap<String, String> = serde_json::from_str(&last.last()?.body).ok()?;
    // What qualifies or disqualifies is a day or a choice, oftener than not.
    let decides = |field: &&Field| matches!(field.kind, FieldKind::Day | FieldKind::Choice(_));
    let deciding: Vec<&Field> = register.fields.iter().filter(decides).collect();
    let field = match clerk.dice.chance(70) {
        true => clerk.dice.pick(&deciding).copied()?,
        false => clerk.dice.pick(&register.fields)?,
    };
    let value = inputs::news(clerk, &field.kind);
    fields.insert(field.name.to_string(), value);
    Some(Act::PutRecord {
        register: qualified.into(),
        key,
        fields,
        from: Some(today),
    })
}

/// A record as it was in the beginning, when it was there then.
fn as_it_was(clerk: &Clerk, of: &str, at: &str, today: Day) -> Option<Act> {
    clerk.company.records.iter().find_map(|act| match act {
        Act::PutRecord {
            register,
            key,
            fields,
            ..
        } if **register == *of && **key == *at => Some(Act::PutRecord {
            register: register.clone(),
            key: key.clone(),
            fields: fields.clone(),
            from: Some(today),
        }),
        _ => None,
    })
}

type Known = (Arc<Pack>, Register, Arc<str>);

/// A record that one of the last slips on which something waits names.
fn named(clerk: &mut Clerk) -> Option<Known> {
    let packs = clerk.oracle.packs().clone();
    let slips = clerk.oracle.slips().ok()?;
    let waiting = slips.iter().filter(|slip| !slip.waiting.is_empty()).rev();
    let waiting: Vec<&Arc<Slip>> = waiting.take(10).collect();
    let slip = clerk.dice.pick(&waiting).copied()?;
    let (pack, _, _, _, declared) = packs.slip_of(&slip.version, &slip.kind)?;
    let header = declared.header.iter().zip(&slip.header);
    let lines = slip.lines.iter();
    let lines = lines.flat_map(|line| declared.lines.iter().flatten().zip(&line.values));
    let known = header.chain(lines).filter_map(|(field, value)| {
        let FieldKind::Register(name) = &field.kind else {
            return None;
        };
        Some((pack.register(name)?, value.as_text()?))
    });
    let known: Vec<(&Register, &str)> = known.collect();
    let (register, key) = clerk.dice.pick(&known).copied()?;
    Some((pack.clone(), register.clone(), key.into()))
}

fn any_record(clerk: &mut Clerk) -> Option<Known> {
    let packs = clerk.oracle.packs().clone();
    let pack = clerk.dice.pick(packs.packs())?;
    let register = clerk.dice.pick(&pack.registers)?;
    let qualified = format!("{}.{}", pack.name, register.name);
    let versions = clerk.oracle.any_record(&qualified, &mut clerk.dice)?;
    Some((
        pack.clone(),
        register.clone(),
        versions.first()?.key.clone(),
    ))
}

/// In half of the cases where one is closed, opens a period again.
fn reopen(clerk: &mut Clerk, ledgers: &[Arc<str>]) -> Option<Act> {
    let periods = || (202_603..202_606).map(Period);
    let closed =
        |at: &(Arc<str>, Period)| World::period_closed(&clerk.oracle, &at.0, at.1).unwrap_or(false);
    let all = ledgers
        .iter()
        .flat_map(|ledger| periods().map(|period| (ledger.clone(), period)));
    let closed: Vec<(Arc<str>, Period)> = all.filter(closed).collect();
    let (ledger, period) = clerk.dice.pick(&closed)?.clone();
    clerk.dice.chance(50).then_some(Act::ReopenPeriod {
        ledger,
        period,
        reason: "补记".to_owned(),
    })
}

/// Something that no command does.
fn nothing() -> Act {
    Act::Forbidden {
        what: "nothing".into(),
        subject: String::new(),
    }
}

fn anyone(clerk: &mut Clerk) -> Arc<str> {
    let at = clerk.dice.below(clerk.company.people.len());
    clerk.company.people[at].login.clone()
}

/// Somebody who holds one of the roles.
fn holder(clerk: &mut Clerk, roles: &[Arc<str>]) -> Arc<str> {
    let today = clerk.now.day();
    let able: Vec<Arc<str>> = clerk
        .company
        .people
        .iter()
        .filter(|person| roles.iter().any(|role| person.holds(role, None, today)))
        .map(|person| person.login.clone())
        .collect();
    match clerk.dice.pick(&able) {
        Some(login) => login.clone(),
        None => anyone(clerk),
    }
}

fn seen(slip: &Slip) -> Seen {
    Seen {
        slip: slip.id,
        content: slip.content.clone(),
    }
}
