//! A file that was brought for import, judged: its table read, its columns said, every row tried.

use super::desk::Reader;
use crate::auth::Fields;
use crate::error::Error;
use crate::intake::brought::File;
use crate::intake::mapping::{self, LEFT_OUT, Mapping};
use crate::intake::{Column, Hand, Plan, Target, plan, recognise_leniently};
use crate::tables::{self, Bad, Reading};

/// Characters of a sample cell.
const SAMPLE: usize = 24;
/// Characters shown of what is wrong.
const FOUND: usize = 60;

/// What became of a file: its table read, its columns said, its rows judged.
pub(super) struct Judged {
    /// The headings.
    pub header: Vec<String>,
    /// A cell of each column.
    pub samples: Vec<String>,
    /// The columns that such a file may have.
    pub columns: Vec<Column>,
    /// The field of each column; empty where it is left out.
    pub chosen: Vec<String>,
    /// Which of them are only like their heading.
    pub alike: Vec<bool>,
    /// What importing would do.
    pub plan: Plan,
    /// Rows of the file.
    pub rows: usize,
    /// What stands in the file where each mistake is.
    pub found: Vec<String>,
}

/// The mapping that the form says: `c.0` is the field of the first column.
pub(super) fn said(header: &[String], fields: &Fields) -> Mapping {
    let column = |at: usize| fields.text(&format!("c.{at}")).to_owned();
    let field = |at: usize| Some(column(at)).filter(|field| !field.is_empty());
    let pairs = header.iter().enumerate();
    pairs
        .map(|(at, heading)| {
            (
                heading.clone(),
                field(at).unwrap_or_else(|| LEFT_OUT.to_owned()),
            )
        })
        .collect()
}

/// Judges a file by what the form says of its columns, or by what is proposed where nothing is said yet.
pub(super) fn judge(
    reader: &Reader<'_>,
    hand: &Hand<'_>,
    target: Target<'_>,
    file: &File,
    fields: Option<&Fields>,
) -> Result<Judged, Error> {
    let columns = target.columns();
    let read = match tables::read(&file.bytes, Reading::Strict) {
        Ok(read) => read,
        Err(bad) => {
            let plan = Plan {
                bad: vec![bad],
                ..Plan::default()
            };
            return Ok(Judged {
                header: Vec::new(),
                samples: Vec::new(),
                columns,
                chosen: Vec::new(),
                alike: Vec::new(),
                plan,
                rows: 0,
                found: vec![String::new()],
            });
        }
    };
    let kept = mapping::kept(reader.store, reader.org, target.name())?;
    let proposed = recognise_leniently(&read.header, &columns, &kept);
    let mapping = match fields {
        Some(fields) => said(&read.header, fields),
        None => {
            let field = |column: &Option<(&Column, bool)>| {
                column
                    .map_or(LEFT_OUT, |(column, _)| &column.name)
                    .to_owned()
            };
            read.header
                .iter()
                .cloned()
                .zip(proposed.iter().map(field))
                .collect()
        }
    };
    let field = |heading: &String| {
        mapping
            .get(heading)
            .filter(|field| *field != LEFT_OUT)
            .cloned()
            .unwrap_or_default()
    };
    let chosen: Vec<String> = read.header.iter().map(field).collect();
    let alike = proposed.iter().zip(&chosen).map(|(column, chosen)| {
        column.is_some_and(|(column, alike)| alike && column.name == *chosen)
    });
    let alike = alike.collect();
    let samples = (0..read.header.len()).map(|at| {
        let cell = read
            .rows
            .iter()
            .filter_map(|row| row.cells.get(at))
            .find(|cell| !cell.is_empty());
        cell.map(|cell| cell.chars().take(SAMPLE).collect())
            .unwrap_or_default()
    });
    let (samples, rows, header) = (
        samples.collect(),
        read.rows.len() + read.bad.len(),
        read.header.clone(),
    );
    let plan = match heading_twice(&header) {
        Some(bad) => Plan {
            bad: vec![bad],
            ..Plan::default()
        },
        None => plan(hand, target, read, (&mapping, false), &|_, _| {})?,
    };
    let found = found(&file.bytes, &plan.bad);
    Ok(Judged {
        header,
        samples,
        columns,
        chosen,
        alike,
        plan,
        rows,
        found,
    })
}

/// What stands where the mistakes are; the file is read once more, for few have any.
fn found(bytes: &[u8], bad: &[Bad]) -> Vec<String> {
    if bad.is_empty() {
        return Vec::new();
    }
    let table = tables::read(bytes, Reading::Strict).unwrap_or_default();
    let value = |bad: &Bad| {
        let row = table
            .rows
            .binary_search_by_key(&bad.line, |row| row.line)
            .ok()?;
        let at = table
            .header
            .iter()
            .position(|heading| Some(heading) == bad.column.as_ref())?;
        let cell = table.rows[row].cells.get(at)?;
        Some(cell.chars().take(FOUND).collect())
    };
    bad.iter()
        .map(|bad| value(bad).unwrap_or_default())
        .collect()
}

/// Two columns of one heading cannot be told apart.
fn heading_twice(header: &[String]) -> Option<Bad> {
    let twice =
        |(at, heading): (usize, &String)| header[..at].contains(heading).then(|| heading.clone());
    let heading = header.iter().enumerate().find_map(twice)?;
    Some(Bad::at(
        1,
        "heading_twice",
        format!("有两列同名：{heading:?}"),
        format!("two columns have the heading {heading:?}"),
    ))
}
