//! Signing a step: the checks in their fixed order, then what the signature writes.

use std::collections::BTreeMap;
use std::sync::Arc;

use kernel::SlipId;
use model::{Catalog, Flow, Pack, Step};

use crate::chain::related;
use crate::draws::{self, Used};
use crate::fields::fill;
use crate::order::{self, load, unknown};
use crate::scope::View;
use crate::step::{Actor, Checked, Context};
use crate::waiting::{renew, settle_state};
use crate::{
    Class, Command, Effects, Input, Refusal, Reply, Seen, Signature, SignedAct, SignedStep, Slip,
    SlipState, SlipWrite, Waiting, WaitingKind, World, guards, holds, number, posting, registers,
    separation,
};

/// The parts of [`crate::Act::Step`].
pub(crate) struct Request<'a> {
    pub step: &'a str,
    pub slip: Option<SlipId>,
    pub sources: &'a [SlipId],
    pub seen: &'a [Seen],
    pub input: &'a Input,
}

/// A step found in the pack version that applies: the version the slip (or its source) began under, else the current one.
pub(crate) fn find_step<'a>(
    catalog: &'a Catalog,
    version: Option<&str>,
    step: &str,
) -> Checked<(&'a Arc<Pack>, &'a Flow, usize, &'a Step)> {
    let mut parts = step.splitn(3, '.');
    let (pack, flow, rest) = (
        parts.next().unwrap_or(""),
        parts.next().unwrap_or(""),
        parts.next().unwrap_or(""),
    );
    let pack = match version {
        Some(version) => catalog
            .version(version)
            .filter(|found| &*found.name == pack),
        None => catalog.pack(pack),
    };
    let found = pack.and_then(|pack| {
        let (_, flow) = pack.flow(flow)?;
        let (at, step) = flow.step(rest)?;
        Some((pack, flow, at, step))
    });
    found.ok_or_else(|| {
        let shown: String = step.chars().take(80).collect();
        Refusal::new(
            Class::Request,
            "unknown_step",
            format!("没有环节 {shown}"),
            format!("there is no step {shown}"),
        )
        .into()
    })
}

pub(crate) fn sign(
    catalog: &Catalog,
    world: &dyn World,
    command: &Command,
    actor: &Actor,
    request: &Request<'_>,
) -> Checked<(Effects, Reply)> {
    match request.slip {
        Some(id) => {
            let slip = world.slip(id)?.ok_or_else(|| unknown(id))?;
            let (pack, flow, at, step) = find_step(catalog, Some(&slip.version), request.step)?;
            let context = Context {
                world,
                command,
                actor,
                pack,
                flow,
            };
            if flow
                .slips
                .get(step.slip)
                .is_none_or(|declared| declared.qualified != slip.kind)
            {
                let (zh, en) = order::named(context, &slip);
                return Err(order::refuse(
                    format!("{zh} 没有环节 {}", step.label.zh),
                    format!("{en} has no step {}", step.label.en),
                )
                .into());
            }
            // A first step that several sign is begun by one and signed by the others.
            if step.begins && slip.signatures(&step.qualified).next().is_none() {
                refill(context, at, step, &slip, request)
            } else {
                later(context, at, step, &slip, request)
            }
        }
        None => {
            let sources: Vec<Arc<Slip>> = request
                .sources
                .iter()
                .map(|id| Ok(world.slip(*id)?.ok_or_else(|| unknown(*id))?))
                .collect::<Checked<_>>()?;
            let version = sources.first().map(|slip| &*slip.version);
            let (pack, flow, at, step) = find_step(catalog, version, request.step)?;
            let context = Context {
                world,
                command,
                actor,
                pack,
                flow,
            };
            begin(context, at, step, &sources, request)
        }
    }
}

