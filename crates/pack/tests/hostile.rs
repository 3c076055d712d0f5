//! Whatever the text: an answer, soon, and no panic.

use std::time::{Duration, Instant};

use model::{Rule, RuleContext, SourceText, Verdict};
use pack::Read;
use proptest::prelude::*;

fn holds(_: &RuleContext<'_>) -> Verdict {
    Verdict::Holds
}

const RULES: &[(&str, &[(&str, Rule)])] = &[(
    "purchase_inbound",
    &[("supplier_licensed", holds), ("cold_chain", holds)],
)];

const PACK: &str = include_str!("../../../packs/gsp/gsp.kdl");
const TABLE: &str = include_str!("../../../packs/gsp/tables/limits.kdl");
const FLOW: &str = include_str!("../../../packs/gsp/flows/purchase_inbound.kdl");
const LABELS: &str = include_str!("../../../packs/gsp/labels.en.kdl");

/// Generous for an unoptimised build on a busy machine; an answer that needs exponential time is far beyond it.
const SOON: Duration = Duration::from_secs(20);

fn text(path: &str, text: impl Into<String>) -> SourceText {
    SourceText {
        path: path.to_owned(),
        text: text.into(),
    }
}

fn real() -> Vec<SourceText> {
    vec![
        text("gsp.kdl", PACK),
        text("tables/limits.kdl", TABLE),
        text("flows/purchase_inbound.kdl", FLOW),
        text("labels.en.kdl", LABELS),
    ]
}

/// Reads, and holds the answer against what any answer must be.
fn answer(texts: &[SourceText]) -> Read {
    let begin = Instant::now();
    let read = pack::check(texts, RULES);
    assert!(begin.elapsed() < SOON, "{:?}", begin.elapsed());
    let refused = read
        .complaints
        .iter()
        .any(|one| one.level == pack::Level::Error);
    assert_eq!(
        refused,
        read.pack.is_none(),
        "a pack or a reason why there is none"
    );
    for complaint in &read.complaints {
        assert!(!complaint.message.is_empty());
        assert_eq!(complaint.line == 0, complaint.column == 0);
        let file = texts.iter().find(|text| text.path == complaint.file);
        let lines = file.map_or(0, |file| file.text.split('\n').count());
        assert!(complaint.line as usize <= lines, "{complaint}");
        let _ = complaint.to_string();
    }
    read
}

fn bomb(name: &str, bomb: String) -> Read {
    let mut texts = real();
    texts.push(text(&format!("flows/{name}.kdl"), bomb));
    answer(&texts)
}

#[test]
fn deep_and_endless_texts_are_refused() {
    let n = 100_000;
    for (name, text) in [
        ("braces", "a {".repeat(n)),
        ("lines", "a {\n".repeat(n)),
        ("closing", "}".repeat(n)),
        ("both", "a {}\n".repeat(n)),
        ("quotes", "\"".repeat(n)),
        ("strings", "a \"x\n".repeat(n / 10)),
        ("equals", "a = = =\n".repeat(n / 10)),
        ("dashes", "a /- {\n".repeat(n / 10)),
        ("comments", "/*".repeat(n)),
        ("types", "(a)".repeat(n)),
        ("brackets", "a ]\n".repeat(n / 10)),
        ("values", format!("a{}", " b".repeat(n))),
        ("properties", format!("a{}", " b=1".repeat(n))),
        ("flags", format!("a{}", " #true".repeat(n))),
        ("numbers", format!("a {}", "9".repeat(n))),
        ("zeros", format!("a 0.{}1", "0".repeat(n))),
        ("words", "a".repeat(n)),
        ("semicolons", ";".repeat(n)),
        ("goes_on", "a \\\n".repeat(n / 10)),
        ("nothing", "\u{0}".repeat(n)),
        ("marks", "\u{FEFF}".repeat(n / 10)),
        ("backwards", "\u{202E}x\n".repeat(n / 10)),
    ] {
        let read = bomb(name, text);
        assert!(read.pack.is_none(), "{name} was taken");
    }
}

#[test]
fn expression_bombs_are_refused() {
    for bomb in [
        format!("{}line.qty{} > 0", "(".repeat(900), ")".repeat(900)),
        format!("{}line.qty > 0", "-".repeat(1_900)),
        format!("{}true", "not ".repeat(450)),
        format!("line.qty {} > 0", "+ line.qty ".repeat(180)),
        format!("line.qty > {}", "9".repeat(1_900)),
        format!("line.qty > 0.{}1", "0".repeat(1_900)),
        format!("{}1{} > 0", "parameter.a[".repeat(150), "]".repeat(150)),
        format!("line{} > 0", ".item".repeat(390)),
        format!("line.qty > {}", "9 * ".repeat(400) + "9"),
        "line.qty > 0 ".repeat(100_000),
        format!("'{}' == customer", "x".repeat(100_000)),
    ] {
        let mut texts = real();
        let shown: String = bomb.chars().take(40).collect();
        texts[2].text = FLOW.replace(
            "line.passed + line.failed == line.qty",
            &bomb.replace('"', ""),
        );
        let read = answer(&texts);
        assert!(read.pack.is_none(), "{shown} was taken");
    }
}

