//! Of a thing that waits: why it is this person's, and what is different about it.

use engine::{Class, Refusal, WaitingKind};
use model::Catalog;
use store::{Holder, InboxItem};

use super::desk::Reader;
use super::words;
use crate::error::Error;
use crate::parts::Tone;
use crate::parts::lang::Lang;

/// Why an item is in this inbox: by role or name, who sent it on, for whom one would act.
pub(super) fn why(
    reader: &Reader<'_>,
    catalog: &Catalog,
    item: &InboxItem,
) -> Result<String, Error> {
    let waiting = &item.waiting;
    let by = match &waiting.from {
        Some((login, _)) => Some(reader.person(login)?),
        None => None,
    };
    let role = match &item.holder {
        Holder::Role(role, scope) => {
            let role = words::role_name(catalog, reader.lang, role);
            match scope {
                Some(scope) => format!("{role} ({scope})"),
                None => role,
            }
        }
        Holder::Person(_) => reader.t("您本人", "you by name").to_owned(),
    };
    let own = match (reader.lang, waiting.kind, by) {
        (Lang::Zh, WaitingKind::Cosign, Some(by)) => format!("{by} 请您加签"),
        (Lang::En, WaitingKind::Cosign, Some(by)) => format!("{by} added you as signer"),
        (Lang::Zh, WaitingKind::Returned, Some(by)) => format!("{by} 退回 · {role}"),
        (Lang::En, WaitingKind::Returned, Some(by)) => format!("returned by {by} · {role}"),
        (Lang::Zh, WaitingKind::Reversal, Some(by)) => format!("{by} 申请冲销 · {role}"),
        (Lang::En, WaitingKind::Reversal, Some(by)) => {
            format!("{by} asks for a reversal · {role}")
        }
        (Lang::Zh, _, Some(by)) => format!("{by} 转给您办"),
        (Lang::En, _, Some(by)) => format!("handed over by {by}"),
        (_, _, None) => role,
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

/// What is different about an item: all of it, what matters most first.
pub(super) fn marks(
    reader: &Reader<'_>,
    catalog: &Catalog,
    item: &InboxItem,
    why_not: Option<&Refusal>,
) -> Vec<(Tone, String)> {
    let waiting = &item.waiting;
    let mut out = Vec::new();
    let mut add = |tone, zh: &str, en: &str| out.push((tone, reader.t(zh, en).to_owned()));
    match why_not {
        Some(refusal) if refusal.class == Class::Separation => {
            add(Tone::Held, "须他人办理", "For someone else");
        }
        Some(_) => add(Tone::Held, "暂不能办", "Not now"),
        None => {}
    }
    match waiting.kind {
        WaitingKind::Returned => add(Tone::Dead, "已退回", "Returned"),
        WaitingKind::Reversal => add(Tone::Dead, "冲销", "Reversal"),
        WaitingKind::Cosign => add(Tone::Wait, "加签", "Added signer"),
        _ if waiting.person.is_some() => add(Tone::Wait, "转来", "Handed over"),
        _ => {}
    }
    if waiting.overdue {
        let escalated = words::step(catalog, Some(&item.head.version), &waiting.step)
            .and_then(|(pack, _, _, step)| pack.roles.get(step.escalate?))
            .map(|role| words::label(reader.lang, &role.label));
        match (reader.lang, escalated) {
            (Lang::Zh, Some(role)) => out.push((Tone::Dead, format!("已超时 · 已上报{role}"))),
            (Lang::En, Some(role)) => out.push((Tone::Dead, format!("Overdue · told {role}"))),
            (Lang::Zh, None) => out.push((Tone::Dead, "已超时".to_owned())),
            (Lang::En, None) => out.push((Tone::Dead, "Overdue".to_owned())),
        }
    }
    if waiting.reminded > 0 {
        let word = reader.t("催办", "Reminded");
        out.push((Tone::Held, format!("{word} ×{}", waiting.reminded)));
    }
    out
}
