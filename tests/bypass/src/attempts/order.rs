//! Skipping a step, and taking more than there is.

use engine::Act;

use super::{CLERK, EDITED, MANAGER, attempt};
use crate::attempt::{Attempt, BOTH, EVERYWHERE};
use crate::stage::{
    APPROVE, BATCH, BIN, DELIVERY, EXPIRY, INSPECT, JUDGED, MADE, NOTIFY, RECEIVE, STORE, begin,
    input, line_of, payment,
};

/// A line of a receipt.
const LINE: &[(&str, &str)] = &[BATCH, MADE, EXPIRY, ("qty", "60")];

pub fn all() -> Vec<Attempt> {
    let mut all = skipping();
    all.extend(drawing());
    all
}

fn skipping() -> Vec<Attempt> {
    vec![
        attempt!(
            "skip.receive_before_approval",
            CLERK,
            "订单未审核就收货",
            "receives on an order that was not approved",
            "order",
            EVERYWHERE,
            |stage| {
                let order = stage.order("王内勤");
                let act = stage.from(RECEIVE, &[order], DELIVERY, &[LINE]);
                stage.attack("韩收货", act);
            }
        ),
        attempt!(
            "skip.inspect_without_notice",
            CLERK,
            "越过验收通知，由收货单直接验收",
            "inspects straight from the receipt, without the notice",
            "order",
            EVERYWHERE,
            |stage| {
                let receipt = stage.receipt("韩收货");
                let act = stage.from(INSPECT, &[receipt], &[], &[JUDGED]);
                stage.attack("孙验收", act);
            }
        ),
        attempt!(
            "skip.store_without_inspection",
            CLERK,
            "越过验收，由收货单直接入库",
            "puts to stock straight from the receipt, without inspection",
            "order",
            EVERYWHERE,
            |stage| {
                let receipt = stage.receipt("韩收货");
                let act = stage.from(STORE, &[receipt], &[], &[BIN]);
                stage.attack("周保管", act);
            }
        ),
        attempt!(
            "skip.store_from_order",
            CLERK,
            "由订单直接入库",
            "puts to stock straight from the order",
            "order",
            EVERYWHERE,
            |stage| {
                let order = stage.approved();
                let act = stage.from(STORE, &[order], &[], &[BIN]);
                stage.attack("周保管", act);
            }
        ),
        attempt!(
            "skip.receive_without_order",
            CLERK,
            "没有订单就收货",
            "receives without any order",
            "order",
            EVERYWHERE,
            |stage| {
                stage.attack("韩收货", begin(RECEIVE, DELIVERY, &[LINE]));
            }
        ),
        attempt!(
            "skip.receive_two_orders_as_one",
            CLERK,
            "两张订单合成一张收货单",
            "makes one receipt of two orders",
            "order",
            EVERYWHERE,
            |stage| {
                let (one, two) = (stage.approved(), stage.approved());
                let act = stage.from(RECEIVE, &[one, two], DELIVERY, &[LINE, LINE]);
                stage.attack("韩收货", act);
            }
        ),
        attempt!(
            "skip.approve_without_slip",
            EDITED,
            "审核时不指明单据",
            "approves without saying which slip",
            "order",
            EVERYWHERE,
            |stage| {
                stage.attack("白经理", begin(APPROVE, &[], &[]));
            }
        ),
        attempt!(
            "skip.step_of_another_slip",
            EDITED,
            "用另一种单据的环节签这张单",
            "signs a slip with a step of another kind of slip",
            "order",
            EVERYWHERE,
            |stage| {
                let order = stage.approved();
                let act = stage.step(STORE, order, &[]);
                stage.attack("周保管", act);
            }
        ),
        attempt!(
            "skip.step_of_another_pack",
            EDITED,
            "用另一个业务包的环节签这张单",
            "signs a slip with a step of another pack",
            "unknown_step",
            EVERYWHERE,
            |stage| {
                let order = stage.order("王内勤");
                let act = stage.step("trial.payment.note.check", order, &[]);
                stage.attack("复核甲", act);
            }
        ),
        attempt!(
            "skip.unknown_step",
            EDITED,
            "签一个不存在的环节",
            "signs a step that there is not",
            "unknown_step",
            BOTH,
            |stage| {
                let order = stage.order("王内勤");
                let act = stage.step("gsp.purchase_inbound.order.done", order, &[]);
                stage.attack("白经理", act);
            }
        ),
        attempt!(
            "skip.unknown_slip",
            EDITED,
            "签一张不存在的单据",
            "signs a slip that there is not",
            "unknown_slip",
            BOTH,
            |stage| {
                let order = stage.order("王内勤");
                let Act::Step {
                    step,
                    mut seen,
                    input,
                    ..
                } = stage.step(APPROVE, order, &[])
                else {
                    return;
                };
                let slip = Some(kernel::SlipId(9_000_000));
                seen[0].slip = kernel::SlipId(9_000_000);
                stage.attack(
                    "白经理",
                    Act::Step {
                        step,
                        slip,
                        sources: Vec::new(),
                        seen,
                        input,
                    },
                );
            }
        ),
        attempt!(
            "skip.post_before_check",
            CLERK,
            "未复核就记账",
            "posts a payment that was not checked",
            "order",
            EVERYWHERE,
            |stage| {
                let note = stage.note("经办", "10");
                let act = stage.step("trial.payment.note.post", note, &[]);
                stage.attack("记账员", act);
            }
        ),
        attempt!(
            "skip.post_with_one_of_two_checks",
            CLERK,
            "两人复核只签了一人就记账",
            "posts after one of the two checks",
            "order",
            EVERYWHERE,
            |stage| {
                let note = stage.note("经办", "10");
                stage.sign("复核甲", "trial.payment.note.check", note);
                let act = stage.step("trial.payment.note.post", note, &[]);
                stage.attack("记账员", act);
            }
        ),
        attempt!(
            "skip.large_approval",
            CLERK,
            "大额付款越过主管审批",
            "posts a large payment without the chief's approval",
            "order",
            EVERYWHERE,
            |stage| {
                let note = stage.note("经办", "5000");
                stage.sign("复核甲", "trial.payment.note.check", note);
                stage.sign("复核乙", "trial.payment.note.check", note);
                let act = stage.step("trial.payment.note.post", note, &[]);
                stage.attack("记账员", act);
            }
        ),
        attempt!(
            "skip.large_approval_by_overflow",
            CLERK,
            "让合计溢出，使“是否大额”算不出来",
            "lets the total overflow, so that nobody can tell whether it is large",
            "too_large",
            EVERYWHERE,
            |stage| {
                let line: &[(&str, &str)] = &[("reason", "设备"), ("amount", "90000000000000000")];
                stage.attack(
                    "经办",
                    begin("trial.payment.note.fill", &[("site", "N1")], &[line, line]),
                );
            }
        ),
        attempt!(
            "skip.approve_twice",
            MANAGER,
            "已审核的订单再审核一次",
            "approves what is approved",
            "order",
            EVERYWHERE,
            |stage| {
                let order = stage.approved();
                let act = stage.step(APPROVE, order, &[]);
                stage.attack("李经理", act);
            }
        ),
        attempt!(
            "skip.needless_approval",
            MANAGER,
            "签一个本单无需的环节",
            "signs a step that this slip does not need",
            "order",
            EVERYWHERE,
            |stage| {
                let note = stage.note("经办", "10");
                stage.sign("复核甲", "trial.payment.note.check", note);
                stage.sign("复核乙", "trial.payment.note.check", note);
                let act = stage.step("trial.payment.note.approve", note, &[]);
                stage.attack("主管", act);
            }
        ),
    ]
}

