//! The store as the engine's world, for questions that pages ask before anyone acts.

use std::sync::Arc;

use engine::{Answered, Person, Record, Slip, World, WorldError};
use kernel::{OrgId, Period, SlipId};
use ledger::{Balance, BalanceKey, Entry};
use model::Catalog;

use crate::api::StoreError;
use crate::backend::read_head;
use crate::cache::{Cache, View};
use crate::packs::Packs;
use crate::source::{Head, SqlSource};
use crate::store::Store;

/// One state of an organisation, to be asked of `engine::may_sign` and `engine::form`. It gives no ids and applies no
/// commands: that is what lanes do.
pub struct ReadWorld<'a> {
    view: View<'a>,
    packs: &'a Packs,
}

impl ReadWorld<'_> {
    /// The packs. Take it after reading a slip, so that the slip's version is in it.
    pub fn catalog(&self) -> Arc<Catalog> {
        self.packs.catalog()
    }
}

impl Store {
    /// Asks several things of one state. The closure must not call the store itself: in memory it would wait for itself
    /// for ever.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn ask<T>(
        &self,
        org: OrgId,
        ask: impl FnOnce(&ReadWorld<'_>) -> Result<T, WorldError>,
    ) -> Result<T, StoreError> {
        let packs = &*self.inner.packs;
        self.inner.access.snapshot(|sql| {
            let source = SqlSource {
                sql,
                packs,
                org: org.0,
            };
            let mut cache = Cache::new(org.0);
            cache.begin_at(read_head(sql, org.0, "")?.unwrap_or(Head::EMPTY));
            // A lane knows that no slip has an id it has not given yet; here every id is looked for.
            cache.head.next_slip = i64::MAX;
            let world = ReadWorld {
                view: View::new(&mut cache, &source),
                packs,
            };
            ask(&world).map_err(|WorldError(cause)| match cause.downcast::<StoreError>() {
                Ok(error) => *error,
                Err(cause) => StoreError::database("asking the engine", cause),
            })
        })
    }
}

impl World for ReadWorld<'_> {
    fn slip(&self, id: SlipId) -> Result<Option<Arc<Slip>>, WorldError> {
        self.view.slip(id)
    }

    fn next_slip(&self) -> SlipId {
        self.view.next_slip()
    }

    fn balance(&self, key: &BalanceKey) -> Result<Balance, WorldError> {
        self.view.balance(key)
    }

    fn details(&self, ledger: &str, place: &str, key: &str) -> Result<Vec<Arc<str>>, WorldError> {
        self.view.details(ledger, place, key)
    }

    fn serial(&self, series: &str) -> Result<i64, WorldError> {
        self.view.serial(series)
    }

    fn records(&self, register: &str, key: &str) -> Result<Arc<[Record]>, WorldError> {
        self.view.records(register, key)
    }

    fn person(&self, login: &str) -> Result<Option<Arc<Person>>, WorldError> {
        self.view.person(login)
    }

    fn has_people(&self) -> Result<bool, WorldError> {
        self.view.has_people()
    }

    fn entries_of(&self, slip: SlipId) -> Result<Vec<Entry>, WorldError> {
        self.view.entries_of(slip)
    }

    fn period_closed(&self, ledger: &str, period: Period) -> Result<bool, WorldError> {
        self.view.period_closed(ledger, period)
    }

    fn answered(&self, key: &str) -> Result<Option<Answered>, WorldError> {
        self.view.answered(key)
    }

    fn has_content(&self, hash: &str) -> Result<bool, WorldError> {
        self.view.has_content(hash)
    }
}
