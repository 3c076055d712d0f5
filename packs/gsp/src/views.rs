//! Typed views of slips, generated from the texts.

#[path = "../gen/purchase_inbound.rs"]
pub mod purchase_inbound;
