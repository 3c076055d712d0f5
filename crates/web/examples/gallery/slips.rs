//! Pages of slips: an order that waits to be approved, and a receipt in the middle of its chain.

use maud::Markup;
use web::parts::actions::{Action, Way, Weight};
use web::parts::chain::Node;
use web::parts::dialog::Ask;
use web::parts::field::{Entry, Field, Kind};
use web::parts::icon::Icon;
use web::parts::lang::{Lang, t};
use web::parts::slip::{Fact, Slip, slip};
use web::parts::steps::{Progress, Signature, Step};
use web::parts::table::{Cell, Head, Row, Shape, Table};
use web::parts::talk::{Attachment, Change, Comment, Event};
use web::parts::{Link, Tone};

fn signed(person: &str, at: &str) -> Signature {
    Signature {
        person: person.into(),
        at: at.into(),
        at_full: format!("2026-{at}:05 +08:00"),
        ..Signature::default()
    }
}

fn six_steps(lang: Lang, now: usize) -> Vec<Step> {
    let names = [
        (
            t(lang, "采购订单填制", "Fill order"),
            t(lang, "采购内勤", "Buyer"),
            t(lang, "王内勤", "Wang"),
            "04-01 14:08",
        ),
        (
            t(lang, "采购订单审核", "Approve order"),
            t(lang, "采购经理", "Purchase manager"),
            t(lang, "李经理", "Li"),
            "04-01 15:20",
        ),
        (
            t(lang, "采购收货", "Receive"),
            t(lang, "收货员", "Receiver"),
            t(lang, "赵收货", "Zhao"),
            "04-02 08:41",
        ),
        (
            t(lang, "验收通知", "Notify"),
            t(lang, "质管员", "Quality clerk"),
            t(lang, "钱质管", "Qian"),
            "04-02 09:03",
        ),
        (
            t(lang, "质量验收", "Inspect"),
            t(lang, "验收员", "Inspector"),
            t(lang, "孙验收", "Sun"),
            "04-02 10:37",
        ),
        (
            t(lang, "入库", "Store"),
            t(lang, "保管员", "Keeper"),
            t(lang, "周保管", "Zhou"),
            "04-02 11:15",
        ),
    ];
    names
        .iter()
        .enumerate()
        .map(|(index, (name, role, person, at))| Step {
            name: (*name).into(),
            role: (*role).into(),
            progress: match index.cmp(&now) {
                std::cmp::Ordering::Less => Progress::Done,
                std::cmp::Ordering::Equal => Progress::Now,
                std::cmp::Ordering::Greater => Progress::Ahead,
            },
            signatures: if index < now {
                vec![signed(person, at)]
            } else {
                Vec::new()
            },
            waits: if index == now {
                format!(
                    "{} · {}",
                    t(lang, "等 ", "waits for ").to_owned() + person,
                    t(lang, "已 2 小时", "2 h")
                )
            } else {
                String::new()
            },
        })
        .collect()
}

fn node(
    lang: Lang,
    kind: (&str, &str),
    number: &str,
    state: (Tone, &str, &str),
    from: &[usize],
) -> Node {
    Node {
        kind: t(lang, kind.0, kind.1).into(),
        number: number.into(),
        state: t(lang, state.1, state.2).into(),
        tone: state.0,
        url: "/receipt".into(),
        from: from.to_vec(),
        here: false,
    }
}

fn fact(label: &str, value: &str) -> Fact {
    Fact {
        label: label.into(),
        value: value.into(),
        ..Fact::default()
    }
}

