//! Taking back: return, withdraw, void, reversal. Ledger rows stay; what was booked is taken back by red letters.

use std::sync::Arc;

use kernel::SlipId;
use model::{Catalog, Step};

use crate::draws::used_by;
use crate::order::{self, check_live, check_no_children, check_seen, named, unknown};
use crate::scope::declaration;
use crate::sign::Writing;
use crate::step::{Actor, Checked, Context};
use crate::values::is_hidden;
use crate::waiting::{scope_of, waits_again};
use crate::{
    Class, Command, Effects, Refusal, Reply, ReversalAsked, Seen, SignedAct, Slip, SlipState,
    Waiting, WaitingKind, World, separation,
};

/// Opens a slip for an act on it: the slip, and the context of the flow it belongs to.
pub(crate) fn open<'a>(
    catalog: &'a Catalog,
    world: &'a dyn World,
    command: &'a Command,
    actor: &'a Actor,
    id: SlipId,
) -> Checked<(Context<'a>, Arc<Slip>)> {
    let slip = world.slip(id)?.ok_or_else(|| unknown(id))?;
    let Some((pack, _, flow, _, _)) = catalog.slip_of(&slip.version, &slip.kind) else {
        return Err(unknown(id).into());
    };
    Ok((
        Context {
            world,
            command,
            actor,
            pack,
            flow,
        },
        slip,
    ))
}

/// Whether the actor may do what waits: by role, or because it was given to him by name.
pub(crate) fn may_do(context: Context<'_>, waiting: &Waiting) -> Option<Arc<str>> {
    let holder = context.actor.holder();
    if let Some(only) = &waiting.person {
        if *only != holder.login {
            return None;
        }
        // An added signer has no role here; what was handed over is still done by a role, which may have ended since.
        if waiting.roles.is_empty() {
            return Some(Arc::from(""));
        }
    }
    context
        .actor
        .role(&waiting.roles, waiting.scope.as_deref(), context.today())
        .cloned()
}

pub(crate) fn no_role(zh: &str, en: &str) -> Refusal {
    Refusal::new(Class::Role, "role", zh, en)
}

pub(crate) fn check_reason(reason: &str) -> Checked<()> {
    let length = reason.trim().chars().count();
    if length == 0 {
        return Err(Refusal::new(
            Class::Field,
            "reason",
            "须写明原因",
            "a reason must be given",
        )
        .at(None, "reason")
        .into());
    }
    if reason
        .chars()
        .any(|c| is_hidden(c) && c != '\n' && c != '\t')
    {
        return Err(Refusal::new(
            Class::Field,
            "reason",
            "原因含有控制字符或不可见字符",
            "the reason contains control or invisible characters",
        )
        .at(None, "reason")
        .into());
    }
    if length > 500 {
        return Err(Refusal::new(
            Class::Field,
            "reason",
            "原因不得超过 500 字",
            "a reason has at most 500 characters",
        )
        .at(None, "reason")
        .into());
    }
    Ok(())
}

/// The role by which the actor takes part in any step of this slip.
fn any_role(context: Context<'_>, slip: &Slip) -> Option<Arc<str>> {
    let (kind, _) = declaration(context.flow, slip)?;
    context.flow.steps_of(kind).find_map(|(_, step)| {
        let scope = scope_of(context, step, slip);
        context
            .actor
            .role(&context.roles(&step.by), scope.as_deref(), context.today())
            .cloned()
    })
}

/// 退回.
pub(crate) fn return_slip(
    context: Context<'_>,
    slip: &Arc<Slip>,
    to: Option<&str>,
    reason: &str,
    seen: &Seen,
) -> Checked<(Effects, Reply)> {
    let role = slip
        .waiting
        .iter()
        .filter(|waiting| waiting.kind != WaitingKind::Reversal)
        .find_map(|waiting| may_do(context, waiting));
    let role = role.ok_or_else(|| {
        no_role(
            "只有当前办理人可以退回",
            "only the person for whom the slip waits may return it",
        )
    })?;
    check_live(context, slip)?;
    check_no_children(context, slip)?;
    let target = returned_to(context, slip, to)?;
    check_seen(context, slip, std::slice::from_ref(seen))?;
    check_reason(reason)?;
    undo(context, slip, target, SignedAct::Return, role, reason)
}

