//! Scenarios: the story of a flow, its refusals and its balances, in a text that a clerk can read.
//!
//! ```text
//! given party S01 licence_until=2027-12-31
//! given user  王内勤 buyer
//! 2026-04-01 王内勤 order.fill supplier=S01 | item=A001 qty=100 price=12.50
//!   = CG20260401-0001
//!   ~ order.approve purchase_manager
//! 2026-04-01 王内勤 order.approve CG20260401-0001
//!   ! role 采购订单审核 须由 采购经理 办理
//! ```
//! Expectations: `=` the number given, `!` the refusal, `~` all that waits (step and role), `?` a field, and indented
//! `ledger place key balance`. A command without `!` must succeed. After the last line the laws must hold.

mod deed;
mod expect;
mod names;
mod parse;
mod run;
mod script;
mod words;

use std::fmt;

use model::Catalog;

use crate::{House, Oracle};

pub use run::ADMINISTRATOR;

/// Something that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Line of the scenario, from 1.
    pub line: usize,
    /// What should be; for a mistake of the text itself, what is wrong with it.
    pub expected: String,
    /// What is; empty for a mistake of the text itself.
    pub got: String,
}

impl Failure {
    /// A mistake of the text itself.
    fn mistake(line: usize, message: impl Into<String>) -> Failure {
        Failure {
            line,
            expected: message.into(),
            got: String::new(),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.got.as_str() {
            "" => f.write_str(&self.expected),
            got => write!(f, "expected {}, got {got}", self.expected),
        }
    }
}

/// How a scenario went.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// The name it was run under; a file's path.
    pub name: String,
    /// Things looked at.
    pub checks: usize,
    /// Those that were wrong, in the order of lines.
    pub failures: Vec<Failure>,
}

impl Report {
    /// Whether all is as expected.
    pub fn passed(&self) -> bool {
        self.failures.is_empty()
    }
}

impl fmt::Display for Report {
    /// Every failure as `file:line: expected …, got …`, every mistake of the text as `file:line: …`; one a line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for failure in &self.failures {
            writeln!(f, "{}:{}: {failure}", self.name, failure.line)?;
        }
        Ok(())
    }
}

/// How thoroughly a scenario is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effort {
    /// Everything is looked at: that a refusal changes nothing, and the laws at the end.
    Full,
    /// Stops at the first failure and looks only at what the scenario states.
    FirstFailure,
}

/// Runs a scenario against packs in memory.
pub fn run_text(packs: &Catalog, text: &str, name: &str) -> Report {
    run_on(
        &mut Oracle::new(packs.clone()),
        packs,
        text,
        name,
        Effort::Full,
    )
}

/// Runs a scenario in an empty house whose packs are these.
pub fn run_on(
    house: &mut dyn House,
    packs: &Catalog,
    text: &str,
    name: &str,
    effort: Effort,
) -> Report {
    match parse::parse(text) {
        Ok(script) => run::run(house, packs, &script, name, effort),
        Err(failures) => Report {
            name: name.to_owned(),
            checks: 0,
            failures,
        },
    }
}
