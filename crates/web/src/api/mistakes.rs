//! What is wrong with a JSON text or a query, in Chinese: the readers speak English alone.

/// What a reader of JSON said, in Chinese.
pub(super) fn of_json(said: &str) -> String {
    let at = place(said);
    let what = if let Some(name) = quoted(said, "missing field `") {
        format!("缺少 {name}")
    } else if let Some(name) = quoted(said, "duplicate field `") {
        format!("{name} 出现了两次")
    } else if let Some(name) = quoted(said, "unknown variant `") {
        format!("{name} 不是可取的值")
    } else if said.starts_with("invalid type: floating point") {
        "带小数的数须写成文本，如 \"12.50\"".to_owned()
    } else if said.starts_with("a field comes twice") {
        "同一栏出现了两次".to_owned()
    } else if said.starts_with("invalid type") || said.starts_with("invalid value") {
        "值的类型或大小不对".to_owned()
    } else if said.starts_with("invalid length") {
        "元素个数不对".to_owned()
    } else if said.starts_with("an object is expected") {
        "须是一个对象 {…}".to_owned()
    } else if said.starts_with("EOF") {
        "没有写完".to_owned()
    } else if said.starts_with("recursion limit") {
        "嵌套过深".to_owned()
    } else if said.starts_with("trailing characters") {
        "后面还有多余的内容".to_owned()
    } else {
        "不合 JSON 语法".to_owned()
    };
    format!("JSON 无法读取：{what}{at}")
}

/// What a reader of queries said, in Chinese.
pub(super) fn of_query(said: &str) -> String {
    let what = if let Some(name) = quoted(said, "unknown field `") {
        format!("没有参数 {name}")
    } else if let Some(name) = quoted(said, "missing field `") {
        format!("缺少参数 {name}")
    } else if let Some(name) = quoted(said, "duplicate field `") {
        format!("{name} 出现了两次")
    } else if let Some(name) = quoted(said, "unknown variant `") {
        format!("{name} 不是可取的值")
    } else {
        "参数的值无法读取".to_owned()
    };
    format!("查询参数无效：{what}")
}

/// What stands in backquotes after `before`, shortened.
fn quoted<'a>(said: &'a str, before: &str) -> Option<&'a str> {
    let (_, rest) = said.split_once(before)?;
    let (name, _) = rest.split_once('`')?;
    let end = name.char_indices().nth(60).map_or(name.len(), |(at, _)| at);
    Some(&name[..end])
}

/// `（第 2 行第 7 列）`, where the reader said where.
fn place(said: &str) -> String {
    let found = said.rsplit_once(" at line ").and_then(|(_, rest)| {
        let (line, column) = rest.split_once(" column ")?;
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        (digits(line) && digits(column)).then(|| format!("（第 {line} 行第 {column} 列）"))
    });
    found.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether a sentence has an English word in it that is no name.
    fn has_english(text: &str, names: &[&str]) -> bool {
        text.split(|c: char| !c.is_ascii_alphabetic())
            .any(|word| word.len() > 1 && word != "JSON" && !names.contains(&word))
    }

    #[test]
    fn what_the_reader_says_is_said_in_chinese() {
        #[derive(Debug, serde::Deserialize)]
        #[serde(deny_unknown_fields, rename_all = "snake_case")]
        #[allow(dead_code, reason = "only read")]
        enum Colour {
            Red,
        }
        #[derive(Debug, serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        #[allow(dead_code, reason = "only read")]
        struct Sent {
            days: u8,
            #[serde(default)]
            colour: Option<Colour>,
            #[serde(default)]
            pair: Option<(u8, u8)>,
        }
        for text in [
            "{",
            "{}",
            "{\"days\":\"x\"}",
            "{\"days\":1.5}",
            "{\"days\":900}",
            "{\"days\":1,\"days\":2}",
            "{\"days\":1,\"colour\":\"blue\"}",
            "{\"days\":1,\"pair\":[1]}",
            "{\"days\":1} x",
            "{days:1}",
            "{\"days\":tru}",
            "",
        ] {
            let said = serde_json::from_str::<Sent>(text)
                .expect_err(text)
                .to_string();
            let zh = of_json(&said);
            assert!(!has_english(&zh, &["days", "blue"]), "{said}: {zh}");
            assert!(zh.contains("行第"), "{said}: {zh}");
        }
        assert_eq!(
            of_json("missing field `days` at line 1 column 2"),
            "JSON 无法读取：缺少 days（第 1 行第 2 列）"
        );
        assert_eq!(
            of_query("Failed to deserialize query string: unknown field `kindd`, expected `kind`"),
            "查询参数无效：没有参数 kindd"
        );
        assert!(!has_english(
            &of_query("limit: invalid digit found in string"),
            &[]
        ));
    }
}
