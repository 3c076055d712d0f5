//! Computed fields as the grid's script computes them while a person types: the same expression, where it can be said
//! exactly with names, numbers, `+ - *` and parentheses. The server computes again whatever the browser shows.

use kernel::Value;
use model::{Binary, Expr, Flow, Name};

/// The values of a line's source that an expression names, as `from.field`.
pub(crate) type With = Vec<(String, String)>;

/// An expression for the script, with the names of the source that it reads; `None` where the script could differ.
pub(crate) fn script(flow: &Flow, kind: usize, expr: &Expr) -> Option<(String, Vec<Name>)> {
    let mut sources = Vec::new();
    let mut writer = Writer {
        flow,
        kind,
        sources: &mut sources,
    };
    // The script rounds once, at the end, to the digits of the field; the outermost rounding is that one.
    let text = match expr {
        Expr::Rescale(inner, _) => writer.write(inner)?,
        Expr::Multiply(left, right, _) => {
            format!("{} * {}", writer.write(left)?, writer.write(right)?)
        }
        other => writer.write(other)?,
    };
    Some((text, sources))
}

/// What the script calls a field of the source.
pub(crate) fn source_name(flow: &Flow, kind: usize, name: &Name) -> Option<String> {
    let first = flow.kind(*flow.slips.get(kind)?.from.first()?)?;
    match name {
        Name::SourceLine(at) => {
            let field = first.lines.as_ref()?.get(*at)?;
            Some(format!("from.{}", field.name))
        }
        Name::SourceHeader(at) => Some(format!("from.h.{}", first.header.get(*at)?.name)),
        _ => None,
    }
}

struct Writer<'a> {
    flow: &'a Flow,
    kind: usize,
    sources: &'a mut Vec<Name>,
}

impl Writer<'_> {
    fn write(&mut self, expr: &Expr) -> Option<String> {
        Some(match expr {
            Expr::Literal(Value::Amount(amount)) if amount.units >= 0 => amount.to_string(),
            Expr::Name(name) => self.name(name)?,
            Expr::Negate(inner) => format!("(0 - {})", self.write(inner)?),
            Expr::Binary(Binary::Add, left, right) => {
                format!("({} + {})", self.write(left)?, self.write(right)?)
            }
            Expr::Binary(Binary::Subtract, left, right) => {
                format!("({} - {})", self.write(left)?, self.write(right)?)
            }
            _ => return None,
        })
    }

    fn name(&mut self, name: &Name) -> Option<String> {
        let declared = self.flow.slips.get(self.kind)?;
        match name {
            Name::Line(at) => Some(declared.lines.as_ref()?.get(*at)?.name.to_string()),
            // The script looks for a field of the line first.
            Name::Header(at) => {
                let field = declared.header.get(*at)?;
                declared
                    .line_field(&field.name)
                    .is_none()
                    .then(|| field.name.to_string())
            }
            Name::SourceLine(_) | Name::SourceHeader(_) => {
                self.sources.push(name.clone());
                source_name(self.flow, self.kind, name)
            }
            _ => None,
        }
    }
}
