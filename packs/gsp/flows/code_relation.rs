//! Rules of 追溯码关系登记 that a `must=` cannot say.

use model::Rule;

use crate::trace;

/// The rules by the names of their guards.
pub const RULES: &[(&str, Rule)] = &[
    ("codes_of_item", trace::packs_of_item),
    ("not_itself", trace::not_itself),
];
