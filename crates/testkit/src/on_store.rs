//! A house on a real store: SQLite, PostgreSQL or the store's own memory.

use std::collections::BTreeMap;
use std::sync::Arc;

use engine::{Command, Input, LineInput, Note, Record, Slip};
use kernel::{Moment, OrgId, SlipId};
use ledger::{Balance, BalanceKey, Entry};
use model::Catalog;
use store::{BalanceQuery, ListQuery, Options, Store, StoreError, StoreUrl};

use crate::House;
use crate::house::{Answer, Fault};

/// One organisation of an open store.
#[derive(Debug, Clone)]
pub struct OnStore {
    /// The store.
    pub store: Store,
    /// The organisation.
    pub org: OrgId,
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Fault {
        Fault(Box::new(error))
    }
}

impl OnStore {
    /// Opens a store under these packs; the organisation is the first.
    ///
    /// # Errors
    /// When the store cannot be opened.
    pub fn open(url: &StoreUrl, packs: &Catalog) -> Result<OnStore, Fault> {
        Ok(OnStore {
            store: Store::open(url, Options::new(packs.clone()))?,
            org: OrgId(1),
        })
    }
}

impl House for OnStore {
    fn submit(&mut self, command: &Command) -> Result<Answer, Fault> {
        Ok(self.store.submit_blocking(command.clone())?.outcome)
    }

    fn slip(&self, id: SlipId) -> Result<Option<Arc<Slip>>, Fault> {
        Ok(self.store.slip(self.org, id)?)
    }

    fn slips(&self) -> Result<Vec<Arc<Slip>>, Fault> {
        let mut query = ListQuery {
            limit: 1_000,
            ..ListQuery::default()
        };
        let mut slips = Vec::new();
        loop {
            let page = self.store.list(self.org, &query)?;
            for head in page.rows {
                slips.extend(self.store.slip(self.org, head.id)?);
            }
            match page.next {
                Some(next) => query.after = Some(next),
                None => break,
            }
        }
        slips.sort_by_key(|slip| slip.id);
        Ok(slips)
    }

    fn numbered(&self, number: &str) -> Result<Vec<Arc<Slip>>, Fault> {
        Ok(self
            .store
            .slip_by_number(self.org, number)?
            .into_iter()
            .collect())
    }

    fn balances(&self) -> Result<BTreeMap<BalanceKey, Balance>, Fault> {
        let mut balances = BTreeMap::new();
        for ledger in self
            .store
            .catalog()
            .packs()
            .iter()
            .flat_map(|pack| &pack.ledgers)
        {
            let mut query = BalanceQuery {
                limit: 100_000,
                ..BalanceQuery::default()
            };
            loop {
                let page = self.store.balances(self.org, &ledger.qualified, &query)?;
                for row in page.rows {
                    let at = BalanceKey {
                        ledger: ledger.qualified.clone(),
                        place: row.place,
                        key: row.key,
                        detail: row.detail,
                    };
                    balances.insert(at, row.balance);
                }
                match page.next {
                    Some(next) => query.after = Some(next),
                    None => break,
                }
            }
        }
        Ok(balances)
    }

    fn propose(
        &self,
        command: &Command,
        step: &str,
        input: &Input,
    ) -> Result<Vec<LineInput>, Fault> {
        let lines = self.store.propose(self.org, command, step, input)?;
        lines.map_err(|refusal| refusal.en.into())
    }

    fn entries_of(&self, slip: SlipId) -> Result<Vec<Entry>, Fault> {
        Ok(self
            .store
            .entries(self.org, slip)?
            .into_iter()
            .map(|booked| booked.entry)
            .collect())
    }

    fn records(&self, register: &str, key: &str) -> Result<Vec<Record>, Fault> {
        Ok(self
            .store
            .record_versions(self.org, register, key)?
            .into_iter()
            .map(|row| row.record)
            .collect())
    }

    fn notes(&self, slip: SlipId) -> Result<Vec<Note>, Fault> {
        let rows = self.store.notes(self.org, slip)?;
        Ok(rows.into_iter().map(|row| row.note).collect())
    }

    fn due(&self, by: Moment) -> Result<Vec<(SlipId, Arc<str>)>, Fault> {
        let due = self.store.due_timers(self.org, by, 1_000)?;
        Ok(due
            .into_iter()
            .map(|timer| (timer.slip, timer.name))
            .collect())
    }

    fn verify(&self) -> Result<(), Fault> {
        let report = self.store.verify(&|_, _, _| {})?;
        match report.first_bad {
            None if report.sound() => Ok(()),
            first => Err(format!("{} bad rows, the first: {first:?}", report.bad_count).into()),
        }
    }
}
