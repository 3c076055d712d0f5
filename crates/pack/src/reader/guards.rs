//! Guards: a condition, or the Rust rule of that name.

use std::sync::Arc;

use model::{Expr, Guard, Name};

use crate::Kind;
use crate::expression::{Checker, Stands};
use crate::reader::Reader;
use crate::reader::flow::{FlowDraft, cites_only};
use crate::reading::Reading;
use crate::source::quoted;
use crate::suggest;
use crate::tree::Node;

/// Codes of refusals that are the engine's own; a guard of that name could not be told from them.
const REFUSALS: [&str; 12] = [
    "request",
    "role",
    "order",
    "stale",
    "separate",
    "separation",
    "field",
    "draws",
    "guard",
    "balance",
    "number",
    "period",
];

/// Reads a guard of a step of the slip; complains when neither condition nor rule stands behind it.
pub(crate) fn read<'a>(
    reader: &Reader<'a>,
    flow: &FlowDraft<'a>,
    slip: usize,
    node: &'a Node,
    path: &str,
) -> Option<Guard> {
    let desk = reader.desk;
    let mut reading = Reading::new(desk, node);
    let name = reading.need_name()?;
    let zh = reading.need_label();
    if REFUSALS.contains(&name.text.as_str()) {
        let message = format!("{} is a refusal of the engine", quoted(&name.text));
        desk.error(Kind::ReservedName, name.span, message);
    }
    let path = format!("{path}/guard/{}", name.text);
    let label = reader.labels.label(desk, &path, &zh, reading.span());
    let condition = reading.property("must");
    let cites = cites_only(reader, &mut reading);
    reading.finish();
    let must = condition.and_then(|word| {
        Checker {
            desk,
            tables: &reader.tables,
            slips: &flow.types,
            slip,
            stands: Stands::Step,
        }
        .condition(word)
    });
    let rules = || reader.rules_of(flow.name);
    let has_rule = rules().any(|rule| *rule == name.text);
    if condition.is_none() && !has_rule {
        let message = format!(
            "guard {} has no `must` and no Rust rule of that name",
            quoted(&name.text)
        );
        let hint = suggest::did_you_mean(&name.text, rules());
        desk.hinted(Kind::GuardWithoutRule, node.name.span, message, hint);
    }
    if condition.is_some() && has_rule {
        let message = format!(
            "guard {} has both a `must` and a Rust rule",
            quoted(&name.text)
        );
        desk.error(Kind::Conflict, node.name.span, message);
    }
    Some(Guard {
        name: Arc::from(name.text.as_str()),
        label,
        field: must.as_ref().and_then(first_field),
        must,
        cites,
    })
}

impl<'a> Reader<'a> {
    /// The names of the Rust rules of a flow.
    pub fn rules_of(&self, flow: &str) -> impl Iterator<Item = &'a str> {
        let rules = self.rules.iter().filter(move |(name, _)| *name == flow);
        let rules: Vec<&'a str> = rules
            .flat_map(|(_, rules)| rules.iter().map(|(guard, _)| *guard))
            .collect();
        rules.into_iter()
    }
}

/// The first field of the slip that a condition reads: whether of a line, and which.
fn first_field(expr: &Expr) -> Option<(bool, usize)> {
    let mut first = None;
    expr.names(&mut |name| {
        let field = match name {
            Name::Header(at) => Some((false, *at)),
            Name::Line(at) | Name::Total(at) => Some((true, *at)),
            _ => None,
        };
        first = first.or(field);
    });
    first
}
