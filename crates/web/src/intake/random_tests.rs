//! Whatever the headings of a file and whatever is said of them: an answer, and one that can be used.

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;

use super::columns::{Column, recognise};
use super::mapping::{LEFT_OUT, Mapping, one, propose};

fn columns() -> Vec<Column> {
    let all = [
        ("key", "商品编码", "Item code"),
        ("name", "名称", "Name"),
        ("generic_name", "通用名称", "Generic name"),
        ("gtin", "商品条码", "Barcode"),
        ("approval_until", "批准文号有效期至", "Approval valid until"),
    ];
    let column = |(name, zh, en): (&str, &str, &str)| Column {
        name: name.to_owned(),
        labels: vec![zh.to_owned(), en.to_owned()],
        also: Vec::new(),
    };
    all.map(column).to_vec()
}

/// Headings as they are, almost as they are, and anything else, brackets that never close among it.
fn heading() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("商品编码".to_owned()),
        Just("name".to_owned()),
        "(商品|名称|条码|批准文号|Item|code| |（|）|\\(|\\[|=){0,6}",
        "\\PC{0,60}",
    ]
}

fn field() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("key".to_owned()),
        Just("gtin".to_owned()),
        Just(LEFT_OUT.to_owned()),
        "\\PC{0,12}",
    ]
}

proptest! {
    #[test]
    fn headings_are_recognised_or_told_what_is_wrong(
        header in vec(heading(), 0..8),
        mapping in btree_map(heading(), field(), 0..4),
        guess: bool,
    ) {
        let (columns, mapping): (_, Mapping) = (columns(), mapping);
        match recognise(&header, &columns, &["key"], (&mapping, guess)) {
            Ok(found) => {
                let mut names: Vec<&str> = found.iter().map(|one| &*one.name).collect();
                names.sort_unstable();
                let count = names.len();
                names.dedup();
                prop_assert_eq!(names.len(), count, "two columns for one field");
                prop_assert!(names.contains(&"key"));
                for one in &found {
                    prop_assert_eq!(&header[one.at], &one.heading);
                    prop_assert!(columns.iter().any(|column| column.name == one.name));
                }
            }
            Err(bad) => prop_assert!(!bad.is_empty()),
        }
    }

    #[test]
    fn what_is_proposed_is_one_of_the_columns(heading in heading()) {
        let columns = columns();
        if let Some(found) = propose(&heading, &columns) {
            prop_assert!(columns.contains(found));
            prop_assert!(heading.chars().any(char::is_alphanumeric));
        }
    }

    #[test]
    fn a_mapping_that_is_read_is_read_again_as_the_same(text in "\\PC{0,40}|[=a -]{0,12}") {
        if let Ok((heading, field)) = one(&text) {
            prop_assert!(!heading.is_empty() && !field.is_empty());
            prop_assert_eq!(one(&format!("{heading}={field}")), Ok((heading, field)));
        }
    }
}
