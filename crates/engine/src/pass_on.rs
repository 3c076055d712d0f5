//! Passing on and talking: hand over, added signers, copies, reminders, comments, attachments.

use std::sync::Arc;

use crate::chain::related;
use crate::order::{check_live, check_seen, named, refuse};
use crate::sign::Writing;
use crate::step::{Actor, Checked, Context};
use crate::undo::{by_asker, check_reason, may_do, no_role};
use crate::values::{is_hidden, shown};
use crate::{
    Class, Effects, Note, NoteKind, Person, Refusal, Reply, Seen, SignedAct, Slip, SlipWrite,
    Waiting, WaitingKind, separation,
};

fn find_waiting(context: Context<'_>, slip: &Slip, step: &str, cosign: bool) -> Checked<usize> {
    let wanted = |waiting: &Waiting| {
        &*waiting.step == step && (waiting.kind == WaitingKind::Cosign) == cosign
    };
    let (zh, en) = named(context, slip);
    slip.waiting.iter().position(wanted).ok_or_else(|| {
        refuse(
            format!("{zh} 不在等待此环节"),
            format!("{en} does not wait for this step"),
        )
        .into()
    })
}

fn active(context: Context<'_>, login: &str) -> Checked<Arc<Person>> {
    let person = context.world.person(login)?.filter(|person| person.active);
    let shown = shown(login);
    person.ok_or_else(|| {
        Refusal::new(
            Class::Field,
            "person",
            format!("{shown} 不是在用的人员账号"),
            format!("{shown} is not an active account"),
        )
        .at(None, "to")
        .into()
    })
}

fn mine(context: Context<'_>, waiting: &Waiting) -> Checked<Arc<str>> {
    may_do(context, waiting).ok_or_else(|| {
        no_role(
            "只有当前办理人可以这样做",
            "only a person for whom the slip waits may do this",
        )
        .into()
    })
}

/// 转办: the receiver must hold the role himself.
pub(crate) fn hand_over(
    context: Context<'_>,
    slip: &Arc<Slip>,
    step: &str,
    to: &str,
    reason: &str,
) -> Checked<(Effects, Reply)> {
    let at = find_waiting(context, slip, step, false)?;
    let waiting = &slip.waiting[at];
    let role = mine(context, waiting)?;
    check_live(context, slip)?;
    check_reason(reason)?;
    let receiver = active(context, to)?;
    let able = waiting
        .roles
        .iter()
        .any(|role| receiver.holds(role, waiting.scope.as_deref(), context.today()));
    if !able {
        return Err(Refusal::new(
            Class::Field,
            "hand_over",
            format!("{} 没有办理此环节的岗位", receiver.name),
            format!("{} does not hold the role for this step", receiver.name),
        )
        .at(None, "to")
        .into());
    }
    check_receiver(context, slip, waiting, &receiver)?;
    let mut writing = Writing::new(context, (**slip).clone(), false);
    let waiting = &mut writing.slip.waiting[at];
    waiting.person = Some(receiver.login.clone());
    waiting.from = Some((context.actor.person.login.clone(), reason.trim().to_owned()));
    writing.finish(
        SignedAct::HandOver,
        step.into(),
        role,
        format!("→ {}: {}", receiver.login, reason.trim()),
        None,
    )
}

/// What is handed over must change hands, and go to somebody who can do it: to oneself it would only shut the others out,
/// and whoever signed what excludes this step could never sign it.
fn check_receiver(
    context: Context<'_>,
    slip: &Slip,
    waiting: &Waiting,
    receiver: &Arc<Person>,
) -> Checked<()> {
    let to_himself = waiting.person.is_none() && context.actor.is(&receiver.identity);
    if to_himself || waiting.person.as_ref() == Some(&receiver.login) {
        return Err(Refusal::new(
            Class::Field,
            "hand_over",
            "不能转办给自己",
            "what waits for oneself is not handed over to oneself",
        )
        .at(None, "to")
        .into());
    }
    let actor = Actor {
        person: receiver.clone(),
        principal: None,
    };
    let theirs = Context {
        actor: &actor,
        ..context
    };
    if waiting.kind == WaitingKind::Reversal {
        let asked = slip.reversal.as_ref();
        if asked.is_some_and(|asked| by_asker(theirs, asked)) {
            return Err(separation::own_reversal().into());
        }
        return Ok(());
    }
    let found = context
        .flow
        .steps
        .iter()
        .enumerate()
        .find(|(_, step)| step.qualified == waiting.step);
    let Some((at, step)) = found else {
        return Ok(());
    };
    let (own, sources, children) = match waiting.kind {
        WaitingKind::Begin => (None, std::slice::from_ref(&slip.id), &[][..]),
        _ => (Some(slip), &*slip.sources, &*slip.children),
    };
    let run = related(context.world, context.flow, step.slip, sources, children)?;
    separation::check(theirs, at, step, own, &run)
}

