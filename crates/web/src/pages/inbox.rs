//! The inbox: what waits for this person, and beside it what he has in hand, began and signed.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use engine::{Act, Seen, WaitingKind};
use kernel::SlipId;
use maud::{Markup, html};
use model::Catalog;
use store::{Holder, InboxItem, JournalQuery, ListQuery};

use super::desk::{Asked, Content, Desk, Reader, address, done, go};
use super::{heads, values, words};
use crate::App;
use crate::auth::Posted;
use crate::error::Error;
use crate::layout::{Place, Toast};
use crate::parts::inbox::{Inbox, Urgency, Waiting, fragment, inbox};
use crate::parts::lang::t;
use crate::parts::table::{Cell, Head, Row, Shape, Table, table};
use crate::parts::{Link, Tab, Tone, empty, head, icon::Icon, tabs};

/// Items shown at once.
const SHOWN: usize = 50;
/// Items looked through when one step is asked for.
const LOOKED_THROUGH: usize = 1_000;
/// Slips shown on the other tabs.
const RECENT: usize = 50;
/// Slips signed at once.
const BATCH_MAX: usize = 200;

pub(crate) async fn show(desk: Desk, asked: Asked) -> Result<Response, Error> {
    let csrf = desk.session.csrf();
    if desk.fragment.as_deref() == Some("inbox") {
        return desk
            .show_part(move |reader| Ok(fragment(reader.lang, &waiting(reader, &asked, csrf)?)))
            .await;
    }
    desk.show(Place::Inbox, move |reader| {
        let made = waiting(reader, &asked, csrf)?;
        Ok(Content::new(
            reader.t("待办", "Inbox"),
            inbox(reader.lang, &made),
        ))
    })
    .await
}

/// The tabs, with what is counted cheaply.
fn views(reader: &Reader<'_>, here: &str) -> Result<Vec<Tab>, Error> {
    let waiting = u32::try_from(reader.memory.waiting(reader)?).unwrap_or(0);
    let drafts = reader.store.drafts(reader.org, &reader.me.login)?.len();
    let tab = |label: &str, url: &str, count: Option<u32>| Tab {
        label: label.to_owned(),
        url: url.to_owned(),
        count,
        here: url == here,
    };
    Ok(vec![
        tab(reader.t("待我办", "For me"), "/inbox", Some(waiting)),
        tab(
            reader.t("草稿", "Drafts"),
            "/inbox/drafts",
            Some(u32::try_from(drafts).unwrap_or(0)),
        ),
        tab(reader.t("我发起", "Begun by me"), "/inbox/mine", None),
        tab(reader.t("已办", "Signed by me"), "/inbox/done", None),
    ])
}

fn waiting(reader: &Reader<'_>, asked: &Asked, csrf: String) -> Result<Inbox, Error> {
    let wanted = asked.text("step");
    let limit = if wanted.is_empty() {
        SHOWN
    } else {
        LOOKED_THROUGH
    };
    let login = &reader.me.login;
    let mut items = reader.store.inbox(reader.org, login, reader.today, limit)?;
    let counts = reader.store.inbox_counts(reader.org, login, reader.now)?;
    if !wanted.is_empty() {
        items.retain(|item| *item.waiting.step == *wanted);
        items.truncate(SHOWN);
    }
    let catalog = reader.catalog();
    let mine = may_sign(reader, &items)?;
    let mut steps = vec![Tab {
        label: reader.t("全部", "All").to_owned(),
        url: "/inbox".to_owned(),
        count: u32::try_from(counts.items).ok(),
        here: wanted.is_empty(),
    }];
    steps.extend(counts.by_step.iter().map(|(step, count)| Tab {
        label: words::step_name(&catalog, reader.lang, None, step),
        url: address("/inbox", &[("step", step)]),
        count: u32::try_from(*count).ok(),
        here: **step == *wanted,
    }));
    if steps.len() < 3 {
        steps.clear();
    }
    let items: Vec<Waiting> = items
        .iter()
        .zip(mine)
        .map(|(item, why_not)| one(reader, &catalog, item, why_not))
        .collect::<Result<_, _>>()?;
    let batch = items.iter().filter(|item| item.batch).count() > 1;
    let when_empty = reader
        .begins()?
        .into_iter()
        .map(|link| Link::new(reader.t("新开 ", "New ").to_owned() + &link.label, link.url))
        .collect();
    Ok(Inbox {
        tabs: views(reader, "/inbox")?,
        steps,
        items,
        batch_url: batch.then(|| "/inbox/sign".to_owned()),
        hidden: vec![("_csrf".to_owned(), csrf)],
        when_empty,
    })
}

