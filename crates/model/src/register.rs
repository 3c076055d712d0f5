//! Registers of dated facts and dated parameters.

use std::sync::Arc;

use kernel::{Day, Unit, Value};

use crate::{Field, Label};

/// A register (台账/档案): items, partners, tariffs. Each record has a key and fields; versions are kept, never overwritten.
#[derive(Debug, Clone)]
pub struct Register {
    /// `item`.
    pub name: Arc<str>,
    /// `gsp.item`.
    pub qualified: Arc<str>,
    /// 商品.
    pub label: Label,
    /// The fields of a record, beside its key. The first text field named `name` is what people read.
    pub fields: Vec<Field>,
    /// Other names that people give to its key in the headings of their files.
    pub also: Vec<Arc<str>>,
    /// Whether a record that is there is changed by slips alone (`changes=slips`). The first version of a key may still be put by
    /// an administrator, as opening data are.
    pub by_slips: bool,
}

impl Register {
    /// The field of that name.
    pub fn field(&self, name: &str) -> Option<(usize, &Field)> {
        self.fields
            .iter()
            .enumerate()
            .find(|(_, field)| &*field.name == name)
    }
}

/// A rule of the outside world as dated data: one value, or one value per key, from a day on, each with its source.
#[derive(Debug, Clone)]
pub struct Parameter {
    /// `shelf_life_days`.
    pub name: Arc<str>,
    /// What it is.
    pub label: Label,
    /// The unit of its values.
    pub unit: Unit,
    /// Rows, latest `from` first.
    pub rows: Vec<ParameterRow>,
}

/// One dated value of a parameter.
#[derive(Debug, Clone)]
pub struct ParameterRow {
    /// In force from this day.
    pub from: Day,
    /// The key it holds for; empty for all.
    pub key: Arc<str>,
    /// Value.
    pub value: Value,
    /// Law, notice or decision it comes from.
    pub source: Label,
}

impl Parameter {
    /// The value in force on `day` for `key`; a row with an empty key holds for every key that has none of its own.
    pub fn on(&self, day: Day, key: &str) -> Option<&ParameterRow> {
        let in_force = || self.rows.iter().filter(|row| row.from <= day);
        in_force()
            .find(|row| &*row.key == key)
            .or_else(|| in_force().find(|row| row.key.is_empty()))
    }
}
