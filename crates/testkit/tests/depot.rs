//! The sample pack: it reads, its scenarios hold, nothing of it goes untested, and the kit notices what is wrong.

mod common;

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
    let (texts, scenarios) = common::texts();
    let mistakes = battery::of_texts(&texts, &[], &scenarios);
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

#[test]
fn mutation_and_battery_notice_what_no_scenario_tests() {
    let stories: Vec<_> = common::texts()
        .1
        .into_iter()
        .filter(|text| text.path != "flows/intake.scenario")
        .collect();
    let outcome = mutation::run(&common::depot(), &stories);
    let survives = |name: &str| {
        outcome
            .survivors
            .iter()
            .any(|(_, survivor)| survivor == name)
    };
    for name in [
        "note.fill by everyone",
        "note.approve guard explained dropped",
        "note.post record bay dropped",
        "separate note.fill note.post dropped",
        "note line price must dropped",
    ] {
        assert!(
            survives(name),
            "{name} was noticed by {:?}",
            stories.iter().map(|text| &text.path).collect::<Vec<_>>()
        );
    }
    // The other flow is tested as before.
    assert!(!survives("issue line qty draws dropped"));
    let mistakes = battery::battery(&common::depot(), &stories);
    let said = |part: &str| mistakes.iter().any(|mistake| mistake.contains(part));
    assert!(said("flow intake has no flows/intake.scenario"));
    assert!(said("provokes explained at depot.intake.note.approve"));
    assert!(said("breaks the condition of depot.intake.note.fill price"));
    let unsigned =
        matrix::observe(&common::depot(), &stories).expect_err("a step that nobody signs");
    assert_eq!(unsigned, "no scenario signs depot.intake.note.approve");
}

#[test]
fn the_battery_notices_what_lies_unused_and_unnamed() {
    let mut pack = common::depot();
    pack.roles.push(model::Role {
        name: "ghost".into(),
        label: model::Label {
            zh: "影子".into(),
            en: "影子".into(),
        },
    });
    pack.flows[0].slips[0].print = Some("note".into());
    pack.forms.insert("letter".to_owned(), String::new());
    let mistakes = battery::battery(&pack, &common::texts().1);
    assert_eq!(
        mistakes,
        [
            "role ghost has no English label: `影子`",
            "slip depot.intake.note prints note, which is no form of the pack",
            "no slip prints the form letter",
            "role ghost is declared and never used",
        ]
    );
}

#[test]
fn a_changed_matrix_is_written_and_told() {
    let table = matrix::observe(&common::depot(), &common::texts().1).unwrap();
    let row = table
        .lines()
        .find(|line| line.contains("note.check"))
        .map(|line| line.split_whitespace().collect::<Vec<_>>());
    assert_eq!(
        row,
        Some(vec!["note.check", "✘", "✔", "✔", "✘", "✘", "✘"]),
        "{table}"
    );
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("role-matrix.txt");
    std::fs::write(&file, table.replace('✔', "✘")).unwrap();
    let told = matrix::compare(&table, &file).expect_err("it differs");
    assert!(told.contains("+   note.check"), "{told}");
    assert_eq!(matrix::compare(&table, &file), Ok(()));
}
