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
    /// Set on a ledger of money that says what the quantities of another one are worth (`worth=`).
    pub valuation: Option<Valuation>,
}

/// How a ledger of money follows the quantities of another ledger of the same places and dimensions, layer by layer.
#[derive(Debug, Clone)]
pub struct Valuation {
    /// Index of the ledger that counts.
    pub counts: usize,
    /// Register and its field that say the method; the key of the record is the name of the ledger of money.
    pub policy: (Arc<str>, Arc<str>),
    /// What the field may say, with the method that it means. Without a record the first one holds.
    pub methods: Vec<(Arc<str>, Method)>,
}

/// How the value of what leaves is found. The list is closed: last in, first out is not allowed by the accounting standard for
/// enterprises No. 1, article 14.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Method {
    /// 个别计价: from the layers of the same identity.
    Individual,
    /// 先进先出: from the oldest layers.
    OldestFirst,
    /// 移动加权平均: at the average of all that lies there.
    Average,
    /// 月末一次加权平均: by quantity at once, valued at the average of the period when it is closed.
    PeriodAverage,
}

impl Method {
    /// The methods with their names in declarations.
    pub const ALL: [(Method, &'static str); 4] = [
        (Method::Individual, "individual"),
        (Method::OldestFirst, "oldest_first"),
        (Method::Average, "average"),
        (Method::PeriodAverage, "period_average"),
    ];
}

/// What a place of a valued ledger is to its layers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Lies {
    /// Layers by the method in force.
    #[default]
    Layered,
    /// What each line brought lies apart, and goes back at the value it came with (`apart`).
    Apart,
    /// What has left by quantity and is not yet valued (`awaits`).
    Awaits,
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
    /// In a valued ledger: how its layers lie.
    pub lies: Lies,
    /// In a valued ledger: ledger and place in which every change of its value is booked as well, by index (`books="gl.goods"`).
    pub books: Option<(usize, usize)>,
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
