//! What a person may do with a slip now: each act is judged by the engine as if it were done, and nothing is written.

use std::sync::Arc;

use engine::{
    Act, Class, Command, Outcome, Seen, Slip, WaitingKind, World, WorldError, apply, may_sign,
};
use kernel::{Moment, OrgId};
use model::Catalog;
use store::ReadWorld;

/// In whose name it is asked.
#[derive(Debug, Clone)]
pub struct Asker {
    /// Organisation.
    pub org: OrgId,
    /// Now.
    pub at: Moment,
    /// Login.
    pub login: Arc<str>,
    /// Login of the person for whom he deputises.
    pub on_behalf_of: Option<Arc<str>>,
}

/// Something that may be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct May {
    /// What it is.
    pub act: MayAct,
    /// The qualified step it concerns; of `Begin` the step that begins the next slip. Empty for acts on the whole slip.
    pub step: Arc<str>,
}

/// What may be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum MayAct {
    /// Sign the step.
    Step,
    /// Fill in again what was returned, and sign.
    Refill,
    /// Begin the next slip from this one.
    Begin,
    /// Sign as added signer.
    Cosign,
    /// Confirm the reversal that was asked for.
    Reverse,
    /// Turn it down.
    RefuseReversal,
    /// 退回.
    Return,
    /// 撤回.
    Withdraw,
    /// 转办.
    HandOver,
    /// 加签.
    AddSigner,
    /// 作废.
    Void,
    /// Ask for a reversal.
    AskReversal,
    /// 催办.
    Remind,
    /// 抄送.
    CopyTo,
    /// Comment.
    Comment,
    /// Attach a file.
    Attach,
}

impl MayAct {
    /// The name in data.
    pub const fn name(self) -> &'static str {
        match self {
            MayAct::Step => "step",
            MayAct::Refill => "refill",
            MayAct::Begin => "begin",
            MayAct::Cosign => "cosign",
            MayAct::Reverse => "reverse",
            MayAct::RefuseReversal => "refuse-reversal",
            MayAct::Return => "return",
            MayAct::Withdraw => "withdraw",
            MayAct::HandOver => "hand-over",
            MayAct::AddSigner => "add-signer",
            MayAct::Void => "void",
            MayAct::AskReversal => "ask-reversal",
            MayAct::Remind => "remind",
            MayAct::CopyTo => "copy",
            MayAct::Comment => "comment",
            MayAct::Attach => "attach",
        }
    }
}

/// Everything the asker may do with a slip, by role, order and separation; what he must still type is not judged.
///
/// # Errors
/// When the world cannot be read.
pub fn may(world: &ReadWorld<'_>, asker: &Asker, slip: &Slip) -> Result<Vec<May>, WorldError> {
    let catalog = world.catalog();
    let judge = Judge {
        catalog: &catalog,
        world,
        asker,
        slip,
    };
    let mut found = Vec::new();
    let mut add = |yes: bool, act: MayAct, step: &Arc<str>| {
        if yes {
            found.push(May {
                act,
                step: step.clone(),
            });
        }
    };
    for waiting in &slip.waiting {
        let step = &waiting.step;
        match waiting.kind {
            WaitingKind::Step => add(judge.signs(step)?, MayAct::Step, step),
            WaitingKind::Returned => add(judge.signs(step)?, MayAct::Refill, step),
            WaitingKind::Begin => add(judge.signs(step)?, MayAct::Begin, step),
            WaitingKind::Cosign => add(judge.allows(judge.cosign(step))?, MayAct::Cosign, step),
            WaitingKind::Reversal => {
                add(judge.allows(judge.reverse())?, MayAct::Reverse, step);
                add(
                    judge.allows(judge.refuse_reversal())?,
                    MayAct::RefuseReversal,
                    step,
                );
            }
        }
        if matches!(
            waiting.kind,
            WaitingKind::Step | WaitingKind::Returned | WaitingKind::Begin
        ) {
            add(judge.allows(judge.hand_over(step))?, MayAct::HandOver, step);
            add(
                judge.allows(judge.add_signer(step))?,
                MayAct::AddSigner,
                step,
            );
        }
    }
    let none: Arc<str> = "".into();
    for (act, command) in judge.whole_slip() {
        add(judge.allows(command)?, act, &none);
    }
    found.sort_by_key(|may| may.act);
    found.dedup();
    Ok(found)
}

