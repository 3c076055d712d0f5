//! The chain of slips: what a slip comes from, what was made from it, and branches that run beside it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use kernel::SlipId;
use model::Flow;

use crate::{Slip, World, WorldError};

/// The slips that belong to one run together with the slip of kind `kind` (index in the flow) made from `sources`:
/// everything it comes from, everything made from it (`children`), and slips of parallel branches, that is, of kinds that
/// by declaration neither lead to this kind nor come from it. Two deliveries of one order are not one run; a destruction
/// record and a write-off made from one registration are.
pub(crate) fn related(
    world: &dyn World,
    flow: &Flow,
    kind: usize,
    sources: &[SlipId],
    children: &[SlipId],
) -> Result<Vec<Arc<Slip>>, WorldError> {
    let mut found: BTreeMap<SlipId, Arc<Slip>> = BTreeMap::new();
    let mut upward: Vec<SlipId> = sources.to_vec();
    while let Some(id) = upward.pop() {
        if let std::collections::btree_map::Entry::Vacant(place) = found.entry(id)
            && let Some(slip) = world.slip(id)?
        {
            upward.extend(&slip.sources);
            place.insert(slip);
        }
    }
    let mut downward: Vec<SlipId> = children.to_vec();
    let parallel = parallel_kinds(flow, kind);
    if !parallel.is_empty() {
        for ancestor in found.values() {
            for child in &ancestor.children {
                if let Some(slip) = world.slip(*child)?
                    && parallel.contains(&*slip.kind)
                {
                    downward.push(*child);
                }
            }
        }
    }
    while let Some(id) = downward.pop() {
        if let std::collections::btree_map::Entry::Vacant(place) = found.entry(id)
            && let Some(slip) = world.slip(id)?
        {
            downward.extend(&slip.children);
            place.insert(slip);
        }
    }
    Ok(found.into_values().collect())
}

/// Every slip connected with a slip over sources and children, the slip itself among them where it is on record.
pub(crate) fn component(
    world: &dyn World,
    sources: &[SlipId],
    own: SlipId,
) -> Result<Vec<Arc<Slip>>, WorldError> {
    let mut found: BTreeMap<SlipId, Arc<Slip>> = BTreeMap::new();
    let mut queue: Vec<SlipId> = sources.to_vec();
    queue.push(own);
    while let Some(id) = queue.pop() {
        if let std::collections::btree_map::Entry::Vacant(place) = found.entry(id)
            && let Some(slip) = world.slip(id)?
        {
            queue.extend(&slip.sources);
            queue.extend(&slip.children);
            place.insert(slip);
        }
    }
    Ok(found.into_values().collect())
}

/// Kinds that run beside `kind`: neither above nor below it in the declared chain.
fn parallel_kinds(flow: &Flow, kind: usize) -> BTreeSet<&str> {
    let beside = |at: usize| at != kind && !leads_to(flow, at, kind) && !leads_to(flow, kind, at);
    flow.slips
        .iter()
        .enumerate()
        .filter(|(at, _)| beside(*at))
        .map(|(_, slip)| &*slip.qualified)
        .collect()
}

/// Whether slips of `lower` may come, over any number of slips, from `upper`.
fn leads_to(flow: &Flow, upper: usize, lower: usize) -> bool {
    let mut seen = BTreeSet::new();
    let mut queue = vec![lower];
    while let Some(kind) = queue.pop() {
        if !seen.insert(kind) {
            continue;
        }
        let Some(slip) = flow.kind(kind) else {
            continue;
        };
        if slip.from.contains(&upper) {
            return true;
        }
        queue.extend(&slip.from);
    }
    false
}

/// The slip and line of kind `kind` that a line comes from, climbing over as many slips as needed.
pub(crate) fn climb(
    world: &dyn World,
    flow: &Flow,
    from: (SlipId, kernel::LineId),
    kind: usize,
) -> Result<Option<(Arc<Slip>, kernel::LineId)>, WorldError> {
    let Some(wanted) = flow.kind(kind) else {
        return Ok(None);
    };
    let mut at = Some(from);
    while let Some((id, line)) = at {
        let Some(slip) = world.slip(id)? else {
            return Ok(None);
        };
        if slip.kind == wanted.qualified {
            return Ok(Some((slip, line)));
        }
        at = slip.line(line).and_then(|line| line.source);
    }
    Ok(None)
}
