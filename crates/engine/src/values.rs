//! Reading what was typed, by the declared field.

use kernel::{Amount, AmountError, Day, Moment, Unit, Value};
use model::{Expr, Field, FieldKind, Register};

use crate::step::Checked;
use crate::{Class, Refusal};

/// Why a text is not a value of a field: a sentence in both languages that follows the field's label.
pub(crate) struct Unreadable {
    pub zh: String,
    pub en: String,
}

fn unreadable(zh: impl Into<String>, en: impl Into<String>) -> Unreadable {
    Unreadable {
        zh: zh.into(),
        en: en.into(),
    }
}

/// Reads a text by a field's kind. Whether a register has the key is for the caller to ask.
pub(crate) fn read(field: &Field, text: &str) -> Result<Value, Unreadable> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(Value::Empty);
    }
    match &field.kind {
        FieldKind::Text => read_text(text, field.length_max),
        FieldKind::Register(_) | FieldKind::Person => read_text(text, 64),
        FieldKind::Amount(unit) => read_amount(text, *unit),
        FieldKind::Day => text.parse::<Day>().map(Value::Day).map_err(|_| {
            unreadable(
                "不是存在的日期，应写作 2026-04-01",
                "is not a day that exists; write it as 2026-04-01",
            )
        }),
        FieldKind::Moment => text
            .parse::<i64>()
            .map(|micros| Value::Moment(Moment(micros)))
            .map_err(|_| unreadable("不是时间", "is not a time")),
        FieldKind::Flag => match text {
            "yes" | "true" | "是" | "on" => Ok(Value::Flag(true)),
            "no" | "false" | "否" => Ok(Value::Flag(false)),
            _ => Err(unreadable("应为 是 或 否", "must be yes or no")),
        },
        FieldKind::Choice(choices) => {
            let found = choices.iter().find(|choice| {
                &*choice.code == text || &*choice.label.zh == text || &*choice.label.en == text
            });
            found
                .map(|choice| Value::Text(choice.code.clone()))
                .ok_or_else(|| {
                    let zh: Vec<&str> = choices.iter().map(|choice| &*choice.label.zh).collect();
                    let en: Vec<&str> = choices.iter().map(|choice| &*choice.label.en).collect();
                    unreadable(
                        format!("应为其中之一：{}", zh.join("、")),
                        format!("must be one of: {}", en.join(", ")),
                    )
                })
        }
    }
}

/// Reads what somebody enters: as [`read`], and a code must prove itself. What stands in the books already is not asked again.
pub(crate) fn entered(field: &Field, text: &str) -> Result<Value, Unreadable> {
    let value = read(field, text)?;
    let (Some(proof), Value::Text(text)) = (&field.proof, &value) else {
        return Ok(value);
    };
    if !proof.holds(text) {
        let (zh, en) = proof.wrong(text);
        return Err(unreadable(zh, en));
    }
    Ok(Value::text(&proof.kept(text)))
}

/// Reads what somebody types into a field of a slip: as [`entered`], or in packages, for which `per` says how much goes into one.
pub(crate) fn read_typed(
    field: &Field,
    text: &str,
    per: impl FnOnce(&Expr) -> Checked<Value>,
) -> Checked<Result<Value, Unreadable>> {
    let in_packages = field.packed.as_ref().and_then(|packed| {
        let mut marks = packed.marks.iter();
        let parts = marks.find_map(|mark| text.split_once(&**mark));
        parts.map(|parts| (packed, parts))
    });
    Ok(match in_packages {
        Some((packed, parts)) => in_base_units(field, parts, &per(&packed.per)?),
        None => entered(field, text),
    })
}

/// `3件5` in base units, given how many go into a package: exact, or refused.
fn in_base_units(
    field: &Field,
    (packages, loose): (&str, &str),
    per: &Value,
) -> Result<Value, Unreadable> {
    let FieldKind::Amount(unit) = field.kind else {
        return Err(unreadable("不是数量", "is not an amount"));
    };
    let per = per.as_amount().filter(|per| per.units > 0).ok_or_else(|| {
        unreadable(
            "不能按件填写：没有每件的数量",
            "cannot be typed in packages: how much goes into one is not known",
        )
    })?;
    let amount = |text: &str, unit| match read_amount(text, unit)? {
        Value::Amount(amount) => Ok(i128::from(amount.units)),
        _ => Ok(0),
    };
    let packages = amount(packages.trim(), Unit::Count)?;
    let loose = match loose.trim() {
        "" => 0,
        text => amount(text, unit)?,
    };
    if packages < 0 || loose < 0 {
        return Err(unreadable(
            "按件填写时不能为负数",
            "cannot be negative when it is typed in packages",
        ));
    }
    // A count of base units has no decimals; the field's own unit may have some.
    let scale = 10i128.pow(unit.scale() - per.unit.scale());
    let units = (packages * i128::from(per.units))
        .checked_mul(scale)
        .and_then(|units| i64::try_from(units + loose).ok());
    units
        .map(|units| Value::Amount(Amount::new(units, unit)))
        .ok_or_else(|| unreadable("数值过大", "is too large"))
}

fn read_text(text: &str, length_max: u32) -> Result<Value, Unreadable> {
    if text.chars().count() > length_max as usize {
        return Err(unreadable(
            format!("不得超过 {length_max} 字"),
            format!("must not exceed {length_max} characters"),
        ));
    }
    if text.chars().any(|c| is_hidden(c) && c != '\n' && c != '\t') {
        return Err(unreadable(
            "含有控制字符或不可见字符",
            "contains control or invisible characters",
        ));
    }
    Ok(Value::text(text))
}

/// As much of a name that somebody sent as a sentence may repeat.
pub(crate) fn shown(name: &str) -> String {
    name.chars().filter(|c| !is_hidden(*c)).take(40).collect()
}

/// Characters that nobody sees or that turn the order of others around. With them two codes, batches or persons could look
/// the same and be different, and a signer could read something else than he signs.
pub(crate) fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{00ad}' | '\u{034f}' | '\u{061c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e0fff}')
}

fn read_amount(text: &str, unit: Unit) -> Result<Value, Unreadable> {
    Amount::parse(text, unit)
        .map(Value::Amount)
        .map_err(|error| match error {
            AmountError::NotANumber => unreadable("不是数字", "is not a number"),
            AmountError::TooManyDecimals(0) => unreadable("应为整数", "must be a whole number"),
            AmountError::TooManyDecimals(scale) => unreadable(
                format!("至多 {scale} 位小数"),
                format!("may have at most {scale} decimals"),
            ),
            AmountError::TooLarge => unreadable("数值过大", "is too large"),
        })
}

/// The refusal of a field whose text cannot be read.
pub(crate) fn refuse(field: &Field, line: Option<usize>, why: &Unreadable) -> Refusal {
    Refusal::new(
        Class::Field,
        "field",
        format!("{} {}", field.label.zh, why.zh),
        format!("{} {}", field.label.en, why.en),
    )
    .at(line, &field.name)
}

/// A field of a record, typed; `Empty` when the record lacks it or holds something that no longer fits the declaration.
pub(crate) fn record_value(register: &Register, field: usize, record: &crate::Record) -> Value {
    let Some(field) = register.fields.get(field) else {
        return Value::Empty;
    };
    record
        .field(&field.name)
        .and_then(|text| read(field, text).ok())
        .unwrap_or_default()
}
