//! `/admin/import`: a list from a file into a register or among the people. The file is brought, its columns are said, every
//! row is judged, and then all of it is written or nothing.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use engine::Act;
use maud::{Markup, html};
use model::Catalog;

use super::desk::{Asked, Content, Desk, Reader, done, go};
use super::import_judged::{Judged, judge, said};
use super::people::{check, refused_change, tabs};
use super::slips::csv_cell;
use super::words;
use crate::auth::{Fields, Posted, Uploaded};
use crate::error::Error;
use crate::intake::brought::File;
use crate::intake::mapping::{self, Mapping};
use crate::intake::unfinished::{self, Begun};
use crate::intake::{
    Column, Fault, Hand, Plan, Target, journal_attempts, recognise_leniently, registers, write,
};
use crate::layout::Place;
use crate::parts::icon::{Icon, icon};
use crate::parts::lang::{Lang, t};
use crate::parts::table::{Cell, Head, Row, Shape, Table, table};
use crate::parts::{Link, head, tabs as tab_row};
use crate::tables::Bad;
use crate::text::random_key;

pub(super) const HERE: &str = "/admin/import";

/// Mistakes shown on the page; the file of them has all.
const BAD_SHOWN: usize = 200;

impl From<Fault> for Error {
    fn from(fault: Fault) -> Error {
        match fault {
            Fault::Store(error) => error.into(),
            Fault::World(error) => error.into(),
            Fault::Refused(refusal) => refusal.into(),
            other => Error::fault("importing", &other),
        }
    }
}

/// What a list is called.
fn named(reader: &Reader<'_>, catalog: &Catalog, target: &str) -> String {
    match Target::named(catalog, target) {
        Some(Target::Register(_, register)) => {
            words::label(reader.lang, &register.label).to_owned()
        }
        _ => reader.t("人员", "People").to_owned(),
    }
}

/// Where one brings a file.
pub(crate) async fn show(desk: Desk, asked: Asked) -> Result<Response, Error> {
    let csrf = desk.session.csrf();
    desk.show(Place::Admin, move |reader| {
        check(reader)?;
        let catalog = reader.catalog();
        let chosen = asked.text("to").to_owned();
        let title = reader.t("导入", "Import");
        let body = html! {
            (head(&[], title, html! {}, html! {}))
            (tab_row(title, &tabs(reader, HERE)))
            (unfinished_notes(reader, &catalog)?)
            section class="card" aria-labelledby="bring" {
                header { h2 id="bring" { (reader.t("从文件导入", "Import from a file")) } }
                form method="post" action=(HERE) enctype="multipart/form-data" {
                    input type="hidden" name="_csrf" value=(csrf);
                    input type="hidden" name="_key" value=(random_key()?);
                    div class="in" {
                        p { (reader.t(
                            "首行为列名的表格：CSV、TXT（统一码或国标码）或 XLSX，最多 10 万行、20 MB。先逐行检查，全部正确才写入；已有且无变化的行略过。",
                            "A table with headings in its first row: CSV, TXT (UTF-8 or GB18030) or XLSX, at most 100,000 rows and 20 MB. Every row is checked first; all of it is written or nothing, and rows that are so already are passed over.",
                        )) }
                    }
                    div class="filters" {
                        label { (reader.t("导入到", "Import into"))
                            select name="to" {
                                @for (name, register) in registers(&catalog) {
                                    option value=(name) selected[chosen == name] { (words::label(reader.lang, &register.label)) }
                                }
                                option value="people" selected[chosen == "people"] { (reader.t("人员", "People")) }
                            }
                        }
                        label { (reader.t("文件", "File")) input type="file" name="file" accept=".csv,.txt,.tsv,.xlsx" required; }
                    }
                    div class="in" { button class="button primary" { (icon(Icon::Check)) (reader.t("检查", "Check")) } }
                }
            }
        };
        Ok(Content::new(title, body))
    })
    .await
}

/// Imports that were cut off, each with what helps.
fn unfinished_notes(reader: &Reader<'_>, catalog: &Catalog) -> Result<Markup, Error> {
    let names = registers(catalog).map(|(name, _)| name);
    let mut notes = Vec::new();
    for name in names.chain(["people".to_owned()]) {
        for begun in unfinished::of(reader.store, reader.org, &name)?.files() {
            let what = named(reader, catalog, &name);
            let (file, rows) = (&begun.file, begun.rows);
            notes.push(match reader.lang {
                Lang::Zh => format!("{what}：此前导入 {file}（{rows} 行）中途中断，只写入了一部分；请把该文件再导入一次补齐。"),
                Lang::En => format!("{what}: an earlier import of {file} ({rows} rows) was cut off and is here in part; import that file again to complete it."),
            });
        }
    }
    Ok(html! { @for note in &notes { p class="note" role="status" { (note) } } })
}

