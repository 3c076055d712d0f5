//! The examples of `docs/notation.md` as a pack.
#![allow(dead_code, reason = "each test uses a part of it")]

use model::{Pack, SourceText};

const PAGE: &str = include_str!("../../../../docs/notation.md");

/// The examples of one sort, one after the other.
fn examples(sort: &str) -> String {
    let begin = format!("```kdl {sort}\n");
    let blocks = PAGE.split(begin.as_str()).skip(1);
    let texts: Vec<&str> = blocks.filter_map(|rest| rest.split("```").next()).collect();
    assert!(!texts.is_empty(), "no example of {sort}");
    texts.join("\n")
}

/// A text by path and content.
pub fn text(path: &str, text: impl Into<String>) -> SourceText {
    SourceText {
        path: path.to_owned(),
        text: text.into(),
    }
}

/// The texts that the page's examples are.
pub fn texts() -> Vec<SourceText> {
    let (pack, flow) = (examples("pack"), examples("flow"));
    vec![
        text(
            "example.kdl",
            format!("pack example \"示例\" {{\n{pack}}}\n"),
        ),
        text(
            "flows/example.kdl",
            format!("flow example \"示例流程\" {{\n{flow}}}\n"),
        ),
        text("labels.en.kdl", examples("labels")),
        text("forms/order.typ", "= 采购订单\n"),
    ]
}

/// The pack that they are.
pub fn pack() -> Pack {
    pack::read(&texts(), &[]).unwrap_or_else(|complaints| panic!("{complaints}"))
}

/// Compares with a committed file; where it differs it is written anew and the test fails.
pub fn committed(path: &str, found: &str) {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    if std::fs::read_to_string(&path).unwrap_or_default() != found {
        std::fs::write(&path, found).expect("the folder can be written");
        panic!(
            "{} was written anew; look at it and commit it",
            path.display()
        );
    }
}
