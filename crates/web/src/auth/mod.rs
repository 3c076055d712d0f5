//! Log-in, sessions, and the proof that a person meant what his browser sent.
//!
//! A session is a random token of 256 bits; only its SHA-256 is stored. Browsers keep it in an `HttpOnly`,
//! `SameSite=Lax` cookie; programs send it as `Authorization: Bearer`. What changes anything needs [`Acting`]: a
//! session whose request carried the session's own CSRF token and came from this server's pages, or whose token came
//! by `Authorization`, which no other site can make a browser send.

mod address;
mod attempts;
mod cookies;
mod csrf;
mod doors;
mod form;
mod login;
mod password;
mod people;
mod session;
mod sessions;
mod token;

pub(crate) use address::address_of;
pub use address::{Address, Peer};
pub use cookies::{behalf_cookie, language_cookie};
pub(crate) use cookies::{cookie, lang_of};
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

pub(crate) use doors::{agent, routes};
