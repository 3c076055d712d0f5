//! Plausible values for the fields of records that a test does not care about.

use std::collections::BTreeMap;

use kernel::Unit;
use model::{Field, FieldKind};

/// Fills in what a record needs and nobody typed. Text becomes the key itself, days lie far ahead, amounts are one.
pub fn required(fields: &[Field], key: &str, typed: &mut BTreeMap<String, String>) {
    for field in fields {
        let needed = !field.optional && field.is.is_none() && field.default.is_none();
        if needed && !typed.contains_key(&*field.name) {
            typed.insert(field.name.to_string(), plausible(&field.kind, key));
        }
    }
}

/// A value of a kind that reads well.
pub fn plausible(kind: &FieldKind, key: &str) -> String {
    match kind {
        FieldKind::Text | FieldKind::Register(_) | FieldKind::Person => key.to_owned(),
        FieldKind::Amount(Unit::Rate) => "0.13".to_owned(),
        FieldKind::Amount(_) => "1".to_owned(),
        FieldKind::Day => "2099-12-31".to_owned(),
        FieldKind::Moment => "0".to_owned(),
        FieldKind::Flag => "no".to_owned(),
        FieldKind::Choice(choices) => choices
            .first()
            .map(|choice| choice.code.to_string())
            .unwrap_or_default(),
    }
}
