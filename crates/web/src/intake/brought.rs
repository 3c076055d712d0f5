//! Files that were brought and are not imported yet: kept in memory for the person who brought them, few and not for long.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::body::Bytes;
use kernel::Moment;

/// Files kept at once; the oldest goes when there are more.
const FILES_MAX: usize = 6;
/// Microseconds for which a file is kept.
const KEPT: i64 = 3_600_000_000;

/// A file that somebody brought.
#[derive(Debug, Clone)]
pub(crate) struct File {
    /// Known to the one who brought it alone.
    pub id: Arc<str>,
    /// Who brought it.
    pub login: Arc<str>,
    /// What it is a list of: a qualified register or `people`.
    pub target: Arc<str>,
    /// Its name.
    pub name: Arc<str>,
    /// Its bytes.
    pub bytes: Bytes,
    /// When it was brought.
    pub at: Moment,
}

/// The files that are kept.
#[derive(Debug, Default)]
pub(crate) struct Brought(Mutex<Vec<File>>);

impl Brought {
    fn files(&self, now: Moment) -> MutexGuard<'_, Vec<File>> {
        let mut files = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        files.retain(|file| now.0 - file.at.0 < KEPT);
        files
    }

    /// Keeps a file.
    pub fn keep(&self, file: File) {
        let mut files = self.files(file.at);
        if files.len() == FILES_MAX {
            files.remove(0);
        }
        files.push(file);
    }

    /// The file of an id that this person brought.
    pub fn find(&self, id: &str, login: &str, now: Moment) -> Option<File> {
        let files = self.files(now);
        let mine = |file: &&File| *file.id == *id && *file.login == *login;
        files.iter().find(mine).cloned()
    }

    /// Lets a file go.
    pub fn drop(&self, id: &str, now: Moment) {
        self.files(now).retain(|file| *file.id != *id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_few_and_go_after_an_hour_and_are_found_by_their_owner_alone() {
        let brought = Brought::default();
        let file = |id: usize, at: i64| File {
            id: id.to_string().into(),
            login: "admin".into(),
            target: "people".into(),
            name: "a.csv".into(),
            bytes: Bytes::new(),
            at: Moment(at),
        };
        for id in 0..=FILES_MAX {
            brought.keep(file(id, 0));
        }
        let found =
            |id: &str, login: &str, now: i64| brought.find(id, login, Moment(now)).is_some();
        assert!(!found("0", "admin", 1) && found("1", "admin", 1));
        assert!(!found("1", "other", 1));
        assert!(found("2", "admin", KEPT - 1) && !found("2", "admin", KEPT));
    }
}
