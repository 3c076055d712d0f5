//! What a scanner reads in a form: a GS1 element string becomes values of the fields that say which element fills them and
//! the records that it names; a label with a key becomes the field that takes keys of that register; a slip's number leads
//! to the slip.

use axum::Json;
use axum::extract::Path;
use kernel::gs1;
use model::{Catalog, Field, FieldKind, Register, Scan};
use serde::Serialize;
use store::{RecordQuery, RecordRow};

use super::desk::{Asked, Desk, Reader, address};
use super::lookup::{Found, found_of};
use super::{scan_codes, search, words};
use crate::error::Error;
use crate::names;
use crate::paper::check::Claim;

/// Longest text read; a barcode holds far less.
const LONGEST: usize = 500;
/// Records looked through for one that a scan names: so many batches may be called alike.
const ALIKE: usize = 200;

/// What a scan fills.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Told {
    /// Line fields that refer to the record of the barcode, with the record.
    pub(super) records: Vec<(String, Found)>,
    /// Line fields with their texts.
    pub(super) cells: Vec<(String, String)>,
    /// What the barcode says beyond that, as printed: `(21)S0001`.
    rest: Vec<String>,
    /// Inputs that take the key that was scanned: `h.scope`, `l.bin`.
    keys: Vec<(String, Found)>,
    /// How many pieces the barcode says there are.
    pub(super) count: Option<String>,
    /// The day on which it expired.
    expired: Option<String>,
    /// The slip whose number it is, and where it is worked on.
    slip: Option<(String, String)>,
    /// Codes of packs, and the field that lists them.
    pub(super) codes: Option<Listed>,
}

/// Codes that a field of a line takes.
#[derive(Debug, Default, Serialize)]
pub(super) struct Listed {
    pub field: String,
    pub codes: Vec<String>,
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
    let catalog = reader.catalog();
    let (pack, flow, _, step) = words::step(&catalog, None, step).ok_or(Error::NotFound)?;
    let slip = flow.slips.get(step.slip).ok_or(Error::NotFound)?;
    let scan = Lens {
        reader,
        catalog: &catalog,
        pack: &pack.name,
        header: &slip.header,
        lines: slip.lines.as_deref().unwrap_or_default(),
    };
    let code = if code.len() <= LONGEST { code } else { "" };
    if let Some(told) = scan_codes::told(reader, pack, (flow, step), code.trim())? {
        return Ok(told);
    }
    let keys = scan.keys(code.trim())?;
    if !keys.is_empty() {
        return Ok(Told {
            keys,
            ..Told::default()
        });
    }
    match gs1::typed(code) {
        Ok(elements) => scan.elements(&elements),
        Err(_) => scan.plain(code.trim()),
    }
}

/// A form that something is scanned into.
struct Lens<'a> {
    reader: &'a Reader<'a>,
    catalog: &'a Catalog,
    pack: &'a str,
    header: &'a [Field],
    lines: &'a [Field],
}

