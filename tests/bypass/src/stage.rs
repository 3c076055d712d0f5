//! Where attempts are made: a store with people and work in it, a way in, and eyes on what changes.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use engine::{Act, Command, Input, LineInput, Reply, SYSTEM, Seen};
use kernel::{Day, LineId, Moment, SlipId};
use model::{Catalog, Pack, SourceText};
use store::{JournalQuery, JournalRow, Options, Store, StoreUrl};

use crate::api::{Api, Reply as Answer};
use crate::attempt::Attempt;
use crate::cast;
use crate::front::{Commands, Front, ORG, Told, Try};
use crate::pages::Pages;
use crate::raw::Raw;

static KEYS: AtomicU64 = AtomicU64::new(1);

/// A key that was never used.
pub fn fresh_key() -> Arc<str> {
    format!("k{}", KEYS.fetch_add(1, Ordering::Relaxed)).into()
}

/// Reads a pack again from its texts, as the program does.
///
/// # Errors
/// What its reader complains of.
pub fn read_pack(name: &str, texts: &[SourceText]) -> Result<Pack, String> {
    let rules = if name == gsp::NAME { gsp::RULES } else { &[] };
    pack::read(texts, rules).map_err(|complaints| complaints.to_string())
}

/// The texts of the trial pack beside this crate.
///
/// # Panics
/// When they are not there.
pub fn trial_texts() -> Vec<SourceText> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("packs/trial");
    ["trial.kdl", "labels.en.kdl"]
        .map(|path| SourceText {
            path: path.to_owned(),
            text: std::fs::read_to_string(folder.join(path)).expect("the pack is there"),
        })
        .to_vec()
}

/// The packs that are played: the purchase flow, and the trial pack beside this crate.
pub fn catalog() -> Catalog {
    let read = |name: &str, texts: &[SourceText]| {
        Arc::new(read_pack(name, texts).unwrap_or_else(|complaints| panic!("{complaints}")))
    };
    Catalog::new([
        read(gsp::NAME, &gsp::texts()),
        read("trial", &trial_texts()),
    ])
}

/// How stores are opened.
pub fn options() -> Options {
    Options::new(catalog()).with_reader(read_pack)
}

/// The stage.
pub struct Stage {
    /// The store.
    pub store: Store,
    /// Where it is.
    pub url: StoreUrl,
    /// The database behind it.
    pub raw: Raw,
    /// Now.
    pub now: Moment,
    /// The server before the store, where there is one: then tries go through its API.
    pub api: Option<Api>,
    /// The browsers before the server, where there are any: then tries go through its pages.
    pub pages: Option<Pages>,
    /// What did not go as it must.
    pub failures: Vec<String>,
    /// How many tries were made.
    pub tries: usize,
    current: Option<Attempt>,
    tried: usize,
    _folder: Option<tempfile::TempDir>,
}

impl std::fmt::Debug for Stage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stage")
            .field("url", &self.url.to_string())
            .finish_non_exhaustive()
    }
}

impl Stage {
    /// On an SQLite file of its own.
    pub fn sqlite() -> Stage {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("data.db");
        let mut stage = Stage::over(&StoreUrl::Sqlite(path));
        stage._folder = Some(folder);
        stage
    }

    /// On an SQLite file of its own, with the API as the way in.
    pub fn api() -> Stage {
        Stage::sqlite().through_api()
    }

    /// The same with the server's API as the way in.
    pub fn through_api(mut self) -> Stage {
        let api = Api::new(&mut self);
        self.api = Some(api);
        self
    }

    /// The same with the server's pages as the way in.
    pub fn through_pages(self) -> Stage {
        let mut stage = self.through_api();
        stage.pages = Some(Pages::default());
        stage
    }

    /// On the SQLite file of a data folder, as the program itself lays it out, under the packs that the program has.
    pub fn data_folder() -> Stage {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("countersign.db");
        let mut stage = Stage::of_the_program(&StoreUrl::Sqlite(path));
        stage._folder = Some(folder);
        stage
    }