/// The role check. What was handed over to a person is his alone.
pub(crate) fn check_role(
    context: Context<'_>,
    step: &Step,
    scope: Option<&str>,
    waiting: Option<&Waiting>,
) -> Checked<Arc<str>> {
    if let Some(only) = waiting.and_then(|waiting| waiting.person.as_ref())
        && *only != context.actor.holder().login
    {
        return Err(Refusal::new(
            Class::Role,
            "role",
            format!("{} 已转由 {only} 办理", step.label.zh),
            format!("{} has been handed over to {only}", step.label.en),
        )
        .into());
    }
    let roles = context.roles(&step.by);
    let held = context.actor.role(&roles, scope, context.today()).cloned();
    held.ok_or_else(|| {
        let (zh, en) = context.role_labels(&step.by);
        Refusal::new(
            Class::Role,
            "role",
            format!("{} 须由 {zh} 办理", step.label.zh),
            format!("{} must be done by {en}", step.label.en),
        )
        .into()
    })
}

/// With `all of a group`, the first role that the holder has and that has not signed yet.
fn unsigned_role(
    context: Context<'_>,
    step: &Step,
    slip: &Slip,
    first: Arc<str>,
    scope: Option<&str>,
) -> Checked<Arc<str>> {
    if step.quorum != model::Quorum::All {
        return Ok(first);
    }
    let signed = |role: &Arc<str>| {
        slip.signatures(&step.qualified)
            .any(|one| one.role == *role)
    };
    let open: Vec<Arc<str>> = context
        .roles(&step.by)
        .into_iter()
        .filter(|role| !signed(role))
        .collect();
    context
        .actor
        .role(&open, scope, context.today())
        .cloned()
        .ok_or_else(|| {
            let (zh, en) = order::named(context, slip);
            let zh = format!("{zh} {} 您的岗位已签字，尚待其他岗位", step.label.zh);
            order::refuse(
                zh,
                format!(
                    "{}: your role has signed {en}; it waits for the others",
                    step.label.en
                ),
            )
            .into()
        })
}

/// The role check on every source: what was handed over is one person's alone, and each must be within the actor's scope.
fn check_sources_role(context: Context<'_>, step: &Step, sources: &[Arc<Slip>]) -> Checked<()> {
    for source in sources {
        let scope = crate::waiting::scope_of(context, step, source);
        check_role(context, step, scope.as_deref(), waiting_for(source, step))?;
    }
    Ok(())
}

/// The role check once more, when it is known what the slip says of the field that narrows the role: it may have come from
/// a default, a computation or a source, or be another value than before.
fn check_scope(context: Context<'_>, step: &Step, slip: &[kernel::Value]) -> Checked<()> {
    let Some(at) = step.scope else { return Ok(()) };
    let value = slip.get(at).map(|value| value.to_string());
    check_role(context, step, Some(value.as_deref().unwrap_or("")), None).map(drop)
}

fn waiting_for<'a>(slip: &'a Slip, step: &Step) -> Option<&'a Waiting> {
    slip.waiting
        .iter()
        .find(|waiting| waiting.step == step.qualified && waiting.kind != WaitingKind::Cosign)
}

/// The value that narrows the role for a slip that is yet to begin: typed, or on the source.
fn begin_scope(
    context: Context<'_>,
    step: &Step,
    sources: &[Arc<Slip>],
    input: &Input,
) -> Option<String> {
    let field = step
        .scope
        .and_then(|at| context.flow.slips.get(step.slip)?.header.get(at))?;
    let typed = input
        .header
        .get(&*field.name)
        .map(|text| text.trim().to_owned())
        .filter(|text| !text.is_empty());
    typed.or_else(|| {
        sources
            .first()
            .and_then(|source| crate::waiting::scope_of(context, step, source))
            .map(|scope| scope.to_string())
    })
}

