//! How values are shown: names of records and people beside their codes, amounts with separators, days, choices.

use kernel::proof::{Proof, codes};
use kernel::{Amount, Moment, Unit, Value};
use model::{Field, FieldKind, Pack};

use super::desk::Reader;
use super::words::label;
use crate::error::Error;
use crate::names;
use crate::text::percent;

/// A value as it is shown.
#[derive(Debug, Clone, Default)]
pub(crate) struct Shown {
    /// The text.
    pub text: String,
    /// A second, smaller line: the code of a record.
    pub under: String,
    /// Where it leads.
    pub url: Option<String>,
}

impl Shown {
    fn text(text: impl Into<String>) -> Shown {
        Shown {
            text: text.into(),
            ..Shown::default()
        }
    }
}

/// A value of a declared field.
pub(crate) fn shown(
    reader: &Reader<'_>,
    pack: &Pack,
    field: &Field,
    value: &Value,
) -> Result<Shown, Error> {
    if field.sensitive {
        return Ok(Shown::text(names::masked(&value.to_string())));
    }
    Ok(match (&field.kind, value) {
        (_, Value::Empty) => Shown::default(),
        (FieldKind::Register(register), Value::Text(key)) => record(reader, pack, register, key)?,
        (FieldKind::Person, Value::Text(login)) => Shown::text(reader.person(login)?),
        (_, Value::Amount(amount)) => Shown::text(amount.grouped()),
        (_, Value::Text(text)) if matches!(field.proof, Some(Proof::Codes(_))) => {
            Shown::text(counted(reader, text))
        }
        (_, value) => Shown::text(plain(reader, field, &value.to_string())),
    })
}

/// A list of codes as it is shown: the one there is, or how many.
pub(crate) fn counted(reader: &Reader<'_>, text: &str) -> String {
    match codes(text).count() {
        0 | 1 => text.to_owned(),
        count => reader
            .t("{} 个码", "{} codes")
            .replace("{}", &count.to_string()),
    }
}

/// A record named by its key, with a link to it.
pub(crate) fn record(
    reader: &Reader<'_>,
    pack: &Pack,
    register: &str,
    key: &str,
) -> Result<Shown, Error> {
    let Some(declared) = pack.register(register) else {
        return Ok(Shown::text(key));
    };
    let qualified = format!("{}.{register}", pack.name);
    let named = reader.memory.named(reader, &qualified, declared, key)?;
    let url = Some(record_url(&qualified, key));
    Ok(if named.name.is_empty() {
        Shown {
            text: key.to_owned(),
            under: String::new(),
            url,
        }
    } else {
        Shown {
            text: named.name.clone(),
            under: key.to_owned(),
            url,
        }
    })
}

/// The page of a record.
pub(crate) fn record_url(qualified: &str, key: &str) -> String {
    format!("/registers/{qualified}/{}", percent(key))
}

/// Canonical text of a field as it is read: choices by their label, moments by local time.
pub(crate) fn plain(reader: &Reader<'_>, field: &Field, text: &str) -> String {
    match &field.kind {
        FieldKind::Choice(choices) => choices
            .iter()
            .find(|choice| *choice.code == *text)
            .map_or_else(
                || text.to_owned(),
                |choice| label(reader.lang, &choice.label).to_owned(),
            ),
        FieldKind::Flag => match text {
            "yes" => reader.t("是", "Yes").to_owned(),
            "no" => reader.t("否", "No").to_owned(),
            other => other.to_owned(),
        },
        FieldKind::Moment => text
            .parse()
            .map_or_else(|_| text.to_owned(), |micros| Moment(micros).minute()),
        FieldKind::Amount(unit) => {
            Amount::parse(text, *unit).map_or_else(|_| text.to_owned(), Amount::grouped)
        }
        _ => text.to_owned(),
    }
}

/// Text of a record's field, as canonical text is stored.
pub(crate) fn fact(
    reader: &Reader<'_>,
    pack: &Pack,
    field: &Field,
    text: &str,
) -> Result<Shown, Error> {
    if text.is_empty() {
        return Ok(Shown::default());
    }
    if field.sensitive {
        return Ok(Shown::text(names::masked(text)));
    }
    Ok(match &field.kind {
        FieldKind::Register(register) => record(reader, pack, register, text)?,
        FieldKind::Person => Shown::text(reader.person(text)?),
        _ if matches!(field.proof, Some(Proof::Codes(20..))) => Shown::text(counted(reader, text)),
        _ => Shown::text(plain(reader, field, text)),
    })
}

/// Smallest parts of a unit as people read them; sums of a ledger may exceed 64 bits.
pub(crate) fn parts(units: i128, unit: Unit) -> String {
    i64::try_from(units).map_or_else(
        |_| units.to_string(),
        |units| Amount::new(units, unit).grouped(),
    )
}

/// A moment as lists show it: the time of today, the day and time of this year, else the whole day.
pub(crate) fn when(reader: &Reader<'_>, at: Moment) -> String {
    let minute = at.minute();
    if at.day() == reader.today {
        return minute[11..].to_owned();
    }
    if at.day().year() == reader.today.year() {
        return minute[5..].to_owned();
    }
    minute[..10].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_beyond_64_bits_are_still_shown() {
        assert_eq!(parts(123_456_789, Unit::Money), "1,234,567.89");
        assert_eq!(
            parts(i128::from(i64::MAX) * 2, Unit::Money),
            "18446744073709551614"
        );
    }
}
