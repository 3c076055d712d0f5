//! What the person may do with a slip now: the main act as a button, the rest beside it.

use maud::{Markup, html};

use super::dialog::{Ask, dialog};
use super::icon::{Icon, icon};
use super::lang::{Lang, t};
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
    /// One that is wanted now and then: it stands in a menu.
    Rare,
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

/// The buttons in their order, those that are rare in a menu, and the dialogs that belong to them.
pub fn actions(lang: Lang, actions: &[Action]) -> Markup {
    let rare = |action: &&Action| action.weight == Weight::Rare;
    html! {
        @for action in actions.iter().filter(|action| !rare(action)) { (button(action)) }
        @if actions.iter().any(|action| rare(&action)) {
            details class="menu" {
                summary class="button" { (t(lang, "更多", "More")) (icon(Icon::ChevronDown)) }
                div { @for action in actions.iter().filter(rare) { (button(action)) } }
            }
        }
        @for action in actions {
            @if let Way::Ask(ask) = &action.way { (dialog(lang, ask)) }
        }
    }
}

fn button(action: &Action) -> Markup {
    let class = match action.weight {
        Weight::Rare => "",
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
            },
        }
    }
}
