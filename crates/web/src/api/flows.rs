//! What the packs declare, and forms filled in before they are signed.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use engine::{Form, Input, World};
use kernel::{SlipId, Value};
use model::{Catalog, Flow, Pack, Quorum};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::call::{Asked, Plain};
use super::doc::{Routes, op};
use super::out::{FieldShown, LineRef, Listed, RefusalShown, Words, field, value};
use super::steps::InputSent;
use crate::App;
use crate::auth::Session;
use crate::error::Error;
use crate::{may, names};

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .get(
            "/api/v1/flows",
            op(
                "list_flows",
                "flows",
                "流程。 The flows of the packs: steps, slips, separations.",
            )
            .answers_rows::<FlowShown>("flows"),
            flows,
        )
        .get(
            "/api/v1/forms/{step}",
            op(
                "get_form",
                "flows",
                "空白表单。 What the form of a beginning step starts with.",
            )
            .query::<FormAsked>()
            .answers::<FormShown>("the form"),
            blank,
        )
        .post(
            "/api/v1/forms/{step}",
            op(
                "fill_form",
                "flows",
                "试算表单。 The form with what was typed so far; nothing is signed.",
            )
            .body::<FormSent>()
            .answers::<FormShown>("the form"),
            filled,
        )
}

/// A flow.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FlowShown {
    /// Qualified name, `gsp.purchase_inbound`.
    flow: String,
    /// What people read.
    label: Words,
    /// Version of the pack.
    version: String,
    /// Steps, in order.
    steps: Vec<StepShown>,
    /// Kinds of slips.
    slips: Vec<KindShown>,
    /// Sets of qualified steps that no person may share.
    separations: Vec<Vec<String>>,
}

/// A step.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StepShown {
    /// Qualified step.
    step: String,
    /// What people read.
    label: Words,
    /// Kind of its slip.
    kind: String,
    /// What it does.
    verb: String,
    /// Whether it begins its slip.
    begins: bool,
    /// Qualified roles that may sign.
    by: Vec<String>,
    /// `any`, `all`, or how many.
    quorum: String,
    /// Whether it asks for the password again.
    step_up: bool,
}

/// A kind of slip.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct KindShown {
    /// Qualified kind.
    kind: String,
    /// What people read.
    label: Words,
    /// Kinds it may come from.
    from: Vec<String>,
    /// Whether one may be made from several.
    join: bool,
    /// Pattern of its number.
    number: String,
    /// Fields of the header.
    header: Vec<FieldShown>,
    /// Fields of a line; absent when it has no lines.
    #[serde(skip_serializing_if = "Option::is_none")]
    lines: Option<Vec<FieldShown>>,
}

fn flow(pack: &Pack, flow: &Flow) -> FlowShown {
    let kind = |at: &usize| {
        flow.kind(*at)
            .map_or_else(String::new, |slip| slip.qualified.to_string())
    };
    let role = |at: &usize| {
        pack.roles
            .get(*at)
            .map(|role| format!("{}.{}", pack.name, role.name))
    };
    let fields = |all: &[model::Field]| {
        all.iter()
            .map(|one| field(&pack.name, one))
            .collect::<Vec<_>>()
    };
    let steps = flow.steps.iter().map(|step| StepShown {
        step: step.qualified.to_string(),
        label: Words::from(&step.label),
        kind: kind(&step.slip),
        verb: step.verb.name().to_owned(),
        begins: step.begins,
        by: step.by.iter().filter_map(role).collect(),
        quorum: match step.quorum {
            Quorum::Any => "any".to_owned(),
            Quorum::All => "all".to_owned(),
            Quorum::Of(count) => count.to_string(),
        },
        step_up: step.step_up,
    });
    let slips = flow.slips.iter().map(|slip| KindShown {
        kind: slip.qualified.to_string(),
        label: Words::from(&slip.label),
        from: slip.from.iter().map(kind).collect(),
        join: slip.join,
        number: slip.number.to_string(),
        header: fields(&slip.header),
        lines: slip.lines.as_deref().map(fields),
    });
    let steps_of = |set: &model::Separation| {
        let steps = set.steps.iter().filter_map(|at| flow.steps.get(*at));
        steps.map(|step| step.qualified.to_string()).collect()
    };
    FlowShown {
        flow: format!("{}.{}", pack.name, flow.name),
        label: Words::from(&flow.label),
        version: pack.version.to_string(),
        steps: steps.collect(),
        slips: slips.collect(),
        separations: flow.separations.iter().map(steps_of).collect(),
    }
}

async fn flows(State(app): State<Arc<App>>, _: Session) -> Json<Listed<FlowShown>> {
    let catalog = app.catalog();
    let all = catalog
        .packs()
        .iter()
        .flat_map(|pack| pack.flows.iter().map(move |one| flow(pack, one)));
    Json(Listed::whole(all.collect()))
}

/// What the new slip is to come from.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct FormAsked {
    /// Ids of slips, with commas between them.
    #[serde(default)]
    sources: String,
}

/// What was typed so far.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FormSent {
    /// Ids of the slips that the new one comes from.
    #[serde(default)]
    sources: Vec<i64>,
    /// What was typed.
    #[serde(default)]
    input: InputSent,
    /// Whether the lines that a ledger proposes come behind those that were typed. 明细由账上生成.
    #[serde(default)]
    propose: bool,
}

