//! Log-in, sessions, and the proof that a person meant what his browser sent.
//!
//! A session is a random token of 256 bits; only its SHA-256 is stored. Browsers keep it in an `HttpOnly`,
//! `SameSite=Lax` cookie; programs send it as `Authorization: Bearer`. What changes anything needs [`Acting`]: a
//! session whose request carried the session's own CSRF token and came from this server's pages, or whose token came
//! by `Authorization`, which no other site can make a browser send.

mod address;
mod attempts;
mod challenges;
mod codes;
mod confirm_page;
mod cookies;
mod csrf;
mod doors;
mod factors;
mod form;
mod login;
pub mod oidc;
mod passkey_doors;
mod passkeys;
mod password;
mod people;
mod second;
mod session;
mod sessions;
pub(crate) mod sign_in;
mod token;
mod totp;
mod webauthn;

pub(crate) use address::address_of;
pub use address::{Address, Peer};
pub use cookies::{behalf_cookie, language_cookie};
pub(crate) use cookies::{cookie, lang_of, theme_of};
pub(crate) use form::{FILE_MAX, FORM_MAX};
pub use form::{Fields, Posted, Upload, Uploaded};
pub use login::{Entered, change_password, confirm_password, log_in, log_out, set_password};
pub(crate) use password::Passwords;
pub use password::{HashError, check_policy, hash as hash_password, is_of as is_password};
pub(crate) use people::People;
pub use session::{Acting, Session};
pub(crate) use session::{find, is_kept, json_acting};
pub(crate) use sessions::Sessions;
pub use sessions::{Kind, Scopes};
pub use token::{Token, issue_token, revoke_token, tokens};

pub(crate) use doors::agent;

/// Log-in and what is around it.
pub(crate) fn routes() -> axum::Router<std::sync::Arc<crate::App>> {
    doors::routes()
        .merge(confirm_page::routes())
        .merge(second::routes())
        .merge(passkey_doors::routes())
}

/// The address of our pages as the browser of this request sees it, `https://slips.example`.
pub(crate) fn origin(app: &crate::App, headers: &axum::http::HeaderMap) -> Option<String> {
    if let Some(public) = &app.settings().public_origin {
        return Some(public.trim_end_matches('/').to_owned());
    }
    let host = headers.get("host")?.to_str().ok()?;
    let scheme = if app.settings().secure_cookies {
        "https"
    } else {
        "http"
    };
    (!host.is_empty()).then(|| format!("{scheme}://{host}"))
}
