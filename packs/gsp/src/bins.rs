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

fn each_in(context: &RuleContext<'_>, field: &'static str, of_good_only: bool) -> Verdict {
    for line in 0..context.slip.lines.len() {
        if of_good_only && !good(context, line) {
            continue;
        }
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

/// Whether a line is of goods that go into the green zone; `不合格` ones have no bin of it.
fn good(context: &RuleContext<'_>, line: usize) -> bool {
    context.slip.line(line, "quality").as_text() != Some("不合格")
}

/// The field `bin` of every line is one for its goods. A bin of which nothing is on record is one for drugs.
pub fn own_bin(context: &RuleContext<'_>) -> Verdict {
    each_in(context, "bin", false)
}

/// The same of the field `to_bin`.
pub fn own_new_bin(context: &RuleContext<'_>) -> Verdict {
    each_in(context, "to_bin", false)
}

/// [`own_bin`] of the lines whose `quality` is not 不合格.
pub fn own_bin_of_good(context: &RuleContext<'_>) -> Verdict {
    each_in(context, "bin", true)
}

/// The field `bin` of cold and frozen goods is one that is recorded to keep their condition; goods whose `quality` is 不合格
/// have none.
pub fn cold_bin_of_good(context: &RuleContext<'_>) -> Verdict {
    let lines = 0..context.slip.lines.len();
    let warm = lines.filter(|line| good(context, *line)).find(|line| {
        let key = |field: &str| {
            context
                .slip
                .line(*line, field)
                .as_text()
                .unwrap_or_default()
        };
        let storage = context.facts.fact("item", key("item"), "storage");
        let cold = matches!(storage.as_text(), Some("冷藏" | "冷冻"));
        cold && context.facts.fact("bin", key("bin"), "storage") != storage
    });
    warm.map_or(Verdict::Holds, |line| Verdict::FailsAt {
        line: Some(line),
        field: "bin",
    })
}
