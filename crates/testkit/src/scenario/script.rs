//! A scenario as it is written: statements with what is expected of each, names not yet looked up.

use kernel::{Day, Moment, Period};

/// A whole scenario.
#[derive(Debug, Clone, Default)]
pub struct Script {
    /// What is given before the first command.
    pub given: Vec<(usize, Given)>,
    /// What happens, in order.
    pub statements: Vec<Statement>,
}

/// What is given.
#[derive(Debug, Clone)]
pub enum Given {
    /// `given user 王内勤 buyer receiver identity=E7`.
    User {
        /// Login, name and (unless given) identity.
        login: String,
        /// Roles, unqualified or qualified.
        roles: Vec<String>,
        /// `identity`, `from`, `until`, `scope`.
        identity: Option<String>,
        /// First day of the roles.
        from: Option<Day>,
        /// Last day of the roles.
        until: Option<Day>,
        /// Scope of the roles.
        scope: Option<String>,
        /// Whether the person administers.
        administrator: bool,
    },
    /// `given party S01 licence_until=2027-12-31`.
    Record {
        /// Register, unqualified or qualified.
        register: String,
        /// Key.
        key: String,
        /// Fields by name.
        fields: Vec<(String, String)>,
    },
}

/// Something that happens, and what is expected of it.
#[derive(Debug, Clone)]
pub struct Statement {
    /// Line, from 1.
    pub line: usize,
    /// What happens.
    pub event: Event,
    /// What is expected.
    pub expected: Vec<Expected>,
}

/// What happens.
#[derive(Debug, Clone)]
pub enum Event {
    /// A person does something.
    Command(Box<Said>),
    /// Time passes; timers that are due fire.
    Tick(Moment),
}

/// What a person does.
#[derive(Debug, Clone)]
pub struct Said {
    /// Business day.
    pub day: Day,
    /// Minutes after midnight, where the line says so (`at=14:05`).
    pub minute: Option<i64>,
    /// Login.
    pub person: String,
    /// Login of the person deputised for (`for=`).
    pub on_behalf_of: Option<String>,
    /// Idempotency key (`key=`), where the line gives one.
    pub key: Option<String>,
    /// What the signer saw (`seen=`).
    pub seen: SeenAs,
    /// Whether he gave his password again just before (`confirmed=no`).
    pub confirmed: bool,
    /// What is done.
    pub deed: Deed,
}

/// What the signer saw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SeenAs {
    /// The slips as they are.
    Current,
    /// Something else.
    Stale,
    /// Nothing at all.
    Nothing,
}

/// What is done.
#[derive(Debug, Clone)]
pub enum Deed {
    /// A step.
    Step {
        /// Step, unqualified or qualified.
        step: String,
        /// Numbers of the slip acted on, or of the sources.
        targets: Vec<String>,
        /// Header fields.
        header: Vec<(String, String)>,
        /// Lines.
        lines: Vec<TypedLine>,
    },
    /// Another act on a slip.
    Act {
        /// Which.
        act: ActName,
        /// Number of the slip.
        target: String,
        /// Its arguments by name, checked against [`ActName::arguments`].
        arguments: Vec<(String, String)>,
    },
    /// `deputise to= from= until=`.
    Deputise {
        /// Login.
        to: String,
        /// First day.
        from: Day,
        /// Last day.
        until: Day,
    },
    /// `close_period LEDGER PERIOD`, or `reopen_period LEDGER PERIOD reason=…`.
    Period {
        /// Ledger, unqualified or qualified.
        ledger: String,
        /// Period.
        period: Period,
        /// Set for opening again.
        reopen: Option<String>,
    },
    /// `record REGISTER KEY field=value …`: an administrator puts a record.
    Record {
        /// Register, unqualified or qualified.
        register: String,
        /// Key.
        key: String,
        /// Fields by name.
        fields: Vec<(String, String)>,
    },
}

/// One typed line of a slip.
#[derive(Debug, Clone, Default)]
pub struct TypedLine {
    /// `proposed`: the lines that the ledger proposes, each with these fields.
    pub proposed: bool,
    /// `of=NUMBER#2` or `of=2`.
    pub of: Option<(Option<String>, i64)>,
    /// Fields by name.
    pub fields: Vec<(String, String)>,
}

/// Acts on a slip other than steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActName {
    /// 退回.
    Return,
    /// 撤回.
    Withdraw,
    /// 作废.
    Void,
    /// Asks for a reversal.
    AskReversal,
    /// 红字冲销.
    Reverse,
    /// Turns a reversal down.
    RefuseReversal,
    /// 转办.
    HandOver,
    /// 加签.
    AddSigner,
    /// Signs as added signer.
    Cosign,
    /// 抄送.
    CopyTo,
    /// 催办.
    Remind,
    /// A comment.
    Comment,
}

