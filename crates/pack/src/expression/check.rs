//! Types: which operands go together, and what they give.

use kernel::{Amount, AmountError, Day, Unit, Value};
use model::{Binary, Expr};

use crate::Kind;
use crate::expression::ast::{Ast, Operator};
use crate::expression::names::{SlipTypes, Stands, Tables};
use crate::expression::parse::parse;
use crate::expression::types::{Decimal, Ty};
use crate::source::{Desk, Span, quoted};
use crate::suggest;
use crate::tree::Word;

/// An expression with its type.
#[derive(Debug, Clone)]
pub(crate) struct Checked {
    pub expr: Expr,
    pub ty: Ty,
    pub span: Span,
}

/// Checks the expressions that stand at one place.
pub(crate) struct Checker<'a> {
    pub desk: &'a Desk<'a>,
    pub tables: &'a Tables,
    /// The slips of the flow.
    pub slips: &'a [SlipTypes],
    /// The slip that the expression belongs to.
    pub slip: usize,
    pub stands: Stands,
}

impl Checker<'_> {
    /// A condition; `None` after a complaint.
    pub fn condition(&self, word: &Word) -> Option<Expr> {
        let checked = self.any(word)?;
        match checked.ty {
            Ty::Flag => Some(checked.expr),
            ty => {
                let message = format!("expected a condition, this is {ty}");
                self.desk.error(Kind::TypeMismatch, checked.span, message);
                None
            }
        }
    }

    /// A value of this type; `None` after a complaint.
    pub fn value(&self, word: &Word, wanted: &Ty) -> Option<Expr> {
        let checked = self.any(word)?;
        self.convert(checked, wanted)
    }

    /// A value of any type; `None` after a complaint.
    pub fn any(&self, word: &Word) -> Option<Checked> {
        self.check(&parse(self.desk, word)?)
    }

    /// `checked` as a value of the type `wanted`.
    fn convert(&self, checked: Checked, wanted: &Ty) -> Option<Expr> {
        let span = checked.span;
        match (wanted, checked.ty) {
            (Ty::Unknown, _) => None,
            (Ty::Amount(unit), Ty::Number(number)) => self.number(number, *unit, span),
            (Ty::Day, Ty::Quote(text)) => self.day(&text, span),
            (Ty::Choice(_), Ty::Quote(text)) => self.choice(&text, wanted, span),
            (Ty::Choice(codes), Ty::Choice(given)) => {
                match given.iter().find(|code| !codes.contains(code)) {
                    None => Some(checked.expr),
                    Some(code) => {
                        let message = format!("{} is not one of the choices here", quoted(code));
                        self.desk.error(Kind::UnknownChoice, span, message);
                        None
                    }
                }
            }
            (Ty::Text | Ty::Register(_), Ty::Quote(text)) => {
                Some(Expr::Literal(Value::text(&text)))
            }
            (Ty::Text, ty) if ty.textual() => Some(checked.expr),
            (wanted, ty) if *wanted == ty => Some(checked.expr),
            (wanted, ty) => {
                let hint = match (wanted, &ty) {
                    (Ty::Amount(_), Ty::Quote(_)) => Some("numbers stand without quotes"),
                    (wanted, Ty::Number(_)) if wanted.textual() => {
                        Some("text stands in single quotes: '1'")
                    }
                    _ => None,
                };
                let message = format!("expected {wanted}, this is {ty}");
                let hint = hint.map(str::to_owned);
                self.desk.hinted(Kind::TypeMismatch, span, message, hint);
                None
            }
        }
    }

    fn number(&self, number: Decimal, unit: Unit, span: Span) -> Option<Expr> {
        let message = match number.amount(unit) {
            Ok(amount) => return Some(Expr::Literal(Value::Amount(amount))),
            Err(AmountError::TooManyDecimals(most)) => {
                format!(
                    "{number} has more decimals than {} keeps ({most})",
                    unit.name()
                )
            }
            Err(_) => format!("{number} is too large for {}", unit.name()),
        };
        self.desk.error(Kind::Literal, span, message);
        None
    }

    fn day(&self, text: &str, span: Span) -> Option<Expr> {
        match text.parse::<Day>() {
            Ok(day) => Some(Expr::Literal(Value::Day(day))),
            Err(error) => {
                let message = format!("{} is {error}", quoted(text));
                self.desk.error(Kind::Literal, span, message);
                None
            }
        }
    }

    fn choice(&self, text: &str, ty: &Ty, span: Span) -> Option<Expr> {
        let Ty::Choice(codes) = ty else { return None };
        if codes.iter().any(|code| **code == *text) {
            return Some(Expr::Literal(Value::text(text)));
        }
        let message = format!("{} is not one of the choices", quoted(text));
        let hint = suggest::one_of(text, codes.iter().map(|code| &**code));
        self.desk.hinted(Kind::UnknownChoice, span, message, hint);
        None
    }

    /// The type of an expression; `None` after a complaint.
    pub(super) fn check(&self, ast: &Ast) -> Option<Checked> {
        let literal = |value: Value, ty: Ty| {
            Some(Checked {
                expr: Expr::Literal(value),
                ty,
                span: ast.span(),
            })
        };
        match ast {
            Ast::Number(text, span) => match Decimal::parse(text) {
                Some(number) => literal(Value::Empty, Ty::Number(number)),
                None => {
                    let message = format!("{} has too many digits", quoted(text));
                    self.desk.error(Kind::Literal, *span, message);
                    None
                }
            },
            Ast::Text(text, _) => literal(Value::text(text), Ty::Quote(text.clone())),
            Ast::Flag(yes, _) => literal(Value::Flag(*yes), Ty::Flag),
            Ast::Empty(_) => literal(Value::Empty, Ty::Empty),
            Ast::Path(segments, keys) => self.path(segments, keys.as_deref()),
            Ast::Negate(inner, span) => self.negate(self.check(inner)?, *span),
            Ast::Not(inner, span) => {
                let inner = self.check(inner)?;
                let expr = self.flag(inner)?;
                Some(Checked {
                    expr: Expr::Not(Box::new(expr)),
                    ty: Ty::Flag,
                    span: *span,
                })
            }
            Ast::Binary(operator, left, right, span) => {
                let (left, right) = (self.check(left), self.check(right));
                self.binary(*operator, left?, right?, *span)
            }
        }
    }

    fn negate(&self, inner: Checked, span: Span) -> Option<Checked> {
        match inner.ty {
            Ty::Number(number) => Some(Checked {
                ty: Ty::Number(number.negated()),
                span,
                ..inner
            }),
            Ty::Amount(_) => Some(Checked {
                expr: Expr::Negate(Box::new(inner.expr)),
                ty: inner.ty,
                span,
            }),
            ty => {
                let message = format!("`-` takes an amount, this is {ty}");
                self.desk.error(Kind::Operands, span, message);
                None
            }
        }
    }

    fn flag(&self, checked: Checked) -> Option<Expr> {
        match checked.ty {
            Ty::Flag => Some(checked.expr),
            ty => {
                let message = format!("expected a condition, this is {ty}");
                self.desk.error(Kind::TypeMismatch, checked.span, message);
                None
            }
        }
    }

    fn binary(
        &self,
        operator: Operator,
        left: Checked,
        right: Checked,
        at: Span,
    ) -> Option<Checked> {
        let span = left.span;
        let (expr, ty) = match operator {
            Operator::And | Operator::Or => {
                let (left, right) = (self.flag(left), self.flag(right));
                let joined = if operator == Operator::And {
                    Binary::And
                } else {
                    Binary::Or
                };
                (pair(joined, left?, right?), Ty::Flag)
            }
            Operator::Add | Operator::Subtract => self.sum(operator, left, right, at)?,
            Operator::Else => self.otherwise(left, right, at)?,
            Operator::AtMost | Operator::AtLeast => self.bound(operator, left, right, at)?,
            Operator::InWhole | Operator::RestOf => self.packages(operator, left, right, at)?,
            Operator::Multiply => self.product(left, right, at)?,
            Operator::Divide => self.quotient(left, right, at)?,
            _ => (self.comparison(operator, left, right, at)?, Ty::Flag),
        };
        Some(Checked { expr, ty, span })
    }

    fn operands<T>(
        &self,
        operator: Operator,
        left: &Ty,
        right: &Ty,
        at: Span,
        hint: Option<&str>,
    ) -> Option<T> {
        let message = format!("{left} {} {right} has no meaning", operator.sign());
        let hint = hint.map(str::to_owned);
        self.desk.hinted(Kind::Operands, at, message, hint);
        None
    }

    fn sum(
        &self,
        operator: Operator,
        left: Checked,
        right: Checked,
        at: Span,
    ) -> Option<(Expr, Ty)> {
        let op = if operator == Operator::Add {
            Binary::Add
        } else {
            Binary::Subtract
        };
        match (&left.ty, &right.ty) {
            (Ty::Number(a), Ty::Number(b)) => {
                let b = if op == Binary::Add { *b } else { b.negated() };
                self.folded(a.plus(b), at)
            }
            (Ty::Amount(unit), Ty::Number(number)) => {
                let right = self.number(*number, *unit, right.span)?;
                Some((pair(op, left.expr, right), left.ty))
            }
            (Ty::Number(number), Ty::Amount(unit)) => {
                let left = self.number(*number, *unit, left.span)?;
                Some((pair(op, left, right.expr), right.ty))
            }
            (Ty::Amount(a), Ty::Amount(b)) if a == b => {
                Some((pair(op, left.expr, right.expr), left.ty))
            }
            (Ty::Day, Ty::Day) if op == Binary::Subtract => Some((
                Expr::DaysBetween(Box::new(left.expr), Box::new(right.expr)),
                Ty::Amount(Unit::Count),
            )),
            (Ty::Day, Ty::Number(_) | Ty::Amount(Unit::Count)) => {
                let days = self.convert(right, &Ty::Amount(Unit::Count))?;
                let days = match op {
                    Binary::Add => days,
                    _ => Expr::Negate(Box::new(days)),
                };
                let expr = Expr::AddDays(Box::new(left.expr), Box::new(days));
                Some((expr, Ty::Day))
            }
            (Ty::Number(_) | Ty::Amount(Unit::Count), Ty::Day) if op == Binary::Add => {
                let days = self.convert(left, &Ty::Amount(Unit::Count))?;
                let expr = Expr::AddDays(Box::new(right.expr), Box::new(days));
                Some((expr, Ty::Day))
            }
            (l, r) if op == Binary::Add && l.textual() && r.textual() => {
                Some((pair(op, left.textual(), right.textual()), Ty::Text))
            }
            (l, r) => {
                let hint = match (l, r) {
                    (Ty::Amount(_), Ty::Amount(_)) => Some("both sides must have one unit"),
                    (Ty::Day, _) | (_, Ty::Day) => {
                        Some("a count of days is added to a date, two dates are subtracted")
                    }
                    _ => None,
                };
                self.operands(operator, l, r, at, hint)
            }
        }
    }

    fn folded(&self, number: Option<Decimal>, at: Span) -> Option<(Expr, Ty)> {
        match number {
            Some(number) => Some((Expr::Literal(Value::Empty), Ty::Number(number))),
            None => {
                self.desk
                    .error(Kind::Literal, at, "the result has too many digits");
                None
            }
        }
    }

    /// A number that is written out, as a factor or divisor: a count when it is whole, else a rate.
    fn factor(&self, number: Decimal, span: Span) -> Option<Amount> {
        let unit = if number.whole() {
            Unit::Count
        } else {
            Unit::Rate
        };
        match self.number(number, unit, span)? {
            Expr::Literal(Value::Amount(amount)) => Some(amount),
            _ => None,
        }
    }

    /// `a at_most b`, `a at_least b`: two amounts of one unit or two dates.
    fn bound(
        &self,
        operator: Operator,
        left: Checked,
        right: Checked,
        at: Span,
    ) -> Option<(Expr, Ty)> {
        let op = match operator {
            Operator::AtMost => Binary::AtMost,
            _ => Binary::AtLeast,
        };
        match (&left.ty, &right.ty) {
            (Ty::Amount(unit), Ty::Number(number)) => {
                let right = self.number(*number, *unit, right.span)?;
                Some((pair(op, left.expr, right), left.ty))
            }
            (Ty::Amount(a), Ty::Amount(b)) if a == b => {
                Some((pair(op, left.expr, right.expr), left.ty))
            }
            (Ty::Day, Ty::Day) => Some((pair(op, left.expr, right.expr), Ty::Day)),
            (l, r) => {
                let hint = "both sides are amounts of one unit or dates";
                self.operands(operator, l, r, at, Some(hint))
            }
        }
    }

    /// `a else b`: both of one type, or the right one written out.
    fn otherwise(&self, left: Checked, right: Checked, at: Span) -> Option<(Expr, Ty)> {
        let literal = matches!(left.ty, Ty::Number(_) | Ty::Quote(_) | Ty::Empty);
        let fits = match &right.ty {
            Ty::Number(_) => matches!(left.ty, Ty::Amount(_)),
            Ty::Quote(_) => left.ty.textual() || left.ty == Ty::Day,
            other => *other == left.ty,
        };
        if literal || !fits {
            let hint =
                "`else` gives the right side where the left one is empty; both have one type";
            return self.operands(Operator::Else, &left.ty, &right.ty, at, Some(hint));
        }
        let right = self.convert(right, &left.ty)?;
        Some((pair(Binary::Else, left.expr, right), left.ty))
    }

    /// `a in_whole b`, `a rest_of b`: an amount, and how much goes into a package of it.
    fn packages(
        &self,
        operator: Operator,
        left: Checked,
        right: Checked,
        at: Span,
    ) -> Option<(Expr, Ty)> {
        let Ty::Amount(unit) = left.ty else {
            return self.operands(operator, &left.ty, &right.ty, at, None);
        };
        let right = match right.ty {
            Ty::Number(number) if number.zero() => {
                let message = "nothing goes into a package of zero";
                self.desk.error(Kind::Divisor, right.span, message);
                return None;
            }
            Ty::Number(number) => self.number(number, unit, right.span)?,
            Ty::Amount(other) if other == unit || other == Unit::Count => right.expr,
            _ => {
                let hint = "the right side is a count, or an amount of the unit of the left one";
                return self.operands(operator, &left.ty, &right.ty, at, Some(hint));
            }
        };
        let (op, unit) = match operator {
            Operator::InWhole => (Binary::InWhole, Unit::Count),
            _ => (Binary::RestOf, unit),
        };
        Some((pair(op, left.expr, right), Ty::Amount(unit)))
    }

    fn product(&self, left: Checked, right: Checked, at: Span) -> Option<(Expr, Ty)> {
        let multiply = |left: Expr, right: Expr, unit: Unit| {
            let expr = Expr::Multiply(Box::new(left), Box::new(right), unit);
            Some((expr, Ty::Amount(unit)))
        };
        match (&left.ty, &right.ty) {
            (Ty::Number(a), Ty::Number(b)) => self.folded(a.times(*b), at),
            (Ty::Number(number), Ty::Amount(unit)) => {
                let factor = Value::Amount(self.factor(*number, left.span)?);
                multiply(Expr::Literal(factor), right.expr, *unit)
            }
            (Ty::Amount(unit), Ty::Number(number)) => {
                let factor = Value::Amount(self.factor(*number, right.span)?);
                multiply(left.expr, Expr::Literal(factor), *unit)
            }
            (Ty::Amount(a), Ty::Amount(b)) => match product_unit(*a, *b) {
                Some(unit) => multiply(left.expr, right.expr, unit),
                None => self.operands(
                    Operator::Multiply,
                    &left.ty,
                    &right.ty,
                    at,
                    Some("qty times price or money gives money; a count or rate times anything keeps its unit"),
                ),
            },
            (l, r) => self.operands(Operator::Multiply, l, r, at, None),
        }
    }

    fn quotient(&self, left: Checked, right: Checked, at: Span) -> Option<(Expr, Ty)> {
        let Ty::Number(number) = right.ty else {
            self.desk.hinted(
                Kind::Divisor,
                right.span,
                format!(
                    "a divisor is a number that is written out, this is {}",
                    right.ty
                ),
                "multiply by a rate instead".to_owned(),
            );
            return None;
        };
        if number.zero() {
            self.desk
                .error(Kind::Divisor, right.span, "a divisor is not zero");
            return None;
        }
        match left.ty {
            Ty::Amount(unit) => {
                let by = self.factor(number, right.span)?;
                let expr = Expr::Divide(Box::new(left.expr), by, unit);
                Some((expr, Ty::Amount(unit)))
            }
            ty => self.operands(Operator::Divide, &ty, &right.ty, at, None),
        }
    }

    fn comparison(
        &self,
        operator: Operator,
        left: Checked,
        right: Checked,
        at: Span,
    ) -> Option<Expr> {
        let op = comparing(operator);
        let ordered = !matches!(op, Binary::Equal | Binary::NotEqual);
        // What is written out takes the type of the other side.
        let (l, r) = match (&left.ty, &right.ty) {
            (Ty::Number(a), Ty::Number(b)) => {
                let a = self.number(*a, Unit::Rate, left.span);
                (a?, self.number(*b, Unit::Rate, right.span)?)
            }
            (Ty::Number(_), Ty::Amount(_)) | (Ty::Quote(_), Ty::Day | Ty::Choice(_)) => {
                let wanted = right.ty.clone();
                (self.convert(left, &wanted)?, right.expr)
            }
            (Ty::Amount(_), Ty::Number(_)) | (Ty::Day | Ty::Choice(_), Ty::Quote(_)) => {
                let wanted = left.ty.clone();
                (left.expr, self.convert(right, &wanted)?)
            }
            (Ty::Amount(a), Ty::Amount(b)) if a == b => (left.expr, right.expr),
            (Ty::Day, Ty::Day) | (Ty::Moment, Ty::Moment) => (left.expr, right.expr),
            (Ty::Empty, other) | (other, Ty::Empty)
                if !ordered && !matches!(other, Ty::Number(_)) =>
            {
                (left.textual(), right.textual())
            }
            (Ty::Flag, Ty::Flag) if !ordered => (left.expr, right.expr),
            (l, r) if !ordered && comparable_texts(l, r) => (left.textual(), right.textual()),
            (l, r) => {
                let hint = match (l, r) {
                    (Ty::Amount(_), Ty::Amount(_)) => Some("both sides must have one unit"),
                    (l, r) if ordered && l.textual() && r.textual() => {
                        Some("text has no order; there are `==` and `!=`")
                    }
                    _ => None,
                };
                return self.operands(operator, l, r, at, hint);
            }
        };
        Some(pair(op, l, r))
    }
}

