//! The checked pack as data: what the engine runs and what a Rust rule may see.
//!
//! Everything is resolved: names have become indexes and expressions have types. Only the `pack` crate makes these values
//! from text; nothing here reads files.

mod catalog;
mod changes;
mod expression;
mod field;
mod flow;
mod ledgers;
mod pack;
mod register;
mod rule;

pub use catalog::Catalog;
pub use changes::{Changes, Current, Pair};
pub use expression::{Binary, EvalError, Expr, Figure, Name, Reading, Scope, Type, evaluate};
pub use field::{Choice, Draw, Field, FieldKind, Packed, Scan};
pub use flow::{
    Advance, Cost, Each, Flow, Guard, HOLD_MINUTES, HoldEnd, LegRule, PlaceRef, Post, PostKind,
    Proposal, Quorum, RecordRule, Separation, Slip, SlipRef, Step, StepIndex, Verb,
};
pub use ledgers::{Ledger, Lies, Method, Place, Valuation};
pub use pack::{Label, Pack, Role, SourceText};
pub use register::{Parameter, ParameterRow, Register};
pub use rule::{Facts, Rule, RuleContext, RuleLine, RuleSlip, Verdict};