impl ActName {
    /// All acts: name, needed arguments, further arguments.
    const ALL: [(
        ActName,
        &'static str,
        &'static [&'static str],
        &'static [&'static str],
    ); 12] = [
        (ActName::Return, "return", &["reason"], &["to"]),
        (ActName::Withdraw, "withdraw", &[], &["reason"]),
        (ActName::Void, "void", &["reason"], &[]),
        (ActName::AskReversal, "ask_reversal", &["reason"], &[]),
        (ActName::Reverse, "reverse", &[], &[]),
        (ActName::RefuseReversal, "refuse_reversal", &["reason"], &[]),
        (ActName::HandOver, "hand_over", &["step", "to"], &["reason"]),
        (
            ActName::AddSigner,
            "add_signer",
            &["step", "to"],
            &["reason"],
        ),
        (ActName::Cosign, "cosign", &["step"], &["opinion"]),
        (ActName::CopyTo, "copy_to", &["to"], &[]),
        (ActName::Remind, "remind", &[], &["text"]),
        (ActName::Comment, "comment", &["text"], &[]),
    ];

    /// The act of that name.
    pub fn named(name: &str) -> Option<ActName> {
        ActName::ALL
            .iter()
            .find(|row| row.1 == name)
            .map(|row| row.0)
    }

    /// The names of all acts.
    pub fn names() -> impl Iterator<Item = &'static str> {
        ActName::ALL.iter().map(|row| row.1)
    }

    /// The arguments it needs and those it may have.
    pub fn arguments(self) -> (&'static [&'static str], &'static [&'static str]) {
        let row = ActName::ALL.iter().find(|row| row.0 == self);
        row.map_or((&[], &[]), |row| (row.2, row.3))
    }
}

/// What is expected after a statement.
#[derive(Debug, Clone)]
pub struct Expected {
    /// Line, from 1.
    pub line: usize,
    /// What.
    pub what: Expectation,
}

/// What is expected.
#[derive(Debug, Clone)]
pub enum Expectation {
    /// `= NUMBER`.
    Number(String),
    /// `! code sentence`; the sentence is empty when only the code matters.
    Refusal {
        /// Short or full code.
        code: String,
        /// Chinese or English sentence.
        sentence: String,
    },
    /// `ledger place key [state] balance`.
    Balance {
        /// Ledger, unqualified or qualified.
        ledger: String,
        /// Place.
        place: String,
        /// Conserved key as joined; empty for `-`.
        key: String,
        /// Further dimensions (`@…`); all of them together when absent.
        detail: Option<String>,
        /// Which sum.
        sum: Sum,
        /// Balance.
        amount: String,
    },
    /// `~ step role [kind]`; every `~` of a statement together say all that waits. `~ -`: nothing waits.
    Waits(Option<Waits>),
    /// `> role kind` or `> LOGIN kind`: somebody is told.
    Told {
        /// Role, unqualified or qualified, or login.
        whom: String,
        /// `copy`, `reminder`, `escalation`, `comment`, `attachment`.
        kind: String,
    },
    /// `? [NUMBER] field = value`.
    Field {
        /// Number of the slip; the slip of the command when absent.
        number: Option<String>,
        /// `supplier`, `line.1.amount`, `line.1.drawn.qty`, `state`, or `register.KEY.field`.
        path: String,
        /// Canonical text; empty when nothing is there.
        value: String,
    },
}

/// Something that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waits {
    /// Step, unqualified or qualified.
    pub step: String,
    /// Roles joined by commas, or the login of the only person who may act.
    pub whom: String,
    /// `returned`, `cosign`, `reversal`, `overdue`.
    pub kind: Option<String>,
}

/// Which sum of a balance is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sum {
    /// Posted, in minus out: what is there.
    Posted,
    /// Posted less what is held to leave.
    Available,
    /// What is held: to leave the place, or else to arrive in it.
    Held,
    /// Entered, not checked.
    Draft,
    /// Checked, not posted.
    Checked,
    /// Posted turnover into the place.
    In,
    /// Posted turnover out of the place.
    Out,
}

impl Sum {
    /// All sums with the words for them; [`Sum::Posted`] is meant when no word is there.
    pub const ALL: [(Sum, &'static str); 7] = [
        (Sum::Posted, "posted"),
        (Sum::Available, "available"),
        (Sum::Held, "held"),
        (Sum::Draft, "draft"),
        (Sum::Checked, "checked"),
        (Sum::In, "in"),
        (Sum::Out, "out"),
    ];

    /// The sum of that name.
    pub fn named(name: &str) -> Option<Sum> {
        Sum::ALL.iter().find(|row| row.1 == name).map(|row| row.0)
    }
}
