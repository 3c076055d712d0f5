//! Ledgers: balances, statements, trial balances, each as of any past moment.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use kernel::{Day, EntryState, Moment, Period, Unit};
use serde::{Deserialize, Serialize};
use store::{
    AsOf, BalanceQuery, KeyFilter, StatementCursor, StatementLeg, StatementQuery, TrialQuery,
};
use utoipa::{IntoParams, ToSchema};

use super::call::Asked;
use super::doc::{Routes, op};
use super::out::{BalanceShown, Listed, Words, balance, decimal, moment, side};
use crate::App;
use crate::auth::Session;
use crate::error::Error;
use crate::names;
use crate::text::unhex;

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .get(
            "/api/v1/ledgers",
            op(
                "list_ledgers",
                "ledgers",
                "账簿。 The ledgers of the packs with their places.",
            )
            .answers_rows::<LedgerShown>("ledgers"),
            list,
        )
        .get(
            "/api/v1/ledgers/{ledger}/balances",
            op(
                "get_balances",
                "ledgers",
                "余额。 Balances, now or as of any past moment.",
            )
            .query::<BalancesAsked>()
            .answers_rows::<BalanceRowShown>("balances"),
            balances,
        )
        .get(
            "/api/v1/ledgers/{ledger}/statement",
            op(
                "get_statement",
                "ledgers",
                "明细账。 Legs in order with the running balance.",
            )
            .query::<StatementAsked>()
            .answers::<StatementShown>("legs"),
            statement,
        )
        .get(
            "/api/v1/ledgers/{ledger}/trial",
            op(
                "get_trial",
                "ledgers",
                "发生额及余额表。 Opening, turnover and closing per place.",
            )
            .query::<TrialAsked>()
            .answers_rows::<TrialShown>("one row per place"),
            trial,
        )
}

/// A ledger.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LedgerShown {
    /// Qualified name.
    ledger: String,
    /// Its name.
    label: Words,
    /// What is counted.
    unit: String,
    /// Dimensions of the conserved key.
    by: Vec<String>,
    /// Further dimensions.
    detail: Vec<String>,
    /// Places.
    places: Vec<PlaceDeclared>,
    /// Whether its periods are closed.
    periods: bool,
}

/// A place.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PlaceDeclared {
    /// Name, in data.
    place: String,
    /// What people read.
    label: Words,
    /// May go below zero.
    open: bool,
}

async fn list(State(app): State<Arc<App>>, _: Session) -> Json<Listed<LedgerShown>> {
    let catalog = app.catalog();
    let texts = |all: &[Arc<str>]| all.iter().map(ToString::to_string).collect();
    let ledgers = catalog.packs().iter().flat_map(|pack| &pack.ledgers);
    let rows = ledgers.map(|ledger| LedgerShown {
        ledger: ledger.qualified.to_string(),
        label: Words::from(&ledger.label),
        unit: ledger.unit.name().to_owned(),
        by: texts(&ledger.by),
        detail: texts(&ledger.detail),
        places: ledger
            .places
            .iter()
            .map(|place| PlaceDeclared {
                place: place.name.to_string(),
                label: Words::from(&place.label),
                open: place.open,
            })
            .collect(),
        periods: ledger.periods,
    });
    Json(Listed::whole(rows.collect()))
}

/// Refuses a ledger that no pack declares.
pub(super) fn known(app: &App, ledger: &str) -> Result<(), Error> {
    names::ledger(&app.catalog(), ledger)
        .map(|_| ())
        .ok_or(Error::NotFound)
}

pub(super) fn key_filter(key: Option<String>, prefix: Option<String>) -> Option<KeyFilter> {
    key.map(KeyFilter::Exact).or(prefix.map(KeyFilter::Prefix))
}

/// Which balances.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct BalancesAsked {
    /// Place.
    place: Option<String>,
    /// Exactly this key.
    key: Option<String>,
    /// Keys that begin so.
    prefix: Option<String>,
    /// As of this business day, as it is known now.
    #[param(value_type = Option<String>)]
    day: Option<Day>,
    /// As the ledger stood when this journal row was written.
    seq: Option<i64>,
    /// As the ledger stood at this moment, microseconds since 1970.
    moment: Option<i64>,
    /// Only the turnover from this period, `202604`.
    #[param(value_type = Option<i32>)]
    from_period: Option<Period>,
    /// To this period.
    #[param(value_type = Option<i32>)]
    to_period: Option<Period>,
    /// Leave out what is at zero.
    #[serde(default)]
    skip_zero: bool,
    /// The `next` of the part before.
    after: Option<String>,
    /// Most rows, at most 100,000; 1,000 when absent.
    limit: Option<usize>,
}