/// Refuses everybody but administrators, and has the attempt stand in the journal.
async fn administrator(desk: &Desk, posted: &Posted) -> Result<(), Error> {
    if posted.acting.person.administrator {
        return Ok(());
    }
    Err(refused_change(desk, posted, None).await)
}

/// Takes the file in.
pub(crate) async fn bring(desk: Desk, uploaded: Uploaded) -> Result<Response, Error> {
    let Uploaded {
        acting,
        fields,
        file,
    } = uploaded;
    let posted = Posted { acting, fields };
    administrator(&desk, &posted).await?;
    let file = file.filter(|file| !file.bytes.is_empty());
    let file = file.ok_or_else(|| Error::bad("import", "请选择文件", "choose a file"))?;
    let target = posted.fields.text("to");
    if Target::named(&desk.app.catalog(), target).is_none() {
        return Err(Error::bad(
            "import",
            "没有这种档案",
            "there is no such register",
        ));
    }
    let id = random_key()?;
    desk.app.brought.keep(File {
        id: id.clone(),
        login: posted.acting.person.login.clone(),
        target: target.into(),
        name: file.name.as_str().into(),
        bytes: file.bytes,
        at: desk.app.now(),
    });
    Ok(go(&format!("{HERE}/{id}"), None))
}

fn find(desk: &Desk, id: &str) -> Result<File, Error> {
    let login = &desk.session.person.login;
    let found = desk.app.brought.find(id, login, desk.app.now());
    found.ok_or_else(|| {
        Error::bad(
            "import",
            "这个文件已不在服务器上（保留一小时），请重新选择文件",
            "this file is no longer here (it is kept for an hour); choose it again",
        )
    })
}

/// The file that was brought, judged.
pub(crate) async fn one(desk: Desk, Path(id): Path<String>) -> Result<Response, Error> {
    let file = find(&desk, &id)?;
    page(desk, file, None).await
}

async fn page(desk: Desk, file: File, fields: Option<Fields>) -> Result<Response, Error> {
    let (csrf, app) = (desk.session.csrf(), desk.app.clone());
    desk.show(Place::Admin, move |reader| {
        check(reader)?;
        let catalog = reader.catalog();
        let target = Target::named(&catalog, &file.target).ok_or(Error::NotFound)?;
        let now = || app.now();
        let hand = Hand {
            store: reader.store,
            org: reader.org,
            actor: &file.login,
            now: &now,
        };
        let judged = judge(reader, &hand, target, &file, fields.as_ref())?;
        let status = match (fields.is_some(), judged.plan.bad.is_empty()) {
            (true, false) => StatusCode::UNPROCESSABLE_ENTITY,
            _ => StatusCode::OK,
        };
        let title = match reader.lang {
            Lang::Zh => format!(
                "导入{}：{}",
                named(reader, &catalog, &file.target),
                file.name
            ),
            Lang::En => format!(
                "Import {}: {}",
                named(reader, &catalog, &file.target),
                file.name
            ),
        };
        let above = Link::new(reader.t("导入", "Import"), HERE);
        let body = html! {
            (head(&[above], &title, html! {}, html! {}))
            form method="post" action={ (HERE) "/" (file.id) } {
                input type="hidden" name="_csrf" value=(csrf);
                input type="hidden" name="_key" value=(random_key()?);
                (outcome(reader, &judged))
                @if !judged.header.is_empty() { (columns(reader, &judged)) }
            }
            @if !judged.plan.bad.is_empty() { (mistakes(reader, &judged)) }
        };
        Ok(Content::new(title, body).with(status))
    })
    .await
}

