//! `user`: people and their roles. Every change is a command in the name of an administrator, who gives his password.

use std::sync::Arc;

use engine::{Act, Grant, Person, Refusal, SYSTEM};
use kernel::Day;
use serde_json::json;
use web::intake::roles::{parse_grant, shown};

use crate::administrator::{InName, attempted};
use crate::house::House;
use crate::lang::{Lang, say};
use crate::place::Where;
use crate::secret;
use crate::stop::Stop;
use crate::terminal::line;

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Lists everyone with their roles
    List(List),
    /// Adds a person and prints a first password, once
    Add(Add),
    /// Grants a role
    Grant(GrantRole),
    /// Takes a role away
    Revoke(RevokeRole),
    /// Sets a new password and prints it, once; also one's own
    Password(Password),
    /// Lets a person no longer sign in; what he signed stays
    Deactivate(One),
    /// Lets a person sign in again
    Activate(One),
}

#[derive(Debug, clap::Args)]
struct List {
    #[command(flatten)]
    at: Where,
    /// Print one JSON array
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Args)]
struct Add {
    /// What he signs in with
    login: String,
    /// Name, as it is printed
    #[arg(long)]
    name: String,
    /// Staff or identity number: two accounts of one person are one for separation
    #[arg(long)]
    identity: String,
    /// May manage people, registers and packs
    #[arg(long)]
    administrator: bool,
    /// A role, perhaps narrowed: buyer, gsp.keeper@一号库; may be given several times
    #[arg(long = "role", value_name = "ROLE[@SCOPE]")]
    roles: Vec<String>,
    #[command(flatten)]
    name_of: InName,
    #[command(flatten)]
    at: Where,
}

#[derive(Debug, clap::Args)]
struct GrantRole {
    /// Whose
    login: String,
    /// The role, perhaps narrowed to a value of the step's scope
    #[arg(value_name = "ROLE[@SCOPE]")]
    role: String,
    /// First day
    #[arg(long, value_name = "DAY")]
    from: Option<Day>,
    /// Last day
    #[arg(long, value_name = "DAY")]
    until: Option<Day>,
    #[command(flatten)]
    name_of: InName,
    #[command(flatten)]
    at: Where,
}

#[derive(Debug, clap::Args)]
struct RevokeRole {
    /// Whose
    login: String,
    /// The role, with its scope when it has one
    #[arg(value_name = "ROLE[@SCOPE]")]
    role: String,
    #[command(flatten)]
    name_of: InName,
    #[command(flatten)]
    at: Where,
}

#[derive(Debug, clap::Args)]
struct Password {
    /// Whose
    login: String,
    /// For an administrator whose password is lost: done by the system itself and journaled so
    #[arg(long)]
    recover: bool,
    #[command(flatten)]
    name_of: InName,
    #[command(flatten)]
    at: Where,
}

#[derive(Debug, clap::Args)]
struct One {
    /// Whose
    login: String,
    #[command(flatten)]
    name_of: InName,
    #[command(flatten)]
    at: Where,
}

/// Does it.
pub fn run(args: &Args, lang: Lang) -> Result<(), Stop> {
    match &args.action {
        Action::List(list) => tell_all(list, lang),
        Action::Add(add) => add_person(add, lang),
        Action::Grant(grant) => grant_role(grant, lang),
        Action::Revoke(revoke) => revoke_role(revoke, lang),
        Action::Password(password) => new_password(password, lang),
        Action::Deactivate(one) => set_active(one, lang, false),
        Action::Activate(one) => set_active(one, lang, true),
    }
}

fn tell_all(args: &List, lang: Lang) -> Result<(), Stop> {
    let house = House::reading(&args.at)?;
    let people = house.people()?;
    if args.json {
        line(json!(people).to_string());
        return Ok(());
    }
    for person in &people {
        let mut about: Vec<String> = person.grants.iter().map(shown).collect();
        if person.administrator {
            about.insert(0, lang.pick("系统管理员", "administrator").to_owned());
        }
        if !person.active {
            about.insert(0, lang.pick("已停用", "inactive").to_owned());
        }
        let Person {
            login,
            name,
            identity,
            ..
        } = person;
        line(format!("{login}\t{name}\t{identity}\t{}", about.join("; ")));
    }
    Ok(())
}

fn add_person(args: &Add, lang: Lang) -> Result<(), Stop> {
    let house = House::existing(&args.at)?;
    let catalog = house.catalog();
    let grants: Result<Vec<Grant>, _> = args
        .roles
        .iter()
        .map(|role| parse_grant(&catalog, role))
        .collect();
    let grants = grants.map_err(|said| Stop::Usage(said.into()))?;
    let login = &args.login;
    if house
        .people()?
        .iter()
        .any(|person| *person.login == **login)
    {
        return Err(Stop::usage(
            format!("账号 {login} 已存在"),
            format!("there is a login {login} already"),
        ));
    }
    let actor = args.name_of.administrator(&house, lang)?;
    let person = Person {
        login: login.as_str().into(),
        name: args.name.as_str().into(),
        identity: args.identity.as_str().into(),
        active: true,
        administrator: args.administrator,
        grants,
        deputies: Vec::new(),
    };
    accepted(house.submit(&actor, Act::PutPerson { person })?, lang)?;
    give_password(&house, &actor, login, lang)
}

