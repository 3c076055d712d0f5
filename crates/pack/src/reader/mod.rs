//! Nodes to the model: what is declared beside flows, and the tables that flows are read against.

mod changes;
mod fields;
mod flow;
mod guards;
mod implicit;
mod ledgers;
mod numbers;
mod order;
mod pack;
mod parameters;
mod posts;
mod proposals;
mod separate;
mod slips;
mod steps;
mod worth;

use std::collections::BTreeMap;
use std::sync::Arc;

use kernel::Unit;
use model::{Ledger, Parameter, Register, Role, Rule};

use crate::expression::Tables;
use crate::labels::Labels;
use crate::source::Desk;

pub(crate) use pack::read_pack;

/// The Rust rules of a pack: per flow, the guards that they stand behind.
pub type Rules<'a> = &'a [(&'a str, &'a [(&'a str, Rule)])];

/// What flows are read against.
pub(crate) struct Reader<'a> {
    pub desk: &'a Desk<'a>,
    pub labels: Labels,
    pub pack: Arc<str>,
    pub roles: Vec<Role>,
    pub tables: Tables,
    pub registers: Vec<Register>,
    pub ledgers: Vec<LedgerDraft>,
    pub parameters: Vec<Parameter>,
    pub forms: BTreeMap<String, String>,
    pub rules: Rules<'a>,
    /// Number patterns with the slip that has them.
    pub numbers: Vec<(Arc<str>, Arc<str>)>,
    /// Slips of the flows that were read.
    pub elsewhere: Vec<slips::Elsewhere<'a>>,
}

/// A ledger that may have been declared wrongly.
pub(crate) struct LedgerDraft {
    pub ledger: Ledger,
    /// The unit, unless it was declared wrongly.
    pub unit: Option<Unit>,
}

impl Reader<'_> {
    /// The index of a role; complains when there is none.
    pub fn role(&self, name: &crate::reading::Part<'_>) -> Option<usize> {
        let found = self.roles.iter().position(|role| *role.name == *name.text);
        if found.is_none() {
            let message = format!("unknown role {}", crate::source::quoted(name.text));
            let names = self.roles.iter().map(|role| &*role.name);
            let hint = match name.text.contains([',', '，', '、']) {
                true => Some("roles stand apart by a blank".to_owned()),
                false => crate::suggest::one_of(name.text, names),
            };
            self.desk
                .hinted(crate::Kind::UnknownRole, name.span, message, hint);
        }
        found
    }

    /// The index of a ledger; complains when there is none.
    pub fn ledger(&self, name: &crate::tree::Word) -> Option<usize> {
        let found = self
            .ledgers
            .iter()
            .position(|draft| *draft.ledger.name == *name.text);
        if found.is_none() {
            let message = format!("unknown ledger {}", crate::source::quoted(&name.text));
            let names = self.ledgers.iter().map(|draft| &*draft.ledger.name);
            let hint = crate::suggest::one_of(&name.text, names);
            self.desk
                .hinted(crate::Kind::UnknownLedger, name.span, message, hint);
        }
        found
    }
}
