//! What stands around every route: security headers, time and size limits, panics, errors as pages or JSON.

use std::any::Any;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, HeaderValue, LOCATION,
    REFERRER_POLICY, RETRY_AFTER, STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS,
    X_FRAME_OPTIONS,
};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use serde_json::json;
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{Predicate, SizeAbove};

use crate::App;
use crate::api::unoffered;
use crate::auth::FORM_MAX;
use crate::error::{Error, Problem};
use crate::parts::lang::Lang;
use crate::parts::theme::Theme;
use crate::text::percent;

/// Longest time until an answer begins.
const PATIENCE: Duration = Duration::from_secs(30);
/// The same for uploads, over a slow line.
const PATIENCE_UPLOAD: Duration = Duration::from_secs(300);

/// Scripts, styles and pictures from this server alone, nothing inline, no frames.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; \
     connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
);
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// What is sent compressed: pages, and the scripts, styles and icons that browsers then keep.
const PRESSED: [&str; 4] = ["text/html", "text/css", "text/javascript", "image/svg"];

/// Puts the guard around all routes.
pub(crate) fn guarded(routes: Router<Arc<App>>, app: Arc<App>) -> Router {
    let panics = CatchPanicLayer::custom(panicked);
    let pages_only = SizeAbove::new(1_024).and(
        |_: StatusCode, _: axum::http::Version, headers: &HeaderMap, _: &axum::http::Extensions| {
            headers
                .get(CONTENT_TYPE)
                .and_then(|kind| kind.to_str().ok())
                .is_some_and(|kind| PRESSED.iter().any(|one| kind.starts_with(one)))
        },
    );
    let layers = ServiceBuilder::new()
        .layer(CompressionLayer::new().gzip(true).compress_when(pages_only))
        .layer(from_fn_with_state(app.clone(), answer))
        .layer(panics)
        .layer(DefaultBodyLimit::max(FORM_MAX));
    routes
        .fallback(unoffered)
        .method_not_allowed_fallback(unoffered)
        .layer(layers)
        .with_state(app)
}

fn panicked(cause: Box<dyn Any + Send>) -> Response {
    let words = cause
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| cause.downcast_ref::<&str>().copied())
        .unwrap_or("no words");
    Error::fault(
        "answering a request",
        &std::io::Error::other(format!("panic: {words}")),
    )
    .into_response()
}

/// What the answer to an error depends on, kept from the request.
struct Asked {
    method: Method,
    uri: Uri,
    lang: Lang,
    theme: Theme,
    json: bool,
}

impl Asked {
    fn of(request: &Request) -> Asked {
        let path = request.uri().path();
        // Scripts of our own pages send JSON or ask for a fragment; they cannot show a page.
        let by_script = || {
            let sent = request.headers().get(CONTENT_TYPE);
            sent.is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"))
        };
        Asked {
            method: request.method().clone(),
            uri: request.uri().clone(),
            lang: crate::auth::lang_of(request.headers()),
            theme: crate::auth::theme_of(request.headers()),
            json: path.starts_with("/api")
                || path == "/events"
                || path.starts_with("/lookup")
                || path.starts_with("/scan")
                || path.starts_with("/lines")
                || by_script(),
        }
    }
}

static REQUESTS: AtomicU64 = AtomicU64::new(0);

