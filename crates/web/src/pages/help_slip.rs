//! Help for one kind of slip, in the words of its pack: what it is for, who does which step, what is checked and by which
//! rule, what is booked, who may not be the same person, and what every field wants.

use axum::extract::Path;
use axum::response::Response;
use maud::{Markup, html};
use model::{Field, FieldKind, Flow, Pack, Slip, Step};

use super::desk::{Content, Desk, Reader};
use super::{condition, flows, words};
use crate::error::Error;
use crate::layout::Place;
use crate::parts::lang::Lang;
use crate::parts::table::{Cell, Head, Row, Shape, Table, table};
use crate::parts::{Link, head};

/// The page of a kind, `gsp.purchase_inbound.order`.
pub(crate) async fn one(desk: Desk, Path(kind): Path<String>) -> Result<Response, Error> {
    desk.show(Place::Elsewhere, move |reader| {
        let catalog = reader.catalog();
        let (pack, flow, at) = catalog.kind(&kind).ok_or(Error::NotFound)?;
        let flow = pack.flows.get(flow).ok_or(Error::NotFound)?;
        let slip = flow.slips.get(at).ok_or(Error::NotFound)?;
        let title = words::label(reader.lang, &slip.label).to_owned();
        let crumbs = [
            Link::new(reader.t("帮助", "Help"), "/help"),
            Link::new(
                words::label(reader.lang, &flow.label),
                format!("/flows/{}.{}", pack.name, flow.name),
            ),
        ];
        let header: Vec<&Field> = slip.header.iter().collect();
        let lines: Vec<&Field> = slip.lines.iter().flatten().collect();
        let body = html! {
            (head(&crumbs, &title, html! { span class="mute" { (flows::cited(reader, flow.cites.as_ref())) } }, html! {}))
            (origin(reader, flow, slip))
            section class="card" {
                header { h2 { (reader.t("办理", "What is done")) } }
                (steps(reader, pack, flow, at))
            }
            (apart(reader, flow, at))
            @if !header.is_empty() {
                section class="card" {
                    header { h2 { (reader.t("表头", "Head")) } }
                    (fields(reader, pack, flow, at, &header, false))
                }
            }
            @if !lines.is_empty() {
                section class="card" {
                    header { h2 { (reader.t("明细", "Lines")) } }
                    (fields(reader, pack, flow, at, &lines, true))
                }
            }
        };
        Ok(Content::new(title, body))
    })
    .await
}

/// All kinds of slips, each with the way to its page.
pub(crate) fn index(reader: &Reader<'_>) -> Markup {
    let catalog = reader.catalog();
    html! {
        @for pack in catalog.packs() {
            @for flow in &pack.flows {
                section class="card" {
                    header { h2 { (words::label(reader.lang, &flow.label)) } span class="mute small" { (words::label(reader.lang, &pack.label)) } }
                    div class="in acts" {
                        @for slip in &flow.slips { a class="button" href={ "/help/" (slip.qualified) } { (words::label(reader.lang, &slip.label)) } }
                    }
                }
            }
        }
    }
}

/// Where it comes from and how it is numbered.
fn origin(reader: &Reader<'_>, flow: &Flow, slip: &Slip) -> Markup {
    let sources: Vec<String> = slip
        .from
        .iter()
        .filter_map(|at| flow.kind(*at))
        .map(|source| words::label(reader.lang, &source.label).to_owned())
        .collect();
    let sources = words::joined(reader.lang, &sources);
    let from = match (reader.lang, sources.is_empty()) {
        (Lang::Zh, true) => "由自己新开，不从别的单据生成。".to_owned(),
        (Lang::Zh, false) => format!("由{sources}生成：相同的内容自动带入，不用再填。"),
        (Lang::En, true) => "It is begun by itself, not from another slip.".to_owned(),
        (Lang::En, false) => {
            format!(
                "It is made from: {sources}. What they share is carried over and not typed again."
            )
        }
    };
    let number = slip
        .number
        .replace("{date}", reader.t("年月日", "YYYYMMDD"))
        .replace("{month}", reader.t("年月", "YYYYMM"))
        .replace("{year}", reader.t("年", "YYYY"))
        .replace(['{', '}'], "");
    html! {
        section class="card" {
            div class="in" {
                p { (from) }
                p class="mute small" { (reader.t("编号 ", "Number ")) kbd { (number) } (reader.t("，签字时取号，不断号。", ", taken when it is signed; no number is left out.")) }
            }
        }
    }
}

