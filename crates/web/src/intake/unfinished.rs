//! Imports that were begun and never ended: a process that is killed in the middle leaves a part of its file, and every
//! import of that kind says so until the file was imported whole.

use engine::Act;
use kernel::OrgId;
use notify::settings;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use store::{Store, StoreError};

/// Files remembered; a setting is small.
const FILES_MAX: usize = 20;
/// Characters of a file's name that are kept.
const NAME_MAX: usize = 120;

/// A file whose import was begun.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Begun {
    /// Its name, without the folder.
    pub file: String,
    /// SHA-256 of its bytes, in hexadecimal.
    pub digest: String,
    /// Rows that were to be written.
    pub rows: usize,
}

impl Begun {
    /// A file by its name and its bytes.
    #[must_use]
    pub fn of(name: &str, bytes: &[u8]) -> Begun {
        Begun {
            file: name.chars().take(NAME_MAX).collect(),
            digest: engine::hex(&Sha256::digest(bytes)).to_string(),
            rows: 0,
        }
    }

    /// The same file, or another version of it.
    fn is(&self, other: &Begun) -> bool {
        self.digest == other.digest || self.file == other.file
    }
}

/// The files of one kind whose import was begun and not ended.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unfinished {
    files: Vec<Begun>,
}

impl Unfinished {
    /// The files, oldest first.
    #[must_use]
    pub fn files(&self) -> &[Begun] {
        &self.files
    }

    /// Notes that so many rows of a file are being written.
    pub fn begin(&mut self, file: &Begun, rows: usize) {
        self.end(file);
        if self.files.len() == FILES_MAX {
            self.files.remove(0);
        }
        self.files.push(Begun {
            rows,
            ..file.clone()
        });
    }

    /// Notes that a file is written whole; whether it was noted before.
    pub fn end(&mut self, file: &Begun) -> bool {
        let before = self.files.len();
        self.files.retain(|other| !other.is(file));
        self.files.len() < before
    }
}

fn setting(kind: &str) -> String {
    format!("import/unfinished/{}", kind.replace('.', "/"))
}

/// What was begun and not ended.
///
/// # Errors
/// When the store fails.
pub fn of(store: &Store, org: OrgId, kind: &str) -> Result<Unfinished, StoreError> {
    let found = settings::one::<Unfinished>(store, org, &setting(kind))?;
    Ok(found.map(|kept| kept.is).unwrap_or_default())
}

/// The act that keeps it.
#[must_use]
pub fn keep(kind: &str, open: &Unfinished) -> Act {
    Act::PutSetting {
        name: setting(kind).into(),
        body: settings::body(open),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_known_by_its_bytes_or_its_name() {
        let file = |file: &str, digest: &str| Begun {
            file: file.to_owned(),
            digest: digest.to_owned(),
            rows: 0,
        };
        let mut open = Unfinished::default();
        open.begin(&file("a.csv", "1"), 7);
        open.begin(&file("b.csv", "2"), 8);
        open.begin(&file("a.csv", "3"), 9);
        let rows: Vec<usize> = open.files().iter().map(|one| one.rows).collect();
        assert_eq!(rows, [8, 9]);
        assert!(open.end(&file("renamed.csv", "2")));
        assert!(open.end(&file("a.csv", "4")));
        assert!(!open.end(&file("a.csv", "4")));
    }
}
