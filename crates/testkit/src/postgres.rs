//! A PostgreSQL server of one's own for a test: started in a temporary folder, gone afterwards.
//!
//! It uses the newest server found under `/usr/lib/postgresql/*/bin` (Debian, Ubuntu) or on the `PATH`. PostgreSQL
//! refuses to run as root, so a root process starts it as the system user `postgres`.

use std::ffi::OsString;
use std::fs;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::thread;
use std::time::{Duration, Instant};

use crate::guard::Guard;

/// The system user that Debian's package makes and that a root process runs the server as.
const SYSTEM_USER: &str = "postgres";
/// The superuser inside every cluster made here; the connection needs no password on loopback.
const SUPERUSER: &str = "postgres";
/// How often a start is tried when another process takes the chosen port first.
const ATTEMPTS: usize = 8;
/// How long a server may take until it answers; generous, because tests share the machine.
const START_MAX: Duration = Duration::from_secs(60);

/// A running PostgreSQL server. Dropping it stops the server at once and removes its folder; so does the death of
/// this process, whatever the cause.
#[derive(Debug)]
pub struct Cluster {
    guard: Guard,
    folder: PathBuf,
    programs: PathBuf,
    port: u16,
}

impl Cluster {
    /// Whether a PostgreSQL server is installed where [`Cluster::start`] looks for it.
    pub fn available() -> bool {
        programs().is_some()
    }

    /// Starts a server that does not wait for the disk (`fsync=off`): right for every test but one about crashes.
    ///
    /// # Errors
    /// `NotFound` when PostgreSQL is not installed; otherwise what went wrong, with the server's own log.
    pub fn start() -> io::Result<Cluster> {
        Cluster::start_with(false)
    }

    /// Starts a server; with `fsync` on, an acknowledged commit survives a crash of the machine.
    ///
    /// # Errors
    /// `NotFound` when PostgreSQL is not installed; otherwise what went wrong, with the server's own log.
    pub fn start_with(fsync: bool) -> io::Result<Cluster> {
        let programs = programs().ok_or_else(|| {
            io::Error::new(
                io::ErrorKind::NotFound,
                "PostgreSQL is not installed: neither /usr/lib/postgresql/*/bin nor the PATH has initdb",
            )
        })?;
        let mut last = None;
        for _ in 0..ATTEMPTS {
            let folder = make_folder()?;
            match boot(&programs, &folder, fsync) {
                Ok((guard, port)) => {
                    return Ok(Cluster {
                        guard,
                        folder,
                        programs,
                        port,
                    });
                }
                Err(error) => {
                    let _ = fs::remove_dir_all(&folder);
                    let retry = error.kind() == io::ErrorKind::AddrInUse;
                    last = Some(error);
                    if !retry {
                        break;
                    }
                }
            }
        }
        Err(last.unwrap_or_else(|| io::Error::other("no attempt was made")))
    }

    /// One server for all tests of this process, started by the first who asks. Make a database of your own on it.
    ///
    /// # Panics
    /// When the server cannot be started: the test cannot mean anything then.
    pub fn shared() -> &'static Cluster {
        static SHARED: OnceLock<Cluster> = OnceLock::new();
        SHARED.get_or_init(|| match Cluster::start() {
            Ok(cluster) => cluster,
            Err(error) => {
                panic!("the PostgreSQL server shared by these tests did not start: {error}")
            }
        })
    }

    /// The address of a database on this server, as a connection URL. `postgres` is there from the start.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://{SUPERUSER}@127.0.0.1:{}/{database}", self.port)
    }

    /// The TCP port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The process id of the server's postmaster, for tests that kill it.
    pub fn process_id(&self) -> u32 {
        self.guard.id()
    }

    /// The folder with the Unix socket and the data.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The folder with `psql`, `pg_dump` and the other programs of this server's version.
    pub fn programs(&self) -> &Path {
        &self.programs
    }

    /// Makes an empty database (UTF-8, byte order collation) and returns its URL. The name is taken literally, so any
    /// text will do.
    ///
    /// # Errors
    /// When the server refuses, for instance because the database exists; the message is the server's.
    pub fn create_database(&self, name: &str) -> io::Result<String> {
        self.query(
            "postgres",
            &format!("create database \"{}\"", name.replace('"', "\"\"")),
        )?;
        Ok(self.url(name))
    }

    /// Runs SQL through `psql` and returns its bare output: rows on lines, columns separated by `|`.
    ///
    /// # Errors
    /// When the server refuses any statement; the message is the server's.
    pub fn query(&self, database: &str, sql: &str) -> io::Result<String> {
        let output = Command::new(self.programs.join("psql"))
            .args([
                "--no-psqlrc",
                "--quiet",
                "--tuples-only",
                "--no-align",
                "--set=ON_ERROR_STOP=1",
                "--command",
                sql,
            ])
            .arg("--dbname")
            .arg(self.url(database))
            .stdin(Stdio::null())
            .output()?;
        if !output.status.success() {
            return Err(io::Error::other(
                String::from_utf8_lossy(&output.stderr).trim().to_owned(),
            ));
        }
        Ok(String::from_utf8_lossy(&output.stdout)
            .trim_end()
            .to_owned())
    }
}

