//! Rules of 温湿度监测 that a `must=` cannot say. Each is named by a `guard` in `climate.kdl`.

use model::{Rule, RuleContext, Verdict};

use crate::readings::{self, cold_of, covers, dry_enough, warm_enough};

/// The rules by the names of their guards.
pub const RULES: &[(&str, Rule)] = &[
    ("without_gaps", without_gaps),
    ("measure_told", measure_told),
    ("from_end_to_end", from_end_to_end),
    ("deviation_told", deviation_told),
];

/// Most minutes between two readings under way.
const GAP: &str = "transit_gap_minutes";

/// 记录须按时间先后、没有缺口.
fn without_gaps(context: &RuleContext<'_>) -> Verdict {
    readings::without_gaps(context, "climate_gap_minutes").into()
}

/// 温度或相对湿度超出范围的须填明调控措施.
fn measure_told(context: &RuleContext<'_>) -> Verdict {
    if !context.slip.header("measure").is_empty() {
        return Verdict::Holds;
    }
    let storage = context.slip.header("storage").as_text().unwrap_or_default();
    for line in 0..context.slip.lines.len() {
        let reading = |field: &str| context.slip.line(line, field);
        if !warm_enough(context.facts, reading("temperature"), storage) {
            return at(line, "temperature");
        }
        if !dry_enough(context.facts, reading("humidity")) {
            return at(line, "humidity");
        }
    }
    Verdict::Holds
}

fn at(line: usize, field: &'static str) -> Verdict {
    Verdict::FailsAt {
        line: Some(line),
        field,
    }
}

/// 温度记录须从启运到到货、按时间先后、没有缺口: as the slip that it belongs to says when it departed and arrived.
fn from_end_to_end(context: &RuleContext<'_>) -> Verdict {
    let whole = context.sources.first().is_some_and(|source| {
        covers(
            context,
            source.header("departed"),
            source.header("arrived"),
            GAP,
        )
    });
    (whole && readings::without_gaps(context, GAP)).into()
}

/// 超出温度范围的须填明偏差及处置.
fn deviation_told(context: &RuleContext<'_>) -> Verdict {
    let chosen = context.slip.header("storage").as_text().unwrap_or_default();
    // What travelled cold is judged by what the goods need, whatever range was chosen.
    let goods = context.sources.first();
    let storage = goods
        .and_then(|source| cold_of(*source, context.facts))
        .unwrap_or(chosen);
    let outside = (0..context.slip.lines.len()).find(|line| {
        !warm_enough(
            context.facts,
            context.slip.line(*line, "temperature"),
            storage,
        )
    });
    match outside {
        Some(line) if context.slip.header("deviation").is_empty() => Verdict::FailsAt {
            line: Some(line),
            field: "temperature",
        },
        _ => Verdict::Holds,
    }
}
