//! What scenarios, clerks and laws need of a running system, whichever store is below it.

use std::collections::BTreeMap;
use std::sync::Arc;

use engine::{Command, Input, LineInput, Note, Record, Refusal, Reply, Slip};
use kernel::{Moment, SlipId};
use ledger::{Balance, BalanceKey, Entry};

/// The store failed: not an answer to a command.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Fault(#[from] pub Box<dyn std::error::Error + Send + Sync>);

impl From<String> for Fault {
    fn from(message: String) -> Fault {
        Fault(message.into())
    }
}

/// What a command was answered.
pub type Answer = Result<Reply, Refusal>;

/// One organisation, to be acted on and looked at.
pub trait House {
    /// Submits a command and waits for its answer.
    ///
    /// # Errors
    /// When the store failed; then nothing was written.
    fn submit(&mut self, command: &Command) -> Result<Answer, Fault>;

    /// A slip.
    ///
    /// # Errors
    /// When the store failed, here and below.
    fn slip(&self, id: SlipId) -> Result<Option<Arc<Slip>>, Fault>;

    /// Every slip, in the order of ids.
    fn slips(&self) -> Result<Vec<Arc<Slip>>, Fault>;

    /// The slips of a number; more than one only where two series give the same.
    fn numbered(&self, number: &str) -> Result<Vec<Arc<Slip>>, Fault> {
        Ok(self
            .slips()?
            .into_iter()
            .filter(|slip| &*slip.number == number)
            .collect())
    }

    /// Every balance that something was booked on.
    fn balances(&self) -> Result<BTreeMap<BalanceKey, Balance>, Fault>;

    /// The lines that a ledger proposes for a step; a refusal is told as a fault.
    fn propose(
        &self,
        command: &Command,
        step: &str,
        input: &Input,
    ) -> Result<Vec<LineInput>, Fault>;

    /// The entries a slip booked, in order.
    fn entries_of(&self, slip: SlipId) -> Result<Vec<Entry>, Fault>;

    /// All versions of a record, in order.
    fn records(&self, register: &str, key: &str) -> Result<Vec<Record>, Fault>;

    /// Notes on a slip (copies, reminders, escalations, comments), in order.
    fn notes(&self, slip: SlipId) -> Result<Vec<Note>, Fault>;

    /// Timers due by then: slip and name, earliest first.
    fn due(&self, by: Moment) -> Result<Vec<(SlipId, Arc<str>)>, Fault>;

    /// Whatever the store can prove about itself (hash chain, sums); the first mistake it finds.
    fn verify(&self) -> Result<(), Fault>;
}
