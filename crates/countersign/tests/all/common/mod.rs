//! The program as a user runs it: real processes on folders of their own.
#![allow(dead_code, reason = "every test file uses a part of it")]

pub mod browser;

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

/// The root of the repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The program, in English, with nothing of this machine's settings.
pub fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_countersign"));
    // Whatever it makes beside the folders that it is told, it makes here and not among the sources.
    command.current_dir(env!("CARGO_TARGET_TMPDIR"));
    command.env_remove("COUNTERSIGN_DATABASE_URL");
    command.env_remove("RUST_LOG");
    command.env_remove("LC_ALL");
    command.env_remove("LC_MESSAGES");
    command.env("LANG", "C.UTF-8");
    command
}

/// What a run of the program said and how it ended.
#[derive(Debug)]
pub struct Ran {
    /// Exit code.
    pub code: i32,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl Ran {
    /// The last line of standard output, as JSON.
    pub fn json(&self) -> serde_json::Value {
        let last = self.out.lines().last().unwrap_or_default();
        serde_json::from_str(last).unwrap_or_else(|error| panic!("no JSON ({error}): {self:?}"))
    }

    /// Asserts the exit code.
    #[track_caller]
    pub fn ended(self, code: i32) -> Ran {
        assert_eq!(self.code, code, "out: {}\nerr: {}", self.out, self.err);
        self
    }
}

/// Runs the program with words.
pub fn run<S: AsRef<std::ffi::OsStr>>(words: &[S]) -> Ran {
    run_with(words, "")
}

/// Runs the program with words and standard input.
pub fn run_with<S: AsRef<std::ffi::OsStr>>(words: &[S], input: &str) -> Ran {
    let mut child = program()
        .args(words)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut stdin = child.stdin.take().expect("it has an input");
    // A program that does not read its input may have closed it.
    let _ = stdin.write_all(input.as_bytes());
    drop(stdin);
    let output = child.wait_with_output().expect("the program ends");
    Ran {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8_lossy(&output.stdout).into_owned(),
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// A server that runs; dropping it stops it as an operator would.
pub struct Server {
    child: Child,
    /// Where it listens.
    pub address: SocketAddr,
    /// What it said when it started.
    pub banner: String,
}

impl Server {
    /// Starts a server on a folder; `words` come after `serve`.
    pub fn start(folder: &Path, words: &[&str]) -> Server {
        Server::start_at(folder, words, "127.0.0.1:0")
    }

    /// The same at an address of one's choice.
    pub fn start_at(folder: &Path, words: &[&str], address: &str) -> Server {
        Server::begin(folder, words, address, "C.UTF-8")
    }

    /// The same for people of a language, as the environment's `LANG` says it.
    pub fn start_in(folder: &Path, words: &[&str], lang: &str) -> Server {
        Server::begin(folder, words, "127.0.0.1:0", lang)
    }

    fn begin(folder: &Path, words: &[&str], address: &str, lang: &str) -> Server {
        let mut child = program()
            .env("LANG", lang)
            .arg("serve")
            .args(words)
            .args(["--listen", address, "--data"])
            .arg(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the server starts");
        let mut out = BufReader::new(child.stdout.take().expect("it has an output"));
        let mut banner = String::new();
        while !banner.contains("Ctrl-C") {
            let read = out.read_line(&mut banner).expect("it speaks");
            assert!(read > 0, "the server ended: {banner}");
        }
        // Read on, so that it never waits for somebody to listen.
        std::thread::spawn(move || std::io::copy(&mut out, &mut std::io::sink()));
        let address = banner
            .split_once("http://")
            .and_then(|(_, rest)| rest.split('/').next()?.parse().ok())
            .expect("it says where it listens");
        Server {
            child,
            address,
            banner,
        }
    }

    /// Asks it to stop and waits; gives its exit code.
    pub fn stop(mut self) -> i32 {
        self.end().unwrap_or(-1)
    }

    /// The process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    fn end(&mut self) -> Option<i32> {
        let asked = Command::new("kill")
            .args(["-TERM", &self.child.id().to_string()])
            .status();
        assert!(asked.expect("kill runs").success());
        self.child.wait().ok()?.code()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

/// A demo company in a folder of its own, with nobody serving it.
pub struct Demo {
    folder: TempDir,
    /// Passwords by login.
    pub logins: BTreeMap<String, String>,
}

impl Demo {
    /// Makes it by starting and stopping a server.
    pub fn make() -> Demo {
        let folder = tempfile::tempdir().expect("a folder");
        let server = Server::start(folder.path(), &["--demo"]);
        assert_eq!(server.stop(), 0);
        let demo = Demo {
            folder,
            logins: BTreeMap::new(),
        };
        let text = std::fs::read_to_string(demo.path("demo-logins.json")).expect("passwords");
        let value: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        let logins = serde_json::from_value(value["logins"].clone()).expect("log-ins");
        Demo { logins, ..demo }
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A path in the folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs the program on it.
    pub fn run(&self, words: &[&str]) -> Ran {
        self.run_as("", words)
    }

    /// Runs the program on it, with the administrator's password on standard input.
    pub fn run_as_administrator(&self, words: &[&str]) -> Ran {
        let input = format!("{}\n", self.logins["admin"]);
        let mut all = words.to_vec();
        all.push("--password-stdin");
        self.run_as(&input, &all)
    }

    /// Runs the program as the administrator and kills it as soon as something is so; whether it was still running then.
    pub fn killed_when(&self, words: &[&str], so: impl Fn() -> bool) -> bool {
        let folder = self.folder().to_string_lossy().into_owned();
        let mut child = program()
            .args(words)
            .args(["--password-stdin", "--data", &folder])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts");
        let mut stdin = child.stdin.take().expect("it has an input");
        writeln!(stdin, "{}", self.logins["admin"]).expect("it reads the password");
        drop(stdin);
        while !so() {
            if !matches!(child.try_wait(), Ok(None)) {
                return false;
            }
            std::thread::sleep(std::time::Duration::from_millis(2));
        }
        let running = matches!(child.try_wait(), Ok(None));
        child.kill().expect("it can be killed");
        child.wait().expect("it ends");
        running
    }

    fn run_as(&self, input: &str, words: &[&str]) -> Ran {
        let folder = self.folder().to_string_lossy().into_owned();
        let mut all = words.to_vec();
        all.extend(["--data", &folder]);
        run_with(&all, input)
    }

    /// Where the journal ends: its last row and that row's hash.
    pub fn head(&self) -> String {
        self.run(&["verify", "--json"]).ended(0).json()["report"]["heads"].to_string()
    }

    /// The rows of the journal: seq, at, actor, act, slip, outcome, code, key, request, reply, prev, hash.
    pub fn journal(&self) -> Vec<Vec<String>> {
        let file = self.at("journal.csv");
        self.run(&["export", "journal", &file]).ended(0);
        let mut reader = csv::Reader::from_path(&file).expect("the export");
        let rows = reader.records().map(|row| row.expect("a row"));
        rows.map(|row| row.iter().map(str::to_owned).collect())
            .collect()
    }

    /// A path in the folder as text.
    pub fn at(&self, name: &str) -> String {
        self.path(name).to_string_lossy().into_owned()
    }
}

/// Copies a folder with everything in it.
pub fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder").flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("copies");
        }
    }
}
