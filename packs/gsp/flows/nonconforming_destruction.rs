//! Rules of 不合格商品销毁 that a `must=` cannot say.

use model::Rule;

use crate::staff;
use crate::trace;

/// The rules by the names of their guards.
pub const RULES: &[(&str, Rule)] = &[
    ("quality_qualified", staff::quality),
    ("keeper_qualified", staff::other),
    ("keeper_trained", staff::trained),
    ("keeper_healthy", staff::healthy),
    ("codes_of_item", trace::of_item),
    ("codes_opened", trace::opened),
    ("codes_agree", trace::agree_with_quantity),
];
