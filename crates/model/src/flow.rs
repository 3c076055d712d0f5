//! Flows: slips, steps, guards, postings, separation.

use std::ops::RangeInclusive;
use std::sync::Arc;

use kernel::{EntryState, Side, Unit};

use crate::{Changes, Expr, Field, Label};

/// Index of a step within its flow.
pub type StepIndex = usize;

/// A flow (流程): a chain of slips and the acts on them.
#[derive(Debug, Clone)]
pub struct Flow {
    /// `purchase_inbound`.
    pub name: Arc<str>,
    /// 采购入库.
    pub label: Label,
    /// Steps in the order in which they are written; a step needs every earlier step of its own slip and of the slips that
    /// it comes from.
    pub steps: Vec<Step>,
    /// Slip declarations.
    pub slips: Vec<Slip>,
    /// Slips of other flows of the pack that slips of this one are made from, as they are known there but without what their
    /// own flow computes and draws. A [`SlipRef`] counts on into them after `slips`; they have no steps here.
    pub foreign: Vec<Slip>,
    /// Sets of steps no person may share along the chain of slips.
    pub separations: Vec<Separation>,
    /// Law, standard or seed line that the flow follows, as written in the text.
    pub cites: Option<Label>,
}

/// Steps that one person may not both sign.
#[derive(Debug, Clone)]
pub struct Separation {
    /// Any two of these.
    pub steps: Vec<StepIndex>,
    /// Why, where the text says it.
    pub reason: Option<Label>,
    /// Law or rule it enforces.
    pub cites: Option<Label>,
}

/// What a step does to its slip. The list is closed; synonyms are refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verb {
    /// 填制.
    Fill,
    /// 复核.
    Check,
    /// 审核.
    Approve,
    /// 执行.
    Execute,
    /// 通知.
    Notify,
    /// 收货.
    Receive,
    /// 验收.
    Inspect,
    /// 入库.
    Store,
    /// 出库.
    Issue,
    /// 盘点.
    Count,
    /// 打印.
    Print,
    /// 归档.
    Archive,
    /// 记账.
    Post,
    /// 结账.
    Close,
}

impl Verb {
    /// All verbs with their names.
    pub const ALL: [(Verb, &'static str); 14] = [
        (Verb::Fill, "fill"),
        (Verb::Check, "check"),
        (Verb::Approve, "approve"),
        (Verb::Execute, "execute"),
        (Verb::Notify, "notify"),
        (Verb::Receive, "receive"),
        (Verb::Inspect, "inspect"),
        (Verb::Store, "store"),
        (Verb::Issue, "issue"),
        (Verb::Count, "count"),
        (Verb::Print, "print"),
        (Verb::Archive, "archive"),
        (Verb::Post, "post"),
        (Verb::Close, "close"),
    ];

    /// The name in declarations.
    pub fn name(self) -> &'static str {
        Verb::ALL
            .iter()
            .find(|(verb, _)| *verb == self)
            .map_or("", |(_, name)| name)
    }
}

/// A step (环节).
#[derive(Debug, Clone)]
pub struct Step {
    /// `order.fill`.
    pub name: Arc<str>,
    /// `gsp.purchase_inbound.order.fill`.
    pub qualified: Arc<str>,
    /// 采购订单填制.
    pub label: Label,
    /// Index of its slip in the flow.
    pub slip: usize,
    /// What it does.
    pub verb: Verb,
    /// Whether it is the first step of its slip: the one that enters its fields and gives it its number.
    pub begins: bool,
    /// Indexes of the pack's roles that may sign.
    pub by: Vec<usize>,
    /// How many must sign (会签/或签).
    pub quorum: Quorum,
    /// Header field that narrows the role: a grant with a scope only covers slips with that value.
    pub scope: Option<usize>,
    /// Skipped when false; `None`: always part of the run.
    pub when: Option<Expr>,
    /// Steps of other slips in the chain that must be done first (`needs`).
    pub needs: Vec<StepIndex>,
    /// Conditions, in order.
    pub guards: Vec<Guard>,
    /// Entries made when the step is done, in order.
    pub posts: Vec<Post>,
    /// Entries of this slip moved on to another state.
    pub advances: Vec<Advance>,
    /// Holds ended by this step.
    pub hold_ends: Vec<HoldEnd>,
    /// Facts recorded.
    pub records: Vec<RecordRule>,
    /// Whether it records what its slip asks to change ([`Slip::changes`]).
    pub changes: bool,
    /// Fields, by index, that this later step may still enter (header).
    pub enters: Vec<usize>,
    /// Fields, by index, that this later step may still enter (lines).
    pub enters_line: Vec<usize>,
    /// Computed fields, by index, that are computed anew at this later step (header).
    pub renews: Vec<usize>,
    /// Computed fields, by index, that are computed anew at this later step (lines).
    pub renews_line: Vec<usize>,
    /// Minutes within which it should be signed once it waits.
    pub within_minutes: Option<i64>,
    /// Role told when it was not.
    pub escalate: Option<usize>,
    /// Signing asks for the password again.
    pub step_up: bool,
}

