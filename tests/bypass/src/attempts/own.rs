//! Approving one's own step.

use super::{ADMINISTRATOR, CLERK, MANAGER, OUTSIDER, TWO_ACCOUNTS, TWO_ROLES, attempt};
use crate::attempt::{Attempt, EVERYWHERE};
use crate::stage::{
    APPROVE, BATCH, BIN, DELIVERY, EXPIRY, INSPECT, JUDGED, MADE, NOTIFY, RECEIVE, STORE, order,
};

pub fn all() -> Vec<Attempt> {
    vec![
        attempt!(
            "own.approve",
            TWO_ROLES,
            "审核自己填制的采购订单",
            "approves the order that he filled in",
            "separate",
            EVERYWHERE,
            |stage| {
                let order = stage.order("李经理");
                let act = stage.step(APPROVE, order, &[]);
                stage.attack("李经理", act);
            }
        ),
        attempt!(
            "own.approve_by_second_account",
            TWO_ACCOUNTS,
            "用第二个账号审核自己填制的订单",
            "approves with the second account what he filled in with the first",
            "separate",
            EVERYWHERE,
            |stage| {
                let order = stage.order("吴多岗");
                let act = stage.step(APPROVE, order, &[]);
                stage.attack("吴副号", act);
            }
        ),
        attempt!(
            "own.approve_by_other_spelling",
            TWO_ACCOUNTS,
            "第二个账号的人员编号只差大小写",
            "has a second account whose staff number differs in capitals only",
            "separate",
            EVERYWHERE,
            |stage| {
                let order = stage.order("小写号");
                let act = stage.step(APPROVE, order, &[]);
                stage.attack("大写号", act);
            }
        ),
        attempt!(
            "own.approve_after_refill",
            TWO_ROLES,
            "把别人的订单退回，自己重填，再自己审核",
            "returns another's order, fills it in anew himself and approves it",
            "separate",
            EVERYWHERE,
            |stage| {
                let slip = stage.order("王内勤");
                let seen = stage.seen(slip);
                stage.must(
                    "李经理",
                    engine::Act::Return {
                        slip,
                        to: None,
                        reason: "单价有误".into(),
                        seen,
                    },
                );
                let engine::Act::Step { step, input, .. } = order("90") else {
                    return;
                };
                let seen = vec![stage.seen(slip)];
                stage.must(
                    "李经理",
                    engine::Act::Step {
                        step,
                        slip: Some(slip),
                        sources: Vec::new(),
                        seen,
                        input,
                    },
                );
                let act = stage.step(APPROVE, slip, &[]);
                stage.attack("李经理", act);
            }
        ),
        attempt!(
            "own.approve_as_administrator",
            ADMINISTRATOR,
            "不持有审核岗位而审核",
            "approves without the role",
            "role",
            EVERYWHERE,
            |stage| {
                let order = stage.order("王内勤");
                let act = stage.step(APPROVE, order, &[]);
                stage.attack("管理员甲", act);
            }
        ),
        attempt!(
            "own.approve_as_administrator_with_roles",
            ADMINISTRATOR,
            "兼有两岗，审核自己填制的订单",
            "holds both roles and approves the order that he filled in",
            "separate",
            EVERYWHERE,
            |stage| {
                let order = stage.order("兼职管理员");
                let act = stage.step(APPROVE, order, &[]);
                stage.attack("兼职管理员", act);
            }
        ),
        attempt!(
            "own.inspect_own_receipt",
            TWO_ROLES,
            "验收自己收的货，中间隔着别人的通知单",
            "inspects what he received, another's notice between the two",
            "separate",
            EVERYWHERE,
            |stage| {
                let notice = stage.notice("赵收货");
                let act = stage.from(INSPECT, &[notice], &[], &[JUDGED]);
                stage.attack("赵收货", act);
            }
        ),
        attempt!(
            "own.store_own_receipt",
            TWO_ROLES,
            "入库自己收的货，中间隔着两张别人的单",
            "puts to stock what he received, two slips of others between",
            "separate",
            EVERYWHERE,
            |stage| {
                let inspection = stage.inspection("吴多岗", "孙验收");
                let act = stage.from(STORE, &[inspection], &[], &[BIN]);
                stage.attack("吴多岗", act);
            }
        ),
        attempt!(
            "own.store_own_receipt_by_second_account",
            TWO_ACCOUNTS,
            "用第二个账号入库自己收的货",
            "puts to stock with the second account what he received with the first",
            "separate",
            EVERYWHERE,
            |stage| {
                let inspection = stage.inspection("吴多岗", "孙验收");
                let act = stage.from(STORE, &[inspection], &[], &[BIN]);
                stage.attack("吴副号", act);
            }
        ),
        attempt!(
            "own.store_own_inspection",
            TWO_ROLES,
            "入库自己验收的货",
            "puts to stock what he inspected",
            "separate",
            EVERYWHERE,
            |stage| {
                let inspection = stage.inspection("韩收货", "兼验收");
                let act = stage.from(STORE, &[inspection], &[], &[BIN]);
                stage.attack("兼验收", act);
            }
        ),
        attempt!(
            "own.check_twice",
            MANAGER,
            "须两人复核的环节一人签两次",
            "signs twice a step that two must sign",
            "separate",
            EVERYWHERE,
            |stage| {
                let note = stage.note("经办", "10");
                stage.sign("复核甲", "trial.payment.note.check", note);
                let act = stage.step("trial.payment.note.check", note, &[]);
                stage.attack("复核甲", act);
            }
        ),
        attempt!(
            "own.check_twice_by_second_account",
            TWO_ACCOUNTS,
            "须两人复核的环节用两个账号各签一次",
            "signs a step that two must sign with both accounts",
            "separate",
            EVERYWHERE,
            |stage| {
                let note = stage.note("经办", "10");
                stage.sign("吴多岗", "trial.payment.note.check", note);
                let act = stage.step("trial.payment.note.check", note, &[]);
                stage.attack("吴副号", act);
            }
        ),
        attempt!(
            "own.check_twice_by_two_roles",
            TWO_ROLES,
            "须两人复核的环节，以两个岗位各签一次",
            "signs a step that two must sign once by each of his two roles",
            "separate",
            EVERYWHERE,
            |stage| {
                let note = stage.note("经办", "10");
                stage.sign("吴多岗", "trial.payment.note.check", note);
                let act = stage.step("trial.payment.note.check", note, &[]);
                stage.attack("吴多岗", act);
            }
        ),
        attempt!(
            "own.post_what_he_checked",
            TWO_ROLES,
            "记账自己复核的付款单",
            "posts the payment that he checked",
            "separate",
            EVERYWHERE,
            |stage| {
                let note = stage.note("经办", "10");
                stage.sign("吴多岗", "trial.payment.note.check", note);
                stage.sign("复核甲", "trial.payment.note.check", note);
                let act = stage.step("trial.payment.note.post", note, &[]);
                stage.attack("吴多岗", act);
            }
        ),
        attempt!(
            "own.no_role",
            OUTSIDER,
            "没有岗位而填制",
            "fills in an order without a role",
            "role",
            EVERYWHERE,
            |stage| {
                stage.attack("门卫", order("1"));
            }
        ),
        attempt!(
            "own.other_role",
            CLERK,
            "采购内勤审核订单",
            "a buyer approves an order",
            "role",
            EVERYWHERE,
            |stage| {
                let order = stage.order("高内勤");
                let act = stage.step(APPROVE, order, &[]);
                stage.attack("王内勤", act);
            }
        ),
        attempt!(
            "own.receive_as_buyer",
            CLERK,
            "采购内勤收自己订的货",
            "a buyer receives what he ordered",
            "role",
            EVERYWHERE,
            |stage| {
                let order = stage.approved();
                let act = stage.from(
                    RECEIVE,
                    &[order],
                    DELIVERY,
                    &[&[BATCH, MADE, EXPIRY, ("qty", "1")]],
                );
                stage.attack("王内勤", act);
            }
        ),
        attempt!(
            "own.notify_as_receiver",
            CLERK,
            "收货员代质管员通知验收",
            "a receiver writes the quality clerk's notice",
            "role",
            EVERYWHERE,
            |stage| {
                let receipt = stage.receipt("赵收货");
                let act = stage.from(NOTIFY, &[receipt], &[], &[]);
                stage.attack("赵收货", act);
            }
        ),
    ]
}
