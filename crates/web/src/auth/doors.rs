//! The pages of log-in: `/login`, `/logout`, `/password`, `/language`, `/appearance`, `/behalf`.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Query, State};
use axum::http::header::{LOCATION, SET_COOKIE, USER_AGENT};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use maud::{Markup, html};
use serde::Deserialize;

use super::address::{Address, address_of};
use super::cookies::{
    behalf_cookie, cookie, lang_of, language_cookie, session_cookie, theme_cookie, theme_of,
};
use super::csrf::{self, Csrf};
use super::form::{Posted, PostedByAnyone, PostedPending};
use super::login::{Entered, Step, after, change_first_password, first_step, log_out};
use super::second::ask_code;
use super::session::{Pending, find};
use crate::error::Error;
use crate::layout::bare;
use crate::parts::lang::{Lang, t};
use crate::parts::login::{Login, login as login_page};
use crate::parts::theme::Theme;
use crate::parts::{Tone, note};
use crate::text::random;
use crate::{App, Settings};

pub(crate) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/login", get(show_login).post(do_login))
        .route("/logout", post(do_logout))
        .route("/password", get(show_password).post(do_password))
        .route("/language", post(do_language))
        .route("/appearance", post(do_appearance))
        .route("/behalf", post(do_behalf))
}

/// The token of the log-in form, which has no session to follow from: it follows from a cookie of its own.
fn before_cookie(settings: &Settings) -> &'static str {
    if settings.secure_cookies {
        "__Host-before"
    } else {
        "before"
    }
}

/// That cookie, as a browser sent it.
pub(super) fn before_of<'a>(app: &App, headers: &'a HeaderMap) -> Option<&'a str> {
    cookie(headers, before_cookie(app.settings())).filter(|value| value.len() == 64)
}

fn set_before(settings: &Settings, value: &str) -> HeaderValue {
    let secure = if settings.secure_cookies {
        "; Secure"
    } else {
        ""
    };
    let name = before_cookie(settings);
    let text = format!("{name}={value}; Path=/; Max-Age=86400; SameSite=Lax; HttpOnly{secure}");
    HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(""))
}

/// A path of this server to go to, `/` for anything else. Two slashes would name another host, and so would a
/// backslash to some browsers.
pub(super) fn path_here(next: &str) -> &str {
    let plain = next.starts_with('/')
        && !next.starts_with("//")
        && next
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    if plain { next } else { "/" }
}