#[test]
fn very_many_declarations_end_quickly() {
    let roles: String = (0..3_000)
        .map(|at| format!("    role r{at} \"角色\"\n"))
        .collect();
    let many = format!("pack big \"大\" {{\n{roles}}}\n");
    let by: Vec<String> = (0..90).map(|at| format!("q{at}")).collect();
    let steps: String = (0..200)
        .map(|at| format!("step s.x{at} \"步\" by=\"{}\"\n", by.join(" ")))
        .collect();
    answer(&[
        text("big.kdl", many),
        text("flows/f.kdl", format!("flow f \"流\" {{\n{steps}}}\n")),
    ]);
    // Every slip comes from all before it, and every step waits for many.
    let slips: String = (0..100)
        .map(|at| {
            let from: Vec<String> = (0..at).map(|other| format!("s{other}")).collect();
            let from = if at == 0 {
                String::new()
            } else {
                format!("from=\"{}\"", from.join(" "))
            };
            format!("slip s{at} \"单\" {from} number=\"S{at}-{{0000}}\" {{\n a \"甲\" text\n}}\n")
        })
        .collect();
    let steps: String = (0..100)
        .map(|at| {
            format!(
                "step s{at}.fill \"步\" by=clerk needs=\"{}\"\n",
                if at == 0 { "s99.fill" } else { "s0.fill" }
            )
        })
        .collect();
    let all: Vec<String> = (0..100).map(|at| format!("s{at}.fill")).collect();
    let separate = format!("separate {}\n", all.join(" ")).repeat(100);
    let flow = format!("flow f \"流\" {{\n{steps}{slips}{separate}}}\n");
    answer(&[
        text("big.kdl", "pack big \"大\" {\n role clerk \"店员\"\n}\n"),
        text("flows/f.kdl", flow),
    ]);
}

#[test]
fn a_pack_of_very_many_texts_is_refused() {
    let texts: Vec<SourceText> = (0..2_000)
        .map(|at| text(&format!("{at}.kdl"), ""))
        .collect();
    assert!(answer(&texts).pack.is_none());
}

/// A change of a text: what is cut out, and what is put in.
fn mutated(whole: &str, at: usize, length: usize, put: &str) -> String {
    let chars: Vec<char> = whole.chars().collect();
    let at = at % (chars.len() + 1);
    let end = (at + length).min(chars.len());
    let mut out: String = chars[..at].iter().collect();
    out.push_str(put);
    out.extend(&chars[end..]);
    out
}

fn scraps() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        prop::sample::select(vec![
            "{",
            "}",
            "\"",
            "=",
            "line.",
            "from.",
            "total.",
            "parameter.",
            "(",
            ")",
            " and ",
            "not ",
            "#true",
            "\n",
            ";",
            "\\",
            "carry",
            "slip",
            "step",
            "order.fill",
            "'",
            "冷藏",
            "is=",
            "default=",
            "must=",
            "draws=",
            "1",
            "-",
            "0.5",
        ])
        .prop_map(str::to_owned),
        "\\PC{0,6}",
    ]
}

/// Words of expressions in any order.
fn expressions() -> impl Strategy<Value = String> {
    let words = prop::sample::select(vec![
        "line.qty",
        "line.price",
        "line.passed",
        "line.item",
        "line.item.storage",
        "line.expiry",
        "today",
        "supplier",
        "total.qty",
        "parameter.receipt_shelf_days",
        "from.delivery_note",
        "1",
        "0.5",
        "180",
        "'冷藏'",
        "'2026-01-01'",
        "true",
        "empty",
        "+",
        "-",
        "*",
        "/",
        "==",
        "!=",
        "<",
        "<=",
        ">",
        ">=",
        "and",
        "or",
        "not",
        "(",
        ")",
        "[",
        "]",
        ".",
    ]);
    prop::collection::vec(words, 1..14).prop_map(|words| words.join(" "))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_text(noise in "\\PC{0,200}|[a-z{}\"= \n;./()-]{0,300}") {
        answer(&[text("x.kdl", noise)]);
    }

    #[test]
    fn random_bytes_in_a_folder(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("x.kdl"), &bytes).unwrap();
        let read = pack::read_dir(folder.path(), &[]);
        prop_assert!(read.pack.is_none() && !read.complaints.is_empty());
        let file = pack::read_dir(&folder.path().join("x.kdl"), &[]);
        prop_assert!(file.pack.is_none());
    }

    #[test]
    fn a_changed_pack(which in 0..4usize, at in any::<usize>(), length in 0..12usize, put in scraps(),
                      second in any::<usize>(), put_second in scraps()) {
        let mut texts = real();
        let changed = mutated(&texts[which].text, at, length, &put);
        texts[which].text = mutated(&changed, second, 0, &put_second);
        answer(&texts);
    }

    #[test]
    fn random_expressions(expression in expressions()) {
        let mut texts = real();
        texts[2].text = FLOW.replace("line.passed + line.failed == line.qty", &expression);
        answer(&texts);
    }
}