/// 加签.
pub(crate) fn add_signer(
    context: Context<'_>,
    slip: &Arc<Slip>,
    step: &str,
    signer: &str,
    reason: &str,
) -> Checked<(Effects, Reply)> {
    let at = find_waiting(context, slip, step, false)?;
    let role = mine(context, &slip.waiting[at])?;
    check_live(context, slip)?;
    check_reason(reason)?;
    let signer = active(context, signer)?;
    let again = slip.waiting.iter().any(|waiting| {
        waiting.kind == WaitingKind::Cosign
            && &*waiting.step == step
            && waiting.person.as_ref() == Some(&signer.login)
    });
    if context.actor.is(&signer.identity) || again {
        return Err(Refusal::new(
            Class::Field,
            "add_signer",
            "加签人须是另一人，且不能重复".to_owned(),
            "an added signer is another person, added once".to_owned(),
        )
        .at(None, "signer")
        .into());
    }
    let mut writing = Writing::new(context, (**slip).clone(), false);
    let since = context.command.at;
    writing.slip.waiting.push(Waiting {
        step: step.into(),
        kind: WaitingKind::Cosign,
        roles: Vec::new(),
        scope: None,
        person: Some(signer.login.clone()),
        since,
        due: None,
        overdue: false,
        from: Some((context.actor.person.login.clone(), reason.trim().to_owned())),
        reminded: 0,
    });
    writing.finish(
        SignedAct::AddSigner,
        step.into(),
        role,
        format!("+ {}: {}", signer.login, reason.trim()),
        None,
    )
}

/// The added signer signs.
pub(crate) fn cosign(
    context: Context<'_>,
    slip: &Arc<Slip>,
    step: &str,
    opinion: &str,
    seen: &Seen,
) -> Checked<(Effects, Reply)> {
    // He was asked by name, for his own opinion: a deputy, who may be the very person that asked, does not stand in.
    let login = &context.actor.person.login;
    let own = |waiting: &Waiting| {
        waiting.kind == WaitingKind::Cosign
            && &*waiting.step == step
            && waiting.person.as_ref() == Some(login)
            && context.actor.principal.is_none()
    };
    let Some(at) = slip.waiting.iter().position(own) else {
        return Err(no_role(
            "您不是此环节的加签人",
            "you are not an added signer of this step",
        )
        .into());
    };
    check_live(context, slip)?;
    check_seen(context, slip, std::slice::from_ref(seen))?;
    if !opinion.trim().is_empty() {
        check_reason(opinion)?;
    }
    let mut writing = Writing::new(context, (**slip).clone(), false);
    writing.slip.waiting.remove(at);
    writing.finish(
        SignedAct::Cosign,
        step.into(),
        Arc::from(""),
        opinion.trim().to_owned(),
        None,
    )
}

/// Those who may write on a slip: anyone who holds a role of its pack, signed it or waits on it, and administrators.
fn check_involved(context: Context<'_>, slip: &Slip) -> Checked<()> {
    let holder = context.actor.holder();
    let prefix = format!("{}.", context.pack.name);
    let by_role = holder.grants.iter().any(|grant| {
        grant.role.starts_with(&prefix) && holder.holds(&grant.role, None, context.today())
    });
    let named = slip
        .signed
        .iter()
        .any(|signed| signed.person == holder.login)
        || slip
            .waiting
            .iter()
            .any(|waiting| waiting.person.as_ref() == Some(&holder.login));
    if by_role || named || holder.administrator {
        return Ok(());
    }
    Err(no_role("您与此单据无关", "you have no part in this slip").into())
}

pub(crate) fn note(
    context: Context<'_>,
    slip: &Slip,
    kind: NoteKind,
    to: Arc<str>,
    text: String,
) -> Note {
    Note {
        slip: slip.id,
        kind,
        person: context.actor.person.login.clone(),
        to,
        at: context.command.at,
        text,
        hash: Arc::from(""),
        size: 0,
        media: String::new(),
    }
}

pub(crate) fn noted(slip: &Slip, notes: Vec<Note>) -> (Effects, Reply) {
    let reply = Reply {
        slip: Some(slip.id),
        number: Some(slip.number.clone()),
        content: Some(slip.content.clone()),
    };
    (
        Effects {
            notes,
            ..Effects::default()
        },
        reply,
    )
}

