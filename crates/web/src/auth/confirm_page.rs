//! The page where a person shows again that it is he, before something that asks for it.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use maud::{Markup, html};

use super::address::Address;
use super::doors::{Next, go, path_here};
use super::factors::{factors, of_kind};
use super::form::Posted;
use super::login::confirm_password;
use super::session::Session;
use crate::App;
use crate::error::Error;
use crate::layout::bare;
use crate::parts::lang::t;
use crate::parts::{Tone, note, passkey};

pub(crate) fn routes() -> Router<Arc<App>> {
    Router::new().route("/confirm", get(show).post(post))
}

async fn show(
    State(app): State<Arc<App>>,
    Query(next): Query<Next>,
    session: Session,
) -> Result<Markup, Error> {
    page(&app, &session, path_here(&next.next), None).await
}

async fn page(
    app: &Arc<App>,
    session: &Session,
    next: &str,
    why: Option<&str>,
) -> Result<Markup, Error> {
    let lang = session.lang;
    let own = factors(app, &session.person.login).await?;
    let (app_too, passkeys) = (
        !of_kind(&own, "totp").is_empty(),
        !of_kind(&own, "passkey").is_empty(),
    );
    let label = if app_too {
        t(
            lang,
            "密码或六位动态码",
            "Password, or six digits of the app",
        )
    } else {
        t(lang, "密码", "Password")
    };
    let title = t(lang, "请再次证明是您本人", "Show that it is you");
    let body = html! {
        h1 { (title) }
        p class="mute" { (t(lang, "此后五分钟内不再询问。", "You are not asked again for five minutes.")) }
        @if let Some(why) = why { div role="alert" { (note(Tone::Dead, html! { (why) })) } }
        form class="card" method="post" action="/confirm" {
            div class="in" {
                input type="hidden" name="_csrf" value=(session.csrf());
                input type="hidden" name="next" value=(next);
                input type="hidden" autocomplete="username" value=(session.person.login);
                div class="field" {
                    label for="password" { (label) }
                    input id="password" name="password" type="password" autocomplete="current-password" required autofocus;
                }
                button class="button primary wide" { (t(lang, "确认", "Confirm")) }
                @if passkeys { (passkey::confirm(lang)) }
            }
        }
        p { a href=(next) { (t(lang, "取消", "Cancel")) } }
    };
    Ok(bare(lang, session.theme, title, body))
}

async fn post(
    State(app): State<Arc<App>>,
    Address(from): Address,
    posted: Posted,
) -> Result<Response, Error> {
    let Posted { acting, fields } = posted;
    let next = path_here(fields.text("next"));
    let fresh = super::factors::check_fresh(&app, &acting).is_ok();
    let Some(typed) = fields.get("password") else {
        // The script confirmed by passkey before it sent the form.
        return Ok(go(if fresh { next } else { "/confirm" }));
    };
    match confirm_password(&app, &acting, from, typed.to_owned()).await {
        Ok(()) => Ok(go(next)),
        Err(error) => match error.refusal() {
            Some(refusal) => {
                let why = t(acting.lang, &refusal.zh, &refusal.en);
                let page = page(&app, &acting, next, Some(why)).await?;
                Ok((error.status(), page).into_response())
            }
            None => Err(error),
        },
    }
}
