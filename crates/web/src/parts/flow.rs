//! The page of a flow: its drawing, and the same in words.

use maud::{Markup, html};

use super::diagram::{Diagram, diagram};
use super::lang::{Lang, t};
use super::table::{Table, table};
use super::{Link, head};

/// A flow as its page shows it.
#[derive(Clone, Debug, Default)]
pub struct Flow {
    /// The way back.
    pub crumbs: Vec<Link>,
    /// Its name: 采购入库.
    pub title: String,
    /// The version of the pack it is read from.
    pub version: String,
    /// The drawing, with the current step of a slip marked if the person came from one.
    pub diagram: Diagram,
    /// Step, slip, role, what is checked, what is posted.
    pub steps: Table,
    /// Which steps no person may share, each set as one sentence.
    pub separate: Vec<String>,
    /// Where the work on it is.
    pub work: Option<Link>,
    /// Slips that can be begun with it.
    pub begin: Option<Link>,
}

/// The page without its shell.
pub fn flow(lang: Lang, flow: &Flow) -> Markup {
    let acts = html! {
        @if let Some(link) = &flow.work { a class="button" href=(link.url) { (link.label) } }
        @if let Some(link) = &flow.begin { a class="button primary" href=(link.url) { (link.label) } }
    };
    html! {
        (head(&flow.crumbs, &flow.title, html! { span class="mute" { (flow.version) } }, acts))
        figure class="card" { div class="in scroll" tabindex="0" { (diagram(lang, &flow.diagram)) } }
        section class="card" { header { h2 { (t(lang, "环节", "Steps")) } } (table(&flow.steps)) }
        @if !flow.separate.is_empty() {
            section class="card" {
                header { h2 { (t(lang, "不相容岗位", "Separation of duties")) } }
                div class="in" { ul { @for sentence in &flow.separate { li { (sentence) } } } }
            }
        }
    }
}