/// 抄送.
pub(crate) fn copy_to(
    context: Context<'_>,
    slip: &Slip,
    to: &[Arc<str>],
) -> Checked<(Effects, Reply)> {
    check_involved(context, slip)?;
    if to.is_empty() || to.len() > 100 {
        return Err(Refusal::new(
            Class::Field,
            "copy",
            "抄送 1 至 100 人",
            "copy to 1 to 100 persons",
        )
        .at(None, "to")
        .into());
    }
    let mut notes = Vec::new();
    for login in to {
        let person = active(context, login)?;
        notes.push(note(
            context,
            slip,
            NoteKind::Copy,
            person.login.clone(),
            String::new(),
        ));
    }
    Ok(noted(slip, notes))
}

/// 催办: counts on everything that waits.
pub(crate) fn remind(
    context: Context<'_>,
    slip: &Arc<Slip>,
    text: &str,
) -> Checked<(Effects, Reply)> {
    check_involved(context, slip)?;
    let (zh, en) = named(context, slip);
    if slip.waiting.is_empty() {
        return Err(refuse(
            format!("{zh} 没有待办环节"),
            format!("nothing waits on {en}"),
        )
        .into());
    }
    if !text.trim().is_empty() {
        check_reason(text)?;
    }
    let mut changed = (**slip).clone();
    for waiting in &mut changed.waiting {
        waiting.reminded = waiting.reminded.saturating_add(1);
    }
    let (mut effects, reply) = noted(
        slip,
        vec![note(
            context,
            slip,
            NoteKind::Reminder,
            Arc::from(""),
            text.trim().to_owned(),
        )],
    );
    effects.slips.push(SlipWrite {
        slip: changed,
        fresh: false,
    });
    Ok((effects, reply))
}

/// A comment.
pub(crate) fn comment(context: Context<'_>, slip: &Slip, text: &str) -> Checked<(Effects, Reply)> {
    check_involved(context, slip)?;
    let length = text.trim().chars().count();
    let hidden = text.chars().any(|c| is_hidden(c) && c != '\n' && c != '\t');
    if length == 0 || length > 2000 || hidden {
        return Err(Refusal::new(
            Class::Field,
            "comment",
            "意见须为 1 至 2000 字，不含不可见字符",
            "a comment has 1 to 2,000 characters, none of them invisible",
        )
        .at(None, "text")
        .into());
    }
    Ok(noted(
        slip,
        vec![note(
            context,
            slip,
            NoteKind::Comment,
            Arc::from(""),
            text.trim().to_owned(),
        )],
    ))
}

/// Most bytes of an attachment.
pub(crate) const ATTACHMENT_BYTES_MAX: i64 = 20 * 1024 * 1024;

/// Media types that may be attached.
const MEDIA: &[&str] = &[
    "application/pdf",
    "image/png",
    "image/jpeg",
    "image/webp",
    "text/plain",
    "text/csv",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
];

/// Attaches a content that the store holds. The name is a name, never a path.
pub(crate) fn attach(
    context: Context<'_>,
    slip: &Slip,
    name: &str,
    hash: &str,
    size: i64,
    media: &str,
) -> Checked<(Effects, Reply)> {
    check_involved(context, slip)?;
    let refuse = |zh: &str, en: &str| -> Checked<(Effects, Reply)> {
        Err(Refusal::new(Class::Field, "attachment", zh, en)
            .at(None, "file")
            .into())
    };
    let plain = !name.trim().is_empty()
        && name.chars().count() <= 200
        && !name
            .chars()
            .any(|c| is_hidden(c) || matches!(c, '/' | '\\'))
        && name != "."
        && name != "..";
    if !plain {
        return refuse("文件名不合要求", "the file name is not acceptable");
    }
    if !(1..=ATTACHMENT_BYTES_MAX).contains(&size) {
        return refuse(
            "附件须为 1 字节至 20 MB",
            "an attachment has 1 byte to 20 MB",
        );
    }
    if !MEDIA.contains(&media) {
        return refuse("不接受此类文件", "files of this kind are not accepted");
    }
    if !context.world.has_content(hash)? {
        return refuse(
            "附件内容未上传",
            "the content of the attachment has not been uploaded",
        );
    }
    let mut note = note(
        context,
        slip,
        NoteKind::Attachment,
        Arc::from(""),
        name.to_owned(),
    );
    note.hash = hash.into();
    note.size = size;
    note.media = media.to_owned();
    Ok(noted(slip, vec![note]))
}
