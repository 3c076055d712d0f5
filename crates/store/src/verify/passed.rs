//! What reading the journal leaves to be compared. Parts of it are read in any order, by several threads.

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
        self.last_seq = self.last_seq.max(later.last_seq);
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

/// A series within a part of the journal.
#[derive(Debug)]
pub(crate) struct Taken {
    /// Journal row of the first number.
    pub seq: i64,
    pub first: i64,
    pub last: i64,
}

/// Where a part of the journal ends, and what only shows beside the part before it.
#[derive(Debug, Default)]
pub(crate) struct End {
    pub from: i64,
    pub hash: [u8; 32],
    pub at: i64,
    pub series: BTreeMap<Arc<str>, Taken>,
}

/// What reading some parts of the journal leaves to be compared.
#[derive(Debug, Default)]
pub(crate) struct Passed {
    pub rows: i64,
    pub legs: i64,
    pub records: i64,
    pub ends: Vec<End>,
    pub slips: LastMentions,
    pub bodies: LastMentions,
    pub sums: Sums,
    /// Sums in states other than posted.
    pub others: HashMap<(i64, i64), [i64; 6]>,
    pub turnovers: Turnovers,
    /// Latest version of each credential's record: journal row.
    pub credentials: BTreeMap<Arc<str>, i64>,
    pub credential_digests: HashMap<i64, RowDigest>,
    /// Contents that attachments name.
    pub contents: BTreeMap<Arc<str>, i64>,
    /// Highest account number that a command made.
    pub last_account: i64,
}

/// Keeps the latest journal row of each name.
pub(crate) fn latest(rows: &mut BTreeMap<Arc<str>, i64>, name: Arc<str>, seq: i64) {
    let last = rows.entry(name).or_insert(seq);
    *last = seq.max(*last);
}

impl Passed {
    /// With other parts.
    pub fn and(mut self, other: Passed) -> Passed {
        self.rows += other.rows;
        self.legs += other.legs;
        self.records += other.records;
        self.ends.extend(other.ends);
        self.slips = self.slips.and(other.slips);
        self.bodies = self.bodies.and(other.bodies);
        self.sums.add(other.sums);
        for (key, more) in other.others {
            for (sum, more) in self.others.entry(key).or_default().iter_mut().zip(more) {
                *sum = sum.wrapping_add(more);
            }
        }
        self.turnovers.add(other.turnovers);
        for (name, seq) in other.credentials {
            latest(&mut self.credentials, name, seq);
        }
        self.credential_digests.extend(other.credential_digests);
        for (name, seq) in other.contents {
            latest(&mut self.contents, name, seq);
        }
        self.last_account = self.last_account.max(other.last_account);
        self
    }

    /// Puts the parts in their order and holds the numbers of each against those of the part before; where each series ends.
    pub fn series(&mut self, found: &FoundAt<'_>) -> BTreeMap<Arc<str>, i64> {
        self.ends.sort_by_key(|end| end.from);
        let mut all: BTreeMap<Arc<str>, i64> = BTreeMap::new();
        for (name, taken) in self.ends.iter().flat_map(|end| &end.series) {
            let Taken { seq, first, last } = taken;
            match all.insert(name.clone(), *last) {
                Some(before) if before + 1 != *first => {
                    let what = format!(
                        "takes number {first} of {name} after {before}: a gap or a duplicate"
                    );
                    found.at_seq("journal", *seq, what);
                }
                None if *first != 1 => {
                    found.at_seq(
                        "journal",
                        *seq,
                        format!("takes number {first} of {name} first"),
                    );
                }
                _ => {}
            }
        }
        all
    }
}
