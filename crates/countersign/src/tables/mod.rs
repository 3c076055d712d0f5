//! Tables in files: CSV and XLSX, read with limits and written row by row.

mod write;

use std::fs::File;
use std::io::Read;
use std::path::Path;

pub use web::tables::Bad;
pub use write::{Cell, TableWriter};

use crate::lang::{Lang, say};
use crate::stop::{Sentence, Stop};

/// Largest file read.
pub const FILE_MAX: u64 = 50 * 1024 * 1024;
/// The bytes of a file.
///
/// # Errors
/// Wrong use when the file is not there; inside, that it is too large.
pub fn read_bytes(path: &Path) -> Result<Result<Vec<u8>, Bad>, Stop> {
    let shown = path.display();
    if path.is_dir() {
        return Err(Stop::usage(
            format!("{shown} 是文件夹"),
            format!("{shown} is a folder"),
        ));
    }
    let mut file = File::open(path).map_err(|error| {
        Stop::usage(
            format!("无法打开 {shown}：{error}"),
            format!("cannot open {shown}: {error}"),
        )
    })?;
    let mut bytes = Vec::new();
    // One byte more than allowed tells a file that is too large from one that just fits.
    Read::by_ref(&mut file)
        .take(FILE_MAX + 1)
        .read_to_end(&mut bytes)
        .map_err(Stop::file("reading", path))?;
    if bytes.len() as u64 > FILE_MAX {
        return Ok(Err(Bad::at(
            0,
            "file_size",
            "文件超过 50 MB",
            "the file is larger than 50 MB",
        )));
    }
    Ok(Ok(bytes))
}

/// `file:line: column: sentence`.
fn told(bad: &Bad, file: &str, lang: Lang) -> String {
    let sentence = lang.pick(&bad.zh, &bad.en);
    let column = bad
        .column
        .as_deref()
        .map(|column| say!(lang, "{column}：", "{column}: "))
        .unwrap_or_default();
    match bad.line {
        0 => format!("{file}: {column}{sentence}"),
        line => format!("{file}:{line}: {column}{sentence}"),
    }
}

/// Says bad rows, all of them.
pub fn tell(file: &Path, bad: &[Bad], lang: Lang) {
    let name = file.display().to_string();
    for one in bad {
        crate::terminal::line(told(one, &name, lang));
    }
}

impl From<Sentence> for Bad {
    fn from(sentence: Sentence) -> Bad {
        Bad::at(0, "file", sentence.zh, sentence.en)
    }
}
