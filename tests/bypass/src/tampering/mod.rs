//! Attacks on the database itself, by somebody who may write to it: `verify` names the table and the row.
//!
//! Single cells are altered one after the other by the store's own tests. Here are the alterations that somebody would
//! really make: those that look right, agree with each other, and serve a purpose.

mod books;
mod chain;
mod papers;
mod scene;

use crate::attempt::Say;
use crate::raw::Raw;

pub use chain::rewrite_chain;
pub use scene::{Scene, set};

/// An alteration of the database.
#[derive(Debug, Clone, Copy)]
pub struct Tampering {
    /// Stable name.
    pub id: &'static str,
    /// What is altered, and why one would.
    pub what: Say,
    /// Table that `verify` names.
    pub table: &'static str,
    /// Whether it only shows against a row of the journal that was kept elsewhere.
    pub against_kept: bool,
    /// Alters; what the key that `verify` names must contain.
    pub run: fn(&Raw, &Scene) -> String,
}

macro_rules! tampering {
    ($id:literal, $zh:literal, $en:literal, $table:literal, |$raw:ident, $scene:ident| $body:block) => {
        $crate::tampering::Tampering {
            id: $id,
            what: $crate::attempt::Say { zh: $zh, en: $en },
            table: $table,
            against_kept: false,
            run: |$raw: &$crate::raw::Raw, $scene: &$crate::tampering::Scene| $body,
        }
    };
}
use tampering;

/// All of them.
pub fn all() -> Vec<Tampering> {
    let mut all = papers::all();
    all.extend(books::all());
    all.extend(chain::all());
    all
}

/// Runs statements that must work.
fn run(raw: &Raw, sql: &str) {
    raw.run(sql).unwrap_or_else(|why| panic!("{why}: {sql}"));
}