/// A balance.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BalanceRowShown {
    /// Place.
    place: String,
    /// Its name.
    label: Words,
    /// Conserved key.
    key: String,
    /// Further dimensions.
    #[serde(skip_serializing_if = "String::is_empty")]
    detail: String,
    /// Unit.
    unit: String,
    /// Sums per state.
    sums: BalanceShown,
}

async fn balances(
    State(app): State<Arc<App>>,
    _: Session,
    Path(ledger): Path<String>,
    Asked(asked): Asked<BalancesAsked>,
) -> Result<Json<Listed<BalanceRowShown>>, Error> {
    known(&app, &ledger)?;
    let as_of = match (asked.day, asked.seq, asked.moment) {
        (None, None, None) => AsOf::Now,
        (Some(day), None, None) => AsOf::Day(day),
        (None, Some(seq), None) => AsOf::Seq(seq),
        (None, None, Some(at)) => AsOf::Moment(Moment(at)),
        _ => {
            return Err(Error::bad(
                "query",
                "day、seq、moment 只能给一个",
                "give one of day, seq, moment",
            ));
        }
    };
    let period = match (asked.from_period, asked.to_period) {
        (None, None) => None,
        (Some(from), Some(to)) => Some((from, to)),
        (Some(one), None) | (None, Some(one)) => Some((one, one)),
    };
    let query = BalanceQuery {
        place: asked.place,
        key: key_filter(asked.key, asked.prefix),
        as_of,
        period,
        skip_zero: asked.skip_zero,
        after: asked.after.map(store::Cursor),
        limit: asked.limit.unwrap_or(0),
    };
    let name = ledger.clone();
    let page = app
        .read_store(move |store, org| store.balances(org, &name, &query))
        .await?;
    let catalog = app.catalog();
    let declared = names::ledger(&catalog, &ledger).ok_or(Error::NotFound)?;
    Ok(Json(Listed::of(page, |row| BalanceRowShown {
        label: Words::from(&names::place(declared, &row.place)),
        place: row.place.to_string(),
        key: row.key.to_string(),
        detail: row.detail.to_string(),
        unit: row.unit.name().to_owned(),
        sums: balance(&row.balance, row.unit),
    })))
}

/// Which legs.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct StatementAsked {
    /// Place.
    place: Option<String>,
    /// Exactly this key.
    key: Option<String>,
    /// Keys that begin so.
    prefix: Option<String>,
    /// Further dimensions, exactly.
    detail: Option<String>,
    /// From this business day.
    #[param(value_type = Option<String>)]
    from: Option<Day>,
    /// To this business day.
    #[param(value_type = Option<String>)]
    to: Option<Day>,
    /// `draft`, `checked`, `posted` or `held`; posted when absent.
    #[param(value_type = Option<String>)]
    state: Option<EntryState>,
    /// The `next` of the part before.
    after: Option<String>,
    /// Most legs, at most 10,000; 100 when absent.
    limit: Option<usize>,
}

/// Legs in the order of their business days.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StatementShown {
    /// Balance before the first leg.
    opening: String,
    /// The legs.
    legs: Vec<LegShown>,
    /// Balance after the last leg.
    closing: String,
    /// Send it as `after` for the next part.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// A leg with what led to it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LegShown {
    /// Row of the journal.
    seq: i64,
    /// When it was booked.
    at: String,
    /// Business day.
    day: String,
    /// State.
    state: String,
    /// The slip that booked it.
    #[serde(skip_serializing_if = "Option::is_none")]
    slip: Option<i64>,
    /// Its number.
    number: String,
    /// Its kind.
    kind: String,
    /// The party it is about, a key of the register.
    #[serde(skip_serializing_if = "String::is_empty")]
    party: String,
    /// Login of who booked it.
    person: String,
    /// Place.
    place: String,
    /// Conserved key.
    key: String,
    /// Further dimensions.
    #[serde(skip_serializing_if = "String::is_empty")]
    detail: String,
    /// `in` or `out`.
    side: String,
    /// Amount; negative is a red letter.
    amount: String,
    /// Whether it takes back an earlier one.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    reversal: bool,
    /// The balance after it.
    running: String,
}

