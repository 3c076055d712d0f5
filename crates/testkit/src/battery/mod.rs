//! The battery that every pack inherits: what must be true of any pack, asked of its texts.

mod provoked;
mod text;
mod uses;

use std::sync::Arc;

use model::{Catalog, Pack, SourceText};

use crate::Oracle;
use crate::scenario::{Effort, Stage, run_on};
use crate::watch::Watched;

/// Every mistake of a pack's texts: whatever the reader and its proofs say, warnings too; then, when they make a pack, every
/// mistake that [`battery`] finds.
pub fn of_texts(
    texts: &[SourceText],
    rules: pack::Rules<'_>,
    scenarios: &[SourceText],
) -> Vec<String> {
    let read = pack::check(texts, rules);
    let mut mistakes: Vec<String> = read.complaints.iter().map(ToString::to_string).collect();
    if let Some(pack) = &read.pack {
        mistakes.extend(battery(pack, scenarios));
    }
    mistakes
}

/// Every mistake of a checked pack and its scenarios, as sentences; empty when there is none.
///
/// Asked are: labels in both languages; a scenario for every flow, and that each passes; that every step is signed and every
/// refusal provoked by some line; that every form exists and is used; that nothing declared lies unused.
pub fn battery(pack: &Pack, scenarios: &[SourceText]) -> Vec<String> {
    let mut mistakes = Vec::new();
    text::labels(pack, &mut mistakes);
    text::forms(pack, &mut mistakes);
    uses::check(pack, &mut mistakes);
    for flow in &pack.flows {
        let wanted = format!("flows/{}.scenario", flow.name);
        if !scenarios.iter().any(|scenario| scenario.path == wanted) {
            mistakes.push(format!("flow {} has no {wanted}", flow.name));
        }
    }
    let stage = Stage::new(&Catalog::new([Arc::new(pack.clone())]));
    let mut provoked = provoked::Provoked::default();
    for scenario in scenarios {
        let packs = stage.packs(&scenario.text);
        let mut house = Watched {
            inner: Oracle::new(packs.clone()),
            watcher: &mut provoked,
        };
        let report = run_on(
            &mut house,
            packs,
            &scenario.text,
            &scenario.path,
            Effort::Full,
        );
        mistakes.extend(report.to_string().lines().map(str::to_owned));
    }
    provoked.check(pack, &mut mistakes);
    mistakes
}
