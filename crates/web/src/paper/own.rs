//! The organisation's own forms and seals, as settings that the journal has every version of.
//!
//! `print/form/PACK/NAME` holds a template that is used instead of the pack's of that name; `print/seal/NAME` says which
//! picture a seal is, how wide, and whose.

use std::sync::Arc;

use engine::Person;
use kernel::{Day, OrgId};
use serde::{Deserialize, Serialize};
use store::{RecordQuery, RecordRow, Store, StoreError};

/// The register of settings.
const REGISTER: &str = "setting";
/// Longest template, in bytes: a setting holds 16 kB and JSON needs some of it.
pub const SOURCE_MAX: usize = 12_000;
/// Largest picture of a seal.
pub const PICTURE_MAX: usize = 400_000;

/// A template of the organisation.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnForm {
    /// Typst; empty where the pack's is used again.
    #[serde(default)]
    pub source: String,
    /// What was changed, for those who come after.
    #[serde(default)]
    pub why: String,
}

/// The name of the setting of a form.
#[must_use]
pub fn form_name(pack: &str, form: &str) -> String {
    let plain: String = form
        .chars()
        .map(|c| if c == '.' { '/' } else { c })
        .collect();
    format!("print/form/{pack}/{plain}")
}

/// The name of the setting of a seal.
#[must_use]
pub fn seal_name(seal: &str) -> String {
    format!("print/seal/{seal}")
}

fn read<T: for<'de> Deserialize<'de> + Default>(row: &RecordRow) -> T {
    serde_json::from_str(&row.record.body).unwrap_or_default()
}

/// Every version of a form of the organisation, first to last, with its number.
///
/// # Errors
/// When the store cannot be read.
pub fn versions(
    store: &Store,
    org: OrgId,
    pack: &str,
    form: &str,
) -> Result<Vec<(i64, Day, i64, OwnForm)>, StoreError> {
    let rows = store.record_versions(org, REGISTER, &form_name(pack, form))?;
    let of = |row: &RecordRow| (row.record.version, row.record.from, row.seq, read(row));
    Ok(rows.iter().map(of).collect())
}

/// The organisation's form that is used now, with its version.
///
/// # Errors
/// When the store cannot be read.
pub fn current(
    store: &Store,
    org: OrgId,
    pack: &str,
    form: &str,
) -> Result<Option<(i64, String)>, StoreError> {
    let last = versions(store, org, pack, form)?.pop();
    Ok(last
        .filter(|(.., own)| !own.source.is_empty())
        .map(|(version, _, _, own)| (version, own.source)))
}

/// A seal of the organisation.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnSeal {
    /// What people call it.
    #[serde(default)]
    pub label: String,
    /// SHA-256 of the picture; empty where it is used no longer.
    #[serde(default)]
    pub content: Arc<str>,
    /// Width in tenths of a millimetre.
    #[serde(default)]
    pub width: u16,
    /// Qualified roles whose holders may print it; empty for everybody.
    #[serde(default)]
    pub roles: Vec<String>,
}

impl OwnSeal {
    /// Whether a person may print it.
    #[must_use]
    pub fn is_for(&self, person: &Person, today: Day) -> bool {
        self.roles.is_empty()
            || self
                .roles
                .iter()
                .any(|role| person.holds(role, None, today))
    }
}

/// The seals in use, by name.
///
/// # Errors
/// When the store cannot be read.
pub fn seals(store: &Store, org: OrgId) -> Result<Vec<(String, OwnSeal)>, StoreError> {
    let prefix = seal_name("");
    let mut query = RecordQuery {
        search: Some(prefix.clone()),
        ..RecordQuery::default()
    };
    let mut out = Vec::new();
    loop {
        let page = store.records(org, REGISTER, &query)?;
        for row in &page.rows {
            let seal: OwnSeal = read(row);
            if let Some(name) = row.record.key.strip_prefix(&prefix)
                && !seal.content.is_empty()
            {
                out.push((name.to_owned(), seal));
            }
        }
        match page.next {
            Some(next) => query.after = Some(next),
            None => return Ok(out),
        }
    }
}

/// The seal of that name, if the person may print it, with its picture.
///
/// # Errors
/// When the store cannot be read.
pub fn seal_for(
    store: &Store,
    org: OrgId,
    name: &str,
    person: &Person,
    today: Day,
) -> Result<Option<print::Seal>, StoreError> {
    let Some(row) = store.record_on(org, REGISTER, &seal_name(name), today)? else {
        return Ok(None);
    };
    let seal: OwnSeal = read(&row);
    if seal.content.is_empty() || !seal.is_for(person, today) {
        return Ok(None);
    }
    let picture = store.content(org, &seal.content)?;
    Ok(picture.map(|png| print::Seal {
        png,
        width: seal.width,
    }))
}
