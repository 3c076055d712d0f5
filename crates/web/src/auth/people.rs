//! Persons as requests need them, kept until something about people changes.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use engine::Person;

/// Persons kept; beyond it all are forgotten and read again when they come.
const KEPT_MAX: usize = 10_000;

/// A cache of persons by login.
#[derive(Debug, Default)]
pub(crate) struct People {
    kept: RwLock<HashMap<Arc<str>, Arc<Person>>>,
}

impl People {
    /// The person, if he is kept.
    pub fn get(&self, login: &str) -> Option<Arc<Person>> {
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        kept.get(login).cloned()
    }

    /// Keeps a person as just read.
    pub fn put(&self, person: Arc<Person>) {
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= KEPT_MAX {
            kept.clear();
        }
        kept.insert(person.login.clone(), person);
    }

    /// Forgets everyone: something about people changed.
    pub fn forget(&self) {
        self.kept
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }
}
