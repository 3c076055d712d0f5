//! The command line and imports are no way around the rules either.

use bypass::{Stage, command_line};

#[test]
fn words_and_files_are_refused() {
    let mut stage = Stage::data_folder();
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
