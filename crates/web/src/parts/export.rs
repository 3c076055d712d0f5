//! The menu by which rows are had as a file.

use maud::{Markup, html};

use super::icon::{Icon, icon};
use super::lang::{Lang, t};
use super::{Hidden, hidden};

/// Where rows can be had as a file, and the inputs that go with it; the journal keeps who took them.
#[derive(Clone, Debug, Default)]
pub struct Export {
    /// Where the form is sent.
    pub url: String,
    /// `_csrf`, and `q`: the query of the page.
    pub hidden: Hidden,
}

/// The menu.
pub fn export(lang: Lang, made: &Export) -> Markup {
    html! {
        details class="menu" {
            summary class="button" { (icon(Icon::Download)) (t(lang, "导出", "Export")) (icon(Icon::ChevronDown)) }
            div {
                form method="post" action=(made.url) data-many {
                    (hidden(&made.hidden))
                    button name="format" value="xlsx" { (icon(Icon::Download)) (t(lang, "Excel 工作簿 (XLSX)", "Excel workbook (XLSX)")) }
                    button name="format" value="csv" { (icon(Icon::Download)) (t(lang, "文本表格 (CSV)", "Text table (CSV)")) }
                    p class="mute" { small { (t(lang, "按筛选条件导出全部记录，并记入日志", "Everything the filter shows; the journal keeps it")) } }
                }
            }
        }
    }
}
