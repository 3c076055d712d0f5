//! A house that shows each command to somebody on its way in and out.

use std::collections::BTreeMap;
use std::sync::Arc;

use engine::{Command, Input, LineInput, Note, Record, Slip};
use kernel::{Moment, SlipId};
use ledger::{Balance, BalanceKey, Entry};

use crate::house::{Answer, Fault};
use crate::{House, Oracle};

/// Sees every command before it is judged, and may change it; and its answer.
pub trait Watcher {
    /// Before the command is judged.
    fn before(&mut self, house: &Oracle, command: &mut Command) -> Result<(), Fault>;
    /// After it was answered.
    fn after(&mut self, command: &Command, answer: &Answer);
}

/// An oracle with a watcher.
pub struct Watched<'a> {
    /// The house.
    pub inner: Oracle,
    /// Who watches.
    pub watcher: &'a mut dyn Watcher,
}

impl House for Watched<'_> {
    fn submit(&mut self, command: &Command) -> Result<Answer, Fault> {
        let mut command = command.clone();
        self.watcher.before(&self.inner, &mut command)?;
        let answer = self.inner.submit(&command)?;
        self.watcher.after(&command, &answer);
        Ok(answer)
    }

    fn slip(&self, id: SlipId) -> Result<Option<Arc<Slip>>, Fault> {
        House::slip(&self.inner, id)
    }

    fn slips(&self) -> Result<Vec<Arc<Slip>>, Fault> {
        self.inner.slips()
    }

    fn balances(&self) -> Result<BTreeMap<BalanceKey, Balance>, Fault> {
        self.inner.balances()
    }

    fn propose(
        &self,
        command: &Command,
        step: &str,
        input: &Input,
    ) -> Result<Vec<LineInput>, Fault> {
        self.inner.propose(command, step, input)
    }

    fn entries_of(&self, slip: SlipId) -> Result<Vec<Entry>, Fault> {
        House::entries_of(&self.inner, slip)
    }

    fn records(&self, register: &str, key: &str) -> Result<Vec<Record>, Fault> {
        House::records(&self.inner, register, key)
    }

    fn notes(&self, slip: SlipId) -> Result<Vec<Note>, Fault> {
        self.inner.notes(slip)
    }

    fn due(&self, by: Moment) -> Result<Vec<(SlipId, Arc<str>)>, Fault> {
        self.inner.due(by)
    }

    fn verify(&self) -> Result<(), Fault> {
        self.inner.verify()
    }
}
