//! The part of a form that is typed: fields, columns, cells, what is carried, computed, defaulted and still open.

use engine::{Form as Filled, Refusal, Slip};
use kernel::proof::Proof;
use kernel::{SlipId, Value};
use model::{Field, FieldKind, Name, Pack};

use super::desk::Reader;
use super::typed::{Typed, TypedLine, default_text, is_typed, source_text, written};
use super::{changing, script, slip, values, words};
use crate::error::Error;
use crate::parts::field::{Entry, Field as Part, Kind};
use crate::parts::grid::{Grid, Line};
use crate::parts::lang::{Lang, t};

use super::form::{Back, Body, Maker, Target, filled};

/// Texts longer than this are typed into several lines.
const LONG: u32 = 500;
/// Most rows with which a form is shown again; a longer one was refused as a whole.
const ROWS_MAX: usize = 2_000;

impl Maker<'_> {
    /// A new slip, or one that was returned to its first step.
    pub fn whole(&self, target: &Target, back: &Back) -> Result<Result<Body, Refusal>, Error> {
        let typed = match (&back.typed, &self.ground.slip) {
            (Some(typed), _) => typed.clone(),
            (None, Some(slip)) => Typed::of_slip(slip, self.declared),
            (None, None) => Typed::default(),
        };
        let filled = match filled(
            self.reader,
            target,
            self.ground,
            &typed.input(self.declared),
        )? {
            Ok(filled) => filled,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let mut body = Body::default();
        for (at, field) in self.declared.header.iter().enumerate() {
            let value = filled.header.get(at).unwrap_or(&Value::Empty);
            if field.carry {
                body.known
                    .push(slip::fact(self.reader, self.pack, field, value)?);
                continue;
            }
            let told = typed
                .header
                .get(&*field.name)
                .is_some_and(|text| !text.trim().is_empty());
            if self.leaves_out(field, at, false) && !told {
                continue;
            }
            let entry = self.entry(field, typed.header.get(&*field.name), value)?;
            body.fields.push((self.part(field, true), entry));
        }
        if let Some(fields) = &self.declared.lines {
            body.grid = Some(self.grid(fields, &typed, &filled)?);
        }
        Ok(Ok(body))
    }

    fn grid(&self, fields: &[Field], typed: &Typed, filled: &Filled) -> Result<Grid, Error> {
        let drawn = self.ground.drawn(self.declared);
        let rows = if typed.lines.is_empty() && drawn {
            filled.lines.len()
        } else {
            typed.lines.len()
        };
        let blank = TypedLine::default();
        let own = changing::own_first(self.pack, self.declared, fields, &filled.header);
        let fields = own.as_deref().unwrap_or(fields);
        let shown = self.shown(fields, typed);
        let mut lines = Vec::new();
        for at in 0..rows.min(ROWS_MAX) {
            let line = typed.lines.get(at).unwrap_or(&blank);
            lines.push(self.line(&shown, line, filled.lines.get(at))?);
        }
        Ok(Grid {
            title: t(self.lang(), "明细", "Lines").to_owned(),
            columns: self.columns(&shown),
            lines,
            grows: !drawn,
            fixed: false,
            proposes: !drawn && self.declared.proposal.is_some(),
            file: (!drawn && !self.hand).then(|| format!("/lines/{}", self.step.qualified)),
            scan: (!self.hand && fields.iter().any(|field| field.scan.is_some()))
                .then(|| format!("/scan/{}", self.step.qualified)),
            codes: fields.iter().find_map(listed_digits),
        })
    }

    /// The fields of a line that the form shows, by position.
    fn shown<'f>(&self, fields: &'f [Field], typed: &Typed) -> Vec<(usize, &'f Field)> {
        let told = |field: &Field| {
            let mut cells = typed
                .lines
                .iter()
                .filter_map(|line| line.cells.get(&*field.name));
            cells.any(|text| !text.trim().is_empty())
        };
        let all = fields.iter().enumerate();
        all.filter(|(at, field)| !self.leaves_out(field, *at, true) || told(field))
            .collect()
    }

    /// Whether a form of the first step leaves a field out: a later step enters it, or it is computed and for nobody's eyes.
    fn leaves_out(&self, field: &Field, at: usize, line: bool) -> bool {
        let later = self.flow.left_to_later(self.step.slip, (at, field), line);
        later || (field.sensitive && field.is.is_some())
    }

    /// The columns: every field that is shown, and before one that draws what remains to be drawn.
    fn columns(&self, fields: &[(usize, &Field)]) -> Vec<Part> {
        let mut columns = Vec::new();
        for (_, field) in fields {
            // What is said about the record before it stands small within its cell.
            let after = columns.last().is_some_and(|before: &Part| {
                before.under || matches!(before.kind, Kind::Lookup(_))
            });
            if field.draws.is_some() && self.ground.drawn(self.declared) {
                columns.push(Part {
                    fixed: true,
                    ..Part::new(
                        format!("_left_{}", field.name),
                        t(self.lang(), "未执行", "Still open"),
                        Kind::Number,
                    )
                });
            }
            columns.push(Part {
                under: after && !is_typed(field) && field.kind == FieldKind::Text,
                ..self.part(field, false)
            });
        }
        columns
    }

    fn line(
        &self,
        fields: &[(usize, &Field)],
        typed: &TypedLine,
        filled: Option<&engine::FormLine>,
    ) -> Result<Line, Error> {
        let source = filled.and_then(|line| line.source);
        let mut cells = Vec::new();
        for &(at, field) in fields {
            let left = self.left(filled, at, field);
            if field.draws.is_some() && self.ground.drawn(self.declared) {
                let text = left.map(|left| left.to_string()).unwrap_or_default();
                cells.push(Entry {
                    shown: left.map(kernel::Amount::grouped).unwrap_or_default(),
                    ..Entry::new(text)
                });
            }
            let value = filled
                .and_then(|line| line.values.get(at))
                .unwrap_or(&Value::Empty);
            let mut entry = self.entry(field, typed.cells.get(&*field.name), value)?;
            // Packs that are scanned one by one are counted from nothing.
            let counted = self.hand && field.scan == Some(model::Scan::Count);
            if self.fresh && !counted && self.ground.slip.is_none() && entry.value.is_empty() {
                // What remains is what usually comes; a clerk who counts less types over it.
                entry.value = left
                    .filter(|left| left.units > 0)
                    .map(|left| left.to_string())
                    .unwrap_or_default();
            }
            cells.push(entry);
        }
        Ok(Line {
            source: match source {
                Some(source) => source_text(source),
                None => typed.source.clone(),
            },
            with: self.with(self.declared.lines.as_deref().unwrap_or_default(), source)?,
            cells,
            refusal: None,
        })
    }

    /// What remains for a field that draws. A slip that is filled in again gives back what it drew itself.
    fn left(
        &self,
        filled: Option<&engine::FormLine>,
        at: usize,
        field: &Field,
    ) -> Option<kernel::Amount> {
        field.draws?;
        let filled = filled?;
        let (_, left) = filled.remaining.iter().find(|(of, _)| *of == at)?;
        let own = self.ground.slip.as_ref().map_or(0, |slip| {
            slip.lines
                .iter()
                .filter(|line| line.source == filled.source)
                .filter_map(|line| line.values.get(at)?.as_amount())
                .map(|amount| amount.units)
                .sum()
        });
        Some(kernel::Amount::new(
            left.units.saturating_add(own),
            left.unit,
        ))
    }

    /// The values of the source that computed cells of a line name.
    fn with(
        &self,
        fields: &[Field],
        source: Option<(SlipId, kernel::LineId)>,
    ) -> Result<script::With, Error> {
        let Some((id, line)) = source else {
            return Ok(Vec::new());
        };
        let Some(slip) = self.ground.sources.iter().find(|slip| slip.id == id) else {
            return Ok(Vec::new());
        };
        let actual = self
            .flow
            .slips
            .iter()
            .position(|declared| declared.qualified == slip.kind);
        let mut out: script::With = Vec::new();
        for field in fields {
            let Some((_, names)) = field
                .is
                .as_ref()
                .and_then(|expr| script::script(self.flow, self.step.slip, expr))
            else {
                continue;
            };
            for name in names {
                let value = actual.and_then(|actual| self.source_value(slip, line, actual, &name));
                let called = script::source_name(self.flow, self.step.slip, &name);
                if let (Some(called), Some(value)) = (called, value)
                    && !out.iter().any(|(known, _)| *known == called)
                {
                    out.push((called, value.to_string()));
                }
            }
        }
        Ok(out)
    }

    fn source_value(
        &self,
        slip: &Slip,
        line: kernel::LineId,
        actual: usize,
        name: &Name,
    ) -> Option<Value> {
        let own = self.step.slip;
        match name {
            Name::SourceLine(at) => {
                let at = self.flow.source_field(own, actual, true, *at)?;
                slip.line(line)?.values.get(at).cloned()
            }
            Name::SourceHeader(at) => {
                let at = self.flow.source_field(own, actual, false, *at)?;
                slip.header.get(at).cloned()
            }
            _ => None,
        }
    }

    /// What a field says that is not typed here. The page itself, too, has no more of what is sensitive than it shows.
    fn told(&self, field: &Field, value: &Value) -> Result<Entry, Error> {
        Ok(Entry {
            value: match field.sensitive {
                true => String::new(),
                false => value.to_string(),
            },
            shown: values::shown(self.reader, self.pack, field, value)?.text,
            refusal: None,
        })
    }

    /// What stands in a field: as typed, else as the engine filled it.
    fn entry(&self, field: &Field, typed: Option<&String>, value: &Value) -> Result<Entry, Error> {
        if !is_typed(field) {
            return self.told(field, value);
        }
        let text = match typed {
            Some(text) => text.clone(),
            None if self.fresh => match default_text(field) {
                Some(text) => text,
                None => written(field, value),
            },
            None => String::new(),
        };
        let shown = self.name_of(field, &text)?;
        Ok(Entry {
            value: text,
            shown,
            refusal: None,
        })
    }

    /// The name of the record or person whose code was typed.
    fn name_of(&self, field: &Field, code: &str) -> Result<String, Error> {
        let code = code.trim();
        if code.is_empty() {
            return Ok(String::new());
        }
        let shown = match &field.kind {
            FieldKind::Register(register) => {
                values::record(self.reader, self.pack, register, code)?.text
            }
            FieldKind::Person => self.reader.person(code)?,
            _ => return Ok(String::new()),
        };
        Ok(if shown == code { String::new() } else { shown })
    }

    /// What a field is.
    fn part(&self, field: &Field, header: bool) -> Part {
        let label = words::label(self.lang(), &field.label);
        let kind = kind(self.reader, self.pack, field, header);
        let unit = match &field.kind {
            FieldKind::Amount(unit) => Some(*unit),
            _ => None,
        };
        let computed = field
            .is
            .as_ref()
            .filter(|_| !header)
            .and_then(|expr| script::script(self.flow, self.step.slip, expr));
        Part {
            scale: unit.map_or(0, |unit| digits(unit.shown())),
            kept: unit.map_or(0, |unit| digits(unit.scale())),
            need: is_typed(field) && !field.optional && field.default.is_none(),
            fixed: field.carry || (field.is.is_some() && computed.is_none()),
            asks: field.is.is_some()
                && computed.is_none()
                && (header || self.fact(field).is_none()),
            fact: if header { None } else { self.fact(field) },
            is: computed.map(|(text, _)| text),
            total: !header && field.is_totalled(),
            hint: match &field.help {
                Some(help) => words::label(self.lang(), help).to_owned(),
                None => packages(self.lang(), field).unwrap_or_default(),
            },
            marks: field.packed.as_ref().map(|packed| packed.marks.join(" ")),
            scan: match &field.scan {
                None => "",
                Some(model::Scan::Count) => "count",
                Some(model::Scan::Codes) => "codes",
                Some(model::Scan::Key(_)) => "key",
                Some(model::Scan::Element(_)) => "element",
                Some(model::Scan::Begins(_) | model::Scan::Holds) => "",
            },
            wide: header && matches!(field.kind, FieldKind::Text) && field.length_max > LONG,
            ..Part::new(&*field.name, label, kind)
        }
    }

    /// The fact of a record that a computed field of a line shows: the script shows it as soon as the record is chosen.
    fn fact(&self, field: &Field) -> Option<String> {
        let Some(model::Expr::Name(Name::Fact(register, reference, at))) = &field.is else {
            return None;
        };
        let model::Expr::Name(Name::Line(line)) = &**reference else {
            return None;
        };
        let of = self.declared.lines.as_ref()?.get(*line)?;
        let fact = self.pack.register(register)?.fields.get(*at)?;
        (!fact.sensitive).then(|| format!("{}.{}", of.name, fact.name))
    }

    /// A later step: what is there, and the fields that it enters.
    pub fn later(&self, back: &Back) -> Result<Body, Error> {
        let Some(slip) = &self.ground.slip else {
            return Ok(Body::default());
        };
        let typed = back
            .typed
            .clone()
            .unwrap_or_else(|| Typed::of_slip(slip, self.declared));
        let mut body = Body::default();
        let facts = slip::facts(self.reader, self.pack, slip, &self.declared.header)?;
        // The first fact is the day, which is no declared field.
        let mut facts = facts.into_iter();
        body.known.extend(facts.next());
        for (at, (field, fact)) in self.declared.header.iter().zip(facts).enumerate() {
            if self.step.enters.contains(&at) {
                let entry = self.entered(field, typed.header.get(&*field.name))?;
                body.fields.push((self.part(field, true), entry));
            } else {
                body.known.push(fact);
            }
        }
        let Some(fields) = &self.declared.lines else {
            return Ok(body);
        };
        // On a handheld what leaves is scanned even where nothing is typed.
        let scanned = self.hand && fields.iter().any(|field| field.scan.is_some());
        if self.step.enters_line.is_empty() && !scanned {
            let table = slip::lines(
                self.reader,
                self.pack,
                self.flow,
                self.step.slip,
                slip,
                fields,
            )?;
            body.shown = Some((t(self.lang(), "明细", "Lines").to_owned(), table));
        } else {
            body.grid = Some(self.later_grid(fields, slip, &typed)?);
        }
        Ok(body)
    }

    fn entered(&self, field: &Field, typed: Option<&String>) -> Result<Entry, Error> {
        let text = typed.cloned().unwrap_or_default();
        let shown = self.name_of(field, &text)?;
        Ok(Entry {
            value: text,
            shown,
            refusal: None,
        })
    }

    fn later_grid(&self, fields: &[Field], slip: &Slip, typed: &Typed) -> Result<Grid, Error> {
        let enters = |at: usize| self.step.enters_line.contains(&at);
        let columns = fields.iter().enumerate().map(|(at, field)| Part {
            fixed: !enters(at),
            is: None,
            ..self.part(field, false)
        });
        let mut lines = Vec::new();
        for (position, line) in slip.lines.iter().enumerate() {
            let typed = typed.lines.get(position);
            let mut cells = Vec::new();
            for (at, field) in fields.iter().enumerate() {
                let value = line.values.get(at).unwrap_or(&Value::Empty);
                cells.push(if enters(at) {
                    let text = typed.and_then(|typed| typed.cells.get(&*field.name));
                    self.entered(field, text)?
                } else {
                    self.told(field, value)?
                });
            }
            lines.push(Line {
                // Any mark will do: it says that this row is a line even when nothing is typed into it.
                source: format!("{}:{}", slip.id, line.id),
                cells,
                ..Line::default()
            });
        }
        let codes = fields
            .iter()
            .enumerate()
            .filter(|(at, _)| enters(*at))
            .find_map(|(_, field)| listed_digits(field));
        Ok(Grid {
            title: t(self.lang(), "明细", "Lines").to_owned(),
            columns: columns.collect(),
            lines,
            grows: false,
            proposes: false,
            fixed: true,
            file: None,
            scan: (!self.hand && codes.is_some()).then(|| format!("/scan/{}", self.step.qualified)),
            codes,
        })
    }
}

