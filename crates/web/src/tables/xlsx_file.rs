//! XLSX: the first sheet, cell by cell. What a hostile file could blow up (its packing, a cell far away, one long text
//! named often) is measured before it is believed.

use std::io::{Cursor, Read};

use calamine::{DataRef, ExcelDateTime, Reader, Xlsx};
use zip::ZipArchive;

use super::{Bad, Builder, COLUMNS_MAX, ROWS_MAX, Reading, Table, too_long};

/// Most bytes that the parts of a workbook may unpack to.
const UNPACKED_MAX: u64 = 256 * 1024 * 1024;
/// Most parts of a workbook.
const PARTS_MAX: usize = 2_000;

/// Reads the first sheet of a workbook.
pub fn read(bytes: &[u8], reading: Reading) -> Result<Table, Bad> {
    check_packing(bytes)?;
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(unreadable)?;
    let Some(sheet) = book.sheet_names().first().cloned() else {
        return Err(Bad::at(
            0,
            "no_sheet",
            "工作簿中没有工作表",
            "the workbook has no sheet",
        ));
    };
    let mut cells = book.worksheet_cells_reader(&sheet).map_err(unreadable)?;
    let mut sheet = Sheet {
        loose: reading == Reading::Loose,
        ..Sheet::default()
    };
    while let Some(cell) = cells.next_cell().map_err(unreadable)? {
        let (row, column) = cell.get_position();
        sheet.cell(u64::from(row) + 1, column as usize, cell.get_value())?;
    }
    sheet.end_row()?;
    Ok(sheet.builder.table)
}

fn unreadable(error: impl std::fmt::Display) -> Bad {
    Bad::at(
        0,
        "xlsx",
        format!("工作簿无法读取：{error}"),
        format!("the workbook cannot be read: {error}"),
    )
}

/// Unpacks everything once and counts: the sizes that a file states about itself prove nothing.
fn check_packing(bytes: &[u8]) -> Result<(), Bad> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(unreadable)?;
    let too_large = || {
        Bad::at(
            0,
            "unpacked",
            "工作簿解压后过大",
            "the workbook unpacks to too much",
        )
    };
    if archive.len() > PARTS_MAX {
        return Err(too_large());
    }
    let mut left = UNPACKED_MAX;
    for at in 0..archive.len() {
        let part = archive.by_index(at).map_err(unreadable)?;
        let unpacked =
            std::io::copy(&mut part.take(left + 1), &mut std::io::sink()).map_err(unreadable)?;
        left = left.checked_sub(unpacked).ok_or_else(too_large)?;
    }
    Ok(())
}

/// The sheet as it is read: cells come in order of rows, with gaps.
#[derive(Default)]
struct Sheet {
    builder: Builder,
    loose: bool,
    header_read: bool,
    line: u64,
    cells: Vec<String>,
    bad: Option<Bad>,
}

impl Sheet {
    fn cell(&mut self, line: u64, column: usize, value: &DataRef<'_>) -> Result<(), Bad> {
        if matches!(value, DataRef::Empty) {
            return Ok(());
        }
        if line != self.line {
            self.end_row()?;
            if line < self.line {
                return Err(unreadable("rows out of order"));
            }
            self.line = line;
        }
        // A row far below the last is no row of the table but a stray cell; the limit on rows still holds for it.
        if line > ROWS_MAX as u64 * 2 {
            return Err(Bad::at(
                line,
                "rows",
                "此行离表格过远",
                "this row lies too far below the table",
            ));
        }
        let width = if self.header_read {
            self.builder.table.header.len()
        } else {
            COLUMNS_MAX + 1
        };
        match text(value, self.loose) {
            Ok(Text::Plain(text)) => self.put(column, width, &text),
            Ok(Text::Long) => self.bad = Some(too_long(line)),
            Err((zh, en)) => {
                let name = self
                    .builder
                    .table
                    .header
                    .get(column)
                    .cloned()
                    .unwrap_or_default();
                self.bad = Some(Bad::at(line, "cell", zh, en).in_column(&name));
            }
        }
        Ok(())
    }

    fn put(&mut self, column: usize, width: usize, text: &str) {
        if text.trim().is_empty() {
            return;
        }
        if column >= width {
            self.bad = Some(Bad::at(
                self.line,
                "cells",
                "列名之外还有内容",
                "there is a cell beyond the last heading",
            ));
            return;
        }
        if self.cells.len() <= column {
            self.cells.resize(column + 1, String::new());
        }
        text.clone_into(&mut self.cells[column]);
    }