fn read_cursor(text: &str) -> Option<StatementCursor> {
    serde_json::from_slice(&unhex(text)?).ok()
}

async fn statement(
    State(app): State<Arc<App>>,
    _: Session,
    Path(ledger): Path<String>,
    Asked(asked): Asked<StatementAsked>,
) -> Result<Json<StatementShown>, Error> {
    known(&app, &ledger)?;
    let after = match asked.after {
        None => None,
        Some(text) => Some(read_cursor(&text).ok_or_else(|| {
            Error::bad(
                "query",
                "after 不是上一页给出的",
                "`after` is not what a page gave",
            )
        })?),
    };
    let query = StatementQuery {
        place: asked.place,
        key: key_filter(asked.key, asked.prefix),
        detail: asked.detail,
        from: asked.from,
        to: asked.to,
        states: asked.state.into_iter().collect(),
        after,
        limit: asked.limit.unwrap_or(0),
        ..StatementQuery::default()
    };
    let name = ledger.clone();
    let statement = app
        .read_store(move |store, org| store.statement(org, &name, &query))
        .await?;
    let catalog = app.catalog();
    let declared = names::ledger(&catalog, &ledger).ok_or(Error::NotFound)?;
    let unit = statement.unit.unwrap_or(declared.unit);
    let legs = statement.legs.into_iter().map(|one| leg(one, unit));
    Ok(Json(StatementShown {
        opening: decimal(statement.opening, unit),
        legs: legs.collect(),
        closing: decimal(statement.closing, unit),
        next: statement
            .next
            .and_then(|next| Some(engine::hex(&serde_json::to_vec(&next).ok()?).to_string())),
    }))
}

pub(super) fn leg(leg: StatementLeg, unit: Unit) -> LegShown {
    LegShown {
        seq: leg.seq,
        at: moment(leg.at),
        day: leg.day.to_string(),
        state: leg.state.name().to_owned(),
        slip: leg.slip.map(|slip| slip.0),
        number: leg.number.to_string(),
        kind: leg.kind.to_string(),
        party: leg.party.to_string(),
        person: leg.person.to_string(),
        place: leg.place.to_string(),
        key: leg.key.to_string(),
        detail: leg.detail.to_string(),
        side: side(leg.side).to_owned(),
        amount: decimal(leg.amount.into(), unit),
        reversal: leg.reversal,
        running: decimal(leg.running, unit),
    }
}

/// Which periods.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct TrialAsked {
    /// First period, `202604`.
    #[param(value_type = i32)]
    from: Period,
    /// Last period.
    #[param(value_type = i32)]
    to: Period,
    /// One row per place and key.
    #[serde(default)]
    by_key: bool,
    /// State that counts; posted when absent.
    #[param(value_type = Option<String>)]
    state: Option<EntryState>,
}

/// A row of a trial balance.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TrialShown {
    /// Place.
    place: String,
    /// Its name.
    label: Words,
    /// Conserved key.
    #[serde(skip_serializing_if = "String::is_empty")]
    key: String,
    /// Before the first period.
    opening: String,
    /// Turnover in.
    r#in: String,
    /// Turnover out.
    out: String,
    /// After the last period.
    closing: String,
}

async fn trial(
    State(app): State<Arc<App>>,
    _: Session,
    Path(ledger): Path<String>,
    Asked(asked): Asked<TrialAsked>,
) -> Result<Json<Listed<TrialShown>>, Error> {
    known(&app, &ledger)?;
    let query = TrialQuery {
        from: asked.from,
        to: asked.to,
        by_key: asked.by_key,
        states: asked.state.into_iter().collect(),
    };
    let name = ledger.clone();
    let rows = app
        .read_store(move |store, org| store.trial(org, &name, &query))
        .await?;
    let catalog = app.catalog();
    let declared = names::ledger(&catalog, &ledger).ok_or(Error::NotFound)?;
    let rows = rows.into_iter().map(|row| TrialShown {
        label: Words::from(&names::place(declared, &row.place)),
        place: row.place.to_string(),
        key: row.key.to_string(),
        opening: decimal(row.opening, row.unit),
        r#in: decimal(row.r#in, row.unit),
        out: decimal(row.out, row.unit),
        closing: decimal(row.closing, row.unit),
    });
    Ok(Json(Listed::whole(rows.collect())))
}
