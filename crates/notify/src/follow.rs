//! From journal rows to what is to be sent: who is told of what, and in which way.
//!
//! A row of the journal says what was done; whom it concerns now is read from the slip as it is now. So what no longer
//! waits is not announced when the follower is late, and what a row says for certain (a return, a copy, a reminder) always
//! is.

use std::cell::OnceCell;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use engine::{Act, NoteKind, Person, Reply, SignedAct, Waiting, WaitingKind};
use kernel::{Moment, OrgId, SlipId};
use model::Catalog;
use serde::Deserialize;
use serde_json::json;
use store::{Delivery, JournalRow, Notice, SlipHead, Store, StoreError};

use crate::compose::{self, Letterhead};
use crate::preference::{self, Event, Preference, Way};
use crate::settings::Settings;

/// The follower's name in the store.
pub const FOLLOWER: &str = "outbox";
/// Journal rows taken at once.
const BATCH: i64 = 1_000;
/// Acts that concern a person by name, or that are rare.
const PERSONAL: [&str; 6] = [
    "return",
    "hand_over",
    "add_signer",
    "copy_to",
    "remind",
    "timer",
];
/// Acts by which a slip goes on or back: those who watch it are told.
const PROGRESS: [&str; 9] = [
    "step",
    "return",
    "withdraw",
    "void",
    "ask_reversal",
    "reverse",
    "refuse_reversal",
    "hand_over",
    "cosign",
];
/// All acts on slips.
const ALL: [&str; 15] = [
    "step",
    "return",
    "withdraw",
    "void",
    "ask_reversal",
    "reverse",
    "refuse_reversal",
    "hand_over",
    "add_signer",
    "cosign",
    "copy_to",
    "remind",
    "comment",
    "attach",
    "timer",
];

/// The names of acts that a webhook may ask for.
pub fn acts() -> &'static [&'static str] {
    &ALL
}

/// What a follower works with.
#[derive(Debug, Clone)]
pub struct Follower {
    /// The store.
    pub store: Store,
    /// The organisation.
    pub org: OrgId,
    /// How texts name the house.
    pub head: Letterhead,
}

/// What a round of a follower did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Round {
    /// Deliveries that were made.
    pub deliveries: usize,
    /// Notices that were written.
    pub notices: usize,
    /// Whether more rows wait.
    pub more: bool,
}

impl Follower {
    /// Takes some rows of the journal. The first round of all only notes where the journal ends: nobody wants to be told
    /// of what happened before he could say that he wants to be told.
    ///
    /// # Errors
    /// When the store cannot be read or written; the round is then taken again as a whole.
    pub fn round(&self, now: Moment) -> Result<Round, StoreError> {
        let (store, org) = (&self.store, self.org);
        let (head, _) = store.head(org)?;
        let Some(after) = store.followed(org, FOLLOWER)? else {
            store.follow(org, FOLLOWER, (None, head), &[], &[])?;
            return Ok(Round::default());
        };
        if after >= head {
            return Ok(Round::default());
        }
        let to = head.min(after + BATCH);
        let derived = self.derive(after, to, now)?;
        let (deliveries, notices) = (derived.deliveries.len(), derived.notices.len());
        let range = (Some(after), to);
        let moved = store.follow(org, FOLLOWER, range, &derived.deliveries, &derived.notices)?;
        Ok(Round {
            deliveries: if moved { deliveries } else { 0 },
            notices: if moved { notices } else { 0 },
            more: to < head,
        })
    }

