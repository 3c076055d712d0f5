//! The first page of administration, and the tabs of its four parts.

use axum::response::Response;
use engine::FindingKind;
use maud::html;
use store::{DeliveryQuery, DeliveryState};

use super::desk::{Content, Desk, Reader};
use super::people::check;
use crate::error::Error;
use crate::layout::Place;
use crate::parts::icon::Icon;
use crate::parts::table::{Cell, Head, Row, Shape, Table, table};
use crate::parts::{Tab, Tone, head};

/// A page of administration: its address, what it is called, what it is for.
struct Page {
    url: &'static str,
    name: (&'static str, &'static str),
    about: (&'static str, &'static str),
}

const fn page(
    url: &'static str,
    name: (&'static str, &'static str),
    about: (&'static str, &'static str),
) -> Page {
    Page { url, name, about }
}

/// A part of administration with its pages.
struct Part {
    name: (&'static str, &'static str),
    icon: Icon,
    pages: &'static [Page],
}

const PARTS: &[Part] = &[
    Part {
        name: ("人员", "People"),
        icon: Icon::User,
        pages: &[
            page(
                "/admin/people",
                ("人员与岗位", "People and roles"),
                (
                    "账号、岗位、密码与登录方式",
                    "accounts, roles, passwords and ways to sign in",
                ),
            ),
            page(
                "/admin/separation",
                ("职责分离", "Separation"),
                (
                    "谁能先后签须由不同人办理的两个环节",
                    "who could sign two steps that different people must sign",
                ),
            ),
            page(
                "/admin/staffing",
                ("人员配备", "Staffing"),
                (
                    "现有人员办不全的流程，缺谁会停",
                    "flows that today's people cannot complete, and whose absence stops one",
                ),
            ),
            page(
                "/admin/scopes",
                ("范围", "Scopes"),
                (
                    "岗位可限定的公司、仓库、部门等",
                    "what roles can be narrowed to: companies, warehouses, departments",
                ),
            ),
        ],
    },
    Part {
        name: ("制度", "Rules"),
        icon: Icon::Library,
        pages: &[
            page(
                "/admin/packs",
                ("业务包", "Packs"),
                (
                    "启用的业务包、各版本原文与差异",
                    "packs in use, the text of every version and what changed",
                ),
            ),
            page(
                "/admin/parameters",
                ("参数", "Parameters"),
                (
                    "按日期生效的限额与比率及其依据",
                    "dated limits and rates with their sources",
                ),
            ),
            page(
                super::import::HERE,
                ("导入", "Import"),
                (
                    "档案与人员从文件导入，先逐行检查，要么全部写入要么不写",
                    "registers and people from a file: every row checked first, then all of it or nothing",
                ),
            ),
            page(
                "/admin/series",
                ("编号规则", "Number series"),
                (
                    "各单据的编号规则、下一个号、已用的号",
                    "for each slip the pattern, the next number and the last taken",
                ),
            ),
            page(
                "/admin/print",
                ("打印样式与印章", "Forms and seals"),
                (
                    "本单位的打印样式与印章",
                    "the organisation's own forms, and its seals",
                ),
            ),
        ],
    },
    Part {
        name: ("对外与备份", "Outgoing and backups"),
        icon: Icon::BellRing,
        pages: &[
            page(
                "/admin/webhooks",
                ("网络通知", "Webhooks"),
                ("把发生的事通知其他系统", "tell other systems what happens"),
            ),
            page(
                "/admin/channels",
                ("通知渠道", "Channels"),
                ("邮件与短信", "mail and short messages"),
            ),
            page(
                "/admin/outbox",
                ("发件箱", "Outbox"),
                (
                    "待发、已发与发不出的",
                    "what waits, was sent or could not be sent",
                ),
            ),
            page(
                "/admin/backups",
                ("备份", "Backups"),
                (
                    "备份计划与恢复演练",
                    "the schedule of backups, and restore drills",
                ),
            ),
        ],
    },
    Part {
        name: ("审计", "Audit"),
        icon: Icon::History,
        pages: &[
            page(
                "/admin/journal",
                ("日志", "Journal"),
                (
                    "办成的与被拒绝的每一件事，可查可导出",
                    "everything done or refused, to be searched and taken out",
                ),
            ),
            page(
                "/admin/inspection",
                ("检查档案", "Inspection archive"),
                (
                    "一段时间的全部记录，签名打包，不用本软件也能校验",
                    "all records of a period in one signed file, checked without this program",
                ),
            ),
        ],
    },
];

