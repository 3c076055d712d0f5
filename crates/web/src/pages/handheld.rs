//! The handheld: a number is scanned, and what waits there for this person opens; then packs and bins are scanned into its
//! lines. Every form is the ordinary one, sent by the ordinary way; only its looks differ.

use axum::extract::Path;
use axum::response::Response;
use engine::WaitingKind;
use kernel::SlipId;
use model::{Flow, Step};
use store::InboxItem;

use super::desk::{Asked, Content, Desk, Reader, address, go};
use super::judged::{Doing, judge};
use super::{drafts, fill, heads, scan, values, words};
use crate::auth::{Address, Posted};
use crate::error::Error;
use crate::layout::Place;
use crate::parts::form::Form;
use crate::parts::handheld::{Answer, Desk as Part, Task, desk as desk_part, form as form_part};

/// Items of the inbox looked through.
const LOOKED_THROUGH: usize = 500;
/// Items shown at once: a small screen.
const SHOWN: usize = 30;

/// Whether a step is work for a scanner: it enters something, and its lines say what is scanned.
fn scannable(flow: &Flow, step: &Step) -> bool {
    let Some(slip) = flow.slips.get(step.slip) else {
        return false;
    };
    let enters = step.begins || !step.enters.is_empty() || !step.enters_line.is_empty();
    let lines = slip.lines.as_deref().unwrap_or_default();
    enters && lines.iter().any(|field| field.scan.is_some())
}

/// The form of a step as a page for the handheld.
pub(super) fn page(reader: &Reader<'_>, step: &str, made: &Form) -> Content {
    let wand = format!("/scan/{step}");
    let body = form_part(reader.lang, made, &wand);
    Content::new(made.title.clone(), body).by_hand(true)
}

fn begin_url(step: &str, from: SlipId, behalf: &str) -> String {
    address(
        &format!("/handheld/new/{step}"),
        &[("from", &from.to_string()), ("for", behalf)],
    )
}

fn sign_url(step: &str, slip: SlipId, behalf: &str) -> String {
    address(
        &format!("/handheld/slips/{slip}/sign/{step}"),
        &[("for", behalf)],
    )
}

/// What waits, or what was scanned.
pub(crate) async fn show(desk: Desk, asked: Asked) -> Result<Response, Error> {
    let code = asked.raw("q").to_owned();
    let mut answer = None;
    if !code.trim().is_empty() {
        match desk.read(move |reader| scanned(reader, &code)).await? {
            Ok(url) => return Ok(go(&url, None)),
            Err(said) => answer = Some(said),
        }
    }
    let signed = asked.text("signed").to_owned();
    desk.show(Place::Inbox, move |reader| {
        let made = Part {
            answer,
            tasks: waiting(reader)?,
            begun: begun(reader)?,
            begin: begins(reader)?,
            signed,
        };
        let title = reader.t("扫描作业", "Scanning");
        Ok(Content::new(title, desk_part(reader.lang, &made)).by_hand(true))
    })
    .await
}

/// Where the slip that was scanned is worked on, or why not here.
fn scanned(reader: &Reader<'_>, code: &str) -> Result<Result<String, Answer>, Error> {
    let Some(id) = scan::slip_of(reader, code)? else {
        let text = reader.t(
            "没有这个单号。先扫单据上的二维码或单号，打开后再扫商品和货位。",
            "No slip has this number. Scan the square code or the number of a slip first; goods and bins come after.",
        );
        return Ok(Err(Answer {
            title: code.trim().chars().take(60).collect(),
            text: text.to_owned(),
            ..Answer::default()
        }));
    };
    let judged = judge(reader, id)?.ok_or(Error::NotFound)?;
    let version = &judged.slip.version;
    let mut tasks = Vec::new();
    for allowed in judged.allowed.iter().filter(|one| one.doing.signs()) {
        let behalf = reader.for_query(allowed.on_behalf_of.as_deref());
        let step = allowed.doing.step();
        let url = match &allowed.doing {
            Doing::Begin(step) => begin_url(step, id, behalf),
            _ => sign_url(step, id, behalf),
        };
        let title = words::step_name(&judged.catalog, reader.lang, Some(version), step);
        tasks.push(Task {
            title,
            url,
            ..Task::default()
        });
    }
    if let [only] = tasks.as_slice() {
        return Ok(Ok(only.url.clone()));
    }
    let kind = words::kind_name(&judged.catalog, reader.lang, version, &judged.slip.kind);
    let mut said: Vec<String> = judged
        .why_not
        .iter()
        .map(|refusal| reader.sentence(refusal).to_owned())
        .collect();
    if tasks.is_empty() && said.is_empty() {
        said = judged
            .slip
            .waiting
            .iter()
            .map(|waiting| {
                let step = &waiting.step;
                let name = words::step_name(&judged.catalog, reader.lang, Some(version), step);
                let roles = waiting.roles.iter();
                let roles: Vec<String> = roles
                    .map(|role| words::role_name(&judged.catalog, reader.lang, role))
                    .collect();
                let roles = words::joined(reader.lang, &roles);
                reader
                    .t("现在等 {} 办理：", "Now with {}: ")
                    .replace("{}", &roles)
                    + &name
            })
            .collect();
    }
    if tasks.is_empty() && said.is_empty() {
        let text = reader.t("此单已办完，没有待办。", "This slip is finished.");
        said.push(text.to_owned());
    }
    Ok(Err(Answer {
        title: format!("{kind} {}", judged.slip.number),
        text: if tasks.is_empty() {
            let none = reader.t("没有您要办的。", "Nothing here for you. ");
            format!("{none}{}", said.join(" "))
        } else {
            reader.t("办哪一件？", "Which one?").to_owned()
        },
        tasks,
        url: heads::url(id),
    }))
}

