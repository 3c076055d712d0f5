//! The inbox: what waits for this person, and beside it what he has in hand, began and signed.

use std::collections::HashMap;

use axum::response::Response;
use engine::{Act, Refusal, WaitingKind};
use model::Catalog;
use store::{Holder, InboxCounts, InboxItem};

use super::desk::{Asked, Content, Desk, Reader, address};
use super::inbox_why::{marks, why};
use super::{batch, heads, values, words};
use crate::error::Error;
use crate::layout::Place;
use crate::parts::inbox::{Inbox, Urgency, Waiting, fragment, inbox};
use crate::parts::{Link, Tab};

/// Items shown at once.
const SHOWN: usize = 50;
/// Items looked through when one step is asked for.
const LOOKED_THROUGH: usize = 1_000;

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
pub(super) fn views(reader: &Reader<'_>, here: &str) -> Result<Vec<Tab>, Error> {
    let waiting = u32::try_from(reader.memory.counts(reader)?.items).unwrap_or(0);
    let drafts = reader.store.drafts(reader.org, &reader.me.login)?.len();
    let tab = |label: &str, url: &str, count: Option<u32>| Tab {
        label: label.to_owned(),
        url: url.to_owned(),
        count,
        here: url == here,
    };
    Ok(vec![
        tab(reader.t("首页", "Home"), "/", None),
        tab(reader.t("待我办", "For me"), "/inbox", Some(waiting)),
        tab(
            reader.t("草稿", "Drafts"),
            "/inbox/drafts",
            u32::try_from(drafts).ok().filter(|count| *count > 0),
        ),
        tab(reader.t("我发起", "Begun by me"), "/inbox/mine", None),
        tab(reader.t("已办", "Signed by me"), "/inbox/done", None),
        tab(reader.t("关注", "Watched"), "/inbox/watched", None),
    ])
}

/// What waits, narrowed as an address asks.
pub(super) fn waiting(reader: &Reader<'_>, asked: &Asked, csrf: String) -> Result<Inbox, Error> {
    let (wanted, only) = (asked.text("step"), asked.text("only"));
    let limit = if wanted.is_empty() && only.is_empty() {
        SHOWN
    } else {
        LOOKED_THROUGH
    };
    let login = &reader.me.login;
    let mut items = reader.store.inbox(reader.org, login, reader.today, limit)?;
    let counts = reader.memory.counts(reader)?;
    if !wanted.is_empty() {
        items.retain(|item| *item.waiting.step == *wanted);
    }
    items.retain(|item| is_among(reader, item, only));
    items.truncate(SHOWN);
    let catalog = reader.catalog();
    let mine = may_sign(reader, &catalog, &items)?;
    let mut steps = vec![Tab {
        label: reader.t("全部", "All").to_owned(),
        url: "/inbox".to_owned(),
        count: u32::try_from(counts.items).ok(),
        here: wanted.is_empty() && only.is_empty(),
    }];
    steps.extend(counts.by_step.iter().map(|(step, count)| Tab {
        label: words::step_name(&catalog, reader.lang, None, step),
        url: address("/inbox", &[("step", step)]),
        count: u32::try_from(*count).ok(),
        here: **step == *wanted,
    }));
    if steps.len() < 3 {
        steps.truncate(1);
    }
    steps.extend(kinds(reader, &counts, only));
    if steps.len() < 2 {
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
        batch_url: batch.then(|| "/inbox/batch".to_owned()),
        hidden: vec![("_csrf".to_owned(), csrf)],
        when_empty,
    })
}

/// Narrower views of an inbox: those that hold something.
fn kinds(reader: &Reader<'_>, counts: &InboxCounts, only: &str) -> Vec<Tab> {
    [
        ("late", "已超时", "Overdue", counts.overdue),
        ("today", "今日到期", "Due today", counts.due_today),
        ("named", "点名给我", "To me by name", counts.named),
        ("deputy", "代办", "As deputy", counts.lent),
    ]
    .into_iter()
    .filter(|(name, _, _, count)| *count > 0 || *name == only)
    .map(|(name, zh, en, count)| Tab {
        label: reader.t(zh, en).to_owned(),
        url: address("/inbox", &[("only", name)]),
        count: u32::try_from(count).ok(),
        here: name == only,
    })
    .collect()
}

