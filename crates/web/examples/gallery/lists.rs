//! Lists: slips and records.

use maud::Markup;
use web::parts::lang::{Lang, t};
use web::parts::list::{Choose, Filter, List, Pager, list};
use web::parts::table::{Cell, Head, Row, Shape, Table};
use web::parts::{Link, Tab, Tone};

fn tab(label: &str, here: bool) -> Tab {
    Tab {
        label: label.into(),
        url: "#".into(),
        count: None,
        here,
    }
}

pub fn filter(name: &str, label: &str, choose: Choose, value: &str) -> Filter {
    Filter {
        name: name.into(),
        label: label.into(),
        choose,
        value: value.into(),
    }
}

pub fn slips(lang: Lang) -> Markup {
    let states = [
        (Tone::Wait, t(lang, "待审核", "To approve")),
        (Tone::Wait, t(lang, "部分到货", "Partly received")),
        (Tone::Done, t(lang, "已完成", "Completed")),
        (Tone::Dead, t(lang, "已作废", "Void")),
        (Tone::Draft, t(lang, "草稿", "Draft")),
    ];
    let suppliers = [
        t(lang, "江北药业有限公司", "Jiangbei Pharma Co."),
        t(lang, "华中制药厂", "Huazhong Works"),
        t(lang, "滨海生物制品有限公司", "Binhai Biologics Co."),
    ];
    let rows = (0..18usize).map(|n| {
        let (tone, state) = states[[0, 1, 2, 2, 2, 1, 3, 2, 4, 2][n % 10]];
        let amount = (n * 7919 + 35) * 37 % 200_000;
        Row::from(vec![
            Cell::new(if tone == Tone::Draft {
                "—".into()
            } else {
                format!("CG202604{:02}-{:04}", 1 + (17 - n) / 9, 9 - n % 9)
            })
            .to("/order"),
            Cell::new(format!("2026-04-{:02}", 1 + (17 - n) / 9)),
            Cell::new(suppliers[n % 3]),
            Cell::new(t(
                lang,
                "阿莫西林胶囊 等 3 种",
                "Amoxicillin capsules and 2 more",
            )),
            Cell::new(format!(
                "{}{},{:03}.{:02}",
                if n == 6 { "-" } else { "" },
                amount / 1000,
                amount % 1000,
                n * 5
            )),
            Cell::state(tone, state),
            Cell::new(t(lang, "王内勤", "Wang")),
            Cell::new(if tone == Tone::Wait {
                t(lang, "李经理", "Li")
            } else {
                ""
            }),
        ])
    });
    let one = |name: &str, label: &str, choose: Choose| Filter {
        name: name.into(),
        label: label.into(),
        choose,
        value: String::new(),
    };
    let all = t(lang, "全部", "All").to_string();
    list(
        lang,
        &List {
            title: t(lang, "采购订单", "Purchase orders").into(),
            tabs: [
                ("采购订单", "Orders"),
                ("收货单", "Receipts"),
                ("验收通知单", "Notices"),
                ("质量验收单", "Inspections"),
                ("入库单", "Stock-in"),
            ]
            .iter()
            .enumerate()
            .map(|(i, (zh, en))| tab(t(lang, zh, en), i == 0))
            .collect(),
            filters: vec![
                one(
                    "q",
                    t(lang, "单号、单位、商品", "Number, partner, item"),
                    Choose::Words,
                ),
                one(
                    "state",
                    t(lang, "状态", "State"),
                    Choose::One(vec![
                        (String::new(), all),
                        ("1".into(), t(lang, "待审核", "To approve").into()),
                    ]),
                ),
                one("from", t(lang, "日期从", "From"), Choose::Day),
                one("to", t(lang, "到", "To"), Choose::Day),
                one("mine", t(lang, "只看我的", "Mine only"), Choose::Yes),
            ],
            table: Table {
                caption: t(lang, "采购订单", "Purchase orders").into(),
                heads: vec![
                    Head::new(t(lang, "单号", "Number"), Shape::Main)
                        .sorts("?sort=number", Some(false)),
                    Head::new(t(lang, "日期", "Date"), Shape::Code).sorts("?sort=date", None),
                    Head::new(t(lang, "供货单位", "Supplier"), Shape::Plain)
                        .sorts("?sort=supplier", None),
                    Head::new(t(lang, "内容", "About"), Shape::Plain),
                    Head::new(t(lang, "金额", "Amount"), Shape::Lead).sorts("?sort=amount", None),
                    Head::new(t(lang, "状态", "State"), Shape::Plain),
                    Head::new(t(lang, "填制", "Filled by"), Shape::Code),
                    Head::new(t(lang, "在谁手上", "Waits for"), Shape::Code),
                ],
                rows: rows.collect(),
                foot: Vec::new(),
            },
            pager: Pager {
                text: "1–18 / 12,408".into(),
                before: None,
                after: Some("?after=1".into()),
            },
            export: Some("/slips.xlsx".into()),
            begin: vec![Link::new(t(lang, "填采购订单", "New order"), "/form")],
            ..List::default()
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