/// A form.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FormShown {
    /// Qualified step.
    step: String,
    /// What people read.
    label: Words,
    /// What the signature must name as seen: every source with the digest of its content.
    seen: Vec<SeenShown>,
    /// Fields of the header, in the order of the screen.
    header_fields: Vec<FieldShown>,
    /// Fields of a line.
    line_fields: Vec<FieldShown>,
    /// Header values by name: typed, carried, defaulted and computed.
    header: BTreeMap<String, serde_json::Value>,
    /// Lines.
    lines: Vec<FormLineShown>,
    /// What would be refused as it stands, missing fields included.
    refusals: Vec<RefusalShown>,
}

/// What was seen.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SeenShown {
    /// Slip.
    slip: i64,
    /// Digest of its content.
    content: String,
}

/// A line of a form.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FormLineShown {
    /// The line it comes from.
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<LineRef>,
    /// By field that draws: what remains.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    remaining: BTreeMap<String, String>,
    /// Values by name.
    fields: BTreeMap<String, serde_json::Value>,
}

async fn blank(
    State(app): State<Arc<App>>,
    session: Session,
    Path(step): Path<String>,
    Asked(asked): Asked<FormAsked>,
) -> Result<Json<FormShown>, Error> {
    let ids = asked.sources.split(',').filter(|id| !id.is_empty());
    let sources: Result<Vec<SlipId>, _> = ids.map(|id| id.parse().map(SlipId)).collect();
    let sources = sources.map_err(|_| {
        Error::bad(
            "query",
            "sources 须为单据编号",
            "`sources` are ids of slips",
        )
    })?;
    form(&app, &session, step, sources, Input::default(), false).await
}

async fn filled(
    State(app): State<Arc<App>>,
    session: Session,
    Path(step): Path<String>,
    Plain(sent): Plain<FormSent>,
) -> Result<Json<FormShown>, Error> {
    let sources = sent.sources.into_iter().map(SlipId).collect();
    let input = sent.input.into();
    form(&app, &session, step, sources, input, sent.propose).await
}

/// Slips that one slip may be made from, at most.
const SOURCES_MAX: usize = 200;

async fn form(
    app: &Arc<App>,
    session: &Session,
    step: String,
    sources: Vec<SlipId>,
    mut input: Input,
    propose: bool,
) -> Result<Json<FormShown>, Error> {
    if sources.len() > SOURCES_MAX {
        return Err(Error::bad("query", "来源单据过多", "too many sources"));
    }
    let asker = app.asker(session);
    let shown = app
        .read(move |app| {
            let act = engine::Act::Step {
                step: step.as_str().into(),
                slip: None,
                sources: sources.clone(),
                seen: Vec::new(),
                input: input.clone(),
            };
            let command = may::command(&asker, act);
            if propose {
                let store = app.store();
                let proposed = store.propose(app.org(), &command, &step, &input)?;
                input.lines.extend(proposed?);
            }
            let (form, seen, version) = app.store().ask(app.org(), |world| {
                let (mut seen, mut version) = (Vec::new(), String::new());
                for id in &sources {
                    if let Some(slip) = world.slip(*id)? {
                        version = slip.version.to_string();
                        seen.push(SeenShown {
                            slip: id.0,
                            content: slip.content.to_string(),
                        });
                    }
                }
                let form =
                    engine::form(&world.catalog(), world, &command, &step, &sources, &input)?;
                Ok((form, seen, version))
            })?;
            shown(&app.catalog(), &version, &step, form?, seen)
        })
        .await?;
    Ok(Json(shown))
}

fn shown(
    catalog: &Catalog,
    version: &str,
    step: &str,
    form: Form,
    seen: Vec<SeenShown>,
) -> Result<FormShown, Error> {
    let (pack, flow) = names::flow(catalog, version, step).ok_or(Error::NotFound)?;
    let declared = names::step_of(catalog, version, step).ok_or(Error::NotFound)?;
    let slip = flow.slips.get(declared.slip).ok_or(Error::NotFound)?;
    let line_fields = slip.lines.as_deref().unwrap_or_default();
    let by_name = |fields: &[model::Field], values: &[Value]| {
        let pairs = fields.iter().zip(values);
        pairs
            .map(|(field, one)| {
                (
                    field.name.to_string(),
                    value(one, field.sensitive && (field.carry || field.is.is_some())),
                )
            })
            .collect()
    };
    let lines = form.lines.iter().map(|line| FormLineShown {
        source: line.source.map(LineRef::from),
        remaining: line
            .remaining
            .iter()
            .filter_map(|(at, left)| {
                Some((line_fields.get(*at)?.name.to_string(), left.to_string()))
            })
            .collect(),
        fields: by_name(line_fields, &line.values),
    });
    Ok(FormShown {
        step: step.to_owned(),
        label: Words::from(&declared.label),
        seen,
        header_fields: slip
            .header
            .iter()
            .map(|one| field(&pack.name, one))
            .collect(),
        line_fields: line_fields
            .iter()
            .map(|one| field(&pack.name, one))
            .collect(),
        header: by_name(&slip.header, &form.header),
        lines: lines.collect(),
        refusals: form.refusals.iter().map(RefusalShown::from).collect(),
    })
}
