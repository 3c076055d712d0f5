//! Beside the inbox: drafts, what one began, signed and watches.

use axum::extract::Path;
use axum::response::Response;
use kernel::SlipId;
use maud::{Markup, html};
use model::Catalog;
use store::{JournalQuery, ListQuery};

use super::desk::{Content, Desk, Reader, address, done, go};
use super::inbox::views;
use super::{heads, values, words};
use crate::auth::Posted;
use crate::error::Error;
use crate::layout::Place;
use crate::parts::lang::{Lang, t};
use crate::parts::table::{Cell, Head, Row, Shape, Table, table};
use crate::parts::{empty, head, icon::Icon, tabs};

/// Slips shown on a tab.
const RECENT: usize = 50;
/// Names shown of those for whom something waits.
const NAMES_MAX: usize = 3;

/// A tab beside the inbox.
fn beside(reader: &Reader<'_>, here: &str, body: Markup) -> Result<Content, Error> {
    let title = reader.t("待办", "Inbox");
    let page = html! {
        (head(&[], title, html! {}, html! {}))
        (tabs(reader.t("待办分类", "Views"), &views(reader, here)?))
        div class="card" { (body) }
    };
    Ok(Content::new(title, page))
}

pub(crate) async fn mine(desk: Desk) -> Result<Response, Error> {
    desk.show(Place::Inbox, |reader| {
        let query = ListQuery {
            begun_by: Some(reader.me.login.to_string()),
            descending: true,
            limit: RECENT,
            ..ListQuery::default()
        };
        let mut page = reader.store.list(reader.org, &query)?;
        // What is under way stands above what is done with.
        page.rows.sort_by_key(|head| head.waiting.is_empty());
        let all = address("/slips", &[("person", &reader.me.login)]);
        let body = slips(reader, &page.rows, reader.t("我发起", "Begun by me"), &all)?;
        beside(reader, "/inbox/mine", body)
    })
    .await
}

fn slips(
    reader: &Reader<'_>,
    rows: &[store::SlipHead],
    caption: &str,
    all: &str,
) -> Result<Markup, Error> {
    if rows.is_empty() {
        return Ok(empty(
            Icon::FileText,
            reader.t("还没有单据", "No slips yet"),
            reader.t(
                "您开的单据会列在这里。",
                "Slips that you begin are listed here.",
            ),
            &[],
        ));
    }
    let catalog = reader.catalog();
    let made = Table {
        caption: caption.to_owned(),
        heads: slip_heads(reader),
        rows: rows
            .iter()
            .map(|head| slip_row(reader, &catalog, head))
            .collect::<Result<_, _>>()?,
        foot: Vec::new(),
    };
    Ok(html! {
        (table(&made))
        footer { a href=(all) { (reader.t("查看全部", "See all")) } }
    })
}

/// What this person keeps in sight: what he chose, and what was copied to him.
pub(crate) async fn watched(desk: Desk) -> Result<Response, Error> {
    desk.show(Place::Inbox, |reader| {
        let watched = reader.store.watched(reader.org, &reader.me.login, RECENT)?;
        let ids: Vec<SlipId> = watched.iter().map(|one| one.slip).collect();
        let heads = reader.store.heads(reader.org, &ids)?;
        let catalog = reader.catalog();
        let mut made = Table {
            caption: reader.t("关注", "Watched").to_owned(),
            heads: slip_heads(reader),
            ..Table::default()
        };
        made.heads
            .push(Head::new(reader.t("因何在此", "Why here"), Shape::Plain));
        for one in watched {
            let Some(head) = heads.iter().find(|head| head.id == one.slip) else {
                continue;
            };
            let mut row = slip_row(reader, &catalog, head)?;
            let why = match &one.copied_by {
                Some(login) => {
                    let name = reader.person(login)?;
                    match reader.lang {
                        Lang::Zh => format!("{name} 抄送给您"),
                        Lang::En => format!("copied to you by {name}"),
                    }
                }
                None => reader.t("您关注的", "you watch it").to_owned(),
            };
            row.cells
                .push(Cell::new(why).under(values::when(reader, one.since)));
            made.rows.push(row);
        }
        let body = if made.rows.is_empty() {
            empty(
                Icon::FileText,
                reader.t("没有关注的单据", "You watch no slip"),
                reader.t(
                    "在单据页点“关注”，或别人抄送给您的，会列在这里。",
                    "Slips on whose page you press Watch, and those copied to you, are listed here.",
                ),
                &[],
            )
        } else {
            table(&made)
        };
        beside(reader, "/inbox/watched", body)
    })
    .await
}

/// Begins or ends watching a slip.
pub(crate) async fn post_watch(
    desk: Desk,
    Path(id): Path<i64>,
    posted: Posted,
) -> Result<Response, Error> {
    let (id, watching) = (SlipId(id), posted.fields.text("watch") == "1");
    let lang = desk.lang();
    desk.read(move |reader| {
        reader.store.slip(reader.org, id)?.ok_or(Error::NotFound)?;
        Ok(reader
            .store
            .watch(reader.org, &reader.me.login, id, watching, reader.now)?)
    })
    .await?;
    let said = match watching {
        true => t(
            lang,
            "已关注，进展会通知您",
            "You watch it now and will be told how it goes on",
        ),
        false => t(lang, "不再关注", "You watch it no more"),
    };
    Ok(go(&heads::url(id), Some(&done(said))))
}

