//! Judging: a batch of commands is applied to what the lane remembers, with a database behind it that is only read.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use engine::{Act, Class, Command, Outcome, Refusal, SYSTEM, SYSTEM_KEYS};

use crate::api::{Answer, Event, StoreError};
use crate::cache::{Cache, View};
use crate::cell::sha256_hex;
use crate::counters::{Counters, count};
use crate::fold::Folding;
use crate::foresee;
use crate::lane::Job;
use crate::packs::Packs;
use crate::source::{ContentOnly, Nothing, Source, SqlSource};
use crate::sql::Sql;

/// What the commands of a batch are answered, in their order.
pub(crate) type Answers = Vec<Result<Answer, StoreError>>;

/// Commands that were judged, and what they are told when they stand.
#[derive(Default)]
pub(crate) struct Judged {
    pub jobs: Vec<Job>,
    pub answers: Answers,
    pub events: Vec<Event>,
}

/// The database behind what a lane remembers.
#[derive(Clone, Copy)]
pub(crate) struct Behind<'a> {
    pub sql: &'a dyn Sql,
    /// Each question costs a journey.
    pub distant: bool,
    /// Whether the key of what is accepted was used up long ago is left to whoever writes: the database takes each once.
    pub keys_later: bool,
}

/// What a lane remembers, and the packs by which it judges.
pub(crate) struct Judge {
    pub cache: Cache,
    packs: Arc<Packs>,
    counters: Arc<Counters>,
    installed: bool,
}

impl Judge {
    pub fn new(cache: Cache, packs: Arc<Packs>, counters: Arc<Counters>) -> Judge {
        Judge {
            cache,
            packs,
            counters,
            installed: false,
        }
    }

    /// Takes in slips that were read ahead.
    pub fn remember(
        &mut self,
        sql: &dyn Sql,
        rows: Vec<crate::cell::Row>,
    ) -> Result<(), StoreError> {
        for row in rows {
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

    /// Applies a batch. What it writes is then in [`Cache::pending`]; on an error nothing may be written of it and the
    /// memory must be forgotten.
    pub fn all(
        &mut self,
        behind: Behind<'_>,
        jobs: &mut [Job],
    ) -> Result<(Answers, Vec<Event>), StoreError> {
        self.install(behind, jobs)?;
        if behind.distant {
            let sql = behind.sql;
            let source = source_of(sql, &self.packs, &self.cache);
            let catalog = self.packs.catalog();
            let commands = jobs.iter().map(|job| &job.command);
            foresee::balances(&mut self.cache, &*source, sql, &catalog, commands)?;
        }
        let mut events = Vec::new();
        let mut answers = Vec::with_capacity(jobs.len());
        for job in jobs {
            let credential = job.credential.as_deref();
            answers.push(self.one(behind, &mut job.command, credential, &mut events)?);
        }
        Ok((answers, events))
    }

    /// Makes sure that the journal knows the current packs and the database has their texts, before anything begins under
    /// them.
    fn install(&mut self, behind: Behind<'_>, jobs: &[Job]) -> Result<(), StoreError> {
        if self.installed {
            return Ok(());
        }
        let Some(at) = jobs.first().map(|job| job.command.at) else {
            return Ok(());
        };
        for pack in self.packs.catalog().packs() {
            let source = source_of(behind.sql, &self.packs, &self.cache);
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
            self.one(behind, &mut command, None, &mut Vec::new())?
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
        behind: Behind<'_>,
        command: &mut Command,
        credential: Option<&str>,
        events: &mut Vec<Event>,
    ) -> Result<Result<Answer, StoreError>, StoreError> {
        // Time never runs backwards within an organisation, whatever the clocks of its servers say.
        command.at = command.at.max(kernel::Moment(self.cache.head.at));
        let wrong_clock = set_right(command, self.cache.head.at);
        let request: Arc<str> = command.request().into();
        let source = source_of(behind.sql, &self.packs, &self.cache);
        let mut repeated = 0;
        let refused = wrong_clock.or_else(|| refused_outright(command, &request, credential));
        let (catalog, outcome) = match refused {
            Some(refusal) => (self.packs.catalog(), Outcome::Refused(refusal)),
            None => {
                let mut view = View::new(&mut self.cache, &*source);
                view.keys_later = behind.keys_later;
                let mut judged = judge(&view, &self.packs, command);
                // A refusal takes no key, so the journal would not notice that this one was answered otherwise before.
                if view.keys_later && matches!(judged, Ok((_, Outcome::Refused(_)))) {
                    view.keys_later = false;
                    judged = judge(&view, &self.packs, command);
                }
                match judged {
                    Ok(judged) => {
                        repeated = view.repeated.get();
                        judged
                    }
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

/// What memory does not have. The box holds borrows of the connection only, so that memory can be changed beside it.
fn source_of<'a>(sql: &'a dyn Sql, packs: &'a Packs, cache: &Cache) -> Box<dyn Source + 'a> {
    if cache.is_whole() {
        Box::new(ContentOnly {
            sql,
            org: cache.org,
            nothing: Nothing::default(),
        })
    } else {
        Box::new(SqlSource {
            sql,
            packs,
            org: cache.org,
        })
    }
}

/// Asks the engine. When it had to read a slip of a pack version that was not loaded yet, it is asked again with it.
fn judge(
    view: &View<'_>,
    packs: &Packs,
    command: &Command,
) -> Result<(Arc<model::Catalog>, Outcome), StoreError> {
    loop {
        let catalog = packs.catalog();
        let judged = catch_unwind(AssertUnwindSafe(|| engine::apply(&catalog, view, command)));
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

pub(crate) fn panicked(panic: &(dyn std::any::Any + Send)) -> StoreError {
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
