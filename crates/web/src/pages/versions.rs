//! The fields of a slip through time: who typed what when, and two versions side by side.

use std::collections::BTreeMap;

use axum::extract::Path;
use axum::response::Response;
use engine::{Act, World};
use kernel::SlipId;
use maud::{Markup, html};
use model::{Field, FieldKind, Pack};

use super::desk::{Asked, Content, Desk, Reader};
use super::{heads, values, words};
use crate::error::Error;
use crate::layout::Place;
use crate::parts::icon::{Icon, icon};
use crate::parts::lang::Lang;
use crate::parts::{Link, empty, head};

/// Header first, then lines: line and position of the field in its declaration.
type Spot = (Option<usize>, usize);

/// A signature that changed what is typed.
struct Version {
    step: String,
    person: String,
    at: String,
    /// What stood in each field after it.
    texts: BTreeMap<Spot, String>,
    /// The fields that it changed.
    changed: Vec<Spot>,
}

impl Version {
    fn title(&self, nth: usize) -> String {
        format!(
            "{} · {} · {} · {}",
            nth + 1,
            self.step,
            self.person,
            self.at
        )
    }
}

/// What the page is made with.
struct Sheet<'a> {
    reader: &'a Reader<'a>,
    pack: &'a Pack,
    declared: &'a model::Slip,
    versions: Vec<Version>,
}

pub(crate) async fn show(desk: Desk, Path(id): Path<i64>, asked: Asked) -> Result<Response, Error> {
    desk.show(Place::Slips, move |reader| page(reader, SlipId(id), &asked))
        .await
}

fn page(reader: &Reader<'_>, id: SlipId, asked: &Asked) -> Result<Content, Error> {
    let slip = reader.store.ask(reader.org, |world| world.slip(id))?;
    let slip = slip.ok_or(Error::NotFound)?;
    let catalog = reader.catalog();
    let (pack, _, _, _, declared) = catalog
        .slip_of(&slip.version, &slip.kind)
        .ok_or(Error::NotFound)?;
    let sheet = Sheet {
        reader,
        pack,
        declared,
        versions: versions(reader, id, &slip.version, declared)?,
    };
    let kind = words::label(reader.lang, &declared.label);
    let title = reader.t("逐栏历史与版本对比", "Fields and versions");
    let crumbs = [Link::new(format!("{kind} {}", slip.number), heads::url(id))];
    let count = sheet.versions.len();
    let chosen = |name: &str, otherwise: usize| {
        let number = asked.text(name).parse::<usize>().ok();
        number
            .and_then(|number| number.checked_sub(1))
            .filter(|at| *at < count)
            .unwrap_or(otherwise)
    };
    let (a, b) = (
        chosen("a", count.saturating_sub(2)),
        chosen("b", count.saturating_sub(1)),
    );
    let body = html! {
        (head(&crumbs, title, html! {}, html! {}))
        @if count == 0 {
            div class="card" { (empty(Icon::FileText, reader.t("没有填写过任何栏目", "Nothing was typed"), "", &[])) }
        } @else {
            (sheet.compare(a, b)?)
            (sheet.fields()?)
        }
    };
    Ok(Content::new(format!("{title} {}", slip.number), body))
}

fn versions(
    reader: &Reader<'_>,
    id: SlipId,
    version: &str,
    declared: &model::Slip,
) -> Result<Vec<Version>, Error> {
    let catalog = reader.catalog();
    let mut texts: BTreeMap<Spot, String> = BTreeMap::new();
    let mut out = Vec::new();
    for row in reader.store.history(reader.org, id)? {
        let Act::Step { step, .. } = &row.act else {
            continue;
        };
        if row.changes.is_empty() {
            continue;
        }
        let mut changed = Vec::new();
        for change in &row.changes {
            let place = match change.line {
                None => declared.header_field(&change.field),
                Some(_) => declared.line_field(&change.field),
            };
            let Some((at, _)) = place else { continue };
            let spot = (change.line, at);
            match &change.after {
                Some(text) => texts.insert(spot, text.clone()),
                None => texts.remove(&spot),
            };
            changed.push(spot);
        }
        changed.sort_unstable();
        let mut person = reader.person(&row.row.actor)?;
        if let Some(login) = &row.on_behalf_of {
            let principal = reader.person(login)?;
            person = match reader.lang {
                Lang::Zh => format!("{person}（代{principal}）"),
                Lang::En => format!("{person} (for {principal})"),
            };
        }
        out.push(Version {
            step: words::step_name(&catalog, reader.lang, Some(version), step),
            person,
            at: values::when(reader, row.row.at),
            texts: texts.clone(),
            changed,
        });
    }
    Ok(out)
}

