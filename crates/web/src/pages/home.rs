//! Home: what waits for this person above; beside one another below it what he began that is under way, what he watches,
//! what he signed last and what he has in hand. All of it is live.

use axum::response::Response;
use kernel::SlipId;
use maud::{Markup, html};
use model::Catalog;
use store::{JournalQuery, ListQuery, SlipHead};

use super::desk::{Asked, Content, Desk, Reader};
use super::worklists::{done_as, waits_for};
use super::{heads, inbox, values, words};
use crate::error::Error;
use crate::layout::Place;
use crate::parts::icon::{Icon, icon};
use crate::parts::table::{Cell, Head, Row, Shape, Table, table};
use crate::parts::{head, tabs};

/// What the script asks for when something has changed.
const FRAGMENT: &str = "home";
/// Things that wait, shown here; the inbox has all of them.
const WAITING: usize = 10;
/// Rows of each of the other lists.
const SHORT: usize = 6;
/// Rows of the journal looked through for what he signed last.
const LOOKED_BACK: usize = 5_000;
/// Watched slips counted.
const WATCHED_MAX: usize = 200;

/// The first page of everybody.
pub(crate) async fn show(desk: Desk) -> Result<Response, Error> {
    let csrf = desk.session.csrf();
    if desk.fragment.as_deref() == Some(FRAGMENT) {
        return desk.show_part(move |reader| whole(reader, csrf)).await;
    }
    desk.show(Place::Inbox, move |reader| {
        let title = reader.t("首页", "Home");
        let body = html! {
            (head(&[], title, html! {}, html! {}))
            (tabs(reader.t("待办分类", "Views"), &inbox::views(reader, "/")?))
            div id="inbox" data-live=(FRAGMENT) { (whole(reader, csrf)?) }
        };
        Ok(Content::new(title, body))
    })
    .await
}

/// Everything below the title and the tabs.
fn whole(reader: &Reader<'_>, csrf: String) -> Result<Markup, Error> {
    let mut waiting = inbox::waiting(reader, &Asked::default(), csrf)?;
    let more = waiting.items.len() > WAITING;
    waiting.items.truncate(WAITING);
    let catalog = reader.catalog();
    Ok(html! {
        (crate::parts::inbox::fragment(reader.lang, &waiting))
        @if more { p class="more-below" { a href="/inbox" { (reader.t("查看全部待办", "All that waits for me")) } } }
        div class="cards" {
            (begun(reader, &catalog)?)
            (watched(reader, &catalog)?)
            (signed(reader, &catalog)?)
            (drafts(reader, &catalog)?)
        }
    })
}

/// A short list with its title, how many there are, and where all of them are; or a sentence where there are none.
fn card(title: &str, count: &str, all: (&str, &str), none: &str, rows: Table) -> Markup {
    html! {
        section class="card" {
            header {
                h2 { (title) }
                @if !count.is_empty() { span class="count pale" { (count) } }
                div class="acts" { a class="button tiny quiet" href=(all.1) aria-label=(format!("{}: {title}", all.0)) { (all.0) (icon(Icon::ChevronRight)) } }
            }
            @if rows.rows.is_empty() { p class="in mute" { (none) } } @else { (table(&rows)) }
        }
    }
}

fn slips(reader: &Reader<'_>, caption: &str, rows: Vec<Row>) -> Table {
    Table {
        caption: caption.to_owned(),
        heads: vec![
            Head::new(reader.t("单据", "Slip"), Shape::Main),
            Head::new(reader.t("状态", "State"), Shape::Plain),
            Head::new(reader.t("现在等谁", "Waits for"), Shape::Plain),
        ],
        rows,
        foot: Vec::new(),
    }
}

fn slip(reader: &Reader<'_>, catalog: &Catalog, head: &SlipHead) -> Result<Row, Error> {
    let kind = words::kind_name(catalog, reader.lang, &head.version, &head.kind);
    let party = heads::party(reader, catalog, head)?.text;
    let (tone, state) = heads::standing(reader, catalog, head);
    let under = match party.as_str() {
        "" => kind,
        party => format!("{kind} · {party}"),
    };
    Ok(Row::from(vec![
        Cell::new(&*head.number)
            .under(under)
            .to(heads::url(head.id)),
        Cell::state(tone, state),
        waits_for(reader, head)?,
    ]))
}

fn count_of(count: usize) -> String {
    match count {
        0 => String::new(),
        count => count.to_string(),
    }
}

