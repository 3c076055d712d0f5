//! The inbox, full and empty.

use maud::Markup;
use web::parts::inbox::{Inbox, Urgency, Waiting, fragment, inbox};
use web::parts::lang::{Lang, t};
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

pub fn page(lang: Lang, full: bool) -> Markup {
    inbox(lang, &the_inbox(lang, full))
}

/// What `/events` makes an open inbox fetch: one item more than the page had.
pub fn newer(lang: Lang) -> Markup {
    let mut more = the_inbox(lang, true);
    let newer = Waiting {
        number: "CG20260401-0009".into(),
        key: "CG20260401-0009:order.approve:1".into(),
        since: "04-01 16:02".into(),
        ..more.items[3].clone()
    };
    more.items.insert(0, newer);
    fragment(lang, &more)
}
