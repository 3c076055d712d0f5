//! Ledgers, registers and flows.

use maud::Markup;
use web::parts::actions::{Action, Way, Weight};
use web::parts::diagram::{Diagram, Stage};
use web::parts::flow::{Flow, flow};
use web::parts::icon::Icon;
use web::parts::lang::{Lang, t};
use web::parts::ledger::{Enquiry, enquiry};
use web::parts::list::{Choose, Filter, List, Pager, list};
use web::parts::register::{Record, Version, record};
use web::parts::slip::Fact;
use web::parts::table::{Cell, Head, Row, Shape, Table};
use web::parts::talk::Change;
use web::parts::{Link, Tab, Tone};

fn ledgers(lang: Lang) -> Vec<Tab> {
    [
        ("在途账", "On order"),
        ("库存账", "Stock"),
        ("总账", "General ledger"),
    ]
    .iter()
    .enumerate()
    .map(|(i, (zh, en))| Tab {
        label: t(lang, zh, en).into(),
        url: "/balances".into(),
        count: None,
        here: i == 1,
    })
    .collect()
}

fn filter(name: &str, label: &str, choose: Choose, value: &str) -> Filter {
    Filter {
        name: name.into(),
        label: label.into(),
        choose,
        value: value.into(),
    }
}

pub fn balances(lang: Lang) -> Markup {
    let rows: [(u8, &str, &str, [&str; 4]); 11] = [
        (
            1,
            t(lang, "供货单位", "Supplier"),
            "",
            ["-1,240", "", "378", "-1,618"],
        ),
        (
            1,
            t(lang, "待验区", "Pending"),
            t(lang, "黄", "yellow"),
            ["0", "378", "258", "120"],
        ),
        (
            2,
            t(lang, "A001 阿莫西林胶囊", "A001 Amoxicillin capsules"),
            "",
            ["0", "58", "58", "0"],
        ),
        (
            3,
            "B240101",
            t(lang, "有效期至 2028-01-01", "until 2028-01-01"),
            ["0", "58", "58", "0"],
        ),
        (
            2,
            t(lang, "A017 布洛芬缓释胶囊", "A017 Ibuprofen SR capsules"),
            "",
            ["0", "320", "200", "120"],
        ),
        (
            3,
            "K2602",
            t(lang, "有效期至 2027-11-30", "until 2027-11-30"),
            ["0", "320", "200", "120"],
        ),
        (
            1,
            t(lang, "合格品区", "Good"),
            t(lang, "绿", "green"),
            ["1,240", "250", "0", "1,490"],
        ),
        (
            2,
            t(lang, "A001 阿莫西林胶囊", "A001 Amoxicillin capsules"),
            "",
            ["840", "50", "0", "890"],
        ),
        (
            3,
            "B240101",
            t(lang, "有效期至 2028-01-01", "until 2028-01-01"),
            ["0", "50", "0", "50"],
        ),
        (
            3,
            "B231107",
            t(lang, "有效期至 2026-10-31", "until 2026-10-31"),
            ["840", "0", "0", "840"],
        ),
        (
            1,
            t(lang, "不合格品区", "Rejected"),
            t(lang, "红", "red"),
            ["0", "8", "0", "8"],
        ),
    ];
    let next = |i: usize| rows.get(i + 1).map_or(0, |row| row.0);
    enquiry(
        lang,
        &Enquiry {
            title: t(lang, "库存账", "Stock").into(),
            ledgers: ledgers(lang),
            filters: vec![
                filter("q", t(lang, "商品、批号", "Item, batch"), Choose::Words, ""),
                filter("from", t(lang, "期间从", "From"), Choose::Day, "2026-04-01"),
                filter("to", t(lang, "到", "To"), Choose::Day, "2026-04-30"),
                filter(
                    "state",
                    t(lang, "分录状态", "Entries"),
                    Choose::One(vec![
                        ("posted".into(), t(lang, "已记账", "Posted").into()),
                        ("all".into(), t(lang, "含未记账", "With drafts").into()),
                    ]),
                    "posted",
                ),
                filter(
                    "zero",
                    t(lang, "含余额为零", "With zero balances"),
                    Choose::Yes,
                    "1",
                ),
            ],
            table: Table {
                caption: t(lang, "余额", "Balances").into(),
                heads: vec![
                    Head::new(
                        t(lang, "账位 / 商品 / 批号", "Place / item / batch"),
                        Shape::Main,
                    ),
                    Head::new(t(lang, "期初", "Opening"), Shape::Number),
                    Head::new(t(lang, "收", "In"), Shape::Number),
                    Head::new(t(lang, "付", "Out"), Shape::Number),
                    Head::new(t(lang, "结存", "Closing"), Shape::Lead),
                ],
                rows: rows
                    .iter()
                    .enumerate()
                    .map(|(i, (level, name, sub, figures))| Row {
                        cells: std::iter::once(Cell::new(*name).to("/statement").under(*sub))
                            .chain(figures.iter().map(|f| Cell::new(*f)))
                            .collect(),
                        level: *level,
                        opens: next(i) > *level,
                        ..Row::default()
                    })
                    .collect(),
                foot: vec![
                    Cell::new(t(lang, "合计(应为零)", "Sum (must be zero)")),
                    Cell::new("0"),
                    Cell::new("636"),
                    Cell::new("636"),
                    Cell::new("0"),
                ],
            },
            foot: t(
                lang,
                "单位 盒 · 截至 2026-04-02 11:20:31 · 取数 1.2 毫秒",
                "Boxes · as of 2026-04-02 11:20:31",
            )
            .into(),
            export: Some("/x.xlsx".into()),
            ..Enquiry::default()
        },
    )
}

