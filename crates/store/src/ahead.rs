//! Judging ahead: while one batch is written beside the lane, the next one is judged.
//!
//! What is being written is remembered until it is known to stand, so the judge never has to ask the database for it. If
//! it does not stand, whatever was judged on top of it is judged again. A batch is written only when the journal still
//! ends where the judge took it to end; otherwise another process came between, and the batch is done again alone.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::PoisonError;
use std::time::Instant;

use crossbeam_channel::{Receiver, Sender, bounded, select};

use crate::access::{begin_reading, in_transaction};
use crate::api::{Event, StoreError};
use crate::backend::{Backend, Wanted, read_head};
use crate::batch::Pending;
use crate::counters::count_time;
use crate::judge::{Answers, panicked};
use crate::lane::{Job, Lane, Teller, write};
use crate::source::Head;
use crate::sql::Dialect;
use crate::sqlite::Sqlite;

/// What a lane needs to judge ahead: a connection of its own for reading, and a side of the database for writing.
pub(crate) struct Beside {
    pub reader: Sqlite,
    pub writer: Box<dyn Backend>,
}

/// A batch that was judged.
struct Judged {
    jobs: Vec<Job>,
    answers: Answers,
    events: Vec<Event>,
    /// What it writes; `None` when it writes nothing.
    pending: Option<Pending>,
    /// Where the journal ends before it and after it.
    before: Head,
    after: Head,
}

/// Why a batch does not stand.
enum Unwritten {
    /// Its jobs were answered with a fault.
    Failed,
    /// Another process wrote first; these jobs are to be judged again.
    Overtaken(Vec<Job>),
}

type Written = Result<(), Unwritten>;

/// Works until nobody can send any more.
pub(crate) fn run(lane: Lane, beside: Beside, jobs: &Receiver<Job>) {
    let (to_writer, batches) = bounded(1);
    let (results, written) = bounded(1);
    let mut writer = Writer {
        backend: beside.writer,
        teller: lane.teller.clone(),
    };
    let mut ahead = Ahead {
        lane,
        reader: beside.reader,
        to_writer,
        written,
        flying: false,
    };
    std::thread::scope(|scope| {
        let spawned = std::thread::Builder::new()
            .name(format!("writer-{}", writer.teller.org))
            .spawn_scoped(scope, move || writer.run(&batches, &results));
        match spawned {
            Ok(_) => ahead.run(jobs),
            Err(error) => {
                tracing::warn!(%error, "a lane has no thread for writing and writes itself");
                ahead.lane.run(jobs);
                return;
            }
        }
        // The writer ends when nobody can hand it anything.
        drop(ahead);
    });
}

struct Ahead {
    lane: Lane,
    reader: Sqlite,
    to_writer: Sender<Judged>,
    written: Receiver<Written>,
    /// Whether a batch is being written.
    flying: bool,
}

impl Ahead {
    fn run(&mut self, jobs: &Receiver<Job>) {
        loop {
            let first = if self.flying {
                select! {
                    recv(self.written) -> result => {
                        self.landed(result.unwrap_or(Err(Unwritten::Failed)));
                        continue;
                    }
                    recv(jobs) -> job => job,
                }
            } else {
                jobs.recv()
            };
            let Ok(first) = first else { break };
            let batch = self.lane.gather(first, jobs);
            self.batch(batch);
        }
        self.land();
    }

    fn batch(&mut self, jobs: Vec<Job>) {
        if jobs.len() == 1 && !self.flying {
            return self.lane.alone(jobs);
        }
        let judged = self.judge(jobs);
        let stands = self.land();
        match judged {
            Ok(judged) if !stands => self.lane.alone(judged.jobs),
            Err((jobs, _)) if !stands => self.lane.alone(jobs),
            Ok(judged) if judged.pending.is_none() => {
                let teller = &self.lane.teller;
                teller.tell(judged.jobs, judged.answers, judged.events);
            }
            Ok(judged) => match self.to_writer.send(judged) {
                Ok(()) => self.flying = true,
                Err(unsent) => {
                    self.lane.judge.cache.forget();
                    self.lane.alone(unsent.0.jobs);
                }
            },
            Err((jobs, error)) => {
                self.lane.judge.cache.forget();
                self.lane.teller.fail(jobs, &error);
            }
        }
    }

