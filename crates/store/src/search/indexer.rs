//! The indexer: behind the lane, from its own place in the journal to its end.
//!
//! Every command that changes what can be searched says so in its journal row, so whoever has read the journal up to a
//! row has missed nothing before it. The place, with that row's hash, is written in one transaction with the texts. After
//! a crash the indexer goes on from there; where the journal has another row at that place (another database was
//! restored), it begins anew.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::gather::{Names, gather};
use super::home::{self, FORM};
use crate::access::Access;
use crate::api::StoreError;
use crate::cell::Cell;
use crate::counters::Counters;
use crate::packs::Packs;

type Result<T> = std::result::Result<T, StoreError>;

/// Journal rows read in one go while commands come in, and while they do not.
const ROWS_BUSY: i64 = 128;
const ROWS_IDLE: i64 = 2_048;
/// How often it looks whether there was a command.
const LOOK: Duration = Duration::from_millis(50);
/// How often it looks at the journal itself, to which another process may have written.
const LOOK_ANYWAY: Duration = Duration::from_secs(2);
/// Commands per second from which the lane comes first.
const BUSY: u64 = 400;
/// While the lane comes first, the indexer rests so many times as long as it worked.
const REST: u32 = 30;
const REST_MAX: Duration = Duration::from_millis(500);

/// The indexer of one organisation.
pub(crate) struct Indexer {
    shared: Arc<Shared>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

struct Shared {
    org: i64,
    access: Arc<Access>,
    packs: Arc<Packs>,
    counters: Arc<Counters>,
    /// Held during a pass, so that there is one at a time in this process.
    names: Mutex<Names>,
    stopped: AtomicBool,
    wait: Mutex<()>,
    told: Condvar,
}

impl Indexer {
    pub fn start(
        org: i64,
        access: Arc<Access>,
        packs: Arc<Packs>,
        counters: Arc<Counters>,
    ) -> Result<Indexer> {
        let shared = Arc::new(Shared {
            org,
            access,
            packs,
            counters,
            names: Mutex::default(),
            stopped: AtomicBool::new(false),
            wait: Mutex::default(),
            told: Condvar::new(),
        });
        let theirs = shared.clone();
        let thread = std::thread::Builder::new()
            .name(format!("indexer-{org}"))
            .spawn(move || theirs.run())
            .map_err(|source| StoreError::database("starting the indexer", source))?;
        Ok(Indexer {
            shared,
            thread: Mutex::new(Some(thread)),
        })
    }

    /// Reads the journal to its end now, on this thread.
    pub fn catch_up(&self) -> Result<()> {
        while self.shared.pass(ROWS_IDLE)? > 0 {}
        Ok(())
    }

    /// Ends the thread after the pass it is in.
    pub fn stop(&self) {
        self.shared.stopped.store(true, Ordering::Relaxed);
        self.shared.told.notify_all();
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

impl Drop for Indexer {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Shared {
    fn stopped(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }

    fn commands(&self) -> u64 {
        self.counters.commands.load(Ordering::Relaxed)
    }

    fn rest(&self, time: Duration) {
        let guard = self.wait.lock().unwrap_or_else(PoisonError::into_inner);
        let stopped = |_: &mut ()| !self.stopped();
        drop(self.told.wait_timeout_while(guard, time, stopped));
    }

    fn run(&self) {
        let mut seen = (self.commands(), Instant::now());
        let mut behind = true;
        while !self.stopped() {
            if !behind {
                self.rest(LOOK);
                if self.commands() == seen.0 && seen.1.elapsed() < LOOK_ANYWAY {
                    continue;
                }
            }
            let begun = Instant::now();
            let since = begun.duration_since(seen.1).as_millis().max(1);
            let came = self.commands();
            let busy = u128::from(came - seen.0) * 1_000 > u128::from(BUSY) * since;
            seen = (came, begun);
            let most = if busy { ROWS_BUSY } else { ROWS_IDLE };
            match self.pass(most) {
                Ok(rows) => behind = rows > 0,
                Err(error) => {
                    tracing::warn!(%error, org = self.org, "the search index waits");
                    behind = false;
                    self.rest(LOOK_ANYWAY);
                }
            }
            if busy {
                self.rest((begun.elapsed() * REST).min(REST_MAX));
            }
        }
    }

    /// Brings the index on by at most so many rows of the journal; how many it was.
    fn pass(&self, most: i64) -> Result<i64> {
        let mut names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        let org = self.org;
        let from = self.access.index_read(|sql| home::state(sql, org, false))?;
        let known = match &from {
            Some((form, seq, hash)) => {
                *form == FORM && (*seq == 0 || self.hash_at(*seq)?.as_ref() == Some(hash))
            }
            None => false,
        };
        if !known {
            tracing::debug!(org, "the search index is made anew");
            *names = Names::default();
            self.access.index_write(|sql| {
                home::forget(sql, org)?;
                home::put_state(sql, org, 0, Cell::blob(&[]))
            })?;
        }
        let seq = from.filter(|_| known).map_or(0, |(_, seq, _)| seq);
        let gathered = self
            .access
            .snapshot(|sql| gather(sql, &self.packs, &mut names, org, seq, most))?;
        let Some((last, hash)) = gathered.last else {
            return Ok(0);
        };
        self.access.index_write(|sql| {
            let now = home::state(sql, org, true)?;
            if now.is_none_or(|(form, now, _)| form != FORM || now != seq) {
                // Another process has been here meanwhile; the next pass goes on from where it is.
                return Ok(());
            }
            for (text, terms) in &gathered.texts {
                home::put(sql, org, text, terms)?;
            }
            home::put_state(sql, org, last, hash)
        })?;
        Ok(gathered.rows)
    }

    fn hash_at(&self, seq: i64) -> Result<Option<Cell>> {
        let row = self.access.read(|sql| {
            sql.first(
                "select hash from journal where org = ?1 and seq = ?2",
                &[self.org.into(), seq.into()],
            )
        })?;
        row.map(|row| Ok(Cell::Blob(row.blob(0)?))).transpose()
    }
}
