//! Where goods may lie: what must be kept apart lies in bins of its own, and nothing else lies there.

use model::{RuleContext, Verdict};

/// Classes of drugs that have bins of their own.
const APART: [&str; 3] = ["特殊管理药品", "中药材", "中药饮片"];
/// What all the other drugs are to a bin.
const DRUGS: &str = "药品";

/// The kind of goods that the bin of an item must be for.
fn kind(context: &RuleContext<'_>, item: &str) -> String {
    let fact = |field: &str| context.facts.fact("item", item, field);
    if let Some(apart) = fact("apart").as_text().filter(|apart| *apart != "无须") {
        return apart.to_owned();
    }
    let class = fact("class");
    let class = class.as_text().filter(|class| APART.contains(class));
    class.unwrap_or(DRUGS).to_owned()
}

fn each_in(context: &RuleContext<'_>, field: &'static str) -> Verdict {
    for line in 0..context.slip.lines.len() {
        let of = |field: &str| context.slip.line(line, field).as_text().unwrap_or_default();
        let goods = context.facts.fact("bin", of(field), "goods");
        if goods.as_text().unwrap_or(DRUGS) != kind(context, of("item")) {
            return Verdict::FailsAt {
                line: Some(line),
                field,
            };
        }
    }
    Verdict::Holds
}

/// The field `bin` of every line is one for its goods. A bin of which nothing is on record is one for drugs.
pub fn own_bin(context: &RuleContext<'_>) -> Verdict {
    each_in(context, "bin")
}

/// The same of the field `to_bin`.
pub fn own_new_bin(context: &RuleContext<'_>) -> Verdict {
    each_in(context, "to_bin")
}
