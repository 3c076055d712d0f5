//! The JSON API under `/api/v1`, its document at `/api/openapi.json`, and the answer to everything it does not offer.

mod account;
mod acts;
pub(crate) mod call;
mod doc;
mod figures;
mod flows;
mod inbox;
mod ledgers;
mod management;
mod mistakes;
mod out;
mod outgoing;
mod oversight;
mod parameters;
mod prints;
mod registers;
mod sign_in;
mod slip_life;
mod slips;
mod steps;
mod tables;
mod traces;
mod webhooks;

use std::sync::{Arc, OnceLock};

use axum::Router;
use axum::extract::{Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::App;
use crate::auth::find;
use crate::body;
use crate::error::Error;

fn described() -> doc::Routes {
    doc::Routes::new()
        .with(account::routes)
        .with(steps::routes)
        .with(acts::routes)
        .with(slips::routes)
        .with(tables::routes)
        .with(slip_life::routes)
        .with(prints::routes)
        .with(inbox::routes)
        .with(ledgers::routes)
        .with(traces::routes)
        .with(figures::routes)
        .with(registers::routes)
        .with(flows::routes)
        .with(management::routes)
        .with(outgoing::routes)
        .with(webhooks::routes)
        .with(oversight::routes)
        .with(parameters::routes)
        .with(sign_in::routes)
}

/// The routes of the API.
pub(crate) fn routes() -> Router<Arc<App>> {
    described()
        .finish()
        .0
        .route("/api/openapi.json", get(document))
}

/// The OpenAPI document, as JSON.
pub fn openapi() -> &'static str {
    static DOCUMENT: OnceLock<String> = OnceLock::new();
    DOCUMENT.get_or_init(|| described().finish().1.to_pretty_json().unwrap_or_default())
}

async fn document() -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json")], openapi())
}

/// What a path is about, in words that stay.
fn subject_of(path: &str) -> &'static str {
    let first = path
        .strip_prefix("/api/v1/")
        .unwrap_or(path.trim_start_matches('/'));
    match first.split('/').next().unwrap_or("") {
        "slips" | "slip" => "slip",
        "steps" => "step",
        "entries" | "ledgers" | "ledger" | "balances" => "ledger",
        "journal" => "journal",
        "records" | "registers" => "record",
        "people" | "person" | "users" => "person",
        "periods" => "period",
        "forms" | "flows" | "packs" => "pack",
        "tokens" | "login" | "logout" | "password" | "sessions" => "session",
        _ => "request",
    }
}

fn verb_of(method: &Method) -> &'static str {
    match *method {
        Method::DELETE => "delete",
        Method::PUT | Method::PATCH => "write",
        _ => "act",
    }
}

/// What an attempt at something that is not there is called.
pub(crate) fn attempt(method: &Method, path: &str) -> String {
    format!("{}.{}", subject_of(path), verb_of(method))
}

/// Answers what nothing offers. Asking for it is just not found; trying to change something by it is refused with a
/// name and stands in the journal.
pub(crate) async fn unoffered(State(app): State<Arc<App>>, request: Request) -> Response {
    let (parts, request_body) = request.into_parts();
    if matches!(parts.method, Method::GET | Method::HEAD | Method::OPTIONS) {
        return Error::NotFound.into_response();
    }
    body::drain(request_body).await;
    let session = find(&app, &parts.headers).await.ok();
    let path = parts.uri.path();
    let what = attempt(&parts.method, path);
    let subject = format!("{} {path}", parts.method);
    let actor = session.as_ref().map(|(session, _)| &*session.person.login);
    let refused = app.forbid(actor, &what, &subject).await;
    let mut response = refused.into_response();
    if response.status() == StatusCode::FORBIDDEN && session.is_none() {
        *response.status_mut() = StatusCode::UNAUTHORIZED;
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attempts_have_names_that_stay() {
        assert_eq!(subject_of("/api/v1/slips/5"), "slip");
        assert_eq!(subject_of("/slips/5/state"), "slip");
        assert_eq!(subject_of("/api/v1/ledgers/gsp.stock/balances"), "ledger");
        assert_eq!(subject_of("/api/v1/../../etc"), "request");
        assert_eq!(subject_of("/"), "request");
        assert_eq!(verb_of(&Method::DELETE), "delete");
        assert_eq!(verb_of(&Method::PATCH), "write");
    }
}
