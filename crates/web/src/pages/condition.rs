//! Conditions of fields in words: `qty > 0` becomes 数量 > 0, so that a refusal says what would be right.

use kernel::Value;
use model::{Binary, Expr, Flow, Name, Pack};

use super::words::label;
use crate::parts::lang::{Lang, t};

/// A condition in the words of the form; `None` where it has no plain words.
pub(crate) fn words(
    lang: Lang,
    pack: &Pack,
    flow: &Flow,
    kind: usize,
    expr: &Expr,
) -> Option<String> {
    let writer = Writer {
        lang,
        pack,
        flow,
        kind,
    };
    writer.write(expr)
}

struct Writer<'a> {
    lang: Lang,
    pack: &'a Pack,
    flow: &'a Flow,
    kind: usize,
}

impl Writer<'_> {
    fn write(&self, expr: &Expr) -> Option<String> {
        Some(match expr {
            Expr::Literal(Value::Flag(yes)) => match yes {
                true => t(self.lang, "是", "yes").to_owned(),
                false => t(self.lang, "否", "no").to_owned(),
            },
            Expr::Literal(value) => value.to_string(),
            Expr::Name(name) => self.name(name)?,
            Expr::Rescale(inner, _) => self.write(inner)?,
            Expr::Binary(sign, left, right) => {
                let sign = match sign {
                    Binary::Add => "+",
                    Binary::Subtract => "−",
                    Binary::Equal => "=",
                    Binary::NotEqual => "≠",
                    Binary::Less => "<",
                    Binary::LessOrEqual => "≤",
                    Binary::Greater => ">",
                    Binary::GreaterOrEqual => "≥",
                    Binary::And => t(self.lang, "且", "and"),
                    Binary::Or => t(self.lang, "或", "or"),
                    Binary::Else => t(self.lang, "否则", "else"),
                    Binary::AtMost => t(self.lang, "至多", "at most"),
                    Binary::AtLeast => t(self.lang, "至少", "at least"),
                    Binary::InWhole => t(self.lang, "整除", "in whole"),
                    Binary::RestOf => t(self.lang, "除余", "rest of"),
                };
                format!("{} {sign} {}", self.write(left)?, self.write(right)?)
            }
            Expr::Multiply(left, right, _) => {
                format!("{} × {}", self.write(left)?, self.write(right)?)
            }
            Expr::AddDays(day, count) => {
                let days = t(self.lang, "天", "days");
                format!("{} + {} {days}", self.write(day)?, self.write(count)?)
            }
            _ => return None,
        })
    }

    fn name(&self, name: &Name) -> Option<String> {
        let own = self.flow.slips.get(self.kind)?;
        let source = || self.flow.kind(*own.from.first()?);
        let text = match name {
            Name::Today => t(self.lang, "今天", "today"),
            Name::Header(at) => label(self.lang, &own.header.get(*at)?.label),
            Name::Line(at) => label(self.lang, &own.lines.as_ref()?.get(*at)?.label),
            Name::SourceHeader(at) => label(self.lang, &source()?.header.get(*at)?.label),
            Name::SourceLine(at) => label(self.lang, &source()?.lines.as_ref()?.get(*at)?.label),
            Name::Parameter(at, _) => label(self.lang, &self.pack.parameters.get(*at)?.label),
            Name::Total(at) => {
                let field = label(self.lang, &own.lines.as_ref()?.get(*at)?.label);
                let (zh, en) = (format!("{field}合计"), format!("total of {field}"));
                return Some(t(self.lang, &zh, &en).to_owned());
            }
            Name::Current(_) => t(self.lang, "现登记值", "what is recorded now"),
            Name::Balance(reading) => {
                let ledger = self.pack.ledgers.get(reading.ledger)?;
                let place = ledger.places.get(reading.place)?;
                let figure = match reading.figure {
                    model::Figure::Posted => t(self.lang, "余额", "balance"),
                    model::Figure::Available => t(self.lang, "可用量", "available"),
                    model::Figure::Held => t(self.lang, "占用量", "held"),
                };
                let ledger = label(self.lang, &ledger.label);
                let place = label(self.lang, &place.label);
                return Some(format!("{ledger} {place} {figure}"));
            }
            Name::Fact(register, reference, at) => {
                let of = self.write(reference)?;
                let field = self.pack.register(register)?.fields.get(*at)?;
                let field = label(self.lang, &field.label);
                let (zh, en) = (format!("{of}的{field}"), format!("{field} of {of}"));
                return Some(t(self.lang, &zh, &en).to_owned());
            }
        };
        Some(text.to_owned())
    }
}
