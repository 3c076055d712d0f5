//! The order check: whose turn it is, and whether the signer saw what he signs.

use std::sync::Arc;

use kernel::{SlipId, Value};
use model::{Quorum, Step};

use crate::scope::{View, declaration, reads_line};
use crate::step::{Checked, Context};
use crate::{Class, Refusal, Seen, Slip, SlipState, Waiting, WaitingKind};

/// A slip's label and number for a sentence.
pub(crate) fn named(context: Context<'_>, slip: &Slip) -> (String, String) {
    // What was made from it may belong to another flow.
    let anywhere = || {
        context
            .pack
            .flows
            .iter()
            .find_map(|flow| declaration(flow, slip))
    };
    let label = declaration(context.flow, slip)
        .or_else(anywhere)
        .map(|(_, declared)| declared.label.clone())
        .unwrap_or_default();
    (
        format!("{} {}", label.zh, slip.number),
        format!("{} {}", label.en, slip.number),
    )
}

pub(crate) fn refuse(zh: String, en: String) -> Refusal {
    Refusal::new(Class::Order, "order", zh, en)
}

/// Refuses slips that no longer count.
pub(crate) fn check_live(context: Context<'_>, slip: &Slip) -> Checked<()> {
    let (zh, en) = named(context, slip);
    match slip.state {
        SlipState::Open | SlipState::Done => Ok(()),
        SlipState::Void => Err(refuse(format!("{zh} 已作废"), format!("{en} is void")).into()),
        SlipState::Reversed => {
            Err(refuse(format!("{zh} 已冲销"), format!("{en} has been reversed")).into())
        }
    }
}

