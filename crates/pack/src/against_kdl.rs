//! The scan against the KDL parser of the KDL project: what the one takes the other takes, and both see the same tree.

use std::fs;
use std::path::Path;

use kdl::{KdlDocument, KdlNode, KdlValue};
use model::SourceText;
use proptest::prelude::*;

use crate::read::Limits;
use crate::scan;
use crate::source::Desk;
use crate::tree::{Form, Node, Word};

/// The nodes of a text, or nothing when it is refused.
fn ours(text: &str) -> Option<Vec<Node>> {
    let texts = [SourceText {
        path: "x.kdl".to_owned(),
        text: text.to_owned(),
    }];
    scan::parse(&Desk::new(&texts), 0, text, &Limits::default())
}

/// Holds a text against the other parser; says whether it was taken.
fn agree(text: &str) -> bool {
    let Some(nodes) = ours(text) else {
        return false;
    };
    let document = KdlDocument::parse_v2(text).unwrap_or_else(|error| panic!("{error:?}\n{text}"));
    same(text, &nodes, document.nodes());
    true
}

fn same(text: &str, ours: &[Node], theirs: &[KdlNode]) {
    assert_eq!(ours.len(), theirs.len(), "{text}");
    for (ours, theirs) in ours.iter().zip(theirs) {
        assert_eq!(ours.name.text, theirs.name().value(), "{text}");
        assert_eq!(
            ours.name.span.start,
            theirs.name().span().offset(),
            "{text}"
        );
        let (named, plain): (Vec<_>, Vec<_>) = theirs
            .entries()
            .iter()
            .partition(|entry| entry.name().is_some());
        assert_eq!(
            (ours.values.len(), ours.properties.len()),
            (plain.len(), named.len())
        );
        for (word, entry) in ours.values.iter().zip(plain) {
            value(text, word, entry.value());
            assert_eq!(word.span.start, entry.span().offset(), "{text}");
        }
        for ((key, word), entry) in ours.properties.iter().zip(named) {
            let name = entry.name().map(|name| name.value());
            assert_eq!(Some(key.text.as_str()), name, "{text}");
            assert_eq!(key.span.start, entry.span().offset(), "{text}");
            value(text, word, entry.value());
        }
        let children = theirs.children().map(KdlDocument::nodes);
        assert_eq!(ours.children.is_some(), children.is_some(), "{text}");
        same(
            text,
            ours.children.as_deref().unwrap_or_default(),
            children.unwrap_or_default(),
        );
    }
}

fn value(text: &str, word: &Word, value: &KdlValue) {
    match (word.form, value) {
        (Form::Bare | Form::Quoted, KdlValue::String(theirs)) => {
            assert_eq!(word.text, *theirs, "{text}");
        }
        (Form::Number, KdlValue::Integer(theirs)) => {
            let ours = word.text.trim_start_matches('+').parse::<i128>();
            assert_eq!(ours.as_ref(), Ok(theirs), "{text}");
        }
        (Form::Number, KdlValue::Float(theirs)) => {
            assert!(word.text.contains('.') && theirs.is_finite(), "{text}");
        }
        (Form::Flag(ours), KdlValue::Bool(theirs)) => assert_eq!(ours, *theirs, "{text}"),
        (Form::Null, KdlValue::Null) => {}
        (form, theirs) => panic!("{form:?} {theirs:?}\n{text}"),
    }
}

#[test]
fn the_packs_and_the_gallery_are_seen_alike() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut taken = 0;
    for folder in [
        "gallery",
        "../../packs/gsp",
        "../../packs/gsp/flows",
        "../../packs/gsp/tables",
    ] {
        for entry in fs::read_dir(root.join(folder)).expect("the folder") {
            let path = entry.expect("an entry").path();
            if path.extension().is_some_and(|ext| ext == "kdl") {
                taken += usize::from(agree(&fs::read_to_string(path).expect("a text")));
            }
        }
    }
    assert!(taken > 60, "{taken}");
}

