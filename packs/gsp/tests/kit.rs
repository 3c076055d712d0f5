//! What every pack inherits from the test kit: its scenarios hold, the battery finds nothing, no mutant survives, and the
//! matrix of roles is the committed one.

use std::path::Path;

use model::Pack;
use testkit::{battery, matrix, mutation, scenario};

fn pack() -> Pack {
    pack::read(&gsp::texts(), gsp::RULES).unwrap_or_else(|complaints| panic!("{complaints}"))
}

#[test]
fn the_scenarios_hold() {
    let packs = model::Catalog::new([pack().into()]);
    let reports = gsp::scenarios().into_iter();
    let failed: Vec<String> = reports
        .map(|story| scenario::run_text(&packs, &story.text, &story.path))
        .filter(|report| !report.passed() || report.checks == 0)
        .map(|report| report.to_string())
        .collect();
    assert!(failed.is_empty(), "\n{}", failed.join("\n"));
}

#[test]
fn the_battery_finds_nothing() {
    let mistakes = battery::of_texts(&gsp::texts(), gsp::RULES, &gsp::scenarios());
    assert!(mistakes.is_empty(), "{}", mistakes.join("\n"));
}

/// Why a posting of no quantity is not missed.
const NOTHING: &str = "of nothing no entry is made";

/// Mutants that no scenario can notice, each with the reason. One that is noticed after all must go from the list.
const NOT_TO_BE_NOTICED: &[(&str, &str)] = &[
    (
        "result.execute post stock from=good to=written_off when: < becomes <=",
        NOTHING,
    ),
    (
        "result.execute post bins from=shelf to=elsewhere when: < becomes <=",
        NOTHING,
    ),
    (
        "result.execute post worth from=goods to=losses when: < becomes <=",
        NOTHING,
    ),
    (
        "result.execute post stock from=written_off to=good when: > becomes >=",
        NOTHING,
    ),
    (
        "result.execute post bins from=elsewhere to=shelf when: > becomes >=",
        NOTHING,
    ),
    (
        "result.execute post worth from=losses to=goods when: > becomes >=",
        NOTHING,
    ),
    (
        "ledger on_order place transit is open",
        "a receipt draws on the order's lines, so no more ever leaves than was ordered",
    ),
    (
        "ledger stock place pending is open",
        "passed and failed sum up to what waits by the guard all_judged, so no more ever leaves than came in",
    ),
    (
        "ledger stock place customer is open",
        "a return draws on the lines that were delivered, so no more ever comes back than was sold",
    ),
    (
        "ledger stock place returns is open",
        "each slip takes out of the returns zone what the slip before it put in, and what is lost there is refused by its draws",
    ),
    (
        "purchase_adjustment.execute post worth from=supplier to=goods without further dimension 1",
        "a new price goes to the layers of the line that it is for, and these are of its batch",
    ),
    (
        "ledger layers place adjusted is not open",
        "a new price moves no quantity",
    ),
    (
        "ledger receivable place owed is not open",
        "payments are booked elsewhere; by these flows alone no customer is owed anything",
    ),
];

#[test]
fn no_mutant_survives() {
    let outcome = mutation::run(&pack(), &gsp::scenarios());
    assert!(outcome.broken.is_empty(), "{:?}", outcome.broken);
    println!("{} mutants in {:?}", outcome.tried, outcome.took);
    let excused = |name: &str| NOT_TO_BE_NOTICED.iter().any(|(mutant, _)| *mutant == name);
    for (mutant, why) in NOT_TO_BE_NOTICED {
        let survives = outcome.survivors.iter().any(|(_, name)| name == mutant);
        assert!(survives, "{mutant} is noticed, though {why}");
    }
    let survivors: Vec<String> = outcome
        .survivors
        .iter()
        .filter(|(_, name)| !excused(name))
        .map(|(file, name)| format!("{file}: {name}"))
        .collect();
    assert!(
        survivors.is_empty(),
        "{} of {} survive:\n{}",
        survivors.len(),
        outcome.tried,
        survivors.join("\n")
    );
}

#[test]
fn the_matrix_of_roles_is_the_committed_one() {
    let table =
        matrix::observe(&pack(), &gsp::scenarios()).unwrap_or_else(|error| panic!("{error}"));
    let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join("role-matrix.txt");
    matrix::compare(&table, &committed).unwrap_or_else(|error| panic!("{error}"));
}
