//! CSV: UTF-8 with or without its mark, UTF-16 with its mark, or GB18030; comma, semicolon or tab between cells.

use std::borrow::Cow;

use encoding_rs::{Encoding, GB18030};

use super::{Bad, Builder, Reading, Table};

/// Reads a CSV text.
pub fn read(bytes: &[u8], reading: Reading) -> Result<Table, Bad> {
    // The reader counts the line of a record before it has passed the second half of the line end before it.
    let text = decode(bytes)?.replace("\r\n", "\n");
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter(&text))
        .from_reader(text.as_bytes());
    let mut builder = Builder::default();
    let mut record = csv::StringRecord::new();
    let mut last_line = 1;
    let mut first = true;
    while read_record(&mut reader, &mut record)? {
        let line = record.position().map_or(0, |at| line_of(&text, at));
        last_line = line;
        let cells: Vec<String> = record.iter().map(str::to_owned).collect();
        if first {
            builder.header(line, cells)?;
            first = false;
            continue;
        }
        let kept = (reading == Reading::Loose).then(|| cells.clone());
        match fitted(cells, builder.table.header.len()) {
            Ok(cells) => builder.row(line, cells)?,
            Err(found) => {
                let wanted = builder.table.header.len();
                builder.table.bad.push(Bad::at(
                    line,
                    "cells",
                    format!("此行有 {found} 个单元格，列名有 {wanted} 个"),
                    format!("this row has {found} cells, the heading has {wanted}"),
                ));
                if let Some(mut cells) = kept {
                    cells.resize(wanted, String::new());
                    builder.row(line, cells)?;
                }
            }
        }
    }
    check_quotes(&text, last_line)?;
    Ok(builder.table)
}

/// The line on which a record begins. The reader tells where it was before it passed over empty lines.
fn line_of(text: &str, at: &csv::Position) -> u64 {
    let from = usize::try_from(at.byte()).unwrap_or(usize::MAX);
    let rest = text.as_bytes().get(from..).unwrap_or_default();
    at.line() + rest.iter().take_while(|byte| **byte == b'\n').count() as u64
}

fn read_record(
    reader: &mut csv::Reader<&[u8]>,
    record: &mut csv::StringRecord,
) -> Result<bool, Bad> {
    reader.read_record(record).map_err(|error| {
        let line = error.position().map_or(0, csv::Position::line);
        Bad::at(
            line,
            "csv",
            format!("CSV 无法读取：{error}"),
            format!("the CSV cannot be read: {error}"),
        )
    })
}

/// A row of the heading's width. More cells are dropped where they are empty; fewer mean that something shifted.
fn fitted(mut cells: Vec<String>, width: usize) -> Result<Vec<String>, usize> {
    let found = cells.len();
    let blank = cells.iter().all(|cell| cell.trim().is_empty());
    if blank || (found > width && cells[width..].iter().all(|cell| cell.trim().is_empty())) {
        cells.resize(width, String::new());
    }
    if cells.len() == width {
        Ok(cells)
    } else {
        Err(found)
    }
}

/// A quotation mark that is never closed swallows the rest of the file; the rows in it would be lost without a word.
fn check_quotes(text: &str, last_line: u64) -> Result<(), Bad> {
    if text
        .bytes()
        .filter(|b| *b == b'"')
        .count()
        .is_multiple_of(2)
    {
        return Ok(());
    }
    Err(Bad::at(
        last_line,
        "quote",
        "双引号不成对",
        "a quotation mark is not closed",
    ))
}

/// The character between cells: whichever of the usual ones the heading has most of.
fn delimiter(text: &str) -> u8 {
    let heading = text.lines().next().unwrap_or_default();
    let count = |delimiter: u8| heading.bytes().filter(|b| *b == delimiter).count();
    [b',', b'\t', b';']
        .into_iter()
        .rev()
        .max_by_key(|d| count(*d))
        .unwrap_or(b',')
}

fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, Bad> {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return strict(encoding, &bytes[mark..]);
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(Cow::Borrowed(text)),
        Err(error) => strict(GB18030, bytes).map_err(|_| not_text(bytes, error.valid_up_to())),
    }
}

fn strict<'a>(encoding: &'static Encoding, bytes: &'a [u8]) -> Result<Cow<'a, str>, Bad> {
    encoding
        .decode_without_bom_handling_and_without_replacement(bytes)
        .ok_or_else(|| {
            let at = std::str::from_utf8(bytes)
                .err()
                .map_or(0, |error| error.valid_up_to());
            not_text(bytes, at)
        })
}

fn not_text(bytes: &[u8], at: usize) -> Bad {
    let line = bytes.iter().take(at).filter(|b| **b == b'\n').count() as u64 + 1;
    Bad::at(
        line,
        "encoding",
        "文字编码既不是 UTF-8 也不是 GB18030",
        "the text is neither UTF-8 nor GB18030",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &[u8]) -> Vec<Vec<String>> {
        read(text, Reading::Strict)
            .unwrap()
            .rows
            .into_iter()
            .map(|row| row.cells)
            .collect()
    }

    #[test]
    fn every_usual_encoding_is_read() {
        let wanted = vec![vec!["A001".to_owned(), "阿莫西林胶囊".to_owned()]];
        let text = "编码,名称\r\nA001,阿莫西林胶囊\r\n";
        assert_eq!(rows(text.as_bytes()), wanted);
        assert_eq!(rows(format!("\u{feff}{text}").as_bytes()), wanted);
        assert_eq!(rows(&GB18030.encode(text).0), wanted);
        let utf16: Vec<u8> = format!("\u{feff}{text}")
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        assert_eq!(rows(&utf16), wanted);
        assert_eq!(rows("编码\t名称\nA001\t阿莫西林胶囊".as_bytes()), wanted);
        assert_eq!(rows("编码;名称\nA001;阿莫西林胶囊".as_bytes()), wanted);
    }

    #[test]
    fn rows_that_do_not_fit_are_named() {
        let table = read(
            "a,b\n1,2\n1\n,\n1,2,3\n1,2,\n\"x\ny\",2\n".as_bytes(),
            Reading::Strict,
        )
        .unwrap();
        let lines: Vec<u64> = table.rows.iter().map(|row| row.line).collect();
        assert_eq!(lines, [2, 6, 7]);
        let gaps = read(b"\na,b\n\n1,2\r\n\r\n\r\n3,4\n", Reading::Strict).unwrap();
        let lines: Vec<u64> = gaps.rows.iter().map(|row| row.line).collect();
        assert_eq!(lines, [4, 7]);
        let windows = read(b"a,b\r\n1,2\r\n1\r\n3,4\r\n", Reading::Loose).unwrap();
        let lines: Vec<u64> = windows.rows.iter().map(|row| row.line).collect();
        assert_eq!((lines, windows.bad[0].line), (vec![2, 3, 4], 3));
        let bad: Vec<(u64, &str)> = table.bad.iter().map(|bad| (bad.line, &*bad.code)).collect();
        assert_eq!(bad, [(3, "cells"), (5, "cells")]);
        assert_eq!(
            read(b"a,b\n1,\"2\n3,4\n", Reading::Strict)
                .unwrap_err()
                .code,
            "quote"
        );
        assert_eq!(
            read(b"a\n\xff\xff\n", Reading::Strict).unwrap_err().code,
            "encoding"
        );
    }
}
