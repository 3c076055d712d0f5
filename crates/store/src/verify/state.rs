//! What changes over time: held against what the journal said last, or against what it follows from.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::accounts::Accounts;
use super::found::FoundAt;
use super::passed::Passed;
use super::ranges::{Derived, Ranges, Seen};
use super::{Second, beside_org, by_all, bytes_of, key_text, key_text_of};
use crate::api::{Progress, Report, StoreError};
use crate::cell::{Cell, CellRef, RowDigest, digest_of, row_digest};
use crate::image::Image;
use crate::reads::factors;
use crate::schema::{self, Table};
use crate::sql::Sql;

/// Bad rows of what has no place in the journal come after those that have one.
pub(super) const LATE: i64 = i64::MAX;

/// An organisation's tables.
pub(super) struct State<'a> {
    pub sql: &'a dyn Sql,
    pub second: Option<Second<'a>>,
    pub org: i64,
    pub found: FoundAt<'a>,
}

pub(super) fn as_text(cell: CellRef<'_>) -> &str {
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

/// Names a row.
pub(super) fn bad(found: &FoundAt<'_>, table: &Table, cells: &[CellRef<'_>], what: &str) {
    let key = key_text(table, cells);
    found.at_key(LATE, table.name, beside_org(&key), what);
}

impl State<'_> {
    pub fn check(
        &self,
        last: i64,
        accounts: &Accounts,
        passed: &Passed,
        series: &BTreeMap<Arc<str>, i64>,
        progress: Progress<'_>,
        report: &mut Report,
    ) -> Result<(), StoreError> {
        progress("balances", 0, 0);
        let ranges = Ranges::new(self.org, self.found, accounts, passed);
        let seen = by_all(self.sql, self.second, &|sql| ranges.read(sql))?;
        let seen = seen.into_iter().reduce(Seen::and).unwrap_or_default();
        report.slips += seen.slips;
        report.balances += seen.balances;
        if usize::try_from(seen.balances) != Ok(passed.sums.len()) {
            self.missing_balances(passed)?;
        }
        let Derived { todo, timer } = seen.derived;
        self.derived(&schema::TODO, todo)?;
        self.derived(&schema::TIMER, timer)?;
        self.turnovers(accounts, passed)?;
        self.series(series)?;
        self.credentials(passed)?;
        self.head(passed, last, seen.last_slip)?;
        self.factors()?;
        progress("contents", 0, 0);
        self.contents(passed)?;
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
            self.summed(table)?;
        }
        Ok(())
    }

    /// All rows of a table, by primary key.
    fn all(&self, table: &Table, each: &mut dyn FnMut(&Image<'_>)) -> Result<(), StoreError> {
        let key: Vec<&str> = table.key_columns().collect();
        let mut each = |row: &Image<'_>| {
            each(row);
            Ok(())
        };
        self.sql.images(
            table,
            "org = ?1",
            &key.join(", "),
            &[self.org.into()],
            &mut each,
        )
    }

    fn bad(&self, table: &Table, cells: &[CellRef<'_>], what: &str) {
        bad(&self.found, table, cells, what);
    }

    /// Rows that follow from slips: those that are expected and no others.
    fn derived(
        &self,
        table: &'static Table,
        mut expected: HashMap<RowDigest, String>,
    ) -> Result<(), StoreError> {
        self.all(table, &mut |row| {
            if expected.remove(&row.digest()).is_none() {
                self.bad(table, row.cells, "does not follow from its slip");
            }
        })?;
        for key in expected.into_values() {
            self.found
                .at_key(LATE, table.name, beside_org(&key), "is missing");
        }
        Ok(())
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
        self.all(&schema::TURNOVER, &mut |row| {
            if expected.remove(&row.digest()).is_none() {
                self.bad(&schema::TURNOVER, row.cells, "is not the sum of its legs");
            }
        })?;
        for key in expected.into_values() {
            self.found
                .at_key(LATE, "turnover", beside_org(&key), "is missing or altered");
        }
        Ok(())
    }

    fn series(&self, last: &BTreeMap<Arc<str>, i64>) -> Result<(), StoreError> {
        let mut left: BTreeMap<&str, i64> =
            last.iter().map(|(name, last)| (&**name, *last)).collect();
        self.all(&schema::SERIES, &mut |row| {
            let bad = |what: &str| self.bad(&schema::SERIES, row.cells, what);
            match left.remove(as_text(row.cells[1])) {
                None => bad("was never used"),
                Some(last) if row.int(2) != Some(last) => bad(&format!("should end at {last}")),
                Some(_) => {}
            }
        })?;
        for name in left.keys() {
            self.found
                .at_key(LATE, "series", &format!("name={name}"), "is missing");
        }
        Ok(())
    }

    /// Stored credentials against the last record of each, and against the digest of the row that the journal keeps.
    fn credentials(&self, passed: &Passed) -> Result<(), StoreError> {
        let mut left = passed.credentials.clone();
        self.all(&schema::CREDENTIAL, &mut |row| {
            let seq = row.int(3).unwrap_or(0);
            let digest = row.digest();
            let last = left.remove(as_text(row.cells[1]));
            if last != Some(seq) || passed.credential_digests.get(&seq) != Some(&digest) {
                let what = "is not the one that the journal knows";
                self.bad(&schema::CREDENTIAL, row.cells, what);
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
        let (last_hash, last_at) = passed
            .ends
            .last()
            .map_or(([0; 32], i64::MIN), |end| (end.hash, end.at));
        let broken = last_hash == [0; 32] && last > 0;
        let same_hash = head.hash == last_hash || broken;
        if head.seq > last && !same_hash {
            self.found
                .at_seq("journal", last + 1, "is missing: the journal was cut off");
            return Ok(());
        }
        let right = head.seq == last
            && same_hash
            && (head.at == last_at || broken)
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
        self.all(table, &mut |row| {
            let sum = row.hash_but_last();
            if row.cells.last() != Some(&CellRef::Blob(&sum[..16])) {
                self.bad(table, row.cells, "was altered");
            }
        })
    }
}
