//! What went wrong with a form, said to the person who wrote it.

use std::fmt;

use kernel::nearest;
use serde::{Deserialize, Serialize};
use typst::{
    WorldExt,
    diag::SourceDiagnostic,
    syntax::{LinkedNode, Source, SyntaxKind},
};

use crate::{
    data::{DataError, FormData},
    world::Job,
};

/// One mistake in a form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Complaint {
    /// The form's file, or the kit's if the mistake is not in the form.
    pub file: String,
    /// Counted from one; zero if no place is known.
    pub line: usize,
    /// In characters, counted from one; zero if no place is known.
    pub column: usize,
    /// The line itself.
    pub excerpt: String,
    /// What is wrong.
    pub message: String,
    /// What would be right.
    pub hints: Vec<String>,
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}:{}:{}: {}",
            self.file, self.line, self.column, self.message
        )?;
        for hint in &self.hints {
            write!(f, "; {hint}")?;
        }
        if self.line > 0 {
            // A Chinese character is as wide as two others, so the caret is moved by width and not by count.
            let before = self.excerpt.chars().take(self.column.saturating_sub(1));
            let width: usize = before
                .map(|c| if u32::from(c) < 0x1100 { 1 } else { 2 })
                .sum();
            write!(f, "\n  | {}\n  | {:width$}^", self.excerpt, "")?;
        }
        Ok(())
    }
}

/// Why nothing was printed.
#[derive(Debug, thiserror::Error)]
pub enum FormError {
    /// The form is wrong, or asks for what the slip does not have. All mistakes found, the first first.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Form(Vec<Complaint>),
    /// The slip cannot be printed truthfully.
    #[error(transparent)]
    Data(#[from] DataError),
    /// The form takes too long: more than this many seconds.
    #[error("the form was stopped after {0} seconds: does a loop in it ever end?")]
    TooLong(u64),
    /// The form takes too much memory: more than this many megabytes.
    #[error("the form was stopped when it took more than {0} MB of memory")]
    TooLarge(u64),
    /// The typesetter itself failed; the process goes on.
    #[error("the typesetter failed: {0}")]
    Fault(String),
}

/// Turns the typesetter's report into a complaint about the form: a mistake that shows inside the kit is
/// blamed on the place in the form that called it.
pub fn complain(
    diagnostic: &SourceDiagnostic,
    job: &Job<'_>,
    name: &str,
    data: &FormData,
) -> Complaint {
    let message = cleaned(&diagnostic.message);
    let mut hints: Vec<String> = diagnostic
        .hints
        .iter()
        .map(|hint| hint.v.trim().to_owned())
        .collect();
    let wrong = quoted(&message);
    hints.extend(wrong.and_then(|wrong| suggestion(&message, wrong, data)));

    let spans = std::iter::once(diagnostic.span)
        .chain(diagnostic.trace.iter().map(|point| point.span.into()));
    let in_form = spans.clone().find(|span| span.id() == Some(job.form.id()));
    let span = in_form.unwrap_or(diagnostic.span);
    let source = span.id().and_then(|id| typst::World::source(job, id).ok());
    let Some((source, range)) = source.zip(job.range(span)) else {
        return Complaint {
            file: name.to_owned(),
            line: 0,
            column: 0,
            excerpt: String::new(),
            message,
            hints,
        };
    };
    let from_kit = diagnostic.span.id() != Some(job.form.id());
    let named = wrong
        .filter(|_| from_kit)
        .and_then(|wrong| place_of(&job.form, wrong));
    let offset = named.unwrap_or(range.start);
    let (line, column) = source.lines().byte_to_line_column(offset).unwrap_or((0, 0));
    let excerpt = source
        .lines()
        .line_to_range(line)
        .and_then(|range| source.text().get(range))
        .unwrap_or_default();
    Complaint {
        file: if source.id() == job.form.id() {
            name.to_owned()
        } else {
            format!("kit{}", source.id().vpath().get_with_slash())
        },
        line: line + 1,
        column: column + 1,
        excerpt: excerpt.trim_end().to_owned(),
        message,
        hints,
    }
}

/// The kit stops with `assert`; its own words are the message.
fn cleaned(message: &str) -> String {
    message
        .strip_prefix("assertion failed: ")
        .unwrap_or(message)
        .to_owned()
}

/// The wrong name of a message such as "unknown field `suplier`" or "unexpected argument: papper".
fn quoted(message: &str) -> Option<&str> {
    if let Some((_, rest)) = message.split_once('`') {
        return rest.split_once('`').map(|(name, _)| name);
    }
    message
        .strip_prefix("unexpected argument: ")
        .or(message.strip_prefix("unknown variable: "))
}

/// What a form may say: arguments and functions of the kit.
const KIT_NAMES: [&str; 11] = [
    "form",
    "overlay",
    "maybe",
    "fields",
    "columns",
    "unprinted",
    "paper",
    "rows",
    "size",
    "note",
    "seal",
];

fn suggestion(message: &str, wrong: &str, data: &FormData) -> Option<String> {
    let fields = data.fields.iter().map(|field| field.name.as_str());
    let columns = data.columns.iter().map(|column| column.name.as_str());
    let near = if message.starts_with("unknown field") {
        nearest(wrong, fields)
    } else if message.starts_with("unknown column") {
        nearest(wrong, columns)
    } else {
        nearest(wrong, fields.chain(columns).chain(KIT_NAMES))
    };
    near.map(|near| format!("did you mean `{near}`?"))
}

/// Where a form writes a name, as a string or as the key of a pair.
fn place_of(source: &Source, name: &str) -> Option<usize> {
    fn find(node: &LinkedNode<'_>, name: &str) -> Option<usize> {
        let text = node.leaf_text();
        let found = match node.kind() {
            SyntaxKind::Str => text.trim_matches('"') == name,
            SyntaxKind::Ident => text.as_str() == name,
            _ => false,
        };
        if found {
            return Some(node.offset());
        }
        node.children().find_map(|child| find(&child, name))
    }
    find(&LinkedNode::new(source.root()), name)
}
