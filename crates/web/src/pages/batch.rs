//! Signing several slips at once: one page shows what would be signed, the next says of each slip what became of it. Each
//! is signed by a command of its own, over the digest of what the first page showed.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::Response;
use engine::{Act, Outcome, Refusal, Seen, Slip, WaitingKind, World, apply};
use kernel::{Amount, SlipId};
use model::{Catalog, Step};
use store::SlipHead;

use super::desk::{Content, Desk, Reader, go};
use super::{heads, slip as slip_page, words};
use crate::auth::Posted;
use crate::error::Error;
use crate::layout::{Place, Toast};
use crate::parts::batch::{Answered, Batch, Item, Told, answered, batch};
use crate::parts::lang::{Lang, t};
use crate::parts::{Link, Tone};
use crate::text::random_key;

/// Slips signed at once.
const BATCH_MAX: usize = 200;

/// Whether a step is signed by nothing but a signature, so that it may be among several: nothing to fill in, no password
/// asked for again.
pub(super) fn plain(step: &Step, kind: WaitingKind) -> bool {
    kind == WaitingKind::Step
        && !step.begins
        && !step.step_up
        && step.enters.is_empty()
        && step.enters_line.is_empty()
}

/// One slip of a batch: its id, what was seen of it, the step, for whom. Of the inbox what was seen is the slip's last
/// journal row; of the page that asks it is the digest that is signed.
struct Task {
    slip: SlipId,
    seen: Arc<str>,
    step: Arc<str>,
    behalf: Option<Arc<str>>,
}

