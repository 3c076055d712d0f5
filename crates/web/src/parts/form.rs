//! The form of a step that is filled in: fields, lines, and the signature under them.

use maud::{Markup, html};

use super::dialog::{Ask, dialog};
use super::field::{Entry, Field, field, input_id};
use super::grid::{Grid, grid};
use super::icon::{Icon, icon};
use super::keys;
use super::lang::{Lang, t};
use super::slip::{Fact, facts};
use super::table::{Table, table};
use super::{Hidden, Link, Tone, hidden, note, way_back};

/// A refusal as the summary shows it.
#[derive(Clone, Debug, Default)]
pub struct Refused {
    /// The stable code: `gsp.purchase_inbound.receipt.shelf_life`.
    pub code: String,
    /// The sentence, with the label and the line it is about.
    pub sentence: String,
    /// The name of the input it is about: `l.2.expiry`; nothing where it is about the slip as a whole.
    pub input: Option<String>,
}

/// A form.
#[derive(Clone, Debug, Default)]
pub struct Form {
    /// The way back.
    pub crumbs: Vec<Link>,
    /// What is done: 采购订单填制.
    pub title: String,
    /// Where it is sent; the buttons add `_do` = `sign`, `save`, `more` or `discard`.
    pub url: String,
    /// Where the script sends what is typed, as JSON.
    pub autosave: Option<String>,
    /// Where the script asks for computed fields that it cannot compute.
    pub computed: Option<String>,
    /// When the draft was last saved, as shown.
    pub saved_at: Option<String>,
    /// Inputs the person does not see: `_csrf`, `_key`, `_seen`, `_draft`.
    pub hidden: Hidden,
    /// Why it was refused, in the order of the laws.
    pub refused: Vec<Refused>,
    /// What is known already and not typed here: the slip it draws from.
    pub known: Vec<Fact>,
    /// Fields of the head, sent as `h.<name>`.
    pub fields: Vec<(Field, Entry)>,
    /// The lines, sent as `l.<n>.<name>`.
    pub grid: Option<Grid>,
    /// Lines that are only shown, with the words for them.
    pub shown: Option<(String, Table)>,
    /// The word on the button; 签字并提交 unless the step calls it otherwise.
    pub submit: Option<String>,
    /// The page that says what this slip and its fields want.
    pub help: Option<String>,
    /// Where cancelling leads.
    pub back: String,
    /// Whether there is a draft to discard.
    pub draft: bool,
    /// Whether a draft can be kept.
    pub keeps: bool,
}

/// The page without its shell.
pub fn form(lang: Lang, form: &Form) -> Markup {
    html! {
        form method="post" action=(form.url) autocomplete="off" data-fill data-autosave=[form.autosave.as_deref()]
            data-computed=[form.computed.as_deref()] novalidate {
            (hidden(&form.hidden))
            (head(lang, form))
            @if !form.refused.is_empty() { (summary(not_done(lang, &form.refused), &form.refused)) }
            @if !form.known.is_empty() { section class="card" aria-label=(t(lang, "来源", "Source")) { (facts(&form.known)) } }
            @if !form.fields.is_empty() {
                section class="card" aria-label=(form.title) {
                    div class="fields" {
                        @for (what, entry) in &form.fields { (field(lang, &format!("h.{}", what.name), what, entry)) }
                    }
                }
            }
            @if let Some(lines) = &form.grid { (grid(lang, lines)) }
            @if let Some((title, lines)) = &form.shown {
                section class="card" { header { h2 { (title) } } (table(lines)) }
            }
        }
        @if form.draft { (dialog(lang, &discard(lang, form))) }
    }
}

/// What did not happen: nobody who only asked a ledger for lines has tried to submit.
fn not_done(lang: Lang, refused: &[Refused]) -> &'static str {
    if refused.iter().all(|one| one.code == "nothing_proposed") {
        return t(
            lang,
            "没有生成明细，已填内容都在：",
            "No lines were made. Nothing you typed is lost:",
        );
    }
    t(
        lang,
        "没有提交。请处理以下问题，已填内容都在：",
        "Not submitted. Nothing you typed is lost; please look at:",
    )
}

fn discard(lang: Lang, form: &Form) -> Ask {
    let mut inputs = form.hidden.clone();
    inputs.push(("_do".into(), "discard".into()));
    Ask {
        id: "discard".into(),
        title: t(lang, "删除这张草稿？", "Discard this draft?").into(),
        text: t(
            lang,
            "已填的内容将不能找回。草稿没有编号，不会留下断号。",
            "What was typed cannot be brought back. A draft has no number, so no gap is left.",
        )
        .into(),
        confirm: t(lang, "删除草稿", "Discard draft").into(),
        danger: true,
        url: form.url.clone(),
        hidden: inputs,
        ..Ask::default()
    }
}

fn head(lang: Lang, form: &Form) -> Markup {
    let saved = form.saved_at.as_ref().map(|at| match lang {
        Lang::Zh => format!("已保存 {at}"),
        Lang::En => format!("Saved at {at}"),
    });
    html! {
        div class="head stick" {
            (way_back(&form.crumbs))
            h1 { (form.title) }
            span class="saved" role="status" data-saved { (saved.unwrap_or_default()) }
            div class="acts" {
                // The first button of a form is the one that Enter presses, so signing stands first in the source.
                button class="button primary" name="_do" value="sign" data-submit
                    title=(keys::tooltip("", "sign").trim()) {
                    (icon(Icon::PenLine)) (form.submit.as_deref().unwrap_or(t(lang, "签字并提交", "Sign and submit")))
                }
                @if form.keeps {
                    button class="button" name="_do" value="save" data-save title=(keys::tooltip("", "save").trim()) { (icon(Icon::Save)) (t(lang, "保存草稿", "Save draft")) }
                }
                @if form.draft {
                    button class="button quiet" type="button" data-dialog="discard" { (t(lang, "删除草稿", "Discard draft")) }
                }
                @if let Some(url) = &form.help { a class="button quiet help" href=(url) target="_blank" { (icon(Icon::CircleQuestionMark)) (t(lang, "填写说明", "Help")) } }
                a class="button quiet" href=(form.back) { (t(lang, "返回", "Back")) }
            }
        }
    }
}

/// Why a form or an act was refused, each with a link to the input it is about.
pub fn summary(title: &str, refused: &[Refused]) -> Markup {
    let text = html! {
        p { b { (title) } }
        ul {
            @for refusal in refused {
                li {
                    @match &refusal.input {
                        Some(name) => a href={ "#" (input_id(name)) } { (refusal.sentence) },
                        None => (refusal.sentence),
                    }
                    " " small class="code" { (refusal.code) }
                }
            }
        }
    };
    html! { div role="alert" data-refused { (note(Tone::Dead, text)) } }
}
