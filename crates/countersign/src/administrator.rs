//! Who answers for what is done here: every change stands in the journal under an administrator, and he gives his password.
//!
//! Whoever may run the program on the machine could write to the database anyway, and `verify` would show it. But the
//! journal must not name a person for what he did not do, so the program asks for that person's password.

use std::sync::Arc;

use engine::{Act, Person, SYSTEM};

use crate::house::{House, ORG};
use crate::lang::Lang;
use crate::secret;
use crate::stop::Stop;
use crate::terminal;

/// In whose name a change is made.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct InName {
    /// Login of the administrator in whose name this is done [default: the only administrator]
    #[arg(long = "as", value_name = "LOGIN")]
    pub in_name_of: Option<String>,
    /// Read the administrator's password from the first line of standard input
    #[arg(long)]
    pub password_stdin: bool,
}

impl InName {
    /// The administrator, once he has given his password.
    pub fn administrator(&self, house: &House, lang: Lang) -> Result<Arc<str>, Stop> {
        let login = match self.find(&house.people()?) {
            Ok(login) => login,
            Err(stop) => {
                if let Some(named) = &self.in_name_of {
                    attempted(house, "command_line.administrator", named)?;
                }
                return Err(stop);
            }
        };
        let Some(stored) = house.store.credential(ORG, &login)? else {
            return Err(Stop::usage(
                format!(
                    "{login} 还没有密码；请用 countersign user password {login} --recover 设置"
                ),
                format!(
                    "{login} has no password yet; set one with `countersign user password {login} --recover`"
                ),
            ));
        };
        let password = terminal::password(lang, self.password_stdin, &login)?;
        if secret::matches(&password, &stored) {
            Ok(login)
        } else {
            attempted(house, "command_line.password", &login)?;
            Err(Stop::usage(
                format!("{login} 的密码不对"),
                format!("that is not the password of {login}"),
            ))
        }
    }

    fn find(&self, people: &[Person]) -> Result<Arc<str>, Stop> {
        let administrators: Vec<&Person> = people
            .iter()
            .filter(|person| person.administrator && person.active)
            .collect();
        let names = || {
            administrators
                .iter()
                .map(|person| &*person.login)
                .collect::<Vec<_>>()
                .join(", ")
        };
        match (&self.in_name_of, administrators.as_slice()) {
            (Some(login), among) => match among.iter().find(|person| *person.login == **login) {
                Some(person) => Ok(person.login.clone()),
                None => Err(Stop::usage(
                    format!("{login} 不是在用的系统管理员；管理员有：{}", names()),
                    format!("{login} is no active administrator; there are: {}", names()),
                )),
            },
            (None, [only]) => Ok(only.login.clone()),
            (None, []) => Err(Stop::usage(
                "还没有系统管理员；请先运行 countersign serve",
                "there is no administrator yet; run `countersign serve` first",
            )),
            (None, _) => Err(Stop::usage(
                format!("有多名系统管理员，请用 --as 指定：{}", names()),
                format!(
                    "there are several administrators, name one with --as: {}",
                    names()
                ),
            )),
        }
    }
}

/// Leaves an attempt in the journal. It stands under the system, since nobody proved who he is.
pub fn attempted(house: &House, what: &str, subject: &str) -> Result<(), Stop> {
    let act = Act::Forbidden {
        what: what.into(),
        subject: subject.to_owned(),
    };
    house.submit(SYSTEM, act).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(login: &str, administrator: bool, active: bool) -> Person {
        Person {
            login: login.into(),
            name: login.into(),
            identity: login.into(),
            active,
            administrator,
            grants: Vec::new(),
            deputies: Vec::new(),
        }
    }

    #[test]
    fn one_administrator_needs_no_name() {
        let find = |login: Option<&str>, people: &[Person]| {
            InName {
                in_name_of: login.map(str::to_owned),
                password_stdin: false,
            }
            .find(people)
            .ok()
        };
        let one = [
            person("admin", true, true),
            person("wang", false, true),
            person("old", true, false),
        ];
        assert_eq!(find(None, &one).as_deref(), Some("admin"));
        assert_eq!(find(Some("wang"), &one), None);
        assert_eq!(find(Some("old"), &one), None);
        let two = [person("admin", true, true), person("boss", true, true)];
        assert_eq!(find(None, &two), None);
        assert_eq!(find(Some("boss"), &two).as_deref(), Some("boss"));
        assert_eq!(find(None, &[]), None);
    }
}
