//! Where things are sent and how: settings that administrators make, each version in the journal. Secrets in them are
//! sealed; they are opened when something is sent.

use std::collections::BTreeMap;
use std::sync::Arc;

use kernel::OrgId;
use seal::SecretKey;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use store::{RecordQuery, Store, StoreError};

/// The register that settings are kept in.
pub const REGISTER: &str = "setting";
/// What the names of webhooks begin with.
pub const WEBHOOK: &str = "webhook/";
/// The setting of the mail server.
pub const EMAIL: &str = "channel/email";
/// The setting of short messages.
pub const SMS: &str = "channel/sms";
/// The setting of backups by schedule.
pub const BACKUP: &str = "backup";
/// Tries of a delivery before it is given up, unless its webhook says otherwise.
pub const TRIES: u32 = 12;

/// A webhook: who is told of which acts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Webhook {
    /// What people call it.
    pub name: String,
    /// Where it is sent.
    pub url: String,
    /// The sealed secret.
    pub secret: String,
    /// Qualified flows; all when empty.
    #[serde(default)]
    pub flows: Vec<String>,
    /// Qualified steps; all when empty.
    #[serde(default)]
    pub steps: Vec<String>,
    /// Names of acts; all when empty.
    #[serde(default)]
    pub acts: Vec<String>,
    /// Whether anything is sent.
    pub active: bool,
    /// Tries before a delivery is given up.
    #[serde(default = "tries")]
    pub tries: u32,
}

fn tries() -> u32 {
    TRIES
}

impl Webhook {
    /// Whether it is told of an act on a slip of that flow; `step` is empty where the act concerns none.
    pub fn wants(&self, flow: &str, step: &str, act: &str) -> bool {
        let has = |list: &[String], one: &str| list.is_empty() || list.iter().any(|own| own == one);
        self.active && has(&self.flows, flow) && has(&self.steps, step) && has(&self.acts, act)
    }
}

/// How a line to a server is kept from others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tls {
    /// From the first byte on.
    #[default]
    Wrapped,
    /// By `STARTTLS`, and not without it.
    Start,
    /// Not at all, for a server on the same machine or wire.
    Off,
}

impl Tls {
    /// The name in data.
    pub const fn name(self) -> &'static str {
        match self {
            Tls::Wrapped => "wrapped",
            Tls::Start => "start",
            Tls::Off => "off",
        }
    }

    /// The kind of a name.
    pub fn of(name: &str) -> Option<Tls> {
        [Tls::Wrapped, Tls::Start, Tls::Off]
            .into_iter()
            .find(|tls| tls.name() == name)
    }
}

/// The mail server.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct EmailChannel {
    /// Host.
    pub host: String,
    /// Port: 465 wrapped, 587 with `STARTTLS`, 25.
    pub port: u16,
    /// How the line is kept from others.
    pub tls: Tls,
    /// User name; empty: the server asks for none.
    #[serde(default)]
    pub user: String,
    /// The sealed password.
    #[serde(default)]
    pub secret: String,
    /// Sender, `会签 <slips@corp.cn>`.
    pub from: String,
    /// PEM of an authority of one's own that signs the server's certificate; empty: those that the system trusts.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub authority: String,
    /// Whether mails are sent.
    pub active: bool,
}

/// How short messages are sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SmsChannel {
    /// By which of the two ways.
    pub way: SmsWay,
    /// The sealed password, or what stands for `{secret}` in a request.
    #[serde(default)]
    pub secret: String,
    /// Whether messages are sent.
    pub active: bool,
}

/// A way for short messages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum SmsWay {
    /// One HTTP request a message. `{to}`, `{text}`, `{id}` and `{secret}` stand for number, text, id and secret, escaped
    /// as the place asks for.
    Http {
        /// `POST`.
        method: String,
        /// Address.
        url: String,
        /// `Name: value`, one a line.
        #[serde(default)]
        headers: String,
        /// Body.
        #[serde(default)]
        body: String,
        /// The status that means success; 0: any of 200 to 299.
        #[serde(default)]
        status: u16,
        /// What an answer must have in it, for gateways that say 200 to everything; empty: nothing.
        #[serde(default)]
        answer: String,
    },
    /// SMPP 3.4 as a transmitter.
    Smpp {
        /// Host.
        host: String,
        /// Port, 2775 as a rule.
        port: u16,
        /// Whether the line is under TLS.
        #[serde(default)]
        tls: bool,
        /// `system_id`.
        system_id: String,
        /// `system_type`; may be empty.
        #[serde(default)]
        system_type: String,
        /// Sender's number or name.
        #[serde(default)]
        source: String,
    },
}

