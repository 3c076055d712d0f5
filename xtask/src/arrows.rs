//! Which crate may use which. Nothing runs back up.

use crate::metadata::{Metadata, Package};

/// The kind of crate that each business pack is, whatever its name.
const PACKS: &str = "packs";

/// Every crate of the house with the crates that it may use. A new crate is refused until it has its line here.
const ARROWS: &[(&str, &[&str])] = &[
    ("kernel", &[]),
    ("ledger", &["kernel"]),
    ("model", &["kernel"]),
    ("pack", &["model", "kernel"]),
    ("engine", &["model", "ledger", "kernel"]),
    ("store", &["engine", "model", "ledger", "kernel"]),
    ("print", &["model", "kernel"]),
    ("seal", &[]),
    ("notify", &["engine", "store", "seal", "model", "kernel"]),
    (
        "web",
        &[
            "engine", "store", "print", "notify", "seal", "model", "ledger", "kernel", "pack",
        ],
    ),
    (
        "testkit",
        &[
            "engine", "model", "ledger", "kernel", "pack", "store", "web",
        ],
    ),
    (PACKS, &["model", "kernel"]),
    (
        "countersign",
        &[
            "engine", "model", "ledger", "kernel", "pack", "store", "print", "seal", "notify",
            "web", "testkit", PACKS,
        ],
    ),
    (
        "bypass",
        &[
            "engine", "model", "kernel", "pack", "store", "web", "testkit", PACKS,
        ],
    ),
    ("xtask", &[]),
];

/// What tests may use besides, in every crate but the three at the bottom: they read packs and run stories.
const FOR_TESTS: &[&str] = &["pack", "testkit"];
/// The crates whose tests need nothing from above either.
const BOTTOM: &[&str] = &["kernel", "ledger", "model"];

/// Pages and their API are tried on a real pack.
const PAGES: &[(&str, &str)] = &[("web", PACKS)];

/// Libraries that belong to one job, with the crates that do it. Tests are free.
const OWNERS: &[(&str, &[&str])] = &[
    ("axum", &["web", "countersign", "bypass"]),
    ("deadpool-postgres", &["store"]),
    ("getrandom", &["web", "countersign"]),
    ("kdl", &["pack"]),
    ("maud", &["web", PACKS]),
    // The bench writes the same rows by bare SQL, to measure what the engine costs on top.
    ("rusqlite", &["store", "testkit", "bypass", "countersign"]),
    (
        "tokio",
        &["store", "notify", "web", "testkit", "countersign", "bypass"],
    ),
    (
        "tokio-postgres",
        &["store", "testkit", "bypass", "countersign"],
    ),
    ("typst", &["print"]),
    ("typst-pdf", &["print"]),
];

/// Every use that goes against the arrows, as sentences; none when the house is in order.
pub fn complaints(workspace: &Metadata) -> Vec<String> {
    workspace.packages.iter().flat_map(complaints_of).collect()
}

fn complaints_of(package: &Package) -> Vec<String> {
    let own = kind_of(&package.name, package.manifest_path.to_str());
    let Some((_, allowed)) = ARROWS.iter().find(|(name, _)| *name == own) else {
        return vec![format!(
            "the crate {} has no place in the house: give it a line in xtask/src/arrows.rs",
            own
        )];
    };
    let mut complaints = Vec::new();
    for used in &package.dependencies {
        let for_tests = used.kind.as_deref() == Some("dev");
        if let Some(path) = &used.path {
            let other = kind_of(&used.name, path.join("Cargo.toml").to_str());
            let may = allowed.contains(&other)
                || used.name == package.name
                || (for_tests && FOR_TESTS.contains(&other) && !BOTTOM.contains(&own))
                || (for_tests && PAGES.contains(&(own, other)));
            if !may {
                let tests = if for_tests { " in its tests" } else { "" };
                complaints.push(format!("{} may not use {}{tests}", package.name, used.name));
            }
        } else if let Some((library, owners)) =
            OWNERS.iter().find(|(library, _)| *library == used.name)
            && !for_tests
            && !owners.contains(&own)
        {
            complaints.push(format!(
                "{} may not use {library}: that is for {}",
                package.name,
                owners.join(", ")
            ));
        }
    }
    complaints
}

/// The name under which a crate stands in the tables: its own, or [`PACKS`] for those in the folder of that name.
fn kind_of<'a>(name: &'a str, manifest: Option<&str>) -> &'a str {
    if manifest.is_some_and(|path| path.contains("/packs/")) {
        PACKS
    } else {
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metadata::Dependency;

    fn package(
        name: &str,
        folder: &str,
        dependencies: &[(&str, Option<&str>, Option<&str>)],
    ) -> Metadata {
        let dependencies = dependencies.iter().map(|(name, kind, path)| Dependency {
            name: (*name).to_owned(),
            kind: kind.map(str::to_owned),
            path: path.map(Into::into),
        });
        let package = Package {
            name: name.to_owned(),
            version: "0.1.0".to_owned(),
            license: None,
            source: None,
            manifest_path: format!("{folder}/Cargo.toml").into(),
            dependencies: dependencies.collect(),
        };
        Metadata {
            packages: vec![package],
        }
    }

    #[test]
    fn an_arrow_that_runs_up_is_found() {
        let up = package(
            "engine",
            "/h/crates/engine",
            &[("store", None, Some("/h/crates/store"))],
        );
        assert_eq!(complaints(&up), ["engine may not use store"]);
        let down = package(
            "store",
            "/h/crates/store",
            &[("engine", None, Some("/h/crates/engine"))],
        );
        assert!(complaints(&down).is_empty());
        let build = package(
            "kernel",
            "/h/crates/kernel",
            &[("model", Some("build"), Some("/h/crates/model"))],
        );
        assert_eq!(complaints(&build), ["kernel may not use model"]);
    }

    #[test]
    fn a_pack_may_not_know_another_pack_nor_the_engine() {
        let other = package(
            "gsp",
            "/h/packs/gsp",
            &[("books", None, Some("/h/packs/books"))],
        );
        assert_eq!(complaints(&other), ["gsp may not use books"]);
        let engine = package(
            "gsp",
            "/h/packs/gsp",
            &[("engine", Some("dev"), Some("/h/crates/engine"))],
        );
        assert_eq!(complaints(&engine), ["gsp may not use engine in its tests"]);
        let tests = package(
            "gsp",
            "/h/packs/gsp",
            &[("testkit", Some("dev"), Some("/h/crates/testkit"))],
        );
        assert!(complaints(&tests).is_empty());
    }

    #[test]
    fn a_library_out_of_place_and_a_crate_without_one_are_found() {
        let library = package("engine", "/h/crates/engine", &[("tokio", None, None)]);
        assert_eq!(
            complaints(&library),
            [
                "engine may not use tokio: that is for store, notify, web, testkit, countersign, bypass"
            ]
        );
        assert!(
            complaints(&package(
                "engine",
                "/h/crates/engine",
                &[("tokio", Some("dev"), None)]
            ))
            .is_empty()
        );
        assert_eq!(
            complaints(&package("attic", "/h/crates/attic", &[])).len(),
            1
        );
    }
}
