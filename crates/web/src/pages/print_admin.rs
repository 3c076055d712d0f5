//! The organisation's own forms: what there is, and writing one with a real slip beside it.

use axum::http::StatusCode;
use axum::response::Response;
use engine::{Act, Slip};
use maud::{Markup, html};
use model::Pack;
use print::{Bilingual, Complaint, FormError};
use store::ListQuery;

use super::desk::{Asked, Content, Desk, Reader, address, done, go};
use super::people::{check, refused_change, tabs};
use super::words;
use crate::auth::{Fields, Uploaded};
use crate::error::Error;
use crate::layout::Place;
use crate::paper::own::{self, OwnForm, SOURCE_MAX, form_name};
use crate::paper::prints::language_of;
use crate::parts::icon::{Icon, icon};
use crate::parts::table::{Cell, Head, Row, Shape, Table, table};
use crate::parts::{Link, Tone, head, note};
use crate::slip_form::{Dress, Paper, Printable, dressed_in, own_name};
use crate::text::random_key;

/// The address of the pages.
pub(super) const HERE: &str = "/admin/print";

/// A kind of slip, as its form is kept.
struct Kind {
    kind: String,
    pack: String,
    form: String,
    label: String,
    /// The pack's own template.
    given: String,
}

fn kind_of(reader: &Reader<'_>, pack: &Pack, kind: &str, slip: &model::Slip) -> Kind {
    let form = own_name(pack, kind, slip.print.as_deref());
    Kind {
        kind: kind.to_owned(),
        pack: pack.name.to_string(),
        label: words::label(reader.lang, &slip.label).to_owned(),
        given: pack
            .forms
            .get(form.as_str())
            .cloned()
            .unwrap_or_else(|| print::Form::generic().source().to_owned()),
        form,
    }
}

fn kinds(reader: &Reader<'_>) -> Vec<Kind> {
    let catalog = reader.catalog();
    let mut out = Vec::new();
    for pack in catalog.packs() {
        for flow in &pack.flows {
            for slip in &flow.slips {
                let kind = format!("{}.{}.{}", pack.name, flow.name, slip.name);
                out.push(kind_of(reader, pack, &kind, slip));
            }
        }
    }
    out
}

/// Every kind of slip with the form it is printed by, and the seals.
pub(crate) async fn all(desk: Desk) -> Result<Response, Error> {
    let csrf = desk.session.csrf();
    desk.show(Place::Admin, move |reader| {
        check(reader)?;
        let mut rows = Vec::new();
        for kind in kinds(reader) {
            let versions = own::versions(reader.store, reader.org, &kind.pack, &kind.form)?;
            let last = versions.last();
            let state = match last {
                Some((version, _, _, own)) if !own.source.is_empty() => Cell::state(
                    Tone::Done,
                    format!("{} v{version}", reader.t("本单位", "Own")),
                ),
                _ => Cell::state(Tone::Draft, reader.t("业务包自带", "The pack's")),
            };
            let url = address(&format!("{HERE}/form"), &[("kind", &kind.kind)]);
            rows.push(Row::from(vec![
                Cell::new(kind.label).to(url),
                Cell::new(format!("{}.typ", kind.form)),
                state,
                Cell::new(last.map_or(String::new(), |(.., own)| own.why.clone())),
            ]));
        }
        let title = reader.t("打印样式与印章", "Forms and seals");
        let made = Table {
            caption: title.to_owned(),
            heads: vec![
                Head::new(reader.t("单据", "Slip"), Shape::Main),
                Head::new(reader.t("文件", "File"), Shape::Code),
                Head::new(reader.t("现用", "In use"), Shape::Plain),
                Head::new(reader.t("说明", "Why"), Shape::Plain),
            ],
            rows,
            foot: Vec::new(),
        };
        let body = html! {
            (head(&[], title, html! {}, html! {}))
            (crate::parts::tabs(reader.t("管理", "Administration"), &tabs(reader, HERE)))
            section class="card" { (table(&made)) }
            (super::print_seals::card(reader, &csrf)?)
        };
        Ok(Content::new(title, body))
    })
    .await
}

/// What is in the editor.
#[derive(Default)]
struct Draft {
    source: Option<String>,
    why: String,
    number: String,
    key: Option<String>,
    /// What came of trying it.
    tried: Option<Result<Tried, Vec<Wrong>>>,
}

/// What a form that can be set made of a slip.
struct Tried {
    pages: Vec<String>,
    lost: Vec<String>,
    number: String,
}

/// A mistake in both languages.
struct Wrong {
    place: String,
    zh: String,
    en: String,
    excerpt: String,
}

