//! The ledgers of all packs.

use std::sync::Arc;

use axum::response::Response;
use maud::html;
use model::{Catalog, Ledger, Pack};

use super::desk::{Content, Desk};
use super::entries::dimensions;
use super::ledger::unit_name;
use super::words;
use crate::error::Error;
use crate::layout::Place;
use crate::parts::icon::Icon;
use crate::parts::table::{Cell, Head, Row, Shape, Table, table};
use crate::parts::{empty, head};

/// A ledger by its qualified name.
pub(super) fn find<'a>(
    catalog: &'a Catalog,
    qualified: &str,
) -> Result<(&'a Arc<Pack>, &'a Ledger), Error> {
    let (pack, name) = qualified.split_once('.').ok_or(Error::NotFound)?;
    let pack = catalog.pack(pack).ok_or(Error::NotFound)?;
    let (_, ledger) = pack.ledger(name).ok_or(Error::NotFound)?;
    Ok((pack, ledger))
}

/// The ledgers of all packs.
pub(crate) async fn list(desk: Desk) -> Result<Response, Error> {
    desk.show(Place::Ledgers, |reader| {
        let catalog = reader.catalog();
        let title = reader.t("账", "Ledgers");
        let mut rows = Vec::new();
        for pack in catalog.packs() {
            for ledger in &pack.ledgers {
                let places: Vec<String> = ledger
                    .places
                    .iter()
                    .map(|place| words::label(reader.lang, &place.label).to_owned())
                    .collect();
                rows.push(Row::from(vec![
                    Cell::new(words::label(reader.lang, &ledger.label))
                        .to(format!("/ledgers/{}", ledger.qualified)),
                    Cell::new(words::label(reader.lang, &pack.label)),
                    Cell::new(unit_name(reader, ledger.unit)),
                    Cell::new(dimensions(reader, pack, ledger)),
                    Cell::new(words::joined(reader.lang, &places)),
                ]));
            }
        }
        let body = if rows.is_empty() {
            empty(Icon::BookOpen, reader.t("没有账", "No ledgers"), "", &[])
        } else {
            table(&Table {
                caption: title.to_owned(),
                heads: vec![
                    Head::new(reader.t("账", "Ledger"), Shape::Main),
                    Head::new(reader.t("业务", "System"), Shape::Plain),
                    Head::new(reader.t("计量", "Counts"), Shape::Plain),
                    Head::new(reader.t("按", "By"), Shape::Plain),
                    Head::new(reader.t("科目 / 库区", "Places"), Shape::Plain),
                ],
                rows,
                foot: Vec::new(),
            })
        };
        let page = html! {
            (head(&[], title, html! {}, html! {}))
            div class="card" { (body) }
        };
        Ok(Content::new(title, page))
    })
    .await
}
