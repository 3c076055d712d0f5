//! Types as the checker sees them: finer than what the engine needs, so that a choice is compared with its own values only.

use std::fmt;
use std::sync::Arc;

use kernel::{Amount, AmountError, Unit};
use model::FieldKind;

/// The type of an expression or field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Ty {
    /// Declared wrongly; that was said, nothing more is said about its uses.
    Unknown,
    Text,
    /// With its codes.
    Choice(Arc<[Arc<str>]>),
    /// A reference to a record.
    Register(Arc<str>),
    Person,
    Amount(Unit),
    Day,
    Moment,
    Flag,
    /// A number that is written out and takes the unit of what it meets.
    Number(Decimal),
    /// A text that is written out and takes the type of what it meets.
    Quote(String),
    /// `empty`.
    Empty,
}

impl Ty {
    /// The type of a field.
    pub fn of(kind: &FieldKind) -> Ty {
        match kind {
            FieldKind::Text => Ty::Text,
            FieldKind::Amount(unit) => Ty::Amount(*unit),
            FieldKind::Day => Ty::Day,
            FieldKind::Moment => Ty::Moment,
            FieldKind::Flag => Ty::Flag,
            FieldKind::Choice(choices) => {
                Ty::Choice(choices.iter().map(|choice| choice.code.clone()).collect())
            }
            FieldKind::Register(register) => Ty::Register(register.clone()),
            FieldKind::Person => Ty::Person,
        }
    }

    /// Whether its values are texts.
    pub fn textual(&self) -> bool {
        matches!(
            self,
            Ty::Text | Ty::Choice(_) | Ty::Register(_) | Ty::Person | Ty::Quote(_)
        )
    }
}

impl fmt::Display for Ty {
    /// The words of the notation.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Ty::Unknown => "something unknown",
            Ty::Text | Ty::Quote(_) => "text",
            Ty::Choice(_) => "choice",
            Ty::Register(register) => return write!(f, "a reference to `{register}`"),
            Ty::Person => "person",
            Ty::Amount(unit) => unit.name(),
            Ty::Day => "date",
            Ty::Moment => "time",
            Ty::Flag => "flag",
            Ty::Number(_) => "a number",
            Ty::Empty => "`empty`",
        })
    }
}

/// A number that is written out, exact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Decimal {
    mantissa: i128,
    scale: u32,
}

/// Decimals of a number that is written out.
const MOST_DECIMALS: u32 = 12;

impl Decimal {
    /// Reads `12.50`.
    pub fn parse(text: &str) -> Option<Decimal> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let fraction = fraction.trim_end_matches('0');
        let scale = u32::try_from(fraction.len()).ok()?;
        if scale > MOST_DECIMALS || whole.len() > 20 {
            return None;
        }
        let mantissa = format!("{whole}{fraction}").parse().ok()?;
        Some(Decimal { mantissa, scale })
    }

    /// Whether it has no decimals.
    pub fn whole(self) -> bool {
        self.scale == 0
    }

    /// Whether it is zero.
    pub fn zero(self) -> bool {
        self.mantissa == 0
    }

    /// The number with the other sign.
    pub fn negated(self) -> Decimal {
        Decimal {
            mantissa: -self.mantissa,
            scale: self.scale,
        }
    }

    /// The sum.
    pub fn plus(self, other: Decimal) -> Option<Decimal> {
        let scale = self.scale.max(other.scale);
        let raise = |one: Decimal| one.mantissa.checked_mul(10i128.pow(scale - one.scale));
        Decimal {
            mantissa: raise(self)?.checked_add(raise(other)?)?,
            scale,
        }
        .bounded()
    }

    /// The product.
    pub fn times(self, other: Decimal) -> Option<Decimal> {
        Decimal {
            mantissa: self.mantissa.checked_mul(other.mantissa)?,
            scale: self.scale + other.scale,
        }
        .bounded()
    }

    fn bounded(mut self) -> Option<Decimal> {
        while self.scale > 0 && self.mantissa % 10 == 0 {
            self.mantissa /= 10;
            self.scale -= 1;
        }
        let fits = self.scale <= MOST_DECIMALS && self.mantissa.unsigned_abs() < 10u128.pow(20);
        fits.then_some(self)
    }

    /// The number in a unit; never rounded.
    pub fn amount(self, unit: Unit) -> Result<Amount, AmountError> {
        Amount::parse(&self.to_string(), unit)
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.mantissa < 0 { "-" } else { "" };
        let digits = format!(
            "{:0width$}",
            self.mantissa.unsigned_abs(),
            width = self.scale as usize + 1
        );
        let (whole, fraction) = digits.split_at(digits.len() - self.scale as usize);
        write!(f, "{sign}{whole}")?;
        if fraction.is_empty() {
            Ok(())
        } else {
            write!(f, ".{fraction}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn written_numbers_are_exact() {
        let read = |text: &str| Decimal::parse(text).unwrap();
        assert_eq!(read("12.50").to_string(), "12.5");
        assert_eq!(read("0.05").negated().to_string(), "-0.05");
        assert_eq!(read("0.5").plus(read("1.25")).unwrap().to_string(), "1.75");
        assert_eq!(read("0.2").times(read("0.5")).unwrap().to_string(), "0.1");
        assert_eq!(read("180").amount(Unit::Count).unwrap().to_string(), "180");
        assert!(read("0.001").amount(Unit::Money).is_err());
        assert!(Decimal::parse("123456789012345678901").is_none());
        let large = read("99999999999999999999");
        assert!(large.times(large).is_none() && large.plus(large).is_none());
    }
}
