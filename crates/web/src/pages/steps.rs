//! The step bar of a slip and the drawing of its chain.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use engine::{Slip, SlipState, WaitingKind};
use kernel::SlipId;
use model::{Catalog, Flow, Pack};
use store::SlipHead;

use super::desk::Reader;
use super::{heads, values, words};
use crate::error::Error;
use crate::parts::chain::Node;
use crate::parts::steps::{Progress, Signature, Step};

/// Slips of a chain whose signatures are read; of more, only where they stand is shown.
const READ_MAX: usize = 24;
/// Signatures shown at a step.
const STAMPS_MAX: usize = 3;
/// Names shown of those for whom something waits.
const NAMES_MAX: usize = 3;

/// The slips that lead to a slip and those that came from it, itself among them.
pub(crate) fn line_of(chain: &[SlipHead], id: SlipId) -> Vec<&SlipHead> {
    let by_id: BTreeMap<SlipId, &SlipHead> = chain.iter().map(|head| (head.id, head)).collect();
    let mut found = BTreeSet::from([id]);
    let mut walk = |next: fn(&SlipHead) -> &[SlipId]| {
        let mut open = vec![id];
        while let Some(head) = open.pop().and_then(|id| by_id.get(&id)) {
            open.extend(next(head).iter().copied().filter(|id| found.insert(*id)));
        }
    };
    walk(|head| &head.sources);
    walk(|head| &head.children);
    found
        .iter()
        .filter_map(|id| by_id.get(id).copied())
        .collect()
}

/// The kinds of slips that the line of a slip has or may still get: its own, those it came from, and all that may be
/// made from it. Another branch of the flow is none of its business.
fn kinds_of(flow: &Flow, slip: &Slip, line: &[&SlipHead]) -> BTreeSet<usize> {
    let is = |at: &usize, kind: &str| *flow.slips[*at].qualified == *kind;
    let all = 0..flow.slips.len();
    let own = all.clone().find(|at| is(at, &slip.kind));
    let mut found: BTreeSet<usize> = own.into_iter().collect();
    let mut open: Vec<usize> = found.iter().copied().collect();
    while let Some(from) = open.pop() {
        let next = all
            .clone()
            .filter(|at| flow.slips[*at].from.contains(&from));
        open.extend(next.filter(|at| found.insert(*at)));
    }
    found.extend(all.filter(|at| line.iter().any(|head| is(at, &head.kind))));
    found
}

/// The bar: the steps of the flow as they stand for this slip, what it came from and what hangs on it.
pub(crate) fn bar(
    reader: &Reader<'_>,
    pack: &Pack,
    flow: &Flow,
    slip: &Arc<Slip>,
    line: &[&SlipHead],
    able: &[Vec<Arc<str>>],
) -> Result<Vec<Step>, Error> {
    let mut read: Vec<Arc<Slip>> = vec![slip.clone()];
    for head in line.iter().filter(|head| head.id != slip.id).take(READ_MAX) {
        read.extend(reader.store.slip(reader.org, head.id)?);
    }
    read.sort_by_key(|slip| slip.id);
    let mut steps = Vec::new();
    let kinds = kinds_of(flow, slip, line);
    let above = above(line, slip.id);
    for step in flow.steps.iter().filter(|step| kinds.contains(&step.slip)) {
        let kind = flow.slips.get(step.slip).map(|slip| &slip.qualified);
        let members = || {
            line.iter().filter(|head| {
                Some(&head.kind) == kind && (head.state.live() || head.id == slip.id)
            })
        };
        let waits: Vec<(&SlipHead, &engine::Waiting)> = line
            .iter()
            .filter(|head| !being_reversed(head))
            .flat_map(|head| head.waiting.iter().map(move |waiting| (*head, waiting)))
            .filter(|(_, waiting)| waiting.step == step.qualified)
            // What may still be made beside this slip, from what it came from, is not this slip's wait.
            .filter(|(head, waiting)| {
                waiting.kind != WaitingKind::Begin || !above.contains(&head.id)
            })
            .collect();
        let of = |kind: WaitingKind| waits.iter().any(|(_, waiting)| waiting.kind == kind);
        let stamps = signatures(reader, &read, slip.id, &step.qualified)?;
        let progress = if of(WaitingKind::Returned) {
            Progress::Returned
        } else if of(WaitingKind::Step) || of(WaitingKind::Begin) {
            Progress::Now
        } else if members().next().is_some() && !stamps.is_empty() {
            Progress::Done
        } else {
            Progress::Ahead
        };
        let passed_over = stamps.is_empty()
            && step.when.is_some()
            && members().next().is_some()
            && members().all(|head| head.state == SlipState::Done);
        if passed_over {
            continue;
        }
        let said = match progress {
            Progress::Now | Progress::Returned => waiting_for(reader, slip, &waits, able)?,
            Progress::Ahead if step.when.is_some() => reader
                .t("仅在需要时办理", "only where it applies")
                .to_owned(),
            _ => String::new(),
        };
        steps.push(Step {
            name: words::label(reader.lang, &step.label).to_owned(),
            role: words::step_roles(reader.lang, pack, step),
            progress,
            signatures: stamps,
            waits: said,
        });
    }
    Ok(steps)
}

