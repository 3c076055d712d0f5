//! Checked expressions: total, typed, call-free. Made by the `pack` crate, run here.

use std::cmp::Ordering;
use std::sync::Arc;

use kernel::{Amount, Day, Unit, Value, divide_half_up};

use crate::Current;

/// What an expression gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Type {
    /// Text, choice or login.
    Text,
    /// A key of a register.
    Register(Arc<str>),
    /// An amount of a unit.
    Amount(Unit),
    /// A day.
    Day,
    /// A moment.
    Moment,
    /// Yes or no.
    Flag,
}

/// A checked expression. `Rescale` nodes are put in by the checker, so that evaluation never meets two units it cannot join.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expr {
    /// A constant.
    Literal(Value),
    /// A name.
    Name(Name),
    /// Minus.
    Negate(Box<Expr>),
    /// Not.
    Not(Box<Expr>),
    /// Two operands.
    Binary(Binary, Box<Expr>, Box<Expr>),
    /// Product of two amounts, given in a unit, rounded half up.
    Multiply(Box<Expr>, Box<Expr>, Unit),
    /// Quotient by a constant that is not zero, given in a unit, rounded half up.
    Divide(Box<Expr>, Amount, Unit),
    /// The same amount in another unit, rounded half up.
    Rescale(Box<Expr>, Unit),
    /// A day so many days later (`Count`).
    AddDays(Box<Expr>, Box<Expr>),
    /// Days between two days, as a count.
    DaysBetween(Box<Expr>, Box<Expr>),
}

/// Operators on two operands of one type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Binary {
    /// +
    Add,
    /// -
    Subtract,
    /// ==
    Equal,
    /// !=
    NotEqual,
    /// <
    Less,
    /// <=
    LessOrEqual,
    /// >
    Greater,
    /// >=
    GreaterOrEqual,
    /// and
    And,
    /// or
    Or,
    /// The left, or the right where the left is empty (`else`).
    Else,
    /// The smaller or earlier of both (`at_most`).
    AtMost,
    /// The greater or later of both (`at_least`).
    AtLeast,
    /// How many of the right go whole into the left, as a count (`in_whole`); towards zero.
    InWhole,
    /// What the left has beyond those (`rest_of`), in its own unit and with its sign.
    RestOf,
}

/// A resolved name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Name {
    /// The business day of the command.
    Today,
    /// A header field of this slip.
    Header(usize),
    /// A field of the current line of this slip.
    Line(usize),
    /// A header field of the source slip (of the source of the current line where there are several). Where a slip may come
    /// from several kinds, the index counts in the first of them; see [`crate::Flow::source_field`].
    SourceHeader(usize),
    /// A field of the line that the current line comes from, counted in the same way.
    SourceLine(usize),
    /// The sum of a line field over all lines.
    Total(usize),
    /// A field of the record that a reference names, as of the business day: register, reference, field of the register.
    Fact(Arc<str>, Box<Expr>, usize),
    /// A dated parameter of the pack, as of the business day; with a key or for all.
    Parameter(usize, Option<Box<Expr>>),
    /// What a ledger says at the moment of the step.
    Balance(Box<Reading>),
    /// What is recorded today of the record that the slip asks to change ([`crate::Slip::changes`]).
    Current(Current),
}

/// A reading of a ledger: one place at one key, as it stands when the step takes its turn, before what the step itself books.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// Index of the ledger in the pack.
    pub ledger: usize,
    /// Index of the place in the ledger.
    pub place: usize,
    /// Which of its figures.
    pub figure: Figure,
    /// Values of the ledger's conserved dimensions, in order.
    pub key: Vec<Expr>,
    /// Values of the ledger's further dimensions, in order.
    pub detail: Vec<Expr>,
}

/// What is read of a balance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Figure {
    /// What is posted (`balance.stock.good`).
    Posted,
    /// What may still leave: posted, less what is held to leave (`.available`).
    Available,
    /// What is held to leave the place, or else to arrive in it (`.held`).
    Held,
}

impl Figure {
    /// The figures with the words that stand after the place; the one without a word is what is posted.
    pub const ALL: [(Figure, &'static str); 3] = [
        (Figure::Posted, ""),
        (Figure::Available, "available"),
        (Figure::Held, "held"),
    ];
}

impl Expr {
    /// Calls `see` for every name read, from left to right; the reference within a `Fact` comes before the `Fact`.
    pub fn names<'a>(&'a self, see: &mut impl FnMut(&'a Name)) {
        match self {
            Expr::Literal(_) => {}
            Expr::Name(name) => {
                match name {
                    Name::Fact(_, reference, _) => reference.names(see),
                    Name::Parameter(_, Some(key)) => key.names(see),
                    Name::Balance(reading) => {
                        let dimensions = reading.key.iter().chain(&reading.detail);
                        dimensions.for_each(|one| one.names(see));
                    }
                    _ => {}
                }
                see(name);
            }
            Expr::Negate(inner)
            | Expr::Not(inner)
            | Expr::Divide(inner, _, _)
            | Expr::Rescale(inner, _) => inner.names(see),
            Expr::Binary(_, left, right)
            | Expr::Multiply(left, right, _)
            | Expr::AddDays(left, right)
            | Expr::DaysBetween(left, right) => {
                left.names(see);
                right.names(see);
            }
        }
    }