fn steps(reader: &Reader<'_>, pack: &Pack, flow: &Flow, at: usize) -> Markup {
    let rows = flow.steps_of(at).map(|(_, step)| {
        let again = step
            .step_up
            .then(|| reader.t("需再次输入密码", "asks for the password again"));
        Row::from(vec![
            Cell::new(words::label(reader.lang, &step.label)).under(again.unwrap_or_default()),
            Cell::new(flows::roles(reader, pack, step)),
            Cell::new(flows::rules(reader, step)),
            Cell::new(flows::postings(reader, pack, step)),
        ])
    });
    table(&Table {
        caption: reader.t("环节", "Steps").to_owned(),
        heads: vec![
            Head::new(reader.t("环节", "Step"), Shape::Main),
            Head::new(reader.t("谁来办", "Who"), Shape::Plain),
            Head::new(reader.t("校验", "What is checked"), Shape::Plain),
            Head::new(reader.t("记账", "What is booked"), Shape::Plain),
        ],
        rows: rows.collect(),
        foot: Vec::new(),
    })
}

/// Who may not be one person, as far as a step of this slip is concerned.
fn apart(reader: &Reader<'_>, flow: &Flow, at: usize) -> Markup {
    let concerns = flow.separations.iter().map(|separation| {
        let mut steps = separation
            .steps
            .iter()
            .filter_map(|step| flow.steps.get(*step));
        steps.any(|step| step.slip == at)
    });
    let sentences = flows::separations(reader, flow);
    let sentences: Vec<String> = sentences
        .into_iter()
        .zip(concerns)
        .filter_map(|(sentence, concerns)| concerns.then_some(sentence))
        .collect();
    html! {
        @if !sentences.is_empty() {
            section class="card" {
                header { h2 { (reader.t("不相容岗位", "Separation of duties")) } }
                div class="in" { ul { @for sentence in &sentences { li { (sentence) } } } }
            }
        }
    }
}

fn fields(
    reader: &Reader<'_>,
    pack: &Pack,
    flow: &Flow,
    at: usize,
    fields: &[&Field],
    line: bool,
) -> Markup {
    let rows = fields.iter().enumerate().map(|(index, field)| {
        let later = flow.steps_of(at).map(|(_, step)| step).find(|step| {
            let entered = if line {
                &step.enters_line
            } else {
                &step.enters
            };
            !step.begins && entered.contains(&index)
        });
        Row::from(vec![
            Cell::new(words::label(reader.lang, &field.label)),
            Cell::new(holds(reader, pack, field)),
            Cell::new(entered(reader, flow, field, later)),
            Cell::new(about(reader, pack, flow, at, field)),
        ])
    });
    table(&Table {
        caption: reader.t("栏目", "Fields").to_owned(),
        heads: vec![
            Head::new(reader.t("栏目", "Field"), Shape::Main),
            Head::new(reader.t("填什么", "What it holds"), Shape::Plain),
            Head::new(reader.t("怎么来", "Where it comes from"), Shape::Plain),
            Head::new(reader.t("说明", "About it"), Shape::Plain),
        ],
        rows: rows.collect(),
        foot: Vec::new(),
    })
}