/// For each item why this person may not do it after all, by separation or order; the role he has.
fn may_sign(reader: &Reader<'_>, items: &[InboxItem]) -> Result<Vec<Option<String>>, Error> {
    let probe = |item: &InboxItem| {
        matches!(
            item.waiting.kind,
            WaitingKind::Step | WaitingKind::Returned | WaitingKind::Begin
        )
    };
    Ok(reader.store.ask(reader.org, |world| {
        items
            .iter()
            .map(|item| {
                if !probe(item) {
                    return Ok(None);
                }
                // The slip first, so that its version is in the catalog.
                engine::World::slip(world, item.head.id)?;
                let command = reader.command(
                    item.on_behalf_of.clone(),
                    Act::Comment {
                        slip: item.head.id,
                        text: String::new(),
                    },
                );
                let answer = engine::may_sign(
                    &world.catalog(),
                    world,
                    &command,
                    &item.waiting.step,
                    Some(item.head.id),
                )?;
                Ok(answer
                    .err()
                    .map(|refusal| reader.sentence(&refusal).to_owned()))
            })
            .collect()
    })?)
}

fn one(
    reader: &Reader<'_>,
    catalog: &Catalog,
    item: &InboxItem,
    why_not: Option<String>,
) -> Result<Waiting, Error> {
    let (head, waiting) = (&item.head, &item.waiting);
    let declared = words::step(catalog, Some(&head.version), &waiting.step);
    let name = words::step_name(catalog, reader.lang, Some(&head.version), &waiting.step);
    let behalf = item.on_behalf_of.as_deref().unwrap_or("");
    let fills = declared
        .is_some_and(|(_, _, _, step)| !step.enters.is_empty() || !step.enters_line.is_empty());
    let sign = format!("/slips/{}/sign/{}", head.id, waiting.step);
    let page = match waiting.kind {
        _ if why_not.is_some() => heads::url(head.id),
        WaitingKind::Begin => address(
            &format!("/new/{}", waiting.step),
            &[("from", &head.id.to_string())],
        ),
        WaitingKind::Returned => sign,
        WaitingKind::Step if fills => sign,
        _ => heads::url(head.id),
    };
    let urgency = match waiting.due {
        Some(due) if waiting.overdue || due < reader.now => Urgency::Late,
        Some(due) if due.day() == reader.today => Urgency::Soon,
        _ => Urgency::Calm,
    };
    let passed = match &waiting.from {
        Some((login, text)) => Some((reader.person(login)?, text.clone())),
        None => None,
    };
    let party = heads::party(reader, catalog, head)?.text;
    let said = passed
        .as_ref()
        .filter(|(_, text)| !text.is_empty())
        .map(|(_, text)| format!("“{text}”"));
    let summary = [Some(party), said, why_not.clone()]
        .into_iter()
        .flatten()
        .filter(|text| !text.is_empty())
        .collect::<Vec<_>>()
        .join(" · ");
    let plain = waiting.kind == WaitingKind::Step
        && why_not.is_none()
        && !fills
        && declared.is_some_and(|(_, _, _, step)| !step.step_up && !step.begins);
    Ok(Waiting {
        key: format!("{}:{}:{}:{behalf}", head.id, head.last_seq, waiting.step),
        step: match waiting.kind {
            WaitingKind::Reversal => reader.t("确认冲销", "Confirm reversal").to_owned(),
            WaitingKind::Cosign => format!("{} · {name}", reader.t("加签", "Sign as added signer")),
            _ => name,
        },
        number: format!(
            "{} {}",
            words::kind_name(catalog, reader.lang, &head.version, &head.kind),
            head.number
        ),
        url: address(
            &page,
            &[("for", reader.for_query(item.on_behalf_of.as_deref()))],
        ),
        summary,
        why: why(reader, catalog, item)?,
        since: values::when(reader, waiting.since),
        since_full: waiting.since.to_string(),
        due: waiting
            .due
            .map(|due| values::when(reader, due))
            .unwrap_or_default(),
        urgency,
        from: match passed {
            Some((person, _)) => person,
            None => reader.person(&head.begun_by)?,
        },
        amount: head.amount.map(kernel::Amount::grouped).unwrap_or_default(),
        mark: mark(reader, item, why_not.is_some()),
        batch: plain,
    })
}

