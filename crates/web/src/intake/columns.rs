//! Headings: a column is known by its field's name, its Chinese or its English label.

use std::sync::Arc;

use model::Register;

use super::mapping::{LEFT_OUT, Mapping, propose};
use crate::tables::Bad;

/// A column that a table may have: its name in data and its other names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Name in data; `key` and `from` are the engine's own.
    pub name: String,
    /// Other headings it is known by; the first is the Chinese label, the second the English one.
    pub labels: Vec<String>,
    /// Names that are like it, for headings that are none of these.
    pub also: Vec<String>,
}

/// A heading that was recognised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Name in data.
    pub name: String,
    /// The heading as it stands in the file.
    pub heading: String,
    /// Position.
    pub at: usize,
}

/// Columns of the list of people.
pub const PEOPLE_COLUMNS: [(&str, &str, &str); 6] = [
    ("login", "账号", "Login"),
    ("name", "姓名", "Name"),
    ("identity", "人员编号", "Identity"),
    ("roles", "岗位", "Roles"),
    ("administrator", "系统管理员", "Administrator"),
    ("active", "在用", "Active"),
];

/// The columns of the list of people.
#[must_use]
pub fn people_columns() -> Vec<Column> {
    let column = |(name, zh, en): &(&str, &str, &str)| Column {
        name: (*name).to_owned(),
        labels: vec![(*zh).to_owned(), (*en).to_owned()],
        also: Vec::new(),
    };
    PEOPLE_COLUMNS.iter().map(column).collect()
}

/// Columns of a register: its key, its fields, the day from which a record holds.
#[must_use]
pub fn register_columns(register: &Register) -> Vec<Column> {
    let (zh, en) = (&register.label.zh, &register.label.en);
    let mut columns = vec![Column {
        name: "key".to_owned(),
        labels: vec![
            format!("{zh}编码"),
            format!("{en} code"),
            "编码".to_owned(),
            "代码".to_owned(),
            "编号".to_owned(),
            "code".to_owned(),
        ],
        also: texts(&register.also),
    }];
    for field in &register.fields {
        columns.push(Column {
            name: field.name.to_string(),
            labels: vec![field.label.zh.to_string(), field.label.en.to_string()],
            also: texts(&field.also),
        });
    }
    if register.field("from").is_none() {
        columns.push(Column {
            name: "from".to_owned(),
            labels: vec!["生效日期".to_owned(), "Valid from".to_owned()],
            also: Vec::new(),
        });
    }
    columns
}

fn texts(names: &[Arc<str>]) -> Vec<String> {
    names.iter().map(ToString::to_string).collect()
}

/// The column that is proposed for each heading: as it is mapped, else by name, else by a name that is like it; each once. `true`
/// where it is only like it.
#[must_use]
pub fn recognise_leniently<'c>(
    header: &[String],
    columns: &'c [Column],
    mapping: &Mapping,
) -> Vec<Option<(&'c Column, bool)>> {
    let sure = |heading: &String| match mapping.get(heading).map(String::as_str) {
        Some(LEFT_OUT) => Some(None),
        Some(field) => find(field, columns).map(Some),
        None => find(heading, columns).map(Some),
    };
    let mut taken: Vec<&str> = Vec::new();
    let mut out: Vec<Option<(&Column, bool)>> = vec![None; header.len()];
    for (at, heading) in header.iter().enumerate() {
        if let Some(Some(column)) = sure(heading)
            && !taken.contains(&&*column.name)
        {
            taken.push(&column.name);
            out[at] = Some((column, false));
        }
    }
    for (at, heading) in header.iter().enumerate() {
        if sure(heading).is_none()
            && let Some(column) = propose(heading, columns)
            && !taken.contains(&&*column.name)
        {
            taken.push(&column.name);
            let known = |name: &String| plain(name) == plain(heading);
            out[at] = Some((column, !column.also.iter().any(known)));
        }
    }
    out
}

/// Recognises the headings of a file: as they are mapped, else by name; with `guess`, else by a name that is like it. All
/// that is wrong with them is told at once.
pub fn recognise(
    header: &[String],
    columns: &[Column],
    needed: &[&str],
    (mapping, guess): (&Mapping, bool),
) -> Result<Vec<Found>, Vec<Bad>> {
    let mut found: Vec<Found> = Vec::new();
    let mut bad = Vec::new();
    for heading in mapping.keys().filter(|heading| !header.contains(heading)) {
        bad.push(Bad::at(
            1,
            "column_absent",
            format!("文件中没有列 {heading:?}"),
            format!("the file has no column {heading:?}"),
        ));
    }
    for (at, heading) in header.iter().enumerate() {
        let mapped = mapping.get(heading).map(String::as_str);
        if mapped == Some(LEFT_OUT) {
            continue;
        }
        let column = match mapped {
            Some(field) => find(field, columns),
            None => find(heading, columns).or_else(|| propose(heading, columns).filter(|_| guess)),
        };
        match column {
            None => bad.push(unknown(heading, at, columns)),
            Some(column) => {
                if let Some(other) = found.iter().find(|other| other.name == column.name) {
                    let other = &other.heading;
                    bad.push(Bad::at(
                        1,
                        "column_twice",
                        format!("列 {heading:?} 与列 {other:?} 相同"),
                        format!("columns {heading:?} and {other:?} are the same"),
                    ));
                }
                found.push(Found {
                    name: column.name.clone(),
                    heading: heading.clone(),
                    at,
                });
            }
        }
    }
    for name in needed {
        if !found.iter().any(|column| column.name == *name) {
            let label = columns
                .iter()
                .find(|column| column.name == *name)
                .and_then(|column| column.labels.first());
            let zh = label.map_or(*name, String::as_str);
            bad.push(Bad::at(
                1,
                "column_missing",
                format!("缺少列 {zh}（{name}）"),
                format!("column {name} ({zh}) is missing"),
            ));
        }
    }
    if bad.is_empty() { Ok(found) } else { Err(bad) }
}

