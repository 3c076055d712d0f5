//! Forms: an order of one's own lines, and a receipt drawn from an order, refused.

use maud::Markup;
use web::parts::Link;
use web::parts::field::{Entry, Field, Kind};
use web::parts::form::{Form, Refused, form};
use web::parts::grid::{Grid, Line};
use web::parts::lang::{Lang, t};
use web::parts::slip::Fact;

fn number(name: &str, label: &str, scale: u8) -> Field {
    Field {
        scale,
        need: true,
        ..Field::new(name, label, Kind::Number)
    }
}

pub fn order_form(lang: Lang) -> Markup {
    let columns = vec![
        Field {
            need: true,
            ..Field::new("item", t(lang, "商品", "Item"), Kind::Lookup("item".into()))
        },
        Field {
            total: true,
            ..number("qty", t(lang, "数量", "Quantity"), 0)
        },
        number("price", t(lang, "单价", "Price"), 2),
        Field {
            need: false,
            is: Some("qty * price".into()),
            total: true,
            ..number("amount", t(lang, "金额", "Amount"), 2)
        },
        Field::new("wanted", t(lang, "要求到货", "Wanted by"), Kind::Date),
        Field::new("remark", t(lang, "备注", "Remark"), Kind::Text),
    ];
    let line = |code: &str, name: &str, qty: &str, price: &str| Line {
        cells: vec![
            Entry::named(code, name),
            Entry::new(qty),
            Entry::new(price),
            Entry::default(),
            Entry::default(),
            Entry::default(),
        ],
        ..Line::default()
    };
    let cold = t(lang, "冷藏", "refrigerated");
    form(
        lang,
        &Form {
            crumbs: vec![Link::new(t(lang, "采购订单", "Purchase orders"), "/slips")],
            title: t(lang, "采购订单填制", "Fill a purchase order").into(),
            url: "/form".into(),
            autosave: Some("/autosave".into()),
            saved_at: Some("14:03".into()),
            hidden: vec![
                ("_csrf".into(), "csrf".into()),
                ("_draft".into(), String::new()),
            ],
            fields: vec![
                (
                    Field {
                        need: true,
                        hint: t(
                            lang,
                            "按编码、名称或拼音首字母查找",
                            "Find by code, name or initials",
                        )
                        .into(),
                        ..Field::new(
                            "supplier",
                            t(lang, "供货单位", "Supplier"),
                            Kind::Lookup("party".into()),
                        )
                    },
                    Entry::named("S01", t(lang, "江北药业有限公司", "Jiangbei Pharma Co.")),
                ),
                (
                    Field {
                        need: true,
                        ..Field::new("wanted", t(lang, "要求到货", "Wanted by"), Kind::Date)
                    },
                    Entry::new("2026-04-03"),
                ),
                (
                    Field::new(
                        "transport",
                        t(lang, "运输方式", "Transport"),
                        Kind::Choice(vec![
                            ("normal".into(), t(lang, "常温", "ambient").into()),
                            ("cold".into(), cold.into()),
                        ]),
                    ),
                    Entry::new("cold"),
                ),
                (
                    Field::new("terms", t(lang, "结算方式", "Terms"), Kind::Text),
                    Entry::new(t(lang, "月结 30 天", "30 days")),
                ),
                (
                    Field::new("urgent", t(lang, "加急", "Urgent"), Kind::Flag),
                    Entry::default(),
                ),
            ],
            grid: Some(Grid {
                title: t(lang, "明细", "Lines").into(),
                columns,
                lines: vec![
                    line(
                        "A001",
                        t(
                            lang,
                            "阿莫西林胶囊 0.25g×24",
                            "Amoxicillin capsules 0.25g×24",
                        ),
                        "100",
                        "12.50",
                    ),
                    line(
                        "A017",
                        t(
                            lang,
                            "布洛芬缓释胶囊 0.3g×20",
                            "Ibuprofen SR capsules 0.3g×20",
                        ),
                        "300",
                        "18.30",
                    ),
                ],
                grows: true,
            }),
            back: "/inbox".into(),
            draft: true,
            ..Form::default()
        },
    )
}

