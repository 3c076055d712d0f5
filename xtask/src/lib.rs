//! What this house asks of its own sources, held mechanically: which crate may use which, which licences come in, and
//! the laws that show in the text of a file. `xtask/tests/house.rs` runs these over the whole tree.

pub mod arrows;
pub mod laws;
pub mod licence;
pub mod metadata;
pub mod papers;
pub mod source;

use std::path::{Path, PathBuf};

/// The project's root folder.
pub fn root() -> PathBuf {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    own.parent().unwrap_or(own).to_owned()
}

/// All files below a folder whose names end in `.` and one of `extensions`, in a stable order. Folders called
/// `target`, `data` and those whose name begins with a dot are left out.
pub fn files_below(folder: &Path, extensions: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            let name = entry.file_name().to_string_lossy().into_owned();
            if path.is_dir() {
                if !name.starts_with('.') && name != "target" && name != "data" {
                    open.push(path);
                }
            } else if path
                .extension()
                .is_some_and(|own| extensions.iter().any(|one| own == *one))
            {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}
