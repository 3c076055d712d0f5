//! The sample pack that the tests of this kit run on.

use std::path::Path;
use std::sync::Arc;

use model::{Catalog, Pack, SourceText};

/// The texts of the sample pack and its scenarios.
pub fn texts() -> (Vec<SourceText>, Vec<SourceText>) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/depot");
    let mut all = Vec::new();
    for folder in ["", "flows"] {
        let mut files: Vec<_> = std::fs::read_dir(root.join(folder))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        files.sort();
        for file in files.iter().filter(|file| file.is_file()) {
            let path = file
                .strip_prefix(&root)
                .unwrap()
                .to_str()
                .unwrap()
                .to_owned();
            all.push(SourceText {
                path,
                text: std::fs::read_to_string(file).unwrap(),
            });
        }
    }
    all.into_iter()
        .partition(|text| text.path.ends_with(".kdl"))
}

/// The sample pack.
pub fn depot() -> Pack {
    pack::read(&texts().0, &[]).unwrap_or_else(|complaints| panic!("{complaints}"))
}

/// A catalog with the sample pack alone.
pub fn catalog() -> Catalog {
    Catalog::new([Arc::new(depot())])
}