fn begin(
    context: Context<'_>,
    at: usize,
    step: &Step,
    sources: &[Arc<Slip>],
    request: &Request<'_>,
) -> Checked<(Effects, Reply)> {
    let scope = begin_scope(context, step, sources, request.input);
    check_sources_role(context, step, sources)?;
    let role = check_role(context, step, scope.as_deref(), None)?;
    if !step.begins {
        return Err(order::refuse(
            format!("{} 须指明单据", step.label.zh),
            format!("{} needs its slip", step.label.en),
        )
        .into());
    }
    order::check_begin(context, at, step, sources)?;
    for source in sources {
        order::check_seen(context, source, request.seen)?;
    }
    let source_ids: Vec<SlipId> = sources.iter().map(|slip| slip.id).collect();
    let run = related(context.world, context.flow, step.slip, &source_ids, &[])?;
    order::check_needs(context, step, &run)?;
    separation::check(context, at, step, None, &run)?;

    let Some(declared) = context.flow.slips.get(step.slip) else {
        return Err(unknown(SlipId(0)).into());
    };
    let filled = fill(context, declared, sources, request.input)?;
    if let Some(refusal) = Refusal::all(filled.refusals) {
        return Err(refusal.into());
    }
    check_scope(context, step, &filled.header)?;
    let used = draws::check(context, declared, sources, &filled.lines, &Used::default())?;
    let view = View {
        context,
        declaration: declared,
        header: &filled.header,
        lines: &filled.lines,
        sources,
    };
    guards::check(view, step)?;
    let (number, serial) = number::next(
        context.world,
        &declared.qualified,
        &declared.number,
        context.today(),
    )?;
    let slip = Slip {
        id: context.world.next_slip(),
        kind: declared.qualified.clone(),
        version: context.pack.version.clone(),
        number,
        state: SlipState::Open,
        content: "".into(),
        day: context.today(),
        begun_at: context.command.at,
        begun_by: context.command.actor.clone(),
        sources: source_ids,
        children: Vec::new(),
        header: filled.header,
        lines: filled.lines,
        signed: Vec::new(),
        waiting: Vec::new(),
        taken: BTreeMap::new(),
        reversal: None,
    };
    let mut writing = Writing::new(context, slip, true);
    writing.effects.serial = Some(serial);
    writing.used = used;
    writing.sign(step, role, sources)
}

/// Fills in again a slip that was returned to its first step. Number and sources stay.
fn refill(
    context: Context<'_>,
    at: usize,
    step: &Step,
    slip: &Arc<Slip>,
    request: &Request<'_>,
) -> Checked<(Effects, Reply)> {
    let waiting = waiting_for(slip, step);
    let role = check_role(
        context,
        step,
        crate::waiting::scope_of(context, step, slip).as_deref(),
        waiting,
    )?;
    order::check_later(context, at, step, slip)?;
    order::check_no_children(context, slip)?;
    order::check_seen(context, slip, request.seen)?;
    let sources = load(context, &slip.sources)?;
    let run = related(
        context.world,
        context.flow,
        step.slip,
        &slip.sources,
        &slip.children,
    )?;
    order::check_needs(context, step, &run)?;
    separation::check(context, at, step, Some(slip), &run)?;

    let Some(declared) = context.flow.slips.get(step.slip) else {
        return Err(unknown(slip.id).into());
    };
    let before = draws::used_by(context, declared, slip)?;
    let filled = fill(context, declared, &sources, request.input)?;
    if let Some(refusal) = Refusal::all(filled.refusals) {
        return Err(refusal.into());
    }
    check_scope(context, step, &filled.header)?;
    let used = draws::check(context, declared, &sources, &filled.lines, &before)?;
    let view = View {
        context,
        declaration: declared,
        header: &filled.header,
        lines: &filled.lines,
        sources: &sources,
    };
    guards::check(view, step)?;
    let mut writing = Writing::new(context, (**slip).clone(), false);
    writing.slip.header = filled.header;
    writing.slip.lines = filled.lines;
    writing.given_back = before;
    writing.used = used;
    writing.sign(step, role, &sources)
}