/// Whether a step takes part in the run of this slip (`when`); where the condition reads a line, whether some line meets it.
/// A step that waits already does: a fact that changes meanwhile releases nobody from signing.
pub(crate) fn takes_part(context: Context<'_>, step: &Step, slip: &Slip) -> Checked<bool> {
    let Some(when) = &step.when else {
        return Ok(true);
    };
    let due = |waiting: &Waiting| {
        let own = matches!(waiting.kind, WaitingKind::Step | WaitingKind::Returned);
        own && waiting.step == step.qualified
    };
    if slip.waiting.iter().any(due) {
        return Ok(true);
    }
    let Some((_, declared)) = declaration(context.flow, slip) else {
        return Ok(true);
    };
    let sources = load(context, &slip.sources)?;
    let view = View {
        context,
        declaration: declared,
        header: &slip.header,
        lines: &slip.lines,
        sources: &sources,
    };
    if !reads_line(when) {
        return Ok(view.at(None).value(when)? == Value::Flag(true));
    }
    for line in view.lines {
        if view.at(Some(line)).value(when)? == Value::Flag(true) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Loads slips that must exist.
pub(crate) fn load(context: Context<'_>, ids: &[SlipId]) -> Checked<Vec<Arc<Slip>>> {
    ids.iter()
        .map(|id| Ok(context.world.slip(*id)?.ok_or_else(|| unknown(*id))?))
        .collect()
}

/// The refusal of a slip that does not exist.
pub(crate) fn unknown(id: SlipId) -> Refusal {
    Refusal::new(
        Class::Request,
        "unknown_slip",
        format!("没有单据 #{id}"),
        format!("there is no slip #{id}"),
    )
}

/// Whether the signatures of a step complete it.
pub(crate) fn is_signed(context: Context<'_>, step: &Step, slip: &Slip) -> bool {
    let signed: Vec<_> = slip.signatures(&step.qualified).collect();
    match step.quorum {
        Quorum::Any => !signed.is_empty(),
        Quorum::Of(count) => signed.len() >= count as usize,
        Quorum::All => context
            .roles(&step.by)
            .iter()
            .all(|role| signed.iter().any(|one| one.role == *role)),
    }
}

/// The first step of `slip` before step `before` (index in the flow) that takes part and is not signed.
pub(crate) fn first_undone<'a>(
    context: Context<'a>,
    slip: &Slip,
    before: usize,
) -> Checked<Option<(usize, &'a Step)>> {
    let Some((kind, _)) = declaration(context.flow, slip) else {
        return Ok(None);
    };
    for (at, step) in context.flow.steps_of(kind) {
        if at >= before {
            break;
        }
        if !is_signed(context, step, slip) && takes_part(context, step, slip)? {
            return Ok(Some((at, step)));
        }
    }
    Ok(None)
}

/// Every step of `slip` that is written before step `before` must be signed.
pub(crate) fn check_before(context: Context<'_>, slip: &Slip, before: usize) -> Checked<()> {
    let Some((_, undone)) = first_undone(context, slip, before)? else {
        return Ok(());
    };
    let (zh, en) = named(context, slip);
    Err(refuse(
        format!("{zh} 尚未完成 {}", undone.label.zh),
        format!("{en} still lacks {}", undone.label.en),
    )
    .into())
}

/// The order check of a step that begins a slip from `sources`.
pub(crate) fn check_begin(
    context: Context<'_>,
    at: usize,
    step: &Step,
    sources: &[Arc<Slip>],
) -> Checked<()> {
    let Some(declared) = context.flow.slips.get(step.slip) else {
        return Ok(());
    };
    if declared.from.is_empty() != sources.is_empty() {
        let kinds: Vec<&model::Slip> = declared
            .from
            .iter()
            .filter_map(|kind| context.flow.kind(*kind))
            .collect();
        let zh: Vec<&str> = kinds.iter().map(|slip| &*slip.label.zh).collect();
        let en: Vec<&str> = kinds.iter().map(|slip| &*slip.label.en).collect();
        return Err(if declared.from.is_empty() {
            refuse(
                format!("{} 不由其他单据生成", declared.label.zh),
                format!("{} is not made from another slip", declared.label.en),
            )
        } else {
            refuse(
                format!("{} 须由 {} 生成", declared.label.zh, zh.join("、")),
                format!(
                    "{} must be made from {}",
                    declared.label.en,
                    en.join(" or ")
                ),
            )
        }
        .into());
    }
    if sources.len() > 1 && !declared.join {
        let zh = format!("{} 只能由一张单据生成", declared.label.zh);
        return Err(refuse(
            zh,
            format!("{} is made from one slip only", declared.label.en),
        )
        .into());
    }
    for (position, source) in sources.iter().enumerate() {
        check_live(context, source)?;
        let (zh, en) = named(context, source);
        let kind = declaration(context.flow, source).map(|(kind, _)| kind);
        if !kind.is_some_and(|kind| declared.from.contains(&kind))
            || sources[..position]
                .iter()
                .any(|other| other.id == source.id)
        {
            return Err(refuse(
                format!("{} 不能由 {zh} 生成", declared.label.zh),
                format!("{} cannot be made from {en}", declared.label.en),
            )
            .into());
        }
        if source.version != context.pack.version {
            return Err(refuse(
                format!("{zh} 按另一版本的流程办理，不能与其他单据合开"),
                format!("{en} runs under another version of the flow and cannot be joined with the others"),
            )
            .into());
        }
        check_before(context, source, at)?;
        check_elsewhere(context, source)?;
        check_no_reversal(context, source)?;
        check_cosigned(context, step, source)?;
    }
    Ok(())
}

/// A slip of another flow is a source when that flow has done all its steps on it; this flow knows none of them.
fn check_elsewhere(context: Context<'_>, source: &Slip) -> Checked<()> {
    let foreign =
        declaration(context.flow, source).is_some_and(|(kind, _)| context.flow.is_foreign(kind));
    if !foreign || source.state == SlipState::Done {
        return Ok(());
    }
    let (zh, en) = named(context, source);
    Err(refuse(format!("{zh} 尚未办结"), format!("{en} is not done yet")).into())
}

/// The order check of a later step of a slip.
pub(crate) fn check_later(
    context: Context<'_>,
    at: usize,
    step: &Step,
    slip: &Slip,
) -> Checked<()> {
    check_live(context, slip)?;
    let (zh, en) = named(context, slip);
    if is_signed(context, step, slip) {
        return Err(refuse(
            format!("{zh} 已完成 {}", step.label.zh),
            format!("{en} has {} already", step.label.en),
        )
        .into());
    }
    check_before(context, slip, at)?;
    if !takes_part(context, step, slip)? {
        return Err(refuse(
            format!("{zh} 无需 {}", step.label.zh),
            format!("{en} does not need {}", step.label.en),
        )
        .into());
    }
    check_no_reversal(context, slip)?;
    check_cosigned(context, step, slip)
}

/// Added signers come first.
fn check_cosigned(context: Context<'_>, step: &Step, slip: &Slip) -> Checked<()> {
    check_added(context, &step.qualified, slip)
}

/// As [`check_cosigned`], by the step's qualified name.
pub(crate) fn check_added(context: Context<'_>, step: &str, slip: &Slip) -> Checked<()> {
    let added = slip
        .waiting
        .iter()
        .find(|waiting| waiting.kind == WaitingKind::Cosign && &*waiting.step == step);
    let Some(added) = added else { return Ok(()) };
    let (zh, en) = named(context, slip);
    let login = added.person.clone().unwrap_or_default();
    Err(refuse(
        format!("{zh} 尚待加签人 {login} 签字"),
        format!("{en} still waits for the added signer {login}"),
    )
    .into())
}

fn check_no_reversal(context: Context<'_>, slip: &Slip) -> Checked<()> {
    if slip.reversal.is_none() {
        return Ok(());
    }
    let (zh, en) = named(context, slip);
    Err(refuse(
        format!("{zh} 正在申请冲销"),
        format!("a reversal of {en} is being asked for"),
    )
    .into())
}

/// Steps of other slips of the run that must be signed first.
pub(crate) fn check_needs(context: Context<'_>, step: &Step, related: &[Arc<Slip>]) -> Checked<()> {
    for needed in &step.needs {
        let Some(needed) = context.flow.steps.get(*needed) else {
            continue;
        };
        let kind = context
            .flow
            .slips
            .get(needed.slip)
            .map(|slip| &slip.qualified);
        let done = |slip: &&Arc<Slip>| {
            Some(&slip.kind) == kind && slip.state.live() && is_signed(context, needed, slip)
        };
        if !related.iter().any(|slip| done(&slip)) {
            return Err(refuse(
                format!("{} 须先完成 {}", step.label.zh, needed.label.zh),
                format!("{} needs {} first", step.label.en, needed.label.en),
            )
            .into());
        }
    }
    Ok(())
}

/// What was seen must be what is there.
pub(crate) fn check_seen(context: Context<'_>, slip: &Slip, seen: &[Seen]) -> Checked<()> {
    let (zh, en) = named(context, slip);
    match seen.iter().find(|seen| seen.slip == slip.id) {
        Some(seen) if seen.content == slip.content => Ok(()),
        Some(_) => Err(Refusal::new(
            Class::Order,
            "stale",
            format!("{zh} 在您查看之后已有改动，请重新查看后再签字"),
            format!("{en} has changed since you looked at it; look again before you sign"),
        )
        .into()),
        None => Err(Refusal::new(
            Class::Order,
            "unseen",
            format!("签字须附所见 {zh} 的内容摘要"),
            format!("a signature must name the content of {en} that was seen"),
        )
        .into()),
    }
}

/// No live slip may have been made from it.
pub(crate) fn check_no_children(context: Context<'_>, slip: &Slip) -> Checked<()> {
    for child in &slip.children {
        if let Some(child) = context.world.slip(*child)?
            && child.state.live()
        {
            let ((zh, en), (child_zh, child_en)) = (named(context, slip), named(context, &child));
            return Err(refuse(
                format!("{zh} 已生成 {child_zh}，须先处理下游单据"),
                format!("{child_en} was made from {en}; deal with that first"),
            )
            .into());
        }
    }
    Ok(())
}
