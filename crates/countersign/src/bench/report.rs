//! What a benchmark reports.

use std::fmt;
use std::time::Duration;

use serde_json::Value;

use super::load::Load;

/// One JSON object, its fields in the order in which they were measured.
#[derive(Debug, Clone)]
pub struct Report(Vec<(String, Value)>);

impl Report {
    /// A report of a benchmark on a store.
    pub fn new(bench: &str, store: &str, clients: usize) -> Report {
        Report(Vec::new())
            .with("bench", bench)
            .with("store", store)
            .with("clients", clients)
    }

    /// With a field.
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Report {
        self.0.push((name.to_owned(), value.into()));
        self
    }

    /// With what came of a load: whole flows, and how long their steps took.
    pub fn with_load(self, load: &Load) -> Report {
        self.with("ops", load.flows)
            .with("per_second", load.per_second())
            .with("p50_ms", ms(load.step_within(500)))
            .with("p99_ms", ms(load.step_within(990)))
            .with("steps", load.steps())
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A map of `serde_json` would forget the order.
        let fields: Vec<String> = self
            .0
            .iter()
            .map(|(name, value)| format!("{}:{value}", Value::from(name.as_str())))
            .collect();
        write!(f, "{{{}}}", fields.join(","))
    }
}

/// Milliseconds with three decimals.
pub fn ms(duration: Duration) -> Value {
    thousandths(duration.as_micros())
}

/// A number of thousandths as a number: 1234 is 1.234. Written by digits, since nothing here reckons with floats.
pub fn thousandths(count: u128) -> Value {
    let text = format!("{}.{:03}", count / 1000, count % 1000);
    serde_json::from_str(&text).unwrap_or(Value::Null)
}

/// How many thousandths `part` is of `whole`.
pub fn ratio(part: u128, whole: u128) -> Value {
    thousandths(part.saturating_mul(1000) / whole.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_one_line_of_json() {
        let report = Report::new("x", "memory", 2)
            .with("p50_ms", ms(Duration::from_micros(1_050)))
            .with("ratio", ratio(2, 3));
        let text = report.to_string();
        assert_eq!(
            text,
            r#"{"bench":"x","store":"memory","clients":2,"p50_ms":1.05,"ratio":0.666}"#
        );
    }
}
