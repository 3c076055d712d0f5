//! Oneself: roles, deputies, those one may act for, log-ins and tokens.

use axum::http::StatusCode;
use axum::response::Response;
use engine::{Act, Class, Refusal};
use kernel::{Day, Moment};
use maud::{Markup, html};

use super::asks::choices;
use super::desk::{Content, Desk, Reader, done, go};
use super::words;
use crate::auth::{Fields, Kind as Came, Posted, Scopes, issue_token, revoke_token, tokens};
use crate::error::{Error, status_of};
use crate::layout::Place;
use crate::parts::field::{Entry, Field, Kind, field};
use crate::parts::icon::{Icon, icon};
use crate::parts::lang::t;
use crate::parts::slip::{Fact, facts};
use crate::parts::table::{Cell, Head, Row, Shape, Table, table};
use crate::parts::{Hidden, Tone, head, hidden, note};
use crate::text::random_key;

/// What comes back into one of the page's forms.
#[derive(Debug, Default)]
struct Back {
    /// The form that was refused.
    form: &'static str,
    typed: Fields,
    refusal: Option<Refusal>,
}

/// A log-in or token of this person.
struct Entered {
    hash: String,
    name: String,
    token: bool,
    seen: Moment,
    expires: Moment,
    this: bool,
}

pub(crate) async fn show(desk: Desk) -> Result<Response, Error> {
    page(desk, Back::default(), None).await
}

async fn page(desk: Desk, back: Back, secret: Option<String>) -> Result<Response, Error> {
    let rows = tokens(&desk.app, &desk.session).await?;
    let own = desk.session.hash();
    let sessions: Vec<Entered> = rows
        .into_iter()
        .map(|(row, kind)| Entered {
            this: row.token_hash == *own,
            token: matches!(kind, Came::Token(..)),
            name: match kind {
                Came::Token(_, name) => name,
                Came::LogIn => browser(row.agent.strip_prefix("login:").unwrap_or("")),
            },
            hash: row.token_hash,
            seen: row.seen,
            expires: row.expires,
        })
        .collect();
    let csrf = desk.session.csrf();
    let status = back.refusal.as_ref().map_or(StatusCode::OK, status_of);
    desk.show(Place::Elsewhere, move |reader| {
        let title = reader.t("我的账号", "My account");
        let body = html! {
            (head(&[], title, html! {}, html! {
                a class="button" href="/me/sign-in" { (icon(Icon::User)) (reader.t("登录方式与设备", "Ways to sign in, devices")) }
                a class="button" href="/password" { (icon(Icon::Lock)) (reader.t("修改密码", "Change the password")) }
            }))
            (about(reader)?)
            (acting_for(reader, &csrf)?)
            (deputies(reader, &csrf, &back)?)
            (session_card(reader, &sessions, &csrf))
            (token_card(reader, &csrf, &back, secret.as_deref()))
        };
        Ok(Content::new(title, body).with(status))
    })
    .await
}

/// A browser's name for itself, shortened to what people know it by.
fn browser(agent: &str) -> String {
    let known = ["Edg", "Firefox", "Chrome", "Safari", "curl"];
    let name = known
        .iter()
        .find(|name| agent.contains(**name))
        .map_or("", |name| if *name == "Edg" { "Edge" } else { name });
    let systems = ["Windows", "Android", "iPhone", "Mac OS X", "Linux"];
    let system = systems.iter().find(|name| agent.contains(**name));
    match (name, system) {
        ("", None) => agent.chars().take(40).collect(),
        (name, None) => name.to_owned(),
        (name, Some(system)) => format!("{name} · {system}"),
    }
}

fn about(reader: &Reader<'_>) -> Result<Markup, Error> {
    let me = &reader.me;
    let fact = |zh: &str, en: &str, value: String| Fact {
        label: reader.t(zh, en).to_owned(),
        value,
        ..Fact::default()
    };
    let list = [
        fact("姓名", "Name", me.name.to_string()),
        fact("用户名", "User name", me.login.to_string()),
        fact("人员编号", "Staff number", me.identity.to_string()),
        fact(
            "岗位",
            "Roles",
            words::roles_of(&reader.catalog(), reader.lang, me, reader.today),
        ),
    ];
    Ok(html! { section class="card" { (facts(&list)) } })
}

fn csrf_inputs(csrf: &str) -> Hidden {
    vec![("_csrf".to_owned(), csrf.to_owned())]
}