    /// Whether it reads a line, so that it has a value per line.
    pub fn reads_line(&self) -> bool {
        let mut reads = false;
        self.names(&mut |name| reads |= matches!(name, Name::Line(_) | Name::SourceLine(_)));
        reads
    }
}

/// Where names get their values.
pub trait Scope {
    /// The value of a name other than `Fact`, `Parameter` and `Balance`.
    fn name(&self, name: &Name) -> Value;
    /// A field of a record as of the business day; `Empty` when there is none.
    fn fact(&self, register: &str, key: &str, field: usize) -> Value;
    /// A parameter as of the business day; `Empty` when none is in force.
    fn parameter(&self, parameter: usize, key: &str) -> Value;
    /// What a ledger says at these values of its dimensions: conserved and further ones.
    fn balance(&self, reading: &Reading, key: &[String], detail: &[String]) -> Value;
}

/// Why an expression has no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EvalError {
    /// A result does not fit.
    #[error("the result is too large")]
    TooLarge,
}

/// The value of an expression. An empty operand makes the result empty, save in `==` and `!=`, where it equals only what
/// is empty, in `and`/`or`, where the other side may decide, and in `else`.
pub fn evaluate(expr: &Expr, scope: &dyn Scope) -> Result<Value, EvalError> {
    Ok(match expr {
        Expr::Literal(value) => value.clone(),
        Expr::Name(Name::Fact(register, reference, field)) => match evaluate(reference, scope)? {
            Value::Text(key) => scope.fact(register, &key, *field),
            _ => Value::Empty,
        },
        Expr::Name(Name::Parameter(parameter, key)) => match key {
            None => scope.parameter(*parameter, ""),
            Some(key) => scope.parameter(*parameter, &evaluate(key, scope)?.to_string()),
        },
        Expr::Name(Name::Balance(reading)) => {
            let (key, detail) = (
                dimensions(&reading.key, scope)?,
                dimensions(&reading.detail, scope)?,
            );
            match (key, detail) {
                (Some(key), Some(detail)) => scope.balance(reading, &key, &detail),
                _ => Value::Empty,
            }
        }
        Expr::Name(name) => scope.name(name),
        Expr::Negate(inner) => match evaluate(inner, scope)? {
            Value::Amount(a) => Value::Amount(Amount::new(
                a.units.checked_neg().ok_or(EvalError::TooLarge)?,
                a.unit,
            )),
            _ => Value::Empty,
        },
        Expr::Not(inner) => match evaluate(inner, scope)? {
            Value::Flag(yes) => Value::Flag(!yes),
            _ => Value::Empty,
        },
        Expr::Binary(op, left, right) => {
            binary(*op, evaluate(left, scope)?, evaluate(right, scope)?)?
        }
        Expr::Multiply(left, right, unit) => {
            match (evaluate(left, scope)?, evaluate(right, scope)?) {
                (Value::Amount(a), Value::Amount(b)) => Value::Amount(multiply(a, b, *unit)?),
                _ => Value::Empty,
            }
        }
        Expr::Divide(left, by, unit) => match evaluate(left, scope)? {
            Value::Amount(a) => Value::Amount(divide(a, *by, *unit)?),
            _ => Value::Empty,
        },
        Expr::Rescale(inner, unit) => match evaluate(inner, scope)? {
            Value::Amount(a) => Value::Amount(rescale(i128::from(a.units), a.unit.scale(), *unit)?),
            _ => Value::Empty,
        },
        Expr::AddDays(day, count) => match (evaluate(day, scope)?, evaluate(count, scope)?) {
            (Value::Day(day), Value::Amount(count)) => {
                Value::Day(day.plus_days(count.units).ok_or(EvalError::TooLarge)?)
            }
            _ => Value::Empty,
        },
        Expr::DaysBetween(later, earlier) => {
            match (evaluate(later, scope)?, evaluate(earlier, scope)?) {
                (Value::Day(later), Value::Day(earlier)) => {
                    Value::Amount(Amount::new(days_between(later, earlier), Unit::Count))
                }
                _ => Value::Empty,
            }
        }
    })
}

/// The values of dimensions as a ledger writes them; `None` when one is empty.
fn dimensions(exprs: &[Expr], scope: &dyn Scope) -> Result<Option<Vec<String>>, EvalError> {
    let mut values = Vec::with_capacity(exprs.len());
    for expr in exprs {
        match evaluate(expr, scope)? {
            Value::Empty => return Ok(None),
            value => values.push(value.to_string()),
        }
    }
    Ok(Some(values))
}

