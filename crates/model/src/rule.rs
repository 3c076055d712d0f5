//! What a Rust rule of a pack may see: today, who signs, the slip, the records. It can say no; it can change nothing.

use std::fmt;

use kernel::{Day, Value};

/// A rule: a pure predicate named by a guard that has no condition.
pub type Rule = fn(&RuleContext<'_>) -> Verdict;

/// What a rule says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The guard holds.
    Holds,
    /// It fails for the slip as a whole.
    Fails,
    /// It fails at a field: of a line (position from 0) or of the header.
    FailsAt {
        /// Line, or `None` for the header.
        line: Option<usize>,
        /// Field name.
        field: &'static str,
    },
}

impl From<bool> for Verdict {
    fn from(holds: bool) -> Verdict {
        if holds {
            Verdict::Holds
        } else {
            Verdict::Fails
        }
    }
}

/// What a rule sees.
pub struct RuleContext<'a> {
    /// Business day of the command.
    pub today: Day,
    /// Login of the person who is about to sign; a deputy is himself, not the person he stands in for.
    pub signer: &'a str,
    /// The slip that is about to be signed, all fields computed.
    pub slip: RuleSlip<'a>,
    /// The slips it comes from, nearest first.
    pub sources: &'a [RuleSlip<'a>],
    /// Registers and parameters, as of `today`.
    pub facts: &'a dyn Facts,
}

impl fmt::Debug for RuleContext<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RuleContext")
            .field("today", &self.today)
            .field("signer", &self.signer)
            .field("slip", &self.slip)
            .finish_non_exhaustive()
    }
}

/// A slip by field names.
#[derive(Debug, Clone, Copy)]
pub struct RuleSlip<'a> {
    /// Its declaration.
    pub declaration: &'a crate::Slip,
    /// Header values, by index of the declaration.
    pub header: &'a [Value],
    /// Lines: values by index of the declaration.
    pub lines: &'a [RuleLine<'a>],
}

/// A line of a slip.
pub type RuleLine<'a> = &'a [Value];

impl<'a> RuleSlip<'a> {
    /// A header field; `Empty` when the slip has none of that name.
    pub fn header(&self, name: &str) -> &'a Value {
        self.declaration
            .header_field(name)
            .and_then(|(at, _)| self.header.get(at))
            .unwrap_or(&Value::Empty)
    }

    /// A field of a line.
    pub fn line(&self, line: usize, name: &str) -> &'a Value {
        let at = self.declaration.line_field(name).map(|(at, _)| at);
        at.and_then(|at| self.lines.get(line).and_then(|values| values.get(at)))
            .unwrap_or(&Value::Empty)
    }
}

/// Records and parameters for rules.
pub trait Facts {
    /// A field of a record as of today; `Empty` when there is none.
    fn fact(&self, register: &str, key: &str, field: &str) -> Value;
    /// A dated parameter as of today.
    fn parameter(&self, name: &str, key: &str) -> Value;
}
