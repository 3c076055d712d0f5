//! Which column of a file is which field: as the person said, as it was kept from the last time, by name, or by a name that
//! is like it.

use std::collections::BTreeMap;

use engine::Act;
use kernel::OrgId;
use notify::settings;
use store::{Store, StoreError};

use super::columns::Column;

/// The field of a column that is left out.
pub const LEFT_OUT: &str = "-";

/// Fields by heading.
pub type Mapping = BTreeMap<String, String>;

/// The setting under which the mapping of a register is kept.
fn setting(register: &str) -> String {
    format!("import/{}", register.replace('.', "/"))
}

/// What was kept when such a file was last imported.
///
/// # Errors
/// When the store fails.
pub fn kept(store: &Store, org: OrgId, register: &str) -> Result<Mapping, StoreError> {
    let found = settings::one::<Mapping>(store, org, &setting(register))?;
    Ok(found.map(|kept| kept.is).unwrap_or_default())
}

/// The act that keeps a mapping for the next time.
#[must_use]
pub fn keep(register: &str, mapping: &Mapping) -> Act {
    Act::PutSetting {
        name: setting(register).into(),
        body: settings::body(mapping),
    }
}

/// Reads `HEADING=FIELD`.
///
/// # Errors
/// How it is written.
pub fn one(text: &str) -> Result<(String, String), String> {
    match text.rsplit_once('=') {
        Some((heading, field)) if !heading.trim().is_empty() && !field.trim().is_empty() => {
            Ok((heading.trim().to_owned(), field.trim().to_owned()))
        }
        _ => Err("write it as HEADING=FIELD, or HEADING=- to leave the column out".to_owned()),
    }
}

/// The column that a heading is most likely meant for; `None` when none is like it, or two are alike.
#[must_use]
pub fn propose<'c>(heading: &str, columns: &'c [Column]) -> Option<&'c Column> {
    let wanted = bare(heading);
    let mut scored: Vec<(u32, &Column)> = columns
        .iter()
        .map(|column| {
            let names = column.labels.iter().chain(&column.also);
            let names = names.map(String::as_str).chain([&*column.name]);
            let best = names.map(|name| likeness(&wanted, &bare(name))).max();
            (best.unwrap_or(0), column)
        })
        .filter(|(score, _)| *score >= LIKE)
        .collect();
    scored.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    match scored[..] {
        [(first, _), (second, _), ..] if first == second => None,
        [(_, column), ..] => Some(column),
        [] => None,
    }
}

/// Two names are alike from here on, of 100.
const LIKE: u32 = 55;

/// A name without case, space, brackets and what stands in them.
fn bare(text: &str) -> String {
    let mut depth = 0_u32;
    let mut out = String::new();
    for one in text.to_lowercase().chars() {
        match one {
            '(' | '（' | '[' | '【' => depth += 1,
            ')' | '）' | ']' | '】' => depth = depth.saturating_sub(1),
            _ if depth == 0 && one.is_alphanumeric() => out.push(one),
            _ => {}
        }
    }
    out
}

/// How alike two names are, of 100: the same, the one within the other, or pairs of characters in common.
fn likeness(one: &str, other: &str) -> u32 {
    if one.is_empty() || other.is_empty() {
        return 0;
    }
    if one == other {
        return 100;
    }
    let length = |text: &str| u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
    let (short, long) = (
        length(one).min(length(other)),
        length(one).max(length(other)),
    );
    if short >= 2 && (one.contains(other) || other.contains(one)) {
        return 60 + 35 * short / long;
    }
    let pairs = |text: &str| -> Vec<(char, char)> {
        let all: Vec<char> = text.chars().collect();
        all.windows(2).map(|two| (two[0], two[1])).collect()
    };
    let (mine, mut theirs) = (pairs(one), pairs(other));
    let all = mine.len() + theirs.len();
    if all == 0 {
        return 0;
    }
    let mut common = 0_u32;
    for pair in mine {
        if let Some(at) = theirs.iter().position(|other| *other == pair) {
            theirs.swap_remove(at);
            common += 1;
        }
    }
    200 * common / u32::try_from(all).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_heading_is_proposed_the_field_it_is_like() {
        let column = |name: &str, zh: &str, en: &str, also: &str| Column {
            name: name.to_owned(),
            labels: vec![zh.to_owned(), en.to_owned()],
            also: also.split_whitespace().map(str::to_owned).collect(),
        };
        let columns = [
            column("key", "商品编码", "Item code", "货号"),
            column("name", "名称", "Name", "品名"),
            column("generic_name", "通用名称", "Generic name", "药品通用名"),
            column("gtin", "商品条码", "Barcode", "69码"),
            column(
                "approval_number",
                "批准文号",
                "Approval number",
                "国药准字 approval-no",
            ),
            column(
                "approval_until",
                "批准文号有效期至",
                "Approval valid until",
                "批文有效期",
            ),
            column("manufacturer", "生产厂商", "Manufacturer", "生产厂家"),
        ];
        for (heading, field) in [
            ("药品通用名", Some("generic_name")),
            ("品名", Some("name")),
            ("国药准字号", Some("approval_number")),
            ("批准文号（国药准字）", Some("approval_number")),
            ("批文有效期至", Some("approval_until")),
            ("69码", Some("gtin")),
            ("生产厂家", Some("manufacturer")),
            ("Approval No.", Some("approval_number")),
            ("备注", None),
            ("", None),
        ] {
            let found = propose(heading, &columns).map(|column| &*column.name);
            assert_eq!(found, field, "{heading}");
        }
    }

    #[test]
    fn a_mapping_is_written_with_the_last_equals_sign() {
        let mapped = |text: &str| one(text).ok();
        assert_eq!(
            mapped("a=b=name"),
            Some(("a=b".to_owned(), "name".to_owned()))
        );
        assert_eq!(mapped("备注=-"), Some(("备注".to_owned(), "-".to_owned())));
        assert_eq!(
            (mapped("name"), mapped("=x"), mapped("x=")),
            (None, None, None)
        );
    }
}