/// How many signatures complete a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quorum {
    /// One of those who may.
    Any,
    /// One for each role listed, all by different persons.
    All,
    /// So many different persons.
    Of(u32),
}

/// A condition of a step.
#[derive(Debug, Clone)]
pub struct Guard {
    /// `shelf_life`.
    pub name: Arc<str>,
    /// The sentence people read when it fails.
    pub label: Label,
    /// The condition; `None`: the Rust rule of that name.
    pub must: Option<Expr>,
    /// Name of the field the refusal is shown at: the first field the condition reads.
    pub field: Option<(bool, usize)>,
    /// Law or rule it enforces.
    pub cites: Option<Label>,
}

/// An entry made by a step.
#[derive(Debug, Clone)]
pub struct Post {
    /// Index of the ledger in the pack.
    pub ledger: usize,
    /// Legs; `from`/`to` is the short form of two.
    pub legs: Vec<LegRule>,
    /// Whether one entry is made per line (some leg reads a line field).
    pub per_line: bool,
    /// Made only when true.
    pub when: Option<Expr>,
    /// One of each code that a field lists: the code is the key, and the legs have none of their own.
    pub each: Option<Each>,
    /// State and kind.
    pub kind: PostKind,
    /// On a valued ledger: how the value is found. The amount of the legs is the quantity then.
    pub cost: Option<Cost>,
}

/// How a posting on a valued ledger finds its value.
#[derive(Debug, Clone)]
pub enum Cost {
    /// The posting says it (`worth=`): what comes from outside makes a layer.
    Brought(Expr),
    /// What leaves takes its value along by the method in force.
    Drawn,
    /// A later change of value of what came in, without quantity: the part that is still there keeps it, the rest of it goes to
    /// the place of this index (`gone=`).
    Changed(Expr, usize),
    /// What waits to be valued up to the month of this day is valued at the average.
    Settled(Expr),
}

impl Cost {
    /// The expression that it reads.
    pub fn expr(&self) -> Option<&Expr> {
        match self {
            Cost::Brought(expr) | Cost::Changed(expr, _) | Cost::Settled(expr) => Some(expr),
            Cost::Drawn => None,
        }
    }

    /// The same with another expression.
    pub fn with(&self, expr: Expr) -> Cost {
        match self {
            Cost::Brought(_) => Cost::Brought(expr),
            Cost::Drawn => Cost::Drawn,
            Cost::Changed(_, gone) => Cost::Changed(expr, *gone),
            Cost::Settled(_) => Cost::Settled(expr),
        }
    }
}

/// The codes that a posting moves one by one.
#[derive(Debug, Clone)]
pub struct Each {
    /// A field that lists codes.
    pub of: Expr,
    /// Those of this list are left out.
    pub except: Option<Expr>,
}

/// Minutes that a hold may last: from one to a year of them.
pub const HOLD_MINUTES: RangeInclusive<i64> = 1..=366 * 24 * 60;

/// State of what a posting books.
#[derive(Debug, Clone)]
pub enum PostKind {
    /// In this state (posted unless declared).
    Entry(EntryState),
    /// Held under a name for so many minutes, then released unless settled.
    Hold {
        /// Name that `settle` and `release` use.
        name: Arc<str>,
        /// Minutes, a count; a parameter may say it.
        minutes: Expr,
        /// Whether the slip's page and the API keep to themselves how much it is: a sheet for a blind count holds what the books say.
        sensitive: bool,
    },
}