fn find<'a>(heading: &str, columns: &'a [Column]) -> Option<&'a Column> {
    let heading = plain(heading);
    columns
        .iter()
        .find(|column| plain(&column.name) == heading)
        .or_else(|| {
            columns.iter().find(|column| {
                column
                    .labels
                    .iter()
                    .any(|label| !label.is_empty() && plain(label) == heading)
            })
        })
}

/// A heading without what people add to it: case, space, the star of a field that must be filled.
fn plain(heading: &str) -> String {
    heading
        .trim_matches(['*', '＊', ' ', '\u{3000}'])
        .to_lowercase()
}

fn unknown(heading: &str, at: usize, columns: &[Column]) -> Bad {
    let number = at + 1;
    let zh: Vec<&str> = columns
        .iter()
        .map(|column| column.labels.first().map_or(&*column.name, String::as_str))
        .collect();
    let en: Vec<&str> = columns.iter().map(|column| &*column.name).collect();
    let shown: String = heading.chars().take(40).collect();
    let like = propose(heading, columns);
    Bad::at(
        1,
        "column_unknown",
        format!(
            "第 {number} 列 {shown:?} 无法识别{}；可用的列：{}",
            like.map_or(String::new(), |column| format!(
                "（可能是 {}：--map {shown:?}={}）",
                column.labels.first().unwrap_or(&column.name),
                column.name
            )),
            zh.join("、")
        ),
        format!(
            "column {number} {shown:?} is not known{}; there are: {}",
            like.map_or(String::new(), |column| format!(
                " (it is like {0}: --map {shown:?}={0})",
                column.name
            )),
            en.join(", ")
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns() -> Vec<Column> {
        let column = |name: &str, labels: &[&str], also: &str| Column {
            name: name.to_owned(),
            labels: labels.iter().map(|label| (*label).to_owned()).collect(),
            also: vec![also.to_owned()],
        };
        vec![
            column("key", &["商品编码", "Item code", "编码"], "货号"),
            column("name", &["通用名称", "Generic name"], "药品通用名"),
        ]
    }

    fn recognised(header: &[&str]) -> Result<Vec<String>, Vec<String>> {
        let header: Vec<String> = header.iter().map(|heading| (*heading).to_owned()).collect();
        recognise(&header, &columns(), &["key"], (&Mapping::new(), false))
            .map(|found| found.into_iter().map(|column| column.name).collect())
            .map_err(|bad| bad.into_iter().map(|bad| bad.code).collect())
    }

    #[test]
    fn headings_are_what_somebody_said_or_what_they_are_like() {
        let header = [
            "货号".to_owned(),
            "药品通用名".to_owned(),
            "备注".to_owned(),
        ];
        let of = |mapping: &[(&str, &str)], guess| {
            let mapping: Mapping = mapping
                .iter()
                .map(|(heading, field)| ((*heading).to_owned(), (*field).to_owned()))
                .collect();
            recognise(&header, &columns(), &["key"], (&mapping, guess))
                .map(|found| {
                    found
                        .into_iter()
                        .map(|column| (column.name, column.at))
                        .collect()
                })
                .map_err(|bad| bad.into_iter().map(|bad| bad.code).collect::<Vec<_>>())
        };
        let both: Vec<(String, usize)> = vec![("key".to_owned(), 0), ("name".to_owned(), 1)];
        let said = [("货号", "key"), ("药品通用名", "通用名称"), ("备注", "-")];
        assert_eq!(of(&said, false), Ok(both.clone()));
        assert_eq!(of(&[("备注", "-")], true), Ok(both));
        assert_eq!(
            of(&[("备注", "remark"), ("单价", "-")], true),
            Err(vec![
                "column_absent".to_owned(),
                "column_unknown".to_owned()
            ])
        );
    }

    #[test]
    fn headings_are_known_by_name_and_label() {
        let both = Ok(vec!["key".to_owned(), "name".to_owned()]);
        assert_eq!(recognised(&["key", "name"]), both);
        assert_eq!(recognised(&["编码", "通用名称"]), both);
        assert_eq!(recognised(&["ITEM CODE", "*Generic Name"]), both);
        let all = Err(vec![
            "column_unknown".to_owned(),
            "column_missing".to_owned(),
        ]);
        assert_eq!(recognised(&["nme"]), all);
        assert_eq!(
            recognised(&["key", "编码"]),
            Err(vec!["column_twice".to_owned()])
        );
    }
}
