//! Questions asked before something is done, as `<dialog>` or as a page of its own for people without scripts.

use maud::{Markup, html};

use super::field::{Entry, Field, field};
use super::lang::{Lang, t};
use super::{Hidden, hidden};

/// A question with its inputs.
#[derive(Clone, Debug, Default)]
pub struct Ask {
    /// Unique on the page; the opening button names it.
    pub id: String,
    /// The question.
    pub title: String,
    /// What will happen, in a sentence.
    pub text: String,
    /// Inputs, with what is in them.
    pub fields: Vec<(Field, Entry)>,
    /// The word on the button that does it.
    pub confirm: String,
    /// Whether what is done cannot be taken back.
    pub danger: bool,
    /// Where it is sent.
    pub url: String,
    /// Inputs the person does not see.
    pub hidden: Hidden,
    /// Whether a file is among the inputs.
    pub files: bool,
    /// Why it was refused, where that is about none of the inputs.
    pub refused: Vec<String>,
    /// Whether a passkey will do instead of the password.
    pub passkey: bool,
}

/// The question as a dialog, closed until its button opens it.
pub fn dialog(lang: Lang, ask: &Ask) -> Markup {
    html! {
        dialog id=(ask.id) aria-labelledby={ (ask.id) "-title" } {
            (body(lang, ask, html! { h2 id={ (ask.id) "-title" } { (ask.title) } }, html! {
                button type="button" class="button" data-shut { (t(lang, "取消", "Cancel")) }
            }))
        }
    }
}

/// The question as a panel of a page; `back` is where cancelling leads.
pub fn panel(lang: Lang, ask: &Ask, back: &str) -> Markup {
    html! {
        div class="lone" {
            div class="card" {
                (body(lang, ask, html! { h1 { (ask.title) } }, html! { a class="button" href=(back) { (t(lang, "取消", "Cancel")) } }))
            }
        }
    }
}

fn body(lang: Lang, ask: &Ask, title: Markup, cancel: Markup) -> Markup {
    html! {
        form class="ask" method="post" action=(ask.url) enctype=[ask.files.then_some("multipart/form-data")] {
            (hidden(&ask.hidden))
            (title)
            @if !ask.text.is_empty() { p { (ask.text) } }
            @for why in &ask.refused { p class="refusal" role="alert" { (why) } }
            div class="fields" {
                @for (what, entry) in &ask.fields { (field(lang, &what.name, what, entry)) }
            }
            @if ask.passkey { div { (super::passkey::confirm(lang)) } }
            div class="acts" {
                (cancel)
                button class={ "button primary" @if ask.danger { " danger" } } { (ask.confirm) }
            }
        }
    }
}
