//! Mutation of packs: one declaration at a time is dropped or weakened in the checked model, all scenarios of the pack are
//! run, and one of them must fail. What no scenario notices is a survivor: a rule that nobody tests.

mod expressions;
mod fields;
mod list;
mod posts;
mod steps;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use model::{Catalog, Pack, SourceText};

pub use list::{Mutant, mutants};

use crate::Oracle;
use crate::scenario::{Effort, Report, Stage, run_on};

/// What came of the mutants of a pack.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    /// How many mutants were tried.
    pub tried: usize,
    /// Those that every scenario passed: file and name.
    pub survivors: Vec<(String, String)>,
    /// Scenarios that fail without any mutation; then nothing was tried.
    pub broken: Vec<Report>,
    /// How long it took.
    pub took: Duration,
}

/// Tries every mutant of a pack against its scenarios, on all cores.
pub fn run(pack: &Pack, scenarios: &[SourceText]) -> Outcome {
    let started = Instant::now();
    let sound = Stage::new(&Catalog::new([Arc::new(pack.clone())]));
    let mut outcome = Outcome {
        broken: scenarios
            .iter()
            .map(|text| play(&sound, text))
            .filter(|report| !report.passed())
            .collect(),
        ..Outcome::default()
    };
    if outcome.broken.is_empty() {
        let mutants = mutants(pack);
        outcome.tried = mutants.len();
        outcome.survivors = survivors(pack, scenarios, &mutants);
    }
    outcome.took = started.elapsed();
    outcome
}

fn survivors(pack: &Pack, scenarios: &[SourceText], mutants: &[Mutant]) -> Vec<(String, String)> {
    let next = AtomicUsize::new(0);
    let cores = std::thread::available_parallelism().map_or(2, usize::from);
    let work = || {
        let mut found = Vec::new();
        let mut order: Vec<&SourceText> = scenarios.iter().collect();
        while let Some(mutant) = mutants.get(next.fetch_add(1, Ordering::Relaxed)) {
            match noticed(pack, &order, mutant) {
                // What notices one mutant is likely to notice the next, which is of the same step or slip.
                Some(by) => order[..=by].rotate_right(1),
                None => found.push((mutant.file.clone(), mutant.name.clone())),
            }
        }
        found
    };
    let mut all: Vec<(String, String)> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..cores).map(|_| scope.spawn(work)).collect();
        workers
            .into_iter()
            .flat_map(|worker| worker.join().unwrap_or_default())
            .collect()
    });
    all.sort();
    all
}

/// The position of a scenario that notices a mutant.
fn noticed(pack: &Pack, scenarios: &[&SourceText], mutant: &Mutant) -> Option<usize> {
    let mut changed = pack.clone();
    (mutant.change)(&mut changed);
    let packs = Stage::new(&Catalog::new([Arc::new(changed)]));
    // A model that the reader would never let through may well bring the engine down; that is noticed too.
    let passed = |text: &SourceText| {
        catch_unwind(AssertUnwindSafe(|| play(&packs, text).passed())).unwrap_or(false)
    };
    // The stories of the flow itself notice most, so they come first.
    let own = mutant.file.trim_end_matches(".kdl");
    let (first, then): (Vec<_>, Vec<_>) = scenarios
        .iter()
        .enumerate()
        .partition(|(_, text)| text.path.starts_with(own));
    let mut tried = first.into_iter().chain(then);
    tried.find(|(_, text)| !passed(text)).map(|(at, _)| at)
}

fn play(stage: &Stage, scenario: &SourceText) -> Report {
    let packs = stage.packs(&scenario.text);
    let mut house = Oracle::new(packs.clone());
    run_on(
        &mut house,
        packs,
        &scenario.text,
        &scenario.path,
        Effort::FirstFailure,
    )
}
