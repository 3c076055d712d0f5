//! Rules of 库房养护 that a `must=` cannot say.

use model::Rule;

use crate::staff;

/// The rules by the names of their guards.
pub const RULES: &[(&str, Rule)] = &[
    ("maintainer_qualified", staff::maintainer),
    ("maintainer_trained", staff::trained),
    ("maintainer_healthy", staff::healthy),
];