/// One leg of a posting.
#[derive(Debug, Clone)]
pub struct LegRule {
    /// Side.
    pub side: Side,
    /// Place.
    pub place: PlaceRef,
    /// Amount; its type has the ledger's unit.
    pub amount: Expr,
    /// Unit of the ledger.
    pub unit: Unit,
    /// Values of the ledger's conserved dimensions, in order.
    pub key: Vec<Expr>,
    /// Values of the ledger's further dimensions, in order.
    pub detail: Vec<Expr>,
}

/// Where a leg moves value.
#[derive(Debug, Clone)]
pub enum PlaceRef {
    /// A declared place, by index.
    Fixed(usize),
    /// The code that this expression gives; must be a declared place or a key of the ledger's chart.
    Chosen(Expr),
}

/// Moves this slip's entries in a ledger on to a state.
#[derive(Debug, Clone)]
pub struct Advance {
    /// Index of the ledger.
    pub ledger: usize,
    /// New state.
    pub to: EntryState,
}

/// Ends a hold made by a slip of the chain.
#[derive(Debug, Clone)]
pub struct HoldEnd {
    /// Name of the hold.
    pub name: Arc<str>,
    /// `settle` posts what was held, `release` lets it go.
    pub settle: bool,
}

/// Records a fact in a register.
#[derive(Debug, Clone)]
pub struct RecordRule {
    /// Name of the register.
    pub register: Arc<str>,
    /// Key; per line when it reads a line field.
    pub key: Expr,
    /// Whether one fact per line is recorded.
    pub per_line: bool,
    /// Index of the register's field and its value.
    pub fields: Vec<(usize, Expr)>,
    /// Day from which the fact holds; the day of the step when absent.
    pub from: Option<Expr>,
    /// Recorded only when true.
    pub when: Option<Expr>,
}

/// A slip declaration (单据).
#[derive(Debug, Clone)]
pub struct Slip {
    /// `order`.
    pub name: Arc<str>,
    /// `gsp.purchase_inbound.order`.
    pub qualified: Arc<str>,
    /// 采购订单.
    pub label: Label,
    /// Slips it may come from, by index; empty: begins a chain.
    pub from: Vec<SlipRef>,
    /// Whether one slip may be made from several (`join`).
    pub join: bool,
    /// Number pattern: `CG{date}-{0000}`.
    pub number: Arc<str>,
    /// Name of its form without extension.
    pub print: Option<Arc<str>>,
    /// Header fields in the order of the screen.
    pub header: Vec<Field>,
    /// Line fields; `None`: the slip has no lines.
    pub lines: Option<Vec<Field>>,
    /// Fewest lines.
    pub lines_min: u32,
    /// Most lines.
    pub lines_max: u32,
    /// Lines that a ledger proposes to whoever fills it in.
    pub proposal: Option<Proposal>,
    /// That it asks for changes of a record, and which of its fields say them.
    pub changes: Option<Changes>,
}

/// Lines proposed from a place of a ledger: one for each key that has something there (`proposal from=bins.shelf`).
#[derive(Debug, Clone)]
pub struct Proposal {
    /// Index of the ledger.
    pub ledger: usize,
    /// Index of its place.
    pub place: usize,
    /// Index of a line field, and what it gets; header names mean the ledger's dimensions, in order.
    pub fields: Vec<(usize, Expr)>,
    /// Which lines, once they are filled in; all when absent.
    pub keep: Option<Expr>,
    /// Line field by which they are put in order, least first; by key when absent.
    pub order: Option<usize>,
}

/// A slip kind by index: of the same flow, or, counting on after its last, one of [`Flow::foreign`].
pub type SlipRef = usize;

impl Flow {
    /// The step of that name (`order.fill`).
    pub fn step(&self, name: &str) -> Option<(StepIndex, &Step)> {
        self.steps
            .iter()
            .enumerate()
            .find(|(_, step)| &*step.name == name)
    }

