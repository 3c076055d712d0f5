//! What was found bad.

use std::sync::{Mutex, PoisonError};

use crate::api::{Bad, Report};

/// Bad rows kept; more are only counted.
const KEPT: usize = 100;

/// Collects bad rows from several threads.
#[derive(Debug, Default)]
pub(crate) struct Found {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    kept: Vec<(i64, Bad)>,
    count: i64,
}

impl Found {
    /// Adds a bad row; `seq` orders it among the others.
    pub fn add(&self, seq: i64, table: &str, key: String, what: impl Into<String>) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.count += 1;
        let bad = Bad {
            table: table.to_owned(),
            key,
            what: what.into(),
        };
        if state.kept.len() < KEPT {
            state.kept.push((seq, bad));
        } else if let Some(at) = (0..KEPT).max_by_key(|at| state.kept[*at].0)
            && state.kept[at].0 > seq
        {
            // The earliest are the ones worth keeping.
            state.kept[at] = (seq, bad);
        }
    }

    /// For one organisation.
    pub fn at(org: i64, found: &Found) -> FoundAt<'_> {
        FoundAt { org, found }
    }

    pub fn into_report(self, report: &mut Report) {
        let state = self
            .state
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        let mut kept = state.kept;
        kept.sort_by_key(|(seq, _)| *seq);
        report.bad_count = state.count;
        report.bad = kept.into_iter().map(|(_, bad)| bad).collect();
        report.first_bad = report.bad.first().cloned();
    }
}

/// [`Found`] for one organisation.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FoundAt<'a> {
    org: i64,
    found: &'a Found,
}

impl FoundAt<'_> {
    /// A journal row, or a row that is named by one.
    pub fn at_seq(&self, table: &str, seq: i64, what: impl Into<String>) {
        self.found
            .add(seq, table, format!("org={} seq={seq}", self.org), what);
    }

    /// The organisation's own row.
    pub fn at_org(&self, table: &str, what: impl Into<String>) {
        self.found
            .add(i64::MAX, table, format!("org={}", self.org), what);
    }

    /// A row of that key.
    pub fn at_key(&self, seq: i64, table: &str, key: &str, what: impl Into<String>) {
        self.found
            .add(seq, table, format!("org={} {key}", self.org), what);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_earliest_are_kept_and_all_are_counted() {
        let found = Found::default();
        for seq in (0..250).rev() {
            found.add(seq, "leg", format!("seq={seq}"), "bad");
        }
        let mut report = Report::default();
        found.into_report(&mut report);
        assert_eq!(report.bad_count, 250);
        assert_eq!(report.bad.len(), 100);
        assert_eq!(
            report.first_bad.as_ref().map(|bad| &*bad.key),
            Some("seq=0")
        );
        assert_eq!(report.bad[99].key, "seq=99");
    }
}
