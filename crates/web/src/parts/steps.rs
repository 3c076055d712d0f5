//! The step bar: the chain of acts, who signed which and when, and where it stands.

use maud::{Markup, html};

use super::icon::{Icon, icon};
use super::lang::{Lang, t};

/// A signature given.
#[derive(Clone, Debug, Default)]
pub struct Signature {
    /// Who signed.
    pub person: String,
    /// When, as shown: `04-01 09:12`.
    pub at: String,
    /// The whole moment, for the tooltip and for reading aloud.
    pub at_full: String,
    /// For whom, if as a deputy.
    pub on_behalf_of: Option<String>,
    /// What was said with it.
    pub remark: String,
}

/// Where a step stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Progress {
    /// Not reached.
    #[default]
    Ahead,
    /// The one that waits now.
    Now,
    /// Signed.
    Done,
    /// Returned to an earlier step.
    Returned,
}

/// One step of the bar.
#[derive(Clone, Debug, Default)]
pub struct Step {
    /// Its name: 采购订单审核.
    pub name: String,
    /// The role that does it.
    pub role: String,
    /// Where it stands.
    pub progress: Progress,
    /// The signatures given to it; several where a group signs.
    pub signatures: Vec<Signature>,
    /// For the step that waits: whom for and how long. For a group: how many of how many. For one ahead: whether it comes
    /// at all.
    pub waits: String,
}

/// The bar, from left to right; from top to bottom on a phone.
pub fn steps(lang: Lang, steps: &[Step]) -> Markup {
    html! {
        ol class="steps" aria-label=(t(lang, "环节", "Steps")) {
            @for (index, step) in steps.iter().enumerate() { (one(lang, index + 1, step)) }
        }
    }
}

fn one(lang: Lang, number: usize, step: &Step) -> Markup {
    let (class, word) = match step.progress {
        Progress::Ahead => (None, t(lang, "未到", "not reached")),
        Progress::Now => (Some("now"), t(lang, "当前", "current")),
        Progress::Done => (Some("done"), t(lang, "已签", "signed")),
        Progress::Returned => (Some("back"), t(lang, "已退回", "returned")),
    };
    html! {
        li class=[class] aria-current=[(step.progress == Progress::Now).then_some("step")] {
            span class="mark" aria-hidden="true" {
                @match step.progress {
                    Progress::Done => (icon(Icon::Check)),
                    Progress::Returned => (icon(Icon::CornerUpLeft)),
                    _ => (number),
                }
            }
            b { (step.name) }
            span class="seen" { "(" (word) ")" }
            small { (step.role) }
            @for signature in &step.signatures {
                div title=(signature.remark) {
                    span class="stamp" { (signature.person) }
                    @if let Some(other) = &signature.on_behalf_of { small { (t(lang, "代 ", "for ")) (other) } }
                    small { time title=(signature.at_full) { (signature.at) } }
                }
            }
            @if !step.waits.is_empty() { small { (step.waits) } }
        }
    }
}
