//! Roles that are narrowed to a place, or to a time.

use engine::Act;

use super::{ADMINISTRATOR, CLERK, OUTSIDER, attempt};
use crate::attempt::{Attempt, BOTH, EVERYWHERE};
use crate::cast::{grant, person};
use crate::stage::{APPROVE, begin, order, payment};

pub fn all() -> Vec<Attempt> {
    vec![
        attempt!(
            "scope.other_site",
            CLERK,
            "为别的库点填单",
            "fills in a form for another site",
            "role",
            EVERYWHERE,
            |stage| {
                stage.attack("南经办", payment("N1", "1"));
            }
        ),
        attempt!(
            "scope.site_by_default",
            CLERK,
            "不填库点，让默认值替他选",
            "leaves the site empty and lets the default choose it",
            "role",
            EVERYWHERE,
            |stage| {
                stage.attack(
                    "南经办",
                    begin(
                        "trial.payment.note.fill",
                        &[],
                        &[&[("reason", "办公用品"), ("amount", "1")]],
                    ),
                );
            }
        ),
        attempt!(
            "scope.site_changed_by_refill",
            CLERK,
            "退回后重填成别的库点",
            "moves a returned slip to another site",
            "role",
            EVERYWHERE,
            |stage| {
                let slip = stage
                    .must("南经办", payment("S1", "1"))
                    .slip
                    .expect("a slip");
                stage.must(
                    "南经办",
                    Act::Withdraw {
                        slip,
                        reason: String::new(),
                    },
                );
                let Act::Step { step, input, .. } = payment("N1", "1") else {
                    return;
                };
                let seen = vec![stage.seen(slip)];
                stage.attack(
                    "南经办",
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
            "scope.other_site_refilled",
            CLERK,
            "重填别的库点退回的单",
            "refills a slip that was returned to another site",
            "role",
            EVERYWHERE,
            |stage| {
                let slip = stage
                    .must("南经办", payment("S1", "1"))
                    .slip
                    .expect("a slip");
                stage.must(
                    "南经办",
                    Act::Withdraw {
                        slip,
                        reason: String::new(),
                    },
                );
                let Act::Step { step, input, .. } = payment("N1", "1") else {
                    return;
                };
                let seen = vec![stage.seen(slip)];
                stage.attack(
                    "北经办",
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
            "scope.source_of_another_site",
            CLERK,
            "由别的库点的订单收货",
            "receives on an order of another site",
            "role",
            EVERYWHERE,
            |stage| {
                let order = stage.trial_order("S1");
                let act = stage.from("trial.delivery.receipt.fill", &[order], &[], &[]);
                stage.attack("北保管", act);
            }
        ),
        attempt!(
            "scope.source_of_another_site_typed",
            CLERK,
            "收货时把库点写成自己的",
            "types his own site when receiving on another's order",
            "role",
            EVERYWHERE,
            |stage| {
                let order = stage.trial_order("S1");
                let act = stage.from(
                    "trial.delivery.receipt.fill",
                    &[order],
                    &[("site", "N1")],
                    &[],
                );
                stage.attack("北保管", act);
            }
        ),
        attempt!(
            "scope.joined_with_another_site",
            CLERK,
            "把别的库点的订单夹在自己的后面合开",
            "joins another site's order behind one of his own",
            "role",
            BOTH,
            |stage| {
                let (own, other) = (stage.trial_order("N1"), stage.trial_order("S1"));
                let act = stage.from("trial.delivery.receipt.fill", &[own, other], &[], &[]);
                stage.attack("北保管", act);
            }
        ),
        attempt!(
            "scope.means_nothing",
            ADMINISTRATOR,
            "给不分范围的岗位写上范围，以为限制住了",
            "narrows a role whose steps are narrowed by nothing",
            "scope",
            EVERYWHERE,
            |stage| {
                let person = person("新人", vec![grant("gsp.keeper", "一号库")]);
                stage.attack("管理员甲", Act::PutPerson { person });
            }
        ),
        attempt!(
            "time.expired_grant",
            CLERK,
            "岗位到期后审核",
            "approves after his role ended",
            "role",
            EVERYWHERE,
            |stage| {
                let slip = stage.order("王内勤");
                let act = stage.step(APPROVE, slip, &[]);
                stage.attack("旧经理", act);
            }
        ),
        attempt!(
            "time.future_grant",
            CLERK,
            "岗位生效之前审核",
            "approves before his role begins",
            "role",
            EVERYWHERE,
            |stage| {
                let slip = stage.order("王内勤");
                let act = stage.step(APPROVE, slip, &[]);
                stage.attack("新经理", act);
            }
        ),
        attempt!(
            "talk.comment_by_outsider",
            OUTSIDER,
            "在无关的单据上批注",
            "comments on a slip that is none of his business",
            "role",
            EVERYWHERE,
            |stage| {
                let slip = stage.must("王内勤", order("1")).slip.expect("a slip");
                stage.attack(
                    "门卫",
                    Act::Comment {
                        slip,
                        text: "同意".into(),
                    },
                );
            }
        ),
        attempt!(
            "talk.remind_by_outsider",
            OUTSIDER,
            "催办无关的单据",
            "reminds people of a slip that is none of his business",
            "role",
            EVERYWHERE,
            |stage| {
                let slip = stage.must("王内勤", order("1")).slip.expect("a slip");
                stage.attack(
                    "门卫",
                    Act::Remind {
                        slip,
                        text: "快".into(),
                    },
                );
            }
        ),
        attempt!(
            "talk.copy_by_outsider",
            OUTSIDER,
            "把无关的单据抄送给自己",
            "sends himself a copy of a slip that is none of his business",
            "role",
            EVERYWHERE,
            |stage| {
                let slip = stage.must("王内勤", order("1")).slip.expect("a slip");
                stage.attack(
                    "门卫",
                    Act::CopyTo {
                        slip,
                        to: vec!["门卫".into()],
                    },
                );
            }
        ),
    ]
}
