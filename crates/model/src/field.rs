//! Fields of slips, lines and registers.

use std::sync::Arc;

use kernel::Unit;
use kernel::proof::Proof;

use crate::{Expr, Label};

/// A declared field.
#[derive(Debug, Clone)]
pub struct Field {
    /// `qty`.
    pub name: Arc<str>,
    /// 数量.
    pub label: Label,
    /// What it holds.
    pub kind: FieldKind,
    /// May be left empty.
    pub optional: bool,
    /// Copied from the source slip or line and never typed.
    pub carry: bool,
    /// Computed, never typed. A slip gets its values in this order, each part in the order of the text: header fields that
    /// are entered, carried or defaulted; line fields of that sort; computed line fields, line by line; computed header
    /// fields. The reader refuses a computed field or default that reads what comes later.
    pub is: Option<Expr>,
    /// Value when nothing is entered.
    pub default: Option<Expr>,
    /// Condition on the value; false is the refusal `field`.
    pub must: Option<Expr>,
    /// Uses up quantity of an earlier line.
    pub draws: Option<Draw>,
    /// Not on the printed form.
    pub unprinted: bool,
    /// Masked on screen, its reading journaled.
    pub sensitive: bool,
    /// Most characters of a text; 500 unless declared.
    pub length_max: u32,
    /// What scanning does to it.
    pub scan: Option<Scan>,
    /// How a text proves that it can be right; asked when it is entered.
    pub proof: Option<Proof>,
    /// How it may be typed in packages of a whole number of base units.
    pub packed: Option<Packed>,
    /// Other names that people give to it in the headings of their files.
    pub also: Vec<Arc<str>>,
    /// Explanation shown under the field, where the pack gives one.
    pub help: Option<Label>,
}

/// What scanning does to a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scan {
    /// It holds the value of this GS1 application identifier: `10`. What is entered is filled, what is carried or computed must
    /// agree; in a register, it is a field by whose value a scanned code finds the record.
    Element(Arc<str>),
    /// It counts the packs of its line.
    Count,
    /// It lists codes that are scanned one by one: a trace code that stands on every pack.
    Codes,
    /// In a register: its words are how the codes on the record's packs begin, each pack holding as many base units as that field
    /// of the record says, or one.
    Begins(Option<Arc<str>>),
    /// In a register: the key of a record is a code that stands for those that this field lists.
    Holds,
    /// It takes the key of a record of this register, as it stands on a label: that of a bin.
    Key(Arc<str>),
}

impl Field {
    /// The GS1 application identifier whose value it holds.
    pub fn element(&self) -> Option<&str> {
        match &self.scan {
            Some(Scan::Element(code)) => Some(code),
            _ => None,
        }
    }

    /// Whether it is added up over lines, on pages and on paper: quantities, and money that is computed. A price is money too,
    /// and a sum of prices says nothing. What is sensitive is not: its sum would tell it.
    pub fn is_totalled(&self) -> bool {
        match &self.kind {
            _ if self.sensitive => false,
            FieldKind::Amount(Unit::Qty) => true,
            FieldKind::Amount(Unit::Money) => self.is.is_some() && !self.carry,
            _ => false,
        }
    }
}

/// What a field holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldKind {
    /// Free text.
    Text,
    /// An exact amount.
    Amount(Unit),
    /// A calendar day.
    Day,
    /// A moment.
    Moment,
    /// Yes or no.
    Flag,
    /// One of a list.
    Choice(Vec<Choice>),
    /// A key of the register of that name in the same pack.
    Register(Arc<str>),
    /// A person's login.
    Person,
}

/// One value of a choice. The code is data; where a pack gives only Chinese, the code is the Chinese word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// Stored value.
    pub code: Arc<str>,
    /// What people read.
    pub label: Label,
}

/// `packed=item.per_case marks="件 箱"`: `3件5` is three packages and five more. What is kept is the amount in base units, so
/// nothing is ever rounded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packed {
    /// Base units per package: a count, or an amount of the field's unit.
    pub per: Expr,
    /// Words or characters that stand between packages and what is loose.
    pub marks: Vec<Arc<str>>,
}

/// `draws=order.qty`: bounded by what remains of that field on the line of that slip up the chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Draw {
    /// Index of the slip declaration within the flow.
    pub slip: usize,
    /// Index of the line field drawn from.
    pub field: usize,
}
