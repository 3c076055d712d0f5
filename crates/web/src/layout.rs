//! The page shell: what is around every page, and the bare frame of pages shown before log-in.

use maud::{DOCTYPE, Markup, html};

use crate::parts::icon::{Icon, icon};
use crate::parts::keys;
use crate::parts::lang::{Lang, t};
use crate::parts::theme::Theme;
use crate::parts::{Link, Tone};

/// Fingerprint of the assets, eight hexadecimal digits at most, put into their addresses so that browsers may keep
/// them for ever and still fetch new ones.
pub const ASSETS: u32 = fingerprint(&[
    include_bytes!("../assets/app.css"),
    include_bytes!("../assets/app.js"),
    include_bytes!("../assets/form.js"),
    include_bytes!("../assets/grid.js"),
    include_bytes!("../assets/files.js"),
    include_bytes!("../assets/passkeys.js"),
    include_bytes!("../assets/icons.svg"),
    include_bytes!("../assets/hand.css"),
    include_bytes!("../assets/hand.js"),
]);

const fn fingerprint(files: &[&[u8]]) -> u32 {
    let mut sum: u32 = 0x811c_9dc5;
    let mut file = 0;
    while file < files.len() {
        let mut at = 0;
        while at < files[file].len() {
            sum = (sum ^ files[file][at] as u32).wrapping_mul(0x0100_0193);
            at += 1;
        }
        file += 1;
    }
    sum
}

/// The part of the product a page belongs to; its entry in the navigation is marked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Place {
    /// 待办: what waits for this person.
    Inbox,
    /// 单据: lists of slips and the slips themselves.
    Slips,
    /// 账: balances and statements.
    Ledgers,
    /// 台账: dated records.
    Registers,
    /// 流程: diagrams of the flows.
    Flows,
    /// 管理: people, roles, periods, packs.
    Admin,
    /// A page outside these, such as an error.
    #[default]
    Elsewhere,
}

/// A short message shown once, after something was done.
#[derive(Clone, Debug)]
pub struct Toast {
    /// `Tone::Done` goes away by itself; every other tone stays until it is closed.
    pub tone: Tone,
    /// A sentence.
    pub text: String,
    /// Where to look at what was done.
    pub link: Option<Link>,
}

/// What the shell needs to know about the person and the page.
#[derive(Clone, Debug, Default)]
pub struct Shell {
    /// The language of the page.
    pub lang: Lang,
    /// Light, dark, or as the device is set.
    pub theme: Theme,
    /// Title in the browser's tab, without the product's name.
    pub title: String,
    /// The marked entry of the navigation.
    pub here: Place,
    /// The name of the person logged in.
    pub person: String,
    /// The names of this person's roles, joined for reading.
    pub roles: String,
    /// The name of the organisation.
    pub organisation: String,
    /// How many tasks wait for this person.
    pub waiting: u32,
    /// How many notices this person has not read.
    pub unread: u32,
    /// Whether the entry 管理 is shown.
    pub admin: bool,
    /// Sent with every form as `_csrf`, and by the scripts as the header `X-CSRF`.
    pub csrf: String,
    /// The slips this person may begin.
    pub begin: Vec<Link>,
    /// Messages shown once.
    pub toasts: Vec<Toast>,
    /// Path and query of this page: the language switch comes back to it.
    pub path: String,
    /// Whether the page is for a handheld: one thing at a time, and no navigation.
    pub hand: bool,
    /// The name of the person for whom this one has chosen to act.
    pub acting_for: Option<String>,
}

