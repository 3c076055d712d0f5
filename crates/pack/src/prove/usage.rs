//! What is declared and never used, and places that nothing fills.

use std::collections::HashSet;

use kernel::Side;
use model::{Cost, Field, FieldKind, Ledger, Lies, Name, Pack, PlaceRef, Post, Slip, Step};

use crate::Kind;
use crate::prove::Proof;
use crate::source::quoted;

/// Checks the pack as a whole.
pub(super) fn check(proof: &Proof<'_>) {
    // A pack without a flow is a table of roles and ledgers for a desk.
    if proof.pack.flows.is_empty() {
        return;
    }
    roles(proof);
    registers(proof);
    parameters(proof);
    ledgers(proof);
    forms(proof);
}

fn unused(proof: &Proof<'_>, what: &str, name: &str) {
    let message = format!("{what} {} is never used", quoted(name));
    proof.warning(Kind::Unused, &format!("{what}/{name}"), message, None);
}

fn roles(proof: &Proof<'_>) {
    let steps = proof.pack.flows.iter().flat_map(|flow| &flow.steps);
    let used: HashSet<usize> = steps
        .flat_map(|step| step.by.iter().chain(&step.escalate))
        .copied()
        .collect();
    for (at, role) in proof.pack.roles.iter().enumerate() {
        if !used.contains(&at) {
            unused(proof, "role", &role.name);
        }
    }
}

fn registers(proof: &Proof<'_>) {
    let pack = proof.pack;
    let slips = pack.flows.iter().flat_map(|flow| &flow.slips);
    let of_slips = slips.flat_map(|slip| slip.header.iter().chain(slip.lines.iter().flatten()));
    let of_registers = pack.registers.iter().flat_map(|register| &register.fields);
    let referred = |field: &Field| match &field.kind {
        FieldKind::Register(name) => Some(name.clone()),
        _ => None,
    };
    let mut used: HashSet<_> = of_slips.chain(of_registers).filter_map(referred).collect();
    used.extend(
        pack.ledgers
            .iter()
            .filter_map(|ledger| ledger.chart.clone()),
    );
    let valuations = pack
        .ledgers
        .iter()
        .filter_map(|ledger| ledger.valuation.as_ref());
    used.extend(valuations.map(|valuation| valuation.policy.0.clone()));
    let steps = pack.flows.iter().flat_map(|flow| &flow.steps);
    let records = steps.flat_map(|step| &step.records);
    used.extend(records.map(|record| record.register.clone()));
    for register in &pack.registers {
        if !used.contains(&register.name) {
            unused(proof, "register", &register.name);
        }
        if register.by_slips && !changed(pack, &register.name) {
            let message = format!(
                "records of {} are changed by slips, and no slip changes them",
                quoted(&register.name)
            );
            let hint = "a step records it, or a slip asks for it: `changes register=…`";
            let path = format!("register/{}", register.name);
            proof.error(Kind::NeverFilled, &path, message, Some(hint));
        }
    }
    asked_and_recorded(proof);
}

/// Whether some step records anything of a register.
fn changed(pack: &Pack, register: &str) -> bool {
    let records = |step: &Step| step.records.iter().any(|rule| *rule.register == *register);
    let asks = |slip: &Slip| {
        let field = slip
            .changes
            .and_then(|changes| slip.header.get(changes.register));
        match field.map(|field| &field.kind) {
            Some(FieldKind::Choice(choices)) => {
                choices.iter().any(|choice| *choice.code == *register)
            }
            _ => false,
        }
    };
    pack.flows
        .iter()
        .any(|flow| flow.steps.iter().any(records) || flow.slips.iter().any(asks))
}

/// What a slip asks to change is recorded by one of its steps.
fn asked_and_recorded(proof: &Proof<'_>) {
    for flow in &proof.pack.flows {
        for (at, slip) in flow.slips.iter().enumerate() {
            let recorded = flow.steps_of(at).any(|(_, step)| step.changes);
            if slip.changes.is_some() && !recorded {
                let message = format!(
                    "slip {} asks for changes, and no step records them",
                    quoted(&slip.name)
                );
                let hint = "put `change` into the step that approves them";
                let path = format!("flow/{}/slip/{}", flow.name, slip.name);
                proof.error(Kind::NeverEnded, &path, message, Some(hint));
            }
        }
    }
}

