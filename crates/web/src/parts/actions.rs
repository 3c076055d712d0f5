//! What the person may do with a slip now: the main act as a button, the rest beside it.

use maud::{Markup, html};

use super::dialog::{Ask, dialog};
use super::icon::{Icon, icon};
use super::lang::Lang;
use super::{Hidden, hidden};

/// How much weight a button has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Weight {
    /// The act the page is for; one per page.
    Main,
    /// One of the others.
    #[default]
    Plain,
    /// One that cannot be taken back.
    Danger,
}

/// What happens when a button is pressed.
#[derive(Clone, Debug)]
pub enum Way {
    /// Goes to a page.
    Go(String),
    /// Is sent at once: address and hidden inputs.
    Send(String, Hidden),
    /// Asks first. The same address answers `GET` with the question as a page, for people without scripts.
    Ask(Box<Ask>),
}

/// One thing that can be done.
#[derive(Clone, Debug)]
pub struct Action {
    /// Its word: 审核签字.
    pub label: String,
    /// Its icon.
    pub icon: Icon,
    /// Its weight.
    pub weight: Weight,
    /// What happens.
    pub way: Way,
}

/// The buttons in their order, and the dialogs that belong to them.
pub fn actions(lang: Lang, actions: &[Action]) -> Markup {
    html! { @for action in actions { (button(lang, action)) } }
}

fn button(lang: Lang, action: &Action) -> Markup {
    let class = match action.weight {
        Weight::Main => "button primary",
        Weight::Plain => "button",
        Weight::Danger => "button danger",
    };
    let face = html! { (icon(action.icon)) (action.label) };
    html! {
        @match &action.way {
            Way::Go(url) => a class=(class) href=(url) { (face) },
            Way::Send(url, inputs) => form method="post" action=(url) {
                (hidden(inputs))
                button class=(class) data-submit[action.weight == Weight::Main] { (face) }
            },
            Way::Ask(ask) => {
                a class=(class) href=(ask.url) data-dialog=(ask.id) role="button" { (face) }
                (dialog(lang, ask))
            },
        }
    }
}