impl Task {
    fn read(text: &str) -> Option<Task> {
        let mut parts = text.splitn(4, ':');
        let (slip, seen, step, behalf) =
            (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        Some(Task {
            slip: SlipId(slip.parse().ok()?),
            seen: seen.into(),
            step: step.into(),
            behalf: (!behalf.is_empty()).then(|| behalf.into()),
        })
    }

    fn act(&self, content: Arc<str>) -> Act {
        Act::Step {
            step: self.step.clone(),
            slip: Some(self.slip),
            sources: Vec::new(),
            seen: vec![Seen {
                slip: self.slip,
                content,
            }],
            input: engine::Input::default(),
        }
    }
}

fn tasks(posted: &Posted) -> Vec<Task> {
    posted
        .fields
        .iter()
        .filter(|(name, _)| *name == "task")
        .filter_map(|(_, value)| Task::read(value))
        .take(BATCH_MAX)
        .collect()
}

fn none_chosen(lang: Lang) -> Response {
    let toast = Toast {
        tone: Tone::Held,
        text: t(lang, "没有勾选单据", "No slip was selected").to_owned(),
        link: None,
    };
    go("/inbox", Some(&toast))
}

/// Shows what would be signed, and what would be refused.
pub(crate) async fn ask(desk: Desk, posted: Posted) -> Result<Response, Error> {
    let tasks = tasks(&posted);
    if tasks.is_empty() {
        return Ok(none_chosen(desk.lang()));
    }
    let csrf = desk.session.csrf();
    desk.show(Place::Inbox, move |reader| {
        let mut items = Vec::new();
        let mut sum: Option<Amount> = None;
        let mut steps: BTreeMap<String, usize> = BTreeMap::new();
        for task in &tasks {
            if let Some((item, head)) = item(reader, task)? {
                *steps.entry(item.step.clone()).or_default() += 1;
                let shown = (!item.amount.is_empty()).then_some(head.amount).flatten();
                sum = match (sum, shown) {
                    (Some(sum), Some(one)) => sum.checked_add(one),
                    (sum, one) => sum.or(one),
                };
                items.push(item);
            }
        }
        let made = Batch {
            summary: summary(reader, &steps, sum),
            items,
            url: "/inbox/sign".to_owned(),
            back: "/inbox".to_owned(),
            hidden: vec![
                ("_csrf".to_owned(), csrf),
                ("_key".to_owned(), random_key()?.to_string()),
            ],
        };
        Ok(Content::new(
            reader.t("批量签字", "Sign several"),
            batch(reader.lang, &made),
        ))
    })
    .await
}

/// Which steps of how many slips, and how much money they are about.
fn summary(reader: &Reader<'_>, steps: &BTreeMap<String, usize>, sum: Option<Amount>) -> String {
    let counted: Vec<String> = steps
        .iter()
        .map(|(step, count)| format!("{step} ×{count}"))
        .collect();
    let mut said = words::joined(reader.lang, &counted);
    if let Some(sum) = sum {
        said.push_str(reader.t(" · 合计 ", " · in all "));
        said.push_str(&sum.grouped());
    }
    said
}

/// A slip as the page shows it before it is signed; `None` where there is no such slip.
fn item(reader: &Reader<'_>, task: &Task) -> Result<Option<(Item, SlipHead)>, Error> {
    let Some(slip) = reader.store.slip(reader.org, task.slip)? else {
        return Ok(None);
    };
    let mut heads = reader.store.heads(reader.org, &[task.slip])?;
    let Some(head) = heads.pop() else {
        return Ok(None);
    };
    let catalog = reader.catalog();
    let Some((pack, _, flow, at, declared)) = catalog.slip_of(&slip.version, &slip.kind) else {
        return Ok(None);
    };
    let lines = match &declared.lines {
        Some(fields) => Some(slip_page::lines(reader, pack, flow, at, &slip, fields)?),
        None => None,
    };
    let refused = why_not(reader, &catalog, task, &slip)?;
    let behalf = task.behalf.as_deref();
    let changed = head.last_seq.to_string() != *task.seen;
    let item = Item {
        key: format!(
            "{}:{}:{}:{}",
            task.slip,
            slip.content,
            task.step,
            behalf.unwrap_or("")
        ),
        step: words::step_name(&catalog, reader.lang, Some(&slip.version), &task.step),
        number: format!(
            "{} {}",
            words::label(reader.lang, &declared.label),
            slip.number
        ),
        url: heads::url(slip.id),
        about: heads::party(reader, &catalog, &head)?.text,
        amount: heads::amount(&catalog, &head),
        from: reader.person(&head.begun_by)?,
        behalf: match behalf {
            Some(login) => Some(reader.person(login)?),
            None => None,
        },
        changed,
        facts: slip_page::facts(reader, pack, &slip, &declared.header)?,
        lines,
        refused: refused.map(|refusal| reader.sentence(&refusal).to_owned()),
    };
    Ok(Some((item, head)))
}

/// Why the engine would refuse this signature now; it is asked as if it were given.
fn why_not(
    reader: &Reader<'_>,
    catalog: &Catalog,
    task: &Task,
    slip: &Slip,
) -> Result<Option<Refusal>, Error> {
    let declared = words::step(catalog, Some(&slip.version), &task.step);
    let waits = slip.waiting.iter().find(|one| one.step == task.step);
    let single = match (declared, waits) {
        (Some((_, _, _, step)), Some(waiting)) => !plain(step, waiting.kind),
        _ => false,
    };
    if single {
        return Ok(Some(Refusal::new(
            engine::Class::Request,
            "single",
            "此环节须打开单据单独办理",
            "this step is done on the slip's own page",
        )));
    }
    let command = reader.command(task.behalf.clone(), task.act(slip.content.clone()));
    Ok(reader.store.ask(reader.org, |world| {
        world.slip(task.slip)?;
        Ok(match apply(&world.catalog(), world, &command)? {
            Outcome::Refused(refusal) => Some(refusal),
            Outcome::Done(..) | Outcome::Repeated(_) => None,
        })
    })?)
}

/// Signs, each slip by itself: what is refused does not hold up the others.
pub(crate) async fn sign(desk: Desk, posted: Posted) -> Result<Response, Error> {
    let lang = desk.lang();
    let tasks = tasks(&posted);
    if tasks.is_empty() {
        return Ok(none_chosen(lang));
    }
    let base = match posted.fields.get("_key") {
        Some(key) if !key.is_empty() => key.to_owned(),
        _ => random_key()?.to_string(),
    };
    let mut results: Vec<(Task, Option<Refusal>)> = Vec::new();
    for task in tasks {
        // The same page sent twice signs nothing twice: each slip has its own key under that of the page.
        let key = format!("{base}.{}", task.slip);
        let act = task.act(task.seen.clone());
        let refusal = match desk
            .act(&posted.acting, task.behalf.clone(), &key, act)
            .await
        {
            Ok(_) => None,
            Err(error) => match error.refusal() {
                Some(refusal) => Some(refusal.clone()),
                None => return Err(error),
            },
        };
        results.push((task, refusal));
    }
    desk.show(Place::Inbox, move |reader| {
        let signed = results.iter().filter(|(_, refusal)| refusal.is_none());
        let (signed, all) = (signed.count(), results.len());
        let rows = results
            .iter()
            .map(|(task, refusal)| told(reader, task, refusal.as_ref()))
            .collect::<Result<_, _>>()?;
        let made = Answered {
            summary: match (lang, all - signed) {
                (Lang::Zh, 0) => format!("已签字 {signed} 张"),
                (Lang::Zh, not) => format!("已签字 {signed} 张，未签 {not} 张"),
                (Lang::En, 0) => format!("{signed} signed"),
                (Lang::En, not) => format!("{signed} signed, {not} not"),
            },
            all: signed == all,
            rows,
            back: Link::new(reader.t("返回待办", "Back to the inbox"), "/inbox"),
        };
        let status = match signed {
            0 => StatusCode::UNPROCESSABLE_ENTITY,
            _ => StatusCode::OK,
        };
        let title = reader.t("批量签字的结果", "What was signed");
        Ok(Content::new(title, answered(reader.lang, title, &made)).with(status))
    })
    .await
}

/// What became of one slip: where it stands now, or why it was not signed.
fn told(reader: &Reader<'_>, task: &Task, refusal: Option<&Refusal>) -> Result<Told, Error> {
    let head = reader.store.heads(reader.org, &[task.slip])?.pop();
    let catalog = reader.catalog();
    let (number, stands) = match &head {
        Some(head) => (
            format!(
                "{} {}",
                words::kind_name(&catalog, reader.lang, &head.version, &head.kind),
                head.number
            ),
            heads::standing(reader, &catalog, head).1,
        ),
        None => (task.slip.to_string(), String::new()),
    };
    let version = head.as_ref().map(|head| &*head.version);
    Ok(Told {
        number,
        url: heads::url(task.slip),
        step: words::step_name(&catalog, reader.lang, version, &task.step),
        done: refusal.is_none(),
        said: match refusal {
            Some(refusal) => std::iter::once(refusal)
                .chain(&refusal.more)
                .map(|one| reader.sentence(one).to_owned())
                .collect::<Vec<_>>()
                .join(reader.t("；", "; ")),
            None => stands,
        },
        code: refusal.map(|refusal| refusal.code.to_string()),
    })
}
