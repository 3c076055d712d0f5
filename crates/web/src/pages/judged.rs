//! What may be done with a slip now, and by whom: the engine is asked, nothing is judged here.

use std::sync::Arc;

use engine::{Act, Class, Command, Refusal, Seen, Slip, WaitingKind, World, WorldError, may_sign};
use kernel::SlipId;
use model::Catalog;
use store::ReadWorld;

use super::desk::Reader;
use super::words;
use crate::error::Error;
use crate::may::{Asker, May, MayAct, may};

/// People asked about for each thing that waits.
const ASKED_MAX: usize = 24;

/// Something that can be done with a slip.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Doing {
    /// Sign a step of it.
    Sign(Arc<str>),
    /// Begin the next slip from it.
    Begin(Arc<str>),
    /// Fill it in again.
    Refill(Arc<str>),
    /// Sign as an added signer.
    Cosign(Arc<str>),
    Return,
    Withdraw,
    Void,
    AskReversal,
    Reverse,
    RefuseReversal,
    HandOver(Arc<str>),
    AddSigner(Arc<str>),
    CopyTo,
    Remind,
    Comment,
}

impl Doing {
    /// Its name in addresses: `return`, `hand-over`.
    pub fn name(&self) -> &'static str {
        match self {
            Doing::Sign(_) => "sign",
            Doing::Begin(_) => "begin",
            Doing::Refill(_) => "refill",
            Doing::Cosign(_) => "cosign",
            Doing::Return => "return",
            Doing::Withdraw => "withdraw",
            Doing::Void => "void",
            Doing::AskReversal => "ask-reversal",
            Doing::Reverse => "reverse",
            Doing::RefuseReversal => "refuse-reversal",
            Doing::HandOver(_) => "hand-over",
            Doing::AddSigner(_) => "add-signer",
            Doing::CopyTo => "copy-to",
            Doing::Remind => "remind",
            Doing::Comment => "comment",
        }
    }

    /// The step it is about, where it is about one.
    pub fn step(&self) -> &str {
        match self {
            Doing::Sign(step)
            | Doing::Begin(step)
            | Doing::Refill(step)
            | Doing::Cosign(step)
            | Doing::HandOver(step)
            | Doing::AddSigner(step) => step,
            _ => "",
        }
    }

    /// Whether it is a signature of a step.
    pub fn signs(&self) -> bool {
        matches!(self, Doing::Sign(_) | Doing::Begin(_) | Doing::Refill(_))
    }

    /// The act of that name about that step.
    pub fn named(name: &str, step: &str) -> Option<Doing> {
        let step: Arc<str> = step.into();
        Some(match name {
            "cosign" => Doing::Cosign(step),
            "return" => Doing::Return,
            "withdraw" => Doing::Withdraw,
            "void" => Doing::Void,
            "ask-reversal" => Doing::AskReversal,
            "reverse" => Doing::Reverse,
            "refuse-reversal" => Doing::RefuseReversal,
            "hand-over" => Doing::HandOver(step),
            "add-signer" => Doing::AddSigner(step),
            "copy-to" => Doing::CopyTo,
            "remind" => Doing::Remind,
            "comment" => Doing::Comment,
            _ => return None,
        })
    }
}

/// Something that may be done, and for whom.
#[derive(Debug, Clone)]
pub(crate) struct Allowed {
    pub doing: Doing,
    pub on_behalf_of: Option<Arc<str>>,
}

/// A slip with what may be done with it.
#[derive(Debug)]
pub(crate) struct Judged {
    pub slip: Arc<Slip>,
    pub catalog: Arc<Catalog>,
    pub allowed: Vec<Allowed>,
    /// Why this person may not sign what waits for his role.
    pub why_not: Vec<Refusal>,
    /// For each thing that waits, by position: logins of those who could do it now.
    pub able: Vec<Vec<Arc<str>>>,
}

/// Reads a slip and asks what this person may do with it.
pub(crate) fn judge(reader: &Reader<'_>, id: SlipId) -> Result<Option<Judged>, Error> {
    let principals = reader.principals()?;
    let people = reader.memory.people(reader)?;
    Ok(reader.store.ask(reader.org, |world| {
        let Some(slip) = world.slip(id)? else {
            return Ok(None);
        };
        let asking = Asking {
            reader,
            world,
            catalog: world.catalog(),
            slip: slip.clone(),
        };
        let (allowed, why_not) = asking.allowed(&principals)?;
        let mut able = Vec::new();
        for waiting in &slip.waiting {
            able.push(match &waiting.person {
                Some(only) => vec![only.clone()],
                None => {
                    let mut holders: Vec<&Arc<str>> = people
                        .values()
                        .filter(|person| {
                            waiting.roles.iter().any(|role| {
                                person.holds(role, waiting.scope.as_deref(), reader.today)
                            })
                        })
                        .map(|person| &person.login)
                        .collect();
                    holders.sort();
                    asking.able(&holders, waiting)?
                }
            });
        }
        Ok(Some(Judged {
            slip,
            catalog: asking.catalog.clone(),
            allowed,
            why_not,
            able,
        }))
    })?)
}

struct Asking<'a, 'w> {
    reader: &'a Reader<'a>,
    world: &'a ReadWorld<'w>,
    catalog: Arc<Catalog>,
    slip: Arc<Slip>,
}

impl Asking<'_, '_> {
    fn command(&self, on_behalf_of: Option<Arc<str>>, act: Act) -> Command {
        self.reader.command(on_behalf_of, act)
    }

    fn no_act(&self) -> Act {
        Act::Comment {
            slip: self.slip.id,
            text: String::new(),
        }
    }

