//! The packs that a story is played with.

use model::Catalog;

/// Packs as stories are played with them. What is `given`, and what `record` tells, happened elsewhere: by slips that the story
/// does not tell of. So records that slips alone may change can be changed by these lines, save in a story that expects the
/// refusal `by_slips`: that one is played with the packs as they are.
#[derive(Debug)]
pub struct Stage {
    as_they_are: Catalog,
    open: Catalog,
}

impl Stage {
    /// The stage of some packs.
    pub fn new(packs: &Catalog) -> Stage {
        Stage {
            as_they_are: packs.clone(),
            open: packs.without_by_slips(),
        }
    }

    /// The packs for a story.
    pub fn packs(&self, story: &str) -> &Catalog {
        let expects = |line: &str| {
            let refused = line.trim_start().strip_prefix('!').map(str::trim_start);
            refused.is_some_and(|code| code.split_whitespace().next() == Some("by_slips"))
        };
        if story.lines().any(expects) {
            &self.as_they_are
        } else {
            &self.open
        }
    }
}
