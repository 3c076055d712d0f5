//! Tables written row by row, so that a million rows need no more memory than one.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use rust_xlsxwriter::{Format, Workbook, Worksheet};

use web::tables::looks_like_formula;

use crate::stop::Stop;

/// Rows of one XLSX sheet, the heading included.
const SHEET_ROWS: u32 = 1_048_576;

/// Most characters of a cell of an XLSX sheet.
const CELL_TEXT: usize = 32_767;

/// A cell to write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cell<'a> {
    /// Text, never taken for a formula.
    Text(&'a str),
    /// A plain decimal, a number where the format has numbers.
    Number(&'a str),
}

enum Kind {
    Csv(Box<csv::Writer<BufWriter<File>>>),
    Xlsx(Box<Book>),
}

struct Book {
    book: Workbook,
    sheet: Worksheet,
    row: u32,
    header: Vec<String>,
    bold: Format,
}

/// Writes a table to a file that appears under its name only when it is complete.
pub struct TableWriter {
    kind: Kind,
    path: PathBuf,
    partial: PathBuf,
}

impl TableWriter {
    /// A file whose name ends in `.csv` or `.xlsx`.
    pub fn create(path: &Path, header: &[String]) -> Result<TableWriter, Stop> {
        let extension = path
            .extension()
            .map(|extension| extension.to_string_lossy().to_ascii_lowercase());
        let mut partial = path.as_os_str().to_owned();
        partial.push(".partial");
        let partial = PathBuf::from(partial);
        let kind = match extension.as_deref() {
            Some("csv") => {
                let mut file = BufWriter::new(
                    File::create(&partial).map_err(Stop::file("writing", &partial))?,
                );
                // Excel takes a CSV without this mark for the local encoding.
                file.write_all("\u{feff}".as_bytes())
                    .map_err(Stop::file("writing", &partial))?;
                let mut writer = csv::WriterBuilder::new()
                    .terminator(csv::Terminator::CRLF)
                    .from_writer(file);
                writer.write_record(header).map_err(Stop::other)?;
                Kind::Csv(Box::new(writer))
            }
            Some("xlsx") => Kind::Xlsx(Box::new(Book::new(header)?)),
            _ => {
                let name = path.display();
                return Err(Stop::usage(
                    format!("{name}：文件名须以 .csv 或 .xlsx 结尾"),
                    format!("{name}: the name must end in .csv or .xlsx"),
                ));
            }
        };
        Ok(TableWriter {
            kind,
            path: path.to_owned(),
            partial,
        })
    }

    /// Writes a row.
    pub fn row(&mut self, cells: &[Cell<'_>]) -> Result<(), Stop> {
        match &mut self.kind {
            Kind::Csv(writer) => {
                for cell in cells {
                    let written = match cell {
                        Cell::Number(number) => writer.write_field(number),
                        Cell::Text(text) if looks_like_formula(text) => {
                            writer.write_field(format!("'{text}"))
                        }
                        Cell::Text(text) => writer.write_field(text),
                    };
                    written.map_err(Stop::other)?;
                }
                writer.write_record(None::<&[u8]>).map_err(Stop::other)
            }
            Kind::Xlsx(book) => book.row(cells),
        }
    }

    /// Completes the file and gives it its name.
    pub fn finish(self) -> Result<(), Stop> {
        match self.kind {
            Kind::Csv(writer) => {
                let buffered = writer
                    .into_inner()
                    .map_err(|error| Stop::other(error.error()))?;
                let file = buffered
                    .into_inner()
                    .map_err(|error| Stop::other(error.error()))?;
                file.sync_all()
                    .map_err(Stop::file("writing", &self.partial))?;
            }
            Kind::Xlsx(book) => {
                let Book {
                    mut book, sheet, ..
                } = *book;
                book.push_worksheet(sheet);
                book.save(&self.partial).map_err(Stop::other)?;
            }
        }
        std::fs::rename(&self.partial, &self.path).map_err(Stop::file("writing", &self.path))
    }
}

impl Book {
    fn new(header: &[String]) -> Result<Book, Stop> {
        let mut book = Workbook::new();
        let sheet = book
            .new_worksheet_with_constant_memory()
            .map_err(Stop::other)?;
        let mut book = Book {
            book,
            sheet,
            row: 0,
            header: header.to_vec(),
            bold: Format::new().set_bold(),
        };
        book.heading()?;
        Ok(book)
    }

    fn heading(&mut self) -> Result<(), Stop> {
        self.sheet.set_freeze_panes(1, 0).map_err(Stop::other)?;
        for (column, text) in (0..).zip(&self.header) {
            self.sheet
                .write_string_with_format(0, column, text, &self.bold)
                .map_err(Stop::other)?;
        }
        self.row = 1;
        Ok(())
    }

    fn row(&mut self, cells: &[Cell<'_>]) -> Result<(), Stop> {
        if self.row == SHEET_ROWS {
            let next = self
                .book
                .new_worksheet_with_constant_memory()
                .map_err(Stop::other)?;
            self.book
                .push_worksheet(std::mem::replace(&mut self.sheet, next));
            self.heading()?;
        }
        for (column, cell) in (0..).zip(cells) {
            if let Cell::Text(text) | Cell::Number(text) = cell
                && text.chars().count() > CELL_TEXT
            {
                let row = self.row + 1;
                return Err(Stop::usage(
                    format!("第 {row} 行有超过 {CELL_TEXT} 字的内容，XLSX 容纳不下；请导出为 .csv"),
                    format!(
                        "row {row} has more than {CELL_TEXT} characters in a cell, which XLSX cannot hold; export to .csv"
                    ),
                ));
            }
            let written = match cell {
                Cell::Text("") | Cell::Number("") => continue,
                Cell::Text(text) => self.sheet.write_string(self.row, column, *text),
                Cell::Number(text) => match exact_number(text) {
                    Some(number) => self.sheet.write_number(self.row, column, number),
                    None => self.sheet.write_string(self.row, column, *text),
                },
            };
            written.map_err(Stop::other)?;
        }
        self.row += 1;
        Ok(())
    }
}

/// The number of a decimal that a spreadsheet can hold without changing it: at most 15 digits.
fn exact_number(text: &str) -> Option<f64> {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    (digits <= 15).then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["table.csv", "table.xlsx"] {
            let path = folder.path().join(name);
            let header = ["编码".to_owned(), "名称".to_owned(), "单价".to_owned()];
            let mut writer = TableWriter::create(&path, &header).unwrap();
            let rows = [
                ["001", "=1+1", "12.50"],
                ["A\"b", "多行\n文字", "-3"],
                ["-x", "@here", "123456789012345678.90"],
            ];
            for [key, name, price] in rows {
                writer
                    .row(&[Cell::Text(key), Cell::Text(name), Cell::Number(price)])
                    .unwrap();
            }
            assert!(!path.exists(), "the file is there before it is complete");
            writer.finish().unwrap();
            let bytes = super::super::read_bytes(&path).unwrap().unwrap();
            let table = web::tables::read(&bytes, web::tables::Reading::Strict).unwrap();
            assert_eq!(table.header, header);
            let read: Vec<&[String]> = table.rows.iter().map(|row| &*row.cells).collect();
            let trimmed = if name.ends_with("xlsx") {
                "12.5"
            } else {
                "12.50"
            };
            assert_eq!(read[0], ["001", "=1+1", trimmed]);
            assert_eq!(read[1], ["A\"b", "多行\n文字", "-3"]);
            assert_eq!(read[2], ["-x", "@here", "123456789012345678.90"]);
        }
    }
}
