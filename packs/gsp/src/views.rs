//! Typed views of slips, generated from the texts.

#[path = "../gen/bin_transfer.rs"]
pub mod bin_transfer;
#[path = "../gen/item_registration.rs"]
pub mod item_registration;
#[path = "../gen/loss_overage.rs"]
pub mod loss_overage;
#[path = "../gen/maintenance.rs"]
pub mod maintenance;
#[path = "../gen/nonconforming_destruction.rs"]
pub mod nonconforming_destruction;
#[path = "../gen/partner_registration.rs"]
pub mod partner_registration;
#[path = "../gen/purchase_inbound.rs"]
pub mod purchase_inbound;
#[path = "../gen/purchase_price_adjustment.rs"]
pub mod purchase_price_adjustment;
#[path = "../gen/purchase_return.rs"]
pub mod purchase_return;
#[path = "../gen/sales_out.rs"]
pub mod sales_out;
#[path = "../gen/sales_price_adjustment.rs"]
pub mod sales_price_adjustment;
#[path = "../gen/sales_return.rs"]
pub mod sales_return;
#[path = "../gen/stocktake.rs"]
pub mod stocktake;
