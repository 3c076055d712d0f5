//! Rules of 货位移库 that a `must=` cannot say.

use model::Rule;

use crate::{bins, staff};

/// The rules by the names of their guards.
pub const RULES: &[(&str, Rule)] = &[
    ("own_bin", bins::own_new_bin),
    ("keeper_qualified", staff::other),
    ("keeper_trained", staff::trained),
    ("keeper_healthy", staff::healthy),
];
