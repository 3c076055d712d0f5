//! The question asked before something is done with a slip: as a dialog on its page, and as a page of its own.

use std::sync::Arc;

use engine::{Slip, WaitingKind};

use super::desk::{Reader, address};
use super::judged::{Allowed, Doing};
use super::words;
use crate::error::Error;
use crate::parts::actions::{Action, Way, Weight};
use crate::parts::dialog::Ask;
use crate::parts::field::{Entry, Field, Kind};
use crate::parts::icon::Icon;
use crate::parts::lang::{Lang, t};
use crate::text::random_key;

/// How an act is offered.
struct Face {
    label: &'static str,
    icon: Icon,
    weight: Weight,
}

fn face(lang: Lang, doing: &Doing) -> Face {
    let face = |zh, en, icon, weight| Face {
        label: t(lang, zh, en),
        icon,
        weight,
    };
    match doing {
        Doing::Sign(_) | Doing::Begin(_) | Doing::Refill(_) => {
            face("签字", "Sign", Icon::PenLine, Weight::Main)
        }
        Doing::Cosign(_) => face(
            "加签签字",
            "Sign as added signer",
            Icon::PenLine,
            Weight::Main,
        ),
        Doing::Return => face("退回", "Return", Icon::CornerUpLeft, Weight::Plain),
        Doing::Withdraw => face("撤回", "Withdraw", Icon::Undo, Weight::Plain),
        Doing::Void => face("作废", "Void", Icon::Ban, Weight::Rare),
        Doing::AskReversal => face(
            "申请冲销",
            "Ask for reversal",
            Icon::RotateCcw,
            Weight::Rare,
        ),
        Doing::Reverse => face(
            "确认冲销",
            "Confirm reversal",
            Icon::RotateCcw,
            Weight::Danger,
        ),
        Doing::RefuseReversal => face("退回冲销申请", "Turn reversal down", Icon::X, Weight::Plain),
        Doing::HandOver(_) => face("转办", "Hand over", Icon::ArrowLeftRight, Weight::Rare),
        Doing::AddSigner(_) => face("加签", "Add a signer", Icon::UserPlus, Weight::Rare),
        Doing::CopyTo => face("抄送", "Copy to", Icon::User, Weight::Rare),
        Doing::Remind => face("催办", "Remind", Icon::BellRing, Weight::Rare),
        Doing::Comment => face("留言", "Comment", Icon::MessageSquare, Weight::Rare),
    }
}

/// The address of an act on a slip.
pub(crate) fn act_url(reader: &Reader<'_>, slip: &Slip, allowed: &Allowed) -> String {
    let step = allowed.doing.step();
    let behalf = reader.for_query(allowed.on_behalf_of.as_deref());
    match &allowed.doing {
        Doing::Sign(_) | Doing::Refill(_) => address(
            &format!("/slips/{}/sign/{step}", slip.id),
            &[("for", behalf)],
        ),
        Doing::Begin(_) => address(
            &format!("/new/{step}"),
            &[("from", &slip.id.to_string()), ("for", behalf)],
        ),
        doing => address(
            &format!("/slips/{}/act/{}", slip.id, doing.name()),
            &[("step", step), ("for", behalf)],
        ),
    }
}

/// The question before an act. Acts that choose people ask on a page of their own.
pub(crate) fn ask(
    reader: &Reader<'_>,
    slip: &Slip,
    allowed: &Allowed,
    csrf: &str,
) -> Result<Ask, Error> {
    let lang = reader.lang;
    let doing = &allowed.doing;
    let catalog = reader.catalog();
    let step = words::step_name(&catalog, lang, Some(&slip.version), doing.step());
    let label = face(lang, doing).label;
    let title = match doing {
        Doing::HandOver(_) | Doing::AddSigner(_) | Doing::Cosign(_) => {
            format!("{label}{}{step}", t(lang, "：", ": "))
        }
        _ => format!("{label} {}", slip.number),
    };
    let mut hidden = vec![
        ("_csrf".to_owned(), csrf.to_owned()),
        ("_key".to_owned(), random_key()?.to_string()),
        ("_seen".to_owned(), slip.content.to_string()),
    ];
    if let Some(login) = &allowed.on_behalf_of {
        hidden.push(("_for".to_owned(), login.to_string()));
    }
    Ok(Ask {
        id: format!("{}-{}", doing.name(), doing.step().replace('.', "-")),
        title,
        text: explained(lang, doing).to_owned(),
        fields: fields(reader, slip, doing)?,
        confirm: label.to_owned(),
        danger: matches!(doing, Doing::Void | Doing::Reverse),
        url: act_url(reader, slip, allowed),
        hidden,
        ..Ask::default()
    })
}

