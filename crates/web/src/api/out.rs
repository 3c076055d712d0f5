//! What the API answers with.

use engine::{Refusal, Waiting, WaitingKind};
use kernel::{Amount, LineId, Moment, Side, SlipId, Unit, Value};
use ledger::Balance;
use model::{Catalog, Field, FieldKind, Label};
use serde::Serialize;
use store::{Answer, Page, SlipHead};
use utoipa::ToSchema;

use crate::names;

/// A text in both languages.
#[derive(Debug, Clone, Serialize, ToSchema, Default, PartialEq, Eq)]
pub struct Words {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

impl From<&Label> for Words {
    fn from(label: &Label) -> Words {
        Words {
            zh: label.zh.to_string(),
            en: label.en.to_string(),
        }
    }
}

/// What became of a command that was accepted.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Done {
    /// The slip, where the command concerned one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slip: Option<i64>,
    /// Its number.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub number: Option<std::sync::Arc<str>>,
    /// Digest of its content, which the next signature names as seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub content: Option<std::sync::Arc<str>>,
    /// Row of the journal.
    pub seq: i64,
    /// Whether this is the answer that an earlier request under the same key was given.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub repeated: bool,
}

impl From<Answer> for Done {
    fn from(answer: Answer) -> Done {
        let reply = answer.outcome.unwrap_or_default();
        Done {
            slip: reply.slip.map(|slip| slip.0),
            number: reply.number,
            content: reply.content,
            seq: answer.seq,
            repeated: answer.repeated,
        }
    }
}

/// Nothing to say but that it was done.
#[derive(Debug, Clone, Copy, Default, Serialize, ToSchema)]
pub struct Ok {}

/// A refusal.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Refused {
    /// What was refused and why.
    pub refusal: RefusalShown,
    /// The row of the journal that says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seq: Option<i64>,
}

/// A refusal's name, words and place.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RefusalShown {
    /// `request`, `role`, `order`, `separation`, `field`, `draws`, `guard`, `balance`, in the order of the checks.
    pub class: String,
    /// Stable code.
    pub code: String,
    /// Chinese sentence.
    pub zh: String,
    /// English sentence.
    pub en: String,
    /// The field it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<PlaceShown>,
    /// Further refusals of the same class.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(no_recursion)]
    pub more: Vec<RefusalShown>,
}

/// Where on a form.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PlaceShown {
    /// Line, from 0; absent for the header.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// Field name.
    pub field: String,
}

impl From<&Refusal> for RefusalShown {
    fn from(refusal: &Refusal) -> RefusalShown {
        let class = serde_json::to_value(refusal.class).unwrap_or_default();
        RefusalShown {
            class: class.as_str().unwrap_or_default().to_owned(),
            code: refusal.code.clone(),
            zh: refusal.zh.clone(),
            en: refusal.en.clone(),
            place: refusal.place.as_ref().map(|place| PlaceShown {
                line: place.line,
                field: place.field.clone(),
            }),
            more: refusal.more.iter().map(RefusalShown::from).collect(),
        }
    }
}

/// A fault.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Faulted {
    /// What the operator's log knows it by.
    pub fault: FaultShown,
}

/// A fault's name.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FaultShown {
    /// The name under which the log knows it.
    pub incident: String,
    /// Chinese sentence.
    pub zh: String,
    /// English sentence.
    pub en: String,
}

/// A line of a slip.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub struct LineRef {
    /// Slip.
    pub slip: i64,
    /// Line of it.
    pub line: i64,
}

impl From<(SlipId, LineId)> for LineRef {
    fn from((slip, line): (SlipId, LineId)) -> LineRef {
        LineRef {
            slip: slip.0,
            line: line.0,
        }
    }
}

/// The name of a side, in data.
pub(crate) fn side(side: Side) -> &'static str {
    match side {
        Side::In => "in",
        Side::Out => "out",
    }
}

/// A part of a long answer.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Listed<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// Send it as `after` for the next part; absent when this is the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// How many rows there are in all, where that is cheap to know.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total: Option<i64>,
}

impl<T> Listed<T> {
    /// A page of the store, each row as it is shown.
    pub fn of<R>(page: Page<R>, show: impl FnMut(R) -> T) -> Listed<T> {
        Listed {
            rows: page.rows.into_iter().map(show).collect(),
            next: page.next.map(|cursor| cursor.0),
            total: page.total,
        }
    }

