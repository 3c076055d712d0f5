//! What `cargo metadata` says about the workspace and the crates it uses.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::Deserialize;

/// The part of cargo's answer that is used here.
#[derive(Debug, Deserialize)]
pub struct Metadata {
    /// Every crate; with `--no-deps` only those of the workspace.
    pub packages: Vec<Package>,
}

/// One crate.
#[derive(Debug, Deserialize)]
pub struct Package {
    /// Its name, with hyphens as published.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its licence as an SPDX expression.
    pub license: Option<String>,
    /// Where it comes from; nothing for a crate of the workspace.
    pub source: Option<String>,
    /// Its `Cargo.toml`.
    pub manifest_path: PathBuf,
    /// What it declares to use.
    pub dependencies: Vec<Dependency>,
}

/// One declared use of another crate.
#[derive(Debug, Deserialize)]
pub struct Dependency {
    /// The other crate's name.
    pub name: String,
    /// Nothing for an ordinary use, else `dev` or `build`.
    pub kind: Option<String>,
    /// The other crate's folder, when it is one of the workspace.
    pub path: Option<PathBuf>,
}

/// Asks cargo; `arguments` are added to the command.
///
/// # Errors
/// When cargo fails, with what it said.
pub fn read(root: &Path, arguments: &[&str]) -> Result<Metadata, String> {
    let text = cargo(
        root,
        &[&["metadata", "--format-version=1"], arguments].concat(),
    )?;
    serde_json::from_str(&text)
        .map_err(|error| format!("cargo metadata is not as expected: {error}"))
}

/// The names of all crates that come into the product itself, without what only tests use.
///
/// # Errors
/// When cargo fails, with what it said.
pub fn shipped(root: &Path, product: &str) -> Result<Vec<String>, String> {
    let text = cargo(
        root,
        &[
            "tree",
            "--package",
            product,
            "--edges=normal,build",
            "--prefix=none",
            "--format={p}",
        ],
    )?;
    let mut names: Vec<String> = text
        .lines()
        .filter_map(|line| line.split(' ').next())
        .map(str::to_owned)
        .collect();
    names.sort();
    names.dedup();
    Ok(names)
}

fn cargo(root: &Path, arguments: &[&str]) -> Result<String, String> {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(program)
        .args(arguments)
        .current_dir(root)
        .stdin(Stdio::null())
        .output();
    let output = output.map_err(|error| format!("cargo cannot be run: {error}"))?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).trim().to_owned());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
