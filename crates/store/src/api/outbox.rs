//! The outbox: what is to be sent and to whom, what people are told, how they want to be told, backups that were made.

use std::sync::Arc;

use kernel::{Moment, SlipId};
use serde::Serialize;

/// Something to send to one target.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Delivery {
    /// Stable: the same occasion always gives the same id, so that a receiver can tell what it has already.
    pub id: String,
    /// `webhook`, `email` or `sms`.
    pub channel: String,
    /// What it goes through: a webhook's id, or the name of the channel. Deliveries of one target share its limits.
    pub target: String,
    /// What it tells: `step`, `waits`, `digest`, `test`.
    pub kind: String,
    /// Login of the person it is for; empty for a webhook.
    pub person: String,
    /// Mail address or telephone number; empty for a webhook, whose address is looked up when it is sent.
    pub address: String,
    /// Journal row that it tells of; 0: none.
    pub seq: i64,
    /// The slip that it tells of.
    pub slip: Option<SlipId>,
    /// Subject of a mail.
    pub title: String,
    /// What is sent.
    pub body: String,
    /// Where it is.
    pub state: DeliveryState,
    /// Tries so far.
    pub tries: i64,
    /// Not to be tried before this moment.
    pub due: Moment,
    /// One node's until then.
    pub leased_until: Moment,
    /// That node.
    pub leased_by: String,
    /// When it was made.
    pub created: Moment,
    /// When it was sent or given up.
    pub finished: Moment,
    /// What the last try was answered.
    pub result: String,
}

/// Where a delivery is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// To be tried, again perhaps.
    #[default]
    Waiting,
    /// Accepted by the other side.
    Sent,
    /// Given up: a dead letter. Somebody may have it tried again.
    Dead,
}

impl DeliveryState {
    /// All of them.
    pub const ALL: [DeliveryState; 3] = [
        DeliveryState::Waiting,
        DeliveryState::Sent,
        DeliveryState::Dead,
    ];

    /// The name in data.
    pub const fn name(self) -> &'static str {
        match self {
            DeliveryState::Waiting => "waiting",
            DeliveryState::Sent => "sent",
            DeliveryState::Dead => "dead",
        }
    }

    /// The state of a name.
    pub fn of(name: &str) -> Option<DeliveryState> {
        DeliveryState::ALL
            .into_iter()
            .find(|state| state.name() == name)
    }
}

/// One try of a delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Try {
    /// Position, from 1.
    pub n: i64,
    /// When it began.
    pub at: Moment,
    /// How long it took.
    pub millis: i64,
    /// Whether the other side accepted.
    pub ok: bool,
    /// What it answered, or why there was no answer.
    pub answer: String,
}

/// What becomes of a delivery after a try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tried {
    /// State from now on.
    pub state: DeliveryState,
    /// Next try, when it still waits.
    pub due: Moment,
    /// When the try began.
    pub at: Moment,
    /// When it ended.
    pub ended: Moment,
    /// What the other side answered.
    pub answer: String,
    /// The try does not count against the number of tries: the other side asked for patience.
    pub free: bool,
}

/// Which deliveries; newest first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DeliveryQuery {
    /// State.
    pub state: Option<DeliveryState>,
    /// Target.
    pub target: Option<String>,
    /// The `next` of the page before.
    pub after: Option<super::Cursor>,
    /// Most rows; 50 when 0, at most 1,000.
    pub limit: usize,
}

/// Something a person is told.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Notice {
    /// Whom.
    pub login: Arc<str>,
    /// Journal row that it tells of.
    pub seq: i64,
    /// Position among the notices of that row to that person.
    pub n: i64,
    /// When that row was written.
    pub at: Moment,
    /// `waits`, `returned`, `reminder`, `deadline`, `escalation` or `copied`.
    pub kind: String,
    /// The slip.
    pub slip: SlipId,
    /// Its number.
    pub number: Arc<str>,
    /// Its qualified kind.
    pub slip_kind: Arc<str>,
    /// Qualified step.
    pub step: Arc<str>,
    /// Login of who caused it.
    pub person: Arc<str>,
    /// His words.
    pub text: String,
    /// Whether it stands in the list; else it is only there for a digest.
    pub shown: bool,
    /// When it was read.
    pub read_at: Option<Moment>,
    /// Id of the delivery that sums it up; empty: none.
    pub digest: String,
}

/// A backup or a restore drill: asked for, under way, done or failed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct BackupRun {
    /// Names the occasion.
    pub id: String,
    /// `backup` or `drill`.
    pub kind: String,
    /// `asked`, `running`, `done` or `failed`.
    pub state: String,
    /// Login of who asked; `system` when by schedule.
    pub asked_by: String,
    /// When it began.
    pub at: Moment,
    /// When it ended.
    pub finished: Moment,
    /// The backup's file.
    pub file: String,
    /// Bytes of it.
    pub size: i64,
    /// Last journal row in it.
    pub seq: i64,
    /// What there is to tell of it.
    pub told: String,
}
