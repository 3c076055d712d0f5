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
    if let Some(stage) = on_postgres("bypass") {
        play(stage, Through::Commands);
    }
}

fn on_postgres(name: &str) -> Option<Stage> {
    if !Cluster::available() {
        eprintln!("PostgreSQL is not installed: its half of the suite was left out");
        return None;
    }
    let url = Cluster::shared().create_database(name);
    Some(Stage::postgres(&url.expect("a database is made")))
}

#[test]
fn requests_are_refused_by_the_api() {
    play(Stage::api(), Through::Api);
}

#[test]
fn requests_are_refused_by_the_api_on_postgres() {
    if let Some(stage) = on_postgres("by_api") {
        play(stage.through_api(), Through::Api);
    }
}

#[test]
fn forms_are_refused_by_the_pages() {
    play(Stage::sqlite().through_pages(), Through::Pages);
}

#[test]
fn forms_are_refused_by_the_pages_on_postgres() {
    if let Some(stage) = on_postgres("by_pages") {
        play(stage.through_pages(), Through::Pages);
    }
}
