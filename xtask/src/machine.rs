//! What must be installed on the machine, and how it gets there.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::run;

/// How much of the test run is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// Everything, with PostgreSQL and a browser.
    All,
    /// What Rust alone can do.
    Rust,
}

/// What runs the tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Runner {
    /// cargo-nextest, with the profiles of `.config/nextest.toml`.
    Nextest,
    /// cargo's own, when nextest can be neither found nor installed.
    Cargo,
}

impl Runner {
    /// The arguments after `cargo`.
    pub fn arguments(self, needs: Needs) -> Vec<&'static str> {
        match (self, needs) {
            (Runner::Nextest, Needs::All) => vec!["nextest", "run", "--workspace", "--profile=ci"],
            (Runner::Nextest, Needs::Rust) => {
                vec!["nextest", "run", "--workspace", "--profile=fast"]
            }
            (Runner::Cargo, Needs::All) => vec!["test", "--workspace"],
            (Runner::Cargo, Needs::Rust) => {
                vec![
                    "test",
                    "--workspace",
                    "--",
                    "--skip=postgres",
                    "--skip=browser",
                ]
            }
        }
    }
}

/// A package of Debian, and how one sees that it is there.
type Package = (&'static str, fn() -> bool);

/// What the tests need besides Rust.
const PACKAGES: &[Package] = &[
    ("postgresql", has_postgresql),
    ("chromium", || Path::new("/usr/bin/chromium").exists()),
    ("chromium-driver", || {
        Path::new("/usr/bin/chromedriver").exists()
    }),
    ("fonts-noto-cjk", has_chinese_font),
    ("poppler-utils", || on_path("pdftotext")),
];

/// Makes sure that all that is needed is installed, and says what runs the tests.
///
/// # Errors
/// With the exact command to run, when something is missing that this process may not install.
pub fn prepare(needs: Needs) -> Result<Runner, String> {
    if needs == Needs::All {
        install_packages()?;
    }
    if !has_cargo_command("nextest") {
        let install = ["install", "--locked", "cargo-nextest"];
        if let Err(complaint) = run::step("the test runner is missing", "cargo", &install) {
            eprintln!("{complaint}; cargo's own runner serves instead");
            return Ok(Runner::Cargo);
        }
    }
    Ok(Runner::Nextest)
}

/// Whether cargo has a command of this name.
pub fn has_cargo_command(name: &str) -> bool {
    let mut command = Command::new("cargo");
    let quiet = command
        .args([name, "--version"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    quiet.status().is_ok_and(|status| status.success())
}

fn install_packages() -> Result<(), String> {
    let missing = missing_packages();
    if missing.is_empty() {
        return Ok(());
    }
    let command = format!(
        "apt-get install --yes --no-install-recommends {}",
        missing.join(" ")
    );
    if !on_path("apt-get") || !is_root() {
        return Err(format!(
            "these are missing: {}\n  run as root: {command}\n  or leave out what needs them: cargo xtask test --fast",
            missing.join(", ")
        ));
    }
    let install = format!("apt-get update --quiet && DEBIAN_FRONTEND=noninteractive {command}");
    run::step("packages are missing", "sh", &["-c", &install])?;
    let still = missing_packages();
    if still.is_empty() {
        Ok(())
    } else {
        Err(format!(
            "installed, and yet not found: {}",
            still.join(", ")
        ))
    }
}

fn missing_packages() -> Vec<&'static str> {
    PACKAGES
        .iter()
        .filter(|(_, there)| !there())
        .map(|(name, _)| *name)
        .collect()
}

fn has_postgresql() -> bool {
    let versions = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten();
    versions
        .into_iter()
        .any(|version| version.path().join("bin/initdb").exists())
        || on_path("initdb")
}

fn has_chinese_font() -> bool {
    Path::new("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc").exists()
        || Command::new("fc-list")
            .arg(":lang=zh")
            .output()
            .is_ok_and(|output| !output.stdout.is_empty())
}

fn on_path(program: &str) -> bool {
    std::env::var_os("PATH")
        .is_some_and(|path| std::env::split_paths(&path).any(|one| one.join(program).exists()))
}

/// Whether this process is root, asked of `id` since the standard library does not say.
fn is_root() -> bool {
    Command::new("id")
        .arg("-u")
        .output()
        .is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}