impl Lens<'_> {
    fn register(&self, name: &str) -> Option<(String, &Register)> {
        let qualified = format!("{}.{name}", self.pack);
        let declared = names::register(self.catalog, &qualified)?;
        Some((qualified, declared))
    }

    /// The record of a key as it stands on a label, in whatever case it was typed.
    fn record_of(&self, register: &str, key: &str) -> Result<Option<Found>, Error> {
        let Some((qualified, declared)) = self.register(register) else {
            return Ok(None);
        };
        let (reader, today) = (self.reader, self.reader.today);
        for key in [key.to_owned(), key.to_uppercase()] {
            let row = reader
                .store
                .record_on(reader.org, &qualified, &key, today)?;
            if let Some(row) = row {
                return Ok(Some(found_of(reader, declared, &row)));
            }
        }
        Ok(None)
    }

    /// The inputs that take this key.
    fn keys(&self, code: &str) -> Result<Vec<(String, Found)>, Error> {
        let mut found = Vec::new();
        let places = [("h", self.header), ("l", self.lines)];
        for (place, fields) in places.into_iter().filter(|_| !code.is_empty()) {
            for field in fields {
                let Some(Scan::Key(register)) = &field.scan else {
                    continue;
                };
                if let Some(record) = self.record_of(register, code)? {
                    found.push((format!("{place}.{}", field.name), record));
                }
            }
        }
        Ok(found)
    }

    fn elements(&self, elements: &[gs1::Element]) -> Result<Told, Error> {
        let reader = self.reader;
        let mut told = Told::default();
        let mut used: Vec<&str> = Vec::new();
        let mut wants_thing = false;
        for field in self.lines {
            if let Some(element) = element_of(field, elements)
                && let Some(text) = text(reader, field, &element.value)
            {
                told.cells.push((field.name.to_string(), text));
                used.push(&element.code);
            }
            let FieldKind::Register(register) = &field.kind else {
                continue;
            };
            match self.identify(register, elements, true)? {
                Named::By(row, codes) => {
                    let Some((_, declared)) = self.register(register) else {
                        continue;
                    };
                    if let Some(day) = expiry(declared, &row).filter(|day| *day < reader.today) {
                        told.expired = Some(day.to_string());
                    }
                    let record = found_of(reader, declared, &row);
                    told.records.push((field.name.to_string(), record));
                    used.extend(codes);
                }
                Named::Nobody => wants_thing = true,
                Named::NotAsked => {}
            }
        }
        for element in elements {
            match element.code.as_str() {
                "30" | "37" => told.count = text_of_count(&element.value),
                "17" => {
                    let day = gs1::day(&element.value, reader.today);
                    told.expired = day
                        .filter(|day| *day < reader.today)
                        .map(|day| day.to_string())
                        .or(told.expired);
                }
                _ => {}
            }
            if !used.contains(&element.code.as_str()) {
                told.rest
                    .push(format!("({}){}", element.code, element.value));
            }
        }
        if wants_thing && told.records.is_empty() {
            return Err(unknown_thing(elements));
        }
        Ok(told)
    }

    /// A code without elements: that of an item or a batch as people write it, or the number of a slip.
    fn plain(&self, code: &str) -> Result<Told, Error> {
        let mut told = Told::default();
        for field in self.lines.iter().filter(|_| !code.is_empty()) {
            let FieldKind::Register(register) = &field.kind else {
                continue;
            };
            if self.tells(register)
                && let Some(record) = self.record_of(register, code)?
            {
                told.records.push((field.name.to_string(), record));
            }
        }
        if !told.records.is_empty() {
            return Ok(told);
        }
        if let Some(number) = number_on_paper(code) {
            let slip = self
                .reader
                .store
                .slip_by_number(self.reader.org, &number.to_uppercase())?;
            if let Some(slip) = slip {
                let number = slip.number.to_string();
                let url = address("/handheld", &[("q", &number)]);
                told.slip = Some((number, url));
                return Ok(told);
            }
        }
        Err(Error::bad(
            "barcode",
            "认不出扫到的内容：不是有效的 GS1 条码（校验位、日期或标识符不对），也不是本单用得到的编码或单号",
            "what was scanned is neither a valid GS1 barcode (check digit, date or identifier) nor a code or number of use here",
        ))
    }

    /// Whether records of a register are found by scanning packs.
    fn tells(&self, register: &str) -> bool {
        let Some((_, declared)) = self.register(register) else {
            return false;
        };
        declared
            .fields
            .iter()
            .any(|field| field.element().is_some())
    }

    /// The record of a register that elements name: by its own fields, and by those that refer to records which the same
    /// elements name.
    fn identify<'e>(
        &self,
        register: &str,
        elements: &'e [gs1::Element],
        deep: bool,
    ) -> Result<Named<'e>, Error> {
        let Some((qualified, declared)) = self.register(register) else {
            return Ok(Named::NotAsked);
        };
        let (reader, today) = (self.reader, self.reader.today);
        let mut own: Vec<(&Field, &gs1::Element)> = Vec::new();
        let mut days: Vec<(&Field, &gs1::Element)> = Vec::new();
        let mut others: Vec<(&Field, RecordRow)> = Vec::new();
        for field in &declared.fields {
            match (element_of(field, elements), &field.kind) {
                (Some(element), FieldKind::Day) => days.push((field, element)),
                (Some(element), _) => own.push((field, element)),
                (None, FieldKind::Register(other)) if deep && self.tells(other) => {
                    match self.identify(other, elements, false)? {
                        Named::By(row, _) => others.push((field, row)),
                        absent => return Ok(absent),
                    }
                }
                _ => {}
            }
        }
        let Some((_, first)) = own.first() else {
            return Ok(Named::NotAsked);
        };
        let query = RecordQuery {
            on: Some(today),
            search: Some(bare(&first.value).to_owned()),
            limit: ALIKE,
            ..RecordQuery::default()
        };
        let page = reader.store.records(reader.org, &qualified, &query)?;
        let found = page.rows.into_iter().find(|row| {
            let fields = row.fields();
            let text = |field: &Field| fields.get(&*field.name).map_or("", |text| text.trim());
            own.iter()
                .all(|(field, element)| same(element, text(field)))
                && others
                    .iter()
                    .all(|(field, row)| *text(field) == *row.record.key)
        });
        let Some(row) = found else {
            return Ok(Named::Nobody);
        };
        let fields = row.fields();
        for (field, element) in &days {
            let known = fields.get(&*field.name).map_or("", |text| text.as_str());
            let read = gs1::day(&element.value, today).map(|day| day.to_string());
            if let Some(read) = read.filter(|read| !known.is_empty() && *read != *known) {
                return Err(other_day(field, known, &read));
            }
        }
        let codes = own.iter().chain(&days).map(|(_, one)| one.code.as_str());
        Ok(Named::By(row, codes.collect()))
    }
}

