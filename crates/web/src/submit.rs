//! The one way from a request to the store: actor, organisation and time are set here and nowhere else.

use std::sync::{Arc, Mutex, PoisonError};

use axum::http::StatusCode;
use engine::{Act, Class, Command, SYSTEM, Slip};
use kernel::{Moment, SlipId};
use model::Catalog;
use store::{Answer, JournalQuery};

use crate::App;
use crate::app::blocking;
use crate::auth::{Acting, Session};
use crate::error::{Error, status_of};
use crate::may::Asker;

/// Minutes for which a password given in a session counts for steps that ask for it again.
const CONFIRMED_MINUTES: i64 = 5;

impl App {
    /// Does an act in the name of the person whose request it is. `key` makes a repeated request harmless.
    ///
    /// # Errors
    /// A refusal (which stands in the journal), or a fault; either way nothing was done.
    pub async fn act(&self, acting: &Acting, key: Arc<str>, act: Act) -> Result<Answer, Error> {
        self.act_for(acting, acting.on_behalf_of.clone(), key, act)
            .await
    }

    /// As [`App::act`], for a named principal instead of the one chosen in the session.
    ///
    /// # Errors
    /// As [`App::act`].
    pub async fn act_for(
        &self,
        acting: &Acting,
        on_behalf_of: Option<Arc<str>>,
        key: Arc<str>,
        act: Act,
    ) -> Result<Answer, Error> {
        let at = self.now();
        if !self.refusals.has(&acting.person.login, at) {
            return Err(too_many());
        }
        if let Act::Step { step, slip, .. } = &act {
            self.check_step_up(acting, step, *slip, at).await?;
        }
        let about_people = matches!(act, Act::PutPerson { .. } | Act::Deputise { .. });
        let command = Command {
            org: self.org(),
            key,
            at,
            actor: acting.person.login.clone(),
            on_behalf_of,
            act,
        };
        let answer = self.store().submit(command).await?;
        if about_people {
            // The next request must not meet the person as he was, however late the store's event comes.
            self.people.forget();
        }
        if answer.outcome.is_err() {
            self.refusals.take(&acting.person.login, at);
        }
        answered(answer)
    }

    /// Sets a credential in the name of the person whose request it is; the stored text is not journaled.
    pub(crate) async fn act_credential(
        &self,
        acting: &Acting,
        login: Arc<str>,
        stored: String,
    ) -> Result<Answer, Error> {
        let digest = crate::text::sha256(stored.as_bytes());
        let command = Command {
            org: self.org(),
            key: crate::text::random_key()?,
            at: self.now(),
            actor: acting.person.login.clone(),
            on_behalf_of: None,
            act: Act::Credential { login, digest },
        };
        answered(self.store().submit_credential(command, stored).await?)
    }

    /// Answers an attempt at something that nothing does, and leaves it in the journal: under the login that is known
    /// to have tried it, else under the system's. How many of the latter are written is bounded, so that strangers
    /// cannot fill the disk.
    pub async fn forbid(&self, actor: Option<&str>, what: &str, subject: &str) -> Error {
        let at = self.now();
        let refusal = || {
            let (zh, en) = (
                format!("没有这样的操作：{what}"),
                format!("nothing does this: {what}"),
            );
            let code = format!("forbidden.{what}");
            Error::refused(StatusCode::FORBIDDEN, Class::Request, &code, zh, en)
        };
        if !self.security.take(actor.unwrap_or(""), at) {
            return refusal();
        }
        let key = match crate::text::random_key() {
            Ok(key) => key,
            Err(error) => return error,
        };
        let command = Command {
            org: self.org(),
            key,
            at,
            actor: actor.unwrap_or(SYSTEM).into(),
            on_behalf_of: None,
            act: Act::Forbidden {
                what: what.into(),
                subject: subject.chars().take(120).collect(),
            },
        };
        match self.store().submit(command).await {
            Ok(answer) => answered(answer).err().unwrap_or_else(refusal),
            Err(error) => error.into(),
        }
    }

    /// In whose name a session asks the engine what it may do.
    pub fn asker(&self, session: &Session) -> Asker {
        Asker {
            org: self.org(),
            at: self.now(),
            login: session.person.login.clone(),
            on_behalf_of: session.on_behalf_of.clone(),
        }
    }

    /// A step that asks for the password again is only signed shortly after it was given.
    async fn check_step_up(
        &self,
        acting: &Acting,
        step: &str,
        slip: Option<SlipId>,
        at: Moment,
    ) -> Result<(), Error> {
        if acting.confirmed().plus_minutes(CONFIRMED_MINUTES) >= at {
            return Ok(());
        }
        let asked = self
            .catalog()
            .step(step)
            .is_some_and(|(pack, flow, at)| pack.flows[flow].steps[at].step_up);
        if !asked && !self.asked_before(step, slip).await? {
            return Ok(());
        }
        let tried = self.forbid(Some(&acting.person.login), "confirm", step);
        if let fault @ Error::Fault { .. } = tried.await {
            return Err(fault);
        }
        Err(Error::refused(
            StatusCode::FORBIDDEN,
            Class::Role,
            "confirm",
            "此环节签字前须再次输入密码",
            "this step asks for the password again before it is signed",
        ))
    }

