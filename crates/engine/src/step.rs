//! The one context in which a command is judged: who acts, under which text, on what day.

use std::sync::Arc;

use kernel::Day;
use model::{Flow, Pack};

use crate::values::shown;
use crate::{Act, Class, Command, Person, Record, Refusal, SYSTEM, World, WorldError};

/// An answer of a check inside the engine: refused, or the store failed.
#[derive(Debug)]
pub(crate) enum Stop {
    /// For the clerk.
    Refused(Refusal),
    /// For the operator.
    Fault(WorldError),
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Stop {
        Stop::Refused(refusal)
    }
}

impl From<WorldError> for Stop {
    fn from(fault: WorldError) -> Stop {
        Stop::Fault(fault)
    }
}

pub(crate) type Checked<T> = Result<T, Stop>;

/// Who acts, and for whom.
#[derive(Debug, Clone)]
pub(crate) struct Actor {
    pub person: Arc<Person>,
    pub principal: Option<Arc<Person>>,
}

impl Actor {
    /// The actor of a command. A deputy acts by the roles of the person he stands in for.
    pub fn of(world: &dyn World, command: &Command) -> Checked<Actor> {
        let unknown = |login: &str| {
            let login = shown(login);
            Refusal::new(
                Class::Role,
                "person",
                format!("{login} 不是在用的人员账号"),
                format!("{login} is not an active account"),
            )
        };
        let active = |login: &str| -> Checked<Arc<Person>> {
            let person = world.person(login)?.filter(|person| person.active);
            person.ok_or_else(|| unknown(login).into())
        };
        let person = active(&command.actor)?;
        let Some(login) = &command.on_behalf_of else {
            return Ok(Actor {
                person,
                principal: None,
            });
        };
        let principal = active(login)?;
        if !principal.deputised_to(&person.login, command.today()) {
            return Err(Refusal::new(
                Class::Role,
                "deputy",
                format!("{} 今天没有委托 {} 代办", principal.name, person.name),
                format!(
                    "{} has not deputised {} for today",
                    principal.name, person.name
                ),
            )
            .into());
        }
        Ok(Actor {
            person,
            principal: Some(principal),
        })
    }

    /// The person whose roles count.
    pub fn holder(&self) -> &Person {
        self.principal.as_deref().unwrap_or(&self.person)
    }

    /// Whether one of the natural persons behind this act is `identity`: a deputy counts as both.
    pub fn is(&self, identity: &str) -> bool {
        same_person(&self.person.identity, identity)
            || self
                .principal
                .as_ref()
                .is_some_and(|principal| same_person(&principal.identity, identity))
    }

    /// The first of the roles that the holder has, within the scope.
    pub fn role<'a>(
        &self,
        roles: &'a [Arc<str>],
        scope: Option<&str>,
        today: Day,
    ) -> Option<&'a Arc<str>> {
        roles
            .iter()
            .find(|role| self.holder().holds(role, scope, today))
    }
}

/// Whether two identity numbers are one natural person's. `e07` and `E07` are one number; other spellings that look alike
/// (full-width digits, invisible characters) are refused when a person is recorded.
pub(crate) fn same_person(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
}

/// Whether a credential is somebody else's choice, so that its owner must replace it before he does anything: every one
/// that an administrator or the system set, but for the first one that the system made at start-up and printed to the
/// operator alone.
pub fn is_one_time(credential: &Record) -> bool {
    #[derive(serde::Deserialize)]
    struct Body {
        by: String,
    }
    let by = serde_json::from_str::<Body>(&credential.body)
        .map_or_else(|_| String::new(), |body| body.by);
    by != *credential.key && !(by == SYSTEM && credential.version == 1)
}

/// Nobody acts under a password that somebody else chose: the signature would be that person's.
pub(crate) fn check_own_password(world: &dyn World, command: &Command) -> Checked<()> {
    if let Act::Credential { login, .. } = &command.act
        && *login == command.actor
    {
        return Ok(());
    }
    let credentials = world.records("credential", &command.actor)?;
    if !credentials.last().is_some_and(is_one_time) {
        return Ok(());
    }
    Err(Refusal::new(
        Class::Role,
        "password_change",
        "密码由他人设置，须先改为自己的密码",
        "the password was set by somebody else; replace it by one of your own first",
    )
    .into())
}

/// A command being judged under one flow of one pack version.
#[derive(Clone, Copy)]
pub(crate) struct Context<'a> {
    pub world: &'a dyn World,
    pub command: &'a Command,
    pub actor: &'a Actor,
    pub pack: &'a Arc<Pack>,
    pub flow: &'a Flow,
}

impl Context<'_> {
    pub fn today(&self) -> Day {
        self.command.today()
    }

    /// Qualified names of a step's roles.
    pub fn roles(&self, by: &[usize]) -> Vec<Arc<str>> {
        by.iter()
            .map(|role| qualified_role(self.pack, *role))
            .collect()
    }

    /// Labels of roles, joined for a sentence.
    pub fn role_labels(&self, by: &[usize]) -> (String, String) {
        let join = |label: fn(&model::Role) -> &str, separator: &str| -> String {
            let labels: Vec<&str> = by
                .iter()
                .filter_map(|role| self.pack.roles.get(*role))
                .map(label)
                .collect();
            labels.join(separator)
        };
        (
            join(|role| &role.label.zh, "、"),
            join(|role| &role.label.en, " or "),
        )
    }
}

/// `gsp.buyer`.
pub(crate) fn qualified_role(pack: &Pack, role: usize) -> Arc<str> {
    let name = pack.roles.get(role).map_or("", |role| &role.name);
    format!("{}.{name}", pack.name).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_that_somebody_else_chose_is_for_one_time() {
        let credential = |version, by: &str| {
            let body = format!(r#"{{"digest":"x","by":"{by}"}}"#);
            let day = "2026-04-01".parse().unwrap();
            Record::new(
                "credential".into(),
                "wang".into(),
                version,
                day,
                body.into(),
            )
        };
        assert!(is_one_time(&credential(1, "admin")));
        assert!(!is_one_time(&credential(2, "wang")));
        assert!(!is_one_time(&credential(1, SYSTEM)));
        assert!(is_one_time(&credential(2, SYSTEM)));
    }

    #[test]
    fn one_number_in_two_spellings_is_one_person() {
        assert!(same_person("E07", "e07"));
        assert!(!same_person("E07", "E08"));
    }
}
