//! Return, withdraw, void, reversal: what was signed and executed stays, or falls by two persons.

use engine::Act;
use kernel::SlipId;

use super::{ADMINISTRATOR, CLERK, DEPUTY, MANAGER, OUTSIDER, TWO_ACCOUNTS, attempt};
use crate::attempt::{Attempt, BOTH, EVERYWHERE};
use crate::stage::{APPROVE, FILL, Stage, order};

fn withdraw(slip: SlipId) -> Act {
    Act::Withdraw {
        slip,
        reason: String::new(),
    }
}

fn void(slip: SlipId) -> Act {
    Act::Void {
        slip,
        reason: "重复".into(),
    }
}

fn ask(slip: SlipId) -> Act {
    Act::AskReversal {
        slip,
        reason: "批号有误".into(),
    }
}

fn send_back(stage: &Stage, slip: SlipId, to: Option<&str>) -> Act {
    Act::Return {
        slip,
        to: to.map(Into::into),
        reason: "有误".into(),
        seen: stage.seen(slip),
    }
}

fn reverse(stage: &Stage, slip: SlipId) -> Act {
    Act::Reverse {
        slip,
        seen: stage.seen(slip),
    }
}

pub fn all() -> Vec<Attempt> {
    let mut all = falling();
    all.extend(reversals());
    all
}