/// What importing would do, and the button that does it.
fn outcome(reader: &Reader<'_>, judged: &Judged) -> Markup {
    let Plan {
        acts,
        unchanged,
        bad,
        ..
    } = &judged.plan;
    let (rows, acts, wrong) = (judged.rows, acts.len(), bad.len());
    let said = match (reader.lang, wrong) {
        (Lang::Zh, 0) => format!("共 {rows} 行：{acts} 行将写入，{unchanged} 行已有且无变化。"),
        (Lang::En, 0) => {
            format!("{rows} rows: {acts} will be written, {unchanged} are so already.")
        }
        (Lang::Zh, _) => format!(
            "共 {rows} 行，有 {wrong} 处错误；改好文件或列的对应后再检查，不会只导入一部分。"
        ),
        (Lang::En, _) => format!(
            "{rows} rows, {wrong} mistakes: mend the file or the columns and check again; nothing is imported in part."
        ),
    };
    html! {
        section class="card" aria-labelledby="outcome" {
            header { h2 id="outcome" { (reader.t("检查结果", "What the check says")) } }
            div class="in" { p role="status" { (said) } }
            div class="in" {
                @if wrong == 0 && acts > 0 {
                    button class="button primary" name="_do" value="import" { (icon(Icon::Check))
                        (match reader.lang { Lang::Zh => format!("导入 {acts} 行"), Lang::En => format!("Import {acts} rows") })
                    }
                    " "
                }
                a class="button" href=(HERE) { (reader.t("另选文件", "Another file")) }
            }
        }
    }
}

/// Which column is which field, with a list to choose from.
fn columns(reader: &Reader<'_>, judged: &Judged) -> Markup {
    let label = |column: &Column| match (reader.lang, &column.labels[..]) {
        (Lang::Zh, [zh, ..]) => zh.clone(),
        (Lang::En, [_, en, ..]) if !en.is_empty() => en.clone(),
        _ => column.name.clone(),
    };
    html! {
        section class="card" aria-labelledby="columns" {
            header { h2 id="columns" { (reader.t("列的对应", "Which column is what")) } }
            div class="in" {
                p class="mute" { (reader.t(
                    "按列名认出的已选好，相近的请核对；改过的会记住，下次同样的文件不必再选。",
                    "Columns known by their names are chosen; check those that are only alike. What you change is kept for the next file of the kind.",
                )) }
            }
            div class="filters" {
                @for (at, heading) in judged.header.iter().enumerate() {
                    label {
                        span { (heading) @if judged.alike[at] { " " small class="mute" { (reader.t("（相近，请核对）", "(alike, check it)")) } } }
                        select name={ "c." (at) } {
                            option value="" selected[judged.chosen[at].is_empty()] { (reader.t("不导入", "Leave out")) }
                            @for column in &judged.columns {
                                option value=(column.name) selected[judged.chosen[at] == column.name] { (label(column)) }
                            }
                        }
                        @if !judged.samples[at].is_empty() { small class="mute" lang="zxx" { (judged.samples[at]) } }
                    }
                }
            }
            div class="in" { button class={ "button" @if !judged.plan.bad.is_empty() { " primary" } } name="_do" value="check" { (icon(Icon::Check)) (reader.t("按此检查", "Check with these")) }
                @if !judged.plan.bad.is_empty() { " " button class="button" name="_do" value="mistakes" { (icon(Icon::Download)) (reader.t("下载全部错误 (CSV)", "All mistakes as CSV")) } }
            }
        }
    }
}

fn mistakes(reader: &Reader<'_>, judged: &Judged) -> Markup {
    let bad = &judged.plan.bad;
    let row = |(bad, found): (&Bad, &String)| Row {
        cells: vec![
            Cell::new(match bad.line {
                0 => "—".to_owned(),
                line => line.to_string(),
            }),
            Cell::new(bad.column.clone().unwrap_or_default()),
            Cell::new(found.clone()),
            Cell::new(t(reader.lang, &bad.zh, &bad.en)),
        ],
        ..Row::default()
    };
    let shown = Table {
        caption: reader.t("错误", "Mistakes").to_owned(),
        heads: vec![
            Head::new(reader.t("行", "Line"), Shape::Number),
            Head::new(reader.t("列", "Column"), Shape::Plain),
            Head::new(reader.t("所填", "What stands there"), Shape::Plain),
            Head::new(reader.t("问题", "What is wrong"), Shape::Main),
        ],
        rows: bad
            .iter()
            .zip(&judged.found)
            .take(BAD_SHOWN)
            .map(row)
            .collect(),
        ..Table::default()
    };
    let more = bad.len().saturating_sub(BAD_SHOWN);
    html! {
        section class="card" aria-labelledby="mistakes" {
            header { h2 id="mistakes" { (reader.t("错误", "Mistakes")) " " span class="count" { (bad.len()) } } }
            (table(&shown))
            @if more > 0 { p class="in mute" { (match reader.lang {
                Lang::Zh => format!("另有 {more} 处未列出，可下载全部。"),
                Lang::En => format!("{more} more are not listed here; download all of them."),
            }) } }
        }
    }
}

