//! The journal, part by part, with the rows its commands wrote once and for all. Whoever has time takes the next part.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use super::accounts::Accounts;
use super::cursor::{Cursors, Rows, Written};
use super::entries::Entries;
use super::found::{Found, FoundAt};
use super::mentions::{Mention, Mentions};
use super::passed::{End, Passed, Taken, latest};
use super::{bytes_of, key_text};
use crate::api::StoreError;
use crate::cell::CellRef;
use crate::image::Image;
use crate::schema;
use crate::sql::Sql;

/// Journal rows of a part; few in tests, so that much crosses from one part into the next.
const PART: i64 = if cfg!(test) { 16 } else { 2_048 };

/// The journal, from which parts are taken.
pub(crate) struct Journal<'a> {
    pub org: i64,
    /// The last row.
    pub last: i64,
    pub accounts: &'a Accounts,
    pub found: &'a Found,
    pub tell: &'a (dyn Fn(u64) + Sync),
    pub next: Mutex<Next>,
}

/// The part to be taken next.
#[derive(Debug, Default)]
pub(crate) struct Next {
    /// The row before it.
    after: i64,
    taken: u32,
}

/// Rows that carry a number that no journal row has.
pub(crate) fn beyond(sql: &dyn Sql, org: i64, last: i64, found: &Found) -> Result<(), StoreError> {
    strays(sql, org, i64::MIN, 1, found)?;
    strays(sql, org, last.saturating_add(1), i64::MAX, found)?;
    let row = sql.first(
        "select seq from journal where org = ?1 and seq < 1 order by seq",
        &[org.into()],
    )?;
    if let Some(row) = row {
        Found::at(org, found).at_seq("journal", row.int(0)?, "has no such place in the journal");
    }
    Ok(())
}

/// Names rows of `from..to` in the tables that the journal mentions by row; some of them are enough.
fn strays(sql: &dyn Sql, org: i64, from: i64, to: i64, found: &Found) -> Result<(), StoreError> {
    for table in [
        &schema::SIGNATURE,
        &schema::LEG,
        &schema::RECORD,
        &schema::NOTE,
        &schema::PACK_TEXT,
    ] {
        let text = format!(
            "select {} from {} where org = ?1 and seq >= ?2 and seq < ?3 order by seq limit 20",
            table.scan_list(sql.dialect()),
            table.name
        );
        sql.scan(&text, &[org.into(), from.into(), to.into()], &mut |cells| {
            found.add(
                from,
                table.name,
                key_text(table, cells),
                "was written by no command",
            );
            Ok(())
        })?;
    }
    Ok(())
}

