//! Sending again what was sent before.

use super::{CLERK, EDITED, MANAGER, attempt};
use crate::attempt::{Attempt, EVERYWHERE};
use crate::front::Try;
use crate::stage::{APPROVE, fresh_key, order};

pub fn all() -> Vec<Attempt> {
    vec![
        attempt!(
            "replay.signature_under_another_key",
            EDITED,
            "同一审核换一个请求编号再发",
            "sends the same approval again under another key",
            "order",
            EVERYWHERE,
            |stage| {
                let slip = stage.order("王内勤");
                let act = stage.step(APPROVE, slip, &[]);
                stage.must("白经理", act.clone());
                stage.attack("白经理", act);
            }
        ),
        attempt!(
            "replay.key_for_something_else",
            EDITED,
            "用已用过的请求编号做另一件事",
            "uses a used key for something else",
            "key_reused",
            EVERYWHERE,
            |stage| {
                let key = fresh_key();
                stage.must_keyed("王内勤", &key, order("5"));
                stage.attack_as(Try {
                    actor: "王内勤".into(),
                    on_behalf_of: None,
                    key,
                    act: order("6"),
                    credential: None,
                });
            }
        ),
        attempt!(
            "replay.key_of_another",
            EDITED,
            "用别人用过的请求编号",
            "uses a key that somebody else used",
            "key_reused",
            EVERYWHERE,
            |stage| {
                let key = fresh_key();
                stage.must_keyed("王内勤", &key, order("5"));
                stage.attack_as(Try {
                    actor: "高内勤".into(),
                    on_behalf_of: None,
                    key,
                    act: order("5"),
                    credential: None,
                });
            }
        ),
        attempt!(
            "replay.key_for_another_principal",
            EDITED,
            "同一请求编号改成代他人办理",
            "uses the same key as deputy of somebody",
            "key_reused",
            EVERYWHERE,
            |stage| {
                let key = fresh_key();
                stage.must_keyed("王内勤", &key, order("5"));
                stage.attack_as(Try {
                    actor: "王内勤".into(),
                    on_behalf_of: Some("李经理".into()),
                    key,
                    act: order("5"),
                    credential: None,
                });
            }
        ),
        attempt!(
            "replay.no_key",
            EDITED,
            "请求编号为空",
            "sends an empty key",
            "key",
            EVERYWHERE,
            |stage| {
                stage.attack_as(Try {
                    actor: "王内勤".into(),
                    on_behalf_of: None,
                    key: "".into(),
                    act: order("5"),
                    credential: None,
                });
            }
        ),
        attempt!(
            "replay.long_key",
            EDITED,
            "请求编号过长",
            "sends a key that is too long",
            "key",
            EVERYWHERE,
            |stage| {
                stage.attack_as(Try {
                    actor: "王内勤".into(),
                    on_behalf_of: None,
                    key: "k".repeat(65).into(),
                    act: order("5"),
                    credential: None,
                });
            }
        ),
        attempt!(
            "replay.signature_after_return",
            MANAGER,
            "退回后重发旧的审核请求",
            "sends the old approval again after the slip was returned and refilled",
            "stale",
            EVERYWHERE,
            |stage| {
                let slip = stage.order("王内勤");
                let old = stage.step(APPROVE, slip, &[]);
                stage.must("白经理", old.clone());
                let seen = stage.seen(slip);
                stage.must(
                    "韩收货",
                    engine::Act::Return {
                        slip,
                        to: Some(crate::stage::FILL.into()),
                        reason: "有误".into(),
                        seen,
                    },
                );
                let engine::Act::Step { step, input, .. } = order("900") else {
                    return;
                };
                let seen = vec![stage.seen(slip)];
                stage.must(
                    "王内勤",
                    engine::Act::Step {
                        step,
                        slip: Some(slip),
                        sources: Vec::new(),
                        seen,
                        input,
                    },
                );
                stage.attack("白经理", old);
            }
        ),
        attempt!(
            "replay.signature_on_void",
            CLERK,
            "作废后重发旧的填制请求",
            "sends the old form again for a slip that is void",
            "order",
            EVERYWHERE,
            |stage| {
                let slip = stage.order("王内勤");
                stage.must(
                    "王内勤",
                    engine::Act::Void {
                        slip,
                        reason: "重复".into(),
                    },
                );
                let engine::Act::Step { step, input, .. } = order("100") else {
                    return;
                };
                let seen = vec![stage.seen(slip)];
                stage.attack(
                    "王内勤",
                    engine::Act::Step {
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
            "replay.key_of_the_system",
            EDITED,
            "先用掉系统定时或安装流程时要用的请求编号，使其失效",
            "uses up the key under which the system will run a timer or install a pack, so that it cannot",
            "key",
            EVERYWHERE,
            |stage| {
                stage.attack_as(Try {
                    actor: "王内勤".into(),
                    on_behalf_of: None,
                    key: "system:install:0123456789abcdef:2".into(),
                    act: order("5"),
                    credential: None,
                });
                stage.attack_as(Try {
                    actor: "王内勤".into(),
                    on_behalf_of: None,
                    key: "system:timer:0123456789abcdef0123456789abcdef".into(),
                    act: order("5"),
                    credential: None,
                });
            }
        ),
    ]
}
