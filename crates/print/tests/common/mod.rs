//! Slips to print: a company, an order and what follows from it, with as many lines as asked.

#![allow(dead_code, reason = "each test binary uses a part")]

use kernel::{Moment, capitals};
use print::{
    Bilingual, Column, Copy, Field, FormData, Kind, Language, Shift, Signature, SlipState,
};

/// The slips of the purchase flow that have a form.
pub const SLIPS: [&str; 5] = ["order", "receipt", "notice", "inspection", "stock_in"];

/// Name, dosage form, specification, manufacturer, approval number, unit.
type Item = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
);

const ITEMS: [Item; 8] = [
    (
        "阿莫西林胶囊",
        "胶囊剂",
        "0.25g×24粒",
        "华北制药股份有限公司",
        "国药准字H13023964",
        "盒",
    ),
    (
        "注射用头孢曲松钠",
        "注射剂",
        "1.0g",
        "上海罗氏制药有限公司",
        "国药准字H10983036",
        "支",
    ),
    (
        "复方丹参滴丸",
        "滴丸剂",
        "27mg×180丸",
        "天士力医药集团股份有限公司",
        "国药准字Z10950111",
        "瓶",
    ),
    (
        "甘精胰岛素注射液",
        "注射剂",
        "3ml:300单位",
        "甘李药业股份有限公司",
        "国药准字S20050051",
        "支",
    ),
    (
        "硝苯地平控释片",
        "片剂",
        "30mg×7片",
        "拜耳医药保健有限公司",
        "国药准字J20180025",
        "盒",
    ),
    (
        "布洛芬缓释胶囊",
        "胶囊剂",
        "0.3g×20粒",
        "中美天津史克制药有限公司",
        "国药准字H10900089",
        "盒",
    ),
    (
        "藿香正气口服液",
        "合剂",
        "10ml×10支",
        "太极集团重庆涪陵制药厂有限公司",
        "国药准字Z50020409",
        "盒",
    ),
    (
        "蒙脱石散",
        "散剂",
        "3g×10袋",
        "博福-益普生(天津)制药有限公司",
        "国药准字H20000690",
        "盒",
    ),
];

struct Row {
    item: usize,
    qty: i64,
    price_fen: i64,
    failed: i64,
}

fn row(index: usize) -> Row {
    let spread = i64::try_from(index).expect("a small index");
    Row {
        item: index % ITEMS.len(),
        qty: 20 + spread * 37 % 480,
        price_fen: 350 + spread * 7_919 % 24_000,
        failed: i64::from(index % 11 == 4),
    }
}

/// Fen as yuan with two decimals.
pub fn yuan(fen: i64) -> String {
    format!(
        "{}{}.{:02}",
        if fen < 0 { "-" } else { "" },
        fen.abs() / 100,
        fen.abs() % 100
    )
}

/// Digits in groups of three, as a form prints them.
pub fn grouped(plain: &str) -> String {
    let (whole, part) = plain
        .split_once('.')
        .map_or((plain, None), |(w, p)| (w, Some(p)));
    let mut out = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    part.map_or(out.clone(), |part| format!("{out}.{part}"))
}

struct Builder {
    language: Language,
    data: FormData,
}

impl Builder {
    fn words<'a>(&self, zh: &'a str, en: &'a str) -> &'a str {
        if self.language == Language::En {
            en
        } else {
            zh
        }
    }

    fn field(&mut self, name: &str, zh: &str, en: &str, value: &str) {
        let label = self.words(zh, en).to_owned();
        self.data.fields.push(Field {
            name: name.into(),
            label,
            value: value.into(),
        });
    }

    fn column(&mut self, name: &str, (zh, en): (&str, &str), kind: Kind, cells: Vec<String>) {
        self.data.columns.push(Column {
            name: name.into(),
            label: self.words(zh, en).to_owned(),
            kind,
            align: None,
            total: None,
        });
        self.data.lines.resize(cells.len(), Vec::new());
        for (line, cell) in self.data.lines.iter_mut().zip(cells) {
            line.push(cell);
        }
    }

    fn totalled(&mut self, name: &str, label: (&str, &str), kind: Kind, values: &[i64]) {
        let write = |value: i64| {
            if kind == Kind::Money {
                yuan(value)
            } else {
                value.to_string()
            }
        };
        self.column(
            name,
            label,
            kind,
            values.iter().map(|value| write(*value)).collect(),
        );
        let total = write(values.iter().sum());
        self.data.columns.last_mut().expect("just added").total = Some(total);
    }