/// The step that a return goes to: the one named, or the one signed last.
fn returned_to<'a>(
    context: Context<'a>,
    slip: &Slip,
    to: Option<&str>,
) -> Checked<(usize, &'a Step)> {
    let wanted = to.or_else(|| slip.signed.last().map(|signed| &*signed.step));
    let found = context.flow.steps.iter().enumerate().find(|(_, step)| {
        wanted == Some(&*step.qualified) && slip.signatures(&step.qualified).next().is_some()
    });
    let (zh, en) = named(context, slip);
    found.ok_or_else(|| {
        order::refuse(
            format!("{zh} 没有可以退回的环节"),
            format!("{en} has no step to be returned to"),
        )
        .into()
    })
}

/// 撤回.
pub(crate) fn withdraw(
    context: Context<'_>,
    slip: &Arc<Slip>,
    reason: &str,
) -> Checked<(Effects, Reply)> {
    let (zh, en) = named(context, slip);
    let last = slip
        .signed
        .last()
        .filter(|signed| context.actor.is(&signed.identity));
    let Some(last) = last else {
        return Err(no_role(
            "只有最后签字的人可以撤回",
            "only the last signer may withdraw his signature",
        )
        .into());
    };
    check_live(context, slip)?;
    if slip.reversal.is_some() {
        return Err(order::refuse(
            format!("{zh} 正在申请冲销"),
            format!("a reversal of {en} is being asked for"),
        )
        .into());
    }
    check_executed_last(context, slip)?;
    check_no_children(context, slip)?;
    if !reason.trim().is_empty() {
        check_reason(reason)?;
    }
    let target = returned_to(context, slip, Some(&last.step))?;
    undo(
        context,
        slip,
        target,
        SignedAct::Withdraw,
        last.role.clone(),
        reason,
    )
}

/// Nobody signs after the last step of the last slip of a flow, so "before the next signature" would never end there: what
/// that step executed is reversed by two persons, never taken back by one.
fn check_executed_last(context: Context<'_>, slip: &Slip) -> Checked<()> {
    let goes_on = declaration(context.flow, slip)
        .is_some_and(|(kind, _)| context.flow.made_from(kind).next().is_some());
    if slip.state != SlipState::Done || goes_on {
        return Ok(());
    }
    let (zh, en) = named(context, slip);
    Err(order::refuse(
        format!("{zh} 已执行，只能冲销"),
        format!("{en} has been executed and can only be reversed"),
    )
    .into())
}

/// Takes the signatures from `target` on off the slip, with all they booked, and lets it wait there again.
fn undo(
    context: Context<'_>,
    slip: &Arc<Slip>,
    (at, step): (usize, &Step),
    act: SignedAct,
    role: Arc<str>,
    reason: &str,
) -> Checked<(Effects, Reply)> {
    let Some((kind, _)) = declaration(context.flow, slip) else {
        return Err(unknown(slip.id).into());
    };
    let undone: Vec<&str> = context
        .flow
        .steps_of(kind)
        .filter(|(other, _)| *other >= at)
        .map(|(_, step)| &*step.qualified)
        .collect();
    let mut writing = Writing::new(context, (**slip).clone(), false);
    writing.take_back(|by| undone.contains(&by))?;
    writing
        .slip
        .signed
        .retain(|signed| !undone.contains(&&*signed.step));
    writing.slip.reversal = None;
    writing.slip.state = SlipState::Open;
    // Added signers belonged to the step that is being taken back.
    writing
        .slip
        .waiting
        .retain(|waiting| waiting.kind != WaitingKind::Cosign);
    // It waits there again even where a fact that its condition reads has changed since.
    let again = waits_again(context, slip, step);
    writing.slip.waiting.push(again);
    let passed = (context.actor.person.login.clone(), reason.trim().to_owned());
    writing.finish(
        act,
        step.qualified.clone(),
        role,
        reason.trim().to_owned(),
        Some(passed),
    )
}

