//! What administrators look at over the API: who could sign both of two steps, staffing, number series, versions of packs.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use engine::{FindingKind, World};
use kernel::Day;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::call::Asked;
use super::doc::{Routes, op};
use super::out::{Listed, Words, moment};
use crate::App;
use crate::auth::Session;
use crate::error::Error;
use crate::pages::not_administrator;

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .get(
            "/api/v1/separation",
            op("list_separation", "management", "职责分离。 Who could sign two steps of one run that no one may sign both; for administrators.")
                .query::<DayAsked>()
                .answers_rows::<BothShown>("pairs of steps by person"),
            separation,
        )
        .get(
            "/api/v1/staffing",
            op("list_staffing", "management", "人员配备。 Flows that the people of a day cannot complete, and single absences that would stop one; for administrators.")
                .query::<StaffingAsked>()
                .answers_rows::<FindingShown>("findings"),
            staffing,
        )
        .get(
            "/api/v1/series",
            op("list_series", "management", "编号规则。 For each kind of slip the pattern and the next number; for administrators.")
                .answers_rows::<SeriesShown>("series"),
            series,
        )
        .get(
            "/api/v1/packs/versions",
            op("list_pack_versions", "management", "业务包版本。 Every version of a pack put into use here; for administrators.")
                .answers_rows::<VersionShown>("versions, the newest first"),
            versions,
        )
}

/// Refuses everybody but administrators what only their pages show.
pub(super) fn administrator(session: &Session) -> Result<(), Error> {
    match session.person.administrator {
        true => Ok(()),
        false => Err(not_administrator()),
    }
}

/// On which day.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct DayAsked {
    /// The day; today when absent.
    #[param(value_type = Option<String>)]
    on: Option<Day>,
}

/// How somebody could sign.
#[derive(Debug, Serialize, ToSchema)]
struct SignerShown {
    /// Account.
    login: String,
    /// Qualified role.
    role: String,
    /// What the grant is narrowed to.
    #[serde(skip_serializing_if = "String::is_empty")]
    scope: String,
    /// Login of the person in whose place he signs.
    #[serde(skip_serializing_if = "Option::is_none")]
    instead_of: Option<String>,
}

impl From<engine::Signer> for SignerShown {
    fn from(signer: engine::Signer) -> SignerShown {
        SignerShown {
            login: signer.login.to_string(),
            role: signer.role.to_string(),
            scope: signer.scope.to_string(),
            instead_of: signer.instead_of.map(|login| login.to_string()),
        }
    }
}

/// One person and two steps.
#[derive(Debug, Serialize, ToSchema)]
struct BothShown {
    /// Qualified steps.
    steps: [String; 2],
    /// How he could sign the first.
    first: SignerShown,
    /// How he could sign the second.
    second: SignerShown,
    /// The scope in which both hold; empty: everywhere.
    scope: String,
}

async fn separation(
    State(app): State<Arc<App>>,
    session: Session,
    Asked(asked): Asked<DayAsked>,
) -> Result<Json<Listed<BothShown>>, Error> {
    administrator(&session)?;
    let day = asked.on.unwrap_or_else(|| app.today());
    let people = app.read_store(|store, org| store.people(org)).await?;
    let catalog = app.catalog();
    let mut rows = Vec::new();
    for pack in catalog.packs() {
        for both in engine::both(pack, &people, day) {
            let step = |at: usize| pack.flows[both.flow].steps[at].qualified.to_string();
            rows.push(BothShown {
                steps: [step(both.steps.0), step(both.steps.1)],
                scope: both.scope.to_string(),
                first: both.first.into(),
                second: both.second.into(),
            });
        }
    }
    Ok(Json(Listed::whole(rows)))
}

/// On which day, and without whom.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct StaffingAsked {
    /// The day; today when absent.
    #[param(value_type = Option<String>)]
    on: Option<Day>,
    /// Login of a person who is supposed to be absent, with all his accounts.
    without: Option<String>,
}

