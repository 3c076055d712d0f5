//! The log-in page.

use maud::{Markup, html};

use super::icon::{Icon, icon};
use super::lang::{Lang, t};
use super::theme::Theme;
use super::{Tone, note, passkey};
use crate::layout::bare;

/// What the log-in page shows.
#[derive(Clone, Debug, Default)]
pub struct Login {
    /// The name of the organisation.
    pub organisation: String,
    /// The name typed before, kept after a refusal.
    pub name: String,
    /// Why the last try was refused; never says whether the name exists.
    pub refusal: Option<String>,
    /// A sentence such as "you were logged out", not a refusal.
    pub notice: Option<String>,
    /// Sent back as `_csrf`.
    pub csrf: String,
    /// Where to go afterwards, a path of this server.
    pub next: String,
    /// Whether passkeys can be used at this address.
    pub passkeys: bool,
    /// What the identity provider is called, where there is one.
    pub provider: Option<String>,
    /// The product's version.
    pub version: String,
}

/// The whole page. Posts `name`, `password`, `next` to `/login`.
pub fn login(lang: Lang, theme: Theme, login: &Login) -> Markup {
    let body = html! {
        div class="face-off" {
            svg class="tall" aria-hidden="true" { use href=(format!("/assets/icons.svg?v={}#seal-tall", crate::layout::ASSETS)) {} }
            div { h1 { (t(lang, "会签", "Countersign")) } p class="mute" { (login.organisation) } }
        }
        @if let Some(why) = &login.refusal { div role="alert" { (note(Tone::Dead, html! { (why) })) } }
        @if let Some(text) = &login.notice { (note(Tone::Wait, html! { (text) })) }
        form class="card" method="post" action="/login" {
            div class="in" {
                input type="hidden" name="_csrf" value=(login.csrf);
                input type="hidden" name="next" value=(login.next);
                div class="field" {
                    label for="name" { (t(lang, "用户名", "User name")) }
                    input id="name" name="name" value=(login.name) autocomplete="username" autocapitalize="none"
                        spellcheck="false" required autofocus[login.name.is_empty()];
                }
                div class="field" {
                    label for="password" { (t(lang, "密码", "Password")) }
                    input id="password" name="password" type="password" autocomplete="current-password" required
                        autofocus[!login.name.is_empty()];
                }
                button class="button primary wide" { (t(lang, "登录", "Log in")) }
                @if login.passkeys { (passkey::enter(lang, &login.csrf, &login.next)) }
                @if let Some(name) = &login.provider {
                    a class="button wide" href=(format!("/login/oidc?next={}", crate::text::percent(&login.next))) {
                        (icon(Icon::User)) (t(lang, "用企业账号登录：", "Log in by ")) (name)
                    }
                }
            }
        }
        div class="under" {
            span { (login.version) }
            form method="post" action="/language" {
                input type="hidden" name="_csrf" value=(login.csrf);
                input type="hidden" name="back" value="/login";
                button class="button quiet tiny" name="lang" value=(lang.other().code()) lang=(lang.other().tag()) {
                    (icon(Icon::Languages)) (t(lang, "English", "中文"))
                }
            }
        }
    };
    bare(lang, theme, t(lang, "登录", "Log in"), body)
}