/// The slips of a line that a slip came from.
fn above(line: &[&SlipHead], id: SlipId) -> BTreeSet<SlipId> {
    let mut found = BTreeSet::new();
    let mut open = vec![id];
    while let Some(id) = open.pop() {
        let head = line.iter().find(|head| head.id == id);
        let sources = head.into_iter().flat_map(|head| head.sources.iter());
        open.extend(sources.copied().filter(|id| found.insert(*id)));
    }
    found
}

/// Nothing goes on with a slip whose reversal is asked for.
fn being_reversed(head: &SlipHead) -> bool {
    head.waiting
        .iter()
        .any(|waiting| waiting.kind == WaitingKind::Reversal)
}

fn signatures(
    reader: &Reader<'_>,
    slips: &[Arc<Slip>],
    own: SlipId,
    step: &str,
) -> Result<Vec<Signature>, Error> {
    let all: Vec<_> = slips
        .iter()
        .filter(|slip| slip.state.live() || slip.id == own)
        .flat_map(|slip| slip.signatures(step))
        .collect();
    let skipped = all.len().saturating_sub(STAMPS_MAX);
    all.into_iter()
        .skip(skipped)
        .map(|signed| {
            Ok(Signature {
                person: reader.person(&signed.person)?,
                at: values::when(reader, signed.at),
                at_full: signed.at.to_string(),
                on_behalf_of: signed
                    .on_behalf_of
                    .as_ref()
                    .map(|login| reader.person(login))
                    .transpose()?,
                remark: String::new(),
            })
        })
        .collect()
}

/// For whom a step waits, since when, until when.
fn waiting_for(
    reader: &Reader<'_>,
    slip: &Slip,
    waits: &[(&SlipHead, &engine::Waiting)],
    able: &[Vec<Arc<str>>],
) -> Result<String, Error> {
    let Some((head, waiting)) = waits.first() else {
        return Ok(String::new());
    };
    let asked = slip
        .waiting
        .iter()
        .position(|other| head.id == slip.id && other == *waiting)
        .and_then(|at| able.get(at));
    let logins: Vec<Arc<str>> = match (asked, &waiting.person) {
        (Some(asked), _) => asked.clone(),
        (None, Some(only)) => vec![only.clone()],
        (None, None) => holders(reader, waiting)?,
    };
    let mut names: Vec<String> = Vec::new();
    for login in logins.iter().take(NAMES_MAX) {
        names.push(reader.person(login)?);
    }
    let mut said = if names.is_empty() {
        reader.t("尚无人可办", "nobody can do it now").to_owned()
    } else {
        let more = if logins.len() > NAMES_MAX {
            reader.t(" 等", " and others")
        } else {
            ""
        };
        format!(
            "{}{}{more}",
            reader.t("等 ", "waits for "),
            words::joined(reader.lang, &names)
        )
    };
    said.push_str(" · ");
    said.push_str(&values::when(reader, waiting.since));
    if let Some(due) = waiting.due {
        said.push_str(" · ");
        said.push_str(reader.t("时限 ", "due "));
        said.push_str(&values::when(reader, due));
    }
    Ok(said)
}

/// Those who hold a role for which something waits, by login.
pub(super) fn holders(
    reader: &Reader<'_>,
    waiting: &engine::Waiting,
) -> Result<Vec<Arc<str>>, Error> {
    let people = reader.memory.people(reader)?;
    let mut logins: Vec<Arc<str>> = people
        .values()
        .filter(|person| {
            let scope = waiting.scope.as_deref();
            waiting
                .roles
                .iter()
                .any(|role| person.holds(role, scope, reader.today))
        })
        .map(|person| person.login.clone())
        .collect();
    logins.sort();
    Ok(logins)
}

/// The slips of a chain as the drawing wants them: in the order begun, which puts sources before what came from them.
pub(crate) fn nodes(
    reader: &Reader<'_>,
    catalog: &Catalog,
    chain: &[SlipHead],
    here: SlipId,
) -> Vec<Node> {
    chain
        .iter()
        .map(|head| {
            let (tone, state) = heads::standing(reader, catalog, head);
            Node {
                kind: words::kind_name(catalog, reader.lang, &head.version, &head.kind),
                number: head.number.to_string(),
                state,
                tone,
                url: heads::url(head.id),
                from: head
                    .sources
                    .iter()
                    .filter_map(|id| chain.iter().position(|other| other.id == *id))
                    .collect(),
                here: head.id == here,
            }
        })
        .collect()
}
