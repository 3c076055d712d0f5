//! The form of a step, made from its declaration: fields, lines, what is carried, computed, defaulted, still open.

use std::sync::Arc;

use engine::{Act, Form as Filled, Input, Refusal, Slip, World, WorldError};
use kernel::SlipId;
use model::{Catalog, Flow, Pack, Step};

use super::desk::Reader;
use super::typed::Typed;
use super::{condition, heads, slip, words};
use crate::error::Error;
use crate::parts::field::{Entry, Field as Part, say_beside};
use crate::parts::form::{Form, Refused};
use crate::parts::grid::Grid;
use crate::parts::lang::{Lang, t};
use crate::parts::slip::Fact;
use crate::parts::{Hidden, Link};
use crate::text::random_key;

/// Facts of the source shown above the fields.
const KNOWN_MAX: usize = 8;

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
    /// Whether it is filled in on a handheld.
    pub hand: bool,
}

impl Target {
    /// Where its form is, and where it is sent.
    pub fn url(&self) -> String {
        let before = if self.hand { "/handheld" } else { "" };
        match self.slip {
            Some(id) => format!("{before}/slips/{id}/sign/{}", self.step),
            None => format!("{before}/new/{}", self.step),
        }
    }
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
    /// Which saving of the draft the form knows.
    pub version: String,
    /// Marks of the files that its lines were read from.
    pub files: String,
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

    /// Whether its lines come from other slips. Where nothing of a line is carried, drawn or computed, as in a log of readings
    /// under way, the lines are its own although the slip comes from another.
    pub fn drawn(&self, declared: &model::Slip) -> bool {
        let comes = |field: &model::Field| {
            field.carry || field.draws.is_some() || field.is.is_some() || field.default.is_some()
        };
        self.sources.iter().any(|slip| !slip.lines.is_empty())
            && declared.lines.iter().flatten().any(comes)
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

pub(super) fn no_act() -> Act {
    Act::Comment {
        slip: SlipId(0),
        text: String::new(),
    }
}

/// What the engine makes of what was typed so far.
pub(super) fn filled(
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
        hand: target.hand,
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
pub(super) struct Body {
    pub known: Vec<Fact>,
    pub fields: Vec<(Part, Entry)>,
    pub grid: Option<Grid>,
    pub shown: Option<(String, crate::parts::table::Table)>,
}

/// What a form is made with.
pub(super) struct Maker<'a> {
    pub reader: &'a Reader<'a>,
    pub pack: &'a Pack,
    pub flow: &'a Flow,
    pub step: &'a Step,
    pub declared: &'a model::Slip,
    pub ground: &'a Ground,
    pub fresh: bool,
    pub hand: bool,
    pub refused: Vec<Refused>,
}

impl Maker<'_> {
    pub fn lang(&self) -> Lang {
        self.reader.lang
    }

    /// Puts every refusal where it belongs: at its input, at its line, or above the form.
    fn refuse(&mut self, refusal: &Refusal, body: &mut Body) {
        for one in std::iter::once(refusal).chain(&refusal.more) {
            let place = one.place.as_ref();
            let sentence = self.sentence(one);
            let at_line = place.and_then(|place| place.line);
            let field = place.map_or("", |place| place.field.as_str());
            let input = match at_line {
                None => {
                    let found = body.fields.iter_mut().find(|(part, _)| part.name == field);
                    found.map(|(_, entry)| {
                        say_beside(&mut entry.refusal, &sentence);
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

    /// The sentence of a refusal; that of a broken condition with the condition.
    fn sentence(&self, refusal: &Refusal) -> String {
        let sentence = self.reader.sentence(refusal).to_owned();
        let Some(place) = refusal.place.as_ref().filter(|_| refusal.code == "field") else {
            return sentence;
        };
        let field = match place.line {
            Some(_) => self.declared.line_field(&place.field),
            None => self.declared.header_field(&place.field),
        };
        let condition = field.and_then(|(_, field)| {
            let must = field.must.as_ref()?;
            condition::words(self.lang(), self.pack, self.flow, self.step.slip, must)
        });
        match (condition, self.lang()) {
            (Some(condition), Lang::Zh) => format!("{sentence}（须 {condition}）"),
            (Some(condition), Lang::En) => format!("{sentence} ({condition})"),
            (None, _) => sentence,
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
        let url = target.url();
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
            computed: keeps.then(|| "/computed".to_owned()),
            saved_at: back.saved_at.clone(),
            hidden: self.hidden(target, back, csrf)?,
            known,
            help: self
                .flow
                .slips
                .get(self.step.slip)
                .map(|slip| format!("/help/{}", slip.qualified)),
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
        let carried = |label: &str| {
            self.declared
                .header
                .iter()
                .any(|field| field.carry && words::label(self.lang(), &field.label) == label)
        };
        Ok(facts
            .into_iter()
            .filter(|fact| !fact.value.is_empty() && !carried(&fact.label))
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
            ("_files", back.files.clone()),
            ("_draft", back.draft.clone()),
            ("_version", back.version.clone()),
            ("_hand", if target.hand { "1" } else { "" }.to_owned()),
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
            say_beside(&mut row.cells.get_mut(at)?.refusal, sentence);
            Some(format!("l.{}.{field}", line + 1))
        }
        None => {
            say_beside(&mut row.refusal, sentence);
            None
        }
    }
}
