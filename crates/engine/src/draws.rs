//! Draws: a line uses up quantity of an earlier line, or uses the line as a whole once.

use std::sync::Arc;

use kernel::{Amount, LineId, SlipId};

use crate::chain::climb;
use crate::scope::{declaration, unit_of};
use crate::step::{Checked, Context};
use crate::{Class, Line, Refusal, Slip};

/// What a new slip uses up: per source slip and line, a name (field, or `#kind`) and an amount.
#[derive(Debug, Default)]
pub(crate) struct Used {
    pub lines: Vec<(SlipId, LineId, Arc<str>, i64)>,
    pub slips: Vec<(SlipId, Arc<str>)>,
}

/// Whether slips of this kind draw quantity of their direct source; otherwise each source line is used once.
fn draws_on_source(declared: &model::Slip) -> bool {
    let fields = declared.lines.as_deref().unwrap_or_default();
    fields
        .iter()
        .filter_map(|field| field.draws)
        .any(|draw| declared.from.contains(&draw.slip))
}

/// Whether a slip of this kind uses the source as a whole, once: there are no lines to draw on, or none to draw with.
fn used_whole(declared: &model::Slip, source: &Slip) -> bool {
    source.lines.is_empty() || declared.lines.is_none()
}

/// The mark that a kind leaves on a line that it uses once. Kinds of two flows may share a name.
fn once(declared: &model::Slip, source: &str) -> Arc<str> {
    let flow = |kind: &str| kind.rsplit_once('.').map(|(flow, _)| flow.to_owned());
    if flow(&declared.qualified) == flow(source) {
        format!("#{}", declared.name).into()
    } else {
        format!("#{}", declared.qualified).into()
    }
}

/// Lines of the sources that a slip of this kind may still be made from.
pub(crate) fn open_lines(
    context: Context<'_>,
    declared: &model::Slip,
    sources: &[Arc<Slip>],
) -> Vec<(SlipId, LineId)> {
    let mut out = Vec::new();
    for source in sources {
        for line in &source.lines {
            if is_open(context.flow, declared, source, line) {
                out.push((source.id, line.id));
            }
        }
    }
    out
}

fn is_open(flow: &model::Flow, declared: &model::Slip, source: &Slip, line: &Line) -> bool {
    if !draws_on_source(declared) {
        return !line.drawn.contains_key(&*once(declared, &source.kind));
    }
    let Some((kind, source_declared)) = declaration(flow, source) else {
        return false;
    };
    let fields = declared.lines.as_deref().unwrap_or_default();
    fields
        .iter()
        .filter_map(|field| field.draws)
        .filter(|draw| draw.slip == kind)
        .any(|draw| remaining(source_declared, line, draw.field).is_some_and(|left| left.units > 0))
}

/// Whether anything is left of a slip for a kind of this flow that is made from it.
pub fn anything_open(flow: &model::Flow, declared: &model::Slip, source: &Slip) -> bool {
    if used_whole(declared, source) {
        return !source.taken.contains_key(&*declared.qualified);
    }
    source
        .lines
        .iter()
        .any(|line| is_open(flow, declared, source, line))
}

/// What remains of a line's field after all draws.
pub(crate) fn remaining(declared: &model::Slip, line: &Line, field: usize) -> Option<Amount> {
    let field_declared = declared.lines.as_deref()?.get(field)?;
    let whole = line
        .values
        .get(field)?
        .as_amount()
        .unwrap_or(Amount::new(0, unit_of(field_declared)?));
    let drawn = line.drawn.get(&*field_declared.name).copied().unwrap_or(0);
    Some(Amount::new(whole.units.saturating_sub(drawn), whole.unit))
}

/// Checks the draws of a filled-in slip and says what they use up. `given_back` is what the slip itself used before it was
/// returned and filled in again.
pub(crate) fn check(
    context: Context<'_>,
    declared: &model::Slip,
    sources: &[Arc<Slip>],
    lines: &[Line],
    given_back: &Used,
) -> Checked<Used> {
    let mut used = Used::default();
    let mut refusals = Vec::new();
    let fields = declared.lines.as_deref().unwrap_or_default();
    for (position, line) in lines.iter().enumerate() {
        for (at, field) in fields.iter().enumerate() {
            let Some(draw) = field.draws else { continue };
            let Some(from) = line.source else { continue };
            let Some((slip, id)) = climb(context.world, context.flow, from, draw.slip)? else {
                continue;
            };
            let Some((_, source_declared)) = declaration(context.flow, &slip) else {
                continue;
            };
            let Some(wanted) = line.values.get(at).and_then(|value| value.as_amount()) else {
                continue;
            };
            let Some(name) = source_declared
                .lines
                .as_deref()
                .and_then(|fields| fields.get(draw.field))
                .map(|field| field.name.clone())
            else {
                continue;
            };
            let whole = slip
                .line(id)
                .and_then(|line| remaining(source_declared, line, draw.field));
            let earlier: i64 = used.amount(slip.id, id, &name);
            let back = given_back.amount(slip.id, id, &name);
            let left = whole.map_or(0, |whole| {
                whole.units.saturating_sub(earlier).saturating_add(back)
            });
            if wanted.units < 0 || wanted.units > left {
                refusals.push(too_much(
                    field,
                    position,
                    wanted,
                    Amount::new(left, wanted.unit),
                    source_declared,
                ));
            }
            used.lines.push((slip.id, id, name, wanted.units));
        }
    }
    if !draws_on_source(declared) && !declared.from.is_empty() {
        use_once(
            declared,
            sources,
            lines,
            given_back,
            &mut used,
            &mut refusals,
            context,
        );
    }
    match Refusal::all(refusals) {
        Some(refusal) => Err(refusal.into()),
        None => Ok(used),
    }
}

