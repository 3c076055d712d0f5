//! Inbox, list and pages of slips.

use maud::{Markup, html};
use web::parts::actions::{Action, Way, Weight};
use web::parts::chain::Node;
use web::parts::dialog::Ask;
use web::parts::field::{Entry, Field, Kind};
use web::parts::icon::Icon;
use web::parts::inbox::{Inbox, Urgency, Waiting, fragment, inbox};
use web::parts::lang::{Lang, t};
use web::parts::list::{Choose, Filter, List, Pager, list};
use web::parts::slip::{Fact, Slip, slip};
use web::parts::steps::{Progress, Signature, Step};
use web::parts::table::{Cell, Head, Row, Shape, Table};
use web::parts::talk::{Attachment, Change, Comment, Event};
use web::parts::{Link, Tab, Tone};

fn tab(label: &str, count: Option<u32>, here: bool) -> Tab {
    Tab {
        label: label.into(),
        url: "#".into(),
        count,
        here,
    }
}

fn waiting(lang: Lang) -> Vec<Waiting> {
    let approve = t(lang, "采购订单审核", "Approve order");
    let one = |number: &str,
               summary: (&str, &str),
               amount: &str,
               since: &str,
               due: &str,
               urgency: Urgency| Waiting {
        key: format!("{number}:order.approve:9f2c"),
        step: approve.into(),
        number: number.into(),
        url: "/order".into(),
        summary: t(lang, summary.0, summary.1).into(),
        why: t(lang, "岗位 采购经理", "Role purchase manager").into(),
        since: since.into(),
        since_full: format!("2026-{since}:12"),
        due: due.into(),
        urgency,
        from: t(lang, "王内勤", "Wang").into(),
        amount: amount.into(),
        mark: None,
        batch: true,
    };
    let mut items = vec![
        one(
            "CG20260331-0012",
            (
                "华中制药厂 · 阿莫西林胶囊 等 4 种",
                "Huazhong Works · Amoxicillin capsules and 3 more",
            ),
            "¥48,600.00",
            "03-31 16:40",
            "04-01 16:40",
            Urgency::Late,
        ),
        one(
            "CG20260401-0003",
            (
                "江北药业 · 布洛芬缓释胶囊 等 2 种",
                "Jiangbei · Ibuprofen SR and 1 more",
            ),
            "¥12,750.00",
            "04-01 09:05",
            "04-02 09:05",
            Urgency::Soon,
        ),
        one(
            "CG20260401-0005",
            (
                "滨海生物 · 人血白蛋白(冷藏)",
                "Binhai Bio · Human albumin (cold)",
            ),
            "¥126,000.00",
            "04-01 10:22",
            "04-02 10:22",
            Urgency::Soon,
        ),
        one(
            "CG20260401-0007",
            (
                "江北药业 · 阿莫西林胶囊 等 3 种",
                "Jiangbei · Amoxicillin capsules and 2 more",
            ),
            "¥9,340.00",
            "04-01 14:10",
            "04-03 14:10",
            Urgency::Calm,
        ),
        one(
            "CG20260401-0008",
            (
                "华中制药厂 · 头孢克肟分散片",
                "Huazhong Works · Cefixime tablets",
            ),
            "¥3,215.50",
            "04-01 15:31",
            "04-03 15:31",
            Urgency::Calm,
        ),
    ];
    items[1].mark = Some((Tone::Held, t(lang, "催办", "Reminded").into()));
    items[2].why = t(lang, "代 张总监 至 04-10", "For Zhang until 04-10").into();
    items.push(Waiting {
        step: t(lang, "退出通知单审核", "Approve return").into(),
        number: "TC20260401-0001".into(),
        summary: t(
            lang,
            "江北药业 · 维生素C片 批号 B250903",
            "Jiangbei · Vitamin C tablets, batch B250903",
        )
        .into(),
        amount: "-¥1,280.00".into(),
        key: "TC20260401-0001:return.approve:11".into(),
        ..items[4].clone()
    });
    items.push(Waiting {
        step: t(lang, "采购订单填制", "Fill order").into(),
        number: "CG20260330-0009".into(),
        mark: Some((Tone::Dead, t(lang, "已退回", "Returned").into())),
        summary: t(
            lang,
            "滨海生物 · 注射用重组人干扰素",
            "Binhai Bio · Interferon for injection",
        )
        .into(),
        why: t(lang, "由您填制", "You filled it").into(),
        from: t(lang, "赵会计", "Zhao").into(),
        batch: false,
        key: "CG20260330-0009:order.fill:2".into(),
        ..items[4].clone()
    });
    items
}

fn the_inbox(lang: Lang, full: bool) -> Inbox {
    Inbox {
        tabs: vec![
            tab(
                t(lang, "待我办", "For me"),
                Some(if full { 7 } else { 0 }),
                true,
            ),
            tab(t(lang, "我发起", "Begun by me"), Some(12), false),
            tab(t(lang, "抄送我", "Copied to me"), Some(3), false),
            tab(t(lang, "已办", "Done"), None, false),
        ],
        steps: vec![
            tab(t(lang, "全部", "All"), Some(7), true),
            tab(t(lang, "采购订单审核", "Approve order"), Some(5), false),
            tab(t(lang, "退出通知单审核", "Approve return"), Some(1), false),
            tab(t(lang, "采购订单填制", "Fill order"), Some(1), false),
        ],
        items: if full { waiting(lang) } else { Vec::new() },
        batch_url: Some("/inbox/sign".into()),
        hidden: vec![("_csrf".into(), "csrf".into())],
        when_empty: vec![Link::new(t(lang, "看单据", "Look at slips"), "/slips")],
    }
}

pub fn inbox_page(lang: Lang, full: bool) -> Markup {
    inbox(lang, &the_inbox(lang, full))
}

/// What `/events` makes an open inbox fetch: one item more than the page had.
pub fn inbox_fragment(lang: Lang) -> Markup {
    let mut more = the_inbox(lang, true);
    let newer = Waiting {
        number: "CG20260401-0009".into(),
        key: "CG20260401-0009:order.approve:1".into(),
        since: "04-01 16:02".into(),
        ..more.items[3].clone()
    };
    more.items.insert(0, newer);
    html! { (fragment(lang, &more)) }
}

pub fn list_page(lang: Lang) -> Markup {
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
            .map(|(i, (zh, en))| tab(t(lang, zh, en), None, i == 0))
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
