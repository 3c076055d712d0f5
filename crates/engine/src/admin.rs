//! People, deputies, periods, packs: what administrators and the system record.

use std::sync::Arc;

use kernel::{Day, Period};
use model::Catalog;
use serde::{Deserialize, Serialize};

use crate::registers::next_version;
use crate::step::{Actor, Checked, same_person};
use crate::values::{is_hidden, shown};
use crate::{Class, Command, Deputy, Effects, Person, Record, Refusal, Reply, World};

/// The login under which timers and start-up act. No person can have it.
pub const SYSTEM: &str = "system";

pub(crate) type Answer = Checked<(Effects, Reply)>;

pub(crate) fn recorded(record: Record) -> (Effects, Reply) {
    (
        Effects {
            records: vec![record],
            ..Effects::default()
        },
        Reply::default(),
    )
}

pub(crate) fn check_administrator(actor: &Actor) -> Checked<()> {
    // A deputy stands in for signatures, never for administration.
    if actor.person.administrator && actor.principal.is_none() {
        return Ok(());
    }
    Err(Refusal::new(
        Class::Role,
        "administrator",
        "须由系统管理员办理",
        "must be done by an administrator",
    )
    .into())
}

fn person_record(world: &dyn World, person: &Person, from: Day) -> Checked<Record> {
    let body = serde_json::to_string(person).unwrap_or_default();
    Ok(next_version(
        world,
        "person".into(),
        person.login.clone(),
        from,
        body,
    )?)
}

pub(crate) fn bad(code: &str, field: &str, zh: &str, en: &str) -> Refusal {
    Refusal::new(Class::Field, code, zh, en).at(None, field)
}

fn check_person(catalog: &Catalog, person: &Person) -> Checked<()> {
    let mut refusals = Vec::new();
    let plain = |text: &str, most: usize| {
        let length = text.chars().count();
        (1..=most).contains(&length) && text.trim() == text && !text.chars().any(is_hidden)
    };
    let login_ok = plain(&person.login, 64)
        && !person.login.contains([' ', '/', '|', ':'])
        && &*person.login != SYSTEM;
    if !login_ok {
        refusals.push(bad(
            "login",
            "login",
            "账号须为 1 至 64 个字符，不含空格和 / | :",
            "a login has 1 to 64 characters without space or / | :",
        ));
    }
    if !plain(&person.name, 64) {
        refusals.push(bad(
            "name",
            "name",
            "姓名须为 1 至 64 字",
            "a name has 1 to 64 characters",
        ));
    }
    // Full-width letters and digits look like the others and are not.
    let wide = |c: char| matches!(c, '\u{ff01}'..='\u{ff5e}' | '\u{3000}');
    if !plain(&person.identity, 64) || person.identity.contains(wide) {
        refusals.push(bad(
            "identity",
            "identity",
            "须填写人员编号，不用全角或不可见字符",
            "the staff or identity number must be given, without full-width or invisible characters",
        ));
    }
    for grant in &person.grants {
        let known = grant.role.split_once('.').is_some_and(|(pack, role)| {
            catalog
                .pack(pack)
                .is_some_and(|pack| pack.role(role).is_some())
        });
        if !known {
            let role = shown(&grant.role);
            refusals.push(bad(
                "unknown_role",
                "grants",
                &format!("没有岗位 {role}"),
                &format!("there is no role {role}"),
            ));
        } else if !grant.scope.is_empty() && !narrows(catalog, &grant.role) {
            let role = shown(&grant.role);
            refusals.push(bad(
                "scope",
                "grants",
                &format!("岗位 {role} 的环节不分范围，限定范围不会起作用"),
                &format!(
                    "no step of {role} is narrowed by anything, so a scope would mean nothing"
                ),
            ));
        }
        if grant
            .from
            .zip(grant.until)
            .is_some_and(|(from, until)| from > until)
        {
            refusals.push(bad(
                "dates",
                "grants",
                "起始日期晚于截止日期",
                "the first day is after the last",
            ));
        }
    }
    Refusal::all(refusals).map_or(Ok(()), |refusal| Err(refusal.into()))
}

/// Whether some step of a role looks at the scope of a grant.
fn narrows(catalog: &Catalog, role: &str) -> bool {
    let Some((pack, role)) = role.split_once('.') else {
        return false;
    };
    let Some(pack) = catalog.pack(pack) else {
        return false;
    };
    let is = |at: &usize| {
        pack.roles
            .get(*at)
            .is_some_and(|declared| *declared.name == *role)
    };
    let mut steps = pack.flows.iter().flat_map(|flow| &flow.steps);
    steps.any(|step| step.scope.is_some() && step.by.iter().any(is))
}