/// What he began and is not done with.
fn begun(reader: &Reader<'_>, catalog: &Catalog) -> Result<Markup, Error> {
    let query = ListQuery {
        begun_by: Some(reader.me.login.to_string()),
        under_way: true,
        descending: true,
        limit: SHORT,
        ..ListQuery::default()
    };
    let page = reader.store.list(reader.org, &query)?;
    let count = reader.store.under_way(reader.org, &reader.me.login)?;
    let rows = page
        .rows
        .iter()
        .map(|head| slip(reader, catalog, head))
        .collect::<Result<_, _>>()?;
    let title = reader.t("我发起，办理中", "Begun by me, under way");
    Ok(card(
        title,
        &count_of(usize::try_from(count).unwrap_or_default()),
        (reader.t("全部", "All"), "/inbox/mine"),
        reader.t(
            "您开的单据都已办完。",
            "Nothing that you began is under way.",
        ),
        slips(reader, title, rows),
    ))
}

/// What he keeps in sight.
fn watched(reader: &Reader<'_>, catalog: &Catalog) -> Result<Markup, Error> {
    let watched = reader
        .store
        .watched(reader.org, &reader.me.login, WATCHED_MAX)?;
    let ids: Vec<SlipId> = watched.iter().take(SHORT).map(|one| one.slip).collect();
    let heads = reader.store.heads(reader.org, &ids)?;
    let rows = ids
        .iter()
        .filter_map(|id| heads.iter().find(|head| head.id == *id))
        .map(|head| slip(reader, catalog, head))
        .collect::<Result<_, _>>()?;
    let title = reader.t("关注", "Watched");
    Ok(card(
        title,
        &match watched.len() {
            WATCHED_MAX => format!("{WATCHED_MAX}+"),
            count => count_of(count),
        },
        (reader.t("全部", "All"), "/inbox/watched"),
        reader.t(
            "在单据页点“关注”，或别人抄送给您的，会列在这里。",
            "Slips on whose page you press Watch, and those copied to you, are listed here.",
        ),
        slips(reader, title, rows),
    ))
}

/// What he signed last.
fn signed(reader: &Reader<'_>, catalog: &Catalog) -> Result<Markup, Error> {
    let query = JournalQuery {
        actor: Some(reader.me.login.to_string()),
        outcome: Some("done".to_owned()),
        limit: SHORT * 4,
        look_through: Some(LOOKED_BACK),
        ..JournalQuery::default()
    };
    let done = reader.store.journal(reader.org, &query)?.rows;
    let mut ids: Vec<SlipId> = done.iter().filter_map(|row| row.slip).collect();
    ids.sort();
    ids.dedup();
    let heads = reader.store.heads(reader.org, &ids)?;
    let mut made = Table {
        caption: reader.t("刚办过", "Signed last").to_owned(),
        heads: vec![
            Head::new(reader.t("办了什么", "What was done"), Shape::Main),
            Head::new(reader.t("单据", "Slip"), Shape::Code),
            Head::new(reader.t("时间", "Time"), Shape::Code),
        ],
        ..Table::default()
    };
    for row in done {
        let Some(head) = heads.iter().find(|head| Some(head.id) == row.slip) else {
            continue;
        };
        if made.rows.len() == SHORT {
            break;
        }
        made.rows.push(Row::from(vec![
            Cell::new(done_as(reader, catalog, &row)).to(heads::url(head.id)),
            Cell::new(&*head.number),
            Cell::new(values::when(reader, row.at)),
        ]));
    }
    Ok(card(
        reader.t("刚办过", "Signed last"),
        "",
        (reader.t("全部", "All"), "/inbox/done"),
        reader.t("您办理过的会列在这里。", "What you sign is listed here."),
        made,
    ))
}

/// What he has in hand.
fn drafts(reader: &Reader<'_>, catalog: &Catalog) -> Result<Markup, Error> {
    let drafts = reader.store.drafts(reader.org, &reader.me.login)?;
    if drafts.is_empty() {
        return Ok(html! {});
    }
    let row = |draft: &store::Draft| {
        let step = words::step_name(catalog, reader.lang, None, &draft.step);
        Row::from(vec![
            Cell::new(step)
                .under(super::drafts::about(draft))
                .to(super::drafts::url(draft)),
            Cell::new(values::when(reader, draft.updated)),
        ])
    };
    let made = Table {
        caption: reader.t("草稿", "Drafts").to_owned(),
        heads: vec![
            Head::new(reader.t("环节", "Step"), Shape::Main),
            Head::new(reader.t("最后保存", "Last saved"), Shape::Code),
        ],
        rows: drafts.iter().take(SHORT).map(row).collect(),
        foot: Vec::new(),
    };
    Ok(card(
        reader.t("草稿", "Drafts"),
        &count_of(drafts.len()),
        (reader.t("全部", "All"), "/inbox/drafts"),
        "",
        made,
    ))
}
