//! Numbers have no gaps and no duplicates; digests are those of the content; chains hold both ways; draws add up.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use engine::{Slip, SlipState};
use kernel::{LineId, SlipId};
use model::Flow;

use super::State;

pub fn check(state: &State<'_>, broken: &mut Vec<String>) {
    numbers(state, broken);
    for slip in &state.slips {
        content(state, slip, broken);
        chain(state, slip, broken);
        waiting(slip, broken);
    }
    draws(state, broken);
}

/// A slip as a sentence names it.
pub(super) fn named(slip: &Slip) -> String {
    format!("{} {}", slip.kind, slip.number)
}

fn numbers(state: &State<'_>, broken: &mut Vec<String>) {
    let mut series: BTreeMap<&str, Vec<u64>> = BTreeMap::new();
    for slip in &state.slips {
        let digits = slip.number.len()
            - slip
                .number
                .trim_end_matches(|c: char| c.is_ascii_digit())
                .len();
        let (prefix, serial) = slip.number.split_at(slip.number.len() - digits);
        match serial.parse() {
            Ok(serial) => series.entry(prefix).or_default().push(serial),
            Err(_) => broken.push(format!("{} has no number", named(slip))),
        }
    }
    for (prefix, mut serials) in series {
        serials.sort_unstable();
        let expected = 1..=serials.len() as u64;
        if !expected.clone().eq(serials.iter().copied()) {
            let missing: Vec<u64> = expected
                .filter(|serial| !serials.contains(serial))
                .collect();
            let last = serials.last().copied().unwrap_or(0);
            broken.push(format!(
                "numbers {prefix}…: {} up to {last}, missing {missing:?}",
                serials.len()
            ));
        }
    }
}

fn content(state: &State<'_>, slip: &Slip, broken: &mut Vec<String>) {
    if slip.content != slip.digest() {
        broken.push(format!(
            "{}: its digest is not that of its content",
            named(slip)
        ));
    }
    let Some((.., declared)) = state.packs.slip_of(&slip.version, &slip.kind) else {
        broken.push(format!(
            "{}: nothing declares it under version {}",
            named(slip),
            slip.version
        ));
        return;
    };
    let width = declared.lines.as_ref().map_or(0, Vec::len);
    let shaped = slip.header.len() == declared.header.len()
        && slip.lines.iter().all(|line| line.values.len() == width);
    if !shaped {
        broken.push(format!(
            "{}: its values do not fit its declaration",
            named(slip)
        ));
    }
    let ids: BTreeSet<LineId> = slip.lines.iter().map(|line| line.id).collect();
    if ids.len() != slip.lines.len() {
        broken.push(format!("{}: two lines have one id", named(slip)));
    }
}

fn chain(state: &State<'_>, slip: &Slip, broken: &mut Vec<String>) {
    for source in &slip.sources {
        match state.slip(*source) {
            Some(source) if !source.children.contains(&slip.id) => {
                broken.push(format!(
                    "{} does not know {} as made from it",
                    named(source),
                    named(slip)
                ));
            }
            Some(source) if slip.state.live() && !source.state.live() => {
                broken.push(format!(
                    "{} counts, but {} that it comes from does not",
                    named(slip),
                    named(source)
                ));
            }
            Some(_) => {}
            None => broken.push(format!(
                "{} comes from slip {source}, which is not there",
                named(slip)
            )),
        }
    }
    for child in &slip.children {
        if !state
            .slip(*child)
            .is_some_and(|child| child.sources.contains(&slip.id))
        {
            broken.push(format!(
                "{}: slip {child} does not come from it",
                named(slip)
            ));
        }
    }
    // What was void or reversed shows what it was made from, which may have been filled in anew since with fewer lines.
    let lines = slip.lines.iter().filter(|_| slip.state.live());
    for line in lines {
        let Some((source, id)) = line.source else {
            continue;
        };
        if !slip.sources.contains(&source)
            || state
                .slip(source)
                .is_none_or(|source| source.line(id).is_none())
        {
            broken.push(format!(
                "{} line {}: its source line is not there",
                named(slip),
                line.id
            ));
        }
    }
}

/// An open slip waits for somebody, and one that no longer counts for nobody.
fn waiting(slip: &Slip, broken: &mut Vec<String>) {
    match slip.state {
        SlipState::Open if slip.waiting.is_empty() => {
            broken.push(format!("{} is open and waits for nobody", named(slip)))
        }
        SlipState::Void | SlipState::Reversed if !slip.waiting.is_empty() => {
            broken.push(format!("{} no longer counts and still waits", named(slip)));
        }
        _ => {}
    }
}