/// Those who have named this person their deputy.
fn acting_for(reader: &Reader<'_>, csrf: &str) -> Result<Markup, Error> {
    let lenders = reader.lenders()?;
    if lenders.is_empty() && reader.principal.is_none() {
        return Ok(html! {});
    }
    let catalog = reader.catalog();
    Ok(html! {
        section class="card" {
            header { h2 { (reader.t("代他人办理", "Acting for others")) } }
            div class="in" {
                ul class="talk" {
                    @for lender in &lenders {
                        li {
                            (icon(Icon::ArrowLeftRight))
                            div {
                                span class="who" { (lender.name) }
                                small class="mute" { (words::roles_of(&catalog, reader.lang, lender, reader.today)) }
                                form method="post" action="/behalf" {
                                    (hidden(&csrf_inputs(csrf)))
                                    @if reader.principal.as_deref() == Some(&*lender.login) {
                                        input type="hidden" name="login" value="";
                                        input type="hidden" name="back" value="/me";
                                        button class="button tiny" { (reader.t("停止代办", "Stop acting for this person")) }
                                    } @else {
                                        input type="hidden" name="login" value=(lender.login);
                                        input type="hidden" name="back" value="/inbox";
                                        button class="button tiny" { (reader.t("以其名义办理", "Act for this person")) }
                                    }
                                }
                            }
                        }
                    }
                }
                p class="mute small" {
                    (reader.t("代办的签字会同时写明您和被代办人；职责分离对两人都算。", "A signature given as deputy names both of you; separation counts for both."))
                }
            }
        }
    })
}

/// One's own deputies, and the form that appoints one.
fn deputies(reader: &Reader<'_>, csrf: &str, back: &Back) -> Result<Markup, Error> {
    let mut rows = Vec::new();
    for deputy in &reader.me.deputies {
        let (tone, word) = if deputy.until < reader.today {
            (Tone::Draft, reader.t("已结束", "Over"))
        } else if deputy.from > reader.today {
            (Tone::Wait, reader.t("未开始", "To come"))
        } else {
            (Tone::Done, reader.t("生效中", "In force"))
        };
        rows.push(Row::from(vec![
            Cell::new(reader.person(&deputy.to)?),
            Cell::new(deputy.from.to_string()),
            Cell::new(deputy.until.to_string()),
            Cell::state(tone, word),
        ]));
    }
    let made = Table {
        caption: reader.t("我的代办人", "My deputies").to_owned(),
        heads: vec![
            Head::new(reader.t("代办人", "Deputy"), Shape::Main),
            Head::new(reader.t("自", "From"), Shape::Code),
            Head::new(reader.t("至", "Until"), Shape::Code),
            Head::new(reader.t("状态", "State"), Shape::Plain),
        ],
        rows,
        foot: Vec::new(),
    };
    let people = choices(reader, |person| person.identity != reader.me.identity)?;
    let need = |name: &str, zh: &str, en: &str, kind: Kind| Field {
        need: true,
        ..Field::new(name, reader.t(zh, en), kind)
    };
    let fields = [
        need("to", "委托给", "Deputy", Kind::Choice(people)),
        need("from", "自", "From", Kind::Date),
        need(
            "until",
            "至（含当日）",
            "Until (that day included)",
            Kind::Date,
        ),
    ];
    let mine = back.form == "deputise";
    Ok(html! {
        section class="card" aria-labelledby="deputies" {
            header { h2 id="deputies" { (reader.t("委托他人代办", "My deputies")) } }
            @if !made.rows.is_empty() { (table(&made)) }
            form method="post" action="/me/deputise" {
                (hidden(&csrf_inputs(csrf)))
                input type="hidden" name="_key" value=(random_key()?);
                div class="fields" {
                    @for what in &fields {
                        @let entry = entry(reader, back, mine, &what.name, if what.name == "from" { reader.today.to_string() } else { String::new() });
                        (field(reader.lang, &what.name, what, &entry))
                    }
                    div class="field" { span class="label" { (maud::PreEscaped("&nbsp;")) } button class="button primary" { (icon(Icon::UserPlus)) (reader.t("委托", "Appoint")) } }
                }
            }
        }
    })
}

fn entry(reader: &Reader<'_>, back: &Back, mine: bool, name: &str, fresh: String) -> Entry {
    if !mine {
        return Entry::new(fresh);
    }
    let refusal = back.refusal.as_ref().and_then(|refusal| {
        std::iter::once(refusal).chain(&refusal.more).find(|one| {
            one.place
                .as_ref()
                .map_or(name == "to" || name == "name", |place| place.field == name)
        })
    });
    Entry {
        refusal: refusal.map(|refusal| reader.sentence(refusal).to_owned()),
        ..Entry::new(back.typed.text(name))
    }
}

