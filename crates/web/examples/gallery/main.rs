//! Every page of the product with believable content, in both languages, as files to look at:
//! `cargo run -p web --example gallery -- DIR`. Serve DIR and `crates/web/assets` as `/assets` to see them styled.

mod enquiries;
mod forms;
mod inbox;
mod lists;
mod records;
mod slips;

use std::path::{Path, PathBuf};

use maud::Markup;
use web::layout::{Place, Shell, Toast, bare, page};
use web::parts::dialog::{Ask, panel};
use web::parts::fault::{Fault, fault, refusal};
use web::parts::field::{Entry, Field, Kind};
use web::parts::form::Refused;
use web::parts::lang::{Lang, t};
use web::parts::login::{Login, login};
use web::parts::{Link, Tone};

/// The shell as 李经理 sees it.
fn shell(lang: Lang, title: &str, here: Place) -> Shell {
    Shell {
        lang,
        title: title.into(),
        here,
        person: t(lang, "李经理", "Li Manager").into(),
        roles: t(
            lang,
            "采购经理 · 华东仓",
            "Purchase manager · East warehouse",
        )
        .into(),
        organisation: t(lang, "江南医药有限公司", "Jiangnan Pharma").into(),
        waiting: 7,
        admin: true,
        csrf: "csrf".into(),
        begin: vec![
            Link::new(t(lang, "采购订单", "Purchase order"), "/slips/new/order"),
            Link::new(
                t(lang, "采购退出通知单", "Purchase return"),
                "/slips/new/return",
            ),
        ],
        toasts: Vec::new(),
        path: "/inbox".into(),
    }
}

fn write(folder: &Path, lang: Lang, name: &str, body: Markup) -> std::io::Result<()> {
    std::fs::write(
        folder.join(format!("{name}.{}.html", lang.code())),
        body.into_string(),
    )
}

fn pages(folder: &Path, lang: Lang) -> std::io::Result<()> {
    let in_shell = |here: Place, title: &str, body: Markup| page(&shell(lang, title, here), body);
    write(folder, lang, "login", login(lang, &log_in(lang, false)))?;
    write(
        folder,
        lang,
        "login_refused",
        login(lang, &log_in(lang, true)),
    )?;
    let mut first = shell(lang, t(lang, "待办", "Inbox"), Place::Inbox);
    first.toasts.push(Toast {
        tone: Tone::Done,
        text: t(lang, "已签字：采购订单", "Signed: purchase order").into(),
        link: Some(Link::new("CG20260401-0006", "/order")),
    });
    write(folder, lang, "inbox", page(&first, inbox::page(lang, true)))?;
    write(
        folder,
        lang,
        "inbox_empty",
        in_shell(Place::Inbox, "Inbox", inbox::page(lang, false)),
    )?;
    write(folder, lang, "inbox_fragment", inbox::newer(lang))?;
    write(
        folder,
        lang,
        "slips",
        in_shell(Place::Slips, "Slips", lists::slips(lang)),
    )?;
    write(
        folder,
        lang,
        "order",
        in_shell(Place::Slips, "CG20260401-0007", slips::order_page(lang)),
    )?;
    write(
        folder,
        lang,
        "receipt",
        in_shell(Place::Slips, "SH20260402-0001", slips::receipt_page(lang)),
    )?;
    write(
        folder,
        lang,
        "form",
        in_shell(Place::Slips, "New", forms::order_form(lang)),
    )?;
    write(
        folder,
        lang,
        "form_refused",
        in_shell(Place::Slips, "Receipt", forms::receipt_form(lang)),
    )?;
    write(
        folder,
        lang,
        "balances",
        in_shell(Place::Ledgers, "Ledgers", enquiries::balances(lang)),
    )?;
    write(
        folder,
        lang,
        "statement",
        in_shell(Place::Ledgers, "Ledgers", enquiries::statement(lang)),
    )?;
    write(
        folder,
        lang,
        "register",
        in_shell(Place::Registers, "Registers", lists::register(lang)),
    )?;
    write(
        folder,
        lang,
        "record",
        in_shell(Place::Registers, "Registers", records::record_page(lang)),
    )?;
    write(
        folder,
        lang,
        "flow",
        in_shell(Place::Flows, "Flows", records::flow_page(lang)),
    )?;
    write(
        folder,
        lang,
        "404",
        in_shell(Place::Elsewhere, "404", fault(lang, &Fault::NotFound)),
    )?;
    let who = t(
        lang,
        "采购订单审核 须由 采购经理 办理。",
        "Approving a purchase order is for the purchase manager.",
    );
    write(
        folder,
        lang,
        "403",
        in_shell(
            Place::Elsewhere,
            "403",
            fault(lang, &Fault::NotAllowed(who.into())),
        ),
    )?;
    write(
        folder,
        lang,
        "500",
        bare(lang, "500", fault(lang, &Fault::Broken("7f3a-09c2".into()))),
    )?;
    write(
        folder,
        lang,
        "refusal",
        in_shell(Place::Slips, "Refused", refused(lang)),
    )?;
    write(
        folder,
        lang,
        "ask",
        in_shell(
            Place::Slips,
            "Return",
            panel(lang, &question(lang), "/order"),
        ),
    )
}

fn log_in(lang: Lang, again: bool) -> Login {
    Login {
        organisation: t(lang, "江南医药有限公司", "Jiangnan Pharma").into(),
        name: if again {
            "li.jingli".into()
        } else {
            String::new()
        },
        refusal: again.then(|| {
            t(
                lang,
                "用户名或密码不对。再错 3 次将锁定 15 分钟。",
                "Wrong name or password. After 3 more tries the account is locked for 15 minutes.",
            )
            .into()
        }),
        version: "0.1.0".into(),
        ..Login::default()
    }
}

fn refused(lang: Lang) -> Markup {
    let sentence = t(
        lang,
        "采购订单审核 与 采购订单填制 不得为同一人。",
        "Filling and approving a purchase order may not be done by one person.",
    );
    let one = Refused {
        code: "gsp.purchase_inbound.separate".into(),
        sentence: sentence.into(),
        input: None,
    };
    refusal(
        lang,
        &[one],
        &Link::new(t(lang, "回到单据", "Back to the slip"), "/order"),
    )
}

/// The question behind 退回; also opened as a dialog on the page of the slip.
pub fn question(lang: Lang) -> Ask {
    let to = Kind::Choice(vec![(
        "order.fill".into(),
        t(lang, "采购订单填制(王内勤)", "Fill the order (Wang)").into(),
    )]);
    let step = Field {
        need: true,
        ..Field::new("to", t(lang, "退回到", "Return to"), to)
    };
    let reason = Field {
        need: true,
        ..Field::new("reason", t(lang, "退回原因", "Reason"), Kind::Long)
    };
    Ask {
        id: "return".into(),
        title: t(lang, "退回采购订单", "Return the purchase order").into(),
        text: t(
            lang,
            "退回后由对方修改并重新签字；原因记入历史。",
            "The other person changes it and signs again; the reason goes into the history.",
        )
        .into(),
        fields: vec![(step, Entry::new("order.fill")), (reason, Entry::default())],
        confirm: t(lang, "退回", "Return").into(),
        url: "/ask".into(),
        ..Ask::default()
    }
}

fn main() -> std::io::Result<()> {
    let folder = PathBuf::from(
        std::env::args()
            .nth(1)
            .unwrap_or_else(|| "/tmp/gallery".into()),
    );
    std::fs::create_dir_all(&folder)?;
    for lang in [Lang::Zh, Lang::En] {
        pages(&folder, lang)?;
    }
    println!("{}", folder.display());
    Ok(())
}
