//! The engine: `apply(catalog, world, command)` answers with what must be written, or with a refusal.
//!
//! Pure: it reads the world through a trait, knows no clock (time comes in with the command), does no input or output and
//! names no pack, role or slip. The order of refusals is fixed: role, order of steps, separation, fields, draws, guards,
//! balance. After the last check the command must succeed.

mod admin;
mod apply;
mod ask;
mod chain;
mod changes;
mod codes;
mod command;
mod draws;
mod effects;
mod enter;
mod fields;
mod guards;
mod holds;
mod number;
mod order;
mod pass_on;
mod person;
mod posting;
mod printed;
mod propose;
mod refusal;
mod registers;
mod scope;
mod separation;
mod setting;
mod sign;
mod sign_in;
mod slip;
mod staffing;
mod step;
mod timers;
mod undo;
mod values;
mod waiting;
mod world;
mod worth;

pub use admin::SYSTEM;
pub use apply::{SYSTEM_KEYS, apply};
pub use ask::{Form, FormLine, form, may_sign};
pub use codes::{CODES, Code, code};
pub use command::{Act, Command, Input, LineInput, Seen};
pub use draws::anything_open;
pub use effects::{Effects, Note, NoteKind, Record, Signature, SignedAct, SlipWrite, TimerWrite};
pub use number::number_after;
pub use person::{Deputy, Grant, Person};
pub use propose::{ProposedKey, propose, proposes};
pub use refusal::{Class, Place, Refusal};
pub use separation::own_reversal;
pub use slip::{Line, ReversalAsked, SignedStep, Slip, SlipState, Waiting, WaitingKind, hex};
pub use staffing::{Both, Finding, FindingKind, Signer, both, signers, staffing};
pub use step::is_one_time;
pub use world::{Answered, Outcome, Reply, World, WorldError};
pub use worth::LayerCode;
