//! Keeps a started server from outliving the test that started it, however that test ends.
//!
//! `Drop` alone is not enough: it does not run for a `static`, nor when a test is killed for taking too long. So a
//! small shell process holds the reading end of a pipe whose writing end is ours. When we let go of it, on purpose or
//! by dying, the shell stops the server and removes its folder.

use std::io;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// What the shell does: wait for the end of the pipe, ask the server to stop (`$2` is the signal to ask with), insist
/// after five seconds, wait for whatever else runs with the folder on its command line (a browser ends a little after
/// its driver), insist after two seconds, remove the folder.
///
/// The server is our own child and not reaped before this has seen it end, so its id cannot have gone to another
/// process. The folder's name is random and unique, and kept out of this shell's and of grep's own command line.
const SCRIPT: &str = r#"
cat >/dev/null
kill -s "$2" "$1" 2>/dev/null
n=0
while kill -0 "$1" 2>/dev/null && [ $n -lt 100 ]; do sleep 0.05; n=$((n + 1)); done
kill -s KILL "$1" 2>/dev/null
users() { printf %s "$FOLDER" | grep -lsF -f - /proc/[0-9]*/cmdline; }
n=0
while left=$(users) && [ $n -lt 40 ]; do sleep 0.05; n=$((n + 1)); done
for file in $left; do file=${file#/proc/}; kill -s KILL "${file%/cmdline}" 2>/dev/null; done
n=0
until rm -rf -- "$FOLDER" 2>/dev/null || [ $n -gt 40 ]; do sleep 0.05; n=$((n + 1)); done
"#;

/// A server process with a folder of its own; both are gone when this is dropped or when this process dies.
#[derive(Debug)]
pub struct Guard {
    server: Child,
    watcher: Child,
}

impl Guard {
    /// Starts `server` in a process group of its own and watches over it. `signal` is the name (`QUIT`, `TERM`) of
    /// the signal that makes this server stop at once; `folder` is removed afterwards.
    ///
    /// # Errors
    /// When either process cannot be started; then neither is left running.
    pub fn start(mut server: Command, signal: &str, folder: &Path) -> io::Result<Guard> {
        let mut server = server.process_group(0).stdin(Stdio::null()).spawn()?;
        let watcher = Command::new("/bin/sh")
            .args(["-c", SCRIPT, "guard", &server.id().to_string(), signal])
            .env("FOLDER", folder)
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        match watcher {
            Ok(watcher) => Ok(Guard { server, watcher }),
            Err(error) => {
                server.kill()?;
                server.wait()?;
                Err(error)
            }
        }
    }

    /// The process id of the server.
    pub fn id(&self) -> u32 {
        self.server.id()
    }

    /// Whether the server has ended by itself.
    ///
    /// # Errors
    /// When the operating system does not tell.
    pub fn ended(&mut self) -> io::Result<bool> {
        Ok(self.server.try_wait()?.is_some())
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        // Closing the pipe wakes the watcher; reaping the server tells the watcher that it is gone.
        drop(self.watcher.stdin.take());
        let _ = self.server.wait();
        let _ = self.watcher.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, Instant};
    use std::{env, fs, thread};

    /// Set for the second process of the test below: the folder that its server is to have.
    const FOLDER: &str = "TESTKIT_GUARD_FOLDER";

    #[test]
    fn a_server_does_not_outlive_a_process_that_dies() {
        if let Some(folder) = env::var_os(FOLDER) {
            let folder = Path::new(&folder);
            let mut server = Command::new("sleep");
            server.arg("600");
            let guard = Guard::start(server, "TERM", folder).expect("starts");
            fs::write(folder.with_extension("id"), guard.id().to_string()).expect("writes");
            // Dies as under `kill -9`: nothing is dropped, nothing is unwound.
            std::process::abort();
        }
        let outer = tempfile::tempdir().expect("a folder");
        let folder = outer.path().join("server");
        fs::create_dir(&folder).expect("a folder");
        let ended = Command::new(env::current_exe().expect("this program"))
            .args([
                "--exact",
                "guard::tests::a_server_does_not_outlive_a_process_that_dies",
            ])
            .env(FOLDER, &folder)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .expect("starts");
        assert!(!ended.success());
        let id = fs::read_to_string(folder.with_extension("id")).expect("the server was started");
        let started = Instant::now();
        while started.elapsed() < Duration::from_secs(20) && folder.exists() {
            thread::sleep(Duration::from_millis(20));
        }
        assert!(!folder.exists(), "the folder is still there");
        // A process that nobody reaps keeps its entry, but has no command line any more.
        let line = fs::read_to_string(format!("/proc/{id}/cmdline")).unwrap_or_default();
        assert!(!line.contains("sleep"), "the server still runs");
    }
}
