//! Identifiers. They are numbers given by the store or the engine and mean nothing outside it.

use serde::{Deserialize, Serialize};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $inner:ty) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, Default)]
        #[serde(transparent)]
        pub struct $name(pub $inner);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

id!(
    /// The organisation a row belongs to; first column of every key.
    OrgId,
    i64
);
id!(
    /// A slip, in the order in which slips were begun within the organisation.
    SlipId,
    i64
);
id!(
    /// A line within its slip; stays with the line when others are removed.
    LineId,
    i64
);
