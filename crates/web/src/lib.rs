//! Pages, JSON API and events: the only crate that knows HTTP.
//!
//! - [`App`]: an open store with what requests share; [`router`] answers requests over it, [`serve`] listens.
//! - [`auth`]: log-in, sessions, and the proof that a person meant what his browser sent.
//! - [`api`]: the JSON API under `/api/v1` and its OpenAPI document.
//! - [`pages`]: the pages, made of [`parts`] in a [`layout`].
//! - [`paper`]: own forms, seals, prints and the check of what was printed.
//!
//! Everything that changes business records goes through [`App::act`], which sets actor, organisation and time.

pub mod api;
mod app;
mod attach;
pub mod auth;
mod body;
mod codes;
mod error;
mod events;
mod guard;
pub mod inspection;
pub mod intake;
pub mod layout;
mod listen;
pub mod may;
pub mod names;
mod opaque;
pub mod pages;
pub mod paper;
pub mod parts;
pub mod secret_key;
pub mod slip_form;
mod submit;
pub mod tables;
mod text;
mod xlsx;

pub use app::{App, Clock, Settings, router};
pub use codes::CODES;
pub use error::{Error, Incident, status_of};
pub use listen::serve;
pub use parts::lang::Lang;
