//! The form of a step, made from its declaration: fields, lines, what is carried, computed, defaulted, still open.

use std::sync::Arc;

use engine::{Act, Form as Filled, Input, Refusal, Slip, World, WorldError};
use kernel::{SlipId, Value};
use model::{Catalog, Field, FieldKind, Flow, Name, Pack, Step};

use super::desk::Reader;
use super::typed::{Typed, TypedLine, default_text, is_typed, source_text, written};
use super::{heads, script, slip, values, words};
use crate::error::Error;
use crate::parts::field::{Entry, Field as Part, Kind};
use crate::parts::form::{Form, Refused};
use crate::parts::grid::{Grid, Line};
use crate::parts::lang::{Lang, t};
use crate::parts::slip::Fact;
use crate::parts::{Hidden, Link};
use crate::text::random_key;

/// Texts longer than this are typed into several lines.
const LONG: u32 = 500;
/// Facts of the source shown above the fields.
const KNOWN_MAX: usize = 8;
/// Most rows with which a form is shown again; a longer one was refused as a whole.
const ROWS_MAX: usize = 2_000;

/// What a form is for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Target {
    /// Qualified step.
    pub step: String,
    /// The slip, when it is not a new one.
    pub slip: Option<SlipId>,
    /// Slips that a new one comes from.
    pub sources: Vec<SlipId>,
    /// For whom.
    pub on_behalf_of: Option<Arc<str>>,
}

/// What comes back into a form.
#[derive(Debug, Clone, Default)]
pub(crate) struct Back {
    /// What was typed; nothing for a fresh form.
    pub typed: Option<Typed>,
    /// Why it was refused.
    pub refusal: Option<Refusal>,
    /// Key of the form that was refused.
    pub key: String,
    /// Id of the draft.
    pub draft: String,
    /// When the draft was saved, as shown.
    pub saved_at: Option<String>,
}

/// How a step is filled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// A new slip, or one returned to its first step.
    Whole,
    /// A later step, which enters some fields or none.
    Later,
}

/// A form's declarations and what it starts from.
pub(crate) struct Ground {
    pub catalog: Arc<Catalog>,
    pub mode: Mode,
    pub slip: Option<Arc<Slip>>,
    pub sources: Vec<Arc<Slip>>,
}

impl Ground {
    /// The declarations of the step.
    pub fn declared(&self, step: &str) -> Option<(&Arc<Pack>, &Flow, &Step, &model::Slip)> {
        let version = self
            .slip
            .as_deref()
            .or(self.sources.first().map(|slip| &**slip))
            .map(|slip| &*slip.version);
        let (pack, flow, _, step) = words::step(&self.catalog, version, step)?;
        Some((pack, flow, step, flow.slips.get(step.slip)?))
    }

    /// Whether its lines come from other slips.
    pub fn drawn(&self) -> bool {
        self.sources.iter().any(|slip| !slip.lines.is_empty())
    }
}

/// Reads what a form stands on. The refusal is for those who may not sign it at all.
pub(crate) fn ground(
    reader: &Reader<'_>,
    target: &Target,
) -> Result<Result<Ground, Refusal>, Error> {
    let found = reader.store.ask(reader.org, |world| {
        let slip = match target.slip {
            Some(id) => match world.slip(id)? {
                Some(slip) => Some(slip),
                None => return Ok(None),
            },
            None => None,
        };
        let ids = slip.as_ref().map_or(&target.sources, |slip| &slip.sources);
        let mut sources = Vec::new();
        for id in ids {
            match world.slip(*id)? {
                Some(source) => sources.push(source),
                None => return Ok(None),
            }
        }
        let catalog = world.catalog();
        let version = slip
            .as_deref()
            .or(sources.first().map(|slip| &**slip))
            .map(|slip| &*slip.version);
        let Some((_, _, _, step)) = words::step(&catalog, version, &target.step) else {
            return Ok(None);
        };
        let refill = slip
            .as_ref()
            .is_some_and(|slip| slip.signatures(&step.qualified).next().is_none());
        let mode = if step.begins && (slip.is_none() || refill) {
            Mode::Whole
        } else {
            Mode::Later
        };
        let command = reader.command(target.on_behalf_of.clone(), no_act());
        let about = slip.as_ref().or(sources.first()).map(|slip| slip.id);
        let may = engine::may_sign(&catalog, world, &command, &target.step, about)?;
        Ok(Some(may.map(|()| Ground {
            catalog: catalog.clone(),
            mode,
            slip,
            sources,
        })))
    })?;
    found.ok_or(Error::NotFound)
}

