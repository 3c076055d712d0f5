//! The purchase flow of the pack `gsp` as commands: what the demo company does, and what the benchmarks measure.

use std::collections::BTreeMap;
use std::sync::Arc;

use engine::{Act, Input, LineInput, Reply, Seen};
use kernel::{LineId, SlipId};

/// Begins an order.
pub const ORDER_FILL: &str = "gsp.purchase_inbound.order.fill";
/// Approves it.
pub const ORDER_APPROVE: &str = "gsp.purchase_inbound.order.approve";
/// Receives a delivery.
pub const RECEIPT_FILL: &str = "gsp.purchase_inbound.receipt.fill";
/// Asks for inspection.
pub const NOTICE_FILL: &str = "gsp.purchase_inbound.notice.fill";
/// Inspects.
pub const INSPECTION_FILL: &str = "gsp.purchase_inbound.inspection.fill";
/// Puts into stock.
pub const STOCK_IN_FILL: &str = "gsp.purchase_inbound.stock_in.fill";

/// The roles of the flow, in the order of its steps.
pub const ROLES: [&str; 6] = [
    "gsp.buyer",
    "gsp.purchase_manager",
    "gsp.receiver",
    "gsp.quality_clerk",
    "gsp.inspector",
    "gsp.keeper",
];

/// A slip as its next signer sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// The slip.
    pub slip: SlipId,
    /// Digest of its content.
    pub content: Arc<str>,
}

impl Shown {
    /// What a signer was answered.
    pub fn of(reply: &Reply) -> Option<Shown> {
        Some(Shown {
            slip: reply.slip?,
            content: reply.content.clone()?,
        })
    }

    /// As proof of what was seen.
    pub fn seen(&self) -> Seen {
        Seen {
            slip: self.slip,
            content: self.content.clone(),
        }
    }
}

/// A typed line, perhaps from a line of the source.
#[derive(Debug, Clone, Default)]
pub struct TypedLine {
    /// Line of the (only) source, from 1.
    pub source: Option<i64>,
    /// Fields.
    pub fields: Vec<(&'static str, String)>,
}

/// A step that begins a slip, from a source unless it begins a chain.
pub fn begin(
    step: &str,
    source: Option<&Shown>,
    header: &[(&str, String)],
    lines: &[TypedLine],
) -> Act {
    let header: BTreeMap<String, String> = header
        .iter()
        .map(|(name, text)| ((*name).to_owned(), text.clone()))
        .collect();
    let lines = lines.iter().map(|line| LineInput {
        source: line
            .source
            .zip(source)
            .map(|(id, shown)| (shown.slip, LineId(id))),
        fields: line
            .fields
            .iter()
            .map(|(name, text)| ((*name).to_owned(), text.clone()))
            .collect(),
    });
    Act::Step {
        step: step.into(),
        slip: None,
        sources: source.iter().map(|shown| shown.slip).collect(),
        seen: source.iter().map(|shown| shown.seen()).collect(),
        input: Input {
            header,
            lines: lines.collect(),
        },
    }
}

/// A later step of a slip.
pub fn sign(step: &str, slip: &Shown) -> Act {
    Act::Step {
        step: step.into(),
        slip: Some(slip.slip),
        sources: Vec::new(),
        seen: vec![slip.seen()],
        input: Input::default(),
    }
}
