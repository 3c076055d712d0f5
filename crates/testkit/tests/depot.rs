//! The sample pack: it reads, and its scenarios hold.

mod common;

#[test]
fn the_scenarios_of_the_sample_pack_hold() {
    let packs = common::catalog();
    for scenario in common::texts().1 {
        let report = testkit::scenario::run_text(&packs, &scenario.text, &scenario.path);
        assert!(report.passed(), "\n{report}");
        assert!(report.checks > 0);
    }
}
