//! The journal, part by part, with the rows its commands wrote once and for all.

use super::accounts::Accounts;
use super::cursor::{Cursors, Rows, Written};
use super::entries::Entries;
use super::found::{Found, FoundAt};
use super::mentions::{Mention, Mentions};
use super::passed::Passed;
use super::{bytes_of, key_text};
use crate::api::StoreError;
use crate::cell::{CellRef, row_digest, row_hash};
use crate::schema::{self, Table};
use crate::sql::Sql;

/// Journal rows read at a time; few in tests, so that they cross from one chunk into the next.
const CHUNK: i64 = if cfg!(test) { 16 } else { 2_048 };

/// A part of the journal.
pub(crate) struct Half<'a> {
    pub org: i64,
    pub from: i64,
    pub to: i64,
    pub accounts: &'a Accounts,
    pub found: &'a Found,
    pub tell: &'a (dyn Fn(u64) + Sync),
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

impl Half<'_> {
    /// Reads the part in chunks.
    pub fn read(&self, sql: &dyn Sql) -> Result<Passed, StoreError> {
        let mut passed = Passed::default();
        if self.from > 1 {
            let row = sql.first(
                "select hash, at from journal where org = ?1 and seq = ?2",
                &[self.org.into(), (self.from - 1).into()],
            )?;
            // A missing row is named by the part it belongs to.
            if let Some(row) = row {
                let hash = row.blob(0)?;
                passed.last_hash = hash.as_ref().try_into().unwrap_or([0; 32]);
                passed.last_at = row.int(1)?;
            }
        } else {
            passed.last_at = i64::MIN;
        }
        let mut from = self.from;
        while from <= self.to {
            let to = (from + CHUNK - 1).min(self.to);
            let next = self.next_row(sql, from)?;
            if next > to {
                // Nothing at all for a while: said once, however long it is.
                self.gap(sql, from, next.min(self.to + 1), &mut passed)?;
                from = next;
                continue;
            }
            let written = self.written(sql, from, to, &mut passed)?;
            self.chunk(sql, from, to, &written, &mut passed)?;
            (self.tell)(u64::try_from(to - from + 1).unwrap_or(0));
            from = to + 1;
        }
        Ok(passed)
    }

    fn found(&self) -> FoundAt<'_> {
        Found::at(self.org, self.found)
    }

    /// The first journal row from `from` on; one past the part when there is none.
    fn next_row(&self, sql: &dyn Sql, from: i64) -> Result<i64, StoreError> {
        let row = sql.first(
            "select seq from journal where org = ?1 and seq >= ?2 and seq <= ?3 order by seq limit 1",
            &[self.org.into(), from.into(), self.to.into()],
        )?;
        row.map_or(Ok(self.to + 1), |row| row.int(0))
    }

    fn gap(
        &self,
        sql: &dyn Sql,
        from: i64,
        to: i64,
        passed: &mut Passed,
    ) -> Result<(), StoreError> {
        self.found().at_seq(
            "journal",
            from,
            format!("is missing, and all rows before {to}"),
        );
        passed.last_hash = [0; 32];
        strays(sql, self.org, from, to, self.found)
    }

    fn written(
        &self,
        sql: &dyn Sql,
        from: i64,
        to: i64,
        passed: &mut Passed,
    ) -> Result<Written, StoreError> {
        let mut written = Written::default();
        self.rows(
            sql,
            &schema::SIGNATURE,
            (1, None),
            from,
            to,
            &mut written.signature,
            &mut |_| {},
        )?;
        let mut entries = Entries::new(self.accounts, self.found());
        self.rows(
            sql,
            &schema::LEG,
            (1, Some(2)),
            from,
            to,
            &mut written.leg,
            &mut |cells| {
                passed.legs += 1;
                entries.leg(cells, passed);
            },
        )?;
        entries.close();
        self.rows(
            sql,
            &schema::RECORD,
            (6, Some(7)),
            from,
            to,
            &mut written.record,
            &mut |cells| {
                passed.records += 1;
                if let (b"credential", CellRef::Int(seq)) = (bytes_of(cells[1]), cells[6]) {
                    passed
                        .credentials
                        .insert(String::from_utf8_lossy(bytes_of(cells[2])).into(), seq);
                }
            },
        )?;
        self.rows(
            sql,
            &schema::NOTE,
            (1, Some(2)),
            from,
            to,
            &mut written.note,
            &mut |cells| {
                if let (CellRef::Int(seq), b"attachment") = (cells[1], bytes_of(cells[4])) {
                    passed
                        .contents
                        .insert(String::from_utf8_lossy(bytes_of(cells[9])).into(), seq);
                }
            },
        )?;
        self.rows(
            sql,
            &schema::PACK_TEXT,
            (4, None),
            from,
            to,
            &mut written.pack_text,
            &mut |_| {},
        )?;
        Ok(written)
    }

    /// Digests of the rows of a table that belong to a chunk. `place`: the columns with the journal row and the position.
    #[expect(
        clippy::too_many_arguments,
        reason = "one reading with all that it goes by"
    )]
    fn rows(
        &self,
        sql: &dyn Sql,
        table: &Table,
        place: (usize, Option<usize>),
        from: i64,
        to: i64,
        out: &mut Rows,
        each: &mut dyn FnMut(&[CellRef<'_>]),
    ) -> Result<(), StoreError> {
        let order = match place.1 {
            Some(n) => format!("seq, {}", table.columns[n].name),
            None => "seq".to_owned(),
        };
        let text = format!(
            "select {} from {} where org = ?1 and seq >= ?2 and seq <= ?3 order by {order}",
            table.scan_list(sql.dialect()),
            table.name
        );
        sql.scan(
            &text,
            &[self.org.into(), from.into(), to.into()],
            &mut |cells| {
                let int = |at: usize| match cells[at] {
                    CellRef::Int(value) => value,
                    _ => -1,
                };
                let digest = row_digest(table.name, cells.iter().copied());
                let at = (int(place.0), place.1.map_or(0, int));
                out.digests.push((at.0, at.1, digest));
                if place.0 != 1 {
                    let key = key_text(table, cells);
                    let key = key.split_once(' ').map_or(&*key, |(_, rest)| rest);
                    out.keys.insert(at, key.to_owned());
                }
                each(cells);
                Ok(())
            },
        )
    }

    fn chunk(
        &self,
        sql: &dyn Sql,
        from: i64,
        to: i64,
        written: &Written,
        passed: &mut Passed,
    ) -> Result<(), StoreError> {
        let text = format!(
            "select {} from journal where org = ?1 and seq >= ?2 and seq <= ?3 order by seq",
            schema::JOURNAL.scan_list(sql.dialect())
        );
        let mut expected = from;
        let mut cursors = Cursors::new(self.found(), written);
        sql.scan(
            &text,
            &[self.org.into(), from.into(), to.into()],
            &mut |cells| {
                let CellRef::Int(seq) = cells[1] else {
                    return Ok(());
                };
                while expected < seq {
                    self.missing(expected, &mut cursors, passed);
                    expected += 1;
                }
                expected = seq + 1;
                passed.rows += 1;
                let sound = self.journal_row(seq, cells, passed);
                let CellRef::Blob(wrote) = cells[13] else {
                    return Ok(());
                };
                if sound {
                    self.mentioned(seq, wrote, &mut cursors, passed);
                } else {
                    cursors.skip(seq);
                }
                Ok(())
            },
        )?;
        while expected <= to {
            self.missing(expected, &mut cursors, passed);
            expected += 1;
        }
        cursors.finish();
        Ok(())
    }

    fn missing(&self, seq: i64, cursors: &mut Cursors<'_>, passed: &mut Passed) {
        self.found().at_seq("journal", seq, "is missing");
        passed.last_hash = [0; 32];
        cursors.skip(seq);
    }

    /// Hash, link, time and number of a journal row; whether the row is as it was written.
    fn journal_row(&self, seq: i64, cells: &[CellRef<'_>], passed: &mut Passed) -> bool {
        let found = self.found();
        let hash = row_hash(schema::JOURNAL.name, cells[..15].iter().copied());
        let sound = cells[15] == CellRef::Blob(&hash);
        if !sound {
            found.at_seq("journal", seq, "is not what its hash was made of");
        } else if cells[14] != CellRef::Blob(&passed.last_hash) && passed.last_hash != [0; 32]
            || (seq == 1 && cells[14] != CellRef::Blob(&[0; 32]))
        {
            found.at_seq("journal", seq, "does not follow on the row before it");
        }
        // The next row is held against what this one says, so that only the altered one is named.
        passed.last_hash = match cells[15] {
            CellRef::Blob(stored) if sound => stored.try_into().unwrap_or([0; 32]),
            _ => [0; 32],
        };
        if !sound {
            return false;
        }
        if let CellRef::Int(at) = cells[2] {
            if at < passed.last_at {
                found.at_seq("journal", seq, "is earlier than the row before it");
            }
            passed.last_at = at;
        }
        if let (series, CellRef::Int(serial)) = (bytes_of(cells[9]), cells[10])
            && !series.is_empty()
        {
            self.serial(seq, series, serial, passed);
        }
        true
    }

    fn serial(&self, seq: i64, series: &[u8], serial: i64, passed: &mut Passed) {
        let series = String::from_utf8_lossy(series);
        match passed.series.get_mut(&*series) {
            Some((_, last)) => {
                if *last + 1 != serial {
                    self.found().at_seq(
                        "journal",
                        seq,
                        format!(
                            "takes number {serial} of {series} after {last}: a gap or a duplicate"
                        ),
                    );
                }
                *last = serial;
            }
            None => {
                if self.from == 1 && serial != 1 {
                    self.found().at_seq(
                        "journal",
                        seq,
                        format!("takes number {serial} of {series} first"),
                    );
                }
                passed.series.insert(series.into(), (serial, serial));
            }
        }
    }

    /// Holds what a journal row says it wrote against what is there.
    fn mentioned(&self, seq: i64, wrote: &[u8], cursors: &mut Cursors<'_>, passed: &mut Passed) {
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
                    passed.last_account = id;
                    let info = usize::try_from(id)
                        .ok()
                        .and_then(|at| self.accounts.by_id.get(at));
                    let what = match info.and_then(|info| info.digest) {
                        None => "is missing",
                        Some(other) if other != digest => "is not as it was written",
                        Some(_) => continue,
                    };
                    self.found()
                        .at_key(seq, "account", &format!("id={id}"), what);
                }
                Some(Mention::Slip(id, digest)) => passed.slips.set(id, digest),
                Some(Mention::Body(id, digest)) => passed.bodies.set(id, digest),
                Some(Mention::Credential(digest)) => {
                    passed.credential_digests.insert(seq, digest);
                }
            }
        }
        cursors.past(seq);
    }
}
