//! The types of the store's questions and answers.

mod lists;
mod options;
mod query;
mod report;
mod work;

pub use lists::{
    Cursor, Holder, InboxCounts, InboxItem, ListQuery, Page, SlipHead, Sort, WaitingAt,
};
pub use options::{Answer, Event, Options, ReadPack, Stats, StoreError, StoreUrl, UrlError};
pub use query::{
    AsOf, BalanceQuery, BalanceRow, FieldChange, HistoryRow, JournalQuery, JournalRow, KeyFilter,
    NoteRow, RecordQuery, RecordRow, SignatureRow, SlipEntry, Statement, StatementCursor,
    StatementLeg, StatementQuery, TrialQuery, TrialRow,
};
pub use report::{Bad, Manifest, Progress, Report};
pub use work::{Attempts, ContentInfo, Draft, DueTimer, Session};
