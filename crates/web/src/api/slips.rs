//! Slips as they are, were and came about.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use engine::{SignedStep, Slip, SlipState, World};
use kernel::{Day, OrgId, Unit};
use model::{Catalog, FieldKind};
use serde::{Deserialize, Serialize};
use store::{ListQuery, Sort, Store, StoreError};
use utoipa::{IntoParams, ToSchema};

use super::acts::slip_id;
use super::call::Asked;
use super::doc::{Routes, op};
use super::out::{
    FieldShown, Head, LineRef, Listed, WaitingShown, Words, decimal, field, head, ids, moment,
    value, waiting,
};
use crate::App;
use crate::auth::Session;
use crate::error::Error;
use crate::may::{Asker, may};
use crate::names;

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .get(
            "/api/v1/slips",
            op("list_slips", "slips", "单据列表。 Lists slips.")
                .query::<ListAsked>()
                .answers_rows::<Head>("slips"),
            list,
        )
        .get(
            "/api/v1/slips/{id}",
            op(
                "get_slip",
                "slips",
                "一张单据。 One slip with its fields, signatures, what waits, and what one may do.",
            )
            .answers::<SlipShown>("the slip"),
            by_id,
        )
        .get(
            "/api/v1/slips/by-number/{number}",
            op(
                "get_slip_by_number",
                "slips",
                "按单号查单。 One slip by its number.",
            )
            .answers::<SlipShown>("the slip"),
            by_number,
        )
}

/// Which slips.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListAsked {
    /// Qualified kind.
    kind: Option<String>,
    /// `open`, `done`, `void`, `reversed`.
    #[param(value_type = Option<String>)]
    state: Option<SlipState>,
    /// From this business day.
    #[param(value_type = Option<String>)]
    from: Option<Day>,
    /// To this business day.
    #[param(value_type = Option<String>)]
    to: Option<Day>,
    /// Login of who began it.
    begun_by: Option<String>,
    /// Key of the partner.
    party: Option<String>,
    /// The beginning of a number or of a partner's key.
    text: Option<String>,
    /// Qualified step that waits on it.
    waiting: Option<String>,
    /// `begun`, `number`, `party`, `amount`.
    #[param(value_type = Option<String>)]
    sort: Option<Sort>,
    /// Largest first.
    #[serde(default)]
    descending: bool,
    /// The `next` of the part before.
    after: Option<String>,
    /// Most rows, at most 1,000.
    limit: Option<usize>,
}

impl From<ListAsked> for ListQuery {
    fn from(asked: ListAsked) -> ListQuery {
        ListQuery {
            kind: asked.kind,
            state: asked.state,
            day_from: asked.from,
            day_to: asked.to,
            begun_by: asked.begun_by,
            under_way: false,
            party: asked.party,
            text: asked.text,
            waiting_step: asked.waiting,
            sort: asked.sort.unwrap_or_default(),
            descending: asked.descending,
            after: asked.after.map(store::Cursor),
            limit: asked.limit.unwrap_or(0),
        }
    }
}

async fn list(
    State(app): State<Arc<App>>,
    _: Session,
    Asked(asked): Asked<ListAsked>,
) -> Result<Json<Listed<Head>>, Error> {
    let query = ListQuery::from(asked);
    let page = app
        .read_store(move |store, org| store.list(org, &query))
        .await?;
    let catalog = app.catalog();
    Ok(Json(Listed::of(page, |row| head(&catalog, row))))
}

/// A slip.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SlipShown {
    /// Id.
    id: i64,
    /// Qualified kind.
    kind: String,
    /// Its name.
    kind_label: Words,
    /// Pack version it began under.
    version: String,
    /// Number.
    number: String,
    /// `open`, `done`, `void`, `reversed`.
    state: String,
    /// Digest of its content; a signature names it as seen.
    content: String,
    /// Business day.
    day: String,
    /// When it was begun.
    begun_at: String,
    /// Login of who began it.
    begun_by: String,
    /// Slips it comes from.
    sources: Vec<i64>,
    /// Slips made from it.
    children: Vec<i64>,
    /// Header values by field name.
    header: BTreeMap<String, serde_json::Value>,
    /// Lines.
    lines: Vec<LineShown>,
    /// The declared fields of the header, in the order of the screen.
    header_fields: Vec<FieldShown>,
    /// The declared fields of a line.
    line_fields: Vec<FieldShown>,
    /// Valid signatures, in order.
    signed: Vec<SignedShown>,
    /// What waits for whom.
    waiting: Vec<WaitingShown>,
    /// What the asker may do now.
    may: Vec<MayShown>,
    /// A reversal that waits for its second person.
    #[serde(skip_serializing_if = "Option::is_none")]
    reversal: Option<ReversalShown>,
}

/// A line.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LineShown {
    /// Identity within the slip.
    id: i64,
    /// The line it comes from.
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<LineRef>,
    /// Values by field name.
    fields: BTreeMap<String, serde_json::Value>,
    /// What later lines have used up, by field name; `#kind` for kinds that use a line once.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    drawn: BTreeMap<String, String>,
}

/// A signature.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SignedShown {
    /// Qualified step.
    step: String,
    /// Its name.
    label: Words,
    /// Login.
    person: String,
    /// Name.
    name: String,
    /// Qualified role.
    role: String,
    /// Login for whom he deputised.
    #[serde(skip_serializing_if = "Option::is_none")]
    on_behalf_of: Option<String>,
    /// When.
    at: String,
}