/// The tabs of the part of administration that a page belongs to; the first leads to all parts.
pub(crate) fn tabs(reader: &Reader<'_>, here: &str) -> Vec<Tab> {
    let overview = Tab {
        label: reader.t("管理", "Administration").to_owned(),
        url: "/admin".to_owned(),
        count: None,
        here: here == "/admin",
    };
    let part = PARTS
        .iter()
        .find(|part| part.pages.iter().any(|page| page.url == here));
    let pages = part.map_or(&[][..], |part| part.pages);
    std::iter::once(overview)
        .chain(pages.iter().map(|page| Tab {
            label: reader.t(page.name.0, page.name.1).to_owned(),
            url: page.url.to_owned(),
            count: None,
            here: page.url == here,
        }))
        .collect()
}

/// How things stand, where a page has something to say about it.
fn standing(reader: &Reader<'_>, url: &str) -> Result<Option<Cell>, Error> {
    let of = |tone, count: usize, zh: &str, en: &str| {
        Cell::state(
            tone,
            match reader.lang {
                crate::parts::lang::Lang::Zh => format!("{count} {zh}"),
                crate::parts::lang::Lang::En => format!("{count} {en}"),
            },
        )
    };
    Ok(match url {
        "/admin/people" => {
            let people = reader.store.people(reader.org)?;
            let active = people.iter().filter(|person| person.active).count();
            Some(of(Tone::Draft, active, "个账号在用", "accounts in use"))
        }
        "/admin/separation" => {
            let (catalog, people) = (reader.catalog(), reader.store.people(reader.org)?);
            let packs = catalog.packs().iter();
            let found = packs.flat_map(|pack| engine::both(pack, &people, reader.today));
            let mut who: Vec<_> = found.map(|both| both.first.identity).collect();
            who.sort();
            who.dedup();
            Some(match who.len() {
                0 => Cell::state(Tone::Done, reader.t("无人重叠", "nobody overlaps")),
                count => of(Tone::Held, count, "人岗位重叠", "people overlap"),
            })
        }
        "/admin/staffing" => {
            let (catalog, people) = (reader.catalog(), reader.store.people(reader.org)?);
            let packs = catalog.packs().iter();
            let found: Vec<_> = packs
                .flat_map(|pack| engine::staffing(pack, &people, reader.today))
                .collect();
            let stuck = found
                .iter()
                .filter(|finding| finding.kind == FindingKind::Unstaffed)
                .count();
            Some(match (stuck, found.len()) {
                (0, 0) => Cell::state(Tone::Done, reader.t("缺谁都能办", "whoever is absent")),
                (0, few) => of(
                    Tone::Held,
                    few,
                    "处缺一人即停",
                    "single absences would stop a flow",
                ),
                (stuck, _) => of(Tone::Dead, stuck, "处现在办不全", "cannot be completed now"),
            })
        }
        "/admin/outbox" => {
            let query = DeliveryQuery {
                state: Some(DeliveryState::Dead),
                limit: 100,
                ..DeliveryQuery::default()
            };
            let dead = reader.store.deliveries(reader.org, &query)?.rows.len();
            (dead > 0).then(|| of(Tone::Dead, dead, "封发不出", "could not be sent"))
        }
        "/admin/journal" => {
            let (seq, _) = reader.store.head(reader.org)?;
            let rows = usize::try_from(seq).unwrap_or(0);
            Some(of(Tone::Draft, rows, "行", "rows"))
        }
        _ => None,
    })
}

/// All parts with how things stand.
pub(crate) async fn show(desk: Desk) -> Result<Response, Error> {
    desk.show(Place::Admin, |reader| {
        check(reader)?;
        let title = reader.t("管理", "Administration");
        let mut cards = Vec::new();
        for part in PARTS {
            let name = reader.t(part.name.0, part.name.1).to_owned();
            let mut rows = Vec::new();
            for page in part.pages {
                rows.push(Row::from(vec![
                    Cell::new(reader.t(page.name.0, page.name.1)).to(page.url),
                    Cell::new(reader.t(page.about.0, page.about.1)),
                    standing(reader, page.url)?.unwrap_or_default(),
                ]));
            }
            let made = Table {
                caption: name.clone(),
                heads: vec![
                    Head::new(reader.t("页面", "Page"), Shape::Main),
                    Head::new(reader.t("内容", "What it is for"), Shape::Plain),
                    Head::new(reader.t("现状", "Now"), Shape::Plain),
                ],
                rows,
                foot: Vec::new(),
            };
            cards.push((part.icon, name, made));
        }
        let body = html! {
            (head(&[], title, html! {}, html! {}))
            @for (sign, name, made) in &cards {
                section class="card even" {
                    header { (crate::parts::icon::icon(*sign)) h2 { (name) } }
                    (table(made))
                }
            }
        };
        Ok(Content::new(title, body))
    })
    .await
}
