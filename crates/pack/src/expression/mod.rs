//! The expression language: total, typed, without calls.

mod ast;
mod balances;
mod check;
mod lex;
mod names;
mod parse;
mod types;

pub(crate) use check::Checker;
pub(crate) use names::{ParameterType, ROOTS, SlipTypes, Stands, Tables, Typed};
pub(crate) use types::Ty;
