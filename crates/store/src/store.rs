//! An open store: its lanes, what is asked of them, and closing.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use crossbeam_channel::{Sender, TrySendError, bounded};
use engine::Command;
use kernel::OrgId;
use model::Catalog;
use tokio::sync::{broadcast, oneshot};

use crate::access::Access;
use crate::ahead;
use crate::api::{Answer, Event, Options, Stats, StoreError, StoreUrl};
use crate::counters::Counters;
use crate::judge::Judge;
use crate::lane::{Job, Lane, Teller};
use crate::packs::Packs;
use crate::reads::remembered::Remembered;
use crate::search::indexer::Indexer;

type Result<T> = std::result::Result<T, StoreError>;

/// Events that a slow listener may lag behind before it misses some.
const EVENTS_KEPT: usize = 4_096;

/// An open store. Clones share it; when the last one is dropped it closes.
#[derive(Clone)]
pub struct Store {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    url: StoreUrl,
    options: Options,
    pub access: Arc<Access>,
    pub packs: Arc<Packs>,
    events: broadcast::Sender<Event>,
    pub counters: Arc<Counters>,
    pub remembered: Remembered,
    lanes: Mutex<Lanes>,
    indexers: Mutex<HashMap<OrgId, Arc<Indexer>>>,
}

#[derive(Default)]
struct Lanes {
    closed: bool,
    by_org: HashMap<OrgId, (Sender<Job>, JoinHandle<()>)>,
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store")
            .field("url", &self.inner.url.to_string())
            .finish_non_exhaustive()
    }
}

impl Store {
    /// Opens a store; makes its tables where there are none. The current packs are journaled and their texts kept with
    /// the first command of an organisation.
    ///
    /// # Errors
    /// [`StoreError::Schema`] for a database that a newer program made or that is none of ours;
    /// [`StoreError::Database`] when it cannot be reached or written.
    pub fn open(url: &StoreUrl, options: Options) -> Result<Store> {
        let access = Arc::new(Access::open(url, &options)?);
        Ok(Store {
            inner: Arc::new(Inner {
                url: url.clone(),
                packs: Arc::new(Packs::new(&options)),
                options,
                access,
                events: broadcast::channel(EVENTS_KEPT).0,
                counters: Arc::default(),
                remembered: Remembered::default(),
                lanes: Mutex::default(),
                indexers: Mutex::default(),
            }),
        })
    }

    /// The packs: the current ones, and those earlier versions that were needed so far. Take it after reading a slip, so
    /// that the slip's version is in it.
    pub fn catalog(&self) -> Arc<Catalog> {
        self.inner.packs.catalog()
    }

    /// Where the data is.
    pub fn url(&self) -> &StoreUrl {
        &self.inner.url
    }

    /// What the lanes have done since the store was opened.
    pub fn stats(&self) -> Stats {
        self.inner.counters.stats()
    }

    /// What changes from now on, told after it is committed, of each organisation in the order of its journal. Only this
    /// process's commands are told.
    pub fn events(&self) -> broadcast::Receiver<Event> {
        self.inner.events.subscribe()
    }

    /// Gives a command to its organisation's lane and waits for the answer, which comes after the commit.
    ///
    /// # Errors
    /// A fault; whether the command was accepted is then unknown to the sender, who may send it again under the same key.
    pub async fn submit(&self, command: Command) -> Result<Answer> {
        self.send(command, None)?
            .await
            .unwrap_or(Err(StoreError::Closed))
    }

    /// [`Store::submit`] for a thread that may block.
    ///
    /// # Errors
    /// As [`Store::submit`].
    ///
    /// # Panics
    /// On a thread that runs asynchronous tasks.
    pub fn submit_blocking(&self, command: Command) -> Result<Answer> {
        self.send(command, None)?
            .blocking_recv()
            .unwrap_or(Err(StoreError::Closed))
    }

    /// Submits an `Act::Credential` with what is to be stored, whose hex SHA-256 the act must name. Both are written in
    /// one transaction or neither; such an act submitted without it is refused.
    ///
    /// # Errors
    /// As [`Store::submit`].
    pub async fn submit_credential(&self, command: Command, stored: String) -> Result<Answer> {
        self.send(command, Some(stored))?
            .await
            .unwrap_or(Err(StoreError::Closed))
    }

    /// [`Store::submit_credential`] for a thread that may block.
    ///
    /// # Errors
    /// As [`Store::submit`].
    ///
    /// # Panics
    /// On a thread that runs asynchronous tasks.
    pub fn submit_credential_blocking(&self, command: Command, stored: String) -> Result<Answer> {
        self.send(command, Some(stored))?
            .blocking_recv()
            .unwrap_or(Err(StoreError::Closed))
    }

    /// Answers what waits, then ends the lanes. Later commands are answered with [`StoreError::Closed`]; reading goes on.
    pub fn close(&self) {
        self.inner.close();
    }

    fn send(
        &self,
        command: Command,
        credential: Option<String>,
    ) -> Result<oneshot::Receiver<Result<Answer>>> {
        let (answer, receiver) = oneshot::channel();
        let lane = self.inner.lane(command.org)?;
        match lane.try_send(Job {
            command,
            credential,
            answer,
        }) {
            Ok(()) => Ok(receiver),
            Err(TrySendError::Full(_)) => Err(StoreError::Busy),
            Err(TrySendError::Disconnected(_)) => Err(StoreError::Closed),
        }
    }
}

impl Inner {
    /// The lane of an organisation, started when it is first needed.
    fn lane(&self, org: OrgId) -> Result<Sender<Job>> {
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        if lanes.closed {
            return Err(StoreError::Closed);
        }
        if let Some((sender, _)) = lanes.by_org.get(&org) {
            return Ok(sender.clone());
        }
        let (cache, backend, beside) = self.access.lane(org.0)?;
        let teller = Teller {
            org: org.0,
            events: self.events.clone(),
            counters: self.counters.clone(),
        };
        let judge = Judge::new(cache, self.packs.clone(), self.counters.clone());
        let lane = Lane::new(judge, backend, &self.options, teller);
        let (sender, receiver) = bounded(self.options.queue_max.max(1));
        let thread = std::thread::Builder::new()
            .name(format!("lane-{org}"))
            .spawn(move || match beside {
                Some(beside) => ahead::run(lane, beside, &receiver),
                None => lane.run(&receiver),
            })
            .map_err(|source| StoreError::database("starting a lane", source))?;
        lanes.by_org.insert(org, (sender.clone(), thread));
        if self.options.search {
            self.indexer(org)?;
        }
        Ok(sender)
    }

    /// The indexer of an organisation, started when it is first needed.
    pub(crate) fn indexer(&self, org: OrgId) -> Result<Arc<Indexer>> {
        let mut indexers = self.indexers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(indexer) = indexers.get(&org) {
            return Ok(indexer.clone());
        }
        let (access, packs) = (self.access.clone(), self.packs.clone());
        let indexer = Indexer::start(org.0, access, packs, self.counters.clone())?;
        let indexer = Arc::new(indexer);
        indexers.insert(org, indexer.clone());
        Ok(indexer)
    }

    fn close(&self) {
        let lanes = {
            let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
            lanes.closed = true;
            std::mem::take(&mut lanes.by_org)
        };
        for (sender, thread) in lanes.into_values() {
            drop(sender);
            // A lane that panicked has answered with a fault already.
            let _ = thread.join();
        }
        let indexers =
            std::mem::take(&mut *self.indexers.lock().unwrap_or_else(PoisonError::into_inner));
        for indexer in indexers.into_values() {
            indexer.stop();
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.close();
    }
}
