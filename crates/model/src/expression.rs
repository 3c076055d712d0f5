//! Checked expressions: total, typed, call-free. Made by the `pack` crate, run here.

use std::cmp::Ordering;
use std::sync::Arc;

use kernel::{Amount, Day, Unit, Value, divide_half_up};

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
    /// The value of a name other than `Fact` and `Parameter`.
    fn name(&self, name: &Name) -> Value;
    /// A field of a record as of the business day; `Empty` when there is none.
    fn fact(&self, register: &str, key: &str, field: usize) -> Value;
    /// A parameter as of the business day; `Empty` when none is in force.
    fn parameter(&self, parameter: usize, key: &str) -> Value;
}

/// Why an expression has no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EvalError {
    /// A result does not fit.
    #[error("the result is too large")]
    TooLarge,
}

/// The value of an expression. An empty operand makes the result empty, save in `==` and `!=`, where it equals only what
/// is empty, and in `and`/`or`, where the other side may decide.
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

fn compare(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (Value::Amount(a), Value::Amount(b)) => Some(a.units.cmp(&b.units)),
        (Value::Day(a), Value::Day(b)) => Some(a.cmp(b)),
        (Value::Moment(a), Value::Moment(b)) => Some(a.cmp(b)),
        (Value::Text(a), Value::Text(b)) => Some(a.cmp(b)),
        _ => None,
    }
}
