//! The value of a field.

use std::fmt;
use std::sync::Arc;

use crate::{Amount, Day, Moment};

/// The value of one field of a slip, a line or a record.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub enum Value {
    /// Nothing was entered.
    #[default]
    Empty,
    /// Free text, or the code of a choice, a register's key, a person's login.
    Text(Arc<str>),
    /// An exact amount.
    Amount(Amount),
    /// A calendar day.
    Day(Day),
    /// A moment.
    Moment(Moment),
    /// Yes or no.
    Flag(bool),
}

impl Value {
    /// Text as a value.
    pub fn text(text: &str) -> Value {
        Value::Text(Arc::from(text))
    }

    /// Whether nothing was entered.
    pub fn is_empty(&self) -> bool {
        matches!(self, Value::Empty)
    }

    /// The text, when it is one.
    pub fn as_text(&self) -> Option<&str> {
        if let Value::Text(text) = self {
            Some(text)
        } else {
            None
        }
    }

    /// The amount, when it is one.
    pub fn as_amount(&self) -> Option<Amount> {
        if let Value::Amount(amount) = self {
            Some(*amount)
        } else {
            None
        }
    }

    /// The day, when it is one.
    pub fn as_day(&self) -> Option<Day> {
        if let Value::Day(day) = self {
            Some(*day)
        } else {
            None
        }
    }
}

impl fmt::Display for Value {
    /// Canonical text: what is stored, hashed and read back.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Empty => Ok(()),
            Value::Text(text) => f.write_str(text),
            Value::Amount(amount) => amount.fmt(f),
            Value::Day(day) => day.fmt(f),
            Value::Moment(moment) => write!(f, "{}", moment.0),
            Value::Flag(yes) => f.write_str(if *yes { "yes" } else { "no" }),
        }
    }
}