/// Signs a later step of a slip; it may enter the fields that the step declares.
fn later(
    context: Context<'_>,
    at: usize,
    step: &Step,
    slip: &Arc<Slip>,
    request: &Request<'_>,
) -> Checked<(Effects, Reply)> {
    let scope = crate::waiting::scope_of(context, step, slip);
    let role = check_role(context, step, scope.as_deref(), waiting_for(slip, step))?;
    order::check_later(context, at, step, slip)?;
    order::check_seen(context, slip, request.seen)?;
    let sources = load(context, &slip.sources)?;
    let run = related(
        context.world,
        context.flow,
        step.slip,
        &slip.sources,
        &slip.children,
    )?;
    order::check_needs(context, step, &run)?;
    separation::check(context, at, step, Some(slip), &run)?;

    let Some(declared) = context.flow.slips.get(step.slip) else {
        return Err(unknown(slip.id).into());
    };
    let mut writing = Writing::new(context, (**slip).clone(), false);
    crate::enter::enter(
        context,
        declared,
        step,
        &sources,
        request.input,
        &mut writing.slip,
    )?;
    check_scope(context, step, &writing.slip.header)?;
    check_same_content(context, step, slip, &writing.slip)?;
    if crate::enter::draws(declared, step) {
        writing.given_back = draws::used_by(context, declared, slip)?;
        writing.used = draws::check(
            context,
            declared,
            &sources,
            &writing.slip.lines,
            &writing.given_back,
        )?;
    }
    let view = View {
        context,
        declaration: declared,
        header: &writing.slip.header,
        lines: &writing.slip.lines,
        sources: &sources,
    };
    guards::check(view, step)?;
    let role = unsigned_role(context, step, slip, role, scope.as_deref())?;
    writing.sign(step, role, &sources)
}

/// Where several sign one step, all of them sign the same: who comes later cannot change what an earlier one signed.
fn check_same_content(
    context: Context<'_>,
    step: &Step,
    before: &Slip,
    after: &Slip,
) -> Checked<()> {
    let signed = before.signatures(&step.qualified).next();
    let Some(signed) = signed.filter(|_| after.digest() != before.content) else {
        return Ok(());
    };
    let (zh, en) = order::named(context, before);
    let person = &signed.person;
    Err(order::refuse(
        format!("{zh} 已由 {person} 就现有内容签字，不能再改动；如须改动请退回"),
        format!("{person} has signed {en} as it is; return it if it is to be changed"),
    )
    .into())
}

/// A slip about to be written, with all that goes with it.
pub(crate) struct Writing<'a> {
    pub context: Context<'a>,
    pub slip: Slip,
    pub fresh: bool,
    /// What the slip used of its sources before, and uses now.
    pub given_back: Used,
    pub used: Used,
    pub effects: Effects,
}

