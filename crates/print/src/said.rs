//! Complaints in Chinese. The typesetter speaks English; what its users meet is said in both languages.

use crate::Complaint;

/// Beginnings of the typesetter's messages with the Chinese that stands for them; what follows is kept.
const SAID: [(&str, &str); 28] = [
    ("unknown variable: ", "没有这个名称："),
    ("unknown field ", "单据没有字段 "),
    ("unknown column ", "单据明细没有列 "),
    ("unknown paper ", "没有这种纸张 "),
    ("unknown name ", "没有这个名称 "),
    ("unexpected argument: ", "没有这个参数："),
    ("unexpected argument", "多出一个参数"),
    ("missing argument: ", "缺少参数："),
    ("duplicate argument: ", "参数重复："),
    ("unclosed delimiter", "括号没有闭合"),
    ("unclosed string", "引号没有闭合"),
    ("unclosed raw text", "原样文本没有闭合"),
    ("unclosed label", "标签没有闭合"),
    ("expected comma", "此处应有逗号"),
    ("expected expression", "此处应有表达式"),
    ("expected semicolon or line break", "此处应换行或加分号"),
    ("expected ", "类型或写法不符，应为："),
    ("unexpected ", "此处不应有："),
    ("the character ", "此处不能用字符 "),
    (
        "file not found",
        "找不到文件：样式不能读取文件，只能用 /kit.typ",
    ),
    (
        "failed to load package",
        "样式不能使用软件包，只能用 /kit.typ",
    ),
    ("loop seems to be infinite", "循环似乎没有尽头"),
    ("condition is always true", "循环条件恒为真，没有尽头"),
    ("maximum function call depth exceeded", "函数嵌套过深"),
    ("maximum layout depth exceeded", "版面嵌套过深"),
    ("cannot ", "不能这样运算："),
    ("panicked with: ", "样式自己中止："),
    ("unresolved import", "引入的文件里没有这个名称"),
];

impl Complaint {
    /// What is wrong, in Chinese; the typesetter's own words where there are no others.
    #[must_use]
    pub fn message_zh(&self) -> String {
        let known = SAID
            .iter()
            .find_map(|(en, zh)| Some(format!("{zh}{}", self.message.strip_prefix(en)?)));
        known.unwrap_or_else(|| format!("排版程序报告：{}", self.message))
    }

    /// What would be right, in Chinese.
    #[must_use]
    pub fn hints_zh(&self) -> Vec<String> {
        let said = |hint: &String| {
            let near = hint
                .strip_prefix("did you mean ")
                .map(|near| near.trim_end_matches('?'));
            near.map_or_else(|| hint.clone(), |near| format!("是不是 {near}？"))
        };
        self.hints.iter().map(said).collect()
    }
}