    /// All there is.
    pub fn whole(rows: Vec<T>) -> Listed<T> {
        Listed {
            total: i64::try_from(rows.len()).ok(),
            rows,
            next: None,
        }
    }
}

/// A slip as lists show it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Head {
    /// Id.
    pub id: i64,
    /// Qualified kind, `gsp.purchase_inbound.order`.
    pub kind: String,
    /// Its name.
    pub kind_label: Words,
    /// Number.
    pub number: String,
    /// `open`, `done`, `void`, `reversed`.
    pub state: String,
    /// Business day.
    pub day: String,
    /// When it was begun.
    pub begun_at: String,
    /// Login of who began it.
    pub begun_by: String,
    /// Key of its partner; may be empty.
    pub party: String,
    /// Its money.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<String>,
    /// Slips it comes from.
    pub sources: Vec<i64>,
    /// Slips made from it.
    pub children: Vec<i64>,
    /// What waits.
    pub waiting: Vec<WaitingShown>,
    /// Row of the journal of the last change.
    pub seq: i64,
}

/// Something that waits for somebody.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct WaitingShown {
    /// Qualified step.
    pub step: String,
    /// Its name.
    pub label: Words,
    /// `step`, `returned`, `begin`, `cosign`, `reversal`.
    pub kind: String,
    /// Qualified roles, any of which may act.
    pub roles: Vec<String>,
    /// The only person who may act.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
    /// Since when.
    pub since: String,
    /// Until when it should be done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due: Option<String>,
    /// Whether that time has passed.
    pub overdue: bool,
    /// Login of who passed it on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// His words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub words: Option<String>,
}

/// The name of what waits, in data.
pub(crate) fn waiting_kind(kind: WaitingKind) -> &'static str {
    match kind {
        WaitingKind::Step => "step",
        WaitingKind::Returned => "returned",
        WaitingKind::Begin => "begin",
        WaitingKind::Cosign => "cosign",
        WaitingKind::Reversal => "reversal",
    }
}

pub(crate) fn ids(ids: &[SlipId]) -> Vec<i64> {
    ids.iter().map(|id| id.0).collect()
}

pub(crate) fn waiting(catalog: &Catalog, version: &str, waiting: &Waiting) -> WaitingShown {
    WaitingShown {
        step: waiting.step.to_string(),
        label: Words::from(&names::step(catalog, version, &waiting.step)),
        kind: waiting_kind(waiting.kind).to_owned(),
        roles: waiting.roles.iter().map(ToString::to_string).collect(),
        person: waiting.person.as_ref().map(ToString::to_string),
        since: moment(waiting.since),
        due: waiting.due.map(moment),
        overdue: waiting.overdue,
        from: waiting.from.as_ref().map(|(from, _)| from.to_string()),
        words: waiting.from.as_ref().map(|(_, words)| words.clone()),
    }
}

pub(crate) fn head(catalog: &Catalog, head: SlipHead) -> Head {
    Head {
        id: head.id.0,
        kind_label: Words::from(&names::kind(catalog, &head.version, &head.kind)),
        kind: head.kind.to_string(),
        number: head.number.to_string(),
        state: head.state.name().to_owned(),
        day: head.day.to_string(),
        begun_at: moment(head.begun_at),
        begun_by: head.begun_by.to_string(),
        party: head.party.to_string(),
        amount: head.amount.map(|amount| amount.to_string()),
        sources: ids(&head.sources),
        children: ids(&head.children),
        waiting: head
            .waiting
            .iter()
            .map(|one| waiting(catalog, &head.version, one))
            .collect(),
        seq: head.last_seq,
    }
}

/// A moment in RFC 3339, China Standard Time, to the microsecond.
pub(crate) fn moment(moment: Moment) -> String {
    let micros = moment.0.rem_euclid(1_000_000);
    let text = moment.to_string().replacen(' ', "T", 1);
    if micros == 0 {
        format!("{text}+08:00")
    } else {
        format!("{text}.{micros:06}+08:00")
    }
}

/// A value of a field: a text, a flag, or nothing. What is sensitive shows its last characters only.
pub(crate) fn value(value: &Value, sensitive: bool) -> serde_json::Value {
    match value {
        Value::Empty => serde_json::Value::Null,
        Value::Flag(yes) => (*yes).into(),
        Value::Moment(at) => moment(*at).into(),
        other if sensitive => names::masked(&other.to_string()).into(),
        other => other.to_string().into(),
    }
}

