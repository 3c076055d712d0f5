//! 药品经营 (GSP): the texts of the pack, and the rules that a condition cannot say.
//!
//! The texts are read by crate `pack`; nothing here reads them. See `README.md` beside this crate for what the flows are.

use model::{Rule, SourceText};

#[path = "../flows/purchase_inbound.rs"]
mod purchase_inbound;

pub mod views;

/// The pack's name.
pub const NAME: &str = "gsp";

/// The rules behind guards, by flow.
pub const RULES: &[(&str, &[(&str, Rule)])] = &[("purchase_inbound", purchase_inbound::RULES)];

macro_rules! texts {
    ($($path:literal,)*) => {
        vec![$(SourceText {
            path: $path.to_owned(),
            text: include_str!(concat!("../", $path)).to_owned(),
        },)*]
    };
}

/// The texts of the pack: declarations, labels and forms.
pub fn texts() -> Vec<SourceText> {
    texts![
        "gsp.kdl",
        "labels.en.kdl",
        "tables/limits.kdl",
        "flows/purchase_inbound.kdl",
        "forms/order.typ",
        "forms/receipt.typ",
        "forms/notice.typ",
        "forms/inspection.typ",
        "forms/stock_in.typ",
    ]
}

/// The scenarios of the pack by file name: each flow's story, and what else the flow can do.
pub fn scenarios() -> Vec<SourceText> {
    texts![
        "flows/purchase_inbound.scenario",
        "flows/purchase_inbound_more.scenario",
    ]
}
