//! A lane: the one place where an organisation's commands are applied, in order, in batches.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::Ordering;
use std::sync::mpsc::Receiver;
use std::sync::{Arc, PoisonError};
use std::time::Instant;

use engine::{Act, Class, Command, Outcome, Refusal, SYSTEM, SYSTEM_KEYS};
use kernel::SlipId;
use tokio::sync::{broadcast, oneshot};

use crate::api::{Answer, Event, Options, StoreError};
use crate::backend::{Backend, Wanted, head_write};
use crate::cache::{Cache, View};
use crate::cell::sha256_hex;
use crate::counters::{Counters, count, count_time};
use crate::fold::{Folding, act_slip};
use crate::foresee;
use crate::packs::Packs;
use crate::source::{ContentOnly, Head, Nothing, Source, SqlSource};

/// A command that waits in a lane.
pub(crate) struct Job {
    pub command: Command,
    pub credential: Option<String>,
    pub answer: oneshot::Sender<Result<Answer, StoreError>>,
}

pub(crate) struct Lane {
    backend: Box<dyn Backend>,
    cache: Cache,
    packs: Arc<Packs>,
    events: broadcast::Sender<Event>,
    counters: Arc<Counters>,
    batch_max: usize,
    cache_slips: usize,
    installed: bool,
    /// In memory there is no way back from a failed write.
    broken: bool,
}

type Answers = Vec<Result<Answer, StoreError>>;

impl Lane {
    pub fn new(
        cache: Cache,
        backend: Box<dyn Backend>,
        packs: Arc<Packs>,
        options: &Options,
        events: broadcast::Sender<Event>,
        counters: Arc<Counters>,
    ) -> Lane {
        Lane {
            backend,
            cache,
            packs,
            events,
            counters,
            batch_max: options.batch_max.max(1),
            cache_slips: options.cache_slips.max(64),
            installed: false,
            broken: false,
        }
    }

    /// Works until nobody can send any more.
    pub fn run(mut self, jobs: &Receiver<Job>) {
        while let Ok(first) = jobs.recv() {
            let mut batch = vec![first];
            while batch.len() < self.batch_max
                && let Ok(job) = jobs.try_recv()
            {
                batch.push(job);
            }
            self.batch(batch);
        }
    }

    fn batch(&mut self, mut jobs: Vec<Job>) {
        let gate = self.backend.gate();
        let mut events = Vec::new();
        let result = {
            let _guard = gate.lock().unwrap_or_else(PoisonError::into_inner);
            let result = catch_unwind(AssertUnwindSafe(|| self.attempt(&mut jobs, &mut events)))
                .unwrap_or_else(|panic| Err(panicked(&*panic)));
            if result.is_err() {
                self.backend.rollback();
                self.cache_lost();
            }
            result
        };
        match result {
            Ok(answers) => {
                count(&self.counters.commands, jobs.len() as u64);
                // Before the answers, so that who has an answer finds what it changed told already.
                for event in events {
                    let _ = self.events.send(event);
                }
                for (job, answer) in jobs.into_iter().zip(answers) {
                    // Whoever asked may have gone away; the command stands all the same.
                    let _ = job.answer.send(answer);
                }
            }
            Err(error) => {
                tracing::error!(org = self.cache.org, %error, source = ?std::error::Error::source(&error), "a batch was not written");
                for job in jobs {
                    let _ = job.answer.send(Err(error.clone()));
                }
            }
        }
    }

    fn cache_lost(&mut self) {
        if self.cache.is_whole() {
            self.broken = true;
        } else {
            self.cache.forget();
        }
    }

    /// Applies, writes and commits a batch. An error means that nothing of it was written.
    fn attempt(
        &mut self,
        jobs: &mut [Job],
        events: &mut Vec<Event>,
    ) -> Result<Answers, StoreError> {
        if self.broken {
            return Err(StoreError::Internal(
                "an earlier write failed; a store in memory cannot go on".to_owned(),
            ));
        }
        let started = Instant::now();
        self.begin(jobs)?;
        self.install(jobs)?;
        if self.backend.distant() {
            let source = source_of(&*self.backend, &self.packs, &self.cache);
            let (sql, catalog) = (self.backend.sql(), self.packs.catalog());
            let commands = jobs.iter().map(|job| &job.command);
            foresee::balances(&mut self.cache, &*source, sql, &catalog, commands)?;
        }
        let mut answers = Vec::with_capacity(jobs.len());
        for job in jobs.iter_mut() {
            answers.push(self.one(&mut job.command, job.credential.as_deref(), events)?);
        }
        count_time(&self.counters.apply_nanos, started);
        if self.cache.pending.journal.is_empty() {
            self.backend.rollback();
            return Ok(answers);
        }
        let started = Instant::now();
        let mut writes = std::mem::take(&mut self.cache.pending).writes(self.cache.org);
        writes.push(head_write(self.cache.org, &self.cache.head));
        self.backend.write(writes)?;
        count_time(&self.counters.write_nanos, started);
        let started = Instant::now();
        self.backend.commit()?;
        count_time(&self.counters.commit_nanos, started);
        count(&self.counters.commits, 1);
        self.counters
            .batch_largest
            .fetch_max(jobs.len() as u64, Ordering::Relaxed);
        self.cache.settle(self.cache_slips);
        Ok(answers)
    }

