//! Plausible values for the fields of records that a test does not care about.

use kernel::Unit;
use model::FieldKind;

/// A value of a kind that reads well. Text becomes the key itself, days lie far ahead, amounts are one.
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
