//! Kept lists: own ones, and those shared with a role by somebody who holds it.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use engine::Class;
use model::Catalog;
use store::SavedView;

use super::desk::{Asked, Desk, Reader, done, go};
use super::listing;
use super::words;
use crate::auth::Posted;
use crate::error::Error;
use crate::parts::Tab;
use crate::parts::listing::{Choice, View};
use crate::text::percent;

/// The list that is kept.
const PLACE: &str = "slips";
/// Kept lists that one person may have.
const OWN_MAX: usize = 100;
/// Longest name, and longest query.
const NAME_MAX: usize = 40;
const QUERY_MAX: usize = 4_000;

/// The kept lists that the reader sees: his own, and those of roles that he holds today.
pub(crate) fn seen(reader: &Reader<'_>) -> Result<Vec<SavedView>, Error> {
    let mut views = reader.store.views(reader.org, PLACE)?;
    views.retain(|view| {
        view.owner == reader.me.login || (!view.role.is_empty() && holds(reader, &view.role))
    });
    Ok(views)
}

fn holds(reader: &Reader<'_>, role: &str) -> bool {
    reader.me.administrator || reader.me.holds(role, None, reader.today)
}

/// Whether the reader may remove a kept list: its owner, and of shared ones an administrator.
pub(crate) fn may_remove(reader: &Reader<'_>, view: &SavedView) -> bool {
    view.owner == reader.me.login || (!view.role.is_empty() && reader.me.administrator)
}

/// The roles that the reader holds today, with their names.
pub(crate) fn own_roles(reader: &Reader<'_>, catalog: &Catalog) -> Vec<Choice> {
    let mut roles: Vec<Choice> = Vec::new();
    for grant in &reader.me.grants {
        let known = roles.iter().any(|(code, _)| **code == *grant.role);
        if !known && reader.me.holds(&grant.role, None, reader.today) {
            let name = words::role_name(catalog, reader.lang, &grant.role);
            roles.push((grant.role.to_string(), name));
        }
    }
    roles
}

/// The kept lists as tabs, behind the list without any filter.
pub(crate) fn views(reader: &Reader<'_>, asked: &Asked) -> Result<Vec<View>, Error> {
    let catalog = reader.catalog();
    let here = asked.text("view");
    let mut out = vec![View {
        tab: Tab {
            label: reader.t("全部", "All").to_owned(),
            url: "/slips".to_owned(),
            count: None,
            here: here.is_empty(),
        },
        ..View::default()
    }];
    for view in seen(reader)? {
        let label = if view.role.is_empty() {
            view.name.clone()
        } else {
            let role = words::role_name(&catalog, reader.lang, &view.role);
            format!("{} ({role})", view.name)
        };
        out.push(View {
            tab: Tab {
                label,
                url: format!("/slips?{}&view={}", view.body, percent(&view.id)),
                count: None,
                here: here == view.id,
            },
            removable: may_remove(reader, &view),
            id: view.id,
        });
    }
    Ok(out)
}

/// What is wrong with a list that is to be kept.
fn bad(zh: &str, en: &str) -> Error {
    Error::refused(
        StatusCode::UNPROCESSABLE_ENTITY,
        Class::Field,
        "view",
        zh,
        en,
    )
}

/// Keeps a list, after looking whether the reader may share it so.
pub(crate) fn keep(
    reader: &Reader<'_>,
    name: &str,
    role: &str,
    query: &str,
) -> Result<SavedView, Error> {
    let (name, asked) = (name.trim(), Asked::parse(query));
    if !(1..=NAME_MAX).contains(&name.chars().count()) || name.chars().any(char::is_control) {
        return Err(bad(
            "名称须为 1 至 40 个字符",
            "a name has 1 to 40 characters",
        ));
    }
    let body = listing::query_text(&asked);
    if body.len() > QUERY_MAX {
        return Err(bad("筛选条件过长", "there are too many conditions"));
    }
    if !role.is_empty() && !reader.me.holds(role, None, reader.today) {
        return Err(Error::refused(
            StatusCode::FORBIDDEN,
            Class::Role,
            "role",
            "只能与自己担任的岗位共用视图",
            "a list can only be shared with a role that one holds",
        ));
    }
    let all = reader.store.views(reader.org, PLACE)?;
    let own = all.iter().filter(|view| view.owner == reader.me.login);
    if own.count() >= OWN_MAX {
        return Err(bad(
            "已存的视图过多，请先移除一些",
            "there are too many kept lists; remove some first",
        ));
    }
    // The same name again replaces what the person kept under it.
    let same = all
        .iter()
        .find(|view| view.owner == reader.me.login && view.name == name && *view.role == *role);
    let id = match same {
        Some(view) => view.id.clone(),
        None => engine::hex(&crate::text::random::<8>()?).to_string(),
    };
    let view = SavedView {
        id,
        owner: reader.me.login.clone(),
        role: role.into(),
        place: PLACE.to_owned(),
        name: name.to_owned(),
        body,
        updated: reader.now,
    };
    reader.store.put_view(reader.org, &view)?;
    Ok(view)
}

/// Removes a kept list.
pub(crate) fn remove(reader: &Reader<'_>, id: &str) -> Result<SavedView, Error> {
    let view = reader
        .store
        .view(reader.org, id)?
        .filter(|view| view.place == PLACE)
        .ok_or(Error::NotFound)?;
    if !may_remove(reader, &view) {
        return Err(Error::refused(
            StatusCode::FORBIDDEN,
            Class::Role,
            "view",
            "只有建立者可以移除；共用的视图管理员也可以移除",
            "only its owner removes a kept list, or an administrator where it is shared",
        ));
    }
    reader.store.drop_view(reader.org, id)?;
    Ok(view)
}

/// Keeps the list that the person looks at.
pub(crate) async fn post(desk: Desk, posted: Posted) -> Result<Response, Error> {
    let text = |name: &str| posted.fields.text(name).to_owned();
    let (name, role, query) = (text("name"), text("role"), text("q"));
    let (url, said) = desk
        .read(move |reader| {
            let view = keep(reader, &name, &role, &query)?;
            let said = reader.t("已存为视图：", "Kept: ").to_owned() + &view.name;
            Ok((
                format!("/slips?{}&view={}", view.body, percent(&view.id)),
                said,
            ))
        })
        .await?;
    Ok(go(&url, Some(&done(said))))
}

/// Removes a kept list.
pub(crate) async fn post_remove(
    desk: Desk,
    Path(id): Path<String>,
    _: Posted,
) -> Result<Response, Error> {
    let said = desk
        .read(move |reader| {
            let view = remove(reader, &id)?;
            Ok(reader.t("已移除视图：", "Removed: ").to_owned() + &view.name)
        })
        .await?;
    Ok(go("/slips", Some(&done(said))))
}
