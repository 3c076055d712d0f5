//! The keys: one table, from which the scripts bind them, pages hint at them and the help sheet is written.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::lang::{Lang, t};

/// Where a key holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// On every page.
    Page,
    /// In lists and trees.
    List,
    /// In the fields of a form.
    Form,
    /// In a field with a look-up; most of them while its list is open.
    Look,
    /// In the cells of a line grid.
    Grid,
}

impl Reach {
    const ALL: [Reach; 5] = [
        Reach::Page,
        Reach::List,
        Reach::Form,
        Reach::Look,
        Reach::Grid,
    ];

    fn code(self) -> &'static str {
        match self {
            Reach::Page => "page",
            Reach::List => "list",
            Reach::Form => "form",
            Reach::Look => "look",
            Reach::Grid => "grid",
        }
    }

    fn title(self, lang: Lang) -> &'static str {
        match self {
            Reach::Page => t(lang, "各处", "Everywhere"),
            Reach::List => t(lang, "列表", "Lists"),
            Reach::Form => t(lang, "填单", "Forms"),
            Reach::Look => t(lang, "选资料", "Look-ups"),
            Reach::Grid => t(lang, "明细格", "Line grid"),
        }
    }
}

/// A key and what it does.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// What the scripts call it.
    pub act: &'static str,
    /// Where it holds.
    pub reach: Reach,
    /// The keys, as the scripts name them: `Ctrl+Shift+D`.
    pub keys: &'static [&'static str],
    zh: &'static str,
    en: &'static str,
}

const fn key(
    reach: Reach,
    act: &'static str,
    keys: &'static [&'static str],
    zh: &'static str,
    en: &'static str,
) -> Key {
    Key {
        act,
        reach,
        keys,
        zh,
        en,
    }
}