/// What staffing finds wrong.
#[derive(Debug, Serialize, ToSchema)]
struct FindingShown {
    /// `unstaffed`, `absence` or `undecided`.
    kind: String,
    /// Qualified flow.
    flow: String,
    /// The scope it holds for.
    #[serde(skip_serializing_if = "String::is_empty")]
    scope: String,
    /// Login of the person whose absence it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    person: Option<String>,
    /// The fewest steps that cannot be signed together.
    steps: Vec<String>,
    /// The finding as a sentence in Chinese.
    zh: String,
    /// The same in English.
    en: String,
}

async fn staffing(
    State(app): State<Arc<App>>,
    session: Session,
    Asked(asked): Asked<StaffingAsked>,
) -> Result<Json<Listed<FindingShown>>, Error> {
    administrator(&session)?;
    let day = asked.on.unwrap_or_else(|| app.today());
    let mut people = app.read_store(|store, org| store.people(org)).await?;
    let away = people
        .iter()
        .find(|person| Some(&*person.login) == asked.without.as_deref())
        .map(|person| person.identity.clone());
    for person in &mut people {
        person.active &= Some(&person.identity) != away.as_ref();
    }
    let catalog = app.catalog();
    let mut rows = Vec::new();
    for pack in catalog.packs() {
        for finding in engine::staffing(pack, &people, day) {
            rows.push(FindingShown {
                kind: match finding.kind {
                    FindingKind::Unstaffed => "unstaffed",
                    FindingKind::Absence => "absence",
                    FindingKind::Undecided => "undecided",
                }
                .to_owned(),
                flow: format!("{}.{}", pack.name, finding.flow),
                scope: finding.scope.to_string(),
                person: finding.person.map(|login| login.to_string()),
                steps: finding.steps.iter().map(ToString::to_string).collect(),
                zh: finding.zh,
                en: finding.en,
            });
        }
    }
    Ok(Json(Listed::whole(rows)))
}

/// A number series.
#[derive(Debug, Serialize, ToSchema)]
struct SeriesShown {
    /// Qualified kind of slip.
    kind: String,
    /// What people call it.
    label: Words,
    /// Its pattern.
    pattern: String,
    /// The number that the next slip of today would get; nothing is taken by asking.
    next: String,
    /// How many were taken in the period of today.
    taken: i64,
}

async fn series(
    State(app): State<Arc<App>>,
    session: Session,
) -> Result<Json<Listed<SeriesShown>>, Error> {
    administrator(&session)?;
    let rows = app
        .read(move |app| {
            let (catalog, today) = (app.catalog(), app.today());
            let flows = catalog.packs().iter().flat_map(|pack| &pack.flows);
            let mut rows = Vec::new();
            for slip in flows.flat_map(|flow| &flow.slips) {
                let of = |last| engine::number_after(&slip.qualified, &slip.number, today, last);
                let name = of(0).0;
                let taken = app.store().ask(app.org(), |world| world.serial(&name))?;
                rows.push(SeriesShown {
                    kind: slip.qualified.to_string(),
                    label: Words::from(&slip.label),
                    pattern: slip.number.to_string(),
                    next: of(taken).1,
                    taken,
                });
            }
            Ok::<_, store::StoreError>(rows)
        })
        .await?;
    Ok(Json(Listed::whole(rows)))
}

/// A version of a pack.
#[derive(Debug, Serialize, ToSchema)]
struct VersionShown {
    /// Name of the pack.
    name: String,
    /// Hex SHA-256 of its texts.
    version: String,
    /// Whether new slips begin under it.
    current: bool,
    /// Journal row that put it into use.
    seq: i64,
    /// When.
    at: String,
}

async fn versions(
    State(app): State<Arc<App>>,
    session: Session,
) -> Result<Json<Listed<VersionShown>>, Error> {
    administrator(&session)?;
    let kept = app
        .read_store(|store, org| store.pack_versions(org))
        .await?;
    let catalog = app.catalog();
    let rows = kept.into_iter().map(|one| VersionShown {
        current: catalog
            .pack(&one.name)
            .is_some_and(|pack| pack.version == one.version),
        name: one.name.to_string(),
        version: one.version.to_string(),
        seq: one.seq,
        at: moment(one.at),
    });
    Ok(Json(Listed::whole(rows.collect())))
}