    /// Whether the text that a running slip began under asks for the password, though today's does not. Nothing is read
    /// where no text was ever replaced.
    async fn asked_before(&self, step: &str, slip: Option<SlipId>) -> Result<bool, Error> {
        let Some(slip) = slip else { return Ok(false) };
        let replaced = self.replaced.get_or_try_init(|| async {
            let (store, org) = (self.store().clone(), self.org());
            let packs = self.catalog().packs().len();
            blocking(move || {
                let installs = JournalQuery {
                    act: Some("install_pack".to_owned()),
                    limit: packs + 1,
                    ..JournalQuery::default()
                };
                Ok::<_, Error>(store.journal(org, &installs)?.rows.len() > packs)
            })
            .await?
        });
        if !*replaced.await? {
            return Ok(false);
        }
        let (store, org) = (self.store().clone(), self.org());
        let found = blocking(move || store.slip(org, slip)).await??;
        // The read has put the slip's own text into the catalog.
        Ok(found.is_some_and(|slip| asks(&self.catalog(), &slip, step)))
    }
}

/// Whether a step asks for the password in the text that a slip began under.
fn asks(catalog: &Catalog, slip: &Slip, step: &str) -> bool {
    let Some((_, _, flow, _, _)) = catalog.slip_of(&slip.version, &slip.kind) else {
        return false;
    };
    let own = step.splitn(3, '.').nth(2).unwrap_or("");
    flow.step(own).is_some_and(|(_, step)| step.step_up)
}

fn answered(answer: Answer) -> Result<Answer, Error> {
    match answer.outcome {
        Err(refusal) => Err(Error::Refused {
            status: status_of(&refusal),
            refusal: Box::new(refusal),
            seq: Some(answer.seq),
        }),
        Ok(_) => Ok(answer),
    }
}

/// 429: whoever is refused again and again is not heard for a while, so that nobody fills the journal, by hand or by a
/// program that repeats its mistake.
pub(crate) fn too_many() -> Error {
    Error::refused(
        StatusCode::TOO_MANY_REQUESTS,
        Class::Request,
        "too_many",
        "被拒绝的请求太多，这一次没有处理；请稍后再试，并先看清上次被拒绝的原因",
        "too many requests were refused; this one was not looked at. Wait a little, and read first why the last was refused",
    )
}

/// Bounds how often something may happen by somebody: a burst for each, then a trickle.
#[derive(Debug)]
pub(crate) struct Bucket {
    spent: Mutex<std::collections::HashMap<Box<str>, (i64, Moment)>>,
    burst: i64,
    refill: i64,
}

impl Bucket {
    /// Those remembered; beyond it all are forgotten, which only lets a burst more through.
    const REMEMBERED: usize = 4_096;

    /// Allows `burst` at once, and one more after every `refill` microseconds.
    fn new(burst: i64, refill: i64) -> Bucket {
        Bucket {
            spent: Mutex::default(),
            burst,
            refill,
        }
    }

    /// Attempts at what nothing does, written for each actor.
    pub fn of_attempts() -> Bucket {
        Bucket::new(500, 10_000_000)
    }

    /// Refused acts of one person: more than anybody reads, fewer than fill a disk.
    pub fn of_persons() -> Bucket {
        Bucket::new(500, 1_000_000)
    }

    /// Refused requests from one address by those who have no session.
    pub fn of_addresses() -> Bucket {
        Bucket::new(3_000, 100_000)
    }

    /// Checks of printed slips by one address.
    pub fn of_checks() -> Bucket {
        Bucket::new(30, 2_000_000)
    }

    /// Whether this one has any left.
    pub fn has(&self, who: &str, now: Moment) -> bool {
        let spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        spent.get(who).is_none_or(|(count, since)| {
            let refilled = (now.0 - since.0).max(0) / self.refill;
            count - refilled < self.burst
        })
    }

    /// Spends one; whether there was one to spend.
    pub fn take(&self, who: &str, now: Moment) -> bool {
        let mut spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        if spent.len() >= Bucket::REMEMBERED && !spent.contains_key(who) {
            spent.clear();
        }
        let (count, since) = spent.entry(who.into()).or_insert((0, now));
        let refilled = (now.0 - since.0).max(0) / self.refill;
        if refilled > 0 {
            *count = (*count - refilled).max(0);
            *since = now;
        }
        let free = *count < self.burst;
        *count += i64::from(free);
        free
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strangers_cannot_fill_the_journal() {
        let bucket = Bucket::of_attempts();
        let now = Moment(0);
        let written = (0..2_000).filter(|_| bucket.take("", now)).count();
        assert_eq!(written, 500);
        assert!(bucket.take("wang", now), "another actor has his own");
        assert!(!bucket.take("", Moment(9_000_000)));
        assert!(bucket.take("", Moment(20_000_000)));
        assert!(bucket.take("", Moment(20_000_000)));
        assert!(!bucket.take("", Moment(20_000_000)));
        assert!(!bucket.has("", Moment(20_000_000)));
        assert!(bucket.has("", Moment(30_000_000)));
        assert!(bucket.has("nobody", now));
    }
}
