//! The one entry: a command in, effects or a refusal out.

use std::sync::Arc;

use model::Catalog;

use crate::admin::{self, SYSTEM};
use crate::step::{Actor, Checked, Stop, check_own_password};
use crate::values::is_hidden;
use crate::{
    Act, Class, Command, Effects, Outcome, Person, Refusal, Reply, World, WorldError, pass_on,
    printed, registers, setting, sign, sign_in, timers, undo,
};

/// Judges a command. Reads the world, changes nothing; the store writes the effects in one transaction or not at all.
///
/// # Errors
/// Only when the world could not be read. A refusal is an outcome, not an error.
pub fn apply(
    catalog: &Catalog,
    world: &dyn World,
    command: &Command,
) -> Result<Outcome, WorldError> {
    if let Some(refusal) = check_key(command) {
        return Ok(Outcome::Refused(refusal));
    }
    if let Some(earlier) = world.answered(&command.key)? {
        return Ok(if *earlier.request == *command.request() {
            Outcome::Repeated(earlier.reply)
        } else {
            Outcome::Refused(Refusal::new(
                Class::Request,
                "key_reused",
                "此请求编号已用于另一项操作",
                "this idempotency key was used for something else",
            ))
        });
    }
    match judge(catalog, world, command) {
        Ok((effects, reply)) => Ok(Outcome::Done(Box::new(effects), reply)),
        Err(Stop::Refused(refusal)) => Ok(Outcome::Refused(refusal)),
        Err(Stop::Fault(fault)) => Err(fault),
    }
}

/// How the keys of the system's own commands begin: those that are made once for one occasion, such as a timer.
pub const SYSTEM_KEYS: &str = "system:";

fn check_key(command: &Command) -> Option<Refusal> {
    let ok =
        (1..=64).contains(&command.key.len()) && command.key.bytes().all(|b| b.is_ascii_graphic());
    // The system names its own commands so that they can be foreseen; nobody else may use such a name up before it does.
    let foreseen = command.key.starts_with(SYSTEM_KEYS) && &*command.actor != SYSTEM;
    (!ok || foreseen).then(|| {
        Refusal::new(
            Class::Request,
            "key",
            "请求编号须为 1 至 64 个可见字符，不以 system: 开头",
            "an idempotency key has 1 to 64 visible ASCII characters and does not begin with system:",
        )
    })
}

