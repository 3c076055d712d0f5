//! The box at the top of every page, and what is found everywhere: slips, records, attachments, and people for those who
//! administer them.

use axum::response::Response;
use kernel::SlipId;
use maud::{Markup, html};
use store::{Cursor, Found, Page, SearchQuery, SearchState, Searched};

use super::desk::{Asked, Content, Desk, Reader, address, go};
use super::ledger::trace;
use super::{heads, people, values, words};
use crate::error::Error;
use crate::layout::Place;
use crate::parts::icon::Icon;
use crate::parts::list::{Choose, Filter, Pager, filters, pager_of};
use crate::parts::table::{Cell, Head, Row, Shape, Table, table};
use crate::parts::{Link, Tone, empty, head, note};

/// What is shown of each sort beside the others, and of one alone.
const FEW: usize = 8;
const MANY: usize = 50;

/// Goes to the trace of a thing that is kept by its own number, or to the slip of a number, whole or its end; anything else is
/// searched for.
pub(crate) async fn find(desk: Desk, asked: Asked) -> Result<Response, Error> {
    let text = asked.text("q").to_owned();
    let wanted = text.clone();
    let found = desk
        .read(move |reader| match trace::of_one(reader, &wanted)? {
            Some(url) => Ok(Some(url)),
            None => Ok::<_, Error>(number(reader, &wanted)?.map(heads::url)),
        })
        .await?;
    Ok(match found {
        Some(url) => go(&url, None),
        None => go(&address("/search", &[("q", &text)]), None),
    })
}

/// The slip of a number, or the only one whose number ends so.
pub(crate) fn number(reader: &Reader<'_>, text: &str) -> Result<Option<SlipId>, Error> {
    let whole = text.to_uppercase();
    if let Some(slip) = reader.store.slip_by_number(reader.org, &whole)? {
        return Ok(Some(slip.id));
    }
    // The end of a number has digits and no spaces; a word is searched for.
    let like_an_end = text.bytes().any(|byte| byte.is_ascii_digit())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if !like_an_end {
        return Ok(None);
    }
    let ending = reader.store.ending(reader.org, text, 2)?;
    Ok(match ending.as_slice() {
        [one] => Some(*one),
        _ => None,
    })
}

const fn named(what: Searched) -> &'static str {
    match what {
        Searched::Slips => "slips",
        Searched::Records => "records",
        Searched::Attachments => "files",
    }
}

/// What is found.
pub(crate) async fn show(desk: Desk, asked: Asked) -> Result<Response, Error> {
    desk.show(Place::Slips, move |reader| {
        let text = asked.text("q").to_owned();
        let only = [Searched::Slips, Searched::Records, Searched::Attachments]
            .into_iter()
            .find(|what| named(*what) == asked.text("in"));
        let title = reader.t("查找", "Search");
        let choose = Filter {
            name: "q".to_owned(),
            label: reader
                .t("单号、批号、名称、附件名", "Number, batch, name, file name")
                .to_owned(),
            choose: Choose::Words,
            value: text.clone(),
        };
        let state = reader.store.search_state(reader.org)?;
        let mut parts = Vec::new();
        if !text.is_empty() {
            let all = match only {
                Some(what) => vec![what],
                None => vec![Searched::Slips, Searched::Records, Searched::Attachments],
            };
            if only.is_none() {
                parts.extend(trace::found(reader, &text)?);
            }
            for what in all {
                parts.extend(part(reader, &asked, &text, what, only.is_some())?);
            }
            if only.is_none() {
                parts.extend(found_people(reader, &text)?);
            }
        }
        let body = html! {
            (head(&[], title, html! {}, html! {}))
            @if let Some(said) = behind(reader, state) { (note(Tone::Held, html! { (said) })) }
            div class="card" { (filters(reader.lang, &[choose], &[])) }
            @for part in &parts { (part) }
            @if parts.is_empty() {
                div class="card" {
                    (empty(
                        Icon::Search,
                        if text.is_empty() {
                            reader.t("要找什么？", "What are you looking for?")
                        } else {
                            reader.t("没有找到", "Nothing was found")
                        },
                        reader.t(
                            "多个词以空格分开，须同时出现。中文可写任意一段，字母和数字写开头，单号也可只写末几位。",
                            "Words with spaces between must all be there. Any part of Chinese is enough, the beginning of other words, the end of a number.",
                        ),
                        &[],
                    ))
                }
            }
        };
        Ok(Content::new(title, body))
    })
    .await
}

