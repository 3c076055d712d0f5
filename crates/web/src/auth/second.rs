//! The pages between the log-in page and a session: the question for a code, and the way to the provider and back.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Query, State};
use axum::http::header::{LOCATION, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use engine::Class;
use maud::html;

use super::address::{Address, address_of};
use super::challenges::{Asked, Purpose};
use super::cookies::{cookie, lang_of, theme_of};
use super::csrf::{self, Csrf};
use super::doors::{Next, before_of, go, let_in, meant_by_anyone, path_here, told};
use super::factors::{add, check_fresh};
use super::form::PostedByAnyone;
use super::login::{enter, second_step};
use super::oidc::{Answer, Arrived};
use super::session::{self, Acting, Session, find};
use super::{agent, origin};
use crate::App;
use crate::error::Error;
use crate::layout::bare;
use crate::parts::lang::{Lang, t};
use crate::parts::theme::Theme;
use crate::parts::{Tone, note};

/// Path of the page that asks for a code.
pub(super) const CODE_PAGE: &str = "/login/code";

pub(crate) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route(CODE_PAGE, get(show_code).post(do_code))
        .route("/login/oidc", get(depart))
        .route("/login/oidc/back", get(arrive))
}

/// The cookie that keeps that the password was right, until the code comes.
fn second_cookie(app: &App, value: &str) -> HeaderValue {
    let (seconds, secure) = (
        if value.is_empty() { 0 } else { 600 },
        if app.settings().secure_cookies {
            "; Secure"
        } else {
            ""
        },
    );
    let text = format!(
        "second={value}; Path=/login; Max-Age={seconds}; SameSite=Strict; HttpOnly{secure}"
    );
    HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(""))
}

/// To the question for a code.
pub(super) fn ask_code(app: &App, secret: &str, next: &str) -> Response {
    let next = crate::text::percent(path_here(next));
    let mut response = go(&format!("{CODE_PAGE}?next={next}"));
    response
        .headers_mut()
        .append(SET_COOKIE, second_cookie(app, secret));
    response
}

async fn show_code(
    State(app): State<Arc<App>>,
    lang: Lang,
    Query(next): Query<Next>,
    headers: HeaderMap,
) -> Response {
    match (before_of(&app, &headers), cookie(&headers, "second")) {
        (Some(before), Some(_)) => code_page(
            (lang, theme_of(&headers)),
            before,
            path_here(&next.next),
            None,
        )
        .into_response(),
        _ => go("/login"),
    }
}

fn code_page(
    (lang, theme): (Lang, Theme),
    before: &str,
    next: &str,
    why: Option<&str>,
) -> maud::Markup {
    let title = t(lang, "输入动态码", "Enter the code");
    let body = html! {
        h1 { (title) }
        @if let Some(why) = why { div role="alert" { (note(Tone::Dead, html! { (why) })) } }
        form class="card" method="post" action=(CODE_PAGE) {
            div class="in" {
                input type="hidden" name="_csrf" value=(Csrf::of(before).masked());
                input type="hidden" name="next" value=(next);
                div class="field" {
                    label for="code" { (t(lang, "验证器上的六位动态码", "Six digits from your authenticator app")) }
                    input id="code" name="code" inputmode="numeric" autocomplete="one-time-code" required autofocus
                        aria-describedby="code-hint";
                    p id="code-hint" class="hint" {
                        (t(lang, "手机不在身边？可输入一个恢复码。", "No phone at hand? A recovery code will do."))
                    }
                }
                button class="button primary wide" { (t(lang, "登录", "Log in")) }
            }
        }
        p { a href="/login" { (t(lang, "换一个账号登录", "Log in as somebody else")) } }
    };
    bare(lang, theme, title, body)
}

async fn do_code(State(app): State<Arc<App>>, posted: PostedByAnyone) -> Result<Response, Error> {
    let headers = &posted.parts.headers;
    let lang = lang_of(headers);
    let (Some(before), Some(secret)) = (before_of(&app, headers), cookie(headers, "second")) else {
        return Ok(go("/login"));
    };
    let next = path_here(posted.fields.text("next"));
    let again = |error: &Error| match error.refusal() {
        Some(refusal) => {
            let why = t(lang, &refusal.zh, &refusal.en);
            let page = code_page((lang, theme_of(headers)), before, next, Some(why));
            Ok((error.status(), page).into_response())
        }
        None => Err(error.clone()),
    };
    if !meant_by_anyone(&app, &posted) {
        app.forbid(None, "csrf", "POST /login/code").await;
        return again(&csrf::refused());
    }
    let from = address_of(&posted.parts, &app.settings().proxies).0;
    let code = posted.fields.text("code");
    match second_step(&app, from, before, secret, code, agent(headers)).await {
        Ok(entered) => {
            let mut response = let_in(&app, headers, &entered, next).await?;
            response
                .headers_mut()
                .append(SET_COOKIE, second_cookie(&app, ""));
            Ok(response)
        }
        Err(error) => again(&error),
    }
}