/// Why an item is in this inbox.
fn why(reader: &Reader<'_>, catalog: &Catalog, item: &InboxItem) -> Result<String, Error> {
    let own = match (&item.holder, item.waiting.kind) {
        (_, WaitingKind::Cosign) => reader.t("请您加签", "You were added as signer").to_owned(),
        (Holder::Person(_), _) => reader.t("转给您办", "Handed over to you").to_owned(),
        (Holder::Role(role, scope), _) => {
            let role = words::role_name(catalog, reader.lang, role);
            match scope {
                Some(scope) => format!("{role} ({scope})"),
                None => role,
            }
        }
    };
    Ok(match &item.on_behalf_of {
        Some(login) => format!(
            "{own} · {}{}",
            reader.t("代 ", "for "),
            reader.person(login)?
        ),
        None => own,
    })
}

fn mark(reader: &Reader<'_>, item: &InboxItem, not_mine: bool) -> Option<(Tone, String)> {
    let waiting = &item.waiting;
    let text = |tone, zh: &str, en: &str| Some((tone, reader.t(zh, en).to_owned()));
    match waiting.kind {
        _ if not_mine => text(Tone::Held, "须他人办理", "For someone else"),
        WaitingKind::Returned => text(Tone::Dead, "已退回", "Returned"),
        WaitingKind::Reversal => text(Tone::Dead, "冲销", "Reversal"),
        WaitingKind::Cosign => text(Tone::Wait, "加签", "Added signer"),
        _ if waiting.overdue => text(Tone::Dead, "已超时", "Overdue"),
        _ if waiting.reminded > 0 => Some((
            Tone::Held,
            format!("{} ×{}", reader.t("催办", "Reminded"), waiting.reminded),
        )),
        _ if waiting.person.is_some() => text(Tone::Wait, "转来", "Handed over"),
        _ => None,
    }
}

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
        let body = slips(reader, &page.rows, "/inbox/mine", &all)?;
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
                Cell::new(head.amount.map(kernel::Amount::grouped).unwrap_or_default()),
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
        // The signature is over what the inbox showed: a slip that changed since is not signed.
        let content = desk
            .read(move |reader| {
                let heads = reader.store.heads(reader.org, &[id])?;
                if heads.first().is_none_or(|head| head.last_seq != shown) {
                    return Ok(None);
                }
                let slip = reader.store.slip(reader.org, id)?;
                Ok(slip.map(|slip| (slip.number.clone(), slip.content.clone())))
            })
            .await?;
        let Some((number, content)) = content else {
            refused.push(
                t(
                    lang,
                    "有单据在显示之后已有改动",
                    "a slip has changed since it was shown",
                )
                .to_owned(),
            );
            continue;
        };
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
