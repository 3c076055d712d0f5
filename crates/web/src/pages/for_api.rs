//! What the JSON API does as the pages do: files, prints and kept lists.

use axum::response::Response;
use model::{Catalog, Slip};
use store::SavedView;

pub(crate) use super::desk::Desk;
pub(crate) use super::journal::LOOK_THROUGH;
pub(crate) use super::ledger::pivot::Turned;
pub(crate) use super::list_files::printed;
use super::list_files::{self, Of};
pub(crate) use super::sent_files::{Format, unknown as unknown_format};
use super::{columns, list_views};
use crate::auth::Acting;
use crate::error::Error;

/// The declaration of a kind as it is now.
pub(crate) fn declared<'a>(catalog: &'a Catalog, kind: &str) -> Option<&'a Slip> {
    columns::declared(catalog, kind).map(|(_, slip)| slip)
}

/// The file of a list.
pub(crate) async fn file(
    desk: Desk,
    acting: &Acting,
    sums: bool,
    format: Format,
    query: &str,
) -> Result<Response, Error> {
    let of = if sums { Of::Sums } else { Of::Slips };
    list_files::file(desk, acting, of, format, query).await
}

/// The file of a register.
pub(crate) async fn records_file(
    desk: Desk,
    acting: &Acting,
    register: String,
    format: Format,
    query: &str,
) -> Result<Response, Error> {
    super::register_file::file(desk, acting, register, format, query).await
}

/// The file of a view of a ledger: `balances`, `changes` or `pivot`.
pub(crate) async fn ledger_file(
    desk: Desk,
    acting: &Acting,
    (ledger, of): (String, &str),
    format: Format,
    query: &str,
) -> Result<Response, Error> {
    super::ledger::files::file(desk, acting, (ledger, of), format, query).await
}

/// A ledger turned about, as the address of its page asks.
pub(crate) async fn pivot(desk: Desk, ledger: String, query: String) -> Result<Turned, Error> {
    let asked = super::desk::Asked::parse(&query);
    desk.read(move |reader| {
        let catalog = reader.catalog();
        let (pack, ledger) = super::ledgers::find(&catalog, &ledger)?;
        super::ledger::pivot::Pivot::read(reader, pack, ledger, &asked, false)?.turned()
    })
    .await
}

/// The kept lists that the asker sees, and whether he may remove each.
pub(crate) async fn views(desk: Desk) -> Result<Vec<(SavedView, bool)>, Error> {
    desk.read(|reader| {
        let seen = list_views::seen(reader)?;
        Ok(seen
            .into_iter()
            .map(|view| {
                let removable = list_views::may_remove(reader, &view);
                (view, removable)
            })
            .collect())
    })
    .await
}

/// Keeps a list.
pub(crate) async fn keep(
    desk: Desk,
    name: String,
    role: String,
    query: String,
) -> Result<SavedView, Error> {
    desk.read(move |reader| list_views::keep(reader, &name, &role, &query))
        .await
}

/// Removes a kept list.
pub(crate) async fn remove(desk: Desk, id: String) -> Result<SavedView, Error> {
    desk.read(move |reader| list_views::remove(reader, &id))
        .await
}
