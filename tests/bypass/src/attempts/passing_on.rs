//! Handing over, adding signers.

use engine::{Act, Seen};

use super::{ADDED, CLERK, MANAGER, OUTSIDER, TWO_ACCOUNTS, attempt};
use crate::attempt::{Attempt, BOTH, EVERYWHERE};
use crate::stage::{APPROVE, BATCH, BIN, DELIVERY, EXPIRY, MADE, RECEIVE, STORE, Stage};

fn hand_over(slip: kernel::SlipId, step: &str, to: &str) -> Act {
    Act::HandOver {
        slip,
        step: step.into(),
        to: to.into(),
        reason: "休假".into(),
    }
}

fn add_signer(slip: kernel::SlipId, step: &str, signer: &str) -> Act {
    Act::AddSigner {
        slip,
        step: step.into(),
        signer: signer.into(),
        reason: "请把关".into(),
    }
}

fn cosign(stage: &Stage, slip: kernel::SlipId, step: &str) -> Act {
    Act::Cosign {
        slip,
        step: step.into(),
        opinion: "同意".into(),
        seen: stage.seen(slip),
    }
}

pub fn all() -> Vec<Attempt> {
    vec![
        attempt!(
            "hand_over.to_filler",
            MANAGER,
            "把审核转给填制人",
            "hands the approval to the person who filled the order in",
            "separate",
            EVERYWHERE,
            |stage| {
                let order = stage.order("李经理");
                stage.attack("白经理", hand_over(order, APPROVE, "李经理"));
            }
        ),
        attempt!(
            "hand_over.to_fillers_second_account",
            MANAGER,
            "把审核转给填制人的第二个账号",
            "hands the approval to the filler's second account",
            "separate",
            EVERYWHERE,
            |stage| {
                let order = stage.order("吴多岗");
                stage.attack("白经理", hand_over(order, APPROVE, "吴副号"));
            }
        ),
        attempt!(
            "hand_over.to_oneself",
            MANAGER,
            "转给自己，把别人挡在外面",
            "hands it to himself to shut the others out",
            "hand_over",
            EVERYWHERE,
            |stage| {
                let order = stage.order("王内勤");
                stage.attack("白经理", hand_over(order, APPROVE, "白经理"));
            }
        ),
        attempt!(
            "hand_over.to_own_second_account",
            TWO_ACCOUNTS,
            "转给自己的第二个账号",
            "hands it to his own second account",
            "hand_over",
            EVERYWHERE,
            |stage| {
                let order = stage.order("王内勤");
                stage.attack("吴多岗", hand_over(order, APPROVE, "吴副号"));
            }
        ),
        attempt!(
            "hand_over.to_someone_without_the_role",
            MANAGER,
            "转给没有岗位的人",
            "hands it to somebody without the role",
            "hand_over",
            EVERYWHERE,
            |stage| {
                let order = stage.order("王内勤");
                stage.attack("白经理", hand_over(order, APPROVE, "门卫"));
            }
        ),
        attempt!(
            "hand_over.not_his",
            OUTSIDER,
            "把不归自己办的事转出去",
            "hands over what does not wait for him",
            "role",
            EVERYWHERE,
            |stage| {
                let order = stage.order("王内勤");
                stage.attack("王内勤", hand_over(order, APPROVE, "李经理"));
            }
        ),
        attempt!(
            "hand_over.signed_by_another",
            MANAGER,
            "已转给别人的审核，自己抢签",
            "signs what was handed over to another",
            "role",
            EVERYWHERE,
            |stage| {
                let order = stage.order("王内勤");
                stage.must("白经理", hand_over(order, APPROVE, "李经理"));
                let act = stage.step(APPROVE, order, &[]);
                stage.attack("白经理", act);
            }
        ),
        attempt!(
            "hand_over.taken_after_the_role_ended",
            CLERK,
            "岗位到期后凭转办把事情再转出去",
            "passes on, by name, what was handed to him before his role ended",
            "role",
            EVERYWHERE,
            |stage| {
                // The day must not have moved on past the role: the scene is set on its last day.
                let inspection = stage.inspection("韩收货", "孙验收");
                let keeper = crate::cast::person(
                    "短期保管",
                    vec![engine::Grant {
                        until: Some(stage.today()),
                        ..crate::cast::gsp("keeper")
                    }],
                );
                stage.must("管理员甲", Act::PutPerson { person: keeper });
                stage.must("周保管", hand_over(inspection, STORE, "短期保管"));
                stage.days_later(1);
                stage.attack("短期保管", hand_over(inspection, STORE, "杜保管"));
                let seen = stage.seen(inspection);
                stage.attack(
                    "短期保管",
                    Act::Return {
                        slip: inspection,
                        to: None,
                        reason: "有误".into(),
                        seen,
                    },
                );
                let act = stage.from(STORE, &[inspection], &[], &[BIN]);
                stage.attack("短期保管", act);
            }
        ),
        attempt!(
            "hand_over.one_of_two_sources",
            CLERK,
            "合开两单，其中一单已转给别人",
            "joins two slips of which one was handed over to another",
            "role",
            BOTH,
            |stage| {
                let (one, two) = (stage.trial_order("N1"), stage.trial_order("N1"));
                stage.must(
                    "记账员",
                    hand_over(one, "trial.delivery.receipt.fill", "北保管"),
                );
                stage.must(
                    "记账员",
                    hand_over(two, "trial.delivery.receipt.fill", "吴多岗"),
                );
                let act = stage.from("trial.delivery.receipt.fill", &[one, two], &[], &[]);
                stage.attack("北保管", act);
            }
        ),
        attempt!(
            "added.signs_the_step",
            ADDED,
            "加签人直接签该环节",
            "an added signer signs the step itself",
            "role",
            EVERYWHERE,
            |stage| {
                let order = stage.order("王内勤");
                stage.must("白经理", add_signer(order, APPROVE, "门卫"));
                let act = stage.step(APPROVE, order, &[]);
                stage.attack("门卫", act);
            }
        ),
        attempt!(
            "added.filler_as_signer",
            ADDED,
            "填制人被加签后审核自己的订单",
            "the filler, added as a signer, approves his own order",
            "separate",
            EVERYWHERE,
            |stage| {
                let order = stage.order("李经理");
                stage.must("白经理", add_signer(order, APPROVE, "李经理"));
                let act = cosign(stage, order, APPROVE);
                stage.must("李经理", act);
                let act = stage.step(APPROVE, order, &[]);
                stage.attack("李经理", act);
            }
        ),
        attempt!(
            "added.passed_over",
            MANAGER,
            "不等加签人就签",
            "signs before the added signer has",
            "order",
            EVERYWHERE,
            |stage| {
                let order = stage.order("王内勤");
                stage.must("白经理", add_signer(order, APPROVE, "钱质管"));
                let act = stage.step(APPROVE, order, &[]);
                stage.attack("李经理", act);
            }
        ),
        attempt!(
            "added.passed_over_at_reversal",
            CLERK,
            "冲销确认不等加签人",
            "confirms a reversal before the added signer has signed",
            "order",
            EVERYWHERE,
            |stage| {
                let receipt = stage.receipt("赵收货");
                stage.must(
                    "赵收货",
                    Act::AskReversal {
                        slip: receipt,
                        reason: "批号有误".into(),
                    },
                );
                stage.must("韩收货", add_signer(receipt, RECEIVE, "钱质管"));
                let seen = stage.seen(receipt);
                stage.attack(
                    "韩收货",
                    Act::Reverse {
                        slip: receipt,
                        seen,
                    },
                );
            }
        ),
        attempt!(
            "added.oneself",
            MANAGER,
            "加签自己",
            "adds himself",
            "add_signer",
            EVERYWHERE,
            |stage| {
                let order = stage.order("王内勤");
                stage.attack("白经理", add_signer(order, APPROVE, "白经理"));
            }
        ),
        attempt!(
            "added.own_second_account",
            TWO_ACCOUNTS,
            "加签自己的第二个账号",
            "adds his own second account",
            "add_signer",
            EVERYWHERE,
            |stage| {
                let order = stage.order("王内勤");
                stage.attack("吴多岗", add_signer(order, APPROVE, "吴副号"));
            }
        ),
        attempt!(
            "added.signed_by_adder_as_deputy",
            MANAGER,
            "加签后以加签人的代办人身份自己签",
            "adds a signer and signs for him as his deputy",
            "role",
            EVERYWHERE,
            |stage| {
                let (from, until) = (stage.today(), stage.today());
                stage.must(
                    "钱质管",
                    Act::Deputise {
                        to: "李经理".into(),
                        from,
                        until,
                    },
                );
                let order = stage.order("王内勤");
                stage.must("李经理", add_signer(order, APPROVE, "钱质管"));
                let act = cosign(stage, order, APPROVE);
                stage.attack_for("李经理", "钱质管", act);
            }
        ),
        attempt!(
            "added.signed_by_another",
            OUTSIDER,
            "冒充加签人签字",
            "signs in the place of the added signer",
            "role",
            EVERYWHERE,
            |stage| {
                let order = stage.order("王内勤");
                stage.must("白经理", add_signer(order, APPROVE, "钱质管"));
                let act = cosign(stage, order, APPROVE);
                stage.attack("门卫", act);
            }
        ),
        attempt!(
            "added.stale",
            ADDED,
            "加签人就已改动的内容签字",
            "signs, as added signer, content that has changed since",
            "stale",
            EVERYWHERE,
            |stage| {
                let order = stage.order("王内勤");
                stage.must("白经理", add_signer(order, APPROVE, "钱质管"));
                let seen = Seen {
                    slip: order,
                    content: "0".repeat(32).into(),
                };
                stage.attack(
                    "钱质管",
                    Act::Cosign {
                        slip: order,
                        step: APPROVE.into(),
                        opinion: String::new(),
                        seen,
                    },
                );
            }
        ),
        attempt!(
            "added.voids",
            ADDED,
            "加签人作废单据",
            "an added signer makes the slip void",
            "role",
            EVERYWHERE,
            |stage| {
                let order = stage.order("王内勤");
                stage.must("白经理", add_signer(order, APPROVE, "钱质管"));
                stage.attack(
                    "钱质管",
                    Act::Void {
                        slip: order,
                        reason: "不同意".into(),
                    },
                );
            }
        ),
        attempt!(
            "added.by_outsider",
            OUTSIDER,
            "无关人员加签，拖住别人的单",
            "adds a signer to hold up somebody else's slip",
            "role",
            EVERYWHERE,
            |stage| {
                let order = stage.order("王内勤");
                stage.attack("门卫", add_signer(order, APPROVE, "钱质管"));
            }
        ),
        attempt!(
            "hand_over.reversal_to_the_asker",
            CLERK,
            "把冲销确认转给申请人的第二个账号",
            "hands the confirmation of a reversal to the asker's second account",
            "separate",
            EVERYWHERE,
            |stage| {
                let order = stage.approved();
                let act = stage.from(
                    RECEIVE,
                    &[order],
                    DELIVERY,
                    &[&[BATCH, MADE, EXPIRY, ("qty", "60")]],
                );
                let receipt = stage.must("韩收货", act).slip.expect("a slip");
                stage.must(
                    "吴多岗",
                    Act::AskReversal {
                        slip: receipt,
                        reason: "批号有误".into(),
                    },
                );
                stage.attack("韩收货", hand_over(receipt, RECEIVE, "吴副号"));
            }
        ),
    ]
}
