//! GS1 element strings: what a scanner reads from a pack, as application identifiers and values.
//!
//! The rules are those of the GS1 barcode syntax dictionary: lengths, character sets, check digits, dates, and what must
//! or may not stand together. A value is only ever cut out of the text, never changed.

mod codes;
mod coupon;
mod dictionary;
mod lint;
mod scan;

pub use lint::lint;
pub use scan::{Scanned, scanned, typed};

use crate::Day;

/// An application identifier with its value: `10`, `ABC123`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Element {
    /// The identifier's digits.
    pub code: String,
    /// The value as it stands on the pack.
    pub value: String,
}

/// Why a text is no element string.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Gs1Error {
    /// No element where one must begin.
    #[error("no application identifier at {0:?}")]
    Unknown(String),
    /// A value is too short, too long or not allowed; the last is the code of GS1's routine.
    #[error("({0}) {1}")]
    Value(String, &'static str),
    /// Elements that may not stand together, or one twice with two values.
    #[error("({0}) does not stand with ({1})")]
    Apart(String, String),
    /// An element without those it needs.
    #[error("({0}) does not stand alone")]
    Alone(String),
}

/// What GS1 calls an application identifier: `BATCH/LOT` for `10`; nothing for one that it does not know.
pub fn title(code: &str) -> Option<&'static str> {
    let identifier = dictionary::identifiers().get(code)?;
    Some(identifier.title)
}

/// Whether the values of an identifier are days of six digits.
pub fn is_day(code: &str) -> bool {
    matches!(code, "11" | "12" | "13" | "15" | "16" | "17")
}

/// Whether the values of an identifier are whole numbers of things.
pub fn is_count(code: &str) -> bool {
    matches!(code, "30" | "37")
}

fn bad(code: &str, why: &'static str) -> Gs1Error {
    Gs1Error::Value(code.to_owned(), why)
}

/// Checks a value by the parts of its identifier; the length that belongs to it.
fn measured(code: &str, text: &str) -> Result<usize, Gs1Error> {
    let found = dictionary::identifiers().get(code);
    let identifier = found.ok_or_else(|| Gs1Error::Unknown(code.to_owned()))?;
    let mut rest = text;
    for part in &identifier.parts {
        if part.optional && rest.is_empty() {
            continue;
        }
        let length = part.most.min(rest.len());
        let value = rest.get(..length).ok_or_else(|| bad(code, "CHARACTER"))?;
        if length < part.least {
            return Err(bad(code, "TOO_SHORT"));
        }
        for name in std::iter::once(&part.set).chain(&part.linters) {
            lint(name, value).map_err(|why| bad(code, why))?;
        }
        rest = &rest[length..];
    }
    Ok(text.len() - rest.len())
}

/// Reads `^0112345678901231^10ABC`: elements one after the other, `^` for the separator FNC1 at the beginning and behind
/// each value whose length its identifier does not fix. Whether they belong together is not looked at.
///
/// # Errors
/// The first thing that is wrong.
pub fn unbracketed(text: &str) -> Result<Vec<Element>, Gs1Error> {
    let mut rest = text
        .strip_prefix('^')
        .filter(|rest| !rest.is_empty())
        .ok_or_else(|| Gs1Error::Unknown(text.to_owned()))?;
    let mut elements = Vec::new();
    while !rest.is_empty() {
        let unknown = || Gs1Error::Unknown(rest.to_owned());
        let (code, identifier) = dictionary::leading(rest).ok_or_else(unknown)?;
        let after = &rest[code.len()..];
        let until = after.find('^').unwrap_or(after.len());
        let length = measured(code, &after[..until])?;
        if length < until && !identifier.fixed {
            return Err(bad(code, "TOO_LONG"));
        }
        elements.push(Element {
            code: code.to_owned(),
            value: after[..length].to_owned(),
        });
        rest = &after[length..];
        rest = rest.strip_prefix('^').unwrap_or(rest);
    }
    Ok(elements)
}

