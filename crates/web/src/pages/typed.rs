//! What was typed into a form: from the inputs as posted or kept in a draft to what the engine is given, and back.

use std::collections::BTreeMap;

use engine::{Input, LineInput, Slip};
use kernel::{Day, LineId, Moment, SlipId, Value};
use model::{Field, FieldKind};

/// Lines read from one form; the engine refuses far fewer with a sentence.
const LINES_READ_MAX: usize = 20_000;

/// A typed line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct TypedLine {
    /// The line it comes from, `slip:line`; empty for one of its own.
    pub source: String,
    /// Texts by field name.
    pub cells: BTreeMap<String, String>,
}

/// What was typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Typed {
    /// Texts by field name.
    pub header: BTreeMap<String, String>,
    /// Lines in order.
    pub lines: Vec<TypedLine>,
}

impl Typed {
    /// Reads inputs called `h.field`, `l.1.field` and `l.1.source`. A line without a source and without any text is none.
    pub fn read<'a>(inputs: impl Iterator<Item = (&'a str, &'a str)>) -> Typed {
        let mut typed = Typed::default();
        let mut lines: BTreeMap<u32, TypedLine> = BTreeMap::new();
        for (name, value) in inputs {
            if let Some(field) = name.strip_prefix("h.") {
                typed.header.insert(field.to_owned(), value.to_owned());
                continue;
            }
            let Some((number, field)) = name
                .strip_prefix("l.")
                .and_then(|rest| rest.split_once('.'))
            else {
                continue;
            };
            let Ok(number) = number.parse() else { continue };
            if lines.len() >= LINES_READ_MAX && !lines.contains_key(&number) {
                continue;
            }
            let line = lines.entry(number).or_default();
            if field == "source" {
                value.clone_into(&mut line.source);
            } else {
                line.cells.insert(field.to_owned(), value.to_owned());
            }
        }
        typed.lines = lines
            .into_values()
            .filter(|line| {
                !line.source.is_empty() || line.cells.values().any(|text| !text.trim().is_empty())
            })
            .collect();
        typed
    }

    /// What a slip holds, as it would be typed.
    pub fn of_slip(slip: &Slip, declared: &model::Slip) -> Typed {
        let texts = |fields: &[Field], values: &[Value]| {
            fields
                .iter()
                .zip(values)
                .filter(|(field, _)| is_typed(field))
                .map(|(field, value)| (field.name.to_string(), written(field, value)))
                .collect()
        };
        Typed {
            header: texts(&declared.header, &slip.header),
            lines: slip
                .lines
                .iter()
                .map(|line| TypedLine {
                    source: line.source.map(source_text).unwrap_or_default(),
                    cells: texts(declared.lines.as_deref().unwrap_or_default(), &line.values),
                })
                .collect(),
        }
    }

    /// What a new slip takes over from another of its kind: all that is typed, and nothing of where it came from.
    pub fn copy_of(slip: &Slip, declared: &model::Slip) -> Typed {
        let mut typed = Typed::of_slip(slip, declared);
        for line in &mut typed.lines {
            line.source.clear();
        }
        typed
    }

    /// Leaves out the drawn lines in which nothing is typed beside what stood there at first, where something has to be: they
    /// are for a later slip. When that would leave none, all stay, so that what is missing can be said at each.
    pub fn leave_out_untouched(&mut self, fields: &[Field]) {
        let entered: Vec<&Field> = fields.iter().filter(|field| is_typed(field)).collect();
        let needed = |field: &&Field| !field.optional && field.default.is_none();
        if !entered.iter().any(needed) {
            return;
        }
        let touched = |line: &TypedLine| {
            entered.iter().any(|field| {
                let text = line.cells.get(&*field.name).map_or("", |text| text.trim());
                !text.is_empty() && Some(text) != default_text(field).as_deref()
            })
        };
        if self.lines.iter().any(touched) {
            self.lines.retain(touched);
        }
    }

    /// What the engine is given.
    pub fn input(&self, declared: &model::Slip) -> Input {
        let lines = declared.lines.as_deref().unwrap_or_default();
        Input {
            header: texts(&declared.header, &self.header),
            lines: self
                .lines
                .iter()
                .map(|line| LineInput {
                    source: line_source(&line.source),
                    fields: texts(lines, &line.cells),
                })
                .collect(),
        }
    }

    /// Only the fields that a later step may enter, with every line at its place.
    pub fn input_of(
        &self,
        declared: &model::Slip,
        enters: &[usize],
        enters_line: &[usize],
    ) -> Input {
        let pick = |fields: &[Field], which: &[usize]| -> Vec<Field> {
            which
                .iter()
                .filter_map(|at| fields.get(*at).cloned())
                .collect()
        };
        let header = pick(&declared.header, enters);
        let line = pick(declared.lines.as_deref().unwrap_or_default(), enters_line);
        // A step that enters no line has no input in one. Whoever sends some all the same hears so from the engine.
        let wrote = |line: &TypedLine| !line.cells.is_empty();
        let lines = if line.is_empty() && !self.lines.iter().any(wrote) {
            &[][..]
        } else {
            &self.lines
        };
        Input {
            header: texts(&header, &self.header),
            lines: lines
                .iter()
                .map(|typed| LineInput {
                    source: None,
                    fields: texts(&line, &typed.cells),
                })
                .collect(),
        }
    }
}

/// Whether a person types a field.
pub(crate) fn is_typed(field: &Field) -> bool {
    field.is.is_none() && !field.carry
}

