//! What a scanner reads in a form: a GS1 element string becomes values of the fields that say which element fills them, and
//! the record whose barcode it is.

use axum::Json;
use axum::extract::Path;
use kernel::gs1;
use model::{Field, FieldKind};
use serde::Serialize;
use store::RecordQuery;

use super::desk::{Asked, Desk, Reader};
use super::lookup::{Found, found_of};
use super::words;
use crate::error::Error;
use crate::names;

/// Longest text read; a barcode holds far less.
const LONGEST: usize = 500;

/// What a scan fills.
#[derive(Debug, Serialize)]
pub(crate) struct Told {
    /// Line fields that refer to the record of the barcode, with the record.
    records: Vec<(String, Found)>,
    /// Line fields with their texts.
    cells: Vec<(String, String)>,
    /// What the barcode says beyond that, as printed: `(21)S0001`.
    rest: Vec<String>,
}

pub(crate) async fn show(
    desk: Desk,
    Path(step): Path<String>,
    asked: Asked,
) -> Result<Json<Told>, Error> {
    desk.read(move |reader| read(reader, &step, asked.raw("code")))
        .await
        .map(Json)
}

fn read(reader: &Reader<'_>, step: &str, code: &str) -> Result<Told, Error> {
    let elements = Some(code)
        .filter(|code| code.len() <= LONGEST)
        .and_then(|code| gs1::typed(code).ok())
        .ok_or_else(|| {
            Error::bad(
                "barcode",
                "扫到的不是有效的 GS1 条码（校验位、日期或标识符不对）",
                "this is no valid GS1 barcode (check digit, date or identifier)",
            )
        })?;
    let catalog = reader.catalog();
    let (pack, flow, _, step) = words::step(&catalog, None, step).ok_or(Error::NotFound)?;
    let fields = flow
        .slips
        .get(step.slip)
        .and_then(|slip| slip.lines.as_deref())
        .unwrap_or_default();
    let mut told = Told {
        records: Vec::new(),
        cells: Vec::new(),
        rest: Vec::new(),
    };
    for element in &elements {
        let own = fields
            .iter()
            .filter(|field| field.scan.as_deref() == Some(&element.code));
        let before = told.cells.len() + told.records.len();
        for field in own {
            if let Some(text) = text(reader, field, &element.value) {
                told.cells.push((field.name.to_string(), text));
            }
        }
        for field in fields {
            if let Some(record) = record(reader, &pack.name, field, element)? {
                told.records.push((field.name.to_string(), record));
            }
        }
        if told.cells.len() + told.records.len() == before {
            told.rest
                .push(format!("({}){}", element.code, element.value));
        }
    }
    let names_thing = elements.iter().any(|element| element.code == "01");
    if names_thing && told.records.is_empty() && knows_barcodes(reader, &pack.name, fields) {
        let gtin = elements
            .iter()
            .find(|element| element.code == "01")
            .map_or("", |element| element.value.as_str());
        return Err(Error::bad(
            "barcode_unknown",
            format!("没有条码为 {gtin} 的资料"),
            format!("no record has the barcode {gtin}"),
        ));
    }
    Ok(told)
}

/// A value as it is typed into a field.
fn text(reader: &Reader<'_>, field: &Field, value: &str) -> Option<String> {
    match field.kind {
        FieldKind::Day => gs1::day(value, reader.today).map(|day| day.to_string()),
        FieldKind::Amount(_) => {
            let digits = value.trim_start_matches('0');
            Some(if digits.is_empty() { "0" } else { digits }.to_owned())
        }
        _ => Some(value.to_owned()),
    }
}

/// The register that a field refers to, with the field in it that holds barcodes of this kind.
fn barcodes<'a>(
    catalog: &'a model::Catalog,
    pack: &str,
    field: &Field,
    code: &str,
) -> Option<(String, &'a model::Register, &'a Field)> {
    let FieldKind::Register(register) = &field.kind else {
        return None;
    };
    let qualified = format!("{pack}.{register}");
    let declared = names::register(catalog, &qualified)?;
    let held = declared
        .fields
        .iter()
        .find(|field| field.scan.as_deref() == Some(code))?;
    Some((qualified, declared, held))
}

fn knows_barcodes(reader: &Reader<'_>, pack: &str, fields: &[Field]) -> bool {
    let catalog = reader.catalog();
    fields
        .iter()
        .any(|field| barcodes(&catalog, pack, field, "01").is_some())
}

/// The record that a scanned value names: retail codes are kept with or without the zeros that make them fourteen digits.
fn record(
    reader: &Reader<'_>,
    pack: &str,
    field: &Field,
    element: &gs1::Element,
) -> Result<Option<Found>, Error> {
    let catalog = reader.catalog();
    let Some((qualified, declared, held)) = barcodes(&catalog, pack, field, &element.code) else {
        return Ok(None);
    };
    let bare = |text: &str| text.trim_start_matches('0').to_owned();
    let wanted = bare(&element.value);
    let query = RecordQuery {
        on: Some(reader.today),
        search: Some(wanted.clone()),
        limit: 50,
        ..RecordQuery::default()
    };
    let page = reader.store.records(reader.org, &qualified, &query)?;
    let found = page.rows.into_iter().find(|row| {
        let fields = row.fields();
        fields
            .get(&*held.name)
            .is_some_and(|text| bare(text.trim()) == wanted)
    });
    Ok(found.map(|row| found_of(reader, declared, &row)))
}
