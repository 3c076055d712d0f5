//! Commands: everything that changes anything.

use std::collections::BTreeMap;
use std::sync::Arc;

use kernel::{Day, LineId, Moment, OrgId, SlipId};
use serde::{Deserialize, Serialize};

use crate::Person;

/// A command as it is queued, journaled and hashed. The server sets `at`, `actor` and `org`; a client never does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Command {
    /// Organisation.
    pub org: OrgId,
    /// Idempotency key, 1 to 64 characters of the sender's choice; a repeated command is answered as the first was.
    pub key: Arc<str>,
    /// Now.
    pub at: Moment,
    /// Login of the person who acts.
    pub actor: Arc<str>,
    /// Login of the person for whom the actor deputises.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub on_behalf_of: Option<Arc<str>>,
    /// What to do.
    pub act: Act,
}

impl Command {
    /// The business day.
    pub fn today(&self) -> Day {
        self.at.day()
    }

    /// Canonical JSON of who asks for what, without key and time. The journal keeps it; a repeated key with another
    /// request is refused.
    pub fn request(&self) -> String {
        let request = Request {
            actor: &self.actor,
            on_behalf_of: self.on_behalf_of.as_deref(),
            act: &self.act,
        };
        serde_json::to_string(&request).unwrap_or_default()
    }
}

#[derive(Serialize)]
struct Request<'a> {
    actor: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    on_behalf_of: Option<&'a str>,
    act: &'a Act,
}

/// What a signer saw: the digest of the content of a slip. A signature over anything else is refused as stale.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// Which slip.
    pub slip: SlipId,
    /// [`crate::Slip::content`] as it was shown.
    pub content: Arc<str>,
}

