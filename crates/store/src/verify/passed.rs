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

impl Legs {
    fn add(&mut self, later: Legs) {
        for (sum, more) in self.posted.iter_mut().zip(later.posted) {
            *sum = sum.wrapping_add(more);
        }
        self.last_seq = later.last_seq;
    }
}

/// Sums per account and period. Most accounts have one period, and their numbers are dense.
#[derive(Debug, Default)]
pub(crate) struct Sums {
    first: Vec<(i64, Legs)>,
    further: HashMap<(i64, i64), Legs>,
    count: usize,
}

impl Sums {
    /// The sums of an account, which exists, in a period.
    pub fn of(&mut self, account: i64, period: i64) -> &mut Legs {
        let at = usize::try_from(account).unwrap_or(0);
        if at >= self.first.len() {
            let size = (at + 1).max(self.first.len() * 2);
            self.first.resize(size, (NO_PERIOD, Legs::default()));
        }
        let slot = &mut self.first[at];
        if slot.0 == NO_PERIOD {
            slot.0 = period;
            self.count += 1;
        }
        if slot.0 == period {
            return &mut slot.1;
        }
        self.further.entry((account, period)).or_insert_with(|| {
            self.count += 1;
            Legs::default()
        })
    }

    pub fn get(&self, (account, period): (i64, i64)) -> Option<&Legs> {
        match self.first.get(usize::try_from(account).ok()?) {
            Some((first, legs)) if *first == period => Some(legs),
            _ => self.further.get(&(account, period)),
        }
    }

    pub fn len(&self) -> usize {
        self.count
    }

    /// Every account and period.
    pub fn keys(&self) -> impl Iterator<Item = (i64, i64)> {
        let first = (0..)
            .zip(&self.first)
            .map(|(account, (period, _))| (account, *period));
        let first = first.filter(|(_, period)| *period != NO_PERIOD);
        first.chain(self.further.keys().copied())
    }

    fn add(&mut self, later: Sums) {
        for (account, (period, legs)) in (0..).zip(later.first) {
            if period != NO_PERIOD {
                self.of(account, period).add(legs);
            }
        }
        for ((account, period), legs) in later.further {
            self.of(account, period).add(legs);
        }
    }
}

/// No leg has a day in it.
const NO_PERIOD: i64 = i64::MIN;

/// Sums per place, by its number, and period.
#[derive(Debug, Default)]
pub(crate) struct Turnovers(Vec<Vec<(i64, [i128; 8])>>);

impl Turnovers {
    /// The sums of a place in a period.
    pub fn of(&mut self, place: u32, period: i64) -> &mut [i128; 8] {
        let at = place as usize;
        if at >= self.0.len() {
            self.0.resize(at + 1, Vec::new());
        }
        let periods = &mut self.0[at];
        let found = periods.iter().rposition(|(other, _)| *other == period);
        let at = found.unwrap_or_else(|| {
            periods.push((period, [0; 8]));
            periods.len() - 1
        });
        &mut periods[at].1
    }

    /// Place, period and sums.
    pub fn iter(&self) -> impl Iterator<Item = (u32, i64, &[i128; 8])> {
        (0..).zip(&self.0).flat_map(|(place, periods)| {
            periods
                .iter()
                .map(move |(period, sums)| (place, *period, sums))
        })
    }

    fn add(&mut self, later: Turnovers) {
        for (place, period, more) in later.iter() {
            for (sum, more) in self.of(place, period).iter_mut().zip(more) {
                *sum += more;
            }
        }
    }
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
    pub sums: Sums,
    /// Sums in states other than posted.
    pub others: HashMap<(i64, i64), [i64; 6]>,
    pub turnovers: Turnovers,
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
        self.sums.add(later.sums);
        for (key, more) in later.others {
            for (sum, more) in self.others.entry(key).or_default().iter_mut().zip(more) {
                *sum = sum.wrapping_add(more);
            }
        }
        self.turnovers.add(later.turnovers);
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
