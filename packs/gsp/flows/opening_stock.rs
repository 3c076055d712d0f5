//! Rules of 期初库存 that a `must=` cannot say. Each is named by a `guard` in `opening_stock.kdl`.

use kernel::Value;
use model::{Rule, RuleContext, Verdict};

use crate::{bins, staff, trace};

/// The rules by the names of their guards.
pub const RULES: &[(&str, Rule)] = &[
    ("keeper_qualified", staff::other),
    ("keeper_trained", staff::trained),
    ("keeper_healthy", staff::healthy),
    ("own_bin", bins::own_bin_of_good),
    ("cold_bin", bins::cold_bin_of_good),
    ("one_expiry", one_expiry),
    ("one_cost", one_cost),
    ("first", first),
    ("quality_qualified", staff::quality),
    ("not_stopped", not_stopped),
    ("counter_trained", staff::trained),
    ("one_expiry_yet", one_expiry),
    ("one_cost_yet", one_cost),
    ("first_yet", first),
    ("unstopped_yet", not_stopped),
    ("codes_of_item", trace::of_item),
    ("codes_opened", trace::opened),
    ("codes_agree", trace::agree_with_quantity),
];

/// The key of the batch's record of a line.
fn key(context: &RuleContext<'_>, line: usize) -> Option<String> {
    let item = context.slip.line(line, "item");
    let batch = context.slip.line(line, "batch");
    Some(format!("{}/{}", item.as_text()?, batch.as_text()?))
}

/// The first line whose batch has it that `wrong` of line and key.
fn none(
    context: &RuleContext<'_>,
    field: &'static str,
    wrong: impl Fn(usize, &str) -> bool,
) -> Verdict {
    let mut lines = 0..context.slip.lines.len();
    let found = lines.find(|line| key(context, *line).is_some_and(|key| wrong(*line, &key)));
    found.map_or(Verdict::Holds, |line| Verdict::FailsAt {
        line: Some(line),
        field,
    })
}

/// One batch has one value of the field: neither another than is on record nor two on one slip.
fn one(context: &RuleContext<'_>, field: &'static str) -> Verdict {
    let mut seen = std::collections::HashMap::<String, Value>::new();
    for line in 0..context.slip.lines.len() {
        let Some(key) = key(context, line) else {
            continue;
        };
        let said = context.slip.line(line, field).clone();
        let known = seen.entry(key).or_insert_with_key(|key| {
            let known = context.facts.fact("batch", key, field);
            if known == Value::Empty {
                said.clone()
            } else {
                known
            }
        });
        if *known != said {
            return Verdict::FailsAt {
                line: Some(line),
                field,
            };
        }
    }
    Verdict::Holds
}

/// 同一批号只有一个有效期.
fn one_expiry(context: &RuleContext<'_>) -> Verdict {
    one(context, "expiry")
}

/// 同一批号只有一个成本单价: what the goods of a batch are worth is told by its record, for all of them.
fn one_cost(context: &RuleContext<'_>) -> Verdict {
    one(context, "cost")
}

/// 该批号已入过库，作期初须填补录原因: a batch has a record from the day on which some of it was stocked.
fn first(context: &RuleContext<'_>) -> Verdict {
    none(context, "batch", |line, key| {
        let told = context.slip.line(line, "reason").as_text().is_some();
        !told && context.facts.fact("batch", key, "batch") != Value::Empty
    })
}

/// 停售锁定的批号不得作合格品.
fn not_stopped(context: &RuleContext<'_>) -> Verdict {
    none(context, "batch", |line, key| {
        let good = context.slip.line(line, "quality").as_text() != Some("不合格");
        good && context.facts.fact("batch", key, "state").as_text() == Some("停售")
    })
}
