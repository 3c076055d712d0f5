//! Turns what the engine says into rows and into the lane's memory. First everything that can fail, then the rest.

mod acts;
mod check;
mod rows;

use std::sync::Arc;

use engine::{Act, Answered, Command, Effects, Refusal, Reply, SlipWrite};
use kernel::SlipId;
use model::Catalog;

use crate::api::{Event, StoreError};
use crate::cache::{Cache, load_slip};
use crate::cell::{Cell, row_hash, sha256_hex};
use crate::schema;
use crate::source::Source;
pub(crate) use acts::{act_name, act_slip};
use check::Checked;
use rows::mention;

/// A command that is to be journaled.
pub(crate) struct Folding<'a> {
    pub catalog: &'a Catalog,
    pub command: &'a Command,
    /// [`Command::request`].
    pub request: Arc<str>,
    /// The stored credential that goes with `Act::Credential`.
    pub credential: Option<&'a str>,
}

/// What a journal row says beside who asked for what.
struct Outcome<'a> {
    slip: Option<SlipId>,
    word: &'static str,
    code: &'a str,
    reply: String,
    serial: Option<(Arc<str>, i64)>,
    wrote: Vec<u8>,
}

/// Longest request or answer that the journal keeps of what was refused, in bytes. Nobody can fill the disk by it.
const KEPT_MAX: usize = 65_536;

/// What stands for a refused request that is too long to be kept: its length and its digest.
fn digest_kept(command: &Command, request: &str) -> Option<Arc<str>> {
    if request.len() <= KEPT_MAX {
        return None;
    }
    let digest = sha256_hex(request.as_bytes());
    let act = Act::Forbidden {
        what: format!("{}.too_long", act_name(&command.act)).into(),
        subject: format!("{} bytes, SHA-256 {digest}", request.len()),
    };
    let principal = command
        .on_behalf_of
        .as_ref()
        .filter(|login| login.len() <= 200);
    let kept = Command {
        act,
        on_behalf_of: principal.cloned(),
        ..command.clone()
    };
    Some(kept.request().into())
}

/// The answer to a refused command: of very many mistakes the first ones.
fn answer_kept(refusal: &Refusal) -> String {
    let whole = serde_json::to_string(refusal).unwrap_or_default();
    if whole.len() <= KEPT_MAX {
        return whole;
    }
    let mut short = refusal.clone();
    short.more.truncate(50);
    serde_json::to_string(&short).unwrap_or_default()
}

