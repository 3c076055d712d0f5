//! Buttons of passkeys. They are hidden until the script has seen that the browser knows passkeys.
//!
//! | attribute | on | meaning |
//! |---|---|---|
//! | `data-passkey` | button | what it does: `enter`, `register`, `confirm` |
//! | `data-csrf`, `data-next` | the same | the token of the log-in page; where to go afterwards |
//! | `data-passkey-said` | text | where the script says what went wrong |

use maud::{Markup, html};

use super::icon::{Icon, icon};
use super::lang::{Lang, t};
use crate::layout::ASSETS;

fn script() -> Markup {
    html! { script src=(format!("/assets/passkeys.js?v={ASSETS}")) defer {} }
}

fn said(lang: Lang) -> Markup {
    let failed = t(
        lang,
        "没有完成，请重试或换一种方式",
        "not completed; try again or another way",
    );
    html! { p class="refusal" role="alert" data-passkey-said data-failed=(failed) hidden {} }
}

/// Logs in.
pub fn enter(lang: Lang, csrf: &str, next: &str) -> Markup {
    html! {
        button class="button wide" type="button" data-passkey="enter" data-csrf=(csrf) data-next=(next) hidden {
            (icon(Icon::Lock)) (t(lang, "用通行密钥登录", "Log in by passkey"))
        }
        (said(lang))
        (script())
    }
}

/// Makes a passkey named by the input `name` of the form around it.
pub fn register(lang: Lang) -> Markup {
    html! {
        button class="button" type="button" data-passkey="register" hidden {
            (icon(Icon::Plus)) (t(lang, "添加通行密钥", "Add a passkey"))
        }
        (said(lang))
        (script())
    }
}

/// Shows by a passkey that it is still the same person, then sends the form around it without its password.
pub fn confirm(lang: Lang) -> Markup {
    html! {
        button class="button" type="button" data-passkey="confirm" hidden {
            (icon(Icon::Lock)) (t(lang, "改用通行密钥", "Use a passkey instead"))
        }
        (said(lang))
        (script())
    }
}
