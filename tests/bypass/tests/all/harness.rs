//! The suite itself must notice: what succeeds, what is refused by another name, what leaves no row or changes something.

use bypass::attempt::{Attempt, COMMANDS, Say};
use bypass::stage::{Stage, order};

const SAY: Say = Say { zh: "", en: "" };

fn attempt(code: &'static str, run: fn(&mut Stage)) -> Attempt {
    Attempt {
        id: "harness",
        who: SAY,
        what: SAY,
        code,
        unoffered: "",
        through: COMMANDS,
        run,
    }
}

#[test]
fn a_success_is_noticed_with_every_table_that_it_changed() {
    let mut stage = Stage::sqlite();
    stage.play(&attempt("role", |stage| stage.attack("王内勤", order("5"))));
    let failures = stage.failures.join("\n");
    for noticed in [
        "it was done",
        "slip changed",
        "slip_body changed",
        "signature changed",
        "series changed",
        "todo changed",
    ] {
        assert!(failures.contains(noticed), "{noticed}: {failures}");
    }
}

#[test]
fn another_refusal_than_the_expected_one_is_noticed() {
    let mut stage = Stage::sqlite();
    stage.play(&attempt("separate", |stage| {
        stage.attack("门卫", order("5"))
    }));
    assert!(
        stage
            .failures
            .join("\n")
            .contains("refused as role, not as separate")
    );
}

#[test]
fn a_missing_row_of_the_journal_is_noticed() {
    let mut stage = Stage::sqlite();
    let before = stage.store.head(bypass::front::ORG).expect("read").0;
    stage
        .may_for("门卫", None, order("5"))
        .expect_err("he has no role");
    stage.check_journal(before, "门卫", "role");
    assert!(stage.failures.is_empty(), "{:?}", stage.failures);
    stage.check_journal(before, "王内勤", "role");
    stage.check_journal(before, "门卫", "separate");
    assert_eq!(stage.failures.len(), 2, "{:?}", stage.failures);
}

#[test]
fn an_attempt_that_tries_nothing_is_noticed() {
    let mut stage = Stage::sqlite();
    stage.play(&attempt("role", |stage| {
        stage.order("王内勤");
    }));
    assert!(stage.failures.join("\n").contains("nothing was tried"));
}
