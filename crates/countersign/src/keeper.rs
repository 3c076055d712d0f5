//! Backups by schedule and when somebody asks: each is checked where it lies after it is written, and now and then the
//! newest is restored into a temporary place, as one would have to in need.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use engine::SYSTEM;
use kernel::Moment;
use notify::preference::minute_of_day;
use notify::settings::{self, BACKUP, BackupPlan};
use store::{BackupRun, Options, Store, StoreError, StoreUrl};
use tokio::sync::watch;

use crate::clock::now;
use crate::house::ORG;
use crate::packs;

/// Sleep between looks at the schedule.
const TICK: Duration = Duration::from_secs(5);
/// Days for which what was sent, and notices that were read, are kept.
const KEPT_DAYS: i64 = 90;
/// Minutes between two looks at what is older than that.
const CLEARING: i64 = 60;
/// Runs that are looked at.
const RUNS: usize = 400;
/// How files of backups by schedule begin and end.
const FILES: (&str, &str) = ("countersign-", ".backup");

/// Makes and tries backups.
#[derive(Debug, Clone)]
pub struct Keeper {
    /// The store.
    pub store: Store,
    /// Where backups lie.
    pub folder: PathBuf,
    /// Whether no other server is on this database.
    pub alone: bool,
}

/// What a backup or drill came to.
type Came = Result<(PathBuf, i64, String), String>;

/// What the store itself was opened with.
fn options(store: &Store) -> Options {
    Options::new((*store.catalog()).clone()).with_reader(packs::read_again)
}

fn blamed(error: &StoreError) -> String {
    error.to_string()
}

impl Keeper {
    /// Keeps the schedule until it is told to stop.
    pub async fn tend(self, mut stopped: watch::Receiver<bool>) {
        if self.alone
            && let Err(error) = self.bury()
        {
            tracing::error!(%error, "backups that were broken off could not be marked");
        }
        let mut cleared = Moment(0);
        loop {
            let keeper = self.clone();
            if cleared.plus_minutes(CLEARING) <= now() {
                cleared = now();
                if let Err(error) = self.clear(cleared).await {
                    tracing::error!(%error, "what was sent long ago could not be cleared away");
                }
            }
            match tokio::task::spawn_blocking(move || keeper.look(now())).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => {
                    tracing::error!(%error, "the schedule of backups could not be kept")
                }
                Err(error) => tracing::error!(%error, "a backup ended in a fault"),
            }
            tokio::select! {
                _ = stopped.changed() => return,
                () = tokio::time::sleep(TICK) => {}
            }
        }
    }

    /// Forgets what was sent, and notices that were read, long ago; the journal keeps what they were about.
    async fn clear(&self, now: Moment) -> Result<(), StoreError> {
        let store = self.store.clone();
        let before = now.plus_minutes(-KEPT_DAYS * 24 * 60);
        let cleared = tokio::task::spawn_blocking(move || store.prune_outbox(ORG, before)).await;
        cleared
            .unwrap_or_else(|fault| Err(StoreError::Internal(fault.to_string())))
            .map(|_| ())
    }

    /// What was under way when a server died did not come to an end.
    fn bury(&self) -> Result<(), StoreError> {
        for run in self.store.backup_runs(ORG, RUNS)? {
            if run.state == "running" {
                let broken = BackupRun {
                    state: "failed".to_owned(),
                    finished: now(),
                    told: "服务器中途停止 · the server ended meanwhile".to_owned(),
                    ..run
                };
                self.store.put_backup_run(ORG, &broken)?;
            }
        }
        Ok(())
    }

    fn look(&self, at: Moment) -> Result<(), StoreError> {
        for run in self.store.backup_runs(ORG, RUNS)? {
            if run.state == "asked" && self.store.take_backup_run(ORG, &run.id)? {
                self.carry_out(run)?;
            }
        }
        let Some(kept) = settings::one::<BackupPlan>(&self.store, ORG, BACKUP)? else {
            return Ok(());
        };
        let plan = kept.is;
        if !plan.active || minute_of_day(at) < i64::from(plan.at) {
            return Ok(());
        }
        // The day names the occasion: of several servers one alone adds it.
        self.by_schedule("backup", at)?;
        let runs = self.store.backup_runs(ORG, RUNS)?;
        let last = runs
            .iter()
            .filter(|run| run.kind == "drill" && run.state == "done")
            .map(|run| run.at.day())
            .max();
        let days = i64::from(plan.drill_days);
        if days > 0 && last.is_none_or(|last| at.day().days_since(last) >= days) {
            self.by_schedule("drill", at)?;
        }
        Ok(())
    }

    fn by_schedule(&self, kind: &str, at: Moment) -> Result<(), StoreError> {
        let run = BackupRun {
            id: format!("{kind}-{}", at.day()),
            kind: kind.to_owned(),
            state: "running".to_owned(),
            asked_by: SYSTEM.to_owned(),
            at,
            ..BackupRun::default()
        };
        if self.store.add_backup_run(ORG, &run)? {
            self.carry_out(run)?;
        }
        Ok(())
    }

    /// Carries out a run that is this server's, and writes down what it came to.
    fn carry_out(&self, run: BackupRun) -> Result<(), StoreError> {
        let came = match &*run.kind {
            "drill" => self.newest().and_then(|file| drill(&self.store, &file)),
            _ => self.back_up(),
        };
        let ended = ended(run, came);
        if ended.state == "failed" {
            tracing::error!(told = ended.told, "a backup or drill failed");
        }
        self.store.put_backup_run(ORG, &ended)
    }

    fn back_up(&self) -> Came {
        let made = || fs::create_dir_all(&self.folder).map_err(|error| error.to_string());
        made()?;
        let stamp: String = now()
            .to_string()
            .chars()
            .filter(char::is_ascii_digit)
            .collect();
        let file = self.folder.join(format!("{}{stamp}{}", FILES.0, FILES.1));
        self.store
            .backup(&file, &|_, _, _| {})
            .map_err(|error| blamed(&error))?;
        let options = options(&self.store);
        let manifest =
            store::check_backup(&file, &options, &|_, _, _| {}).map_err(|error| blamed(&error))?;
        let dropped = self.thin_out();
        let rows: i64 = manifest.tables.iter().map(|(_, rows)| rows).sum();
        let seq = manifest
            .heads
            .iter()
            .find(|(org, ..)| *org == ORG.0)
            .map_or(0, |(_, seq, _)| *seq);
        Ok((
            file,
            seq,
            format!(
                "已核对 {rows} 行，清理 {dropped} 份 · {rows} rows verified, {dropped} old ones removed"
            ),
        ))
    }

    /// Backups in the folder, the oldest first.
    fn files(&self) -> Vec<PathBuf> {
        let Ok(entries) = fs::read_dir(&self.folder) else {
            return Vec::new();
        };
        let ours = |path: &PathBuf| {
            let name = path.file_name().and_then(|name| name.to_str());
            name.is_some_and(|name| name.starts_with(FILES.0) && name.ends_with(FILES.1))
        };
        let mut files: Vec<PathBuf> = entries
            .flatten()
            .map(|entry| entry.path())
            .filter(ours)
            .collect();
        files.sort();
        files
    }

    /// Removes what is more than is to be kept; only ever after a new one was found sound.
    fn thin_out(&self) -> usize {
        let plan = settings::one::<BackupPlan>(&self.store, ORG, BACKUP);
        let Ok(Some(plan)) = plan else { return 0 };
        let files = self.files();
        let more = files.len().saturating_sub(plan.is.keep.max(1) as usize);
        files[..more]
            .iter()
            .filter(|file| fs::remove_file(file).is_ok())
            .count()
    }

    /// The newest backup.
    ///
    /// # Errors
    /// A sentence, when there is none.
    pub fn newest(&self) -> Result<PathBuf, String> {
        self.files().pop().ok_or_else(|| {
            let folder = self.folder.display();
            format!("{folder} 中没有备份 · there is no backup in {folder}")
        })
    }

    /// A drill that somebody asked for at the command line: carried out and written down.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn drill_now(&self, file: Option<&Path>) -> Result<BackupRun, StoreError> {
        let at = now();
        let run = BackupRun {
            id: format!("drill-{}", at.0),
            kind: "drill".to_owned(),
            state: "running".to_owned(),
            asked_by: SYSTEM.to_owned(),
            at,
            ..BackupRun::default()
        };
        let file = file.map_or_else(|| self.newest(), |file| Ok(file.to_owned()));
        let ended = ended(run, file.and_then(|file| drill(&self.store, &file)));
        self.store.put_backup_run(ORG, &ended)?;
        Ok(ended)
    }
}

