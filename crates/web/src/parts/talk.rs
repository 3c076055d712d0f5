//! What people say and attach, and what happened: comments, files, history.

use maud::{Markup, html};

use super::icon::{Icon, icon};
use super::lang::{Lang, t};
use super::{Hidden, Link, hidden};

/// A comment.
#[derive(Clone, Debug, Default)]
pub struct Comment {
    /// Who said it.
    pub person: String,
    /// When, as shown.
    pub at: String,
    /// What was said.
    pub text: String,
}

/// An attached file.
#[derive(Clone, Debug, Default)]
pub struct Attachment {
    /// Its name and where it is had.
    pub file: Link,
    /// Its size, who attached it and when, as shown.
    pub about: String,
}

/// A field that changed.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// The label of the field, with the line it is in.
    pub label: String,
    /// What it was; empty where there was nothing.
    pub before: String,
    /// What it is.
    pub after: String,
}

/// Something that happened to the slip.
#[derive(Clone, Debug, Default)]
pub struct Event {
    /// When, as shown.
    pub at: String,
    /// Who did it.
    pub person: String,
    /// What was done.
    pub what: String,
    /// What changed by it.
    pub changes: Vec<Change>,
}

/// The first character of a name: it stands for the person.
fn face(name: &str) -> Markup {
    html! { span class="face" aria-hidden="true" { (name.chars().next().unwrap_or('?')) } }
}

/// Comments with the input for one more. Posts `text` to `url`; without an address nothing can be added.
pub fn comments(lang: Lang, list: &[Comment], url: Option<&str>, inputs: &Hidden) -> Markup {
    html! {
        section class="card" aria-labelledby="comments" {
            header { h2 id="comments" { (t(lang, "留言", "Comments")) } span class="mute" { (list.len()) } }
            div class="in" {
                @if list.is_empty() { p class="mute" { (t(lang, "还没有留言。", "No comments yet.")) } }
                ol class="talk" {
                    @for comment in list {
                        li {
                            (face(&comment.person))
                            div { span class="who" { (comment.person) } small class="mute" { (comment.at) } p { (comment.text) } }
                        }
                    }
                }
                @if let Some(url) = url {
                    form class="talk" method="post" action=(url) {
                        (hidden(inputs))
                        textarea name="text" rows="2" required aria-label=(t(lang, "写留言", "Write a comment"))
                            placeholder=(t(lang, "写留言…", "Write a comment…")) {}
                        div class="acts" { button class="button" { (icon(Icon::MessageSquare)) (t(lang, "留言", "Comment")) } }
                    }
                }
            }
        }
    }
}

/// Files with the input for more. Posts `file` as multipart to `url`; without an address nothing can be added.
pub fn attachments(lang: Lang, list: &[Attachment], url: Option<&str>, inputs: &Hidden) -> Markup {
    let (kinds, most) = (crate::attach::kinds(), crate::auth::FILE_MAX);
    let accept = format!(".{}", kinds.replace(' ', ",."));
    html! {
        section class="card" aria-labelledby="attachments" {
            header { h2 id="attachments" { (t(lang, "附件", "Attachments")) } span class="mute" { (list.len()) } }
            div class="in" {
                ul class="talk" {
                    @for attachment in list {
                        li {
                            (icon(Icon::Paperclip))
                            div { a href=(attachment.file.url) { (attachment.file.label) } br; small class="mute" { (attachment.about) } }
                        }
                    }
                }
                @if let Some(url) = url {
                    form class="talk acts" method="post" action=(url) enctype="multipart/form-data" data-attach
                        data-kinds=(kinds) data-most=(most) {
                        (hidden(inputs))
                        label class="button" {
                            (icon(Icon::Paperclip)) (t(lang, "添加附件", "Attach files"))
                            input class="seen" type="file" name="file" required multiple accept=(accept);
                        }
                        // The camera of a phone; where there is none browsers offer files.
                        label class="button camera" {
                            (icon(Icon::Camera)) (t(lang, "拍照", "Take a picture"))
                            input class="seen" type="file" accept="image/jpeg,image/png" capture="environment";
                        }
                        small class="mute keys" {
                            (t(lang, "也可拖入，或粘贴截图 ", "Or drop files here, or paste a picture ")) kbd { "Ctrl+V" }
                        }
                        noscript { button class="button" { (t(lang, "上传", "Upload")) } }
                    }
                }
            }
        }
    }
}

/// What happened, newest first.
/// `versions` leads to the fields' history and to two versions side by side.
pub fn history(lang: Lang, list: &[Event], versions: Option<&str>) -> Markup {
    html! {
        section class="card" aria-labelledby="history" {
            header {
                h2 id="history" { (t(lang, "变更历史", "History")) }
                @if let Some(url) = versions {
                    div class="acts" { a class="small" href=(url) { (t(lang, "逐栏历史与版本对比", "Fields and versions side by side")) } }
                }
            }
            div class="in" {
                ol class="talk" {
                    @for event in list {
                        li {
                            small class="mute code" { (event.at) }
                            div {
                                span class="who" { (event.person) } (event.what)
                                @for change in &event.changes { (changed(change)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// One change, before and after.
pub(super) fn changed(change: &Change) -> Markup {
    html! {
        p class="change small" {
            span class="mute" { (change.label) " " }
            @if !change.before.is_empty() { del { (change.before) } " → " }
            ins { (change.after) }
        }
    }
}
