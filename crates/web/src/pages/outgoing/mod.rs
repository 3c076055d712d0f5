//! What leaves the house, for administrators: webhooks, channels, the outbox with its dead letters, backups.

pub(super) mod backups;
pub(super) mod channels;
pub(crate) mod hooks;
pub(super) mod letters;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};
use engine::Act;
use kernel::Moment;
use maud::{Markup, html};
use notify::settings;
use serde::Serialize;
use store::Delivery;

use super::desk::{Desk, Reader};
use super::people::refused_change;
use crate::App;
use crate::auth::{Fields, Posted};
use crate::error::Error;
use crate::parts::field::{Entry, Field, field};
use crate::parts::hidden;
use crate::text::{random, random_key};

/// Pages of this part.
pub(crate) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/admin/webhooks", get(hooks::all))
        .route("/admin/webhooks/new", get(hooks::add).post(hooks::post_add))
        .route(
            "/admin/webhooks/{id}",
            get(hooks::one).post(hooks::post_one),
        )
        .route("/admin/webhooks/{id}/secret", post(hooks::post_secret))
        .route("/admin/webhooks/{id}/test", post(hooks::post_test))
        .route("/admin/channels", get(channels::show))
        .route("/admin/channels/email", post(channels::post_email))
        .route("/admin/channels/sms", post(channels::post_sms))
        .route("/admin/channels/test", post(channels::post_test))
        .route("/admin/outbox", get(letters::all))
        .route("/admin/outbox/retry", post(letters::post_retry))
        .route("/admin/outbox/{id}", get(letters::one))
        .route(
            "/admin/backups",
            get(backups::show).post(backups::post_plan),
        )
        .route("/admin/backups/ask", post(backups::post_ask))
}

/// What was typed into a form and what is wrong with it, by field.
#[derive(Debug, Default)]
pub(super) struct Back {
    typed: Option<Fields>,
    wrong: Vec<(&'static str, String)>,
}

impl Back {
    pub fn of(typed: Fields) -> Back {
        Back {
            typed: Some(typed),
            wrong: Vec::new(),
        }
    }

    /// Says that something is wrong with a field.
    pub fn wrong(&mut self, field: &'static str, why: impl Into<String>) {
        self.wrong.push((field, why.into()));
    }

    pub fn is_wrong(&self) -> bool {
        !self.wrong.is_empty()
    }

    /// What a field shows: what was typed, else what is kept.
    pub fn entry(&self, name: &str, kept: impl Into<String>) -> Entry {
        let value = match &self.typed {
            Some(typed) => typed.text(name).to_owned(),
            None => kept.into(),
        };
        let why = self.wrong.iter().find(|(field, _)| *field == name);
        Entry {
            refusal: why.map(|(_, why)| why.clone()),
            ..Entry::new(value)
        }
    }
}

/// A card with a form.
pub(super) struct Card<'a> {
    pub title: &'a str,
    pub url: String,
    pub fields: Vec<(Field, Entry)>,
    pub button: &'a str,
    pub about: Markup,
}

pub(super) fn card(reader: &Reader<'_>, csrf: &str, card: &Card<'_>) -> Result<Markup, Error> {
    let key = random_key()?.to_string();
    let inputs = vec![
        ("_csrf".to_owned(), csrf.to_owned()),
        ("_key".to_owned(), key),
    ];
    Ok(html! {
        section class="card" aria-label=(card.title) {
            header { h2 { (card.title) } }
            form method="post" action=(card.url) autocomplete="off" {
                (hidden(&inputs))
                @if !card.about.0.is_empty() { div class="in" { (card.about) } }
                div class="fields" {
                    @for (what, entry) in &card.fields { (field(reader.lang, &what.name, what, entry)) }
                }
                div class="in acts" { button class="button primary" { (card.button) } }
            }
        }
    })
}

/// A form of one button.
pub(super) fn button(
    csrf: &str,
    url: &str,
    label: &str,
    danger: bool,
    more: &[(&str, &str)],
) -> Result<Markup, Error> {
    let key = random_key()?;
    Ok(html! {
        form method="post" action=(url) {
            input type="hidden" name="_csrf" value=(csrf);
            input type="hidden" name="_key" value=(key);
            @for (name, value) in more { input type="hidden" name=(name) value=(value); }
            button class={ "button" @if danger { " danger" } } { (label) }
        }
    })
}

/// Records a version of a setting in the name of whoever posted; the engine refuses all but administrators.
pub(super) async fn put<T: Serialize>(
    desk: &Desk,
    posted: &Posted,
    name: &str,
    setting: &T,
) -> Result<(), Error> {
    let act = Act::PutSetting {
        name: name.into(),
        body: settings::body(setting),
    };
    let key = posted.fields.text("_key");
    desk.act(&posted.acting, None, key, act).await.map(|_| ())
}

/// Refuses everybody but administrators, and has the attempt stand in the journal.
pub(super) async fn administrator(desk: &Desk, posted: &Posted) -> Result<(), Error> {
    if desk.session.person.administrator {
        return Ok(());
    }
    Err(refused_change(desk, posted, None).await)
}

/// Puts a test into the outbox, so that it goes the way of everything else.
pub(super) async fn test(desk: &Desk, delivery: Delivery) -> Result<String, Error> {
    let id = format!("test-{}", engine::hex(&random::<8>()?));
    let (kept, now) = (id.clone(), desk.app.now());
    desk.app
        .read_store(move |store, org| {
            let delivery = Delivery {
                id: kept,
                kind: "test".to_owned(),
                due: now,
                created: now,
                ..delivery
            };
            store.add_delivery(org, &delivery)
        })
        .await?;
    Ok(id)
}

/// A moment, or a dash where there is none.
pub(super) fn shown(at: Moment) -> String {
    if at.0 == 0 {
        "—".to_owned()
    } else {
        at.minute()
    }
}
