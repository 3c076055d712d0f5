//! Rules of 采购入库 that a `must=` cannot say. Each is named by a `guard` in `purchase_inbound.kdl`.

use model::{Rule, RuleContext, Verdict};

use crate::bins;
use crate::qualified::{authorised, in_scope};
use crate::staff;
use crate::trace;
use crate::views::purchase_inbound::{
    OrderLine, OrderSlip, ReceiptLine, ReceiptSlip, StockInLine, StockInSlip,
};

/// The rules by the names of their guards.
pub const RULES: &[(&str, Rule)] = &[
    ("buyer_qualified", staff::buyer),
    ("receiver_trained", staff::trained),
    ("receiver_healthy", staff::healthy),
    ("quality_qualified", staff::quality),
    ("inspector_qualified", staff::inspector),
    ("inspector_trained", staff::trained),
    ("inspector_healthy", staff::healthy),
    ("keeper_qualified", staff::other),
    ("keeper_trained", staff::trained),
    ("keeper_healthy", staff::healthy),
    ("supplier_licensed", supplier_licensed),
    ("agreement_in_force", agreement_in_force),
    ("seller_authorised", seller_authorised),
    ("second_receiver_trained", staff::trained),
    ("second_inspector_trained", staff::trained),
    ("second_keeper_trained", staff::trained),
    ("own_bin", bins::own_bin),
    ("within_scope", within_scope),
    ("cold_chain", cold_chain),
    ("one_expiry", one_expiry),
    ("not_stopped", not_stopped),
    ("codes_of_item", trace::of_item),
    ("codes_opened", trace::opened),
    ("codes_agree", trace::agree_with_accepted),
    ("failed_codes_agree", trace::agree_with_failed),
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

/// 与供货单位的质量保证协议已过有效期: asked of the agreement on record, that of the second-level card before that of the first.
fn agreement_in_force(context: &RuleContext<'_>) -> Verdict {
    let supplier = context
        .slip
        .header("supplier")
        .as_text()
        .unwrap_or_default();
    let card = format!("{supplier}/质量保证协议/-");
    let second = context.facts.fact("qualification", &card, "until").as_day();
    let first = || {
        context
            .facts
            .fact("party", supplier, "quality_agreement_until")
            .as_day()
    };
    second
        .or_else(first)
        .is_none_or(|until| until >= context.today)
        .into()
}

/// 供货单位销售人员的授权须属该单位并在有效期内: of the seller that the order names.
fn seller_authorised(context: &RuleContext<'_>) -> Verdict {
    let supplier = context
        .slip
        .header("supplier")
        .as_text()
        .unwrap_or_default();
    let Some(seller) = context.slip.header("seller").as_text() else {
        return Verdict::Holds;
    };
    let until = context
        .facts
        .fact("qualification", seller, "until")
        .as_day();
    let in_force = until.is_some_and(|until| until >= context.today);
    if in_force && authorised(seller, supplier, "销售人员授权") {
        return Verdict::Holds;
    }
    Verdict::FailsAt {
        line: None,
        field: "seller",
    }
}

/// 药品类别须在供货单位的经营范围内: asked of goods whose class is on record.
fn within_scope(context: &RuleContext<'_>) -> Verdict {
    let Some(order) = OrderSlip::of(context) else {
        return Verdict::Fails;
    };
    let supplier = order.supplier();
    let scope = supplier.and_then(|supplier| supplier.scope());
    let outside = order.lines().find(|line| {
        let class = line.item().and_then(|item| item.class());
        class.is_some_and(|class| {
            !scope
                .as_deref()
                .is_some_and(|scope| in_scope(scope, &class))
        })
    });
    match outside {
        None => Verdict::Holds,
        Some(line) => Verdict::FailsAt {
            line: Some(line.position()),
            field: OrderLine::ITEM,
        },
    }
}

/// 同一批号只有一个有效期: neither another than is on record nor two on one receipt.
fn one_expiry(context: &RuleContext<'_>) -> Verdict {
    let Some(receipt) = ReceiptSlip::of(context) else {
        return Verdict::Fails;
    };
    let key = |line: ReceiptLine<'_>| {
        let (item, batch) = line.item().zip(line.batch())?;
        Some(format!("{}/{batch}", item.key()))
    };
    let other = receipt.lines().find(|line| {
        let Some(batch) = key(*line) else {
            return false;
        };
        let known = receipt.facts().fact("batch", &batch, "expiry").as_day();
        let earlier = receipt.lines().take(line.position());
        let twice = earlier
            .filter(|one| key(*one).as_ref() == Some(&batch))
            .any(|one| one.expiry() != line.expiry());
        twice || (known.is_some() && known != line.expiry())
    });
    match other {
        None => Verdict::Holds,
        Some(line) => Verdict::FailsAt {
            line: Some(line.position()),
            field: ReceiptLine::EXPIRY,
        },
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

/// 停售锁定的批号不得入合格品区: a batch that was locked while more of it was on its way.
fn not_stopped(context: &RuleContext<'_>) -> Verdict {
    let Some(stock_in) = StockInSlip::of(context) else {
        return Verdict::Fails;
    };
    let stopped = stock_in.lines().find(|line| {
        let Some((item, batch)) = line.item().zip(line.batch()) else {
            return false;
        };
        let key = format!("{}/{batch}", item.key());
        let state = stock_in.facts().fact("batch", &key, "state");
        line.qty().is_some_and(|qty| qty.units > 0) && state.as_text() == Some("停售")
    });
    match stopped {
        None => Verdict::Holds,
        Some(line) => Verdict::FailsAt {
            line: Some(line.position()),
            field: StockInLine::BATCH,
        },
    }
}
