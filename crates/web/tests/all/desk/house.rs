//! A house in which every command that a person gives is given through the pages, by plain forms.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use engine::{Act, Command, Input, LineInput, Note, Record, Refusal, Reply, SYSTEM, Seen, Slip};
use kernel::{Moment, SlipId};
use ledger::{Balance, BalanceKey, Entry};
use model::Catalog;
use sha2::{Digest, Sha256};
use store::{JournalQuery, Session};
use testkit::{Answer, Fault, House, OnStore};
use tokio::runtime::Runtime;

use super::html::{Form, forms};
use super::{Desk, Page};
use crate::common::{Company, ORG};

/// The company, whose people work at its pages.
pub struct Clerks {
    company: Company,
    store: OnStore,
    runtime: Runtime,
    /// Commands that were given through pages.
    pub worked: usize,
    /// What a page did not offer, or did not say.
    pub complaints: Vec<String>,
}

/// How a command looks in the pages: where its form is, and what is typed there.
struct Way {
    path: String,
    typed: Vec<(String, String)>,
    lines: Vec<LineInput>,
    /// Whether all of the slip is filled in again.
    again: bool,
}

/// Whether nothing is typed in some line: a form leaves it out instead of sending it.
fn has_blank(lines: &[LineInput]) -> bool {
    let blank = |line: &LineInput| {
        !line.fields.is_empty() && line.fields.values().all(|text| text.is_empty())
    };
    lines.iter().any(blank)
}

impl Clerks {
    /// An empty company under these packs.
    pub fn new(packs: &Catalog) -> Clerks {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        let company = {
            let _entered = runtime.enter();
            Company::bare(packs.clone())
        };
        Clerks {
            store: OnStore {
                store: company.app.store().clone(),
                org: ORG,
            },
            company,
            runtime,
            worked: 0,
            complaints: Vec::new(),
        }
    }

    /// Whether a person who saw the slip as it is could give this command by a form.
    fn seen_as_it_is(&self, seen: &[Seen]) -> Result<bool, Fault> {
        for one in seen {
            let now = self.store.slip(one.slip)?;
            if now.is_none_or(|slip| slip.content != one.content) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn way(&self, command: &Command) -> Result<Option<Way>, Fault> {
        if !command.key.starts_with("scenario-") || &*command.actor == SYSTEM {
            return Ok(None);
        }
        let behalf = command.on_behalf_of.as_deref().unwrap_or_default();
        let act = |slip: SlipId, name: &str, step: &str, typed: &[(&str, &str)]| Way {
            path: format!(
                "/slips/{slip}/act/{name}?step={step}&for={}",
                super::encoded(behalf)
            ),
            typed: typed
                .iter()
                .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
                .collect(),
            lines: Vec::new(),
            again: false,
        };
        let seen: &[Seen] = match &command.act {
            Act::Step { seen, .. } => seen,
            Act::Return { seen, .. } | Act::Reverse { seen, .. } | Act::Cosign { seen, .. } => {
                std::slice::from_ref(seen)
            }
            _ => &[],
        };
        if !self.seen_as_it_is(seen)? {
            return Ok(None);
        }
        Ok(Some(match &command.act {
            Act::Step {
                step,
                slip,
                sources,
                seen,
                input,
            } => {
                if seen.len() != sources.len() + usize::from(slip.is_some())
                    || has_blank(&input.lines)
                {
                    return Ok(None);
                }
                let mut path = match slip {
                    Some(slip) => format!("/slips/{slip}/sign/{step}?"),
                    None => format!("/new/{step}?"),
                };
                for source in sources {
                    path.push_str(&format!("from={source}&"));
                }
                if !behalf.is_empty() {
                    path.push_str(&format!("for={}", super::encoded(behalf)));
                }
                let header = input.header.iter();
                Way {
                    path,
                    typed: header
                        .map(|(name, text)| (format!("h.{name}"), text.clone()))
                        .collect(),
                    lines: input.lines.clone(),
                    again: slip.is_some() && !input.lines.is_empty(),
                }
            }
            Act::Return {
                slip, to, reason, ..
            } => {
                let mut way = act(*slip, "return", "", &[("reason", reason)]);
                // Where there is one step only to return to, the page does not ask.
                way.typed
                    .extend(to.iter().map(|to| ("step_to".to_owned(), to.to_string())));
                way
            }
            Act::Withdraw { slip, reason } => act(*slip, "withdraw", "", &[("reason", reason)]),
            Act::Void { slip, reason } => act(*slip, "void", "", &[("reason", reason)]),
            Act::AskReversal { slip, reason } => {
                act(*slip, "ask-reversal", "", &[("reason", reason)])
            }
            Act::Reverse { slip, .. } => act(*slip, "reverse", "", &[]),
            Act::RefuseReversal { slip, reason } => {
                act(*slip, "refuse-reversal", "", &[("reason", reason)])
            }
            Act::HandOver {
                slip,
                step,
                to,
                reason,
            } => act(*slip, "hand-over", step, &[("to", to), ("reason", reason)]),
            Act::AddSigner {
                slip,
                step,
                signer,
                reason,
            } => act(
                *slip,
                "add-signer",
                step,
                &[("signer", signer), ("reason", reason)],
            ),
            Act::Cosign {
                slip,
                step,
                opinion,
                ..
            } => act(*slip, "cosign", step, &[("reason", opinion)]),
            Act::Remind { slip, text } => act(*slip, "remind", "", &[("reason", text)]),
            Act::Comment { slip, text } => act(*slip, "comment", "", &[("text", text)]),
            _ => return Ok(None),
        }))
    }

    /// The browser of a person who logged in just now.
    fn sit_down<'c>(company: &'c Company, login: &str) -> Result<Desk<'c>, Fault> {
        let now = company.app.now();
        let token = engine::hex(&Sha256::digest(format!("{login} {}", now.0))).to_string();
        let session = Session {
            token_hash: engine::hex(&Sha256::digest(token.as_bytes())).to_string(),
            login: login.into(),
            created: now,
            seen: now,
            expires: Moment(now.0 + 3_600_000_000),
            confirmed: now,
            agent: "login:desk".to_owned(),
            address: "127.0.0.1".to_owned(),
        };
        company.app.store().put_session(ORG, &session)?;
        let mut desk = Desk::empty(company, "zh");
        desk.cookies.insert("session".to_owned(), token);
        Ok(desk)
    }

