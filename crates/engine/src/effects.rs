//! What a command writes. The store writes all of it in one transaction, with the journal row, or nothing.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use kernel::{Day, Moment, SlipId};
use ledger::Entry;
use serde::{Deserialize, Serialize};

use crate::Slip;

/// All that a command writes.
#[derive(Debug, Clone, Default)]
pub struct Effects {
    /// Slips as they are now; a fresh one is inserted, others replace their row.
    pub slips: Vec<SlipWrite>,
    /// The act, when it was one on a slip.
    pub signature: Option<Signature>,
    /// Entries, booked by the slip of the signature.
    pub entries: Vec<Entry>,
    /// Last number taken of a series.
    pub serial: Option<(Arc<str>, i64)>,
    /// Versions of records.
    pub records: Vec<Record>,
    /// Comments, copies, reminders, attachments.
    pub notes: Vec<Note>,
    /// Timers set or removed.
    pub timers: Vec<TimerWrite>,
}

/// A slip to write.
#[derive(Debug, Clone)]
pub struct SlipWrite {
    /// Its new state.
    pub slip: Slip,
    /// Whether it is new.
    pub fresh: bool,
}

/// An act on a slip: who did what when over the digest of what he saw. Rows are never changed or deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// Slip.
    pub slip: SlipId,
    /// What was done.
    pub act: SignedAct,
    /// Qualified step, where the act concerns one; else empty.
    pub step: Arc<str>,
    /// Login.
    pub person: Arc<str>,
    /// Natural person.
    pub identity: Arc<str>,
    /// Qualified role by which it was done; empty when by name.
    pub role: Arc<str>,
    /// Login for whom it was done.
    pub on_behalf_of: Option<Arc<str>>,
    /// When.
    pub at: Moment,
    /// Digest of the content of the slip that was signed.
    pub content: Arc<str>,
    /// Reason or opinion.
    pub text: String,
}

/// What a signature did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignedAct {
    /// Signed a step.
    Sign,
    /// 退回.
    Return,
    /// 撤回.
    Withdraw,
    /// 作废.
    Void,
    /// Asked for a reversal.
    AskReversal,
    /// 红字冲销.
    Reverse,
    /// Turned a reversal down.
    RefuseReversal,
    /// 转办.
    HandOver,
    /// 加签.
    AddSigner,
    /// Signed as added signer.
    Cosign,
    /// A timer ran out.
    Timer,
}

impl SignedAct {
    /// The name in data.
    pub const fn name(self) -> &'static str {
        match self {
            SignedAct::Sign => "sign",
            SignedAct::Return => "return",
            SignedAct::Withdraw => "withdraw",
            SignedAct::Void => "void",
            SignedAct::AskReversal => "ask_reversal",
            SignedAct::Reverse => "reverse",
            SignedAct::RefuseReversal => "refuse_reversal",
            SignedAct::HandOver => "hand_over",
            SignedAct::AddSigner => "add_signer",
            SignedAct::Cosign => "cosign",
            SignedAct::Timer => "timer",
        }
    }
}

/// One version of one record of a register. Versions are never changed or deleted.
#[derive(Debug, Clone)]
pub struct Record {
    /// Qualified register: `gsp.item`, or one of the engine's own: `person`, `period`, `pack`, `credential`,
    /// `setting`.
    pub register: Arc<str>,
    /// Key.
    pub key: Arc<str>,
    /// 1, 2, 3, ...
    pub version: i64,
    /// Holds from this day.
    pub from: Day,
    /// Canonical JSON: for a pack's register an object of field name to canonical text.
    pub body: Arc<str>,
    /// The body once read; a step asks the same record for many fields.
    fields: OnceLock<Arc<BTreeMap<String, String>>>,
}

impl PartialEq for Record {
    fn eq(&self, other: &Record) -> bool {
        self.register == other.register
            && self.key == other.key
            && self.version == other.version
            && self.from == other.from
            && self.body == other.body
    }
}

impl Eq for Record {}

impl Record {
    /// A version of a record.
    pub fn new(
        register: Arc<str>,
        key: Arc<str>,
        version: i64,
        from: Day,
        body: Arc<str>,
    ) -> Record {
        Record {
            register,
            key,
            version,
            from,
            body,
            fields: OnceLock::new(),
        }
    }

    /// A field of a pack's record, as canonical text.
    pub fn field(&self, name: &str) -> Option<&str> {
        let fields = self
            .fields
            .get_or_init(|| Arc::new(serde_json::from_str(&self.body).unwrap_or_default()));
        fields.get(name).map(String::as_str)
    }

    /// The version that holds on a day, out of all versions of a record in order.
    pub fn on(versions: &[Record], day: Day) -> Option<&Record> {
        versions.iter().rev().find(|record| record.from <= day)
    }
}

/// A note on a slip.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// Slip.
    pub slip: SlipId,
    /// What.
    pub kind: NoteKind,
    /// Login of the writer.
    pub person: Arc<str>,
    /// Login of the reader, for copies; else empty.
    pub to: Arc<str>,
    /// When.
    pub at: Moment,
    /// Text, or the attachment's name.
    pub text: String,
    /// Attachment: hash of the content; else empty.
    pub hash: Arc<str>,
    /// Attachment: bytes.
    pub size: i64,
    /// Attachment: media type.
    pub media: String,
}

/// Kind of a note.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoteKind {
    /// Comment.
    Comment,
    /// 抄送.
    Copy,
    /// 催办.
    Reminder,
    /// Attachment.
    Attachment,
    /// A deadline passed.
    Escalation,
    /// 打印: media type is the form, size the copies, hash the content that was printed, text how.
    Print,
}

impl NoteKind {
    /// The name in data.
    pub const fn name(self) -> &'static str {
        match self {
            NoteKind::Comment => "comment",
            NoteKind::Copy => "copy",
            NoteKind::Reminder => "reminder",
            NoteKind::Attachment => "attachment",
            NoteKind::Escalation => "escalation",
            NoteKind::Print => "print",
        }
    }
}

/// A timer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimerWrite {
    /// Slip.
    pub slip: SlipId,
    /// `hold:NAME` or `step:QUALIFIED`.
    pub name: Arc<str>,
    /// When it is due; `None` removes it.
    pub due: Option<Moment>,
}