impl Journal<'_> {
    /// Reads one part after the other until none is left.
    pub fn read(&self, sql: &dyn Sql) -> Result<Passed, StoreError> {
        let mut passed = Passed::default();
        let mut written = Written::default();
        while let Some((from, part)) = self.take(sql)? {
            let to = self.part_end(from);
            let mut end = self.end_before(sql, from)?;
            self.written(sql, from, to, &mut written, &mut passed)?;
            self.part(sql, (from, to, part), &written, &mut end, &mut passed)?;
            passed.ends.push(end);
            (self.tell)(u64::try_from(to - from + 1).unwrap_or(0));
        }
        Ok(passed)
    }

    /// The first row of a part that nobody has taken, and its number, from one on.
    fn take(&self, sql: &dyn Sql) -> Result<Option<(i64, u32)>, StoreError> {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        while next.after < self.last {
            let from = next.after + 1;
            let row = self.next_row(sql, from)?;
            if row - from >= PART {
                // Nothing at all for a while: said once, however long it is.
                self.gap(sql, from, row)?;
                next.after = row - 1;
                continue;
            }
            next.after = self.part_end(from);
            next.taken += 1;
            return Ok(Some((from, next.taken)));
        }
        Ok(None)
    }

    fn part_end(&self, from: i64) -> i64 {
        from.saturating_add(PART - 1).min(self.last)
    }

    /// Where the part before a row ends. A row that is not sound says nothing about the next one; one that is missing is
    /// named by the part it belongs to.
    fn end_before(&self, sql: &dyn Sql, from: i64) -> Result<End, StoreError> {
        let mut end = End {
            from,
            at: i64::MIN,
            ..End::default()
        };
        sql.images(
            &schema::JOURNAL,
            "org = ?1 and seq = ?2",
            "seq",
            &[self.org.into(), (from - 1).into()],
            &mut |row| {
                if sound(row) {
                    end.hash = stored_hash(row);
                    end.at = row.int(2).unwrap_or(i64::MIN);
                }
                Ok(())
            },
        )?;
        Ok(end)
    }

    fn found(&self) -> FoundAt<'_> {
        Found::at(self.org, self.found)
    }

    /// The first journal row from `from` on; one past the last when there is none.
    fn next_row(&self, sql: &dyn Sql, from: i64) -> Result<i64, StoreError> {
        let row = sql.first(
            "select seq from journal where org = ?1 and seq >= ?2 and seq <= ?3 order by seq limit 1",
            &[self.org.into(), from.into(), self.last.into()],
        )?;
        row.map_or(Ok(self.last.saturating_add(1)), |row| row.int(0))
    }

    fn gap(&self, sql: &dyn Sql, from: i64, to: i64) -> Result<(), StoreError> {
        self.found().at_seq(
            "journal",
            from,
            format!("is missing, and all rows before {to}"),
        );
        strays(sql, self.org, from, to, self.found)
    }

    fn written(
        &self,
        sql: &dyn Sql,
        from: i64,
        to: i64,
        written: &mut Written,
        passed: &mut Passed,
    ) -> Result<(), StoreError> {
        let read = |rows: &mut Rows, each: &mut dyn FnMut(&Image<'_>)| {
            rows.clear();
            let (table, order) = (rows.table(), rows.order());
            sql.images(
                table,
                "org = ?1 and seq >= ?2 and seq <= ?3",
                &order,
                &[self.org.into(), from.into(), to.into()],
                &mut |row| {
                    rows.add(row);
                    each(row);
                    Ok(())
                },
            )
        };
        read(&mut written.signature, &mut |_| {})?;
        let mut entries = Entries::new(self.accounts, self.found());
        read(&mut written.leg, &mut |row| {
            passed.legs += 1;
            entries.leg(row.cells, passed);
        })?;
        entries.close();
        read(&mut written.record, &mut |row| {
            passed.records += 1;
            if let (b"credential", Some(seq)) = (bytes_of(row.cells[1]), row.int(6)) {
                let login = String::from_utf8_lossy(bytes_of(row.cells[2]));
                latest(&mut passed.credentials, login.into(), seq);
            }
        })?;
        read(&mut written.note, &mut |row| {
            if let (Some(seq), b"attachment") = (row.int(1), bytes_of(row.cells[4])) {
                let hash = String::from_utf8_lossy(bytes_of(row.cells[9]));
                latest(&mut passed.contents, hash.into(), seq);
            }
        })?;
        read(&mut written.pack_text, &mut |_| {})
    }

    fn part(
        &self,
        sql: &dyn Sql,
        (from, to, part): (i64, i64, u32),
        written: &Written,
        end: &mut End,
        passed: &mut Passed,
    ) -> Result<(), StoreError> {
        let mut expected = from;
        let mut cursors = Cursors::new(self.found(), written);
        sql.images(
            &schema::JOURNAL,
            "org = ?1 and seq >= ?2 and seq <= ?3",
            "seq",
            &[self.org.into(), from.into(), to.into()],
            &mut |row| {
                let Some(seq) = row.int(1) else {
                    return Ok(());
                };
                while expected < seq {
                    self.missing(expected, &mut cursors, end);
                    expected += 1;
                }
                expected = seq + 1;
                passed.rows += 1;
                let is_sound = self.journal_row(seq, row, end);
                let CellRef::Blob(wrote) = row.cells[13] else {
                    return Ok(());
                };
                if is_sound {
                    self.mentioned(seq, part, wrote, &mut cursors, passed);
                } else {
                    cursors.skip(seq);
                }
                Ok(())
            },
        )?;
        while expected <= to {
            self.missing(expected, &mut cursors, end);
            expected += 1;
        }
        cursors.finish();
        Ok(())
    }

    fn missing(&self, seq: i64, cursors: &mut Cursors<'_>, end: &mut End) {
        self.found().at_seq("journal", seq, "is missing");
        end.hash = [0; 32];
        cursors.skip(seq);
    }

    /// Hash, link, time and number of a journal row; whether the row is as it was written.
    fn journal_row(&self, seq: i64, row: &Image<'_>, end: &mut End) -> bool {
        let (found, cells) = (self.found(), row.cells);
        let is_sound = sound(row);
        if !is_sound {
            found.at_seq("journal", seq, "is not what its hash was made of");
        } else if cells[14] != CellRef::Blob(&end.hash) && end.hash != [0; 32]
            || (seq == 1 && cells[14] != CellRef::Blob(&[0; 32]))
        {
            found.at_seq("journal", seq, "does not follow on the row before it");
        }
        // The next row is held against what this one says, so that only the altered one is named.
        end.hash = if is_sound { stored_hash(row) } else { [0; 32] };
        if !is_sound {
            return false;
        }
        if let Some(at) = row.int(2) {
            if at < end.at {
                found.at_seq("journal", seq, "is earlier than the row before it");
            }
            end.at = at;
        }
        if let (series, Some(serial)) = (bytes_of(cells[9]), row.int(10))
            && !series.is_empty()
        {
            self.serial(seq, series, serial, &mut end.series);
        }
        true
    }

    fn serial(
        &self,
        seq: i64,
        series: &[u8],
        serial: i64,
        all: &mut BTreeMap<std::sync::Arc<str>, Taken>,
    ) {
        let series = String::from_utf8_lossy(series);
        let Some(taken) = all.get_mut(&*series) else {
            let (first, last) = (serial, serial);
            all.insert(series.into(), Taken { seq, first, last });
            return;
        };
        if taken.last + 1 != serial {
            let last = taken.last;
            self.found().at_seq(
                "journal",
                seq,
                format!("takes number {serial} of {series} after {last}: a gap or a duplicate"),
            );
        }
        taken.last = serial;
    }

    /// Holds what a journal row says it wrote against what is there.
    fn mentioned(
        &self,
        seq: i64,
        part: u32,
        wrote: &[u8],
        cursors: &mut Cursors<'_>,
        passed: &mut Passed,
    ) {
        for mention in Mentions(wrote) {
            match mention {
                None => self
                    .found()
                    .at_seq("journal", seq, "lists rows that cannot be read"),
                Some(Mention::Signature(digest)) => cursors.signature.expect(seq, digest),
                Some(Mention::Leg(digest)) => cursors.leg.expect(seq, digest),
                Some(Mention::Record(digest)) => cursors.record.expect(seq, digest),
                Some(Mention::Note(digest)) => cursors.note.expect(seq, digest),
                Some(Mention::PackText(digest)) => cursors.pack_text.expect(seq, digest),
                Some(Mention::Account(id, digest)) => {
                    passed.last_account = id.max(passed.last_account);
                    let info = self.accounts.get(id);
                    let what = match info.and_then(|info| info.digest) {
                        None => "is missing",
                        Some(other) if other != digest => "is not as it was written",
                        Some(_) => continue,
                    };
                    self.found()
                        .at_key(seq, "account", &format!("id={id}"), what);
                }
                Some(Mention::Slip(id, digest)) => passed.slips.set(id, part, digest),
                Some(Mention::Body(id, digest)) => passed.bodies.set(id, part, digest),
                Some(Mention::Credential(digest)) => {
                    passed.credential_digests.insert(seq, digest);
                }
            }
        }
        cursors.past(seq);
    }
}

/// Whether a journal row is what its hash was made of.
fn sound(row: &Image<'_>) -> bool {
    row.cells[15] == CellRef::Blob(&row.hash_but_last())
}

fn stored_hash(row: &Image<'_>) -> [u8; 32] {
    match row.cells[15] {
        CellRef::Blob(stored) => stored.try_into().unwrap_or([0; 32]),
        _ => [0; 32],
    }
}
