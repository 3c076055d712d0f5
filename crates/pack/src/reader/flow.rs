//! A flow: its slips first, then its steps, so that every name has a meaning when it is read.

use std::sync::Arc;

use model::{Flow, Label, Slip};

use crate::Kind;
use crate::expression::SlipTypes;
use crate::reader::slips::{self, SlipDraft};
use crate::reader::{Reader, order, separate, steps};
use crate::reading::Reading;
use crate::source::quoted;
use crate::tree::{Node, Word};

/// Slips, steps and separations of one flow, fields of one slip: what people can keep apart.
const MOST: usize = 200;

/// What the steps of a flow are read against.
pub(crate) struct FlowDraft<'a> {
    pub name: &'a str,
    pub slips: Vec<SlipDraft<'a>>,
    pub types: Vec<SlipTypes>,
    /// For every slip, those that it comes from at any distance.
    pub up: Vec<Vec<usize>>,
    pub steps: Vec<steps::StepDraft<'a>>,
    pub holds: Vec<steps::HoldDraft<'a>>,
}

/// Reads a flow whose name was checked.
pub(crate) fn read<'a>(reader: &mut Reader<'a>, node: &'a Node) -> Option<Flow> {
    let desk = reader.desk;
    if desk.full() {
        return None;
    }
    let mut reading = Reading::new(desk, node);
    let name = reading.next()?.text.as_str();
    let zh = reading.need_label();
    let path = format!("flow/{name}");
    let label = reader.labels.label(desk, &path, &zh, reading.span());
    let children = reading.children();
    let cites = cited(reader, &mut reading);
    reading.finish();
    let of = |kind: &str| -> Vec<&'a Node> {
        let nodes = children.iter().filter(|node| node.name.text == kind);
        nodes.collect()
    };
    for child in children {
        if !matches!(
            child.name.text.as_str(),
            "step" | "slip" | "separate" | "cites"
        ) {
            slips::unknown(reader, child);
        }
    }
    let (slip_nodes, step_nodes, separate_nodes) = (of("slip"), of("step"), of("separate"));
    for (nodes, what) in [
        (&slip_nodes, "slips"),
        (&step_nodes, "steps"),
        (&separate_nodes, "separations"),
    ] {
        if nodes.len() > MOST {
            let message = format!("flow {} has more than {MOST} {what}", quoted(name));
            desk.error(Kind::OutOfRange, node.name.span, message);
            return None;
        }
    }
    if slip_nodes.is_empty() {
        let message = format!("flow {} has no slip", quoted(name));
        desk.error(Kind::Missing, node.name.span, message);
    }
    let mut drafts = slips::named(reader, &slip_nodes);
    let own = drafts
        .iter()
        .filter(|draft| draft.foreign.is_none())
        .count();
    for at in slips::in_order(reader, &mut drafts) {
        if at < own {
            slips::read_fields(reader, &mut drafts, at, &path);
        }
    }
    for draft in &drafts {
        let lines = draft.lines.as_ref().map_or(0, Vec::len);
        if draft.header.len() > MOST || lines > MOST {
            let message = format!("slip {} has more than {MOST} fields", quoted(&draft.name));
            desk.error(Kind::OutOfRange, draft.span, message);
            return None;
        }
    }
    let types: Vec<SlipTypes> = drafts.iter().map(slips::types).collect();
    let up = slips::up_the_chain(&drafts);
    let slips: Vec<Slip> = (0..own)
        .map(|at| slips::finish(reader, &drafts, &types, &up[at], at, name))
        .collect();
    for (slip, draft) in slips.iter().zip(&drafts) {
        order::check(desk, slip, draft);
    }
    let foreign = drafts.iter().filter_map(|draft| draft.foreign.clone());
    let foreign: Vec<Slip> = foreign.collect();
    let for_others = slips::for_others(name, &slips, &drafts);
    reader.elsewhere.extend(for_others);
    let steps = steps::named(reader, &drafts, &step_nodes);
    let holds = steps::holds(&steps);
    let draft = FlowDraft {
        name,
        slips: drafts,
        types,
        up,
        steps,
        holds,
    };
    let steps = steps::read_all(reader, &draft);
    let separations = separate::read_all(reader, &draft, &separate_nodes);
    Some(Flow {
        name: Arc::from(name),
        label,
        steps,
        slips,
        foreign,
        separations,
        cites,
    })
}

/// The law named by a property `cites=` or a node `cites`.
pub(crate) fn cited(reader: &Reader<'_>, reading: &mut Reading<'_>) -> Option<Label> {
    let mut words: Vec<&Word> = reading.text("cites").into_iter().collect();
    let nodes = reading.node.children.iter().flatten();
    for node in nodes.filter(|node| node.name.text == "cites") {
        let mut inner = Reading::new(reader.desk, node);
        words.extend(inner.need("text"));
        inner.finish();
    }
    if let [_, second, ..] = words.as_slice() {
        let message = "`cites` is given twice";
        reader.desk.error(Kind::Duplicate, second.span, message);
    }
    words.first().map(|word| reader.labels.citation(&word.text))
}

/// Reads the braces of a node in which nothing but `cites` may stand.
pub(crate) fn cites_only(reader: &Reader<'_>, reading: &mut Reading<'_>) -> Option<Label> {
    for child in reading.children() {
        if child.name.text != "cites" {
            let place = quoted(&reading.node.name.text);
            crate::reading::unknown_node(reader.desk, child, &place, &["cites"]);
        }
    }
    cited(reader, reading)
}
