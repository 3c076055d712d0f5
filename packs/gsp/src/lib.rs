//! 药品经营 (GSP): the texts of the pack, and the rules that a condition cannot say.
//!
//! The texts are read by crate `pack`; nothing here reads them. See `README.md` beside this crate for what the flows are.

use model::{Rule, SourceText};

mod bins;
mod codes;

#[path = "../flows/bin_transfer.rs"]
mod bin_transfer;
#[path = "../flows/climate.rs"]
mod climate;
#[path = "../flows/code_relation.rs"]
mod code_relation;
#[path = "../flows/item_registration.rs"]
mod item_registration;
#[path = "../flows/loss_overage.rs"]
mod loss_overage;
#[path = "../flows/maintenance.rs"]
mod maintenance;
#[path = "../flows/nonconforming_destruction.rs"]
mod nonconforming_destruction;
#[path = "../flows/opening_stock.rs"]
mod opening_stock;
#[path = "../flows/partner_registration.rs"]
mod partner_registration;
#[path = "../flows/purchase_inbound.rs"]
mod purchase_inbound;
#[path = "../flows/purchase_return.rs"]
mod purchase_return;
mod qualified;
mod readings;
#[path = "../flows/sales_out.rs"]
mod sales_out;
#[path = "../flows/sales_return.rs"]
mod sales_return;
mod staff;
#[path = "../flows/staff_file.rs"]
mod staff_file;
#[path = "../flows/stock_valuation.rs"]
mod stock_valuation;
#[path = "../flows/stocktake.rs"]
mod stocktake;
mod trace;
#[path = "../flows/transport.rs"]
mod transport;

pub mod views;

/// The pack's name.
pub const NAME: &str = "gsp";

/// Of every clause of the inspection, what holds it.
pub const CONTROLS: &str = include_str!("../CONTROLS.md");

/// The rules behind guards, by flow.
pub const RULES: &[(&str, &[(&str, Rule)])] = &[
    ("item_registration", item_registration::RULES),
    ("partner_registration", partner_registration::RULES),
    ("purchase_inbound", purchase_inbound::RULES),
    ("sales_return", sales_return::RULES),
    ("purchase_return", purchase_return::RULES),
    ("maintenance", maintenance::RULES),
    ("bin_transfer", bin_transfer::RULES),
    (
        "nonconforming_destruction",
        nonconforming_destruction::RULES,
    ),
    ("staff_file", staff_file::RULES),
    ("transport", transport::RULES),
    ("climate", climate::RULES),
    ("sales_out", sales_out::RULES),
    ("stock_valuation", stock_valuation::RULES),
    ("stocktake", stocktake::RULES),
    ("opening_stock", opening_stock::RULES),
    ("loss_overage", loss_overage::RULES),
    ("code_relation", code_relation::RULES),
];

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
        "flows/bin_transfer.kdl",
        "flows/code_relation.kdl",
        "flows/data_change.kdl",
        "flows/item_registration.kdl",
        "flows/loss_overage.kdl",
        "flows/maintenance.kdl",
        "flows/nonconforming_destruction.kdl",
        "flows/opening_stock.kdl",
        "flows/partner_registration.kdl",
        "flows/purchase_inbound.kdl",
        "flows/purchase_price_adjustment.kdl",
        "flows/purchase_return.kdl",
        "flows/sales_out.kdl",
        "flows/sales_price_adjustment.kdl",
        "flows/sales_return.kdl",
        "flows/stock_valuation.kdl",
        "flows/stocktake.kdl",
        "flows/staff_file.kdl",
        "flows/staff_training.kdl",
        "flows/health_check.kdl",
        "flows/stop_sale.kdl",
        "flows/carrier_file.kdl",
        "flows/transport.kdl",
        "flows/climate.kdl",
        "flows/recall.kdl",
        "flows/complaint.kdl",
        "flows/adverse_reaction.kdl",
        "flows/quality_system.kdl",
        "forms/bill.typ",
        "forms/bin_transfer.typ",
        "forms/change_request.typ",
        "forms/closing.typ",
        "forms/count.typ",
        "forms/delivery.typ",
        "forms/destruction.typ",
        "forms/dossier.typ",
        "forms/item_card.typ",
        "forms/key_items.typ",
        "forms/loss_overage.typ",
        "forms/maintenance_plan.typ",
        "forms/method.typ",
        "forms/nonconforming.typ",
        "forms/purchase_adjustment.typ",
        "forms/sales_adjustment.typ",
        "forms/order.typ",
        "forms/relation.typ",
        "forms/opening.typ",
        "forms/party_card.typ",
        "forms/purchase_return.typ",
        "forms/receipt.typ",
        "forms/release.typ",
        "forms/return_bill.typ",
        "forms/return_inspection.typ",
        "forms/return_notice.typ",
        "forms/return_receipt.typ",
        "forms/return_stock_in.typ",
        "forms/notice.typ",
        "forms/inspection.typ",
        "forms/staff_card.typ",
        "forms/training_plan.typ",
        "forms/training_record.typ",
        "forms/health_check.typ",
        "forms/carrier_card.typ",
        "forms/transport.typ",
        "forms/transit_log.typ",
        "forms/climate_log.typ",
        "forms/recall.typ",
        "forms/recall_notice.typ",
        "forms/recall_answer.typ",
        "forms/recall_closing.typ",
        "forms/complaint.typ",
        "forms/reaction.typ",
        "forms/audit.typ",
        "forms/risk.typ",
        "forms/review.typ",
        "forms/information.typ",
        "forms/device_check.typ",
        "forms/stock_in.typ",
        "forms/stocktake.typ",
        "forms/stocktake_result.typ",
        "forms/stop.typ",
        "forms/write_off.typ",
    ]
}

/// The scenarios of the pack by file name: each flow's story, and what else the flow can do.
pub fn scenarios() -> Vec<SourceText> {
    texts![
        "flows/bin_transfer.scenario",
        "flows/quality_system.scenario",
        "flows/adverse_reaction.scenario",
        "flows/complaint.scenario",
        "flows/recall.scenario",
        "flows/climate.scenario",
        "flows/climate_transit.scenario",
        "flows/transport.scenario",
        "flows/transport_special.scenario",
        "flows/carrier_file.scenario",
        "flows/health_check.scenario",
        "flows/staff_training.scenario",
        "flows/staff_file.scenario",
        "flows/code_relation.scenario",
        "flows/data_change.scenario",
        "flows/item_registration.scenario",
        "flows/loss_overage.scenario",
        "flows/maintenance.scenario",
        "flows/maintenance_plan.scenario",
        "flows/nonconforming_destruction.scenario",
        "flows/opening_stock.scenario",
        "flows/partner_registration.scenario",
        "flows/purchase_inbound.scenario",
        "flows/purchase_inbound_codes.scenario",
        "flows/purchase_inbound_more.scenario",
        "flows/purchase_inbound_now.scenario",
        "flows/purchase_inbound_packages.scenario",
        "flows/purchase_inbound_special.scenario",
        "flows/purchase_inbound_staff.scenario",
        "flows/purchase_price_adjustment.scenario",
        "flows/purchase_return.scenario",
        "flows/purchase_return_special.scenario",
        "flows/sales_out.scenario",
        "flows/sales_out_proposed.scenario",
        "flows/sales_out_special.scenario",
        "flows/sales_price_adjustment.scenario",
        "flows/sales_return.scenario",
        "flows/sales_return_special.scenario",
        "flows/stock_valuation.scenario",
        "flows/stocktake.scenario",
        "flows/stop_sale.scenario",
    ]
}
