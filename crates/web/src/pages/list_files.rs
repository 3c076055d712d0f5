//! What leaves a list: every row as a file, written while it is read; and many slips printed as one file.

use std::collections::HashSet;
use std::io::Write;

use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, HeaderValue};
use axum::response::{IntoResponse, Response};
use engine::{Act, Class};
use store::{StoreError, SumQuery};

use super::desk::{Asked, Desk, Reader};
use super::listing::{self, Listing};
use super::sent_files::{self, Format, Stopped, Table, unknown};
use super::{list_sums, slip};
use crate::auth::{Acting, Posted};
use crate::error::Error;
use crate::paper::choice::Choice;
use crate::paper::prints::{form_error, language_of, of_slip};

/// Slips printed at once.
pub(crate) const PRINT_MAX: usize = 200;
/// What a file is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Of {
    /// The rows of a list.
    Slips,
    /// Its groups with their sums.
    Sums,
}

/// The rows of a list, from the first to the last.
fn write_slips<W: Write>(
    reader: &Reader<'_>,
    list: &Listing,
    format: Format,
    out: W,
) -> Result<(), Stopped> {
    let catalog = reader.catalog();
    let heads = list.shown().flat_map(|column| column.file_heads(reader));
    let mut table = Table::begin(format, out, heads.collect())?;
    let by_lines = list.by_lines();
    let mut stopped = None;
    let mut cells = Vec::new();
    let read = reader
        .store
        .each_slip(reader.org, &list.query, list.needs_fields(), |row| {
            let mut one = |line| -> Result<(), Stopped> {
                cells.clear();
                for column in list.shown() {
                    column.file_cells(reader, &catalog, &row, line, &mut cells)?;
                }
                Ok(table.row(&cells)?)
            };
            let written = if by_lines && !row.lines.is_empty() {
                row.lines.iter().try_for_each(|line| one(Some(line)))
            } else {
                one(None)
            };
            stopped = written.err();
            Ok(stopped.is_none())
        });
    if let Some(stopped) = stopped {
        return Err(stopped);
    }
    read.map_err(Error::from)?;
    Ok(table.end()?)
}

fn write_sums<W: Write>(
    reader: &Reader<'_>,
    asked: &Asked,
    list: &Listing,
    format: Format,
    out: W,
) -> Result<(), Stopped> {
    let query: SumQuery = list_sums::query(asked, list);
    let sums = reader.store.sums(reader.org, &query).map_err(Error::from)?;
    let made = list_sums::file(reader, list, &query, &sums)?;
    let mut table = Table::begin(format, out, made.heads)?;
    for row in &made.rows {
        table.row(row)?;
    }
    Ok(table.end()?)
}

/// Begins a file: the journal first says who takes what, then it is written while it is sent. The query is that of a
/// list's address.
pub(crate) async fn file(
    desk: Desk,
    acting: &Acting,
    of: Of,
    format: Format,
    query: &str,
) -> Result<Response, Error> {
    let asked = Asked::parse(query);
    // What cannot be read is refused before anything is sent.
    let checked = asked.clone();
    desk.read(move |reader| {
        let catalog = reader.catalog();
        let mut list = list_of(reader, &catalog, &checked)?;
        list.query.list.limit = 1;
        reader.store.table(reader.org, &list.query, false)?;
        if of == Of::Sums {
            let mut query = list_sums::query(&checked, &list);
            query.table.list.kind.get_or_insert_default();
            query.table.conditions.clear();
            query.table.list.text = Some("\u{10FFFF}".to_owned());
            reader.store.sums(reader.org, &query)?;
        }
        Ok(())
    })
    .await?;
    let turn = sent_files::turn()?;
    let what = match of {
        Of::Slips => "slips",
        Of::Sums => "sums",
    };
    sent_files::journal(&desk, acting, what, format.name(), query).await?;
    Ok(sent_files::send(
        desk,
        turn,
        what,
        format.kind(),
        move |reader, pipe| {
            let catalog = reader.catalog();
            let list = list_of(reader, &catalog, &asked)?;
            match of {
                Of::Slips => write_slips(reader, &list, format, pipe),
                Of::Sums => write_sums(reader, &asked, &list, format, pipe),
            }
        },
    ))
}