fn too_much(
    field: &model::Field,
    position: usize,
    wanted: Amount,
    left: Amount,
    source: &model::Slip,
) -> Refusal {
    Refusal::new(
        Class::Draws,
        "draws",
        format!(
            "{} {wanted} 超过 {} 未执行数量 {left}",
            field.label.zh, source.label.zh
        ),
        format!(
            "{} {wanted} exceeds the open quantity {left} of the {}",
            field.label.en, source.label.en
        ),
    )
    .at(Some(position), &field.name)
}

fn use_once(
    declared: &model::Slip,
    sources: &[Arc<Slip>],
    lines: &[Line],
    given_back: &Used,
    used: &mut Used,
    refusals: &mut Vec<Refusal>,
    context: Context<'_>,
) {
    let taken = |source: &Slip| -> Refusal {
        let label = declaration(context.flow, source)
            .map(|(_, declared)| declared.label.clone())
            .unwrap_or_default();
        Refusal::new(
            Class::Draws,
            "taken",
            format!("{} {} 已开过{}", label.zh, source.number, declared.label.zh),
            format!(
                "{} {} has its {} already",
                label.en, source.number, declared.label.en
            ),
        )
    };
    for source in sources.iter().filter(|source| used_whole(declared, source)) {
        let back = given_back
            .slips
            .iter()
            .any(|(id, kind)| *id == source.id && *kind == declared.qualified);
        if source.taken.contains_key(&*declared.qualified) && !back {
            refusals.push(taken(source));
        }
        used.slips.push((source.id, declared.qualified.clone()));
    }
    for (position, line) in lines.iter().enumerate() {
        let Some((slip, id)) = line.source else {
            continue;
        };
        let Some(source) = sources.iter().find(|source| source.id == slip) else {
            continue;
        };
        let mark = once(declared, &source.kind);
        let before = source
            .line(id)
            .is_some_and(|line| line.drawn.contains_key(&*mark))
            && given_back.amount(slip, id, &mark) == 0;
        if before || used.amount(slip, id, &mark) > 0 {
            refusals.push(taken(source).at(Some(position), ""));
        }
        used.lines.push((slip, id, mark, 1));
    }
}

impl Used {
    fn amount(&self, slip: SlipId, line: LineId, name: &str) -> i64 {
        let same = |(s, l, n, _): &&(SlipId, LineId, Arc<str>, i64)| {
            *s == slip && *l == line && &**n == name
        };
        self.lines
            .iter()
            .filter(same)
            .map(|(_, _, _, amount)| *amount)
            .fold(0, i64::saturating_add)
    }

    /// Slips whose rows change.
    pub fn touched(&self) -> impl Iterator<Item = SlipId> {
        self.lines
            .iter()
            .map(|(slip, ..)| *slip)
            .chain(self.slips.iter().map(|(slip, _)| *slip))
    }

    /// Books the use on a source slip, or takes it back.
    pub fn book(&self, slip: &mut Slip, back: bool) {
        let sign = if back { -1 } else { 1 };
        for (id, line, name, amount) in &self.lines {
            if *id != slip.id {
                continue;
            }
            if let Some(line) = slip.lines.iter_mut().find(|other| other.id == *line) {
                let sum = line.drawn.entry(name.clone()).or_default();
                *sum = sum.saturating_add(sign * amount);
                if *sum == 0 {
                    line.drawn.remove(name);
                }
            }
        }
        for (_, kind) in self.slips.iter().filter(|(id, _)| *id == slip.id) {
            let count = slip.taken.entry(kind.clone()).or_default();
            *count += sign;
            if *count == 0 {
                slip.taken.remove(kind);
            }
        }
    }
}

/// What a slip on record uses up of its sources.
pub(crate) fn used_by(context: Context<'_>, declared: &model::Slip, slip: &Slip) -> Checked<Used> {
    let mut used = Used::default();
    let fields = declared.lines.as_deref().unwrap_or_default();
    let once_each = !draws_on_source(declared) && !declared.from.is_empty();
    for line in &slip.lines {
        let Some(from) = line.source else { continue };
        for (at, field) in fields.iter().enumerate() {
            let Some(draw) = field.draws else { continue };
            let Some((source, id)) = climb(context.world, context.flow, from, draw.slip)? else {
                continue;
            };
            let name = declaration(context.flow, &source)
                .and_then(|(_, declared)| declared.lines.as_deref()?.get(draw.field))
                .map(|field| field.name.clone());
            if let (Some(name), Some(amount)) = (
                name,
                line.values.get(at).and_then(|value| value.as_amount()),
            ) {
                used.lines.push((source.id, id, name, amount.units));
            }
        }
        if once_each && let Some(source) = context.world.slip(from.0)? {
            used.lines
                .push((from.0, from.1, once(declared, &source.kind), 1));
        }
    }
    if once_each {
        for id in &slip.sources {
            if context
                .world
                .slip(*id)?
                .is_some_and(|source| used_whole(declared, &source))
            {
                used.slips.push((*id, declared.qualified.clone()));
            }
        }
    }
    Ok(used)
}
