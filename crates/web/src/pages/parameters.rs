//! Dated parameters: what is in force, what was, what is coming, and which law or decision says so.

use axum::extract::Path;
use axum::response::Response;
use kernel::{Day, Value};
use maud::{Markup, html};
use model::{Catalog, FieldKind, Pack, Parameter, ParameterRow};

use super::desk::{Asked, Content, Desk, Reader};
use super::people::{check, tabs};
use super::separation::day_of;
use super::words;
use crate::error::Error;
use crate::layout::Place;
use crate::parts::list::{Choose, Filter, filters};
use crate::parts::{Link, Tone, badge, head, tabs as tab_row};

/// Rows of one table that are shown; the text of the pack has all.
const ROWS: usize = 1_000;

/// Where a row stands on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    Coming,
    InForce,
    Past,
}

/// Where a row stands on a day, and the last day on which it holds, if a later one takes its place.
fn standing(parameter: &Parameter, row: &ParameterRow, day: Day) -> (Standing, Option<Day>) {
    let next = parameter
        .rows
        .iter()
        .filter(|other| other.key == row.key && other.from > row.from)
        .map(|other| other.from)
        .min();
    let until = next.and_then(|next| next.plus_days(-1));
    let standing = if row.from > day {
        Standing::Coming
    } else if next.is_some_and(|next| next <= day) {
        Standing::Past
    } else {
        Standing::InForce
    };
    (standing, until)
}

fn state(reader: &Reader<'_>, standing: Standing) -> Markup {
    match standing {
        Standing::Coming => badge(Tone::Wait, reader.t("将生效", "Coming")),
        Standing::InForce => badge(Tone::Done, reader.t("生效中", "In force")),
        Standing::Past => badge(Tone::Draft, reader.t("已失效", "Past")),
    }
}

fn value(row: &ParameterRow) -> String {
    match &row.value {
        Value::Amount(amount) => amount.grouped(),
        other => other.to_string(),
    }
}

/// What a row is for, as people read it: many a key is the code of a choice of the pack.
fn key<'a>(reader: &Reader<'_>, pack: &'a Pack, row: &'a ParameterRow) -> &'a str {
    let slips = pack.flows.iter().flat_map(|flow| &flow.slips);
    let filled = slips.flat_map(|slip| slip.header.iter().chain(slip.lines.iter().flatten()));
    let fields = pack.registers.iter().flat_map(|register| &register.fields);
    let choices = fields.chain(filled).filter_map(|field| match &field.kind {
        FieldKind::Choice(choices) => Some(choices),
        _ => None,
    });
    let mut named = choices.flatten().filter(|choice| choice.code == row.key);
    named
        .next()
        .map_or(&*row.key, |choice| words::label(reader.lang, &choice.label))
}

/// The rows of one parameter of a pack. `all` shows what is past too.
fn rows(
    reader: &Reader<'_>,
    (pack, parameter): (&Pack, &Parameter),
    day: Day,
    all: bool,
) -> Markup {
    let keyed = parameter.rows.iter().any(|row| !row.key.is_empty());
    let shown = parameter
        .rows
        .iter()
        .map(|row| (row, standing(parameter, row, day)))
        .filter(|(_, (standing, _))| all || *standing != Standing::Past)
        .take(ROWS);
    html! {
        div class="scroll" {
            table class="rows stack sourced" data-rows {
                caption class="seen" { (words::label(reader.lang, &parameter.label)) }
                thead { tr {
                    @if keyed { th scope="col" { (reader.t("对象", "For")) } }
                    th scope="col" { (reader.t("状态", "State")) }
                    th scope="col" class="num" { (reader.t("数值", "Value")) }
                    th scope="col" { (reader.t("自", "From")) }
                    th scope="col" { (reader.t("至", "Until")) }
                    th scope="col" { (reader.t("依据", "Source")) }
                } }
                tbody {
                    @for (row, (standing, until)) in shown {
                        tr {
                            @if keyed { td class="main" { (if row.key.is_empty() { reader.t("其余", "All others") } else { key(reader, pack, row) }) } }
                            td { (state(reader, standing)) }
                            td class="num" data-label=(reader.t("数值", "Value")) { (value(row)) }
                            td class="code" data-label=(reader.t("自", "From")) { (row.from) }
                            td class="code" data-label=[until.map(|_| reader.t("至", "Until"))] { @if let Some(until) = until { (until) } }
                            td data-label=(reader.t("依据", "Source")) { (words::label(reader.lang, &row.source)) }
                        }
                    }
                }
            }
        }
    }
}