    fn derive(&self, after: i64, to: i64, now: Moment) -> Result<Derived, StoreError> {
        let settings = Settings::load(&self.store, self.org)?;
        let preferences: HashMap<String, Preference> = self
            .store
            .preferences(self.org)?
            .into_iter()
            .map(|(login, body)| (login, Preference::read(Some(&body))))
            .collect();
        let hooked = settings.webhooks.values().any(|kept| kept.is.active);
        let waits = preferences
            .values()
            .any(|preference| preference.wants_any(Event::Waits));
        let watched = self.store.any_watched(self.org)?;
        let acts: &[&str] = if hooked || waits || watched {
            &ALL
        } else {
            &PERSONAL
        };
        let rows = self.store.journal_between(self.org, after, to, acts)?;
        let mut work = Work {
            of: self,
            catalog: self.store.catalog(),
            settings,
            preferences,
            waits,
            people: OnceCell::new(),
            watchers: HashMap::new(),
            now,
            out: Derived::default(),
        };
        let ids: Vec<SlipId> = rows.iter().filter_map(slip_of).collect();
        if watched {
            work.watchers = self.store.watchers(self.org, &ids)?;
        }
        let heads: HashMap<SlipId, SlipHead> = self
            .store
            .heads(self.org, &ids)?
            .into_iter()
            .map(|head| (head.id, head))
            .collect();
        for row in &rows {
            let Some(head) = slip_of(row).and_then(|slip| heads.get(&slip)) else {
                continue;
            };
            let Ok(request) = serde_json::from_str::<Request>(&row.request) else {
                // A long request is kept as its digest alone; there is nobody to name then.
                continue;
            };
            work.webhooks(row, head, &request);
            work.notices(row, head, &request.act)?;
        }
        Ok(work.out)
    }
}

/// The slip of a row; that of a new slip stands in the answer alone.
fn slip_of(row: &JournalRow) -> Option<SlipId> {
    row.slip
        .or_else(|| serde_json::from_str::<Reply>(&row.reply).ok()?.slip)
}

#[derive(Deserialize)]
struct Request {
    #[serde(default)]
    on_behalf_of: Option<Arc<str>>,
    act: Act,
}

#[derive(Default)]
struct Derived {
    deliveries: Vec<Delivery>,
    notices: Vec<Notice>,
}

struct Work<'a> {
    of: &'a Follower,
    catalog: Arc<Catalog>,
    settings: Settings,
    preferences: HashMap<String, Preference>,
    waits: bool,
    people: OnceCell<Vec<Person>>,
    /// Who watches which of the slips.
    watchers: HashMap<SlipId, Vec<Arc<str>>>,
    now: Moment,
    out: Derived,
}

/// The step that an act names; empty when it names none.
fn step_of(act: &Act) -> &str {
    match act {
        Act::Step { step, .. }
        | Act::HandOver { step, .. }
        | Act::AddSigner { step, .. }
        | Act::Cosign { step, .. } => step,
        Act::Return { to, .. } => to.as_deref().unwrap_or(""),
        Act::Timer { name, .. } => name.strip_prefix("step:").unwrap_or(""),
        _ => "",
    }
}

/// The id of what a journal row is told by to somebody. The row's hash is in it: after a restore a row of the same
/// number may tell of something else.
fn id_of(org: OrgId, row: &JournalRow, to: &str) -> String {
    format!("{}-{}-{}-{to}", org.0, row.seq, &row.hash[..12])
}

