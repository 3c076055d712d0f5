//! 打印: a slip was printed to be handed out. Whoever may read a slip may print it; the journal says who did, when, how and
//! of which content, and the paper says how often before.

use std::sync::Arc;

use crate::pass_on::{note, noted};
use crate::step::{Checked, Context};
use crate::values::is_hidden;
use crate::{Class, Effects, NoteKind, Refusal, Reply, Slip};

/// Most copies (联) of one print.
const COPIES_MAX: i64 = 12;
/// Longest description of how it was printed.
const HOW_MAX: usize = 4_096;

/// Notes a print of what the slip says now: its form as the note's media type, its copies as its size, the content as its
/// hash, the rest as its text.
pub(crate) fn print(
    context: Context<'_>,
    slip: &Slip,
    content: &str,
    form: &str,
    copies: i64,
    how: &str,
) -> Checked<(Effects, Reply)> {
    if *slip.content != *content {
        return Err(Refusal::new(
            Class::Order,
            "stale",
            "单据在显示之后已有变动，请重新查看",
            "the slip has changed since it was shown; look at it again",
        )
        .into());
    }
    let plain =
        |text: &str, most: usize| text.chars().count() <= most && !text.chars().any(is_hidden);
    let object = serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(how).is_ok();
    if !object || !plain(how, HOW_MAX) || !plain(form, 80) || !(1..=COPIES_MAX).contains(&copies) {
        return Err(Refusal::new(
            Class::Field,
            "print",
            "打印设置不合要求，联数须为 1 至 12",
            "the settings of the print are not acceptable; it has 1 to 12 copies",
        )
        .at(None, "copies")
        .into());
    }
    let mut note = note(
        context,
        slip,
        NoteKind::Print,
        Arc::from(""),
        how.to_owned(),
    );
    note.hash = content.into();
    note.size = copies;
    note.media = form.to_owned();
    Ok(noted(slip, vec![note]))
}
