//! The sample pack: it reads, its scenarios hold, nothing of it goes untested, and the kit notices what is wrong.

mod common;

use model::SourceText;
use testkit::{battery, matrix, mutation, scenario};

#[test]
fn the_scenarios_of_the_sample_pack_hold() {
    let packs = common::catalog();
    for scenario in common::texts().1 {
        let report = scenario::run_text(&packs, &scenario.text, &scenario.path);
        assert!(report.passed(), "\n{report}");
        assert!(report.checks > 0);
    }
}

#[test]
fn the_sample_pack_passes_the_battery() {
    let mistakes = battery::battery(&common::depot(), &common::texts().1);
    assert!(mistakes.is_empty(), "{}", mistakes.join("\n"));
}

#[test]
fn no_mutant_of_the_sample_pack_survives() {
    let outcome = mutation::run(&common::depot(), &common::texts().1);
    assert!(outcome.broken.is_empty(), "{:?}", outcome.broken);
    let survivors: Vec<String> = outcome
        .survivors
        .iter()
        .map(|(file, name)| format!("{file}: {name}"))
        .collect();
    println!("{} mutants in {:?}", outcome.tried, outcome.took);
    assert!(
        survivors.is_empty(),
        "{} of {} survive:\n{}",
        survivors.len(),
        outcome.tried,
        survivors.join("\n")
    );
}