fn lines(lang: Lang) -> Table {
    let names = [
        (
            "A001",
            t(lang, "阿莫西林胶囊", "Amoxicillin capsules"),
            "0.25g×24",
            "100",
            "12.50",
            "1,250.00",
        ),
        (
            "A017",
            t(lang, "布洛芬缓释胶囊", "Ibuprofen SR capsules"),
            "0.3g×20",
            "300",
            "18.30",
            "5,490.00",
        ),
        (
            "B002",
            t(lang, "重组人胰岛素注射液", "Human insulin injection"),
            "3ml:300IU",
            "50",
            "52.00",
            "2,600.00",
        ),
    ];
    Table {
        caption: t(lang, "明细", "Lines").into(),
        heads: vec![
            Head::new("#", Shape::Count),
            Head::new(t(lang, "商品", "Item"), Shape::Main),
            Head::new(t(lang, "规格", "Strength"), Shape::Code),
            Head::new(t(lang, "单位", "Unit"), Shape::Plain),
            Head::new(t(lang, "数量", "Quantity"), Shape::Number),
            Head::new(t(lang, "已收", "Received"), Shape::Number),
            Head::new(t(lang, "未执行", "Open"), Shape::Number),
            Head::new(t(lang, "单价", "Price"), Shape::Number),
            Head::new(t(lang, "金额", "Amount"), Shape::Lead),
        ],
        rows: names
            .iter()
            .enumerate()
            .map(|(i, (code, name, strength, qty, price, amount))| {
                Row::from(vec![
                    Cell::new((i + 1).to_string()),
                    Cell::new(*name).to("/record").under(*code),
                    Cell::new(*strength),
                    Cell::new(t(lang, "盒", "box")),
                    Cell::new(*qty),
                    Cell::new("0"),
                    Cell::new(*qty),
                    Cell::new(*price),
                    Cell::new(*amount),
                ])
            })
            .collect(),
        foot: vec![
            Cell::new(""),
            Cell::new(t(lang, "合计 玖仟叁佰肆拾元整", "Total")).over(3),
            Cell::new("450"),
            Cell::new("0"),
            Cell::new("450"),
            Cell::new(""),
            Cell::new("9,340.00"),
        ],
    }
}

fn ask(
    lang: Lang,
    id: &str,
    title: (&str, &str),
    fields: Vec<(Field, Entry)>,
    danger: bool,
) -> Way {
    Way::Ask(Box::new(Ask {
        id: id.into(),
        title: t(lang, title.0, title.1).into(),
        fields,
        confirm: t(lang, "确定", "Confirm").into(),
        danger,
        url: "/ask".into(),
        ..Ask::default()
    }))
}

fn order_actions(lang: Lang) -> Vec<Action> {
    let action = |label: (&str, &str), icon: Icon, weight: Weight, way: Way| Action {
        label: t(lang, label.0, label.1).into(),
        icon,
        weight,
        way,
    };
    let reason = || {
        vec![(
            Field {
                need: true,
                ..Field::new("reason", t(lang, "原因", "Reason"), Kind::Long)
            },
            Entry::default(),
        )]
    };
    let person = || {
        vec![(
            Field {
                need: true,
                ..Field::new(
                    "person",
                    t(lang, "交给", "To"),
                    Kind::Lookup("person".into()),
                )
            },
            Entry::default(),
        )]
    };
    vec![
        action(
            ("审核签字", "Approve and sign"),
            Icon::PenLine,
            Weight::Main,
            Way::Send("/order".into(), vec![("_seen".into(), "9f2c".into())]),
        ),
        action(
            ("退回", "Return"),
            Icon::CornerUpLeft,
            Weight::Plain,
            Way::Ask(Box::new(crate::question(lang))),
        ),
        action(
            ("转办", "Hand over"),
            Icon::ArrowLeftRight,
            Weight::Plain,
            ask(
                lang,
                "hand",
                ("转办给他人", "Hand over to someone"),
                person(),
                false,
            ),
        ),
        action(
            ("加签", "Add signer"),
            Icon::UserPlus,
            Weight::Plain,
            ask(lang, "add", ("加签", "Add a signer"), person(), false),
        ),
        action(
            ("作废", "Void"),
            Icon::Ban,
            Weight::Danger,
            ask(
                lang,
                "void",
                (
                    "作废这张采购订单？编号保留。",
                    "Void this order? Its number is kept.",
                ),
                reason(),
                true,
            ),
        ),
    ]
}

