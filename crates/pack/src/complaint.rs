//! Complaints: what a pack author reads, with file, line, column, excerpt and hint.

use std::fmt;

use serde::Serialize;

use crate::chinese::COMPLAINTS;
use crate::{Kind, Language};

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// The pack cannot be used.
    Error,
    /// The pack can be used; something in it is of no use or missing.
    Warning,
}

/// One complaint.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct Complaint {
    /// Whether the pack can be used all the same.
    pub level: Level,
    /// What it is about.
    pub kind: Kind,
    /// Path of the text inside the pack.
    pub file: String,
    /// Line, from 1; 0 when the complaint is about the file as a whole.
    pub line: u32,
    /// Column in characters, from 1; a Chinese character counts 1.
    pub column: u32,
    /// The line, or the part of a very long one that shows the place.
    pub excerpt: String,
    /// Blanks as wide as what stands before the place in the excerpt, then `^`.
    pub caret: String,
    /// What is wrong.
    pub message: String,
    /// What would be right.
    pub hint: Option<String>,
}

impl Complaint {
    /// What its reader sees: `file:line:col: message; hint`, then the excerpt and the caret under it.
    pub fn told(&self, language: Language) -> String {
        let (warning, semicolon) = match language {
            Language::Zh => ("提醒：", "；"),
            Language::En => ("warning: ", "; "),
        };
        let said = |sentence: &str| match language {
            Language::Zh => COMPLAINTS.chinese(sentence),
            Language::En => sentence.to_owned(),
        };
        let mut out = self.file.clone();
        if self.line > 0 {
            out += &format!(":{}:{}", self.line, self.column);
        }
        out += ": ";
        if self.level == Level::Warning {
            out += warning;
        }
        out += &said(&self.message);
        if let Some(hint) = &self.hint {
            out += semicolon;
            out += &said(hint);
        }
        if self.line > 0 {
            out += &format!("\n  | {}\n  | {}", self.excerpt, self.caret);
        }
        out
    }
}

impl fmt::Display for Complaint {
    /// In English; see [`Complaint::told`].
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.told(Language::En))
    }
}

/// All complaints about a pack at once, in the order of files and lines. Never empty where it is an error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Complaints(pub Vec<Complaint>);

impl Complaints {
    /// Whether one of them is an error.
    pub fn refuse(&self) -> bool {
        self.0.iter().any(|one| one.level == Level::Error)
    }

    /// What their reader sees, one after the other.
    pub fn told(&self, language: Language) -> String {
        let told: Vec<String> = self.0.iter().map(|one| one.told(language)).collect();
        told.join("\n")
    }
}

impl fmt::Display for Complaints {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.told(Language::En))
    }
}

impl std::error::Error for Complaints {}
