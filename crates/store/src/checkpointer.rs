//! Brings what SQLite's write-ahead log holds into the database file beside the lane, so that commits do not wait for it.

use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::api::StoreError;
use crate::sql::Sql;
use crate::sqlite::{Sqlite, Use};

/// How long commits are gathered before they are brought over.
const PAUSE: Duration = Duration::from_millis(250);

/// A thread that brings over what was committed, soon after it was.
#[derive(Debug)]
pub(crate) struct Checkpointer {
    shared: Arc<Shared>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    told: Condvar,
}

#[derive(Debug, Default)]
struct State {
    committed: bool,
    stopped: bool,
}

impl Checkpointer {
    pub fn start(path: &Path) -> Result<Checkpointer, StoreError> {
        let connection = Sqlite::open(path, Use::Checkpoint)?;
        let shared = Arc::new(Shared::default());
        let theirs = shared.clone();
        let thread = std::thread::Builder::new()
            .name("checkpointer".to_owned())
            .spawn(move || theirs.run(&connection))
            .map_err(|source| StoreError::database("starting the checkpointer", source))?;
        Ok(Checkpointer {
            shared,
            thread: Mutex::new(Some(thread)),
        })
    }

    /// Tells that something was committed.
    pub fn committed(&self) {
        let mut state = self.shared.lock();
        if !state.committed {
            state.committed = true;
            self.shared.told.notify_one();
        }
    }
}

impl Shared {
    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn run(&self, connection: &Sqlite) {
        loop {
            let mut state = self.lock();
            while !state.committed && !state.stopped {
                state = self
                    .told
                    .wait(state)
                    .unwrap_or_else(PoisonError::into_inner);
            }
            if !state.stopped {
                let wait = self
                    .told
                    .wait_timeout_while(state, PAUSE, |state| !state.stopped);
                state = wait.unwrap_or_else(PoisonError::into_inner).0;
            }
            if state.stopped {
                return;
            }
            state.committed = false;
            drop(state);
            // Passive: it waits for nobody and nobody waits for it. What it leaves, the lane or a later pass brings over.
            if let Err(error) = connection.query("pragma wal_checkpoint(passive)", &[]) {
                tracing::warn!(%error, "the write-ahead log was not brought over");
            }
        }
    }
}

impl Drop for Checkpointer {
    fn drop(&mut self) {
        self.shared.lock().stopped = true;
        self.shared.told.notify_one();
        let thread = self
            .thread
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(thread) = thread {
            // It panics nowhere, and there is nobody to tell if it did.
            let _ = thread.join();
        }
    }
}
