//! Requests straight into a store, without HTTP.

use std::time::{SystemTime, UNIX_EPOCH};

use engine::{Act, Command, Reply, SYSTEM};
use kernel::{Day, Moment, OrgId};
use model::Catalog;
use store::{Store, StoreError};

use super::{Request, SendError, Sink};
use crate::company;

/// The time, as a server gives it to a command.
pub fn now() -> Moment {
    let micros = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_micros());
    Moment(i64::try_from(micros).unwrap_or(i64::MAX))
}

/// An organisation of a store.
#[derive(Debug, Clone)]
pub struct Direct {
    /// The store.
    pub store: Store,
    /// The organisation.
    pub org: OrgId,
}

impl Direct {
    fn submit(&self, command: Command) -> Result<Reply, SendError> {
        let answer = self.store.submit_blocking(command).map_err(fault)?;
        answer
            .outcome
            .map_err(|refusal| SendError::Refused(Box::new(refusal)))
    }

    /// Makes a company in an empty organisation: an administrator, `each` people per role, `goods` records per register.
    ///
    /// # Errors
    /// When the organisation has people already, or the store fails.
    pub fn found(&self, packs: &Catalog, each: usize, goods: usize) -> Result<(), SendError> {
        self.found_with(packs, each, |long_ago| {
            company::records(packs, goods, long_ago)
        })
    }

    /// The same with records of one's own, which hold from the day that is handed over.
    ///
    /// # Errors
    /// As [`Direct::found`].
    pub fn found_with(
        &self,
        packs: &Catalog,
        each: usize,
        records: impl FnOnce(Day) -> Vec<Act>,
    ) -> Result<(), SendError> {
        let people = company::people(packs, each);
        let long_ago = Day::new(2000, 1, 1).map_err(|error| SendError::Fault(error.to_string()))?;
        let mut records = records(long_ago);
        records.extend(company::files(packs, &people, long_ago));
        let bootstrap = Act::Bootstrap { people };
        let acts = records.into_iter().map(|act| (company::ADMINISTRATOR, act));
        for (nth, (actor, act)) in std::iter::once((SYSTEM, bootstrap)).chain(acts).enumerate() {
            self.submit(Command {
                org: self.org,
                key: format!("found-{nth}").into(),
                at: now(),
                actor: actor.into(),
                on_behalf_of: None,
                act,
            })?;
        }
        Ok(())
    }
}

fn fault(error: StoreError) -> SendError {
    let mut told = error.to_string();
    let mut source = std::error::Error::source(&error);
    while let Some(inner) = source {
        told.push_str(": ");
        told.push_str(&inner.to_string());
        source = inner.source();
    }
    SendError::Fault(told)
}

impl Sink for Direct {
    fn send(&self, request: &Request) -> Result<Reply, SendError> {
        self.submit(Command {
            org: self.org,
            key: request.key.clone(),
            at: now(),
            actor: request.person.clone(),
            on_behalf_of: None,
            act: request.act.clone(),
        })
    }
}
