//! Rules of 采购退出 that a `must=` cannot say.

use model::Rule;

use crate::staff;
use crate::trace;

/// The rules by the names of their guards.
pub const RULES: &[(&str, Rule)] = &[
    ("keeper_qualified", staff::other),
    ("keeper_trained", staff::trained),
    ("keeper_healthy", staff::healthy),
    ("checker_trained", staff::trained),
    ("checker_healthy", staff::healthy),
    ("second_keeper_trained", staff::trained),
    ("second_checker_trained", staff::trained),
    ("codes_of_item", trace::of_item),
    ("codes_opened", trace::opened),
    ("codes_agree", trace::agree_with_quantity),
];
