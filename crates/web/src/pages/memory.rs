//! What pages remember between requests: names of people and of records, and how much waits for whom. Every change in
//! this process empties what it touches; a short time limit covers changes by other processes.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use engine::Person;
use store::{Event, InboxCounts, Store};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::TryRecvError;

use super::desk::Reader;
use super::finder::Finders;
use crate::error::Error;

/// How long something is believed that another process may have changed.
const BELIEVED: Duration = Duration::from_secs(20);
/// The same for what waits, which changes all the time.
const BELIEVED_COUNT: Duration = Duration::from_secs(3);
/// Records and counts kept; beyond it all are forgotten and read again when they come.
const KEPT_MAX: usize = 20_000;

/// Everybody, by login.
pub(crate) type People = HashMap<Arc<str>, Arc<Person>>;

/// What people call a record.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Named {
    /// Its name; empty when the record has none or does not exist.
    pub name: String,
    /// What tells it from others of that name.
    pub about: String,
}

/// Qualified register and key.
type RecordKey = (Arc<str>, Arc<str>);

#[derive(Debug, Default)]
struct Kept {
    people: Option<(Instant, Arc<People>)>,
    names: HashMap<RecordKey, (Instant, Arc<Named>)>,
    counts: HashMap<Arc<str>, (Instant, Arc<InboxCounts>)>,
}

/// What the pages of one server remember.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    events: OnceLock<Mutex<Receiver<Event>>>,
    kept: Mutex<Kept>,
    /// What look-ups look through.
    pub finders: Finders,
}

impl Memory {
    fn kept(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets what has changed since the last page.
    pub fn follow(&self, store: &Store) {
        let events = self.events.get_or_init(|| Mutex::new(store.events()));
        let mut events = events.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            match events.try_recv() {
                // What waits changes with every step; names only with records and people.
                Ok(event) if event.slip.is_some() => self.forget_counts(),
                Ok(_) | Err(TryRecvError::Lagged(_)) => self.forget_all(),
                Err(TryRecvError::Empty | TryRecvError::Closed) => break,
            }
        }
    }

    /// Forgets how much waits.
    pub fn forget_counts(&self) {
        self.kept().counts.clear();
    }

    /// Forgets everything.
    pub fn forget_all(&self) {
        *self.kept() = Kept::default();
        self.finders.age();
    }

    /// Everybody.
    pub fn people(&self, reader: &Reader<'_>) -> Result<Arc<People>, Error> {
        if let Some((read, people)) = &self.kept().people
            && read.elapsed() < BELIEVED
        {
            return Ok(people.clone());
        }
        let all = reader.store.people(reader.org)?;
        let people: Arc<People> = Arc::new(
            all.into_iter()
                .map(|person| (person.login.clone(), Arc::new(person)))
                .collect(),
        );
        self.kept().people = Some((Instant::now(), people.clone()));
        Ok(people)
    }

    /// What people call the record of a key today.
    pub fn named(
        &self,
        reader: &Reader<'_>,
        qualified: &str,
        register: &model::Register,
        key: &str,
    ) -> Result<Arc<Named>, Error> {
        let at = (Arc::from(qualified), Arc::from(key));
        if let Some((read, named)) = self.kept().names.get(&at)
            && read.elapsed() < BELIEVED
        {
            return Ok(named.clone());
        }
        let row = reader
            .store
            .record_on(reader.org, qualified, key, reader.today)?;
        let fields = row.map(|row| row.fields()).unwrap_or_default();
        let named = Arc::new(name_of(register, &fields));
        let mut kept = self.kept();
        if kept.names.len() >= KEPT_MAX {
            kept.names.clear();
        }
        kept.names.insert(at, (Instant::now(), named.clone()));
        Ok(named)
    }

    /// How much waits for the reader.
    pub fn counts(&self, reader: &Reader<'_>) -> Result<Arc<InboxCounts>, Error> {
        let login = &reader.me.login;
        if let Some((read, counts)) = self.kept().counts.get(login)
            && read.elapsed() < BELIEVED_COUNT
        {
            return Ok(counts.clone());
        }
        let counts = reader.store.inbox_counts(reader.org, login, reader.now)?;
        let counts = Arc::new(counts);
        let mut kept = self.kept();
        if kept.counts.len() >= KEPT_MAX {
            kept.counts.clear();
        }
        kept.counts
            .insert(login.clone(), (Instant::now(), counts.clone()));
        Ok(counts)
    }
}

/// A record's name, and up to two further texts that tell it from others.
pub(crate) fn name_of(
    register: &model::Register,
    fields: &std::collections::BTreeMap<String, String>,
) -> Named {
    let text = |field: &model::Field| {
        Some(fields.get(&*field.name)?.as_str()).filter(|text| !text.is_empty() && !field.sensitive)
    };
    let Some((at, name)) = crate::slip_form::name_fields(register)
        .find_map(|field| text(field).map(|name| (field.name.clone(), name)))
    else {
        return Named::default();
    };
    let others = register.fields.iter().filter(|field| {
        field.kind == model::FieldKind::Text && field.name != at && field.length_max <= 500
    });
    let about: Vec<&str> = others
        .filter_map(text)
        .filter(|other| *other != name)
        .take(2)
        .collect();
    Named {
        name: name.to_owned(),
        about: about.join(" · "),
    }
}
