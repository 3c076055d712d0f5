//! Separation, and whether guards and Rust rules match.

use model::{Flow, Rule, Separation};

use crate::Kind;
use crate::reader::Reader;
use crate::reader::flow::{FlowDraft, cites_only};
use crate::reading::{Part, Reading, check_label};
use crate::source::{Span, quoted};
use crate::suggest;
use crate::tree::Node;

/// Reads `separate order.fill order.approve`.
pub(crate) fn read_all<'a>(
    reader: &Reader<'a>,
    flow: &FlowDraft<'a>,
    nodes: &[&'a Node],
) -> Vec<Separation> {
    let mut separations = Vec::new();
    for node in nodes {
        let mut reading = Reading::new(reader.desk, node);
        let words = reading.rest();
        let mut steps = Vec::new();
        for word in &words {
            let part = Part {
                text: &word.text,
                span: word.span,
            };
            let Some(step) = flow.step(reader, &part) else {
                continue;
            };
            if steps.contains(&step) {
                let message = format!("step {} is named twice", quoted(&word.text));
                reader.desk.error(Kind::Duplicate, word.span, message);
            } else {
                steps.push(step);
            }
        }
        if words.len() < 2 {
            let message = "`separate` needs two steps or more";
            reader.desk.error(Kind::Missing, node.name.span, message);
        }
        let names: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
        let path = format!("flow/{}/separate/{}", flow.name, names.join(" "));
        let reason = reading.text("reason").map(|word| {
            let zh = check_label(reader.desk, word);
            reader.labels.label(reader.desk, &path, &zh, word.span)
        });
        let cites = cites_only(reader, &mut reading);
        reading.finish();
        separations.push(Separation {
            steps,
            reason,
            cites,
        });
    }
    separations
}

impl FlowDraft<'_> {
    /// The index of a step; complains when there is none.
    pub fn step(&self, reader: &Reader<'_>, part: &Part<'_>) -> Option<usize> {
        let found = self.steps.iter().position(|step| step.name == part.text);
        if found.is_none() {
            let message = format!("this flow has no step {}", quoted(part.text));
            let hint = suggest::one_of(part.text, self.steps.iter().map(|step| step.name));
            reader
                .desk
                .hinted(Kind::UnknownStep, part.span, message, hint);
        }
        found
    }
}

/// The Rust rules of the flows. Complains about rules that no guard without a condition names, unless `lenient`.
pub(crate) fn rules(
    reader: &Reader<'_>,
    flows: &[Flow],
    lenient: bool,
    nodes: &[(usize, &Node)],
    pack: Span,
) -> Vec<(String, String, Rule)> {
    let mut found = Vec::new();
    for (flow, rules) in reader.rules {
        let declared = flows.iter().find(|one| *one.name == **flow);
        for (guard, rule) in *rules {
            let guards = declared
                .iter()
                .flat_map(|flow| &flow.steps)
                .flat_map(|step| &step.guards);
            if guards.clone().any(|one| *one.name == **guard) {
                found.push((flow.to_string(), guard.to_string(), *rule));
            } else if !lenient {
                let message = format!("no guard of flow `{flow}` names the Rust rule `{guard}`");
                let names: Vec<&str> = guards.map(|one| &*one.name).collect();
                let hint = suggest::did_you_mean(guard, names);
                let named = |node: &&Node| {
                    let name = node.values.first();
                    name.is_some_and(|name| name.text == **flow)
                };
                let node = nodes.iter().map(|(_, node)| *node).find(named);
                let span = node.map_or(pack, |node| node.name.span);
                reader
                    .desk
                    .hinted(Kind::RuleWithoutGuard, span, message, hint);
            }
        }
    }
    found
}
