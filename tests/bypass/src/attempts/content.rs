//! Signing something else than what was seen, and writing what nobody may write.

use engine::{Act, Seen};
use kernel::SlipId;

use super::{CLERK, EDITED, MANAGER, attempt};
use crate::attempt::{Attempt, BOTH, EVERYWHERE};
use crate::stage::{
    APPROVE, BATCH, DELIVERY, EXPIRY, FILL, INSPECT, MADE, RECEIVE, begin, input, order,
};

fn sign_over(step: &str, slip: SlipId, seen: Vec<Seen>) -> Act {
    Act::Step {
        step: step.into(),
        slip: Some(slip),
        sources: Vec::new(),
        seen,
        input: input(&[], &[]),
    }
}

pub fn all() -> Vec<Attempt> {
    let mut all = seeing();
    all.extend(writing());
    all
}

fn seeing() -> Vec<Attempt> {
    vec![
        attempt!(
            "seen.changed_meanwhile",
            CLERK,
            "审核人看过之后，填制人撤回改数量再等他签",
            "changes the order between the approver's look and his signature",
            "stale",
            EVERYWHERE,
            |stage| {
                let slip = stage.order("王内勤");
                let seen = vec![stage.seen(slip)];
                stage.must(
                    "王内勤",
                    Act::Withdraw {
                        slip,
                        reason: String::new(),
                    },
                );
                let Act::Step { step, input, .. } = order("900") else {
                    return;
                };
                let own = vec![stage.seen(slip)];
                stage.must(
                    "王内勤",
                    Act::Step {
                        step,
                        slip: Some(slip),
                        sources: Vec::new(),
                        seen: own,
                        input,
                    },
                );
                stage.attack("白经理", sign_over(APPROVE, slip, seen));
            }
        ),
        attempt!(
            "seen.nothing",
            EDITED,
            "不附所见内容的摘要就签字",
            "signs without saying what was seen",
            "unseen",
            EVERYWHERE,
            |stage| {
                let slip = stage.order("王内勤");
                stage.attack("白经理", sign_over(APPROVE, slip, Vec::new()));
            }
        ),
        attempt!(
            "seen.another_slip",
            EDITED,
            "附另一张单据的摘要",
            "names another slip as seen",
            "unseen",
            EVERYWHERE,
            |stage| {
                let (slip, other) = (stage.order("王内勤"), stage.order("高内勤"));
                let seen = vec![stage.seen(other)];
                stage.attack("白经理", sign_over(APPROVE, slip, seen));
            }
        ),
        attempt!(
            "seen.digest_of_another_slip",
            EDITED,
            "把另一张单据的摘要当作本单的",
            "passes another slip's digest off as this one's",
            "stale",
            EVERYWHERE,
            |stage| {
                let (slip, other) = (stage.order("王内勤"), stage.order("高内勤"));
                let content = stage.seen(other).content;
                stage.attack(
                    "白经理",
                    sign_over(APPROVE, slip, vec![Seen { slip, content }]),
                );
            }
        ),
        attempt!(
            "seen.empty_digest",
            EDITED,
            "摘要为空",
            "gives an empty digest",
            "stale",
            EVERYWHERE,
            |stage| {
                let slip = stage.order("王内勤");
                stage.attack(
                    "白经理",
                    sign_over(
                        APPROVE,
                        slip,
                        vec![Seen {
                            slip,
                            content: "".into(),
                        }],
                    ),
                );
            }
        ),
        attempt!(
            "seen.two_digests",
            EDITED,
            "同时附旧摘要和新摘要",
            "gives an old digest and the right one",
            "stale",
            EVERYWHERE,
            |stage| {
                let slip = stage.order("王内勤");
                let old = Seen {
                    slip,
                    content: "0".repeat(32).into(),
                };
                let right = stage.seen(slip);
                stage.attack("白经理", sign_over(APPROVE, slip, vec![old, right]));
            }
        ),
        attempt!(
            "seen.source_changed",
            CLERK,
            "生单时来源单据已改动",
            "makes a slip from a source that has changed since",
            "stale",
            EVERYWHERE,
            |stage| {
                let slip = stage.order("王内勤");
                let seen = vec![stage.seen(slip)];
                stage.must(
                    "王内勤",
                    Act::Withdraw {
                        slip,
                        reason: String::new(),
                    },
                );
                let Act::Step {
                    step, input: typed, ..
                } = order("70")
                else {
                    return;
                };
                let own = vec![stage.seen(slip)];
                stage.must(
                    "王内勤",
                    Act::Step {
                        step,
                        slip: Some(slip),
                        sources: Vec::new(),
                        seen: own,
                        input: typed,
                    },
                );
                stage.sign("白经理", APPROVE, slip);
                let input = input(DELIVERY, &[&[BATCH, MADE, EXPIRY, ("qty", "70")]]);
                stage.attack(
                    "韩收货",
                    Act::Step {
                        step: RECEIVE.into(),
                        slip: None,
                        sources: vec![slip],
                        seen,
                        input,
                    },
                );
            }
        ),
        attempt!(
            "seen.changed_by_cosignatory",
            MANAGER,
            "第二位复核人改掉第一位签过的内容",
            "the second checker changes what the first has signed",
            "order",
            EVERYWHERE,
            |stage| {
                let note = stage.note("经办", "10");
                let act = stage.step("trial.payment.note.check", note, &[("remark", "办公用品")]);
                stage.must("复核甲", act);
                let act = stage.step("trial.payment.note.check", note, &[("remark", "办公家具")]);
                stage.attack("复核乙", act);
            }
        ),
        attempt!(
            "seen.invisible_characters",
            CLERK,
            "用不可见字符让两个批号看起来一样",
            "makes two batches look alike by characters that nobody sees",
            "field",
            EVERYWHERE,
            |stage| {
                let order = stage.approved();
                let act = stage.from(
                    RECEIVE,
                    &[order],
                    DELIVERY,
                    &[&[("batch", "B24\u{200b}0101"), MADE, EXPIRY, ("qty", "60")]],
                );
                stage.attack("韩收货", act);
            }
        ),
        attempt!(
            "seen.reversed_text",
            CLERK,
            "用改变文字方向的字符让审核人看反",
            "makes a text read the other way round for the approver",
            "field",
            EVERYWHERE,
            |stage| {
                stage.attack(
                    "王内勤",
                    begin(
                        FILL,
                        &[("supplier", "S01"), ("payment", "\u{202e}结现")],
                        &[&[("item", "A001"), ("qty", "1"), ("price", "1")]],
                    ),
                );
            }
        ),
    ]
}