    /// The slip kind that a reference means, of this flow or of another.
    pub fn kind(&self, at: SlipRef) -> Option<&Slip> {
        let foreign = || self.foreign.get(at.checked_sub(self.slips.len())?);
        self.slips.get(at).or_else(foreign)
    }

    /// All slip kinds that a reference may mean, with their references: those of this flow first.
    pub fn kinds(&self) -> impl Iterator<Item = (SlipRef, &Slip)> {
        self.slips.iter().chain(&self.foreign).enumerate()
    }

    /// Whether a reference means a slip of another flow.
    pub fn is_foreign(&self, at: SlipRef) -> bool {
        at >= self.slips.len()
    }

    /// The slip of that name.
    pub fn slip(&self, name: &str) -> Option<(usize, &Slip)> {
        self.slips
            .iter()
            .enumerate()
            .find(|(_, slip)| &*slip.name == name)
    }

    /// The steps of a slip, in order.
    pub fn steps_of(&self, slip: usize) -> impl Iterator<Item = (StepIndex, &Step)> {
        self.steps
            .iter()
            .enumerate()
            .filter(move |(_, step)| step.slip == slip)
    }

    /// Whether a field of a slip is left to a later step: one enters it, and nobody must have filled it in before.
    pub fn left_to_later(&self, slip: usize, field: (usize, &Field), in_line: bool) -> bool {
        let (at, field) = field;
        let enters = |step: &Step| match in_line {
            true => step.enters_line.contains(&at),
            false => step.enters.contains(&at),
        };
        let mut later = self.steps_of(slip).filter(|(_, step)| !step.begins);
        let free = field.optional && field.default.is_none() && field.draws.is_none();
        free && later.any(|(_, step)| enters(step))
    }

    /// The step that begins a slip.
    pub fn begins(&self, slip: usize) -> Option<(StepIndex, &Step)> {
        self.steps_of(slip).next()
    }

    /// Whether `ancestor` lies up the chain of `slip`: one of the slips it comes from, or one that these come from.
    pub fn comes_from(&self, slip: usize, ancestor: usize) -> bool {
        let mut seen = vec![false; self.slips.len() + self.foreign.len()];
        let mut open = self.slips[slip].from.clone();
        while let Some(next) = open.pop() {
            if next == ancestor {
                return true;
            }
            if !std::mem::replace(&mut seen[next], true) {
                open.extend(self.kind(next).iter().flat_map(|slip| &slip.from));
            }
        }
        false
    }

    /// The index, in the slip kind that a slip was really made from, of the field that [`crate::Name::SourceHeader`] or
    /// [`crate::Name::SourceLine`] (`line`) names by its index in the first slip of `from`: the field of the same name.
    pub fn source_field(
        &self,
        slip: usize,
        actual: usize,
        line: bool,
        field: usize,
    ) -> Option<usize> {
        let first = *self.slips.get(slip)?.from.first()?;
        if first == actual {
            return Some(field);
        }
        let (first, actual) = (self.kind(first)?, self.kind(actual)?);
        if line {
            let name = &first.lines.as_ref()?.get(field)?.name;
            actual.line_field(name).map(|(at, _)| at)
        } else {
            let name = &first.header.get(field)?.name;
            actual.header_field(name).map(|(at, _)| at)
        }
    }

    /// Slip kinds made from `slip`.
    pub fn made_from(&self, slip: usize) -> impl Iterator<Item = (usize, &Slip)> {
        self.slips
            .iter()
            .enumerate()
            .filter(move |(_, other)| other.from.contains(&slip))
    }
}

impl Slip {
    /// The header field of that name.
    pub fn header_field(&self, name: &str) -> Option<(usize, &Field)> {
        self.header
            .iter()
            .enumerate()
            .find(|(_, field)| &*field.name == name)
    }

    /// The line field of that name.
    pub fn line_field(&self, name: &str) -> Option<(usize, &Field)> {
        self.lines
            .as_deref()
            .unwrap_or_default()
            .iter()
            .enumerate()
            .find(|(_, field)| &*field.name == name)
    }

    /// Whether some line field draws on an earlier line; if none does, each source line is used once.
    pub fn draws(&self) -> bool {
        self.lines
            .as_deref()
            .unwrap_or_default()
            .iter()
            .any(|field| field.draws.is_some())
    }
}