fn is_among(reader: &Reader<'_>, item: &InboxItem, only: &str) -> bool {
    let due = item.waiting.due;
    match only {
        "late" => due.is_some_and(|due| due < reader.now),
        "today" => due.is_some_and(|due| due >= reader.now && due.day() == reader.today),
        "named" => matches!(item.holder, Holder::Person(_)) && item.on_behalf_of.is_none(),
        "deputy" => item.on_behalf_of.is_some(),
        _ => true,
    }
}

/// For each item why this person may not do it after all, by separation or order; the role he has. Asking costs reading
/// slips, so only what could be refused is asked about; the slip's own page asks about everything.
fn may_sign(
    reader: &Reader<'_>,
    catalog: &Catalog,
    items: &[InboxItem],
) -> Result<Vec<Option<Refusal>>, Error> {
    let lent = !reader.lenders()?.is_empty();
    let mut asked: HashMap<&str, bool> = HashMap::new();
    let doubtful: Vec<bool> = items
        .iter()
        .map(|item| {
            let separate = *asked
                .entry(&item.waiting.step)
                .or_insert_with(|| lent || separates(catalog, reader, &item.waiting.step));
            signs(item) && (separate || held_up(item))
        })
        .collect();
    if !doubtful.contains(&true) {
        return Ok(vec![None; items.len()]);
    }
    Ok(reader.store.ask(reader.org, |world| {
        let ask = |(item, doubtful): (&InboxItem, &bool)| {
            if !doubtful {
                return Ok(None);
            }
            // The slip first, so that its version is in the catalog.
            engine::World::slip(world, item.head.id)?;
            let nothing = Act::Comment {
                slip: item.head.id,
                text: String::new(),
            };
            let command = reader.command(item.on_behalf_of.clone(), nothing);
            let (step, slip) = (&item.waiting.step, Some(item.head.id));
            Ok(engine::may_sign(&world.catalog(), world, &command, step, slip)?.err())
        };
        items.iter().zip(&doubtful).map(ask).collect()
    })?)
}

/// Whether an item is a signature of a step.
fn signs(item: &InboxItem) -> bool {
    matches!(
        item.waiting.kind,
        WaitingKind::Step | WaitingKind::Returned | WaitingKind::Begin
    )
}

/// Whether something else on the slip must be done first.
fn held_up(item: &InboxItem) -> bool {
    item.head
        .waiting
        .iter()
        .any(|other| matches!(other.kind, WaitingKind::Reversal | WaitingKind::Cosign))
}

/// Whether the reader holds, or held, a role by which he could have signed a step that excludes this one.
fn separates(catalog: &Catalog, reader: &Reader<'_>, qualified: &str) -> bool {
    let Some((pack, flow, at, _)) = words::step(catalog, None, qualified) else {
        return true;
    };
    let sets = flow
        .separations
        .iter()
        .filter(|separation| separation.steps.contains(&at));
    let others = sets.flat_map(|separation| &separation.steps);
    let mut roles = others
        .filter(|other| **other != at)
        .filter_map(|other| flow.steps.get(*other))
        .flat_map(|step| &step.by)
        .filter_map(|role| pack.roles.get(*role))
        .map(|role| format!("{}.{}", pack.name, role.name));
    roles.any(|role| reader.me.grants.iter().any(|grant| *grant.role == *role))
}

fn one(
    reader: &Reader<'_>,
    catalog: &Catalog,
    item: &InboxItem,
    why_not: Option<Refusal>,
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
    let sentence = why_not
        .as_ref()
        .map(|refusal| reader.sentence(refusal).to_owned());
    let summary = [Some(party), said, sentence]
        .into_iter()
        .flatten()
        .filter(|text| !text.is_empty())
        .collect::<Vec<_>>()
        .join(" · ");
    let plain = why_not.is_none()
        && declared.is_some_and(|(_, _, _, step)| batch::plain(step, waiting.kind));
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
        amount: heads::amount(catalog, head),
        marks: marks(reader, catalog, item, why_not.as_ref()),
        batch: plain,
    })
}