pub fn order_page(lang: Lang) -> Markup {
    slip(lang, &Slip {
        crumbs: vec![Link::new(t(lang, "待办", "Inbox"), "/inbox")],
        kind: t(lang, "采购订单", "Purchase order").into(),
        number: "CG20260401-0007".into(),
        state: (Tone::Wait, t(lang, "待审核", "To approve").into()),
        actions: order_actions(lang),
        prints: vec![Link::new(t(lang, "打印", "Print"), "/order.pdf")],
        steps: six_steps(lang, 1),
        flow: Some(Link::new(t(lang, "看流程图", "Flow diagram"), "/flow")),
        facts: vec![
            Fact { url: Some("/record".into()), wide: true, ..fact(t(lang, "供货单位", "Supplier"), t(lang, "江北药业有限公司", "Jiangbei Pharma Co.")) },
            fact(t(lang, "订单日期", "Date"), "2026-04-01"),
            fact(t(lang, "要求到货", "Wanted by"), "2026-04-03"),
            fact(t(lang, "结算方式", "Terms"), t(lang, "月结 30 天", "30 days")),
            fact(t(lang, "运输方式", "Transport"), t(lang, "冷藏车", "Refrigerated")),
            fact(t(lang, "备注", "Remark"), ""),
        ],
        lines: Some((t(lang, "明细", "Lines").into(), lines(lang))),
        chain: vec![
            Node { here: true, ..node(lang, ("采购订单", "Order"), "CG20260401-0007", (Tone::Wait, "待审核", "to approve"), &[]) },
        ],
        comments: vec![Comment {
            person: t(lang, "王内勤", "Wang").into(),
            at: "04-01 14:09".into(),
            text: t(lang, "胰岛素请安排冷藏车，供货方已确认 4 月 3 日上午到。", "Insulin needs the refrigerated van; the supplier confirmed the morning of 3 April.").into(),
        }],
        comment_url: Some("/order".into()),
        attachments: vec![Attachment {
            file: Link::new(t(lang, "报价单 2026-03-31.pdf", "quotation 2026-03-31.pdf"), "/x"),
            about: t(lang, "184 kB · 王内勤 · 04-01 14:07", "184 kB · Wang · 04-01 14:07").into(),
        }],
        attach_url: Some("/order".into()),
        history: vec![
            Event {
                at: "04-01 14:08".into(),
                person: t(lang, "王内勤", "Wang").into(),
                what: t(lang, "填制并签字", "filled in and signed").into(),
                changes: vec![Change { label: t(lang, "第 2 行 数量", "Line 2 quantity").into(), before: "200".into(), after: "300".into() }],
            },
            Event { at: "04-01 13:52".into(), person: t(lang, "王内勤", "Wang").into(), what: t(lang, "建立草稿", "began the draft").into(), changes: Vec::new() },
        ],
        ..Slip::default()
    })
}

