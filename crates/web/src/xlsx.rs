//! A workbook written as it goes: rows leave for the reader while later ones are still being read, so memory does not grow
//! with their number.

use std::fmt::Write as _;
use std::io::{self, Write};

use kernel::Day;
use zip::CompressionMethod;
use zip::write::{SimpleFileOptions, StreamWriter, ZipWriter};

/// Rows of a sheet; what comes after goes on in another one.
const ROWS_MAX: u32 = 1_048_576;
/// Characters of a cell.
const CELL_MAX: usize = 32_767;
/// Digits that a spreadsheet keeps of a number; a longer one is written as text, so that none is lost.
const DIGITS_MAX: usize = 15;
/// Characters gathered before they are packed.
const GATHERED: usize = 64 << 10;

/// What a cell holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Cell {
    /// Text; nothing in it is ever a formula.
    Text(String),
    /// An exact decimal without separators; with two decimals shown, or as many as it has.
    Number(String, bool),
    /// A day.
    Day(Day),
}

/// A workbook on its way.
pub(crate) struct Workbook<W: Write> {
    zip: ZipWriter<StreamWriter<W>>,
    heads: Vec<String>,
    columns: Vec<String>,
    sheets: u32,
    row: u32,
    gathered: String,
}

const TYPES: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\
<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">\
<Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>\
<Default Extension=\"xml\" ContentType=\"application/xml\"/>\
<Override PartName=\"/xl/workbook.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml\"/>\
<Override PartName=\"/xl/styles.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml\"/>";

const RELATIONS: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\
<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">\
<Relationship Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" \
Target=\"xl/workbook.xml\"/></Relationships>";

/// Styles by their position: plain, bold, a day, money.
const STYLES: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\
<styleSheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\">\
<numFmts count=\"1\"><numFmt numFmtId=\"164\" formatCode=\"yyyy\\-mm\\-dd\"/></numFmts>\
<fonts count=\"2\"><font><sz val=\"11\"/><name val=\"Calibri\"/></font>\
<font><b/><sz val=\"11\"/><name val=\"Calibri\"/></font></fonts>\
<fills count=\"2\"><fill><patternFill patternType=\"none\"/></fill><fill><patternFill patternType=\"gray125\"/></fill></fills>\
<borders count=\"1\"><border><left/><right/><top/><bottom/><diagonal/></border></borders>\
<cellStyleXfs count=\"1\"><xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\"/></cellStyleXfs>\
<cellXfs count=\"4\"><xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\"/>\
<xf numFmtId=\"0\" fontId=\"1\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyFont=\"1\"/>\
<xf numFmtId=\"164\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyNumberFormat=\"1\"/>\
<xf numFmtId=\"4\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyNumberFormat=\"1\"/></cellXfs>\
</styleSheet>";

const SHEET: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\
<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\">\
<sheetViews><sheetView workbookViewId=\"0\"><pane ySplit=\"1\" topLeftCell=\"A2\" activePane=\"bottomLeft\" state=\"frozen\"/>\
</sheetView></sheetViews><sheetFormatPr defaultRowHeight=\"15\"/>";

impl<W: Write> Workbook<W> {
    /// Begins a workbook with these headings.
    pub fn begin(out: W, heads: Vec<String>) -> io::Result<Workbook<W>> {
        let columns = (0..heads.len()).map(letters).collect();
        let mut book = Workbook {
            zip: ZipWriter::new_stream(out),
            heads,
            columns,
            sheets: 0,
            row: 0,
            gathered: String::with_capacity(GATHERED * 2),
        };
        book.part("_rels/.rels", RELATIONS)?;
        book.part("xl/styles.xml", STYLES)?;
        book.sheet()?;
        Ok(book)
    }

    fn part(&mut self, name: &str, text: &str) -> io::Result<()> {
        self.open(name)?;
        self.zip.write_all(text.as_bytes())
    }

    fn open(&mut self, name: &str) -> io::Result<()> {
        // Little compression: a reader waits for rows, not for bytes.
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .compression_level(Some(1));
        self.zip.start_file(name, options).map_err(io::Error::other)
    }

    fn sheet(&mut self) -> io::Result<()> {
        self.sheets += 1;
        self.row = 0;
        self.open(&format!("xl/worksheets/sheet{}.xml", self.sheets))?;
        self.gathered.push_str(SHEET);
        self.gathered.push_str("<cols>");
        for at in 1..=self.heads.len() {
            let _ = write!(
                self.gathered,
                "<col min=\"{at}\" max=\"{at}\" width=\"16\" customWidth=\"1\"/>"
            );
        }
        self.gathered.push_str("</cols><sheetData>");
        let heads: Vec<Cell> = self.heads.iter().cloned().map(Cell::Text).collect();
        self.write(&heads, 1)
    }

    fn end_sheet(&mut self) -> io::Result<()> {
        self.gathered.push_str("</sheetData></worksheet>");
        self.flush()
    }

    fn flush(&mut self) -> io::Result<()> {
        self.zip.write_all(self.gathered.as_bytes())?;
        self.gathered.clear();
        Ok(())
    }

