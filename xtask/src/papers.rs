//! The papers name only what exists: every path in code spans and links of a Markdown file.

use std::path::Path;

/// How a code span begins that means a path of this project.
const FOLDERS: &[&str] = &[
    "crates/", "packs/", "xtask/", "docs/", "tests/", ".ci/", ".config/", ".cargo/",
];

/// Paths that a paper names and that are not there, as sentences.
pub fn missing_paths(root: &Path, paper: &str, text: &str) -> Vec<String> {
    let folder = root.join(paper);
    let folder = folder.parent().unwrap_or(root);
    let mut complaints = Vec::new();
    let mut fenced = false;
    for (number, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
            continue;
        }
        if fenced {
            continue;
        }
        let spans = spans(line).into_iter().filter(|path| !exists(root, path));
        let links = links(line).into_iter().filter(|path| !exists(folder, path));
        for path in spans.chain(links) {
            complaints.push(format!("{paper}:{}: there is no {path}", number + 1));
        }
    }
    complaints
}

/// The paths in the code spans of a line. Patterns with a placeholder are no paths.
fn spans(line: &str) -> Vec<&str> {
    let quoted = line.split('`').skip(1).step_by(2);
    let paths = quoted.filter(|span| FOLDERS.iter().any(|folder| span.starts_with(folder)));
    let paths = paths.filter(|span| !span.contains([' ', '<', '{', '…']));
    paths
        .map(|span| span.split_once(':').map_or(span, |(path, _)| path))
        .collect()
}

/// The targets of a line's links within the project.
fn links(line: &str) -> Vec<&str> {
    let targets = line
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split_once(')'))
        .map(|(target, _)| target);
    let targets = targets.map(|target| target.split_once('#').map_or(target, |(path, _)| path));
    targets
        .filter(|target| !target.is_empty() && !target.contains(':'))
        .collect()
}

/// Whether a path is there; `*` stands for any one name.
fn exists(folder: &Path, path: &str) -> bool {
    match path.split_once('/') {
        Some(("", rest)) => exists(folder, rest),
        None if path.is_empty() => folder.exists(),
        Some(("*", rest)) => names(folder)
            .iter()
            .any(|name| exists(&folder.join(name), rest)),
        Some((name, rest)) => exists(&folder.join(name), rest),
        None => match path.split_once('*') {
            Some((head, tail)) => names(folder)
                .iter()
                .any(|name| name.starts_with(head) && name.ends_with(tail)),
            None => folder.join(path).exists(),
        },
    }
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_that_is_not_there_is_found() {
        let text = "see `xtask/src/papers.rs:12`, `crates/*/Cargo.toml`, `xtask/src/*.rs`, [laws](xtask/src/laws.rs#x)\n\
                    `crates/attic/src/lib.rs` and [gone](gone.md) and `packs/*/nothing.kdl`\n\
                    ```\n`crates/in_a_fence`\n```\n`packs/<name>/x.kdl` [out](https://example.com/a)";
        let found = missing_paths(&crate::root(), "README.md", text);
        let expected = ["crates/attic/src/lib.rs", "packs/*/nothing.kdl", "gone.md"];
        assert_eq!(
            found,
            expected.map(|path| format!("README.md:2: there is no {path}"))
        );
    }
}
