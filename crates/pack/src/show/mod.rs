//! A flow for people to look at: as text and as a drawing.

mod bpmn;
mod drawing;
mod expression;
mod graph;
mod plan;
mod reference;
mod text;

use std::sync::Arc;

use model::{Label, Quorum, Step};

pub use bpmn::show_bpmn;
pub use drawing::{Here, show_svg};
pub use reference::show_reference;
pub use text::show_text;

/// A language of labels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Language {
    /// Chinese.
    Zh,
    /// English.
    En,
}

impl Language {
    fn of(self, label: &Label) -> Arc<str> {
        match self {
            Language::Zh => label.zh.clone(),
            Language::En => label.en.clone(),
        }
    }

    fn pick(self, zh: &'static str, en: &'static str) -> &'static str {
        match self {
            Language::Zh => zh,
            Language::En => en,
        }
    }
}

/// `采购内勤`, `采购经理 或 财务`, `任意2人: …`.
fn signers(pack: &model::Pack, step: &Step, language: Language) -> String {
    let names: Vec<Arc<str>> = step
        .by
        .iter()
        .map(|role| language.of(&pack.roles[*role].label))
        .collect();
    let joined = |zh, en| names.join(language.pick(zh, en));
    match step.quorum {
        Quorum::Any => joined("或", " or "),
        Quorum::All => joined("与", " and "),
        Quorum::Of(1) => joined("或", " or "),
        Quorum::Of(count) => match language {
            Language::Zh => format!("{}共{count}人", joined("、", ", ")),
            Language::En => format!("{count} of {}", joined("、", ", ")),
        },
    }
}
