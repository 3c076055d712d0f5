//! What leaves a list: every row as a file, written while it is read; and many slips printed as one.

use std::io::{self, Write};
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, HeaderValue};
use axum::response::{IntoResponse, Response};
use engine::{Act, Class};
use kernel::SlipId;
use print::Bilingual;
use store::{StoreError, SumQuery};
use tokio::sync::{Semaphore, mpsc};
use tokio_stream::wrappers::ReceiverStream;

use super::desk::{Asked, Desk, Reader};
use super::listing::{self, Listing};
use super::slips::csv_cell;
use super::{list_sums, slip};
use crate::auth::{Acting, Posted};
use crate::error::Error;
use crate::slip_form::{Paper, printable};
use crate::xlsx::{Cell, Workbook};

/// Files written at once; each holds a thread and is read by somebody far away.
static FILES: Semaphore = Semaphore::const_new(4);
/// Pieces that wait for the reader, and their size.
const PIECES: usize = 4;
const PIECE: usize = 64 << 10;
/// How long a reader may take for one piece before the file is given up.
const PATIENCE: Duration = Duration::from_secs(60);
/// Slips printed at once.
pub(crate) const PRINT_MAX: usize = 200;
/// Characters of a question that the journal keeps.
const QUERY_MAX: usize = 1_900;

/// The form of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Xlsx,
    Csv,
}

impl Format {
    /// The form of that name.
    pub fn named(name: &str) -> Option<Format> {
        match name {
            "xlsx" => Some(Format::Xlsx),
            "csv" => Some(Format::Csv),
            _ => None,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Format::Xlsx => "xlsx",
            Format::Csv => "csv",
        }
    }

    const fn media(self) -> &'static str {
        match self {
            Format::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Format::Csv => "text/csv; charset=utf-8",
        }
    }
}

/// What a file is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Of {
    /// The rows of a list.
    Slips,
    /// Its groups with their sums.
    Sums,
}

/// Gives what is written to the reader of a response, piece by piece.
struct Pipe {
    sender: mpsc::Sender<io::Result<Bytes>>,
    gathered: Vec<u8>,
    runtime: tokio::runtime::Handle,
}

impl Pipe {
    fn send(&mut self) -> io::Result<()> {
        let piece = Bytes::from(std::mem::take(&mut self.gathered));
        let sent = self.sender.send_timeout(Ok(piece), PATIENCE);
        self.runtime
            .block_on(sent)
            .map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe))
    }
}

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.gathered.extend_from_slice(bytes);
        if self.gathered.len() >= PIECE {
            self.send()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.gathered.is_empty() {
            return Ok(());
        }
        self.send()
    }
}

/// A table that is written row by row.
enum Table<W: Write> {
    Xlsx(Box<Workbook<W>>),
    Csv(W),
}

impl<W: Write> Table<W> {
    fn begin(format: Format, mut out: W, heads: Vec<String>) -> io::Result<Table<W>> {
        Ok(match format {
            Format::Xlsx => Table::Xlsx(Box::new(Workbook::begin(out, heads)?)),
            Format::Csv => {
                // The mark tells a spreadsheet that this is UTF-8.
                out.write_all("\u{feff}".as_bytes())?;
                let mut table = Table::Csv(out);
                let heads: Vec<Cell> = heads.into_iter().map(Cell::Text).collect();
                table.row(&heads)?;
                table
            }
        })
    }

    fn row(&mut self, cells: &[Cell]) -> io::Result<()> {
        match self {
            Table::Xlsx(book) => book.row(cells),
            Table::Csv(out) => {
                let texts: Vec<String> = cells
                    .iter()
                    .map(|cell| match cell {
                        Cell::Text(text) => csv_cell(text),
                        Cell::Number(text, _) => text.clone(),
                        Cell::Day(day) => day.to_string(),
                    })
                    .collect();
                out.write_all(texts.join(",").as_bytes())?;
                out.write_all(b"\r\n")
            }
        }
    }

    fn end(self) -> io::Result<()> {
        match self {
            Table::Xlsx(book) => book.end(),
            Table::Csv(mut out) => out.flush(),
        }
    }
}

/// Why a file was not finished.
enum Stopped {
    /// Nobody reads it any more.
    Gone,
    /// It could not be read from the store.
    Fault(Error),
}

