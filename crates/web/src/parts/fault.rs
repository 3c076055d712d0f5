//! Pages for what went wrong: not found, not allowed, a fault, and a refusal that has no form to be shown in.

use maud::{Markup, html};

use super::Link;
use super::form::{Refused, summary};
use super::icon::{Icon, icon};
use super::lang::{Lang, t};

/// What went wrong.
#[derive(Clone, Debug)]
pub enum Fault {
    /// 404.
    NotFound,
    /// 403; the sentence says who may.
    NotAllowed(String),
    /// 500 or 503; the incident the log knows it by.
    Broken(String),
}

/// The words for it, centred; goes into `layout::page` or, before log-in, into `layout::bare`.
pub fn fault(lang: Lang, fault: &Fault) -> Markup {
    let (sign, title, text) = match fault {
        Fault::NotFound => (
            Icon::Search,
            t(lang, "没有这一页", "There is no such page"),
            t(
                lang,
                "地址可能有误，或单据不在您可查看的范围内。",
                "The address may be wrong, or the slip is outside what you may see.",
            ),
        ),
        Fault::NotAllowed(who) => (
            Icon::Lock,
            t(lang, "您无权办理", "You may not do this"),
            who.as_str(),
        ),
        Fault::Broken(_) => (
            Icon::TriangleAlert,
            t(lang, "系统出错了", "Something broke"),
            t(
                lang,
                "这一步没有生效，没有只做一半。请稍后再试；若再出现，请把事件编号告诉管理员。",
                "Nothing was done, not even half of it. Please try again; if it comes back, tell the administrator the incident number.",
            ),
        ),
    };
    html! {
        div class="lone" {
            div {
                h1 { (icon(sign)) (title) }
                p { (text) }
                @if let Fault::Broken(incident) = fault {
                    p { span class="mute" { (t(lang, "事件编号 ", "Incident ")) } kbd { (incident) } }
                }
                p { a href="/inbox" { (t(lang, "回到待办", "Back to the inbox")) } }
            }
        }
    }
}

/// A refusal of an act without a form: a signature, a return, a hand-over. Says that nothing was changed.
pub fn refusal(lang: Lang, refused: &[Refused], back: &Link) -> Markup {
    html! {
        div class="lone" {
            div {
                h1 class="seen" { (t(lang, "没有办成", "Not done")) }
                (summary(t(lang, "没有办成：", "This was not done:"), refused))
                p { (t(lang, "单据没有任何改变。", "Nothing about the slip was changed.")) }
                p { a class="button" href=(back.url) { (back.label) } }
            }
        }
    }
}