    fn sign(&mut self, zh: &str, en: &str, person: &str, time: &str) {
        self.data.signatures.push(Signature {
            step: self.words(zh, en).to_owned(),
            person: person.into(),
            time: time.into(),
            on_behalf_of: None,
        });
    }
}

/// One slip of the purchase flow with `count` lines.
pub fn slip(kind: &str, language: Language, count: usize) -> FormData {
    let rows: Vec<Row> = (0..count).map(row).collect();
    let mut b = Builder {
        language,
        data: FormData {
            language,
            ..FormData::default()
        },
    };
    b.data.company = Bilingual::new(
        "苏州康泽医药有限公司",
        "Suzhou Kangze Pharmaceutical Co., Ltd.",
    );
    b.data.copies = Copy::usual();
    b.data.digest = "7F3A-91C2-05DE".into();
    b.data.state = SlipState::Effective;
    b.data.shift = Shift::default();
    b.data.recorded = Moment::noon_of("2026-04-02".parse().expect("a day"));
    head(&mut b, kind);
    goods(&mut b, kind, &rows);
    figures(&mut b, kind, &rows);
    signatures(&mut b, kind);
    b.data
}

fn head(b: &mut Builder, kind: &str) {
    let (title, number) = match kind {
        "order" => (
            Bilingual::new("采购订单", "Purchase Order"),
            "CG20260401-0001",
        ),
        "receipt" => (Bilingual::new("收货单", "Goods Receipt"), "SH20260402-0001"),
        "notice" => (
            Bilingual::new("验收通知单", "Inspection Notice"),
            "TZ20260402-0001",
        ),
        "inspection" => (
            Bilingual::new("质量验收单", "Quality Inspection"),
            "YS20260402-0001",
        ),
        "stock_in" => (Bilingual::new("入库单", "Stock-in Slip"), "RK20260402-0001"),
        other => panic!("no slip {other}"),
    };
    b.data.title = title;
    b.data.number = number.into();
    b.field(
        "day",
        "日期",
        "Date",
        if kind == "order" {
            "2026-04-01"
        } else {
            "2026-04-02"
        },
    );
    b.field(
        "supplier",
        "供货单位",
        "Supplier",
        "S01 国药控股江苏有限公司",
    );
    if kind == "order" {
        b.field("deliver_by", "要求到货日期", "Deliver by", "2026-04-05");
        b.field(
            "deliver_to",
            "收货地址",
            "Deliver to",
            "苏州工业园区星湖街328号医药物流中心3号库",
        );
        b.field("payment", "付款方式", "Payment", "月结30天");
    }
    if kind == "receipt" {
        b.field(
            "delivery_note",
            "随货同行单号",
            "Delivery note",
            "DN20260402-88",
        );
        b.field("transport", "运输方式", "Transport", "冷藏");
        b.field("carrier", "承运单位", "Carrier", "");
        b.field("arrived", "到货时间", "Arrived", "2026-04-02 09:20");
        b.field(
            "arrival_temperature",
            "到货温度（℃）",
            "Arrival temperature (℃)",
            "4.6",
        );
    }
}

fn goods(b: &mut Builder, kind: &str, rows: &[Row]) {
    let words = |pick: fn(&Item) -> &'static str| {
        let words = rows.iter().map(|row| pick(&ITEMS[row.item]).to_owned());
        words.collect::<Vec<_>>()
    };
    let named = rows.iter().enumerate();
    let named = named
        .map(|(index, row)| format!("A{:03} {}", index % 8 + 1, ITEMS[row.item].0))
        .collect();
    b.column("item", ("商品", "Item"), Kind::Text, named);
    b.column(
        "dosage_form",
        ("剂型", "Form"),
        Kind::Text,
        words(|item| item.1),
    );
    b.column(
        "specification",
        ("规格", "Specification"),
        Kind::Text,
        words(|item| item.2),
    );
    b.column(
        "manufacturer",
        ("生产厂商", "Manufacturer"),
        Kind::Text,
        words(|item| item.3),
    );
    if kind == "inspection" {
        b.column(
            "approval_number",
            ("批准文号", "Approval no."),
            Kind::Text,
            words(|item| item.4),
        );
    }
    if kind != "order" {
        let batches = (0..rows.len())
            .map(|index| format!("B2601{:02}", index % 90 + 1))
            .collect();
        b.column("batch", ("批号", "Batch"), Kind::Text, batches);
        if kind == "receipt" || kind == "inspection" {
            b.column(
                "made",
                ("生产日期", "Made"),
                Kind::Date,
                vec!["2026-01-01".into(); rows.len()],
            );
        }
        b.column(
            "expiry",
            ("有效期至", "Expiry"),
            Kind::Date,
            vec!["2028-01-01".into(); rows.len()],
        );
    }
    b.column("unit", ("单位", "Unit"), Kind::Text, words(|item| item.5));
}

