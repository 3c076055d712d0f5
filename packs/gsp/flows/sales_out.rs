//! Rules of 销售出库 that a `must=` cannot say. Each is named by a `guard` in `sales_out.kdl`.

use std::sync::Arc;

use model::{Rule, RuleContext, Verdict};

use crate::qualified::{self, in_scope};
use crate::staff;
use crate::trace;
use crate::views::sales_out::{BillLine, BillSlip, DeliveryLine, DeliverySlip};

/// The rules by the names of their guards.
pub const RULES: &[(&str, Rule)] = &[
    ("seller_qualified", staff::other),
    ("keeper_qualified", staff::other),
    ("keeper_trained", staff::trained),
    ("keeper_healthy", staff::healthy),
    ("checker_trained", staff::trained),
    ("checker_healthy", staff::healthy),
    ("second_checker_trained", staff::trained),
    ("second_keeper_trained", staff::trained),
    ("purchaser_authorised", purchaser_authorised),
    ("within_scope", within_scope),
    ("within_scope_now", within_scope_now),
    ("codes_of_item", trace::of_item),
    ("codes_opened", trace::opened),
    ("codes_agree", trace::agree_with_quantity),
];

/// 购货单位采购人员须有在有效期内的授权: an authorisation of this very customer, in force today.
fn purchaser_authorised(context: &RuleContext<'_>) -> Verdict {
    let Some(bill) = BillSlip::of(context) else {
        return Verdict::Fails;
    };
    let authorised = bill
        .customer()
        .zip(bill.purchaser())
        .is_some_and(|(customer, purchaser)| {
            qualified::authorised(purchaser.key(), customer.key(), "采购人员授权")
                && purchaser
                    .until()
                    .is_some_and(|until| until >= context.today)
        });
    if authorised {
        return Verdict::Holds;
    }
    Verdict::FailsAt {
        line: None,
        field: BillSlip::PURCHASER,
    }
}

/// 药品类别须在购货单位的经营范围内: goods whose class nobody has said are in no scope.
fn within_scope(context: &RuleContext<'_>) -> Verdict {
    let Some(bill) = BillSlip::of(context) else {
        return Verdict::Fails;
    };
    let scope = bill.customer().and_then(|customer| customer.scope());
    let classes = bill.lines().map(|line| line.item()?.class());
    judged(outside(scope.as_deref(), classes), BillLine::LOT)
}

/// The same when the goods leave, of the batch as it is on record then: the customer's scope may have been narrowed since.
fn within_scope_now(context: &RuleContext<'_>) -> Verdict {
    let Some(delivery) = DeliverySlip::of(context) else {
        return Verdict::Fails;
    };
    let scope = delivery.customer().and_then(|customer| customer.scope());
    let class_of = |item: Arc<str>| context.facts.fact("item", &item, "class");
    let classes = delivery
        .lines()
        .map(|line| class_of(line.lot()?.item()?).as_text().map(str::to_owned));
    judged(outside(scope.as_deref(), classes), DeliveryLine::LOT)
}

/// The first line whose class the scope does not name.
fn outside<Class: AsRef<str>>(
    scope: Option<&str>,
    classes: impl Iterator<Item = Option<Class>>,
) -> Option<usize> {
    let named = |class: Option<Class>| {
        class
            .zip(scope)
            .is_some_and(|(class, scope)| in_scope(scope, class.as_ref()))
    };
    classes.map(named).position(|named| !named)
}

fn judged(line: Option<usize>, field: &'static str) -> Verdict {
    match line {
        None => Verdict::Holds,
        Some(_) => Verdict::FailsAt { line, field },
    }
}