    /// Waits for the batch that is being written; whether everything judged so far stands.
    fn land(&mut self) -> bool {
        if !self.flying {
            return true;
        }
        let result = self.written.recv().unwrap_or(Err(Unwritten::Failed));
        self.landed(result)
    }

    fn landed(&mut self, result: Written) -> bool {
        self.flying = false;
        match result {
            Ok(()) => self.lane.judge.cache.settle(self.lane.cache_slips),
            Err(unwritten) => {
                self.lane.judge.cache.forget();
                if let Unwritten::Overtaken(jobs) = unwritten {
                    self.lane.alone(jobs);
                }
                return false;
            }
        }
        true
    }

    /// Judges a batch over one state of the database, which may be the one before or after the batch being written.
    fn judge(&mut self, mut jobs: Vec<Job>) -> Result<Judged, (Vec<Job>, StoreError)> {
        let started = Instant::now();
        let (judge, reader) = (&mut self.lane.judge, &self.reader);
        let mut before = Head::EMPTY;
        let attempt = catch_unwind(AssertUnwindSafe(|| {
            in_transaction(reader, begin_reading(Dialect::Sqlite), || {
                if judge.cache.head == Head::EMPTY {
                    let head = read_head(reader, judge.cache.org, "")?;
                    judge.cache.begin_at(head.unwrap_or(Head::EMPTY));
                }
                before = judge.cache.head.clone();
                judge.all(reader, false, &mut jobs)
            })
        }));
        count_time(&self.lane.teller.counters.apply_nanos, started);
        match attempt.unwrap_or_else(|panic| Err(panicked(&*panic))) {
            Ok((answers, events)) => {
                let cache = &mut self.lane.judge.cache;
                let writes = !cache.pending.journal.is_empty();
                Ok(Judged {
                    jobs,
                    answers,
                    events,
                    pending: writes.then(|| cache.hand_over()),
                    before,
                    after: cache.head.clone(),
                })
            }
            Err(error) => Err((jobs, error)),
        }
    }
}

/// The thread that writes.
struct Writer {
    backend: Box<dyn Backend>,
    teller: Teller,
}

impl Writer {
    fn run(&mut self, batches: &Receiver<Judged>, results: &Sender<Written>) {
        for judged in batches {
            let written = self.write(judged);
            if results.send(written).is_err() {
                return;
            }
        }
    }

    /// Writes a batch and answers it, unless it has to be judged again.
    fn write(&mut self, judged: Judged) -> Written {
        let Judged {
            jobs,
            answers,
            events,
            pending,
            before,
            after,
        } = judged;
        let gate = self.backend.gate();
        let result = {
            let _guard = gate.lock().unwrap_or_else(PoisonError::into_inner);
            let pending = pending.unwrap_or_default();
            let result = catch_unwind(AssertUnwindSafe(|| {
                self.attempt(pending, &before, &after, jobs.len())
            }));
            let result = result.unwrap_or_else(|panic| Err(panicked(&*panic)));
            if !matches!(result, Ok(true)) {
                self.backend.rollback();
            }
            result
        };
        match result {
            Ok(true) => {
                self.teller.tell(jobs, answers, events);
                Ok(())
            }
            Ok(false) => Err(Unwritten::Overtaken(jobs)),
            Err(error) => {
                self.teller.fail(jobs, &error);
                Err(Unwritten::Failed)
            }
        }
    }

    /// Whether it was written: not when another process wrote since it was judged.
    fn attempt(
        &mut self,
        pending: Pending,
        before: &Head,
        after: &Head,
        size: usize,
    ) -> Result<bool, StoreError> {
        let begun = self.backend.begin(self.teller.org, &Wanted::default())?;
        if begun.head.unwrap_or(Head::EMPTY) != *before {
            return Ok(false);
        }
        write(&mut *self.backend, &self.teller, pending, after, size)?;
        Ok(true)
    }
}