    /// The same on a PostgreSQL database of its own.
    pub fn data_on_postgres(url: &str) -> Stage {
        Stage::of_the_program(&StoreUrl::Postgres(url.to_owned()))
    }

    fn of_the_program(url: &StoreUrl) -> Stage {
        let gsp =
            read_pack(gsp::NAME, &gsp::texts()).unwrap_or_else(|complaints| panic!("{complaints}"));
        let options = Options::new(Catalog::new([Arc::new(gsp)])).with_reader(read_pack);
        let mut stage = Stage::with(url, options);
        crate::api::give_passwords(&mut stage);
        stage
    }

    /// On a PostgreSQL database of its own.
    pub fn postgres(url: &str) -> Stage {
        Stage::over(&StoreUrl::Postgres(url.to_owned()))
    }

    fn over(url: &StoreUrl) -> Stage {
        Stage::with(url, options())
    }

    fn with(url: &StoreUrl, options: Options) -> Stage {
        let store = Store::open(url, options).expect("the store opens");
        let raw = match url {
            StoreUrl::Sqlite(path) => Raw::sqlite(path),
            StoreUrl::Postgres(url) => Raw::postgres(url),
            StoreUrl::Memory => unreachable!("memory cannot be looked at from outside"),
        };
        let mut stage = Stage {
            store,
            url: url.clone(),
            raw,
            now: Moment::noon_of(cast::day(cast::TODAY)),
            api: None,
            pages: None,
            failures: Vec::new(),
            tries: 0,
            current: None,
            tried: 0,
            _folder: None,
        };
        stage.furnish();
        stage
    }

    /// The SQLite file.
    pub fn file(&self) -> Option<PathBuf> {
        match &self.url {
            StoreUrl::Sqlite(path) => Some(path.clone()),
            _ => None,
        }
    }

    fn furnish(&mut self) {
        let catalog = self.store.catalog();
        let mut people = cast::people();
        for person in &mut people {
            person.grants.retain(|grant| {
                let pack = grant.role.split('.').next().unwrap_or_default();
                catalog.pack(pack).is_some()
            });
        }
        let long_ago = Day::new(2000, 1, 1).expect("a day");
        // Who has no role yet may be given one later, and is on file for that day.
        let mut known = people.clone();
        for person in known.iter_mut().filter(|one| one.grants.is_empty()) {
            person.grants.push(engine::Grant {
                role: "gsp.buyer".into(),
                scope: "".into(),
                from: None,
                until: None,
            });
        }
        let files = testkit::company::files(&catalog, &known, long_ago);
        self.must(SYSTEM, Act::Bootstrap { people });
        for act in files {
            self.must("管理员甲", act);
        }
        for (register, key, fields) in [
            (
                "gsp.party",
                "S01",
                &[("name", "供货一"), ("licence_until", "2027-12-31")][..],
            ),
            (
                "gsp.party",
                "S02",
                &[("name", "供货二"), ("licence_until", "2027-12-31")],
            ),
            (
                "gsp.item",
                "A001",
                // The smallest amounts are tried with it, so it is no whole number of boxes.
                &[
                    ("name", "阿司匹林"),
                    ("storage", "常温"),
                    ("fractions", "yes"),
                ],
            ),
            (
                "gsp.item",
                "B002",
                &[("name", "胰岛素"), ("storage", "冷藏")],
            ),
        ] {
            let act = Act::PutRecord {
                register: register.into(),
                key: key.into(),
                fields: texts(fields),
                from: None,
            };
            self.must("管理员甲", act);
        }
    }

    /// Runs an attempt; what goes wrong is added to [`Stage::failures`].
    pub fn play(&mut self, attempt: &Attempt) {
        self.current = Some(*attempt);
        self.tried = 0;
        (attempt.run)(self);
        if self.tried == 0 {
            self.fail("nothing was tried");
        }
        self.current = None;
    }