    fn end_row(&mut self) -> Result<(), Bad> {
        let mut cells = std::mem::take(&mut self.cells);
        let bad = self.bad.take();
        if self.line == 0 {
            return Ok(());
        }
        if !self.header_read {
            if let Some(bad) = bad {
                return Err(bad);
            }
            self.header_read = true;
            return self.builder.header(self.line, cells);
        }
        match bad {
            Some(bad) if !self.loose => self.builder.table.bad.push(bad),
            bad => {
                self.builder.table.bad.extend(bad);
                cells.resize(self.builder.table.header.len(), String::new());
                self.builder.row(self.line, cells)?;
            }
        }
        Ok(())
    }
}

/// What a cell says.
enum Text {
    Plain(String),
    Long,
}

fn text(value: &DataRef<'_>, loose: bool) -> Result<Text, (String, String)> {
    let plain = |text: String| Ok(Text::Plain(text));
    match value {
        DataRef::Empty => plain(String::new()),
        DataRef::String(text) if text.len() > super::CELL_MAX * 4 => Ok(Text::Long),
        DataRef::SharedString(text) if text.len() > super::CELL_MAX * 4 => Ok(Text::Long),
        DataRef::String(text) => plain(text.clone()),
        DataRef::SharedString(text) => plain((*text).to_owned()),
        DataRef::Int(number) => plain(number.to_string()),
        DataRef::Float(number) => decimal(*number).map(Text::Plain),
        DataRef::Bool(yes) => plain(if *yes { "yes" } else { "no" }.to_owned()),
        DataRef::DateTime(date) => day(date, loose).map(Text::Plain),
        DataRef::DateTimeIso(text) if loose => plain(text.clone()),
        DataRef::DateTimeIso(text) => plain(text.split('T').next().unwrap_or_default().to_owned()),
        DataRef::DurationIso(_) => {
            Err(("不应为时长".to_owned(), "must not be a duration".to_owned()))
        }
        DataRef::Error(error) => Err((
            format!("公式出错：{error}"),
            format!("the formula failed: {error}"),
        )),
    }
}

/// The decimal that a spreadsheet shows for a number: 15 significant digits, and never an exponent.
fn decimal(number: f64) -> Result<String, (String, String)> {
    if !number.is_finite() {
        return Err(("不是数字".to_owned(), "is not a number".to_owned()));
    }
    let scientific = format!("{number:.14e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let (sign, mantissa) = mantissa
        .strip_prefix('-')
        .map_or(("", mantissa), |rest| ("-", rest));
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    if !(-15..=20).contains(&exponent) {
        return Err((
            "数值过大或过小".to_owned(),
            "is too large or too small".to_owned(),
        ));
    }
    let point = exponent + 1;
    let (whole, fraction) = if point <= 0 {
        (
            "0".to_owned(),
            "0".repeat(point.unsigned_abs() as usize) + &digits,
        )
    } else {
        let point = point as usize;
        let padded = format!("{digits:0<point$}");
        (padded[..point].to_owned(), padded[point..].to_owned())
    };
    let fraction = fraction.trim_end_matches('0');
    Ok(match fraction {
        "" if whole == "0" => whole,
        "" => format!("{sign}{whole}"),
        _ => format!("{sign}{whole}.{fraction}"),
    })
}

fn day(date: &ExcelDateTime, loose: bool) -> Result<String, (String, String)> {
    if !date.is_datetime() {
        return Err(("不应为时长".to_owned(), "must not be a duration".to_owned()));
    }
    let (year, month, day, hour, minute, second, milli) = date.to_ymd_hms_milli();
    if loose {
        let of_day = i64::from(hour) * 60 + i64::from(minute);
        // Sheets count in parts of days: what lies a little before a full minute is that minute, not the one before.
        let of_day = of_day + i64::from(second == 59 && milli >= 500);
        let day: Option<kernel::Day> = format!("{year:04}-{month:02}-{day:02}").parse().ok();
        let moment = day.map(|day| kernel::Moment::noon_of(day).plus_minutes(of_day - 720));
        return moment
            .map(|moment| moment.minute())
            .ok_or_else(|| ("不是日期".to_owned(), "is no day".to_owned()));
    }
    if (hour, minute, second, milli) != (0, 0, 0, 0) {
        return Err((
            "日期不应带时刻".to_owned(),
            "a day must not have a time".to_owned(),
        ));
    }
    Ok(format!("{year:04}-{month:02}-{day:02}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_as_a_spreadsheet_shows_them() {
        for (number, shown) in [
            (12.5, "12.5"),
            (0.3, "0.3"),
            (0.1 + 0.2, "0.3"),
            (-0.05, "-0.05"),
            (100.0, "100"),
            (0.0, "0"),
            (-0.0, "0"),
            (123_456_789.012_345, "123456789.012345"),
            (6_901_234_567_892.0, "6901234567892"),
            (1e15, "1000000000000000"),
        ] {
            assert_eq!(decimal(number).unwrap(), shown);
        }
        assert!(decimal(f64::NAN).is_err());
        assert!(decimal(1e300).is_err());
    }
}
