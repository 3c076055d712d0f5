//! The types of the store's questions and answers.

mod figures;
mod installed;
mod lists;
mod options;
mod outbox;
mod pace;
mod query;
mod report;
mod search;
mod table;
mod trace;
mod view;
mod work;

pub use figures::{
    BranchBy, BranchQuery, BranchRow, ChangeQuery, ChangeRow, MonthQuery, MonthRow, Months,
};
pub use installed::{PackVersion, Series};
pub use lists::{
    Cursor, Holder, InboxCounts, InboxItem, ListQuery, Page, SlipHead, Sort, WaitingAt,
};
pub use options::{Answer, Event, Options, ReadPack, Stats, StoreError, StoreUrl, UrlError};
pub use outbox::{BackupRun, Delivery, DeliveryQuery, DeliveryState, Notice, Tried, Try};
pub use pace::{Pace, PaceQuery, PersonPace, PersonWaiting, StepPace, StepWaiting, Waits};
pub use query::{
    AsOf, BalanceQuery, BalanceRow, FieldChange, HistoryRow, JournalQuery, JournalRow, KeyFilter,
    NoteRow, RecordQuery, RecordRow, SignatureRow, SlipEntry, Statement, StatementCursor,
    StatementLeg, StatementQuery, TrialQuery, TrialRow,
};
pub use report::{Bad, Manifest, Progress, Report};
pub use search::{Found, SearchQuery, SearchState, Searched};
pub use table::{At, Condition, SumQuery, SumRow, Sums, TablePage, TableQuery, TableRow, Test};
pub use trace::{Trace, TraceParty, TracePlace};
pub use view::SavedView;
pub use work::{Attempts, Challenge, ContentInfo, Draft, DueTimer, Factor, Session, Watched};
