//! The store as the engine's world, with what a run of commands would add: a dry run before anything is submitted.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use engine::{Answered, Command, Outcome, Person, Record, Refusal, Slip, World, WorldError};
use kernel::{OrgId, Period, SlipId};
use ledger::{Balance, BalanceKey, Entry};
use model::Catalog;
use store::{RecordQuery, Store};

type Versions = HashMap<Arc<str>, Arc<[Record]>>;

/// A world for commands that write records: registers and people. Registers are read whole, once.
pub struct DryRun<'a> {
    store: &'a Store,
    org: OrgId,
    catalog: Arc<Catalog>,
    registers: RefCell<HashMap<Arc<str>, Versions>>,
    people: RefCell<HashMap<Arc<str>, Arc<Person>>>,
}

impl<'a> DryRun<'a> {
    /// The world as it is now.
    pub fn new(store: &'a Store, org: OrgId) -> Result<DryRun<'a>, store::StoreError> {
        let people = store.people(org)?;
        Ok(DryRun {
            store,
            org,
            catalog: store.catalog(),
            registers: RefCell::default(),
            people: RefCell::new(
                people
                    .into_iter()
                    .map(|person| (person.login.clone(), Arc::new(person)))
                    .collect(),
            ),
        })
    }

    /// Judges a command: the records it would write, or its refusal. Nothing is kept; see [`DryRun::keep`].
    pub fn judge(&self, command: &Command) -> Result<Result<Vec<Record>, Refusal>, WorldError> {
        Ok(match engine::apply(&self.catalog, self, command)? {
            Outcome::Done(effects, _) => Ok(effects.records),
            Outcome::Repeated(reply) => reply.map(|_| Vec::new()),
            Outcome::Refused(refusal) => Err(refusal),
        })
    }

    /// The latest version of a record.
    pub fn latest(&self, register: &str, key: &str) -> Result<Option<Record>, WorldError> {
        Ok(self.records(register, key)?.last().cloned())
    }

    /// Lets the commands after it see a record.
    pub fn keep(&self, record: Record) -> Result<(), WorldError> {
        if &*record.register == "person"
            && let Ok(person) = serde_json::from_str::<Person>(&record.body)
        {
            self.people
                .borrow_mut()
                .insert(person.login.clone(), Arc::new(person));
        }
        self.load(&record.register)?;
        if let Some(register) = self.registers.borrow_mut().get_mut(&record.register) {
            register.insert(record.key.clone(), Arc::from([record]));
        }
        Ok(())
    }

    fn load(&self, register: &str) -> Result<(), WorldError> {
        if self.registers.borrow().contains_key(register) {
            return Ok(());
        }
        let mut versions = Versions::new();
        let mut query = RecordQuery {
            limit: 10_000,
            ..RecordQuery::default()
        };
        loop {
            let page = self
                .store
                .records(self.org, register, &query)
                .map_err(fault)?;
            for row in page.rows {
                // The latest version is enough: judging a record asks what its version is and whether there is one.
                versions.insert(row.record.key.clone(), Arc::from([row.record]));
            }
            match page.next {
                Some(next) => query.after = Some(next),
                None => break,
            }
        }
        self.registers
            .borrow_mut()
            .insert(register.into(), versions);
        Ok(())
    }
}

fn fault(error: store::StoreError) -> WorldError {
    WorldError(Box::new(error))
}

impl World for DryRun<'_> {
    fn slip(&self, id: SlipId) -> Result<Option<Arc<Slip>>, WorldError> {
        self.store.slip(self.org, id).map_err(fault)
    }

    fn next_slip(&self) -> SlipId {
        // Records make no slips.
        SlipId(i64::MAX)
    }

    fn balance(&self, _key: &BalanceKey) -> Result<Balance, WorldError> {
        Err(unasked("a balance"))
    }

    fn serial(&self, _series: &str) -> Result<i64, WorldError> {
        Err(unasked("a number"))
    }

    fn records(&self, register: &str, key: &str) -> Result<Arc<[Record]>, WorldError> {
        self.load(register)?;
        let registers = self.registers.borrow();
        let found = registers
            .get(register)
            .and_then(|versions| versions.get(key));
        Ok(found.cloned().unwrap_or_else(|| Arc::from([])))
    }

    fn person(&self, login: &str) -> Result<Option<Arc<Person>>, WorldError> {
        Ok(self.people.borrow().get(login).cloned())
    }

    fn has_people(&self) -> Result<bool, WorldError> {
        Ok(!self.people.borrow().is_empty())
    }

    fn entries_of(&self, slip: SlipId) -> Result<Vec<Entry>, WorldError> {
        let entries = self.store.entries(self.org, slip).map_err(fault)?;
        Ok(entries.into_iter().map(|booked| booked.entry).collect())
    }

    fn period_closed(&self, _ledger: &str, _period: Period) -> Result<bool, WorldError> {
        Err(unasked("a period"))
    }

    fn answered(&self, _key: &str) -> Result<Option<Answered>, WorldError> {
        Ok(None)
    }

    fn has_content(&self, hash: &str) -> Result<bool, WorldError> {
        Ok(self.store.content(self.org, hash).map_err(fault)?.is_some())
    }
}

fn unasked(what: &str) -> WorldError {
    WorldError(format!("a dry run of records asked for {what}").into())
}