/// The folder with the newest server's programs.
fn programs() -> Option<PathBuf> {
    let debian = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let version: u32 = entry.file_name().to_str()?.parse().ok()?;
            Some((version, entry.path().join("bin")))
        });
    let newest = debian
        .filter(|(_, bin)| bin.join("initdb").exists())
        .max_by_key(|(version, _)| *version);
    newest.map(|(_, bin)| bin).or_else(|| {
        let path = std::env::var_os("PATH")?;
        std::env::split_paths(&path)
            .find(|folder| folder.join("initdb").exists() && folder.join("postgres").exists())
    })
}

/// Makes the folder that the server will own. Its path is short, since a Unix socket's path is limited to 107 bytes.
fn make_folder() -> io::Result<PathBuf> {
    let folder = tempfile::Builder::new().prefix("pg-").tempdir()?.keep();
    if is_root() {
        let status = Command::new("chown")
            .arg(SYSTEM_USER)
            .arg(&folder)
            .status()?;
        if !status.success() {
            let _ = fs::remove_dir(&folder);
            return Err(io::Error::other(format!(
                "no system user `{SYSTEM_USER}` to run PostgreSQL as"
            )));
        }
    }
    Ok(folder)
}

/// Makes the cluster's files, starts the server on a port that is free now and waits until it answers.
fn boot(programs: &Path, folder: &Path, fsync: bool) -> io::Result<(Guard, u16)> {
    let data = folder.join("data");
    let made = as_server_user(&programs.join("initdb"))
        .args([
            "--auth=trust",
            "--no-sync",
            "--no-locale",
            "--encoding=UTF8",
            "--wal-segsize=1",
        ])
        .arg(format!("--username={SUPERUSER}"))
        .arg("--pgdata")
        .arg(&data)
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()?;
    if !made.status.success() {
        return Err(io::Error::other(format!(
            "initdb failed: {}",
            String::from_utf8_lossy(&made.stderr).trim()
        )));
    }

    let port = free_port()?;
    let log = folder.join("log");
    let mut server = as_server_user(&programs.join("postgres"));
    server.arg("-D").arg(&data).current_dir(folder);
    for setting in [
        "listen_addresses=127.0.0.1".to_owned(),
        format!("port={port}"),
        format!("unix_socket_directories={}", folder.display()),
        format!("fsync={}", on_off(fsync)),
        format!("full_page_writes={}", on_off(fsync)),
        "max_connections=200".to_owned(),
        "timezone=UTC".to_owned(),
        "lc_messages=C".to_owned(),
    ] {
        server.arg("-c").arg(setting);
    }
    let output = fs::File::create(&log)?;
    server.stdout(output.try_clone()?).stderr(output);
    let mut guard = Guard::start(server, "QUIT", folder)?;
    await_ready(&mut guard, port, &data, &log)?;
    Ok((guard, port))
}

