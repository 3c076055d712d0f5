//! Rules of 销售退回 that a `must=` cannot say.

use model::Rule;

use crate::{bins, staff, trace};

/// The rules by the names of their guards.
pub const RULES: &[(&str, Rule)] = &[
    ("own_bin", bins::own_bin),
    ("receiver_trained", staff::trained),
    ("receiver_healthy", staff::healthy),
    ("second_receiver_trained", staff::trained),
    ("inspector_qualified", staff::inspector),
    ("inspector_trained", staff::trained),
    ("inspector_healthy", staff::healthy),
    ("second_inspector_trained", staff::trained),
    ("keepers_trained", staff::trained),
    ("codes_of_item", trace::of_item),
    ("codes_opened", trace::opened),
    ("codes_agree", trace::agree_with_returned),
    ("failed_codes_agree", trace::agree_with_failed),
    ("codes_went_out", trace::went_out),
];
