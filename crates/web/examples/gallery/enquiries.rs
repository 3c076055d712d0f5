//! Ledger enquiry: balances and a statement.

use maud::Markup;
use web::parts::lang::{Lang, t};
use web::parts::ledger::{Enquiry, enquiry};
use web::parts::list::Choose;
use web::parts::table::{Cell, Head, Row, Shape, Table};
use web::parts::{Link, Tab};

use crate::lists::filter;

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