fn wrongs(error: &FormError) -> Vec<Wrong> {
    let plain = |zh: String, en: String| Wrong {
        place: String::new(),
        zh,
        en,
        excerpt: String::new(),
    };
    match error {
        FormError::Form(complaints) => complaints.iter().map(wrong).collect(),
        FormError::TooLong(seconds) => vec![plain(
            format!("超过 {seconds} 秒仍未排完，已停止：是否有不会结束的循环？"),
            error.to_string(),
        )],
        FormError::TooLarge(megabytes) => vec![plain(
            format!("占用内存超过 {megabytes} MB，已停止"),
            error.to_string(),
        )],
        FormError::Data(_) | FormError::Fault(_) => {
            vec![plain(format!("无法排版：{error}"), error.to_string())]
        }
    }
}

fn wrong(one: &Complaint) -> Wrong {
    let with = |message: String, hints: Vec<String>| {
        std::iter::once(message).chain(hints).collect::<Vec<_>>()
    };
    Wrong {
        place: format!("{}:{}:{}", one.file, one.line, one.column),
        zh: with(one.message_zh(), one.hints_zh()).join("；"),
        en: with(one.message.clone(), one.hints.clone()).join("; "),
        excerpt: one.excerpt.clone(),
    }
}

/// The slip that a form is tried on: the one named, else the newest of the kind.
fn trial(
    reader: &Reader<'_>,
    kind: &Kind,
    number: &str,
) -> Result<Option<std::sync::Arc<Slip>>, Error> {
    if !number.is_empty() {
        let found = reader.store.slip_by_number(reader.org, number)?;
        return Ok(found.filter(|slip| *slip.kind == *kind.kind));
    }
    let query = ListQuery {
        kind: Some(kind.kind.clone()),
        descending: true,
        limit: 1,
        ..ListQuery::default()
    };
    let page = reader.store.list(reader.org, &query)?;
    let Some(head) = page.rows.first() else {
        return Ok(None);
    };
    Ok(reader.store.slip(reader.org, head.id)?)
}

/// Sets a form with a real slip, or with an empty one where there is none yet.
fn try_form(
    reader: &Reader<'_>,
    kind: &Kind,
    source: &str,
    number: &str,
) -> Result<Result<Tried, Vec<Wrong>>, Error> {
    let slip = trial(reader, kind, number)?;
    if slip.is_none() && !number.is_empty() {
        return Ok(Err(vec![Wrong {
            place: number.to_owned(),
            zh: "没有此单号的这种单据".to_owned(),
            en: "there is no such slip of this kind".to_owned(),
            excerpt: String::new(),
        }]));
    }
    let company = &reader.app.settings().company;
    let paper = Paper {
        language: language_of(reader.lang),
        company: Bilingual::new(&*company.zh, &*company.en),
        ..Paper::default()
    };
    let dress = Dress {
        sample: true,
        ..Dress::default()
    };
    let made = match &slip {
        Some(slip) => dressed_in(reader.store, reader.org, slip, &paper, &dress, Some(source))?,
        None => None,
    };
    let made = made.unwrap_or_else(|| Printable {
        template: Some((format!("{}.typ", kind.form), source.to_owned())),
        own: true,
        version: 0,
        data: print::FormData {
            language: paper.language,
            company: paper.company.clone(),
            title: Bilingual::new(kind.label.as_str(), ""),
            sample: true,
            ..print::FormData::default()
        },
    });
    let tried = reader.app.set_pages(&made).and_then(|pages| {
        let lost = reader.app.lost(&made)?;
        Ok(Tried {
            pages: pages.to_vec(),
            lost,
            number: slip
                .as_ref()
                .map_or(String::new(), |slip| slip.number.to_string()),
        })
    });
    Ok(tried.map_err(|error| wrongs(&error)))
}

fn find(reader: &Reader<'_>, kind: &str) -> Result<Kind, Error> {
    kinds(reader)
        .into_iter()
        .find(|known| known.kind == kind)
        .ok_or(Error::NotFound)
}