impl Work<'_> {
    fn people(&self) -> Result<&[Person], StoreError> {
        if let Some(people) = self.people.get() {
            return Ok(people);
        }
        let read = self.of.store.people(self.of.org)?;
        Ok(self.people.get_or_init(|| read))
    }

    fn webhooks(&mut self, row: &JournalRow, head: &SlipHead, request: &Request) {
        let flow = head.kind.rsplit_once('.').map_or("", |(flow, _)| flow);
        let step = step_of(&request.act);
        for (id, kept) in &self.settings.webhooks {
            // A webhook hears what happens after it was made.
            if row.seq <= kept.since || !kept.is.wants(flow, step, &row.act) {
                continue;
            }
            let delivery_id = id_of(self.of.org, row, id);
            let body = json!({
                "type": format!("slip.{}", row.act),
                "timestamp": timestamp(row.at),
                "data": {
                    "id": delivery_id,
                    "organisation": self.of.org.0,
                    "seq": row.seq,
                    "hash": row.hash,
                    "act": row.act,
                    "flow": flow,
                    "step": step,
                    "actor": row.actor,
                    "on_behalf_of": request.on_behalf_of,
                    "slip": {
                        "id": head.id.0,
                        "kind": head.kind,
                        "number": head.number,
                        "day": head.day.to_string(),
                        "party": head.party,
                        "amount": head.amount.map(|amount| amount.to_string()),
                        "state": head.state.name(),
                        "state_as_of_seq": head.last_seq,
                    },
                },
            });
            self.out.deliveries.push(Delivery {
                id: delivery_id,
                channel: "webhook".to_owned(),
                target: format!("{}{id}", crate::settings::WEBHOOK),
                kind: row.act.to_string(),
                seq: row.seq,
                slip: Some(head.id),
                body: body.to_string(),
                due: self.now,
                created: self.now,
                ..Delivery::default()
            });
        }
    }

    fn notices(&mut self, row: &JournalRow, head: &SlipHead, act: &Act) -> Result<(), StoreError> {
        // Whom, of what, at which step, in whose words; a person is told of a row once, in the first way that fits.
        let mut told: BTreeMap<Arc<str>, (Event, Arc<str>, String)> = BTreeMap::new();
        let mut tell = |login: &Arc<str>, event: Event, step: &Arc<str>, text: &str| {
            if *login != row.actor {
                let what = (event, step.clone(), text.to_owned());
                told.entry(login.clone()).or_insert(what);
            }
        };
        match act {
            Act::HandOver {
                to, step, reason, ..
            } => tell(to, Event::Named, step, reason),
            Act::AddSigner {
                signer,
                step,
                reason,
                ..
            } => tell(signer, Event::Named, step, reason),
            Act::CopyTo { to, .. } => {
                for login in to {
                    tell(login, Event::Copied, &"".into(), "");
                }
            }
            Act::Remind { text, .. } => {
                for waiting in &head.waiting {
                    for login in self.holders(waiting)? {
                        tell(&login, Event::Reminder, &waiting.step, text);
                    }
                }
            }
            Act::Timer { name, .. } => {
                let step = name.strip_prefix("step:").unwrap_or("");
                for waiting in head.waiting.iter().filter(|one| &*one.step == step) {
                    for login in self.holders(waiting)? {
                        tell(&login, Event::Deadline, &waiting.step, "");
                    }
                }
                for login in self.escalated(row, head)? {
                    tell(&login, Event::Escalation, &step.into(), "");
                }
            }
            Act::Return { reason, .. } => {
                let returned =
                    |one: &&Waiting| one.kind == WaitingKind::Returned || one.since == row.at;
                for waiting in head.waiting.iter().filter(returned) {
                    for login in self.last_signers(head, waiting)? {
                        tell(&login, Event::Returned, &waiting.step, reason);
                    }
                }
            }
            _ => {}
        }
        if self.waits {
            let fresh = |one: &&Waiting| one.since == row.at && one.person.is_none();
            for waiting in head.waiting.iter().filter(fresh) {
                for login in self.holders(waiting)? {
                    tell(&login, Event::Waits, &waiting.step, "");
                }
            }
        }
        if PROGRESS.contains(&&*row.act) {
            let (step, reason) = match act {
                Act::Return { reason, .. }
                | Act::Void { reason, .. }
                | Act::Withdraw { reason, .. }
                | Act::AskReversal { reason, .. } => ("", reason.as_str()),
                act => (step_of(act), ""),
            };
            for login in self.watchers.get(&head.id).into_iter().flatten() {
                tell(login, Event::Watched, &step.into(), reason);
            }
        }
        for (login, (event, step, text)) in told {
            self.tell(row, head, login, event, step, text)?;
        }
        Ok(())
    }

    /// Those for whom something waits, with their deputies of today.
    fn holders(&self, waiting: &Waiting) -> Result<Vec<Arc<str>>, StoreError> {
        let today = self.now.day();
        let mut logins = Vec::new();
        for person in self.people()?.iter().filter(|person| person.active) {
            let may = match &waiting.person {
                Some(login) => *login == person.login,
                None => waiting
                    .roles
                    .iter()
                    .any(|role| person.holds(role, waiting.scope.as_deref(), today)),
            };
            if may {
                logins.push(person.login.clone());
                let deputies = person.deputies.iter();
                logins.extend(
                    deputies
                        .filter(|deputy| deputy.from <= today && today <= deputy.until)
                        .map(|deputy| deputy.to.clone()),
                );
            }
        }
        Ok(logins)
    }

    /// Those who signed last what is to be signed again; where nobody did, all who may.
    fn last_signers(
        &self,
        head: &SlipHead,
        waiting: &Waiting,
    ) -> Result<Vec<Arc<str>>, StoreError> {
        let signatures = self.of.store.signatures(self.of.org, head.id)?;
        let last = signatures
            .iter()
            .rev()
            .find(|row| row.signature.act == SignedAct::Sign && row.signature.step == waiting.step);
        match last {
            Some(row) => Ok(vec![row.signature.person.clone()]),
            None => self.holders(waiting),
        }
    }

    /// The holders of the role that an escalation was told to.
    fn escalated(&self, row: &JournalRow, head: &SlipHead) -> Result<Vec<Arc<str>>, StoreError> {
        let today = self.now.day();
        let mut logins = Vec::new();
        for note in self.of.store.notes(self.of.org, head.id)? {
            if note.seq != row.seq || note.note.kind != NoteKind::Escalation {
                continue;
            }
            let Some(role) = note.note.to.strip_prefix("role:") else {
                continue;
            };
            let people = self.people()?.iter();
            logins.extend(
                people
                    .filter(|person| person.holds(role, None, today))
                    .map(|person| person.login.clone()),
            );
        }
        Ok(logins)
    }

    /// Writes what one person is told of one row, in each way that he wants.
    fn tell(
        &mut self,
        row: &JournalRow,
        head: &SlipHead,
        login: Arc<str>,
        event: Event,
        step: Arc<str>,
        text: String,
    ) -> Result<(), StoreError> {
        let preference = self.preferences.get(&*login).cloned().unwrap_or_default();
        let (app, email, sms) = (
            preference.wants(event, Way::App),
            preference.wants(event, Way::Email),
            preference.wants(event, Way::Sms),
        );
        if !app && !email && !sms {
            return Ok(());
        }
        let mut notice = Notice {
            login: login.clone(),
            seq: row.seq,
            n: 0,
            at: row.at,
            kind: event.name().to_owned(),
            slip: head.id,
            number: head.number.clone(),
            slip_kind: head.kind.clone(),
            step,
            person: row.actor.clone(),
            text,
            shown: app,
            read_at: None,
            digest: String::new(),
        };
        let zh = preference.lang != "en";
        let by = self
            .people()?
            .iter()
            .find(|person| person.login == row.actor)
            .map_or_else(|| row.actor.to_string(), |person| person.name.to_string());
        let delivery = |way: Way, kind: &str, address: &str| Delivery {
            id: id_of(self.of.org, row, &format!("{login}-{}", way.name())),
            channel: way.name().to_owned(),
            target: format!("channel/{}", way.name()),
            kind: kind.to_owned(),
            person: login.to_string(),
            address: address.to_owned(),
            seq: row.seq,
            slip: Some(head.id),
            due: preference.not_before(self.now),
            created: self.now,
            ..Delivery::default()
        };
        let mut made = Vec::new();
        if let (true, Some(minute)) = (email, preference.digest) {
            let due = preference::next(self.now, minute);
            let id = format!("{}-digest-{login}-{}", self.of.org.0, due.0 / 60_000_000);
            notice.digest.clone_from(&id);
            made.push(Delivery {
                id,
                seq: 0,
                slip: None,
                due,
                ..delivery(Way::Email, "digest", &preference.email.text)
            });
        } else if email {
            let letter = compose::mail(&self.catalog, &self.of.head, zh, &notice, &by);
            made.push(Delivery {
                title: letter.title,
                body: letter.body,
                ..delivery(Way::Email, event.name(), &preference.email.text)
            });
        }
        if sms {
            made.push(Delivery {
                body: compose::short(&self.catalog, zh, &notice, &by),
                ..delivery(Way::Sms, event.name(), &preference.phone.text)
            });
        }
        self.out.deliveries.extend(made);
        if app || !notice.digest.is_empty() {
            self.out.notices.push(notice);
        }
        Ok(())
    }
}

/// RFC 3339, in UTC.
fn timestamp(at: Moment) -> String {
    // The store's moments show local time, eight hours ahead.
    let text = at.plus_minutes(-8 * 60).to_string();
    format!("{}Z", text.replacen(' ', "T", 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_are_utc() {
        assert_eq!(timestamp(Moment(0)), "1970-01-01T00:00:00Z");
        assert_eq!(
            timestamp(Moment(1_614_265_330_000_000)),
            "2021-02-25T15:02:10Z"
        );
    }
}