fn writing() -> Vec<Attempt> {
    vec![
        attempt!(
            "write.field_at_approval",
            EDITED,
            "审核时顺手改付款方式",
            "changes the terms of payment while approving",
            "unknown_field",
            EVERYWHERE,
            |stage| {
                let slip = stage.order("王内勤");
                let act = stage.step(APPROVE, slip, &[("payment", "现结")]);
                stage.attack("白经理", act);
            }
        ),
        attempt!(
            "write.line_at_approval",
            EDITED,
            "审核时顺手改数量",
            "changes a quantity while approving",
            "unknown_field",
            EVERYWHERE,
            |stage| {
                let slip = stage.order("王内勤");
                let seen = vec![stage.seen(slip)];
                stage.attack(
                    "白经理",
                    Act::Step {
                        step: APPROVE.into(),
                        slip: Some(slip),
                        sources: Vec::new(),
                        seen,
                        input: input(&[], &[&[("qty", "900")]]),
                    },
                );
            }
        ),
        attempt!(
            "write.line_added_at_approval",
            EDITED,
            "审核时加一行",
            "adds a line while approving",
            "lines",
            BOTH,
            |stage| {
                let slip = stage.order("王内勤");
                let seen = vec![stage.seen(slip)];
                stage.attack(
                    "白经理",
                    Act::Step {
                        step: APPROVE.into(),
                        slip: Some(slip),
                        sources: Vec::new(),
                        seen,
                        input: input(&[], &[&[], &[]]),
                    },
                );
            }
        ),
        attempt!(
            "write.carried_field",
            EDITED,
            "改动带入的隐藏字段：收货时换商品",
            "edits a carried, hidden field: another item on the receipt",
            "field",
            EVERYWHERE,
            |stage| {
                let order = stage.approved();
                let act = stage.from(
                    RECEIVE,
                    &[order],
                    DELIVERY,
                    &[&[("item", "B002"), BATCH, MADE, EXPIRY, ("qty", "60")]],
                );
                stage.attack("韩收货", act);
            }
        ),
        attempt!(
            "write.carried_price",
            EDITED,
            "改动带入的单价",
            "edits the carried price",
            "field",
            EVERYWHERE,
            |stage| {
                let order = stage.approved();
                let act = stage.from(
                    RECEIVE,
                    &[order],
                    DELIVERY,
                    &[&[("price", "0.01"), BATCH, MADE, EXPIRY, ("qty", "60")]],
                );
                stage.attack("韩收货", act);
            }
        ),
        attempt!(
            "write.carried_supplier",
            EDITED,
            "改动带入的供货单位",
            "edits the carried supplier",
            "field",
            EVERYWHERE,
            |stage| {
                let order = stage.approved();
                let act = stage.from(
                    RECEIVE,
                    &[order],
                    &[DELIVERY[0], DELIVERY[1], ("supplier", "S02")],
                    &[&[BATCH, MADE, EXPIRY, ("qty", "60")]],
                );
                stage.attack("韩收货", act);
            }
        ),
        attempt!(
            "write.computed_amount",
            EDITED,
            "改动算出的金额",
            "edits a computed amount",
            "field",
            EVERYWHERE,
            |stage| {
                stage.attack(
                    "王内勤",
                    begin(
                        FILL,
                        &[("supplier", "S01")],
                        &[&[
                            ("item", "A001"),
                            ("qty", "100"),
                            ("price", "12.50"),
                            ("amount", "1.00"),
                        ]],
                    ),
                );
            }
        ),
        attempt!(
            "write.inspected_quantity",
            EDITED,
            "验收时改待验数量",
            "edits the quantity under inspection",
            "field",
            EVERYWHERE,
            |stage| {
                let notice = stage.notice("韩收货");
                let act = stage.from(
                    INSPECT,
                    &[notice],
                    &[],
                    &[&[("qty", "6"), ("sampled", "3"), ("passed", "6")]],
                );
                stage.attack("孙验收", act);
            }
        ),
        attempt!(
            "write.state",
            EDITED,
            "把状态当字段填",
            "types the state as if it were a field",
            "unknown_field",
            EVERYWHERE,
            |stage| {
                stage.attack(
                    "王内勤",
                    begin(
                        FILL,
                        &[("supplier", "S01"), ("state", "done")],
                        &[&[("item", "A001"), ("qty", "1"), ("price", "1")]],
                    ),
                );
            }
        ),
        attempt!(
            "write.number",
            EDITED,
            "把单号当字段填",
            "types the number as if it were a field",
            "unknown_field",
            EVERYWHERE,
            |stage| {
                stage.attack(
                    "王内勤",
                    begin(
                        FILL,
                        &[("supplier", "S01"), ("number", "CG20260401-0001")],
                        &[&[("item", "A001"), ("qty", "1"), ("price", "1")]],
                    ),
                );
            }
        ),
        attempt!(
            "write.signatures",
            EDITED,
            "把签字当字段填",
            "types a signature as if it were a field",
            "unknown_field",
            EVERYWHERE,
            |stage| {
                stage.attack(
                    "王内勤",
                    begin(
                        FILL,
                        &[("supplier", "S01"), ("signed", "李经理")],
                        &[&[("item", "A001"), ("qty", "1"), ("price", "1")]],
                    ),
                );
            }
        ),
        attempt!(
            "write.drawn",
            EDITED,
            "把已执行数量当字段填",
            "types what was drawn as if it were a field",
            "unknown_field",
            EVERYWHERE,
            |stage| {
                stage.attack(
                    "王内勤",
                    begin(
                        FILL,
                        &[("supplier", "S01")],
                        &[&[
                            ("item", "A001"),
                            ("qty", "1"),
                            ("price", "1"),
                            ("drawn", "0"),
                        ]],
                    ),
                );
            }
        ),
    ]
}