    /// Notes that something did not go as it must.
    pub fn fail(&mut self, what: impl std::fmt::Display) {
        let id = self.current.as_ref().map_or("", |attempt| attempt.id);
        let way = match (&self.pages, &self.api) {
            (Some(_), _) => " (pages)",
            (None, Some(_)) => " (API)",
            (None, None) => "",
        };
        self.failures.push(format!("{id}{way}: {what}"));
    }

    /// The business day.
    pub fn today(&self) -> Day {
        self.now.day()
    }

    /// Lets days pass.
    pub fn days_later(&mut self, days: i64) {
        self.now = self.now.plus_minutes(days * 24 * 60);
    }

    fn tick(&mut self) -> Moment {
        self.now = Moment(self.now.0 + 1_000_000);
        self.now
    }

    /// Does what must be possible, to set the scene.
    ///
    /// # Panics
    /// When it is not.
    pub fn must(&mut self, actor: &str, act: Act) -> Reply {
        self.must_for(actor, None, act)
    }

    /// [`Stage::must`], by a deputy.
    ///
    /// # Panics
    /// When it is not possible.
    pub fn must_for(&mut self, actor: &str, principal: Option<&str>, act: Act) -> Reply {
        self.may_for(actor, principal, act.clone())
            .unwrap_or_else(|refusal| {
                let id = self.current.as_ref().map_or("", |attempt| attempt.id);
                panic!("{id}: setting the scene, {actor} {act:?}: {refusal}")
            })
    }

    /// [`Stage::must`] under a key of one's own.
    ///
    /// # Panics
    /// When it is not possible.
    pub fn must_keyed(&mut self, actor: &str, key: &Arc<str>, act: Act) -> Reply {
        let command = Command {
            org: ORG,
            key: key.clone(),
            at: self.tick(),
            actor: actor.into(),
            on_behalf_of: None,
            act,
        };
        let answer = self.store.submit_blocking(command).expect("no fault");
        answer.outcome.expect("it is possible")
    }

    /// Sets a credential, to set the scene.
    ///
    /// # Panics
    /// When it is not possible.
    pub fn must_credential(&mut self, actor: &str, act: Act, stored: String) {
        let command = Command {
            org: ORG,
            key: fresh_key(),
            at: self.tick(),
            actor: actor.into(),
            on_behalf_of: None,
            act,
        };
        let answer = self
            .store
            .submit_credential_blocking(command, stored)
            .expect("no fault");
        answer.outcome.expect("it is possible");
    }

    /// Does something that may be refused, without any check; the refusal's code and sentence.
    ///
    /// # Errors
    /// When it is refused.
    ///
    /// # Panics
    /// When the store fails.
    pub fn may_for(
        &mut self,
        actor: &str,
        principal: Option<&str>,
        act: Act,
    ) -> Result<Reply, String> {
        let command = Command {
            org: ORG,
            key: fresh_key(),
            at: self.tick(),
            actor: actor.into(),
            on_behalf_of: principal.map(Into::into),
            act,
        };
        let answer = self.store.submit_blocking(command).expect("no fault");
        answer
            .outcome
            .map_err(|refusal| format!("{}: {}", refusal.code, refusal.zh))
    }

    /// Tries what must not be possible.
    pub fn attack(&mut self, actor: &str, act: Act) {
        self.attack_as(Try {
            actor: actor.into(),
            on_behalf_of: None,
            key: fresh_key(),
            act,
            credential: None,
        });
    }

    /// [`Stage::attack`], as deputy of another.
    pub fn attack_for(&mut self, actor: &str, principal: &str, act: Act) {
        self.attack_as(Try {
            actor: actor.into(),
            on_behalf_of: Some(principal.into()),
            key: fresh_key(),
            act,
            credential: None,
        });
    }

