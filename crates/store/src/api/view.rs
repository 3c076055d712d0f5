//! Lists as people keep them.

use std::sync::Arc;

use kernel::Moment;

/// A list that somebody keeps: filter, order and columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedView {
    /// Unique within the organisation.
    pub id: String,
    /// Login of who keeps it.
    pub owner: Arc<str>,
    /// Qualified role whose holders see it too; empty when it is the owner's alone.
    pub role: Arc<str>,
    /// The list it is of, `slips`.
    pub place: String,
    /// What it is called; empty for the list as its owner left it.
    pub name: String,
    /// The list's query.
    pub body: String,
    /// When it was kept last.
    pub updated: Moment,
}
