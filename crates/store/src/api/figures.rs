//! Figures of a ledger beside one another: two moments, months.

use std::sync::Arc;

use kernel::{Period, Unit};
use ledger::Balance;

use super::{AsOf, Cursor, KeyFilter};

/// What changed in a ledger between two moments.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ChangeQuery {
    /// Place.
    pub place: Option<String>,
    /// Keys.
    pub key: Option<KeyFilter>,
    /// The one moment.
    pub from: AsOf,
    /// The other.
    pub to: AsOf,
    /// The `next` of the page before.
    pub after: Option<Cursor>,
    /// Most rows; 1,000 when 0, at most 100,000.
    pub limit: usize,
}

/// A balance at two moments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeRow {
    /// Place.
    pub place: Arc<str>,
    /// Conserved key.
    pub key: Arc<str>,
    /// Further dimensions.
    pub detail: Arc<str>,
    /// Unit.
    pub unit: Unit,
    /// Sums at the one moment.
    pub before: Balance,
    /// Sums at the other.
    pub after: Balance,
}

/// What moved in a ledger, month by month.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MonthQuery {
    /// Place.
    pub place: Option<String>,
    /// Keys.
    pub key: Option<KeyFilter>,
    /// From this period.
    pub from: Option<Period>,
    /// To this period.
    pub to: Option<Period>,
    /// Most rows; 100,000 when 0, at most 1,000,000.
    pub limit: usize,
}

/// What moved on an account in a month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MonthRow {
    /// Place.
    pub place: Arc<str>,
    /// Conserved key.
    pub key: Arc<str>,
    /// Further dimensions.
    pub detail: Arc<str>,
    /// Unit.
    pub unit: Unit,
    /// The month.
    pub period: Period,
    /// Sums of that month alone.
    pub balance: Balance,
}

/// Months by key, detail, place and month.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Months {
    /// The rows.
    pub rows: Vec<MonthRow>,
    /// Whether there are more than were asked for.
    pub more: bool,
}