fn list_of(reader: &Reader<'_>, catalog: &model::Catalog, asked: &Asked) -> Result<Listing, Error> {
    let kept = listing::kept_columns(reader, asked.text("kind"))?;
    let mut list = listing::read(reader, catalog, asked, kept.as_ref());
    list.query.list.after = None;
    if list.left_out.is_empty() {
        return Ok(list);
    }
    let fields = list.left_out.join(", ");
    Err(StoreError::Invalid(format!("there is no field {fields}")).into())
}

/// The file of a list that a page asks for.
pub(crate) async fn export(desk: Desk, posted: Posted) -> Result<Response, Error> {
    let format = Format::named(posted.fields.text("format")).ok_or_else(unknown)?;
    let of = match posted.fields.text("of") {
        "sums" => Of::Sums,
        _ => Of::Slips,
    };
    let query = posted.fields.text("q").to_owned();
    file(desk, &posted.acting, of, format, &query).await
}

/// The slips that were ticked, each as its own form prints it, in one PDF.
pub(crate) async fn print(desk: Desk, posted: Posted) -> Result<Response, Error> {
    let ids: Vec<i64> = posted
        .fields
        .iter()
        .filter(|(name, _)| *name == "slip")
        .filter_map(|(_, value)| value.parse().ok())
        .collect();
    printed(desk, &posted.acting, ids).await
}

/// Many slips in one PDF, in the order given, each printed for the record as from its studio: the journal has a row for
/// each, a second print says so, and each carries its square code.
pub(crate) async fn printed(
    desk: Desk,
    acting: &Acting,
    mut ids: Vec<i64>,
) -> Result<Response, Error> {
    let mut seen = HashSet::new();
    ids.retain(|id| seen.insert(*id));
    if ids.is_empty() || ids.len() > PRINT_MAX {
        return Err(Error::refused(
            StatusCode::UNPROCESSABLE_ENTITY,
            Class::Field,
            "print",
            format!("请选择 1 至 {PRINT_MAX} 张单据"),
            format!("choose 1 to {PRINT_MAX} slips"),
        ));
    }
    let acts = desk.read(move |reader| print_acts(reader, &ids)).await?;
    let mut recorded = Vec::with_capacity(acts.len());
    for (id, act) in acts {
        let key = crate::text::random_key()?;
        recorded.push((id, desk.act(acting, None, &key, act).await?.seq));
    }
    let bytes = desk
        .read(move |reader| {
            let page = language_of(reader.lang);
            let mut all = Vec::with_capacity(recorded.len());
            for (id, seq) in recorded {
                let slip = slip::must(reader, id)?;
                let prints = of_slip(reader.app, &slip)?;
                let print = prints.iter().find(|print| print.seq == seq);
                let print = print.ok_or(Error::NotFound)?;
                let choice = &print.how.choice;
                all.push(
                    reader
                        .app
                        .to_print(&slip, choice, page, &reader.me, Some(print))?,
                );
            }
            reader.app.set_all(&all).map_err(|error| form_error(&error))
        })
        .await?;
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("application/pdf")),
        (
            CONTENT_DISPOSITION,
            HeaderValue::from_static("inline; filename=\"slips.pdf\""),
        ),
    ];
    Ok((headers, bytes).into_response())
}

/// The acts that record the prints of slips. One of each form is tried first, so that a form with a mistake is never
/// counted.
fn print_acts(reader: &Reader<'_>, ids: &[i64]) -> Result<Vec<(i64, Act)>, Error> {
    let page = language_of(reader.lang);
    let choice = Choice::default();
    let mut tried = HashSet::new();
    let mut acts = Vec::with_capacity(ids.len());
    for id in ids {
        let slip = slip::must(reader, *id)?;
        let first = tried.insert((slip.kind.clone(), slip.version.clone()));
        let act = reader
            .app
            .print_act(&slip, &slip.content, &choice, page, &reader.me, first)?;
        acts.push((*id, act));
    }
    Ok(acts)
}
