//! Ways to sign in of a person, and where he is logged in: his own page, and the administrator's.

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use maud::{Markup, PreEscaped, html};
use store::Factor;

use super::desk::{Content, Desk, Reader, done, go};
use super::people::{check, find, person_url};
use crate::auth::sign_in::{self as ways, Enrolment, LoggedIn};
use crate::auth::{Address, Posted};
use crate::error::{Error, status_of};
use crate::layout::Place;
use crate::parts::icon::{Icon, icon};
use crate::parts::{Link, Tone, badge, head, note, passkey};

/// Address of one's own page.
const OWN: &str = "/me/sign-in";

/// What a form leaves on the page it comes back to.
#[derive(Debug, Default)]
struct Back {
    enrolment: Option<Enrolment>,
    codes: Vec<String>,
    link: Option<String>,
    refusal: Option<engine::Refusal>,
}

/// What the page is made of.
struct Shown<'a> {
    reader: &'a Reader<'a>,
    csrf: &'a str,
    /// Where its forms are sent.
    url: String,
    own: bool,
}

impl Shown<'_> {
    fn t<'t>(&self, zh: &'t str, en: &'t str) -> &'t str {
        self.reader.t(zh, en)
    }

    /// A form of one button.
    fn button(&self, what: &str, id: &str, class: &str, label: &str) -> Markup {
        html! {
            form method="post" action=(self.url) {
                input type="hidden" name="_csrf" value=(self.csrf);
                input type="hidden" name="do" value=(what);
                @if !id.is_empty() { input type="hidden" name="id" value=(id); }
                button class=(format!("button {class}")) { (label) }
            }
        }
    }

    fn card(&self, id: &str, title: &str, body: Markup) -> Markup {
        html! {
            section class="card" aria-labelledby=(id) {
                header { h2 id=(id) { (title) } }
                div class="in" { (body) }
            }
        }
    }

    fn used(&self, factor: &Factor) -> String {
        let added = self.t("添加于 ", "added ");
        let added = format!("{added}{}", factor.created.minute());
        if factor.used.0 == 0 {
            return format!("{added} · {}", self.t("尚未使用", "not used yet"));
        }
        let used = self.t("最近使用 ", "last used ");
        format!("{added} · {used}{}", factor.used.minute())
    }

    fn app(&self, factors: &[Factor], back: &Back) -> Markup {
        let totp = factors.iter().find(|factor| factor.kind == "totp");
        let recovery = factors.iter().find(|factor| factor.kind == "recovery");
        let body = html! {
            @match (totp, &back.enrolment) {
                (Some(totp), _) => {
                    p { (badge(Tone::Done, self.t("已启用", "In use"))) " " small class="mute" { (self.used(totp)) } }
                    p { (self.t("每次用密码登录时，还要输入验证器上的六位动态码。", "Each log-in by password asks for six digits from your authenticator app too.")) }
                    @if let Some(recovery) = recovery {
                        p { (self.t("剩余恢复码：", "Recovery codes left: ")) b { (ways::left(recovery)) } }
                    }
                    div class="acts" {
                        @if self.own { (self.button("recovery", "", "", self.t("重新生成恢复码", "New recovery codes"))) }
                        (self.button("remove_totp", "", "danger", self.t("移除验证器", "Take the authenticator away")))
                    }
                }
                (None, Some(enrolment)) => (self.enrolment(enrolment, back)),
                (None, None) => {
                    p { (badge(Tone::Draft, self.t("未启用", "Not in use"))) }
                    @if self.own {
                        p { (self.t("用手机上的验证器应用（如 Microsoft Authenticator、FreeOTP）加一道动态码。", "Add a one-time code by an authenticator app on your phone.")) }
                        (self.button("totp", "", "primary", self.t("启用动态码", "Set up an authenticator app")))
                    }
                }
            }
            @if !back.codes.is_empty() {
                (note(Tone::Held, html! {
                    p { (self.t("恢复码只显示这一次，每个只能用一次。请抄下或打印后妥善保管：", "Recovery codes, shown this once; each works once. Write them down or print them:")) }
                    ul class="codes" data-codes { @for code in &back.codes { li { kbd class="secret" { (code) } } } }
                }))
            }
        };
        self.card("app", self.t("动态码验证器", "Authenticator app"), body)
    }

    fn enrolment(&self, enrolment: &Enrolment, back: &Back) -> Markup {
        let issuer = &self.reader.app.settings().company;
        let issuer = self.t(&issuer.zh, &issuer.en);
        let uri = ways::uri(enrolment, issuer, &self.reader.me.login);
        let wrong = back.refusal.as_ref();
        html! {
            ol class="steps-list" {
                li {
                    p { (self.t("用验证器应用扫描：", "Scan this with the app:")) }
                    (picture(&uri, self.t("二维码，内容与下方密钥相同", "QR code with the same key as below")))
                    p { (self.t("或手工输入密钥：", "Or type this key: ")) kbd class="secret" data-key { (ways::spelled(enrolment)) } }
                }
                li {
                    form method="post" action=(self.url) {
                        input type="hidden" name="_csrf" value=(self.csrf);
                        input type="hidden" name="do" value="confirm_totp";
                        input type="hidden" name="enrolment" value=(enrolment.token);
                        div class=(if wrong.is_some() { "field bad" } else { "field" }) {
                            label for="code" { (self.t("应用上显示的六位动态码", "Six digits that the app shows")) }
                            input id="code" name="code" inputmode="numeric" autocomplete="one-time-code" maxlength="12" required autofocus
                                aria-invalid=[wrong.map(|_| "true")] aria-describedby=[wrong.map(|_| "code-wrong")];
                            @if let Some(refusal) = wrong {
                                p id="code-wrong" class="refusal" role="alert" { (self.reader.sentence(refusal)) }
                            }
                        }
                        button class="button primary" { (self.t("确认启用", "Confirm")) }
                    }
                }
            }
        }
    }

    fn passkeys(&self, factors: &[Factor], usable: bool) -> Markup {
        let own: Vec<&Factor> = factors.iter().filter(|one| one.kind == "passkey").collect();
        let body = html! {
            p { (self.t("通行密钥用指纹、面容或锁屏密码登录，不再需要密码。", "A passkey logs you in by finger, face or screen lock, without the password.")) }
            (self.list(&own))
            @if self.own && usable {
                form class="inline" method="post" action=(self.url) {
                    input type="hidden" name="_csrf" value=(self.csrf);
                    div class="field" {
                        label for="name" { (self.t("名称，如“办公室电脑”", "Name, such as “office computer”")) }
                        input id="name" name="name" maxlength="60" required autocomplete="off";
                    }
                    (passkey::register(self.reader.lang))
                    noscript { p class="hint" { (self.t("须启用浏览器脚本。", "Needs scripts in the browser.")) } }
                }
            } @else if self.own {
                p class="hint" { (self.t("通行密钥须经 HTTPS 以域名访问本系统（或 localhost）。", "Passkeys need this site by HTTPS and a host name (or localhost).")) }
            }
        };
        self.card("passkeys", self.t("通行密钥", "Passkeys"), body)
    }

    fn list(&self, factors: &[&Factor]) -> Markup {
        html! {
            @if !factors.is_empty() {
                ul class="talk" {
                    @for factor in factors {
                        li {
                            (icon(Icon::Lock))
                            div {
                                span class="who" { (factor.name) }
                                small class="mute" { (self.used(factor)) }
                                (self.button("remove", &factor.id, "tiny danger", self.t("移除", "Take away")))
                            }
                        }
                    }
                }
            }
        }
    }

    fn provider(&self, factors: &[Factor], back: &Back) -> Markup {
        let linked: Vec<&Factor> = factors.iter().filter(|one| one.kind == "oidc").collect();
        let Some(oidc) = &self.reader.app.settings().oidc else {
            return html! { @if !linked.is_empty() { (self.card("oidc", self.t("企业账号", "Account elsewhere"), self.list(&linked))) } };
        };
        let label = oidc.label();
        let name = self.t(&label.zh, &label.en);
        let body = html! {
            (self.list(&linked))
            @if let Some(url) = &back.link {
                p { (self.t("请到企业账号处确认：", "Confirm at the provider: ")) a class="button primary" href=(url) rel="noreferrer" data-link { (name) } }
            } @else if self.own && linked.is_empty() {
                p { (self.t("关联后可用企业账号登录：", "Once linked, you can log in by ")) (name) }
                (self.button("link", "", "", self.t("关联企业账号", "Link the account")))
            }
        };
        self.card("oidc", self.t("企业账号", "Account elsewhere"), body)
    }

    fn sessions(&self, rows: &[LoggedIn]) -> Markup {
        let others = rows.iter().filter(|row| !row.this && !row.token).count();
        let body = html! {
            ul class="talk" data-sessions {
                @for row in rows.iter().filter(|row| !row.token) {
                    li {
                        (icon(Icon::User))
                        div {
                            span class="who" { @if row.device.is_empty() { (self.t("未知设备", "Unknown device")) } @else { (row.device) } }
                            @if row.this { (badge(Tone::Done, self.t("当前", "This one"))) }
                            br;
                            small class="mute" {
                                @if !row.address.is_empty() { (row.address) " · " }
                                (self.t("登录于 ", "since ")) (row.created.minute())
                                " · " (self.t("最近使用 ", "last used ")) (row.seen.minute())
                            }
                            @if !row.this { (self.button("end", &row.id, "tiny danger", self.t("结束", "End it"))) }
                        }
                    }
                }
            }
            @if rows.is_empty() { p class="mute" { (self.t("现在没有登录。", "Not logged in anywhere.")) } }
            @if others > 0 {
                (self.button("end_others", "", "danger", if self.own { self.t("结束其他所有登录", "End all others") } else { self.t("结束所有登录", "End all") }))
            }
        };
        self.card(
            "sessions",
            self.t("登录中的设备", "Where you are logged in"),
            body,
        )
    }
}

