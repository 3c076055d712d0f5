//! What changes over time: held against what the journal said last, or against what it follows from.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use engine::Waiting;
use kernel::SlipId;
use sha2::{Digest, Sha256};

use super::accounts::Accounts;
use super::found::{Found, FoundAt};
use super::mentions::LastMentions;
use super::passed::Passed;
use super::{bytes_of, key_text, key_text_of};
use crate::api::{Progress, Report, StoreError};
use crate::batch::{timer_rows, todo_rows};
use crate::cell::{Cell, CellRef, RowDigest, digest_of, row_digest};
use crate::reads::factors;
use crate::schema::{self, Table};
use crate::sql::Sql;

/// Bad rows of what has no place in the journal come after those that have one.
const LATE: i64 = i64::MAX;

/// Rows read at a time; few in tests.
const CHUNK: u64 = if cfg!(test) { 8 } else { 4_096 };

#[expect(clippy::too_many_arguments, reason = "everything that was read before")]
pub(crate) fn check(
    sql: &dyn Sql,
    org: i64,
    last: i64,
    accounts: &Accounts,
    mut passed: Passed,
    progress: Progress<'_>,
    found: &Found,
    report: &mut Report,
) -> Result<(), StoreError> {
    let found_at = Found::at(org, found);
    let state = State {
        sql,
        org,
        found: found_at,
    };
    progress("slips", 0, 0);
    let mut derived = Derived::default();
    let (last_slip, slips) = state.slips(std::mem::take(&mut passed.slips), &mut derived)?;
    report.slips += slips;
    state.bodies(std::mem::take(&mut passed.bodies))?;
    state.derived(&schema::TODO, derived.todo)?;
    state.derived(&schema::TIMER, derived.timer)?;
    progress("balances", 0, 0);
    report.balances += state.balances(accounts, &passed)?;
    state.turnovers(accounts, &passed)?;
    state.series(&passed)?;
    state.credentials(&passed)?;
    state.head(&passed, last, last_slip)?;
    state.factors()?;
    progress("contents", 0, 0);
    state.contents(&passed)?;
    let own_digest = [
        &schema::DRAFT,
        &schema::SAVED_VIEW,
        &schema::WATCH,
        &schema::SESSION,
        &schema::CHALLENGE,
        &schema::ATTEMPT,
        &schema::FOLLOWER,
        &schema::DELIVERY,
        &schema::DELIVERY_TRY,
        &schema::NOTICE,
        &schema::PREFERENCE,
        &schema::BACKUP_RUN,
    ];
    for table in own_digest {
        state.summed(table)?;
    }
    Ok(())
}

struct State<'a> {
    sql: &'a dyn Sql,
    org: i64,
    found: FoundAt<'a>,
}

/// Rows that must be there because slips say so: by digest, with the key for a message.
#[derive(Default)]
struct Derived {
    todo: HashMap<RowDigest, String>,
    timer: HashMap<RowDigest, String>,
}

fn as_text(cell: CellRef<'_>) -> &str {
    std::str::from_utf8(bytes_of(cell)).unwrap_or("")
}

/// A key of a way to sign in, as a message names it.
fn named(key: &str) -> String {
    let (login, id) = key.split_once('/').unwrap_or((key, ""));
    format!("login={login} id={id}")
}

fn as_int(cell: CellRef<'_>) -> i64 {
    match cell {
        CellRef::Int(value) => value,
        _ => 0,
    }
}