impl From<io::Error> for Stopped {
    fn from(error: io::Error) -> Stopped {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Stopped::Gone,
            _ => Stopped::Fault(Error::fault("writing a file", &error)),
        }
    }
}

impl From<Error> for Stopped {
    fn from(error: Error) -> Stopped {
        Stopped::Fault(error)
    }
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
    let Ok(turn) = FILES.try_acquire() else {
        return Err(Error::refused(
            StatusCode::SERVICE_UNAVAILABLE,
            Class::Request,
            "files",
            "正在导出的文件过多，请稍后再试",
            "too many files are being written; try again later",
        ));
    };
    journal(&desk, acting, of, format.name(), query).await?;
    let (sender, receiver) = mpsc::channel(PIECES);
    let pipe = Pipe {
        sender: sender.clone(),
        gathered: Vec::with_capacity(PIECE * 2),
        runtime: tokio::runtime::Handle::current(),
    };
    let day = desk.app.today();
    tokio::spawn(async move {
        let _turn = turn;
        let written = desk
            .read(move |reader| {
                let catalog = reader.catalog();
                let list = list_of(reader, &catalog, &asked)?;
                let written = match of {
                    Of::Slips => write_slips(reader, &list, format, pipe),
                    Of::Sums => write_sums(reader, &asked, &list, format, pipe),
                };
                match written {
                    Ok(()) | Err(Stopped::Gone) => Ok(()),
                    Err(Stopped::Fault(error)) => Err(error),
                }
            })
            .await;
        if written.is_err() {
            // The connection breaks off, so that nobody takes half a file for a whole one.
            let broken = io::Error::other("the file could not be finished");
            let _ = sender.send(Err(broken)).await;
        }
    });
    let name = match of {
        Of::Slips => "slips",
        Of::Sums => "sums",
    };
    let headers = [
        (CONTENT_TYPE, format.media().to_owned()),
        (
            CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}-{day}.{}\"", format.name()),
        ),
    ];
    Ok((headers, Body::from_stream(ReceiverStream::new(receiver))).into_response())
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

async fn journal(
    desk: &Desk,
    acting: &Acting,
    of: Of,
    format: &'static str,
    query: &str,
) -> Result<(), Error> {
    let what: Arc<str> = match (of, format) {
        (_, "pdf") => "print".into(),
        (Of::Slips, _) => "slips".into(),
        (Of::Sums, _) => "sums".into(),
    };
    let visible = query.chars().filter(|c| !c.is_control());
    let act = Act::Export {
        what,
        format: format.into(),
        query: visible.take(QUERY_MAX).collect(),
    };
    let key = crate::text::random_key()?;
    desk.act(acting, None, &key, act).await.map(drop)
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

pub(crate) fn unknown() -> Error {
    Error::bad(
        "format",
        "没有这种文件格式",
        "there is no such form of file",
    )
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

/// Many slips in one PDF, in the order given; the journal says who took them.
pub(crate) async fn printed(desk: Desk, acting: &Acting, ids: Vec<i64>) -> Result<Response, Error> {
    if ids.is_empty() || ids.len() > PRINT_MAX {
        return Err(Error::refused(
            StatusCode::UNPROCESSABLE_ENTITY,
            Class::Field,
            "print",
            format!("请选择 1 至 {PRINT_MAX} 张单据"),
            format!("choose 1 to {PRINT_MAX} slips"),
        ));
    }
    let listed: Vec<String> = ids.iter().map(i64::to_string).collect();
    let query = format!("slips={}", listed.join(","));
    journal(&desk, acting, Of::Slips, "pdf", &query).await?;
    let bytes = desk
        .read(move |reader| {
            let company = &reader.app.settings().company;
            let paper = Paper {
                language: match reader.lang {
                    crate::parts::lang::Lang::En => print::Language::En,
                    crate::parts::lang::Lang::Zh => print::Language::Zh,
                },
                company: Bilingual::new(&*company.zh, &*company.en),
                ..Paper::default()
            };
            let mut all = Vec::with_capacity(ids.len());
            for id in ids {
                let slip = slip::must(reader, SlipId(id).0)?;
                all.push(
                    printable(reader.store, reader.org, &slip, &paper)?.ok_or(Error::NotFound)?,
                );
            }
            let bytes = reader.app.set_all(&all);
            bytes.map_err(|error| crate::paper::prints::form_error(&error))
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
