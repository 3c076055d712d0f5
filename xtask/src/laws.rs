//! The laws that show in the text of one Rust file. Each function answers with sentences; none when all is well.

use crate::source::{Source, words};

/// How many lines a file of a crate may have: what one can keep in mind.
pub const LINES_MAX: usize = 800;

/// Words by which the clock, chance or the outside world would come in.
const OUTSIDE: &[&str] = &[
    "SystemTime",
    "Instant",
    "RandomState",
    "rand",
    "getrandom",
    "fastrand",
];
/// Modules of the standard library that do the same.
const OUTSIDE_STD: &[&str] = &["fs", "net", "env", "process", "thread"];

/// Words that a pack uses as names and the engine uses in its own right: the language of the house comes first.
const OWN_WORDS: &[&str] = &[
    "order",
    "person",
    "line",
    "register",
    "ledger",
    "receiver",
    "count",
    "result",
    "stop",
    "release",
    "inspection",
    "layers",
    "method",
    "worth",
];

/// No quantity and no sum of money is a floating-point number: no such type, no such literal.
pub fn floats(file: &str, text: &str) -> Vec<String> {
    let code = Source::of(text).code;
    let types = words(&code).filter(|word| {
        let literal = word.text.starts_with(|first: char| first.is_ascii_digit());
        matches!(word.text, "f32" | "f64")
            || (literal && (word.text.ends_with("f32") || word.text.ends_with("f64")))
    });
    let mut found: Vec<String> = types
        .map(|word| format!("{file}:{}: `{}`", word.line, word.text))
        .collect();
    for (number, line) in code.lines().enumerate() {
        if has_decimal_literal(line) {
            found.push(format!(
                "{file}:{}: a number with a decimal point",
                number + 1
            ));
        }
    }
    found
}

/// Whether a line holds `12.5`, which is not `pair.0.1` and not `0..5`.
fn has_decimal_literal(line: &str) -> bool {
    let bytes = line.as_bytes();
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    (1..bytes.len())
        .filter(|at| bytes[*at] == b'.' && digit(at - 1) && digit(at + 1))
        .any(|dot| {
            let word = bytes[..dot]
                .iter()
                .rposition(|byte| !byte.is_ascii_alphanumeric() && *byte != b'_');
            let (start, before) = word.map_or((0, b' '), |at| (at + 1, bytes[at]));
            digit(start) && before != b'.'
        })
}

/// A pure crate asks neither the clock, nor chance, nor the machine; its tests may.
pub fn outside_world(file: &str, text: &str) -> Vec<String> {
    let code = Source::of(text).without_tests().code;
    let std = words(&code).filter(|word| word.text == "std");
    let lines_with_std: Vec<usize> = std.map(|word| word.line).collect();
    let found = words(&code).filter(|word| {
        OUTSIDE.contains(&word.text)
            || (OUTSIDE_STD.contains(&word.text) && lines_with_std.contains(&word.line))
    });
    let mut found: Vec<String> = found
        .map(|word| format!("{file}:{}: `{}`", word.line, word.text))
        .collect();
    for (number, line) in code.lines().enumerate() {
        if line.contains("::now(") {
            found.push(format!("{file}:{}: the clock is read", number + 1));
        }
    }
    found
}

/// Names in code are English.
pub fn foreign_names(file: &str, text: &str) -> Vec<String> {
    let code = Source::of(text).code;
    let found = words(&code).filter(|word| !word.text.is_ascii());
    found
        .map(|word| {
            format!(
                "{file}:{}: `{}` is not an English name",
                word.line, word.text
            )
        })
        .collect()
}

/// A file is one idea and fits in a head.
pub fn too_long(file: &str, text: &str) -> Option<String> {
    let lines = text.lines().count();
    (lines > LINES_MAX).then(|| format!("{file}: {lines} lines, {LINES_MAX} at most"))
}