pub fn statement(lang: Lang) -> Markup {
    let rows = [
        (
            "2026-04-02",
            "SH20260402-0001",
            t(lang, "采购收货 赵收货", "Received by Zhao"),
            "58",
            "",
            "58",
        ),
        (
            "2026-04-02",
            "YS20260402-0001",
            t(lang, "质量验收 不合格 孙验收", "Failed inspection, Sun"),
            "",
            "8",
            "50",
        ),
        (
            "2026-04-02",
            "RK20260402-0001",
            t(lang, "入库 周保管", "Stored by Zhou"),
            "",
            "50",
            "0",
        ),
        (
            "2026-04-03",
            "SH20260403-0004",
            t(lang, "采购收货 赵收货", "Received by Zhao"),
            "40",
            "",
            "40",
        ),
        (
            "2026-04-03",
            "SH20260403-0005",
            t(lang, "红字冲销 SH20260403-0004", "Reverses SH20260403-0004"),
            "-40",
            "",
            "0",
        ),
    ];
    let mut table = Table {
        caption: t(lang, "明细账", "Statement").into(),
        heads: vec![
            Head::new(t(lang, "日期", "Date"), Shape::Code),
            Head::new(t(lang, "单据", "Slip"), Shape::Main),
            Head::new(t(lang, "摘要", "About"), Shape::Plain),
            Head::new(t(lang, "收", "In"), Shape::Number),
            Head::new(t(lang, "付", "Out"), Shape::Number),
            Head::new(t(lang, "结存", "Balance"), Shape::Lead),
        ],
        ..Table::default()
    };
    let total = |label: &str, figures: [&str; 3]| Row {
        cells: [Cell::new("2026-04"), Cell::new(label).over(2)]
            .into_iter()
            .chain(figures.iter().map(|f| Cell::new(*f)))
            .collect(),
        sum: true,
        ..Row::default()
    };
    table
        .rows
        .push(total(t(lang, "承前页", "Brought forward"), ["", "", "0"]));
    table.rows.extend(
        rows.iter()
            .map(|(day, number, about, taken, given, balance)| {
                Row::from(vec![
                    Cell::new(*day),
                    Cell::new(*number).to("/receipt"),
                    Cell::new(*about),
                    Cell::new(*taken),
                    Cell::new(*given),
                    Cell::new(*balance),
                ])
            }),
    );
    table
        .rows
        .push(total(t(lang, "本月合计", "Month"), ["58", "58", "0"]));
    table
        .rows
        .push(total(t(lang, "本年累计", "Year"), ["640", "640", "0"]));
    enquiry(
        lang,
        &Enquiry {
            crumbs: vec![
                Link::new(t(lang, "库存账", "Stock"), "/balances"),
                Link::new(t(lang, "待验区", "Pending"), "/balances"),
            ],
            title: t(
                lang,
                "A001 阿莫西林胶囊 / B240101",
                "A001 Amoxicillin capsules / B240101",
            )
            .into(),
            filters: vec![
                filter("from", t(lang, "期间从", "From"), Choose::Day, "2026-04-01"),
                filter("to", t(lang, "到", "To"), Choose::Day, "2026-04-30"),
            ],
            table,
            foot: t(
                lang,
                "5 笔 · 截至 2026-04-03 09:12:44",
                "5 rows · as of 2026-04-03 09:12:44",
            )
            .into(),
            export: Some("/x.xlsx".into()),
            ..Enquiry::default()
        },
    )
}

