//! Rules of 药品运输 that a `must=` cannot say. Each is named by a `guard` in `transport.kdl`.

use kernel::Value;
use model::{Rule, RuleContext, Verdict};

use crate::readings::{cold_of, warm_enough};
use crate::staff;

/// The rules by the names of their guards.
pub const RULES: &[(&str, Rule)] = &[
    ("dispatcher_trained", staff::trained),
    ("of_the_carrier", of_the_carrier),
    ("fit_vehicle", fit_vehicle),
    ("cold_enough", cold_enough),
    ("cold_to_the_end", cold_to_the_end),
];

/// A field of the vehicle's record.
fn vehicle(context: &RuleContext<'_>, field: &str) -> Value {
    let plate = context.slip.header("vehicle").as_text().unwrap_or_default();
    context.facts.fact("vehicle", plate, field)
}

/// 运输工具须是该承运单位登记的.
fn of_the_carrier(context: &RuleContext<'_>) -> Verdict {
    let owner = vehicle(context, "carrier_code");
    if owner.as_text().is_some() && owner.as_text() == context.slip.header("carrier").as_text() {
        return Verdict::Holds;
    }
    Verdict::FailsAt {
        line: None,
        field: "vehicle",
    }
}

/// 冷藏、冷冻药品须用验证在有效期内的冷藏车、冷藏箱或保温箱.
fn fit_vehicle(context: &RuleContext<'_>) -> Verdict {
    let kind = vehicle(context, "kind");
    let cooled = kind.as_text().is_some_and(|kind| kind != "普通车");
    let validated = vehicle(context, "validated_until")
        .as_day()
        .is_some_and(|until| until >= context.today);
    if cold_of(context.slip, context.facts).is_none() || (cooled && validated) {
        return Verdict::Holds;
    }
    Verdict::FailsAt {
        line: None,
        field: "vehicle",
    }
}

/// 启运温度须在药品的储存温度范围内: asked of cold goods.
fn cold_enough(context: &RuleContext<'_>) -> Verdict {
    let measured = context.slip.header("departure_temperature");
    let fits = |storage| warm_enough(context.facts, measured, storage);
    if cold_of(context.slip, context.facts).is_none_or(fits) {
        return Verdict::Holds;
    }
    Verdict::FailsAt {
        line: None,
        field: "departure_temperature",
    }
}

/// 冷藏、冷冻药品须填明到货温度.
fn cold_to_the_end(context: &RuleContext<'_>) -> Verdict {
    let told = !context.slip.header("arrival_temperature").is_empty();
    if told || cold_of(context.slip, context.facts).is_none() {
        return Verdict::Holds;
    }
    Verdict::FailsAt {
        line: None,
        field: "arrival_temperature",
    }
}