pub fn receipt_page(lang: Lang) -> Markup {
    let mut steps = six_steps(lang, 4);
    steps[1].signatures[0].on_behalf_of = Some(t(lang, "张总监", "Zhang").into());
    steps[4].signatures = vec![signed(t(lang, "孙验收", "Sun"), "04-02 10:12")];
    steps[4].waits = t(
        lang,
        "双人验收 1 / 2 · 等 吴验收",
        "two inspectors, 1 of 2 · waits for Wu",
    )
    .into();
    let done = (Tone::Done, "已完成", "completed");
    let entries = [
        (
            t(lang, "在途账", "On order"),
            t(lang, "在途", "In transit"),
            "A001",
            "",
            "60",
        ),
        (
            t(lang, "在途账", "On order"),
            t(lang, "供货单位", "Supplier"),
            "A001",
            "60",
            "",
        ),
        (
            t(lang, "库存账", "Stock"),
            t(lang, "待验区", "Pending"),
            "A001 / B240101",
            "58",
            "",
        ),
        (
            t(lang, "库存账", "Stock"),
            t(lang, "供货单位", "Supplier"),
            "A001 / B240101",
            "",
            "58",
        ),
    ];
    slip(
        lang,
        &Slip {
            crumbs: vec![Link::new(t(lang, "收货单", "Receipts"), "/slips")],
            kind: t(lang, "收货单", "Receipt").into(),
            number: "SH20260402-0001".into(),
            state: (Tone::Done, t(lang, "已执行", "Executed").into()),
            notes: vec![(
                Tone::Held,
                t(
                    lang,
                    "本单已验收一次不合格 8 盒，不合格品已移入不合格品区。",
                    "8 boxes failed inspection and were moved to the rejected zone.",
                )
                .into(),
            )],
            actions: vec![Action {
                label: t(lang, "红字冲销", "Reverse").into(),
                icon: Icon::RotateCcw,
                weight: Weight::Danger,
                way: ask(
                    lang,
                    "reverse",
                    ("红字冲销收货单", "Reverse the receipt"),
                    Vec::new(),
                    true,
                ),
            }],
            prints: vec![Link::new(t(lang, "打印", "Print"), "/x.pdf")],
            steps,
            flow: Some(Link::new(t(lang, "看流程图", "Flow diagram"), "/flow")),
            facts: vec![
                Fact {
                    url: Some("/record".into()),
                    wide: true,
                    ..fact(
                        t(lang, "供货单位", "Supplier"),
                        t(lang, "江北药业有限公司", "Jiangbei Pharma Co."),
                    )
                },
                fact(t(lang, "随货同行单号", "Delivery note"), "DN-260402-118"),
                fact(
                    t(lang, "运输方式", "Transport"),
                    t(lang, "冷藏车", "Refrigerated"),
                ),
                fact(t(lang, "到货温度", "Temperature"), "4.6 ℃"),
                fact(t(lang, "到货时间", "Arrived"), "2026-04-02 08:35"),
            ],
            lines: Some((t(lang, "明细", "Lines").into(), lines(lang))),
            entries: Some(Table {
                caption: t(lang, "分录", "Entries").into(),
                heads: vec![
                    Head::new(t(lang, "账", "Ledger"), Shape::Main),
                    Head::new(t(lang, "账位", "Place"), Shape::Plain),
                    Head::new(t(lang, "商品 / 批号", "Item / batch"), Shape::Code),
                    Head::new(t(lang, "收", "In"), Shape::Number),
                    Head::new(t(lang, "付", "Out"), Shape::Number),
                ],
                rows: entries
                    .iter()
                    .map(|(a, b, c, d, e)| {
                        Row::from(vec![
                            Cell::new(*a),
                            Cell::new(*b).to("/statement"),
                            Cell::new(*c),
                            Cell::new(*d),
                            Cell::new(*e),
                        ])
                    })
                    .collect(),
                foot: Vec::new(),
            }),
            chain: vec![
                node(
                    lang,
                    ("采购订单", "Order"),
                    "CG20260401-0001",
                    (Tone::Wait, "部分到货", "partly received"),
                    &[],
                ),
                Node {
                    here: true,
                    ..node(lang, ("收货单", "Receipt"), "SH20260402-0001", done, &[0])
                },
                node(lang, ("收货单", "Receipt"), "SH20260403-0004", done, &[0]),
                node(
                    lang,
                    ("验收通知单", "Notice"),
                    "TZ20260402-0001",
                    done,
                    &[1],
                ),
                node(
                    lang,
                    ("验收通知单", "Notice"),
                    "TZ20260403-0002",
                    done,
                    &[2],
                ),
                node(
                    lang,
                    ("质量验收单", "Inspection"),
                    "YS20260402-0001",
                    (Tone::Wait, "待签 1/2", "1 of 2 signed"),
                    &[3],
                ),
                node(
                    lang,
                    ("质量验收单", "Inspection"),
                    "YS20260403-0003",
                    done,
                    &[4],
                ),
                node(lang, ("入库单", "Stock-in"), "RK20260403-0002", done, &[6]),
            ],
            history: vec![Event {
                at: "04-02 08:41".into(),
                person: t(lang, "赵收货", "Zhao").into(),
                what: t(lang, "收货并签字", "received and signed").into(),
                changes: Vec::new(),
            }],
            comment_url: Some("/order".into()),
            attach_url: Some("/order".into()),
            ..Slip::default()
        },
    )
}