fn no_provider() -> Error {
    Error::NotFound
}

fn away(url: &str) -> Result<Response, Error> {
    let location = HeaderValue::from_str(url)
        .map_err(|error| Error::fault("naming the identity provider", &error))?;
    Ok((StatusCode::SEE_OTHER, [(LOCATION, location)]).into_response())
}

/// To the provider.
async fn depart(
    State(app): State<Arc<App>>,
    lang: Lang,
    Query(next): Query<Next>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let provider = app.settings().oidc.clone().ok_or_else(no_provider)?;
    if find(&app, &headers).await.is_ok() {
        return Ok(go(&next.next));
    }
    let Some(before) = before_of(&app, &headers) else {
        return Ok(go("/login"));
    };
    let here = origin(&app, &headers).ok_or_else(no_provider)?;
    let asked = Asked::browser(before);
    let next = path_here(&next.next);
    match provider
        .depart(&app, Purpose::Oidc, &asked, &here, next)
        .await
    {
        Ok(url) => away(&url),
        Err(error) => told(&app, &headers, lang, next, error),
    }
}

/// The page that leads to the provider to link an account there. A form may not lead to another site, a link may.
pub(crate) async fn link(
    app: &Arc<App>,
    acting: &Acting,
    headers: &HeaderMap,
) -> Result<String, Error> {
    check_fresh(app, acting)?;
    let provider = app.settings().oidc.clone().ok_or_else(no_provider)?;
    let here = origin(app, headers).ok_or_else(no_provider)?;
    let asked = Asked::of(acting);
    provider
        .depart(app, Purpose::Link, &asked, &here, "/me/sign-in")
        .await
}

fn unlinked() -> Error {
    Error::refused(
        StatusCode::FORBIDDEN,
        Class::Role,
        "oidc_unlinked",
        "此企业账号没有关联本系统的账号。请先用密码登录，在“我的账号 · 登录方式”中关联",
        "no account here is linked to that one; log in by password and link it under My account, Ways to sign in",
    )
}

/// Back from the provider.
async fn arrive(
    State(app): State<Arc<App>>,
    lang: Lang,
    Address(from): Address,
    Query(answer): Query<Answer>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let provider = app.settings().oidc.clone().ok_or_else(no_provider)?;
    if let Ok((session, _)) = find(&app, &headers).await {
        let asked = Asked::of(&session);
        let arrived = provider
            .arrive(&app, Purpose::Link, &asked, &answer)
            .await?;
        return keep_link(&app, session, arrived).await;
    }
    let Some(before) = before_of(&app, &headers) else {
        return Ok(go("/login"));
    };
    let asked = Asked::browser(before);
    let entered = match provider.arrive(&app, Purpose::Oidc, &asked, &answer).await {
        Ok(arrived) => enter_linked(&app, from, &headers, arrived).await,
        Err(error) => Err(error),
    };
    match entered {
        Ok((entered, next)) => let_in(&app, &headers, &entered, &next).await,
        Err(error) => told(&app, &headers, lang, "/", error),
    }
}

async fn enter_linked(
    app: &Arc<App>,
    from: std::net::IpAddr,
    headers: &HeaderMap,
    arrived: Arrived,
) -> Result<(super::Entered, String), Error> {
    let found = app
        .read_store(move |store, org| store.factor_of_id(org, &arrived.id))
        .await?;
    let Some(factor) = found.filter(|factor| factor.kind == "oidc") else {
        app.forbid(None, "oidc", "no account is linked").await;
        return Err(unlinked());
    };
    let person = session::person(app, &factor.login).await?;
    let Some(person) = person.filter(|person| person.active) else {
        app.forbid(Some(&factor.login), "oidc", "the account is out of use")
            .await;
        return Err(unlinked());
    };
    let now = app.now();
    let counter = factor.counter;
    app.read_store(move |store, org| store.advance_factor(org, &factor, counter, now))
        .await?;
    let entered = enter(app, person, from, agent(headers), false).await?;
    Ok((entered, arrived.next))
}

/// Links the account at the provider with that of the session, whose person asked for it.
async fn keep_link(app: &Arc<App>, session: Session, arrived: Arrived) -> Result<Response, Error> {
    let shown = if arrived.name.is_empty() {
        &arrived.subject
    } else {
        &arrived.name
    };
    let name: String = shown
        .chars()
        .filter(|c| !c.is_control() && !c.is_whitespace())
        .take(60)
        .collect();
    let factor = store::Factor {
        login: session.person.login.clone(),
        id: arrived.id,
        kind: "oidc".to_owned(),
        name,
        body: arrived.subject,
        created: app.now(),
        used: kernel::Moment(0),
        counter: 0,
    };
    // The state was this session's own, and is used up: the request was meant.
    add(app, &Acting(session), factor).await?;
    Ok(go("/me/sign-in"))
}
