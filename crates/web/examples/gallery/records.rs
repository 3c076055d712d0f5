//! A record of a register with its versions, and the page of a flow.

use maud::Markup;
use web::parts::actions::{Action, Way, Weight};
use web::parts::diagram::{Diagram, Stage};
use web::parts::flow::{Flow, flow};
use web::parts::icon::Icon;
use web::parts::lang::{Lang, t};
use web::parts::register::{Record, Version, record};
use web::parts::slip::Fact;
use web::parts::table::{Cell, Head, Row, Shape, Table};
use web::parts::talk::Change;
use web::parts::{Link, Tone};

pub fn record_page(lang: Lang) -> Markup {
    let fact = |label: &str, value: &str| Fact {
        label: label.into(),
        value: value.into(),
        ..Fact::default()
    };
    let change = |label: &str, before: &str, after: &str| Change {
        label: label.into(),
        before: before.into(),
        after: after.into(),
    };
    let version =
        |number: u32, from: &str, until: &str, slip: &str, signed: &str, changes: Vec<Change>| {
            Version {
                number,
                from: from.into(),
                until: until.into(),
                slip: Link::new(slip, "/order"),
                signed: signed.into(),
                changes,
                here: number == 3,
                url: "/record".into(),
            }
        };
    let until = t(lang, "药品生产许可证有效期至", "Licence until");
    record(
        lang,
        &Record {
            crumbs: vec![
                Link::new(t(lang, "台账", "Registers"), "/registers"),
                Link::new(t(lang, "供货单位", "Suppliers"), "/register"),
            ],
            title: t(lang, "S03 滨海生物制品有限公司", "S03 Binhai Biologics Co.").into(),
            state: (Tone::Held, t(lang, "19 天后到期", "19 days left").into()),
            notes: vec![(
                Tone::Held,
                t(
                    lang,
                    "药品生产许可证将于 2026-04-20 到期，届时采购订单会自动锁定。",
                    "The licence ends on 2026-04-20; orders will then be refused by themselves.",
                )
                .into(),
            )],
            actions: vec![Action {
                label: t(lang, "更新证照", "Renew licence").into(),
                icon: Icon::PenLine,
                weight: Weight::Main,
                way: Way::Go("/form".into()),
            }],
            facts: vec![
                fact(
                    t(lang, "统一社会信用代码", "Credit code"),
                    "91320000MA1XXXXX3K",
                ),
                fact(t(lang, "类别", "Class"), t(lang, "生物制品", "Biologics")),
                fact(
                    t(lang, "许可证号", "Licence"),
                    t(lang, "苏20210087", "SU20210087"),
                ),
                fact(until, "2026-04-20"),
                Fact {
                    wide: true,
                    ..fact(
                        t(lang, "经营范围", "Scope"),
                        t(
                            lang,
                            "生物制品(除疫苗)、化学药制剂",
                            "Biologics except vaccines, chemical preparations",
                        ),
                    )
                },
                fact(
                    t(lang, "质量负责人", "Quality head"),
                    t(lang, "郑质量", "Zheng"),
                ),
            ],
            tables: Vec::new(),
            versions: vec![
                version(
                    3,
                    "2024-05-01",
                    "",
                    "DW20240428-0002",
                    t(lang, "郑质量 2024-04-30 签", "signed by Zheng 2024-04-30"),
                    vec![change(until, "2024-06-30", "2026-04-20")],
                ),
                version(
                    2,
                    "2022-01-10",
                    "2024-04-30",
                    "DW20220108-0001",
                    t(lang, "郑质量 2022-01-09 签", "signed by Zheng 2022-01-09"),
                    vec![change(
                        t(lang, "经营范围", "Scope"),
                        t(lang, "生物制品", "Biologics"),
                        t(
                            lang,
                            "生物制品(除疫苗)、化学药制剂",
                            "Biologics except vaccines, chemical preparations",
                        ),
                    )],
                ),
                version(
                    1,
                    "2021-06-01",
                    "2022-01-09",
                    "DW20210528-0001",
                    t(lang, "郑质量 2021-05-31 签", "signed by Zheng 2021-05-31"),
                    Vec::new(),
                ),
            ],
        },
    )
}

