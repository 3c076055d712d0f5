//! Beside the inbox: drafts, what one began and signed; and signing several at once.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use engine::{Act, Seen};
use kernel::SlipId;
use maud::{Markup, html};
use model::Catalog;
use store::{JournalQuery, ListQuery};

use super::desk::{Content, Desk, Reader, address, done, go};
use super::inbox::views;
use super::{heads, values, words};
use crate::App;
use crate::auth::Posted;
use crate::error::Error;
use crate::layout::{Place, Toast};
use crate::parts::lang::t;
use crate::parts::table::{Cell, Head, Row, Shape, Table, table};
use crate::parts::{Tone, empty, head, icon::Icon, tabs};

/// Slips shown on a tab.
const RECENT: usize = 50;
/// Days for which copies are listed.
const COPIES_DAYS: i64 = 30;
/// Copies, to anybody, that are looked through.
const COPIES_MAX: usize = 1_000;
/// Slips signed at once.
const BATCH_MAX: usize = 200;

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
        let page = reader.store.list(reader.org, &query)?;
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
        heads: heads::headings(reader),
        rows: rows
            .iter()
            .map(|head| heads::row(reader, &catalog, head))
            .collect::<Result<_, _>>()?,
        foot: Vec::new(),
    };
    Ok(html! {
        (table(&made))
        footer { a href=(all) { (reader.t("查看全部", "See all")) } }
    })
}

/// Slips that were copied to this person in the last weeks, the latest first.
pub(crate) async fn copies(desk: Desk) -> Result<Response, Error> {
    desk.show(Place::Inbox, |reader| {
        let query = JournalQuery {
            from: Some(reader.now.plus_minutes(-COPIES_DAYS * 24 * 60)),
            act: Some("copy_to".to_owned()),
            outcome: Some("done".to_owned()),
            limit: COPIES_MAX,
            ..JournalQuery::default()
        };
        let rows = reader.store.journal(reader.org, &query)?.rows;
        let mut ids: Vec<SlipId> = Vec::new();
        for row in rows.iter().filter(|row| copied_to(row, &reader.me.login)) {
            ids.extend(row.slip.filter(|id| !ids.contains(id)));
        }
        ids.truncate(RECENT);
        let heads = reader.store.heads(reader.org, &ids)?;
        let body = if heads.is_empty() {
            empty(
                Icon::User,
                reader.t("没有抄送给您的单据", "Nothing was copied to you"),
                reader.t(
                    "最近三十天抄送给您的单据会列在这里。",
                    "Slips copied to you in the last thirty days are listed here.",
                ),
                &[],
            )
        } else {
            slips(reader, &heads, reader.t("抄送我", "Copied to me"), "/slips")?
        };
        beside(reader, "/inbox/copies", body)
    })
    .await
}

/// Whether a journal row copied its slip to a person.
fn copied_to(row: &store::JournalRow, login: &str) -> bool {
    let request: serde_json::Value = serde_json::from_str(&row.request).unwrap_or_default();
    let to = request["act"]["to"].as_array();
    to.is_some_and(|to| to.iter().any(|one| one == login))
}

pub(crate) async fn signed(desk: Desk) -> Result<Response, Error> {
    desk.show(Place::Inbox, |reader| {
        let query = JournalQuery {
            actor: Some(reader.me.login.to_string()),
            outcome: Some("done".to_owned()),
            limit: RECENT,
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
fn done_as(reader: &Reader<'_>, catalog: &Catalog, row: &store::JournalRow) -> String {
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

/// One slip of a batch: id, journal row that was last when it was shown, step, for whom.
struct Task {
    slip: SlipId,
    last_seq: i64,
    step: Arc<str>,
    behalf: Option<Arc<str>>,
}

impl Task {
    fn read(text: &str) -> Option<Task> {
        let mut parts = text.splitn(4, ':');
        let (slip, seq, step, behalf) =
            (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        Some(Task {
            slip: SlipId(slip.parse().ok()?),
            last_seq: seq.parse().ok()?,
            step: step.into(),
            behalf: (!behalf.is_empty()).then(|| behalf.into()),
        })
    }
}

/// Signs several plain steps, each by itself: what is refused does not hold up the others.
pub(crate) async fn sign_batch(
    State(_): State<Arc<App>>,
    desk: Desk,
    posted: Posted,
) -> Result<Response, Error> {
    let lang = desk.lang();
    let tasks: Vec<Task> = posted
        .fields
        .iter()
        .filter(|(name, _)| *name == "task")
        .filter_map(|(_, value)| Task::read(value))
        .take(BATCH_MAX)
        .collect();
    let (mut signed, mut refused) = (0, Vec::new());
    for task in tasks {
        let (id, shown) = (task.slip, task.last_seq);
        // The signature is over what the inbox showed. The content is read before it is asked whether it is still that, so
        // that nothing can come between. Of what has changed there is no digest to give: the engine refuses it as stale,
        // and that stands in the journal.
        let (number, content) = desk
            .read(move |reader| {
                let slip = reader.store.slip(reader.org, id)?;
                let heads = reader.store.heads(reader.org, &[id])?;
                let same = heads.first().is_some_and(|head| head.last_seq == shown);
                Ok(match slip {
                    Some(slip) if same => (slip.number.clone(), slip.content.clone()),
                    Some(slip) => (slip.number.clone(), "".into()),
                    None => ("".into(), "".into()),
                })
            })
            .await?;
        let act = Act::Step {
            step: task.step,
            slip: Some(id),
            sources: Vec::new(),
            seen: vec![Seen { slip: id, content }],
            input: engine::Input::default(),
        };
        let key = crate::text::random_key()?;
        match desk.act(&posted.acting, task.behalf, &key, act).await {
            Ok(_) => signed += 1,
            Err(error) => match error.refusal() {
                Some(refusal) => {
                    refused.push(format!("{number}: {}", t(lang, &refusal.zh, &refusal.en)));
                }
                None => return Err(error),
            },
        }
    }
    let said = match lang {
        crate::parts::lang::Lang::Zh => format!("已签字 {signed} 张"),
        crate::parts::lang::Lang::En => format!("{signed} signed"),
    };
    let toast = if refused.is_empty() {
        done(said)
    } else {
        let not = t(lang, "未签：", "not signed: ");
        Toast {
            tone: Tone::Held,
            text: format!("{said}; {not}{}", refused.join("; ")),
            link: None,
        }
    };
    Ok(go("/inbox", Some(&toast)))
}
