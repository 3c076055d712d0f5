//! Every attempt is refused by name, leaves its row in the journal and changes nothing else.

use bypass::{Stage, Through, attempts};
use testkit::postgres::Cluster;

fn play(mut stage: Stage, through: Through) {
    let all = attempts::all();
    for attempt in all
        .iter()
        .filter(|attempt| attempt.through.contains(&through))
    {
        stage.play(attempt);
    }
    let report = stage
        .store
        .verify(&|_, _, _| {})
        .expect("the store can be read");
    if !report.sound() {
        stage.fail(format_args!("verify: {:?}", report.first_bad));
    }
    assert!(stage.failures.is_empty(), "\n{}", stage.failures.join("\n"));
    println!("{} tries", stage.tries);
}

#[test]
fn commands_are_refused_on_sqlite() {
    play(Stage::sqlite(), Through::Commands);
}

#[test]
fn commands_are_refused_on_postgres() {
    if !Cluster::available() {
        eprintln!("PostgreSQL is not installed: its half of the suite was left out");
        return;
    }
    let url = Cluster::shared()
        .create_database("bypass")
        .expect("a database is made");
    play(Stage::postgres(&url), Through::Commands);
}

#[test]
fn requests_are_refused_by_the_api() {
    play(Stage::api(), Through::Api);
}