/// What waits here for the reader and is done by scanning, longest first.
fn waiting(reader: &Reader<'_>) -> Result<Vec<Task>, Error> {
    let items = reader
        .store
        .inbox(reader.org, &reader.me.login, reader.today, LOOKED_THROUGH)?;
    let catalog = reader.catalog();
    let mut tasks = Vec::new();
    for item in &items {
        let InboxItem { head, waiting, .. } = item;
        let declared = words::step(&catalog, Some(&head.version), &waiting.step);
        if !declared.is_some_and(|(_, flow, _, step)| scannable(flow, step)) {
            continue;
        }
        let behalf = reader.for_query(item.on_behalf_of.as_deref());
        let url = match waiting.kind {
            WaitingKind::Begin => begin_url(&waiting.step, head.id, behalf),
            WaitingKind::Step | WaitingKind::Returned => sign_url(&waiting.step, head.id, behalf),
            _ => continue,
        };
        tasks.push(Task {
            title: words::step_name(&catalog, reader.lang, Some(&head.version), &waiting.step),
            number: head.number.to_string(),
            about: heads::party(reader, &catalog, head)?.text,
            since: values::when(reader, waiting.since),
            late: waiting.overdue || waiting.due.is_some_and(|due| due < reader.now),
            url,
        });
        if tasks.len() == SHOWN {
            break;
        }
    }
    Ok(tasks)
}

/// What was begun on a handheld and is not signed yet.
fn begun(reader: &Reader<'_>) -> Result<Vec<Task>, Error> {
    let catalog = reader.catalog();
    let own = reader.store.drafts(reader.org, &reader.me.login)?;
    let by_hand = own
        .iter()
        .filter(|draft| drafts::by_hand(&drafts::pairs(draft)));
    let mut tasks = Vec::new();
    for draft in by_hand {
        let from = draft.slip.or(draft.sources.first().copied());
        let from = match from {
            Some(id) => reader.store.slip(reader.org, id)?,
            None => None,
        };
        tasks.push(Task {
            title: words::step_name(&catalog, reader.lang, None, &draft.step),
            number: from.map_or_else(String::new, |slip| slip.number.to_string()),
            about: drafts::about(draft),
            since: values::when(reader, draft.updated),
            url: drafts::url(draft),
            ..Task::default()
        });
    }
    Ok(tasks)
}

/// What may be begun by scanning, from no earlier slip.
fn begins(reader: &Reader<'_>) -> Result<Vec<Task>, Error> {
    let holder = reader.holder()?;
    let catalog = reader.catalog();
    let mut tasks = Vec::new();
    for pack in catalog.packs() {
        for flow in &pack.flows {
            let own = flow.steps.iter().filter(|step| {
                let slip = flow.slips.get(step.slip);
                step.begins && slip.is_some_and(|slip| slip.from.is_empty())
            });
            for step in own.filter(|step| {
                scannable(flow, step) && words::may(pack, step, &holder, reader.today)
            }) {
                tasks.push(Task {
                    title: words::label(reader.lang, &flow.slips[step.slip].label).to_owned(),
                    url: format!("/handheld/new/{}", step.qualified),
                    ..Task::default()
                });
            }
        }
    }
    Ok(tasks)
}

pub(crate) async fn show_new(
    desk: Desk,
    Path(step): Path<String>,
    asked: Asked,
) -> Result<Response, Error> {
    let from = asked.pairs().iter().filter(|(name, _)| name == "from");
    let sources = from.flat_map(|(_, ids)| drafts::ids(ids)).collect();
    fill::show(desk, step, None, sources, asked, true).await
}

pub(crate) async fn show_sign(
    desk: Desk,
    Path((id, step)): Path<(i64, String)>,
    asked: Asked,
) -> Result<Response, Error> {
    fill::show(desk, step, Some(SlipId(id)), Vec::new(), asked, true).await
}

pub(crate) async fn post_new(
    desk: Desk,
    Path(step): Path<String>,
    from: Address,
    posted: Posted,
) -> Result<Response, Error> {
    let sources = drafts::ids(posted.fields.text("_from"));
    fill::post(desk, step, None, sources, from, posted, true).await
}

pub(crate) async fn post_sign(
    desk: Desk,
    Path((id, step)): Path<(i64, String)>,
    from: Address,
    posted: Posted,
) -> Result<Response, Error> {
    fill::post(desk, step, Some(SlipId(id)), Vec::new(), from, posted, true).await
}
