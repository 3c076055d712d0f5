//! Judging ahead: while one batch is written beside the lane, the next one is judged.
//!
//! What is being written is remembered until it is known to stand, so the judge never has to ask the database for it. If
//! it does not stand, whatever was judged on top of it is judged again. A batch is written only when the journal still
//! ends where the judge took it to end; otherwise another process came between, and the batch is done again alone. The same
//! is done when the database refuses a row: judging ahead does not ask whether the key of what it accepts was used up long
//! ago, since each is unique in the journal.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::PoisonError;
use std::time::Instant;

use crossbeam_channel::{Receiver, SendError, Sender, bounded, select};

use crate::access::{begin_reading, in_transaction};
use crate::api::StoreError;
use crate::backend::{Backend, Wanted, read_head};
use crate::counters::count_time;
use crate::judge::{Behind, Judged, panicked};
use crate::lane::{Job, Lane, Rows, Teller, commit, write};
use crate::source::Head;
use crate::sql::Dialect;
use crate::sqlite::Sqlite;

/// Most commands judged before it is looked whether the writer is free: it should not wait for more to be gathered.
const AT_ONCE: usize = 4;

/// What a lane needs to judge ahead: a connection of its own for reading, and a side of the database for writing.
pub(crate) struct Beside {
    pub reader: Sqlite,
    pub writer: Box<dyn Backend>,
}

/// A batch that is to be written.
struct Batch {
    judged: Judged,
    rows: Rows,
    /// Where the journal ends before it.
    before: Head,
}

/// Why a batch does not stand.
enum Unwritten {
    /// Its jobs were answered with a fault.
    Failed,
    /// Another process wrote first, or the database does not take it; these jobs are to be judged again.
    Again(Vec<Job>),
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
        crowded: false,
        ready: Judged::default(),
        before: Head::EMPTY,
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
    to_writer: Sender<Batch>,
    written: Receiver<Written>,
    /// Whether a batch is being written.
    flying: bool,
    /// Whether the last one had more than one command: others will come while this one is written.
    crowded: bool,
    /// What was judged on top of it, and where the journal ends before that.
    ready: Judged,
    before: Head,
}

impl Ahead {
    /// While a batch is being written, what comes in is judged and gathered; when it stands, all of that is the next one.
    fn run(&mut self, jobs: &Receiver<Job>) {
        loop {
            let room = self.ready.jobs.len() < self.lane.batch_max;
            let first = if self.flying && room {
                select! {
                    recv(self.written) -> result => {
                        self.landed(result.unwrap_or(Err(Unwritten::Failed)));
                        continue;
                    }
                    recv(jobs) -> job => job,
                }
            } else if self.flying {
                self.land();
                continue;
            } else {
                jobs.recv()
            };
            let Ok(first) = first else { break };
            let batch = self.lane.gather(first, jobs, AT_ONCE);
            if batch.len() == 1 && !self.flying && !self.crowded {
                self.lane.alone(batch);
            } else {
                self.judge(batch);
                if !self.flying {
                    self.hand_over();
                }
            }
        }
        while self.flying {
            self.land();
        }
    }

    /// Waits for the batch that is being written.
    fn land(&mut self) {
        let result = self.written.recv().unwrap_or(Err(Unwritten::Failed));
        self.landed(result);
    }

    /// The batch stands, and the next one follows; or it does not, and all that was judged on top of it is judged again.
    fn landed(&mut self, result: Written) {
        self.flying = false;
        match result {
            Ok(()) => {
                let stands = self.lane.judge.cache.flown();
                self.hand_over();
                // The writer is at work again meanwhile.
                let slips_max = self.lane.cache_slips;
                self.lane.judge.cache.settle(stands, slips_max);
            }
            Err(unwritten) => {
                self.lane.judge.cache.forget();
                if let Unwritten::Again(jobs) = unwritten {
                    self.lane.alone(jobs);
                }
                let ready = std::mem::take(&mut self.ready);
                if !ready.jobs.is_empty() {
                    self.lane.alone(ready.jobs);
                }
            }
        }
    }