pub fn receipt_form(lang: Lang) -> Markup {
    let short = t(
        lang,
        "距有效期不足 180 天不得收货",
        "Less than 180 days before expiry",
    );
    let over = t(
        lang,
        "到货数量 120 超过未执行数量 100",
        "120 received, but only 100 open",
    );
    let note = t(lang, "随货同行单号不能为空", "The delivery note is missing");
    let columns = vec![
        Field {
            fixed: true,
            ..Field::new("item", t(lang, "商品", "Item"), Kind::Lookup("item".into()))
        },
        Field {
            fixed: true,
            ..number("open", t(lang, "未执行", "Open"), 0)
        },
        Field {
            need: true,
            ..Field::new("batch", t(lang, "批号", "Batch"), Kind::Text)
        },
        Field {
            need: true,
            ..Field::new("made", t(lang, "生产日期", "Made"), Kind::Date)
        },
        Field {
            need: true,
            ..Field::new("expiry", t(lang, "有效期至", "Expiry"), Kind::Date)
        },
        Field {
            total: true,
            ..number("qty", t(lang, "到货数量", "Arrived"), 0)
        },
        Field {
            total: true,
            ..number("refused", t(lang, "拒收数量", "Refused"), 0)
        },
        Field {
            is: Some("qty - refused".into()),
            total: true,
            need: false,
            ..number("taken", t(lang, "实收", "Taken"), 0)
        },
    ];
    let line = |code: &str, name: &str, open: &str, cells: [Entry; 5]| Line {
        source: format!("CG20260401-0001/{code}"),
        with: vec![("from.qty".into(), open.into())],
        cells: [Entry::named(code, name), Entry::new(open)]
            .into_iter()
            .chain(cells)
            .chain([Entry::default()])
            .collect(),
        refusal: None,
    };
    let refused = |code: &str, sentence: &str, input: &str| Refused {
        code: format!("gsp.purchase_inbound.receipt.{code}"),
        sentence: sentence.into(),
        input: Some(input.into()),
    };
    let on_line = |n: u8, text: &str| match lang {
        Lang::Zh => format!("第 {n} 行 {text}"),
        Lang::En => format!("Line {n}: {text}"),
    };
    form(
        lang,
        &Form {
            crumbs: vec![Link::new("CG20260401-0001", "/order")],
            title: t(lang, "采购收货", "Receive goods").into(),
            url: "/form_refused".into(),
            autosave: Some("/autosave".into()),
            refused: vec![
                refused("delivery_note", note, "h.delivery_note"),
                refused("draws", &on_line(1, over), "l.1.qty"),
                refused("shelf_life", &on_line(2, short), "l.2.expiry"),
            ],
            known: vec![
                Fact {
                    label: t(lang, "采购订单", "Purchase order").into(),
                    value: "CG20260401-0001".into(),
                    url: Some("/order".into()),
                    wide: false,
                },
                Fact {
                    label: t(lang, "供货单位", "Supplier").into(),
                    value: t(lang, "江北药业有限公司", "Jiangbei Pharma Co.").into(),
                    ..Fact::default()
                },
                Fact {
                    label: t(lang, "要求到货", "Wanted by").into(),
                    value: "2026-04-03".into(),
                    ..Fact::default()
                },
            ],
            fields: vec![
                (
                    Field {
                        need: true,
                        ..Field::new(
                            "delivery_note",
                            t(lang, "随货同行单号", "Delivery note"),
                            Kind::Text,
                        )
                    },
                    Entry::new("").refused(note),
                ),
                (
                    Field::new(
                        "transport",
                        t(lang, "运输方式", "Transport"),
                        Kind::Choice(vec![("normal".into(), t(lang, "常温", "ambient").into())]),
                    ),
                    Entry::new("normal"),
                ),
                (
                    Field {
                        scale: 1,
                        ..Field::new(
                            "temperature",
                            t(lang, "到货温度 ℃", "Temperature ℃"),
                            Kind::Number,
                        )
                    },
                    Entry::new("4.6"),
                ),
            ],
            grid: Some(Grid {
                title: t(lang, "明细", "Lines").into(),
                columns,
                lines: vec![
                    line(
                        "A001",
                        t(
                            lang,
                            "阿莫西林胶囊 0.25g×24",
                            "Amoxicillin capsules 0.25g×24",
                        ),
                        "100",
                        [
                            Entry::new("B240101"),
                            Entry::new("2026-01-01"),
                            Entry::new("2028-01-01"),
                            Entry::new("120").refused(over),
                            Entry::new("2"),
                        ],
                    ),
                    line(
                        "B002",
                        t(
                            lang,
                            "重组人胰岛素注射液 3ml",
                            "Human insulin injection 3ml",
                        ),
                        "50",
                        [
                            Entry::new("R7731"),
                            Entry::new("2025-12-01"),
                            Entry::new("2026-06-01").refused(short),
                            Entry::new("50"),
                            Entry::new("0"),
                        ],
                    ),
                ],
                grows: false,
            }),
            back: "/order".into(),
            ..Form::default()
        },
    )
}
