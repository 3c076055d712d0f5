//! What reading the journal leaves to be compared.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::found::FoundAt;
use super::mentions::LastMentions;
use crate::cell::RowDigest;

/// Sums of the legs of an account in a period. They wrap: the true sums fit, so what wraps on the way comes back.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Legs {
    pub posted: [i64; 2],
    pub last_seq: i64,
}

/// What reading a part of the journal leaves to be compared.
#[derive(Debug, Default)]
pub(crate) struct Passed {
    pub rows: i64,
    pub legs: i64,
    pub records: i64,
    pub last_hash: [u8; 32],
    pub last_at: i64,
    pub slips: LastMentions,
    pub bodies: LastMentions,
    pub sums: HashMap<(i64, i64), Legs>,
    /// Sums in states other than posted.
    pub others: HashMap<(i64, i64), [i64; 6]>,
    pub turnovers: HashMap<(u32, i64), [i128; 8]>,
    /// Series: first and last number taken.
    pub series: BTreeMap<Arc<str>, (i64, i64)>,
    /// Latest version of each credential's record: journal row.
    pub credentials: BTreeMap<Arc<str>, i64>,
    pub credential_digests: HashMap<i64, RowDigest>,
    /// Contents that attachments name.
    pub contents: BTreeMap<Arc<str>, i64>,
    /// Highest account number that a command made.
    pub last_account: i64,
}

impl Passed {
    /// With the part that follows.
    pub fn then(mut self, later: Passed, found: &FoundAt<'_>) -> Passed {
        self.rows += later.rows;
        self.legs += later.legs;
        self.records += later.records;
        self.last_hash = later.last_hash;
        self.last_at = later.last_at;
        self.slips = self.slips.then(later.slips);
        self.bodies = self.bodies.then(later.bodies);
        for (key, more) in later.sums {
            let legs = self.sums.entry(key).or_default();
            for (sum, more) in legs.posted.iter_mut().zip(more.posted) {
                *sum = sum.wrapping_add(more);
            }
            legs.last_seq = more.last_seq;
        }
        for (key, more) in later.others {
            for (sum, more) in self.others.entry(key).or_default().iter_mut().zip(more) {
                *sum = sum.wrapping_add(more);
            }
        }
        for (key, more) in later.turnovers {
            for (sum, more) in self.turnovers.entry(key).or_default().iter_mut().zip(more) {
                *sum += more;
            }
        }
        for (series, (first, last)) in later.series {
            match self.series.get_mut(&series) {
                Some(range) => {
                    if range.1 + 1 != first {
                        found.at_key(
                            0,
                            "series",
                            &format!("name={series}"),
                            format!("after {} comes {first}: a gap or a duplicate", range.1),
                        );
                    }
                    range.1 = last;
                }
                None => {
                    self.series.insert(series, (first, last));
                }
            }
        }
        self.credentials.extend(later.credentials);
        self.credential_digests.extend(later.credential_digests);
        self.contents.extend(later.contents);
        self.last_account = self.last_account.max(later.last_account);
        self
    }
}