/// A QR code as lines of an SVG, without any style that the page's policy would not allow.
fn picture(text: &str, label: &str) -> Markup {
    let Ok(code) = qrcode::QrCode::new(text) else {
        return html! {};
    };
    let width = code.width();
    let mut path = String::new();
    for (at, colour) in code.to_colors().into_iter().enumerate() {
        if colour == qrcode::Color::Dark {
            path.push_str(&format!("M{} {}h1v1h-1z", at % width + 4, at / width + 4));
        }
    }
    let side = width + 8;
    html! {
        svg class="qr" role="img" aria-label=(label) viewBox=(format!("0 0 {side} {side}")) width="200" height="200" shape-rendering="crispEdges" {
            (PreEscaped(format!("<rect width=\"{side}\" height=\"{side}\" fill=\"#fff\"/><path d=\"{path}\" fill=\"#000\"/>")))
        }
    }
}

pub(crate) async fn show(desk: Desk, headers: HeaderMap) -> Result<Response, Error> {
    own_page(desk, headers, Back::default()).await
}

async fn own_page(desk: Desk, headers: HeaderMap, back: Back) -> Result<Response, Error> {
    let rows = ways::logged_in(&desk.app, &desk.session.person.login, Some(&desk.session)).await?;
    let factors = ways::factors(&desk.app, &desk.session.person.login).await?;
    let (csrf, usable) = (
        desk.session.csrf(),
        ways::passkeys_usable(&desk.app, &headers),
    );
    let status = back
        .refusal
        .as_ref()
        .map_or(axum::http::StatusCode::OK, status_of);
    desk.show(Place::Elsewhere, move |reader| {
        let shown = Shown {
            reader,
            csrf: &csrf,
            url: OWN.to_owned(),
            own: true,
        };
        let title = reader.t("登录方式", "Ways to sign in");
        let crumbs = [Link::new(reader.t("我的账号", "My account"), "/me")];
        let acts = html! {
            a class="button" href="/password" { (icon(Icon::Lock)) (reader.t("修改密码", "Change the password")) }
        };
        let body = html! {
            (head(&crumbs, title, html! {}, acts))
            (shown.app(&factors, &back))
            (shown.passkeys(&factors, usable))
            (shown.provider(&factors, &back))
            (shown.sessions(&rows))
        };
        Ok(Content::new(title, body).with(status))
    })
    .await
}