fn parameters(proof: &Proof<'_>) {
    let mut used = HashSet::new();
    for expr in proof.expressions() {
        expr.names(&mut |name| {
            if let Name::Parameter(at, _) = name {
                used.insert(*at);
            }
        });
    }
    // A Rust rule may read any of them.
    let rules = !proof.pack.rules.is_empty();
    for (at, parameter) in proof.pack.parameters.iter().enumerate() {
        if !used.contains(&at) && !rules {
            unused(proof, "parameter", &parameter.name);
        }
    }
}

fn forms(proof: &Proof<'_>) {
    let slips = proof.pack.flows.iter().flat_map(|flow| &flow.slips);
    let used: HashSet<&str> = slips.filter_map(|slip| slip.print.as_deref()).collect();
    for name in proof.pack.forms.keys() {
        if !used.contains(name.as_str()) {
            let message = format!("form {} is never used", quoted(name));
            let hint = format!("a slip names it: `print={name}.form`");
            proof.warning(Kind::Unused, "pack", message, Some(&hint));
        }
    }
}

fn ledgers(proof: &Proof<'_>) {
    for (at, ledger) in proof.pack.ledgers.iter().enumerate() {
        let steps = proof.pack.flows.iter().flat_map(|flow| &flow.steps);
        let posts = steps.flat_map(|step| &step.posts);
        let posts: Vec<&Post> = posts.filter(|post| post.ledger == at).collect();
        let counted = |other: &Ledger| {
            let valuation = other.valuation.as_ref();
            valuation.is_some_and(|valuation| valuation.counts == at)
        };
        if proof.pack.ledgers.iter().any(counted) {
            // It moves with the ledger that says what it is worth.
            continue;
        }
        let mut others = proof.pack.ledgers.iter().flat_map(|other| &other.places);
        let booked = others.any(|place| place.books.is_some_and(|(ledger, _)| ledger == at));
        if posts.is_empty() && !booked {
            unused(proof, "ledger", &ledger.name);
        } else {
            places(proof, (at, ledger), &posts);
        }
    }
}

fn places(proof: &Proof<'_>, (number, ledger): (usize, &Ledger), posts: &[&Post]) {
    let legs = || posts.iter().flat_map(|post| &post.legs);
    let books = |other: &&Ledger| {
        let mut booked = other.places.iter().filter_map(|place| place.books);
        booked.any(|(ledger, _)| ledger == number)
    };
    let valued: Vec<&Ledger> = proof.pack.ledgers.iter().filter(books).collect();
    // Where what is gone is charged, where it waits, and where a value is booked as well, no posting names.
    let marked = |at: usize| {
        let gone = |post: &&Post| matches!(post.cost, Some(Cost::Changed(_, gone)) if gone == at);
        let booked = valued.iter().flat_map(|valued| &valued.places);
        let mut booked = booked.filter_map(|place| place.books);
        ledger.places[at].lies == Lies::Awaits
            || posts.iter().any(gone)
            || booked.any(|booked| booked == (number, at))
    };
    let fixed = |place: usize, side: Option<Side>| {
        legs().any(|leg| {
            matches!(leg.place, PlaceRef::Fixed(at) if at == place)
                && side.is_none_or(|side| leg.side == side)
        })
    };
    // Where clerks choose the place, any may be chosen.
    if legs().any(|leg| matches!(leg.place, PlaceRef::Chosen(_))) {
        return;
    }
    for (at, place) in ledger.places.iter().enumerate() {
        let path = format!("ledger/{}/place/{}", ledger.name, place.name);
        if marked(at) {
            continue;
        }
        if !fixed(at, None) {
            let message = format!("place {} is never used", quoted(&place.name));
            proof.warning(Kind::Unused, &path, message, None);
        } else if !place.open && !fixed(at, Some(Side::In)) {
            let message = format!(
                "place {} is taken from and never filled",
                quoted(&place.name)
            );
            let hint = "a place that may go below zero is declared `open`";
            proof.warning(Kind::NeverFilled, &path, message, Some(hint));
        }
    }
}