    /// [`Stage::attack`], with everything said.
    pub fn attack_as(&mut self, attempt: Try) {
        if let Some(mut pages) = self.pages.as_mut().map(std::mem::take) {
            self.refused(&attempt.actor.clone(), |api, at| {
                pages.post(api, &attempt, at)
            });
            self.pages = Some(pages);
            return;
        }
        let at = self.tick();
        let before = self.store.head(ORG).expect("the head is read").0;
        let picture = self.raw.fingerprint();
        let told = match &mut self.api {
            Some(api) => api.send(&attempt, at),
            None => Commands(self.store.clone()).send(&attempt, at),
        };
        self.tried += 1;
        self.tries += 1;
        let after = self.raw.fingerprint();
        for ((table, before), (_, after)) in picture.iter().zip(&after) {
            if before != after {
                self.fail(format_args!("{table} changed by {attempt:?}"));
            }
        }
        let Some(current) = self.current else { return };
        let expected = if self.api.is_some() && !current.unoffered.is_empty() {
            current.unoffered
        } else {
            current.code
        };
        match told {
            Told::Done(reply) => self.fail(format_args!("it was done: {reply:?}")),
            Told::Fault(fault) => self.fail(format_args!("a fault, not an answer: {fault}")),
            Told::Refused(code) if code != expected => {
                self.fail(format_args!("refused as {code}, not as {expected}"));
            }
            Told::Refused(code) => self.check_journal(before, &attempt.actor, &code),
        }
    }

    /// Runs something that must change nothing, and leave a row in the journal under this login and code.
    pub fn watched<T>(&mut self, actor: &str, act: impl FnOnce(&Stage) -> T) -> T {
        let Some(current) = self.current else {
            return act(self);
        };
        let before = self.store.head(ORG).expect("the head is read").0;
        let picture = self.raw.fingerprint();
        let done = act(self);
        self.tried += 1;
        self.tries += 1;
        let after = self.raw.fingerprint();
        for ((table, before), (_, after)) in picture.iter().zip(&after) {
            if before != after {
                self.fail(format_args!("{table} changed"));
            }
        }
        self.check_journal(before, actor, current.code);
        done
    }

    /// Sends a request that must be refused: with this code in its answer (or a page that has none), and with one in the
    /// journal under this login. Nothing else may change.
    ///
    /// # Panics
    /// When there is no server.
    pub fn refused(
        &mut self,
        actor: &str,
        send: impl FnOnce(&mut Api, Moment) -> Answer,
    ) -> Answer {
        let at = self.tick();
        let before = self.store.head(ORG).expect("the head is read").0;
        let picture = self.raw.fingerprint();
        let mut api = self.api.take().expect("a server");
        api.set_clock(at);
        let reply = send(&mut api, at);
        self.api = Some(api);
        self.tried += 1;
        self.tries += 1;
        let after = self.raw.fingerprint();
        for ((table, before), (_, after)) in picture.iter().zip(&after) {
            if before != after {
                self.fail(format_args!(
                    "{table} changed; the answer was {} {}",
                    reply.status,
                    short(&reply)
                ));
            }
        }
        let Some(current) = self.current else {
            return reply;
        };
        let code = reply.code();
        if reply.status.is_server_error() {
            self.fail(format_args!(
                "a fault, not an answer: {} {}",
                reply.status,
                short(&reply)
            ));
        } else if !code.is_empty()
            && code != current.code
            && code != format!("forbidden.{}", current.code)
        {
            self.fail(format_args!("refused as {code}, not as {}", current.code));
        } else if reply.status.is_success() && !reply.is_page() {
            self.fail(format_args!(
                "it was done: {} {}",
                reply.status,
                short(&reply)
            ));
        }
        self.check_journal(before, actor, current.code);
        reply
    }