    /// Those of the holders of a role who could do what waits: separation may exclude some.
    fn able(
        &self,
        holders: &[&Arc<str>],
        waiting: &engine::Waiting,
    ) -> Result<Vec<Arc<str>>, WorldError> {
        let mut able = Vec::new();
        for login in holders.iter().take(ASKED_MAX) {
            let command = Command {
                actor: (*login).clone(),
                ..self.command(None, self.no_act())
            };
            let may = match waiting.kind {
                WaitingKind::Reversal => self
                    .slip
                    .reversal
                    .as_ref()
                    .is_none_or(|asked| asked.person != **login),
                _ => may_sign(
                    &self.catalog,
                    self.world,
                    &command,
                    &waiting.step,
                    Some(self.slip.id),
                )?
                .is_ok(),
            };
            if may {
                able.push((*login).clone());
            }
        }
        Ok(able)
    }

    /// What may be done in the name of any of these, each once, and why what waits for their roles may not be.
    fn allowed(
        &self,
        principals: &[Option<Arc<str>>],
    ) -> Result<(Vec<Allowed>, Vec<Refusal>), WorldError> {
        let mut allowed: Vec<Allowed> = Vec::new();
        let mut why_not: Vec<Refusal> = Vec::new();
        for principal in principals {
            let asker = Asker {
                org: self.reader.org,
                at: self.reader.now,
                login: self.reader.me.login.clone(),
                on_behalf_of: principal.clone(),
            };
            for found in may(self.world, &asker, &self.slip)? {
                let Some(doing) = self.doing(&found) else {
                    continue;
                };
                if !allowed.iter().any(|one| one.doing == doing) {
                    allowed.push(Allowed {
                        doing,
                        on_behalf_of: principal.clone(),
                    });
                }
            }
            for waiting in &self.slip.waiting {
                if matches!(waiting.kind, WaitingKind::Cosign | WaitingKind::Reversal) {
                    continue;
                }
                if let Err(refusal) =
                    crate::may::why_not(self.world, &asker, &waiting.step, Some(self.slip.id))?
                    && refusal.class != Class::Role
                    && !why_not.contains(&refusal)
                {
                    why_not.push(refusal);
                }
            }
        }
        // What one of them may not, another may.
        if allowed.iter().any(|one| one.doing.signs()) {
            why_not.clear();
        }
        Ok((allowed, why_not))
    }

    fn doing(&self, may: &May) -> Option<Doing> {
        let step = may.step.clone();
        Some(match may.act {
            MayAct::Step => Doing::Sign(step),
            // A slip returned to a later step of its own is signed there again, not filled in.
            MayAct::Refill => match words::step(&self.catalog, Some(&self.slip.version), &step) {
                Some((_, _, _, declared)) if declared.begins => Doing::Refill(step),
                _ => Doing::Sign(step),
            },
            MayAct::Begin => Doing::Begin(step),
            MayAct::Cosign => Doing::Cosign(step),
            MayAct::Reverse => Doing::Reverse,
            MayAct::RefuseReversal => Doing::RefuseReversal,
            MayAct::Return => Doing::Return,
            MayAct::Withdraw => Doing::Withdraw,
            MayAct::HandOver => Doing::HandOver(step),
            MayAct::AddSigner => Doing::AddSigner(step),
            MayAct::Void => Doing::Void,
            MayAct::AskReversal => Doing::AskReversal,
            MayAct::Remind => Doing::Remind,
            MayAct::CopyTo => Doing::CopyTo,
            MayAct::Comment => Doing::Comment,
            MayAct::Attach => return None,
        })
    }
}

/// What a dialog asked for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Typed {
    /// Reason, opinion or text.
    pub text: String,
    /// The persons chosen.
    pub people: Vec<String>,
    /// The step to return to.
    pub to: String,
    /// Digest of the slip as it was shown; the slip's own when only a question is asked.
    pub seen: Option<Arc<str>>,
}

/// The act that the engine is given; `None` for what is filled in on a form instead.
pub(crate) fn act_of(doing: &Doing, slip: &Slip, typed: &Typed) -> Option<Act> {
    let id = slip.id;
    let reason = typed.text.clone();
    let seen = Seen {
        slip: id,
        content: typed.seen.clone().unwrap_or_else(|| slip.content.clone()),
    };
    let person = || typed.people.first().map_or("", String::as_str).into();
    Some(match doing {
        Doing::Sign(_) | Doing::Begin(_) | Doing::Refill(_) => return None,
        Doing::Cosign(step) => Act::Cosign {
            slip: id,
            step: step.clone(),
            opinion: reason,
            seen,
        },
        Doing::Return => Act::Return {
            slip: id,
            to: (!typed.to.is_empty()).then(|| typed.to.as_str().into()),
            reason,
            seen,
        },
        Doing::Withdraw => Act::Withdraw { slip: id, reason },
        Doing::Void => Act::Void { slip: id, reason },
        Doing::AskReversal => Act::AskReversal { slip: id, reason },
        Doing::Reverse => Act::Reverse { slip: id, seen },
        Doing::RefuseReversal => Act::RefuseReversal { slip: id, reason },
        Doing::HandOver(step) => Act::HandOver {
            slip: id,
            step: step.clone(),
            to: person(),
            reason,
        },
        Doing::AddSigner(step) => Act::AddSigner {
            slip: id,
            step: step.clone(),
            signer: person(),
            reason,
        },
        Doing::CopyTo => Act::CopyTo {
            slip: id,
            to: typed
                .people
                .iter()
                .map(|login| login.as_str().into())
                .collect(),
        },
        Doing::Remind => Act::Remind {
            slip: id,
            text: reason,
        },
        Doing::Comment => Act::Comment {
            slip: id,
            text: reason,
        },
    })
}
