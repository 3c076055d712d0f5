//! What lanes count.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use crate::api::Stats;

/// What the lanes of a store count together.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub commits: AtomicU64,
    pub commands: AtomicU64,
    pub refused: AtomicU64,
    pub repeated: AtomicU64,
    pub batch_largest: AtomicU64,
    pub apply_nanos: AtomicU64,
    pub write_nanos: AtomicU64,
    pub commit_nanos: AtomicU64,
}

impl Counters {
    pub fn stats(&self) -> Stats {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Stats {
            commits: read(&self.commits),
            commands: read(&self.commands),
            refused: read(&self.refused),
            repeated: read(&self.repeated),
            batch_largest: read(&self.batch_largest),
            apply_nanos: read(&self.apply_nanos),
            write_nanos: read(&self.write_nanos),
            commit_nanos: read(&self.commit_nanos),
        }
    }
}

/// Counts on.
pub(crate) fn count(counter: &AtomicU64, by: u64) {
    counter.fetch_add(by, Ordering::Relaxed);
}

/// Adds the time since a moment.
pub(crate) fn count_time(counter: &AtomicU64, since: Instant) {
    count(
        counter,
        u64::try_from(since.elapsed().as_nanos()).unwrap_or(u64::MAX),
    );
}