fn days_between(later: Day, earlier: Day) -> i64 {
    later.days_since(earlier)
}

fn multiply(a: Amount, b: Amount, unit: Unit) -> Result<Amount, EvalError> {
    rescale(
        i128::from(a.units) * i128::from(b.units),
        a.unit.scale() + b.unit.scale(),
        unit,
    )
}

fn divide(a: Amount, by: Amount, unit: Unit) -> Result<Amount, EvalError> {
    let numerator = i128::from(a.units) * 10i128.pow(by.unit.scale() + unit.scale());
    let denominator = i128::from(by.units) * 10i128.pow(a.unit.scale());
    let units = divide_half_up(numerator, denominator).ok_or(EvalError::TooLarge)?;
    i64::try_from(units)
        .map(|units| Amount::new(units, unit))
        .map_err(|_| EvalError::TooLarge)
}

fn rescale(mantissa: i128, scale: u32, unit: Unit) -> Result<Amount, EvalError> {
    let units = if scale > unit.scale() {
        divide_half_up(mantissa, 10i128.pow(scale - unit.scale())).ok_or(EvalError::TooLarge)?
    } else {
        mantissa
            .checked_mul(10i128.pow(unit.scale() - scale))
            .ok_or(EvalError::TooLarge)?
    };
    i64::try_from(units)
        .map(|units| Amount::new(units, unit))
        .map_err(|_| EvalError::TooLarge)
}

fn binary(op: Binary, left: Value, right: Value) -> Result<Value, EvalError> {
    Ok(match op {
        Binary::And => match (&left, &right) {
            (Value::Flag(false), _) | (_, Value::Flag(false)) => Value::Flag(false),
            (Value::Flag(true), Value::Flag(true)) => Value::Flag(true),
            _ => Value::Empty,
        },
        Binary::Or => match (&left, &right) {
            (Value::Flag(true), _) | (_, Value::Flag(true)) => Value::Flag(true),
            (Value::Flag(false), Value::Flag(false)) => Value::Flag(false),
            _ => Value::Empty,
        },
        Binary::Else => match left {
            Value::Empty => right,
            left => left,
        },
        Binary::AtMost | Binary::AtLeast => match compare(&left, &right) {
            None => Value::Empty,
            Some(order) if (order == Ordering::Greater) == (op == Binary::AtMost) => right,
            Some(_) => left,
        },
        Binary::InWhole | Binary::RestOf => match (left, right) {
            (Value::Amount(a), Value::Amount(b)) => whole_and_rest(a, b, op)?,
            _ => Value::Empty,
        },
        Binary::Equal => Value::Flag(left == right),
        Binary::NotEqual => Value::Flag(left != right),
        Binary::Add | Binary::Subtract => match (left, right) {
            (Value::Amount(a), Value::Amount(b)) => {
                let units = if op == Binary::Add {
                    a.units.checked_add(b.units)
                } else {
                    a.units.checked_sub(b.units)
                };
                Value::Amount(Amount::new(units.ok_or(EvalError::TooLarge)?, a.unit))
            }
            (Value::Text(a), Value::Text(b)) if op == Binary::Add => {
                Value::Text(format!("{a}{b}").into())
            }
            _ => Value::Empty,
        },
        Binary::Less | Binary::LessOrEqual | Binary::Greater | Binary::GreaterOrEqual => {
            match compare(&left, &right) {
                None => Value::Empty,
                Some(order) => Value::Flag(match op {
                    Binary::Less => order == Ordering::Less,
                    Binary::LessOrEqual => order != Ordering::Greater,
                    Binary::Greater => order == Ordering::Greater,
                    _ => order != Ordering::Less,
                }),
            }
        }
    })
}

/// Exact: the checker admits a right side of no more decimals than the left one. Without a positive right side there is neither.
fn whole_and_rest(a: Amount, b: Amount, op: Binary) -> Result<Value, EvalError> {
    let (a_scale, b_scale) = (a.unit.scale(), b.unit.scale());
    let by = i128::from(b.units) * 10i128.pow(a_scale.saturating_sub(b_scale));
    if by <= 0 {
        return Ok(Value::Empty);
    }
    let units = i128::from(a.units) * 10i128.pow(b_scale.saturating_sub(a_scale));
    let (found, unit) = match op {
        Binary::InWhole => (units / by, Unit::Count),
        _ => (units % by, a.unit),
    };
    i64::try_from(found)
        .map(|units| Value::Amount(Amount::new(units, unit)))
        .map_err(|_| EvalError::TooLarge)
}

fn compare(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (Value::Amount(a), Value::Amount(b)) => Some(a.units.cmp(&b.units)),
        (Value::Day(a), Value::Day(b)) => Some(a.cmp(b)),
        (Value::Moment(a), Value::Moment(b)) => Some(a.cmp(b)),
        (Value::Text(a), Value::Text(b)) => Some(a.cmp(b)),
        _ => None,
    }
}