pub fn register(lang: Lang) -> Markup {
    let parties = [
        (
            "S01",
            t(lang, "江北药业有限公司", "Jiangbei Pharma Co."),
            t(lang, "药品生产", "Maker"),
            "2027-12-31",
            Tone::Done,
            t(lang, "合格", "Valid"),
        ),
        (
            "S02",
            t(lang, "华中制药厂", "Huazhong Works"),
            t(lang, "药品生产", "Maker"),
            "2025-12-31",
            Tone::Dead,
            t(lang, "证照过期，已锁定", "Expired, locked"),
        ),
        (
            "S03",
            t(lang, "滨海生物制品有限公司", "Binhai Biologics Co."),
            t(lang, "生物制品", "Biologics"),
            "2026-04-20",
            Tone::Held,
            t(lang, "19 天后到期", "19 days left"),
        ),
        (
            "S04",
            t(lang, "东岭中药饮片厂", "Dongling Herbs"),
            t(lang, "中药饮片", "Herbs"),
            "2028-06-30",
            Tone::Done,
            t(lang, "合格", "Valid"),
        ),
    ];
    list(
        lang,
        &List {
            title: t(lang, "供货单位", "Suppliers").into(),
            crumbs: vec![Link::new(t(lang, "台账", "Registers"), "/registers")],
            filters: vec![
                filter(
                    "q",
                    t(lang, "编码、名称、拼音", "Code or name"),
                    Choose::Words,
                    "",
                ),
                filter("at", t(lang, "截至", "As of"), Choose::Day, "2026-04-01"),
            ],
            table: Table {
                caption: t(lang, "供货单位", "Suppliers").into(),
                heads: vec![
                    Head::new(t(lang, "编码", "Code"), Shape::Code),
                    Head::new(t(lang, "名称", "Name"), Shape::Main).sorts("?sort=name", Some(true)),
                    Head::new(t(lang, "类别", "Class"), Shape::Plain),
                    Head::new(t(lang, "证照有效期至", "Licence until"), Shape::Code),
                    Head::new(t(lang, "状态", "State"), Shape::Plain),
                    Head::new(t(lang, "版本", "Version"), Shape::Number),
                ],
                rows: parties
                    .iter()
                    .map(|(code, name, class, until, tone, state)| {
                        Row::from(vec![
                            Cell::new(*code),
                            Cell::new(*name).to("/record"),
                            Cell::new(*class),
                            Cell::new(*until),
                            Cell::state(*tone, *state),
                            Cell::new("3"),
                        ])
                    })
                    .collect(),
                foot: Vec::new(),
            },
            pager: Pager {
                text: "1–4 / 4".into(),
                ..Pager::default()
            },
            export: Some("/x.xlsx".into()),
            begin: vec![Link::new(
                t(lang, "首营企业初装", "Register a supplier"),
                "/form",
            )],
            ..List::default()
        },
    )
}

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
