//! A demo company: made by real commands, at times in the past, ending today.

mod acting;
mod changes;
pub mod company;
mod files;
mod plan;
mod sale;
mod trade;
mod weeks;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use engine::{Act, Command, Reply, SYSTEM};
use kernel::Moment;
use serde::{Deserialize, Serialize};

use crate::clock::now;
use crate::house::{House, ORG};
use crate::place::write_private;
use crate::secret;
use crate::stop::{Fault, Stop};

/// Name of the file in the data folder that keeps the demo's passwords.
const FILE: &str = "demo-logins.json";

/// Log-ins of the demo company: login, password.
pub type Logins = BTreeMap<String, String>;

/// What the data folder of a demo company remembers.
#[derive(Debug, Serialize, Deserialize)]
struct Memory {
    /// When it was begun; its weeks end there. A start that was interrupted goes on with the same weeks.
    began: Moment,
    /// Whether all of them were lived.
    complete: bool,
    /// Passwords, since no default password may exist.
    logins: Logins,
}

/// Whether a folder is that of a demo company.
pub fn is_demo(folder: &Path) -> bool {
    folder.join(FILE).exists()
}

/// Makes the company in an empty store, or completes what an interrupted start left.
pub fn make(house: &House, folder: &Path, progress: &dyn Fn(u64, u64)) -> Result<Logins, Stop> {
    let path = folder.join(FILE);
    let memory = if path.exists() {
        let text = std::fs::read_to_string(&path).map_err(Stop::file("reading", &path))?;
        serde_json::from_str(&text).map_err(Stop::other)?
    } else {
        begin(&path)?
    };
    if !memory.complete {
        let mut clerk = Clerk { house, sent: 0 };
        clerk.found(&memory)?;
        weeks::live(&mut clerk, memory.began, progress)?;
        remember(
            &path,
            &Memory {
                complete: true,
                logins: memory.logins.clone(),
                ..memory
            },
        )?;
    }
    Ok(memory.logins)
}

/// Chooses the passwords. They are written down before any of them counts, so that none is ever unknown.
fn begin(path: &Path) -> Result<Memory, Stop> {
    let mut logins = Logins::new();
    for person in company::people() {
        logins.insert(person.login.to_string(), secret::generate()?);
    }
    let memory = Memory {
        began: now(),
        complete: false,
        logins,
    };
    remember(path, &memory)?;
    Ok(memory)
}

fn remember(path: &Path, memory: &Memory) -> Result<(), Stop> {
    let text = serde_json::to_string_pretty(memory).map_err(Stop::other)?;
    let partial = path.with_extension("partial");
    // What an interrupted start left half-written is of no use.
    let _ = std::fs::remove_file(&partial);
    write_private(&partial, text.as_bytes())?;
    std::fs::rename(&partial, path).map_err(Stop::file("writing", path))
}

/// Sends the demo's commands. Their keys are always the same, so a start that was interrupted is taken up again.
struct Clerk<'a> {
    house: &'a House,
    sent: u64,
}

impl Clerk<'_> {
    /// Sends a command that must succeed.
    fn act(&mut self, at: Moment, actor: &str, act: Act) -> Result<Reply, Stop> {
        self.sent += 1;
        let key: Arc<str> = format!("demo-{}", self.sent).into();
        let command = Command {
            org: ORG,
            key,
            at,
            actor: actor.into(),
            on_behalf_of: None,
            act,
        };
        let answer = self.house.store.submit_blocking(command)?;
        answer
            .outcome
            .map_err(|refusal| Fault::Refused(refusal).into())
    }

    /// Sets a person's password. A second start finds it set; a hash is never the same twice.
    fn password(&self, at: Moment, login: &str, password: &str) -> Result<(), Stop> {
        if self.house.store.credential(ORG, login)?.is_some() {
            return Ok(());
        }
        let stored = secret::hash(password)?;
        let act = Act::Credential {
            login: login.into(),
            digest: secret::digest(&stored),
        };
        // As set by the person himself: whose password another has set must choose a new one before anything else.
        let command = Command {
            at,
            ..self.house.command(login, act)?
        };
        let answer = self
            .house
            .store
            .submit_credential_blocking(command, stored)?;
        answer
            .outcome
            .map(drop)
            .map_err(|refusal| Fault::Refused(refusal).into())
    }

    /// People with their passwords, items and suppliers.
    fn found(&mut self, memory: &Memory) -> Result<(), Stop> {
        let today = memory.began.day();
        let day = plan::first_day(memory.began);
        let at = Moment::noon_of(day);
        self.act(
            at,
            SYSTEM,
            Act::Bootstrap {
                people: company::people(),
            },
        )?;
        for (login, password) in &memory.logins {
            self.password(at, login, password)?;
        }
        let long_ago = day.plus_days(-700);
        let mut put = |register: &str, key: &str, fields: Vec<(&str, String)>| {
            let act = Act::PutRecord {
                register: register.into(),
                key: key.into(),
                fields: fields
                    .into_iter()
                    .map(|(name, text)| (name.to_owned(), text))
                    .collect(),
                from: long_ago,
            };
            self.act(at, company::ADMINISTRATOR.0, act).map(drop)
        };
        let files = files::staff(today).into_iter().chain(files::house(today));
        for (register, key, fields) in files {
            put(register, &key, fields)?;
        }
        for item in &company::ITEMS {
            put("gsp.item", item.code, company::item_fields(item))?;
        }
        for (bin, fields) in company::bins() {
            put("gsp.bin", &bin, fields)?;
        }
        for (at, partner) in company::PARTNERS.iter().enumerate() {
            put(
                "gsp.party",
                partner.code,
                company::partner_fields(at, partner, today),
            )?;
        }
        for customer in &company::CUSTOMERS {
            put(
                "gsp.party",
                customer.0,
                company::customer_fields(customer, today),
            )?;
            let (key, fields) = company::purchaser_fields(customer, today);
            put("gsp.qualification", &key, fields)?;
        }
        Ok(())
    }
}
