//! Acts on a slip other than signing: the question as a page, and what is posted from it or from its dialog.

use std::sync::Arc;

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use engine::{Refusal, Slip};
use kernel::SlipId;

use super::desk::{Asked, Content, Desk, Reader, done, go};
use super::judged::{Allowed, Doing, Typed, act_of};
use super::{asks, heads};
use crate::auth::{Fields, Posted};
use crate::error::Error;
use crate::layout::Place;
use crate::parts::dialog::{Ask, panel};
use crate::parts::field::say_beside;
use crate::parts::lang::{Lang, t};

/// The question of an act, as a page.
pub(crate) async fn show(
    desk: Desk,
    Path((id, name)): Path<(i64, String)>,
    asked: Asked,
) -> Result<Response, Error> {
    let csrf = desk.session.csrf();
    desk.show(Place::Slips, move |reader| {
        let (slip, allowed) = wanted(reader, id, &name, asked.text("step"), asked.text("for"))?;
        let made = asks::ask(reader, &slip, &allowed, &csrf)?;
        Ok(Content::new(
            made.title.clone(),
            panel(reader.lang, &made, &heads::url(slip.id)),
        ))
    })
    .await
}

fn wanted(
    reader: &Reader<'_>,
    id: i64,
    name: &str,
    step: &str,
    behalf: &str,
) -> Result<(Arc<Slip>, Allowed), Error> {
    let doing = Doing::named(name, step).ok_or(Error::NotFound)?;
    let slip = reader
        .store
        .slip(reader.org, SlipId(id))?
        .ok_or(Error::NotFound)?;
    let on_behalf_of = reader.asked_for(behalf);
    Ok((
        slip,
        Allowed {
            doing,
            on_behalf_of,
        },
    ))
}

fn typed(fields: &Fields) -> Typed {
    let person = |name: &str| {
        fields
            .iter()
            .filter(|(key, value)| *key == name && !value.is_empty())
            .map(|(_, value)| value.to_owned())
            .collect::<Vec<_>>()
    };
    let mut people = person("to");
    people.extend(person("signer"));
    Typed {
        text: fields
            .get("reason")
            .or(fields.get("text"))
            .unwrap_or("")
            .to_owned(),
        people,
        to: fields.text("step_to").to_owned(),
        // An act whose digest was not sent is refused by the engine as unseen.
        seen: Some(fields.text("_seen").into()),
    }
}

/// Does the act. What is refused comes back as the question, with everything typed and the reason beside its input.
pub(crate) async fn act(
    desk: Desk,
    Path((id, name)): Path<(i64, String)>,
    asked: Asked,
    posted: Posted,
) -> Result<Response, Error> {
    let Posted { acting, fields } = posted;
    let behalf = match fields.text("_for") {
        "" => asked.text("for").to_owned(),
        login => login.to_owned(),
    };
    let (kind, step) = (name.clone(), asked.text("step").to_owned());
    let given = behalf.clone();
    let (slip, allowed) = desk
        .read(move |reader| wanted(reader, id, &kind, &step, &given))
        .await?;
    let act = act_of(&allowed.doing, &slip, &typed(&fields)).ok_or(Error::NotFound)?;
    let on_behalf_of = allowed.on_behalf_of.clone();
    match desk
        .act(&acting, on_behalf_of, fields.text("_key"), act)
        .await
    {
        Ok(_) => {
            let said = did(desk.lang(), &allowed.doing);
            Ok(go(&heads::url(slip.id), Some(&done(said))))
        }
        Err(error) => match error.refusal() {
            Some(refusal) => again(desk, &slip, allowed, error.status(), &refusal, fields).await,
            None => Err(error),
        },
    }
}

fn did(lang: Lang, doing: &Doing) -> &'static str {
    match doing {
        Doing::Return => t(lang, "已退回", "Returned"),
        Doing::Withdraw => t(lang, "已撤回签字", "Signature withdrawn"),
        Doing::Void => t(lang, "已作废，单号保留", "Void; the number stays used"),
        Doing::AskReversal => t(
            lang,
            "已申请冲销，等待另一人确认",
            "Reversal asked for; another person must confirm",
        ),
        Doing::Reverse => t(lang, "已冲销", "Reversed"),
        Doing::RefuseReversal => t(lang, "已退回冲销申请", "Reversal turned down"),
        Doing::HandOver(_) => t(lang, "已转办", "Handed over"),
        Doing::AddSigner(_) => t(lang, "已加签", "Signer added"),
        Doing::Cosign(_) => t(lang, "已签字", "Signed"),
        Doing::CopyTo => t(lang, "已抄送", "Copied"),
        Doing::Remind => t(lang, "已催办", "Reminded"),
        Doing::Comment => t(lang, "已留言", "Comment added"),
        Doing::Sign(_) | Doing::Begin(_) | Doing::Refill(_) => t(lang, "已签字", "Signed"),
    }
}

async fn again(
    desk: Desk,
    slip: &Arc<Slip>,
    allowed: Allowed,
    status: StatusCode,
    refusal: &Refusal,
    fields: Fields,
) -> Result<Response, Error> {
    let (csrf, refusal, id) = (desk.session.csrf(), refusal.clone(), slip.id);
    desk.show(Place::Slips, move |reader| {
        let slip = reader.store.slip(reader.org, id)?.ok_or(Error::NotFound)?;
        let mut made = asks::ask(reader, &slip, &allowed, &csrf)?;
        refill(reader, &mut made, &fields, &refusal);
        Ok(Content::new(
            made.title.clone(),
            panel(reader.lang, &made, &heads::url(id)),
        )
        .with(status))
    })
    .await
}

/// Puts what was typed back, and every refusal at its input; one without an input stands above.
fn refill(reader: &Reader<'_>, ask: &mut Ask, fields: &Fields, refusal: &Refusal) {
    for (field, entry) in &mut ask.fields {
        entry.value = fields.text(&field.name).to_owned();
    }
    for refusal in std::iter::once(refusal).chain(&refusal.more) {
        let sentence = reader.sentence(refusal).to_owned();
        let place = refusal.place.as_ref().map(|place| place.field.as_str());
        let at = ask
            .fields
            .iter_mut()
            .find(|(field, _)| Some(&*field.name) == place);
        match at {
            Some((_, entry)) => say_beside(&mut entry.refusal, &sentence),
            None => ask.refused.push(sentence),
        }
    }
}
