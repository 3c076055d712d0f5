//! Lists of slips with any of their fields: conditions, order, sums.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use super::{Cursor, ListQuery, SlipHead};

/// A place where a slip has a value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum At {
    /// Its number.
    Number,
    /// Its state, by the state's name.
    State,
    /// Its business day.
    Day,
    /// The month of that day, `2026-04`; to group by.
    Month,
    /// Login of who began it.
    BegunBy,
    /// Key of its party.
    Party,
    /// Its money.
    Amount,
    /// A field of the header.
    Header(Arc<str>),
    /// A field of the lines.
    Line(Arc<str>),
}

impl At {
    /// The place of a name: `day`, `header.supplier`, `line.qty`.
    pub fn named(name: &str) -> Option<At> {
        Some(match name {
            "number" => At::Number,
            "state" => At::State,
            "day" => At::Day,
            "month" => At::Month,
            "begun_by" => At::BegunBy,
            "party" => At::Party,
            "amount" => At::Amount,
            other => match other.split_once('.')? {
                ("header", field) if !field.is_empty() => At::Header(field.into()),
                ("line", field) if !field.is_empty() => At::Line(field.into()),
                _ => return None,
            },
        })
    }

    /// Whether it is in the lines.
    pub fn in_lines(&self) -> bool {
        matches!(self, At::Line(_))
    }
}

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            At::Number => f.write_str("number"),
            At::State => f.write_str("state"),
            At::Day => f.write_str("day"),
            At::Month => f.write_str("month"),
            At::BegunBy => f.write_str("begun_by"),
            At::Party => f.write_str("party"),
            At::Amount => f.write_str("amount"),
            At::Header(field) => write!(f, "header.{field}"),
            At::Line(field) => write!(f, "line.{field}"),
        }
    }
}

/// How a value is tested.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Test {
    /// It is this; of a record or a choice the code or the name.
    Is,
    /// It is something else, or empty.
    Not,
    /// This stands in it; of a record or a choice in the code or the name.
    Has,
    /// From the first value to the second, both included; an empty one is no bound.
    Between,
    /// It is empty.
    Empty,
    /// It is not empty.
    Filled,
    /// It is one of these.
    OneOf,
}

impl Test {
    /// All tests, in the order in which they are offered.
    pub const ALL: [Test; 7] = [
        Test::Is,
        Test::Not,
        Test::Has,
        Test::Between,
        Test::OneOf,
        Test::Empty,
        Test::Filled,
    ];

    /// The name in addresses.
    pub const fn name(self) -> &'static str {
        match self {
            Test::Is => "is",
            Test::Not => "not",
            Test::Has => "has",
            Test::Between => "between",
            Test::Empty => "empty",
            Test::Filled => "filled",
            Test::OneOf => "one_of",
        }
    }

    /// The test of that name.
    pub fn named(name: &str) -> Option<Test> {
        Test::ALL.into_iter().find(|test| test.name() == name)
    }
}

/// A condition. Conditions on lines must all hold for one and the same line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// What is tested.
    pub at: At,
    /// How.
    pub test: Test,
    /// Against what: none, one, two, or any number, as the test asks. Amounts are decimals, days `2026-04-01`.
    pub values: Vec<String>,
}

/// Which slips with their fields, in what order. Fields can only be named where `list` names a kind.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TableQuery {
    /// What an index answers: kind, state, days, person, party; order and page. `text` is the beginning of a number.
    pub list: ListQuery,
    /// Further conditions; all must hold.
    pub conditions: Vec<Condition>,
    /// Sorted by this instead of by `list.sort`. Reads every slip the filters leave.
    pub sort: Option<At>,
}

/// A slip with its fields as canonical texts by name; what is empty is left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableRow {
    /// The slip.
    pub head: SlipHead,
    /// Header fields. Empty where no field was asked for.
    pub header: BTreeMap<String, String>,
    /// Lines for which the conditions hold, all when there is none on lines.
    pub lines: Vec<BTreeMap<String, String>>,
}

/// A part of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TablePage {
    /// The rows.
    pub rows: Vec<TableRow>,
    /// Where the next page begins; also set on a page that is not full, when so many slips were looked at that the rest
    /// is for another request.
    pub next: Option<Cursor>,
    /// How many rows there are in all, where that is known.
    pub total: Option<i64>,
    /// Slips looked at.
    pub looked_at: i64,
}

/// Groups with their sums.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SumQuery {
    /// Of these slips; order and page do not matter.
    pub table: TableQuery,
    /// One group per value of this; one group of all when absent.
    pub by: Option<At>,
    /// The amounts to add up. Amounts of headers are left out where groups are of lines.
    pub of: Vec<At>,
}

/// One group.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SumRow {
    /// The value, as canonical text; empty for what has none.
    pub key: String,
    /// Slips, or lines where the groups are of a line's field.
    pub count: i64,
    /// Sums in smallest parts, in the order asked for.
    pub sums: Vec<i128>,
}

/// All groups, by value.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sums {
    /// The groups.
    pub rows: Vec<SumRow>,
    /// All of them together.
    pub total: SumRow,
    /// Whether there were more groups than are told apart; the others are in the total only.
    pub more: bool,
}
