//! Proofs about a pack that was read: every step can be reached, every run can end, nothing is dead or of no use.

mod runs;
mod usage;

use model::{Expr, Flow, Pack};

use crate::locate::Locations;
use crate::read::{Limits, trees};
use crate::source::{Desk, Span};
use crate::{Complaint, Kind};

/// What can be proved against a pack. [`crate::read`] and [`crate::check`] do this already; here it is for a pack that was
/// made or changed otherwise, as the tests of packs do. Places are found in the texts that the pack carries.
pub fn prove(pack: &Pack) -> Vec<Complaint> {
    let desk = Desk::new(&pack.texts);
    let (trees, _) = trees(&desk, &pack.texts, &Limits::default());
    let locations = Locations::of(trees.iter().flatten());
    run(&desk, pack, &locations);
    desk.close()
}

/// Hands in everything that does not hold.
pub(crate) fn run(desk: &Desk<'_>, pack: &Pack, locations: &Locations) {
    let proof = Proof {
        desk,
        pack,
        locations,
    };
    for flow in &pack.flows {
        runs::check(&proof, flow);
    }
    usage::check(&proof);
}

/// What proofs look at.
pub(crate) struct Proof<'a> {
    desk: &'a Desk<'a>,
    pack: &'a Pack,
    locations: &'a Locations,
}

impl Proof<'_> {
    fn error(&self, kind: Kind, path: &str, message: String, hint: Option<&str>) {
        let span = self.locations.find(path);
        self.desk
            .hinted(kind, span, message, hint.map(str::to_owned));
    }

    fn warning(&self, kind: Kind, path: &str, message: String, hint: Option<&str>) {
        let span: Span = self.locations.find(path);
        self.desk
            .warning(kind, span, message, hint.map(str::to_owned));
    }

    /// Every expression of the pack.
    fn expressions(&self) -> Vec<&Expr> {
        self.pack.flows.iter().flat_map(expressions_of).collect()
    }
}

fn expressions_of(flow: &Flow) -> Vec<&Expr> {
    let mut found: Vec<&Expr> = Vec::new();
    let fields = flow
        .slips
        .iter()
        .flat_map(|slip| slip.header.iter().chain(slip.lines.iter().flatten()));
    for field in fields {
        found.extend(
            [&field.is, &field.default, &field.must]
                .into_iter()
                .flatten(),
        );
        found.extend(field.packed.as_ref().map(|packed| &packed.per));
    }
    for proposal in flow.slips.iter().filter_map(|slip| slip.proposal.as_ref()) {
        found.extend(proposal.fields.iter().map(|(_, expr)| expr));
        found.extend(&proposal.keep);
    }
    for step in &flow.steps {
        found.extend(&step.when);
        found.extend(step.guards.iter().filter_map(|guard| guard.must.as_ref()));
        for post in &step.posts {
            found.extend(&post.when);
            found.extend(post.cost.as_ref().and_then(model::Cost::expr));
            for leg in &post.legs {
                found.push(&leg.amount);
                found.extend(leg.key.iter().chain(&leg.detail));
                if let model::PlaceRef::Chosen(expr) = &leg.place {
                    found.push(expr);
                }
            }
        }
        for record in &step.records {
            found.push(&record.key);
            found.extend(record.fields.iter().map(|(_, expr)| expr));
            found.extend(&record.from);
            found.extend(&record.when);
        }
    }
    found
}