/// 作废: only what is not yet executed; the number stays used.
pub(crate) fn void(
    context: Context<'_>,
    slip: &Arc<Slip>,
    reason: &str,
) -> Checked<(Effects, Reply)> {
    // An added signer gives his opinion; he does not end the slip.
    let waiting = slip
        .waiting
        .iter()
        .filter(|waiting| matches!(waiting.kind, WaitingKind::Step | WaitingKind::Returned))
        .find_map(|waiting| may_do(context, waiting));
    let began = slip
        .signed
        .first()
        .is_some_and(|signed| context.actor.is(&signed.identity))
        || context.actor.person.login == slip.begun_by;
    let role = match (waiting, began) {
        (Some(role), _) => role,
        (None, true) => Arc::from(""),
        (None, false) => {
            return Err(no_role(
                "只有填制人或当前办理人可以作废",
                "only the person who began the slip or for whom it waits may void it",
            )
            .into());
        }
    };
    check_live(context, slip)?;
    if slip.state == SlipState::Done {
        let (zh, en) = named(context, slip);
        return Err(order::refuse(
            format!("{zh} 已执行，只能冲销"),
            format!("{en} has been executed and can only be reversed"),
        )
        .into());
    }
    check_no_children(context, slip)?;
    check_reason(reason)?;
    end(
        context,
        slip,
        SlipState::Void,
        SignedAct::Void,
        role,
        reason,
    )
}

/// Ends a slip: everything it booked is taken back, everything it used up is given back.
fn end(
    context: Context<'_>,
    slip: &Arc<Slip>,
    state: SlipState,
    act: SignedAct,
    role: Arc<str>,
    reason: &str,
) -> Checked<(Effects, Reply)> {
    let Some((_, declared)) = declaration(context.flow, slip) else {
        return Err(unknown(slip.id).into());
    };
    let mut writing = Writing::new(context, (**slip).clone(), false);
    writing.take_back(|_| true)?;
    writing.given_back = used_by(context, declared, slip)?;
    writing.slip.state = state;
    writing.slip.reversal = None;
    writing.finish(act, Arc::from(""), role, reason.trim().to_owned(), None)
}

/// Red letters take ledgers back. What a slip changed on record stays changed, so that its reversal would say what is not so.
fn check_nothing_changed(context: Context<'_>, slip: &Slip) -> Checked<()> {
    let changed = context
        .flow
        .steps
        .iter()
        .any(|step| step.changes && slip.signatures(&step.qualified).next().is_some());
    if !changed {
        return Ok(());
    }
    let (zh, en) = named(context, slip);
    Err(order::refuse(
        format!("{zh} 更改的资料已登记，不能冲销；要改回，须再填单更改"),
        format!(
            "what {en} changed is on record; it is changed back by another slip, not by a reversal"
        ),
    )
    .into())
}