/// The texts the scripts show, as the JSON object in `<body data-say>`.
fn said_by_scripts(lang: Lang) -> String {
    serde_json::json!({
        "saving": t(lang, "正在保存…", "Saving…"),
        "saved": t(lang, "已保存 {}", "Saved at {}"),
        "unsaved": t(lang, "尚未保存，将自动重试", "Not saved yet, will retry"),
        "none": t(lang, "没有匹配的记录", "Nothing matches"),
        "chosen": t(lang, "已选 {} 项", "{} selected"),
        "unknown": t(lang, "查无此编码", "No such code"),
        "code": t(lang, "编码", "Code"),
        "name": t(lang, "名称", "Name"),
        "calculator": t(lang, "计算器", "Calculator"),
        "take": t(lang, "填入（回车）", "Take (Enter)"),
        "keep": t(lang, "把这里所填另存为新草稿", "Keep what is here as a new draft"),
        "other": t(lang, "改看另一窗口的", "Show the other window's"),
        "cut": t(lang, "粘贴的内容太长，末尾 {} 行没有放入", "More was pasted than there is room for: the last {} rows were left out"),
        "wide": t(lang, "粘贴的内容比表格宽，右边的列没有放入", "More columns were pasted than there are; those on the right were left out"),
        "reading": t(lang, "正在读取 {}…", "Reading {}…"),
        "tooMany": t(lang, "放不下：一张单据最多 2000 行", "There is no room: a slip has at most 2000 lines"),
        "wrong": t(lang, "{} 有读不懂的内容，什么都没有填入：", "{} has mistakes; nothing was put in:"),
        "wrongMore": t(lang, "另有 {} 处", "and {} more"),
        "putAnyway": t(lang, "仍然填入，错处照原样", "Put it in, mistakes as they are"),
        "leave": t(lang, "不填入", "Leave it"),
        "notKept": t(lang, "；此文件不能作为附件保存", "; the file itself cannot be attached"),
        "twice": t(lang, "码 {} 已经扫过", "Code {} was scanned already"),
        "codes": t(lang, "{} 个码", "{} codes"),
        "codesRead": t(lang, "从 {1} 读入 {} 个码", "{} codes read from {1}"),
        "notHere": t(lang, "扫到的商品不在来源单据中", "What was scanned is not among these lines"),
        "rest": t(lang, "条码中还有本单不用的内容：{}", "Also in the barcode and not used here: {}"),
        "kind": t(lang, "不接受此类文件；可以是 {}", "Files of this kind are not accepted; these are: {}"),
        "large": t(lang, "文件太大，最大 {} MiB", "The file is too large; at most {} MiB"),
        "void": t(lang, "文件是空的", "The file is empty"),
        "failed": t(lang, "没有传上", "Not uploaded"),
        "lost": t(lang, "连接中断，没有传上", "The connection was lost; not uploaded"),
        "away": t(lang, "连接中断，什么都没有送出。所填内容仍在页面上，恢复后再提交一次。", "The connection is lost and nothing was sent. What you typed is still here; send it again when the connection is back."),
        "again": t(lang, "重传", "Try again"),
        "picture": t(lang, "截图", "picture"),
    })
    .to_string()
}

fn head(lang: Lang, theme: Theme, title: &str, hand: bool) -> Markup {
    html! {
        head {
            meta charset="utf-8";
            title { (title) " · " (t(lang, "会签", "Countersign")) }
            meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover";
            meta name="color-scheme" content=(theme.scheme());
            meta name="format-detection" content="telephone=no";
            link rel="icon" type="image/svg+xml" href=(format!("/assets/favicon.svg?v={ASSETS}"));
            link rel="stylesheet" href=(format!("/assets/app.css?v={ASSETS}"));
            script src=(format!("/assets/app.js?v={ASSETS}")) defer {}
            script src=(format!("/assets/form.js?v={ASSETS}")) defer {}
            script src=(format!("/assets/grid.js?v={ASSETS}")) defer {}
            script src=(format!("/assets/files.js?v={ASSETS}")) defer {}
            @if hand {
                link rel="stylesheet" href=(format!("/assets/hand.css?v={ASSETS}"));
                script src=(format!("/assets/hand.js?v={ASSETS}")) defer {}
            }
        }
    }
}

/// A whole page for a person who is logged in: top bar, navigation, `body` in `<main>`, messages.
pub fn page(shell: &Shell, body: Markup) -> Markup {
    let lang = shell.lang;
    html! {
        (DOCTYPE)
        html lang=(lang.tag()) data-theme=(shell.theme.code()) {
            (head(lang, shell.theme, &shell.title, shell.hand))
            body class=[shell.hand.then_some("hand")] data-say=(said_by_scripts(lang)) data-keys=(keys::bound()) data-csrf=(shell.csrf) data-events="/events" {
                a class="skip" href="#main" { (t(lang, "跳到正文", "Skip to content")) }
                @if shell.hand { (hand_bar(shell)) } @else { (top_bar(shell)) }
                @if let Some(name) = &shell.acting_for { (acting_for(shell, name)) }
                main id="main" tabindex="-1" { (body) }
                (toasts(lang, &shell.toasts))
                (keys::sheet(lang))
            }
        }
    }
}