fn explained(lang: Lang, doing: &Doing) -> &'static str {
    match doing {
        Doing::Return => t(
            lang,
            "退回后，该环节及其后的签字失效，已记的账以红字冲回，须重新签字。",
            "Signatures from that step on fall, what they booked is taken back by red letters, and they must be given again.",
        ),
        Doing::Withdraw => t(
            lang,
            "收回您的签字，它所记的账以红字冲回。下一环节签字后不能再撤回。",
            "Takes your signature back, with what it booked. It cannot be withdrawn once the next step is signed.",
        ),
        Doing::Void => t(
            lang,
            "单据作废后不能恢复，单号保留，不再使用。",
            "A void slip cannot be brought back. Its number stays used.",
        ),
        Doing::AskReversal => t(
            lang,
            "单据已执行，只能红字冲销，须由另一人确认后生效。",
            "The slip is executed and can only be reversed; another person must confirm.",
        ),
        Doing::Reverse => t(
            lang,
            "确认后，本单所记的账全部以红字冲回，占用的上游数量退还。",
            "All that this slip booked is taken back by red letters, and what it drew is given back.",
        ),
        Doing::RefuseReversal => t(
            lang,
            "单据保持已执行，不冲销。",
            "The slip stays executed and is not reversed.",
        ),
        Doing::HandOver(_) => t(
            lang,
            "只有具有该环节岗位的人员可以接办。",
            "Only a person who holds the role of the step can take it.",
        ),
        Doing::AddSigner(_) => t(
            lang,
            "加签人签字之前，本环节不能签字。",
            "The step cannot be signed before the added signer has signed.",
        ),
        Doing::CopyTo => t(
            lang,
            "所选人员会看到本单，不需要签字。",
            "Those chosen are shown this slip; they need not sign.",
        ),
        Doing::Remind => t(
            lang,
            "提醒正在等待的办理人。",
            "Reminds those for whom the slip waits.",
        ),
        _ => "",
    }
}

/// What an act asks for.
fn fields(reader: &Reader<'_>, slip: &Slip, doing: &Doing) -> Result<Vec<(Field, Entry)>, Error> {
    let lang = reader.lang;
    let text = |name: &str, zh: &str, en: &str, need: bool| {
        let field = Field {
            need,
            ..Field::new(name, t(lang, zh, en), Kind::Long)
        };
        (field, Entry::default())
    };
    let reason = || text("reason", "原因", "Reason", true);
    Ok(match doing {
        Doing::Return => {
            let mut fields = returns_to(reader, slip);
            fields.push(reason());
            fields
        }
        Doing::Void | Doing::AskReversal | Doing::RefuseReversal => vec![reason()],
        Doing::Withdraw => vec![text(
            "reason",
            "原因（可不填）",
            "Reason (may be empty)",
            false,
        )],
        Doing::Cosign(_) => vec![text(
            "reason",
            "意见（可不填）",
            "Opinion (may be empty)",
            false,
        )],
        Doing::Remind => vec![text(
            "reason",
            "留言（可不填）",
            "Message (may be empty)",
            false,
        )],
        Doing::Comment => vec![text("text", "留言", "Comment", true)],
        Doing::HandOver(step) => {
            vec![person(reader, "to", takers(reader, slip, step)?), reason()]
        }
        Doing::AddSigner(_) => vec![person(reader, "signer", everyone(reader)?), reason()],
        Doing::CopyTo => vec![person(reader, "to", everyone(reader)?)],
        Doing::Sign(_) | Doing::Begin(_) | Doing::Refill(_) | Doing::Reverse => Vec::new(),
    })
}

/// The steps of the slip that it can be returned to, where there is a choice.
fn returns_to(reader: &Reader<'_>, slip: &Slip) -> Vec<(Field, Entry)> {
    let catalog = reader.catalog();
    let mut steps: Vec<Arc<str>> = Vec::new();
    for signed in slip.signed.iter().rev() {
        if !steps.contains(&signed.step) {
            steps.push(signed.step.clone());
        }
    }
    if steps.len() < 2 {
        return Vec::new();
    }
    let first = steps.first().map(|step| step.to_string());
    let choices = steps
        .into_iter()
        .map(|step| {
            let name = words::step_name(&catalog, reader.lang, Some(&slip.version), &step);
            (step.to_string(), name)
        })
        .collect();
    let field = Field {
        need: true,
        ..Field::new(
            "step_to",
            reader.t("退回到", "Return to"),
            Kind::Choice(choices),
        )
    };
    vec![(field, Entry::new(first.unwrap_or_default()))]
}

