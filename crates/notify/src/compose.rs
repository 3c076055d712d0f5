//! What mails and short messages say.

use model::{Catalog, Label};
use store::Notice;

use crate::preference::Event;

/// How texts name the house and lead back to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letterhead {
    /// The organisation.
    pub company: Label,
    /// The address that people's browsers know, without a slash at its end; empty where it is not known.
    pub origin: String,
}

/// A text with its subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// Subject.
    pub title: String,
    /// Text.
    pub body: String,
}

fn of(zh: bool, label: &Label) -> &str {
    if zh { &label.zh } else { &label.en }
}

/// The names of a slip's kind and of a step, in a language.
fn names(catalog: &Catalog, zh: bool, kind: &str, step: &str) -> (String, String) {
    let kind_name = catalog
        .kind(kind)
        .and_then(|(pack, flow, slip)| pack.flows.get(flow)?.slips.get(slip))
        .map_or_else(|| kind.to_owned(), |slip| of(zh, &slip.label).to_owned());
    let step_name = catalog
        .step(step)
        .and_then(|(pack, flow, at)| pack.flows.get(flow)?.steps.get(at))
        .map_or_else(|| step.to_owned(), |step| of(zh, &step.label).to_owned());
    (kind_name, step_name)
}

/// One notice as one line: `采购订单 CG-1 被 李四 退回，请重新办理 采购订单填制：价格不对`.
pub fn sentence(catalog: &Catalog, zh: bool, notice: &Notice, person: &str) -> String {
    let (kind, step) = names(catalog, zh, &notice.slip_kind, &notice.step);
    let slip = format!("{kind} {}", notice.number);
    let said = match (notice.text.trim(), zh) {
        ("", _) => String::new(),
        (text, true) => format!("：{text}"),
        (text, false) => format!(": {text}"),
    };
    let event = Event::of(&notice.kind);
    if zh {
        return match event {
            Some(Event::Named) => format!("{person} 把 {slip} 的 {step} 交给您办理{said}"),
            Some(Event::Returned) => format!("{slip} 被 {person} 退回，请重新办理 {step}{said}"),
            Some(Event::Reminder) => format!("{person} 催办 {slip}：{step}{said}"),
            Some(Event::Deadline) => format!("{slip} 的 {step} 已逾期，请尽快办理"),
            Some(Event::Escalation) => format!("{slip} 的 {step} 逾期未办，现上报给您"),
            Some(Event::Copied) => format!("{person} 抄送 {slip}{said}"),
            Some(Event::Watched) if step.is_empty() => {
                format!("{person} 对您关注的 {slip} 作了处理{said}")
            }
            Some(Event::Watched) => format!("您关注的 {slip}：{person} 办理了 {step}"),
            _ => format!("{slip} 等待 {step}"),
        };
    }
    match event {
        Some(Event::Named) => format!("{person} gave you {step} of {slip}{said}"),
        Some(Event::Returned) => {
            format!("{slip} was returned by {person}; please do {step} again{said}")
        }
        Some(Event::Reminder) => format!("{person} reminds you of {slip}: {step}{said}"),
        Some(Event::Deadline) => format!("{step} of {slip} is overdue"),
        Some(Event::Escalation) => format!("{step} of {slip} is overdue and comes to you"),
        Some(Event::Copied) => format!("{person} sent you a copy of {slip}{said}"),
        Some(Event::Watched) if step.is_empty() => {
            format!("{person} did something with {slip}, which you watch{said}")
        }
        Some(Event::Watched) => format!("{slip}, which you watch: {person} did {step}"),
        _ => format!("{slip} waits for {step}"),
    }
}

/// What follows the sentences of a mail.
fn foot(head: &Letterhead, zh: bool, link: &str) -> String {
    let company = of(zh, &head.company);
    let link = if head.origin.is_empty() {
        String::new()
    } else {
        format!("{}{link}\n", head.origin)
    };
    if zh {
        format!(
            "\n{link}\n—\n{company} · 会签\n本邮件由系统发出，通知方式可在“我的账号 → 通知”中更改。\n"
        )
    } else {
        format!(
            "\n{link}\n—\n{company} · Countersign\nSent by the program; change how you are told under My account → Notices.\n"
        )
    }
}

/// The mail of one notice.
pub fn mail(
    catalog: &Catalog,
    head: &Letterhead,
    zh: bool,
    notice: &Notice,
    person: &str,
) -> Letter {
    let (kind, _) = names(catalog, zh, &notice.slip_kind, &notice.step);
    let what = Event::of(&notice.kind).map_or(("", ""), Event::label);
    let title = if zh {
        format!("【会签】{}：{kind} {}", what.0, notice.number)
    } else {
        format!("[Countersign] {}: {kind} {}", what.1, notice.number)
    };
    let text = sentence(catalog, zh, notice, person);
    let link = format!("/slips/{}", notice.slip.0);
    Letter {
        title,
        body: format!("{text}\n{}", foot(head, zh, &link)),
    }
}

/// The short message of one notice.
pub fn short(catalog: &Catalog, zh: bool, notice: &Notice, person: &str) -> String {
    let text = sentence(catalog, zh, notice, person);
    let mark = if zh { "【会签】" } else { "[Countersign] " };
    let short: String = text.chars().take(260).collect();
    format!("{mark}{short}")
}

/// The mail that sums up a day; `lines` are sentences with the slip each leads to.
pub fn digest(head: &Letterhead, zh: bool, lines: &[(String, i64)]) -> Letter {
    let count = lines.len();
    let title = if zh {
        format!("【会签】今日通知汇总：{count} 条")
    } else {
        format!("[Countersign] {count} notices of the day")
    };
    let mut body = String::new();
    for (line, slip) in lines {
        body.push_str(&format!("• {line}\n"));
        if !head.origin.is_empty() {
            body.push_str(&format!("  {}/slips/{slip}\n", head.origin));
        }
    }
    body.push_str(&foot(head, zh, "/notices"));
    Letter { title, body }
}

/// The mail by which an address is proved.
pub fn proof(head: &Letterhead, zh: bool, code: &str) -> Letter {
    let company = of(zh, &head.company);
    if zh {
        Letter {
            title: "【会签】通知地址验证码".to_owned(),
            body: format!(
                "验证码：{code}\n三十分钟内有效。若非本人操作，请忽略。\n\n—\n{company} · 会签\n"
            ),
        }
    } else {
        Letter {
            title: "[Countersign] code for your address".to_owned(),
            body: format!(
                "Your code: {code}\nIt counts for thirty minutes. If you did not ask for it, do nothing.\n\n—\n{company} · Countersign\n"
            ),
        }
    }
}
