//! Rows of a table in step with the journal rows that mention them.

use super::found::FoundAt;
use super::{beside_org, key_text};
use crate::cell::RowDigest;
use crate::image::{Image, cells_of};
use crate::schema::{self, Table};

/// Digests of rows of a table within a chunk, by journal row and position.
pub(crate) struct Rows {
    table: &'static Table,
    /// The columns with the journal row and the position.
    place: (usize, Option<usize>),
    pub digests: Vec<(i64, i64, RowDigest)>,
    /// The rows themselves, where their primary key is another one; each with where it ends.
    bodies: Vec<u8>,
    ends: Vec<usize>,
}

impl Rows {
    pub fn new(table: &'static Table, seq: usize, n: Option<usize>) -> Rows {
        Rows {
            table,
            place: (seq, n),
            digests: Vec::new(),
            bodies: Vec::new(),
            ends: Vec::new(),
        }
    }

    pub fn table(&self) -> &'static Table {
        self.table
    }

    /// The order of the journal.
    pub fn order(&self) -> String {
        match self.place.1 {
            Some(n) => format!("seq, {}", self.table.columns[n].name),
            None => "seq".to_owned(),
        }
    }

    /// Forgets the rows.
    pub fn clear(&mut self) {
        self.digests.clear();
        self.bodies.clear();
        self.bodies.shrink_to(1 << 20);
        self.ends.clear();
    }

    pub fn add(&mut self, row: &Image<'_>) {
        let at = |column: usize| row.int(column).unwrap_or(-1);
        let (seq, n) = (at(self.place.0), self.place.1.map_or(0, at));
        self.digests.push((seq, n, row.digest()));
        if self.place.0 != 1 {
            self.bodies.extend_from_slice(row.body());
            self.ends.push(self.bodies.len());
        }
    }

    /// The primary key of a row, for a message.
    fn key(&self, seq: i64, n: i64) -> String {
        let at = self
            .digests
            .iter()
            .position(|row| (row.0, row.1) == (seq, n));
        match (at, self.place) {
            (Some(at), (2.., _)) => {
                let from = at.checked_sub(1).map_or(0, |before| self.ends[before]);
                let key = key_text(self.table, &cells_of(&self.bodies[from..self.ends[at]]));
                beside_org(&key).to_owned()
            }
            (_, (_, Some(_))) => format!("seq={seq} n={n}"),
            _ => format!("seq={seq}"),
        }
    }
}

/// The rows of a chunk that journal rows mention by position.
pub(crate) struct Written {
    pub signature: Rows,
    pub leg: Rows,
    pub record: Rows,
    pub note: Rows,
    pub pack_text: Rows,
}

impl Default for Written {
    fn default() -> Written {
        Written {
            signature: Rows::new(&schema::SIGNATURE, 1, None),
            leg: Rows::new(&schema::LEG, 1, Some(2)),
            record: Rows::new(&schema::RECORD, 6, Some(7)),
            note: Rows::new(&schema::NOTE, 1, Some(2)),
            pack_text: Rows::new(&schema::PACK_TEXT, 4, None),
        }
    }
}

/// Goes through the rows of a table in step with the journal.
pub(crate) struct Cursor<'a> {
    rows: &'a Rows,
    at: usize,
    /// Position within the journal row that is expected next.
    n: (i64, i64),
    found: FoundAt<'a>,
}

impl Cursor<'_> {
    fn bad(&self, seq: i64, n: i64, what: &str) {
        let rows = self.rows;
        self.found
            .at_key(seq, rows.table.name, &rows.key(seq, n), what);
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
                    self.bad(seq, n, "is not as it was written");
                }
                self.at += 1;
            }
            _ => self.bad(seq, n, "is missing"),
        }
    }

    fn extra(&mut self) {
        if let Some((seq, n, _)) = self.rows.digests.get(self.at) {
            self.bad(*seq, *n, "was written by no command");
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
        let cursor = |rows| Cursor {
            rows,
            at: 0,
            n: (0, 0),
            found,
        };
        Cursors {
            signature: cursor(&written.signature),
            leg: cursor(&written.leg),
            record: cursor(&written.record),
            note: cursor(&written.note),
            pack_text: cursor(&written.pack_text),
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
