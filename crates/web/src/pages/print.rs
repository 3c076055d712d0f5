//! The print studio of a slip: what it would look like on which paper, printing it for the record, and what was printed.

use axum::extract::Path;
use axum::http::header::{
    CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderValue, SET_COOKIE,
    X_FRAME_OPTIONS,
};
use axum::response::{IntoResponse, Response};
use engine::Slip;
use kernel::SlipId;
use maud::{Markup, html};
use print::{Form, FormData};

use super::desk::{Asked, Content, Desk, Reader, address, done, go};
use super::print_choices::{choices, profile_card};
use super::{slip, values, words};
use crate::auth::Posted;
use crate::error::Error;
use crate::layout::Place;
use crate::paper::choice::{Choice, NAMES};
use crate::paper::prints::{Print, form_error, language_of, of_slip};
use crate::parts::icon::{Icon, icon};
use crate::parts::table::{Cell, Head, Row, Shape, Table, table};
use crate::parts::{Link, Tone, head, note};
use crate::text::{percent, random_key};

/// Most pages that are shown; the file has all of them.
const SHOWN_MAX: usize = 20;
/// The cookie that keeps the profile of this workplace.
const PROFILE: &str = "print_profile";

/// The page that shows the form may hold it in a frame of its own; nothing else may.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
     frame-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
);
/// The PDF may stand in a frame of this server.
const POLICY_PDF: HeaderValue = HeaderValue::from_static("frame-ancestors 'self'");
/// A page as a picture runs nothing and reaches nothing.
const POLICY_PICTURE: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; sandbox",
);

/// The choice of an address: what it says, else the profile it names, else that of this workplace.
pub(super) fn choice_of(
    reader: &Reader<'_>,
    asked: &Asked,
    kept: &str,
) -> Result<(Choice, String), Error> {
    let said = asked
        .pairs()
        .iter()
        .any(|(name, _)| NAMES.contains(&name.as_str()) && name != "profile");
    let wanted = match asked.text("profile") {
        "" if !said => kept,
        wanted => wanted,
    };
    if said && asked.text("load").is_empty() {
        return Ok((Choice::read(|name| asked.text(name)), wanted.to_owned()));
    }
    let profile = super::print_choices::profiles(reader)?;
    let found = profile.into_iter().find(|profile| profile.id == wanted);
    Ok(match found {
        Some(profile) => (
            serde_json::from_str(&profile.body).unwrap_or_default(),
            profile.id,
        ),
        None => (Choice::read(|name| asked.text(name)), String::new()),
    })
}

/// An address with a choice in it.
pub(super) fn with_choice(path: &str, choice: &Choice) -> String {
    let parts = choice.parts();
    let parts: Vec<(&str, &str)> = parts
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    address(path, &parts)
}

pub(super) fn pdf_answer(name: &str, bytes: Vec<u8>) -> Response {
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("application/pdf")),
        (
            CONTENT_DISPOSITION,
            HeaderValue::from_str(&format!("inline; filename*=UTF-8''{}.pdf", percent(name)))
                .unwrap_or(HeaderValue::from_static("inline")),
        ),
        (CONTENT_SECURITY_POLICY, POLICY_PDF),
        (X_FRAME_OPTIONS, HeaderValue::from_static("SAMEORIGIN")),
    ];
    (headers, bytes).into_response()
}

/// A sample of a slip as PDF: it says over the page that it is one.
pub(crate) async fn pdf(desk: Desk, Path(id): Path<i64>, asked: Asked) -> Result<Response, Error> {
    let (name, bytes) = desk
        .read(move |reader| {
            let slip = slip::must(reader, id)?;
            let choice = Choice::read(|name| asked.text(name));
            let page = language_of(reader.lang);
            let made = reader
                .app
                .to_print(&slip, &choice, page, &reader.me, None)?;
            let bytes = reader.app.set(&made).map_err(|error| form_error(&error))?;
            Ok((slip.number.to_string(), bytes))
        })
        .await?;
    Ok(pdf_answer(&name, bytes))
}

/// One page of the sample as a picture.
pub(crate) async fn picture(
    desk: Desk,
    Path((id, nth)): Path<(i64, usize)>,
    asked: Asked,
) -> Result<Response, Error> {
    let svg = desk
        .read(move |reader| {
            let slip = slip::must(reader, id)?;
            let choice = Choice::read(|name| asked.text(name));
            let page = language_of(reader.lang);
            let made = reader
                .app
                .to_print(&slip, &choice, page, &reader.me, None)?;
            let pages = reader
                .app
                .set_pages(&made)
                .map_err(|error| form_error(&error))?;
            nth.checked_sub(1)
                .and_then(|at| pages.get(at).cloned())
                .ok_or(Error::NotFound)
        })
        .await?;
    Ok(picture_answer(svg))
}

pub(super) fn picture_answer(svg: String) -> Response {
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("image/svg+xml")),
        (CONTENT_SECURITY_POLICY, POLICY_PICTURE),
    ];
    (headers, svg).into_response()
}

