//! Rules of 存货计价 that a `must=` cannot say. Each is named by a `guard` in `stock_valuation.kdl`.

use kernel::Day;
use model::{Rule, RuleContext, Verdict};

/// The rules by the names of their guards.
pub const RULES: &[(&str, Rule)] = &[
    ("from_new_month", from_new_month),
    ("whole_month", whole_month),
];

/// A method holds for whole months.
fn from_new_month(context: &RuleContext<'_>) -> Verdict {
    let first = |day: Day| {
        day.plus_days(-1)
            .is_some_and(|before| before.period() != day.period())
    };
    at("starts_on", day(context, "starts_on").is_some_and(first))
}

/// A month is valued once, at its end.
fn whole_month(context: &RuleContext<'_>) -> Verdict {
    let last = |day: Day| {
        day.plus_days(1)
            .is_some_and(|after| after.period() != day.period())
    };
    at("until", day(context, "until").is_some_and(last))
}

fn at(field: &'static str, holds: bool) -> Verdict {
    if holds {
        return Verdict::Holds;
    }
    Verdict::FailsAt { line: None, field }
}

fn day(context: &RuleContext<'_>, field: &str) -> Option<Day> {
    context.slip.header(field).as_day()
}