/// All of them, in the order of the help sheet.
#[rustfmt::skip]
pub const KEYS: [Key; 47] = [
    key(Reach::Page, "help", &["?", "F1"], "快捷键一览", "This sheet"),
    key(Reach::Page, "go", &["Ctrl+K"], "单号直达与查找", "Go to a number, or search"),
    key(Reach::List, "find", &["/"], "查找", "Find"),
    key(Reach::List, "row_down", &["J"], "下一行", "Next row"),
    key(Reach::List, "row_up", &["K"], "上一行", "Row before"),
    key(Reach::List, "row_next", &["ArrowDown"], "在行内：下一行", "Within a row: next row"),
    key(Reach::List, "row_back", &["ArrowUp"], "在行内：上一行", "Within a row: row before"),
    key(Reach::List, "row_select", &["X", " "], "勾选（回车打开）", "Select (Enter opens)"),
    key(Reach::List, "row_extend_down", &["Shift+ArrowDown"], "连续勾选", "Select on and on"),
    key(Reach::List, "row_extend_up", &["Shift+ArrowUp"], "向上连续勾选", "Select on upwards"),
    key(Reach::List, "row_all", &["Ctrl+A"], "全选", "Select all"),
    key(Reach::List, "row_open", &["ArrowRight"], "展开", "Unfold"),
    key(Reach::List, "row_fold", &["ArrowLeft"], "收起", "Fold"),
    key(Reach::Form, "sign", &["Ctrl+Enter"], "签字并提交", "Sign and submit"),
    key(Reach::Form, "save", &["Ctrl+S"], "保存草稿", "Save the draft"),
    key(Reach::Form, "next_field", &["Enter"], "下一栏", "Next field"),
    key(Reach::Form, "calculate", &["F4", "F11"], "计算器（数字栏；也可直接输入 =12*3.5+2）", "Calculator (in a figure; or type =12*3.5+2)"),
    key(Reach::Form, "take_result", &["F12"], "计算器：取回结果", "Calculator: take the result"),
    key(Reach::Look, "look_up", &["F7", "Alt+ArrowDown"], "打开资料选择：编码、名称或拼音首字母", "Open the look-up: by code, name or initials"),
    key(Reach::Look, "look_down", &["ArrowDown"], "下一条", "Next"),
    key(Reach::Look, "look_above", &["ArrowUp"], "上一条", "Before"),
    key(Reach::Look, "look_page_down", &["PageDown"], "下翻", "Further down"),
    key(Reach::Look, "look_page_up", &["PageUp"], "上翻", "Further up"),
    key(Reach::Look, "look_take", &["Enter", "Tab", "Shift+Tab"], "选用", "Take"),
    key(Reach::Look, "look_close", &["Escape"], "关闭", "Close"),
    key(Reach::Grid, "cell_next", &["Enter"], "下一格", "Next cell"),
    key(Reach::Grid, "cell_back", &["Shift+Enter"], "上一格", "Cell before"),
    key(Reach::Grid, "cell_tab", &["Tab"], "下一格（.. 照抄上格）", "Next cell (.. copies from above)"),
    key(Reach::Grid, "line_down", &["ArrowDown"], "下一行", "Line below"),
    key(Reach::Grid, "line_up", &["ArrowUp"], "上一行", "Line above"),
    key(Reach::Grid, "cell_left", &["ArrowLeft"], "左一格", "Cell to the left"),
    key(Reach::Grid, "cell_right", &["ArrowRight"], "右一格", "Cell to the right"),
    key(Reach::Grid, "first_line", &["Ctrl+Home"], "首行", "First line"),
    key(Reach::Grid, "last_line", &["Ctrl+End"], "末行", "Last line"),
    key(Reach::Grid, "cell_edit", &["F2"], "在格内编辑", "Edit within the cell"),
    key(Reach::Grid, "cell_undo", &["Escape"], "放弃本格的改动", "Take back what was typed in the cell"),
    key(Reach::Grid, "fill_down", &["Ctrl+D"], "照抄上格；选中多格时向下填充", "Copy from above; fill a picked range"),
    key(Reach::Grid, "range_down", &["Shift+ArrowDown"], "向下选中", "Pick downwards"),
    key(Reach::Grid, "range_up", &["Shift+ArrowUp"], "向上选中", "Pick upwards"),
    key(Reach::Grid, "line_copy", &["Ctrl+Shift+D"], "复制本行（来源行：拆成两行）", "Duplicate the line (a drawn one: split it)"),
    key(Reach::Grid, "line_insert", &["Insert", "Ctrl+I"], "在上方插入一行", "Insert a line above"),
    key(Reach::Grid, "line_delete", &["Ctrl+Delete"], "删除本行", "Delete the line"),
    key(Reach::Grid, "paste", &["Ctrl+V"], "从 Excel 粘贴一块", "Paste a block from Excel"),
    key(Reach::Grid, "copy", &["Ctrl+C"], "复制选中的格", "Copy the picked cells"),
    key(Reach::Grid, "scan_separator", &["F8", "Ctrl+]"], "扫码枪的分隔符 GS", "The separator GS of a scanner"),
    key(Reach::Form, "attach_paste", &["Ctrl+V"], "在单据页：粘贴截图为附件", "On a slip: attach a picture from the clipboard"),
    key(Reach::Page, "close", &["Escape"], "关闭弹出的窗口", "Close what popped up"),
];

/// Keys that the browser itself sends as an event of another kind, such as pasting; the scripts listen to that one.
const NATIVE: [&str; 5] = ["paste", "copy", "attach_paste", "close", "scan_separator"];

/// What the scripts bind, as JSON: by place, by key, what is done.
pub fn bound() -> String {
    let mut out: BTreeMap<&str, BTreeMap<&str, &str>> = BTreeMap::new();
    for key in KEYS.iter().filter(|key| !NATIVE.contains(&key.act)) {
        for name in key.keys {
            let place = out.entry(key.reach.code()).or_default();
            place.insert(name, key.act);
        }
    }
    serde_json::to_string(&out).unwrap_or_default()
}

