//! The pages: HTML routes over [`App`].
//!
//! A page that only reads takes [`crate::auth::Session`]. One that changes something takes
//! [`crate::auth::Posted`], which has checked the form's `_csrf`, and calls [`App::act`] with its
//! [`crate::auth::Acting`]. A page returns `Result<Markup, crate::Error>`; an error that the page does not show
//! itself is shown by the guard around all routes. The log-in page, `/logout`, `/language` and `/password` are in
//! [`crate::auth`].

use std::sync::Arc;

use axum::Router;
use engine::Refusal;

use crate::App;
use crate::parts::form::Refused;
use crate::parts::lang::{Lang, t};

/// All pages, to be merged into the server's routes.
pub fn routes() -> Router<Arc<App>> {
    Router::new()
}

/// A refusal and those beside it, as forms and error pages show them.
pub fn refused(lang: Lang, refusal: &Refusal) -> Vec<Refused> {
    let one = |refusal: &Refusal| Refused {
        code: refusal.code.clone(),
        sentence: t(lang, &refusal.zh, &refusal.en).to_owned(),
        input: refusal.place.as_ref().map(|place| match place.line {
            Some(line) => format!("l.{line}.{}", place.field),
            None => format!("h.{}", place.field),
        }),
    };
    std::iter::once(refusal)
        .chain(&refusal.more)
        .map(one)
        .collect()
}
