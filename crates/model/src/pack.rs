//! A pack as a whole.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;

use crate::{Flow, Ledger, Parameter, Register, Rule};

/// A name in both languages. Chinese is the source; English comes from the pack's labels.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Default)]
pub struct Label {
    /// Chinese.
    pub zh: Arc<str>,
    /// English.
    pub en: Arc<str>,
}

/// One system: its roles, registers, ledgers, dated parameters and flows.
#[derive(Debug, Clone)]
pub struct Pack {
    /// `gsp`.
    pub name: Arc<str>,
    /// 药品经营.
    pub label: Label,
    /// Hex SHA-256 over the pack's texts; a slip finishes under the version it began under.
    pub version: Arc<str>,
    /// Roles people are granted.
    pub roles: Vec<Role>,
    /// Registers of dated facts.
    pub registers: Vec<Register>,
    /// Ledgers.
    pub ledgers: Vec<Ledger>,
    /// Dated parameters: limits, rates, with their source.
    pub parameters: Vec<Parameter>,
    /// Flows.
    pub flows: Vec<Flow>,
    /// Form templates by file name (`order.form` in the text is `order.typ` here: the key is `order`).
    pub forms: BTreeMap<String, String>,
    /// The texts as loaded, so that a version can be stored and read again.
    pub texts: Vec<SourceText>,
    /// The Rust rules named by guards without a condition: flow name, guard name, function.
    pub rules: Vec<(String, String, Rule)>,
}

/// A text of the pack, by its path inside the pack's folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SourceText {
    /// `flows/purchase_inbound.kdl`.
    pub path: String,
    /// Its content.
    pub text: String,
}

/// A role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Role {
    /// `buyer`; qualified `gsp.buyer`.
    pub name: Arc<str>,
    /// 采购内勤.
    pub label: Label,
}

impl Pack {
    /// The flow of that name.
    pub fn flow(&self, name: &str) -> Option<(usize, &Flow)> {
        self.flows
            .iter()
            .enumerate()
            .find(|(_, flow)| &*flow.name == name)
    }

    /// The register of that name.
    pub fn register(&self, name: &str) -> Option<&Register> {
        self.registers
            .iter()
            .find(|register| &*register.name == name)
    }

    /// The ledger of that name.
    pub fn ledger(&self, name: &str) -> Option<(usize, &Ledger)> {
        self.ledgers
            .iter()
            .enumerate()
            .find(|(_, ledger)| &*ledger.name == name)
    }

    /// The role of that name.
    pub fn role(&self, name: &str) -> Option<(usize, &Role)> {
        self.roles
            .iter()
            .enumerate()
            .find(|(_, role)| &*role.name == name)
    }

    /// The Rust rule behind a guard.
    pub fn rule(&self, flow: &str, guard: &str) -> Option<Rule> {
        self.rules
            .iter()
            .find(|(f, g, _)| f == flow && g == guard)
            .map(|(_, _, rule)| *rule)
    }
}