/// The text that a constant default puts into a field.
pub(crate) fn default_text(field: &Field) -> Option<String> {
    match &field.default {
        Some(model::Expr::Literal(value)) => Some(written(field, value)),
        Some(model::Expr::Rescale(inner, unit)) => match &**inner {
            model::Expr::Literal(Value::Amount(amount)) => {
                kernel::Amount::parse(&amount.to_string(), *unit)
                    .ok()
                    .map(|amount| amount.to_string())
            }
            _ => None,
        },
        _ => None,
    }
}

/// A value as it is typed.
pub(crate) fn written(field: &Field, value: &Value) -> String {
    match (&field.kind, value) {
        (_, Value::Moment(moment)) => moment.minute(),
        (_, Value::Flag(yes)) => if *yes { "1" } else { "" }.to_owned(),
        (_, value) => value.to_string(),
    }
}

/// A number or day as it is meant: full-width figures and signs, and commas between thousands.
pub(super) fn plain_figures(text: &str, amount: bool) -> String {
    let narrow = text.trim().chars().map(|c| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '\u{2212}' => '-',
        '\u{3000}' => ' ',
        c => c,
    });
    narrow.filter(|c| !amount || *c != ',').collect()
}

/// Texts as the engine reads them. A box that is not ticked sends nothing, which means no.
fn texts(fields: &[Field], typed: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let mut out = typed.clone();
    for field in fields {
        let name = &*field.name;
        match &field.kind {
            FieldKind::Flag if is_typed(field) => {
                let yes = matches!(
                    typed.get(name).map(String::as_str),
                    Some("1" | "yes" | "on")
                );
                out.insert(name.to_owned(), if yes { "yes" } else { "no" }.to_owned());
            }
            FieldKind::Amount(_) | FieldKind::Day => {
                if let Some(text) = typed.get(name).filter(|text| !text.is_empty()) {
                    let amount = field.kind != FieldKind::Day;
                    out.insert(name.to_owned(), plain_figures(text, amount));
                }
            }
            FieldKind::Moment => {
                let read = |text: &String| moment_of(&plain_figures(text, false));
                if let Some(moment) = typed.get(name).and_then(read) {
                    out.insert(name.to_owned(), moment.0.to_string());
                }
            }
            _ => {}
        }
    }
    out
}

/// Reads `2026-04-01 14:05`, also with `T` as browsers write it; local time.
pub(crate) fn moment_of(text: &str) -> Option<Moment> {
    let text = text.trim().replace(['T', '：'], " ").replace(' ', ":");
    let mut parts = text.splitn(4, ':');
    let day: Day = parts.next()?.parse().ok()?;
    let mut number = |below: i64| {
        let part = parts.next()?;
        let number: i64 = part.parse().ok()?;
        (part.len() <= 2 && (0..below).contains(&number)).then_some(number)
    };
    let (hour, minute) = (number(24)?, number(60)?);
    let noon = Moment::noon_of(day);
    Some(noon.plus_minutes((hour - 12) * 60 + minute))
}

/// `slip:line`.
pub(crate) fn source_text((slip, line): (SlipId, LineId)) -> String {
    format!("{slip}:{line}")
}

/// A source that cannot be read names a line that nobody has, so that it is refused instead of overlooked.
fn line_source(text: &str) -> Option<(SlipId, LineId)> {
    if text.is_empty() {
        return None;
    }
    let read = text
        .split_once(':')
        .and_then(|(slip, line)| Some((SlipId(slip.parse().ok()?), LineId(line.parse().ok()?))));
    Some(read.unwrap_or((SlipId(0), LineId(0))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(inputs: &[(&str, &str)]) -> Typed {
        Typed::read(inputs.iter().copied())
    }

    #[test]
    fn blank_rows_are_no_lines_and_the_order_is_that_of_the_numbers() {
        let read = typed(&[
            ("_csrf", "x"),
            ("h.supplier", "S01"),
            ("l.10.qty", "3"),
            ("l.2.qty", "2"),
            ("l.3.source", ""),
            ("l.3.qty", " "),
            ("l.4.source", "7:1"),
            ("l.x.qty", "9"),
        ]);
        assert_eq!(read.header["supplier"], "S01");
        let quantities: Vec<_> = read
            .lines
            .iter()
            .map(|line| line.cells.get("qty"))
            .collect();
        assert_eq!(
            quantities,
            [Some(&"2".to_owned()), None, Some(&"3".to_owned())]
        );
    }

    #[test]
    fn times_are_read_as_people_and_browsers_write_them() {
        let at = moment_of("2026-04-01 14:05").unwrap();
        assert_eq!(at.minute(), "2026-04-01 14:05");
        assert_eq!(moment_of("2026-04-01T14:05"), Some(at));
        assert_eq!(
            moment_of("2026-04-01 00:00").unwrap().minute(),
            "2026-04-01 00:00"
        );
        for bad in [
            "",
            "2026-04-01",
            "2026-04-01 24:00",
            "2026-04-01 14:60",
            "2026-02-30 10:00",
            "14:05",
        ] {
            assert_eq!(moment_of(bad), None, "{bad}");
        }
    }

    #[test]
    fn full_width_figures_are_figures_and_nonsense_stays_nonsense() {
        for (typed, meant) in [
            ("１２．５", "12.5"),
            ("－３", "-3"),
            ("1,200", "1200"),
            ("１，２００", "1200"),
            ("NaN", "NaN"),
            ("1e400", "1e400"),
            ("١٢", "١٢"),
        ] {
            assert_eq!(plain_figures(typed, true), meant);
        }
        assert_eq!(plain_figures("２０２６－０４－０１", false), "2026-04-01");
    }

    #[test]
    fn a_source_that_makes_no_sense_is_not_overlooked() {
        assert_eq!(line_source(""), None);
        assert_eq!(line_source("12:3"), Some((SlipId(12), LineId(3))));
        assert_eq!(line_source("12/3"), Some((SlipId(0), LineId(0))));
    }
}