fn outcome(reader: &Reader<'_>, tried: &Result<Tried, Vec<Wrong>>) -> Markup {
    match tried {
        Ok(tried) => html! {
            @if !tried.lost.is_empty() {
                (note(Tone::Held, html! { (reader.t("这个样式没有印出：", "This form leaves out: ")) (words::joined(reader.lang, &tried.lost)) }))
            }
            @if !tried.number.is_empty() {
                p class="mute" { (reader.t("以此单试排：", "Tried on ")) (tried.number) }
            }
            div class="papers" {
                @for (at, svg) in tried.pages.iter().take(5).enumerate() {
                    @let url = format!("data:image/svg+xml,{}", crate::text::percent(svg));
                    img src=(url) alt=(format!("{} {}", reader.t("第", "Page"), at + 1));
                }
            }
        },
        Err(wrongs) => note(
            Tone::Dead,
            html! {
                p { b { (reader.t("样式有错，未保存；仍用原来的样式。", "The form has mistakes and was not kept; the one before goes on being used.")) } }
                ul id="mistakes" tabindex="-1" {
                    @for wrong in wrongs {
                        li {
                            @if !wrong.place.is_empty() { code { (wrong.place) } " " }
                            (if reader.lang == crate::Lang::Zh { &wrong.zh } else { &wrong.en })
                            br;
                            small class="mute" { (if reader.lang == crate::Lang::Zh { &wrong.en } else { &wrong.zh }) }
                            @if !wrong.excerpt.is_empty() { pre { (wrong.excerpt) } }
                        }
                    }
                }
            },
        ),
    }
}

fn editor(reader: &Reader<'_>, kind: &Kind, draft: &Draft, csrf: &str) -> Result<Markup, Error> {
    let versions = own::versions(reader.store, reader.org, &kind.pack, &kind.form)?;
    let current = versions.last().filter(|(.., own)| !own.source.is_empty());
    let source = match (&draft.source, current) {
        (Some(source), _) => source,
        (None, Some((.., own))) => &own.source,
        (None, None) => &kind.given,
    };
    let key = match &draft.key {
        Some(key) => key.clone(),
        None => random_key()?.to_string(),
    };
    Ok(html! {
        @if let Some(tried) = &draft.tried { section class="card" aria-live="polite" { div class="in" { (outcome(reader, tried)) } } }
        form class="card" method="post" action={ (HERE) "/form" } enctype="multipart/form-data" {
            input type="hidden" name="_csrf" value=(csrf);
            input type="hidden" name="_key" value=(key);
            input type="hidden" name="kind" value=(kind.kind);
            div class="in" {
                p class="mute" {
                    (reader.t("样式只能引入 /kit.typ，不能读文件、不能上网；排版有时间和内存上限。", "A form imports /kit.typ and nothing else; it reads no files and no network, and its time and memory are bounded."))
                }
                label for="source" { b { (kind.form) ".typ" } }
                textarea id="source" class="code" name="source" rows="22" spellcheck="false" autocomplete="off" maxlength=(SOURCE_MAX) { (source) }
            }
            div class="filters" {
                label { (reader.t("或上传 .typ 文件", "Or upload a .typ file")) input type="file" name="file" accept=".typ,text/plain"; }
                label { (reader.t("用此单试排", "Try it on this slip")) input name="number" autocomplete="off" value=(draft.number) placeholder=(reader.t("最近一张", "the newest")); }
                label { (reader.t("改了什么", "What was changed")) input name="why" maxlength="120" autocomplete="off" value=(draft.why); }
            }
            div class="in acts" {
                button class="button" name="_do" value="try" { (icon(Icon::Search)) (reader.t("试排", "Try")) }
                button class="button primary" name="_do" value="keep" data-submit { (icon(Icon::Save)) (reader.t("保存并启用", "Keep and use")) }
                @if current.is_some() { button class="button quiet" name="_do" value="given" formnovalidate { (icon(Icon::RotateCcw)) (reader.t("改回业务包自带", "Back to the pack's")) } }
            }
        }
        (history(reader, kind, &versions))
    })
}

fn history(
    reader: &Reader<'_>,
    kind: &Kind,
    versions: &[(i64, kernel::Day, i64, OwnForm)],
) -> Markup {
    if versions.is_empty() {
        return html! {};
    }
    let rows = versions.iter().rev().map(|(version, day, seq, own)| {
        let what = match own.source.is_empty() {
            true => reader.t("改回业务包自带", "Back to the pack's"),
            false => reader.t("本单位样式", "Own form"),
        };
        let version = version.to_string();
        let url = address(
            &format!("{HERE}/form"),
            &[("kind", &kind.kind), ("version", &version)],
        );
        Row::from(vec![
            Cell::new(format!("v{version}")).to(url),
            Cell::new(day.to_string()),
            Cell::new(what),
            Cell::new(own.why.clone()),
            Cell::new(seq.to_string()).to(format!("/admin/journal/{seq}")),
        ])
    });
    let title = reader.t("历次版本", "Versions");
    let made = Table {
        caption: title.to_owned(),
        heads: vec![
            Head::new(reader.t("版本", "Version"), Shape::Main),
            Head::new(reader.t("日期", "Day"), Shape::Code),
            Head::new(reader.t("内容", "What"), Shape::Plain),
            Head::new(reader.t("说明", "Why"), Shape::Plain),
            Head::new(reader.t("日志", "Journal"), Shape::Code),
        ],
        rows: rows.collect(),
        foot: Vec::new(),
    };
    html! { section class="card" { header { h2 { (title) } } (table(&made)) } }
}