pub fn flow_page(lang: Lang) -> Markup {
    let steps = [
        (
            "order.fill",
            t(lang, "采购订单填制", "Fill order"),
            t(lang, "采购内勤", "Buyer"),
            t(lang, "采购订单", "Order"),
            t(
                lang,
                "供货单位证照须在有效期内",
                "The supplier's licence must be valid",
            ),
            "",
        ),
        (
            "order.approve",
            t(lang, "采购订单审核", "Approve order"),
            t(lang, "采购经理", "Purchase manager"),
            t(lang, "采购订单", "Order"),
            "",
            t(
                lang,
                "在途账 供货单位 → 在途",
                "On order: supplier → transit",
            ),
        ),
        (
            "receipt.fill",
            t(lang, "采购收货", "Receive"),
            t(lang, "收货员", "Receiver"),
            t(lang, "收货单", "Receipt"),
            t(
                lang,
                "距有效期不足180天不得收货",
                "Not within 180 days of expiry",
            ),
            t(
                lang,
                "库存账 供货单位 → 待验区",
                "Stock: supplier → pending",
            ),
        ),
        (
            "notice.fill",
            t(lang, "验收通知", "Notify"),
            t(lang, "质管员", "Quality clerk"),
            t(lang, "验收通知单", "Notice"),
            "",
            "",
        ),
        (
            "inspection.fill",
            t(lang, "质量验收", "Inspect"),
            t(lang, "验收员", "Inspector"),
            t(lang, "质量验收单", "Inspection"),
            t(lang, "合格加不合格须等于待验数", "Passed and failed add up"),
            t(
                lang,
                "库存账 待验区 → 不合格品区",
                "Stock: pending → rejected",
            ),
        ),
        (
            "stock_in.fill",
            t(lang, "入库", "Store"),
            t(lang, "保管员", "Keeper"),
            t(lang, "入库单", "Stock-in"),
            "",
            t(lang, "库存账 待验区 → 合格品区", "Stock: pending → good"),
        ),
    ];
    flow(
        lang,
        &Flow {
            crumbs: vec![Link::new(t(lang, "流程", "Flows"), "/flows")],
            title: t(lang, "采购入库", "Purchase inbound").into(),
            version: "gsp 0.1.0".into(),
            diagram: Diagram {
                stages: steps
                    .iter()
                    .enumerate()
                    .map(|(i, step)| Stage {
                        id: step.0.into(),
                        name: step.1.into(),
                        role: step.2.into(),
                        slip: step.3.into(),
                        done: i < 2,
                        here: i == 2,
                    })
                    .collect(),
                separate: vec![vec![0, 1], vec![2, 4, 5]],
            },
            steps: Table {
                caption: t(lang, "环节", "Steps").into(),
                heads: vec![
                    Head::new("#", Shape::Count),
                    Head::new(t(lang, "环节", "Step"), Shape::Main),
                    Head::new(t(lang, "岗位", "Role"), Shape::Code),
                    Head::new(t(lang, "单据", "Slip"), Shape::Code),
                    Head::new(t(lang, "校验", "Checks"), Shape::Plain),
                    Head::new(t(lang, "记账", "Posts"), Shape::Plain),
                ],
                rows: steps
                    .iter()
                    .enumerate()
                    .map(|(i, s)| Row {
                        cells: vec![
                            Cell::new((i + 1).to_string()),
                            Cell::new(s.1),
                            Cell::new(s.2),
                            Cell::new(s.3),
                            Cell::new(s.4),
                            Cell::new(s.5),
                        ],
                        here: i == 2,
                        ..Row::default()
                    })
                    .collect(),
                foot: Vec::new(),
            },
            separate: vec![
                t(
                    lang,
                    "采购订单填制、采购订单审核 不得为同一人。",
                    "Filling and approving an order: never by one person.",
                )
                .into(),
                t(
                    lang,
                    "采购收货、质量验收、入库 不得为同一人。",
                    "Receiving, inspecting and storing: never by one person.",
                )
                .into(),
            ],
            begin: Some(Link::new(t(lang, "填采购订单", "New order"), "/form")),
        },
    )
}
