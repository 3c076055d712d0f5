//! The store as the engine's world, with what a run of commands would add: a dry run before anything is submitted.

use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::sync::Arc;

use engine::{Answered, Command, Outcome, Person, Record, Refusal, Slip, World, WorldError};
use kernel::{OrgId, Period, SlipId};
use ledger::{Balance, BalanceKey, Entry};
use model::Catalog;
use store::{RecordQuery, Store};

type Versions = HashMap<Arc<str>, Arc<[Record]>>;

/// A world for commands that write records: registers and people. Registers are read whole, once.
pub(super) struct DryRun<'a> {
    store: &'a Store,
    org: OrgId,
    catalog: Arc<Catalog>,
    /// The same, as if administrators could change what slips alone change.
    open: OnceCell<Catalog>,
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
            open: OnceCell::new(),
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
        self.judge_by(&self.catalog, command)
    }

    /// Whether a command that is refused because slips alone change a record would change nothing of it.
    pub fn is_so_already(&self, command: &Command) -> Result<bool, WorldError> {
        let open = self.open.get_or_init(|| self.catalog.without_by_slips());
        let Ok(records) = self.judge_by(open, command)? else {
            return Ok(false);
        };
        for record in records {
            let latest = self.latest(&record.register, &record.key)?;
            if latest.is_none_or(|latest| latest.body != record.body) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn judge_by(
        &self,
        catalog: &Catalog,
        command: &Command,
    ) -> Result<Result<Vec<Record>, Refusal>, WorldError> {
        Ok(match engine::apply(catalog, self, command)? {
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
        let mut versions = self.records(&record.register, &record.key)?.to_vec();
        let (register, key) = (record.register.clone(), record.key.clone());
        versions.push(record);
        if let Some(register) = self.registers.borrow_mut().get_mut(&register) {
            register.insert(key, versions.into());
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
                // The latest version; earlier ones are read when they are asked for.
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

    fn details(&self, _: &str, _: &str, _: &str) -> Result<Vec<Arc<str>>, WorldError> {
        Err(unasked("layers"))
    }

    fn serial(&self, _series: &str) -> Result<i64, WorldError> {
        Err(unasked("a number"))
    }

    fn records(&self, register: &str, key: &str) -> Result<Arc<[Record]>, WorldError> {
        self.load(register)?;
        let mut registers = self.registers.borrow_mut();
        let found = registers
            .get_mut(register)
            .and_then(|versions| versions.get_mut(key));
        let Some(found) = found else {
            return Ok(Arc::from([]));
        };
        // Few records have more versions than the one that was loaded.
        let first = found.first().map_or(1, |record| record.version);
        if first > 1 && !found.is_empty() {
            let earlier = self.store.record_versions(self.org, register, key);
            let earlier = earlier.map_err(fault)?.into_iter().map(|row| row.record);
            let mut all: Vec<Record> = earlier.filter(|record| record.version < first).collect();
            all.extend(found.iter().cloned());
            *found = all.into();
        }
        Ok(found.clone())
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
