//! Files to commands: every row is judged before any is submitted, and every bad row is reported. The command line and the pages
//! are two doors to it.

pub(crate) mod brought;
mod columns;
mod dry_run;
pub mod mapping;
mod people;
#[cfg(test)]
mod random_tests;
mod records;
pub mod roles;
mod submit;
pub mod unfinished;

use engine::{Act, Class, Command, Refusal, WorldError};
use kernel::{Moment, OrgId};
use model::{Catalog, Register};
use store::{Store, StoreError};

use crate::tables::{Bad, Table};
use mapping::Mapping;

pub use columns::{Column, PEOPLE_COLUMNS, people_columns, recognise_leniently, register_columns};
pub use records::{find_register, registers};
pub use submit::submit;

/// A sentence in both languages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sentence {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

impl Sentence {
    /// Of these two.
    pub fn new(zh: impl Into<String>, en: impl Into<String>) -> Sentence {
        Sentence {
            zh: zh.into(),
            en: en.into(),
        }
    }
}

/// Why a file could not be judged or written; nothing that its rows could have avoided.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The store.
    #[error("the store failed")]
    Store(#[from] StoreError),
    /// What the dry run asked of the world.
    #[error(transparent)]
    World(#[from] WorldError),
    /// What was judged right was refused afterwards: somebody changed the same meanwhile.
    #[error("refused after it was judged: {}", .0.en)]
    Refused(Refusal),
    /// Anything else.
    #[error("{0}")]
    Other(String),
}

/// Who imports, into which organisation, and when it is.
#[derive(Clone, Copy)]
pub struct Hand<'a> {
    /// The open store.
    pub store: &'a Store,
    /// The organisation.
    pub org: OrgId,
    /// Login.
    pub actor: &'a str,
    /// The clock.
    pub now: &'a dyn Fn() -> Moment,
}

impl std::fmt::Debug for Hand<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Hand")
            .field("actor", &self.actor)
            .finish_non_exhaustive()
    }
}

impl Hand<'_> {
    /// A command of the actor, now, under a key of its own.
    ///
    /// # Errors
    /// When the system gives no random bytes.
    pub fn command(&self, act: Act) -> Result<Command, Fault> {
        let no_bytes = |_| Fault::Other("the system gives no random bytes".to_owned());
        let key = crate::text::random_key().map_err(no_bytes)?;
        Ok(Command {
            org: self.org,
            key,
            at: (self.now)(),
            actor: self.actor.into(),
            on_behalf_of: None,
            act,
        })
    }
}

/// What a file is a list of.
#[derive(Debug, Clone, Copy)]
pub enum Target<'a> {
    /// Records of a register, with its qualified name.
    Register(&'a str, &'a Register),
    /// People.
    People,
}

impl<'a> Target<'a> {
    /// The register or `people` of that name.
    pub fn named(catalog: &'a Catalog, name: &'a str) -> Option<Target<'a>> {
        if name == "people" {
            return Some(Target::People);
        }
        let (pack, register) = name.split_once('.')?;
        let register = catalog
            .pack(pack)?
            .registers
            .iter()
            .find(|one| *one.name == *register)?;
        Some(Target::Register(name, register))
    }

    /// The name under which mappings and unfinished files are kept.
    #[must_use]
    pub fn name(&self) -> &'a str {
        match self {
            Target::Register(name, _) => name,
            Target::People => "people",
        }
    }

    /// The columns that a file of it may have.
    #[must_use]
    pub fn columns(&self) -> Vec<Column> {
        match self {
            Target::Register(_, register) => register_columns(register),
            Target::People => people_columns(),
        }
    }
}

/// Judges every row of a table.
///
/// # Errors
/// When the store fails.
pub fn plan(
    hand: &Hand<'_>,
    target: Target<'_>,
    table: Table,
    manner: (&Mapping, bool),
    progress: &dyn Fn(u64, u64),
) -> Result<Plan, Fault> {
    match target {
        Target::People => people::plan(hand, table, manner, progress),
        Target::Register(name, register) => {
            records::plan(hand, (name, register), table, manner, progress)
        }
    }
}

/// Writes what was judged: all rows in their order. Of many a part is left when the process is killed in between, and until
/// that file was imported whole every import of its kind says so.
///
/// # Errors
/// When the store fails, or refuses what was judged right.
pub fn write(
    hand: &Hand<'_>,
    target: Target<'_>,
    plan: &Plan,
    file: &unfinished::Begun,
    progress: &dyn Fn(u64, u64),
) -> Result<unfinished::Unfinished, Fault> {
    let kind = target.name();
    let mut open = unfinished::of(hand.store, hand.org, kind)?;
    let must = |act: Act| -> Result<(), Fault> {
        let answer = hand.store.submit_blocking(hand.command(act)?)?;
        answer.outcome.map(drop).map_err(Fault::Refused)
    };
    // One row is written whole or not at all; of many a part could be left, and then this says so.
    if plan.acts.len() > 1 {
        open.begin(file, plan.acts.len());
        must(unfinished::keep(kind, &open))?;
    }
    submit(hand, plan.acts.clone(), progress)?;
    if open.end(file) {
        must(unfinished::keep(kind, &open))?;
    }
    Ok(open)
}

/// Sends attempts once more, so that they stand in the journal; their answers are known.
///
/// # Errors
/// When the store fails.
pub fn journal_attempts(hand: &Hand<'_>, plan: &Plan) -> Result<(), Fault> {
    for act in &plan.attempts {
        hand.store.submit_blocking(hand.command(act.clone())?)?;
    }
    Ok(())
}

/// What a file would do.
#[derive(Debug, Default)]
pub struct Plan {
    /// Acts that change something, with their lines, in order.
    pub acts: Vec<(u64, Act)>,
    /// Rows that say what is already so.
    pub unchanged: usize,
    /// Everything wrong with the file.
    pub bad: Vec<Bad>,
    /// Acts that were refused for what they try, not for how they are written. They are submitted all the same, to be
    /// refused once more by the store, so that the attempt stands in the journal.
    pub attempts: Vec<Act>,
}

/// Attempts of one file that are journaled: a file of fifty thousand rows must not become as many rows of the journal.
const ATTEMPTS_MAX: usize = 100;

/// Whether a refusal answers an attempt at more than one may.
fn is_attempt(refusal: &Refusal) -> bool {
    matches!(refusal.class, Class::Role | Class::Separation) || refusal.code == "identity"
}

/// A refusal, with those of the same row after it, as bad cells. `heading` finds the column of a field.
fn refused(line: u64, refusal: &Refusal, heading: impl Fn(&str) -> Option<String>) -> Vec<Bad> {
    let one = |refusal: &Refusal| {
        let mut bad = Bad::at(
            line,
            refusal.short(),
            refusal.zh.as_str(),
            refusal.en.as_str(),
        );
        bad.column = refusal
            .place
            .as_ref()
            .and_then(|place| heading(&place.field));
        bad
    };
    std::iter::once(refusal)
        .chain(&refusal.more)
        .map(one)
        .collect()
}