/// A page without navigation, for log-in and for errors met before it. `body` is centred.
pub fn bare(lang: Lang, theme: Theme, title: &str, body: Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang=(lang.tag()) data-theme=(theme.code()) {
            (head(lang, theme, title, false))
            body data-say=(said_by_scripts(lang)) { main id="main" class="lone" { div { (body) } } }
        }
    }
}

/// What is above a page on a handheld: the way back to scanning, who holds it, and the menu of his account.
fn hand_bar(shell: &Shell) -> Markup {
    let lang = shell.lang;
    html! {
        header class="top" {
            a class="brand" href="/handheld" { (icon(Icon::Seal)) (t(lang, "扫描作业", "Scanning")) }
            span class="grow" {}
            a class="button quiet" href="/inbox" { (icon(Icon::Inbox)) (t(lang, "待办", "Inbox")) }
            (user_menu(shell))
        }
    }
}

fn top_bar(shell: &Shell) -> Markup {
    let lang = shell.lang;
    html! {
        header class="top" {
            a class="brand" href="/" aria-label=(format!("{} {} {}", t(lang, "会签", "Countersign"), shell.organisation, t(lang, "首页", "home"))) {
                (icon(Icon::Seal))
                span class="say" { (t(lang, "会签", "Countersign")) }
                // Read aloud, and compared with the name of the link, the two are two words.
                " "
                @if shell.organisation != t(lang, "会签", "Countersign") { small class="say" { (shell.organisation) } }
            }
            nav class="nav" aria-label=(t(lang, "主导航", "Main")) {
                (entry(shell, Place::Inbox, Icon::Inbox, "/inbox", t(lang, "待办", "Inbox")))
                (entry(shell, Place::Slips, Icon::FileText, "/slips", t(lang, "单据", "Slips")))
                (entry(shell, Place::Ledgers, Icon::BookOpen, "/ledgers", t(lang, "账", "Ledgers")))
                (entry(shell, Place::Registers, Icon::Library, "/registers", t(lang, "台账", "Registers")))
                (entry(shell, Place::Flows, Icon::Workflow, "/flows", t(lang, "流程", "Flows")))
                @if shell.admin {
                    (entry(shell, Place::Admin, Icon::Settings, "/admin", t(lang, "管理", "Admin")))
                }
            }
            span class="grow say" {}
            form class="find" role="search" action="/find" {
                (icon(Icon::Search))
                input type="search" name="q" data-find autocomplete="off" aria-label=(t(lang, "查找", "Find"))
                    placeholder=(t(lang, "单号、批号…", "Number, batch…"));
            }
            @if !shell.begin.is_empty() { (begin_menu(lang, &shell.begin)) }
            (bell(shell))
            (user_menu(shell))
        }
    }
}

/// Says on every page that what is signed is signed for someone else, and ends it.
fn acting_for(shell: &Shell, name: &str) -> Markup {
    let lang = shell.lang;
    html! {
        form class="behalf" method="post" action="/behalf" {
            input type="hidden" name="_csrf" value=(shell.csrf);
            input type="hidden" name="login" value="";
            input type="hidden" name="back" value=(shell.path);
            (icon(Icon::ArrowLeftRight))
            span { (t(lang, "正在代 ", "Acting for ")) b { (name) } (t(lang, " 办理", "")) }
            button class="button tiny" { (t(lang, "停止", "Stop")) }
        }
    }
}

fn entry(shell: &Shell, place: Place, sign: Icon, url: &str, label: &str) -> Markup {
    let current = (shell.here == place).then_some("page");
    html! {
        a href=(url) aria-current=[current] {
            (icon(sign))
            span { (label) }
            @if place == Place::Inbox {
                span class="count" data-count="inbox" { @if shell.waiting > 0 { (shell.waiting) } }
            }
        }
    }
}

fn begin_menu(lang: Lang, begin: &[Link]) -> Markup {
    html! {
        details class="menu" {
            summary class="button primary" aria-label=(t(lang, "开单", "New slip")) {
                (icon(Icon::Plus)) span class="say" { (t(lang, "开单", "New")) }
            }
            div { @for link in begin { a href=(link.url) { (icon(Icon::FilePlus)) (link.label) } } }
        }
    }
}

