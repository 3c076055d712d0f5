//! Typed views of slips, generated from the texts.

#[path = "../gen/item_registration.rs"]
pub mod item_registration;
#[path = "../gen/partner_registration.rs"]
pub mod partner_registration;
#[path = "../gen/purchase_inbound.rs"]
pub mod purchase_inbound;
#[path = "../gen/purchase_return.rs"]
pub mod purchase_return;
#[path = "../gen/sales_out.rs"]
pub mod sales_out;
#[path = "../gen/sales_return.rs"]
pub mod sales_return;
