//! A house kept in plain maps: the simplest thing that can be right. Scenarios run on it, and stores are compared with it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use engine::{
    Answered, Command, Effects, Input, LineInput, Note, Outcome, Person, Record, Slip, World,
    WorldError,
};
use kernel::{Moment, Period, SlipId};
use ledger::{Balance, BalanceKey, Entry};
use model::Catalog;

use crate::House;
use crate::dice::Dice;
use crate::house::{Answer, Fault};

/// One organisation in memory.
#[derive(Debug, Default, Clone)]
pub struct Oracle {
    packs: Arc<Catalog>,
    slips: BTreeMap<SlipId, Arc<Slip>>,
    balances: BTreeMap<BalanceKey, Balance>,
    entries: HashMap<SlipId, Vec<Entry>>,
    serials: HashMap<Arc<str>, i64>,
    records: BTreeMap<Arc<str>, BTreeMap<Arc<str>, Vec<Record>>>,
    people: BTreeMap<Arc<str>, Arc<Person>>,
    timers: BTreeMap<(SlipId, Arc<str>), Moment>,
    notes: Vec<Note>,
    answered: HashMap<Arc<str>, Answered>,
    contents: BTreeSet<String>,
}

impl Oracle {
    /// An empty organisation under these packs.
    pub fn new(packs: Catalog) -> Oracle {
        Oracle {
            packs: Arc::new(packs),
            ..Oracle::default()
        }
    }

    /// The packs.
    pub fn packs(&self) -> &Arc<Catalog> {
        &self.packs
    }

    /// What would be answered now; nothing is written.
    ///
    /// # Errors
    /// When a number that a signature needs does not fit; the maps themselves never fail.
    pub fn ask(&self, command: &Command) -> Result<Answer, Fault> {
        Ok(
            match engine::apply(&self.packs, self, command).map_err(|fault| fault.0)? {
                Outcome::Done(_, reply) => Ok(reply),
                Outcome::Repeated(answer) => answer,
                Outcome::Refused(refusal) => Err(refusal),
            },
        )
    }

    /// Logins in order.
    pub fn logins(&self) -> impl Iterator<Item = &Arc<str>> {
        self.people.keys()
    }

    /// Keys of a register in order.
    pub fn keys(&self, register: &str) -> Vec<Arc<str>> {
        let of = self.records.get(register);
        of.map_or_else(Vec::new, |records| records.keys().cloned().collect())
    }

    /// The registers that have records.
    pub fn registers(&self) -> impl Iterator<Item = &Arc<str>> {
        self.records.keys()
    }

    /// The versions of a record that dice choose from a register, oldest first.
    pub(crate) fn any_record(&self, register: &str, dice: &mut Dice) -> Option<&[Record]> {
        let records = self.records.get(register)?;
        let versions = records.values().nth(dice.below(records.len()))?;
        Some(versions)
    }

    /// Keeps a content as if a file of this hash had been uploaded.
    pub fn keep_content(&mut self, hash: &str) {
        self.contents.insert(hash.to_owned());
    }

    fn write(&mut self, effects: Effects) -> Result<(), Fault> {
        let booked_by = effects.signature.as_ref().map(|signature| signature.slip);
        for write in effects.slips {
            if write.fresh == self.slips.contains_key(&write.slip.id) {
                return Err(
                    format!("slip {} is {} twice", write.slip.id, write.slip.number).into(),
                );
            }
            self.slips.insert(write.slip.id, Arc::new(write.slip));
        }
        for entry in effects.entries {
            for leg in &entry.legs {
                let balance = self.balances.entry(BalanceKey::of(leg)).or_default();
                *balance = balance
                    .with(entry.state, leg)
                    .ok_or_else(|| "a balance does not fit".to_owned())?;
            }
            let slip = booked_by.ok_or_else(|| "an entry without a signature".to_owned())?;
            self.entries.entry(slip).or_default().push(entry);
        }
        if let Some((series, last)) = effects.serial {
            self.serials.insert(series, last);
        }
        for record in effects.records {
            if &*record.register == "person" {
                let person: Person =
                    serde_json::from_str(&record.body).map_err(|error| Fault(error.into()))?;
                self.people.insert(person.login.clone(), Arc::new(person));
            }
            self.records
                .entry(record.register.clone())
                .or_default()
                .entry(record.key.clone())
                .or_default()
                .push(record);
        }
        self.notes.extend(effects.notes);
        for timer in effects.timers {
            let at = (timer.slip, timer.name);
            match timer.due {
                Some(due) => drop(self.timers.insert(at, due)),
                None => drop(self.timers.remove(&at)),
            }
        }
        Ok(())
    }
}

impl World for Oracle {
    fn slip(&self, id: SlipId) -> Result<Option<Arc<Slip>>, WorldError> {
        Ok(self.slips.get(&id).cloned())
    }

