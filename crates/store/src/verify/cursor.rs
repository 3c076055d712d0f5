//! Rows of a table in step with the journal rows that mention them.

use std::collections::HashMap;

use super::found::FoundAt;
use crate::cell::RowDigest;

/// Digests of rows of a table within a chunk, by journal row and position; with the keys of those whose primary key is
/// another one.
#[derive(Default)]
pub(crate) struct Rows {
    pub digests: Vec<(i64, i64, RowDigest)>,
    pub keys: HashMap<(i64, i64), String>,
}

/// The rows of a chunk that journal rows mention by position.
#[derive(Default)]
pub(crate) struct Written {
    pub signature: Rows,
    pub leg: Rows,
    pub record: Rows,
    pub note: Rows,
    pub pack_text: Rows,
}

/// Goes through the rows of a table in step with the journal.
pub(crate) struct Cursor<'a> {
    table: &'static str,
    rows: &'a Rows,
    at: usize,
    /// Position within the journal row that is expected next.
    n: (i64, i64),
    by_position: bool,
    found: FoundAt<'a>,
}

impl Cursor<'_> {
    fn key(&self, seq: i64, n: i64) -> String {
        if let Some(key) = self.rows.keys.get(&(seq, n)) {
            key.clone()
        } else if self.by_position {
            format!("seq={seq} n={n}")
        } else {
            format!("seq={seq}")
        }
    }

    /// The journal row says that it wrote a row of this digest.
    pub fn expect(&mut self, seq: i64, digest: RowDigest) {
        self.to(seq);
        let n = if self.n.0 == seq { self.n.1 } else { 0 };
        self.n = (seq, n + 1);
        while self
            .rows
            .digests
            .get(self.at)
            .is_some_and(|(row_seq, row_n, _)| *row_seq == seq && *row_n < n)
        {
            self.extra();
        }
        match self.rows.digests.get(self.at) {
            Some((row_seq, row_n, row)) if *row_seq == seq && *row_n == n => {
                if *row != digest {
                    self.found.at_key(
                        seq,
                        self.table,
                        &self.key(seq, n),
                        "is not as it was written",
                    );
                }
                self.at += 1;
            }
            _ => self
                .found
                .at_key(seq, self.table, &self.key(seq, n), "is missing"),
        }
    }

    fn extra(&mut self) {
        if let Some((seq, n, _)) = self.rows.digests.get(self.at) {
            self.found.at_key(
                *seq,
                self.table,
                &self.key(*seq, *n),
                "was written by no command",
            );
            self.at += 1;
        }
    }

    /// Rows of earlier journal rows that nobody mentioned.
    fn to(&mut self, seq: i64) {
        while self
            .rows
            .digests
            .get(self.at)
            .is_some_and(|(row_seq, ..)| *row_seq < seq)
        {
            self.extra();
        }
    }

    /// Leaves out the rows of a journal row that itself is not sound.
    pub fn skip(&mut self, seq: i64) {
        self.to(seq);
        while self
            .rows
            .digests
            .get(self.at)
            .is_some_and(|(row_seq, ..)| *row_seq == seq)
        {
            self.at += 1;
        }
    }
}

pub(crate) struct Cursors<'a> {
    pub signature: Cursor<'a>,
    pub leg: Cursor<'a>,
    pub record: Cursor<'a>,
    pub note: Cursor<'a>,
    pub pack_text: Cursor<'a>,
}

impl<'a> Cursors<'a> {
    pub fn new(found: FoundAt<'a>, written: &'a Written) -> Cursors<'a> {
        let cursor = |table, rows, by_position| Cursor {
            table,
            rows,
            at: 0,
            n: (0, 0),
            by_position,
            found,
        };
        Cursors {
            signature: cursor("signature", &written.signature, false),
            leg: cursor("leg", &written.leg, true),
            record: cursor("record", &written.record, true),
            note: cursor("note", &written.note, true),
            pack_text: cursor("pack_text", &written.pack_text, false),
        }
    }

    fn all(&mut self) -> [&mut Cursor<'a>; 5] {
        [
            &mut self.signature,
            &mut self.leg,
            &mut self.record,
            &mut self.note,
            &mut self.pack_text,
        ]
    }

    pub fn past(&mut self, seq: i64) {
        for cursor in self.all() {
            cursor.to(seq + 1);
        }
    }

    pub fn skip(&mut self, seq: i64) {
        for cursor in self.all() {
            cursor.skip(seq);
        }
    }

    pub fn finish(&mut self) {
        for cursor in self.all() {
            cursor.to(i64::MAX);
        }
    }
}
