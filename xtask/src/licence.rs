//! Whether every crate that comes in has a licence that this house accepts, comes from the public registry and is not
//! one that was decided against. The lists are those of `deny.toml`, which `cargo deny` reads too.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::Deserialize;

use crate::metadata::{self, Package};

/// The one registry that crates come from.
const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";
/// The crate that is the product: what it is made of may have no exception.
const PRODUCT: &str = "countersign";

/// The part of `deny.toml` that is read here.
#[derive(Debug, Deserialize)]
struct Policy {
    licenses: Licences,
    bans: Bans,
}

#[derive(Debug, Deserialize)]
struct Licences {
    allow: Vec<String>,
    #[serde(default)]
    exceptions: Vec<Exception>,
}

#[derive(Debug, Deserialize)]
struct Exception {
    #[serde(rename = "crate")]
    name: String,
    allow: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Bans {
    #[serde(default)]
    deny: Vec<Ban>,
}

#[derive(Debug, Deserialize)]
struct Ban {
    #[serde(rename = "crate")]
    name: String,
    #[serde(default)]
    reason: String,
}

/// What was found out about the crates that come in.
#[derive(Debug)]
pub struct Findings {
    /// How many crates were looked at.
    pub crates: usize,
    /// Crates that come in more than one version: worth knowing, not refused.
    pub twice: Vec<String>,
    /// What is refused, as sentences.
    pub refused: Vec<String>,
}

/// Looks at every crate that `Cargo.lock` brings in.
///
/// # Errors
/// When cargo fails or `deny.toml` cannot be read.
pub fn check(root: &Path) -> Result<Findings, String> {
    let policy = fs::read_to_string(root.join("deny.toml"))
        .map_err(|error| format!("deny.toml: {error}"))?;
    let policy: Policy = toml::from_str(&policy).map_err(|error| format!("deny.toml: {error}"))?;
    let packages = metadata::read(root, &[])?.packages;
    let shipped = metadata::shipped(root, PRODUCT)?;

    let mut refused: Vec<String> = packages
        .iter()
        .flat_map(|package| refusals(&policy, package))
        .collect();
    let excepted = policy
        .licenses
        .exceptions
        .iter()
        .filter(|one| shipped.contains(&one.name));
    refused.extend(excepted.map(|one| {
        format!(
            "{} is an exception for tests, and comes into the product",
            one.name
        )
    }));
    let mut versions: BTreeMap<&str, usize> = BTreeMap::new();
    for package in &packages {
        *versions.entry(&package.name).or_default() += 1;
    }
    let twice = versions
        .iter()
        .filter(|(_, count)| **count > 1)
        .map(|(name, _)| (*name).to_owned())
        .collect();
    Ok(Findings {
        crates: packages.len(),
        twice,
        refused,
    })
}

fn refusals(policy: &Policy, package: &Package) -> Vec<String> {
    let who = format!("{} {}", package.name, package.version);
    let mut refusals = Vec::new();
    if let Some(source) = package.source.as_ref().filter(|source| *source != REGISTRY) {
        refusals.push(format!("{who} comes from {source}"));
    }
    if let Some(ban) = policy.bans.deny.iter().find(|ban| ban.name == package.name) {
        refusals.push(format!("{who} was decided against: {}", ban.reason));
    }
    let exception = policy
        .licenses
        .exceptions
        .iter()
        .find(|one| one.name == package.name);
    let exception = exception.map_or(&[][..], |one| &one.allow);
    let allowed = |licence: &str| {
        policy
            .licenses
            .allow
            .iter()
            .chain(exception)
            .any(|one| one == licence)
    };
    match package
        .license
        .as_deref()
        .map(|licence| (licence, permits(licence, &allowed)))
    {
        Some((_, Ok(true))) => {}
        Some((licence, Ok(false))) => refusals.push(format!(
            "{who} is under {licence}, which deny.toml does not allow"
        )),
        Some((licence, Err(error))) => {
            refusals.push(format!("{who} has the licence `{licence}`: {error}"))
        }
        None => refusals.push(format!("{who} names no licence")),
    }
    refusals
}

/// Whether an SPDX expression can be satisfied with allowed licences alone. The old form `MIT/Apache-2.0` is an `OR`.
///
/// # Errors
/// When the expression cannot be read.
pub fn permits(expression: &str, allowed: &dyn Fn(&str) -> bool) -> Result<bool, String> {
    let spaced = expression
        .replace('(', " ( ")
        .replace(')', " ) ")
        .replace('/', " OR ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let (value, rest) = any_of(&words, allowed)?;
    if rest.is_empty() {
        Ok(value)
    } else {
        Err(format!("unexpected `{}`", rest.join(" ")))
    }
}

type Read<'a, 'b> = Result<(bool, &'a [&'b str]), String>;

fn any_of<'a, 'b>(words: &'a [&'b str], allowed: &dyn Fn(&str) -> bool) -> Read<'a, 'b> {
    let (mut value, mut rest) = all_of(words, allowed)?;
    while let ["OR", after @ ..] = rest {
        let (next, after) = all_of(after, allowed)?;
        (value, rest) = (value || next, after);
    }
    Ok((value, rest))
}

