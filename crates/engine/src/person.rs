//! People, their roles and their deputies.

use std::sync::Arc;

use kernel::Day;
use serde::{Deserialize, Serialize};

/// A person's account. Kept as versions in the register `person`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// What he signs in with; never changes.
    pub login: Arc<str>,
    /// Name as printed.
    pub name: Arc<str>,
    /// The natural person (staff or identity number). Separation looks at this, so two accounts of one person are one.
    pub identity: Arc<str>,
    /// May sign in.
    pub active: bool,
    /// May manage people, registers and packs; signs nothing by this.
    pub administrator: bool,
    /// Roles.
    #[serde(default)]
    pub grants: Vec<Grant>,
    /// Those who may act for this person.
    #[serde(default)]
    pub deputies: Vec<Deputy>,
}

/// A role granted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// Qualified role, `gsp.buyer`.
    pub role: Arc<str>,
    /// Value of the step's scope field that it is narrowed to; empty: everything.
    #[serde(skip_serializing_if = "str::is_empty", default)]
    pub scope: Arc<str>,
    /// First day.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub from: Option<Day>,
    /// Last day.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub until: Option<Day>,
}

/// A deputy for a period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deputy {
    /// Login of the deputy.
    pub to: Arc<str>,
    /// First day.
    pub from: Day,
    /// Last day.
    pub until: Day,
}

impl Grant {
    /// Whether it holds on that day for that scope.
    pub fn covers(&self, role: &str, scope: Option<&str>, today: Day) -> bool {
        &*self.role == role
            && self.from.is_none_or(|from| from <= today)
            && self.until.is_none_or(|until| today <= until)
            && (self.scope.is_empty() || scope.is_none_or(|scope| scope == &*self.scope))
    }
}

impl Person {
    /// Whether the person holds a role on that day. `scope` is the slip's value of the step's scope field.
    pub fn holds(&self, role: &str, scope: Option<&str>, today: Day) -> bool {
        self.active
            && self
                .grants
                .iter()
                .any(|grant| grant.covers(role, scope, today))
    }

    /// Whether `login` deputises for this person on that day.
    pub fn deputised_to(&self, login: &str, today: Day) -> bool {
        self.deputies
            .iter()
            .any(|deputy| &*deputy.to == login && deputy.from <= today && today <= deputy.until)
    }
}
