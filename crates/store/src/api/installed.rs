//! What an installation holds beside slips: versions of packs, series of numbers.

use std::sync::Arc;

use kernel::Moment;

/// A version of a pack whose texts are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackVersion {
    /// Hex SHA-256 of its texts.
    pub version: Arc<str>,
    /// Name of the pack.
    pub name: Arc<str>,
    /// Journal row that put it into use.
    pub seq: i64,
    /// When.
    pub at: Moment,
}

/// A series of numbers, one for each period that the pattern shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Series {
    /// Kind of slip, `/`, what stands before the serial, `#`, what stands after it.
    pub name: Arc<str>,
    /// Last serial taken; they begin at 1 and have no gaps.
    pub last: i64,
}