pub(crate) async fn post(
    desk: Desk,
    Address(from): Address,
    headers: HeaderMap,
    posted: Posted,
) -> Result<Response, Error> {
    let Posted { acting, fields } = posted;
    let login = acting.person.login.clone();
    let (app, id) = (desk.app.clone(), fields.text("id").to_owned());
    let token = fields.text("enrolment").to_owned();
    let answer = match fields.text("do") {
        "totp" => ways::begin(&app, &acting).await.map(|enrolment| Back {
            enrolment: Some(enrolment),
            ..Back::default()
        }),
        "confirm_totp" => {
            match ways::confirm(&app, &acting, from, &token, fields.text("code")).await {
                Ok(codes) => Ok(Back {
                    codes,
                    ..Back::default()
                }),
                Err(error) => match (
                    error.refusal(),
                    ways::enrolment(&app, &acting, &token).await,
                ) {
                    (Some(refusal), Ok(enrolment)) if refusal.code != "confirm" => Ok(Back {
                        enrolment: Some(enrolment),
                        refusal: Some(refusal),
                        ..Back::default()
                    }),
                    _ => Err(error),
                },
            }
        }
        "recovery" => ways::renew_recovery(&app, &acting).await.map(|codes| Back {
            codes,
            ..Back::default()
        }),
        "link" => ways::link(&app, &acting, &headers).await.map(|url| Back {
            link: Some(url),
            ..Back::default()
        }),
        other => change(&app, &acting, &login, other, &id)
            .await
            .map(|()| Back::default()),
    };
    match answer {
        Ok(back) if back.enrolment.is_some() || !back.codes.is_empty() || back.link.is_some() => {
            own_page(desk, headers, back).await
        }
        Ok(_) => Ok(go(
            OWN,
            Some(&done(crate::parts::lang::t(desk.lang(), "已完成", "Done"))),
        )),
        Err(error) => confirm_first(error, OWN),
    }
}

