//! Where a key of a ledger came from, where it is and where it went: a batch from its supplier to every customer.

use std::sync::Arc;

use kernel::{Day, Unit};

use super::StatementLeg;

/// All that is known of a key of a ledger.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Trace {
    /// Unit; none when the key was never moved.
    pub unit: Option<Unit>,
    /// What each place was given, gave and holds, by place.
    pub places: Vec<TracePlace>,
    /// The same of each party at each place, by place and party.
    pub parties: Vec<TraceParty>,
    /// Every posted leg in order of days, as many as were asked for. `running` is the sum over all places.
    pub legs: Vec<StatementLeg>,
    /// Whether there are more legs; the sums count them too.
    pub more: bool,
}

/// A place in a trace, in smallest parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TracePlace {
    /// Place.
    pub place: Arc<str>,
    /// What came in.
    pub taken: i128,
    /// What went out.
    pub given: i128,
}

impl TracePlace {
    /// What it holds.
    #[must_use]
    pub const fn holds(&self) -> i128 {
        self.taken - self.given
    }
}

/// What slips about one party moved at one place, in smallest parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TraceParty {
    /// Place.
    pub place: Arc<str>,
    /// The party, a key of the register; empty for slips that are about none.
    pub party: Arc<str>,
    /// What came in.
    pub taken: i128,
    /// What went out.
    pub given: i128,
    /// First business day.
    pub first: Day,
    /// Last business day.
    pub last: Day,
    /// How many slips moved it.
    pub slips: usize,
}