fn falling() -> Vec<Attempt> {
    vec![
        attempt!(
            "back.withdraw_executed_end",
            CLERK,
            "独自撤回已执行完毕的入库单",
            "takes back alone the stock-in that ended the flow",
            "order",
            EVERYWHERE,
            |stage| {
                let slip = stage.stock_in("周保管");
                stage.attack("周保管", withdraw(slip));
            }
        ),
        attempt!(
            "back.return_executed_end",
            CLERK,
            "退回已执行完毕的入库单",
            "returns the stock-in that ended the flow",
            "role",
            EVERYWHERE,
            |stage| {
                let slip = stage.stock_in("周保管");
                let act = send_back(stage, slip, None);
                stage.attack("杜保管", act);
            }
        ),
        attempt!(
            "back.void_executed",
            CLERK,
            "作废已执行的入库单",
            "makes an executed slip void",
            "order",
            EVERYWHERE,
            |stage| {
                let slip = stage.stock_in("周保管");
                stage.attack("周保管", void(slip));
            }
        ),
        attempt!(
            "back.refill_executed",
            CLERK,
            "重填已执行的入库单",
            "fills in an executed slip anew",
            "order",
            EVERYWHERE,
            |stage| {
                let slip = stage.stock_in("周保管");
                let act = stage.step(crate::stage::STORE, slip, &[]);
                stage.attack("杜保管", act);
            }
        ),
        attempt!(
            "back.withdraw_anothers",
            MANAGER,
            "撤回别人的签字",
            "takes another's signature back",
            "role",
            EVERYWHERE,
            |stage| {
                let order = stage.order("王内勤");
                stage.sign("白经理", APPROVE, order);
                stage.attack("李经理", withdraw(order));
            }
        ),
        attempt!(
            "back.withdraw_after_the_next_signature",
            CLERK,
            "下一环节签字后撤回",
            "takes his signature back after the next one was given",
            "role",
            EVERYWHERE,
            |stage| {
                let order = stage.approved();
                stage.attack("王内勤", withdraw(order));
            }
        ),
        attempt!(
            "back.withdraw_with_a_later_slip",
            MANAGER,
            "已收货的订单撤回审核",
            "takes the approval back after goods were received on it",
            "order",
            EVERYWHERE,
            |stage| {
                let receipt = stage.receipt("韩收货");
                let order = stage
                    .store
                    .slip(crate::front::ORG, receipt)
                    .expect("read")
                    .expect("a slip")
                    .sources[0];
                stage.attack("白经理", withdraw(order));
            }
        ),
        attempt!(
            "back.return_with_a_later_slip",
            CLERK,
            "已收货的订单被退回",
            "returns an order on which goods were received",
            "order",
            EVERYWHERE,
            |stage| {
                let receipt = stage.receipt("韩收货");
                let order = stage
                    .store
                    .slip(crate::front::ORG, receipt)
                    .expect("read")
                    .expect("a slip")
                    .sources[0];
                let act = send_back(stage, order, None);
                stage.attack("赵收货", act);
            }
        ),
        attempt!(
            "back.return_by_outsider",
            OUTSIDER,
            "无关人员退回",
            "returns a slip that does not wait for him",
            "role",
            EVERYWHERE,
            |stage| {
                let order = stage.order("王内勤");
                let act = send_back(stage, order, None);
                stage.attack("门卫", act);
            }
        ),
        attempt!(
            "back.return_by_administrator",
            ADMINISTRATOR,
            "管理员退回单据",
            "returns a slip",
            "role",
            EVERYWHERE,
            |stage| {
                let order = stage.order("王内勤");
                let act = send_back(stage, order, None);
                stage.attack("管理员甲", act);
            }
        ),
        attempt!(
            "back.return_to_a_later_step",
            MANAGER,
            "退回到尚未签字的环节以越过中间环节",
            "returns it to a step not signed yet, to jump over what lies between",
            "order",
            EVERYWHERE,
            |stage| {
                let note = stage.note("经办", "10");
                let act = send_back(stage, note, Some("trial.payment.note.post"));
                stage.attack("复核甲", act);
            }
        ),
        attempt!(
            "back.return_stale",
            MANAGER,
            "就已改动的内容退回",
            "returns content that has changed since he saw it",
            "stale",
            EVERYWHERE,
            |stage| {
                let order = stage.order("王内勤");
                let seen = engine::Seen {
                    slip: order,
                    content: "0".repeat(32).into(),
                };
                stage.attack(
                    "白经理",
                    Act::Return {
                        slip: order,
                        to: None,
                        reason: "有误".into(),
                        seen,
                    },
                );
            }
        ),
        attempt!(
            "back.void_by_outsider",
            OUTSIDER,
            "作废别人的单据",
            "makes somebody else's slip void",
            "role",
            EVERYWHERE,
            |stage| {
                let order = stage.order("王内勤");
                stage.attack("高内勤", void(order));
            }
        ),
        attempt!(
            "back.void_by_administrator",
            ADMINISTRATOR,
            "管理员作废单据",
            "makes a slip void",
            "role",
            EVERYWHERE,
            |stage| {
                let order = stage.order("王内勤");
                stage.attack("管理员甲", void(order));
            }
        ),
        attempt!(
            "back.sign_void",
            MANAGER,
            "审核已作废的订单",
            "approves a void order",
            "order",
            EVERYWHERE,
            |stage| {
                let order = stage.order("王内勤");
                stage.must("王内勤", void(order));
                let act = stage.step(APPROVE, order, &[]);
                stage.attack("白经理", act);
            }
        ),
        attempt!(
            "back.refill_void",
            CLERK,
            "重填已作废的订单",
            "fills in a void order anew",
            "order",
            EVERYWHERE,
            |stage| {
                let slip = stage.order("王内勤");
                stage.must("王内勤", void(slip));
                let Act::Step { step, input, .. } = order("7") else {
                    return;
                };
                let seen = vec![stage.seen(slip)];
                stage.attack(
                    "王内勤",
                    Act::Step {
                        step,
                        slip: Some(slip),
                        sources: Vec::new(),
                        seen,
                        input,
                    },
                );
            }
        ),
        attempt!(
            "back.refill_approved",
            CLERK,
            "已审核的订单改数量重填",
            "fills in an approved order anew with another quantity",
            "order",
            EVERYWHERE,
            |stage| {
                let slip = stage.approved();
                let Act::Step { input, .. } = order("900") else {
                    return;
                };
                let seen = vec![stage.seen(slip)];
                stage.attack(
                    "王内勤",
                    Act::Step {
                        step: FILL.into(),
                        slip: Some(slip),
                        sources: Vec::new(),
                        seen,
                        input,
                    },
                );
            }
        ),
        attempt!(
            "back.approval_outlives_refill",
            CLERK,
            "撤回重填后沿用旧的审核",
            "refills a returned order and goes on under the old approval",
            "order",
            EVERYWHERE,
            |stage| {
                let slip = stage.approved();
                let act = send_back(stage, slip, Some(FILL));
                stage.must("韩收货", act);
                let Act::Step { input, .. } = order("900") else {
                    return;
                };
                let seen = vec![stage.seen(slip)];
                stage.must(
                    "王内勤",
                    Act::Step {
                        step: FILL.into(),
                        slip: Some(slip),
                        sources: Vec::new(),
                        seen,
                        input,
                    },
                );
                let act = stage.from(
                    crate::stage::RECEIVE,
                    &[slip],
                    crate::stage::DELIVERY,
                    &[&[
                        crate::stage::BATCH,
                        crate::stage::MADE,
                        crate::stage::EXPIRY,
                        ("qty", "900"),
                    ]],
                );
                stage.attack("韩收货", act);
            }
        ),
    ]
}

