//! What can be chosen for a print, and the choices that people keep for themselves or for their role.

use axum::extract::Path;
use axum::response::Response;
use maud::{Markup, html};
use print::Paper;
use store::SavedView;

use super::desk::{Desk, Reader, done, go};
use super::print::with_choice;
use super::words;
use crate::auth::Posted;
use crate::error::Error;
use crate::paper::choice::{COPY_NAMES, Choice, millimetres};
use crate::paper::own;
use crate::parts::icon::{Icon, icon};
use crate::text::random_key;

/// Where choices are kept among kept lists.
const PLACE: &str = "print";
/// Most choices that a person keeps.
const KEPT_MAX: usize = 50;

/// The kept choices that a person sees: his own, and those of his roles.
pub(super) fn profiles(reader: &Reader<'_>) -> Result<Vec<SavedView>, Error> {
    let all = reader.store.views(reader.org, PLACE)?;
    let mine = |view: &SavedView| {
        view.owner == reader.me.login
            || (!view.role.is_empty() && reader.me.holds(&view.role, None, reader.today))
    };
    Ok(all.into_iter().filter(mine).collect())
}

fn paper_name(reader: &Reader<'_>, paper: Paper) -> &'static str {
    let (zh, en) = match paper {
        Paper::A4 => ("A4 纵向", "A4 upright"),
        Paper::A4Landscape => ("A4 横向", "A4 landscape"),
        Paper::A5 => ("A5 纵向", "A5 upright"),
        Paper::A5Landscape => ("A5 横向", "A5 landscape"),
        Paper::Continuous241x280 => ("241 连续纸 整页", "241 mm continuous, whole"),
        Paper::Continuous241x140 => ("241 连续纸 二等分", "241 mm continuous, half"),
        Paper::Continuous241x93 => ("241 连续纸 三等分", "241 mm continuous, third"),
        Paper::Voucher240x140 => ("凭证纸 240×140", "Voucher 240×140"),
    };
    match reader.lang {
        crate::Lang::Zh => zh,
        crate::Lang::En => en,
    }
}

fn length(label: &str, name: &str, value: Option<String>, hint: &str) -> Markup {
    html! {
        label { (label)
            input name=(name) inputmode="decimal" size="5" autocomplete="off" value=(value.unwrap_or_default()) placeholder=(hint);
        }
    }
}

/// The form that makes a choice; what is chosen from a list shows at once where scripts run.
pub(super) fn choices(
    reader: &Reader<'_>,
    choice: &Choice,
    profile: &str,
) -> Result<Markup, Error> {
    let seals = own::seals(reader.store, reader.org)?;
    let mine: Vec<_> = seals
        .into_iter()
        .filter(|(_, seal)| seal.is_for(&reader.me, reader.today))
        .collect();
    let kept = profiles(reader)?;
    let side = |pick: fn(&print::Margins) -> u16| {
        choice
            .margins
            .as_ref()
            .map(|margins| millimetres(pick(margins).into()))
    };
    let shift = |tenths: i16| (tenths != 0).then(|| millimetres(tenths.into()));
    let option = |value: &str, now: &str, word: &str| html! { option value=(value) selected[value == now] { (word) } };
    Ok(html! {
        @if !kept.is_empty() {
            form class="card filters" data-auto {
                input type="hidden" name="load" value="1";
                label { (reader.t("常用设置", "Kept settings"))
                    select name="profile" {
                        option value="" { (reader.t("（不用）", "(none)")) }
                        @for view in &kept { (option(&view.id, profile, &view.name)) }
                    }
                }
                button class="button" { (reader.t("取用", "Use")) }
            }
        }
        form class="card" data-auto {
            input type="hidden" name="profile" value=(profile);
            div class="filters" {
                label { (reader.t("语言", "Language"))
                    select name="lang" {
                        (option("", &choice.lang, reader.t("同界面", "As the page")))
                        option value="zh" lang="zh-CN" selected[choice.lang == "zh"] { "中文" }
                        option value="en" lang="en" selected[choice.lang == "en"] { "English" }
                    }
                }
                label { (reader.t("纸张", "Paper"))
                    select name="paper" {
                        (option("", &choice.paper, reader.t("样式自带", "The form's own")))
                        @for paper in Paper::ALL { (option(paper.name(), &choice.paper, paper_name(reader, paper))) }
                        (option("custom", &choice.paper, reader.t("自定义", "Custom")))
                    }
                }
                (length(reader.t("宽（毫米）", "Width mm"), "width", choice.sheet.map(|s| millimetres(s.width.into())), "241"))
                (length(reader.t("高（毫米）", "Height mm"), "height", choice.sheet.map(|s| millimetres(s.height.into())), "140"))
                label { (reader.t("各联名称（用、分开）", "Names of copies, by commas"))
                    input name="copies" list="copy-names" autocomplete="off" value=(choice.copies.join("、")) placeholder=(reader.t("存根联、记账联", "File copy, Accounts copy"));
                    datalist id="copy-names" { @for (zh, en) in COPY_NAMES { option value=(reader.t(zh, en)) {} } }
                }
                @if !mine.is_empty() {
                    label { (reader.t("印章", "Seal"))
                        select name="seal" {
                            (option("", &choice.seal, reader.t("不加盖", "None")))
                            @for (name, seal) in &mine { (option(name, &choice.seal, &seal.label)) }
                        }
                    }
                }
                label class="check" { input type="checkbox" name="over" value="1" checked[choice.over]; (reader.t("套打（只印数据）", "Pre-printed paper: data only")) }
            }
            details class="in" open[choice.margins.is_some() || choice.shift != (0, 0)] {
                summary { (reader.t("页边距与打印机修正", "Margins and printer correction")) }
                div class="filters" {
                    (length(reader.t("上（毫米）", "Top mm"), "top", side(|m| m.top), "8"))
                    (length(reader.t("下（毫米）", "Bottom mm"), "bottom", side(|m| m.bottom), "7"))
                    (length(reader.t("左（毫米）", "Left mm"), "left", side(|m| m.left), "13"))
                    (length(reader.t("右（毫米）", "Right mm"), "right", side(|m| m.right), "12"))
                    (length(reader.t("向右移（毫米）", "Move right mm"), "dx", shift(choice.shift.0), "0.0"))
                    (length(reader.t("向下移（毫米）", "Move down mm"), "dy", shift(choice.shift.1), "0.0"))
                }
                p { a href=(with_choice("/print/calibration.pdf", choice)) target="_blank" { (reader.t("打印校准页（带标尺）", "Calibration sheet with rulers")) } }
                p class="mute small" { (reader.t("四边都填才用自定边距；修正以 0.1 毫米计，最多 20 毫米。", "Margins count when all four are given; corrections go by 0.1 mm, up to 20 mm.")) }
            }
            div class="in" { button class="button" { (reader.t("更新预览", "Update the preview")) } }
        }
    })
}

/// Keeps the choice under a name, for oneself or for one's role; or forgets one.
pub(super) fn profile_card(
    reader: &Reader<'_>,
    id: i64,
    choice: &Choice,
    profile: &str,
    csrf: &str,
) -> Result<Markup, Error> {
    let kept = profiles(reader)?;
    let own = kept
        .iter()
        .find(|view| view.id == profile && view.owner == reader.me.login);
    let catalog = reader.catalog();
    Ok(html! {
        form class="card" method="post" action={ "/slips/" (id) "/print/keep" } {
            input type="hidden" name="_csrf" value=(csrf);
            @for (name, value) in choice.parts() { input type="hidden" name=(name) value=(value); }
            input type="hidden" name="profile" value=(own.map_or("", |view| view.id.as_str()));
            div class="filters" {
                label { (reader.t("把以上设置存为", "Keep these settings as"))
                    input name="name" maxlength="40" required autocomplete="off" value=(own.map_or("", |view| view.name.as_str())) placeholder=(reader.t("仓库针式打印机", "Warehouse dot matrix"));
                }
                label { (reader.t("给谁用", "For"))
                    select name="role" {
                        option value="" { (reader.t("只给我", "Me alone")) }
                        @for grant in &reader.me.grants {
                            option value=(grant.role) selected[own.is_some_and(|view| view.role == grant.role)] { (words::role_name(&catalog, reader.lang, &grant.role)) }
                        }
                    }
                }
                button class="button" name="_do" value="keep" { (icon(Icon::Save)) (reader.t("保存", "Keep")) }
                @if own.is_some() { button class="button quiet" name="_do" value="drop" formnovalidate { (icon(Icon::Trash)) (reader.t("删除", "Delete")) } }
            }
        }
    })
}

pub(crate) async fn keep(
    desk: Desk,
    Path(id): Path<i64>,
    posted: Posted,
) -> Result<Response, Error> {
    let fields = posted.fields;
    let choice = Choice::read(|name| fields.text(name));
    let name: String = fields.text("name").trim().chars().take(40).collect();
    let (role, wanted) = (
        fields.text("role").to_owned(),
        fields.text("profile").to_owned(),
    );
    let drop = fields.text("_do") == "drop";
    if !drop && (name.is_empty() || name.chars().any(char::is_control)) {
        return Err(Error::bad("name", "请填写名称", "a name is needed"));
    }
    let chosen = choice.clone();
    let kept = desk
        .read(move |reader| {
            let all = profiles(reader)?;
            let own = all
                .iter()
                .find(|view| view.id == wanted && view.owner == reader.me.login);
            if drop {
                if let Some(view) = own {
                    reader.store.drop_view(reader.org, &view.id)?;
                }
                return Ok(String::new());
            }
            let same = all.iter().filter(|view| view.owner == reader.me.login);
            if own.is_none() && same.count() >= KEPT_MAX {
                return Err(Error::bad(
                    "name",
                    "保存的设置太多",
                    "too many settings are kept",
                ));
            }
            if !role.is_empty() && !reader.me.holds(&role, None, reader.today) {
                return Err(Error::bad(
                    "role",
                    "您没有此岗位",
                    "you do not hold this role",
                ));
            }
            let id = match own {
                Some(view) => view.id.clone(),
                None => random_key()?.to_string(),
            };
            let view = SavedView {
                id: id.clone(),
                owner: reader.me.login.clone(),
                role: role.into(),
                place: PLACE.to_owned(),
                name,
                body: serde_json::to_string(&chosen).unwrap_or_default(),
                updated: reader.now,
            };
            reader.store.put_view(reader.org, &view)?;
            Ok(id)
        })
        .await?;
    let back = with_choice(&format!("/slips/{id}/print?profile={kept}"), &choice);
    let said = crate::parts::lang::t(desk.lang(), "已保存", "Kept");
    Ok(go(&back, Some(&done(said))))
}