async fn answer(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let asked = Asked::of(&request);
    let number = REQUESTS.fetch_add(1, Ordering::Relaxed);
    let route = request.extensions().get::<MatchedPath>().cloned();
    let begun = tracing::enabled!(tracing::Level::DEBUG).then(Instant::now);
    let patience = if asked.uri.path().ends_with("/attach") {
        PATIENCE_UPLOAD
    } else {
        PATIENCE
    };
    let (parts, sent) = request.into_parts();
    let stranger = stranger(&app, &parts);
    let by = (!parts.method.is_safe()).then(|| parts.headers.clone());
    let turned_away = stranger
        .as_ref()
        .is_some_and(|from| !app.addresses.has(from, app.now()));
    let mut response = if turned_away {
        // Not a byte of it is kept, and nothing is written anywhere.
        let _ = tokio::time::timeout(patience, crate::body::drain(sent)).await;
        crate::submit::too_many().into_response()
    } else {
        let answered = next.run(Request::from_parts(parts, sent));
        match tokio::time::timeout(patience, answered).await {
            Ok(response) => response,
            Err(late) => Error::late(&late).into_response(),
        }
    };
    if let Some(from) = stranger
        && response.status() != StatusCode::SEE_OTHER
        && !response.status().is_success()
    {
        app.addresses.take(&from, app.now());
    }
    let problem = response.extensions_mut().remove::<Problem>();
    if let Some(Problem(error)) = &problem
        && matches!(**error, Error::NotFound)
        && let Some(by) = by
    {
        missed(&app, &asked, &by).await;
    }
    if let Some(Problem(error)) = problem {
        response = shown(&asked, &error);
    } else if is_plain(&response) {
        response = shown(&asked, &plain(response.status()));
    }
    harden(&app, &asked, number, response.headers_mut());
    if let Some(begun) = begun {
        // The route's pattern and never its address: a number or a name may stand in it.
        let route = route.as_ref().map_or("", MatchedPath::as_str);
        let (status, micros) = (response.status().as_u16(), begun.elapsed().as_micros());
        tracing::debug!(number, method = %asked.method, route, status, micros, "answered");
    }
    response
}

/// An attempt to change what is not there stands in the journal under the name of whoever has a session, as every attempt
/// does; who has none is only counted.
async fn missed(app: &Arc<App>, asked: &Asked, headers: &HeaderMap) {
    if let Ok((session, _)) = crate::auth::find(app, headers).await {
        let path = asked.uri.path();
        let what = crate::api::attempt(&asked.method, path);
        let subject = format!("{} {path}", asked.method);
        app.forbid(Some(&session.person.login), &what, &subject)
            .await;
    }
}

/// The address of a request that would change something and comes without a session that is kept. Whoever has one is
/// counted by his name, so that nobody is shut out by a stranger behind the same address.
fn stranger(app: &App, parts: &Parts) -> Option<String> {
    if parts.method.is_safe() || crate::auth::is_kept(app, &parts.headers) {
        return None;
    }
    let from = crate::auth::address_of(parts, &app.settings().proxies);
    Some(from.0.to_string())
}

/// Whether an answer is one of the framework's own: an error without a body of ours.
fn is_plain(response: &Response) -> bool {
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return false;
    }
    response
        .headers()
        .get(CONTENT_TYPE)
        .is_none_or(|kind| kind.as_bytes().starts_with(b"text/plain"))
}

fn plain(status: StatusCode) -> Error {
    match status {
        StatusCode::NOT_FOUND => Error::NotFound,
        StatusCode::PAYLOAD_TOO_LARGE => crate::body::too_large(FORM_MAX),
        _ => Error::refused(
            status,
            engine::Class::Request,
            "request",
            format!("请求无效（{}）", status.as_u16()),
            format!("the request makes no sense ({})", status.as_u16()),
        ),
    }
}

/// The answer that says what went wrong, as a page or as JSON.
fn shown(asked: &Asked, error: &Error) -> Response {
    let status = error.status();
    let mut response = if asked.json {
        (
            status,
            [(CONTENT_TYPE, "application/json")],
            as_json(error).to_string(),
        )
            .into_response()
    } else {
        as_page(asked, error)
    };
    if status == StatusCode::SERVICE_UNAVAILABLE || status == StatusCode::TOO_MANY_REQUESTS {
        response
            .headers_mut()
            .insert(RETRY_AFTER, HeaderValue::from_static("5"));
    }
    response
}

/// `{"refusal": ...}` or `{"fault": ...}`.
pub(crate) fn as_json(error: &Error) -> serde_json::Value {
    match error {
        Error::Fault { incident, .. } => json!({"fault": {
            "incident": &*incident.0,
            "zh": "系统出错，这一步没有只做一半；可用同一请求编号重试",
            "en": "something broke; nothing was half done; repeat the request under the same key",
        }}),
        _ => {
            let refusal = json!(error.refusal());
            match error {
                Error::Refused { seq: Some(seq), .. } => json!({"refusal": refusal, "seq": seq}),
                _ => json!({"refusal": refusal}),
            }
        }
    }
}

fn see_other(path: &str) -> Response {
    let location = HeaderValue::from_str(path).unwrap_or(HeaderValue::from_static("/login"));
    (StatusCode::SEE_OTHER, [(LOCATION, location)]).into_response()
}

