//! Search.

use std::sync::Arc;

use kernel::SlipId;
use serde::{Deserialize, Serialize};

use super::Cursor;

/// What is searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Searched {
    /// Numbers and what was filled in.
    #[default]
    Slips,
    /// Records of registers, as they are now.
    Records,
    /// Names of attached files.
    Attachments,
}

/// What to look for. Every word must be there: of Chinese any part, of other words the beginning, of numbers the end too.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SearchQuery {
    /// As typed.
    pub text: String,
    /// Where.
    pub what: Searched,
    /// The `next` of the page before.
    pub after: Option<Cursor>,
    /// Most rows; 20 when 0, at most 200.
    pub limit: usize,
}

/// Something found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The slip, or the slip that the file is attached to.
    pub slip: Option<SlipId>,
    /// Qualified register of a record; else empty.
    pub register: Arc<str>,
    /// Key of a record, or hash of a file; else empty.
    pub key: Arc<str>,
    /// Number, name of a record, or name of a file.
    pub title: String,
    /// Where in the rest of its text it was found; may be empty.
    pub excerpt: String,
}

/// How far the index is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SearchState {
    /// Journal row up to which everything can be found.
    pub indexed: i64,
    /// Last row of the journal.
    pub last: i64,
    /// Texts in the index.
    pub texts: i64,
}
