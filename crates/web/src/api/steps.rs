//! Signing: the busiest path. One call, one command, one small answer.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use engine::{Act, Input, LineInput, Seen};
use kernel::{LineId, SlipId};
use serde::Deserialize;
use utoipa::ToSchema;

use super::call::{Call, Typed, bodies};
use super::doc::{Routes, op};
use super::out::Done;
use crate::App;
use crate::error::Error;

/// What a signer saw.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SeenSent {
    /// Slip.
    pub slip: i64,
    /// The digest of its content as it was shown.
    pub content: String,
}

impl From<SeenSent> for Seen {
    fn from(seen: SeenSent) -> Seen {
        Seen {
            slip: SlipId(seen.slip),
            content: seen.content.into(),
        }
    }
}

/// A line of an earlier slip.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SourceLine {
    /// Slip.
    pub slip: i64,
    /// Line of it.
    pub line: i64,
}

/// A typed line.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LineSent {
    /// The line it comes from; without it the line at the same position of the only source.
    #[serde(default)]
    pub source: Option<SourceLine>,
    /// Fields by name.
    #[serde(default)]
    #[schema(inline)]
    pub fields: Typed,
}

/// What was typed.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct InputSent {
    /// Header fields by name.
    #[serde(default)]
    #[schema(inline)]
    pub header: Typed,
    /// Lines, in order. None on a slip made from others: all open lines of these.
    #[serde(default)]
    pub lines: Vec<LineSent>,
}

impl From<InputSent> for Input {
    fn from(sent: InputSent) -> Input {
        let line = |line: LineSent| LineInput {
            source: line
                .source
                .map(|source| (SlipId(source.slip), LineId(source.line))),
            fields: line.fields.0,
        };
        Input {
            header: sent.header.0,
            lines: sent.lines.into_iter().map(line).collect(),
        }
    }
}

bodies! {
    /// A signature.
    StepSent {
        /// The slip that is signed; none when a new one is begun.
        #[serde(default)]
        slip: Option<i64>,
        /// Slips that a new one comes from.
        #[serde(default)]
        sources: Vec<i64>,
        /// What was seen: the slip, or every source.
        #[serde(default)]
        seen: Vec<SeenSent>,
        /// What was typed.
        #[serde(default)]
        input: InputSent,
    }
}

pub(crate) fn routes(routes: Routes) -> Routes {
    routes.post(
        "/api/v1/steps/{step}",
        op("sign_step", "work", "签字办理一个环节。 Signs a step.")
            .about("A step that begins a slip makes it, from `sources` where it comes from other slips; a later step names its `slip`.")
            .body::<StepSent>()
            .answers::<Done>("signed, numbered, booked"),
        sign,
    )
}

async fn sign(
    State(app): State<Arc<App>>,
    Path(step): Path<String>,
    call: Call<StepSent>,
) -> Result<Json<Done>, Error> {
    let StepSent {
        slip,
        sources,
        seen,
        input,
        ..
    } = call.body;
    let act = Act::Step {
        step: step.into(),
        slip: slip.map(SlipId),
        sources: sources.into_iter().map(SlipId).collect(),
        seen: seen.into_iter().map(Seen::from).collect(),
        input: input.into(),
    };
    let answer = app
        .act_for(&call.acting, call.on_behalf_of, call.key, act)
        .await?;
    Ok(Json(answer.into()))
}
