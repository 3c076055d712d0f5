//! What is answered when a request is not done: refusals, requests that make no sense, faults.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use engine::{Class, Refusal, WorldError};
use store::StoreError;

/// The name under which a fault stands in the log, eight characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incident(pub Arc<str>);

impl Incident {
    fn new() -> Incident {
        let mut bytes = [0u8; 4];
        // Without randomness the incident is still shown, only not told apart.
        let _ = getrandom::fill(&mut bytes);
        Incident(engine::hex(&bytes))
    }
}

impl fmt::Display for Incident {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why a request was not done. Nothing was changed by it. The guard around all routes turns it into a page or, for
/// the API, into JSON.
#[derive(Debug, Clone)]
pub enum Error {
    /// Refused, with a name. `seq` is the journal row that says so, where one was written.
    Refused {
        /// HTTP status.
        status: StatusCode,
        /// The refusal.
        refusal: Box<Refusal>,
        /// Row of the journal.
        seq: Option<i64>,
    },
    /// Nobody is logged in. A page leads to the log-in page.
    NotLoggedIn,
    /// The password was set by an administrator and must be replaced first. A page leads to `/password`.
    PasswordChange,
    /// There is no such page or thing.
    NotFound,
    /// A fault; its causes are in the log.
    Fault {
        /// 500 or 503.
        status: StatusCode,
        /// The name under which the log knows it.
        incident: Incident,
    },
}

impl Error {
    /// A request that makes no sense: 400 and a code of the request class.
    pub fn bad(code: &str, zh: impl Into<String>, en: impl Into<String>) -> Error {
        Error::refused(StatusCode::BAD_REQUEST, Class::Request, code, zh, en)
    }

    /// A refusal of the server's own.
    pub fn refused(
        status: StatusCode,
        class: Class,
        code: &str,
        zh: impl Into<String>,
        en: impl Into<String>,
    ) -> Error {
        Error::Refused {
            status,
            refusal: Box::new(Refusal::new(class, code, zh, en)),
            seq: None,
        }
    }

    /// A fault while doing something; the log keeps every cause under a new incident.
    pub fn fault(doing: &str, cause: &dyn StdError) -> Error {
        Error::fault_as(StatusCode::INTERNAL_SERVER_ERROR, doing, cause)
    }

    fn fault_as(status: StatusCode, doing: &str, cause: &dyn StdError) -> Error {
        let incident = Incident::new();
        let mut causes = cause.to_string();
        let mut next = cause.source();
        while let Some(cause) = next {
            causes.push_str(": ");
            causes.push_str(&cause.to_string());
            next = cause.source();
        }
        tracing::error!(%incident, doing, causes, "fault");
        Error::Fault { status, incident }
    }

    /// An answer that took too long. Whether it was done is not known: the same key asks.
    pub(crate) fn late(cause: &dyn StdError) -> Error {
        Error::fault_as(StatusCode::SERVICE_UNAVAILABLE, "answering in time", cause)
    }

    /// The status it is answered with.
    pub fn status(&self) -> StatusCode {
        match self {
            Error::Refused { status, .. } | Error::Fault { status, .. } => *status,
            Error::NotLoggedIn => StatusCode::UNAUTHORIZED,
            Error::PasswordChange => StatusCode::FORBIDDEN,
            Error::NotFound => StatusCode::NOT_FOUND,
        }
    }

    /// The refusal to show; `None` for a fault.
    pub fn refusal(&self) -> Option<Refusal> {
        match self {
            Error::Refused { refusal, .. } => Some((**refusal).clone()),
            Error::NotLoggedIn => Some(Refusal::new(
                Class::Request,
                "session",
                "请先登录",
                "log in first",
            )),
            Error::PasswordChange => Some(Refusal::new(
                Class::Role,
                "password_change",
                "密码由管理员设置，须先改为自己的密码",
                "the password was set by an administrator; replace it by one of your own first",
            )),
            Error::NotFound => Some(Refusal::new(
                Class::Request,
                "not_found",
                "没有这样的地址或对象",
                "there is no such address or thing",
            )),
            Error::Fault { .. } => None,
        }
    }
}

/// The status of a refusal: 403 for who may, 409 for when and how much is there, 422 for what was typed, 400 or 404
/// for the request itself.
pub fn status_of(refusal: &Refusal) -> StatusCode {
    match refusal.class {
        Class::Role | Class::Separation => StatusCode::FORBIDDEN,
        Class::Order | Class::Balance => StatusCode::CONFLICT,
        Class::Field | Class::Draws | Class::Guard => StatusCode::UNPROCESSABLE_ENTITY,
        Class::Request if refusal.code.starts_with("forbidden.") => StatusCode::FORBIDDEN,
        Class::Request if refusal.code.starts_with("unknown_") => StatusCode::NOT_FOUND,
        Class::Request if refusal.code == "key_reused" => StatusCode::CONFLICT,
        Class::Request => StatusCode::BAD_REQUEST,
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Error {
        Error::Refused {
            status: status_of(&refusal),
            refusal: Box::new(refusal),
            seq: None,
        }
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Error {
        match &error {
            StoreError::Invalid(why) => {
                Error::bad("request", format!("请求无效：{why}"), why.as_str())
            }
            StoreError::Busy | StoreError::Closed => {
                Error::fault_as(StatusCode::SERVICE_UNAVAILABLE, "the store", &error)
            }
            _ => Error::fault("the store", &error),
        }
    }
}

impl From<WorldError> for Error {
    fn from(error: WorldError) -> Error {
        Error::fault("a read of the world", &error)
    }
}

impl IntoResponse for Error {
    /// An empty answer that carries the error; the guard writes its body.
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(Problem(Arc::new(self)));
        response
    }
}

/// An error on its way to the guard.
#[derive(Debug, Clone)]
pub(crate) struct Problem(pub Arc<Error>);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_class_has_its_status() {
        let status = |class, code: &str| status_of(&Refusal::new(class, code, "", "")).as_u16();
        assert_eq!(status(Class::Role, "role"), 403);
        assert_eq!(status(Class::Separation, "separate"), 403);
        assert_eq!(status(Class::Order, "stale"), 409);
        assert_eq!(status(Class::Balance, "balance"), 409);
        assert_eq!(status(Class::Field, "field"), 422);
        assert_eq!(status(Class::Draws, "draws"), 422);
        assert_eq!(
            status(Class::Guard, "gsp.purchase_inbound.receipt.shelf_life"),
            422
        );
        assert_eq!(status(Class::Request, "unknown_slip"), 404);
        assert_eq!(status(Class::Request, "key"), 400);
        assert_eq!(status(Class::Request, "key_reused"), 409);
        assert_eq!(status(Class::Request, "forbidden.slip.delete"), 403);
    }

    #[test]
    fn a_full_queue_is_no_fault_of_the_request() {
        assert_eq!(Error::from(StoreError::Busy).status(), 503);
        assert_eq!(Error::from(StoreError::Invalid("x".into())).status(), 400);
        assert_eq!(Error::from(StoreError::Corrupt("x".into())).status(), 500);
    }
}