/// A key as people know it.
fn shown(name: &str) -> String {
    name.replace(' ', "␣")
        .replace("ArrowDown", "↓")
        .replace("ArrowUp", "↑")
        .replace("ArrowLeft", "←")
        .replace("ArrowRight", "→")
        .replace("Escape", "Esc")
        .replace("Control", "Ctrl")
}

fn keycaps(key: &Key) -> Markup {
    html! { @for name in key.keys { kbd { (shown(name)) } " " } }
}

fn find(act: &str) -> Option<&'static Key> {
    KEYS.iter().find(|key| key.act == act)
}

/// The keys of these acts with a few words each: what stands under a grid.
pub fn hints(lang: Lang, acts: &[&str]) -> Markup {
    html! {
        span class="keys" {
            @for key in acts.iter().filter_map(|act| find(act)) {
                span title=(t(lang, key.zh, key.en)) { kbd { (key.keys.first().map(|name| shown(name)).unwrap_or_default()) } " " (brief(lang, key)) }
            }
        }
    }
}

/// The words up to the first bracket or stop.
fn brief(lang: Lang, key: &Key) -> &'static str {
    let words = t(lang, key.zh, key.en);
    words
        .split(['（', '(', '；', ';', '：', ':'])
        .next()
        .unwrap_or(words)
        .trim()
}

/// What a button's tooltip says: its words and its key.
pub fn tooltip(words: &str, act: &str) -> String {
    let name = find(act).and_then(|key| key.keys.first());
    match name {
        Some(name) => format!("{words} {}", shown(name)),
        None => words.to_owned(),
    }
}

/// The help sheet.
pub fn sheet(lang: Lang) -> Markup {
    html! {
        dialog id="shortcuts" aria-labelledby="shortcuts-title" {
            form class="ask" method="dialog" {
                h2 id="shortcuts-title" { (t(lang, "快捷键", "Keyboard shortcuts")) }
                div class="scroll sheet-keys" tabindex="0" {
                    table class="rows" {
                        @for reach in Reach::ALL {
                            tbody {
                                tr class="sum" { td colspan="2" { (reach.title(lang)) } }
                                @for key in KEYS.iter().filter(|key| key.reach == reach) {
                                    tr { td { (keycaps(key)) } td { (t(lang, key.zh, key.en)) } }
                                }
                            }
                        }
                    }
                }
                div class="acts" { button class="button" { (t(lang, "关闭", "Close")) } }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const SCRIPTS: [&str; 4] = [
        include_str!("../../assets/app.js"),
        include_str!("../../assets/form.js"),
        include_str!("../../assets/grid.js"),
        include_str!("../../assets/files.js"),
    ];

    #[test]
    fn every_hint_is_bound() {
        let scripts = SCRIPTS.concat();
        for key in &KEYS {
            let handled = match key.act {
                "paste" => scripts.contains("on('paste'"),
                "copy" => scripts.contains("on('copy'"),
                "attach_paste" => scripts.contains("addEventListener('paste'"),
                // A dialog closes by itself, a menu by script.
                "close" => scripts.contains("e.key === 'Escape'"),
                "scan_separator" => {
                    scripts.contains("e.key === 'F8'") && scripts.contains("e.key === ']'")
                }
                "help" => scripts.contains("=== 'help'"),
                "look_take" => scripts.contains("=== 'look_take'"),
                act => {
                    [format!("  {act}("), format!("  {act}: ")]
                        .iter()
                        .any(|form| scripts.contains(form.as_str()))
                        || scripts.contains(&format!("  {act}: close"))
                }
            };
            assert!(handled, "no script does `{}`", key.act);
        }
    }

    #[test]
    fn no_key_does_two_things_in_one_place() {
        let mut seen = BTreeSet::new();
        for key in KEYS.iter().filter(|key| !NATIVE.contains(&key.act)) {
            for name in key.keys {
                assert!(seen.insert((key.reach, *name)), "{name} twice");
            }
        }
    }
}