/// The names that a pack's text declares: of itself, its roles, ledgers, flows and slips.
pub fn declared_names(kdl: &str) -> Vec<String> {
    let declared = kdl.lines().filter_map(|line| {
        let mut words = line.split_whitespace();
        let kind = words.next()?;
        let name = words.next()?.trim_matches('"');
        let is_name = !name.is_empty()
            && name
                .chars()
                .all(|one| one.is_ascii_lowercase() || one == '_');
        (matches!(kind, "pack" | "role" | "ledger" | "flow" | "slip") && is_name)
            .then(|| name.to_owned())
    });
    let mut names: Vec<String> = declared
        .filter(|name| !OWN_WORDS.contains(&name.as_str()))
        .collect();
    names.sort();
    names.dedup();
    names
}

/// Names of packs in a file of the engine, as a name in code or a word in quoted text; tests may make up a pack.
pub fn pack_names(file: &str, text: &str, names: &[String]) -> Vec<String> {
    let source = Source::of(text).without_tests();
    let found = words(&source.code)
        .chain(words(&source.quoted))
        .filter(|word| {
            let snake = snake_case(word.text);
            names.contains(&snake)
        });
    found
        .map(|word| {
            format!(
                "{file}:{}: `{}` is the name of something in a pack",
                word.line, word.text
            )
        })
        .collect()
}

/// `PurchaseInbound` and `PURCHASE_INBOUND` as `purchase_inbound`.
fn snake_case(name: &str) -> String {
    if name.chars().all(|one| !one.is_lowercase()) {
        return name.to_lowercase();
    }
    let mut snake = String::new();
    for one in name.chars() {
        if one.is_uppercase() && !snake.is_empty() && !snake.ends_with('_') {
            snake.push('_');
        }
        snake.extend(one.to_lowercase());
    }
    snake
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floating_point_is_found_and_nothing_else() {
        let bad = "fn a(x: f64) -> i64 {\n let y = 1.5;\n let z = 3_f32; }";
        assert_eq!(floats("a.rs", bad).len(), 3);
        let good = "// f64 1.5\nfn a(t: ((i64, i64), i64)) -> i64 { t.0.1 + (0..5).sum() + \"1.5\".len() }";
        assert_eq!(floats("a.rs", good), Vec::<String>::new());
    }

    #[test]
    fn the_outside_world_is_found_but_not_in_tests() {
        let bad = "use std::fs;\nfn a() { let t = jiff::Zoned::now(); std::env::var(\"X\"); Instant::elapsed() }";
        assert_eq!(outside_world("a.rs", bad).len(), 4);
        let good = "// Instant\nfn process(now: Day, net: Amount) { at(Note { at: now }) }\n#[cfg(test)]\nmod tests { use std::fs; }";
        assert_eq!(outside_world("a.rs", good), Vec::<String>::new());
    }

    #[test]
    fn names_in_chinese_are_found_but_not_texts() {
        assert_eq!(foreign_names("a.rs", "let 数量 = 1;").len(), 1);
        assert_eq!(
            foreign_names("a.rs", "// 数量\nlet a = \"数量\"; let c = '量';"),
            Vec::<String>::new()
        );
    }

    #[test]
    fn long_files_are_found() {
        assert!(too_long("a.rs", &"\n".repeat(LINES_MAX + 1)).is_some());
        assert!(too_long("a.rs", &"\n".repeat(LINES_MAX)).is_none());
    }

    #[test]
    fn names_of_packs_are_found_in_the_engine() {
        let pack = "// slip hidden\npack gsp \"药品\" {\n  role buyer \"采购\"\n  flow purchase_inbound \"采购入库\" {\n \
                    slip order \"订单\" {\n  slip receipt \"收货单\"";
        let names = declared_names(pack);
        assert_eq!(names, ["buyer", "gsp", "purchase_inbound", "receipt"]);
        let bad =
            "fn a(buyer: u8) { match step { \"receipt.fill\" => PurchaseInbound, _ => GSP } }";
        assert_eq!(pack_names("a.rs", bad, &names).len(), 4);
        let good =
            "// gsp\nfn a(order: u8) {}\n#[cfg(test)] mod tests { const A: &str = \"gsp\"; }";
        assert_eq!(pack_names("a.rs", good, &names), Vec::<String>::new());
    }
}
