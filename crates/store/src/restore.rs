//! Restore: a backup into an empty place, verified before anything of it can be seen there.

use std::path::Path;
use std::sync::Arc;

use crate::access::{self, in_transaction};
use crate::api::{Manifest, Options, Progress, Report, StoreError, StoreUrl};
use crate::backup::{Partial, kept};
use crate::copy;
use crate::migrate;
use crate::postgres::{Driver, Postgres, write_rows};
use crate::schema::TABLES;
use crate::sql::Sql;
use crate::sqlite::{Sqlite, Use};
use crate::verify;

type Result<T> = std::result::Result<T, StoreError>;

/// Restores a backup into an empty target: a SQLite file that is not there, or a PostgreSQL database without rows of
/// ours. What was restored is verified and compared with the backup's manifest before it becomes visible.
///
/// # Errors
/// When the target is not empty, the file is no backup, or what was restored is not what was backed up: then the message
/// names the first bad row, and the target is as it was.
pub fn restore(
    file: &Path,
    url: &StoreUrl,
    options: &Options,
    progress: Progress<'_>,
) -> Result<Manifest> {
    if !file.is_file() {
        return Err(StoreError::Invalid(format!(
            "there is no file {}",
            file.display()
        )));
    }
    match url {
        StoreUrl::Sqlite(path) => into_sqlite(file, path, options, progress),
        StoreUrl::Postgres(address) => into_postgres(file, address, options, progress),
        StoreUrl::Memory => Err(StoreError::Invalid(
            "a backup cannot be restored into memory".to_owned(),
        )),
    }
}

fn not_empty(target: impl std::fmt::Display) -> StoreError {
    StoreError::Invalid(format!(
        "{target} is not empty; a backup is restored into an empty place only"
    ))
}

/// The manifest that a backup carries.
fn manifest_of(backup: &dyn Sql) -> Result<Manifest> {
    let no_backup =
        || StoreError::Invalid("the file is not a backup made by this program".to_owned());
    if !backup
        .has_table("backup_manifest")
        .map_err(|_| no_backup())?
    {
        return Err(no_backup());
    }
    migrate::check(&migrate::applied(backup)?)?;
    let row = backup
        .first("select body from backup_manifest", &[])?
        .ok_or_else(no_backup)?;
    serde_json::from_str(row.str(0)?).map_err(|_| no_backup())
}

/// Checks a backup where it lies, changing nothing: every hash and balance in it, and that it holds what its manifest
/// says.
///
/// # Errors
/// [`StoreError::Corrupt`] names the first bad row; [`StoreError::Invalid`] when the file is no backup.
pub fn check_backup(file: &Path, options: &Options, progress: Progress<'_>) -> Result<Manifest> {
    if !file.is_file() {
        return Err(StoreError::Invalid(format!(
            "there is no file {}",
            file.display()
        )));
    }
    let backup = Sqlite::open(file, Use::Read)?;
    let manifest = manifest_of(&backup)?;
    let report = verify::verify(&backup, None, &options.catalog, progress)?;
    compare(&manifest, &report, &backup)?;
    Ok(manifest)
}

fn into_sqlite(
    file: &Path,
    path: &Path,
    options: &Options,
    progress: Progress<'_>,
) -> Result<Manifest> {
    let full = |path: &Path| std::fs::metadata(path).is_ok_and(|found| found.len() > 0);
    if full(path) {
        return Err(not_empty(path.display()));
    }
    let failed = |source: std::io::Error| {
        StoreError::database(format!("copying {}", file.display()), source)
    };
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(failed)?;
    }
    let partial = Partial::beside(path);
    progress("restore", 0, 0);
    {
        let target = Sqlite::open(&partial.0, Use::Lane)?;
        drop(target);
        std::fs::copy(file, &partial.0).map_err(failed)?;
    }
    let target = Sqlite::open(&partial.0, Use::Lane)?;
    let manifest = manifest_of(&target)?;
    target.run("drop table backup_manifest")?;
    access::prepare(&target, options)?;
    let report = verify::verify(&target, None, &options.catalog, progress)?;
    compare(&manifest, &report, &target)?;
    target.run("pragma wal_checkpoint(truncate)")?;
    drop(target);
    if path.exists() {
        // Empty, as was seen above.
        std::fs::remove_file(path).map_err(failed)?;
    }
    partial.become_file(path)?;
    Ok(manifest)
}

fn into_postgres(
    file: &Path,
    address: &str,
    options: &Options,
    progress: Progress<'_>,
) -> Result<Manifest> {
    let backup = Sqlite::open(file, Use::Read)?;
    let manifest = manifest_of(&backup)?;
    let driver = Arc::new(Driver::start()?);
    let target = driver.connect(address)?;
    in_transaction(&target, "begin", || {
        fill(&backup, &target, options, progress)?;
        let report = verify::within(&target, &options.catalog, progress)?;
        compare(&manifest, &report, &target)
    })?;
    Ok(manifest)
}

fn fill(
    backup: &Sqlite,
    target: &Postgres,
    options: &Options,
    progress: Progress<'_>,
) -> Result<()> {
    access::prepare_within(target, options)?;
    // Nobody else may write while the tables are seen to be empty and filled.
    let names: Vec<&str> = TABLES.iter().map(|table| table.name).collect();
    target.run(&format!(
        "lock table {} in exclusive mode",
        names.join(", ")
    ))?;
    for table in TABLES {
        if copy::count(target, table)? > 0 {
            return Err(not_empty("the database"));
        }
    }
    let all = kept().count() as u64;
    for (done, table) in (0u64..).zip(kept()) {
        progress("restore", done, all);
        copy::table(backup, table, &mut |write| {
            write_rows(target, vec![write]).map(drop)
        })?;
    }
    progress("restore", all, all);
    target.run("analyze")
}

/// What was restored must be sound and be what the manifest says.
fn compare(manifest: &Manifest, report: &Report, target: &dyn Sql) -> Result<()> {
    if let Some(bad) = &report.first_bad {
        return Err(StoreError::Corrupt(format!(
            "the backup is not sound, {} rows are bad, the first: {bad}",
            report.bad_count
        )));
    }
    let restored = copy::contents_of(target, kept())?;
    if restored.heads != manifest.heads || restored.heads != report.heads {
        return Err(StoreError::Corrupt(
            "the journal that was restored does not end where the backup says".to_owned(),
        ));
    }
    if restored.tables != manifest.tables {
        let differs = manifest
            .tables
            .iter()
            .zip(&restored.tables)
            .find(|(one, two)| one != two)
            .map(|(one, two)| format!("{}: {} rows, not {}", one.0, two.1, one.1));
        return Err(StoreError::Corrupt(format!(
            "what was restored is not what was backed up: {}",
            differs.unwrap_or_default()
        )));
    }
    Ok(())
}
