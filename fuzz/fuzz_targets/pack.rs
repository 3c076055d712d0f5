//! Any text as a flow of a pack: it is a pack, or there is a complaint that points into it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use model::{Rule, RuleContext, SourceText, Verdict};

fn holds(_: &RuleContext<'_>) -> Verdict {
    Verdict::Holds
}

const RULES: &[(&str, &[(&str, Rule)])] = &[("any", &[("holds", holds)])];
const PACK: &str = include_str!("../../packs/gsp/gsp.kdl");

fuzz_target!(|text: &str| {
    let texts = [("gsp.kdl", PACK), ("flows/any.kdl", text)].map(|(path, text)| SourceText {
        path: path.to_owned(),
        text: text.to_owned(),
    });
    let read = pack::check(&texts, RULES);
    let refused = read
        .complaints
        .iter()
        .any(|one| one.level == pack::Level::Error);
    assert_eq!(refused, read.pack.is_none());
    for complaint in &read.complaints {
        let file = texts.iter().find(|text| text.path == complaint.file);
        let lines = file.map_or(0, |file| file.text.split('\n').count());
        assert!(complaint.line as usize <= lines, "{complaint}");
    }
});