    fn begin(&mut self, jobs: &[Job]) -> Result<(), StoreError> {
        let mut wanted = Wanted::default();
        for job in jobs {
            wanted.keys.push(job.command.key.clone());
            let sources: &[SlipId] = match &job.command.act {
                Act::Step { sources, .. } => sources,
                _ => &[],
            };
            let named = act_slip(&job.command.act);
            for id in named.into_iter().chain(sources.iter().copied()) {
                if self.cache.slips.get(&id).is_none() {
                    wanted.slips.push(id);
                }
            }
        }
        self.cache.unused.clear();
        let begun = self.backend.begin(self.cache.org, &wanted)?;
        if self.cache.is_whole() {
            return Ok(());
        }
        let head = begun.head.unwrap_or(Head::EMPTY);
        if head != self.cache.head {
            // Another process wrote since: what is remembered may be old.
            self.cache.forget();
            self.cache.head = head;
        }
        self.cache.unused.extend(begun.unused);
        for row in begun.slips {
            let sql = self.backend.sql();
            match crate::reads::slips::decode(sql, &self.packs, self.cache.org, &row) {
                Ok(stored) => {
                    self.cache.slips.insert(stored.slip.id, stored);
                }
                // One that was altered fails the command that asks for it, not those beside it.
                Err(StoreError::Corrupt(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Makes sure that the journal knows the current packs and the database has their texts, before anything begins under
    /// them.
    fn install(&mut self, jobs: &[Job]) -> Result<(), StoreError> {
        if self.installed {
            return Ok(());
        }
        let Some(at) = jobs.first().map(|job| job.command.at) else {
            return Ok(());
        };
        for pack in self.packs.catalog().packs() {
            let source = source_of(&*self.backend, &self.packs, &self.cache);
            let versions =
                crate::cache::load_records(&mut self.cache, &*source, "pack", &pack.name)?;
            let known = versions
                .last()
                .and_then(|record| record.field("version"))
                .is_some_and(|version| *version == *pack.version);
            drop(source);
            if known {
                continue;
            }
            let short: String = pack.version.chars().take(16).collect();
            let mut command = Command {
                org: kernel::OrgId(self.cache.org),
                key: format!("{SYSTEM_KEYS}install:{short}:{}", versions.len() + 1).into(),
                at,
                actor: SYSTEM.into(),
                on_behalf_of: None,
                act: Act::InstallPack {
                    pack: pack.name.clone(),
                    version: pack.version.clone(),
                },
            };
            self.one(&mut command, None, &mut Vec::new())?
                .and_then(|answer| {
                    answer.outcome.map_err(|refusal| {
                        StoreError::Invalid(format!(
                            "pack {} was not installed: {}",
                            pack.name, refusal.en
                        ))
                    })
                })?;
        }
        self.installed = true;
        Ok(())
    }

    /// Applies one command. The outer error ends the batch; the inner one is a fault of this command alone.
    fn one(
        &mut self,
        command: &mut Command,
        credential: Option<&str>,
        events: &mut Vec<Event>,
    ) -> Result<Result<Answer, StoreError>, StoreError> {
        // Time never runs backwards within an organisation, whatever the clocks of its servers say.
        command.at = command.at.max(kernel::Moment(self.cache.head.at));
        let wrong_clock = set_right(command, self.cache.head.at);
        let request: Arc<str> = command.request().into();
        let source = source_of(&*self.backend, &self.packs, &self.cache);
        let mut repeated = 0;
        let refused = wrong_clock.or_else(|| refused_outright(command, &request, credential));
        let (catalog, outcome) = match refused {
            Some(refusal) => (self.packs.catalog(), Outcome::Refused(refusal)),
            None => {
                match judge(
                    &mut self.cache,
                    &*source,
                    &self.packs,
                    command,
                    &mut repeated,
                ) {
                    Ok(judged) => judged,
                    Err(error) => return of_this_command(error),
                }
            }
        };
        let folding = Folding {
            catalog: &catalog,
            command,
            request,
            credential,
        };
        let answer = match outcome {
            Outcome::Repeated(outcome) => {
                count(&self.counters.repeated, 1);
                Answer {
                    seq: repeated,
                    outcome,
                    repeated: true,
                }
            }
            Outcome::Refused(refusal) => {
                count(&self.counters.refused, 1);
                Answer {
                    seq: folding.refused(&mut self.cache, &refusal),
                    outcome: Err(refusal),
                    repeated: false,
                }
            }
            Outcome::Done(effects, reply) => {
                match folding.done(&mut self.cache, &*source, *effects, &reply) {
                    Ok(event) => events.push(event),
                    Err(error) => return of_this_command(error),
                }
                Answer {
                    seq: self.cache.head.seq,
                    outcome: Ok(reply),
                    repeated: false,
                }
            }
        };
        Ok(Ok(answer))
    }
}

/// An error of the database ends the batch: its transaction may be gone. Any other concerns only this command.
fn of_this_command(error: StoreError) -> Result<Result<Answer, StoreError>, StoreError> {
    match error {
        StoreError::Database { .. } => Err(error),
        other => Ok(Err(other)),
    }
}

/// What memory does not have. The box holds borrows of the backend only, so that memory can be changed beside it.
pub(crate) fn source_of<'a>(
    backend: &'a dyn Backend,
    packs: &'a Packs,
    cache: &Cache,
) -> Box<dyn Source + 'a> {
    if cache.is_whole() {
        Box::new(ContentOnly {
            sql: backend.sql(),
            org: cache.org,
            nothing: Nothing::default(),
        })
    } else {
        Box::new(SqlSource {
            sql: backend.sql(),
            packs,
            org: cache.org,
        })
    }
}

/// Asks the engine. When it had to read a slip of a pack version that was not loaded yet, it is asked again with it.
fn judge(
    cache: &mut Cache,
    source: &dyn Source,
    packs: &Packs,
    command: &Command,
    repeated: &mut i64,
) -> Result<(Arc<model::Catalog>, Outcome), StoreError> {
    loop {
        let catalog = packs.catalog();
        let view = View::new(cache, source);
        let judged = catch_unwind(AssertUnwindSafe(|| engine::apply(&catalog, &view, command)));
        *repeated = view.repeated.get();
        if !Arc::ptr_eq(&catalog, &packs.catalog()) {
            continue;
        }
        return match judged {
            Ok(Ok(outcome)) => Ok((catalog, outcome)),
            Ok(Err(fault)) => Err(match fault.0.downcast::<StoreError>() {
                Ok(error) => *error,
                Err(other) => StoreError::database("applying a command", other),
            }),
            Err(panic) => Err(panicked(&*panic)),
        };
    }
}

fn panicked(panic: &(dyn std::any::Any + Send)) -> StoreError {
    let said = panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_default();
    StoreError::Internal(format!("a command made the program fail: {said}"))
}

/// The codes of what a lane refuses before the engine looks at it.
pub const CODES: &[engine::Code] = &[
    engine::code(
        "clock",
        &[Class::Request],
        "服务器时钟不对，什么也没有办理",
        "the server's clock is wrong; nothing was done",
    ),
    engine::code(
        "control_character",
        &[Class::Field],
        "内容含有空字符",
        "the content has a NUL character",
    ),
    engine::code(
        "credential",
        &[Class::Request],
        "凭据与其摘要不符",
        "the credential does not match its digest",
    ),
];

/// The year 2200, in microseconds: a later clock is wrong.
const LATEST: i64 = 7_258_118_400_000_000;

/// Refuses what comes with a clock that is out of its mind. Since time never runs backwards, accepting it once would date
/// everything after it as late.
fn set_right(command: &mut Command, last: i64) -> Option<Refusal> {
    if command.at.0 <= LATEST {
        return None;
    }
    command.at = kernel::Moment(last.clamp(0, LATEST));
    Some(Refusal::new(
        Class::Request,
        "clock",
        "服务器时钟不对，什么也没有办理",
        "the server's clock is wrong; nothing was done",
    ))
}

/// What no store can write, or may not.
fn refused_outright(command: &Command, request: &str, credential: Option<&str>) -> Option<Refusal> {
    if has_nul(request) {
        return Some(Refusal::new(
            Class::Field,
            "control_character",
            "内容含有空字符",
            "the content has a NUL character",
        ));
    }
    if let Act::Credential { digest, .. } = &command.act
        && credential.is_none_or(|stored| *sha256_hex(stored.as_bytes()) != **digest)
    {
        return Some(Refusal::new(
            Class::Request,
            "credential",
            "凭据与其摘要不符",
            "the credential does not match its digest",
        ));
    }
    None
}

/// Whether JSON has an escaped NUL.
fn has_nul(json: &str) -> bool {
    let mut rest = json;
    while let Some(at) = rest.find("\\u0000") {
        let escapes = rest[..at]
            .bytes()
            .rev()
            .take_while(|byte| *byte == b'\\')
            .count();
        if escapes % 2 == 0 {
            return true;
        }
        rest = &rest[at + 1..];
    }
    false
}

#[cfg(test)]
mod tests {
    use super::has_nul;

    #[test]
    fn an_escaped_nul_is_found_and_its_look_alike_is_not() {
        for (text, has) in [
            ("a\0b", true),
            ("a\\u0000b", false),
            ("\\\0", true),
            ("plain", false),
            ("\\\\u0000 \0", true),
        ] {
            let json = serde_json::to_string(text).expect("text");
            assert_eq!(has_nul(&json), has, "{json}");
        }
    }
}
