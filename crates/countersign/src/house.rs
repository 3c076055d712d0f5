//! An open store with the packs of this program, and the one organisation that it serves.

use std::sync::Arc;

use engine::{Act, Command, Person, Refusal, Reply, SYSTEM};
use kernel::OrgId;
use model::Catalog;
use store::{Options, Store};

use crate::clock::now;
use crate::packs;
use crate::place::{Lock, Place, Where};
use crate::secret;
use crate::stop::{Fault, Stop};

/// The organisation of an installation.
pub const ORG: OrgId = OrgId(1);

/// An open store.
pub struct House {
    /// The store.
    pub store: Store,
    /// Held where this process may write.
    _lock: Option<Lock>,
}

impl House {
    /// Opens for writing, alone on the data folder; makes what is not there.
    pub fn open(place: &Place) -> Result<House, Stop> {
        let lock = place.lock()?;
        Ok(House {
            store: open(place)?,
            _lock: Some(lock),
        })
    }

    /// Opens what is there, for writing.
    pub fn existing(at: &Where) -> Result<House, Stop> {
        House::open(&at.existing()?)
    }

    /// Opens what is there, for reading; a server may be running on it.
    pub fn reading(at: &Where) -> Result<House, Stop> {
        Ok(House {
            store: open(&at.existing()?)?,
            _lock: None,
        })
    }

    /// The current packs.
    pub fn catalog(&self) -> Arc<Catalog> {
        self.store.catalog()
    }

    /// A command of an actor, now, under a key of its own.
    pub fn command(&self, actor: &str, act: Act) -> Result<Command, Stop> {
        Ok(Command {
            org: ORG,
            key: secret::command_key()?,
            at: now(),
            actor: actor.into(),
            on_behalf_of: None,
            act,
        })
    }

    /// Submits an act of a person.
    pub fn submit(&self, actor: &str, act: Act) -> Result<Result<Reply, Refusal>, Stop> {
        Ok(self
            .store
            .submit_blocking(self.command(actor, act)?)?
            .outcome)
    }

    /// Submits an act of the system, which must succeed.
    pub fn must(&self, act: Act) -> Result<Reply, Stop> {
        self.submit(SYSTEM, act)?
            .map_err(|refusal| Fault::Refused(refusal).into())
    }

    /// Sets a person's password, as an act of `actor`.
    pub fn set_password(
        &self,
        actor: &str,
        login: &str,
        password: &str,
    ) -> Result<Result<Reply, Refusal>, Stop> {
        let stored = secret::hash(password)?;
        let act = Act::Credential {
            login: login.into(),
            digest: secret::digest(&stored),
        };
        Ok(self
            .store
            .submit_credential_blocking(self.command(actor, act)?, stored)?
            .outcome)
    }

    /// Everyone.
    pub fn people(&self) -> Result<Vec<Person>, Stop> {
        Ok(self.store.people(ORG)?)
    }
}

impl Drop for House {
    fn drop(&mut self) {
        self.store.close();
    }
}

fn open(place: &Place) -> Result<Store, Stop> {
    let options = Options::new(packs::of(place)?).with_reader(packs::read_again);
    Ok(Store::open(&place.url, options)?)
}