fn grant_role(args: &GrantRole, lang: Lang) -> Result<(), Stop> {
    let house = House::existing(&args.at)?;
    let grant =
        parse_grant(&house.catalog(), &args.role).map_err(|said| Stop::Usage(said.into()))?;
    let grant = Grant {
        from: args.from,
        until: args.until,
        ..grant
    };
    let mut person = find(&house, &args.login)?;
    person
        .grants
        .retain(|other| (&other.role, &other.scope) != (&grant.role, &grant.scope));
    person.grants.push(grant.clone());
    put(&house, &args.name_of, person, lang)?;
    let (login, shown) = (&args.login, shown(&grant));
    line(say!(
        lang,
        "✔ {login} 现有岗位 {shown}",
        "✔ {login} now holds {shown}"
    ));
    Ok(())
}

fn revoke_role(args: &RevokeRole, lang: Lang) -> Result<(), Stop> {
    let house = House::existing(&args.at)?;
    let grant =
        parse_grant(&house.catalog(), &args.role).map_err(|said| Stop::Usage(said.into()))?;
    let mut person = find(&house, &args.login)?;
    let before = person.grants.len();
    person
        .grants
        .retain(|other| (&other.role, &other.scope) != (&grant.role, &grant.scope));
    let (login, shown) = (&args.login, shown(&grant));
    if person.grants.len() == before {
        return Err(Stop::usage(
            format!("{login} 没有岗位 {shown}"),
            format!("{login} does not hold {shown}"),
        ));
    }
    put(&house, &args.name_of, person, lang)?;
    line(say!(
        lang,
        "✔ {login} 不再有岗位 {shown}",
        "✔ {login} no longer holds {shown}"
    ));
    Ok(())
}

fn new_password(args: &Password, lang: Lang) -> Result<(), Stop> {
    let house = House::existing(&args.at)?;
    let person = find(&house, &args.login)?;
    let actor: Arc<str> = if args.recover {
        if !person.administrator {
            attempted(&house, "command_line.recover", &args.login)?;
            return Err(Stop::usage(
                "--recover 只用于系统管理员；其他人的密码由管理员设置",
                "--recover is for administrators only; other passwords are set by an administrator",
            ));
        }
        SYSTEM.into()
    } else {
        args.name_of.administrator(&house, lang)?
    };
    give_password(&house, &actor, &args.login, lang)
}

fn set_active(args: &One, lang: Lang, active: bool) -> Result<(), Stop> {
    let house = House::existing(&args.at)?;
    let mut person = find(&house, &args.login)?;
    person.active = active;
    put(&house, &args.name_of, person, lang)?;
    let login = &args.login;
    if active {
        line(say!(
            lang,
            "✔ {login} 已启用",
            "✔ {login} may sign in again"
        ));
    } else {
        // Whoever is signed in now must not stay so.
        house.store.end_sessions(crate::house::ORG, login)?;
        line(say!(
            lang,
            "✔ {login} 已停用",
            "✔ {login} may no longer sign in"
        ));
    }
    Ok(())
}

fn find(house: &House, login: &str) -> Result<Person, Stop> {
    let found = house
        .people()?
        .into_iter()
        .find(|person| &*person.login == login);
    found.ok_or_else(|| {
        Stop::usage(
            format!("没有账号 {login}"),
            format!("there is no login {login}"),
        )
    })
}

fn put(house: &House, name: &InName, person: Person, lang: Lang) -> Result<(), Stop> {
    let actor = name.administrator(house, lang)?;
    accepted(house.submit(&actor, Act::PutPerson { person })?, lang)
}

fn give_password(house: &House, actor: &str, login: &str, lang: Lang) -> Result<(), Stop> {
    let password = secret::generate()?;
    accepted(house.set_password(actor, login, &password)?, lang)?;
    // A session begun with the old password ends with it.
    house.store.end_sessions(crate::house::ORG, login)?;
    line(say!(
        lang,
        "✔ {login} 的密码（只显示这一次）：{password}",
        "✔ password of {login} (shown this once): {password}"
    ));
    Ok(())
}

/// What was answered; a refusal is said and ends the program as a failed check.
fn accepted<T>(answer: Result<T, Refusal>, lang: Lang) -> Result<(), Stop> {
    let Err(refusal) = answer else { return Ok(()) };
    for one in std::iter::once(&refusal).chain(&refusal.more) {
        let sentence = lang.pick(&one.zh, &one.en);
        line(format!("✘ {}: {sentence}", one.code));
    }
    Err(Stop::Check)
}
