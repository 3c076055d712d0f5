//! Deputies: in both directions, in chains, too early, too late, and for oneself.

use engine::Act;

use super::{ADMINISTRATOR, DEPUTY, EDITED, TWO_ACCOUNTS, attempt};
use crate::attempt::{Attempt, EVERYWHERE};
use crate::cast::day;
use crate::stage::{APPROVE, Stage, order};

/// Lets one act for another from today for so many days.
fn deputise(stage: &mut Stage, principal: &str, to: &str, days: i64) {
    let from = stage.today();
    let until = from.plus_days(days).expect("a day");
    stage.must(
        principal,
        Act::Deputise {
            to: to.into(),
            from,
            until,
        },
    );
}

pub fn all() -> Vec<Attempt> {
    vec![
        attempt!(
            "deputy.approve_own_as_deputy",
            DEPUTY,
            "以审核人的代办人身份审核自己填制的订单",
            "approves his own order as the approver's deputy",
            "separate",
            EVERYWHERE,
            |stage| {
                deputise(stage, "白经理", "王内勤", 10);
                let order = stage.order("王内勤");
                let act = stage.step(APPROVE, order, &[]);
                stage.attack_for("王内勤", "白经理", act);
            }
        ),
        attempt!(
            "deputy.approve_what_he_filled_for_another",
            DEPUTY,
            "代别人填制后，以本人名义审核",
            "fills in for another and approves in his own name",
            "separate",
            EVERYWHERE,
            |stage| {
                deputise(stage, "高内勤", "白经理", 10);
                let slip = stage
                    .must_for("白经理", Some("高内勤"), order("5"))
                    .slip
                    .expect("a slip");
                let act = stage.step(APPROVE, slip, &[]);
                stage.attack("白经理", act);
            }
        ),
        attempt!(
            "deputy.principal_approves_what_deputy_filled",
            DEPUTY,
            "代办人替本人填制后，本人审核",
            "approves what his deputy filled in for him",
            "separate",
            EVERYWHERE,
            |stage| {
                deputise(stage, "李经理", "高内勤", 10);
                let slip = stage
                    .must_for("高内勤", Some("李经理"), order("5"))
                    .slip
                    .expect("a slip");
                let act = stage.step(APPROVE, slip, &[]);
                stage.attack("李经理", act);
            }
        ),
        attempt!(
            "deputy.deputy_approves_for_the_one_who_filled",
            DEPUTY,
            "代办人替填制人本人审核其订单",
            "a deputy approves, for the person who filled it in, that person's order",
            "separate",
            EVERYWHERE,
            |stage| {
                deputise(stage, "李经理", "周保管", 10);
                let slip = stage.order("李经理");
                let act = stage.step(APPROVE, slip, &[]);
                stage.attack_for("周保管", "李经理", act);
            }
        ),
        attempt!(
            "deputy.mutual",
            DEPUTY,
            "两人互为代办人，各替对方签自己的单",
            "two are deputies of each other, and each signs for the other what is his own",
            "separate",
            EVERYWHERE,
            |stage| {
                deputise(stage, "王内勤", "白经理", 10);
                deputise(stage, "白经理", "王内勤", 10);
                let slip = stage
                    .must_for("白经理", Some("王内勤"), order("5"))
                    .slip
                    .expect("a slip");
                let act = stage.step(APPROVE, slip, &[]);
                stage.attack_for("王内勤", "白经理", act);
            }
        ),
        attempt!(
            "deputy.fills_the_quorum_alone",
            DEPUTY,
            "须两人复核的环节，自己签一次，代另一人再签一次",
            "signs a step that two must sign for himself and for the person he acts for",
            "separate",
            EVERYWHERE,
            |stage| {
                let (from, until) = (stage.today(), stage.today());
                stage.must(
                    "复核乙",
                    Act::Deputise {
                        to: "复核甲".into(),
                        from,
                        until,
                    },
                );
                let note = stage.note("经办", "10");
                stage.sign("复核甲", "trial.payment.note.check", note);
                let act = stage.step("trial.payment.note.check", note, &[]);
                stage.attack_for("复核甲", "复核乙", act);
            }
        ),
        attempt!(
            "deputy.and_principal_fill_the_quorum",
            DEPUTY,
            "须两人复核的环节，代办人代签一次，本人再签一次",
            "signs himself a step that two must sign, after his deputy signed it for him",
            "separate",
            EVERYWHERE,
            |stage| {
                let (from, until) = (stage.today(), stage.today());
                stage.must(
                    "复核乙",
                    Act::Deputise {
                        to: "主管".into(),
                        from,
                        until,
                    },
                );
                let note = stage.note("经办", "10");
                let act = stage.step("trial.payment.note.check", note, &[]);
                stage.must_for("主管", Some("复核乙"), act);
                let act = stage.step("trial.payment.note.check", note, &[]);
                stage.attack("复核乙", act);
            }
        ),
        attempt!(
            "deputy.chain",
            DEPUTY,
            "代办人的代办人替第一人签字",
            "a deputy's deputy signs for the first person",
            "deputy",
            EVERYWHERE,
            |stage| {
                deputise(stage, "白经理", "杜保管", 10);
                deputise(stage, "杜保管", "钱质管", 10);
                let slip = stage.order("王内勤");
                let act = stage.step(APPROVE, slip, &[]);
                stage.attack_for("钱质管", "白经理", act);
            }
        ),
        attempt!(
            "deputy.appoints_another",
            DEPUTY,
            "代办人以委托人名义再委托他人",
            "a deputy appoints another in the name of the person he acts for",
            "deputy",
            EVERYWHERE,
            |stage| {
                deputise(stage, "白经理", "杜保管", 10);
                let (from, until) = (stage.today(), stage.today());
                stage.attack_for(
                    "杜保管",
                    "白经理",
                    Act::Deputise {
                        to: "门卫".into(),
                        from,
                        until,
                    },
                );
            }
        ),
        attempt!(
            "deputy.expired",
            DEPUTY,
            "委托期满后仍代办",
            "acts after his time is over",
            "deputy",
            EVERYWHERE,
            |stage| {
                let today = stage.today();
                stage.must(
                    "白经理",
                    Act::Deputise {
                        to: "孙验收".into(),
                        from: today,
                        until: today,
                    },
                );
                stage.days_later(1);
                let slip = stage.order("王内勤");
                let act = stage.step(APPROVE, slip, &[]);
                stage.attack_for("孙验收", "白经理", act);
            }
        ),
        attempt!(
            "deputy.not_yet",
            DEPUTY,
            "委托期开始之前代办",
            "acts before his time begins",
            "deputy",
            EVERYWHERE,
            |stage| {
                let from = stage.today().plus_days(1).expect("a day");
                stage.must(
                    "白经理",
                    Act::Deputise {
                        to: "韩收货".into(),
                        from,
                        until: from,
                    },
                );
                let slip = stage.order("王内勤");
                let act = stage.step(APPROVE, slip, &[]);
                stage.attack_for("韩收货", "白经理", act);
            }
        ),
        attempt!(
            "deputy.never_appointed",
            EDITED,
            "请求中写明代他人办理，而无委托",
            "says in the request that it acts for another who never appointed anyone",
            "deputy",
            EVERYWHERE,
            |stage| {
                let slip = stage.order("王内勤");
                let act = stage.step(APPROVE, slip, &[]);
                stage.attack_for("门卫", "李经理", act);
            }
        ),
        attempt!(
            "deputy.by_second_account_of_deputy",
            TWO_ACCOUNTS,
            "委托给第一个账号，用第二个账号代办",
            "is appointed with one account and acts with the other",
            "deputy",
            EVERYWHERE,
            |stage| {
                deputise(stage, "白经理", "吴多岗", 10);
                let slip = stage.order("王内勤");
                let act = stage.step(APPROVE, slip, &[]);
                stage.attack_for("吴副号", "白经理", act);
            }
        ),
        attempt!(
            "deputy.of_oneself",
            TWO_ACCOUNTS,
            "委托自己的第二个账号",
            "appoints his own second account",
            "deputy",
            EVERYWHERE,
            |stage| {
                let (from, until) = (stage.today(), stage.today());
                stage.attack(
                    "吴多岗",
                    Act::Deputise {
                        to: "吴副号".into(),
                        from,
                        until,
                    },
                );
            }
        ),
        attempt!(
            "deputy.of_himself_same_account",
            DEPUTY,
            "委托自己",
            "appoints himself",
            "deputy",
            EVERYWHERE,
            |stage| {
                let (from, until) = (stage.today(), stage.today());
                stage.attack(
                    "白经理",
                    Act::Deputise {
                        to: "白经理".into(),
                        from,
                        until,
                    },
                );
            }
        ),
        attempt!(
            "deputy.inactive",
            DEPUTY,
            "委托已停用的账号",
            "appoints an account that is out of use",
            "deputy",
            EVERYWHERE,
            |stage| {
                let (from, until) = (stage.today(), stage.today());
                stage.attack(
                    "白经理",
                    Act::Deputise {
                        to: "离职经理".into(),
                        from,
                        until,
                    },
                );
            }
        ),
        attempt!(
            "deputy.for_ever",
            DEPUTY,
            "委托期超过一年",
            "appoints a deputy for more than a year",
            "dates",
            EVERYWHERE,
            |stage| {
                let from = stage.today();
                stage.attack(
                    "白经理",
                    Act::Deputise {
                        to: "王内勤".into(),
                        from,
                        until: day("2099-01-01"),
                    },
                );
            }
        ),
        attempt!(
            "deputy.for_inactive",
            DEPUTY,
            "替已停用的人签字",
            "signs for somebody whose account is out of use",
            "person",
            EVERYWHERE,
            |stage| {
                let slip = stage.order("王内勤");
                let act = stage.step(APPROVE, slip, &[]);
                stage.attack_for("王内勤", "离职经理", act);
            }
        ),
        attempt!(
            "deputy.administers",
            DEPUTY,
            "以管理员的代办人身份授予岗位",
            "grants roles as an administrator's deputy",
            "administrator",
            &[crate::Through::Commands, crate::Through::Api],
            |stage| {
                deputise(stage, "管理员乙", "王内勤", 10);
                let person =
                    crate::cast::person("门卫", vec![crate::cast::gsp("purchase_manager")]);
                stage.attack_for("王内勤", "管理员乙", Act::PutPerson { person });
            }
        ),
        attempt!(
            "deputy.named_by_administrator",
            ADMINISTRATOR,
            "替别人指定代办人后由其代签",
            "names a deputy for somebody else, who then signs",
            "deputy",
            EVERYWHERE,
            |stage| {
                let mut person =
                    crate::cast::person("白经理", vec![crate::cast::gsp("purchase_manager")]);
                let (from, until) = (stage.today(), day("2026-12-31"));
                person.deputies.push(engine::Deputy {
                    to: "兼职管理员".into(),
                    from,
                    until,
                });
                // The record is taken, without the deputies: only the person himself names those.
                stage.must("管理员甲", Act::PutPerson { person });
                let slip = stage.order("王内勤");
                let act = stage.step(APPROVE, slip, &[]);
                stage.attack_for("兼职管理员", "白经理", act);
            }
        ),
    ]
}
