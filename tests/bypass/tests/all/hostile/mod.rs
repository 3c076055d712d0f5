//! Input that is no attempt at anything, only bad: wrong, huge, malformed, repeated, out of order, all at once. A clear
//! answer, nothing changed, and the store goes on. (Malformed packs are tried in crate `pack`, malformed bodies in `web`.)

mod at_once;
mod limits;
mod values;

use bypass::front::ORG;
use bypass::stage::{Stage, fresh_key};
use engine::{Act, Command, Refusal, Reply};
use testkit::postgres::Cluster;

/// What is tried on each database, by the name of its database.
const CASES: [(&str, fn(Stage)); 12] = [
    ("bad_values", values::values_that_are_none),
    ("sql", values::sql_is_text),
    ("long", values::what_is_too_long),
    ("lines", values::ten_thousand_lines),
    ("order", at_once::steps_in_every_order),
    ("at_once", at_once::sixty_four_sign_at_once),
    ("repeated", at_once::the_same_request_at_once),
    (
        "quorum",
        at_once::one_person_with_two_accounts_signs_at_once,
    ),
    ("draws", at_once::two_draw_the_same_goods_at_once),
    ("overflow", limits::sums_that_do_not_fit),
    ("clock", limits::a_clock_that_is_set_back),
    ("names", limits::names_of_files),
];

#[test]
fn bad_input_on_sqlite() {
    for (_, case) in CASES {
        case(Stage::sqlite());
    }
}

#[test]
fn bad_input_on_postgres() {
    if !Cluster::available() {
        eprintln!("PostgreSQL is not installed: its half of the suite was left out");
        return;
    }
    for (name, case) in CASES {
        let url = Cluster::shared()
            .create_database(name)
            .expect("a database is made");
        case(Stage::postgres(&url));
    }
}

fn submit(stage: &Stage, actor: &str, act: Act) -> Result<Reply, Refusal> {
    let command = Command {
        org: ORG,
        key: fresh_key(),
        at: stage.now,
        actor: actor.into(),
        on_behalf_of: None,
        act,
    };
    stage
        .store
        .submit_blocking(command)
        .expect("an answer, not a fault")
        .outcome
}

/// Nothing but the journal may have changed, and everything must be sound.
fn unchanged(stage: &Stage, before: &[(&'static str, String)], what: &str) {
    for ((table, before), (_, after)) in before.iter().zip(&stage.raw.fingerprint()) {
        assert_eq!(before, after, "{table} changed by {what}");
    }
}

fn sound(stage: &Stage) {
    let report = stage.store.verify(&|_, _, _| {}).expect("it can be read");
    assert!(report.sound(), "{:?}", report.first_bad);
}