/// An exact decimal of any size.
pub(crate) fn decimal(units: i128, unit: Unit) -> String {
    if let Ok(units) = i64::try_from(units) {
        return Amount::new(units, unit).to_string();
    }
    let scale = 10i128.pow(unit.scale());
    let (sign, units) = if units < 0 {
        ("-", -units)
    } else {
        ("", units)
    };
    let width = unit.scale() as usize;
    if width == 0 {
        return format!("{sign}{units}");
    }
    format!("{sign}{}.{:0width$}", units / scale, units % scale)
}

/// Turnover of both sides and what they leave.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SumsShown {
    /// In.
    pub r#in: String,
    /// Out.
    pub out: String,
    /// In less out.
    pub net: String,
}

fn sums(sums: ledger::Sums, unit: Unit) -> SumsShown {
    SumsShown {
        r#in: decimal(sums.r#in.into(), unit),
        out: decimal(sums.out.into(), unit),
        net: decimal(sums.net().into(), unit),
    }
}

/// The sums of a place and key per state.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct BalanceShown {
    /// Not yet checked.
    pub draft: SumsShown,
    /// Checked, not posted.
    pub checked: SumsShown,
    /// Posted.
    pub posted: SumsShown,
    /// Reserved.
    pub held: SumsShown,
    /// What may still leave.
    pub available: String,
}

pub(crate) fn balance(balance: &Balance, unit: Unit) -> BalanceShown {
    BalanceShown {
        draft: sums(balance.draft, unit),
        checked: sums(balance.checked, unit),
        posted: sums(balance.posted, unit),
        held: sums(balance.held, unit),
        available: decimal(balance.available(), unit),
    }
}

/// A declared field.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FieldShown {
    /// Name, in data.
    pub name: String,
    /// What people read.
    pub label: Words,
    /// `text`, `amount`, `day`, `moment`, `flag`, `choice`, `register`, `person`.
    pub kind: String,
    /// Of an amount: `count`, `qty`, `money`, `price`, `rate`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// Of a choice: its codes and names.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<ChoiceShown>,
    /// Of a key: the register it is looked up in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub register: Option<String>,
    /// Whether it may be left empty.
    pub optional: bool,
    /// Whether it is typed; else it is carried or computed.
    pub typed: bool,
    /// Whether it is masked.
    pub sensitive: bool,
    /// Most characters of a text.
    pub length_max: u32,
    /// Explanation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<Words>,
}

/// One value of a choice.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ChoiceShown {
    /// Stored value.
    pub code: String,
    /// What people read.
    pub label: Words,
}

pub(crate) fn field(pack: &str, field: &Field) -> FieldShown {
    let (kind, unit) = match &field.kind {
        FieldKind::Text => ("text", None),
        FieldKind::Amount(unit) => ("amount", Some(unit.name().to_owned())),
        FieldKind::Day => ("day", None),
        FieldKind::Moment => ("moment", None),
        FieldKind::Flag => ("flag", None),
        FieldKind::Choice(_) => ("choice", None),
        FieldKind::Register(_) => ("register", None),
        FieldKind::Person => ("person", None),
    };
    let choices = match &field.kind {
        FieldKind::Choice(choices) => choices
            .iter()
            .map(|choice| ChoiceShown {
                code: choice.code.to_string(),
                label: Words::from(&choice.label),
            })
            .collect(),
        _ => Vec::new(),
    };
    FieldShown {
        name: field.name.to_string(),
        label: Words::from(&field.label),
        kind: kind.to_owned(),
        unit,
        choices,
        register: match &field.kind {
            FieldKind::Register(register) => Some(format!("{pack}.{register}")),
            _ => None,
        },
        optional: field.optional,
        typed: !field.carry && field.is.is_none(),
        sensitive: field.sensitive,
        length_max: field.length_max,
        help: field.help.as_ref().map(Words::from),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_and_sums_are_exact() {
        assert_eq!(moment(Moment(0)), "1970-01-01T08:00:00+08:00");
        assert_eq!(moment(Moment(1)), "1970-01-01T08:00:00.000001+08:00");
        assert_eq!(decimal(1_250, Unit::Money), "12.50");
        let large = i128::from(i64::MAX) * 10;
        assert_eq!(decimal(large, Unit::Money), "922337203685477580.70");
        assert_eq!(decimal(-large, Unit::Qty), "-92233720368547.758070");
        assert_eq!(decimal(large, Unit::Count), "92233720368547758070");
    }
}