impl State<'_> {
    /// Hands over all rows of a table, in chunks by the second column of the key.
    fn by_id(&self, table: &Table, each: &mut dyn FnMut(&[CellRef<'_>])) -> Result<(), StoreError> {
        let text = format!(
            "select {} from {} where org = ?1 and id > ?2 order by id limit {CHUNK}",
            table.scan_list(self.sql.dialect()),
            table.name
        );
        let mut last = i64::MIN;
        loop {
            let mut read = 0;
            self.sql
                .scan(&text, &[self.org.into(), last.into()], &mut |cells| {
                    read += 1;
                    last = as_int(cells[1]);
                    each(cells);
                    Ok(())
                })?;
            if read < CHUNK {
                return Ok(());
            }
        }
    }

    /// All rows of a table that is not large.
    fn all(&self, table: &Table, each: &mut dyn FnMut(&[CellRef<'_>])) -> Result<(), StoreError> {
        let key: Vec<&str> = table.key_columns().collect();
        let text = format!(
            "select {} from {} where org = ?1 order by {}",
            table.scan_list(self.sql.dialect()),
            table.name,
            key.join(", ")
        );
        self.sql.scan(&text, &[self.org.into()], &mut |cells| {
            each(cells);
            Ok(())
        })
    }

    fn bad(&self, table: &Table, cells: &[CellRef<'_>], what: &str) {
        let key = key_text(table, cells);
        let key = key.split_once(' ').map_or(&*key, |(_, rest)| rest);
        self.found.at_key(LATE, table.name, key, what);
    }

    fn mentioned(
        &self,
        table: &'static Table,
        mut mentions: LastMentions,
        each: &mut dyn FnMut(&[CellRef<'_>]),
    ) -> Result<(), StoreError> {
        self.by_id(table, &mut |cells| match mentions.take(as_int(cells[1])) {
            None => self.bad(table, cells, "was written by no command"),
            Some(digest) => {
                if digest != row_digest(table.name, cells.iter().copied()) {
                    self.bad(table, cells, "is not as it was written last");
                } else {
                    each(cells);
                }
            }
        })?;
        for id in mentions.left() {
            self.found
                .at_key(LATE, table.name, &format!("id={id}"), "is missing");
        }
        Ok(())
    }

    /// Slips against their last mention; the highest number and how many.
    fn slips(
        &self,
        mentions: LastMentions,
        derived: &mut Derived,
    ) -> Result<(i64, i64), StoreError> {
        let (mut last, mut count) = (0, 0);
        self.mentioned(&schema::SLIP, mentions, &mut |cells| {
            last = as_int(cells[1]).max(last);
            count += 1;
            if as_text(cells[15]) != "[]" || as_text(cells[21]) != "{}" {
                derive(self.org, cells, derived);
            }
        })?;
        Ok((last, count))
    }

    fn bodies(&self, mentions: LastMentions) -> Result<(), StoreError> {
        self.mentioned(&schema::SLIP_BODY, mentions, &mut |_| {})
    }

    /// Rows that follow from slips: those that are expected and no others.
    fn derived(
        &self,
        table: &'static Table,
        mut expected: HashMap<RowDigest, String>,
    ) -> Result<(), StoreError> {
        self.all(table, &mut |cells| {
            if expected
                .remove(&row_digest(table.name, cells.iter().copied()))
                .is_none()
            {
                self.bad(table, cells, "does not follow from its slip");
            }
        })?;
        for key in expected.into_values() {
            let key = key
                .split_once(' ')
                .map_or(&*key, |(_, rest)| rest)
                .to_owned();
            self.found.at_key(LATE, table.name, &key, "is missing");
        }
        Ok(())
    }

    /// Balances against legs, and places that must not go below zero; how many.
    fn balances(&self, accounts: &Accounts, passed: &Passed) -> Result<i64, StoreError> {
        let text = format!(
            "select {} from balance where org = ?1 and account >= ?2 and account < ?3 order by account, period",
            schema::BALANCE.scan_list(self.sql.dialect())
        );
        let mut seen = 0;
        let mut available: Vec<i128> = vec![0; accounts.by_id.len()];
        let mut from = i64::MIN;
        let end = accounts.by_id.len() as i64;
        loop {
            // The first and the last part also take numbers that no account has.
            let to = if from >= end {
                i64::MAX
            } else {
                from.max(0) + CHUNK as i64
            };
            self.sql.scan(
                &text,
                &[self.org.into(), from.into(), to.into()],
                &mut |cells| {
                    let key = (as_int(cells[1]), as_int(cells[2]));
                    let expected = passed.sums.get(key).map(|legs| {
                        let others = passed.others.get(&key).copied().unwrap_or_default();
                        [
                            others[0],
                            others[1],
                            others[2],
                            others[3],
                            legs.posted[0],
                            legs.posted[1],
                            others[4],
                            others[5],
                            legs.last_seq,
                        ]
                    });
                    let mut stored = [0; 9];
                    for (place, cell) in stored.iter_mut().zip(&cells[3..12]) {
                        *place = as_int(*cell);
                    }
                    match expected {
                        None => self.bad(&schema::BALANCE, cells, "has no legs"),
                        Some(expected) => {
                            seen += 1;
                            if expected != stored {
                                self.bad(&schema::BALANCE, cells, "is not the sum of its legs");
                            }
                            if let Some(sum) = usize::try_from(key.0)
                                .ok()
                                .and_then(|at| available.get_mut(at))
                            {
                                *sum += i128::from(expected[4])
                                    - i128::from(expected[5])
                                    - i128::from(expected[7]);
                            }
                        }
                    }
                    Ok(())
                },
            )?;
            if to == i64::MAX {
                break;
            }
            from = to;
        }
        if seen != passed.sums.len() {
            self.missing_balances(passed)?;
        }
        for (id, (sum, info)) in available.iter().zip(&accounts.by_id).enumerate() {
            if *sum < 0 && !info.open {
                self.found.at_key(
                    LATE,
                    "balance",
                    &format!("account={id}"),
                    "is below zero in a place that is not open",
                );
            }
        }
        Ok(seen as i64)
    }

    fn missing_balances(&self, passed: &Passed) -> Result<(), StoreError> {
        for (account, period) in passed.sums.keys() {
            let row = self.sql.first(
                "select last_seq from balance where org = ?1 and account = ?2 and period = ?3",
                &[self.org.into(), account.into(), period.into()],
            )?;
            if row.is_none() {
                self.found.at_key(
                    LATE,
                    "balance",
                    &format!("account={account} period={period}"),
                    "is missing",
                );
            }
        }
        Ok(())
    }

    fn turnovers(&self, accounts: &Accounts, passed: &Passed) -> Result<(), StoreError> {
        let mut expected: HashMap<RowDigest, String> = HashMap::new();
        for (place, period, sums) in passed.turnovers.iter() {
            let Some((ledger, place, unit)) = accounts.places.get(place as usize) else {
                continue;
            };
            let mut cells = vec![
                Cell::Int(self.org),
                ledger.into(),
                place.into(),
                period.into(),
                unit.into(),
            ];
            cells.extend(sums.iter().map(|sum| Cell::from(sum.to_string())));
            let key = key_text_of(&schema::TURNOVER, &cells);
            expected.insert(digest_of(schema::TURNOVER.name, &cells), key);
        }
        self.all(&schema::TURNOVER, &mut |cells| {
            if expected
                .remove(&row_digest(schema::TURNOVER.name, cells.iter().copied()))
                .is_none()
            {
                self.bad(&schema::TURNOVER, cells, "is not the sum of its legs");
            }
        })?;
        for key in expected.into_values() {
            let key = key
                .split_once(' ')
                .map_or(&*key, |(_, rest)| rest)
                .to_owned();
            self.found
                .at_key(LATE, "turnover", &key, "is missing or altered");
        }
        Ok(())
    }

    fn series(&self, passed: &Passed) -> Result<(), StoreError> {
        let mut left: BTreeMap<&str, i64> = passed
            .series
            .iter()
            .map(|(name, (_, last))| (&**name, *last))
            .collect();
        self.all(
            &schema::SERIES,
            &mut |cells| match left.remove(as_text(cells[1])) {
                None => self.bad(&schema::SERIES, cells, "was never used"),
                Some(last) if last != as_int(cells[2]) => {
                    self.bad(&schema::SERIES, cells, &format!("should end at {last}"));
                }
                Some(_) => {}
            },
        )?;
        for name in left.keys() {
            self.found
                .at_key(LATE, "series", &format!("name={name}"), "is missing");
        }
        Ok(())
    }

    /// Stored credentials against the last record of each, and against the digest of the row that the journal keeps.
    fn credentials(&self, passed: &Passed) -> Result<(), StoreError> {
        let mut left = passed.credentials.clone();
        self.all(&schema::CREDENTIAL, &mut |cells| {
            let seq = as_int(cells[3]);
            let digest = row_digest(schema::CREDENTIAL.name, cells.iter().copied());
            let last = left.remove(as_text(cells[1]));
            if last != Some(seq) || passed.credential_digests.get(&seq) != Some(&digest) {
                self.bad(
                    &schema::CREDENTIAL,
                    cells,
                    "is not the one that the journal knows",
                );
            }
        })?;
        for login in left.keys() {
            self.found
                .at_key(LATE, "credential", &format!("login={login}"), "is missing");
        }
        Ok(())
    }

    /// Ways to sign in against the last record of each. A row that no record speaks of was left by an enrolment that
    /// stopped half-way: it opens nothing.
    fn factors(&self) -> Result<(), StoreError> {
        let mut left = factors::recorded(self.sql, self.org)?;
        left.retain(|_, digest| !digest.is_empty());
        for (key, state) in factors::stored(self.sql, self.org)? {
            let digest = left.remove(&key);
            let what = match state {
                None => "was altered",
                Some(is) if digest.is_some_and(|digest| *is != *digest) => {
                    "is not the one that the journal knows"
                }
                Some(_) => continue,
            };
            self.found.at_key(LATE, "factor", &named(&key), what);
        }
        for key in left.keys() {
            self.found.at_key(LATE, "factor", &named(key), "is missing");
        }
        Ok(())
    }

    fn head(&self, passed: &Passed, last: i64, last_slip: i64) -> Result<(), StoreError> {
        let Some(head) = crate::backend::read_head(self.sql, self.org, "")? else {
            return Ok(());
        };
        // Where the last row itself is not sound, its hash says nothing about the head.
        let broken = passed.last_hash == [0; 32] && last > 0;
        let same_hash = head.hash == passed.last_hash || broken;
        if head.seq > last && !same_hash {
            self.found
                .at_seq("journal", last + 1, "is missing: the journal was cut off");
            return Ok(());
        }
        let right = head.seq == last
            && same_hash
            && (head.at == passed.last_at || broken)
            && head.next_slip == last_slip + 1
            && head.next_account == passed.last_account + 1;
        if !right {
            self.found.at_org("head", "is not where the journal ends");
        }
        Ok(())
    }

    /// Contents one by one, since each may be large; and those that attachments name must be there.
    fn contents(&self, passed: &Passed) -> Result<(), StoreError> {
        let mut left = passed.contents.clone();
        let text = format!(
            "select {} from content where org = ?1 and hash > ?2 order by hash limit 1",
            schema::CONTENT.scan_list(self.sql.dialect())
        );
        let mut last = String::new();
        let mut first = true;
        loop {
            let mut read = false;
            let query = if first {
                text.replace("hash > ?2", "hash >= ?2")
            } else {
                text.clone()
            };
            self.sql.scan(
                &query,
                &[self.org.into(), last.as_str().into()],
                &mut |cells| {
                    read = true;
                    last = as_text(cells[1]).to_owned();
                    let CellRef::Blob(bytes) = cells[3] else {
                        return Ok(());
                    };
                    let right = *engine::hex(&Sha256::digest(bytes)) == *last
                        && as_int(cells[2]) == bytes.len() as i64
                        && cells[4]
                            == CellRef::Blob(&row_digest(
                                schema::CONTENT.name,
                                cells[..4].iter().copied(),
                            ));
                    if !right {
                        self.bad(&schema::CONTENT, cells, "is not the content of its hash");
                    }
                    left.remove(&*last);
                    Ok(())
                },
            )?;
            first = false;
            if !read {
                break;
            }
        }
        for (hash, seq) in left {
            self.found
                .at_key(seq, "content", &format!("hash={hash}"), "is missing");
        }
        Ok(())
    }

    /// Rows that carry a digest of themselves.
    fn summed(&self, table: &'static Table) -> Result<(), StoreError> {
        self.all(table, &mut |cells| {
            let last = cells.len() - 1;
            let sum = row_digest(table.name, cells[..last].iter().copied());
            if cells[last] != CellRef::Blob(&sum) {
                self.bad(table, cells, "was altered");
            }
        })
    }
}

/// The rows that a slip's waiting steps and timers ask for.
fn derive(org: i64, cells: &[CellRef<'_>], derived: &mut Derived) {
    let (Ok(waiting), Ok(timers)) = (
        serde_json::from_str::<Vec<Waiting>>(as_text(cells[15])),
        serde_json::from_str::<BTreeMap<Arc<str>, i64>>(as_text(cells[21])),
    ) else {
        return;
    };
    let id = SlipId(as_int(cells[1]));
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
