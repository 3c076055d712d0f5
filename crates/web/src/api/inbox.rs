//! What waits for the person who asks.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::call::Asked;
use super::doc::{Routes, op};
use super::out::{Head, Listed, WaitingShown, Words, head, waiting};
use crate::App;
use crate::auth::Session;
use crate::error::Error;
use crate::names;

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .get(
            "/api/v1/inbox",
            op(
                "get_inbox",
                "inbox",
                "待办。 What waits for oneself, by name, by role and as deputy.",
            )
            .query::<InboxAsked>()
            .answers_rows::<InboxShown>("what waits, the most urgent first"),
            inbox,
        )
        .get(
            "/api/v1/inbox/counts",
            op("count_inbox", "inbox", "待办件数。 How much waits.")
                .answers::<CountsShown>("counts"),
            counts,
        )
}

/// How much of it.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct InboxAsked {
    /// Most rows, at most 1,000; 100 when absent.
    limit: Option<usize>,
}

/// Something that waits.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct InboxShown {
    /// The slip.
    slip: Head,
    /// What waits.
    waiting: WaitingShown,
    /// Login of the person for whom one would act as deputy.
    #[serde(skip_serializing_if = "Option::is_none")]
    on_behalf_of: Option<String>,
}

async fn inbox(
    State(app): State<Arc<App>>,
    session: Session,
    Asked(asked): Asked<InboxAsked>,
) -> Result<Json<Listed<InboxShown>>, Error> {
    let login = session.person.login.clone();
    let limit = asked.limit.unwrap_or(100).min(1_000);
    let items = app
        .read(move |app| app.store().inbox(app.org(), &login, app.today(), limit))
        .await?;
    let catalog = app.catalog();
    let rows = items.into_iter().map(|item| InboxShown {
        waiting: waiting(&catalog, &item.head.version, &item.waiting),
        slip: head(&catalog, item.head),
        on_behalf_of: item.on_behalf_of.map(|login| login.to_string()),
    });
    let rows = rows.collect();
    Ok(Json(Listed {
        rows,
        next: None,
        total: None,
    }))
}

/// How much waits.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CountsShown {
    /// Items, counted up to 1,000.
    items: i64,
    /// Of these, past their due time.
    overdue: i64,
    /// Items per step.
    by_step: Vec<StepCount>,
}

/// Items of a step.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StepCount {
    /// Qualified step.
    step: String,
    /// Its name.
    label: Words,
    /// Items.
    items: i64,
}

async fn counts(State(app): State<Arc<App>>, session: Session) -> Result<Json<CountsShown>, Error> {
    let login = session.person.login.clone();
    let counts = app
        .read(move |app| app.store().inbox_counts(app.org(), &login, app.now()))
        .await?;
    let catalog = app.catalog();
    let by_step = counts.by_step.into_iter().map(|(step, items)| StepCount {
        label: Words::from(&names::step(&catalog, "", &step)),
        step: step.to_string(),
        items,
    });
    Ok(Json(CountsShown {
        items: counts.items,
        overdue: counts.overdue,
        by_step: by_step.collect(),
    }))
}