    fn next_slip(&self) -> SlipId {
        SlipId(self.slips.len() as i64 + 1)
    }

    fn balance(&self, key: &BalanceKey) -> Result<Balance, WorldError> {
        Ok(self.balances.get(key).copied().unwrap_or_default())
    }

    fn details(&self, ledger: &str, place: &str, key: &str) -> Result<Vec<Arc<str>>, WorldError> {
        let of = |at: &&BalanceKey| (&*at.ledger, &*at.place, &*at.key) == (ledger, place, key);
        let found = self.balances.keys().filter(of);
        Ok(found.map(|at| at.detail.clone()).collect())
    }

    fn serial(&self, series: &str) -> Result<i64, WorldError> {
        Ok(self.serials.get(series).copied().unwrap_or(0))
    }

    fn records(&self, register: &str, key: &str) -> Result<Arc<[Record]>, WorldError> {
        let found = self.records.get(register).and_then(|of| of.get(key));
        Ok(found.map_or_else(|| Arc::from([]), |records| Arc::from(records.as_slice())))
    }

    fn person(&self, login: &str) -> Result<Option<Arc<Person>>, WorldError> {
        Ok(self.people.get(login).cloned())
    }

    fn has_people(&self) -> Result<bool, WorldError> {
        Ok(!self.people.is_empty())
    }

    fn entries_of(&self, slip: SlipId) -> Result<Vec<Entry>, WorldError> {
        Ok(self.entries.get(&slip).cloned().unwrap_or_default())
    }

    fn period_closed(&self, ledger: &str, period: Period) -> Result<bool, WorldError> {
        let versions = World::records(self, "period", &format!("{ledger}/{period}"))?;
        Ok(versions
            .last()
            .is_some_and(|record| record.body.contains("\"closed\":true")))
    }

    fn answered(&self, key: &str) -> Result<Option<Answered>, WorldError> {
        Ok(self.answered.get(key).cloned())
    }

    fn has_content(&self, hash: &str) -> Result<bool, WorldError> {
        Ok(self.contents.contains(hash))
    }
}

impl House for Oracle {
    fn submit(&mut self, command: &Command) -> Result<Answer, Fault> {
        match engine::apply(&self.packs.clone(), self, command).map_err(|fault| fault.0)? {
            Outcome::Done(effects, reply) => {
                self.write(*effects)?;
                let answered = Answered {
                    request: command.request().into(),
                    reply: Ok(reply.clone()),
                };
                self.answered.insert(command.key.clone(), answered);
                Ok(Ok(reply))
            }
            Outcome::Repeated(answer) => Ok(answer),
            Outcome::Refused(refusal) => Ok(Err(refusal)),
        }
    }

    fn slip(&self, id: SlipId) -> Result<Option<Arc<Slip>>, Fault> {
        Ok(self.slips.get(&id).cloned())
    }

    fn slips(&self) -> Result<Vec<Arc<Slip>>, Fault> {
        Ok(self.slips.values().cloned().collect())
    }

    fn balances(&self) -> Result<BTreeMap<BalanceKey, Balance>, Fault> {
        Ok(self.balances.clone())
    }

    fn propose(
        &self,
        command: &Command,
        step: &str,
        input: &Input,
    ) -> Result<Vec<LineInput>, Fault> {
        let Some((ledger, place)) = engine::proposes(&self.packs, step) else {
            return Ok(Vec::new());
        };
        let there = self.balances.iter().filter(|(key, balance)| {
            key.ledger == ledger && key.place == place && balance.posted.net() != 0
        });
        let keys: Vec<_> = there
            .map(|(key, _)| (key.key.clone(), key.detail.clone()))
            .collect();
        engine::propose(&self.packs, self, command, step, &keys, input)
            .map_err(|fault| fault.0)?
            .map_err(|refusal| refusal.en.into())
    }

    fn entries_of(&self, slip: SlipId) -> Result<Vec<Entry>, Fault> {
        Ok(self.entries.get(&slip).cloned().unwrap_or_default())
    }

    fn records(&self, register: &str, key: &str) -> Result<Vec<Record>, Fault> {
        let of = self.records.get(register);
        Ok(of.and_then(|of| of.get(key)).cloned().unwrap_or_default())
    }

    fn notes(&self, slip: SlipId) -> Result<Vec<Note>, Fault> {
        let of = self.notes.iter().filter(|note| note.slip == slip);
        Ok(of.cloned().collect())
    }

    fn due(&self, by: Moment) -> Result<Vec<(SlipId, Arc<str>)>, Fault> {
        let mut due: Vec<(Moment, &(SlipId, Arc<str>))> = self
            .timers
            .iter()
            .filter(|(_, due)| **due <= by)
            .map(|(at, due)| (*due, at))
            .collect();
        due.sort();
        Ok(due.into_iter().map(|(_, at)| at.clone()).collect())
    }

    fn verify(&self) -> Result<(), Fault> {
        Ok(())
    }
}