fn person(reader: &Reader<'_>, name: &str, choices: Vec<(String, String)>) -> (Field, Entry) {
    let hint = match choices.is_empty() {
        true => reader.t("没有其他合适的人员。", "There is nobody else who could."),
        false => "",
    };
    let field = Field {
        need: true,
        hint: hint.to_owned(),
        ..Field::new(name, reader.t("人员", "Person"), Kind::Choice(choices))
    };
    (field, Entry::default())
}

fn everyone(reader: &Reader<'_>) -> Result<Vec<(String, String)>, Error> {
    choices(reader, |person| person.login != reader.me.login)
}

/// Those who hold the role of a step that waits.
fn takers(reader: &Reader<'_>, slip: &Slip, step: &str) -> Result<Vec<(String, String)>, Error> {
    let waiting = slip
        .waiting
        .iter()
        .find(|waiting| &*waiting.step == step && waiting.kind != WaitingKind::Cosign);
    choices(reader, |person| {
        person.login != reader.me.login
            && waiting.is_some_and(|waiting| {
                let scope = waiting.scope.as_deref();
                waiting
                    .roles
                    .iter()
                    .any(|role| person.holds(role, scope, reader.today))
            })
    })
}

/// Logins with names and roles, by name.
pub(crate) fn choices(
    reader: &Reader<'_>,
    wanted: impl Fn(&engine::Person) -> bool,
) -> Result<Vec<(String, String)>, Error> {
    let people = reader.memory.people(reader)?;
    let catalog = reader.catalog();
    let mut out: Vec<(String, String)> = people
        .values()
        .filter(|person| person.active && wanted(person))
        .map(|person| {
            let roles = words::roles_of(&catalog, reader.lang, person, reader.today);
            let shown = if roles.is_empty() {
                person.name.to_string()
            } else {
                format!("{} · {roles}", person.name)
            };
            (person.login.to_string(), shown)
        })
        .collect();
    out.sort_by(|a, b| a.1.cmp(&b.1));
    Ok(out)
}

/// The buttons for what may be done.
pub(crate) fn buttons(
    reader: &Reader<'_>,
    slip: &Slip,
    allowed: &[Allowed],
    csrf: &str,
) -> Result<Vec<Action>, Error> {
    let mut out: Vec<Action> = Vec::new();
    for one in allowed.iter().filter(|one| one.doing != Doing::Comment) {
        let mut action = button(reader, slip, one, csrf)?;
        if action.weight == Weight::Main && out.iter().any(|other| other.weight == Weight::Main) {
            action.weight = Weight::Plain;
        }
        out.push(action);
    }
    Ok(out)
}

fn button(reader: &Reader<'_>, slip: &Slip, one: &Allowed, csrf: &str) -> Result<Action, Error> {
    let catalog = reader.catalog();
    let shown = face(reader.lang, &one.doing);
    let step = words::step(&catalog, Some(&slip.version), one.doing.step());
    let step_name = || step.map_or("", |(_, _, _, step)| words::label(reader.lang, &step.label));
    let mut label = match &one.doing {
        Doing::Sign(_) | Doing::Begin(_) => step_name().to_owned(),
        Doing::Refill(_) => format!(
            "{}{}",
            reader.t("重新填写：", "Fill in again: "),
            step_name()
        ),
        _ => shown.label.to_owned(),
    };
    if let Some(login) = &one.on_behalf_of {
        let name = reader.person(login)?;
        label = match reader.lang {
            Lang::Zh => format!("{label}（代{name}）"),
            Lang::En => format!("{label} (for {name})"),
        };
    }
    let fills = step.is_some_and(|(_, _, _, step)| {
        step.step_up || !step.enters.is_empty() || !step.enters_line.is_empty()
    });
    let way = match &one.doing {
        Doing::Sign(_) if !fills => {
            let mut hidden = ask(reader, slip, one, csrf)?.hidden;
            hidden.push(("_do".to_owned(), "sign".to_owned()));
            for (name, value) in &mut hidden {
                if name == "_seen" {
                    *value = format!("{}:{value}", slip.id);
                }
            }
            Way::Send(act_url(reader, slip, one), hidden)
        }
        Doing::Sign(_)
        | Doing::Begin(_)
        | Doing::Refill(_)
        | Doing::HandOver(_)
        | Doing::AddSigner(_)
        | Doing::CopyTo => Way::Go(act_url(reader, slip, one)),
        _ => Way::Ask(Box::new(ask(reader, slip, one, csrf)?)),
    };
    Ok(Action {
        label,
        icon: match one.doing {
            Doing::Begin(_) => Icon::FilePlus,
            _ => shown.icon,
        },
        weight: shown.weight,
        way,
    })
}
