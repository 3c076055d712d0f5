//! The journal, part by part, with the rows its commands wrote once and for all.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use model::Catalog;
use sha2::{Digest, Sha256};

use super::found::{Found, FoundAt};
use super::key_text;
use super::mentions::{LastMentions, Mention, Mentions};
use crate::api::StoreError;
use crate::cell::{CellRef, RowDigest, feed, row_digest};
use crate::schema::{self, Table};
use crate::sql::Sql;

/// Journal rows read at a time.
const CHUNK: i64 = 2_048;

/// What must be known of an account to check its legs.
#[derive(Debug, Clone)]
pub(crate) struct AccountInfo {
    digest: Option<RowDigest>,
    /// Legs of one entry with the same group sum to zero.
    group: u64,
    /// Position in [`Accounts::places`].
    pub place: u32,
    /// May go below zero.
    pub open: bool,
}

/// The accounts of an organisation by number.
#[derive(Debug, Default)]
pub(crate) struct Accounts {
    pub by_id: Vec<AccountInfo>,
    /// Ledger, place, unit.
    pub places: Vec<(Arc<str>, Arc<str>, Arc<str>)>,
}

const NO_ACCOUNT: AccountInfo = AccountInfo {
    digest: None,
    group: 0,
    place: 0,
    open: true,
};

impl Accounts {
    /// Reads all accounts; those that a journal row after `last` made are not looked at.
    pub fn read(
        sql: &dyn Sql,
        org: i64,
        last: i64,
        catalog: &Catalog,
        found: &Found,
    ) -> Result<Accounts, StoreError> {
        let mut accounts = Accounts::default();
        let mut place_numbers: HashMap<(Vec<u8>, Vec<u8>), u32> = HashMap::new();
        let mut next = 1;
        loop {
            let mut read = 0;
            let text = format!(
                "select {} from account where org = ?1 and id >= ?2 order by id limit 4096",
                schema::ACCOUNT.column_list()
            );
            sql.scan(&text, &[org.into(), next.into()], &mut |cells| {
                read += 1;
                let [
                    _,
                    CellRef::Int(id),
                    CellRef::Text(ledger),
                    CellRef::Text(place),
                    CellRef::Text(key),
                    _,
                    CellRef::Text(unit),
                    CellRef::Int(seq),
                ] = *cells
                else {
                    found.add(
                        0,
                        "account",
                        key_text(&schema::ACCOUNT, cells),
                        "is not an account",
                    );
                    return Ok(());
                };
                let at = usize::try_from(id).unwrap_or(0);
                if id < next || at > accounts.by_id.len() + 1_000_000 || seq > last {
                    found.add(
                        0,
                        "account",
                        key_text(&schema::ACCOUNT, cells),
                        "was made by no command",
                    );
                    next = next.max(id.saturating_add(1));
                    return Ok(());
                }
                next = id + 1;
                let number = *place_numbers
                    .entry((ledger.to_vec(), place.to_vec()))
                    .or_insert_with(|| {
                        let text = |bytes: &[u8]| Arc::from(String::from_utf8_lossy(bytes));
                        accounts
                            .places
                            .push((text(ledger), text(place), text(unit)));
                        u32::try_from(accounts.places.len() - 1).unwrap_or(u32::MAX)
                    });
                if accounts.by_id.len() <= at {
                    accounts.by_id.resize(at + 1, NO_ACCOUNT);
                }
                accounts.by_id[at] = AccountInfo {
                    digest: Some(row_digest(schema::ACCOUNT.name, cells.iter().copied())),
                    group: group(ledger, key, unit),
                    place: number,
                    open: is_open(catalog, ledger, place),
                };
                Ok(())
            })?;
            if read < 4096 {
                return Ok(accounts);
            }
        }
    }

    pub fn get(&self, id: i64) -> Option<&AccountInfo> {
        let info = self.by_id.get(usize::try_from(id).ok()?)?;
        info.digest.is_some().then_some(info)
    }
}

fn group(ledger: &[u8], key: &[u8], unit: &[u8]) -> u64 {
    let digest = row_digest("", [ledger, key, unit].map(CellRef::Text));
    u64::from_le_bytes([
        digest[0], digest[1], digest[2], digest[3], digest[4], digest[5], digest[6], digest[7],
    ])
}

/// Whether a place may go below zero, by the current packs. A ledger that no pack declares any more is not judged.
fn is_open(catalog: &Catalog, ledger: &[u8], place: &[u8]) -> bool {
    let (Ok(ledger), Ok(place)) = (std::str::from_utf8(ledger), std::str::from_utf8(place)) else {
        return true;
    };
    let declared = catalog
        .packs()
        .iter()
        .flat_map(|pack| &pack.ledgers)
        .find(|declared| &*declared.qualified == ledger);
    declared.is_none_or(|declared| match declared.place(place) {
        Some((_, place)) => place.open,
        None => declared.chart.is_some(),
    })
}

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
            table.column_list(),
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

/// Digests of rows of a table within a chunk, by journal row and position.
type Rows = Vec<(i64, i64, RowDigest)>;