fn controls(reader: &Reader<'_>, asked: &Asked) -> Vec<Filter> {
    vec![
        Filter {
            name: "q".to_owned(),
            label: reader.t("名称或依据", "Name or source").to_owned(),
            choose: Choose::Words,
            value: asked.text("q").to_owned(),
        },
        Filter {
            name: "on".to_owned(),
            label: reader.t("截至", "On").to_owned(),
            choose: Choose::Day,
            value: asked.text("on").to_owned(),
        },
    ]
}

fn matches(parameter: &Parameter, wanted: &str) -> bool {
    let has = |text: &str| text.to_lowercase().contains(wanted);
    wanted.is_empty()
        || has(&parameter.name)
        || has(&parameter.label.zh)
        || has(&parameter.label.en)
        || parameter
            .rows
            .iter()
            .any(|row| has(&row.source.zh) || has(&row.source.en) || has(&row.key))
}

/// Every parameter with what holds and what is coming.
pub(crate) async fn all(desk: Desk, asked: Asked) -> Result<Response, Error> {
    desk.show(Place::Admin, move |reader| {
        check(reader)?;
        let title = reader.t("参数", "Parameters");
        let day = day_of(reader, &asked);
        let wanted = asked.text("q").to_lowercase();
        let catalog = reader.catalog();
        let found = |pack: &'_ Pack| -> Vec<usize> {
            (0..pack.parameters.len())
                .filter(|at| matches(&pack.parameters[*at], &wanted))
                .collect()
        };
        let body = html! {
            (head(&[], title, html! {}, html! {}))
            (tab_row(title, &tabs(reader, "/admin/parameters")))
            div class="card" {
                (filters(reader.lang, &controls(reader, &asked), &[]))
                div class="in mute" { (reader.t(
                    "法规与制度中的数字按日期生效，各有出处，写在业务包中；单据按业务日期取当日生效的值。",
                    "Figures of laws and policies hold from a day on and name their source. They are part of the pack's text; a slip takes the one in force on its day.",
                )) }
            }
            @for pack in catalog.packs() {
                @for at in found(pack) {
                    @let parameter = &pack.parameters[at];
                    section class="card" {
                        header {
                            h2 { a href=(format!("/admin/parameters/{}.{}", pack.name, parameter.name)) { (words::label(reader.lang, &parameter.label)) } }
                            small class="mute" { (words::label(reader.lang, &pack.label)) }
                        }
                        (rows(reader, (pack, parameter), day, false))
                    }
                }
            }
        };
        Ok(Content::new(title, body))
    })
    .await
}

fn find<'a>(catalog: &'a Catalog, qualified: &str) -> Option<(&'a Pack, &'a Parameter)> {
    let (pack, name) = qualified.split_once('.')?;
    let pack = catalog.pack(pack)?;
    let parameter = pack.parameters.iter().find(|one| *one.name == *name)?;
    Some((pack, parameter))
}

/// One parameter with its whole history.
pub(crate) async fn one(
    desk: Desk,
    Path(qualified): Path<String>,
    asked: Asked,
) -> Result<Response, Error> {
    desk.show(Place::Admin, move |reader| {
        check(reader)?;
        let catalog = reader.catalog();
        let (pack, parameter) = find(&catalog, &qualified).ok_or(Error::NotFound)?;
        let title = words::label(reader.lang, &parameter.label).to_owned();
        let crumbs = [Link::new(reader.t("参数", "Parameters"), "/admin/parameters")];
        let text = format!("/admin/packs/{}/{}", pack.name, pack.version);
        let body = html! {
            (head(&crumbs, &title, html! { code lang="zxx" { "parameter." (parameter.name) } }, html! {
                a class="button" href=(text) { (reader.t("业务包原文", "Text of the pack")) }
            }))
            section class="card" { (rows(reader, (pack, parameter), day_of(reader, &asked), true)) }
        };
        Ok(Content::new(title, body))
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_holds_until_the_day_before_the_next_of_its_key() {
        let day = |text: &str| text.parse::<Day>().unwrap();
        let row = |from: &str, key: &str| ParameterRow {
            from: day(from),
            key: key.into(),
            value: Value::Empty,
            source: model::Label::default(),
        };
        let parameter = Parameter {
            name: "p".into(),
            label: model::Label::default(),
            unit: kernel::Unit::Count,
            rows: vec![
                row("2026-07-01", "a"),
                row("2026-01-01", "a"),
                row("2025-01-01", "b"),
            ],
        };
        let of = |at: usize| standing(&parameter, &parameter.rows[at], day("2026-06-30"));
        assert_eq!(of(0), (Standing::Coming, None));
        assert_eq!(of(1), (Standing::InForce, Some(day("2026-06-30"))));
        assert_eq!(of(2), (Standing::InForce, None));
        let later = standing(&parameter, &parameter.rows[1], day("2026-07-01"));
        assert_eq!(later.0, Standing::Past);
    }
}
