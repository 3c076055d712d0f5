//! Rules of 销售退回 that a `must=` cannot say.

use model::Rule;

use crate::{bins, staff};

/// The rules by the names of their guards.
pub const RULES: &[(&str, Rule)] = &[
    ("own_bin", bins::own_bin),
    ("receiver_trained", staff::trained),
    ("receiver_healthy", staff::healthy),
    ("inspector_qualified", staff::inspector),
    ("inspector_trained", staff::trained),
    ("inspector_healthy", staff::healthy),
];