/// Whether the asker may sign a step, and if not, why.
///
/// # Errors
/// When the world cannot be read.
pub fn why_not(
    world: &ReadWorld<'_>,
    asker: &Asker,
    step: &str,
    slip: Option<kernel::SlipId>,
) -> Result<Result<(), engine::Refusal>, WorldError> {
    if let Some(id) = slip {
        // The slip's version of its pack is in the catalog once the slip was read.
        world.slip(id)?;
    }
    may_sign(&world.catalog(), world, &command(asker, idle()), step, slip)
}

fn idle() -> Act {
    Act::Forbidden {
        what: "".into(),
        subject: String::new(),
    }
}

/// A command to ask the engine with; it is never submitted.
pub fn command(asker: &Asker, act: Act) -> Command {
    Command {
        org: asker.org,
        key: "question".into(),
        at: asker.at,
        actor: asker.login.clone(),
        on_behalf_of: asker.on_behalf_of.clone(),
        act,
    }
}

struct Judge<'a> {
    catalog: &'a Catalog,
    world: &'a dyn World,
    asker: &'a Asker,
    slip: &'a Slip,
}

/// Stands for what the person will type.
const WORDS: &str = "…";

impl Judge<'_> {
    fn signs(&self, step: &str) -> Result<bool, WorldError> {
        let command = command(self.asker, idle());
        Ok(may_sign(self.catalog, self.world, &command, step, Some(self.slip.id))?.is_ok())
    }

    /// Whether an act would pass, or would only be refused for what is still to be typed.
    fn allows(&self, act: Act) -> Result<bool, WorldError> {
        let outcome = apply(self.catalog, self.world, &command(self.asker, act))?;
        Ok(match outcome {
            Outcome::Done(..) => true,
            Outcome::Refused(refusal) => refusal.class == Class::Field,
            Outcome::Repeated(_) => false,
        })
    }

    fn seen(&self) -> Seen {
        Seen {
            slip: self.slip.id,
            content: self.slip.content.clone(),
        }
    }

    fn cosign(&self, step: &Arc<str>) -> Act {
        Act::Cosign {
            slip: self.slip.id,
            step: step.clone(),
            opinion: WORDS.to_owned(),
            seen: self.seen(),
        }
    }

    fn reverse(&self) -> Act {
        Act::Reverse {
            slip: self.slip.id,
            seen: self.seen(),
        }
    }

    fn refuse_reversal(&self) -> Act {
        Act::RefuseReversal {
            slip: self.slip.id,
            reason: WORDS.to_owned(),
        }
    }

    fn hand_over(&self, step: &Arc<str>) -> Act {
        Act::HandOver {
            slip: self.slip.id,
            step: step.clone(),
            to: "".into(),
            reason: WORDS.to_owned(),
        }
    }

    fn add_signer(&self, step: &Arc<str>) -> Act {
        Act::AddSigner {
            slip: self.slip.id,
            step: step.clone(),
            signer: "".into(),
            reason: WORDS.to_owned(),
        }
    }

    fn whole_slip(&self) -> [(MayAct, Act); 8] {
        let (slip, words) = (self.slip.id, || WORDS.to_owned());
        [
            (
                MayAct::Return,
                Act::Return {
                    slip,
                    to: None,
                    reason: words(),
                    seen: self.seen(),
                },
            ),
            (
                MayAct::Withdraw,
                Act::Withdraw {
                    slip,
                    reason: words(),
                },
            ),
            (
                MayAct::Void,
                Act::Void {
                    slip,
                    reason: words(),
                },
            ),
            (
                MayAct::AskReversal,
                Act::AskReversal {
                    slip,
                    reason: words(),
                },
            ),
            (
                MayAct::Remind,
                Act::Remind {
                    slip,
                    text: words(),
                },
            ),
            (
                MayAct::CopyTo,
                Act::CopyTo {
                    slip,
                    to: Vec::new(),
                },
            ),
            (
                MayAct::Comment,
                Act::Comment {
                    slip,
                    text: words(),
                },
            ),
            (
                MayAct::Attach,
                Act::Attach {
                    slip,
                    name: String::new(),
                    hash: "".into(),
                    size: 0,
                    media: String::new(),
                },
            ),
        ]
    }
}
