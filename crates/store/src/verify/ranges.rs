//! Slips, their bodies and balances, range by range. Whoever has time takes the next one.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use engine::Waiting;
use kernel::SlipId;

use super::accounts::Accounts;
use super::found::FoundAt;
use super::key_text_of;
use super::mentions::LastMentions;
use super::passed::Passed;
use super::state::{LATE, as_text, bad};
use crate::api::StoreError;
use crate::batch::{timer_rows, todo_rows};
use crate::cell::{CellRef, RowDigest, digest_of};
use crate::image::Image;
use crate::schema::{self, Table};
use crate::sql::Sql;

/// Numbers in a range; few in tests.
const RANGE: i64 = if cfg!(test) { 8 } else { 4_096 };

/// Rows that must be there because slips say so: by digest, with the key for a message.
#[derive(Default)]
pub(super) struct Derived {
    pub todo: HashMap<RowDigest, String>,
    pub timer: HashMap<RowDigest, String>,
}

/// What was there.
#[derive(Default)]
pub(super) struct Seen {
    pub last_slip: i64,
    pub slips: i64,
    pub balances: i64,
    pub derived: Derived,
}

impl Seen {
    /// With what was seen in other ranges.
    pub fn and(mut self, other: Seen) -> Seen {
        self.last_slip = self.last_slip.max(other.last_slip);
        self.slips += other.slips;
        self.balances += other.balances;
        self.derived.todo.extend(other.derived.todo);
        self.derived.timer.extend(other.derived.timer);
        self
    }
}

/// The ranges of numbers of slips, bodies and accounts.
pub(super) struct Ranges<'a> {
    org: i64,
    found: FoundAt<'a>,
    accounts: &'a Accounts,
    passed: &'a Passed,
    next: AtomicI64,
}

/// A range of numbers. The first and the last one also take rows of numbers that nothing has.
#[derive(Clone, Copy)]
struct Range {
    from: i64,
    to: i64,
    is_first: bool,
    is_last: bool,
}

impl Range {
    /// The nth of those up to `end`, unless it is beyond.
    fn of(nth: i64, end: i64) -> Result<Range, i64> {
        let count = end / RANGE + 1;
        if nth >= count {
            return Err(nth - count);
        }
        Ok(Range {
            from: nth * RANGE,
            to: (nth + 1) * RANGE,
            is_first: nth == 0,
            is_last: nth + 1 == count,
        })
    }

    /// The first and the last number asked for.
    fn bounds(self) -> (i64, i64) {
        (
            if self.is_first { i64::MIN } else { self.from },
            if self.is_last { i64::MAX } else { self.to - 1 },
        )
    }
}