impl Sheet<'_> {
    fn field(&self, (line, at): Spot) -> Option<&Field> {
        match line {
            None => self.declared.header.get(at),
            Some(_) => self.declared.lines.as_ref()?.get(at),
        }
    }

    fn label(&self, spot: Spot) -> String {
        let lang = self.reader.lang;
        let label = self
            .field(spot)
            .map_or("", |field| words::label(lang, &field.label));
        match (spot.0, lang) {
            (Some(line), Lang::Zh) => format!("第 {} 行 {label}", line + 1),
            (Some(line), Lang::En) => format!("Line {} {label}", line + 1),
            (None, _) => label.to_owned(),
        }
    }

    fn text(&self, spot: Spot, version: &Version) -> Result<String, Error> {
        let (Some(text), Some(field)) = (version.texts.get(&spot), self.field(spot)) else {
            return Ok(String::new());
        };
        if field.sensitive {
            return Ok(crate::names::masked(text));
        }
        Ok(match &field.kind {
            FieldKind::Register(register) => {
                let shown = values::record(self.reader, self.pack, register, text)?;
                match shown.under.as_str() {
                    "" => shown.text,
                    code => format!("{} ({code})", shown.text),
                }
            }
            FieldKind::Person => self.reader.person(text)?,
            _ => values::plain(self.reader, field, text),
        })
    }

    /// Two versions side by side; what differs is marked.
    fn compare(&self, a: usize, b: usize) -> Result<Markup, Error> {
        let reader = self.reader;
        let (Some(left), Some(right)) = (self.versions.get(a), self.versions.get(b)) else {
            return Ok(html! {});
        };
        let mut spots: Vec<Spot> = left
            .texts
            .keys()
            .chain(right.texts.keys())
            .copied()
            .collect();
        spots.sort_unstable();
        spots.dedup();
        let mut rows = Vec::new();
        for spot in spots {
            let differs = left.texts.get(&spot) != right.texts.get(&spot);
            rows.push((
                differs,
                self.label(spot),
                self.text(spot, left)?,
                self.text(spot, right)?,
            ));
        }
        let differing = rows.iter().filter(|row| row.0).count();
        let choice = |name: &str, label: &str, at: usize| {
            html! {
                label {
                    (label)
                    select name=(name) {
                        @for (nth, version) in self.versions.iter().enumerate() {
                            option value=(nth + 1) selected[nth == at] { (version.title(nth)) }
                        }
                    }
                }
            }
        };
        Ok(html! {
            section class="card" aria-labelledby="compare" {
                header {
                    h2 id="compare" { (reader.t("版本对比", "Side by side")) }
                    span class="mute" {
                        (match reader.lang {
                            Lang::Zh => format!("{differing} 处不同"),
                            Lang::En => format!("{differing} differ"),
                        })
                    }
                }
                form class="filters in" method="get" data-auto {
                    (choice("a", reader.t("左边", "Left"), a))
                    (choice("b", reader.t("右边", "Right"), b))
                    noscript { button class="button" { (reader.t("对比", "Compare")) } }
                }
                div class="scroll" {
                    table class="rows compare" {
                        thead { tr {
                            th scope="col" { (reader.t("栏目", "Field")) }
                            th scope="col" { (left.title(a)) }
                            th scope="col" { (right.title(b)) }
                        } }
                        tbody {
                            @for (differs, label, before, after) in &rows {
                                tr class=[differs.then_some("differs")] {
                                    th scope="row" {
                                        @if *differs { (icon(Icon::PenLine)) span class="seen" { (reader.t("不同：", "differs: ")) } }
                                        (label)
                                    }
                                    td { @if *differs { del { (before) } } @else { (before) } }
                                    td { @if *differs { ins { (after) } } @else { (after) } }
                                }
                            }
                        }
                    }
                }
            }
        })
    }

    /// Every field with all that was typed into it, by whom and when.
    fn fields(&self) -> Result<Markup, Error> {
        let reader = self.reader;
        let mut by_field: BTreeMap<Spot, Vec<&Version>> = BTreeMap::new();
        for version in &self.versions {
            for spot in &version.changed {
                by_field.entry(*spot).or_default().push(version);
            }
        }
        let mut rows = Vec::new();
        for (spot, versions) in by_field {
            for (nth, version) in versions.iter().enumerate() {
                let label = (nth == 0).then(|| (self.label(spot), versions.len()));
                rows.push((label, self.text(spot, version)?, *version));
            }
        }
        Ok(html! {
            section class="card" aria-labelledby="fields" {
                header { h2 id="fields" { (reader.t("逐栏历史", "Field by field")) } }
                div class="scroll" {
                    table class="rows" {
                        thead { tr {
                            th scope="col" { (reader.t("栏目", "Field")) }
                            th scope="col" { (reader.t("填写", "Typed")) }
                            th scope="col" { (reader.t("何人", "By")) }
                            th scope="col" { (reader.t("何时", "When")) }
                            th scope="col" { (reader.t("环节", "Step")) }
                        } }
                        tbody {
                            @for (label, text, version) in &rows {
                                tr {
                                    @if let Some((label, span)) = label { th scope="rowgroup" rowspan=(span) { (label) } }
                                    td { @if text.is_empty() { span class="mute" { "—" } } @else { (text) } }
                                    td { (version.person) }
                                    td class="code" { (version.at) }
                                    td { (version.step) }
                                }
                            }
                        }
                    }
                }
            }
        })
    }
}
