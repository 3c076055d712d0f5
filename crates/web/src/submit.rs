//! The one way from a request to the store: actor, organisation and time are set here and nowhere else.

use std::sync::{Arc, Mutex, PoisonError};

use axum::http::StatusCode;
use engine::{Act, Class, Command, SYSTEM};
use kernel::Moment;
use store::Answer;

use crate::App;
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
        if let Act::Step { step, .. } = &act {
            self.check_step_up(acting, step, at).await?;
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
    async fn check_step_up(&self, acting: &Acting, step: &str, at: Moment) -> Result<(), Error> {
        let asks = self
            .catalog()
            .step(step)
            .is_some_and(|(pack, flow, at)| pack.flows[flow].steps[at].step_up);
        if !asks || acting.confirmed().plus_minutes(CONFIRMED_MINUTES) >= at {
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

/// Bounds how many forbidden attempts are written: a burst per actor, then a trickle.
#[derive(Debug, Default)]
pub(crate) struct Bucket {
    spent: Mutex<std::collections::HashMap<Box<str>, (i64, Moment)>>,
}

impl Bucket {
    /// Attempts written at once.
    const BURST: i64 = 500;
    /// Microseconds after which one more may be written.
    const REFILL: i64 = 10_000_000;
    /// Actors remembered; beyond it all are forgotten, which only lets a burst more through.
    const ACTORS: usize = 4_096;

    /// Whether one more may be written for this actor.
    fn take(&self, actor: &str, now: Moment) -> bool {
        let mut spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        if spent.len() >= Bucket::ACTORS {
            spent.clear();
        }
        let (count, since) = spent.entry(actor.into()).or_insert((0, now));
        let refilled = (now.0 - since.0).max(0) / Bucket::REFILL;
        if refilled > 0 {
            *count = (*count - refilled).max(0);
            *since = now;
        }
        let free = *count < Bucket::BURST;
        *count += i64::from(free);
        free
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strangers_cannot_fill_the_journal() {
        let bucket = Bucket::default();
        let now = Moment(0);
        let written = (0..2_000).filter(|_| bucket.take("", now)).count();
        assert_eq!(written, 500);
        assert!(bucket.take("wang", now), "another actor has his own");
        assert!(!bucket.take("", Moment(9_000_000)));
        assert!(bucket.take("", Moment(20_000_000)));
        assert!(bucket.take("", Moment(20_000_000)));
        assert!(!bucket.take("", Moment(20_000_000)));
    }
}