/// The rows of a chunk that journal rows mention by position.
#[derive(Default)]
struct Written {
    signature: Rows,
    leg: Rows,
    record: Rows,
    note: Rows,
    pack_text: Rows,
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
        let mut entries = Entries::new(self);
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
                if let [
                    _,
                    CellRef::Text(b"credential"),
                    CellRef::Text(key),
                    ..,
                    CellRef::Int(seq),
                    _,
                ] = *cells
                {
                    passed
                        .credentials
                        .insert(String::from_utf8_lossy(key).into(), seq);
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
                if let (CellRef::Int(seq), CellRef::Text(b"attachment"), CellRef::Text(hash)) =
                    (cells[1], cells[4], cells[9])
                {
                    passed
                        .contents
                        .insert(String::from_utf8_lossy(hash).into(), seq);
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
            table.column_list(),
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
                out.push((int(place.0), place.1.map_or(0, int), digest));
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
            schema::JOURNAL.column_list()
        );
        let mut expected = from;
        let mut cursors = Cursors::new(self, written);
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
        let mut hasher = Sha256::new();
        for cell in &cells[..15] {
            feed(&mut hasher, *cell);
        }
        let hash: [u8; 32] = hasher.finalize().into();
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
        if let (CellRef::Text(series), CellRef::Int(serial)) = (cells[9], cells[10])
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

/// Goes through the rows of a table in step with the journal.
struct Cursor<'a> {
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
        if self.by_position {
            format!("seq={seq} n={n}")
        } else {
            format!("seq={seq}")
        }
    }

    /// The journal row says that it wrote a row of this digest.
    fn expect(&mut self, seq: i64, digest: RowDigest) {
        self.to(seq);
        let n = if self.n.0 == seq { self.n.1 } else { 0 };
        self.n = (seq, n + 1);
        while self
            .rows
            .get(self.at)
            .is_some_and(|(row_seq, row_n, _)| *row_seq == seq && *row_n < n)
        {
            self.extra();
        }
        match self.rows.get(self.at) {
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
        if let Some((seq, n, _)) = self.rows.get(self.at) {
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
            .get(self.at)
            .is_some_and(|(row_seq, ..)| *row_seq < seq)
        {
            self.extra();
        }
    }

    /// Leaves out the rows of a journal row that itself is not sound.
    fn skip(&mut self, seq: i64) {
        self.to(seq);
        while self
            .rows
            .get(self.at)
            .is_some_and(|(row_seq, ..)| *row_seq == seq)
        {
            self.at += 1;
        }
    }
}

struct Cursors<'a> {
    signature: Cursor<'a>,
    leg: Cursor<'a>,
    record: Cursor<'a>,
    note: Cursor<'a>,
    pack_text: Cursor<'a>,
}

impl<'a> Cursors<'a> {
    fn new(half: &'a Half<'_>, written: &'a Written) -> Cursors<'a> {
        let cursor = |table, rows, by_position| Cursor {
            table,
            rows,
            at: 0,
            n: (0, 0),
            by_position,
            found: half.found(),
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

    fn past(&mut self, seq: i64) {
        for cursor in self.all() {
            cursor.to(seq + 1);
        }
    }

    fn skip(&mut self, seq: i64) {
        for cursor in self.all() {
            cursor.skip(seq);
        }
    }

    fn finish(&mut self) {
        for cursor in self.all() {
            cursor.to(i64::MAX);
        }
    }
}

/// Adds legs up, and holds each entry to the law that it sums to zero.
struct Entries<'a> {
    half: &'a Half<'a>,
    current: Option<(i64, i64)>,
    groups: Vec<(u64, i128)>,
}

impl<'a> Entries<'a> {
    fn new(half: &'a Half<'a>) -> Entries<'a> {
        Entries {
            half,
            current: None,
            groups: Vec::new(),
        }
    }

    fn leg(&mut self, cells: &[CellRef<'_>], passed: &mut Passed) {
        let int = |at: usize| match cells[at] {
            CellRef::Int(value) => value,
            _ => 0,
        };
        let (seq, n, entry, account) = (int(1), int(2), int(3), int(4));
        let (side, amount, day, state) = (int(5), int(6), int(7), int(8));
        if self.current != Some((seq, entry)) {
            self.close();
            self.current = Some((seq, entry));
        }
        let Some(info) = self.half.accounts.get(account) else {
            self.half.found().at_key(
                seq,
                "leg",
                &format!("seq={seq} n={n}"),
                "is of an account that is not there",
            );
            return;
        };
        if !(0..=1).contains(&side) || !(0..=3).contains(&state) {
            self.half.found().at_key(
                seq,
                "leg",
                &format!("seq={seq} n={n}"),
                "has no such side or state",
            );
            return;
        }
        let net = if side == 0 {
            i128::from(amount)
        } else {
            -i128::from(amount)
        };
        match self
            .groups
            .iter_mut()
            .find(|(group, _)| *group == info.group)
        {
            Some((_, sum)) => *sum += net,
            None => self.groups.push((info.group, net)),
        }
        let key = (account, day / 100);
        let (side, state) = (usize::from(side == 1), usize::try_from(state).unwrap_or(2));
        let legs = passed.sums.entry(key).or_default();
        legs.last_seq = seq;
        if state == 2 {
            legs.posted[side] = legs.posted[side].wrapping_add(amount);
        } else {
            let at = match state {
                0 => side,
                1 => 2 + side,
                _ => 4 + side,
            };
            let sums = passed.others.entry(key).or_default();
            sums[at] = sums[at].wrapping_add(amount);
        }
        let turnover = passed.turnovers.entry((info.place, day / 100)).or_default();
        turnover[state * 2 + side] += i128::from(amount);
    }

    fn close(&mut self) {
        if let Some((seq, entry)) = self.current.take()
            && self.groups.iter().any(|(_, sum)| *sum != 0)
        {
            self.half.found().at_key(
                seq,
                "leg",
                &format!("seq={seq}"),
                format!("entry {entry} does not sum to zero"),
            );
        }
        self.groups.clear();
    }
}