/// Longest question that an export is journaled with.
const QUERY_MAX: usize = 2_000;

/// Slips are given out as a file. Whoever may read them may take them; the journal says that he did.
pub(crate) fn export(what: &str, format: &str, query: &str) -> Answer {
    let known = matches!(
        what,
        "slips"
            | "sums"
            | "print"
            | "balances"
            | "changes"
            | "pivot"
            | "records"
            | "journal"
            | "inspection"
            | "codes"
    ) && matches!(format, "xlsx" | "csv" | "pdf" | "zip");
    if known && query.chars().count() <= QUERY_MAX && !query.chars().any(is_hidden) {
        return Ok((Effects::default(), Reply::default()));
    }
    Err(bad(
        "export",
        "query",
        "没有这样的导出，或筛选条件过长",
        "there is no such export, or its conditions are too long",
    )
    .into())
}

/// Makes or changes a person. Nobody changes his own roles, so no administrator can grant himself anything; the natural
/// person behind an account never changes.
pub(crate) fn put_person(
    catalog: &Catalog,
    world: &dyn World,
    command: &Command,
    actor: &Actor,
    person: &Person,
) -> Answer {
    check_administrator(actor)?;
    let before = world.person(&person.login)?;
    if person.login == actor.person.login || same_person(&person.identity, &actor.person.identity) {
        return Err(Refusal::new(
            Class::Separation,
            "own_grant",
            "管理员不能改动本人的账号和岗位",
            "an administrator cannot change his own account or roles",
        )
        .into());
    }
    check_person(catalog, person)?;
    if before
        .as_ref()
        .is_some_and(|before| before.identity != person.identity)
    {
        return Err(bad(
            "identity",
            "identity",
            "账号所属的自然人不能更改",
            "the natural person behind an account cannot be changed",
        )
        .into());
    }
    // Only the person himself names his deputies.
    let deputies = before.map_or_else(Vec::new, |before| before.deputies.clone());
    let person = Person {
        deputies,
        ..person.clone()
    };
    Ok(recorded(person_record(world, &person, command.today())?))
}

/// The first persons of an empty organisation.
pub(crate) fn bootstrap(
    catalog: &Catalog,
    world: &dyn World,
    command: &Command,
    people: &[Person],
) -> Answer {
    if world.has_people()? {
        return Err(Refusal::new(
            Class::Role,
            "bootstrap",
            "单位已有人员",
            "the organisation has people already",
        )
        .into());
    }
    if !people
        .iter()
        .any(|person| person.administrator && person.active)
    {
        return Err(bad(
            "bootstrap",
            "people",
            "至少须有一名系统管理员",
            "at least one administrator is needed",
        )
        .into());
    }
    let mut effects = Effects::default();
    for (at, person) in people.iter().enumerate() {
        check_person(catalog, person)?;
        if people[..at].iter().any(|other| other.login == person.login) {
            return Err(bad("login", "login", "账号重复", "a login appears twice").into());
        }
        let record = person_record(world, person, command.today())?;
        effects.records.push(record);
    }
    Ok((effects, Reply::default()))
}

/// 委托: at most a year at a time, to another natural person.
pub(crate) fn deputise(
    world: &dyn World,
    command: &Command,
    actor: &Actor,
    to: &str,
    from: Day,
    until: Day,
) -> Answer {
    if actor.principal.is_some() {
        return Err(Refusal::new(
            Class::Role,
            "deputy",
            "代办人不能再委托他人",
            "a deputy cannot appoint another deputy",
        )
        .into());
    }
    let deputy = world.person(to)?.filter(|person| person.active);
    let Some(deputy) =
        deputy.filter(|deputy| !same_person(&deputy.identity, &actor.person.identity))
    else {
        return Err(bad(
            "deputy",
            "to",
            "代办人须是另一名在用人员",
            "a deputy is another active person",
        )
        .into());
    };
    let length = until.days_since(from);
    if !(0..=366).contains(&length) || until < command.today() {
        return Err(bad(
            "dates",
            "until",
            "委托期须在一年以内，且尚未结束",
            "a deputy is appointed for at most a year that is not over",
        )
        .into());
    }
    let mut person = (*actor.person).clone();
    person
        .deputies
        .retain(|other| other.until >= command.today() && other.to != deputy.login);
    person.deputies.push(Deputy {
        to: deputy.login.clone(),
        from,
        until,
    });
    Ok(recorded(person_record(world, &person, command.today())?))
}

