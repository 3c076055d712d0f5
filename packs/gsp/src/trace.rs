//! 追溯码: whether the codes on a line are of its goods, agree with its quantity, and went out on the delivery that they come back to.

use std::collections::HashSet;

use kernel::Unit;
use kernel::proof::codes;
use model::{RuleContext, Verdict};

/// Digits of a code that say what goods it is on: 药品标识码.
const PREFIX: usize = 7;

/// The fields of a line that list codes.
const LISTS: [&str; 3] = ["codes", "failed_codes", "returned_codes"];

/// How many base units a code of an item stands for, by its first digits; `None` where they are of other goods, or it is not known
/// how much such a pack holds.
fn units(context: &RuleContext<'_>, item: &str, code: &str) -> Option<i64> {
    let fact = |field: &str| context.facts.fact("item", item, field);
    let prefix = code.get(..PREFIX)?;
    let listed = |field: &str| {
        let prefixes = fact(field);
        codes(prefixes.as_text().unwrap_or_default()).any(|known| known == prefix)
    };
    let per = |field: &str| Some(fact(field).as_amount()?.units).filter(|units| *units > 0);
    if listed("code_small") {
        Some(1)
    } else if listed("code_middle") {
        per("per_middle")
    } else if listed("code_large") {
        per("per_case")
    } else {
        None
    }
}

fn text<'a>(context: &RuleContext<'a>, line: usize, field: &str) -> &'a str {
    context.slip.line(line, field).as_text().unwrap_or_default()
}

fn failing(line: Option<usize>, field: &'static str) -> Verdict {
    line.map_or(Verdict::Holds, |line| Verdict::FailsAt {
        line: Some(line),
        field,
    })
}

/// Every code begins with a 药品标识码 of the item of its line, whose packs are known.
pub fn of_item(context: &RuleContext<'_>) -> Verdict {
    for line in 0..context.slip.lines.len() {
        let item = text(context, line, "item");
        for field in LISTS {
            let mut listed = codes(text(context, line, field));
            if listed.any(|code| units(context, item, code).is_none()) {
                return failing(Some(line), field);
            }
        }
    }
    Verdict::Holds
}

/// No code of a large pack whose small packs are on record: they are booked themselves.
pub fn opened(context: &RuleContext<'_>) -> Verdict {
    for line in 0..context.slip.lines.len() {
        for field in LISTS {
            let known = |code| !context.facts.fact("code_pack", code, "children").is_empty();
            if codes(text(context, line, field)).any(known) {
                return failing(Some(line), field);
            }
        }
    }
    Verdict::Holds
}

/// The codes of each line stand for its quantity: always where the item's codes must be collected, or else a reason is given, where
/// it may be; where the item's are not collected, there are none or all.
fn agree(
    context: &RuleContext<'_>,
    list: &'static str,
    wanted: impl Fn(&dyn Fn(&str) -> i64) -> i64,
) -> Verdict {
    let mut lines = 0..context.slip.lines.len();
    let wrong = lines.find(|line| {
        let item = text(context, *line, "item");
        let listed = text(context, *line, list);
        let amount = |field: &str| {
            let value = context.slip.line(*line, field).as_amount();
            value.map_or(0, |amount| amount.units)
        };
        let counted: Option<i64> = codes(listed).map(|code| units(context, item, code)).sum();
        let scale = 10_i64.pow(Unit::Qty.scale());
        let counted = counted.and_then(|count| count.checked_mul(scale));
        if counted == Some(wanted(&amount)) {
            return false;
        }
        match context.facts.fact("item", item, "trace").as_text() {
            Some("须采集") => true,
            Some("缺码须说明") => text(context, *line, "codes_reason").is_empty(),
            _ => !listed.is_empty(),
        }
    });
    failing(wrong, list)
}

/// `codes` stand for `qty`.
pub fn agree_with_quantity(context: &RuleContext<'_>) -> Verdict {
    agree(context, "codes", |amount| amount("qty"))
}

/// `codes` stand for what arrived and was not refused.
pub fn agree_with_accepted(context: &RuleContext<'_>) -> Verdict {
    agree(context, "codes", |amount| amount("qty") - amount("refused"))
}

/// `codes` stand for the difference of a count, one way or the other.
pub fn agree_with_difference(context: &RuleContext<'_>) -> Verdict {
    agree(context, "codes", |amount| amount("difference").abs())
}

/// `failed_codes` stand for what failed.
pub fn agree_with_failed(context: &RuleContext<'_>) -> Verdict {
    agree(context, "failed_codes", |amount| amount("failed"))
}

/// `returned_codes` stand for what came back.
pub fn agree_with_returned(context: &RuleContext<'_>) -> Verdict {
    agree(context, "returned_codes", |amount| amount("qty"))
}

/// What comes back went out on that line of the delivery.
pub fn went_out(context: &RuleContext<'_>) -> Verdict {
    let mut lines = 0..context.slip.lines.len();
    let wrong = lines.find(|line| {
        let sold: HashSet<&str> = codes(text(context, *line, "codes")).collect();
        codes(text(context, *line, "returned_codes")).any(|code| !sold.contains(code))
    });
    failing(wrong, "returned_codes")
}

/// A large pack and what is in it are of the item of the line.
pub fn packs_of_item(context: &RuleContext<'_>) -> Verdict {
    for line in 0..context.slip.lines.len() {
        let item = text(context, line, "item");
        for field in ["parent", "children"] {
            let mut listed = codes(text(context, line, field));
            if listed.any(|code| units(context, item, code).is_none()) {
                return failing(Some(line), field);
            }
        }
    }
    Verdict::Holds
}

/// A large pack is not in itself.
pub fn not_itself(context: &RuleContext<'_>) -> Verdict {
    let mut lines = 0..context.slip.lines.len();
    let wrong = lines.find(|line| {
        let parent = text(context, *line, "parent");
        codes(text(context, *line, "children")).any(|code| code == parent)
    });
    failing(wrong, "children")
}