/// The pack's own words about a field, and the condition it must meet.
fn about(reader: &Reader<'_>, pack: &Pack, flow: &Flow, at: usize, field: &Field) -> String {
    let help = field
        .help
        .as_ref()
        .map(|help| words::label(reader.lang, help).to_owned());
    let help = help.or_else(|| super::form_fields::packages(reader.lang, field));
    let must = field.must.as_ref();
    let must = must.and_then(|must| condition::words(reader.lang, pack, flow, at, must));
    let must = must.map(|must| format!("{}{must}", reader.t("须 ", "must be: ")));
    let parts: Vec<String> = help.into_iter().chain(must).collect();
    parts.join(reader.t("；", "; "))
}

/// What a field holds.
fn holds(reader: &Reader<'_>, pack: &Pack, field: &Field) -> String {
    match (&field.kind, reader.lang) {
        (FieldKind::Text, Lang::Zh) => format!("文字，最多 {} 字", field.length_max),
        (FieldKind::Text, Lang::En) => format!("text, at most {} characters", field.length_max),
        (FieldKind::Amount(unit), lang) => match (unit.scale(), lang) {
            (0, Lang::Zh) => "整数".to_owned(),
            (0, Lang::En) => "a whole number".to_owned(),
            (scale, Lang::Zh) => format!("数，最多 {scale} 位小数；可直接输入算式"),
            (scale, Lang::En) => format!("a number, at most {scale} decimals; sums may be typed"),
        },
        (FieldKind::Day, _) => reader
            .t("日期，如 20260401、4.1", "a day, such as 20260401 or 4.1")
            .to_owned(),
        (FieldKind::Moment, _) => reader.t("日期和时间", "day and time").to_owned(),
        (FieldKind::Flag, _) => reader.t("是或否", "yes or no").to_owned(),
        (FieldKind::Choice(choices), lang) => {
            let names: Vec<String> = choices
                .iter()
                .map(|choice| words::label(lang, &choice.label).to_owned())
                .collect();
            match lang {
                Lang::Zh => format!("选一项：{}", words::joined(lang, &names)),
                Lang::En => format!("one of: {}", words::joined(lang, &names)),
            }
        }
        (FieldKind::Register(name), lang) => {
            let register = pack.registers.iter().find(|one| one.name == *name);
            let label = register.map_or(&**name, |one| words::label(lang, &one.label));
            match lang {
                Lang::Zh => format!("从“{label}”中选（F7；编码、名称或拼音首字母）"),
                Lang::En => format!("one of “{label}” (F7; by code, name or initials)"),
            }
        }
        (FieldKind::Person, _) => reader.t("一个人", "a person").to_owned(),
    }
}

/// How its value comes to be.
fn entered(reader: &Reader<'_>, flow: &Flow, field: &Field, later: Option<&Step>) -> String {
    let drawn = field.draws.and_then(|draw| flow.kind(draw.slip));
    if field.carry {
        return reader
            .t("由来源单据带入", "carried from its source")
            .to_owned();
    }
    if field.is.is_some() {
        return reader.t("自动算出", "computed").to_owned();
    }
    let mut out = match (later, reader.lang) {
        (Some(step), Lang::Zh) => {
            format!("办理“{}”时填写", words::label(Lang::Zh, &step.label))
        }
        (Some(step), Lang::En) => {
            format!("entered with “{}”", words::label(Lang::En, &step.label))
        }
        (None, _) if field.optional => reader.t("可以不填", "may be left empty").to_owned(),
        (None, _) if field.default.is_some() => {
            reader.t("不填则用默认值", "has a default").to_owned()
        }
        (None, _) => reader.t("必填", "must be filled in").to_owned(),
    };
    if let Some(slip) = drawn {
        let name = words::label(reader.lang, &slip.label);
        out.push_str(&match reader.lang {
            Lang::Zh => format!("；不能超过{name}的未执行数量"),
            Lang::En => format!("; at most what is open on “{name}”"),
        });
    }
    if field.scan.is_some() {
        out.push_str(reader.t("；可扫码", "; by scanner"));
    }
    out
}