fn figures(b: &mut Builder, kind: &str, rows: &[Row]) {
    let of = |value: fn(&Row) -> i64| rows.iter().map(value).collect::<Vec<_>>();
    let label = match kind {
        "order" => ("数量", "Quantity"),
        "receipt" | "inspection" => ("到货数量", "Arrived"),
        "notice" => ("待验数量", "To inspect"),
        _ => ("入库数量", "Stocked"),
    };
    let passed = kind == "stock_in";
    if matches!(kind, "receipt" | "notice" | "inspection") {
        let prices = rows.iter().map(|row| yuan(row.price_fen)).collect();
        b.column("price", ("单价", "Price"), Kind::Money, prices);
    }
    let qty = if passed {
        of(|row| row.qty - row.failed)
    } else {
        of(|row| row.qty)
    };
    b.totalled("qty", label, Kind::Quantity, &qty);
    match kind {
        "order" | "stock_in" => {
            let prices = rows.iter().map(|row| yuan(row.price_fen)).collect();
            b.column("price", ("单价", "Price"), Kind::Money, prices);
            let amounts: Vec<i64> = rows
                .iter()
                .zip(&qty)
                .map(|(row, qty)| qty * row.price_fen)
                .collect();
            b.totalled("amount", ("金额", "Amount"), Kind::Money, &amounts);
            let total = i128::from(amounts.iter().sum::<i64>());
            b.data.amount_in_capitals = Some(capitals::rmb(total));
        }
        "receipt" => {
            b.totalled(
                "refused",
                ("拒收数量", "Refused"),
                Kind::Quantity,
                &of(|row| row.failed),
            );
        }
        "inspection" => {
            b.totalled(
                "sampled",
                ("抽样数量", "Sampled"),
                Kind::Quantity,
                &of(|_| 3),
            );
            b.totalled(
                "passed",
                ("合格数量", "Passed"),
                Kind::Quantity,
                &of(|r| r.qty - r.failed),
            );
            b.totalled(
                "failed",
                ("不合格数量", "Failed"),
                Kind::Quantity,
                &of(|row| row.failed),
            );
            let zh = b.language == Language::Zh;
            let finding = if zh {
                "外包装破损"
            } else {
                "outer box broken"
            };
            let measure = if zh {
                "移入不合格品区"
            } else {
                "moved to rejected goods"
            };
            let of_failed = |words: &str| {
                let words = |row: &Row| if row.failed > 0 { words } else { "" }.to_owned();
                rows.iter().map(words).collect::<Vec<_>>()
            };
            b.column(
                "finding",
                ("不合格事项", "Finding"),
                Kind::Text,
                of_failed(finding),
            );
            b.column(
                "measure",
                ("处置措施", "Measure"),
                Kind::Text,
                of_failed(measure),
            );
        }
        _ => {}
    }
    if kind == "stock_in" {
        let bins = (0..rows.len())
            .map(|index| format!("A-{:02}-03", index % 40 + 1))
            .collect();
        b.column("bin", ("货位", "Bin"), Kind::Text, bins);
    }
}

fn signatures(b: &mut Builder, kind: &str) {
    b.sign("采购订单填制", "Order filled", "王内勤", "2026-04-01 10:12");
    b.sign(
        "采购订单审核",
        "Order approved",
        "李经理",
        "2026-04-01 10:31",
    );
    let later = [
        (
            "receipt",
            "采购收货",
            "Goods received",
            "赵收货",
            "2026-04-02 09:40",
        ),
        (
            "notice",
            "验收通知",
            "Inspection called",
            "钱质管",
            "2026-04-02 10:05",
        ),
        (
            "inspection",
            "质量验收",
            "Quality inspected",
            "孙验收",
            "2026-04-02 11:20",
        ),
        (
            "stock_in",
            "入库",
            "Stocked in",
            "周保管",
            "2026-04-02 13:50",
        ),
    ];
    let position = later.iter().position(|step| step.0 == kind);
    for (_, zh, en, person, time) in later.iter().take(position.map_or(0, |at| at + 1)) {
        b.sign(zh, en, person, time);
    }
}
