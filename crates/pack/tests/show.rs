//! A flow as text and as a drawing: exactly the committed ones.

mod common;

use pack::{Here, Language, show_svg, show_text};

#[test]
fn the_text_is_the_committed_one() {
    let pack = common::pack();
    let zh = show_text(&pack, "example", Language::Zh).expect("the flow");
    common::committed("tests/show/example.zh.txt", &zh);
    let en = show_text(&pack, "example", Language::En).expect("the flow");
    common::committed("tests/show/example.en.txt", &en);
    assert!(show_text(&pack, "nothing", Language::En).is_none());
}

#[test]
fn the_drawing_is_the_committed_one() {
    let pack = common::pack();
    let here = Here {
        done: &["order.fill", "order.approve"],
        waiting: &["receipt.fill"],
    };
    let svg = show_svg(&pack, "example", Language::Zh, Some(here)).expect("the flow");
    common::committed("tests/show/example.svg", &svg);
    assert_eq!(svg.matches("class=\"flow-step done\"").count(), 2);
    assert_eq!(svg.matches("class=\"flow-step now\"").count(), 1);
    assert_eq!(svg.matches("class=\"flow-slip now\"").count(), 1);
    assert_eq!(svg.matches("class=\"flow-needs\"").count(), 2);
    assert!(!svg.contains("<script") && !svg.contains("<style") && !svg.contains(" on"));
    assert!(show_svg(&pack, "nothing", Language::Zh, None).is_none());
}

#[test]
fn labels_cannot_break_out_of_the_drawing() {
    let text = r#"pack p "包" {
    role clerk "<script>alert(1)</script>&\""
}
flow f "<b>流</b>" {
    step s.fill "</text><script>" by=clerk
    slip s "\"><script>" number="S{0000}" {
        a "甲" text
    }
}
"#;
    let pack = pack::read(&[common::text("p.kdl", text)], &[]).expect("a pack");
    let svg = show_svg(&pack, "f", Language::Zh, None).expect("the flow");
    assert!(!svg.contains("<script") && !svg.contains("<b>"), "{svg}");
}