    /// The journal must say who was refused what, and nothing else.
    pub fn check_journal(&mut self, before: i64, actor: &str, code: &str) {
        let rows = self.journal_after(before);
        let named = |row: &JournalRow| {
            let same = *row.code == *code || *row.code == *format!("forbidden.{code}");
            same && *row.actor == *actor && &*row.outcome == "refused"
        };
        if !rows.iter().any(named) {
            let said: Vec<String> = rows
                .iter()
                .map(|row| format!("{} {} {}", row.actor, row.outcome, row.code))
                .collect();
            self.fail(format_args!(
                "no row of the journal names {actor} and {code}; there are {said:?}"
            ));
        }
        if rows.iter().any(|row| &*row.outcome == "done") {
            self.fail("the journal says that something was done");
        }
    }

    /// The rows of the journal after one, oldest first.
    ///
    /// # Panics
    /// When the journal cannot be read.
    pub fn journal_after(&self, seq: i64) -> Vec<JournalRow> {
        let query = JournalQuery {
            limit: 200,
            ..JournalQuery::default()
        };
        let mut rows = self.store.journal(ORG, &query).expect("the journal").rows;
        rows.retain(|row| row.seq > seq);
        rows.reverse();
        rows
    }

    /// What a signer sees of a slip as it is now.
    ///
    /// # Panics
    /// When there is no such slip.
    pub fn seen(&self, slip: SlipId) -> Seen {
        let found = self.store.slip(ORG, slip).expect("read").expect("a slip");
        Seen {
            slip,
            content: found.content.clone(),
        }
    }

    /// A step on a slip as it is now, with what is typed into its header.
    pub fn step(&self, step: &str, slip: SlipId, header: &[(&str, &str)]) -> Act {
        Act::Step {
            step: step.into(),
            slip: Some(slip),
            sources: Vec::new(),
            seen: vec![self.seen(slip)],
            input: Input {
                header: texts(header),
                lines: Vec::new(),
            },
        }
    }

    /// A step that begins a slip from others as they are now.
    pub fn from(
        &self,
        step: &str,
        sources: &[SlipId],
        header: &[(&str, &str)],
        lines: &[&[(&str, &str)]],
    ) -> Act {
        Act::Step {
            step: step.into(),
            slip: None,
            sources: sources.to_vec(),
            seen: sources.iter().map(|slip| self.seen(*slip)).collect(),
            input: input(header, lines),
        }
    }

    /// Signs a step on a slip to set the scene; its id.
    pub fn sign(&mut self, actor: &str, step: &str, slip: SlipId) -> SlipId {
        let act = self.step(step, slip, &[]);
        self.slip_of(actor, act)
    }

    fn slip_of(&mut self, actor: &str, act: Act) -> SlipId {
        self.must(actor, act)
            .slip
            .expect("a step answers with its slip")
    }

    /// An order of a hundred by somebody.
    pub fn order(&mut self, by: &str) -> SlipId {
        self.slip_of(by, order("100"))
    }

    /// An order that was approved.
    pub fn approved(&mut self) -> SlipId {
        let order = self.order("王内勤");
        self.sign("白经理", APPROVE, order)
    }

    /// A receipt of sixty.
    pub fn receipt(&mut self, by: &str) -> SlipId {
        let order = self.approved();
        let act = self.from(
            RECEIVE,
            &[order],
            DELIVERY,
            &[&[BATCH, MADE, EXPIRY, ("qty", "60")]],
        );
        self.slip_of(by, act)
    }

    /// A notice after a receipt.
    pub fn notice(&mut self, receipt_by: &str) -> SlipId {
        let receipt = self.receipt(receipt_by);
        let act = self.from(NOTIFY, &[receipt], &[], &[]);
        self.slip_of("钱质管", act)
    }

    /// An inspection of everything, nothing failed.
    pub fn inspection(&mut self, receipt_by: &str, by: &str) -> SlipId {
        let notice = self.notice(receipt_by);
        let act = self.from(INSPECT, &[notice], &[], &[JUDGED]);
        self.slip_of(by, act)
    }