impl<'a> Writing<'a> {
    pub fn new(context: Context<'a>, slip: Slip, fresh: bool) -> Writing<'a> {
        Writing {
            context,
            slip,
            fresh,
            given_back: Used::default(),
            used: Used::default(),
            effects: Effects::default(),
        }
    }

    fn sign(
        mut self,
        step: &Step,
        role: Arc<str>,
        sources: &[Arc<Slip>],
    ) -> Checked<(Effects, Reply)> {
        let context = self.context;
        self.slip.content = self.slip.digest();
        self.slip.signed.push(SignedStep {
            step: step.qualified.clone(),
            person: context.actor.person.login.clone(),
            identity: context.actor.person.identity.clone(),
            role: role.clone(),
            on_behalf_of: context
                .actor
                .principal
                .as_ref()
                .map(|principal| principal.login.clone()),
            for_identity: context
                .actor
                .principal
                .as_ref()
                .map(|principal| principal.identity.clone()),
            at: context.command.at,
        });
        if order::is_signed(context, step, &self.slip) {
            self.book(step, sources)?;
        }
        settle_state(context, &mut self.slip)?;
        self.finish(
            SignedAct::Sign,
            step.qualified.clone(),
            role,
            String::new(),
            None,
        )
    }

    /// Entries, holds and records of a completed step. This is the last check; nothing after it may refuse.
    fn book(&mut self, step: &Step, sources: &[Arc<Slip>]) -> Checked<()> {
        let context = self.context;
        let Some(declared) = context.flow.slips.get(step.slip) else {
            return Ok(());
        };
        let view = View {
            context,
            declaration: declared,
            header: &self.slip.header,
            lines: &self.slip.lines,
            sources,
        };
        let existing = (!self.fresh).then_some(&self.slip);
        let mut entries = posting::moved_on(view, step, existing)?;
        entries.extend(holds::end(
            context,
            step,
            &self.slip,
            &mut self.effects.timers,
        )?);
        entries.extend(posting::entries(view, self.slip.id, step)?);
        posting::check(context, &entries)?;
        for rule in &step.records {
            registers::by_rule(view, rule, &mut self.effects.records)?;
        }
        if step.changes {
            crate::changes::record(view, &mut self.effects.records)?;
        }
        holds::timers(self.slip.id, &entries, &mut self.effects.timers);
        self.effects.entries.extend(entries);
        Ok(())
    }

    /// Books the entries that take something back; refused where a ledger would break a law by it.
    pub fn take_back(&mut self, undone: impl Fn(&str) -> bool) -> Checked<()> {
        let entries = posting::take_back(self.context, &self.slip, undone)?;
        posting::check(self.context, &entries)?;
        holds::undone(self.context, &self.slip, &entries, &mut self.effects.timers)?;
        self.effects.entries.extend(entries);
        Ok(())
    }

    /// Writes the slip, its sources and the signature row.
    pub fn finish(
        mut self,
        act: SignedAct,
        step: Arc<str>,
        role: Arc<str>,
        text: String,
        returned: Option<crate::waiting::PassedOn>,
    ) -> Checked<(Effects, Reply)> {
        let context = self.context;
        renew(context, &mut self.slip, returned, &mut self.effects.timers)?;
        self.write_sources()?;
        self.effects.signature = Some(Signature {
            slip: self.slip.id,
            act,
            step,
            person: context.actor.person.login.clone(),
            identity: context.actor.person.identity.clone(),
            role,
            on_behalf_of: context
                .actor
                .principal
                .as_ref()
                .map(|principal| principal.login.clone()),
            at: context.command.at,
            content: self.slip.content.clone(),
            text,
        });
        let reply = Reply {
            slip: Some(self.slip.id),
            number: Some(self.slip.number.clone()),
            content: Some(self.slip.content.clone()),
        };
        self.effects.slips.insert(
            0,
            SlipWrite {
                slip: self.slip,
                fresh: self.fresh,
            },
        );
        Ok((self.effects, reply))
    }

    /// Sources whose open quantity, children or waiting steps change.
    fn write_sources(&mut self) -> Checked<()> {
        let mut changed: BTreeMap<SlipId, Slip> = BTreeMap::new();
        let mut touched: Vec<SlipId> = self
            .given_back
            .touched()
            .chain(self.used.touched())
            .collect();
        if self.fresh {
            touched.extend(&self.slip.sources);
        }
        for id in touched {
            if let std::collections::btree_map::Entry::Vacant(place) = changed.entry(id) {
                let slip = self.context.world.slip(id)?.ok_or_else(|| unknown(id))?;
                place.insert((*slip).clone());
            }
        }
        for (id, slip) in &mut changed {
            self.given_back.book(slip, true);
            self.used.book(slip, false);
            if self.fresh && self.slip.sources.contains(id) {
                slip.children.push(self.slip.id);
            }
            renew(self.context, slip, None, &mut self.effects.timers)?;
        }
        self.effects.slips.extend(
            changed
                .into_values()
                .map(|slip| SlipWrite { slip, fresh: false }),
        );
        Ok(())
    }
}
