//! The columns of a list of slips: what every slip has, and the fields of its kind.

use std::collections::BTreeMap;

use kernel::Unit;
use model::{Catalog, Field, FieldKind};
use store::{At, TableRow};

use super::desk::Reader;
use super::{heads, values, words};
use crate::error::Error;
use crate::names;
use crate::parts::table::{Cell, Head, Shape};
use crate::xlsx;

/// What a column shows.
#[derive(Debug, Clone)]
pub(crate) enum What {
    Number,
    Kind,
    Party,
    Amount,
    Day,
    BegunBy,
    State,
    /// A field of the header, or of the lines, with the name of its pack.
    Field {
        at: At,
        field: Box<Field>,
        pack: String,
    },
}

/// A column.
#[derive(Debug, Clone)]
pub(crate) struct Column {
    /// Its name in addresses.
    pub name: String,
    pub label: String,
    pub what: What,
}

/// The columns shown unless others were chosen.
pub(crate) const USUAL: [&str; 7] = [
    "number", "kind", "party", "amount", "day", "begun_by", "state",
];

/// All columns that slips can be shown with; those of fields only where the kind is known.
pub(crate) fn all(reader: &Reader<'_>, catalog: &Catalog, kind: &str) -> Vec<Column> {
    let own = |name: &str, zh: &str, en: &str, what: What| Column {
        name: name.to_owned(),
        label: reader.t(zh, en).to_owned(),
        what,
    };
    let mut out = vec![
        own("number", "单号", "Number", What::Number),
        own("kind", "单据", "Kind", What::Kind),
        own("party", "对方", "Party", What::Party),
        own("amount", "金额", "Amount", What::Amount),
        own("day", "日期", "Day", What::Day),
        own("begun_by", "经办", "Begun by", What::BegunBy),
        own("state", "状态", "State", What::State),
    ];
    if let Some((pack, slip)) = declared(catalog, kind) {
        let mut add = |in_lines: bool, field: &Field| {
            let at = if in_lines {
                At::Line(field.name.clone())
            } else {
                At::Header(field.name.clone())
            };
            let label = words::label(reader.lang, &field.label);
            out.push(Column {
                name: at.to_string(),
                label: if in_lines {
                    format!("{}{label}", reader.t("明细·", "Line: "))
                } else {
                    label.to_owned()
                },
                what: What::Field {
                    at,
                    field: Box::new(field.clone()),
                    pack: pack.to_owned(),
                },
            });
        };
        slip.header.iter().for_each(|field| add(false, field));
        let lines = slip.lines.as_deref().unwrap_or_default();
        lines.iter().for_each(|field| add(true, field));
    }
    out
}

/// The declaration of a kind as it is now, with the name of its pack.
pub(crate) fn declared<'a>(catalog: &'a Catalog, kind: &str) -> Option<(&'a str, &'a model::Slip)> {
    catalog.packs().iter().find_map(|pack| {
        let mut slips = pack.flows.iter().flat_map(|flow| &flow.slips);
        slips
            .find(|slip| *slip.qualified == *kind)
            .map(|slip| (&*pack.name, slip))
    })
}

impl Column {
    /// Whether it shows a field of the lines.
    pub fn in_lines(&self) -> bool {
        matches!(&self.what, What::Field { at, .. } if at.in_lines())
    }

    /// The place that conditions name; nothing where there can be no condition.
    pub fn at(&self) -> Option<At> {
        match &self.what {
            What::Field { field, .. } if field.sensitive => None,
            What::Field { at, .. } => Some(at.clone()),
            What::Kind => None,
            _ => At::named(&self.name),
        }
    }

    /// Whether its values can be added up.
    pub fn sums(&self) -> bool {
        match &self.what {
            What::Amount => true,
            What::Field { at, field, .. } if at.in_lines() => field.is_totalled(),
            What::Field { field, .. } => {
                !field.sensitive && matches!(field.kind, FieldKind::Amount(Unit::Qty | Unit::Money))
            }
            _ => false,
        }
    }

    /// The unit of its values, where they are amounts.
    pub fn unit(&self) -> Option<Unit> {
        match &self.what {
            What::Amount => Some(Unit::Money),
            What::Field { field, .. } => match field.kind {
                FieldKind::Amount(unit) => Some(unit),
                _ => None,
            },
            _ => None,
        }
    }

    /// Its heading.
    pub fn head(&self) -> Head {
        let shape = match &self.what {
            What::Number => Shape::Main,
            What::Amount => Shape::Lead,
            What::Day | What::BegunBy => Shape::Code,
            What::Field { field, .. } => match field.kind {
                FieldKind::Amount(_) => Shape::Number,
                FieldKind::Day | FieldKind::Moment => Shape::Code,
                _ => Shape::Plain,
            },
            _ => Shape::Plain,
        };
        Head::new(&*self.label, shape)
    }

