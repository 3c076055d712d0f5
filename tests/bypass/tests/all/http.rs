//! What a browser, an edited form or any program can send is refused by name, leaves its row in the journal and changes
//! nothing.

use bypass::{Stage, http};
use testkit::postgres::Cluster;

fn play(mut stage: Stage) {
    for attempt in http::all() {
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
    println!("{} tries", stage.tries);
}

#[test]
fn requests_of_every_kind_are_refused() {
    play(Stage::api());
}

#[test]
fn requests_of_every_kind_are_refused_on_postgres() {
    if !Cluster::available() {
        eprintln!("PostgreSQL is not installed: its half of the suite was left out");
        return;
    }
    let url = Cluster::shared()
        .create_database("by_http")
        .expect("a database is made");
    play(Stage::postgres(&url).through_api());
}
