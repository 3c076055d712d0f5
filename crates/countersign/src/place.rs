//! Where the data is: the folder, the database in it or elsewhere, and the lock.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use store::StoreUrl;

use crate::stop::Stop;

/// Name of the database in a data folder.
const DATABASE: &str = "countersign.db";
/// Name of the lock in a data folder.
const LOCK: &str = "countersign.lock";
/// Name of the folder of packs in a data folder.
const PACKS: &str = "packs";
/// Variable that may hold the database's address, so that its password need not stand among the arguments.
pub const URL_VARIABLE: &str = "COUNTERSIGN_DATABASE_URL";

/// Arguments that say where the data is.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Where {
    /// Folder of the data (database, lock, passwords of the demo) [default: ./data]
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Another database than the one in the folder: postgres://user@host/name, sqlite:///path or memory:
    #[arg(long, value_name = "URL")]
    pub database_url: Option<String>,
    /// Folder with one folder for each pack, served instead of those built in [default: `packs` in the data folder, where
    /// there is one]
    #[arg(long, value_name = "DIR")]
    pub packs: Option<PathBuf>,
}

/// A place for data.
#[derive(Debug, Clone)]
pub struct Place {
    /// The folder.
    pub folder: PathBuf,
    /// The database.
    pub url: StoreUrl,
    /// The folder of packs, where there are others than those built in.
    pub packs: Option<PathBuf>,
}

impl Where {
    /// The place that the arguments (or the environment) name.
    pub fn place(&self) -> Result<Place, Stop> {
        let folder = self.data.clone().unwrap_or_else(|| PathBuf::from("data"));
        // An address given by the environment must not win over a folder that was named.
        let from_environment = || {
            std::env::var(URL_VARIABLE)
                .ok()
                .filter(|url| self.data.is_none() && !url.is_empty())
        };
        let url = match self.database_url.clone().or_else(from_environment) {
            Some(text) => text.parse().map_err(|error: store::UrlError| {
                Stop::usage(
                    format!("数据库地址 {:?} 无法识别；应为 postgres://用户@主机/库名、sqlite:///路径 或 memory:", error.0),
                    error.to_string(),
                )
            })?,
            None => StoreUrl::Sqlite(folder.join(DATABASE)),
        };
        let beside = folder.join(PACKS);
        let packs = match &self.packs {
            Some(named) => Some(named.clone()),
            None => beside.is_dir().then_some(beside),
        };
        Ok(Place { folder, url, packs })
    }

    /// Whether the arguments name any place.
    pub fn named(&self) -> bool {
        self.data.is_some() || self.database_url.is_some()
    }

    /// The place, whose database must be there already.
    pub fn existing(&self) -> Result<Place, Stop> {
        let place = self.place()?;
        if let StoreUrl::Sqlite(file) = &place.url
            && !file.exists()
        {
            let file = file.display();
            return Err(Stop::usage(
                format!(
                    "没有数据库 {file}；请用 --data 指定数据文件夹，或先运行 countersign serve"
                ),
                format!(
                    "there is no database {file}; name the folder with --data, or run `countersign serve` first"
                ),
            ));
        }
        if place.url == StoreUrl::Memory {
            return Err(Stop::usage("memory: 中没有数据", "memory: holds no data"));
        }
        Ok(place)
    }
}

impl Place {
    /// Makes the folder, for its owner alone, unless it is there.
    pub fn make_folder(&self) -> Result<(), Stop> {
        let mut folders = vec![self.folder.as_path()];
        if let StoreUrl::Sqlite(file) = &self.url
            && let Some(parent) = file
                .parent()
                .filter(|parent| !parent.as_os_str().is_empty())
        {
            folders.push(parent);
        }
        for folder in folders {
            fs::DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(folder)
                .map_err(Stop::file("making", folder))?;
        }
        Ok(())
    }

    /// Takes the data for this process alone. A PostgreSQL database may have several servers, so there the folder is locked
    /// and the database is not.
    pub fn lock(&self) -> Result<Lock, Stop> {
        self.make_folder()?;
        let path = match &self.url {
            StoreUrl::Sqlite(file) if file.parent() != Some(&self.folder) => {
                file.with_extension("lock")
            }
            _ => self.folder.join(LOCK),
        };
        Lock::take(&path)
    }
}

/// Held while this process may write. The operating system gives it up when the process ends, however it ends.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Lock {
    fn take(path: &Path) -> Result<Lock, Stop> {
        let opened = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(path);
        let mut file = opened.map_err(Stop::file("opening", path))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut owner = String::new();
                let _ = file.read_to_string(&mut owner);
                let owner = owner.trim();
                let folder = path.parent().unwrap_or(path).display();
                return Err(Stop::usage(
                    format!(
                        "{folder} 正由另一个 countersign 进程使用（进程 {owner}）；请先停止它，或用 --data 指定其他文件夹"
                    ),
                    format!(
                        "{folder} is in use by another countersign (process {owner}); stop it first, or name another folder with --data"
                    ),
                ));
            }
            Err(TryLockError::Error(error)) => return Err(Stop::file("locking", path)(error)),
        }
        // The number is for people; the lock itself is the system's.
        let told = file
            .set_len(0)
            .and_then(|()| file.rewind())
            .and_then(|()| writeln!(file, "{}", std::process::id()));
        told.map_err(Stop::file("writing", path))?;
        Ok(Lock { _file: file })
    }
}

/// Writes a file that only its owner may read; it must not be there yet.
pub fn write_private(path: &Path, bytes: &[u8]) -> Result<(), Stop> {
    let opened = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path);
    let written = opened.and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()));
    written.map_err(Stop::file("writing", path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_has_one_owner_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let place = Place {
            folder: folder.path().join("data"),
            url: StoreUrl::Sqlite(folder.path().join("data").join(DATABASE)),
            packs: None,
        };
        let lock = place.lock().unwrap();
        let Err(Stop::Usage(refused)) = place.lock() else {
            panic!("locked twice")
        };
        assert!(
            refused.en.contains(&std::process::id().to_string()),
            "{}",
            refused.en
        );
        drop(lock);
        place.lock().unwrap();
    }

    #[test]
    fn addresses_are_read_or_refused() {
        let at = |url: &str| {
            Where {
                data: None,
                database_url: Some(url.to_owned()),
                packs: None,
            }
            .place()
        };
        assert!(matches!(
            at("postgres://a@b/c").unwrap().url,
            StoreUrl::Postgres(_)
        ));
        assert!(matches!(at("mysql://a@b/c"), Err(Stop::Usage(_))));
        let place = Where {
            data: Some("x".into()),
            database_url: None,
            packs: None,
        }
        .place()
        .unwrap();
        assert_eq!(place.url, StoreUrl::Sqlite("x/countersign.db".into()));
    }
}