type Drawn<'a> = HashMap<(SlipId, LineId), BTreeMap<String, i64>>;

/// What lines remember as drawn is what the slips that count have drawn, and never more than there is.
fn draws(state: &State<'_>, broken: &mut Vec<String>) {
    let mut drawn = Drawn::new();
    let mut taken: BTreeSet<(SlipId, Arc<str>)> = BTreeSet::new();
    for slip in state.slips.iter().filter(|slip| slip.state.live()) {
        let Some((_, _, flow, _, declared)) = state.packs.slip_of(&slip.version, &slip.kind) else {
            continue;
        };
        draw(state, flow, declared, slip, &mut drawn, &mut taken);
    }
    for slip in &state.slips {
        let Some((.., declared)) = state.packs.slip_of(&slip.version, &slip.kind) else {
            continue;
        };
        for line in &slip.lines {
            let expected = drawn.remove(&(slip.id, line.id)).unwrap_or_default();
            let kept: BTreeMap<String, i64> = line
                .drawn
                .iter()
                .map(|(name, sum)| (name.to_string(), *sum))
                .collect();
            if expected != kept {
                broken.push(format!(
                    "{} line {}: remembers {kept:?} as drawn, drawn is {expected:?}",
                    named(slip),
                    line.id
                ));
            }
            for (name, sum) in &expected {
                let whole = declared
                    .line_field(name)
                    .and_then(|(at, _)| line.values.get(at)?.as_amount());
                let most = if name.starts_with('#') {
                    1
                } else {
                    whole.map_or(0, |whole| whole.units)
                };
                if *sum > most {
                    broken.push(format!(
                        "{} line {}: {sum} of {name} drawn, there is {most}",
                        named(slip),
                        line.id
                    ));
                }
            }
        }
        for (kind, count) in &slip.taken {
            if *count != 1 || !taken.contains(&(slip.id, kind.clone())) {
                broken.push(format!(
                    "{}: counts {count} of {kind} made from it",
                    named(slip)
                ));
            }
        }
    }
}

fn draw<'a>(
    state: &State<'a>,
    flow: &Flow,
    declared: &model::Slip,
    slip: &Slip,
    drawn: &mut Drawn<'a>,
    taken: &mut BTreeSet<(SlipId, Arc<str>)>,
) {
    let fields = declared.lines.as_deref().unwrap_or_default();
    let draws: Vec<(usize, model::Draw)> = fields
        .iter()
        .enumerate()
        .filter_map(|(at, field)| Some((at, field.draws?)))
        .collect();
    let once = !draws
        .iter()
        .any(|(_, draw)| declared.from.contains(&draw.slip));
    for line in &slip.lines {
        let Some(from) = line.source else { continue };
        if once {
            *drawn
                .entry(from)
                .or_default()
                .entry(once_mark(flow, declared, state, from.0))
                .or_default() += 1;
        }
        for (at, draw) in &draws {
            let Some(amount) = line.values.get(*at).and_then(|value| value.as_amount()) else {
                continue;
            };
            let Some(kind) = flow.kind(draw.slip) else {
                continue;
            };
            let Some(name) = kind
                .lines
                .as_deref()
                .and_then(|fields| fields.get(draw.field))
            else {
                continue;
            };
            let mut next = Some(from);
            while let Some((id, line)) = next {
                let Some(source) = state.slip(id) else { break };
                if source.kind == kind.qualified {
                    if amount.units != 0 {
                        *drawn
                            .entry((id, line))
                            .or_default()
                            .entry(name.name.to_string())
                            .or_default() += amount.units;
                    }
                    break;
                }
                next = source.line(line).and_then(|line| line.source);
            }
        }
    }
    if once {
        let used_whole = |id: &&SlipId| {
            declared.lines.is_none()
                || state
                    .slip(**id)
                    .is_some_and(|source| source.lines.is_empty())
        };
        taken.extend(
            slip.sources
                .iter()
                .filter(used_whole)
                .map(|id| (*id, declared.qualified.clone())),
        );
    }
}

/// What a kind writes on a line that it uses once: its name, with the flow's where the line is of another flow.
fn once_mark(flow: &Flow, declared: &model::Slip, state: &State<'_>, source: SlipId) -> String {
    let own = |kind: &str| flow.slips.iter().any(|slip| &*slip.qualified == kind);
    match state.slip(source) {
        Some(source) if !own(&source.kind) => format!("#{}", declared.qualified),
        _ => format!("#{}", declared.name),
    }
}