/// A credential was set: by its owner, by an administrator, or by the system at start-up.
pub(crate) fn credential(
    world: &dyn World,
    command: &Command,
    actor: Option<&Actor>,
    login: &str,
    digest: &str,
) -> Answer {
    let own = &*command.actor == login && command.on_behalf_of.is_none();
    if !own && let Some(actor) = actor {
        check_administrator(actor)?;
    }
    if world.person(login)?.is_none() {
        return Err(bad("person", "login", "没有此账号", "there is no such account").into());
    }
    #[derive(Serialize)]
    struct Body<'a> {
        digest: &'a str,
        by: &'a str,
    }
    let body = serde_json::to_string(&Body {
        digest,
        by: &command.actor,
    })
    .unwrap_or_default();
    Ok(recorded(next_version(
        world,
        "credential".into(),
        login.into(),
        command.today(),
        body,
    )?))
}

/// State of a period as recorded.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct PeriodBody {
    pub closed: bool,
    pub by: Arc<str>,
    pub identity: Arc<str>,
    pub reason: String,
}

fn period_key(ledger: &str, period: Period) -> Arc<str> {
    format!("{ledger}/{period}").into()
}

fn next_period(period: Period) -> Period {
    if period.0 % 100 >= 12 {
        Period(period.0 + 89)
    } else {
        Period(period.0 + 1)
    }
}

fn check_period_ledger(catalog: &Catalog, ledger: &str) -> Checked<()> {
    let known = ledger
        .split_once('.')
        .and_then(|(pack, name)| catalog.pack(pack)?.ledger(name))
        .is_some_and(|(_, ledger)| ledger.periods);
    if known {
        return Ok(());
    }
    Err(Refusal::new(
        Class::Request,
        "unknown_ledger",
        format!("{} 没有会计期间", shown(ledger)),
        format!("{} has no periods", shown(ledger)),
    )
    .into())
}

/// 结账.
pub(crate) fn close_period(
    catalog: &Catalog,
    world: &dyn World,
    command: &Command,
    actor: &Actor,
    ledger: &str,
    period: Period,
) -> Answer {
    check_administrator(actor)?;
    check_period_ledger(catalog, ledger)?;
    if !(1..=12).contains(&(period.0 % 100)) || !(1900..=9999).contains(&(period.0 / 100)) {
        return Err(bad(
            "period",
            "period",
            "没有这个会计期间，应写作 202604",
            "there is no such period; write it as 202604",
        )
        .into());
    }
    if world.period_closed(ledger, period)? {
        return Err(Refusal::new(
            Class::Order,
            "period",
            format!("{period} 期已结账"),
            format!("period {period} is closed already"),
        )
        .into());
    }
    put_period(world, command, actor, ledger, period, true, String::new())
}

/// Opens the latest closed period again: by another person than the one who closed it.
pub(crate) fn reopen_period(
    catalog: &Catalog,
    world: &dyn World,
    command: &Command,
    actor: &Actor,
    ledger: &str,
    period: Period,
    reason: &str,
) -> Answer {
    check_administrator(actor)?;
    check_period_ledger(catalog, ledger)?;
    if !world.period_closed(ledger, period)? || world.period_closed(ledger, next_period(period))? {
        return Err(Refusal::new(
            Class::Order,
            "period",
            "只能反结账最近一个已结账期间",
            "only the latest closed period can be opened again",
        )
        .into());
    }
    let versions = world.records("period", &period_key(ledger, period))?;
    let closed_by = versions
        .last()
        .and_then(|record| serde_json::from_str::<PeriodBody>(&record.body).ok());
    if closed_by.is_some_and(|body| actor.is(&body.identity)) {
        return Err(crate::separation::refuse(
            "反结账 与 结账 不得为同一人".to_owned(),
            "a period must not be opened again by the person who closed it".to_owned(),
        )
        .into());
    }
    crate::undo::check_reason(reason)?;
    put_period(
        world,
        command,
        actor,
        ledger,
        period,
        false,
        reason.trim().to_owned(),
    )
}

fn put_period(
    world: &dyn World,
    command: &Command,
    actor: &Actor,
    ledger: &str,
    period: Period,
    closed: bool,
    reason: String,
) -> Answer {
    let body = PeriodBody {
        closed,
        by: actor.person.login.clone(),
        identity: actor.person.identity.clone(),
        reason,
    };
    let body = serde_json::to_string(&body).unwrap_or_default();
    Ok(recorded(next_version(
        world,
        "period".into(),
        period_key(ledger, period),
        command.today(),
        body,
    )?))
}

/// Records which version of a pack is current.
pub(crate) fn install_pack(
    world: &dyn World,
    command: &Command,
    pack: &str,
    version: &str,
) -> Answer {
    #[derive(Serialize)]
    struct Body<'a> {
        version: &'a str,
    }
    let body = serde_json::to_string(&Body { version }).unwrap_or_default();
    Ok(recorded(next_version(
        world,
        "pack".into(),
        pack.into(),
        command.today(),
        body,
    )?))
}
