//! Packs: which are in use since when, the text of every version with lines that can be linked to, and what changed between two.

use axum::extract::Path;
use axum::response::Response;
use maud::{Markup, html};
use model::SourceText;

use super::compare::{Line, compare};
use super::desk::{Asked, Content, Desk, Reader, address};
use super::people::{check, tabs};
use super::words;
use crate::error::Error;
use crate::layout::Place;
use crate::parts::icon::Icon;
use crate::parts::table::{Cell, Head, Row, Shape, Table, table};
use crate::parts::{Link, Tone, empty, head, tabs as tab_row};

/// Characters of a version that are shown.
const SHORT: usize = 12;

fn short(version: &str) -> &str {
    version.get(..SHORT).unwrap_or(version)
}

fn url(name: &str, version: &str) -> String {
    format!("/admin/packs/{name}/{version}")
}

/// A version as the page lists it.
struct Known {
    name: String,
    version: String,
    current: bool,
    /// Journal row and day since which it is in use, where the database has it.
    since: Option<(i64, String)>,
}

/// The current packs first, then earlier versions, the newest first.
fn known(reader: &Reader<'_>) -> Result<Vec<Known>, Error> {
    let catalog = reader.catalog();
    let kept = reader.store.pack_versions(reader.org)?;
    let since = |version: &str| {
        let found = kept.iter().find(|one| *one.version == *version);
        found.map(|one| (one.seq, one.at.minute()))
    };
    let mut all: Vec<Known> = catalog
        .packs()
        .iter()
        .map(|pack| Known {
            name: pack.name.to_string(),
            version: pack.version.to_string(),
            current: true,
            since: since(&pack.version),
        })
        .collect();
    for one in &kept {
        if all.iter().all(|known| known.version != *one.version) {
            all.push(Known {
                name: one.name.to_string(),
                version: one.version.to_string(),
                current: false,
                since: since(&one.version),
            });
        }
    }
    Ok(all)
}

/// The texts of a version: of the pack in use, else as they are kept.
fn texts(reader: &Reader<'_>, name: &str, version: &str) -> Result<Vec<SourceText>, Error> {
    let catalog = reader.catalog();
    if let Some(pack) = catalog.pack(name)
        && *pack.version == *version
    {
        return Ok(pack.texts.clone());
    }
    // A version of another pack under this name is not there.
    let of_name = reader
        .store
        .pack_versions(reader.org)?
        .into_iter()
        .any(|one| *one.name == *name && *one.version == *version);
    match of_name {
        true => reader
            .store
            .pack_texts(reader.org, version)?
            .ok_or(Error::NotFound),
        false => Err(Error::NotFound),
    }
}

fn label(reader: &Reader<'_>, name: &str) -> String {
    reader.catalog().pack(name).map_or_else(
        || name.to_owned(),
        |pack| words::label(reader.lang, &pack.label).to_owned(),
    )
}

/// All packs and their versions.
pub(crate) async fn all(desk: Desk) -> Result<Response, Error> {
    desk.show(Place::Admin, |reader| {
        check(reader)?;
        let title = reader.t("业务包", "Packs");
        let catalog = reader.catalog();
        let mut rows = Vec::new();
        for one in known(reader)? {
            let state = match one.current {
                true => Cell::state(Tone::Done, reader.t("使用中", "In use")),
                false => Cell::state(Tone::Draft, reader.t("旧版本", "Earlier version")),
            };
            let since = match &one.since {
                Some((seq, at)) => Cell::new(at).to(format!("/admin/journal/{seq}")),
                None => Cell::default(),
            };
            let holds = match catalog.version(&one.version) {
                Some(pack) => {
                    let steps: usize = pack.flows.iter().map(|flow| flow.steps.len()).sum();
                    let counts = [
                        (pack.flows.len(), reader.t("个流程", "flows")),
                        (steps, reader.t("个环节", "steps")),
                        (pack.roles.len(), reader.t("个岗位", "roles")),
                        (pack.registers.len(), reader.t("个台账", "registers")),
                        (pack.ledgers.len(), reader.t("本账", "ledgers")),
                    ];
                    let said: Vec<String> = counts
                        .iter()
                        .map(|(count, what)| format!("{count} {what}"))
                        .collect();
                    Cell::new(words::joined(reader.lang, &said))
                }
                None => Cell::default(),
            };
            rows.push(Row::from(vec![
                Cell::new(label(reader, &one.name))
                    .under(short(&one.version))
                    .to(url(&one.name, &one.version)),
                state,
                since,
                holds,
            ]));
        }
        let made = Table {
            caption: title.to_owned(),
            heads: vec![
                Head::new(reader.t("业务包与版本", "Pack and version"), Shape::Main),
                Head::new(reader.t("状态", "State"), Shape::Plain),
                Head::new(reader.t("启用", "Since"), Shape::Code),
                Head::new(reader.t("内容", "What it holds"), Shape::Plain),
            ],
            rows,
            foot: Vec::new(),
        };
        let body = html! {
            (head(&[], title, html! {}, html! {}))
            (tab_row(title, &tabs(reader, "/admin/packs")))
            section class="card" {
                (table(&made))
                footer { span { (reader.t(
                    "版本是全部原文的摘要。单据按开单时的版本办完，所以旧版本的原文一直保留。",
                    "A version is the digest of all its texts. A slip is finished under the version it began under, so the texts of earlier ones are kept.",
                )) } }
            }
        };
        Ok(Content::new(title, body))
    })
    .await
}

