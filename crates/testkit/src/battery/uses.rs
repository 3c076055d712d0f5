//! Nothing that a pack declares lies unused.

use std::collections::BTreeSet;

use model::{Expr, Field, FieldKind, Flow, Name, Pack, PlaceRef};

/// What the declarations of a pack use.
#[derive(Default)]
struct Used {
    roles: BTreeSet<usize>,
    registers: BTreeSet<String>,
    ledgers: BTreeSet<usize>,
    places: BTreeSet<(usize, usize)>,
    parameters: BTreeSet<usize>,
}

/// Roles nobody is asked for, registers nothing names, ledgers and places nothing moves, parameters nothing reads.
pub fn check(pack: &Pack, mistakes: &mut Vec<String>) {
    let mut used = Used::default();
    for register in &pack.registers {
        fields(&register.fields, &mut used);
    }
    for (at, ledger) in pack.ledgers.iter().enumerate() {
        valued(at, ledger, &mut used);
        used.registers
            .extend(ledger.chart.as_deref().map(str::to_owned));
    }
    pack.flows
        .iter()
        .for_each(|flow| flow_uses(flow, &mut used));
    let unused = |what: &str, name: &str| format!("{what} {name} is declared and never used");
    for (at, role) in pack
        .roles
        .iter()
        .enumerate()
        .filter(|(at, _)| !used.roles.contains(at))
    {
        let _ = at;
        mistakes.push(unused("role", &role.name));
    }
    for register in pack
        .registers
        .iter()
        .filter(|register| !used.registers.contains(&*register.name))
    {
        mistakes.push(unused("register", &register.name));
    }
    for (at, ledger) in pack.ledgers.iter().enumerate() {
        if !used.ledgers.contains(&at) {
            mistakes.push(unused("ledger", &ledger.name));
            continue;
        }
        // In a chart any place may be chosen.
        for (nth, place) in ledger
            .places
            .iter()
            .enumerate()
            .filter(|_| ledger.chart.is_none())
        {
            if !used.places.contains(&(at, nth)) {
                mistakes.push(unused(
                    &format!("place of ledger {}", ledger.name),
                    &place.name,
                ));
            }
        }
    }
    for (at, parameter) in pack.parameters.iter().enumerate() {
        // A Rust rule reads parameters by name, out of sight of the model.
        if !used.parameters.contains(&at) && pack.rules.is_empty() {
            mistakes.push(unused("parameter", &parameter.name));
        }
    }
}

/// A ledger that is valued moves with the one that says what it is worth, and so do its places.
fn valued(at: usize, ledger: &model::Ledger, used: &mut Used) {
    let Some(valuation) = &ledger.valuation else {
        return;
    };
    used.ledgers.extend([at, valuation.counts]);
    used.registers.insert(valuation.policy.0.to_string());
    for (nth, place) in ledger.places.iter().enumerate() {
        used.places.insert((valuation.counts, nth));
        if let Some(books) = place.books {
            used.ledgers.insert(books.0);
            used.places.insert(books);
        }
        if place.lies == model::Lies::Awaits {
            used.places.insert((at, nth));
        }
    }
}

fn flow_uses(flow: &Flow, used: &mut Used) {
    for slip in &flow.slips {
        fields(&slip.header, used);
        fields(slip.lines.as_deref().unwrap_or_default(), used);
        let kept = slip.proposal.iter().flat_map(|proposal| &proposal.keep);
        kept.for_each(|expr| reads(expr, used));
    }
    for step in &flow.steps {
        used.roles
            .extend(step.by.iter().copied().chain(step.escalate));
        step.when.iter().for_each(|expr| reads(expr, used));
        step.guards
            .iter()
            .filter_map(|guard| guard.must.as_ref())
            .for_each(|expr| reads(expr, used));
        for post in &step.posts {
            used.ledgers.insert(post.ledger);
            post.when.iter().for_each(|expr| reads(expr, used));
            let lists = post.each.iter();
            lists
                .flat_map(|each| each.except.iter().chain([&each.of]))
                .for_each(|expr| reads(expr, used));
            let cost = post.cost.as_ref();
            if let Some(model::Cost::Changed(_, gone)) = cost {
                used.places.insert((post.ledger, *gone));
            }
            let value = cost.and_then(model::Cost::expr);
            value.iter().for_each(|expr| reads(expr, used));
            for leg in &post.legs {
                match &leg.place {
                    PlaceRef::Fixed(place) => drop(used.places.insert((post.ledger, *place))),
                    PlaceRef::Chosen(expr) => reads(expr, used),
                }
                leg.key
                    .iter()
                    .chain(&leg.detail)
                    .chain([&leg.amount])
                    .for_each(|expr| reads(expr, used));
            }
        }
        for rule in &step.records {
            used.registers.insert(rule.register.to_string());
            let values = rule.fields.iter().map(|(_, value)| value);
            values
                .chain([&rule.key])
                .chain(&rule.from)
                .chain(&rule.when)
                .for_each(|expr| reads(expr, used));
        }
    }
}

fn fields(fields: &[Field], used: &mut Used) {
    for field in fields {
        if let FieldKind::Register(register) = &field.kind {
            used.registers.insert(register.to_string());
        }
        field
            .is
            .iter()
            .chain(&field.default)
            .chain(&field.must)
            .chain(field.packed.as_ref().map(|packed| &packed.per))
            .for_each(|expr| reads(expr, used));
    }
}

fn reads(expr: &Expr, used: &mut Used) {
    expr.names(&mut |name| match name {
        Name::Fact(register, ..) => drop(used.registers.insert(register.to_string())),
        Name::Parameter(parameter, _) => drop(used.parameters.insert(*parameter)),
        Name::Balance(reading) => drop(used.ledgers.insert(reading.ledger)),
        _ => {}
    });
}
