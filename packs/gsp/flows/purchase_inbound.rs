//! Rules of 采购入库 that a `must=` cannot say. Each is named by a `guard` in `purchase_inbound.kdl`.

use model::{Rule, RuleContext, Verdict};

use crate::views::purchase_inbound::{OrderSlip, ReceiptSlip};

/// The rules by the names of their guards.
pub const RULES: &[(&str, Rule)] = &[
    ("supplier_licensed", supplier_licensed),
    ("cold_chain", cold_chain),
];

/// How cold goods must travel, and how the storage of such items is called.
const COLD: [&str; 2] = ["冷藏", "冷冻"];

/// 供货单位证照须在有效期内: the licence must still run on the day the order is filled. No licence on record is no licence.
fn supplier_licensed(context: &RuleContext<'_>) -> Verdict {
    let supplier = OrderSlip::of(context).and_then(OrderSlip::supplier);
    let until = supplier.and_then(|supplier| supplier.licence_until());
    if until.is_some_and(|until| until >= context.today) {
        return Verdict::Holds;
    }
    Verdict::FailsAt {
        line: None,
        field: OrderSlip::SUPPLIER,
    }
}

/// 冷藏药品须全程冷链到货: one cold item on the receipt makes the whole delivery a cold one.
fn cold_chain(context: &RuleContext<'_>) -> Verdict {
    let Some(receipt) = ReceiptSlip::of(context) else {
        return Verdict::Fails;
    };
    let cold = |text: Option<&str>| text.is_some_and(|text| COLD.contains(&text));
    let any_cold = receipt.lines().any(|line| {
        let storage = line.item().and_then(|item| item.storage());
        cold(storage.as_deref())
    });
    if !any_cold || cold(receipt.transport()) {
        return Verdict::Holds;
    }
    Verdict::FailsAt {
        line: None,
        field: ReceiptSlip::TRANSPORT,
    }
}