    /// A cell of a slip's row; `line` is the line that the row is of.
    pub fn cell(
        &self,
        reader: &Reader<'_>,
        catalog: &Catalog,
        row: &TableRow,
        line: Option<&BTreeMap<String, String>>,
    ) -> Result<Cell, Error> {
        let head = &row.head;
        Ok(match &self.what {
            What::Number => Cell::new(&*head.number).to(heads::url(head.id)),
            What::Kind => Cell::new(words::kind_name(
                catalog,
                reader.lang,
                &head.version,
                &head.kind,
            )),
            What::Party => Cell::new(heads::party(reader, catalog, head)?.text),
            What::Amount => Cell::new(heads::amount(catalog, head)),
            What::Day => Cell::new(head.day.to_string()),
            What::BegunBy => Cell::new(reader.person(&head.begun_by)?),
            What::State => {
                let (tone, text) = heads::standing(reader, catalog, head);
                Cell::state(tone, text)
            }
            What::Field { field, pack, .. } => {
                let text = self.text(row, line);
                let Some(pack) = catalog.pack(pack) else {
                    return Ok(Cell::new(text));
                };
                let shown = values::fact(reader, pack, field, text)?;
                let cell = Cell::new(shown.text).under(shown.under);
                match shown.url {
                    Some(url) => cell.to(url),
                    None => cell,
                }
            }
        })
    }

    fn text<'r>(&self, row: &'r TableRow, line: Option<&'r BTreeMap<String, String>>) -> &'r str {
        let What::Field { field, .. } = &self.what else {
            return "";
        };
        let from = if self.in_lines() {
            line
        } else {
            Some(&row.header)
        };
        from.and_then(|values| values.get(&*field.name))
            .map_or("", String::as_str)
    }

    /// The headings of a file: a record has its code and its name.
    pub fn file_heads(&self, reader: &Reader<'_>) -> Vec<String> {
        match &self.what {
            What::Field { field, .. } if matches!(field.kind, FieldKind::Register(_)) => vec![
                format!("{} {}", self.label, reader.t("编码", "code")),
                self.label.clone(),
            ],
            _ => vec![self.label.clone()],
        }
    }

    /// The cells of a file. Numbers are numbers and days are days; what is sensitive is masked.
    pub fn file_cells(
        &self,
        reader: &Reader<'_>,
        catalog: &Catalog,
        row: &TableRow,
        line: Option<&BTreeMap<String, String>>,
        out: &mut Vec<xlsx::Cell>,
    ) -> Result<(), Error> {
        let head = &row.head;
        let text = |text: &str| xlsx::Cell::Text(text.to_owned());
        match &self.what {
            What::Amount => {
                let shown = heads::amount(catalog, head).replace(',', "");
                out.push(xlsx::Cell::Number(shown, true));
            }
            What::Day => out.push(xlsx::Cell::Day(head.day)),
            What::Field { field, pack, .. } => {
                let value = self.text(row, line);
                if value.is_empty() {
                    out.push(text(""));
                    if matches!(field.kind, FieldKind::Register(_)) {
                        out.push(text(""));
                    }
                    return Ok(());
                }
                if field.sensitive {
                    out.push(xlsx::Cell::Text(names::masked(value)));
                    if matches!(field.kind, FieldKind::Register(_)) {
                        out.push(text(""));
                    }
                    return Ok(());
                }
                match (&field.kind, catalog.pack(pack)) {
                    (FieldKind::Amount(unit), _) => {
                        out.push(xlsx::Cell::Number(value.to_owned(), *unit == Unit::Money));
                    }
                    (FieldKind::Day, _) => out.push(match value.parse() {
                        Ok(day) => xlsx::Cell::Day(day),
                        Err(_) => text(value),
                    }),
                    (FieldKind::Register(register), Some(pack)) => {
                        let shown = values::record(reader, pack, register, value)?;
                        out.push(text(value));
                        out.push(xlsx::Cell::Text(shown.text));
                    }
                    (_, Some(pack)) => {
                        out.push(xlsx::Cell::Text(
                            values::fact(reader, pack, field, value)?.text,
                        ));
                    }
                    (_, None) => out.push(text(value)),
                }
            }
            _ => out.push(xlsx::Cell::Text(
                self.cell(reader, catalog, row, line)?.text,
            )),
        }
        Ok(())
    }
}
