//! Roles as people write them: `gsp.buyer`, `buyer` or `采购内勤`; narrowed, `keeper@一号库`; for a time,
//! `buyer 2026-01-01..2026-12-31`.

use engine::Grant;
use kernel::Day;
use model::Catalog;

use super::Sentence;

/// A grant from `ROLE[@SCOPE][ FROM..UNTIL]`.
///
/// # Errors
/// What is wrong with it.
pub fn parse_grant(catalog: &Catalog, text: &str) -> Result<Grant, Sentence> {
    let (what, dates) = match text.trim().rsplit_once(' ') {
        Some((what, dates)) if dates.contains("..") => (what, Some(dates)),
        _ => (text, None),
    };
    let (role, scope) = what.split_once('@').unwrap_or((what, ""));
    let role = qualified(catalog, role.trim())?;
    let (from, until) = dates.map_or(Ok((None, None)), parse_dates)?;
    Ok(Grant {
        role: role.into(),
        scope: scope.trim().into(),
        from,
        until,
    })
}

fn parse_dates(text: &str) -> Result<(Option<Day>, Option<Day>), Sentence> {
    let wrong = || {
        Sentence::new(
            format!("{text:?} 不是起止日期，应写作 2026-01-01..2026-12-31"),
            format!("{text:?} is no span of days; write 2026-01-01..2026-12-31"),
        )
    };
    let (from, until) = text.split_once("..").ok_or_else(wrong)?;
    let day = |text: &str| match text {
        "" => Ok(None),
        text => text.parse::<Day>().map(Some).map_err(|_| wrong()),
    };
    Ok((day(from)?, day(until)?))
}

/// The qualified name of a role given by any of its names.
fn qualified(catalog: &Catalog, role: &str) -> Result<String, Sentence> {
    let all = || {
        catalog.packs().iter().flat_map(|pack| {
            pack.roles
                .iter()
                .map(move |role| (format!("{}.{}", pack.name, role.name), role))
        })
    };
    let mut found: Vec<String> = all()
        .filter(|(qualified, declared)| {
            qualified == role
                || &*declared.name == role
                || &*declared.label.zh == role
                || (!role.is_empty() && declared.label.en.eq_ignore_ascii_case(role))
        })
        .map(|(qualified, _)| qualified)
        .collect();
    match found.len() {
        1 => Ok(found.remove(0)),
        0 => {
            let zh: Vec<String> = all()
                .map(|(name, role)| format!("{}（{name}）", role.label.zh))
                .collect();
            let en: Vec<String> = all().map(|(name, _)| name).collect();
            Err(Sentence::new(
                format!("没有岗位 {role:?}；可用：{}", zh.join("、")),
                format!("there is no role {role:?}; there are: {}", en.join(", ")),
            ))
        }
        _ => {
            let names = found.join(", ");
            Err(Sentence::new(
                format!("岗位 {role:?} 可能是：{names}"),
                format!("role {role:?} could be any of: {names}"),
            ))
        }
    }
}

/// A grant as it is written, and as [`parse_grant`] reads it again.
#[must_use]
pub fn shown(grant: &Grant) -> String {
    let mut out = grant.role.to_string();
    if !grant.scope.is_empty() {
        out.push('@');
        out.push_str(&grant.scope);
    }
    if grant.from.is_some() || grant.until.is_some() {
        let day = |day: Option<Day>| day.map(|day| day.to_string()).unwrap_or_default();
        out.push_str(&format!(" {}..{}", day(grant.from), day(grant.until)));
    }
    out
}