/// 303 to a path of this server.
pub(super) fn go(path: &str) -> Response {
    let path = HeaderValue::from_str(path_here(path)).unwrap_or(HeaderValue::from_static("/"));
    (StatusCode::SEE_OTHER, [(LOCATION, path)]).into_response()
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Next {
    #[serde(default)]
    pub next: String,
}

fn company(app: &App, lang: Lang) -> String {
    let company = &app.settings().company;
    t(lang, &company.zh, &company.en).to_owned()
}

/// The log-in page, with the cookie that its token follows from.
fn login_answer(
    app: &App,
    headers: &HeaderMap,
    status: StatusCode,
    lang: Lang,
    login: Login,
) -> Result<Response, Error> {
    let kept = before_of(app, headers).map(str::to_owned);
    let before = match &kept {
        Some(before) => before.clone(),
        None => engine::hex(&random::<32>()?).to_string(),
    };
    let page = login_page(
        lang,
        theme_of(headers),
        &Login {
            organisation: company(app, lang),
            passkeys: super::passkeys::site(app, headers).is_some(),
            provider: app.settings().oidc.as_ref().map(|oidc| {
                let label = oidc.label();
                t(lang, &label.zh, &label.en).to_owned()
            }),
            csrf: Csrf::of(&before).masked(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            ..login
        },
    );
    let mut response = (status, page).into_response();
    if kept.is_none() {
        response
            .headers_mut()
            .append(SET_COOKIE, set_before(app.settings(), &before));
    }
    Ok(response)
}

async fn show_login(
    State(app): State<Arc<App>>,
    lang: Lang,
    Query(next): Query<Next>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    if find(&app, &headers).await.is_ok() {
        return Ok(go(&next.next));
    }
    let login = Login {
        next: path_here(&next.next).to_owned(),
        ..Login::default()
    };
    login_answer(&app, &headers, StatusCode::OK, lang, login)
}

/// Whether a form without a session was meant.
pub(super) fn meant_by_anyone(app: &App, posted: &PostedByAnyone) -> bool {
    let headers = &posted.parts.headers;
    let before = cookie(headers, before_cookie(app.settings())).unwrap_or("");
    before.len() == 64
        && Csrf::of(before).is(posted.fields.text("_csrf"))
        && !csrf::from_elsewhere(headers, app.settings().public_origin.as_deref())
}

async fn do_login(State(app): State<Arc<App>>, posted: PostedByAnyone) -> Result<Response, Error> {
    let headers = &posted.parts.headers;
    let lang = lang_of(headers);
    let (name, next) = (
        posted.fields.text("name").trim(),
        posted.fields.text("next"),
    );
    let again = |status: StatusCode, why: String| {
        let login = Login {
            name: name.to_owned(),
            refusal: Some(why),
            next: path_here(next).to_owned(),
            ..Login::default()
        };
        login_answer(&app, headers, status, lang, login)
    };
    if !meant_by_anyone(&app, &posted) {
        app.forbid(None, "csrf", "POST /login").await;
        let refusal = csrf::refused();
        let why = refusal
            .refusal()
            .map(|refusal| t(lang, &refusal.zh, &refusal.en).to_owned());
        return again(refusal.status(), why.unwrap_or_default());
    }
    let address = address_of(&posted.parts, &app.settings().proxies);
    let password = posted.fields.text("password").to_owned();
    let before = before_of(&app, headers).unwrap_or("");
    match first_step(&app, address.0, name, password, before, agent(headers)).await {
        Ok(Step::Entered(entered)) => let_in(&app, headers, &entered, next).await,
        Ok(Step::Code(secret)) => Ok(ask_code(&app, &secret, next)),
        Err(error) => match error.refusal() {
            Some(refusal) => again(error.status(), t(lang, &refusal.zh, &refusal.en).to_owned()),
            None => Err(error),
        },
    }
}

/// Gives a browser the session that began.
pub(super) async fn let_in(
    app: &Arc<App>,
    headers: &HeaderMap,
    entered: &Entered,
    next: &str,
) -> Result<Response, Error> {
    // Whoever sat here before is logged out, and a token from before log-in is never kept.
    if let Ok((before, _)) = find(app, headers).await {
        log_out(app, &before).await?;
    }
    let mut response = go(&after(entered, next));
    response
        .headers_mut()
        .append(SET_COOKIE, session_cookie(app.settings(), &entered.token));
    response
        .headers_mut()
        .append(SET_COOKIE, behalf_cookie(app.settings(), None));
    Ok(response)
}

/// The log-in page again, with why it did not go on.
pub(super) fn told(
    app: &App,
    headers: &HeaderMap,
    lang: Lang,
    next: &str,
    error: Error,
) -> Result<Response, Error> {
    let Some(refusal) = error.refusal() else {
        return Err(error);
    };
    let login = Login {
        refusal: Some(t(lang, &refusal.zh, &refusal.en).to_owned()),
        next: path_here(next).to_owned(),
        ..Login::default()
    };
    login_answer(app, headers, error.status(), lang, login)
}

/// The browser's name for itself.
pub(crate) fn agent(headers: &HeaderMap) -> &str {
    headers
        .get(USER_AGENT)
        .and_then(|value| value.to_str().ok())
        .unwrap_or("")
}

async fn do_logout(State(app): State<Arc<App>>, posted: PostedPending) -> Result<Response, Error> {
    log_out(&app, &posted.pending.0).await?;
    let mut response = go("/login");
    for cookie in [
        session_cookie(app.settings(), ""),
        behalf_cookie(app.settings(), None),
    ] {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    Ok(response)
}

async fn do_language(
    State(app): State<Arc<App>>,
    posted: PostedByAnyone,
) -> Result<Response, Error> {
    let lang = Lang::from_code(posted.fields.text("lang"));
    remember(&app, &posted, language_cookie(app.settings(), lang))
}

async fn do_appearance(
    State(app): State<Arc<App>>,
    posted: PostedByAnyone,
) -> Result<Response, Error> {
    let theme = Theme::from_code(posted.fields.text("theme"));
    remember(&app, &posted, theme_cookie(app.settings(), theme))
}

/// Keeps how somebody wants to see the pages. That is nobody's secret; that the form is this server's own is enough.
fn remember(app: &App, posted: &PostedByAnyone, cookie: HeaderValue) -> Result<Response, Error> {
    let own = app.settings().public_origin.as_deref();
    if csrf::from_elsewhere(&posted.parts.headers, own) {
        return Err(csrf::refused());
    }
    let mut response = go(posted.fields.text("back"));
    response.headers_mut().append(SET_COOKIE, cookie);
    Ok(response)
}

async fn do_behalf(State(app): State<Arc<App>>, posted: Posted) -> Result<Response, Error> {
    let login = posted.fields.text("login");
    let chosen = (!login.is_empty() && *login != *posted.acting.person.login).then_some(login);
    let mut response = go(posted.fields.text("back"));
    response
        .headers_mut()
        .append(SET_COOKIE, behalf_cookie(app.settings(), chosen));
    Ok(response)
}

async fn show_password(pending: Pending) -> Markup {
    password_page(&pending, None)
}

fn password_page(Pending(session): &Pending, why: Option<&str>) -> Markup {
    let lang = session.lang;
    let input = |name: &str, label: &str, complete: &str| {
        html! {
            div class="field" {
                label for=(name) { (label) }
                input id=(name) name=(name) type="password" autocomplete=(complete) required;
            }
        }
    };
    let body = html! {
        h1 { (t(lang, "修改密码", "Change the password")) }
        @if session.known.must_change && why.is_none() {
            (note(Tone::Wait, html! {
                (t(lang, "密码由管理员设置，请先改成只有您自己知道的密码。",
                    "The password was set by an administrator. Replace it by one that only you know."))
            }))
        }
        @if let Some(why) = why { div role="alert" { (note(Tone::Dead, html! { (why) })) } }
        form class="card" method="post" action="/password" {
            div class="in" {
                input type="hidden" name="_csrf" value=(session.csrf());
                input type="hidden" autocomplete="username" value=(session.person.login);
                (input("old", t(lang, "原密码", "Old password"), "current-password"))
                (input("password", t(lang, "新密码，至少 10 个字符", "New password, at least 10 characters"), "new-password"))
                (input("again", t(lang, "再输入一次新密码", "The new password once more"), "new-password"))
                button class="button primary wide" { (t(lang, "修改密码", "Change the password")) }
            }
        }
        p class="mute" {
            (t(lang, "修改后，其他设备上的登录和发给程序的令牌都会失效。",
                "Other log-ins and the tokens given to programs end with it."))
        }
    };
    bare(
        lang,
        session.theme,
        t(lang, "修改密码", "Change the password"),
        body,
    )
}

async fn do_password(
    State(app): State<Arc<App>>,
    Address(from): Address,
    headers: HeaderMap,
    posted: PostedPending,
) -> Result<Response, Error> {
    let PostedPending { pending, fields } = posted;
    let lang = pending.0.lang;
    let again = |status: StatusCode, why: &str| {
        Ok((status, password_page(&pending, Some(why))).into_response())
    };
    let new = fields.text("password");
    if new != fields.text("again") {
        let why = t(lang, "两次输入的新密码不一样", "the new passwords differ");
        return again(StatusCode::UNPROCESSABLE_ENTITY, why);
    }
    let old = fields.text("old").to_owned();
    match change_first_password(&app, &pending, from, old, new.to_owned(), agent(&headers)).await {
        Ok(entered) => {
            let mut response = go("/");
            response
                .headers_mut()
                .append(SET_COOKIE, session_cookie(app.settings(), &entered.token));
            Ok(response)
        }
        Err(error) => match error.refusal() {
            Some(refusal) => again(error.status(), t(lang, &refusal.zh, &refusal.en)),
            None => Err(error),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_sent_to_another_site() {
        assert_eq!(
            path_here("/slips?state=open&x=%E7"),
            "/slips?state=open&x=%E7"
        );
        for bad in [
            "",
            "//evil.example",
            "https://evil.example",
            "/\\evil.example",
            "/a\r\nx: y",
            "/王",
            "slips",
        ] {
            assert_eq!(path_here(bad), "/", "{bad:?}");
        }
    }
}