/// The headings of a list of slips beside the inbox.
fn slip_heads(reader: &Reader<'_>) -> Vec<Head> {
    let mut heads = heads::headings(reader);
    heads.push(Head::new(reader.t("现在等谁", "Waits for"), Shape::Plain));
    heads
}

/// A slip with those for whom it waits, by name.
fn slip_row(reader: &Reader<'_>, catalog: &Catalog, head: &store::SlipHead) -> Result<Row, Error> {
    let mut row = heads::row(reader, catalog, head)?;
    row.cells.push(waits_for(reader, head)?);
    Ok(row)
}

/// For whom a slip waits first, by name, and since when.
pub(super) fn waits_for(reader: &Reader<'_>, head: &store::SlipHead) -> Result<Cell, Error> {
    let mut cell = Cell::default();
    if let Some(waiting) = head.waiting.first() {
        let logins = match &waiting.person {
            Some(only) => vec![only.clone()],
            None => super::steps::holders(reader, waiting)?,
        };
        let mut names = Vec::new();
        for login in logins.iter().take(NAMES_MAX) {
            names.push(reader.person(login)?);
        }
        let mut told = words::joined(reader.lang, &names);
        if logins.len() > NAMES_MAX {
            told.push_str(reader.t("等", " and others"));
        }
        cell = Cell::new(told).under(values::when(reader, waiting.since));
    }
    Ok(cell)
}

pub(crate) async fn signed(desk: Desk) -> Result<Response, Error> {
    desk.show(Place::Inbox, |reader| {
        let query = JournalQuery {
            actor: Some(reader.me.login.to_string()),
            outcome: Some("done".to_owned()),
            limit: RECENT,
            look_through: Some(super::journal::LOOK_THROUGH),
            ..JournalQuery::default()
        };
        let rows = reader.store.journal(reader.org, &query)?.rows;
        let mut ids: Vec<SlipId> = rows.iter().filter_map(|row| row.slip).collect();
        ids.sort();
        ids.dedup();
        let heads = reader.store.heads(reader.org, &ids)?;
        let catalog = reader.catalog();
        let mut made = Table {
            caption: reader.t("已办", "Signed by me").to_owned(),
            heads: vec![
                Head::new(reader.t("时间", "Time"), Shape::Code),
                Head::new(reader.t("办了什么", "What was done"), Shape::Main),
                Head::new(reader.t("单据", "Slip"), Shape::Plain),
                Head::new(reader.t("金额", "Amount"), Shape::Lead),
                Head::new(reader.t("状态", "State"), Shape::Plain),
            ],
            ..Table::default()
        };
        for row in rows {
            let Some(head) = heads.iter().find(|head| Some(head.id) == row.slip) else {
                continue;
            };
            let (tone, state) = heads::standing(reader, &catalog, head);
            let kind = words::kind_name(&catalog, reader.lang, &head.version, &head.kind);
            made.rows.push(Row::from(vec![
                Cell::new(values::when(reader, row.at)),
                Cell::new(done_as(reader, &catalog, &row)).to(heads::url(head.id)),
                Cell::new(&*head.number).under(kind),
                Cell::new(heads::amount(&catalog, head)),
                Cell::state(tone, state),
            ]));
        }
        let body = if made.rows.is_empty() {
            empty(
                Icon::PenLine,
                reader.t("还没有签过字", "Nothing signed yet"),
                reader.t(
                    "您办理过的单据会列在这里。",
                    "What you sign is listed here.",
                ),
                &[],
            )
        } else {
            table(&made)
        };
        beside(reader, "/inbox/done", body)
    })
    .await
}

/// What a journal row did: the step by its name, another act by its word.
pub(super) fn done_as(reader: &Reader<'_>, catalog: &Catalog, row: &store::JournalRow) -> String {
    let request: serde_json::Value = serde_json::from_str(&row.request).unwrap_or_default();
    match request["act"]["step"].as_str() {
        Some(step) if &*row.act == "step" => words::step_name(catalog, reader.lang, None, step),
        _ => words::act(reader.lang, &row.act).to_owned(),
    }
}

pub(crate) async fn drafts(desk: Desk) -> Result<Response, Error> {
    desk.show(Place::Inbox, |reader| {
        let drafts = reader.store.drafts(reader.org, &reader.me.login)?;
        let catalog = reader.catalog();
        let made = Table {
            caption: reader.t("草稿", "Drafts").to_owned(),
            heads: vec![
                Head::new(reader.t("环节", "Step"), Shape::Main),
                Head::new(reader.t("内容", "About"), Shape::Plain),
                Head::new(reader.t("最后保存", "Last saved"), Shape::Code),
            ],
            rows: drafts
                .iter()
                .map(|draft| {
                    Row::from(vec![
                        Cell::new(words::step_name(&catalog, reader.lang, None, &draft.step))
                            .to(super::drafts::url(draft)),
                        Cell::new(super::drafts::about(draft)),
                        Cell::new(values::when(reader, draft.updated)),
                    ])
                })
                .collect(),
            foot: Vec::new(),
        };
        let body = if made.rows.is_empty() {
            empty(
                Icon::Save,
                reader.t("没有草稿", "No drafts"),
                reader.t(
                    "填单时会自动保存；没有签字就离开，可以在这里接着填。",
                    "What you type is saved as you go. Leave a form unsigned and go on with it here.",
                ),
                &[],
            )
        } else {
            table(&made)
        };
        beside(reader, "/inbox/drafts", body)
    })
    .await
}
