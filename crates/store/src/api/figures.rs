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

/// What the branches of a ledger's tree are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum BranchBy {
    /// Its places.
    #[default]
    Place,
    /// The first part of its keys.
    First,
}

/// Balances added up by branch.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BranchQuery {
    /// What a branch is.
    pub by: BranchBy,
    /// Place.
    pub place: Option<String>,
    /// Keys.
    pub key: Option<KeyFilter>,
    /// As of when.
    pub as_of: AsOf,
    /// Leave out branches of which every account is at zero. Whole places without a choice of keys are never left out.
    pub skip_zero: bool,
    /// The `next` of the page before.
    pub after: Option<Cursor>,
    /// Most rows; 1,000 when 0, at most 100,000.
    pub limit: usize,
}

/// One branch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BranchRow {
    /// The place, or the first part of the keys as it stands in them.
    pub name: Arc<str>,
    /// How many accounts it has; not known of whole places, which come out of sums by month.
    pub accounts: Option<i64>,
    /// How many of these are not at zero.
    pub standing: Option<i64>,
    /// In and out by state, in the order of [`kernel::EntryState::ALL`]: draft in, draft out, checked in, and so on.
    pub sums: [i128; 8],
}