fn all_of<'a, 'b>(words: &'a [&'b str], allowed: &dyn Fn(&str) -> bool) -> Read<'a, 'b> {
    let (mut value, mut rest) = one(words, allowed)?;
    while let ["AND", after @ ..] = rest {
        let (next, after) = one(after, allowed)?;
        (value, rest) = (value && next, after);
    }
    Ok((value, rest))
}

fn one<'a, 'b>(words: &'a [&'b str], allowed: &dyn Fn(&str) -> bool) -> Read<'a, 'b> {
    match words {
        ["(", rest @ ..] => match any_of(rest, allowed)? {
            (value, [")", rest @ ..]) => Ok((value, rest)),
            _ => Err("a bracket is not closed".to_owned()),
        },
        [] | ["OR" | "AND" | "WITH" | ")", ..] => Err("a licence is missing".to_owned()),
        [licence, "WITH", exception, rest @ ..] => {
            Ok((allowed(&format!("{licence} WITH {exception}")), rest))
        }
        [licence, rest @ ..] => Ok((allowed(licence), rest)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expression_needs_one_way_that_is_allowed() {
        let allowed = |licence: &str| {
            matches!(
                licence,
                "MIT" | "Apache-2.0" | "Apache-2.0 WITH LLVM-exception"
            )
        };
        for good in [
            "MIT",
            "MIT/GPL-3.0",
            "GPL-3.0 OR MIT",
            "(MIT OR GPL-2.0) AND Apache-2.0",
        ] {
            assert_eq!(permits(good, &allowed), Ok(true), "{good}");
        }
        assert_eq!(
            permits("Apache-2.0 WITH LLVM-exception", &allowed),
            Ok(true)
        );
        for bad in [
            "AGPL-3.0",
            "MIT AND GPL-3.0-only",
            "(MIT AND LGPL-2.1) OR MPL-2.0",
            "MIT WITH x",
            "",
        ] {
            assert_ne!(permits(bad, &allowed), Ok(true), "{bad}");
        }
        for broken in ["MIT OR", "(MIT", "MIT Apache-2.0", "AND MIT", "MIT)"] {
            assert!(permits(broken, &allowed).is_err(), "{broken}");
        }
    }

    #[test]
    fn a_crate_is_refused_for_licence_source_and_decision() {
        let policy: Policy = toml::from_str(
            "[licenses]\nallow = ['MIT']\nexceptions = [{ crate = 'odd', allow = ['MPL-2.0'] }]\n\
             [bans]\ndeny = [{ crate = 'evil', reason = 'no' }]",
        )
        .expect("a policy");
        let package = |name: &str, license: Option<&str>, source: &str| Package {
            name: name.to_owned(),
            version: "1.0.0".to_owned(),
            license: license.map(str::to_owned),
            source: Some(source.to_owned()),
            manifest_path: "/x/Cargo.toml".into(),
            dependencies: Vec::new(),
        };
        assert!(refusals(&policy, &package("good", Some("MIT"), REGISTRY)).is_empty());
        assert!(refusals(&policy, &package("odd", Some("MPL-2.0"), REGISTRY)).is_empty());
        for (name, license, source) in [
            ("copyleft", Some("GPL-3.0"), REGISTRY),
            ("silent", None, REGISTRY),
            ("broken", Some("MIT OR"), REGISTRY),
            ("evil", Some("MIT"), REGISTRY),
            ("strange", Some("MIT"), "git+https://example.com/strange"),
            ("other", Some("MPL-2.0"), REGISTRY),
        ] {
            assert_eq!(
                refusals(&policy, &package(name, license, source)).len(),
                1,
                "{name}"
            );
        }
    }
}
