//! How a store is opened, and what a command is answered.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;

use engine::{Refusal, Reply};
use kernel::{OrgId, SlipId};
use model::{Catalog, Pack, SourceText};

/// Where the data is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoreUrl {
    /// One file: `sqlite:///var/lib/countersign/data.db`, or a relative `sqlite://data.db`.
    Sqlite(PathBuf),
    /// A PostgreSQL database: `postgres://user:password@host/database`.
    Postgres(String),
    /// Nowhere: `memory:`; gone when the store is closed.
    Memory,
}

/// A text that names no store.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is no database address; write sqlite:///path, postgres://user@host/database or memory:"
)]
pub struct UrlError(pub String);

impl FromStr for StoreUrl {
    type Err = UrlError;

    fn from_str(text: &str) -> Result<StoreUrl, UrlError> {
        if text == "memory:" {
            return Ok(StoreUrl::Memory);
        }
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return Ok(StoreUrl::Postgres(text.to_owned()));
        }
        match text.strip_prefix("sqlite://") {
            Some(path) if !path.is_empty() => Ok(StoreUrl::Sqlite(PathBuf::from(path))),
            _ => Err(UrlError(masked(text))),
        }
    }
}

impl fmt::Display for StoreUrl {
    /// The address with any password left out, fit for a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StoreUrl::Sqlite(path) => write!(f, "sqlite://{}", path.display()),
            StoreUrl::Postgres(url) => f.write_str(&masked(url)),
            StoreUrl::Memory => f.write_str("memory:"),
        }
    }
}

/// Leaves out what stands between the user's name and the host.
fn masked(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return url.to_owned();
    };
    let authority = rest.split('/').next().unwrap_or(rest);
    match authority.rsplit_once('@') {
        Some((login, _)) if login.contains(':') => {
            let name = login.split(':').next().unwrap_or("");
            format!("{scheme}://{name}{}", &rest[login.len()..])
        }
        _ => url.to_owned(),
    }
}

/// Reads a pack again from the texts of an earlier version kept in the database: name of the pack, texts.
pub type ReadPack = fn(&str, &[SourceText]) -> Result<Pack, String>;

/// How a store is opened.
#[derive(Debug, Clone)]
pub struct Options {
    /// The current packs.
    pub catalog: Catalog,
    /// Reads earlier versions; without it slips of earlier versions cannot be read.
    pub read_pack: Option<ReadPack>,
    /// Most commands written in one transaction.
    pub batch_max: usize,
    /// Most commands that wait in a lane; further ones are answered with [`StoreError::Busy`].
    pub queue_max: usize,
    /// Slips kept in memory per organisation.
    pub cache_slips: usize,
    /// Most connections for reading.
    pub readers: usize,
    /// Whether what commands write is indexed as they are written; otherwise when somebody searches.
    pub search: bool,
}

impl Options {
    /// The usual settings over these packs.
    pub fn new(catalog: Catalog) -> Options {
        Options {
            catalog,
            read_pack: None,
            batch_max: 256,
            queue_max: 16_384,
            cache_slips: 20_000,
            readers: 8,
            search: true,
        }
    }

    /// With a reader for earlier versions.
    pub fn with_reader(mut self, read_pack: ReadPack) -> Options {
        self.read_pack = Some(read_pack);
        self
    }
}

/// What became of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Row of the journal.
    pub seq: i64,
    /// The answer.
    pub outcome: Result<Reply, Refusal>,
    /// Whether this is the answer that an earlier command with the same key was given.
    pub repeated: bool,
}

/// Sent after a commit for every accepted command that touched a slip or a register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Organisation.
    pub org: OrgId,
    /// Row of the journal.
    pub seq: i64,
    /// Name of the act, `step`, `return`, `put_record`.
    pub act: &'static str,
    /// The slip, when one was touched.
    pub slip: Option<SlipId>,
    /// Its number.
    pub number: Option<Arc<str>>,
    /// Qualified roles whose inbox may have changed, by something that came or went.
    pub roles: Vec<Arc<str>>,
    /// Logins whose inbox may have changed, the actor among them.
    pub persons: Vec<Arc<str>>,
}

/// What the lanes of this process have done since it started.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stats {
    /// Transactions committed by lanes.
    pub commits: u64,
    /// Commands answered, of any outcome.
    pub commands: u64,
    /// Of these, refused.
    pub refused: u64,
    /// Of these, answered again.
    pub repeated: u64,
    /// Largest batch.
    pub batch_largest: u64,
    /// Nanoseconds the lanes spent in applying commands.
    pub apply_nanos: u64,
    /// Nanoseconds the lanes spent in writing rows.
    pub write_nanos: u64,
    /// Nanoseconds the lanes waited for the commit.
    pub commit_nanos: u64,
}

/// Faults: for the operator, not for the person at the counter.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// The database could not be read or written.
    #[error("the database failed while {doing}")]
    Database {
        /// What was tried.
        doing: String,
        /// Why it failed.
        #[source]
        source: Arc<dyn std::error::Error + Send + Sync>,
    },
    /// The data is not what this program wrote.
    #[error("{0}")]
    Corrupt(String),
    /// The database was made by another version of this program, or by another program.
    #[error("{0}")]
    Schema(String),
    /// Something about the request itself (a cursor that no page gave, a target that is not empty).
    #[error("{0}")]
    Invalid(String),
    /// A fault of this program.
    #[error("{0}")]
    Internal(String),
    /// Too many commands wait.
    #[error("too many commands wait; try again")]
    Busy,
    /// The store was closed.
    #[error("the store is closed")]
    Closed,
}

impl StoreError {
    /// Wraps a driver's error.
    pub fn database(
        doing: impl Into<String>,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> StoreError {
        StoreError::Database {
            doing: doing.into(),
            source: Arc::from(source.into()),
        }
    }
}
