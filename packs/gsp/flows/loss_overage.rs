//! Rules of 报损报溢 that a `must=` cannot say.

use model::Rule;

use crate::trace;

/// The rules by the names of their guards.
pub const RULES: &[(&str, Rule)] = &[
    ("codes_of_item", trace::of_item),
    ("codes_opened", trace::opened),
    ("codes_agree", trace::agree_with_quantity),
];
