//! All mutants of a pack.

use kernel::{Amount, Side, Value};
use model::{Flow, Pack, PlaceRef, Slip, Step};

use super::{fields, posts, steps};

/// A change of the checked model.
pub type Change = Box<dyn Fn(&mut Pack) + Send + Sync>;

/// One change of a pack that its scenarios must notice.
pub struct Mutant {
    /// The text whose declaration is changed.
    pub file: String,
    /// What is changed, and how.
    pub name: String,
    /// Changes it.
    pub change: Change,
}

impl std::fmt::Debug for Mutant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.file, self.name)
    }
}

/// Collects the mutants of one file.
pub(super) struct List {
    file: String,
    mutants: Vec<Mutant>,
}

impl List {
    /// Adds a change of the pack.
    pub fn pack(&mut self, name: String, change: impl Fn(&mut Pack) + Send + Sync + 'static) {
        self.mutants.push(Mutant {
            file: self.file.clone(),
            name,
            change: Box::new(change),
        });
    }

    /// Adds a change of a flow.
    pub fn flow(
        &mut self,
        flow: usize,
        name: String,
        change: impl Fn(&mut Flow) + Send + Sync + 'static,
    ) {
        self.pack(name, move |pack| change(&mut pack.flows[flow]));
    }

    /// Adds a change of a step.
    pub fn step(
        &mut self,
        (flow, step): (usize, usize),
        name: String,
        change: impl Fn(&mut Step) + Send + Sync + 'static,
    ) {
        self.pack(name, move |pack| change(&mut pack.flows[flow].steps[step]));
    }

    /// Adds a change of a slip declaration.
    pub fn slip(
        &mut self,
        (flow, slip): (usize, usize),
        name: String,
        change: impl Fn(&mut Slip) + Send + Sync + 'static,
    ) {
        self.pack(name, move |pack| change(&mut pack.flows[flow].slips[slip]));
    }
}

/// Every mutant of a pack, in the order of its texts.
pub fn mutants(pack: &Pack) -> Vec<Mutant> {
    let mut all = List {
        file: format!("{}.kdl", pack.name),
        mutants: Vec::new(),
    };
    ledgers(pack, &mut all);
    registers(pack, &mut all);
    parameters(pack, &mut all);
    for (at, flow) in pack.flows.iter().enumerate() {
        all.file = format!("flows/{}.kdl", flow.name);
        steps::list(pack, at, flow, &mut all);
        posts::list(pack, at, flow, &mut all);
        separations(at, flow, &mut all);
        fields::list(at, flow, &mut all);
    }
    all.mutants
}

/// A place that may go below zero no longer may; one that may not does, where something takes from it.
fn ledgers(pack: &Pack, all: &mut List) {
    for (at, ledger) in pack.ledgers.iter().enumerate() {
        for (nth, place) in ledger.places.iter().enumerate() {
            let (ledger, open) = (&ledger.name, place.open);
            let word = if open { "is not open" } else { "is open" };
            let name = format!("ledger {ledger} place {} {word}", place.name);
            if open || is_taken_from(pack, at, nth) {
                all.pack(name, move |pack| pack.ledgers[at].places[nth].open = !open);
            }
            if place.once {
                let name = format!("ledger {ledger} place {} is not once", place.name);
                all.pack(name, move |pack| pack.ledgers[at].places[nth].once = false);
            }
        }
    }
}

/// What slips alone may change, an administrator may.
fn registers(pack: &Pack, all: &mut List) {
    for (at, register) in pack.registers.iter().enumerate() {
        if register.by_slips {
            let name = format!("register {} changed without a slip", register.name);
            all.pack(name, move |pack| pack.registers[at].by_slips = false);
        }
    }
}

/// Whether some step takes from a place. What is only ever filled cannot go below zero by any step.
fn is_taken_from(pack: &Pack, ledger: usize, place: usize) -> bool {
    let mut steps = pack.flows.iter().flat_map(|flow| &flow.steps);
    steps.any(|step| {
        let mut posts = step.posts.iter().filter(|post| post.ledger == ledger);
        posts.any(|post| {
            post.legs.iter().any(|leg| {
                let here = match leg.place {
                    PlaceRef::Fixed(at) => at == place,
                    PlaceRef::Chosen(_) => true,
                };
                leg.side == Side::Out && here
            })
        })
    })
}

/// Every dated value is a smallest part more and a smallest part less.
fn parameters(pack: &Pack, all: &mut List) {
    for (at, parameter) in pack.parameters.iter().enumerate() {
        for (nth, row) in parameter.rows.iter().enumerate() {
            let Value::Amount(amount) = row.value else {
                continue;
            };
            for by in [1, -1] {
                let shifted = Amount::new(amount.units.saturating_add(by), amount.unit);
                let from = row.from;
                let name = format!("parameter {} from {from} becomes {shifted}", parameter.name);
                all.pack(name, move |pack| {
                    pack.parameters[at].rows[nth].value = Value::Amount(shifted);
                });
            }
        }
    }
}

/// Every pair of every separation is let go, the others of the set kept.
fn separations(at: usize, flow: &Flow, all: &mut List) {
    for (nth, separation) in flow.separations.iter().enumerate() {
        let steps = &separation.steps;
        for first in 0..steps.len() {
            for second in first + 1..steps.len() {
                let (one, other) = (
                    &flow.steps[steps[first]].name,
                    &flow.steps[steps[second]].name,
                );
                all.flow(at, format!("separate {one} {other} dropped"), move |flow| {
                    let whole = flow.separations.remove(nth);
                    let (a, b) = (whole.steps[first], whole.steps[second]);
                    // Without the pair, the set falls into one without the first and one without the second.
                    for left in [a, b] {
                        let mut part = whole.clone();
                        part.steps.retain(|step| *step != left);
                        flow.separations.push(part);
                    }
                });
            }
        }
    }
}
