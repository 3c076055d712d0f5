//! Tables in files that people bring: CSV and XLSX, read with limits, whatever their bytes.

mod csv_file;
#[cfg(test)]
mod random_tests;
mod xlsx_file;

use serde::Serialize;

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
    #[must_use]
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
    #[must_use]
    pub fn in_column(mut self, column: &str) -> Bad {
        self.column = Some(column.to_owned());
        self
    }
}

/// A table as read: every row has as many cells as the heading.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Table {
    /// Headings.
    pub header: Vec<String>,
    /// Line of the file that the headings stand in.
    pub header_line: u64,
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

/// How strictly a table is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// Days have no time of day, and a row that does not fit the headings is bad and left out.
    Strict,
    /// Moments are kept as `2026-11-02 08:05`, and a row that does not fit is bad and kept as far as it goes.
    Loose,
}

/// Reads a table, CSV or XLSX by its content.
///
/// # Errors
/// What makes the file as a whole unreadable.
pub fn read(bytes: &[u8], reading: Reading) -> Result<Table, Bad> {
    let table = match bytes.get(..4) {
        Some(b"PK\x03\x04") => xlsx_file::read(bytes, reading),
        Some([0xD0, 0xCF, 0x11, 0xE0]) => Err(Bad::at(
            0,
            "old_excel",
            "这是旧式 .xls 或加密的工作簿；请另存为未加密的 .xlsx 或 CSV",
            "this is an old .xls file or an encrypted workbook; save it as .xlsx without a password, or as CSV",
        )),
        _ => csv_file::read(bytes, reading),
    }?;
    match reading {
        Reading::Strict => check_whole(table),
        Reading::Loose => Ok(table),
    }
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
        self.table.header_line = line;
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
        Some(rest) if looks_like_formula(rest) => rest,
        _ => cell,
    }
}

/// Whether a spreadsheet would take a text for a formula. A plain signed number is none.
#[must_use]
pub fn looks_like_formula(text: &str) -> bool {
    match text.as_bytes().first() {
        Some(b'=' | b'@' | b'\t' | b'\r') => true,
        Some(b'+' | b'-') => text[1..]
            .bytes()
            .any(|b| !(b.is_ascii_digit() || b == b'.' || b == b',')),
        _ => false,
    }
}
