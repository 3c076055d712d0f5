//! Lists of slips and the inbox.

use std::sync::Arc;

use engine::{SlipState, Waiting};
use kernel::{Amount, Day, Moment, SlipId};
use serde::{Deserialize, Serialize};

/// What lists, inboxes and chains show of a slip, without its fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlipHead {
    /// Id.
    pub id: SlipId,
    /// Qualified kind.
    pub kind: Arc<str>,
    /// Pack version.
    pub version: Arc<str>,
    /// Number.
    pub number: Arc<str>,
    /// State.
    pub state: SlipState,
    /// Business day.
    pub day: Day,
    /// When it was begun.
    pub begun_at: Moment,
    /// Login of who began it.
    pub begun_by: Arc<str>,
    /// Key of the first record its header names (a slip without one has its source's); may be empty.
    pub party: Arc<str>,
    /// Its money: the first money field of the header, else the sum of the last money field of its lines.
    pub amount: Option<Amount>,
    /// Slips it comes from.
    pub sources: Vec<SlipId>,
    /// Slips made from it.
    pub children: Vec<SlipId>,
    /// What waits.
    pub waiting: Vec<Waiting>,
    /// Journal row of the last change.
    pub last_seq: i64,
}

/// Where a page ends, to ask for the next one. Opaque; fit for a URL.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cursor(pub String);

impl Cursor {
    /// Where a page of records that ends with this key goes on.
    pub fn after_record(key: &str) -> Cursor {
        crate::reads::cursor(&key)
    }
}

/// A part of a long answer. Pages are stable: rows added later never shift those already seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// Where the next page begins; `None` when this is the last.
    pub next: Option<Cursor>,
    /// How many rows there are in all, where that is cheap to know.
    pub total: Option<i64>,
}

/// Order of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sort {
    /// By the order in which slips were begun, which is the order of their days.
    #[default]
    Begun,
    /// By number.
    Number,
    /// By party, then the order begun.
    Party,
    /// By amount; reads every slip the filters leave, so ask for it on narrow lists only.
    Amount,
}

/// Which slips, in what order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ListQuery {
    /// Qualified kind.
    pub kind: Option<String>,
    /// State.
    pub state: Option<SlipState>,
    /// From this business day.
    pub day_from: Option<Day>,
    /// To this business day.
    pub day_to: Option<Day>,
    /// Login of who began it.
    pub begun_by: Option<String>,
    /// Only those on which something waits.
    pub under_way: bool,
    /// Key of the party.
    pub party: Option<String>,
    /// The beginning of a number; where no number begins so, of a party's key. Sorted by number (party).
    pub text: Option<String>,
    /// Qualified step that waits on it.
    pub waiting_step: Option<String>,
    /// Order.
    pub sort: Sort,
    /// Largest first.
    pub descending: bool,
    /// The `next` of the page before.
    pub after: Option<Cursor>,
    /// Most rows; 50 when 0, at most 1,000.
    pub limit: usize,
}

/// In whose name an inbox is read.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Holder {
    /// A qualified role, narrowed to a scope; `None`: everything.
    Role(Arc<str>, Option<Arc<str>>),
    /// What waits for this login by name.
    Person(Arc<str>),
}

/// Something that waits, with its slip.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InboxItem {
    /// The slip.
    pub head: SlipHead,
    /// What waits.
    pub waiting: Waiting,
    /// Why it is in this inbox.
    pub holder: Holder,
    /// Login for whom the reader would act as deputy.
    pub on_behalf_of: Option<Arc<str>>,
}

/// How much waits, without the items.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct InboxCounts {
    /// Items, counted up to 1,000.
    pub items: i64,
    /// Of these, past their due time.
    pub overdue: i64,
    /// Of these, due later today.
    pub due_today: i64,
    /// Of these, waiting for this person by name.
    pub named: i64,
    /// Of these, to be done as a deputy.
    pub lent: i64,
    /// Items per qualified step, counted up to 1,000.
    pub by_step: Vec<(Arc<str>, i64)>,
}

/// For whom and where a slip waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingAt {
    /// The slip.
    pub slip: SlipId,
    /// What waits.
    pub waiting: Waiting,
}