impl<'a> Ranges<'a> {
    pub fn new(
        org: i64,
        found: FoundAt<'a>,
        accounts: &'a Accounts,
        passed: &'a Passed,
    ) -> Ranges<'a> {
        Ranges {
            org,
            found,
            accounts,
            passed,
            next: AtomicI64::new(0),
        }
    }

    /// Reads one range after the other until none is left.
    pub fn read(&self, sql: &dyn Sql) -> Result<Seen, StoreError> {
        let mut seen = Seen::default();
        let accounts = i64::try_from(self.accounts.by_id.len()).unwrap_or(i64::MAX - 1);
        loop {
            let nth = self.next.fetch_add(1, Ordering::Relaxed);
            let nth = match Range::of(nth, self.passed.bodies.end()) {
                Ok(range) => {
                    self.bodies(sql, range)?;
                    continue;
                }
                Err(nth) => nth,
            };
            let nth = match Range::of(nth, self.passed.slips.end()) {
                Ok(range) => {
                    self.slips(sql, range, &mut seen)?;
                    continue;
                }
                Err(nth) => nth,
            };
            match Range::of(nth, accounts) {
                Ok(range) => self.balances(sql, range, &mut seen)?,
                Err(_) => return Ok(seen),
            }
        }
    }

    /// Rows against their last mention; `each` gets those that are as they were written.
    fn mentioned(
        &self,
        sql: &dyn Sql,
        table: &'static Table,
        mentions: &LastMentions,
        range: Range,
        each: &mut dyn FnMut(i64, &Image<'_>),
    ) -> Result<(), StoreError> {
        let (first, last) = range.bounds();
        let mut expected = range.from;
        let missing = |from: i64, to: i64| {
            for id in (from..to).filter(|id| mentions.get(*id).is_some()) {
                self.found
                    .at_key(LATE, table.name, &format!("id={id}"), "is missing");
            }
        };
        sql.images(
            table,
            "org = ?1 and id >= ?2 and id <= ?3",
            "id",
            &[self.org.into(), first.into(), last.into()],
            &mut |row| {
                let id = row.int(1).unwrap_or(0);
                missing(expected, id.min(range.to));
                expected = expected.max(id.saturating_add(1));
                match mentions.get(id) {
                    None => bad(&self.found, table, row.cells, "was written by no command"),
                    Some(digest) if digest != row.digest() => {
                        bad(
                            &self.found,
                            table,
                            row.cells,
                            "is not as it was written last",
                        );
                    }
                    Some(_) => each(id, row),
                }
                Ok(())
            },
        )?;
        missing(expected, range.to);
        Ok(())
    }

    fn slips(&self, sql: &dyn Sql, range: Range, seen: &mut Seen) -> Result<(), StoreError> {
        let mentions = &self.passed.slips;
        self.mentioned(sql, &schema::SLIP, mentions, range, &mut |id, row| {
            seen.last_slip = id.max(seen.last_slip);
            seen.slips += 1;
            if as_text(row.cells[15]) != "[]" || as_text(row.cells[21]) != "{}" {
                derive(self.org, SlipId(id), row.cells, &mut seen.derived);
            }
        })
    }

    fn bodies(&self, sql: &dyn Sql, range: Range) -> Result<(), StoreError> {
        let mentions = &self.passed.bodies;
        self.mentioned(sql, &schema::SLIP_BODY, mentions, range, &mut |_, _| {})
    }

    /// Balances against legs, and places that must not go below zero.
    fn balances(&self, sql: &dyn Sql, range: Range, seen: &mut Seen) -> Result<(), StoreError> {
        let (first, last) = range.bounds();
        let mut available: Vec<i128> = vec![0; usize::try_from(RANGE).unwrap_or_default()];
        sql.images(
            &schema::BALANCE,
            "org = ?1 and account >= ?2 and account <= ?3",
            "account, period",
            &[self.org.into(), first.into(), last.into()],
            &mut |row| {
                let key = (row.int(1).unwrap_or(0), row.int(2).unwrap_or(0));
                let Some(expected) = self.sums_of(key) else {
                    bad(&self.found, &schema::BALANCE, row.cells, "has no legs");
                    return Ok(());
                };
                seen.balances += 1;
                let same = (3..)
                    .zip(expected)
                    .all(|(at, sum)| row.int(at) == Some(sum));
                if !same {
                    let what = "is not the sum of its legs";
                    bad(&self.found, &schema::BALANCE, row.cells, what);
                }
                let place = usize::try_from(key.0 - range.from).ok();
                if let Some(sum) = place.and_then(|at| available.get_mut(at)) {
                    let [.., posted_in, posted_out, _, held_out, _] = expected.map(i128::from);
                    *sum += posted_in - posted_out - held_out;
                }
                Ok(())
            },
        )?;
        for (id, sum) in (range.from..).zip(available) {
            let floor = self.accounts.get(id).and_then(|info| info.floor);
            if floor.is_some_and(|floor| sum < i128::from(floor)) {
                self.found.at_key(
                    LATE,
                    "balance",
                    &format!("account={id}"),
                    "is lower than its place may go",
                );
            }
        }
        Ok(())
    }

    /// What the legs of an account in a period come to, as its row has it.
    fn sums_of(&self, key: (i64, i64)) -> Option<[i64; 9]> {
        let legs = self.passed.sums.get(key)?;
        let others = self.passed.others.get(&key).copied().unwrap_or_default();
        Some([
            others[0],
            others[1],
            others[2],
            others[3],
            legs.posted[0],
            legs.posted[1],
            others[4],
            others[5],
            legs.last_seq,
        ])
    }
}

/// The rows that a slip's waiting steps and timers ask for.
fn derive(org: i64, id: SlipId, cells: &[CellRef<'_>], derived: &mut Derived) {
    let (Ok(waiting), Ok(timers)) = (
        serde_json::from_str::<Vec<Waiting>>(as_text(cells[15])),
        serde_json::from_str::<BTreeMap<Arc<str>, i64>>(as_text(cells[21])),
    ) else {
        return;
    };
    for row in todo_rows(org, id, &waiting) {
        let key = key_text_of(&schema::TODO, &row);
        derived.todo.insert(digest_of(schema::TODO.name, &row), key);
    }
    for row in timer_rows(org, id, &timers) {
        let key = key_text_of(&schema::TIMER, &row);
        derived
            .timer
            .insert(digest_of(schema::TIMER.name, &row), key);
    }
}
