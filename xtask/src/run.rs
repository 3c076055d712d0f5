//! Runs the steps one after the other and says how long each took.

use std::ffi::OsString;
use std::fs;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use xtask::files_below;

/// A variable of the environment and its value.
pub type Variable = (&'static str, OsString);

/// What makes Cargo's own build lint the workspace as `cargo clippy -- -D warnings` does. `cargo clippy` itself only
/// checks, so that every crate that comes in would be compiled once for the lints and once for the tests.
///
/// # Errors
/// When this Rust has no clippy.
pub fn linting() -> Result<Vec<Variable>, String> {
    let found = Command::new("rustc").args(["--print", "sysroot"]).output();
    let found = found.map_err(|error| format!("rustc cannot be started: {error}"))?;
    let sysroot = String::from_utf8_lossy(&found.stdout);
    let driver = Path::new(sysroot.trim()).join("bin/clippy-driver");
    if !driver.is_file() {
        return Err("clippy is missing: rustup component add clippy".to_owned());
    }
    // Arguments are handed over as `cargo clippy` hands them to its driver.
    let denied = "-D__CLIPPY_HACKERY__warnings__CLIPPY_HACKERY__";
    Ok(vec![
        ("RUSTC_WORKSPACE_WRAPPER", driver.into_os_string()),
        ("CLIPPY_ARGS", denied.into()),
    ])
}

/// Says what comes now.
pub fn headline(title: &str, detail: &str) {
    println!("── {title} · {detail}");
}

/// Runs one step in the project's folder.
///
/// # Errors
/// When the program cannot be started or fails; it has said why by then.
pub fn step(title: &str, program: &str, arguments: &[&str]) -> Result<(), String> {
    step_with(title, program, arguments, &[])
}

/// As [`step`], with variables of the environment.
///
/// # Errors
/// As [`step`].
pub fn step_with(
    title: &str,
    program: &str,
    arguments: &[&str],
    variables: &[Variable],
) -> Result<(), String> {
    headline(title, &format!("{program} {}", arguments.join(" ")));
    let started = Instant::now();
    let status = Command::new(program)
        .args(arguments)
        .envs(variables.iter().map(|(name, value)| (name, value)))
        .current_dir(xtask::root())
        .stdin(Stdio::null())
        .status();
    let status =
        status.map_err(|error| format!("{title}: {program} cannot be started: {error}"))?;
    if !status.success() {
        return Err(format!(
            "{title}: {program} {} failed ({status})",
            arguments.join(" ")
        ));
    }
    println!("   {} s", started.elapsed().as_secs());
    Ok(())
}

/// Becomes the last step, so that what it says last is the last line and its exit code is ours. Comes back only with
/// the reason why it could not.
pub fn last(title: &str, program: &str, arguments: &[&str], variables: &[Variable]) -> String {
    headline(title, &format!("{program} {}", arguments.join(" ")));
    let error = Command::new(program)
        .args(arguments)
        .envs(variables.iter().map(|(name, value)| (name, value)))
        // The tests of the whole workspace build the program first; those that run it need not build it themselves.
        .env("COUNTERSIGN_BUILT", "1")
        .current_dir(xtask::root())
        .stdin(Stdio::null())
        .exec();
    format!("{title}: {program} cannot be started: {error}")
}

/// Whether any documentation of the project holds an example that can be compiled: nextest does not run those, and
/// asking rustdoc costs a second per crate.
pub fn has_doc_examples(root: &Path) -> bool {
    let sources = ["crates", "packs"]
        .iter()
        .flat_map(|folder| files_below(&root.join(folder), &["rs"]));
    sources
        .into_iter()
        .any(|path| fs::read_to_string(path).is_ok_and(|text| has_example(&text)))
}

/// Whether a fence in a documentation comment opens without the name of another language.
fn has_example(text: &str) -> bool {
    let mut open = false;
    for line in text.lines() {
        let line = line.trim_start();
        let comment = line
            .strip_prefix("///")
            .or_else(|| line.strip_prefix("//!"));
        if let Some(language) = comment.and_then(|comment| comment.trim_start().strip_prefix("```"))
        {
            let rust = matches!(
                language.trim(),
                "" | "rust" | "should_panic" | "no_run" | "compile_fail"
            );
            if !open && rust {
                return true;
            }
            open = !open;
        }
    }
    false
}

/// Does what a build server does: checks out what is committed into an empty folder and runs `.ci/run` there. A
/// folder `shared` beside the project, with data that only tests read, is made visible to the copy.
///
/// # Errors
/// When the checkout or the run fails.
pub fn from_clean_checkout(root: &Path) -> Result<(), String> {
    let folder = std::env::temp_dir().join(format!("countersign-ci-{}", std::process::id()));
    let copy = folder.join("main");
    let done = checkout(root, &folder, &copy).and_then(|()| {
        let started = Instant::now();
        headline("clean run", &format!("{}/.ci/run", copy.display()));
        let mut command = Command::new("bash");
        // Cargo tells its children where the outer project is; the copy must not hear of it.
        for (name, _) in
            std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("CARGO_"))
        {
            if name != "CARGO_HOME" {
                command.env_remove(name);
            }
        }
        let status = command
            .arg(".ci/run")
            .current_dir(&copy)
            .stdin(Stdio::null())
            .status();
        let status = status.map_err(|error| format!("bash cannot be started: {error}"))?;
        let seconds = started.elapsed().as_secs();
        println!("── clean run · {} min {} s", seconds / 60, seconds % 60);
        if status.success() {
            Ok(())
        } else {
            Err(format!(".ci/run failed ({status})"))
        }
    });
    if let Err(error) = fs::remove_dir_all(&folder) {
        eprintln!("{} stays: {error}", folder.display());
    }
    done
}

fn checkout(root: &Path, folder: &Path, copy: &Path) -> Result<(), String> {
    fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    if let Some(shared) = root
        .parent()
        .map(|parent| parent.join("shared"))
        .filter(|shared| shared.exists())
    {
        let link = std::os::unix::fs::symlink(shared, folder.join("shared"));
        link.map_err(|error| format!("{}: {error}", folder.display()))?;
    }
    let clone = Command::new("git")
        .args(["clone", "--quiet"])
        .arg(root)
        .arg(copy)
        .status();
    match clone {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("git clone failed ({status})")),
        Err(error) => Err(format!("git cannot be started: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_example_is_told_from_a_text() {
        assert!(has_example("/// ```\n/// let a = 1;\n/// ```"));
        assert!(has_example(
            "//! ```text\n//! a\n//! ```\n//! ```rust\n//! b\n//! ```"
        ));
        assert!(!has_example(
            "/// ```text\n/// a\n/// ```\nlet a = \"```\";"
        ));
    }
}
