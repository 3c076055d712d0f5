//! What the engine may read.

use std::sync::Arc;

use kernel::{Period, SlipId};
use ledger::{Balance, BalanceKey, Entry};
use serde::{Deserialize, Serialize};

use crate::{Effects, Person, Record, Refusal, Slip};

/// A fault of the store below the world (disk full, database gone): not an answer for a clerk.
#[derive(Debug, thiserror::Error)]
#[error("the store could not be read")]
pub struct WorldError(#[from] pub Box<dyn std::error::Error + Send + Sync>);

/// The state of one organisation, as it is before the command.
pub trait World {
    /// A slip.
    fn slip(&self, id: SlipId) -> Result<Option<Arc<Slip>>, WorldError>;
    /// The id that the next new slip gets.
    fn next_slip(&self) -> SlipId;
    /// A balance, over all periods; zero when nothing was booked.
    fn balance(&self, key: &BalanceKey) -> Result<Balance, WorldError>;
    /// The further dimensions at which something may be posted in a place at a conserved key, in any order; some of them may
    /// hold nothing.
    fn details(&self, ledger: &str, place: &str, key: &str) -> Result<Vec<Arc<str>>, WorldError>;
    /// The last number taken of a series; 0 when none was.
    fn serial(&self, series: &str) -> Result<i64, WorldError>;
    /// All versions of a record, in order.
    fn records(&self, register: &str, key: &str) -> Result<Arc<[Record]>, WorldError>;
    /// A person's current record.
    fn person(&self, login: &str) -> Result<Option<Arc<Person>>, WorldError>;
    /// Whether the organisation has anyone yet.
    fn has_people(&self) -> Result<bool, WorldError>;
    /// The entries a slip has booked, in order.
    fn entries_of(&self, slip: SlipId) -> Result<Vec<Entry>, WorldError>;
    /// Whether a period of a ledger is closed.
    fn period_closed(&self, ledger: &str, period: Period) -> Result<bool, WorldError>;
    /// What an earlier *accepted* command with this idempotency key was answered. A refused command does not use up its
    /// key, so that a corrected form may be sent again under it.
    fn answered(&self, key: &str) -> Result<Option<Answered>, WorldError>;
    /// Whether the store holds a content of this hash.
    fn has_content(&self, hash: &str) -> Result<bool, WorldError>;
}

/// An earlier answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// Actor and act of the earlier command as canonical JSON (without key and time): a different one under the same key
    /// is refused.
    pub request: Arc<str>,
    /// The answer.
    pub reply: Result<Reply, Refusal>,
}

/// What the sender of an accepted command learns.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Reply {
    /// The slip.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub slip: Option<SlipId>,
    /// Its number.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub number: Option<Arc<str>>,
    /// Digest of its content, for the next signature.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub content: Option<Arc<str>>,
}

/// What becomes of a command.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// To be written and answered.
    Done(Box<Effects>, Reply),
    /// Answered before; nothing to write.
    Repeated(Result<Reply, Refusal>),
    /// Refused; the refusal is journaled, nothing else is written.
    Refused(Refusal),
}
