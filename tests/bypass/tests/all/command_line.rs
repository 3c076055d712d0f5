//! The command line and imports are no way around the rules either.

use bypass::{Stage, command_line};
use testkit::postgres::Cluster;

fn play(mut stage: Stage) {
    for attempt in command_line::all() {
        stage.play(&attempt);
    }
    let report = stage
        .store
        .verify(&|_, _, _| {})
        .expect("the store can be read");
    if !report.sound() {
        stage.fail(format_args!("verify: {:?}", report.first_bad));
    }
    assert!(stage.failures.is_empty(), "\n{}", stage.failures.join("\n"));
}

#[test]
fn words_and_files_are_refused() {
    play(Stage::data_folder());
}

#[test]
fn words_and_files_are_refused_on_postgres() {
    if !Cluster::available() {
        eprintln!("PostgreSQL is not installed: its half of the suite was left out");
        return;
    }
    let url = Cluster::shared()
        .create_database("words")
        .expect("a database is made");
    play(Stage::data_on_postgres(&url));
}