/// The sheet with rulers, on the paper and with the correction chosen.
pub(crate) async fn calibration(desk: Desk, asked: Asked) -> Result<Response, Error> {
    let bytes = desk
        .read(move |reader| {
            let choice = Choice::read(|name| asked.text(name));
            let data = FormData {
                language: choice.language(language_of(reader.lang)),
                paper: choice.paper(),
                sheet: choice.sheet,
                shift: choice.shift(),
                ..FormData::default()
            };
            let printer = reader.app.printer();
            printer
                .render(&Form::calibration(), &data)
                .map_err(|error| form_error(&error))
        })
        .await?;
    Ok(pdf_answer("calibration", bytes))
}

/// The file of a recorded print, for whoever printed it.
pub(crate) async fn printed(
    desk: Desk,
    Path((id, file)): Path<(i64, String)>,
) -> Result<Response, Error> {
    let seq = file.strip_suffix(".pdf").and_then(|seq| seq.parse().ok());
    let seq: i64 = seq.ok_or(Error::NotFound)?;
    let (name, bytes) = desk
        .read(move |reader| {
            let slip = slip::must(reader, id)?;
            let bytes = reader.app.print_again(&slip, seq, &reader.me)?;
            Ok((slip.number.to_string(), bytes))
        })
        .await?;
    Ok(pdf_answer(&name, bytes))
}

/// Prints for the record: from here on the paper counts.
pub(crate) async fn post(
    desk: Desk,
    Path(id): Path<i64>,
    posted: Posted,
) -> Result<Response, Error> {
    let Posted { acting, fields } = posted;
    let choice = Choice::read(|name| fields.text(name));
    let (seen, profile) = (
        fields.text("_seen").to_owned(),
        fields.text("profile").to_owned(),
    );
    let wanted = choice.clone();
    let act = desk
        .read(move |reader| {
            let slip = slip::must(reader, id)?;
            let page = language_of(reader.lang);
            reader
                .app
                .print_act(&slip, &seen, &wanted, page, &reader.me, true)
        })
        .await?;
    let answer = desk.act(&acting, None, fields.text("_key"), act).await?;
    let seq = answer.seq.to_string();
    let back = with_choice(&format!("/slips/{id}/print?printed={seq}"), &choice);
    let said = crate::parts::lang::t(desk.lang(), "已登记打印", "The print is recorded");
    let mut response = go(&back, Some(&done(said)));
    let plain = profile.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if plain && profile.len() <= 64 {
        let text = format!("{PROFILE}={profile}; Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly");
        if let Ok(value) = HeaderValue::from_str(&text) {
            response.headers_mut().append(SET_COOKIE, value);
        }
    }
    Ok(response)
}

/// What was printed so far, newest first.
fn prints_card(reader: &Reader<'_>, slip: &Slip, prints: &[Print]) -> Result<Markup, Error> {
    if prints.is_empty() {
        return Ok(html! {});
    }
    let mut rows = Vec::new();
    for print in prints.iter().rev() {
        let same = print.content == slip.content;
        let state = match (same, print.nth) {
            (false, _) => Cell::state(
                Tone::Held,
                reader.t("其后单据有改动", "The slip has changed since"),
            ),
            (true, 1) => Cell::state(Tone::Done, reader.t("首次打印", "First print")),
            (true, nth) => {
                let text = format!("{} {}", reader.t("补打", "Reprint"), nth - 1);
                Cell::state(Tone::Draft, &text)
            }
        };
        let when = Cell::new(values::when(reader, print.at));
        let own = same && print.person == reader.me.login;
        let when = match own {
            true => when.to(format!("/slips/{}/prints/{}.pdf", slip.id, print.seq)),
            false => when,
        };
        let copies = match print.how.choice.copies.join("、") {
            names if names.is_empty() => print.copies.to_string(),
            names => names,
        };
        rows.push(Row::from(vec![
            when,
            Cell::new(reader.person(&print.person)?),
            Cell::new(print.form.clone()),
            Cell::new(copies),
            state,
        ]));
    }
    let title = reader.t("打印记录", "Prints");
    let made = Table {
        caption: title.to_owned(),
        heads: vec![
            Head::new(reader.t("时间", "When"), Shape::Main),
            Head::new(reader.t("打印人", "By"), Shape::Plain),
            Head::new(reader.t("样式", "Form"), Shape::Plain),
            Head::new(reader.t("联", "Copies"), Shape::Plain),
            Head::new(reader.t("次数", "Count"), Shape::Plain),
        ],
        rows,
        foot: Vec::new(),
    };
    Ok(
        html! { section class="card" aria-labelledby="prints" { header { h2 id="prints" { (title) } } (table(&made)) } },
    )
}

fn pages_card(reader: &Reader<'_>, id: SlipId, choice: &Choice, pages: usize) -> Markup {
    let address = |nth: usize| with_choice(&format!("/slips/{id}/print/page/{nth}"), choice);
    html! {
        div class="papers" {
            @for nth in 1..=pages.min(SHOWN_MAX) {
                img src=(address(nth)) loading=(if nth > 2 { "lazy" } else { "eager" })
                    alt=(format!("{} {nth} / {pages}", reader.t("第", "Page")));
            }
            @if pages > SHOWN_MAX {
                p class="mute" { (reader.t("其余页见 PDF。", "See the PDF for the other pages.")) }
            }
        }
    }
}

