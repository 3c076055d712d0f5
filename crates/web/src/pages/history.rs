//! What happened to a slip: every command about it, refused ones too, with the fields that it changed.

use engine::{Act, Refusal, Slip};
use store::{FieldChange, HistoryRow};

use super::desk::Reader;
use super::{values, words};
use crate::error::Error;
use crate::parts::lang::Lang;
use crate::parts::talk::{Change, Event};

/// The history of a slip, newest first.
pub(crate) fn of_slip(
    reader: &Reader<'_>,
    slip: &Slip,
    declared: &model::Slip,
) -> Result<Vec<Event>, Error> {
    let rows = reader.store.history(reader.org, slip.id)?;
    let mut first = true;
    let mut events = Vec::new();
    for row in &rows {
        let mut event = event(reader, slip, row)?;
        let filled = matches!(row.act, Act::Step { .. }) && &*row.row.outcome == "done";
        // What was typed at first is the slip itself; only what differs later is a change.
        if !(filled && std::mem::take(&mut first)) {
            event.changes = row
                .changes
                .iter()
                .map(|change| changed(reader, declared, change))
                .collect();
        }
        events.push(event);
    }
    events.reverse();
    Ok(events)
}

fn event(reader: &Reader<'_>, slip: &Slip, row: &HistoryRow) -> Result<Event, Error> {
    let mut person = reader.person(&row.row.actor)?;
    if let Some(login) = &row.on_behalf_of {
        let principal = reader.person(login)?;
        person = match reader.lang {
            Lang::Zh => format!("{person}（代{principal}）"),
            Lang::En => format!("{person} (for {principal})"),
        };
    }
    let mut what = said(reader, slip, row)?;
    if &*row.row.outcome != "done" {
        let refusal: Option<Refusal> = serde_json::from_str(&row.row.reply).ok();
        let sentence = refusal
            .as_ref()
            .map_or(&*row.row.code, |refusal| reader.sentence(refusal));
        what = format!("{what} — {}{sentence}", reader.t("被拒：", "refused: "));
    }
    Ok(Event {
        at: values::when(reader, row.row.at),
        person,
        what,
        changes: Vec::new(),
    })
}

/// What was done, with the words that went with it.
fn said(reader: &Reader<'_>, slip: &Slip, row: &HistoryRow) -> Result<String, Error> {
    let catalog = reader.catalog();
    let step = |name: &str| words::step_name(&catalog, reader.lang, Some(&slip.version), name);
    let word = words::act(reader.lang, &row.row.act).to_owned();
    let colon = reader.t("：", ": ");
    let with = |what: String, text: &str| match text.trim() {
        "" => what,
        text => format!("{what}{colon}{text}"),
    };
    Ok(match &row.act {
        Act::Step { step: name, .. } => step(name),
        Act::Return { to, reason, .. } => match to {
            Some(to) => with(format!("{word} → {}", step(to)), reason),
            None => with(word, reason),
        },
        Act::Withdraw { reason, .. }
        | Act::Void { reason, .. }
        | Act::AskReversal { reason, .. }
        | Act::RefuseReversal { reason, .. } => with(word, reason),
        Act::HandOver { to, reason, .. } => {
            with(format!("{word} → {}", reader.person(to)?), reason)
        }
        Act::AddSigner { signer, reason, .. } => {
            with(format!("{word} → {}", reader.person(signer)?), reason)
        }
        Act::Cosign { opinion, .. } => with(word, opinion),
        Act::CopyTo { to, .. } => {
            let mut names = Vec::new();
            for login in to {
                names.push(reader.person(login)?);
            }
            format!("{word} → {}", words::joined(reader.lang, &names))
        }
        Act::Remind { text, .. } | Act::Comment { text, .. } => with(word, text),
        Act::Attach { name, .. } => with(word, name),
        Act::Timer { name, .. } => {
            let due = words::timer(&catalog, reader.lang, Some(&slip.version), name);
            with(word, &due)
        }
        _ => word,
    })
}

fn changed(reader: &Reader<'_>, declared: &model::Slip, change: &FieldChange) -> Change {
    let field = match change.line {
        Some(_) => declared.line_field(&change.field),
        None => declared.header_field(&change.field),
    }
    .map(|(_, field)| field);
    let text = |text: &Option<String>| {
        let text = text.as_deref().unwrap_or("");
        match field {
            Some(field) if field.sensitive => crate::names::masked(text),
            Some(field) => values::plain(reader, field, text),
            None => text.to_owned(),
        }
    };
    let label = field.map_or(change.field.as_str(), |field| {
        words::label(reader.lang, &field.label)
    });
    Change {
        label: match (change.line, reader.lang) {
            (Some(line), Lang::Zh) => format!("第 {} 行 {label}", line + 1),
            (Some(line), Lang::En) => format!("Line {} {label}", line + 1),
            (None, _) => label.to_owned(),
        },
        before: text(&change.before),
        after: text(&change.after),
    }
}