/// Whom elements name in a register.
enum Named<'e> {
    /// This record, by these elements.
    By(RecordRow, Vec<&'e str>),
    /// Nobody, although they should.
    Nobody,
    /// They say nothing about this register.
    NotAsked,
}

fn element_of<'e>(field: &Field, elements: &'e [gs1::Element]) -> Option<&'e gs1::Element> {
    let code = field.element()?;
    elements.iter().find(|element| element.code == code)
}

/// Retail codes are kept with or without the zeros that make them fourteen digits.
fn bare(text: &str) -> &str {
    text.trim_start_matches('0')
}

fn same(element: &gs1::Element, text: &str) -> bool {
    match element.code.as_str() {
        "01" | "02" => bare(text) == bare(&element.value),
        _ => text == element.value,
    }
}

/// The day until which a record is good.
fn expiry(declared: &Register, row: &RecordRow) -> Option<kernel::Day> {
    let field = declared
        .fields
        .iter()
        .find(|field| field.element() == Some("17"))?;
    row.fields().get(&*field.name)?.parse().ok()
}

/// The number in a square code, or what was typed.
pub(super) fn number_on_paper(code: &str) -> Option<String> {
    match Claim::read(code) {
        Some(claim) => Some(claim.number),
        None if code.is_empty() || code.len() > 80 => None,
        None => Some(code.to_owned()),
    }
}

/// The slip that was scanned: by the square code on its paper, or by its number or the end of it.
pub(super) fn slip_of(reader: &Reader<'_>, code: &str) -> Result<Option<kernel::SlipId>, Error> {
    match number_on_paper(code.trim()) {
        Some(number) => search::number(reader, &number),
        None => Ok(None),
    }
}

fn unknown_thing(elements: &[gs1::Element]) -> Error {
    let of = |code: &str| elements.iter().find(|element| element.code == code);
    let printed: Vec<String> = ["01", "02", "10"]
        .iter()
        .filter_map(|code| of(code))
        .map(|element| format!("({}){}", element.code, element.value))
        .collect();
    let printed = printed.join(" ");
    Error::bad(
        "barcode_unknown",
        format!("没有条码为 {printed} 的资料"),
        format!("no record has the barcode {printed}"),
    )
}

fn other_day(field: &Field, known: &str, read: &str) -> Error {
    Error::bad(
        "barcode_day",
        format!("条码上的{}是 {read}，登记的是 {known}", field.label.zh),
        format!(
            "the barcode says {read} for “{}”, the record says {known}",
            field.label.en
        ),
    )
}

fn text_of_count(value: &str) -> Option<String> {
    let digits = bare(value);
    (!digits.is_empty()).then(|| digits.to_owned())
}

/// A value as it is typed into a field.
fn text(reader: &Reader<'_>, field: &Field, value: &str) -> Option<String> {
    match field.kind {
        FieldKind::Day => gs1::day(value, reader.today).map(|day| day.to_string()),
        FieldKind::Amount(_) => Some(text_of_count(value).unwrap_or_else(|| "0".to_owned())),
        _ => Some(value.to_owned()),
    }
}
