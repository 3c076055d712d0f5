//! A flow as BPMN 2.0, read back by an XML parser: every reference leads somewhere, every element is drawn, every step stands
//! in the lane of those who sign it.

mod common;

use std::collections::{BTreeMap, BTreeSet};

use pack::{Language, show_bpmn};
use roxmltree::{Document, Node};

const MODEL: &str = "http://www.omg.org/spec/BPMN/20100524/MODEL";
const DI: &str = "http://www.omg.org/spec/BPMN/20100524/DI";

fn of<'a>(document: &'a Document<'_>, space: &'a str, name: &'a str) -> Vec<Node<'a, 'a>> {
    document
        .descendants()
        .filter(|node| node.has_tag_name((space, name)))
        .collect()
}

/// What holds for any diagram: unique identifiers, references that lead somewhere, a shape or line for all that is seen.
fn sound(document: &Document<'_>) {
    let mut ids = BTreeSet::new();
    for node in document.descendants() {
        if let Some(id) = node.attribute("id") {
            assert!(ids.insert(id), "{id} twice");
            let mut chars = id.chars();
            assert!(chars.next().is_some_and(char::is_alphabetic), "{id}");
            assert!(
                chars.all(|c| c.is_alphanumeric() || "._-".contains(c)),
                "{id}"
            );
        }
    }
    for node in document.descendants() {
        for name in [
            "sourceRef",
            "targetRef",
            "processRef",
            "attachedToRef",
            "bpmnElement",
            "default",
        ] {
            if let Some(id) = node.attribute(name) {
                assert!(ids.contains(id), "{name}={id} leads nowhere");
            }
        }
        if ["incoming", "outgoing", "flowNodeRef"].contains(&node.tag_name().name()) {
            let id = node.text().expect("a reference");
            assert!(ids.contains(id), "{id} leads nowhere");
        }
    }
    let drawn: BTreeSet<&str> = of(document, DI, "BPMNShape")
        .into_iter()
        .chain(of(document, DI, "BPMNEdge"))
        .filter_map(|node| node.attribute("bpmnElement"))
        .collect();
    for name in [
        "participant",
        "lane",
        "startEvent",
        "endEvent",
        "userTask",
        "exclusiveGateway",
        "inclusiveGateway",
        "boundaryEvent",
        "sequenceFlow",
        "textAnnotation",
        "association",
    ] {
        for node in of(document, MODEL, name) {
            let id = node.attribute("id").expect("an id");
            assert!(drawn.contains(id), "{name} {id} is not drawn");
        }
    }
    // Every node stands in one lane.
    let mut lanes: BTreeMap<&str, usize> = BTreeMap::new();
    for node in of(document, MODEL, "flowNodeRef") {
        *lanes.entry(node.text().expect("an id")).or_default() += 1;
    }
    assert!(lanes.values().all(|count| *count == 1));
    for task in of(document, MODEL, "userTask") {
        assert!(lanes.contains_key(task.attribute("id").expect("an id")));
    }
}

#[test]
fn a_flow_is_sound_bpmn_with_a_lane_per_role_and_a_drawing() {
    let pack = common::pack();
    let (_, flow) = pack.flow("example").expect("the flow");
    for language in [Language::Zh, Language::En] {
        let text = show_bpmn(&pack, "example", language).expect("the flow");
        let document = Document::parse(&text).expect("XML");
        sound(&document);
        let tasks = of(&document, MODEL, "userTask");
        assert_eq!(tasks.len(), flow.steps.len());
        for step in &flow.steps {
            let label = match language {
                Language::Zh => &step.label.zh,
                Language::En => &step.label.en,
            };
            assert!(
                tasks
                    .iter()
                    .any(|task| task.attribute("name") == Some(label)),
                "{label}"
            );
        }
        let whether = flow.steps.iter().filter(|step| step.when.is_some()).count();
        assert_eq!(of(&document, MODEL, "exclusiveGateway").len(), whether);
        let timed = flow
            .steps
            .iter()
            .filter(|step| step.within_minutes.is_some())
            .count();
        assert_eq!(of(&document, MODEL, "timeDuration").len(), timed);
        assert_eq!(
            of(&document, MODEL, "textAnnotation").len(),
            flow.separations.len()
        );
        assert_eq!(
            text,
            show_bpmn(&pack, "example", language).expect("the flow")
        );
    }
    assert!(show_bpmn(&pack, "nothing", Language::Zh).is_none());
}

#[test]
fn every_task_is_on_a_way_from_a_start_to_an_end() {
    let pack = common::pack();
    let text = show_bpmn(&pack, "example", Language::Zh).expect("the flow");
    let document = Document::parse(&text).expect("XML");
    let edges: Vec<(&str, &str)> = of(&document, MODEL, "sequenceFlow")
        .into_iter()
        .map(|edge| {
            (
                edge.attribute("sourceRef").unwrap(),
                edge.attribute("targetRef").unwrap(),
            )
        })
        .collect();
    let reach = |begin: &str, forwards: bool| {
        let mut found: BTreeSet<&str> = BTreeSet::new();
        let mut open: Vec<&str> = of(&document, MODEL, begin)
            .into_iter()
            .map(|node| node.attribute("id").unwrap())
            .map(|id| {
                edges
                    .iter()
                    .flat_map(|(a, b)| [*a, *b])
                    .find(|known| *known == id)
                    .unwrap()
            })
            .collect();
        while let Some(at) = open.pop() {
            if found.insert(at) {
                let next = edges
                    .iter()
                    .filter(|(from, to)| at == if forwards { *from } else { *to });
                open.extend(next.map(|(from, to)| if forwards { *to } else { *from }));
            }
        }
        found
    };
    let (after, before) = (reach("startEvent", true), reach("endEvent", false));
    for task in of(&document, MODEL, "userTask") {
        let id = task.attribute("id").unwrap();
        assert!(after.contains(id) && before.contains(id), "{id}");
    }
}

#[test]
fn labels_cannot_break_out_of_the_file() {
    let text = r#"pack p "包" {
    role clerk "<script>alert(1)</script>&\""
}
flow f "<b>流</b>" cites="]]>&<" {
    step s.fill "</userTask><script>" by=clerk within="2d"
    slip s "\"><script>" number="S{0000}" {
        a "甲" text
    }
}
"#;
    let pack = pack::read(&[common::text("p.kdl", text)], &[]).expect("a pack");
    let text = show_bpmn(&pack, "f", Language::Zh).expect("the flow");
    let document = Document::parse(&text).expect("XML");
    sound(&document);
    assert!(of(&document, MODEL, "script").is_empty());
    let task = of(&document, MODEL, "userTask")[0];
    assert_eq!(task.attribute("name"), Some("</userTask><script>"));
}