fn no_act() -> Act {
    Act::Comment {
        slip: SlipId(0),
        text: String::new(),
    }
}

/// What the engine makes of what was typed so far.
fn filled(
    reader: &Reader<'_>,
    target: &Target,
    ground: &Ground,
    input: &Input,
) -> Result<Result<Filled, Refusal>, Error> {
    let sources: Vec<SlipId> = ground.sources.iter().map(|slip| slip.id).collect();
    Ok(reader.store.ask(reader.org, |world| {
        // The slips first, so that their version is in the catalog.
        for id in &sources {
            world.slip(*id)?;
        }
        let command = reader.command(target.on_behalf_of.clone(), no_act());
        let asked: Result<_, WorldError> = engine::form(
            &world.catalog(),
            world,
            &command,
            &target.step,
            &sources,
            input,
        );
        asked
    })?)
}

/// The whole form.
pub(crate) fn form(
    reader: &Reader<'_>,
    target: &Target,
    ground: &Ground,
    back: &Back,
    csrf: &str,
) -> Result<Result<Form, Refusal>, Error> {
    let (pack, flow, step, declared) = ground.declared(&target.step).ok_or(Error::NotFound)?;
    let mut maker = Maker {
        reader,
        pack,
        flow,
        step,
        declared,
        ground,
        fresh: back.typed.is_none(),
        refused: Vec::new(),
    };
    let body = match ground.mode {
        Mode::Whole => maker.whole(target, back)?,
        Mode::Later => Ok(maker.later(back)?),
    };
    let mut body = match body {
        Ok(body) => body,
        Err(refusal) => return Ok(Err(refusal)),
    };
    if let Some(refusal) = &back.refusal {
        maker.refuse(refusal, &mut body);
    }
    let mut form = maker.around(target, back, csrf)?;
    form.fields = body.fields;
    form.grid = body.grid;
    form.shown = body.shown;
    form.known.extend(body.known);
    form.refused = maker.refused;
    Ok(Ok(form))
}

/// The part of a form that is typed.
#[derive(Default)]
struct Body {
    known: Vec<Fact>,
    fields: Vec<(Part, Entry)>,
    grid: Option<Grid>,
    shown: Option<(String, crate::parts::table::Table)>,
}

struct Maker<'a> {
    reader: &'a Reader<'a>,
    pack: &'a Pack,
    flow: &'a Flow,
    step: &'a Step,
    declared: &'a model::Slip,
    ground: &'a Ground,
    fresh: bool,
    refused: Vec<Refused>,
}