/// Who must first show that it is he is led there.
fn confirm_first(error: Error, next: &str) -> Result<Response, Error> {
    if error
        .refusal()
        .is_some_and(|refusal| refusal.code == "confirm")
    {
        return Ok(go(
            &super::desk::address("/confirm", &[("next", next)]),
            None,
        ));
    }
    Err(error)
}

/// What a person does to his own account and an administrator to another's.
async fn change(
    app: &std::sync::Arc<crate::App>,
    acting: &crate::auth::Acting,
    login: &std::sync::Arc<str>,
    what: &str,
    id: &str,
) -> Result<(), Error> {
    match what {
        "remove" => ways::remove(app, acting, login, id).await,
        "remove_totp" => ways::reset(app, acting, login, &["totp", "recovery"])
            .await
            .map(drop),
        "end" => ways::end_one(app, acting, login, id).await,
        "end_others" => ways::end_others(app, acting, login).await.map(drop),
        _ => Err(Error::NotFound),
    }
}

/// The administrator's page of a person.
pub(crate) async fn show_of(desk: Desk, Path(login): Path<String>) -> Result<Response, Error> {
    let login: std::sync::Arc<str> = login.into();
    if !desk.session.person.administrator {
        return Err(super::people::not_administrator());
    }
    let rows = ways::logged_in(&desk.app, &login, Some(&desk.session)).await?;
    let factors = ways::factors(&desk.app, &login).await?;
    let csrf = desk.session.csrf();
    desk.show(Place::Admin, move |reader| {
        check(reader)?;
        let person = find(reader, &login)?;
        let shown = Shown {
            reader,
            csrf: &csrf,
            url: format!("{}/sign-in", person_url(&login)),
            own: false,
        };
        let title = format!(
            "{} {}",
            reader.t("登录方式：", "Ways to sign in of"),
            person.name
        );
        let crumbs = [Link::new(&*person.name, person_url(&login))];
        let body = html! {
            (head(&crumbs, &title, html! {}, html! {}))
            (shown.app(&factors, &Back::default()))
            (shown.passkeys(&factors, false))
            (shown.provider(&factors, &Back::default()))
            (shown.sessions(&rows))
        };
        Ok(Content::new(title, body))
    })
    .await
}

pub(crate) async fn post_of(
    desk: Desk,
    State(app): State<std::sync::Arc<crate::App>>,
    Path(login): Path<String>,
    posted: Posted,
) -> Result<Response, Error> {
    let own = format!("{}/sign-in", person_url(&login));
    let login: std::sync::Arc<str> = login.into();
    if !posted.acting.person.administrator {
        let tried = app.forbid(
            Some(&posted.acting.person.login),
            "administration",
            "ways to sign in",
        );
        return Err(match tried.await {
            fault @ Error::Fault { .. } => fault,
            _ => super::people::not_administrator(),
        });
    }
    let (what, id) = (posted.fields.text("do"), posted.fields.text("id"));
    match change(&app, &posted.acting, &login, what, id).await {
        Ok(()) => Ok(go(
            &own,
            Some(&done(crate::parts::lang::t(desk.lang(), "已完成", "Done"))),
        )),
        Err(error) => confirm_first(error, &own),
    }
}
