//! How fast steps are done, and what waits for them.

use std::sync::Arc;

use kernel::{Day, Moment};

/// Which steps, and when.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PaceQuery {
    /// Qualified steps.
    pub steps: Vec<String>,
    /// Signatures from this moment.
    pub from: Moment,
    /// Signatures before this moment.
    pub to: Moment,
    /// Where what waits is cut into ages: each moment is later than the next one.
    pub ages: Vec<Moment>,
    /// Past what moment something due is overdue.
    pub now: Moment,
    /// Most rows of the journal looked at, the newest ones; 50,000 when 0, at most 1,000,000.
    pub limit: usize,
}

/// Waiting times, in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Waits {
    /// Signatures.
    pub signed: i64,
    /// All waiting times together.
    pub total: i64,
    /// Half of them waited no longer than this.
    pub median: i64,
    /// Nine of ten waited no longer than this.
    pub most: i64,
    /// The longest.
    pub longest: i64,
}

/// A step as it was signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepPace {
    /// Qualified step.
    pub step: Arc<str>,
    /// How long its signatures were waited for.
    pub waits: Waits,
}

/// What one person signed of one step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonPace {
    /// Qualified step.
    pub step: Arc<str>,
    /// Login.
    pub person: Arc<str>,
    /// How long his signatures were waited for.
    pub waits: Waits,
}

/// What waits for a step now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepWaiting {
    /// Qualified step.
    pub step: Arc<str>,
    /// How many things.
    pub count: i64,
    /// Of these, past their due time.
    pub overdue: i64,
    /// Since when the oldest waits.
    pub oldest: Moment,
    /// How many of each age, the youngest first: one more than there are moments in [`PaceQuery::ages`].
    pub ages: Vec<i64>,
}

/// What waits for one person by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonWaiting {
    /// Qualified step.
    pub step: Arc<str>,
    /// Login.
    pub person: Arc<str>,
    /// How many things.
    pub count: i64,
    /// Since when the oldest waits.
    pub oldest: Moment,
}

/// The answer. Steps that nobody signed, or that nothing waits for, are left out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Pace {
    /// Signatures by step.
    pub steps: Vec<StepPace>,
    /// Signatures by step and person.
    pub persons: Vec<PersonPace>,
    /// Signatures by day and step, in order.
    pub days: Vec<(Day, Arc<str>, i64)>,
    /// What waits, by step.
    pub waiting: Vec<StepWaiting>,
    /// What waits for somebody by name.
    pub named: Vec<PersonWaiting>,
    /// From when on signatures were looked at, when there were too many to look at all.
    pub cut_at: Option<Moment>,
}
