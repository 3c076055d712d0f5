//! Exact amounts: an integer count of the unit's smallest part.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What an amount measures. The unit fixes how many decimals are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// A bare number without decimals (days, attachments, factors).
    Count,
    /// A quantity of goods, six decimals (GB/T 24589.1-2010: D20.6).
    Qty,
    /// Money in yuan, two decimals (fen).
    Money,
    /// Money per unit of goods, four decimals (GB/T 24589.1-2010: D20.4).
    Price,
    /// A rate or factor, six decimals; 13 % is 0.13.
    Rate,
}

impl Unit {
    /// Decimals kept.
    pub const fn scale(self) -> u32 {
        match self {
            Unit::Count => 0,
            Unit::Qty | Unit::Rate => 6,
            Unit::Money => 2,
            Unit::Price => 4,
        }
    }

    /// Decimals always shown; further ones are shown only when they are not zero.
    pub const fn shown(self) -> u32 {
        match self {
            Unit::Count | Unit::Qty | Unit::Rate => 0,
            Unit::Money | Unit::Price => 2,
        }
    }

    /// The unit's name in declarations and data.
    pub const fn name(self) -> &'static str {
        match self {
            Unit::Count => "count",
            Unit::Qty => "qty",
            Unit::Money => "money",
            Unit::Price => "price",
            Unit::Rate => "rate",
        }
    }
}

/// An exact amount: `units` smallest parts of `unit` (12.50 yuan is 1250 of [`Unit::Money`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Amount {
    /// Smallest parts, signed.
    pub units: i64,
    /// What is measured.
    pub unit: Unit,
}

/// Why a text is not an amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AmountError {
    /// Not digits with an optional sign and decimal point.
    #[error("not a number")]
    NotANumber,
    /// More decimals than the unit keeps.
    #[error("more than {0} decimals")]
    TooManyDecimals(u32),
    /// Outside what 64 bits hold.
    #[error("too large")]
    TooLarge,
}

impl Amount {
    /// An amount of `units` smallest parts.
    pub const fn new(units: i64, unit: Unit) -> Self {
        Amount { units, unit }
    }

    /// Reads `-1234.50`. Full-width digits, point and minus (as Chinese input methods give them) and commas between
    /// thousands are accepted; exponents, commas elsewhere (`1,5` is no fifteen) and more decimals than the unit keeps are
    /// refused, never rounded.
    pub fn parse(text: &str, unit: Unit) -> Result<Self, AmountError> {
        let mut negative = false;
        let mut mantissa: i128 = 0;
        let mut decimals: Option<u32> = None;
        let mut digits = 0u32;
        // Digits since the last comma, once there is one.
        let mut group: Option<u32> = None;
        for (at, raw) in text.trim().chars().enumerate() {
            match narrow(raw) {
                '-' if at == 0 => negative = true,
                '+' if at == 0 => {}
                ',' if decimals.is_none()
                    && group.map_or((1..=3).contains(&digits), |held| held == 3) =>
                {
                    group = Some(0);
                }
                '.' if decimals.is_none() && group.is_none_or(|held| held == 3) => {
                    decimals = Some(0)
                }
                digit @ '0'..='9' => {
                    let digit = i128::from(digit as u8 - b'0');
                    digits += 1;
                    if let Some(count) = decimals.as_mut() {
                        *count += 1;
                        if *count > unit.scale() {
                            // Zeros beyond the scale say nothing and are harmless.
                            if digit == 0 {
                                continue;
                            }
                            return Err(AmountError::TooManyDecimals(unit.scale()));
                        }
                    }
                    if let Some(held) = group.as_mut().filter(|_| decimals.is_none()) {
                        *held += 1;
                    }
                    mantissa = mantissa * 10 + digit;
                    if mantissa > i128::from(i64::MAX) * 10 {
                        return Err(AmountError::TooLarge);
                    }
                }
                _ => return Err(AmountError::NotANumber),
            }
        }
        if digits == 0 || group.is_some_and(|held| held != 3) {
            return Err(AmountError::NotANumber);
        }
        let kept = decimals.unwrap_or(0).min(unit.scale());
        let mantissa = mantissa * 10i128.pow(unit.scale() - kept);
        let signed = if negative { -mantissa } else { mantissa };
        i64::try_from(signed)
            .map(|units| Amount { units, unit })
            .map_err(|_| AmountError::TooLarge)
    }

    /// The sum, unless the units differ or it does not fit.
    pub fn checked_add(self, other: Amount) -> Option<Amount> {
        (self.unit == other.unit)
            .then(|| self.units.checked_add(other.units))
            .flatten()
            .map(|units| Amount {
                units,
                unit: self.unit,
            })
    }

