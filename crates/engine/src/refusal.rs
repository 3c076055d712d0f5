//! Refusals: named answers for the person at the counter.

use serde::{Deserialize, Serialize};

/// The kind of a refusal, in the fixed order in which checks are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// The request itself: unknown step or slip, a reused key, something no command does.
    Request,
    /// The actor may not do this.
    Role,
    /// Not the turn of this step, or what was seen is stale.
    Order,
    /// The same person signed a step that excludes this one.
    Separation,
    /// A field.
    Field,
    /// More than what remains of an earlier line.
    Draws,
    /// A guard of the pack.
    Guard,
    /// A ledger would break a law.
    Balance,
}

/// Where on the form a refusal is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Line, from 0; `None`: the header.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub line: Option<usize>,
    /// Field name.
    pub field: String,
}

/// A refusal: a stable code, a sentence in both languages, and where to show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// Kind.
    pub class: Class,
    /// `gsp.purchase_inbound.receipt.shelf_life`, or one of the engine's own: `role`, `order`, `stale`, `separate`,
    /// `field`, `draws`, `balance`, ... Never renamed, only retired.
    pub code: String,
    /// Chinese sentence.
    pub zh: String,
    /// English sentence.
    pub en: String,
    /// Where to show it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub place: Option<Place>,
    /// Further refusals of the same class, so that all mistakes of a form are shown at once.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub more: Vec<Refusal>,
}

impl Refusal {
    /// A refusal without a place.
    pub fn new(
        class: Class,
        code: impl Into<String>,
        zh: impl Into<String>,
        en: impl Into<String>,
    ) -> Refusal {
        Refusal {
            class,
            code: code.into(),
            zh: zh.into(),
            en: en.into(),
            place: None,
            more: Vec::new(),
        }
    }

    /// Shown at a field.
    pub fn at(mut self, line: Option<usize>, field: &str) -> Refusal {
        self.place = Some(Place {
            line,
            field: field.to_owned(),
        });
        self
    }

    /// Several refusals of one class as one; `None` when there is none.
    pub fn all(refusals: Vec<Refusal>) -> Option<Refusal> {
        let mut refusals = refusals.into_iter();
        let mut first = refusals.next()?;
        first.more.extend(refusals);
        Some(first)
    }

    /// The last part of the code: `shelf_life`.
    pub fn short(&self) -> &str {
        self.code.rsplit('.').next().unwrap_or(&self.code)
    }
}
