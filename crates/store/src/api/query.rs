//! Ledgers, registers, signatures and the journal.

use std::collections::BTreeMap;
use std::sync::Arc;

use engine::{Act, Note, Record, Signature};
use kernel::{Day, EntryState, Moment, Period, Side, SlipId, Unit};
use ledger::{Balance, Entry};
use serde::{Deserialize, Serialize};

use super::Cursor;

/// A signature with its place in the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignatureRow {
    /// Row of the journal.
    pub seq: i64,
    /// The signature.
    pub signature: Signature,
}

/// A note with its place in the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteRow {
    /// Row of the journal.
    pub seq: i64,
    /// The note.
    pub note: Note,
}

/// An entry with its place in the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlipEntry {
    /// Row of the journal.
    pub seq: i64,
    /// When it was booked.
    pub at: Moment,
    /// Login of who booked it.
    pub person: Arc<str>,
    /// The entry.
    pub entry: Entry,
}

/// A journal row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct JournalRow {
    /// Position, from 1, without gaps.
    pub seq: i64,
    /// When.
    pub at: Moment,
    /// Login.
    pub actor: Arc<str>,
    /// Name of the act, `step`, `return`.
    pub act: Arc<str>,
    /// The slip concerned.
    pub slip: Option<SlipId>,
    /// `done` or `refused`.
    pub outcome: Arc<str>,
    /// Code of the refusal; empty when done.
    pub code: Arc<str>,
    /// Idempotency key.
    pub key: Arc<str>,
    /// Actor and act as canonical JSON.
    pub request: Arc<str>,
    /// The answer as JSON.
    pub reply: Arc<str>,
    /// Hash of the row before, hex.
    pub prev: Arc<str>,
    /// Hash of this row, hex.
    pub hash: Arc<str>,
}

/// Which journal rows; newest first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct JournalQuery {
    /// From this moment.
    pub from: Option<Moment>,
    /// Before this moment.
    pub to: Option<Moment>,
    /// Login.
    pub actor: Option<String>,
    /// Name of the act.
    pub act: Option<String>,
    /// Slip.
    pub slip: Option<SlipId>,
    /// Code of the refusal.
    pub code: Option<String>,
    /// Part of the code of the refusal.
    pub code_part: Option<String>,
    /// Texts that the request as it is kept must all have in it, letter for letter.
    pub request_has: Vec<String>,
    /// The request has one of these keys: names of fields, for whoever asks who touched one.
    pub request_keys: Vec<String>,
    /// `done` or `refused`.
    pub outcome: Option<String>,
    /// Oldest first.
    pub ascending: bool,
    /// Most rows to look through for one page, since no index answers the conditions; all when `None`. A page with fewer
    /// rows than `limit` that names a next one stopped here.
    pub look_through: Option<usize>,
    /// The `next` of the page before.
    pub after: Option<Cursor>,
    /// Most rows; 50 when 0, at most 1,000.
    pub limit: usize,
}

/// One command in the life of a slip.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryRow {
    /// The journal row.
    pub row: JournalRow,
    /// What was done, with what was typed.
    pub act: Act,
    /// Login for whom it was done.
    pub on_behalf_of: Option<Arc<str>>,
    /// Fields whose typed text differs from what was typed before.
    pub changes: Vec<FieldChange>,
}

/// A typed field that changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldChange {
    /// Line, from 0; `None`: the header.
    pub line: Option<usize>,
    /// Field name.
    pub field: String,
    /// What was typed before.
    pub before: Option<String>,
    /// What was typed.
    pub after: Option<String>,
}

/// As of when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AsOf {
    /// Now.
    #[default]
    Now,
    /// As the ledger stood when this journal row was written.
    Seq(i64),
    /// As the ledger stood at this moment.
    Moment(Moment),
    /// By business day, this day included, as it is known now.
    Day(Day),
}

/// Which keys of a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyFilter {
    /// Exactly this key.
    Exact(String),
    /// Keys that begin so.
    Prefix(String),
}

/// Which balances of a ledger.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BalanceQuery {
    /// Place.
    pub place: Option<String>,
    /// Keys.
    pub key: Option<KeyFilter>,
    /// As of when.
    pub as_of: AsOf,
    /// Only the turnover of these periods, both included.
    pub period: Option<(Period, Period)>,
    /// Leave out rows where every state is at zero. Of a moment in the past a page may then be shorter and still have a next.
    pub skip_zero: bool,
    /// The `next` of the page before.
    pub after: Option<Cursor>,
    /// Most rows; 1,000 when 0, at most 100,000.
    pub limit: usize,
}