    /// With thousands separated by commas, as people read money.
    pub fn grouped(self) -> String {
        let plain = self.to_string();
        let (sign, rest) = plain
            .strip_prefix('-')
            .map_or(("", plain.as_str()), |rest| ("-", rest));
        let (whole, fraction) = rest.split_once('.').unwrap_or((rest, ""));
        let mut out = String::with_capacity(plain.len() + plain.len() / 3);
        out.push_str(sign);
        for (at, digit) in whole.chars().enumerate() {
            if at > 0 && (whole.len() - at).is_multiple_of(3) {
                out.push(',');
            }
            out.push(digit);
        }
        if !fraction.is_empty() {
            out.push('.');
            out.push_str(fraction);
        }
        out
    }
}

fn narrow(c: char) -> char {
    match c {
        '０'..='９' => char::from(b'0' + (c as u32 - '０' as u32) as u8),
        '．' => '.',
        '－' | '−' => '-',
        '，' => ',',
        other => other,
    }
}

impl fmt::Display for Amount {
    /// Canonical: no grouping, at least the unit's shown decimals, no further trailing zeros.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scale = self.unit.scale() as usize;
        let magnitude = self.units.unsigned_abs();
        let sign = if self.units < 0 { "-" } else { "" };
        if scale == 0 {
            return write!(f, "{sign}{magnitude}");
        }
        let power = 10u64.pow(scale as u32);
        write!(f, "{sign}{}", magnitude / power)?;
        let mut fraction = magnitude % power;
        let mut kept = scale;
        while kept > self.unit.shown() as usize && fraction.is_multiple_of(10) {
            fraction /= 10;
            kept -= 1;
        }
        if kept > 0 {
            write!(f, ".{fraction:0kept$}")
        } else {
            Ok(())
        }
    }
}

/// `numerator / denominator` rounded half away from zero (四舍五入). `None` when the denominator is zero.
pub fn divide_half_up(numerator: i128, denominator: i128) -> Option<i128> {
    if denominator == 0 {
        return None;
    }
    let (n, d) = if denominator < 0 {
        (numerator.checked_neg()?, denominator.checked_neg()?)
    } else {
        (numerator, denominator)
    };
    let quotient = n / d;
    let rest = n % d;
    if rest.unsigned_abs() * 2 >= d.unsigned_abs() {
        Some(quotient + n.signum())
    } else {
        Some(quotient)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_and_writes() {
        for (text, unit, shown) in [
            ("12.5", Unit::Money, "12.50"),
            ("１２．５", Unit::Qty, "12.5"),
            ("-0.01", Unit::Money, "-0.01"),
            ("1,234,567.80", Unit::Money, "1234567.80"),
            ("100", Unit::Qty, "100"),
            ("12.5000", Unit::Money, "12.50"),
            ("0.0833", Unit::Price, "0.0833"),
            ("92233720368547758.07", Unit::Money, "92233720368547758.07"),
        ] {
            assert_eq!(
                Amount::parse(text, unit).map(|a| a.to_string()),
                Ok(shown.to_owned()),
                "{text}"
            );
        }
        for (text, unit, error) in [
            ("12.505", Unit::Money, AmountError::TooManyDecimals(2)),
            ("1e3", Unit::Qty, AmountError::NotANumber),
            ("", Unit::Qty, AmountError::NotANumber),
            (".", Unit::Qty, AmountError::NotANumber),
            ("--1", Unit::Qty, AmountError::NotANumber),
            // A comma between thousands, never one for a point.
            ("1,5", Unit::Qty, AmountError::NotANumber),
            ("1,2345", Unit::Qty, AmountError::NotANumber),
            ("1234,567", Unit::Qty, AmountError::NotANumber),
            ("1,,234", Unit::Qty, AmountError::NotANumber),
            ("1,23.5", Unit::Qty, AmountError::NotANumber),
            ("1,", Unit::Qty, AmountError::NotANumber),
            ("NaN", Unit::Qty, AmountError::NotANumber),
            (
                "99999999999999999999999999999999999999999999",
                Unit::Qty,
                AmountError::TooLarge,
            ),
            ("92233720368547758.08", Unit::Money, AmountError::TooLarge),
        ] {
            assert_eq!(Amount::parse(text, unit), Err(error), "{text}");
        }
        assert_eq!(
            Amount::new(-123_456_789, Unit::Money).grouped(),
            "-1,234,567.89"
        );
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(units in proptest::num::i64::ANY) {
            for unit in [Unit::Count, Unit::Qty, Unit::Money, Unit::Price, Unit::Rate] {
                let amount = Amount::new(units, unit);
                prop_assert_eq!(Amount::parse(&amount.to_string(), unit), Ok(amount));
                prop_assert_eq!(Amount::parse(&amount.grouped(), unit), Ok(amount));
            }
        }

        #[test]
        fn rounding_is_nearest(n in -1_000_000_000i128..1_000_000_000, d in 1i128..10_000) {
            let q = divide_half_up(n, d).unwrap();
            prop_assert!(((q * d - n) * 2).abs() <= d);
        }
    }
}