/// Says so while the index has not reached what was written long ago.
fn behind(reader: &Reader<'_>, state: SearchState) -> Option<String> {
    let left = state.last - state.indexed;
    if left < 2_000 {
        return None;
    }
    let percent = state.indexed * 100 / state.last.max(1);
    Some(
        reader
            .t(
                "索引正在建立（{}%），此前的内容可能还找不到。",
                "The index is being made ({}%); not everything can be found yet.",
            )
            .replace("{}", &percent.to_string()),
    )
}

fn part(
    reader: &Reader<'_>,
    asked: &Asked,
    text: &str,
    what: Searched,
    alone: bool,
) -> Result<Option<Markup>, Error> {
    let query = SearchQuery {
        text: text.to_owned(),
        what,
        after: asked.some("after").filter(|_| alone).map(Cursor),
        limit: if alone { MANY } else { FEW },
    };
    let page = reader.store.search(reader.org, &query)?;
    if page.rows.is_empty() && query.after.is_none() {
        return Ok(None);
    }
    let (zh, en) = match what {
        Searched::Slips => ("单据", "Slips"),
        Searched::Records => ("台账", "Records"),
        Searched::Attachments => ("附件", "Attachments"),
    };
    let title = reader.t(zh, en);
    let made = match what {
        Searched::Slips => slips(reader, title, &page)?,
        Searched::Records => records(reader, title, &page),
        Searched::Attachments => files(reader, title, &page)?,
    };
    let url = |after: &str| {
        address(
            "/search",
            &[("q", text), ("in", named(what)), ("after", after)],
        )
    };
    let turned = Pager {
        text: String::new(),
        before: asked.some("after").map(|_| url("")),
        after: page.next.as_ref().map(|next| url(&next.0)),
    };
    Ok(Some(html! {
        section class="card" aria-label=(title) {
            header { h2 { (title) } }
            (table(&made))
            @if alone {
                footer { span {} (pager_of(reader.lang, &turned)) }
            } @else if page.next.is_some() {
                footer { a href=(url("")) { (reader.t("查看更多", "See more")) } }
            }
        }
    }))
}

fn slips(reader: &Reader<'_>, title: &str, page: &Page<Found>) -> Result<Table, Error> {
    let ids: Vec<SlipId> = page.rows.iter().filter_map(|found| found.slip).collect();
    let all = reader.store.heads(reader.org, &ids)?;
    let catalog = reader.catalog();
    let mut rows = Vec::new();
    for found in &page.rows {
        let Some(head) = all.iter().find(|head| Some(head.id) == found.slip) else {
            continue;
        };
        let (tone, state) = heads::standing(reader, &catalog, head);
        rows.push(Row::from(vec![
            Cell::new(&*head.number)
                .to(heads::url(head.id))
                .under(words::kind_name(
                    &catalog,
                    reader.lang,
                    &head.version,
                    &head.kind,
                )),
            Cell::new(heads::party(reader, &catalog, head)?.text).under(&*found.excerpt),
            Cell::new(heads::amount(&catalog, head)),
            Cell::new(head.day.to_string()),
            Cell::state(tone, state),
        ]));
    }
    Ok(Table {
        caption: title.to_owned(),
        heads: vec![
            Head::new(reader.t("单号", "Number"), Shape::Main),
            Head::new(reader.t("对方与所见", "Party, and where"), Shape::Plain),
            Head::new(reader.t("金额", "Amount"), Shape::Lead),
            Head::new(reader.t("日期", "Day"), Shape::Code),
            Head::new(reader.t("状态", "State"), Shape::Plain),
        ],
        rows,
        foot: Vec::new(),
    })
}

