//! The organisation's seals: pictures that a form places, and who may print which.

use std::sync::Arc;

use axum::extract::Path;
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderValue};
use axum::response::{IntoResponse, Response};
use engine::Act;
use maud::{Markup, html};

use super::desk::{Desk, Reader, done, go};
use super::people::{check, refused_change};
use super::print_admin::HERE;
use super::words;
use crate::auth::{Posted, Uploaded};
use crate::error::Error;
use crate::paper::choice::{millimetres, tenths};
use crate::paper::own::{OwnSeal, PICTURE_MAX, seal_name, seals};
use crate::parts::icon::{Icon, icon};
use crate::text::random_key;

/// Every role there is, qualified, with its name.
fn roles(reader: &Reader<'_>) -> Vec<(String, String)> {
    let catalog = reader.catalog();
    let mut out = Vec::new();
    for pack in catalog.packs() {
        for role in &pack.roles {
            let qualified = format!("{}.{}", pack.name, role.name);
            let name = words::role_name(&catalog, reader.lang, &qualified);
            out.push((qualified, name));
        }
    }
    out
}

/// The seals there are, and the form that adds one.
pub(super) fn card(reader: &Reader<'_>, csrf: &str) -> Result<Markup, Error> {
    let all = roles(reader);
    let named = |roles: &[String]| match roles {
        [] => reader.t("所有人", "Everybody").to_owned(),
        roles => {
            let name = |role: &String| {
                all.iter()
                    .find(|(known, _)| known == role)
                    .map_or_else(|| role.clone(), |(_, name)| name.clone())
            };
            words::joined(reader.lang, &roles.iter().map(name).collect::<Vec<_>>())
        }
    };
    Ok(html! {
        section class="card" aria-labelledby="seals" {
            header { h2 id="seals" { (reader.t("印章", "Seals")) } }
            ul class="seals" {
                @for (name, seal) in seals(reader.store, reader.org)? {
                    li {
                        img src={ (HERE) "/seals/" (name) "/" (seal.content) } alt=(seal.label) width="84";
                        div {
                            b { (seal.label) } br;
                            small class="mute" { (millimetres(seal.width.into())) " mm · " (reader.t("可用：", "For: ")) (named(&seal.roles)) }
                            form method="post" action={ (HERE) "/seals/" (name) "/drop" } {
                                input type="hidden" name="_csrf" value=(csrf);
                                input type="hidden" name="_key" value=(random_key()?);
                                button class="button tiny" { (icon(Icon::Ban)) (reader.t("停用", "Withdraw")) }
                            }
                        }
                    }
                }
            }
            form method="post" action={ (HERE) "/seals" } enctype="multipart/form-data" {
                input type="hidden" name="_csrf" value=(csrf);
                input type="hidden" name="_key" value=(random_key()?);
                div class="filters" {
                    label { (reader.t("名称", "Name")) input name="label" required maxlength="40" autocomplete="off" placeholder=(reader.t("采购专用章", "Purchasing seal")); }
                    label { (reader.t("宽（毫米）", "Width mm")) input name="width" inputmode="decimal" size="5" value="42"; }
                    label { (reader.t("图片（透明 PNG）", "Picture (PNG, transparent)")) input type="file" name="file" accept="image/png" required; }
                }
                fieldset class="in" {
                    legend { (reader.t("谁可以用（不选为所有人）", "Who may use it (none chosen: everybody)")) }
                    @for (role, name) in &all { label class="check" { input type="checkbox" name="role" value=(role); (name) } }
                }
                div class="in" { button class="button primary" { (icon(Icon::Plus)) (reader.t("登记印章", "Add the seal")) } }
            }
        }
    })
}

fn refused(zh: &str, en: &str) -> Error {
    Error::bad("seal", zh, en)
}

/// Width and height of a PNG, from its first chunk.
fn size_of(png: &[u8]) -> Option<(u32, u32)> {
    let rest = png.strip_prefix(b"\x89PNG\r\n\x1a\n")?;
    let number = |at: usize| {
        rest.get(at..at + 4)?
            .try_into()
            .ok()
            .map(u32::from_be_bytes)
    };
    (rest.get(4..8)? == b"IHDR").then_some(())?;
    Some((number(8)?, number(12)?))
}

