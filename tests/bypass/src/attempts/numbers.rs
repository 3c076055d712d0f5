//! Numbers: used once, never given back, never chosen.

use engine::Act;

use super::{CLERK, EDITED, attempt};
use crate::attempt::{Attempt, EVERYWHERE};
use crate::front::ORG;
use crate::stage::{APPROVE, order};

pub fn all() -> Vec<Attempt> {
    vec![
        attempt!(
            "number.of_a_void_slip",
            CLERK,
            "作废后重填，想再用原来的单号",
            "makes a slip void and fills in another, hoping for its number",
            "order",
            EVERYWHERE,
            |stage| {
                let slip = stage.order("王内勤");
                let number = stage
                    .store
                    .slip(ORG, slip)
                    .expect("read")
                    .expect("a slip")
                    .number
                    .clone();
                stage.must(
                    "王内勤",
                    Act::Void {
                        slip,
                        reason: "重复".into(),
                    },
                );
                let next = stage.must("王内勤", order("100"));
                if next.number.as_ref() == Some(&number) {
                    stage.fail(format_args!("{number} was given twice"));
                }
                let act = stage.step(APPROVE, slip, &[]);
                stage.attack("白经理", act);
            }
        ),
        attempt!(
            "number.wasted_by_refusal",
            EDITED,
            "反复提交不合格的单据，让编号断号",
            "sends forms that are refused, to leave a gap in the numbers",
            "field",
            EVERYWHERE,
            |stage| {
                let before = stage.must("王内勤", order("1")).number.expect("a number");
                for _ in 0..3 {
                    stage.attack("王内勤", order("-1"));
                }
                let after = stage.must("王内勤", order("1")).number.expect("a number");
                let serial = |number: &str| {
                    number
                        .rsplit('-')
                        .next()
                        .and_then(|serial| serial.parse::<i64>().ok())
                        .unwrap_or(0)
                };
                if serial(&after) != serial(&before) + 1 {
                    stage.fail(format_args!("{after} follows {before}"));
                }
            }
        ),
    ]
}