fn as_page(asked: &Asked, error: &Error) -> Response {
    use crate::parts::fault::{Fault, fault, refusal};
    let lang = asked.lang;
    let body = match error {
        Error::NotLoggedIn if asked.method == Method::GET => {
            let back = asked.uri.path_and_query().map_or("/", |path| path.as_str());
            return see_other(&format!("/login?next={}", percent(back)));
        }
        Error::NotLoggedIn => return see_other("/login"),
        Error::PasswordChange => return see_other("/password"),
        Error::NotFound => fault(lang, &Fault::NotFound),
        Error::Fault { incident, .. } => fault(lang, &Fault::Broken(incident.to_string())),
        Error::Refused { refusal: why, .. } => {
            let refused = crate::pages::refused(lang, why);
            let back = crate::parts::Link::new(
                crate::parts::lang::t(lang, "回到待办", "Back to the inbox"),
                "/inbox",
            );
            refusal(lang, &refused, &back)
        }
    };
    let title = crate::parts::lang::t(lang, "没有完成", "Not done");
    (
        error.status(),
        crate::layout::bare(lang, asked.theme, title, body),
    )
        .into_response()
}

/// The headers that every answer carries.
fn harden(app: &App, asked: &Asked, number: u64, headers: &mut HeaderMap<HeaderValue>) {
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REQUEST_ID, HeaderValue::from(number));
    if !headers.contains_key(CACHE_CONTROL) {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    if asked.json && asked.uri.path().starts_with("/api/v1") {
        // A program reads this, never a page; the few bytes count on the busiest path.
        return;
    }
    headers.entry(CONTENT_SECURITY_POLICY).or_insert(POLICY);
    headers
        .entry(X_FRAME_OPTIONS)
        .or_insert(HeaderValue::from_static("DENY"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert(OPENER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert(RESOURCE_POLICY, HeaderValue::from_static("same-origin"));
    if app.settings().secure_cookies {
        headers.insert(
            STRICT_TRANSPORT_SECURITY,
            HeaderValue::from_static("max-age=31536000; includeSubDomains"),
        );
    }
}

#[cfg(test)]
mod tests {
    use axum::body::{Body, to_bytes};
    use axum::routing::get;
    use kernel::{Moment, OrgId};
    use model::{Catalog, Label};
    use store::{Options, Store, StoreUrl};
    use tower::ServiceExt;

    use super::*;
    use crate::Settings;

    fn routes() -> Router {
        let store = Store::open(&StoreUrl::Memory, Options::new(Catalog::default())).unwrap();
        let settings = Settings::new(Label::default(), Arc::new(|| Moment(0)));
        async fn breaks() -> StatusCode {
            panic!("secret words")
        }
        let routes = Router::new()
            .route("/api/v1/breaks", get(breaks))
            .route("/breaks", get(breaks))
            .route(
                "/long",
                get(|| async { maud::PreEscaped("x".repeat(5_000)) }),
            )
            .route(
                "/api/v1/long",
                get(|| async { axum::Json("x".repeat(5_000)) }),
            );
        guarded(routes, App::new(store, OrgId(1), settings))
    }

    async fn ask(path: &str) -> (Response, String) {
        let request = Request::get(path)
            .header("accept-encoding", "gzip")
            .header("accept-language", "en")
            .body(Body::empty())
            .unwrap();
        let (parts, body) = routes().oneshot(request).await.unwrap().into_parts();
        let bytes = to_bytes(body, 1 << 20).await.unwrap();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        (Response::from_parts(parts, Body::empty()), text)
    }

    #[tokio::test]
    async fn a_panic_is_an_incident_and_says_no_more() {
        let (response, text) = ask("/api/v1/breaks").await;
        assert_eq!(response.status(), 500);
        let json: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(json["fault"]["incident"].as_str().unwrap().len(), 8);
        assert!(!text.contains("secret"));
        let (response, _) = ask("/breaks").await;
        assert_eq!(response.status(), 500);
        let kind = response.headers()[CONTENT_TYPE].to_str().unwrap();
        assert!(kind.starts_with("text/html"), "{kind}");
    }

    #[tokio::test]
    async fn only_long_pages_are_compressed() {
        let encoding = |response: &Response| response.headers().get("content-encoding").cloned();
        assert_eq!(encoding(&ask("/long").await.0).unwrap(), "gzip");
        assert_eq!(encoding(&ask("/api/v1/long").await.0), None);
    }
}
