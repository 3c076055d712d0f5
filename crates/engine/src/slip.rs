//! A slip as the engine holds it.

use std::collections::BTreeMap;
use std::sync::Arc;

use kernel::{Day, LineId, Moment, SlipId, Value};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// A slip.
#[derive(Debug, Clone, PartialEq)]
pub struct Slip {
    /// Id.
    pub id: SlipId,
    /// Qualified kind, `gsp.purchase_inbound.order`.
    pub kind: Arc<str>,
    /// Pack version it began under and finishes under.
    pub version: Arc<str>,
    /// Number; taken with the first signature, kept for ever.
    pub number: Arc<str>,
    /// State.
    pub state: SlipState,
    /// Digest of what a signer sees: kind, number, header, lines, sources. Changes when the content does.
    pub content: Arc<str>,
    /// Business day of the first signature.
    pub day: Day,
    /// When it was begun.
    pub begun_at: Moment,
    /// Login of who began it.
    pub begun_by: Arc<str>,
    /// Slips it comes from.
    pub sources: Vec<SlipId>,
    /// Slips made from it (void ones too), in order.
    pub children: Vec<SlipId>,
    /// Header values, by index of the declaration.
    pub header: Vec<Value>,
    /// Lines.
    pub lines: Vec<Line>,
    /// Valid signatures, in order.
    pub signed: Vec<SignedStep>,
    /// What waits for whom.
    pub waiting: Vec<Waiting>,
    /// For slips whose children draw no line: kinds already made from the slip as a whole.
    pub taken: BTreeMap<Arc<str>, i64>,
    /// Set while a reversal waits for its second person: who asked, identity, why.
    pub reversal: Option<ReversalAsked>,
}

/// A reversal that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReversalAsked {
    /// Login.
    pub person: Arc<str>,
    /// Natural person.
    pub identity: Arc<str>,
    /// Natural person for whom he deputised.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub for_identity: Option<Arc<str>>,
    /// Why.
    pub reason: String,
}

/// State of a slip as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SlipState {
    /// Steps of its own remain.
    Open,
    /// All its own steps are signed: executed.
    Done,
    /// 作废.
    Void,
    /// 已冲销.
    Reversed,
}

impl SlipState {
    /// The name in data.
    pub const fn name(self) -> &'static str {
        match self {
            SlipState::Open => "open",
            SlipState::Done => "done",
            SlipState::Void => "void",
            SlipState::Reversed => "reversed",
        }
    }

    /// The state of that name.
    pub fn named(name: &str) -> Option<SlipState> {
        [
            SlipState::Open,
            SlipState::Done,
            SlipState::Void,
            SlipState::Reversed,
        ]
        .into_iter()
        .find(|state| state.name() == name)
    }

    /// Whether it still counts.
    pub fn live(self) -> bool {
        matches!(self, SlipState::Open | SlipState::Done)
    }
}

/// A line.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// Identity within the slip, from 1.
    pub id: LineId,
    /// The line it comes from.
    pub source: Option<(SlipId, LineId)>,
    /// Values, by index of the declaration.
    pub values: Vec<Value>,
    /// What later lines have used up: by field name in smallest parts, and `#kind` for kinds that use a line once.
    pub drawn: BTreeMap<Arc<str>, i64>,
}

/// A valid signature as the slip remembers it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedStep {
    /// Qualified step.
    pub step: Arc<str>,
    /// Login.
    pub person: Arc<str>,
    /// Natural person.
    pub identity: Arc<str>,
    /// Qualified role by which it was signed.
    pub role: Arc<str>,
    /// Login for whom the signer deputised.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub on_behalf_of: Option<Arc<str>>,
    /// Natural person for whom the signer deputised; counts for separation as the signer does.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub for_identity: Option<Arc<str>>,
    /// When.
    pub at: Moment,
}

/// Something that waits for somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiting {
    /// Qualified step; for a step that begins the next slip, that slip's beginning step.
    pub step: Arc<str>,
    /// What kind of act.
    pub kind: WaitingKind,
    /// Qualified roles, any of which may act; empty when only `person` may.
    pub roles: Vec<Arc<str>>,
    /// Scope value that grants must cover.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub scope: Option<Arc<str>>,
    /// Only this person, when handed over or added.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub person: Option<Arc<str>>,
    /// Since when.
    pub since: Moment,
    /// Until when it should be done.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub due: Option<Moment>,
    /// Whether the due time has passed and the escalation was told.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub overdue: bool,
    /// Login of who passed it on, and his words (returned, handed over, added).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub from: Option<(Arc<str>, String)>,
    /// Reminders so far.
    #[serde(skip_serializing_if = "is_zero", default)]
    pub reminded: u32,
}

fn is_zero(count: &u32) -> bool {
    *count == 0
}

/// What waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WaitingKind {
    /// A step of this slip.
    Step,
    /// The slip was returned to this step.
    Returned,
    /// The next slip is to be begun from this one.
    Begin,
    /// An added signer's signature.
    Cosign,
    /// A reversal's second person.
    Reversal,
}

impl Slip {
    /// The line of that id.
    pub fn line(&self, id: LineId) -> Option<&Line> {
        self.lines.iter().find(|line| line.id == id)
    }

    /// Digest of what a signer sees, hex, 32 characters (the first half of a SHA-256).
    pub fn digest(&self) -> Arc<str> {
        let mut hasher = Sha256::new();
        let mut feed = |text: &str| {
            hasher.update((text.len() as u64).to_le_bytes());
            hasher.update(text.as_bytes());
        };
        feed(&self.kind);
        feed(&self.version);
        feed(&self.number);
        let mut buffer = String::new();
        let mut value = |value: &Value| {
            use std::fmt::Write;
            buffer.clear();
            let _ = write!(buffer, "{value}");
            feed(&buffer);
        };
        self.header.iter().for_each(&mut value);
        for line in &self.lines {
            line.values.iter().for_each(&mut value);
        }
        for source in &self.sources {
            hasher.update(source.0.to_le_bytes());
        }
        for line in &self.lines {
            hasher.update(line.id.0.to_le_bytes());
            if let Some((slip, line)) = line.source {
                hasher.update(slip.0.to_le_bytes());
                hasher.update(line.0.to_le_bytes());
            }
        }
        hex(&hasher.finalize()[..16])
    }

    /// The valid signatures of a step.
    pub fn signatures<'a>(&'a self, step: &'a str) -> impl Iterator<Item = &'a SignedStep> {
        self.signed
            .iter()
            .filter(move |signed| &*signed.step == step)
    }
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> Arc<str> {
    let mut out = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        for nibble in [byte >> 4, byte & 15] {
            out.push(char::from(b"0123456789abcdef"[usize::from(nibble)]));
        }
    }
    out.into()
}