/// One balance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BalanceRow {
    /// Place.
    pub place: Arc<str>,
    /// Conserved key.
    pub key: Arc<str>,
    /// Further dimensions.
    pub detail: Arc<str>,
    /// Unit.
    pub unit: Unit,
    /// Sums per state.
    pub balance: Balance,
}

/// Which legs of a ledger.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StatementQuery {
    /// Place.
    pub place: Option<String>,
    /// Keys.
    pub key: Option<KeyFilter>,
    /// Further dimensions, exactly.
    pub detail: Option<String>,
    /// From this business day.
    pub from: Option<Day>,
    /// To this business day.
    pub to: Option<Day>,
    /// Only what was booked after this moment; what was booked before it is in the opening balance.
    pub booked_after: Option<Moment>,
    /// Only what was booked up to this moment.
    pub booked_until: Option<Moment>,
    /// States that count; posted when empty.
    pub states: Vec<EntryState>,
    /// The `next` of the page before.
    pub after: Option<StatementCursor>,
    /// Most legs; 100 when 0, at most 10,000.
    pub limit: usize,
}

/// Where a page of a statement ends. It carries the running balance, so that no page is read twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatementCursor {
    /// Business day of the last leg.
    pub day: Day,
    /// Its journal row.
    pub seq: i64,
    /// Its position in that row.
    pub n: i64,
    /// The balance after it.
    pub running: i128,
}

/// Legs in the order of their business days, then in the order booked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Unit of the ledger, when anything was ever booked.
    pub unit: Option<Unit>,
    /// Balance before the first leg of this page, smallest parts.
    pub opening: i128,
    /// The legs.
    pub legs: Vec<StatementLeg>,
    /// Balance after the last leg of this page.
    pub closing: i128,
    /// Where the next page begins.
    pub next: Option<StatementCursor>,
}

/// A leg with what led to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatementLeg {
    /// Row of the journal.
    pub seq: i64,
    /// Position among the legs of that row, from 0.
    pub n: i64,
    /// When it was booked.
    pub at: Moment,
    /// Business day.
    pub day: Day,
    /// State.
    pub state: EntryState,
    /// The slip that booked it.
    pub slip: Option<SlipId>,
    /// The slip's number.
    pub number: Arc<str>,
    /// The slip's kind.
    pub kind: Arc<str>,
    /// The party the slip is about, a key of the register; empty when it is about none.
    pub party: Arc<str>,
    /// Login of who booked it.
    pub person: Arc<str>,
    /// Place.
    pub place: Arc<str>,
    /// Conserved key.
    pub key: Arc<str>,
    /// Further dimensions.
    pub detail: Arc<str>,
    /// Side.
    pub side: Side,
    /// Smallest parts; negative is a red letter.
    pub amount: i64,
    /// The slip's line.
    pub line: Option<i64>,
    /// Whether it takes back an earlier one.
    pub reversal: bool,
    /// The balance after it, smallest parts.
    pub running: i128,
}

/// A trial balance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrialQuery {
    /// First period.
    pub from: Period,
    /// Last period.
    pub to: Period,
    /// One row per place and key instead of one per place.
    pub by_key: bool,
    /// States that count; posted when empty.
    pub states: Vec<EntryState>,
}

/// A row of a trial balance, in smallest parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrialRow {
    /// Place.
    pub place: Arc<str>,
    /// Conserved key; empty unless asked for.
    pub key: Arc<str>,
    /// Unit.
    pub unit: Unit,
    /// Net before the first period.
    pub opening: i128,
    /// Turnover in.
    pub r#in: i128,
    /// Turnover out.
    pub out: i128,
    /// Net after the last period.
    pub closing: i128,
}

/// Which records of a register.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RecordQuery {
    /// As of this day; the latest version when absent.
    pub on: Option<Day>,
    /// As was recorded up to this moment; all that was ever recorded when absent.
    pub known_at: Option<Moment>,
    /// Any part of the key or of a field.
    pub search: Option<String>,
    /// The `next` of the page before.
    pub after: Option<Cursor>,
    /// Most rows; 50 when 0, at most 10,000.
    pub limit: usize,
}

/// A record with its place in the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordRow {
    /// Row of the journal.
    pub seq: i64,
    /// The version.
    pub record: Record,
}

impl RecordRow {
    /// The fields of a pack's record, as canonical text by name.
    pub fn fields(&self) -> BTreeMap<String, String> {
        serde_json::from_str(&self.record.body).unwrap_or_default()
    }
}
