//! Traces: where a key of a ledger came from, where it is and to whom it went.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::call::Asked;
use super::doc::{Routes, op};
use super::ledgers::{LegShown, known, leg};
use super::out::decimal;
use crate::App;
use crate::auth::Session;
use crate::error::Error;
use crate::names;

pub(crate) fn routes(routes: Routes) -> Routes {
    routes.get(
        "/api/v1/ledgers/{ledger}/trace",
        op(
            "get_trace",
            "ledgers",
            "追溯。 Where a key (such as a batch) came from, where it is and to whom it went; the sums count every leg.",
        )
        .query::<TraceAsked>()
        .answers::<TraceShown>("places, parties and legs"),
        trace,
    )
}

/// Which key.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct TraceAsked {
    /// The whole key, its dimensions with `/` between, such as `A001/B240101`.
    key: String,
    /// Most legs; 1,000 when absent, at most 10,000.
    limit: Option<usize>,
}

/// A trace.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TraceShown {
    /// What each place was given, gave and holds.
    places: Vec<PlaceShown>,
    /// The same of each party at each place.
    parties: Vec<PartyShown>,
    /// Legs in order of days; `running` is the sum over all places.
    legs: Vec<LegShown>,
    /// Whether there are more legs than were asked for.
    more: bool,
}

/// A place of a trace.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PlaceShown {
    /// Place.
    place: String,
    /// Whether it stands for the outside world.
    open: bool,
    /// What came in.
    #[serde(rename = "in")]
    taken: String,
    /// What went out.
    out: String,
    /// What it holds.
    holds: String,
}

/// A party of a trace.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PartyShown {
    /// Place.
    place: String,
    /// Key of the party in its register; empty when slips name none.
    party: String,
    /// What came in.
    #[serde(rename = "in")]
    taken: String,
    /// What went out.
    out: String,
    /// First business day.
    first: String,
    /// Last business day.
    last: String,
    /// How many slips.
    slips: usize,
}

async fn trace(
    State(app): State<Arc<App>>,
    _: Session,
    Path(ledger): Path<String>,
    Asked(asked): Asked<TraceAsked>,
) -> Result<Json<TraceShown>, Error> {
    known(&app, &ledger)?;
    let limit = asked.limit.unwrap_or(1_000).min(10_000);
    let name = ledger.clone();
    let trace = app
        .read_store(move |store, org| store.trace(org, &name, &asked.key, limit))
        .await?;
    let catalog = app.catalog();
    let declared = names::ledger(&catalog, &ledger).ok_or(Error::NotFound)?;
    let unit = trace.unit.unwrap_or(declared.unit);
    let open = |place: &str| declared.place(place).is_some_and(|(_, place)| place.open);
    let places = trace.places.iter().map(|place| PlaceShown {
        place: place.place.to_string(),
        open: open(&place.place),
        taken: decimal(place.taken, unit),
        out: decimal(place.given, unit),
        holds: decimal(place.holds(), unit),
    });
    let parties = trace.parties.iter().map(|party| PartyShown {
        place: party.place.to_string(),
        party: party.party.to_string(),
        taken: decimal(party.taken, unit),
        out: decimal(party.given, unit),
        first: party.first.to_string(),
        last: party.last.to_string(),
        slips: party.slips,
    });
    Ok(Json(TraceShown {
        places: places.collect(),
        parties: parties.collect(),
        legs: trace.legs.into_iter().map(|one| leg(one, unit)).collect(),
        more: trace.more,
    }))
}
