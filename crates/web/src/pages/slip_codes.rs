//! The codes of a slip, such as the trace codes of the packs that it moved: which they are, each leading to its trace, and
//! all of them as a file, one row for each, for the platform that they are reported to.

use axum::extract::Path;
use axum::response::Response;
use engine::Slip;
use kernel::Value;
use kernel::proof::{Proof, codes};
use maud::html;
use model::{Field, FieldKind, Pack};

use super::desk::{Content, Desk, Reader};
use super::ledger::trace::trace_url;
use super::sent_files::{self, Format, Pipe, Stopped, Table as File, unknown};
use super::{heads, slip, values, words};
use crate::auth::Posted;
use crate::error::Error;
use crate::layout::Place;
use crate::parts::export::{Export, export as menu};
use crate::parts::icon::Icon;
use crate::parts::table::{Cell, Head, Row, Shape, Table, table};
use crate::parts::{Link, empty, head};
use crate::xlsx;

/// Whether a field lists codes of packs; how codes begin is no code.
pub(crate) fn lists(field: &Field) -> bool {
    matches!(field.proof, Some(Proof::Codes(_))) && field.length_max > 64
}

/// The page of a slip's codes.
pub(crate) fn url(slip: kernel::SlipId) -> String {
    format!("/slips/{slip}/codes")
}

/// One code of a line.
struct Listed<'a> {
    /// Position of the line, from 1.
    nth: usize,
    field: &'a Field,
    code: &'a str,
    values: &'a [Value],
}

/// The codes of a slip, line by line, field by field.
fn listed<'a>(slip: &'a Slip, fields: &'a [Field]) -> Vec<Listed<'a>> {
    let mut out = Vec::new();
    for (position, line) in slip.lines.iter().enumerate() {
        for (field, value) in fields.iter().zip(&line.values) {
            let text = value.as_text().filter(|_| lists(field));
            out.extend(codes(text.unwrap_or_default()).map(|code| Listed {
                nth: position + 1,
                field,
                code,
                values: &line.values,
            }));
        }
    }
    out
}

/// The fields of a line that are told beside each code.
fn beside(fields: &[Field]) -> impl Iterator<Item = (usize, &Field)> {
    let told = |field: &&Field| !lists(field) && !field.sensitive;
    fields
        .iter()
        .enumerate()
        .filter(move |(_, field)| told(field))
}

/// The ledger of a pack in which codes are kept: the one that leaves each only once.
fn ledger_of(pack: &Pack) -> Option<&model::Ledger> {
    let once = |ledger: &&model::Ledger| ledger.places.iter().any(|place| place.once);
    pack.ledgers.iter().find(once)
}

pub(crate) async fn show(desk: Desk, Path(id): Path<i64>) -> Result<Response, Error> {
    let csrf = desk.session.csrf();
    desk.show(Place::Slips, move |reader| {
        let slip = slip::must(reader, id)?;
        let catalog = reader.catalog();
        let (pack, _, _, _, declared) =
            catalog.slip_of(&slip.version, &slip.kind).ok_or(Error::NotFound)?;
        let fields = declared.lines.as_deref().unwrap_or_default();
        let all = listed(&slip, fields);
        let main = fields.iter().position(|field| matches!(field.kind, FieldKind::Register(_)));
        let ledger = ledger_of(pack);
        let mut rows = Vec::new();
        for one in &all {
            let named = match main.and_then(|at| Some((&fields[at], one.values.get(at)?))) {
                Some((field, value)) => values::shown(reader, pack, field, value)?,
                None => values::Shown::default(),
            };
            let code = Cell::new(one.code);
            rows.push(Row::from(vec![
                Cell::new(one.nth.to_string()),
                match ledger {
                    Some(ledger) => code.to(trace_url(&ledger.qualified, one.code)),
                    None => code,
                },
                Cell::new(named.text).under(named.under),
                Cell::new(words::label(reader.lang, &one.field.label)),
            ]));
        }
        let title = format!("{} · {}", reader.t("码", "Codes"), slip.number);
        let crumbs = [Link::new(&*slip.number, heads::url(slip.id))];
        let file = Export {
            url: format!("{}/export", url(slip.id)),
            hidden: vec![("_csrf".to_owned(), csrf.clone())],
        };
        let count = reader.t("共 {} 个", "{} in all").replace("{}", &all.len().to_string());
        let made = Table {
            caption: title.clone(),
            heads: vec![
                Head::new(reader.t("行", "Line"), Shape::Count),
                Head::new(reader.t("码", "Code"), Shape::Main),
                Head::new(reader.t("商品", "Goods"), Shape::Plain),
                Head::new(reader.t("类别", "Kind"), Shape::Plain),
            ],
            rows,
            foot: Vec::new(),
        };
        let body = html! {
            (head(&crumbs, &title, html! { (count) }, html! { @if !all.is_empty() { (menu(reader.lang, &file)) } }))
            div class="card" {
                @if all.is_empty() {
                    (empty(Icon::Search, reader.t("没有码", "No codes"), reader.t("此单没有采集码。", "No code was entered on this slip."), &[]))
                } @else { (table(&made)) }
            }
        };
        Ok(Content::new(title, body))
    })
    .await
}

