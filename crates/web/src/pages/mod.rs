//! The pages: HTML routes over [`App`].
//!
//! A page that only reads takes [`crate::auth::Session`]. One that changes something takes
//! [`crate::auth::Posted`], which has checked the form's `_csrf`, and calls [`App::act`] with its
//! [`crate::auth::Acting`]. A page returns `Result<Markup, crate::Error>`; an error that the page does not show
//! itself is shown by the guard around all routes. The log-in page, `/logout`, `/language` and `/password` are in
//! [`crate::auth`].

use std::sync::Arc;

use axum::Router;

use crate::App;

/// All pages, to be merged into the server's routes.
pub fn routes() -> Router<Arc<App>> {
    Router::new()
}
