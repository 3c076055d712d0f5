//! Readings of temperature and humidity: whether they lie in the range of a storage condition, and follow one another without a gap.

use kernel::Value;
use model::{Facts, RuleContext, RuleSlip};

/// The storage conditions that are cold.
pub const COLD: [&str; 2] = ["冷藏", "冷冻"];
/// Microseconds of a minute.
const MINUTE: i64 = 60_000_000;

fn units(value: &Value) -> Option<i64> {
    value.as_amount().map(|amount| amount.units)
}

fn micros(value: &Value) -> Option<i64> {
    match value {
        Value::Moment(moment) => Some(moment.0),
        _ => None,
    }
}

/// Whether a value lies between two dated parameters, both included; nothing lies where one is not known.
fn between(facts: &dyn Facts, value: &Value, low: &str, high: &str, key: &str) -> bool {
    let low = units(&facts.parameter(low, key));
    let high = units(&facts.parameter(high, key));
    let Some(((value, low), high)) = units(value).zip(low).zip(high) else {
        return false;
    };
    low <= value && value <= high
}

/// Whether a temperature is one of the storage condition.
pub fn warm_enough(facts: &dyn Facts, value: &Value, storage: &str) -> bool {
    between(facts, value, "temperature_low", "temperature_high", storage)
}

/// Whether a relative humidity is one of a warehouse.
pub fn dry_enough(facts: &dyn Facts, value: &Value) -> bool {
    between(facts, value, "humidity_low", "humidity_high", "")
}

/// The cold storage condition of the slip's goods, if any are cold; frozen goods before refrigerated ones.
pub fn cold_of(slip: RuleSlip<'_>, facts: &dyn Facts) -> Option<&'static str> {
    let storage = |line: usize| {
        let item = slip.line(line, "item").as_text()?;
        facts
            .fact("item", item, "storage")
            .as_text()
            .map(str::to_owned)
    };
    let found: Vec<String> = (0..slip.lines.len()).filter_map(storage).collect();
    let has = |one: &&str| found.iter().any(|storage| storage == one);
    COLD.into_iter().rev().find(|one| has(one))
}

/// Whether every line is later than the one before, and no more than the parameter's minutes later.
pub fn without_gaps(context: &RuleContext<'_>, most: &str) -> bool {
    let Some(most) = minutes(context, most) else {
        return false;
    };
    let at = |line: usize| micros(context.slip.line(line, "at"));
    (1..context.slip.lines.len()).all(|line| {
        at(line - 1)
            .zip(at(line))
            .is_some_and(|(before, after)| before < after && after - before <= most)
    })
}

/// Whether the first reading is no later than so many minutes after `from`, and the last no earlier than so many before `to`.
pub fn covers(context: &RuleContext<'_>, from: &Value, to: &Value, most: &str) -> bool {
    let last = context.slip.lines.len().saturating_sub(1);
    let at = |line: usize| micros(context.slip.line(line, "at"));
    let (Some(most), Some(from), Some(to), Some(first), Some(last)) = (
        minutes(context, most),
        micros(from),
        micros(to),
        at(0),
        at(last),
    ) else {
        return false;
    };
    first - from <= most && to - last <= most
}

fn minutes(context: &RuleContext<'_>, parameter: &str) -> Option<i64> {
    units(&context.facts.parameter(parameter, "")).map(|minutes| minutes * MINUTE)
}
