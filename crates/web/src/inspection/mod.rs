//! Everything asked for over a period as one archive that proves itself without this program: slips with their lines,
//! signatures and history, ledgers, registers with versions, printed forms, attachments, the journal with its hashes, the
//! texts of the packs; and a signed list of the digests of all of it.

mod archive;
mod books;
mod papers;
mod prints;
mod slips;

use std::io::{self, Write};

use kernel::{Day, Moment, OrgId};
use model::Label;
use print::Printer;
use seal::SecretKey;
use store::{Store, StoreError};

pub use archive::{fingerprint, public_pem};

use crate::pages::slips::csv_cell;

/// What is asked for.
#[derive(Debug, Clone)]
pub struct Ask {
    /// From this business day.
    pub from: Day,
    /// To this business day.
    pub to: Day,
    /// Qualified flows; all when empty.
    pub flows: Vec<String>,
    /// Whether printed forms are in it.
    pub prints: bool,
    /// The organisation.
    pub company: Label,
    /// Further papers, by name.
    pub papers: Vec<(String, String)>,
}

/// What an archive is made from.
pub struct Sources<'a> {
    /// The store.
    pub store: &'a Store,
    /// The organisation.
    pub org: OrgId,
    /// The key that its signing key follows from.
    pub key: &'a SecretKey,
    /// Prints the forms.
    pub printer: &'a Printer,
    /// Now.
    pub now: Moment,
    /// Told what is under way: a word, how much is done.
    pub progress: &'a dyn Fn(&str, u64),
}

/// What is in an archive that was written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Told {
    /// Slips.
    pub slips: u64,
    /// Files, but for the list and its signature.
    pub files: u64,
    /// Rows of the journal.
    pub journal: u64,
    /// The key, as [`fingerprint`] tells it.
    pub key: String,
}

/// Why an archive was not finished.
#[derive(Debug, thiserror::Error)]
pub enum Failed {
    /// The store could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It could not be written.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Writes the archive while it is read from the store.
///
/// # Errors
/// [`Failed`]; what was written until then is no archive.
pub fn write<W: Write>(from: &Sources<'_>, ask: &Ask, out: W) -> Result<Told, Failed> {
    let mut told = Told {
        key: fingerprint(from.key)?,
        ..Told::default()
    };
    let mut archive = archive::Archive::new(out);
    archive.file("public.pem", public_pem(from.key)?.as_bytes())?;
    archive.file("verify.sh", papers::VERIFY.as_bytes())?;
    for (name, text) in &ask.papers {
        archive.file(name, text.as_bytes())?;
    }
    let listed = slips::write(from, ask, &mut archive, &mut told)?;
    books::ledgers(from, ask, &mut archive)?;
    books::registers(from, &mut archive)?;
    books::people(from, &mut archive)?;
    books::packs(from, &listed.versions, &mut archive)?;
    told.journal = books::journal(from, ask, &mut archive)?;
    archive.file(
        "index.html",
        papers::index(ask, from.now, &listed, &told).as_bytes(),
    )?;
    archive.file(
        "README.txt",
        papers::readme(ask, from.now, &told).as_bytes(),
    )?;
    told.files = archive.end(from.key)?;
    Ok(told)
}

/// Writes a row of a CSV.
fn row<W: Write>(out: &mut W, cells: &[&str]) -> io::Result<()> {
    let cells: Vec<String> = cells.iter().map(|cell| csv_cell(cell)).collect();
    out.write_all(cells.join(",").as_bytes())?;
    out.write_all(b"\r\n")
}

/// Begins a CSV: the mark of UTF-8 and the headings.
fn heads<W: Write>(out: &mut W, cells: &[&str]) -> io::Result<()> {
    out.write_all("\u{feff}".as_bytes())?;
    row(out, cells)
}
