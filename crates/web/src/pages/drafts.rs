//! Drafts: what was typed and not yet signed, kept as it is typed.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use engine::Class;
use kernel::SlipId;
use serde_json::{Value, json};
use store::Draft;

use super::desk::{Reader, address};
use super::form::Target;
use crate::App;
use crate::auth::Acting;
use crate::error::Error;
use crate::text::random;

/// Drafts that one person may have.
const DRAFTS_MAX: usize = 200;
/// Inputs that are made anew for every form and never kept. The key of the form is kept: what is signed from one draft in two
/// windows is one act and not two.
const NOT_KEPT: [&str; 4] = ["_csrf", "_seen", "_do", "password"];

/// What a draft is of.
#[derive(Debug, Clone, Default)]
pub(crate) struct Of {
    pub step: String,
    pub slip: Option<SlipId>,
    pub sources: Vec<SlipId>,
}

/// Slips named in an address or a hidden input, `1,2`.
pub(crate) fn ids(text: &str) -> Vec<SlipId> {
    text.split(',')
        .filter_map(|part| part.trim().parse().ok().map(SlipId))
        .collect()
}

/// The same, written.
pub(crate) fn ids_text(ids: &[SlipId]) -> String {
    let texts: Vec<String> = ids.iter().map(ToString::to_string).collect();
    texts.join(",")
}

/// The form that goes on with a draft.
pub(crate) fn url(draft: &Draft) -> String {
    let mut kept = pairs(draft);
    let target = Target {
        step: draft.step.clone(),
        slip: draft.slip,
        hand: by_hand(&kept),
        ..Target::default()
    };
    let behalf = kept.remove("_for").unwrap_or_default();
    address(&target.url(), &[("draft", &draft.id), ("for", &behalf)])
}

/// The inputs that a draft keeps.
pub(crate) fn pairs(draft: &Draft) -> BTreeMap<String, String> {
    serde_json::from_str(&draft.body).unwrap_or_default()
}

/// Whether a draft was begun on a handheld.
pub(crate) fn by_hand(pairs: &BTreeMap<String, String>) -> bool {
    pairs.get("_hand").is_some_and(|mark| mark == "1")
}

/// The newest draft of this very form that the reader began on a handheld: scanning the slip again goes on with it.
pub(crate) fn begun_by_hand(reader: &Reader<'_>, target: &Target) -> Result<Option<String>, Error> {
    let behalf = target.on_behalf_of.as_deref().unwrap_or("");
    let mut own = reader.store.drafts(reader.org, &reader.me.login)?;
    own.retain(|draft| {
        let kept = pairs(draft);
        draft.step == target.step
            && draft.slip == target.slip
            && draft.sources == target.sources
            && by_hand(&kept)
            && kept.get("_for").map_or("", |login| login.as_str()) == behalf
    });
    let newest = own.into_iter().max_by_key(|draft| draft.updated);
    Ok(newest.map(|draft| draft.id))
}

/// What a draft is about, in a few of its own words.
pub(crate) fn about(draft: &Draft) -> String {
    let texts: Vec<String> = pairs(draft)
        .into_iter()
        .filter(|(name, text)| {
            !name.starts_with('_') && !name.ends_with(".source") && !text.trim().is_empty()
        })
        .map(|(_, text)| text)
        .take(6)
        .collect();
    let all = texts.join(" · ");
    match all.char_indices().nth(80) {
        Some((at, _)) => format!("{}…", &all[..at]),
        None => all,
    }
}

/// Under which name a draft keeps what changes with every saving.
const VERSION: &str = "_version";

/// Which saving of a draft this is.
pub(crate) fn version(draft: &Draft) -> String {
    pairs(draft).remove(VERSION).unwrap_or_default()
}

fn elsewhere(gone: bool) -> Error {
    let (zh, en) = if gone {
        (
            "这张草稿已在另一个窗口签字或删除，这里所填没有保存",
            "this draft was signed or discarded in another window; what is here was not saved",
        )
    } else {
        (
            "这张草稿已在另一个窗口保存过，这里所填没有覆盖它",
            "this draft was saved in another window; what is here did not overwrite it",
        )
    };
    Error::refused(
        StatusCode::CONFLICT,
        Class::Request,
        "draft_elsewhere",
        zh,
        en,
    )
}

