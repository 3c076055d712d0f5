//! What `verify`, `backup` and `restore` report.

use std::fmt;

use kernel::Moment;
use serde::{Deserialize, Serialize};

/// Told while long work goes on: what is being done, how far, of how much (0 when unknown).
pub type Progress<'a> = &'a (dyn Fn(&str, u64, u64) + Sync);

/// What `verify` found.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Report {
    /// Organisations.
    pub organisations: i64,
    /// Journal rows checked.
    pub journal_rows: i64,
    /// Legs checked.
    pub legs: i64,
    /// Slips checked.
    pub slips: i64,
    /// Balances recomputed.
    pub balances: i64,
    /// Records checked.
    pub records: i64,
    /// Journal rows per second.
    pub per_second: i64,
    /// Milliseconds in all.
    pub millis: i64,
    /// Last hash of the journal per organisation, hex: keep it elsewhere to prove later that nothing was cut off.
    pub heads: Vec<(i64, i64, String)>,
    /// The first bad row.
    pub first_bad: Option<Bad>,
    /// Bad rows, at most 100.
    pub bad: Vec<Bad>,
    /// How many bad rows were found.
    pub bad_count: i64,
}

impl Report {
    /// Whether nothing bad was found.
    pub fn sound(&self) -> bool {
        self.bad_count == 0
    }
}

/// A row that is not as it was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Bad {
    /// Table.
    pub table: String,
    /// Primary key, `org=1 seq=17`.
    pub key: String,
    /// What is wrong.
    pub what: String,
}

impl fmt::Display for Bad {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.table, self.key, self.what)
    }
}

/// What a backup holds; kept in the backup itself.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Manifest {
    /// Version of the schema.
    pub schema: i64,
    /// When it was made.
    pub made_at: Moment,
    /// Organisation, last row of its journal, that row's hash in hex.
    pub heads: Vec<(i64, i64, String)>,
    /// Table, rows.
    pub tables: Vec<(String, i64)>,
}