/// The studio.
pub(crate) async fn preview(
    desk: Desk,
    Path(id): Path<i64>,
    asked: Asked,
) -> Result<Response, Error> {
    let csrf = desk.session.csrf();
    let kept = desk.print_profile.clone().unwrap_or_default();
    let mut response = desk
        .show(Place::Slips, move |reader| {
            let slip = slip::must(reader, id)?;
            let catalog = reader.catalog();
            let kind = words::kind_name(&catalog, reader.lang, &slip.version, &slip.kind);
            let (choice, profile) = choice_of(reader, &asked, &kept)?;
            let page = language_of(reader.lang);
            let prints = of_slip(reader.app, &slip)?;
            let pages = reader
                .app
                .to_print(&slip, &choice, page, &reader.me, None)
                .and_then(|made| reader.app.set_pages(&made).map_err(|error| form_error(&error)));
            let title = format!("{} {kind} {}", reader.t("打印", "Print"), slip.number);
            let crumbs = [Link::new(format!("{kind} {}", slip.number), format!("/slips/{id}"))];
            let sample = with_choice(&format!("/slips/{id}/print.pdf"), &choice);
            let acts = html! {
                a class="button" href=(sample) target="_blank" { (icon(Icon::FileText)) (reader.t("样张 PDF", "Sample PDF")) }
                a class="button" href=(sample) download={ (slip.number) ".pdf" } { (icon(Icon::Download)) (reader.t("下载样张", "Download the sample")) }
            };
            let body = html! {
                (head(&crumbs, &title, html! {}, acts))
                (just_printed(reader, &slip, &asked))
                div class="studio" {
                    div {
                        (choices(reader, &choice, &profile)?)
                        @if pages.is_ok() { (print_form(reader, &slip, &choice, &profile, &csrf, prints.len())?) }
                        (profile_card(reader, id, &choice, &profile, &csrf)?)
                    }
                    section class="card" aria-label=(reader.t("预览", "Preview")) {
                        @match &pages {
                            Ok(pages) => (pages_card(reader, slip.id, &choice, pages.len())),
                            Err(error) => div class="in" { (said(reader, error)) },
                        }
                    }
                }
                (prints_card(reader, &slip, &prints)?)
            };
            Ok(Content::new(title, body))
        })
        .await?;
    response
        .headers_mut()
        .insert(CONTENT_SECURITY_POLICY, POLICY);
    Ok(response)
}

/// Why there is nothing to see.
pub(super) fn said(reader: &Reader<'_>, error: &Error) -> Markup {
    let words = error.refusal().map_or_else(
        || {
            reader
                .t("无法排出此单据", "This slip cannot be set")
                .to_owned()
        },
        |refusal| reader.sentence(&refusal).to_owned(),
    );
    note(Tone::Dead, html! { (words) })
}

/// The file that was asked for just now.
fn just_printed(reader: &Reader<'_>, slip: &Slip, asked: &Asked) -> Markup {
    let Ok(seq) = asked.text("printed").parse::<i64>() else {
        return html! {};
    };
    let url = format!("/slips/{}/prints/{seq}.pdf", slip.id);
    let title = reader.t("正式打印件", "The print");
    html! {
        section class="card" aria-label=(title) {
            div class="in" {
                a class="button primary" href=(url) target="_blank" autofocus { (icon(Icon::Printer)) (reader.t("打开并打印", "Open and print")) }
                " " span class="mute" { (reader.t("此次打印已登记在日志中。", "This print stands in the journal.")) }
            }
            // The script gives it its address where the browser can show a PDF; a phone gets the link alone.
            iframe class="sheet" data-sheet=(url) title=(title) hidden {}
        }
    }
}

fn print_form(
    reader: &Reader<'_>,
    slip: &Slip,
    choice: &Choice,
    profile: &str,
    csrf: &str,
    before: usize,
) -> Result<Markup, Error> {
    let label = match before {
        0 => reader.t("打印并登记", "Print for the record").to_owned(),
        _ => format!("{} {before}", reader.t("补打", "Reprint")),
    };
    Ok(html! {
        form class="card" method="post" action={ "/slips/" (slip.id) "/print" } {
            input type="hidden" name="_csrf" value=(csrf);
            input type="hidden" name="_key" value=(random_key()?);
            input type="hidden" name="_seen" value=(slip.content);
            input type="hidden" name="profile" value=(profile);
            @for (name, value) in choice.parts() { input type="hidden" name=(name) value=(value); }
            div class="in" {
                button class="button primary" data-submit { (icon(Icon::Printer)) (label) }
                p class="mute small" {
                    @if before > 0 {
                        (reader.t("已打印过，此次纸面注明“补打”。", "It was printed before: the paper says that this is a reprint."))
                    } @else {
                        (reader.t("正式件带校验二维码，打印人、时间、样式、联数记入日志。", "The print carries a square code by which it can be checked; who, when, which form and copies stand in the journal."))
                    }
                }
            }
        }
    })
}