/// Keeps what was typed; gives the draft its name when it has none. What another window has saved meanwhile is not
/// overwritten: the form says which saving it knows.
pub(crate) async fn keep(
    app: &Arc<App>,
    login: &str,
    of: Of,
    inputs: impl Iterator<Item = (String, String)>,
) -> Result<Draft, Error> {
    let mut kept: BTreeMap<String, String> = inputs
        .filter(|(name, _)| !NOT_KEPT.contains(&name.as_str()))
        .collect();
    let known = kept.remove(VERSION).unwrap_or_default();
    let id = match kept.remove("_draft").unwrap_or_default() {
        id if id.len() == 16 && id.bytes().all(|b| b.is_ascii_hexdigit()) => id,
        _ => engine::hex(&random::<8>()?).to_string(),
    };
    kept.insert(VERSION.to_owned(), engine::hex(&random::<8>()?).to_string());
    let draft = Draft {
        id,
        step: of.step,
        slip: of.slip,
        sources: of.sources,
        body: serde_json::to_string(&kept).unwrap_or_default(),
        updated: app.now(),
    };
    let (login, written) = (login.to_owned(), draft.clone());
    app.read(move |app| {
        let store = app.store();
        let stands = store.draft(app.org(), &login, &written.id)?;
        if stands.is_none() && store.drafts(app.org(), &login)?.len() >= DRAFTS_MAX {
            return Err(Error::bad(
                "drafts",
                "草稿太多，请先清理",
                "there are too many drafts; discard some first",
            ));
        }
        let mut gone = false;
        let same = |stands: Option<&Draft>| {
            gone = stands.is_none();
            match (stands, known.as_str()) {
                (None, known) => known.is_empty(),
                (Some(stands), known) => version(stands) == known,
            }
        };
        if !store.put_draft_if(app.org(), &login, &written, same)? {
            return Err(elsewhere(gone));
        }
        Ok(())
    })
    .await?;
    Ok(draft)
}

/// A person's draft.
pub(crate) async fn drop(app: &Arc<App>, login: &str, id: &str) -> Result<(), Error> {
    if id.is_empty() {
        return Ok(());
    }
    let (login, id) = (login.to_owned(), id.to_owned());
    app.read(move |app| app.store().drop_draft(app.org(), &login, &id))
        .await
}

/// What the script sends as a person types: the inputs of the form as one JSON object.
pub(crate) struct Sent {
    pub of: Of,
    pub inputs: Vec<(String, String)>,
}

impl Sent {
    /// Reads the inputs and what they are of.
    pub fn read(body: BTreeMap<String, Value>) -> Sent {
        let inputs: Vec<(String, String)> = body
            .into_iter()
            .filter_map(|(name, value)| Some((name, value.as_str()?.to_owned())))
            .collect();
        let text = |name: &str| {
            inputs
                .iter()
                .find(|(key, _)| key == name)
                .map_or("", |(_, value)| value.as_str())
        };
        let of = Of {
            step: text("_step").to_owned(),
            slip: text("_slip").parse().ok().map(SlipId),
            sources: ids(text("_from")),
        };
        Sent { of, inputs }
    }
}

/// Keeps what the script sends as a person types.
pub(crate) async fn autosave(
    State(app): State<Arc<App>>,
    acting: Acting,
    Json(body): Json<BTreeMap<String, Value>>,
) -> Result<Json<Value>, Error> {
    let Sent { of, inputs } = Sent::read(body);
    if super::words::step(&app.catalog(), None, &of.step).is_none() {
        return Err(Error::NotFound);
    }
    let draft = keep(&app, &acting.person.login, of, inputs.into_iter()).await?;
    Ok(Json(json!({
        "at": draft.updated.minute()[11..],
        "hidden": {"_draft": draft.id, "_version": version(&draft)},
        "url": url(&draft),
    })))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draft_says_what_it_is_about() {
        let draft = Draft {
            id: "0".into(),
            step: "p.f.s.fill".into(),
            slip: None,
            sources: Vec::new(),
            body: r#"{"_from":"1","h.supplier":"S01","l.1.item":"A001","l.1.source":"1:1","l.2.item":" "}"#.into(),
            updated: kernel::Moment(0),
        };
        assert_eq!(about(&draft), "S01 · A001");
        assert_eq!(url(&draft), "/new/p.f.s.fill?draft=0");
        assert_eq!(ids("1, 2,x"), [SlipId(1), SlipId(2)]);
    }
}