async fn page(
    desk: Desk,
    kind: String,
    draft: Draft,
    version: Option<i64>,
) -> Result<Response, Error> {
    let csrf = desk.session.csrf();
    let status = match &draft.tried {
        Some(Err(_)) => StatusCode::UNPROCESSABLE_ENTITY,
        _ => StatusCode::OK,
    };
    desk.show(Place::Admin, move |reader| {
        check(reader)?;
        let kind = find(reader, &kind)?;
        let mut draft = draft;
        if let Some(wanted) = version {
            let versions = own::versions(reader.store, reader.org, &kind.pack, &kind.form)?;
            let found = versions
                .into_iter()
                .find(|(version, ..)| *version == wanted);
            draft.source = found
                .map(|(.., own)| own.source)
                .filter(|source| !source.is_empty());
        }
        let title = format!("{} {}", reader.t("打印样式", "Form of"), kind.label);
        let crumbs = [Link::new(
            reader.t("打印样式与印章", "Forms and seals"),
            HERE,
        )];
        let body = html! {
            (head(&crumbs, &title, html! {}, html! {}))
            (editor(reader, &kind, &draft, &csrf)?)
        };
        Ok(Content::new(title, body).with(status))
    })
    .await
}

pub(crate) async fn form(desk: Desk, asked: Asked) -> Result<Response, Error> {
    let kind = asked.text("kind").to_owned();
    let version = asked.text("version").parse().ok();
    page(desk, kind, Draft::default(), version).await
}

/// What was typed, or what was uploaded instead.
fn source_of(fields: &Fields, uploaded: Option<&[u8]>) -> Result<String, Error> {
    let text = match uploaded {
        Some(bytes) => String::from_utf8(bytes.to_vec()).map_err(|_| {
            Error::bad(
                "source",
                "样式文件不是 UTF-8 文本",
                "the form is not text in UTF-8",
            )
        })?,
        None => fields.text("source").to_owned(),
    };
    let text = text.replace("\r\n", "\n");
    if text.trim().is_empty() || text.len() > SOURCE_MAX {
        return Err(Error::bad(
            "source",
            "样式须有内容，且不超过 12,000 字节",
            "a form has text, of at most 12,000 bytes",
        ));
    }
    Ok(text)
}

pub(crate) async fn post(desk: Desk, uploaded: Uploaded) -> Result<Response, Error> {
    let Uploaded {
        acting,
        fields,
        file,
    } = uploaded;
    let kind = fields.text("kind").to_owned();
    if !acting.person.administrator {
        let posted = crate::auth::Posted { acting, fields };
        return Err(refused_change(&desk, &posted, None).await);
    }
    let doing = fields.text("_do").to_owned();
    let source = match doing.as_str() {
        "given" => String::new(),
        _ => source_of(&fields, file.as_ref().map(|file| &*file.bytes))?,
    };
    let draft = Draft {
        source: Some(source.clone()),
        why: fields.text("why").trim().chars().take(120).collect(),
        number: fields.text("number").trim().to_owned(),
        key: None,
        tried: None,
    };
    let (wanted, number) = (kind.clone(), draft.number.clone());
    let text = source.clone();
    let (name, tried) = desk
        .read(move |reader| {
            let kind = find(reader, &wanted)?;
            let tried = match text.is_empty() {
                true => None,
                false => Some(try_form(reader, &kind, &text, &number)?),
            };
            Ok((form_name(&kind.pack, &kind.form), tried))
        })
        .await?;
    if doing == "try" || matches!(tried, Some(Err(_))) {
        return page(desk, kind, Draft { tried, ..draft }, None).await;
    }
    let body = OwnForm {
        source,
        why: draft.why,
    };
    let act = Act::PutSetting {
        name: name.into(),
        body: serde_json::to_string(&body).unwrap_or_default().into(),
    };
    desk.act(&acting, None, fields.text("_key"), act).await?;
    let said = crate::parts::lang::t(desk.lang(), "样式已启用", "The form is in use");
    let back = address(&format!("{HERE}/form"), &[("kind", &kind)]);
    Ok(go(&back, Some(&done(said))))
}