fn drawing() -> Vec<Attempt> {
    vec![
        attempt!(
            "draw.more_than_ordered",
            CLERK,
            "收货数量超过订货数量",
            "receives more than was ordered",
            "draws",
            EVERYWHERE,
            |stage| {
                let order = stage.approved();
                let act = stage.from(
                    RECEIVE,
                    &[order],
                    DELIVERY,
                    &[&[BATCH, MADE, EXPIRY, ("qty", "101")]],
                );
                stage.attack("韩收货", act);
            }
        ),
        attempt!(
            "draw.in_two_lines",
            CLERK,
            "把超出的数量拆成两行",
            "splits the excess over two lines",
            "draws",
            EVERYWHERE,
            |stage| {
                let order = stage.approved();
                let Act::Step {
                    step,
                    sources,
                    seen,
                    ..
                } = stage.from(RECEIVE, &[order], &[], &[])
                else {
                    return;
                };
                let mut typed = input(DELIVERY, &[]);
                typed.lines = vec![line_of(order, 1, LINE), line_of(order, 1, LINE)];
                stage.attack(
                    "韩收货",
                    Act::Step {
                        step,
                        slip: None,
                        sources,
                        seen,
                        input: typed,
                    },
                );
            }
        ),
        attempt!(
            "draw.in_two_slips",
            CLERK,
            "分两张收货单合计超收",
            "receives too much in two receipts",
            "draws",
            EVERYWHERE,
            |stage| {
                let receipt = stage.receipt("韩收货");
                let order = stage
                    .store
                    .slip(crate::front::ORG, receipt)
                    .expect("read")
                    .expect("a slip")
                    .sources[0];
                let act = stage.from(RECEIVE, &[order], DELIVERY, &[LINE]);
                stage.attack("赵收货", act);
            }
        ),
        attempt!(
            "draw.negative",
            CLERK,
            "收负数，让订单可以再收一次",
            "receives less than nothing, so that the order is open again",
            "draws",
            EVERYWHERE,
            |stage| {
                let order = stage.approved();
                let act = stage.from(
                    RECEIVE,
                    &[order],
                    DELIVERY,
                    &[&[BATCH, MADE, EXPIRY, ("qty", "-50"), ("refused", "-50")]],
                );
                stage.attack("韩收货", act);
            }
        ),
        attempt!(
            "draw.line_of_another_order",
            EDITED,
            "明细行指向另一张订单",
            "names a line of another order",
            "source_line",
            EVERYWHERE,
            |stage| {
                let (one, other) = (stage.approved(), stage.approved());
                let Act::Step {
                    step,
                    sources,
                    seen,
                    ..
                } = stage.from(RECEIVE, &[one], &[], &[])
                else {
                    return;
                };
                let mut typed = input(DELIVERY, &[]);
                typed.lines = vec![line_of(other, 1, LINE)];
                stage.attack(
                    "韩收货",
                    Act::Step {
                        step,
                        slip: None,
                        sources,
                        seen,
                        input: typed,
                    },
                );
            }
        ),
        attempt!(
            "draw.line_that_is_not_there",
            EDITED,
            "明细行指向不存在的行",
            "names a line that is not there",
            "source_line",
            EVERYWHERE,
            |stage| {
                let order = stage.approved();
                let Act::Step {
                    step,
                    sources,
                    seen,
                    ..
                } = stage.from(RECEIVE, &[order], &[], &[])
                else {
                    return;
                };
                let mut typed = input(DELIVERY, &[]);
                typed.lines = vec![line_of(order, 99, LINE)];
                stage.attack(
                    "韩收货",
                    Act::Step {
                        step,
                        slip: None,
                        sources,
                        seen,
                        input: typed,
                    },
                );
            }
        ),
        attempt!(
            "draw.notice_twice",
            CLERK,
            "同一收货单开两张验收通知",
            "writes a second notice for one receipt",
            "taken",
            BOTH,
            |stage| {
                let notice = stage.notice("韩收货");
                let receipt = stage
                    .store
                    .slip(crate::front::ORG, notice)
                    .expect("read")
                    .expect("a slip")
                    .sources[0];
                let act = stage.from(NOTIFY, &[receipt], &[], &[&[]]);
                stage.attack("钱质管", act);
            }
        ),
        attempt!(
            "draw.changed_by_a_later_step",
            MANAGER,
            "在后一环节把已引用的数量改大",
            "raises, at a later step, the quantity that was drawn",
            "draws",
            EVERYWHERE,
            |stage| {
                let order = stage.trial_order("N1");
                let act = stage.from(
                    "trial.delivery.receipt.fill",
                    &[order],
                    &[],
                    &[&[("qty", "4"), ("good", "4")]],
                );
                let receipt = stage.must("记账员", act).slip.expect("a slip");
                let Act::Step {
                    step, slip, seen, ..
                } = stage.step("trial.delivery.receipt.check", receipt, &[])
                else {
                    return;
                };
                stage.attack(
                    "复核甲",
                    Act::Step {
                        step,
                        slip,
                        sources: Vec::new(),
                        seen,
                        input: input(&[], &[&[("qty", "400")]]),
                    },
                );
            }
        ),
        attempt!(
            "draw.condition_of_another_field",
            MANAGER,
            "在后一环节改一个字段，使另一字段不合要求",
            "changes a field at a later step so that another no longer meets its condition",
            "field",
            EVERYWHERE,
            |stage| {
                let order = stage.trial_order("N1");
                let act = stage.from(
                    "trial.delivery.receipt.fill",
                    &[order],
                    &[],
                    &[&[("qty", "4"), ("good", "4")]],
                );
                let receipt = stage.must("记账员", act).slip.expect("a slip");
                let Act::Step {
                    step, slip, seen, ..
                } = stage.step("trial.delivery.receipt.check", receipt, &[])
                else {
                    return;
                };
                stage.attack(
                    "复核甲",
                    Act::Step {
                        step,
                        slip,
                        sources: Vec::new(),
                        seen,
                        input: input(&[], &[&[("qty", "1")]]),
                    },
                );
            }
        ),
        attempt!(
            "draw.below_zero",
            CLERK,
            "不合格数大于待验数，使待验区为负",
            "rejects more than there is, so that a place would go below zero",
            "gsp.purchase_inbound.inspection.all_judged",
            EVERYWHERE,
            |stage| {
                let notice = stage.notice("韩收货");
                let act = stage.from(
                    INSPECT,
                    &[notice],
                    &[],
                    &[&[("sampled", "3"), ("passed", "60"), ("failed", "60")]],
                );
                stage.attack("孙验收", act);
            }
        ),
        attempt!(
            "draw.beyond_64_bits",
            CLERK,
            "金额大到账上放不下",
            "asks for amounts that no ledger can hold",
            "too_large",
            EVERYWHERE,
            |stage| {
                let note = payment("N1", "90000000000000000");
                stage.must("经办", note.clone());
                stage.attack("经办", note);
            }
        ),
    ]
}
