//! Dated parameters.

use std::sync::Arc;

use kernel::{Day, Unit, Value};
use model::{Parameter, ParameterRow};

use crate::Kind;
use crate::expression::ParameterType;
use crate::reader::Reader;
use crate::reading::{Once, Reading, unknown_node};
use crate::source::quoted;
use crate::suggest;
use crate::tree::{Form, Node, Word};

impl<'a> Reader<'a> {
    /// Reads the `parameter` nodes.
    pub fn read_parameters(&mut self, nodes: &[&'a Node]) {
        let mut once = Once::default();
        for node in nodes {
            let mut reading = Reading::new(self.desk, node);
            let Some(name) = reading.need_name() else {
                continue;
            };
            let zh = reading.need_label();
            let path = format!("parameter/{}", name.text);
            let label = self.labels.label(self.desk, &path, &zh, reading.span());
            let unit = reading.need("unit").and_then(|word| self.unit(word));
            let rows = self.rows(&mut reading, unit);
            if reading.node.children.as_ref().is_none_or(Vec::is_empty) {
                let message = format!("parameter {} has no value", quoted(&name.text));
                let hint = "each has its day and source: `from \"2026-01-01\" 180 source=\"…\"`";
                self.desk
                    .hinted(Kind::Missing, reading.span(), message, hint.to_owned());
            }
            reading.finish();
            if !once.add(self.desk, name.span, "parameter", &name.text) {
                continue;
            }
            let name: Arc<str> = Arc::from(name.text.as_str());
            let unit = unit.unwrap_or(Unit::Count);
            self.tables.parameters.push(ParameterType {
                name: name.clone(),
                unit,
                keyed: rows.iter().any(|row| !row.key.is_empty()),
                for_all: rows.is_empty() || rows.iter().any(|row| row.key.is_empty()),
            });
            self.parameters.push(Parameter {
                name,
                label,
                unit,
                rows,
            });
        }
    }

    fn unit(&self, word: &Word) -> Option<Unit> {
        let units = [Unit::Count, Unit::Qty, Unit::Money, Unit::Price, Unit::Rate];
        let unit = units.into_iter().find(|unit| unit.name() == word.text);
        if unit.is_none() {
            let message = format!("unknown unit {}", quoted(&word.text));
            let hint = suggest::one_of(&word.text, units.map(Unit::name));
            self.desk
                .hinted(Kind::UnknownType, word.span, message, hint);
        }
        unit
    }

    fn rows(&self, reading: &mut Reading<'_>, unit: Option<Unit>) -> Vec<ParameterRow> {
        let mut rows: Vec<ParameterRow> = Vec::new();
        for child in reading.children() {
            if child.name.text != "from" {
                unknown_node(self.desk, child, "`parameter`", &["from"]);
                continue;
            }
            let mut inner = Reading::new(self.desk, child);
            let day = inner.need("day").and_then(|word| self.day(word));
            let value = inner
                .need("value")
                .and_then(|word| self.amount(word, unit?));
            let key = inner.text("key").map_or("", |word| &word.text);
            let source = inner
                .need_property("source", "name the law, notice or decision it comes from")
                .map_or("", |word| &word.text);
            inner.finish();
            let (Some(from), Some(value)) = (day, value) else {
                continue;
            };
            if rows.iter().any(|row| row.from == from && *row.key == *key) {
                let message = "two values from one day";
                self.desk.error(Kind::Duplicate, child.name.span, message);
            }
            rows.push(ParameterRow {
                from,
                key: Arc::from(key),
                value,
                source: self.labels.citation(source),
            });
        }
        rows.sort_by_key(|row| std::cmp::Reverse(row.from));
        rows
    }

    fn day(&self, word: &Word) -> Option<Day> {
        match word.text.parse() {
            Ok(day) => Some(day),
            Err(error) => {
                let message = format!("{} is {error}", quoted(&word.text));
                self.desk.error(Kind::Literal, word.span, message);
                None
            }
        }
    }

    fn amount(&self, word: &Word, unit: Unit) -> Option<Value> {
        if word.form != Form::Number {
            let message = format!("expected {}, this is text", unit.name());
            self.desk.error(Kind::TypeMismatch, word.span, message);
            return None;
        }
        match kernel::Amount::parse(&word.text, unit) {
            Ok(amount) => Some(Value::Amount(amount)),
            Err(error) => {
                let message = format!("{} as {}: {error}", quoted(&word.text), unit.name());
                self.desk.error(Kind::Literal, word.span, message);
                None
            }
        }
    }
}