    /// Adds a row.
    pub fn row(&mut self, cells: &[Cell]) -> io::Result<()> {
        if self.row >= ROWS_MAX {
            self.end_sheet()?;
            self.sheet()?;
        }
        self.write(cells, 0)
    }

    fn write(&mut self, cells: &[Cell], style: u8) -> io::Result<()> {
        self.row += 1;
        let row = self.row;
        let out = &mut self.gathered;
        let _ = write!(out, "<row r=\"{row}\">");
        for (column, cell) in self.columns.iter().zip(cells) {
            match cell {
                Cell::Text(text) if text.is_empty() => {}
                Cell::Number(text, money) if fits(text) => {
                    let style = if *money { 3 } else { style };
                    let _ = write!(
                        out,
                        "<c r=\"{column}{row}\" s=\"{style}\"><v>{text}</v></c>"
                    );
                }
                Cell::Day(day) => {
                    let _ = write!(
                        out,
                        "<c r=\"{column}{row}\" s=\"2\"><v>{}</v></c>",
                        serial(*day)
                    );
                }
                Cell::Text(text) | Cell::Number(text, _) => {
                    let _ = write!(
                        out,
                        "<c r=\"{column}{row}\" s=\"{style}\" t=\"inlineStr\"><is><t xml:space=\"preserve\">"
                    );
                    escape(text, out);
                    out.push_str("</t></is></c>");
                }
            }
        }
        out.push_str("</row>");
        if out.len() >= GATHERED {
            self.flush()?;
        }
        Ok(())
    }

    /// Ends the workbook.
    pub fn end(mut self) -> io::Result<()> {
        self.end_sheet()?;
        let mut types = TYPES.to_owned();
        let mut sheets = String::new();
        let mut relations = String::new();
        for at in 1..=self.sheets {
            let _ = write!(
                types,
                "<Override PartName=\"/xl/worksheets/sheet{at}.xml\" \
                 ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml\"/>"
            );
            let _ = write!(
                sheets,
                "<sheet name=\"{at}\" sheetId=\"{at}\" r:id=\"rId{at}\"/>"
            );
            let _ = write!(
                relations,
                "<Relationship Id=\"rId{at}\" \
                 Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet\" \
                 Target=\"worksheets/sheet{at}.xml\"/>"
            );
        }
        types.push_str("</Types>");
        let workbook = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\
             <workbook xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" \
             xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\">\
             <sheets>{sheets}</sheets></workbook>"
        );
        let relations = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\
             <Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">{relations}\
             <Relationship Id=\"rIdS\" \
             Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles\" \
             Target=\"styles.xml\"/></Relationships>"
        );
        self.part("xl/workbook.xml", &workbook)?;
        self.part("xl/_rels/workbook.xml.rels", &relations)?;
        self.part("[Content_Types].xml", &types)?;
        let out = self.zip.finish().map_err(io::Error::other)?;
        out.into_inner().flush()
    }
}

/// The letters of a column, from 0.
fn letters(mut at: usize) -> String {
    let mut out = Vec::new();
    loop {
        out.push(b'A' + u8::try_from(at % 26).unwrap_or(0));
        if at < 26 {
            break;
        }
        at = at / 26 - 1;
    }
    out.iter().rev().map(|letter| char::from(*letter)).collect()
}

/// Whether a text is a number that a spreadsheet keeps whole.
fn fits(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let count = digits.bytes().filter(u8::is_ascii_digit).count();
    let points = digits.bytes().filter(|byte| *byte == b'.').count();
    (1..=DIGITS_MAX).contains(&count) && points <= 1 && count + points == digits.len()
}

/// The number of a day in a spreadsheet.
fn serial(day: Day) -> i64 {
    Day::new(1899, 12, 30).map_or(0, |first| day.days_since(first))
}

fn escape(text: &str, out: &mut String) {
    for c in text.chars().take(CELL_MAX) {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\t' | '\n' => out.push(c),
            // XML has no way to write these.
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => {}
            c => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_have_letters() {
        let shown: Vec<String> = [0, 25, 26, 51, 52, 701, 702]
            .into_iter()
            .map(letters)
            .collect();
        assert_eq!(shown, ["A", "Z", "AA", "AZ", "BA", "ZZ", "AAA"]);
    }

    #[test]
    fn days_have_the_number_a_spreadsheet_gives_them() {
        let day = |text: &str| text.parse::<Day>().expect("a day");
        assert_eq!(serial(day("1900-03-01")), 61);
        assert_eq!(serial(day("2026-04-01")), 46_113);
    }

    #[test]
    fn what_does_not_fit_is_text() {
        for good in ["0", "-12.50", "123456789012.345"] {
            assert!(fits(good), "{good}");
        }
        for bad in ["", "-", "1,2", "1.2.3", "1234567890123456", "=1", "1e5"] {
            assert!(!fits(bad), "{bad}");
        }
    }

    #[test]
    fn nothing_in_a_text_is_markup() {
        let mut out = String::new();
        escape("a<b>&\"c\u{1}\u{b}\n=1+1", &mut out);
        assert_eq!(out, "a&lt;b&gt;&amp;\"c\n=1+1");
    }
}
