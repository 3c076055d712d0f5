//! A register as a file: every record that its list shows, with all fields, written while it is read.

use axum::extract::Path;
use axum::response::Response;
use kernel::Day;
use model::{FieldKind, Register};
use store::RecordRow;

use super::desk::{Asked, Desk, Reader, address};
use super::registers::find;
use super::sent_files::{self, Format, Pipe, Stopped, Table, unknown};
use super::validity;
use super::words;
use crate::auth::{Acting, Posted};
use crate::error::Error;
use crate::names;
use crate::parts::export::Export;
use crate::xlsx::Cell;

/// Records read at once.
const AT_ONCE: usize = 1_000;

/// The menu of a register's list.
pub(super) fn menu(csrf: &str, qualified: &str, asked: &Asked) -> Export {
    let pairs = asked.pairs().iter();
    let pairs: Vec<(&str, &str)> = pairs
        .filter(|(name, _)| name != "after")
        .map(|(name, value)| (&**name, &**value))
        .collect();
    let query = address("", &pairs);
    Export {
        url: format!("/registers/{qualified}"),
        hidden: vec![
            ("_csrf".to_owned(), csrf.to_owned()),
            ("q".to_owned(), query.trim_start_matches('?').to_owned()),
        ],
    }
}

/// The file that the page asks for.
pub(crate) async fn export(
    desk: Desk,
    Path(qualified): Path<String>,
    posted: Posted,
) -> Result<Response, Error> {
    let format = Format::named(posted.fields.text("format")).ok_or_else(unknown)?;
    let query = posted.fields.text("q").to_owned();
    file(desk, &posted.acting, qualified, format, &query).await
}

/// Begins a file: the journal first says who takes what. The query is that of the list's address.
pub(crate) async fn file(
    desk: Desk,
    acting: &Acting,
    qualified: String,
    format: Format,
    query: &str,
) -> Result<Response, Error> {
    let asked = Asked::parse(query);
    // What is not there is refused before the journal says that it was taken.
    let register = qualified.clone();
    desk.read(move |reader| find(&reader.catalog(), &register).map(drop))
        .await?;
    let turn = sent_files::turn()?;
    let told = match query {
        "" => format!("register={qualified}"),
        query => format!("register={qualified}&{query}"),
    };
    sent_files::journal(&desk, acting, "records", format.name(), &told).await?;
    let name = qualified.replace('.', "-");
    Ok(sent_files::send(
        desk,
        turn,
        &name,
        format.kind(),
        move |reader, pipe| write(reader, &qualified, &asked, format, pipe),
    ))
}

fn write(
    reader: &Reader<'_>,
    qualified: &str,
    asked: &Asked,
    format: Format,
    pipe: Pipe,
) -> Result<(), Stopped> {
    let catalog = reader.catalog();
    let (_, register) = find(&catalog, qualified)?;
    let (mut query, wanted) = validity::query(reader, register, asked);
    query.limit = AT_ONCE;
    let mut table = Table::begin(format, pipe, heads(reader, register))?;
    loop {
        let page = validity::page(reader, qualified, query.clone(), &wanted)?;
        for row in &page.rows {
            table.row(&cells(register, row))?;
        }
        match page.next {
            Some(next) => query.after = Some(next),
            None => return Ok(table.end()?),
        }
    }
}

fn heads(reader: &Reader<'_>, register: &Register) -> Vec<String> {
    let mut heads = vec![
        reader.t("编码", "Code").to_owned(),
        reader.t("版本", "Version").to_owned(),
        reader.t("自", "From").to_owned(),
    ];
    let fields = register.fields.iter();
    heads.extend(fields.map(|field| words::label(reader.lang, &field.label).to_owned()));
    heads
}

/// The cells of a record; what is sensitive shows its last characters only, as everywhere.
fn cells(register: &Register, row: &RecordRow) -> Vec<Cell> {
    let fields = row.fields();
    let mut cells = vec![
        Cell::Text(row.record.key.to_string()),
        Cell::Number(row.record.version.to_string(), false),
        Cell::Day(row.record.from),
    ];
    cells.extend(register.fields.iter().map(|field| {
        let text = fields.get(&*field.name).map_or("", String::as_str);
        let day = text.parse::<Day>().ok();
        match (&field.kind, day) {
            _ if field.sensitive => Cell::Text(names::masked(text)),
            (FieldKind::Day, Some(day)) => Cell::Day(day),
            (FieldKind::Amount(unit), _) if !text.is_empty() => {
                Cell::Number(text.to_owned(), *unit == kernel::Unit::Money)
            }
            _ => Cell::Text(text.to_owned()),
        }
    }));
    cells
}