/// A text with numbered lines; `#L12` leads to one.
fn listing(text: &str) -> Markup {
    html! {
        div class="scroll" {
            pre class="text" lang="zxx" {
                @for (at, line) in text.lines().enumerate() {
                    @let id = format!("L{}", at + 1);
                    span id=(id) { a href={ "#" (id) } { (at + 1) } span { (line) } }
                }
            }
        }
    }
}

/// The difference between two texts, unchanged stretches folded away.
fn difference(reader: &Reader<'_>, before: &str, after: &str) -> Markup {
    let before: Vec<&str> = before.lines().collect();
    let after: Vec<&str> = after.lines().collect();
    let lines = compare(&before, &after);
    html! {
        div class="scroll" {
            pre class="text" lang="zxx" {
                @for line in &lines {
                    @match line {
                        Line::Same(left, right) => span { a { (left + 1) } a { (right + 1) } span { (after.get(*right).copied().unwrap_or("")) } },
                        Line::Gone(left) => del { a { (left + 1) } a {} span { (before.get(*left).copied().unwrap_or("")) } },
                        Line::New(right) => ins { a {} a { (right + 1) } span { (after.get(*right).copied().unwrap_or("")) } },
                        Line::Left(count) => span class="mute" { a {} a {} span lang=(reader.lang.tag()) { "… " (count) (reader.t(" 行相同", " lines alike")) } },
                    }

                }
            }
        }
    }
}

/// The files of two versions by path, with what became of each.
fn files(
    reader: &Reader<'_>,
    here: &[SourceText],
    there: Option<&[SourceText]>,
    path: &str,
) -> Vec<(String, &'static str, String)> {
    let of = |texts: &[SourceText], path: &str| {
        texts
            .iter()
            .find(|one| one.path == path)
            .map(|one| one.text.clone())
    };
    let mut paths: Vec<&str> = here.iter().map(|one| one.path.as_str()).collect();
    paths.extend(there.into_iter().flatten().map(|one| one.path.as_str()));
    paths.sort_unstable();
    paths.dedup();
    paths
        .into_iter()
        .map(|one| {
            let state = match there {
                None => "",
                Some(there) => match (of(there, one), of(here, one)) {
                    (None, _) => reader.t("新增", "new"),
                    (_, None) => reader.t("删除", "gone"),
                    (before, after) if before != after => reader.t("有改动", "changed"),
                    _ => "",
                },
            };
            (
                one.to_owned(),
                if one == path { "page" } else { "" },
                state.to_owned(),
            )
        })
        .collect()
}

/// One version: its files, one of them in full or beside another version's.
pub(crate) async fn one(
    desk: Desk,
    Path((name, version)): Path<(String, String)>,
    asked: Asked,
) -> Result<Response, Error> {
    desk.show(Place::Admin, move |reader| {
        check(reader)?;
        let here = texts(reader, &name, &version)?;
        let against = asked.text("against");
        let there = match against {
            "" => None,
            other => Some(texts(reader, &name, other)?),
        };
        let first = here.iter().find(|one| one.path.ends_with(".kdl"));
        let path = asked
            .some("file")
            .or_else(|| first.map(|one| one.path.clone()))
            .unwrap_or_default();
        let text = |texts: &[SourceText]| {
            texts
                .iter()
                .find(|one| one.path == path)
                .map(|one| one.text.clone())
        };
        let (now, before) = (text(&here), there.as_deref().and_then(text));
        if now.is_none() && before.is_none() && !here.is_empty() {
            return Err(Error::NotFound);
        }
        let own = url(&name, &version);
        let link = |file: &str, against: &str| address(&own, &[("file", file), ("against", against)]);
        let others: Vec<Known> = known(reader)?
            .into_iter()
            .filter(|one| one.name == name && one.version != version)
            .collect();
        let title = label(reader, &name);
        let crumbs = [Link::new(reader.t("业务包", "Packs"), "/admin/packs")];
        let body = html! {
            (head(&crumbs, &title, html! { code lang="zxx" { (short(&version)) } }, html! {}))
            section class="card" {
                header { h2 { (reader.t("文件", "Files")) } }
                ul class="files in" lang="zxx" {
                    @for (file, current, state) in files(reader, &here, there.as_deref(), &path) {
                        li {
                            a href=(link(&file, against)) aria-current=[(!current.is_empty()).then_some(current)] { (file) }
                            @if !state.is_empty() { " " small class="warn" lang=(reader.lang.tag()) { (state) } }
                        }
                    }
                }
                @if !others.is_empty() {
                    form class="filters" data-auto {
                        input type="hidden" name="file" value=(path);
                        label { (reader.t("与另一版本比较", "Compare with another version"))
                            select name="against" {
                                option value="" { (reader.t("不比较", "None")) }
                                @for one in &others {
                                    option value=(one.version) selected[one.version == against] {
                                        (short(&one.version)) @if let Some((_, at)) = &one.since { " · " (at) }
                                    }
                                }
                            }
                        }
                        button class="button" { (reader.t("比较", "Compare")) }
                    }
                }
            }
            section class="card" {
                header { h2 lang="zxx" { (path) } }
                @match (&there, now, before) {
                    (None, Some(now), _) => (listing(&now)),
                    (Some(_), now, before) => (difference(reader, &before.unwrap_or_default(), &now.unwrap_or_default())),
                    _ => (empty(Icon::FileText, reader.t("没有文件", "No files"), "", &[])),
                }
            }
        };
        Ok(Content::new(title, body))
    })
    .await
}