fn records(reader: &Reader<'_>, title: &str, page: &Page<Found>) -> Table {
    let catalog = reader.catalog();
    let rows = page
        .rows
        .iter()
        .map(|found| {
            let register = crate::names::register(&catalog, &found.register)
                .map_or("", |register| words::label(reader.lang, &register.label));
            Row::from(vec![
                Cell::new(&*found.title)
                    .to(values::record_url(&found.register, &found.key))
                    .under(&*found.key),
                Cell::new(register),
                Cell::new(&*found.excerpt),
            ])
        })
        .collect();
    Table {
        caption: title.to_owned(),
        heads: vec![
            Head::new(reader.t("名称", "Name"), Shape::Main),
            Head::new(reader.t("台账", "Register"), Shape::Plain),
            Head::new(reader.t("所见", "Where"), Shape::Plain),
        ],
        rows,
        foot: Vec::new(),
    }
}

fn files(reader: &Reader<'_>, title: &str, page: &Page<Found>) -> Result<Table, Error> {
    let ids: Vec<SlipId> = page.rows.iter().filter_map(|found| found.slip).collect();
    let all = reader.store.heads(reader.org, &ids)?;
    let catalog = reader.catalog();
    let mut rows = Vec::new();
    for found in &page.rows {
        let Some(head) = all.iter().find(|head| Some(head.id) == found.slip) else {
            continue;
        };
        rows.push(Row::from(vec![
            Cell::new(&*found.title).to(heads::url(head.id)),
            Cell::new(&*head.number).under(words::kind_name(
                &catalog,
                reader.lang,
                &head.version,
                &head.kind,
            )),
            Cell::new(head.day.to_string()),
        ]));
    }
    Ok(Table {
        caption: title.to_owned(),
        heads: vec![
            Head::new(reader.t("文件名", "File"), Shape::Main),
            Head::new(reader.t("单据", "Slip"), Shape::Plain),
            Head::new(reader.t("日期", "Day"), Shape::Code),
        ],
        rows,
        foot: Vec::new(),
    })
}

/// People by login or name; only for those who may look at their pages.
fn found_people(reader: &Reader<'_>, text: &str) -> Result<Option<Markup>, Error> {
    if !reader.me.administrator {
        return Ok(None);
    }
    let wanted = text.to_lowercase();
    let all = reader.memory.people(reader)?;
    let mut found: Vec<_> = all
        .values()
        .filter(|person| {
            person.login.to_lowercase().contains(&wanted)
                || person.name.to_lowercase().contains(&wanted)
        })
        .collect();
    if found.is_empty() {
        return Ok(None);
    }
    found.sort_by(|a, b| a.login.cmp(&b.login));
    let more = found.len() > FEW;
    let title = reader.t("人员", "People");
    let catalog = reader.catalog();
    let made = Table {
        caption: title.to_owned(),
        heads: vec![
            Head::new(reader.t("姓名", "Name"), Shape::Main),
            Head::new(reader.t("岗位", "Roles"), Shape::Plain),
        ],
        rows: found
            .iter()
            .take(FEW)
            .map(|person| {
                Row::from(vec![
                    Cell::new(&*person.name)
                        .under(&*person.login)
                        .to(people::person_url(&person.login)),
                    Cell::new(words::roles_of(&catalog, reader.lang, person, reader.today)),
                ])
            })
            .collect(),
        foot: Vec::new(),
    };
    let all = Link::new(
        reader.t("查看更多", "See more"),
        address("/admin/people", &[("q", text)]),
    );
    Ok(Some(html! {
        section class="card" aria-label=(title) {
            header { h2 { (title) } }
            (table(&made))
            @if more { footer { a href=(all.url) { (all.label) } } }
        }
    }))
}
