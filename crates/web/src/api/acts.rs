//! The other acts on a slip.

use std::sync::Arc;

use axum::Json;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::HeaderMap;
use engine::{Act, Seen};
use kernel::SlipId;

use super::call::{Body, Call, bodies, key_of};
use super::doc::{Routes, op};
use super::out::Done;
use crate::App;
use crate::auth::{FILE_MAX, FORM_MAX, Uploaded};
use crate::error::Error;

bodies! {
    /// A return.
    ReturnSent {
        /// Qualified step to be signed again; the last one signed when absent.
        #[serde(default)]
        to: Option<String>,
        /// Why.
        reason: String,
        /// Digest of the content that was seen.
        content: String,
    }
    /// An act that only says why.
    ReasonSent {
        /// Why.
        #[serde(default)]
        reason: String,
    }
    /// An act over what was seen.
    SeenOnly {
        /// Digest of the content that was seen.
        content: String,
    }
    /// A hand-over.
    HandOverSent {
        /// Qualified step.
        step: String,
        /// Login of who is to do it.
        to: String,
        /// Why.
        reason: String,
    }
    /// An added signer.
    AddSignerSent {
        /// Qualified step.
        step: String,
        /// Login of who is to sign first.
        signer: String,
        /// Why.
        reason: String,
    }
    /// An added signer's signature.
    CosignSent {
        /// Qualified step.
        step: String,
        /// Opinion.
        #[serde(default)]
        opinion: String,
        /// Digest of the content that was seen.
        content: String,
    }
    /// Copies.
    CopySent {
        /// Logins of the readers.
        to: Vec<String>,
    }
    /// Words.
    TextSent {
        /// Text.
        text: String,
    }
}

pub(crate) fn routes(routes: Routes) -> Routes {
    let mut routes = routes;
    macro_rules! act {
        ($path:literal, $id:literal, $summary:literal, $body:ty, |$slip:ident, $sent:ident| $act:expr) => {
            routes = routes.post(
                concat!("/api/v1/slips/{id}/", $path),
                op($id, "work", $summary)
                    .body::<$body>()
                    .answers::<Done>("done"),
                |state: State<Arc<App>>, path: Path<String>, call: Call<$body>| {
                    act(state, path, call, |$slip, $sent: $body| $act)
                },
            );
        };
    }
    act!(
        "return",
        "return_slip",
        "退回。 Returns the slip to an earlier step.",
        ReturnSent,
        |slip, sent| Act::Return {
            slip,
            to: sent.to.map(Into::into),
            reason: sent.reason,
            seen: Seen {
                slip,
                content: sent.content.into()
            },
        }
    );
    act!(
        "withdraw",
        "withdraw",
        "撤回。 Takes one's own last signature back.",
        ReasonSent,
        |slip, sent| Act::Withdraw {
            slip,
            reason: sent.reason,
        }
    );
    act!(
        "void",
        "void_slip",
        "作废。 Makes the slip void; its number stays used.",
        ReasonSent,
        |slip, sent| Act::Void {
            slip,
            reason: sent.reason,
        }
    );
    act!(
        "ask-reversal",
        "ask_reversal",
        "申请冲销。 Asks for a reversal of an executed slip.",
        ReasonSent,
        |slip, sent| {
            Act::AskReversal {
                slip,
                reason: sent.reason,
            }
        }
    );
    act!(
        "reverse",
        "reverse",
        "红字冲销。 Confirms the reversal that another asked for.",
        SeenOnly,
        |slip, sent| {
            Act::Reverse {
                slip,
                seen: Seen {
                    slip,
                    content: sent.content.into(),
                },
            }
        }
    );
    act!(
        "refuse-reversal",
        "refuse_reversal",
        "驳回冲销。 Turns a reversal down.",
        ReasonSent,
        |slip, sent| {
            Act::RefuseReversal {
                slip,
                reason: sent.reason,
            }
        }
    );
    act!(
        "hand-over",
        "hand_over",
        "转办。 Hands a waiting step over.",
        HandOverSent,
        |slip, sent| Act::HandOver {
            slip,
            step: sent.step.into(),
            to: sent.to.into(),
            reason: sent.reason,
        }
    );
    act!(
        "add-signer",
        "add_signer",
        "加签。 Adds a signer before the step.",
        AddSignerSent,
        |slip, sent| Act::AddSigner {
            slip,
            step: sent.step.into(),
            signer: sent.signer.into(),
            reason: sent.reason,
        }
    );
    act!(
        "cosign",
        "cosign",
        "加签人签字。 Signs as added signer.",
        CosignSent,
        |slip, sent| Act::Cosign {
            slip,
            step: sent.step.into(),
            opinion: sent.opinion,
            seen: Seen {
                slip,
                content: sent.content.into()
            },
        }
    );
    act!(
        "copy",
        "copy_to",
        "抄送。 Sends copies.",
        CopySent,
        |slip, sent| Act::CopyTo {
            slip,
            to: sent.to.into_iter().map(Into::into).collect(),
        }
    );
    act!(
        "remind",
        "remind",
        "催办。 Reminds those for whom the slip waits.",
        TextSent,
        |slip, sent| Act::Remind {
            slip,
            text: sent.text,
        }
    );
    act!(
        "comment",
        "comment",
        "批注。 Comments.",
        TextSent,
        |slip, sent| Act::Comment {
            slip,
            text: sent.text
        }
    );
    routes.post_with(
        "/api/v1/slips/{id}/attach",
        op("attach", "work", "附件。 Attaches a file of at most 20 MB.")
            .about("The parts of the form are `key` (unless the header `Idempotency-Key` gives it) and `file`.")
            .upload()
            .answers::<Done>("attached"),
        attach,
        // A form's own parts come on top of the file.
        DefaultBodyLimit::max(FILE_MAX + FORM_MAX),
    )
}

/// The id in an address; what is no id names no slip.
pub(crate) fn slip_id(text: &str) -> Result<SlipId, Error> {
    text.parse().map(SlipId).map_err(|_| Error::NotFound)
}

async fn act<T: Body>(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    call: Call<T>,
    make: impl FnOnce(SlipId, T) -> Act,
) -> Result<Json<Done>, Error> {
    let act = make(slip_id(&id)?, call.body);
    let answer = app
        .act_for(&call.acting, call.on_behalf_of, call.key, act)
        .await?;
    Ok(Json(answer.into()))
}

async fn attach(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    uploaded: Uploaded,
) -> Result<Json<Done>, Error> {
    let slip = slip_id(&id)?;
    let in_body = uploaded.fields.get("key").map(str::to_owned);
    let key = key_of(&headers, in_body)?;
    let answer = app.attach(&uploaded, key, slip).await?;
    Ok(Json(answer.into()))
}
