//! Dated parameters over the API: what the packs' figures are on a day, since when, and which law or decision says so.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use kernel::Day;
use model::{Pack, Parameter, ParameterRow};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::call::Asked;
use super::doc::{Routes, op};
use super::out::{Listed, Words};
use super::oversight::administrator;
use crate::App;
use crate::auth::Session;
use crate::error::Error;

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .get(
            "/api/v1/parameters",
            op(
                "list_parameters",
                "flows",
                "参数。 The dated parameters of the packs with all their rows and sources; for administrators.",
            )
            .answers_rows::<ParameterShown>("parameters"),
            list,
        )
        .get(
            "/api/v1/parameters/{parameter}",
            op(
                "get_parameter",
                "flows",
                "某日的参数值。 The row of a parameter that is in force on a day, for a key; for administrators.",
            )
            .query::<OnAsked>()
            .answers::<DatedShown>("the row"),
            on,
        )
}

/// A parameter.
#[derive(Debug, Serialize, ToSchema)]
struct ParameterShown {
    /// Qualified name.
    parameter: String,
    /// What people call it.
    label: Words,
    /// The unit of its values.
    unit: String,
    /// Its rows, the latest first.
    rows: Vec<DatedShown>,
}

/// A dated value of a parameter.
#[derive(Debug, Serialize, ToSchema)]
struct DatedShown {
    /// In force from this day.
    from: String,
    /// The last day on which it is, where a later row takes its place.
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<String>,
    /// What it holds for; empty for all that have no row of their own.
    #[serde(skip_serializing_if = "String::is_empty")]
    key: String,
    /// The value, as an exact decimal or a word.
    value: String,
    /// The law, notice or decision it comes from.
    source: Words,
}

fn dated(parameter: &Parameter, row: &ParameterRow) -> DatedShown {
    let later = parameter
        .rows
        .iter()
        .filter(|other| other.key == row.key && other.from > row.from)
        .map(|other| other.from)
        .min();
    DatedShown {
        from: row.from.to_string(),
        until: later
            .and_then(|day| day.plus_days(-1))
            .map(|day| day.to_string()),
        key: row.key.to_string(),
        value: row.value.to_string(),
        source: Words::from(&row.source),
    }
}

fn shown(pack: &Pack, parameter: &Parameter) -> ParameterShown {
    ParameterShown {
        parameter: format!("{}.{}", pack.name, parameter.name),
        label: Words::from(&parameter.label),
        unit: parameter.unit.name().to_owned(),
        rows: parameter
            .rows
            .iter()
            .map(|row| dated(parameter, row))
            .collect(),
    }
}

async fn list(
    State(app): State<Arc<App>>,
    session: Session,
) -> Result<Json<Listed<ParameterShown>>, Error> {
    administrator(&session)?;
    let catalog = app.catalog();
    let all = catalog.packs().iter().flat_map(|pack| {
        pack.parameters
            .iter()
            .map(move |parameter| shown(pack, parameter))
    });
    Ok(Json(Listed::whole(all.collect())))
}

/// On which day, for what.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct OnAsked {
    /// The day; today when absent.
    #[param(value_type = Option<String>)]
    on: Option<Day>,
    /// What it should hold for.
    key: Option<String>,
}

async fn on(
    State(app): State<Arc<App>>,
    session: Session,
    Path(qualified): Path<String>,
    Asked(asked): Asked<OnAsked>,
) -> Result<Json<DatedShown>, Error> {
    administrator(&session)?;
    let catalog = app.catalog();
    let found = qualified.split_once('.').and_then(|(pack, name)| {
        let pack = catalog.pack(pack)?;
        pack.parameters.iter().find(|one| *one.name == *name)
    });
    let parameter = found.ok_or(Error::NotFound)?;
    let day = asked.on.unwrap_or_else(|| app.today());
    let key = asked.key.unwrap_or_default();
    let row = parameter.on(day, &key).ok_or(Error::NotFound)?;
    Ok(Json(dated(parameter, row)))
}
