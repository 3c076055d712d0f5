//! An expression as written.

use crate::source::Span;

/// An expression before names have meaning. No tree is deeper than [`DEEPEST`].
#[derive(Debug, Clone)]
pub(crate) enum Ast {
    /// A number, as written.
    Number(String, Span),
    /// A text in single quotes.
    Text(String, Span),
    /// `true`, `false`.
    Flag(bool, Span),
    /// `empty`.
    Empty(Span),
    /// `line.item.storage`, `parameter.rate[line.class]`, `balance.stock.good[item, batch]`.
    Path(Vec<Segment>, Option<Vec<Ast>>),
    /// `-x`.
    Negate(Box<Ast>, Span),
    /// `not x`.
    Not(Box<Ast>, Span),
    /// `x + y`; the span is the operator's.
    Binary(Operator, Box<Ast>, Box<Ast>, Span),
}

/// One name of a path.
#[derive(Debug, Clone)]
pub(crate) struct Segment {
    pub name: String,
    pub span: Span,
}

/// Operators on two operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operator {
    Or,
    And,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Else,
    AtMost,
    AtLeast,
    InWhole,
    RestOf,
    Add,
    Subtract,
    Multiply,
    Divide,
}

/// Levels of operators and parentheses.
pub(crate) const DEEPEST: usize = 64;

impl Ast {
    /// Where it begins.
    pub fn span(&self) -> Span {
        match self {
            Ast::Number(_, span)
            | Ast::Text(_, span)
            | Ast::Flag(_, span)
            | Ast::Empty(span)
            | Ast::Negate(_, span)
            | Ast::Not(_, span) => *span,
            Ast::Path(segments, _) => segments.first().map(|one| one.span).unwrap_or_default(),
            Ast::Binary(_, left, _, _) => left.span(),
        }
    }
}

impl Operator {
    /// How tightly it binds.
    pub fn strength(self) -> u8 {
        match self {
            Operator::Or => 1,
            Operator::And => 2,
            Operator::Equal
            | Operator::NotEqual
            | Operator::Less
            | Operator::LessOrEqual
            | Operator::Greater
            | Operator::GreaterOrEqual => 4,
            Operator::Else | Operator::AtMost | Operator::AtLeast => 5,
            Operator::Add | Operator::Subtract => 6,
            Operator::Multiply | Operator::Divide | Operator::InWhole | Operator::RestOf => 7,
        }
    }

    /// Whether it compares.
    pub fn compares(self) -> bool {
        self.strength() == 4
    }

    /// As written.
    pub fn sign(self) -> &'static str {
        match self {
            Operator::Or => "or",
            Operator::Else => "else",
            Operator::AtMost => "at_most",
            Operator::AtLeast => "at_least",
            Operator::InWhole => "in_whole",
            Operator::RestOf => "rest_of",
            Operator::And => "and",
            Operator::Equal => "==",
            Operator::NotEqual => "!=",
            Operator::Less => "<",
            Operator::LessOrEqual => "<=",
            Operator::Greater => ">",
            Operator::GreaterOrEqual => ">=",
            Operator::Add => "+",
            Operator::Subtract => "-",
            Operator::Multiply => "*",
            Operator::Divide => "/",
        }
    }
}
