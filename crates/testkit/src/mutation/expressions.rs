//! Weaker or stronger forms of conditions, other forms of amounts.

use kernel::{Amount, Unit, Value};
use model::{Binary, Expr};

/// Conditions that differ a little from a condition, each with a word for the difference.
pub fn conditions(expr: &Expr) -> Vec<(String, Expr)> {
    let mut out = Vec::new();
    match expr {
        Expr::Binary(op @ (Binary::And | Binary::Or), left, right) => {
            let word = if *op == Binary::And { "and" } else { "or" };
            out.push((format!("only what is before `{word}`"), (**left).clone()));
            out.push((format!("only what is after `{word}`"), (**right).clone()));
            for (name, changed) in conditions(left) {
                out.push((name, Expr::Binary(*op, Box::new(changed), right.clone())));
            }
            for (name, changed) in conditions(right) {
                out.push((name, Expr::Binary(*op, left.clone(), Box::new(changed))));
            }
        }
        Expr::Not(inner) => {
            out.push(("`not` dropped".to_owned(), (**inner).clone()));
            out.extend(
                conditions(inner)
                    .into_iter()
                    .map(|(name, changed)| (name, Expr::Not(Box::new(changed)))),
            );
        }
        Expr::Binary(op, left, right) => {
            for (name, other) in near(*op, left, right) {
                out.push((
                    name.to_owned(),
                    Expr::Binary(other, left.clone(), right.clone()),
                ));
            }
            for (name, shifted) in shifted(left) {
                out.push((name, Expr::Binary(*op, Box::new(shifted), right.clone())));
            }
            for (name, shifted) in shifted(right) {
                out.push((name, Expr::Binary(*op, left.clone(), Box::new(shifted))));
            }
        }
        _ => {}
    }
    out
}

/// Comparisons next to a comparison.
fn near(op: Binary, left: &Expr, right: &Expr) -> Vec<(&'static str, Binary)> {
    let words = [left, right].iter().any(|side| {
        matches!(
            side,
            Expr::Literal(Value::Text(_) | Value::Flag(_) | Value::Empty)
        )
    });
    match op {
        Binary::Less => vec![("< becomes <=", Binary::LessOrEqual)],
        Binary::LessOrEqual => vec![("<= becomes <", Binary::Less)],
        Binary::Greater => vec![("> becomes >=", Binary::GreaterOrEqual)],
        Binary::GreaterOrEqual => vec![(">= becomes >", Binary::Greater)],
        Binary::Equal if words => vec![("== becomes !=", Binary::NotEqual)],
        Binary::Equal => vec![
            ("== becomes >=", Binary::GreaterOrEqual),
            ("== becomes <=", Binary::LessOrEqual),
        ],
        Binary::NotEqual => vec![("!= becomes ==", Binary::Equal)],
        _ => Vec::new(),
    }
}

/// The same with a number of days (or another bare number) one more and one less.
fn shifted(expr: &Expr) -> Vec<(String, Expr)> {
    match expr {
        Expr::Literal(Value::Amount(amount)) if amount.unit == Unit::Count && amount.units != 0 => {
            [1, -1]
                .into_iter()
                .map(|by| {
                    let shifted = Amount::new(amount.units + by, Unit::Count);
                    (
                        format!("{amount} becomes {shifted}"),
                        Expr::Literal(Value::Amount(shifted)),
                    )
                })
                .collect()
        }
        Expr::AddDays(day, count) => shifted(count)
            .into_iter()
            .map(|(name, count)| (name, Expr::AddDays(day.clone(), Box::new(count))))
            .collect(),
        Expr::DaysBetween(..) | Expr::Name(_) | Expr::Literal(_) => Vec::new(),
        _ => Vec::new(),
    }
}

/// Amounts that differ from an amount: a part of it left out, or twice as much.
pub fn amounts(expr: &Expr) -> Vec<(String, Expr)> {
    let mut out = vec![(
        "doubled".to_owned(),
        Expr::Binary(Binary::Add, Box::new(expr.clone()), Box::new(expr.clone())),
    )];
    out.extend(parts(expr));
    out
}

/// The same with one operand left out, at any depth.
pub fn parts(expr: &Expr) -> Vec<(String, Expr)> {
    let mut out = Vec::new();
    match expr {
        Expr::Binary(op @ (Binary::Add | Binary::Subtract), left, right) => {
            out.push(("only its first operand".to_owned(), (**left).clone()));
            for (name, left) in parts(left) {
                out.push((name, Expr::Binary(*op, Box::new(left), right.clone())));
            }
            for (name, right) in parts(right) {
                out.push((name, Expr::Binary(*op, left.clone(), Box::new(right))));
            }
        }
        Expr::Multiply(left, right, unit) => {
            out.push((
                "only its first factor".to_owned(),
                Expr::Rescale(left.clone(), *unit),
            ));
            out.push((
                "only its second factor".to_owned(),
                Expr::Rescale(right.clone(), *unit),
            ));
        }
        Expr::Divide(left, _, unit) => {
            out.push(("not divided".to_owned(), Expr::Rescale(left.clone(), *unit)))
        }
        Expr::Negate(inner) => out.push(("not negated".to_owned(), (**inner).clone())),
        Expr::Rescale(inner, unit) => {
            out.extend(
                parts(inner)
                    .into_iter()
                    .map(|(name, part)| (name, Expr::Rescale(Box::new(part), *unit))),
            );
        }
        _ => {}
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::Name;

    #[test]
    fn a_condition_is_tried_at_its_borders_and_in_its_parts() {
        let count = |units| Expr::Literal(Value::Amount(Amount::new(units, Unit::Count)));
        let later = Expr::AddDays(Box::new(Expr::Name(Name::Today)), Box::new(count(180)));
        let expiry = Expr::Binary(
            Binary::GreaterOrEqual,
            Box::new(Expr::Name(Name::Line(0))),
            Box::new(later),
        );
        let names = |expr: &Expr| {
            conditions(expr)
                .into_iter()
                .map(|(name, _)| name)
                .collect::<Vec<_>>()
        };
        assert_eq!(
            names(&expiry),
            [">= becomes >", "180 becomes 181", "180 becomes 179"]
        );
        let cold = Expr::Binary(
            Binary::Equal,
            Box::new(Expr::Name(Name::Header(0))),
            Box::new(Expr::Literal(Value::text("冷藏"))),
        );
        let both = Expr::Binary(
            Binary::Or,
            Box::new(Expr::Not(Box::new(cold))),
            Box::new(expiry),
        );
        assert_eq!(
            names(&both),
            [
                "only what is before `or`",
                "only what is after `or`",
                "`not` dropped",
                "== becomes !=",
                ">= becomes >",
                "180 becomes 181",
                "180 becomes 179",
            ]
        );
    }

    #[test]
    fn an_amount_loses_its_parts() {
        let line = |at| Box::new(Expr::Name(Name::Line(at)));
        let less = Expr::Binary(Binary::Subtract, line(0), line(1));
        let money = Expr::Multiply(Box::new(less), line(2), Unit::Money);
        let names: Vec<String> = amounts(&money).into_iter().map(|(name, _)| name).collect();
        assert_eq!(
            names,
            ["doubled", "only its first factor", "only its second factor"]
        );
    }
}