fn ended(run: BackupRun, came: Came) -> BackupRun {
    match came {
        Ok((file, seq, told)) => BackupRun {
            state: "done".to_owned(),
            finished: now(),
            size: fs::metadata(&file).map_or(0, |found| i64::try_from(found.len()).unwrap_or(0)),
            file: file
                .file_name()
                .map_or_else(String::new, |name| name.to_string_lossy().into_owned()),
            seq,
            told,
            ..run
        },
        Err(why) => BackupRun {
            state: "failed".to_owned(),
            finished: now(),
            told: why,
            ..run
        },
    }
}

/// Restores a backup into a temporary place beside it, where it is verified and compared with its manifest, and opens
/// what came of it.
fn drill(store: &Store, file: &Path) -> Came {
    let folder = file.parent().unwrap_or(Path::new("."));
    let place = tempfile::Builder::new()
        .prefix(".drill-")
        .tempdir_in(folder)
        .map_err(|error| error.to_string())?;
    let options = options(store);
    let url = StoreUrl::Sqlite(place.path().join("restored.db"));
    let manifest =
        store::restore(file, &url, &options, &|_, _, _| {}).map_err(|error| blamed(&error))?;
    let restored = Store::open(&url, options).map_err(|error| blamed(&error))?;
    let people = restored.people(ORG).map_err(|error| blamed(&error))?.len();
    let (seq, _) = restored.head(ORG).map_err(|error| blamed(&error))?;
    restored.close();
    let rows: i64 = manifest.tables.iter().map(|(_, rows)| rows).sum();
    Ok((
        file.to_owned(),
        seq,
        format!(
            "恢复 {rows} 行、{people} 人，核对无误 · {rows} rows and {people} people restored and verified"
        ),
    ))
}
