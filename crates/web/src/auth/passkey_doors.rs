//! What the passkey script asks for: JSON, from our own pages alone.

use std::sync::Arc;

use axum::extract::{FromRequest, Request, State};
use axum::http::header::SET_COOKIE;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::address::{Address, address_of};
use super::cookies::{behalf_cookie, lang_of, session_cookie};
use super::csrf::{self, Csrf};
use super::doors::{before_of, path_here};
use super::passkeys::{self, Made, Used};
use super::session::{Acting, find, json_acting};
use super::{log_out, login};
use crate::App;
use crate::body;
use crate::error::Error;

/// Most bytes of an answer of a browser.
const ANSWER_MAX: usize = 64 << 10;

pub(crate) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/passkeys/register/options", post(register_options))
        .route("/passkeys/register", post(register))
        .route("/passkeys/login/options", post(login_options))
        .route("/passkeys/login", post(log_in))
        .route("/passkeys/confirm/options", post(confirm_options))
        .route("/passkeys/confirm", post(confirm))
}

/// A JSON body of a script of ours; the CSRF token is in a header.
struct Sent<T>(Parts, T);

impl<T: DeserializeOwned> FromRequest<Arc<App>> for Sent<T> {
    type Rejection = Error;

    async fn from_request(request: Request, _: &Arc<App>) -> Result<Sent<T>, Error> {
        let (parts, sent) = request.into_parts();
        let kind = parts.headers.get("content-type");
        if !kind.is_some_and(|kind| kind.as_bytes().starts_with(b"application/json")) {
            body::drain(sent).await;
            return Err(body::wrong_type("application/json"));
        }
        let bytes = body::read(sent, ANSWER_MAX).await?;
        let value = serde_json::from_slice(&bytes).map_err(|error| {
            Error::bad(
                "json",
                "内容不合 JSON 语法或缺少必要的值",
                format!("the content cannot be read: {error}"),
            )
        })?;
        Ok(Sent(parts, value))
    }
}

/// The cookie of the log-in page, if the script that asks is that page's.
fn before_meant(app: &App, headers: &HeaderMap) -> Result<String, Error> {
    let token = headers
        .get("x-csrf-token")
        .and_then(|value| value.to_str().ok())
        .unwrap_or("");
    let before = before_of(app, headers).filter(|before| Csrf::of(before).is(token));
    let elsewhere = csrf::from_elsewhere(headers, app.settings().public_origin.as_deref());
    match before {
        Some(before) if !elsewhere => Ok(before.to_owned()),
        _ => Err(csrf::refused()),
    }
}

async fn register_options(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    acting: Acting,
) -> Result<Json<Value>, Error> {
    let options = passkeys::creation(&app, &acting, &headers, lang_of(&headers)).await?;
    Ok(Json(options))
}

async fn register(
    State(app): State<Arc<App>>,
    Sent(parts, made): Sent<Made>,
) -> Result<Json<Value>, Error> {
    let acting = json_acting(&app, &parts).await?;
    passkeys::register(&app, &acting, &parts.headers, made).await?;
    Ok(Json(json!({})))
}

async fn login_options(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
) -> Result<Json<Value>, Error> {
    let before = before_meant(&app, &headers)?;
    Ok(Json(passkeys::entrance(&app, &before, &headers).await?))
}

async fn log_in(
    State(app): State<Arc<App>>,
    Sent(parts, used): Sent<Used>,
) -> Result<Response, Error> {
    let headers = &parts.headers;
    let before = match before_meant(&app, headers) {
        Ok(before) => before,
        Err(error) => {
            app.forbid(None, "csrf", "POST /passkeys/login").await;
            return Err(error);
        }
    };
    let from = address_of(&parts, &app.settings().proxies).0;
    let entered = passkeys::log_in(&app, &before, from, headers, &used).await?;
    if let Ok((before, _)) = find(&app, headers).await {
        log_out(&app, &before).await?;
    }
    let next = login::after(&entered, path_here(&used.next));
    let mut response = (StatusCode::OK, Json(json!({ "go": next }))).into_response();
    for cookie in [
        session_cookie(app.settings(), &entered.token),
        behalf_cookie(app.settings(), None),
    ] {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    Ok(response)
}

async fn confirm_options(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    acting: Acting,
) -> Result<Json<Value>, Error> {
    Ok(Json(passkeys::confirmation(&app, &acting, &headers).await?))
}

async fn confirm(
    State(app): State<Arc<App>>,
    Address(from): Address,
    Sent(parts, used): Sent<Used>,
) -> Result<Json<Value>, Error> {
    let acting = json_acting(&app, &parts).await?;
    passkeys::confirm(&app, &acting, from, &parts.headers, &used).await?;
    Ok(Json(json!({})))
}
