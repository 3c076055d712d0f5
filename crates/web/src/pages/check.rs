//! The page where anybody checks a printed slip: no log-in, few tries at once, and nothing said but what is on the paper.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use engine::SlipState;
use maud::{Markup, html};

use super::desk::Asked;
use super::words;
use crate::App;
use crate::auth::Address;
use crate::auth::theme_of;
use crate::error::Error;
use crate::layout::bare;
use crate::paper::check::{Checked, Claim, Verdict, check, public_of};
use crate::parts::lang::{Lang, t};
use crate::parts::{Tone, badge, note};

/// Holds what was asked against the records, if this address has not asked too often.
pub(crate) async fn held(app: &Arc<App>, from: Address, text: &str) -> Result<Checked, Error> {
    if !app.press.checks.take(&from.0.to_string(), app.now()) {
        return Err(crate::submit::too_many());
    }
    let claim = Claim::read(text);
    app.read(move |app| match claim {
        Some(claim) => Ok::<_, Error>(check(
            app.store(),
            app.org(),
            &claim,
            app.secret_key().ok(),
        )?),
        None => Ok(Checked {
            verdict: Verdict::NotGenuine,
            slip: None,
        }),
    })
    .await
}

fn answer(lang: Lang, checked: &Checked) -> Markup {
    let (tone, word, about) = match checked.verdict {
        Verdict::Genuine => (
            Tone::Done,
            t(lang, "真实有效", "Genuine"),
            t(
                lang,
                "纸面与系统现存记录一致。请核对下列内容与纸面相同。",
                "The paper agrees with the record. See that what follows is what the paper says.",
            ),
        ),
        Verdict::Superseded => (
            Tone::Held,
            t(lang, "已失效", "Superseded"),
            t(
                lang,
                "此件确由本系统打印，但其后单据已更改、作废或冲销。",
                "This was printed here, but the slip has been changed, voided or reversed since.",
            ),
        ),
        Verdict::NotGenuine => (
            Tone::Dead,
            t(lang, "不真实", "Not genuine"),
            t(
                lang,
                "本系统没有打印过这样的单据，或二维码、校验码有改动。",
                "Nothing of the kind was printed here, or code or check digits were altered.",
            ),
        ),
    };
    html! {
        h2 { (badge(tone, word)) }
        (note(tone, html! { (about) }))
        @if let Some(slip) = &checked.slip {
            dl class="facts" {
                div { dt { (t(lang, "编号", "Number")) } dd { (slip.number) } }
                div { dt { (t(lang, "种类", "Kind")) } dd { (words::label(lang, &slip.kind)) } }
                div { dt { (t(lang, "日期", "Date")) } dd { (slip.day) } }
                div { dt { (t(lang, "状态", "State")) } dd { (words::state(lang, slip.state).1) } }
            }
        }
    }
}

/// The page.
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    from: Address,
    headers: HeaderMap,
    asked: Asked,
) -> Result<Response, Error> {
    let lang = match asked.text("lang") {
        "zh" => Lang::Zh,
        "en" => Lang::En,
        _ => crate::auth::lang_of(&headers),
    };
    let text = match asked.text("c") {
        "" => format!("{} {}", asked.text("number"), asked.text("digest")),
        code => code.to_owned(),
    };
    let checked = match text.trim() {
        "" => None,
        text => Some(held(&app, from, text).await?),
    };
    let title = t(lang, "单据验真", "Check a printed slip");
    let company = words::label(lang, &app.settings().company).to_owned();
    let other = lang.other();
    let body = html! {
        section class="card" {
            header { h1 { (title) } span class="mute" { (company) } }
            div class="in" aria-live="polite" {
                @if let Some(checked) = &checked { (answer(lang, checked)) }
            }
            form class="in" {
                input type="hidden" name="lang" value=(lang.code());
                p class="mute" { (t(lang, "扫描单据左上角的二维码，或照纸面填写编号与页脚的校验码。", "Scan the square code at the top left, or type the number and the check code at the foot.")) }
                div class="field wide" { label for="number" { (t(lang, "编号", "Number")) } input id="number" name="number" required autocomplete="off" value=(asked.text("number")); }
                div class="field wide" { label for="digest" { (t(lang, "校验码", "Check code")) } input id="digest" name="digest" required autocomplete="off" value=(asked.text("digest")); }
                p { button class="button primary" { (t(lang, "查验", "Check")) } }
            }
            footer { a href={ "/check?lang=" (other.code()) } lang=(other.tag()) { (if other == Lang::Zh { "中文" } else { "English" }) } }
        }
    };
    Ok((StatusCode::OK, bare(lang, theme_of(&headers), title, body)).into_response())
}

/// The public half of the key, for those who check signatures by themselves.
pub(crate) async fn key(State(app): State<Arc<App>>) -> Result<String, Error> {
    public_of(app.secret_key()?).map_err(|error| Error::fault("deriving a key", &error))
}

/// The name of a state in data.
pub(crate) const fn state_name(state: SlipState) -> &'static str {
    match state {
        SlipState::Open => "open",
        SlipState::Done => "done",
        SlipState::Void => "void",
        SlipState::Reversed => "reversed",
    }
}