    /// A stock-in: the last slip of the flow.
    pub fn stock_in(&mut self, by: &str) -> SlipId {
        let inspection = self.inspection("韩收货", "孙验收");
        let act = self.from(STORE, &[inspection], &[], &[BIN]);
        self.slip_of(by, act)
    }

    /// A payment note of the trial pack.
    pub fn note(&mut self, by: &str, amount: &str) -> SlipId {
        self.slip_of(by, payment("N1", amount))
    }

    /// A paper of the trial pack that waits for a signature for which the password is asked.
    pub fn paper(&mut self) -> SlipId {
        self.slip_of(
            "经办",
            begin("trial.seal.paper.fill", &[("subject", "合同")], &[]),
        )
    }

    /// An order of the trial pack for a site.
    pub fn trial_order(&mut self, site: &str) -> SlipId {
        self.slip_of(
            "经办",
            begin(
                "trial.delivery.order.fill",
                &[("site", site)],
                &[&[("thing", "箱"), ("qty", "10")]],
            ),
        )
    }
}

fn short(reply: &Answer) -> String {
    reply.text().chars().take(300).collect()
}

/// Steps of the purchase flow.
pub const FILL: &str = "gsp.purchase_inbound.order.fill";
/// 审核.
pub const APPROVE: &str = "gsp.purchase_inbound.order.approve";
/// 收货.
pub const RECEIVE: &str = "gsp.purchase_inbound.receipt.fill";
/// 验收通知.
pub const NOTIFY: &str = "gsp.purchase_inbound.notice.fill";
/// 质量验收.
pub const INSPECT: &str = "gsp.purchase_inbound.inspection.fill";
/// 入库.
pub const STORE: &str = "gsp.purchase_inbound.stock_in.fill";
/// 用印, for which the password is asked again.
pub const SEAL: &str = "trial.seal.paper.approve";
/// The header of a receipt.
pub const DELIVERY: &[(&str, &str)] = &[("delivery_note", "DN1"), ("transport", "常温")];
/// Batch of a receipt's line.
pub const BATCH: (&str, &str) = ("batch", "B240101");
/// Day it was made.
pub const MADE: (&str, &str) = ("made", "2026-01-01");
/// Day it expires.
pub const EXPIRY: (&str, &str) = ("expiry", "2028-01-01");
/// An inspection that finds nothing wrong with sixty.
pub const JUDGED: &[(&str, &str)] = &[("sampled", "3"), ("passed", "60")];
/// Where it is put.
pub const BIN: &[(&str, &str)] = &[("bin", "A-01")];

/// Fields by name.
pub fn texts(fields: &[(&str, &str)]) -> BTreeMap<String, String> {
    fields
        .iter()
        .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
        .collect()
}

/// An input.
pub fn input(header: &[(&str, &str)], lines: &[&[(&str, &str)]]) -> Input {
    Input {
        header: texts(header),
        lines: lines
            .iter()
            .map(|fields| LineInput {
                source: None,
                fields: texts(fields),
            })
            .collect(),
    }
}

/// A step that begins a slip from nothing.
pub fn begin(step: &str, header: &[(&str, &str)], lines: &[&[(&str, &str)]]) -> Act {
    Act::Step {
        step: step.into(),
        slip: None,
        sources: Vec::new(),
        seen: Vec::new(),
        input: input(header, lines),
    }
}

/// An order of so many.
pub fn order(qty: &str) -> Act {
    begin(
        FILL,
        &[("supplier", "S01")],
        &[&[("item", "A001"), ("qty", qty), ("price", "12.50")]],
    )
}

/// A payment of the trial pack.
pub fn payment(site: &str, amount: &str) -> Act {
    begin(
        "trial.payment.note.fill",
        &[("site", site)],
        &[&[("reason", "办公用品"), ("amount", amount)]],
    )
}

/// A line that names the line it comes from.
pub fn line_of(slip: SlipId, line: i64, fields: &[(&str, &str)]) -> LineInput {
    LineInput {
        source: Some((slip, LineId(line))),
        fields: texts(fields),
    }
}
