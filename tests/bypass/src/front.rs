//! The ways in: a command given to the store, and the API before it.

use std::sync::Arc;

use engine::{Act, Command};
use kernel::{Moment, OrgId};
use store::Store;

/// The organisation that everything happens in.
pub const ORG: OrgId = OrgId(1);

/// A try: who, for whom, under which key, what.
#[derive(Debug, Clone)]
pub struct Try {
    /// Login of who acts.
    pub actor: Arc<str>,
    /// Login of the person for whom he says he acts.
    pub on_behalf_of: Option<Arc<str>>,
    /// Idempotency key.
    pub key: Arc<str>,
    /// What.
    pub act: Act,
    /// What is to be stored, for an act that sets a credential.
    pub credential: Option<String>,
}

/// What a try was answered.
#[derive(Debug, Clone)]
pub enum Told {
    /// It was done. That is a hole.
    Done(engine::Reply),
    /// It was refused under this code.
    Refused(String),
    /// Something broke. That is a hole too.
    Fault(String),
}

/// A way in.
pub trait Front {
    /// Sends a try at a moment.
    fn send(&mut self, attempt: &Try, at: Moment) -> Told;
}

/// A program on the server that gives the store a command.
#[derive(Debug)]
pub struct Commands(pub Store);

impl Front for Commands {
    fn send(&mut self, attempt: &Try, at: Moment) -> Told {
        let command = Command {
            org: ORG,
            key: attempt.key.clone(),
            at,
            actor: attempt.actor.clone(),
            on_behalf_of: attempt.on_behalf_of.clone(),
            act: attempt.act.clone(),
        };
        let answer = match &attempt.credential {
            Some(stored) => self.0.submit_credential_blocking(command, stored.clone()),
            None => self.0.submit_blocking(command),
        };
        match answer.map(|answer| answer.outcome) {
            Ok(Ok(reply)) => Told::Done(reply),
            Ok(Err(refusal)) => Told::Refused(refusal.code),
            Err(fault) => Told::Fault(fault.to_string()),
        }
    }
}
