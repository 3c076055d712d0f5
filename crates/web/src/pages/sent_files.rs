//! Files that leave the house: a table written row by row while it is sent, after the journal says who takes it.

use std::io::{self, Write};
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use engine::{Act, Class};
use tokio::sync::{Semaphore, SemaphorePermit, mpsc};
use tokio_stream::wrappers::ReceiverStream;

use super::desk::{Desk, Reader};
use super::slips::csv_cell;
use crate::auth::Acting;
use crate::error::Error;
use crate::xlsx::{Cell, Workbook};

/// Files written at once; each holds a thread and is read by somebody far away.
static FILES: Semaphore = Semaphore::const_new(4);
/// Pieces that wait for the reader, and their size.
const PIECES: usize = 4;
const PIECE: usize = 64 << 10;
/// How long a reader may take for one piece before the file is given up.
const PATIENCE: Duration = Duration::from_secs(60);
/// Characters of a question that the journal keeps.
const QUERY_MAX: usize = 1_900;

/// How a file that is sent is named and told to a browser.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Kind {
    /// The end of its name.
    pub ending: &'static str,
    media: &'static str,
}

/// An archive.
pub(crate) const ZIP: Kind = Kind {
    ending: "zip",
    media: "application/zip",
};

/// The form of a table as a file.
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

    /// Its name, and the end of a file's name.
    pub const fn name(self) -> &'static str {
        self.kind().ending
    }

    /// The file that it makes.
    pub const fn kind(self) -> Kind {
        let (ending, media) = match self {
            Format::Xlsx => (
                "xlsx",
                "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            ),
            Format::Csv => ("csv", "text/csv; charset=utf-8"),
        };
        Kind { ending, media }
    }
}

/// Gives what is written to the reader of a response, piece by piece.
pub(crate) struct Pipe {
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
pub(crate) enum Table<W: Write> {
    Xlsx(Box<Workbook<W>>),
    Csv(W),
}

impl<W: Write> Table<W> {
    /// Begins with the headings.
    pub fn begin(format: Format, mut out: W, heads: Vec<String>) -> io::Result<Table<W>> {
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

    /// One row.
    pub fn row(&mut self, cells: &[Cell]) -> io::Result<()> {
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

    /// The end; what is written before it is no whole file.
    pub fn end(self) -> io::Result<()> {
        match self {
            Table::Xlsx(book) => book.end(),
            Table::Csv(mut out) => out.flush(),
        }
    }
}

/// Why a file was not finished.
pub(crate) enum Stopped {
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

/// Leave to write a file; refused when too many are being written.
pub(crate) fn turn() -> Result<SemaphorePermit<'static>, Error> {
    FILES.try_acquire().map_err(|_| {
        Error::refused(
            StatusCode::SERVICE_UNAVAILABLE,
            Class::Request,
            "files",
            "正在导出的文件过多，请稍后再试",
            "too many files are being written; try again later",
        )
    })
}

/// Says in the journal who takes what.
pub(crate) async fn journal(
    desk: &Desk,
    acting: &Acting,
    what: &str,
    format: &str,
    query: &str,
) -> Result<(), Error> {
    let visible = query.chars().filter(|c| !c.is_control());
    let act = Act::Export {
        what: Arc::from(what),
        format: Arc::from(format),
        query: visible.take(QUERY_MAX).collect(),
    };
    let key = crate::text::random_key()?;
    desk.act(acting, None, &key, act).await.map(drop)
}

/// Sends a file while it is written.
pub(crate) fn send(
    desk: Desk,
    turn: SemaphorePermit<'static>,
    name: &str,
    kind: Kind,
    write: impl FnOnce(&Reader<'_>, Pipe) -> Result<(), Stopped> + Send + 'static,
) -> Response {
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
            .read(move |reader| match write(reader, pipe) {
                Ok(()) | Err(Stopped::Gone) => Ok(()),
                Err(Stopped::Fault(error)) => Err(error),
            })
            .await;
        if written.is_err() {
            // The connection breaks off, so that nobody takes half a file for a whole one.
            let broken = io::Error::other("the file could not be finished");
            let _ = sender.send(Err(broken)).await;
        }
    });
    let headers = [
        (CONTENT_TYPE, kind.media.to_owned()),
        (
            CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}-{day}.{}\"", kind.ending),
        ),
    ];
    (headers, Body::from_stream(ReceiverStream::new(receiver))).into_response()
}

/// The form of file that was asked for is not one.
pub(crate) fn unknown() -> Error {
    Error::bad(
        "format",
        "没有这种文件格式",
        "there is no such form of file",
    )
}
