//! The versions of a record side by side, with what differs from the version before.

use std::collections::BTreeMap;

use axum::extract::Path;
use axum::response::Response;
use maud::html;
use store::RecordRow;

use super::desk::{Asked, Content, Desk, Reader};
use super::registers::{find, recorded_by};
use super::{memory, values, words};
use crate::error::Error;
use crate::layout::Place;
use crate::parts::list::{Choose, Filter, filters};
use crate::parts::table::{Cell, Head, Row, Shape, Table, table};
use crate::parts::{Link, Tone, head};

/// Versions that have room beside one another.
const BESIDE: usize = 4;

/// The versions of a record, the newest first: those up to the one asked for.
pub(crate) async fn show(
    desk: Desk,
    Path((qualified, key)): Path<(String, String)>,
    asked: Asked,
) -> Result<Response, Error> {
    desk.show(Place::Registers, move |reader| {
        let catalog = reader.catalog();
        let (pack, register) = find(&catalog, &qualified)?;
        let versions = reader.store.record_versions(reader.org, &qualified, &key)?;
        let last = versions.last().ok_or(Error::NotFound)?;
        let named = memory::name_of(register, &last.fields());
        let up_to: i64 = asked.text("version").parse().unwrap_or(i64::MAX);
        let shown: Vec<&RecordRow> = versions
            .iter()
            .rev()
            .filter(|row| row.record.version <= up_to)
            .take(BESIDE)
            .collect();
        let before = |row: &RecordRow| -> Option<BTreeMap<String, String>> {
            let earlier = row.record.version - 1;
            let found = versions.iter().find(|row| row.record.version == earlier);
            found.map(RecordRow::fields)
        };
        let columns: Vec<_> = shown
            .iter()
            .map(|row| (row.fields(), before(row)))
            .collect();
        let mut rows = Vec::new();
        for field in &register.fields {
            let mut cells = vec![Cell::new(words::label(reader.lang, &field.label))];
            let mut differs = false;
            for (fields, before) in &columns {
                let text = fields.get(&*field.name).map_or("", String::as_str);
                let value = values::fact(reader, pack, field, text)?;
                let old = before
                    .as_ref()
                    .map(|before| before.get(&*field.name).map_or("", String::as_str));
                cells.push(match old {
                    Some(old) if old != text => {
                        differs = true;
                        let none = reader.t("（空）", "(nothing)").to_owned();
                        let text = if value.text.is_empty() { none } else { value.text };
                        Cell::state(Tone::Held, text)
                    }
                    _ => Cell::new(value.text),
                });
            }
            if differs || asked.text("all") == "1" || versions.len() == 1 {
                rows.push(Row::from(cells));
            }
        }
        let title = format!("{key} {}", named.name).trim().to_owned();
        let crumbs = [
            Link::new(
                words::label(reader.lang, &register.label),
                format!("/registers/{qualified}"),
            ),
            Link::new(title.clone(), values::record_url(&qualified, &key)),
        ];
        let made = Table {
            caption: reader.t("各版本", "Versions").to_owned(),
            heads: heads(reader, &shown),
            rows: [recorded(reader, &shown)?, rows].concat(),
            foot: Vec::new(),
        };
        let title = format!("{title} · {}", reader.t("各版本", "Versions"));
        let body = html! {
            (head(&crumbs, &title, html! {}, html! {}))
            div class="card" {
                (filters(reader.lang, &choices(reader, &versions, &asked), &[]))
                (table(&made))
                footer { span { (reader.t("标出的是与前一版本不同之处", "What differs from the version before is marked")) } }
            }
        };
        Ok(Content::new(title, body))
    })
    .await
}

fn heads(reader: &Reader<'_>, shown: &[&RecordRow]) -> Vec<Head> {
    let mut heads = vec![Head::new(reader.t("项目", "Field"), Shape::Main)];
    heads.extend(shown.iter().map(|row| {
        let number = row.record.version;
        let label = format!(
            "{} {number} · {}",
            reader.t("版本", "Version"),
            row.record.from
        );
        Head::new(label, Shape::Plain)
    }));
    heads
}

/// By what and by whom each version was recorded.
fn recorded(reader: &Reader<'_>, shown: &[&RecordRow]) -> Result<Vec<Row>, Error> {
    let mut cells = vec![Cell::new(reader.t("由何登记", "Recorded by"))];
    for row in shown {
        let (link, signed) = recorded_by(reader, row)?;
        let cell = Cell::new(link.label).under(signed);
        cells.push(match link.url.is_empty() {
            true => cell,
            false => cell.to(link.url),
        });
    }
    Ok(vec![Row::from(cells)])
}

fn choices(reader: &Reader<'_>, versions: &[RecordRow], asked: &Asked) -> Vec<Filter> {
    let newest = versions.iter().rev().map(|row| {
        let number = row.record.version.to_string();
        (number.clone(), format!("{number} · {}", row.record.from))
    });
    vec![
        Filter {
            name: "version".to_owned(),
            label: reader.t("从版本", "From version").to_owned(),
            choose: Choose::One(newest.collect()),
            value: asked.text("version").to_owned(),
        },
        Filter {
            name: "all".to_owned(),
            label: reader
                .t("含没有变的项目", "With what did not change")
                .to_owned(),
            choose: Choose::Yes,
            value: asked.text("all").to_owned(),
        },
    ]
}