fn pair(op: Binary, left: Expr, right: Expr) -> Expr {
    Expr::Binary(op, Box::new(left), Box::new(right))
}

fn comparing(operator: Operator) -> Binary {
    match operator {
        Operator::Equal => Binary::Equal,
        Operator::NotEqual => Binary::NotEqual,
        Operator::Less => Binary::Less,
        Operator::LessOrEqual => Binary::LessOrEqual,
        Operator::Greater => Binary::Greater,
        _ => Binary::GreaterOrEqual,
    }
}

/// The unit of a product, where it has a meaning.
fn product_unit(left: Unit, right: Unit) -> Option<Unit> {
    match (left, right) {
        (Unit::Qty, Unit::Price | Unit::Money) | (Unit::Price | Unit::Money, Unit::Qty) => {
            Some(Unit::Money)
        }
        (Unit::Count | Unit::Rate, other) => match (left, other) {
            // A rate of a count is a rate, not a count that lost its decimals.
            (Unit::Rate, Unit::Count) => Some(Unit::Rate),
            _ => Some(other),
        },
        (other, Unit::Count | Unit::Rate) => Some(other),
        _ => None,
    }
}

/// Texts that can be equal at all.
fn comparable_texts(left: &Ty, right: &Ty) -> bool {
    match (left, right) {
        (Ty::Choice(a), Ty::Choice(b)) => a.iter().any(|code| b.contains(code)),
        (Ty::Register(a), Ty::Register(b)) => a == b,
        (Ty::Register(_), Ty::Choice(_) | Ty::Person)
        | (Ty::Choice(_) | Ty::Person, Ty::Register(_)) => false,
        (left, right) => left.textual() && right.textual(),
    }
}