/// The codes of a slip as a file; the journal first says who takes it.
pub(crate) async fn export(
    desk: Desk,
    Path(id): Path<i64>,
    posted: Posted,
) -> Result<Response, Error> {
    let format = Format::named(posted.fields.text("format")).ok_or_else(unknown)?;
    let number = desk
        .read(move |reader| slip::must(reader, id).map(|slip| slip.number.to_string()))
        .await?;
    let turn = sent_files::turn()?;
    let query = format!("slip={number}");
    sent_files::journal(&desk, &posted.acting, "codes", format.name(), &query).await?;
    Ok(sent_files::send(
        desk,
        turn,
        &format!("codes-{number}"),
        format.kind(),
        move |reader, pipe| write(reader, id, format, pipe),
    ))
}

fn write(reader: &Reader<'_>, id: i64, format: Format, pipe: Pipe) -> Result<(), Stopped> {
    let slip = slip::must(reader, id)?;
    let catalog = reader.catalog();
    let (pack, _, _, _, declared) = catalog
        .slip_of(&slip.version, &slip.kind)
        .ok_or(Stopped::Fault(Error::NotFound))?;
    let fields = declared.lines.as_deref().unwrap_or_default();
    let head = reader
        .store
        .heads(reader.org, &[slip.id])
        .map_err(Error::from)?;
    let party = match head.first() {
        Some(head) => heads::party(reader, &catalog, head)?.text,
        None => String::new(),
    };
    let code = head.first().map_or("", |head| &*head.party);
    let own = [
        ("单据", "Slip"),
        ("单号", "Number"),
        ("日期", "Day"),
        ("单位编码", "Party code"),
        ("单位", "Party"),
        ("行", "Line"),
        ("码", "Code"),
        ("类别", "Kind"),
    ];
    let mut titles: Vec<String> = own.map(|(zh, en)| reader.t(zh, en).to_owned()).into();
    for (_, field) in beside(fields) {
        let label = words::label(reader.lang, &field.label);
        titles.push(label.to_owned());
        if matches!(field.kind, FieldKind::Register(_)) {
            titles.push(format!("{label} {}", reader.t("名称", "name")));
        }
    }
    let kind = words::label(reader.lang, &declared.label).to_owned();
    let mut file = File::begin(format, pipe, titles)?;
    for one in listed(&slip, fields) {
        let text = |text: &str| xlsx::Cell::Text(text.to_owned());
        let mut cells = vec![
            text(&kind),
            text(&slip.number),
            xlsx::Cell::Day(slip.day),
            text(code),
            text(&party),
            xlsx::Cell::Number(one.nth.to_string(), false),
            text(one.code),
            text(words::label(reader.lang, &one.field.label)),
        ];
        for (at, field) in beside(fields) {
            let value = one.values.get(at).unwrap_or(&Value::Empty);
            cells.push(match value {
                Value::Day(day) => xlsx::Cell::Day(*day),
                value => text(&value.to_string()),
            });
            if matches!(field.kind, FieldKind::Register(_)) {
                cells.push(text(&values::shown(reader, pack, field, value)?.text));
            }
        }
        file.row(&cells)?;
    }
    Ok(file.end()?)
}