fn reversals() -> Vec<Attempt> {
    vec![
        attempt!(
            "reverse.own_request",
            CLERK,
            "确认自己申请的冲销",
            "confirms the reversal that he asked for",
            "separate",
            EVERYWHERE,
            |stage| {
                let slip = stage.stock_in("周保管");
                stage.must("周保管", ask(slip));
                let act = reverse(stage, slip);
                stage.attack("周保管", act);
            }
        ),
        attempt!(
            "reverse.own_request_by_second_account",
            TWO_ACCOUNTS,
            "用第二个账号确认自己申请的冲销",
            "confirms with the second account what he asked for with the first",
            "separate",
            EVERYWHERE,
            |stage| {
                let slip = stage.stock_in("周保管");
                stage.must("吴多岗", ask(slip));
                let act = reverse(stage, slip);
                stage.attack("吴副号", act);
            }
        ),
        attempt!(
            "reverse.by_askers_deputy",
            DEPUTY,
            "申请人的代办人替申请人确认",
            "the asker's deputy confirms in the asker's place",
            "separate",
            EVERYWHERE,
            |stage| {
                let (from, until) = (stage.today(), stage.today());
                stage.must(
                    "周保管",
                    Act::Deputise {
                        to: "杜保管".into(),
                        from,
                        until,
                    },
                );
                let slip = stage.stock_in("周保管");
                stage.must("周保管", ask(slip));
                let act = reverse(stage, slip);
                stage.attack_for("杜保管", "周保管", act);
            }
        ),
        attempt!(
            "reverse.by_principal_of_the_asking_deputy",
            DEPUTY,
            "代办人替本人申请，本人确认",
            "confirms what his deputy asked for in his name",
            "separate",
            EVERYWHERE,
            |stage| {
                let (from, until) = (stage.today(), stage.today());
                stage.must(
                    "周保管",
                    Act::Deputise {
                        to: "杜保管".into(),
                        from,
                        until,
                    },
                );
                let slip = stage.stock_in("周保管");
                stage.must_for("杜保管", Some("周保管"), ask(slip));
                let act = reverse(stage, slip);
                stage.attack("周保管", act);
            }
        ),
        attempt!(
            "reverse.without_request",
            CLERK,
            "没有申请就冲销",
            "reverses without a request",
            "order",
            EVERYWHERE,
            |stage| {
                let slip = stage.stock_in("周保管");
                let act = reverse(stage, slip);
                stage.attack("杜保管", act);
            }
        ),
        attempt!(
            "reverse.with_a_later_slip",
            CLERK,
            "下游单据仍在时申请冲销",
            "asks for the reversal of a slip from which others were made",
            "order",
            EVERYWHERE,
            |stage| {
                let notice = stage.notice("韩收货");
                let receipt = stage
                    .store
                    .slip(crate::front::ORG, notice)
                    .expect("read")
                    .expect("a slip")
                    .sources[0];
                stage.attack("韩收货", ask(receipt));
            }
        ),
        attempt!(
            "reverse.by_outsider",
            OUTSIDER,
            "无关人员申请冲销",
            "asks for a reversal without any role in it",
            "role",
            EVERYWHERE,
            |stage| {
                let slip = stage.stock_in("周保管");
                stage.attack("门卫", ask(slip));
            }
        ),
        attempt!(
            "reverse.confirmed_by_administrator",
            ADMINISTRATOR,
            "管理员确认冲销",
            "confirms a reversal",
            "role",
            EVERYWHERE,
            |stage| {
                let slip = stage.stock_in("周保管");
                stage.must("周保管", ask(slip));
                let act = reverse(stage, slip);
                stage.attack("管理员甲", act);
            }
        ),
        attempt!(
            "reverse.refused_by_outsider",
            OUTSIDER,
            "无关人员退回冲销申请",
            "turns down a reversal that is none of his business",
            "role",
            EVERYWHERE,
            |stage| {
                let slip = stage.stock_in("周保管");
                stage.must("周保管", ask(slip));
                stage.attack(
                    "门卫",
                    Act::RefuseReversal {
                        slip,
                        reason: "不必".into(),
                    },
                );
            }
        ),
        attempt!(
            "reverse.stale",
            CLERK,
            "就已改动的内容确认冲销",
            "confirms over content other than what is there",
            "stale",
            EVERYWHERE,
            |stage| {
                let slip = stage.stock_in("周保管");
                stage.must("周保管", ask(slip));
                let seen = engine::Seen {
                    slip,
                    content: "0".repeat(32).into(),
                };
                stage.attack("杜保管", Act::Reverse { slip, seen });
            }
        ),
        attempt!(
            "reverse.twice",
            CLERK,
            "对已冲销的单再次冲销",
            "reverses what was reversed",
            "order",
            EVERYWHERE,
            |stage| {
                let slip = stage.stock_in("周保管");
                stage.must("周保管", ask(slip));
                let act = reverse(stage, slip);
                stage.must("杜保管", act);
                stage.attack("周保管", ask(slip));
                let act = reverse(stage, slip);
                stage.attack("杜保管", act);
            }
        ),
        attempt!(
            "reverse.go_on_meanwhile",
            CLERK,
            "冲销申请期间继续往下办",
            "goes on from a slip whose reversal is being asked for",
            "order",
            EVERYWHERE,
            |stage| {
                let receipt = stage.receipt("赵收货");
                stage.must("赵收货", ask(receipt));
                let act = stage.from(crate::stage::NOTIFY, &[receipt], &[], &[]);
                stage.attack("钱质管", act);
            }
        ),
        attempt!(
            "period.reopen_own",
            ADMINISTRATOR,
            "反结账自己结的账",
            "opens again the period that he closed",
            "separate",
            BOTH,
            |stage| {
                let period = kernel::Period(202_001);
                stage.must(
                    "管理员甲",
                    Act::ClosePeriod {
                        ledger: "trial.cash".into(),
                        period,
                    },
                );
                stage.attack(
                    "管理员甲",
                    Act::ReopenPeriod {
                        ledger: "trial.cash".into(),
                        period,
                        reason: "补记".into(),
                    },
                );
            }
        ),
        attempt!(
            "period.reopen_by_second_account",
            TWO_ACCOUNTS,
            "用第二个管理员账号反结账",
            "opens it again with his second account",
            "separate",
            BOTH,
            |stage| {
                let period = kernel::Period(202_003);
                stage.must(
                    "管理员甲",
                    Act::ClosePeriod {
                        ledger: "trial.cash".into(),
                        period,
                    },
                );
                stage.attack(
                    "甲副号",
                    Act::ReopenPeriod {
                        ledger: "trial.cash".into(),
                        period,
                        reason: "补记".into(),
                    },
                );
            }
        ),
        attempt!(
            "period.close_by_clerk",
            CLERK,
            "非管理员结账",
            "closes a period without being an administrator",
            "administrator",
            BOTH,
            |stage| {
                stage.attack(
                    "王内勤",
                    Act::ClosePeriod {
                        ledger: "trial.cash".into(),
                        period: kernel::Period(202_004),
                    },
                );
            }
        ),
        attempt!(
            "period.book_into_closed",
            CLERK,
            "向已结账期间记账",
            "books into a closed period",
            "period",
            EVERYWHERE,
            |stage| {
                let period = stage.today().period();
                stage.must(
                    "管理员甲",
                    Act::ClosePeriod {
                        ledger: "trial.cash".into(),
                        period,
                    },
                );
                stage.attack("经办", crate::stage::payment("N1", "5"));
                stage.must(
                    "管理员乙",
                    Act::ReopenPeriod {
                        ledger: "trial.cash".into(),
                        period,
                        reason: "补记".into(),
                    },
                );
            }
        ),
    ]
}
