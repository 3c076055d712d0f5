//! An exact search for signers, one per slot, so that slots kept apart have no person in common.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// A signature by a person, perhaps in the place of another; both then count as having signed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Act {
    pub by: Arc<str>,
    pub instead_of: Option<Arc<str>>,
}

/// A signature that is needed.
#[derive(Debug, Clone)]
pub(super) struct Slot {
    /// The step it is for.
    pub step: usize,
    /// Who could give it.
    pub acts: Vec<Act>,
    /// Slots that must have no person in common with it.
    pub apart: Vec<usize>,
}

impl Slot {
    pub fn new(step: usize, acts: Vec<Act>) -> Slot {
        Slot {
            step,
            acts,
            apart: Vec::new(),
        }
    }

    /// The same when somebody is away: others may still act for him.
    pub fn without(&self, person: &Arc<str>) -> Slot {
        let mut slot = self.clone();
        slot.acts.retain(|act| act.by != *person);
        slot
    }
}

/// What the search says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    Yes,
    No,
    /// Given up.
    Unknown,
}

/// Trials after which the search is given up.
const TRIALS: usize = 200_000;

/// Whether every slot has so many who sign for themselves that it finds one whoever else is taken, one absent person beside:
/// then no absence needs to be tried.
pub(super) fn plenty(slots: &[Slot]) -> bool {
    slots.iter().all(|slot| {
        let own = slot.acts.iter().filter(|act| act.instead_of.is_none());
        own.count() > 2 * slot.apart.len() + 1
    })
}

/// Slots beyond which the fewest are not looked for.
const CORE_MOST: usize = 64;

/// The fewest slots found that cannot all have a signer: dropping any one of them would help. Of those that are `always`
/// needed alone where they cannot all have one, else of all.
pub(super) fn core(slots: &[Slot], always: &[usize]) -> Vec<usize> {
    let all: Vec<usize> = (0..slots.len()).collect();
    let among = match solve(slots, always) {
        Answer::No => always,
        _ => &all,
    };
    if let Some(nobody) = among.iter().find(|at| slots[**at].acts.is_empty()) {
        return vec![*nobody];
    }
    let mut core = hard(slots, among);
    if core.len() > CORE_MOST {
        return core;
    }
    let mut at = 0;
    while at < core.len() {
        let mut fewer = core.clone();
        fewer.remove(at);
        if solve(slots, &fewer) == Answer::No {
            core = fewer;
        } else {
            at += 1;
        }
    }
    core
}

/// Whether each of some slots can have a signer.
pub(super) fn solve(slots: &[Slot], some: &[usize]) -> Answer {
    let hard = hard(slots, some);
    // The hardest first: few candidates, many exclusions.
    let mut order = hard;
    order.sort_by_key(|at| (slots[*at].acts.len(), usize::MAX - slots[*at].apart.len()));
    let mut search = Search {
        slots,
        order: &order,
        alike: alike(slots, &order),
        chosen: vec![None; slots.len()],
        trials: 0,
    };
    match search.place(0) {
        true => Answer::Yes,
        false if search.trials > TRIALS => Answer::Unknown,
        false => Answer::No,
    }
}

/// The slots that must be searched. A slot with more candidates than its neighbours can ever take away always finds one in the
/// end (an act takes away two persons at most), so it is left out, which makes others easier in turn.
fn hard(slots: &[Slot], some: &[usize]) -> Vec<usize> {
    let mut hard: BTreeSet<usize> = some.iter().copied().collect();
    loop {
        let easy: Vec<usize> = hard
            .iter()
            .copied()
            .filter(|at| {
                let slot = &slots[*at];
                let neighbours = slot.apart.iter().filter(|other| hard.contains(other));
                // Only those who sign for themselves: each is taken away by one person, not by two.
                let own = slot.acts.iter().filter(|act| act.instead_of.is_none());
                own.count() > 2 * neighbours.count()
            })
            .collect();
        if easy.is_empty() {
            return hard.into_iter().collect();
        }
        for at in easy {
            hard.remove(&at);
        }
    }
}

/// Persons who can do exactly the same, by identity: the lowest identity of their kind. Trying one unused person of a kind is as
/// good as trying any other. Deputies and those they act for are of no kind but their own.
fn alike(slots: &[Slot], order: &[usize]) -> HashMap<Arc<str>, usize> {
    let mut can: HashMap<Arc<str>, Vec<usize>> = HashMap::new();
    let mut special: BTreeSet<Arc<str>> = BTreeSet::new();
    for at in order {
        for act in &slots[*at].acts {
            match &act.instead_of {
                None => can.entry(act.by.clone()).or_default().push(*at),
                Some(other) => {
                    special.insert(act.by.clone());
                    special.insert(other.clone());
                }
            }
        }
    }
    let mut kinds: HashMap<Vec<usize>, usize> = HashMap::new();
    let mut out = HashMap::new();
    let mut next = 0;
    let mut persons: Vec<_> = can.into_iter().collect();
    persons.sort();
    for (person, slots) in persons {
        let kind = if special.contains(&person) {
            next += 1;
            next
        } else {
            *kinds.entry(slots).or_insert_with(|| {
                next += 1;
                next
            })
        };
        out.insert(person, kind);
    }
    out
}