/// Asks for a reversal of an executed slip.
pub(crate) fn ask_reversal(
    context: Context<'_>,
    slip: &Arc<Slip>,
    reason: &str,
) -> Checked<(Effects, Reply)> {
    let role = any_role(context, slip).ok_or_else(|| {
        no_role(
            "只有本单经办岗位可以申请冲销",
            "only a role of this slip may ask for its reversal",
        )
    })?;
    check_live(context, slip)?;
    let (zh, en) = named(context, slip);
    if slip.state != SlipState::Done {
        return Err(order::refuse(
            format!("{zh} 尚未执行，可以退回或作废"),
            format!("{en} is not executed; return or void it"),
        )
        .into());
    }
    if slip.reversal.is_some() {
        return Err(order::refuse(
            format!("{zh} 已在申请冲销"),
            format!("a reversal of {en} is asked for already"),
        )
        .into());
    }
    check_no_children(context, slip)?;
    check_nothing_changed(context, slip)?;
    check_reason(reason)?;
    let mut writing = Writing::new(context, (**slip).clone(), false);
    writing.slip.reversal = Some(ReversalAsked {
        person: context.actor.person.login.clone(),
        identity: context.actor.person.identity.clone(),
        for_identity: context
            .actor
            .principal
            .as_ref()
            .map(|principal| principal.identity.clone()),
        reason: reason.trim().to_owned(),
    });
    writing.finish(
        SignedAct::AskReversal,
        Arc::from(""),
        role,
        reason.trim().to_owned(),
        None,
    )
}

fn asked<'a>(context: Context<'_>, slip: &'a Slip) -> Checked<&'a ReversalAsked> {
    let (zh, en) = named(context, slip);
    slip.reversal.as_ref().ok_or_else(|| {
        order::refuse(
            format!("{zh} 没有冲销申请"),
            format!("no reversal of {en} is asked for"),
        )
        .into()
    })
}

pub(crate) fn by_asker(context: Context<'_>, asked: &ReversalAsked) -> bool {
    context.actor.is(&asked.identity)
        || asked
            .for_identity
            .as_ref()
            .is_some_and(|identity| context.actor.is(identity))
}

/// 红字冲销: by a second person of the role that executed the slip.
pub(crate) fn reverse(
    context: Context<'_>,
    slip: &Arc<Slip>,
    seen: &Seen,
) -> Checked<(Effects, Reply)> {
    let waiting = slip
        .waiting
        .iter()
        .find(|waiting| waiting.kind == WaitingKind::Reversal);
    let role = match waiting {
        Some(waiting) => Some(may_do(context, waiting).ok_or_else(|| {
            no_role(
                "冲销须由执行岗位的另一人确认",
                "a reversal is confirmed by another person of the executing role",
            )
        })?),
        None => None,
    };
    check_live(context, slip)?;
    let request = asked(context, slip)?;
    check_no_children(context, slip)?;
    if let Some(waiting) = waiting {
        order::check_added(context, &waiting.step, slip)?;
    }
    check_seen(context, slip, std::slice::from_ref(seen))?;
    if by_asker(context, request) {
        return Err(separation::own_reversal().into());
    }
    let reason = request.reason.clone();
    end(
        context,
        slip,
        SlipState::Reversed,
        SignedAct::Reverse,
        role.unwrap_or_default(),
        &reason,
    )
}

/// Turns down a reversal, or takes the request back.
pub(crate) fn refuse_reversal(
    context: Context<'_>,
    slip: &Arc<Slip>,
    reason: &str,
) -> Checked<(Effects, Reply)> {
    let waiting = slip
        .waiting
        .iter()
        .find(|waiting| waiting.kind == WaitingKind::Reversal);
    let role = waiting.and_then(|waiting| may_do(context, waiting));
    let own = slip
        .reversal
        .as_ref()
        .is_some_and(|asked| by_asker(context, asked));
    if role.is_none() && !own {
        return Err(no_role(
            "只有申请人或执行岗位可以退回冲销申请",
            "only the asker or the executing role may turn a reversal down",
        )
        .into());
    }
    check_live(context, slip)?;
    asked(context, slip)?;
    check_reason(reason)?;
    let mut writing = Writing::new(context, (**slip).clone(), false);
    writing.slip.reversal = None;
    writing.finish(
        SignedAct::RefuseReversal,
        Arc::from(""),
        role.unwrap_or_default(),
        reason.trim().to_owned(),
        None,
    )
}
