//! The whole database: verify, backup, restore.

use std::path::Path;

use crate::api::{Manifest, Options, Progress, Report, StoreError, StoreUrl};
use crate::store::Store;

type Result<T> = std::result::Result<T, StoreError>;

fn soon<T>() -> Result<T> {
    Err(StoreError::Internal("not there yet".to_owned()))
}

impl Store {
    /// Recomputes every hash and every balance and names what is not as it was written.
    ///
    /// # Errors
    /// When the database cannot be read; what is wrong in it is in the report.
    pub fn verify(&self, _progress: Progress<'_>) -> Result<Report> {
        soon()
    }

    /// Writes everything into one new file, while commands go on.
    ///
    /// # Errors
    /// When the file exists or cannot be written, or the database cannot be read.
    pub fn backup(&self, _file: &Path, _progress: Progress<'_>) -> Result<Manifest> {
        soon()
    }
}

/// Verifies a database that need not be open anywhere; changes nothing in it.
///
/// # Errors
/// When the database cannot be read; what is wrong in it is in the report.
pub fn verify_url(_url: &StoreUrl, _options: &Options, _progress: Progress<'_>) -> Result<Report> {
    soon()
}

/// Restores a backup into an empty target, verifies what was restored, and leaves nothing behind when that fails.
///
/// # Errors
/// When the target is not empty, the file is no backup, or what was restored is not what was backed up.
pub fn restore(
    _file: &Path,
    _url: &StoreUrl,
    _options: &Options,
    _progress: Progress<'_>,
) -> Result<Manifest> {
    soon()
}