/// Checks again, sends the mistakes as a file, or imports.
pub(crate) async fn post_one(
    desk: Desk,
    Path(id): Path<String>,
    posted: Posted,
) -> Result<Response, Error> {
    administrator(&desk, &posted).await?;
    let file = find(&desk, &id)?;
    match posted.fields.text("_do") {
        "import" => import(desk, file, posted).await,
        "mistakes" => all_mistakes(desk, file, posted.fields).await,
        _ => page(desk, file, Some(posted.fields)).await,
    }
}

/// Writes all of it when every row is right, else shows what is wrong; attempts at what nobody may do stand in the journal.
async fn import(desk: Desk, file: File, posted: Posted) -> Result<Response, Error> {
    let (app, brought, fields) = (desk.app.clone(), file.clone(), posted.fields.clone());
    let written = desk
        .read(move |reader| {
            let catalog = reader.catalog();
            let target = Target::named(&catalog, &brought.target).ok_or(Error::NotFound)?;
            let now = || app.now();
            let hand = Hand {
                store: reader.store,
                org: reader.org,
                actor: &brought.login,
                now: &now,
            };
            let judged = judge(reader, &hand, target, &brought, Some(&fields))?;
            journal_attempts(&hand, &judged.plan)?;
            if !judged.plan.bad.is_empty() {
                return Ok(None);
            }
            let begun = Begun::of(&brought.name, &brought.bytes);
            write(&hand, target, &judged.plan, &begun, &|_, _| {})?;
            keep_mapping(&hand, target, &judged, &fields)?;
            Ok(Some((judged.plan.acts.len(), judged.plan.unchanged)))
        })
        .await?;
    let Some((count, unchanged)) = written else {
        return page(desk, file, Some(posted.fields)).await;
    };
    desk.app.brought.drop(&file.id, desk.app.now());
    let said = match desk.lang() {
        Lang::Zh => format!("已导入 {count} 行，{unchanged} 行无变化"),
        Lang::En => format!("{count} rows imported, {unchanged} unchanged"),
    };
    let to = match &*file.target {
        "people" => "/admin/people".to_owned(),
        register => format!("/registers/{register}"),
    };
    Ok(go(&to, Some(&done(said))))
}

/// Keeps what was said of columns that are not known by their names, for the next file of the kind.
fn keep_mapping(
    hand: &Hand<'_>,
    target: Target<'_>,
    judged: &Judged,
    fields: &Fields,
) -> Result<(), Error> {
    let kept = mapping::kept(hand.store, hand.org, target.name())?;
    let by_name = recognise_leniently(&judged.header, &judged.columns, &Mapping::new());
    let sure = |at: usize| {
        by_name[at]
            .filter(|(_, alike)| !alike)
            .map(|(column, _)| &*column.name)
    };
    let mut all = kept.clone();
    for (at, (heading, field)) in said(&judged.header, fields).into_iter().enumerate() {
        let at = judged
            .header
            .iter()
            .position(|other| *other == heading)
            .unwrap_or(at);
        if sure(at) == Some(&*field) {
            all.remove(&heading);
        } else {
            all.insert(heading, field);
        }
    }
    if all != kept {
        let act: Act = mapping::keep(target.name(), &all);
        let answer = hand.store.submit_blocking(hand.command(act)?)?;
        answer.outcome?;
    }
    Ok(())
}

/// Every mistake as a file.
async fn all_mistakes(desk: Desk, file: File, fields: Fields) -> Result<Response, Error> {
    let (app, lang) = (desk.app.clone(), desk.lang());
    let text = desk
        .read(move |reader| {
            let catalog = reader.catalog();
            let target = Target::named(&catalog, &file.target).ok_or(Error::NotFound)?;
            let now = || app.now();
            let hand = Hand {
                store: reader.store,
                org: reader.org,
                actor: &file.login,
                now: &now,
            };
            let judged = judge(reader, &hand, target, &file, Some(&fields))?;
            let mut text = format!(
                "\u{FEFF}{}\r\n",
                t(
                    lang,
                    "行,列,所填,问题,代码",
                    "line,column,found,problem,code"
                )
            );
            for (bad, found) in judged.plan.bad.iter().zip(&judged.found) {
                let cells = [
                    bad.line.to_string(),
                    bad.column.clone().unwrap_or_default(),
                    found.clone(),
                    t(lang, &bad.zh, &bad.en).to_owned(),
                    bad.code.clone(),
                ];
                text.push_str(&cells.map(|cell| csv_cell(&cell)).join(","));
                text.push_str("\r\n");
            }
            Ok(text)
        })
        .await?;
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8"),
        (CONTENT_DISPOSITION, "attachment; filename=\"mistakes.csv\""),
    ];
    Ok((headers, text).into_response())
}
