//! Official forms: the PDF of a slip, and a page that shows it.

use axum::extract::Path;
use axum::http::header::{
    CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderValue, X_FRAME_OPTIONS,
};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use print::{Bilingual, Copy, Language};

use super::desk::{Asked, Content, Desk, address};
use super::{slip, words};
use crate::error::Error;
use crate::layout::Place;
use crate::parts::icon::{Icon, icon};
use crate::parts::lang::{Lang, t};
use crate::parts::{Link, head};
use crate::slip_form::{Paper, printable};
use crate::text::percent;

/// Most copies of one print.
const COPIES_MAX: usize = 8;

/// The page that shows the form may hold it in a frame of its own; nothing else may.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
     frame-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
);
/// The PDF may stand in a frame of this server.
const POLICY_PDF: HeaderValue = HeaderValue::from_static("frame-ancestors 'self'");

fn language(asked: &Asked, lang: Lang) -> Language {
    match asked.text("lang") {
        "zh" => Language::Zh,
        "en" => Language::En,
        _ if lang == Lang::En => Language::En,
        _ => Language::Zh,
    }
}

/// Copies by the names that the printed forms of the trade give them.
fn copies(count: usize) -> Vec<Copy> {
    let names = [
        ("存根", "File copy"),
        ("财务", "Accounts"),
        ("仓库", "Warehouse"),
        ("业务", "Business"),
        ("质量", "Quality"),
        ("备用", "Spare"),
        ("备用", "Spare"),
        ("备用", "Spare"),
    ];
    if count < 2 {
        return Vec::new();
    }
    names
        .into_iter()
        .take(count)
        .map(|(zh, en)| Copy {
            name: Bilingual::new(zh, en),
        })
        .collect()
}

fn copy_count(asked: &Asked) -> usize {
    asked
        .text("copies")
        .parse()
        .unwrap_or(1)
        .clamp(1, COPIES_MAX)
}

/// The PDF of a slip.
pub(crate) async fn pdf(desk: Desk, Path(id): Path<i64>, asked: Asked) -> Result<Response, Error> {
    let (name, bytes) = desk
        .read(move |reader| {
            let slip = slip::must(reader, id)?;
            let company = &reader.app.settings().company;
            let paper = Paper {
                language: language(&asked, reader.lang),
                company: Bilingual::new(&*company.zh, &*company.en),
                copies: copies(copy_count(&asked)),
                reprint: None,
            };
            let made =
                printable(reader.store, reader.org, &slip, &paper)?.ok_or(Error::NotFound)?;
            let bytes = reader
                .app
                .printer()
                .render(&made.form(), &made.data)
                .map_err(|error| Error::fault("printing a slip", &error))?;
            Ok((slip.number.to_string(), bytes))
        })
        .await?;
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("application/pdf")),
        (
            CONTENT_DISPOSITION,
            HeaderValue::from_str(&format!("inline; filename*=UTF-8''{}.pdf", percent(&name)))
                .unwrap_or(HeaderValue::from_static("inline")),
        ),
        (CONTENT_SECURITY_POLICY, POLICY_PDF),
        (X_FRAME_OPTIONS, HeaderValue::from_static("SAMEORIGIN")),
    ];
    Ok((headers, bytes).into_response())
}

/// Language and number of copies; a choice is shown at once where scripts run.
fn choices(lang: Lang, code: &str, copies: usize) -> Markup {
    html! {
        form class="filters" data-auto {
            label {
                (t(lang, "语言", "Language"))
                select name="lang" {
                    @for (value, word) in [("zh", "中文"), ("en", "English")] {
                        option value=(value) lang=(value) selected[value == code] { (word) }
                    }
                }
            }
            label {
                (t(lang, "联数", "Copies"))
                select name="copies" {
                    @for count in 1..=COPIES_MAX { option value=(count) selected[count == copies] { (count) } }
                }
            }
            button class="button" { (t(lang, "显示", "Show")) }
        }
    }
}

/// The page that shows the PDF, with language and copies to choose.
pub(crate) async fn preview(
    desk: Desk,
    Path(id): Path<i64>,
    asked: Asked,
) -> Result<Response, Error> {
    let mut response = desk
        .show(Place::Slips, move |reader| {
            let slip = slip::must(reader, id)?;
            let catalog = reader.catalog();
            let kind = words::kind_name(&catalog, reader.lang, &slip.version, &slip.kind);
            let code = match language(&asked, reader.lang) {
                Language::Zh => "zh",
                Language::En => "en",
            };
            let count = copy_count(&asked).to_string();
            let url = address(
                &format!("/slips/{id}/print.pdf"),
                &[("lang", code), ("copies", &count)],
            );
            let title = format!("{} {kind} {}", reader.t("打印", "Print"), slip.number);
            let crumbs = [Link::new(
                format!("{kind} {}", slip.number),
                format!("/slips/{id}"),
            )];
            let acts = html! {
                a class="button primary" href=(url) target="_blank" { (icon(Icon::Printer)) (reader.t("打开 PDF", "Open the PDF")) }
                a class="button" href=(url) download={ (slip.number) ".pdf" } { (icon(Icon::Download)) (reader.t("下载", "Download")) }
            };
            let body = html! {
                (head(&crumbs, &title, html! {}, acts))
                div class="card" {
                    (choices(reader.lang, code, copy_count(&asked)))
                    // The script gives it its address where the browser can show a PDF; a phone gets the links alone.
                    iframe class="sheet" data-sheet=(url) title=(title) hidden {}
                    noscript { iframe class="sheet" src=(url) title=(title) {} }
                }
            };
            Ok(Content::new(title, body))
        })
        .await?;
    response
        .headers_mut()
        .insert(CONTENT_SECURITY_POLICY, POLICY);
    Ok(response)
}
