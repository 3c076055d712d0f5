//! Webhooks over the API: listed, made, changed, given a new secret. What is wrong with one is judged as on its page.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use engine::{Act, Class, Refusal};
use notify::settings::{Settings, TRIES, WEBHOOK, Webhook, body as setting_body};
use serde::Serialize;
use utoipa::ToSchema;

use super::call::{Call, bodies};
use super::doc::{Routes, op};
use super::management::Bare;
use super::out::Listed;
use crate::App;
use crate::auth::Session;
use crate::error::Error;
use crate::pages::{not_administrator, webhook_secret, webhook_wrongs};
use crate::text::random;

fn tries() -> u32 {
    TRIES
}

fn on() -> bool {
    true
}

bodies! {
    /// A webhook as it is to be.
    WebhookSent {
        /// What people call it.
        name: String,
        /// Where it is sent.
        url: String,
        /// Qualified flows; all when empty.
        #[serde(default)]
        flows: Vec<String>,
        /// Qualified steps; all when empty.
        #[serde(default)]
        steps: Vec<String>,
        /// Names of acts; all when empty.
        #[serde(default)]
        acts: Vec<String>,
        /// Whether anything is sent.
        #[serde(default = "on")]
        active: bool,
        /// Tries before a delivery is given up, 1 to 50.
        #[serde(default = "tries")]
        tries: u32,
    }
}

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .get(
            "/api/v1/webhooks",
            op("list_webhooks", "management", "网络通知。 Webhooks, without their secrets; for administrators.")
                .answers_rows::<WebhookShown>("webhooks"),
            webhooks,
        )
        .post(
            "/api/v1/webhooks",
            op("add_webhook", "management", "新增网络通知。 Makes a webhook; its secret is shown this once. By an administrator.")
                .body::<WebhookSent>()
                .answers::<WebhookKept>("its id and secret"),
            add,
        )
        .post(
            "/api/v1/webhooks/{id}",
            op("put_webhook", "management", "更改网络通知。 Replaces a webhook; its secret stays. By an administrator.")
                .body::<WebhookSent>()
                .answers::<WebhookKept>("changed"),
            put,
        )
        .post(
            "/api/v1/webhooks/{id}/secret",
            op("renew_webhook_secret", "management", "换密钥。 Gives a webhook a new secret, shown this once. By an administrator.")
                .body::<Bare>()
                .answers::<WebhookKept>("its new secret"),
            secret,
        )
}

/// A webhook.
#[derive(Debug, Serialize, ToSchema)]
struct WebhookShown {
    /// Id.
    id: String,
    /// Name.
    name: String,
    /// Address.
    url: String,
    /// Flows; all when empty.
    flows: Vec<String>,
    /// Steps; all when empty.
    steps: Vec<String>,
    /// Acts; all when empty.
    acts: Vec<String>,
    /// Whether anything is sent.
    active: bool,
    /// Tries before a delivery is given up.
    tries: u32,
    /// Version of the setting.
    version: i64,
    /// Journal row of that version.
    seq: i64,
}

async fn webhooks(
    State(app): State<Arc<App>>,
    session: Session,
) -> Result<Json<Listed<WebhookShown>>, Error> {
    if !session.person.administrator {
        return Err(not_administrator());
    }
    let settings = app.read_store(Settings::load).await?;
    let shown = settings
        .webhooks
        .into_iter()
        .map(|(id, kept)| WebhookShown {
            id,
            name: kept.is.name,
            url: kept.is.url,
            flows: kept.is.flows,
            steps: kept.is.steps,
            acts: kept.is.acts,
            active: kept.is.active,
            tries: kept.is.tries,
            version: kept.version,
            seq: kept.seq,
        });
    Ok(Json(Listed::whole(shown.collect())))
}

/// What became of a webhook.
#[derive(Debug, Serialize, ToSchema)]
struct WebhookKept {
    /// Id.
    id: String,
    /// Row of the journal.
    seq: i64,
    /// The secret by which its receiver checks signatures, shown this once.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
}

/// Refuses with every mistake at its field.
fn check(app: &App, hook: &Webhook) -> Result<(), Error> {
    let wrongs = webhook_wrongs(app, hook);
    let refusals = wrongs
        .into_iter()
        .map(|(field, zh, en)| Refusal::new(Class::Field, "webhook", zh, en).at(None, field));
    match Refusal::all(refusals.collect()) {
        Some(refusal) => Err(refusal.into()),
        None => Ok(()),
    }
}

/// Records it in the name of the caller; the engine refuses all but administrators and leaves that in the journal.
async fn record(
    app: &Arc<App>,
    call: &Call<impl Sized>,
    id: String,
    hook: &Webhook,
    secret: Option<String>,
) -> Result<Json<WebhookKept>, Error> {
    let act = Act::PutSetting {
        name: format!("{WEBHOOK}{id}").into(),
        body: setting_body(hook),
    };
    let behalf = call.on_behalf_of.clone();
    let answer = app
        .act_for(&call.acting, behalf, call.key.clone(), act)
        .await?;
    Ok(Json(WebhookKept {
        id,
        seq: answer.seq,
        secret,
    }))
}

fn hook_of(sent: &WebhookSent, secret: String) -> Webhook {
    Webhook {
        name: sent.name.trim().to_owned(),
        url: sent.url.trim().to_owned(),
        secret,
        flows: sent.flows.clone(),
        steps: sent.steps.clone(),
        acts: sent.acts.clone(),
        active: sent.active,
        tries: sent.tries,
    }
}

async fn add(
    State(app): State<Arc<App>>,
    call: Call<WebhookSent>,
) -> Result<Json<WebhookKept>, Error> {
    let id = engine::hex(&random::<6>()?).to_string();
    let (sealed, secret) = webhook_secret(&app, &format!("{WEBHOOK}{id}"))?;
    let hook = hook_of(&call.body, sealed);
    if call.acting.person.administrator {
        check(&app, &hook)?;
    }
    record(&app, &call, id, &hook, Some(secret)).await
}

/// The webhook of an id. Whoever is no administrator is not told what there is, but refused by the engine.
async fn kept(app: &Arc<App>, call: &Call<impl Sized>, id: &str) -> Result<Webhook, Error> {
    let wanted = id.to_owned();
    let mut settings = app.read_store(Settings::load).await?;
    match settings.webhooks.remove(&wanted) {
        Some(kept) => Ok(kept.is),
        None if call.acting.person.administrator => Err(Error::NotFound),
        None => Ok(Webhook {
            name: String::new(),
            url: String::new(),
            secret: String::new(),
            flows: Vec::new(),
            steps: Vec::new(),
            acts: Vec::new(),
            active: false,
            tries: TRIES,
        }),
    }
}

async fn put(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    call: Call<WebhookSent>,
) -> Result<Json<WebhookKept>, Error> {
    let before = kept(&app, &call, &id).await?;
    let hook = hook_of(&call.body, before.secret);
    if call.acting.person.administrator {
        check(&app, &hook)?;
    }
    record(&app, &call, id, &hook, None).await
}

async fn secret(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    call: Call<Bare>,
) -> Result<Json<WebhookKept>, Error> {
    let before = kept(&app, &call, &id).await?;
    let (sealed, secret) = webhook_secret(&app, &format!("{WEBHOOK}{id}"))?;
    let hook = Webhook {
        secret: sealed,
        ..before
    };
    record(&app, &call, id, &hook, Some(secret)).await
}
