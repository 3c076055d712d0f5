//! Rules of 盘点 that a `must=` cannot say. Each is named by a `guard` in `stocktake.kdl`.

use model::{Rule, RuleContext, Verdict};

use crate::trace;

/// The rules by the names of their guards.
pub const RULES: &[(&str, Rule)] = &[
    ("all_counted", whole),
    ("none_left_out", whole),
    ("codes_of_item", trace::of_item),
    ("codes_opened", trace::opened),
    ("codes_agree", trace::agree_with_difference),
];

/// Nothing of what was frozen is left uncounted, and nothing of what was counted is left out of what is approved: as many lines
/// as the slip before it has. Each line of a source comes once, so as many are the same.
fn whole(context: &RuleContext<'_>) -> Verdict {
    let source = context.sources.first();
    source
        .is_some_and(|source| source.lines.len() == context.slip.lines.len())
        .into()
}