    /// Gives a command by its form; the page that came, and what could not be typed; `None` where no form is
    /// offered.
    async fn by_form(desk: &mut Desk<'_>, way: &Way) -> (Page, Option<Vec<String>>) {
        let page = desk.get(&way.path).await;
        let action = way.path.split('?').next().unwrap_or_default().to_owned();
        let form = forms(&page.html)
            .into_iter()
            .find(|form| form.fills || form.method == "post" && form.action.starts_with(&action));
        let Some(mut form) = form.filter(|_| page.status == 200) else {
            return (page, None);
        };
        let missing = fill_in(&mut form, way);
        let button = if form.buttons.iter().any(|one| one == "sign") {
            "sign"
        } else {
            ""
        };
        (desk.send(&form, button).await, Some(missing))
    }

    fn last_answer(&self) -> Result<Answer, Fault> {
        let query = JournalQuery {
            limit: 1,
            ..JournalQuery::default()
        };
        let row = self
            .store
            .store
            .journal(ORG, &query)?
            .rows
            .pop()
            .ok_or("no row".to_owned())?;
        let wrong = |error: serde_json::Error| Fault::from(format!("{error}: {}", row.reply));
        Ok(match &*row.outcome {
            "done" => Ok(serde_json::from_str::<Reply>(&row.reply).map_err(wrong)?),
            _ => Err(serde_json::from_str::<Refusal>(&row.reply).map_err(wrong)?),
        })
    }

    fn complain(&mut self, command: &Command, way: &Way, what: &str) {
        self.complaints.push(format!(
            "{} {} at {}: {what}",
            command.at, command.actor, way.path
        ));
    }
}