/// How many digits the codes have that are scanned into a field.
fn listed_digits(field: &Field) -> Option<usize> {
    match field.proof {
        Some(Proof::Codes(digits)) if field.scan == Some(model::Scan::Codes) => {
            is_typed(field).then_some(digits)
        }
        _ => None,
    }
}

fn digits(count: u32) -> u8 {
    u8::try_from(count).unwrap_or(u8::MAX)
}

/// What is typed into a declared field.
pub(crate) fn kind(reader: &Reader<'_>, pack: &Pack, field: &Field, header: bool) -> Kind {
    match &field.kind {
        FieldKind::Text if header && field.length_max > LONG => Kind::Long,
        FieldKind::Text => Kind::Text,
        FieldKind::Amount(_) => Kind::Number,
        FieldKind::Day => Kind::Date,
        FieldKind::Moment => Kind::Time,
        FieldKind::Flag => Kind::Flag,
        FieldKind::Choice(choices) => Kind::Choice(
            choices
                .iter()
                .map(|choice| {
                    let label = words::label(reader.lang, &choice.label);
                    (choice.code.to_string(), label.to_owned())
                })
                .collect(),
        ),
        FieldKind::Register(register) => Kind::Lookup(format!("{}.{register}", pack.name)),
        FieldKind::Person => Kind::Lookup("person".to_owned()),
    }
}

/// How a number of packages is typed: `3件5`.
pub(super) fn packages(lang: Lang, field: &Field) -> Option<String> {
    let mark = field.packed.as_ref()?.marks.first()?;
    let (zh, en) = (
        format!("可按整件加零散填写，如 3{mark}5"),
        format!("may be typed in packages, such as 3{mark}5"),
    );
    Some(t(lang, &zh, &en).to_owned())
}