fn judge(catalog: &Catalog, world: &dyn World, command: &Command) -> Checked<(Effects, Reply)> {
    if let Some(answer) = system_act(catalog, world, command) {
        return answer;
    }
    let actor = Actor::of(world, command)?;
    check_own_password(world, command)?;
    let open = |slip| undo::open(catalog, world, command, &actor, slip);
    match &command.act {
        Act::Step {
            step,
            slip,
            sources,
            seen,
            input,
        } => sign::sign(
            catalog,
            world,
            command,
            &actor,
            &sign::Request {
                step,
                slip: *slip,
                sources,
                seen,
                input,
            },
        ),
        Act::Return {
            slip,
            to,
            reason,
            seen,
        } => {
            let (context, slip) = open(*slip)?;
            undo::return_slip(context, &slip, to.as_deref(), reason, seen)
        }
        Act::Withdraw { slip, reason } => {
            let (context, slip) = open(*slip)?;
            undo::withdraw(context, &slip, reason)
        }
        Act::Void { slip, reason } => {
            let (context, slip) = open(*slip)?;
            undo::void(context, &slip, reason)
        }
        Act::AskReversal { slip, reason } => {
            let (context, slip) = open(*slip)?;
            undo::ask_reversal(context, &slip, reason)
        }
        Act::Reverse { slip, seen } => {
            let (context, slip) = open(*slip)?;
            undo::reverse(context, &slip, seen)
        }
        Act::RefuseReversal { slip, reason } => {
            let (context, slip) = open(*slip)?;
            undo::refuse_reversal(context, &slip, reason)
        }
        Act::HandOver {
            slip,
            step,
            to,
            reason,
        } => {
            let (context, slip) = open(*slip)?;
            pass_on::hand_over(context, &slip, step, to, reason)
        }
        Act::AddSigner {
            slip,
            step,
            signer,
            reason,
        } => {
            let (context, slip) = open(*slip)?;
            pass_on::add_signer(context, &slip, step, signer, reason)
        }
        Act::Cosign {
            slip,
            step,
            opinion,
            seen,
        } => {
            let (context, slip) = open(*slip)?;
            pass_on::cosign(context, &slip, step, opinion, seen)
        }
        Act::CopyTo { slip, to } => {
            let (context, slip) = open(*slip)?;
            pass_on::copy_to(context, &slip, to)
        }
        Act::Remind { slip, text } => {
            let (context, slip) = open(*slip)?;
            pass_on::remind(context, &slip, text)
        }
        Act::Comment { slip, text } => {
            let (context, slip) = open(*slip)?;
            pass_on::comment(context, &slip, text)
        }
        Act::Attach {
            slip,
            name,
            hash,
            size,
            media,
        } => {
            let (context, slip) = open(*slip)?;
            pass_on::attach(context, &slip, name, hash, *size, media)
        }
        Act::Print {
            slip,
            content,
            form,
            copies,
            how,
        } => {
            let (context, slip) = open(*slip)?;
            printed::print(context, &slip, content, form, *copies, how)
        }
        Act::PutRecord {
            register,
            key,
            fields,
            from,
        } => {
            admin::check_administrator(&actor)?;
            let record = registers::put(catalog, world, command, register, key, fields, *from)?;
            Ok((
                Effects {
                    records: vec![record],
                    ..Effects::default()
                },
                Reply::default(),
            ))
        }
        Act::PutPerson { person } => admin::put_person(catalog, world, command, &actor, person),
        Act::Deputise { to, from, until } => {
            admin::deputise(world, command, &actor, to, *from, *until)
        }
        Act::Credential { login, digest } => {
            admin::credential(world, command, Some(&actor), login, digest)
        }
        Act::SignIn {
            login,
            id,
            kind,
            name,
            digest,
        } => sign_in::record(
            world,
            command,
            &actor,
            &sign_in::Way {
                login,
                id,
                kind,
                name,
                digest,
            },
        ),
        Act::PutSetting { name, body } => setting::put_setting(world, command, &actor, name, body),
        Act::ClosePeriod { ledger, period } => {
            admin::close_period(catalog, world, command, &actor, ledger, *period)
        }
        Act::ReopenPeriod {
            ledger,
            period,
            reason,
        } => admin::reopen_period(catalog, world, command, &actor, ledger, *period, reason),
        Act::Export {
            what,
            format,
            query,
        } => admin::export(what, format, query),
        Act::Timer { .. } | Act::Bootstrap { .. } | Act::InstallPack { .. } => {
            Err(forbidden("system_act", "").into())
        }
        Act::Forbidden { what, subject } => Err(forbidden(what, subject).into()),
    }
}

/// Acts of the system itself: timers, the first people, packs. No session can be signed in as the system.
fn system_act(
    catalog: &Catalog,
    world: &dyn World,
    command: &Command,
) -> Option<Checked<(Effects, Reply)>> {
    if &*command.actor != SYSTEM {
        return None;
    }
    let answer = match &command.act {
        Act::Bootstrap { people } => admin::bootstrap(catalog, world, command, people),
        Act::InstallPack { pack, version } => admin::install_pack(world, command, pack, version),
        Act::Credential { login, digest } => admin::credential(world, command, None, login, digest),
        Act::Timer { slip, name } => {
            let actor = system_actor();
            undo::open(catalog, world, command, &actor, *slip)
                .and_then(|(context, slip)| timers::run(context, &slip, name))
        }
        Act::Forbidden { what, subject } => Err(forbidden(what, subject).into()),
        _ => Err(Refusal::new(
            Class::Role,
            "person",
            "系统不能签字",
            "the system signs nothing",
        )
        .into()),
    };
    Some(answer)
}

fn system_actor() -> Actor {
    let person = Person {
        login: SYSTEM.into(),
        name: SYSTEM.into(),
        identity: SYSTEM.into(),
        active: true,
        administrator: false,
        grants: Vec::new(),
        deputies: Vec::new(),
    };
    Actor {
        person: Arc::new(person),
        principal: None,
    }
}

fn forbidden(what: &str, subject: &str) -> Refusal {
    let shown: String = what.chars().filter(|c| !is_hidden(*c)).take(80).collect();
    let on: String = subject
        .chars()
        .filter(|c| !is_hidden(*c))
        .take(120)
        .collect();
    Refusal::new(
        Class::Request,
        format!("forbidden.{shown}"),
        format!("没有这样的操作：{shown} {on}"),
        format!("nothing does this: {shown} {on}"),
    )
}
