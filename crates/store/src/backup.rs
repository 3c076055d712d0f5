//! Backup: one SQLite file with the same tables, whatever it was taken from, and a manifest of what is in it. Sessions and
//! counters of failed sign-ins are left out: nobody is signed in by a restore.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use kernel::Moment;
use rusqlite::backup::{Backup, StepResult};

use crate::access::{Access, begin_reading, in_transaction};
use crate::api::{Manifest, Progress, StoreError};
use crate::copy;
use crate::migrate;
use crate::schema::{Role, TABLES, Table};
use crate::sql::Sql;
use crate::sqlite::{Sqlite, Use, write_rows};
use crate::store::Store;

type Result<T> = std::result::Result<T, StoreError>;

/// Pages copied between two reports of progress.
const PAGES: i32 = 4_096;

/// The tables that a backup holds.
pub(crate) fn kept() -> impl Iterator<Item = &'static &'static Table> {
    TABLES.iter().filter(|table| table.role != Role::Passing)
}

impl Store {
    /// Writes everything, as of now, into one new file, while commands go on. Restore it with [`crate::restore`] into
    /// either kind of database.
    ///
    /// # Errors
    /// When the file exists or cannot be written, or the database cannot be read. No file is left then.
    pub fn backup(&self, file: &Path, progress: Progress<'_>) -> Result<Manifest> {
        if file.exists() {
            return Err(StoreError::Invalid(format!(
                "{} exists already",
                file.display()
            )));
        }
        let partial = Partial::beside(file);
        let manifest = write(&self.inner.access, &partial.0, progress)?;
        partial.become_file(file)?;
        Ok(manifest)
    }
}

/// A file that is being made; removed unless it becomes what it was meant to be.
pub(crate) struct Partial(pub PathBuf);

impl Partial {
    pub fn beside(file: &Path) -> Partial {
        let mut name = file.file_name().unwrap_or_default().to_owned();
        name.push(format!(".{}.partial", std::process::id()));
        let partial = Partial(file.with_file_name(name));
        partial.remove();
        partial
    }

    fn remove(&self) {
        for suffix in ["", "-wal", "-shm", "-journal"] {
            let mut path = self.0.clone().into_os_string();
            path.push(suffix);
            // It need not be there.
            let _ = std::fs::remove_file(path);
        }
    }

    /// Gives the finished file its name, durably. Never replaces another file.
    pub fn become_file(self, file: &Path) -> Result<()> {
        let doing = format!("writing {}", file.display());
        let finish = || -> std::io::Result<()> {
            std::fs::File::open(&self.0)?.sync_all()?;
            match std::fs::hard_link(&self.0, file) {
                // Not every file system has links.
                Err(error)
                    if error.kind() != std::io::ErrorKind::AlreadyExists && !file.exists() =>
                {
                    std::fs::rename(&self.0, file)?;
                }
                other => other?,
            }
            if let Some(folder) = file.parent() {
                let folder = if folder.as_os_str().is_empty() {
                    Path::new(".")
                } else {
                    folder
                };
                std::fs::File::open(folder)?.sync_all()?;
            }
            Ok(())
        };
        finish().map_err(|source| StoreError::database(doing, source))
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        self.remove();
    }
}

fn write(access: &Access, path: &Path, progress: Progress<'_>) -> Result<Manifest> {
    let target = Sqlite::open(path, Use::Lane)?;
    match access {
        Access::Sqlite { readers, .. } => {
            readers.with(|source| {
                in_transaction(source, begin_reading(source.dialect()), || {
                    copy_pages(source, &target, progress)
                })
            })?;
        }
        Access::Memory { .. } | Access::Postgres { .. } => {
            access.snapshot(|source| copy_rows(source, &target, progress))?;
        }
    }
    // One file: what is still in the write-ahead log goes into it.
    target.run("pragma wal_checkpoint(truncate)")?;
    target.query("pragma journal_mode = delete", &[])?;
    in_transaction(&target, "begin immediate", || finish(&target))
}

fn finish(target: &Sqlite) -> Result<Manifest> {
    for table in TABLES.iter().filter(|table| table.role == Role::Passing) {
        target.run(&format!("delete from {}", table.name))?;
    }
    let mut manifest = copy::contents_of(target, kept())?;
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or(Duration::ZERO);
    manifest.made_at = Moment(i64::try_from(now.as_micros()).unwrap_or(i64::MAX));
    let json = serde_json::to_string(&manifest)
        .map_err(|source| StoreError::database("writing the manifest", source))?;
    target.run("drop table if exists backup_manifest; create table backup_manifest (body TEXT not null) strict")?;
    target.execute(
        "insert into backup_manifest (body) values (?1)",
        &[json.into()],
    )?;
    Ok(manifest)
}

/// Copies the file page by page. The source's transaction keeps it at one state, so writers do not make it start over.
fn copy_pages(source: &Sqlite, target: &Sqlite, progress: Progress<'_>) -> Result<()> {
    let failed = |source: rusqlite::Error| StoreError::database("copying pages", source);
    // The transaction begins with the first reading.
    source.query("select version from schema_migration", &[])?;
    let (source, mut target) = (source.lock(), target.lock());
    let backup = Backup::new(&source, &mut target).map_err(failed)?;
    loop {
        let step = backup.step(PAGES).map_err(failed)?;
        let state = backup.progress();
        let total = u64::try_from(state.pagecount).unwrap_or(0);
        progress(
            "backup",
            total - u64::try_from(state.remaining).unwrap_or(0),
            total,
        );
        match step {
            StepResult::Done => return Ok(()),
            StepResult::More => {}
            _ => std::thread::sleep(Duration::from_millis(5)),
        }
    }
}

/// Copies rows table by table.
fn copy_rows(source: &dyn Sql, target: &Sqlite, progress: Progress<'_>) -> Result<()> {
    in_transaction(target, "begin immediate", || {
        migrate::migrate(target)?;
        let all = kept().count() as u64;
        for (done, table) in (0u64..).zip(kept()) {
            progress("backup", done, all);
            let sql = table.insert();
            copy::table(source, table, &mut |write| {
                write_rows(&target.lock(), &write, &sql)
            })?;
        }
        progress("backup", all, all);
        Ok(())
    })
}
