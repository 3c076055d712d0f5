//! Tables in files: CSV and XLSX, read with limits and written row by row.

mod csv_file;
#[cfg(test)]
mod random_tests;
mod write;
mod xlsx_file;

use std::fs::File;
use std::io::Read;
use std::path::Path;

use serde::Serialize;

pub use write::{Cell, TableWriter};

use crate::lang::{Lang, say};
use crate::stop::{Sentence, Stop};

/// Largest file read.
pub const FILE_MAX: u64 = 50 * 1024 * 1024;
/// Most rows below the heading.
pub const ROWS_MAX: usize = 100_000;
/// Most columns.
pub const COLUMNS_MAX: usize = 200;
/// Most characters of one cell.
pub const CELL_MAX: usize = 10_000;
/// Most text kept of one table; a small XLSX file can name one long text a million times.
const TEXT_MAX: usize = 128 * 1024 * 1024;

/// What is wrong with a table, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Bad {
    /// Line of the file (row of the sheet), from 1; 0 for the file as a whole.
    pub line: u64,
    /// Heading of the column.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// Stable name of the reason.
    pub code: String,
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

impl Bad {
    /// Something wrong at a line.
    pub fn at(line: u64, code: &str, zh: impl Into<String>, en: impl Into<String>) -> Bad {
        Bad {
            line,
            column: None,
            code: code.to_owned(),
            zh: zh.into(),
            en: en.into(),
        }
    }

    /// In a column.
    pub fn in_column(mut self, column: &str) -> Bad {
        self.column = Some(column.to_owned());
        self
    }

    /// `file:line: column: sentence`.
    pub fn told(&self, file: &str, lang: Lang) -> String {
        let sentence = lang.pick(&self.zh, &self.en);
        let column = self
            .column
            .as_deref()
            .map(|column| say!(lang, "{column}：", "{column}: "))
            .unwrap_or_default();
        match self.line {
            0 => format!("{file}: {column}{sentence}"),
            line => format!("{file}:{line}: {column}{sentence}"),
        }
    }
}

/// A table as read: every row has as many cells as the heading.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Table {
    /// Headings.
    pub header: Vec<String>,
    /// Rows that are not empty.
    pub rows: Vec<Row>,
    /// Rows that could not be read.
    pub bad: Vec<Bad>,
}

/// A row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Line of the file, from 1.
    pub line: u64,
    /// Text of the cells, without space around it.
    pub cells: Vec<String>,
}

/// Reads a table, CSV or XLSX by its content.
///
/// # Errors
/// Wrong use when the file is not there; inside, what makes the file as a whole unreadable.
pub fn read(path: &Path) -> Result<Result<Table, Bad>, Stop> {
    let bytes = match read_bytes(path)? {
        Ok(bytes) => bytes,
        Err(bad) => return Ok(Err(bad)),
    };
    let table = match bytes.get(..4) {
        Some(b"PK\x03\x04") => xlsx_file::read(&bytes),
        Some([0xD0, 0xCF, 0x11, 0xE0]) => Err(Bad::at(
            0,
            "old_excel",
            "这是旧式 .xls 或加密的工作簿；请另存为未加密的 .xlsx 或 CSV",
            "this is an old .xls file or an encrypted workbook; save it as .xlsx without a password, or as CSV",
        )),
        _ => csv_file::read(&bytes),
    };
    Ok(table.and_then(check_whole))
}

fn read_bytes(path: &Path) -> Result<Result<Vec<u8>, Bad>, Stop> {
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

fn check_whole(table: Table) -> Result<Table, Bad> {
    if table.header.iter().all(String::is_empty) {
        return Err(Bad::at(
            1,
            "no_header",
            "首行须为列名",
            "the first row must hold the headings",
        ));
    }
    if table.rows.is_empty() && table.bad.is_empty() {
        return Err(Bad::at(
            0,
            "no_rows",
            "列名之下没有数据",
            "there are no rows below the headings",
        ));
    }
    Ok(table)
}

/// Collects rows and holds the limits, whatever they come from.
#[derive(Default)]
struct Builder {
    table: Table,
    text: usize,
}

impl Builder {
    /// Takes the heading. Empty headings at its end are dropped.
    fn header(&mut self, line: u64, mut cells: Vec<String>) -> Result<(), Bad> {
        while cells.last().is_some_and(|cell| cell.trim().is_empty()) {
            cells.pop();
        }
        if cells.len() > COLUMNS_MAX {
            return Err(Bad::at(
                line,
                "columns",
                format!("列数超过 {COLUMNS_MAX}"),
                format!("there are more than {COLUMNS_MAX} columns"),
            ));
        }
        self.table.header = cells.iter().map(|cell| cell.trim().to_owned()).collect();
        Ok(())
    }

    /// Takes a row; an empty one is passed over.
    fn row(&mut self, line: u64, cells: Vec<String>) -> Result<(), Bad> {
        let cells: Vec<String> = cells
            .iter()
            .map(|cell| unguarded(cell.trim()).to_owned())
            .collect();
        if cells.iter().all(String::is_empty) {
            return Ok(());
        }
        self.text += cells.iter().map(String::len).sum::<usize>();
        if self.text > TEXT_MAX {
            return Err(Bad::at(
                line,
                "text_size",
                "表格内容过大",
                "the table holds too much text",
            ));
        }
        if self.table.rows.len() + self.table.bad.len() >= ROWS_MAX {
            return Err(Bad::at(
                line,
                "rows",
                format!("数据超过 {ROWS_MAX} 行，请分成多个文件"),
                format!("there are more than {ROWS_MAX} rows; split the file"),
            ));
        }
        if let Some(at) = cells
            .iter()
            .position(|cell| cell.chars().count() > CELL_MAX)
        {
            let column = self.table.header.get(at).cloned().unwrap_or_default();
            self.table.bad.push(too_long(line).in_column(&column));
            return Ok(());
        }
        self.table.rows.push(Row { line, cells });
        Ok(())
    }
}

fn too_long(line: u64) -> Bad {
    Bad::at(
        line,
        "cell_size",
        format!("单元格超过 {CELL_MAX} 字"),
        format!("a cell has more than {CELL_MAX} characters"),
    )
}

/// Texts that a spreadsheet would take for a formula are written with an apostrophe before them; here it goes again.
fn unguarded(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if write::looks_like_formula(rest) => rest,
        _ => cell,
    }
}

/// Says bad rows, all of them.
pub fn tell(file: &Path, bad: &[Bad], lang: Lang) {
    let name = file.display().to_string();
    for one in bad {
        crate::terminal::line(one.told(&name, lang));
    }
}

impl From<Sentence> for Bad {
    fn from(sentence: Sentence) -> Bad {
        Bad::at(0, "file", sentence.zh, sentence.en)
    }
}