/// Something that may be done: the last part of the address it is sent to, and the step it concerns.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MayShown {
    /// `step`, `refill`, `begin`, `cosign`, `reverse`, `refuse-reversal`, `return`, `withdraw`, `hand-over`, `add-signer`,
    /// `void`, `ask-reversal`, `remind`, `copy`, `comment`, `attach`.
    act: String,
    /// Qualified step.
    #[serde(skip_serializing_if = "String::is_empty")]
    step: String,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<Words>,
}

/// A reversal that was asked for.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReversalShown {
    /// Login.
    person: String,
    /// Why.
    reason: String,
}

/// The names of those who signed.
fn person_names(
    store: &Store,
    org: OrgId,
    signed: &[SignedStep],
) -> Result<BTreeMap<Arc<str>, Arc<str>>, StoreError> {
    let mut names = BTreeMap::new();
    for one in signed {
        if !names.contains_key(&one.person) {
            let name = store
                .person(org, &one.person)?
                .map_or(one.person.clone(), |person| person.name);
            names.insert(one.person.clone(), name);
        }
    }
    Ok(names)
}

/// The unit in which a field is used up; kinds that use a line once are counted.
fn unit_of(declared: &model::Slip, name: &str) -> Unit {
    match declared.line_field(name).map(|(_, field)| &field.kind) {
        Some(FieldKind::Amount(unit)) => *unit,
        _ => Unit::Count,
    }
}

fn shown(app: &App, asker: &Asker, slip: &Slip) -> Result<SlipShown, Error> {
    let (store, org) = (app.store(), app.org());
    let allowed = store.ask(org, |world| {
        world.slip(slip.id)?;
        may(world, asker, slip)
    })?;
    let names_of = person_names(store, org, &slip.signed)?;
    let catalog = app.catalog();
    let Some((pack, _, _, _, declared)) = catalog.slip_of(&slip.version, &slip.kind) else {
        let lost =
            StoreError::Corrupt(format!("the pack version of slip {} is not known", slip.id));
        return Err(lost.into());
    };
    let line_fields = declared.lines.as_deref().unwrap_or_default();
    let by_name = |fields: &[model::Field], values: &[kernel::Value]| {
        let pairs = fields.iter().zip(values);
        pairs
            .map(|(field, one)| (field.name.to_string(), value(one, field.sensitive)))
            .collect()
    };
    let label = |step: &str| Words::from(&names::step(&catalog, &slip.version, step));
    let lines = slip.lines.iter().map(|line| LineShown {
        id: line.id.0,
        source: line.source.map(LineRef::from),
        fields: by_name(line_fields, &line.values),
        drawn: line
            .drawn
            .iter()
            .map(|(name, used)| {
                (
                    name.to_string(),
                    decimal((*used).into(), unit_of(declared, name)),
                )
            })
            .collect(),
    });
    Ok(SlipShown {
        id: slip.id.0,
        kind: slip.kind.to_string(),
        kind_label: Words::from(&declared.label),
        version: slip.version.to_string(),
        number: slip.number.to_string(),
        state: slip.state.name().to_owned(),
        content: slip.content.to_string(),
        day: slip.day.to_string(),
        begun_at: moment(slip.begun_at),
        begun_by: slip.begun_by.to_string(),
        sources: ids(&slip.sources),
        children: ids(&slip.children),
        header: by_name(&declared.header, &slip.header),
        lines: lines.collect(),
        header_fields: declared
            .header
            .iter()
            .map(|one| field(&pack.name, one))
            .collect(),
        line_fields: line_fields
            .iter()
            .map(|one| field(&pack.name, one))
            .collect(),
        signed: slip
            .signed
            .iter()
            .map(|one| signed(&catalog, slip, one, &names_of))
            .collect(),
        waiting: slip
            .waiting
            .iter()
            .map(|one| waiting(&catalog, &slip.version, one))
            .collect(),
        may: allowed
            .into_iter()
            .map(|may| MayShown {
                act: may.act.name().to_owned(),
                label: (!may.step.is_empty()).then(|| label(&may.step)),
                step: may.step.to_string(),
            })
            .collect(),
        reversal: slip.reversal.as_ref().map(|asked| ReversalShown {
            person: asked.person.to_string(),
            reason: asked.reason.clone(),
        }),
    })
}

fn signed(
    catalog: &Catalog,
    slip: &Slip,
    one: &SignedStep,
    names_of: &BTreeMap<Arc<str>, Arc<str>>,
) -> SignedShown {
    SignedShown {
        step: one.step.to_string(),
        label: Words::from(&names::step(catalog, &slip.version, &one.step)),
        person: one.person.to_string(),
        name: names_of.get(&one.person).unwrap_or(&one.person).to_string(),
        role: one.role.to_string(),
        on_behalf_of: one.on_behalf_of.as_ref().map(ToString::to_string),
        at: moment(one.at),
    }
}

async fn by_id(
    State(app): State<Arc<App>>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Json<SlipShown>, Error> {
    let (id, asker) = (slip_id(&id)?, app.asker(&session));
    let slip = app
        .read(move |app| match app.store().slip(app.org(), id)? {
            Some(slip) => shown(app, &asker, &slip),
            None => Err(Error::NotFound),
        })
        .await?;
    Ok(Json(slip))
}

async fn by_number(
    State(app): State<Arc<App>>,
    session: Session,
    Path(number): Path<String>,
) -> Result<Json<SlipShown>, Error> {
    let asker = app.asker(&session);
    let slip = app
        .read(
            move |app| match app.store().slip_by_number(app.org(), &number)? {
                Some(slip) => shown(app, &asker, &slip),
                None => Err(Error::NotFound),
            },
        )
        .await?;
    Ok(Json(slip))
}