/// Backups by schedule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupPlan {
    /// Minute of the day, local time.
    pub at: u16,
    /// How many are kept.
    pub keep: u32,
    /// A restore drill after so many days; 0: never by itself.
    pub drill_days: u32,
    /// Whether the schedule runs.
    pub active: bool,
}

impl Default for BackupPlan {
    fn default() -> BackupPlan {
        BackupPlan {
            at: 150,
            keep: 14,
            drill_days: 7,
            active: false,
        }
    }
}

/// A setting with where it stands in the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept<T> {
    /// The setting.
    pub is: T,
    /// Version, from 1.
    pub version: i64,
    /// Journal row of that version.
    pub seq: i64,
    /// Journal row of the first version.
    pub since: i64,
}

/// All settings that send something.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// Webhooks by id, those that are switched off too.
    pub webhooks: BTreeMap<String, Kept<Webhook>>,
    /// The mail server.
    pub email: Option<Kept<EmailChannel>>,
    /// Short messages.
    pub sms: Option<Kept<SmsChannel>>,
}

impl Settings {
    /// Reads all settings. One that this program cannot read is left out and said in the log.
    ///
    /// # Errors
    /// When the store cannot be read, or a setting was altered in the database.
    pub fn load(store: &Store, org: OrgId) -> Result<Settings, StoreError> {
        let query = RecordQuery {
            limit: 10_000,
            ..RecordQuery::default()
        };
        let mut settings = Settings::default();
        for row in store.records(org, REGISTER, &query)?.rows {
            let (key, body) = (&*row.record.key, &*row.record.body);
            let version = row.record.version;
            if let Some(id) = key.strip_prefix(WEBHOOK) {
                let Some(is) = read(key, body) else { continue };
                let since = match version {
                    1 => row.seq,
                    _ => store
                        .record_versions(org, REGISTER, key)?
                        .first()
                        .map_or(row.seq, |first| first.seq),
                };
                let kept = Kept {
                    is,
                    version,
                    seq: row.seq,
                    since,
                };
                settings.webhooks.insert(id.to_owned(), kept);
            } else if key == EMAIL {
                settings.email = kept(key, body, version, row.seq);
            } else if key == SMS {
                settings.sms = kept(key, body, version, row.seq);
            }
        }
        Ok(settings)
    }
}

fn kept<T: DeserializeOwned>(key: &str, body: &str, version: i64, seq: i64) -> Option<Kept<T>> {
    Some(Kept {
        is: read(key, body)?,
        version,
        seq,
        since: seq,
    })
}

fn read<T: DeserializeOwned>(key: &str, body: &str) -> Option<T> {
    serde_json::from_str(body)
        .inspect_err(|error| tracing::error!(key, %error, "a setting cannot be read"))
        .ok()
}

/// One setting by its name.
///
/// # Errors
/// As [`Settings::load`].
pub fn one<T: DeserializeOwned>(
    store: &Store,
    org: OrgId,
    name: &str,
) -> Result<Option<Kept<T>>, StoreError> {
    let last = store.record_versions(org, REGISTER, name)?.pop();
    Ok(last.and_then(|row| kept(name, &row.record.body, row.record.version, row.seq)))
}

/// The body of a setting, as it is journaled.
pub fn body<T: Serialize>(setting: &T) -> Arc<str> {
    serde_json::to_string(setting).unwrap_or_default().into()
}

/// Seals the secret of a setting.
///
/// # Errors
/// When the system gives no randomness.
pub fn seal(key: &SecretKey, name: &str, secret: &str) -> std::io::Result<String> {
    if secret.is_empty() {
        return Ok(String::new());
    }
    key.seal(name, secret.as_bytes())
}

/// Opens the secret of a setting.
///
/// # Errors
/// A sentence.
pub fn open(key: &SecretKey, name: &str, sealed: &str) -> Result<String, String> {
    if sealed.is_empty() {
        return Ok(String::new());
    }
    key.open_text(name, sealed)
        .map_err(|error| format!("the secret of {name} does not open: {error}"))
}