#[test]
fn what_is_taken_and_what_not() {
    for text in [
        "",
        "\u{FEFF}a b",
        "a",
        "a;",
        "a; b",
        "a \"b\\n\\t\\\\\\\"\\u{4E2D}文\" c=\"\\s\"",
        "a \"\" b=\"\"",
        "a 1 -2 +3.50 0.5",
        "a #true b=#false c=#null",
        "a {\n}\nb",
        "a { b; c }",
        "a { b { c } ; d }",
        "a // x\nb // y",
        "a \\\n  b \\ // on\n  c\nd",
        "a\r\nb\r\n",
        "常温 \"x\"",
        "\"常温 2\" \"x\"",
        "a\u{3000}b",
        "- + -a",
        "a b.c=d.e",
        "a {\n  // nothing\n}",
    ] {
        assert!(agree(text), "{text:?} was refused");
    }
    for text in [
        "a {",
        "}",
        "a }",
        "a { }}",
        "a \"",
        "a \"\\x\"",
        "a #yes",
        "a 1x",
        "a 1=-",
        "a -2.5=b",
        "a .5",
        "1 a",
        "a = b",
        "a b= c",
        "a b =c",
        "a true",
        "a (b)c",
        "a /- b",
        "a /* b */",
        "a \"\"\"b",
        "a \\ b",
        "; a",
        "a;;b",
        "a {} b",
        "a \"b\"c",
        "a b\"c\"",
        "a [b]",
        "a \u{200E}",
        "a \"x\u{2028}y\"",
        "a=b",
        "a b==c",
        "#true",
        "a b=",
        "a 1e3",
        "a 0x1F",
        "a 1_000",
        "a inf",
        "{ a }",
        "a \u{85}b",
    ] {
        assert!(ours(text).is_none(), "{text:?} was taken");
    }
}

fn scraps() -> impl Strategy<Value = String> {
    let scrap = prop::sample::select(vec![
        "a",
        "b.c",
        "\"q\"",
        "\"\\\"\\\\\"",
        "\"{x}\"",
        "1",
        "-2.5",
        "+3",
        "#true",
        "=",
        "a=1",
        "b=\"x\"",
        "c=#false",
        " ",
        "  ",
        "\t",
        "\n",
        "\r\n",
        ";",
        "{",
        "}",
        "// c\n",
        "\\\n",
        "常温",
        "-",
        ".",
        "#",
        "\"",
        "\\",
        "/",
        "(",
        ")",
        "/-",
        "0",
        "true",
        "\u{3000}",
        "é",
    ]);
    prop::collection::vec(scrap, 0..24).prop_map(|scraps| scraps.concat())
}

/// Nodes as an author may write them.
fn written() -> impl Strategy<Value = String> {
    let word = || {
        prop::sample::select(vec![
            "a",
            "b.c",
            "line_x",
            "常温",
            "\"\"",
            "\"冷 藏\"",
            "\"a \\\"b\\\" \\u{4E2D}\"",
            "\"{date}-{0000}\"",
        ])
    };
    let value = prop_oneof![
        3 => word().prop_map(str::to_owned),
        1 => any::<i64>().prop_map(|number| number.to_string()),
        1 => (0..1_000, 0..1_000).prop_map(|(whole, part)| format!("-{whole}.{part:03}")),
        1 => prop::sample::select(vec!["#true", "#false", "#null"]).prop_map(str::to_owned),
    ];
    let entry = (prop::option::of("[a-z][a-z_.]{0,5}"), value, 1..3usize).prop_map(
        |(name, value, blanks)| {
            let name = name
                .filter(|name| !["true", "false", "null", "inf", "nan"].contains(&name.as_str()));
            let name = name.map(|name| name + "=").unwrap_or_default();
            format!("{}{name}{value}", " ".repeat(blanks))
        },
    );
    let entries =
        move || prop::collection::vec(entry.clone(), 0..5).prop_map(|entries| entries.concat());
    let end = || prop::sample::select(vec!["\n", "\r\n", " // c {\n", ";", " ;\n\n", " \\\n\n"]);
    let leaf =
        (word(), entries(), end()).prop_map(|(name, entries, end)| format!("{name}{entries}{end}"));
    leaf.prop_recursive(4, 40, 5, move |inner| {
        let inner = prop::collection::vec(inner, 0..5).prop_map(|nodes| nodes.concat());
        let head = (word(), entries());
        (head, inner, end())
            .prop_map(|((name, entries), inner, end)| format!("{name}{entries} {{\n{inner}}}{end}"))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_texts_are_seen_alike(text in scraps()) {
        agree(&text);
    }

    #[test]
    fn written_texts_are_taken_and_seen_alike(nodes in prop::collection::vec(written(), 0..4)) {
        let text = nodes.concat();
        prop_assert!(agree(&text), "{}", text);
    }

    #[test]
    fn random_characters_are_seen_alike(text in "\\PC{0,30}|[ab1\"\\\\{};= \n/#.-]{0,30}") {
        agree(&text);
    }
}
