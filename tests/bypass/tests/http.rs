//! What a browser, an edited form or any program can send is refused by name, leaves its row in the journal and changes
//! nothing.

use bypass::{Stage, http};

#[test]
fn requests_of_every_kind_are_refused() {
    let mut stage = Stage::api();
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