impl Maker<'_> {
    fn lang(&self) -> Lang {
        self.reader.lang
    }

    /// A new slip, or one that was returned to its first step.
    fn whole(&self, target: &Target, back: &Back) -> Result<Result<Body, Refusal>, Error> {
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
            let entry = self.entry(field, typed.header.get(&*field.name), value)?;
            body.fields.push((self.part(field, true), entry));
        }
        if let Some(fields) = &self.declared.lines {
            body.grid = Some(self.grid(fields, &typed, &filled)?);
        }
        Ok(Ok(body))
    }

    fn grid(&self, fields: &[Field], typed: &Typed, filled: &Filled) -> Result<Grid, Error> {
        let drawn = self.ground.drawn();
        let rows = if typed.lines.is_empty() && drawn {
            filled.lines.len()
        } else {
            typed.lines.len()
        };
        let blank = TypedLine::default();
        let mut lines = Vec::new();
        for at in 0..rows.min(ROWS_MAX) {
            let line = typed.lines.get(at).unwrap_or(&blank);
            lines.push(self.line(fields, line, filled.lines.get(at))?);
        }
        Ok(Grid {
            title: t(self.lang(), "明细", "Lines").to_owned(),
            columns: self.columns(fields),
            lines,
            grows: !drawn,
            fixed: false,
        })
    }

    /// The columns: every declared field, and before one that draws what remains to be drawn.
    fn columns(&self, fields: &[Field]) -> Vec<Part> {
        let mut columns = Vec::new();
        for field in fields {
            if field.draws.is_some() && self.ground.drawn() {
                columns.push(Part {
                    fixed: true,
                    ..Part::new(
                        format!("_left_{}", field.name),
                        t(self.lang(), "未执行", "Still open"),
                        Kind::Number,
                    )
                });
            }
            columns.push(self.part(field, false));
        }
        columns
    }

    fn line(
        &self,
        fields: &[Field],
        typed: &TypedLine,
        filled: Option<&engine::FormLine>,
    ) -> Result<Line, Error> {
        let source = filled.and_then(|line| line.source);
        let mut cells = Vec::new();
        for (at, field) in fields.iter().enumerate() {
            let left = self.left(filled, at, field);
            if field.draws.is_some() && self.ground.drawn() {
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
            if self.fresh && self.ground.slip.is_none() && entry.value.is_empty() {
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
            with: self.with(fields, source)?,
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

    /// What stands in a field: as typed, else as the engine filled it.
    fn entry(&self, field: &Field, typed: Option<&String>, value: &Value) -> Result<Entry, Error> {
        if !is_typed(field) {
            let shown = values::shown(self.reader, self.pack, field, value)?;
            let text = if field.sensitive {
                String::new()
            } else {
                value.to_string()
            };
            return Ok(Entry {
                value: text,
                shown: shown.text,
                refusal: None,
            });
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
            is: computed.map(|(text, _)| text),
            total: !header && values::totalled(field),
            hint: field
                .help
                .as_ref()
                .map(|help| words::label(self.lang(), help).to_owned())
                .unwrap_or_default(),
            wide: header && matches!(field.kind, FieldKind::Text) && field.length_max > LONG,
            ..Part::new(&*field.name, label, kind)
        }
    }

    /// A later step: what is there, and the fields that it enters.
    fn later(&self, back: &Back) -> Result<Body, Error> {
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
        if self.step.enters_line.is_empty() {
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
                    Entry {
                        value: value.to_string(),
                        shown: values::shown(self.reader, self.pack, field, value)?.text,
                        refusal: None,
                    }
                });
            }
            lines.push(Line {
                // Any mark will do: it says that this row is a line even when nothing is typed into it.
                source: format!("{}:{}", slip.id, line.id),
                cells,
                ..Line::default()
            });
        }
        Ok(Grid {
            title: t(self.lang(), "明细", "Lines").to_owned(),
            columns: columns.collect(),
            lines,
            grows: false,
            fixed: true,
        })
    }

    /// Puts every refusal where it belongs: at its input, at its line, or above the form.
    fn refuse(&mut self, refusal: &Refusal, body: &mut Body) {
        for one in std::iter::once(refusal).chain(&refusal.more) {
            let sentence = self.reader.sentence(one).to_owned();
            let place = one.place.as_ref();
            let at_line = place.and_then(|place| place.line);
            let field = place.map_or("", |place| place.field.as_str());
            let input = match at_line {
                None => {
                    let found = body.fields.iter_mut().find(|(part, _)| part.name == field);
                    found.map(|(_, entry)| {
                        entry.refusal = Some(sentence.clone());
                        format!("h.{field}")
                    })
                }
                Some(line) => body
                    .grid
                    .as_mut()
                    .and_then(|grid| refuse_line(grid, line, field, &sentence)),
            };
            self.refused.push(Refused {
                code: one.code.clone(),
                sentence: match (at_line, self.lang()) {
                    (Some(line), Lang::Zh) => format!("第 {} 行：{sentence}", line + 1),
                    (Some(line), Lang::En) => format!("Line {}: {sentence}", line + 1),
                    (None, _) => sentence,
                },
                input,
            });
        }
    }

    /// Everything around what is typed.
    fn around(&self, target: &Target, back: &Back, csrf: &str) -> Result<Form, Error> {
        let lang = self.lang();
        let mut crumbs = Vec::new();
        let mut known = Vec::new();
        let about = match &self.ground.slip {
            Some(slip) => std::slice::from_ref(slip),
            None => &self.ground.sources[..],
        };
        for slip in about {
            let kind = words::kind_name(&self.ground.catalog, lang, &slip.version, &slip.kind);
            crumbs.push(Link::new(
                format!("{kind} {}", slip.number),
                heads::url(slip.id),
            ));
            if self.ground.slip.is_none() {
                known.push(Fact {
                    label: kind,
                    value: slip.number.to_string(),
                    url: Some(heads::url(slip.id)),
                    wide: false,
                });
            }
        }
        if let (None, [source]) = (&self.ground.slip, &self.ground.sources[..]) {
            known.extend(self.source_facts(source)?);
        }
        let url = match target.slip {
            Some(id) => format!("/slips/{id}/sign/{}", target.step),
            None => format!("/new/{}", target.step),
        };
        let back_url = crumbs
            .first()
            .map_or_else(|| "/inbox".to_owned(), |link| link.url.clone());
        if crumbs.is_empty() {
            crumbs.push(Link::new(t(lang, "开单", "New slip"), "/new"));
        }
        let keeps = self.ground.mode == Mode::Whole;
        let mut title = words::label(lang, &self.step.label).to_owned();
        if let Some(login) = &target.on_behalf_of {
            let name = self.reader.person(login)?;
            title = match lang {
                Lang::Zh => format!("{title}（代{name}）"),
                Lang::En => format!("{title} (for {name})"),
            };
        }
        Ok(Form {
            crumbs,
            title,
            url,
            autosave: keeps.then(|| "/drafts".to_owned()),
            saved_at: back.saved_at.clone(),
            hidden: self.hidden(target, back, csrf)?,
            known,
            back: back_url,
            draft: !back.draft.is_empty(),
            keeps,
            ..Form::default()
        })
    }

    /// The first facts of the only source.
    fn source_facts(&self, source: &Slip) -> Result<Vec<Fact>, Error> {
        let Some(declared) = self
            .flow
            .slips
            .iter()
            .find(|declared| declared.qualified == source.kind)
        else {
            return Ok(Vec::new());
        };
        let facts = slip::facts(self.reader, self.pack, source, &declared.header)?;
        Ok(facts
            .into_iter()
            .filter(|fact| !fact.value.is_empty())
            .take(KNOWN_MAX)
            .collect())
    }

    fn hidden(&self, target: &Target, back: &Back, csrf: &str) -> Result<Hidden, Error> {
        let key = if back.key.is_empty() {
            random_key()?.to_string()
        } else {
            back.key.clone()
        };
        let about = match &self.ground.slip {
            Some(slip) => std::slice::from_ref(slip),
            None => &self.ground.sources[..],
        };
        let seen: Vec<String> = about
            .iter()
            .map(|slip| format!("{}:{}", slip.id, slip.content))
            .collect();
        let pairs = [
            ("_csrf", csrf.to_owned()),
            ("_key", key),
            ("_seen", seen.join(",")),
            ("_step", target.step.clone()),
            (
                "_slip",
                target.slip.map(|id| id.to_string()).unwrap_or_default(),
            ),
            ("_from", super::drafts::ids_text(&target.sources)),
            (
                "_for",
                target.on_behalf_of.as_deref().unwrap_or("").to_owned(),
            ),
            ("_draft", back.draft.clone()),
        ];
        Ok(pairs
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect())
    }
}

fn refuse_line(grid: &mut Grid, line: usize, field: &str, sentence: &str) -> Option<String> {
    let column = grid.columns.iter().position(|part| part.name == field);
    let row = grid.lines.get_mut(line)?;
    match column.filter(|at| !grid.columns[*at].is_output()) {
        Some(at) => {
            row.cells.get_mut(at)?.refusal = Some(sentence.to_owned());
            Some(format!("l.{}.{field}", line + 1))
        }
        None => {
            row.refusal = Some(sentence.to_owned());
            None
        }
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
