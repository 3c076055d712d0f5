//! Ledgers and their places.

use std::sync::Arc;

use kernel::Unit;

use crate::Label;

/// A ledger (账).
#[derive(Debug, Clone)]
pub struct Ledger {
    /// `stock`.
    pub name: Arc<str>,
    /// `gsp.stock`.
    pub qualified: Arc<str>,
    /// 库存账.
    pub label: Label,
    /// What is counted.
    pub unit: Unit,
    /// Names of the dimensions that make the conserved key, `item`, `batch`; values come from the line or header fields of
    /// the same name unless a posting says otherwise.
    pub by: Vec<Arc<str>>,
    /// Names of further dimensions, counted but not conserved.
    pub detail: Vec<Arc<str>>,
    /// Places by name. In an open chart further places are the keys of `chart`.
    pub places: Vec<Place>,
    /// Register whose keys are places (a chart of accounts), when clerks choose the place.
    pub chart: Option<Arc<str>>,
    /// Whether periods are closed in this ledger (a `period` node).
    pub periods: bool,
}

/// A place (科目/库区/状态).
#[derive(Debug, Clone)]
pub struct Place {
    /// `pending`.
    pub name: Arc<str>,
    /// 待验区.
    pub label: Label,
    /// May go below zero: the outside world.
    pub open: bool,
    /// Of each key at most one is out of it at a time: the outside world of things that have a number of their own. It is
    /// open down to minus one, and is counted by key alone, without further dimensions.
    pub once: bool,
    /// `green`, `red`, `yellow` where the field's rules give a place a colour.
    pub colour: Option<Arc<str>>,
}

impl Ledger {
    /// The place of that name.
    pub fn place(&self, name: &str) -> Option<(usize, &Place)> {
        self.places
            .iter()
            .enumerate()
            .find(|(_, place)| &*place.name == name)
    }
}

impl Place {
    /// How low what is in it may go; `None`: as low as it likes.
    pub fn floor(&self) -> Option<i64> {
        match (self.open, self.once) {
            (true, false) => None,
            (true, true) => Some(-1),
            (false, _) => Some(0),
        }
    }
}
