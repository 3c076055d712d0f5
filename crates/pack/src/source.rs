//! The texts with their lines, and the desk where complaints are handed in.

use std::cell::RefCell;
use std::collections::HashSet;

use model::SourceText;

use crate::{Complaint, Kind, Level};

/// A place in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub(crate) struct Span {
    /// Index of the text.
    pub file: usize,
    /// First byte.
    pub start: usize,
    /// Whether it stands for the file as a whole.
    pub whole: bool,
}

impl Span {
    /// A place in a text.
    pub const fn at(file: usize, start: usize) -> Span {
        Span {
            file,
            start,
            whole: false,
        }
    }

    /// The text as a whole.
    pub const fn file(file: usize) -> Span {
        Span {
            file,
            start: 0,
            whole: true,
        }
    }
}

/// Complaints kept per text; what comes after is counted only.
const MOST: usize = 200;

/// Characters of an excerpt.
const EXCERPT: usize = 160;

struct File<'a> {
    path: &'a str,
    text: &'a str,
    /// Where each line begins.
    lines: Vec<usize>,
}

/// Texts and the complaints about them.
pub(crate) struct Desk<'a> {
    files: Vec<File<'a>>,
    said: RefCell<Said>,
}

#[derive(Default)]
struct Said {
    complaints: Vec<(Span, Complaint)>,
    seen: HashSet<(Span, String)>,
    per_file: Vec<usize>,
    total: usize,
}

impl<'a> Desk<'a> {
    /// A desk for these texts.
    pub fn new(texts: &'a [SourceText]) -> Desk<'a> {
        let files = texts.iter().map(|text| File {
            path: &text.path,
            text: &text.text,
            lines: line_starts(&text.text),
        });
        Desk {
            files: files.collect(),
            said: RefCell::new(Said {
                per_file: vec![0; texts.len()],
                ..Said::default()
            }),
        }
    }

    /// Hands in an error without a hint.
    pub fn error(&self, kind: Kind, span: Span, message: impl Into<String>) {
        self.say(Level::Error, kind, span, message.into(), None);
    }

    /// Hands in an error with a hint, where there is one.
    pub fn hinted(
        &self,
        kind: Kind,
        span: Span,
        message: impl Into<String>,
        hint: impl Into<Option<String>>,
    ) {
        self.say(Level::Error, kind, span, message.into(), hint.into());
    }

    /// Hands in a warning.
    pub fn warning(
        &self,
        kind: Kind,
        span: Span,
        message: impl Into<String>,
        hint: impl Into<Option<String>>,
    ) {
        self.say(Level::Warning, kind, span, message.into(), hint.into());
    }

    fn say(&self, level: Level, kind: Kind, span: Span, message: String, hint: Option<String>) {
        let mut said = self.said.borrow_mut();
        // One mistake may be met on several ways; it is said once.
        if !said.seen.insert((span, message.clone())) {
            return;
        }
        said.total += 1;
        if let Some(count) = said.per_file.get_mut(span.file) {
            *count += 1;
            if *count > MOST {
                return;
            }
        }
        let complaint = self.located(level, kind, span, message, hint);
        said.complaints.push((span, complaint));
    }

    fn located(
        &self,
        level: Level,
        kind: Kind,
        span: Span,
        message: String,
        hint: Option<String>,
    ) -> Complaint {
        let mut complaint = Complaint {
            level,
            kind,
            file: String::new(),
            line: 0,
            column: 0,
            excerpt: String::new(),
            caret: String::new(),
            message,
            hint,
        };
        let Some(file) = self.files.get(span.file) else {
            return complaint;
        };
        complaint.file = file.path.to_owned();
        if span.whole {
            return complaint;
        }
        let line = file.lines.partition_point(|start| *start <= span.start) - 1;
        let begin = file.lines[line];
        let end = file
            .lines
            .get(line + 1)
            .map_or(file.text.len(), |next| *next);
        let text = file.text[begin..end].trim_end_matches(['\n', '\r']);
        let before = file.text[begin..span.start.min(end)].chars().count();
        complaint.line = line as u32 + 1;
        complaint.column = before as u32 + 1;
        (complaint.excerpt, complaint.caret) = excerpt(text, before);
        complaint
    }

    /// Whether an error was handed in.
    pub fn refused(&self) -> bool {
        let said = self.said.borrow();
        said.complaints
            .iter()
            .any(|(_, one)| one.level == Level::Error)
    }

    /// Whether so much is wrong that reading on helps nobody.
    pub fn full(&self) -> bool {
        self.said.borrow().total > MOST * 5
    }

    /// Number of complaints so far.
    pub fn count(&self) -> usize {
        self.said.borrow().complaints.len()
    }

    /// All complaints in the order of texts and places.
    pub fn close(self) -> Vec<Complaint> {
        let said = self.said.into_inner();
        let mut complaints = said.complaints;
        complaints.sort_by_key(|(span, _)| *span);
        let mut out: Vec<Complaint> = complaints.into_iter().map(|(_, one)| one).collect();
        for (file, count) in self.files.iter().zip(said.per_file) {
            if let Some(last) = count
                .checked_sub(MOST + 1)
                .and_then(|_| out.iter_mut().rfind(|one| one.file == file.path))
            {
                let more = count - MOST;
                last.hint = Some(format!(
                    "{}{more} more complaints about this text are not shown",
                    last.hint.take().map(|hint| hint + "; ").unwrap_or_default()
                ));
            }
        }
        out
    }
}

fn line_starts(text: &str) -> Vec<usize> {
    let breaks = text
        .bytes()
        .enumerate()
        .filter(|(_, byte)| *byte == b'\n')
        .map(|(at, _)| at + 1);
    std::iter::once(0).chain(breaks).collect()
}

/// The line, cut to a window around the place when it is very long, and the caret line.
fn excerpt(line: &str, before: usize) -> (String, String) {
    let from = before.saturating_sub(EXCERPT * 3 / 4);
    let visible = |c: char| {
        if c.is_control() && c != '\t' {
            '\u{FFFD}'
        } else {
            c
        }
    };
    let shown: String = line.chars().skip(from).take(EXCERPT).map(visible).collect();
    let mut caret: String = shown.chars().take(before - from).map(blank).collect();
    caret.push('^');
    (shown, caret)
}

fn blank(c: char) -> char {
    match c {
        '\t' => '\t',
        // A Chinese character is two cells wide; so is the ideographic space.
        c if wide(c) => '\u{3000}',
        _ => ' ',
    }
}

fn wide(c: char) -> bool {
    matches!(u32::from(c),
        0x1100..=0x115F | 0x2E80..=0x303E | 0x3041..=0xA4CF | 0xAC00..=0xD7A3 | 0xF900..=0xFAFF
        | 0xFE30..=0xFE6F | 0xFF00..=0xFF60 | 0xFFE0..=0xFFE6 | 0x20000..=0x3FFFD)
}

/// A word of the text as it is shown in a message: without control characters and not longer than a line.
pub(crate) fn quoted(word: &str) -> String {
    let mut out: String = word
        .chars()
        .take(60)
        .map(|c| if c.is_control() { '\u{FFFD}' } else { c })
        .collect();
    if word.chars().nth(60).is_some() {
        out.push('…');
    }
    format!("`{out}`")
}