pub(crate) async fn post(desk: Desk, uploaded: Uploaded) -> Result<Response, Error> {
    let Uploaded {
        acting,
        fields,
        file,
    } = uploaded;
    if !acting.person.administrator {
        let posted = Posted { acting, fields };
        return Err(refused_change(&desk, &posted, None).await);
    }
    let label = fields.text("label").trim().to_owned();
    if label.is_empty() || label.chars().count() > 40 || label.chars().any(char::is_control) {
        return Err(refused("请填写印章名称", "a seal has a name"));
    }
    let png = file.map(|file| file.bytes).unwrap_or_default();
    let sides = size_of(&png).filter(|(w, h)| (16..=4_000).contains(w) && (16..=4_000).contains(h));
    if sides.is_none() || png.len() > PICTURE_MAX {
        return Err(refused(
            "印章须为 PNG 图片，不超过 400 kB，边长 16 至 4000 像素",
            "a seal is a PNG of at most 400 kB, 16 to 4,000 pixels a side",
        ));
    }
    let width = tenths(fields.text("width")).and_then(|width| u16::try_from(width).ok());
    let width = width
        .filter(|width| (50..=1_000).contains(width))
        .ok_or_else(|| refused("印章宽度须为 5 至 100 毫米", "a seal is 5 to 100 mm wide"))?;
    let roles: Vec<String> = fields
        .iter()
        .filter(|(name, _)| *name == "role")
        .map(|(_, value)| value.to_owned())
        .collect();
    let bytes = png.clone();
    let (content, name) = desk
        .read(move |reader| {
            let known = self::roles(reader);
            if roles
                .iter()
                .any(|role| !known.iter().any(|(other, _)| other == role))
            {
                return Err(refused("没有此岗位", "there is no such role"));
            }
            reader.store.put_content(reader.org, &bytes)?;
            let seal = OwnSeal {
                label,
                content: crate::text::sha256(&bytes),
                width,
                roles,
            };
            let name = random_key()?
                .chars()
                .filter(char::is_ascii_alphanumeric)
                .take(12)
                .collect::<String>()
                .to_lowercase();
            Ok((serde_json::to_string(&seal).unwrap_or_default(), name))
        })
        .await?;
    let act = Act::PutSetting {
        name: seal_name(&name).into(),
        body: content.into(),
    };
    desk.act(&acting, None, fields.text("_key"), act).await?;
    let said = crate::parts::lang::t(desk.lang(), "印章已登记", "The seal is recorded");
    Ok(go(HERE, Some(&done(said))))
}

pub(crate) async fn drop(
    desk: Desk,
    Path(name): Path<String>,
    posted: Posted,
) -> Result<Response, Error> {
    if !posted.acting.person.administrator {
        return Err(refused_change(&desk, &posted, None).await);
    }
    let wanted = name.clone();
    let mut seal = desk
        .read(move |reader| {
            let found = seals(reader.store, reader.org)?
                .into_iter()
                .find(|(name, _)| *name == wanted);
            found.map(|(_, seal)| seal).ok_or(Error::NotFound)
        })
        .await?;
    seal.content = Arc::from("");
    let act = Act::PutSetting {
        name: seal_name(&name).into(),
        body: serde_json::to_string(&seal).unwrap_or_default().into(),
    };
    desk.act(&posted.acting, None, posted.fields.text("_key"), act)
        .await?;
    let said = crate::parts::lang::t(desk.lang(), "印章已停用", "The seal is withdrawn");
    Ok(go(HERE, Some(&done(said))))
}

/// The picture of a seal, for administrators alone: it is not to be copied.
pub(crate) async fn picture(
    desk: Desk,
    Path((name, hash)): Path<(String, String)>,
) -> Result<Response, Error> {
    let png = desk
        .read(move |reader| {
            check(reader)?;
            let known = seals(reader.store, reader.org)?;
            let known = known
                .into_iter()
                .any(|(own, seal)| own == name && *seal.content == *hash);
            let bytes = if known {
                reader.store.content(reader.org, &hash)?
            } else {
                None
            };
            bytes.ok_or(Error::NotFound)
        })
        .await?;
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("image/png")),
        (
            CONTENT_SECURITY_POLICY,
            HeaderValue::from_static("default-src 'none'; sandbox"),
        ),
    ];
    Ok((headers, png).into_response())
}

#[cfg(test)]
mod tests {
    use super::size_of;

    #[test]
    fn only_a_png_has_a_size() {
        let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\x40\0\0\0\x20".to_vec();
        assert_eq!(size_of(&png), Some((64, 32)));
        png[0] = b'x';
        assert_eq!(size_of(&png), None);
        assert_eq!(size_of(b"\x89PNG\r\n\x1a\n"), None);
        assert_eq!(size_of(b"<svg>"), None);
    }
}