/// Types what the command says into a form, as a person would: each line under the one it comes from, in any order and as often as
/// need be. What there is no input for is put there all the same, and told.
fn fill_in(form: &mut Form, way: &Way) -> Vec<String> {
    let mut missing = Vec::new();
    let mut set = |form: &mut Form, name: &str, text: &str| {
        if form.fields.iter().any(|(known, _)| known == name) {
            form.set(name, text);
        } else {
            if name != "step_to" && !form.boxes.iter().any(|one| one == name) {
                missing.push(name.to_owned());
            }
            form.put(name, text);
        }
    };
    if way.again {
        let header = form
            .fields
            .iter_mut()
            .filter(|(name, _)| name.starts_with("h."));
        header.for_each(|(_, text)| text.clear());
    }
    for (name, text) in &way.typed {
        set(form, name, text);
    }
    if way.lines.is_empty() {
        let typed = form
            .fields
            .iter_mut()
            .filter(|(name, _)| name.starts_with("l.") && !name.ends_with(".source"));
        typed.for_each(|(_, text)| text.clear());
        return missing;
    }
    let mut offered: BTreeMap<u32, Vec<(String, String)>> = BTreeMap::new();
    for (name, text) in &form.fields {
        if let Some((number, field)) = name
            .strip_prefix("l.")
            .and_then(|rest| rest.split_once('.'))
        {
            let line = offered.entry(number.parse().unwrap_or(0)).or_default();
            line.push((field.to_owned(), text.clone()));
        }
    }
    let offered: Vec<_> = offered.into_values().collect();
    let is_from = |line: &Vec<(String, String)>, from: &str| {
        line.iter()
            .any(|(name, text)| name == "source" && text == from)
    };
    form.fields.retain(|(name, _)| !name.starts_with("l."));
    for (nth, line) in way.lines.iter().enumerate() {
        let from = line.source.map(|(slip, line)| format!("{slip}:{line}"));
        let at = match &from {
            Some(from) => offered.iter().position(|line| is_from(line, from)),
            None => Some(nth.min(offered.len().saturating_sub(1))),
        };
        let number = nth + 1;
        let template = at
            .and_then(|at| offered.get(at))
            .cloned()
            .unwrap_or_default();
        for (field, text) in template {
            form.fields.push((format!("l.{number}.{field}"), text));
        }
        for (field, text) in &line.fields {
            set(form, &format!("l.{number}.{field}"), text);
        }
        if let Some(from) = from.filter(|_| at.is_none()) {
            set(form, &format!("l.{number}.source"), &from);
        }
    }
    missing
}

impl House for Clerks {
    fn submit(&mut self, command: &Command) -> Result<Answer, Fault> {
        let Some(way) = self.way(command)? else {
            return self.store.submit(command);
        };
        self.company.clock.store(command.at.0, Ordering::Relaxed);
        let before = self.company.rows();
        let (page, missing) = {
            let mut desk = Clerks::sit_down(&self.company, &command.actor)?;
            self.runtime.block_on(Clerks::by_form(&mut desk, &way))
        };
        self.worked += 1;
        let journaled = self.company.rows() > before;
        let answer = if journaled {
            self.last_answer()?
        } else {
            self.store.submit(command)?
        };
        match &answer {
            Ok(_) if !journaled => self.complain(
                command,
                &way,
                &format!(
                    "the page refuses ({}) what is right: {}",
                    page.status,
                    page.text()
                ),
            ),
            Ok(_) if page.status != 200 => self.complain(
                command,
                &way,
                &format!("done, and answered {}", page.status),
            ),
            Ok(_) if missing.iter().flatten().next().is_some() => {
                self.complain(command, &way, &format!("no input for {missing:?}"))
            }
            Err(refusal) if page.status < 400 && missing.is_some() => self.complain(
                command,
                &way,
                &format!("refused ({}), and answered {}", refusal.code, page.status),
            ),
            Err(refusal) => {
                let all = std::iter::once(refusal).chain(&refusal.more);
                let unsaid: Vec<_> = all
                    .filter(|one| !page.html.contains(&one.code) && !page.has(&one.zh))
                    .map(|one| one.zh.clone())
                    .collect();
                if journaled && !unsaid.is_empty() {
                    self.complain(command, &way, &format!("not said: {unsaid:?}"));
                }
            }
            Ok(_) => {}
        }
        Ok(answer)
    }

    fn slip(&self, id: SlipId) -> Result<Option<Arc<Slip>>, Fault> {
        self.store.slip(id)
    }

    fn slips(&self) -> Result<Vec<Arc<Slip>>, Fault> {
        self.store.slips()
    }

    fn numbered(&self, number: &str) -> Result<Vec<Arc<Slip>>, Fault> {
        self.store.numbered(number)
    }

    fn balances(&self) -> Result<BTreeMap<BalanceKey, Balance>, Fault> {
        self.store.balances()
    }

    fn propose(
        &self,
        command: &Command,
        step: &str,
        input: &Input,
    ) -> Result<Vec<LineInput>, Fault> {
        self.store.propose(command, step, input)
    }

    fn entries_of(&self, slip: SlipId) -> Result<Vec<Entry>, Fault> {
        self.store.entries_of(slip)
    }

    fn records(&self, register: &str, key: &str) -> Result<Vec<Record>, Fault> {
        self.store.records(register, key)
    }

    fn notes(&self, slip: SlipId) -> Result<Vec<Note>, Fault> {
        self.store.notes(slip)
    }

    fn due(&self, by: Moment) -> Result<Vec<(SlipId, Arc<str>)>, Fault> {
        self.store.due(by)
    }

    fn verify(&self) -> Result<(), Fault> {
        self.store.verify()
    }
}
