//! What is declared and never used, and places that nothing fills.

use std::collections::HashSet;

use kernel::Side;
use model::{Field, FieldKind, Ledger, Name, PlaceRef, Post};

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
    let steps = pack.flows.iter().flat_map(|flow| &flow.steps);
    let records = steps.flat_map(|step| &step.records);
    used.extend(records.map(|record| record.register.clone()));
    for register in &pack.registers {
        if !used.contains(&register.name) {
            unused(proof, "register", &register.name);
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
        if posts.is_empty() {
            unused(proof, "ledger", &ledger.name);
        } else {
            places(proof, ledger, &posts);
        }
    }
}

fn places(proof: &Proof<'_>, ledger: &Ledger, posts: &[&Post]) {
    let legs = || posts.iter().flat_map(|post| &post.legs);
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