/// Reads `(01)12345678901231(10)ABC` as it is printed beneath a barcode; a bracket within a value is written `\(`.
///
/// # Errors
/// The first thing that is wrong.
pub fn bracketed(text: &str) -> Result<Vec<Element>, Gs1Error> {
    let unknown = || Gs1Error::Unknown(text.to_owned());
    let mut rest = text;
    let mut elements = Vec::new();
    while !rest.is_empty() {
        let (code, after) = rest
            .strip_prefix('(')
            .and_then(|rest| rest.split_once(')'))
            .ok_or_else(unknown)?;
        let mut value = String::new();
        let mut end = after.len();
        let mut escaped = false;
        for (at, c) in after.char_indices() {
            match c {
                '\\' if !escaped && after[at + 1..].starts_with('(') => escaped = true,
                '(' if !escaped => {
                    end = at;
                    break;
                }
                _ => {
                    escaped = false;
                    value.push(c);
                }
            }
        }
        if measured(code, &value)? < value.len() {
            return Err(bad(code, "TOO_LONG"));
        }
        elements.push(Element {
            code: code.to_owned(),
            value,
        });
        rest = &after[end..];
    }
    if elements.is_empty() {
        return Err(unknown());
    }
    Ok(elements)
}

/// Writes elements with separators, as [`unbracketed`] reads them.
pub fn written(elements: &[Element]) -> String {
    let mut out = String::from("^");
    for (at, element) in elements.iter().enumerate() {
        out.push_str(&element.code);
        out.push_str(&element.value);
        let fixed = dictionary::identifiers()
            .get(&element.code)
            .is_some_and(|identifier| identifier.fixed);
        if !fixed && at + 1 < elements.len() {
            out.push('^');
        }
    }
    out
}

/// Whether a pattern such as `310n` names an identifier.
fn names(pattern: &str, code: &str) -> bool {
    pattern.len() == code.len()
        && pattern
            .bytes()
            .zip(code.bytes())
            .all(|(p, c)| p == b'n' || p == c)
}

/// Whether elements belong together: none twice with two values, none beside one that excludes it, none without those it
/// needs, and a signature only with a key that has a serial number.
///
/// # Errors
/// The first that does not.
pub fn together(elements: &[Element]) -> Result<(), Gs1Error> {
    let has = |pattern: &str| elements.iter().any(|one| names(pattern, &one.code));
    for element in elements {
        let code = &element.code;
        let found = dictionary::identifiers().get(code);
        let identifier = found.ok_or_else(|| Gs1Error::Unknown(code.clone()))?;
        let clash = elements.iter().find(|other| {
            if other.code == *code {
                return other.value != element.value;
            }
            let excluded = |pattern: &&str| names(pattern, &other.code);
            identifier.excludes.iter().any(excluded)
        });
        if let Some(other) = clash {
            return Err(Gs1Error::Apart(code.clone(), other.code.clone()));
        }
        let met = |group: &Vec<&str>| group.iter().all(|pattern| has(pattern));
        if !identifier.requires.iter().all(|any| any.iter().any(met)) {
            return Err(Gs1Error::Alone(code.clone()));
        }
    }
    if has("8030") {
        // Lengths of the keys without a serial number.
        let bare = [("253", 13), ("255", 13), ("8003", 14)];
        for element in elements {
            let serial = |(code, length): &(&str, usize)| {
                element.code == *code && element.value.len() <= *length
            };
            if bare.iter().any(serial) {
                return Err(Gs1Error::Alone("8030".to_owned()));
            }
        }
    }
    Ok(())
}

/// The day of a value such as `281231`, seen from `today`: two digits of the year are within fifty years, and the day
/// `00` is the last of its month (General Specifications 3.4.2, 7.12).
pub fn day(value: &str, today: Day) -> Option<Day> {
    if value.len() != 6 || lint("yymmd0", value).is_err() {
        return None;
    }
    let number = |from: usize| value[from..from + 2].parse::<i32>().ok();
    let (short, month, day) = (number(0)?, number(2)?, number(4)?);
    let now: i32 = today.to_string().get(..4)?.parse().ok()?;
    let century = now - now.rem_euclid(100);
    let year = match century + short - now {
        51..=99 => century - 100 + short,
        -99..=-50 => century + 100 + short,
        _ => century + short,
    };
    let last = if day == 0 { 31 } else { day };
    (1..=last)
        .rev()
        .take(if day == 0 { 4 } else { 1 })
        .find_map(|day| format!("{year:04}-{month:02}-{day:02}").parse().ok())
}
