//! A lane: the one place where an organisation's commands are applied, in order, in batches.
//!
//! A command that comes alone is judged and written within one transaction. Where the database lends a second connection,
//! a batch is written beside the lane while the next one is judged (`ahead.rs`).

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::time::Instant;

use crossbeam_channel::Receiver;
use engine::{Act, Command};
use kernel::SlipId;
use tokio::sync::{broadcast, oneshot};

use crate::api::{Answer, Event, Options, StoreError};
use crate::backend::{Backend, Wanted, head_write};
use crate::batch::{Pending, Write};
use crate::cache::Cache;
use crate::counters::{Counters, count, count_time};
use crate::fold::act_slip;
use crate::judge::{Answers, Behind, Judge, Judged, panicked};
use crate::source::Head;

/// A command that waits in a lane.
pub(crate) struct Job {
    pub command: Command,
    pub credential: Option<String>,
    pub answer: oneshot::Sender<Result<Answer, StoreError>>,
}

/// Whom a lane tells what.
#[derive(Clone)]
pub(crate) struct Teller {
    pub org: i64,
    pub events: broadcast::Sender<Event>,
    pub counters: Arc<Counters>,
}

impl Teller {
    /// Tells what a batch that stands changed, and answers it.
    pub fn tell(&self, mut judged: Judged) {
        self.announce(&mut judged);
        self.answer(judged);
    }

    /// Tells what a batch that stands changed. Before its answers, so that who has an answer finds what it changed told
    /// already, and before the next batch, so that events come in the order of the journal.
    pub fn announce(&self, judged: &mut Judged) {
        for event in judged.events.drain(..) {
            let _ = self.events.send(event);
        }
    }

    /// Answers a batch whose changes were told.
    pub fn answer(&self, judged: Judged) {
        count(&self.counters.commands, judged.jobs.len() as u64);
        for (job, answer) in judged.jobs.into_iter().zip(judged.answers) {
            // Whoever asked may have gone away; the command stands all the same.
            let _ = job.answer.send(answer);
        }
    }

    /// Answers a batch of which nothing was written.
    pub fn fail(&self, jobs: Vec<Job>, error: &StoreError) {
        tracing::error!(org = self.org, %error, source = ?std::error::Error::source(error), "a batch was not written");
        for job in jobs {
            let _ = job.answer.send(Err(error.clone()));
        }
    }
}

pub(crate) struct Lane {
    pub backend: Box<dyn Backend>,
    pub judge: Judge,
    pub teller: Teller,
    pub batch_max: usize,
    pub cache_slips: usize,
    /// In memory there is no way back from a failed write.
    broken: bool,
}

impl Lane {
    pub fn new(judge: Judge, backend: Box<dyn Backend>, options: &Options, teller: Teller) -> Lane {
        Lane {
            backend,
            judge,
            teller,
            batch_max: options.batch_max.max(1),
            cache_slips: options.cache_slips.max(64),
            broken: false,
        }
    }

    /// Works until nobody can send any more.
    pub fn run(mut self, jobs: &Receiver<Job>) {
        while let Ok(first) = jobs.recv() {
            let batch = self.gather(first, jobs, usize::MAX);
            self.alone(batch);
        }
    }

    /// The first job and those that wait behind it, `most` at most.
    pub fn gather(&self, first: Job, jobs: &Receiver<Job>, most: usize) -> Vec<Job> {
        let mut batch = vec![first];
        batch.extend(jobs.try_iter().take(most.min(self.batch_max) - 1));
        batch
    }

    /// Judges and writes a batch within one transaction, in which no other writer comes between.
    pub fn alone(&mut self, mut jobs: Vec<Job>) {
        let gate = self.backend.gate();
        let result = {
            let _guard = gate.lock().unwrap_or_else(PoisonError::into_inner);
            let result = catch_unwind(AssertUnwindSafe(|| self.attempt(&mut jobs)))
                .unwrap_or_else(|panic| Err(panicked(&*panic)));
            if result.is_err() {
                self.backend.rollback();
                self.cache_lost();
            }
            result
        };
        match result {
            Ok((answers, events)) => self.teller.tell(Judged {
                jobs,
                answers,
                events,
            }),
            Err(error) => self.teller.fail(jobs, &error),
        }
    }