/// The open log-ins and tokens, each with its end.
fn session_card(reader: &Reader<'_>, rows: &[Entered], csrf: &str) -> Markup {
    html! {
        section class="card" {
            header { h2 { (reader.t("登录与令牌", "Log-ins and tokens")) } span class="mute" { (rows.len()) } }
            div class="in" {
                ul class="talk" {
                    @for row in rows {
                        li {
                            (icon(if row.token { Icon::Keyboard } else { Icon::User }))
                            div {
                                span class="who" { (row.name) }
                                @if row.this { (crate::parts::badge(Tone::Done, reader.t("当前", "This one"))) }
                                @if row.token { (crate::parts::badge(Tone::Wait, reader.t("程序令牌", "Token of a program"))) }
                                br;
                                small class="mute" {
                                    (reader.t("最近使用 ", "last used ")) (row.seen.minute())
                                    " · " (reader.t("最迟 ", "ends by ")) (row.expires.minute())
                                }
                                @if !row.this {
                                    form method="post" action="/me/revoke" {
                                        (hidden(&csrf_inputs(csrf)))
                                        input type="hidden" name="hash" value=(row.hash);
                                        button class="button tiny danger" { (reader.t("结束", "End it")) }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The form that issues a token to a program, and the token just issued.
fn token_card(reader: &Reader<'_>, csrf: &str, back: &Back, secret: Option<&str>) -> Markup {
    let fields = [
        Field {
            need: true,
            ..Field::new("name", reader.t("用途", "What for"), Kind::Text)
        },
        Field {
            need: true,
            ..Field::new("days", reader.t("有效天数", "Days"), Kind::Number)
        },
        Field::new(
            "sign",
            reader.t("可以签字（否则只能查询）", "May sign (else it only reads)"),
            Kind::Flag,
        ),
    ];
    let mine = back.form == "token";
    html! {
        section class="card" {
            header { h2 { (reader.t("给程序的令牌", "A token for a program")) } }
            @if let Some(secret) = secret {
                div class="in" {
                    (note(Tone::Held, html! {
                        p { (reader.t("令牌只显示这一次：", "The token, shown this once:")) }
                        p { kbd class="secret" data-secret { (secret) } }
                    }))
                }
            }
            form method="post" action="/me/tokens" {
                (hidden(&csrf_inputs(csrf)))
                div class="fields" {
                    @for what in &fields {
                        @let fresh = if what.name == "days" { "30" } else { "" };
                        (field(reader.lang, &what.name, what, &entry(reader, back, mine, &what.name, fresh.to_owned())))
                    }
                    div class="field" { span class="label" { (maud::PreEscaped("&nbsp;")) } button class="button" { (icon(Icon::Plus)) (reader.t("发令牌", "Issue it")) } }
                }
            }
        }
    }
}

fn bad_day(field: &str) -> Refusal {
    Refusal::new(
        Class::Field,
        "field",
        "不是存在的日期，应写作 2026-04-01",
        "is not a day that exists; write it as 2026-04-01",
    )
    .at(None, field)
}

pub(crate) async fn deputise(desk: Desk, posted: Posted) -> Result<Response, Error> {
    let Posted { acting, fields } = posted;
    let day = |name: &str| {
        fields
            .text(name)
            .trim()
            .parse::<Day>()
            .map_err(|_| bad_day(name))
    };
    let days = day("from").and_then(|from| Ok((from, day("until")?)));
    let refused = |refusal: Refusal, typed: Fields| Back {
        form: "deputise",
        typed,
        refusal: Some(refusal),
    };
    let (from, until) = match days {
        Ok(days) => days,
        Err(refusal) => return page(desk, refused(refusal, fields), None).await,
    };
    let act = Act::Deputise {
        to: fields.text("to").into(),
        from,
        until,
    };
    // The form has no such input: a deputy who sends one, to appoint another in his principal's name, is refused by name.
    let behalf = Some(fields.text("_for")).filter(|login| !login.is_empty());
    let behalf = behalf.map(std::sync::Arc::from);
    match desk.act(&acting, behalf, fields.text("_key"), act).await {
        Ok(_) => {
            desk.forget();
            let said = t(desk.lang(), "已委托", "Deputy appointed");
            Ok(go("/me", Some(&done(said))))
        }
        Err(error) => match error.refusal() {
            Some(refusal) => page(desk, refused(refusal, fields), None).await,
            None => Err(error),
        },
    }
}

pub(crate) async fn revoke(desk: Desk, posted: Posted) -> Result<Response, Error> {
    revoke_token(&desk.app, &posted.acting, posted.fields.text("hash")).await?;
    let said = t(desk.lang(), "已结束", "Ended");
    Ok(go("/me", Some(&done(said))))
}

pub(crate) async fn issue(desk: Desk, posted: Posted) -> Result<Response, Error> {
    let Posted { acting, fields } = posted;
    let scopes = Scopes {
        read: true,
        sign: fields.text("sign") == "1",
    };
    let days = fields.text("days").trim().parse().unwrap_or(0);
    match issue_token(&desk.app, &acting, fields.text("name"), scopes, days).await {
        Ok(token) => page(desk, Back::default(), Some(token.token)).await,
        Err(error) => match error.refusal() {
            Some(refusal) => {
                let back = Back {
                    form: "token",
                    typed: fields,
                    refusal: Some(refusal),
                };
                page(desk, back, None).await
            }
            None => Err(error),
        },
    }
}