fn bell(shell: &Shell) -> Markup {
    html! {
        a class="button quiet bell" href="/notices" aria-label=(t(shell.lang, "通知", "Notices")) {
            (icon(Icon::BellRing))
            span class="count" data-count="bell" { @if shell.unread > 0 { (shell.unread) } }
        }
    }
}

fn user_menu(shell: &Shell) -> Markup {
    let lang = shell.lang;
    let hidden = html! { input type="hidden" name="_csrf" value=(shell.csrf); };
    html! {
        details class="menu" {
            summary class="button quiet" aria-label=(shell.person) {
                (icon(Icon::User)) span class="say" { (shell.person) } (icon(Icon::ChevronDown))
            }
            div {
                p { b { (shell.person) } br; small class="mute" { (shell.roles) } }
                a href="/handheld" { (icon(Icon::Search)) (t(lang, "扫描作业", "Scanning")) }
                a href="/me" { (icon(Icon::User)) (t(lang, "我的账号", "My account")) }
                a href="/me/notices" { (icon(Icon::BellRing)) (t(lang, "通知方式", "How I am told")) }
                a href="/help" { (icon(Icon::Info)) (t(lang, "帮助", "Help")) }
                form method="post" action="/language" {
                    (hidden)
                    input type="hidden" name="back" value=(shell.path);
                    button name="lang" value=(lang.other().code()) lang=(lang.other().tag()) {
                        (icon(Icon::Languages)) (t(lang, "English", "中文"))
                    }
                }
                (appearance(shell))
                button type="button" data-dialog="shortcuts" { (icon(Icon::Keyboard)) (t(lang, "快捷键", "Keyboard shortcuts")) }
                hr;
                form method="post" action="/logout" {
                    (hidden)
                    button { (icon(Icon::LogOut)) (t(lang, "退出登录", "Log out")) }
                }
            }
        }
    }
}

/// Light, dark or as the device is set; the one in force is marked.
fn appearance(shell: &Shell) -> Markup {
    let lang = shell.lang;
    let name = |theme| match theme {
        Theme::System => (t(lang, "跟随系统", "As the device"), Icon::SunMoon),
        Theme::Light => (t(lang, "浅色", "Light"), Icon::Sun),
        Theme::Dark => (t(lang, "深色", "Dark"), Icon::Moon),
    };
    html! {
        form class="themes" method="post" action="/appearance" role="group" aria-label=(t(lang, "外观", "Appearance")) {
            input type="hidden" name="_csrf" value=(shell.csrf);
            input type="hidden" name="back" value=(shell.path);
            @for theme in Theme::ALL {
                button name="theme" value=(theme.code()) aria-pressed=(shell.theme == theme) title=(name(theme).0) aria-label=(name(theme).0) {
                    (icon(name(theme).1))
                }
            }
        }
    }
}

fn toasts(lang: Lang, toasts: &[Toast]) -> Markup {
    html! {
        div class="toasts" role="status" aria-live="polite" {
            @for toast in toasts {
                div class="toast" data-stay[toast.tone != Tone::Done] {
                    (icon(if toast.tone == Tone::Done { Icon::CircleCheck } else { Icon::CircleAlert }))
                    span {
                        (toast.text)
                        @if let Some(link) = &toast.link { " " a class="toast-link" href=(link.url) { (link.label) } }
                    }
                    button type="button" data-shut aria-label=(t(lang, "关闭", "Close")) { (icon(Icon::X)) }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_person_typed_never_becomes_markup() {
        let shell = Shell {
            person: "<script>alert(1)</script>".into(),
            path: "/slips?q=\"><img src=x>".into(),
            csrf: "\"'<".into(),
            ..Shell::default()
        };
        let out = page(&shell, html! {}).into_string();
        assert!(!out.contains("<script>alert"));
        assert!(!out.contains("<img"));
    }

    #[test]
    fn assets_stay_small() {
        let css = include_str!("../assets/app.css").len();
        let js = [
            include_str!("../assets/app.js"),
            include_str!("../assets/form.js"),
            include_str!("../assets/grid.js"),
            include_str!("../assets/files.js"),
        ];
        let js: usize = js.iter().map(|script| script.len()).sum();
        assert!(css <= 36_000, "app.css has {css} bytes");
        assert!(js <= 58_500, "the scripts have {js} bytes");
    }
}
