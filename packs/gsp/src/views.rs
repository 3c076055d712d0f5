//! Typed views of slips, generated from the texts, for the flows whose rules use them.

#[path = "../gen/item_registration.rs"]
pub mod item_registration;
#[path = "../gen/partner_registration.rs"]
pub mod partner_registration;
#[path = "../gen/purchase_inbound.rs"]
pub mod purchase_inbound;
#[path = "../gen/sales_out.rs"]
pub mod sales_out;
#[path = "../gen/staff_file.rs"]
pub mod staff_file;