    /// Gives what was judged to the writer; answers it when there is nothing to write.
    fn hand_over(&mut self) {
        let judged = std::mem::take(&mut self.ready);
        self.crowded = judged.jobs.len() > 1;
        let (cache, teller) = (&mut self.lane.judge.cache, &self.lane.teller);
        if cache.pending.journal.is_empty() {
            return teller.tell(judged);
        }
        let batch = Batch {
            judged,
            rows: Rows::of(cache),
            before: self.before.clone(),
        };
        match self.to_writer.send(batch) {
            Ok(()) => self.flying = true,
            Err(unsent) => {
                self.lane.judge.cache.forget();
                self.lane.alone(unsent.0.judged.jobs);
            }
        }
    }

    /// Judges commands over one state of the database, which may be the one before or after the batch being written.
    fn judge(&mut self, mut jobs: Vec<Job>) {
        let started = Instant::now();
        let (judge, reader) = (&mut self.lane.judge, &self.reader);
        let (before, fresh) = (&mut self.before, self.ready.jobs.is_empty());
        let attempt = catch_unwind(AssertUnwindSafe(|| {
            in_transaction(reader, begin_reading(Dialect::Sqlite), || {
                if judge.cache.head == Head::EMPTY {
                    let head = read_head(reader, judge.cache.org, "")?;
                    judge.cache.begin_at(head.unwrap_or(Head::EMPTY));
                }
                if fresh {
                    *before = judge.cache.head.clone();
                }
                let behind = Behind {
                    sql: reader,
                    distant: false,
                    keys_later: true,
                };
                judge.all(behind, &mut jobs)
            })
        }));
        count_time(&self.lane.teller.counters.apply_nanos, started);
        self.ready.jobs.extend(jobs);
        match attempt.unwrap_or_else(|panic| Err(panicked(&*panic))) {
            Ok((answers, events)) => {
                self.ready.answers.extend(answers);
                self.ready.events.extend(events);
            }
            Err(error) => {
                let ready = std::mem::take(&mut self.ready);
                self.lane.judge.cache.forget();
                if self.flying {
                    self.land();
                }
                self.lane.teller.fail(ready.jobs, &error);
            }
        }
    }
}

/// The thread that writes.
struct Writer {
    backend: Box<dyn Backend>,
    teller: Teller,
}

impl Writer {
    fn run(&mut self, batches: &Receiver<Batch>, results: &Sender<Written>) {
        for batch in batches {
            if self.write(batch, results).is_err() {
                return;
            }
        }
    }

    /// Writes a batch and answers it, unless it has to be judged again. An error means that the lane is gone.
    fn write(&mut self, batch: Batch, results: &Sender<Written>) -> Result<(), SendError<Written>> {
        let Batch {
            mut judged,
            rows,
            before,
        } = batch;
        let gate = self.backend.gate();
        let result = {
            let _guard = gate.lock().unwrap_or_else(PoisonError::into_inner);
            let size = judged.jobs.len();
            let result = catch_unwind(AssertUnwindSafe(|| self.attempt(rows, &before, size)));
            let result = result.unwrap_or_else(|panic| Err(panicked(&*panic)));
            if !matches!(result, Ok(true)) {
                self.backend.rollback();
            }
            result
        };
        match result {
            Ok(true) => {
                self.teller.announce(&mut judged);
                // The lane gets the next batch ready while this one is answered.
                let sent = results.send(Ok(()));
                self.teller.answer(judged);
                sent
            }
            Ok(false) => results.send(Err(Unwritten::Again(judged.jobs))),
            Err(error) => {
                self.teller.fail(judged.jobs, &error);
                results.send(Err(Unwritten::Failed))
            }
        }
    }

    /// Whether it was written: not when another process wrote since it was judged, nor when the database does not take it, as
    /// a key that was used up. Alone, the key is asked for, and what is wrong is told to whom it concerns.
    fn attempt(&mut self, rows: Rows, before: &Head, size: usize) -> Result<bool, StoreError> {
        let begun = self.backend.begin(self.teller.org, &Wanted::default())?;
        if begun.head.unwrap_or(Head::EMPTY) != *before {
            return Ok(false);
        }
        if let Err(error) = write(&mut *self.backend, &self.teller, rows) {
            tracing::info!(org = self.teller.org, %error, "a batch is judged again");
            return Ok(false);
        }
        commit(&mut *self.backend, &self.teller, size)?;
        Ok(true)
    }
}