    fn cache_lost(&mut self) {
        if self.judge.cache.is_whole() {
            self.broken = true;
        } else {
            self.judge.cache.forget();
        }
    }

    /// Applies, writes and commits a batch. An error means that nothing of it was written.
    fn attempt(&mut self, jobs: &mut [Job]) -> Result<(Answers, Vec<Event>), StoreError> {
        if self.broken {
            return Err(StoreError::Internal(
                "an earlier write failed; a store in memory cannot go on".to_owned(),
            ));
        }
        let started = Instant::now();
        self.begin(jobs)?;
        let behind = Behind {
            sql: self.backend.sql(),
            distant: self.backend.distant(),
            keys_later: false,
        };
        let judged = self.judge.all(behind, jobs)?;
        let counters = &self.teller.counters;
        count_time(&counters.apply_nanos, started);
        let cache = &mut self.judge.cache;
        if cache.pending.journal.is_empty() {
            self.backend.rollback();
            return Ok(judged);
        }
        let rows = Rows::of(cache);
        write(&mut *self.backend, &self.teller, rows)?;
        commit(&mut *self.backend, &self.teller, jobs.len())?;
        let stands = cache.flown();
        cache.settle(stands, self.cache_slips);
        Ok(judged)
    }

    fn begin(&mut self, jobs: &[Job]) -> Result<(), StoreError> {
        let cache = &mut self.judge.cache;
        let mut wanted = Wanted::default();
        for job in jobs {
            wanted.keys.push(job.command.key.clone());
            let sources: &[SlipId] = match &job.command.act {
                Act::Step { sources, .. } => sources,
                _ => &[],
            };
            let named = act_slip(&job.command.act);
            for id in named.into_iter().chain(sources.iter().copied()) {
                if cache.slips.get(&id).is_none() {
                    wanted.slips.push(id);
                }
            }
        }
        cache.unused.clear();
        let begun = self.backend.begin(cache.org, &wanted)?;
        if cache.is_whole() {
            return Ok(());
        }
        let head = begun.head.unwrap_or(Head::EMPTY);
        if head != cache.head {
            // Another process wrote since: what is remembered may be old.
            cache.begin_at(head);
        }
        cache.unused.extend(begun.unused);
        self.judge.remember(self.backend.sql(), begun.slips)
    }
}

/// What was judged and is in flight from now on: what it changed, and where the journal ends with it.
pub(crate) struct Rows {
    org: i64,
    pending: Pending,
    head: Head,
}

impl Rows {
    /// Takes over what waits to be written.
    pub fn of(cache: &mut Cache) -> Rows {
        Rows {
            org: cache.org,
            pending: cache.hand_over(),
            head: cache.head.clone(),
        }
    }

    fn writes(self) -> Vec<Write> {
        let mut writes = self.pending.writes(self.org);
        writes.push(head_write(self.org, &self.head));
        writes
    }
}

/// Writes what a batch changed.
pub(crate) fn write(
    backend: &mut dyn Backend,
    teller: &Teller,
    rows: Rows,
) -> Result<(), StoreError> {
    let started = Instant::now();
    backend.write(rows.writes())?;
    count_time(&teller.counters.write_nanos, started);
    Ok(())
}

/// Commits a batch of `size` commands.
pub(crate) fn commit(
    backend: &mut dyn Backend,
    teller: &Teller,
    size: usize,
) -> Result<(), StoreError> {
    let counters = &teller.counters;
    let started = Instant::now();
    backend.commit()?;
    count_time(&counters.commit_nanos, started);
    count(&counters.commits, 1);
    counters
        .batch_largest
        .fetch_max(size as u64, Ordering::Relaxed);
    Ok(())
}
