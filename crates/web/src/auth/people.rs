//! Persons as requests need them, kept until something about people changes.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use engine::Person;
use kernel::Moment;

/// Persons kept; beyond it all are forgotten and read again when they come.
const KEPT_MAX: usize = 10_000;

/// Microseconds for which a person is believed to be as he was read. What changes him in this process is told at once;
/// another process over the same database tells nobody.
const BELIEVED: i64 = 60_000_000;

/// A person and when he was read.
type Read = (Arc<Person>, Moment);

/// A cache of persons by login, each with the moment he was read.
#[derive(Debug, Default)]
pub(crate) struct People {
    kept: RwLock<HashMap<Arc<str>, Read>>,
}

impl People {
    /// The person, if he is kept.
    pub fn get(&self, login: &str, now: Moment) -> Option<Arc<Person>> {
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        let (person, read) = kept.get(login)?;
        (now.0 - read.0 < BELIEVED).then(|| person.clone())
    }

    /// Keeps a person as just read.
    pub fn put(&self, person: Arc<Person>, read: Moment) {
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= KEPT_MAX {
            kept.clear();
        }
        kept.insert(person.login.clone(), (person, read));
    }

    /// Forgets everyone: something about people changed.
    pub fn forget(&self) {
        self.kept
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }
}