struct Search<'a> {
    slots: &'a [Slot],
    order: &'a [usize],
    alike: HashMap<Arc<str>, usize>,
    chosen: Vec<Option<&'a Act>>,
    trials: usize,
}

impl<'a> Search<'a> {
    /// Fills the slots from `depth` on. It calls itself once per slot, of which a flow has some hundreds at most.
    fn place(&mut self, depth: usize) -> bool {
        let Some(at) = self.order.get(depth).copied() else {
            return true;
        };
        let slot = &self.slots[at];
        let mut tried: BTreeSet<usize> = BTreeSet::new();
        for act in &slot.acts {
            self.trials += 1;
            if self.trials > TRIALS {
                return false;
            }
            let clash = slot
                .apart
                .iter()
                .filter_map(|other| self.chosen[*other])
                .any(|other| shares(act, other));
            if clash {
                continue;
            }
            let fresh = act.instead_of.is_none()
                && !self.chosen.iter().flatten().any(|other| shares(act, other));
            if fresh
                && let Some(kind) = self.alike.get(&act.by)
                && !tried.insert(*kind)
            {
                continue;
            }
            self.chosen[at] = Some(act);
            if self.place(depth + 1) {
                return true;
            }
            self.chosen[at] = None;
        }
        false
    }
}

fn shares(left: &Act, right: &Act) -> bool {
    let has =
        |act: &Act, person: &Arc<str>| act.by == *person || act.instead_of.as_ref() == Some(person);
    has(left, &right.by) || right.instead_of.as_ref().is_some_and(|one| has(left, one))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Tries everything.
    fn brute(slots: &[Slot], at: usize, chosen: &mut Vec<Act>) -> bool {
        let Some(slot) = slots.get(at) else {
            return true;
        };
        for act in &slot.acts {
            let clash = slot.apart.iter().filter(|other| **other < at);
            if clash.clone().any(|other| shares(act, &chosen[*other])) {
                continue;
            }
            chosen.push(act.clone());
            if brute(slots, at + 1, chosen) {
                return true;
            }
            chosen.pop();
        }
        false
    }

    fn slots() -> impl Strategy<Value = Vec<Slot>> {
        let act = (
            0..5usize,
            prop_oneof![2 => Just(None), 1 => (0..5usize).prop_map(Some)],
        );
        let slot = prop::collection::btree_set(act, 0..5);
        let slots = prop::collection::vec(slot, 1..6);
        (slots, prop::collection::vec((0..6usize, 0..6usize), 0..12)).prop_map(|(slots, apart)| {
            let person = |at: usize| Arc::from(format!("p{at}"));
            let mut out: Vec<Slot> = slots
                .into_iter()
                .enumerate()
                .map(|(at, acts)| {
                    let acts = acts.into_iter().map(|(by, other)| Act {
                        by: person(by),
                        instead_of: other.filter(|other| *other != by).map(person),
                    });
                    let acts: BTreeSet<Act> = acts.collect();
                    Slot::new(at, acts.into_iter().collect())
                })
                .collect();
            for (left, right) in apart {
                let (left, right) = (left % out.len(), right % out.len());
                if left != right && !out[left].apart.contains(&right) {
                    out[left].apart.push(right);
                    out[right].apart.push(left);
                }
            }
            out
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn the_search_agrees_with_trying_everything(slots in slots()) {
            let wanted = brute(&slots, 0, &mut Vec::new());
            let answer = solve(&slots, &(0..slots.len()).collect::<Vec<_>>());
            prop_assert_eq!(answer == Answer::Yes, wanted);
            prop_assert_ne!(answer, Answer::Unknown);
            if plenty(&slots) {
                for away in 0..5 {
                    let away = Arc::from(format!("p{away}"));
                    let fewer: Vec<Slot> = slots.iter().map(|slot| slot.without(&away)).collect();
                    prop_assert_eq!(solve(&fewer, &(0..fewer.len()).collect::<Vec<_>>()), Answer::Yes);
                }
            }
            if !wanted {
                let all: Vec<usize> = (0..slots.len()).collect();
                let core = core(&slots, &all);
                prop_assert_eq!(solve(&slots, &core), Answer::No);
                for without in &core {
                    let fewer: Vec<usize> = core.iter().copied().filter(|at| at != without).collect();
                    prop_assert_eq!(solve(&slots, &fewer), Answer::Yes);
                }
            }
        }
    }
}