/// What a command does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Act {
    /// Signs a step. A beginning step makes a slip (from `sources`, if it comes from any); a later one names its `slip`.
    /// A beginning step with `slip` fills in again a slip that was returned to it.
    Step {
        /// `gsp.purchase_inbound.order.fill`.
        step: Arc<str>,
        /// The slip, save when a new one is begun.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        slip: Option<SlipId>,
        /// Slips that a new slip comes from.
        #[serde(skip_serializing_if = "Vec::is_empty", default)]
        sources: Vec<SlipId>,
        /// What the signer saw: the slip, or every source.
        #[serde(skip_serializing_if = "Vec::is_empty", default)]
        seen: Vec<Seen>,
        /// What was typed.
        #[serde(default)]
        input: Input,
    },
    /// 退回: a person for whom a step waits returns the slip to an earlier step of it; later signatures fall.
    Return {
        /// Slip.
        slip: SlipId,
        /// Qualified step that must be signed again; the step signed last when absent.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        to: Option<Arc<str>>,
        /// Why; never empty.
        reason: String,
        /// What was seen.
        seen: Seen,
    },
    /// 撤回: the last signer takes his signature back before the next one. What the last slip of a flow executed has no next
    /// one and is only reversed.
    Withdraw {
        /// Slip.
        slip: SlipId,
        /// Why; may be empty.
        reason: String,
    },
    /// 作废: before execution. The number stays used.
    Void {
        /// Slip.
        slip: SlipId,
        /// Why; never empty.
        reason: String,
    },
    /// Asks for a reversal of an executed slip; another person confirms it.
    AskReversal {
        /// Slip.
        slip: SlipId,
        /// Why; never empty.
        reason: String,
    },
    /// 红字冲销: confirms the reversal that somebody else asked for.
    Reverse {
        /// Slip.
        slip: SlipId,
        /// What was seen.
        seen: Seen,
    },
    /// Turns down a reversal that was asked for (or takes the request back).
    RefuseReversal {
        /// Slip.
        slip: SlipId,
        /// Why.
        reason: String,
    },
    /// 转办: gives what waits to another person who holds the role and has signed nothing that excludes the step.
    HandOver {
        /// Slip.
        slip: SlipId,
        /// Qualified step.
        step: Arc<str>,
        /// Login.
        to: Arc<str>,
        /// Why.
        reason: String,
    },
    /// 加签: another person must give his signature before the step is signed.
    AddSigner {
        /// Slip.
        slip: SlipId,
        /// Qualified step.
        step: Arc<str>,
        /// Login.
        signer: Arc<str>,
        /// Why.
        reason: String,
    },
    /// The added signer's signature, by himself and by no deputy.
    Cosign {
        /// Slip.
        slip: SlipId,
        /// Qualified step.
        step: Arc<str>,
        /// Opinion.
        opinion: String,
        /// What was seen.
        seen: Seen,
    },
    /// 抄送.
    CopyTo {
        /// Slip.
        slip: SlipId,
        /// Logins.
        to: Vec<Arc<str>>,
    },
    /// 催办: reminds those for whom the slip waits.
    Remind {
        /// Slip.
        slip: SlipId,
        /// Text.
        text: String,
    },
    /// A comment.
    Comment {
        /// Slip.
        slip: SlipId,
        /// Text; never empty.
        text: String,
    },
    /// Attaches a file that the store already holds by its hash.
    Attach {
        /// Slip.
        slip: SlipId,
        /// File name as shown, without any path.
        name: String,
        /// Hex SHA-256 of the content.
        hash: Arc<str>,
        /// Bytes.
        size: i64,
        /// Media type.
        media: String,
    },
    /// 打印: a slip was printed to be handed out.
    Print {
        /// Slip.
        slip: SlipId,
        /// [`crate::Slip::content`] that was printed.
        content: Arc<str>,
        /// The form, `order.typ`, with its version where it is the organisation's own.
        form: String,
        /// Copies (联), 1 to 12.
        copies: i64,
        /// An object of JSON that says how: whoever made the print reads it to make it again.
        how: String,
    },
    /// A timer that is due: releases a hold, or marks a step overdue and tells who is to be told.
    Timer {
        /// Slip.
        slip: SlipId,
        /// `hold:NAME` or `step:QUALIFIED`.
        name: Arc<str>,
    },
    /// Records a fact in a pack's register (administrators; flows record facts through their steps).
    PutRecord {
        /// Qualified register, `gsp.item`.
        register: Arc<str>,
        /// Key.
        key: Arc<str>,
        /// Fields by name, as typed.
        fields: BTreeMap<String, String>,
        /// Holds from this day; today when absent.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        from: Option<Day>,
    },
    /// Makes or changes a person: name, identity, grants. By an administrator, never for himself.
    PutPerson {
        /// The person as it is to be.
        person: Person,
    },
    /// The first persons of an empty organisation.
    Bootstrap {
        /// At least one of them is an administrator.
        people: Vec<Person>,
    },
    /// 委托: the actor lets another act for him from one day to another.
    Deputise {
        /// Login of the deputy.
        to: Arc<str>,
        /// First day.
        from: Day,
        /// Last day.
        until: Day,
    },
    /// A person's credential was set; only the digest of what was stored is journaled.
    Credential {
        /// Whose.
        login: Arc<str>,
        /// Hex SHA-256 of the stored credential.
        digest: Arc<str>,
    },
    /// A way to sign in was added to a person, by himself; or it was taken away, or sessions were ended, by himself or an
    /// administrator. Only the digest of what is stored is journaled.
    SignIn {
        /// Whose.
        login: Arc<str>,
        /// Which one: lower-case hexadecimal, or `session`.
        id: Arc<str>,
        /// `totp`, `recovery`, `passkey`, `oidc` or `session`.
        kind: Arc<str>,
        /// What the person calls it; at most 60 characters.
        name: Arc<str>,
        /// Hex SHA-256 of what is stored; empty when it holds no longer.
        digest: Arc<str>,
    },
    /// Closes a period of a ledger (an administrator or a role the ledger names).
    ClosePeriod {
        /// Qualified ledger.
        ledger: Arc<str>,
        /// `202604`.
        period: kernel::Period,
    },
    /// Opens the latest closed period again, with a reason.
    ReopenPeriod {
        /// Qualified ledger.
        ledger: Arc<str>,
        /// `202604`.
        period: kernel::Period,
        /// Why; never empty.
        reason: String,
    },
    /// How this installation reaches the world outside: a webhook, the mail server, the schedule of backups (by an
    /// administrator). Secrets in it are sealed before they come here.
    PutSetting {
        /// `webhook/7f3a`, `channel/email`, `backup`.
        name: Arc<str>,
        /// An object of JSON, whose shape the program knows that reads it.
        body: Arc<str>,
    },
    /// Slips or figures of a ledger were given out of the house as a file, or slips printed many at once. Nothing changes; it is here so that it stands in
    /// the journal who took what.
    Export {
        /// What was given: `slips`, `sums`, `print`; of a ledger `balances`, `changes`, `pivot`; of a slip `codes`.
        what: Arc<str>,
        /// The form of the file: `xlsx`, `csv`, `pdf`.
        format: Arc<str>,
        /// Which of it, as the list was asked for; at most 2,000 characters.
        query: String,
    },
    /// Makes a pack version current; its text is kept for the slips that begin under it.
    InstallPack {
        /// Pack name.
        pack: Arc<str>,
        /// Version (hash).
        version: Arc<str>,
    },
    /// An attempt at something that no command does (write a state, delete a slip, forge a token). Always refused; it is
    /// here so that the attempt stands in the journal.
    Forbidden {
        /// What was tried, `slip.state.write`.
        what: Arc<str>,
        /// On what.
        subject: String,
    },
}

/// What was typed into a slip, as text; the engine reads it by the declared fields.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Input {
    /// Header fields by name.
    #[serde(default)]
    pub header: BTreeMap<String, String>,
    /// Lines in order. No lines on a slip made from others: all open lines of the sources.
    #[serde(default)]
    pub lines: Vec<LineInput>,
}

/// One typed line.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct LineInput {
    /// The line it comes from; without it the line at the same position of the (only) source.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub source: Option<(SlipId, LineId)>,
    /// Fields by name.
    #[serde(default)]
    pub fields: BTreeMap<String, String>,
}