impl Folding<'_> {
    /// Journals a refusal; its row number.
    pub fn refused(&self, cache: &mut Cache, refusal: &Refusal) -> i64 {
        let outcome = Outcome {
            slip: act_slip(&self.command.act),
            word: "refused",
            code: &refusal.code,
            reply: answer_kept(refusal),
            serial: None,
            wrote: Vec::new(),
        };
        let Some(request) = digest_kept(self.command, &self.request) else {
            return self.journal(cache, &outcome);
        };
        let short = Folding { request, ..*self };
        short.journal(cache, &outcome)
    }

    /// Takes over everything that an accepted command writes. On an error nothing has changed.
    pub fn done(
        &self,
        cache: &mut Cache,
        source: &dyn Source,
        mut effects: Effects,
        reply: &Reply,
    ) -> Result<Event, StoreError> {
        // Timers stand in the row of their slip, so a slip with a new timer is written even when nothing else changed.
        for timer in &effects.timers {
            if !effects
                .slips
                .iter()
                .any(|write| write.slip.id == timer.slip)
                && let Some(stored) = load_slip(cache, source, timer.slip)?
            {
                effects.slips.push(SlipWrite {
                    slip: (*stored.slip).clone(),
                    fresh: false,
                });
            }
        }
        let checked = self.check(cache, source, &effects)?;
        Ok(self.apply(cache, effects, reply, checked))
    }

    fn declared(&self, slip: &engine::Slip) -> Result<&model::Slip, StoreError> {
        self.catalog
            .slip_of(&slip.version, &slip.kind)
            .map(|(_, _, _, _, declared)| declared)
            .ok_or_else(|| {
                StoreError::Invalid(format!(
                    "no declaration of {} in version {}",
                    slip.kind, slip.version
                ))
            })
    }

    fn apply(
        &self,
        cache: &mut Cache,
        mut effects: Effects,
        reply: &Reply,
        checked: Checked,
    ) -> Event {
        let seq = cache.head.seq + 1;
        let mut wrote = Vec::with_capacity(256);
        let mut event = self.event(seq, reply);
        let slip = effects
            .signature
            .as_ref()
            .map(|signature| signature.slip)
            .or(reply.slip)
            .or_else(|| act_slip(&self.command.act));
        self.sign(cache, &effects, &checked.before, seq, &mut wrote);
        self.book(cache, &effects, slip, seq, checked.accounts, &mut wrote);
        for (place, row) in &checked.turnovers {
            cache.turnovers.insert(place.clone(), row.clone());
        }
        cache.pending.turnovers.extend(checked.turnovers);
        self.record(cache, checked.records, seq, &mut wrote);
        self.note(cache, &effects, seq, &mut wrote, &mut event);
        if let Some((version, name, texts)) = checked.pack_text {
            let cells = [
                cache.org.into(),
                (&version).into(),
                (&name).into(),
                texts.into(),
                seq.into(),
            ];
            mention(&mut wrote, b'P', None, &schema::PACK_TEXT, &cells);
            cache.pending.pack_text.extend(cells);
            cache.pack_texts.insert(version);
        }
        for (write, before) in std::mem::take(&mut effects.slips)
            .into_iter()
            .zip(checked.before)
        {
            self.write_slip(cache, write, before, &effects, seq, &mut wrote, &mut event);
        }
        if let (Some(stored), Act::Credential { login, .. }) = (self.credential, &self.command.act)
        {
            let cells = vec![cache.org.into(), login.into(), stored.into(), seq.into()];
            mention(&mut wrote, b'C', None, &schema::CREDENTIAL, &cells);
            cache.pending.credential.insert(login.clone(), cells);
        }
        if let Some((series, last)) = &effects.serial {
            cache.series.insert(series.clone(), *last);
            cache.pending.series.insert(series.clone(), *last);
        }
        let outcome = Outcome {
            slip,
            word: "done",
            code: "",
            reply: serde_json::to_string(reply).unwrap_or_default(),
            serial: effects.serial,
            wrote,
        };
        self.journal(cache, &outcome);
        let answered = Answered {
            request: self.request.clone(),
            reply: Ok(reply.clone()),
        };
        cache.spent.insert(self.command.key.clone(), ());
        cache.keys.insert(self.command.key.clone(), (seq, answered));
        tidy(&mut event);
        event
    }

    /// Adds the journal row and moves the head on to it.
    fn journal(&self, cache: &mut Cache, outcome: &Outcome<'_>) -> i64 {
        let command = self.command;
        let seq = cache.head.seq + 1;
        let (series, serial) = match &outcome.serial {
            Some((series, serial)) => (Cell::from(series), *serial),
            None => (Cell::Word(""), 0),
        };
        let mut cells = vec![
            cache.org.into(),
            seq.into(),
            command.at.0.into(),
            clean(&command.actor, 200),
            Cell::Word(act_name(&command.act)),
            Cell::maybe(outcome.slip.map(|slip| slip.0)),
            Cell::Word(outcome.word),
            clean(outcome.code, 200),
            clean(&command.key, 64),
            series,
            serial.into(),
            (&self.request).into(),
            outcome.reply.as_str().into(),
            Cell::blob(&outcome.wrote),
            Cell::blob(&cache.head.hash),
        ];
        cache.head.hash = row_hash(schema::JOURNAL.name, cells.iter().map(Cell::borrow));
        cache.head.seq = seq;
        cache.head.at = command.at.0;
        cells.push(Cell::blob(&cache.head.hash));
        cache.pending.journal.extend(cells);
        seq
    }

    fn event(&self, seq: i64, reply: &Reply) -> Event {
        let mut persons = vec![self.command.actor.clone()];
        persons.extend(self.command.on_behalf_of.clone());
        Event {
            org: self.command.org,
            seq,
            act: act_name(&self.command.act),
            slip: reply.slip.or_else(|| act_slip(&self.command.act)),
            number: reply.number.clone(),
            roles: Vec::new(),
            persons,
        }
    }
}

/// Text that may come from anybody, made fit for a column: short, and without characters a database refuses.
fn clean(text: &str, length_max: usize) -> Cell {
    if text.len() <= length_max && !text.contains('\0') {
        return text.into();
    }
    let kept: String = text
        .chars()
        .filter(|c| *c != '\0')
        .take(length_max)
        .collect();
    kept.into()
}

fn tidy(event: &mut Event) {
    for names in [&mut event.roles, &mut event.persons] {
        names.sort();
        names.dedup();
    }
}