/// Waits until the server says in its `postmaster.pid` that it is ready. Asking the port alone would not do: between
/// choosing the port and binding it, somebody else's server may have come to sit there.
fn await_ready(guard: &mut Guard, port: u16, data: &Path, log: &Path) -> io::Result<()> {
    let started = Instant::now();
    while started.elapsed() < START_MAX {
        if guard.ended()? {
            let said = fs::read_to_string(log).unwrap_or_default();
            let taken = said.contains("could not bind")
                || said.contains("Is another postmaster already running");
            let kind = if taken {
                io::ErrorKind::AddrInUse
            } else {
                io::ErrorKind::Other
            };
            return Err(io::Error::new(
                kind,
                format!("PostgreSQL ended at once: {}", said.trim()),
            ));
        }
        let status = fs::read_to_string(data.join("postmaster.pid")).unwrap_or_default();
        if status
            .lines()
            .nth(7)
            .is_some_and(|state| state.trim() == "ready")
            && answers(port)
        {
            return Ok(());
        }
        thread::sleep(Duration::from_millis(10));
    }
    let said = fs::read_to_string(log).unwrap_or_default();
    Err(io::Error::new(
        io::ErrorKind::TimedOut,
        format!("PostgreSQL did not answer: {}", said.trim()),
    ))
}

/// Whether a PostgreSQL server answers: it says `N` (or `S`) when asked for TLS.
fn answers(port: u16) -> bool {
    const TLS_REQUEST: [u8; 8] = [0, 0, 0, 8, 4, 210, 22, 47];
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let ask = || -> io::Result<u8> {
        let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(1))?;
        stream.set_read_timeout(Some(Duration::from_secs(1)))?;
        stream.write_all(&TLS_REQUEST)?;
        let mut answer = [0];
        stream.read_exact(&mut answer)?;
        Ok(answer[0])
    };
    ask().is_ok_and(|answer| answer == b'N' || answer == b'S')
}

/// A port on loopback that nobody listens on now.
fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?
        .local_addr()?
        .port())
}

/// A command that runs `program` as an ordinary user. `setpriv` becomes the program itself, so that the process id we
/// hold is the server's own.
fn as_server_user(program: &Path) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let user = OsString::from(SYSTEM_USER);
    let mut command = Command::new("setpriv");
    command
        .arg("--reuid")
        .arg(&user)
        .arg("--regid")
        .arg(&user)
        .arg("--clear-groups")
        .arg("--")
        .arg(program);
    command
}

/// Whether this process is root, read from the owner of its own entry in `/proc`.
fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0)
}

fn on_off(value: bool) -> &'static str {
    if value { "on" } else { "off" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn postgres_starts_answers_and_leaves_nothing() {
        let cluster = Cluster::start().expect("PostgreSQL starts");
        let url = cluster
            .create_database("账簿 \"one\"")
            .expect("a database is made");
        assert!(url.starts_with("postgres://postgres@127.0.0.1:"), "{url}");
        let url = cluster
            .create_database("books")
            .expect("a database is made");
        let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls)
            .await
            .expect("connects");
        let connection = tokio::spawn(connection);
        let row = client
            .query_one("select 1, current_setting('fsync'), '会签'", &[])
            .await
            .expect("answers");
        assert_eq!(row.get::<_, i32>(0), 1);
        assert_eq!(row.get::<_, &str>(1), "off");
        assert_eq!(row.get::<_, &str>(2), "会签");
        drop(client);
        let _ = connection.await;

        let (process, folder) = (cluster.process_id(), cluster.folder().to_owned());
        assert!(Path::new(&format!("/proc/{process}")).exists());
        drop(cluster);
        assert!(
            !Path::new(&format!("/proc/{process}")).exists(),
            "the server is still running"
        );
        assert!(!folder.exists(), "its folder is still there");
    }

    #[test]
    fn postgres_waits_for_the_disk_when_told() {
        let cluster = Cluster::start_with(true).expect("PostgreSQL starts");
        assert_eq!(
            cluster.query("postgres", "show fsync").expect("answers"),
            "on"
        );
        let refusal = cluster
            .query("postgres", "select * from nowhere")
            .expect_err("there is no such table");
        assert!(refusal.to_string().contains("nowhere"), "{refusal}");
    }

    #[test]
    fn postgres_starts_side_by_side() {
        let starters: Vec<_> = (0..3).map(|_| thread::spawn(Cluster::start)).collect();
        let clusters: Vec<_> = starters
            .into_iter()
            .map(|starter| starter.join().expect("no panic").expect("starts"))
            .collect();
        for cluster in &clusters {
            let folder = cluster
                .query("postgres", "show data_directory")
                .expect("answers");
            assert_eq!(Path::new(&folder), cluster.folder().join("data"));
        }
        let shared = Cluster::shared();
        assert!(std::ptr::eq(shared, Cluster::shared()));
        assert!(
            clusters
                .iter()
                .all(|cluster| cluster.port() != shared.port())
        );
    }
}
