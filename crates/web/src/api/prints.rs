//! Printing for the record, and checking what was printed.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use engine::Slip;
use kernel::SlipId;
use print::Language;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::acts::slip_id;
use super::call::{Asked, Call, bodies};
use super::doc::{Routes, op};
use super::out::{Done, Listed, Words, moment};
use crate::App;
use crate::attach::download;
use crate::auth::{Address, Session};
use crate::error::Error;
use crate::pages::check::{held, state_name};
use crate::paper::choice::Choice;
use crate::paper::prints::of_slip;

bodies! {
    /// How it is printed. Lengths are millimetres with at most one decimal, as text.
    PrintSent {
        /// Digest of the content that is to be printed.
        content: String,
        /// `zh` or `en`.
        #[serde(default)]
        lang: String,
        /// A paper's name, such as `a4`; the form's own when empty.
        #[serde(default)]
        paper: String,
        /// Names of the copies, separated by commas.
        #[serde(default)]
        copies: String,
        /// Only the data, for paper that is printed already.
        #[serde(default)]
        over: bool,
        /// Correction to the right.
        #[serde(default)]
        dx: String,
        /// Correction downwards.
        #[serde(default)]
        dy: String,
        /// A seal that the asker may use.
        #[serde(default)]
        seal: String,
    }
}

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .get(
            "/api/v1/slips/{id}/prints",
            op("list_prints", "slips", "打印记录。 Who printed the slip when, how and how often.")
                .answers_rows::<PrintShown>("prints, first to last"),
            list,
        )
        .post(
            "/api/v1/slips/{id}/prints",
            op("print_for_record", "work", "打印并登记。 Prints for the record; the PDF is at `prints/{row}/pdf`, `row` being that of the journal.")
                .body::<PrintSent>()
                .answers::<Done>("recorded"),
            post,
        )
        .get(
            "/api/v1/slips/{id}/prints/{row}/pdf",
            op("get_print", "slips", "打印件。 A print of one's own as PDF, as long as the slip has not changed.")
                .answers_bytes("application/pdf", "the form"),
            pdf,
        )
        .get(
            "/api/v1/check",
            op("check_print", "slips", "验真。 Whether a printed slip is genuine: by its square code, or by number and check code. No log-in; few tries at once.")
                .open()
                .query::<CheckAsked>()
                .answers::<CheckShown>("the verdict"),
            checked,
        )
}

/// A print.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PrintShown {
    /// Row of the journal.
    row: i64,
    /// How many there were up to this one; from 2 on it is a reprint.
    nth: usize,
    /// Login of who printed it.
    person: String,
    /// When.
    at: String,
    /// The form, with its version where it is the organisation's own.
    form: String,
    /// Copies.
    copies: i64,
    /// Whether the slip is still what was printed.
    current: bool,
}

fn slip(app: &App, id: SlipId) -> Result<Arc<Slip>, Error> {
    app.store().slip(app.org(), id)?.ok_or(Error::NotFound)
}

async fn list(
    State(app): State<Arc<App>>,
    _: Session,
    Path(id): Path<String>,
) -> Result<Json<Listed<PrintShown>>, Error> {
    let id = slip_id(&id)?;
    let rows = app
        .read(move |app| {
            let slip = slip(app, id)?;
            let prints = of_slip(app, &slip)?;
            let shown = prints.into_iter().map(|print| PrintShown {
                row: print.seq,
                nth: print.nth,
                person: print.person.to_string(),
                at: moment(print.at),
                form: print.form,
                copies: print.copies,
                current: print.content == slip.content,
            });
            Ok::<Vec<_>, Error>(shown.collect())
        })
        .await?;
    Ok(Json(Listed::whole(rows)))
}

async fn post(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    call: Call<PrintSent>,
) -> Result<Json<Done>, Error> {
    let id = slip_id(&id)?;
    let sent = call.body;
    let choice = Choice::read(|name| match name {
        "lang" => &sent.lang,
        "paper" => &sent.paper,
        "copies" => &sent.copies,
        "over" if sent.over => "1",
        "dx" => &sent.dx,
        "dy" => &sent.dy,
        "seal" => &sent.seal,
        _ => "",
    });
    let (content, person) = (sent.content, call.acting.person.clone());
    let act = app
        .read(move |app| {
            let slip = slip(app, id)?;
            app.print_act(&slip, &content, &choice, Language::Zh, &person, true)
        })
        .await?;
    let answer = app
        .act_for(&call.acting, call.on_behalf_of, call.key, act)
        .await?;
    Ok(Json(Done::from(answer)))
}

async fn pdf(
    State(app): State<Arc<App>>,
    session: Session,
    Path((id, row)): Path<(String, i64)>,
) -> Result<Response, Error> {
    let id = slip_id(&id)?;
    let (number, bytes) = app
        .read(move |app| {
            let slip = slip(app, id)?;
            let bytes = app.print_again(&slip, row, &session.person)?;
            Ok::<_, Error>((slip.number.to_string(), bytes))
        })
        .await?;
    Ok(download(&format!("{number}.pdf"), "application/pdf", bytes))
}

/// What is on the paper.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct CheckAsked {
    /// The text of the square code, or number and check code with a space between.
    c: String,
}

/// What is to be said of it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CheckShown {
    /// `genuine`, `superseded` or `not_genuine`.
    verdict: String,
    /// Number.
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<String>,
    /// Kind of slip.
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<Words>,
    /// Business day.
    #[serde(skip_serializing_if = "Option::is_none")]
    day: Option<String>,
    /// `open`, `done`, `void`, `reversed`.
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<String>,
}

async fn checked(
    State(app): State<Arc<App>>,
    from: Address,
    Asked(asked): Asked<CheckAsked>,
) -> Result<Json<CheckShown>, Error> {
    let checked = held(&app, from, &asked.c).await?;
    let slip = checked.slip.as_ref();
    Ok(Json(CheckShown {
        verdict: checked.verdict.name().to_owned(),
        number: slip.map(|slip| slip.number.clone()),
        kind: slip.map(|slip| Words::from(&slip.kind)),
        day: slip.map(|slip| slip.day.to_string()),
        state: slip.map(|slip| state_name(slip.state).to_owned()),
    }))
}
