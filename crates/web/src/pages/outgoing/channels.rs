//! Channels: the mail server and the way for short messages, each tried by a button.

use axum::http::StatusCode;
use axum::response::Response;
use maud::html;
use notify::settings::{self, EMAIL, EmailChannel, SMS, Settings, SmsChannel, SmsWay, Tls};
use notify::{email, sms};
use store::Delivery;

use super::super::desk::{Content, Desk, Reader, done, go};
use super::super::people::{check, tabs};
use super::{Back, Card, administrator, card, hooks, put};
use crate::auth::{Fields, Posted};
use crate::error::Error;
use crate::layout::Place;
use crate::parts::field::{Entry, Field, Kind};
use crate::parts::lang::t;
use crate::parts::{head, tabs as tab_row};

const ALL: &str = "/admin/channels";

/// The page.
pub(crate) async fn show(desk: Desk) -> Result<Response, Error> {
    page(desk, Back::default(), Back::default()).await
}

fn text(reader: &Reader<'_>, name: &str, zh: &str, en: &str) -> Field {
    Field::new(name, reader.t(zh, en), Kind::Text)
}

fn secret(reader: &Reader<'_>, kept: bool) -> Field {
    Field {
        hint: match kept {
            true => reader
                .t("已保存；空着就不改。", "Kept; left empty it stays.")
                .to_owned(),
            false => String::new(),
        },
        ..Field::new(
            "secret",
            reader.t("密码或密钥", "Password or secret"),
            Kind::Secret,
        )
    }
}

fn email_fields(reader: &Reader<'_>, kept: &EmailChannel, back: &Back) -> Vec<(Field, Entry)> {
    let choice =
        |tls: Tls, zh: &str, en: &str| (tls.name().to_owned(), reader.t(zh, en).to_owned());
    let lines = vec![
        choice(Tls::Wrapped, "TLS（465）", "TLS (465)"),
        choice(Tls::Start, "STARTTLS（587）", "STARTTLS (587)"),
        choice(
            Tls::Off,
            "不加密（仅限内网）",
            "None (inside the network only)",
        ),
    ];
    let port = if kept.port == 0 { 465 } else { kept.port };
    vec![
        (
            text(reader, "host", "邮件服务器", "Mail server"),
            back.entry("host", &*kept.host),
        ),
        (
            text(reader, "port", "端口", "Port"),
            back.entry("port", port.to_string()),
        ),
        (
            Field::new("tls", reader.t("加密", "Encryption"), Kind::Choice(lines)),
            back.entry("tls", kept.tls.name()),
        ),
        (
            text(reader, "from", "发件人", "Sender"),
            back.entry("from", &*kept.from),
        ),
        (
            text(reader, "user", "用户名", "User name"),
            back.entry("user", &*kept.user),
        ),
        (
            secret(reader, !kept.secret.is_empty()),
            back.entry("secret", ""),
        ),
        (
            Field {
                hint: reader
                    .t(
                        "邮件服务器用内部签发的证书时填写 PEM；空着即用系统信任的机构。",
                        "PEM, where the server's certificate is signed by an authority of your own; empty: those that the system trusts.",
                    )
                    .to_owned(),
                ..Field::new(
                    "authority",
                    reader.t("签发机构证书", "Certificate of the authority"),
                    Kind::Long,
                )
            },
            back.entry("authority", &*kept.authority),
        ),
        (
            Field::new("active", reader.t("启用", "On"), Kind::Flag),
            back.entry("active", if kept.active { "1" } else { "" }),
        ),
    ]
}

fn sms_fields(reader: &Reader<'_>, kept: Option<&SmsChannel>, back: &Back) -> Vec<(Field, Entry)> {
    let ways = vec![
        (
            "http".to_owned(),
            reader.t("HTTP 网关", "HTTP gateway").to_owned(),
        ),
        ("smpp".to_owned(), "SMPP 3.4".to_owned()),
    ];
    let (mut by, mut of) = (
        "http",
        [
            "POST",
            "",
            "Content-Type: application/json",
            "{\"mobile\":\"{to}\",\"content\":\"{text}\"}",
            "0",
            "",
            "",
            "2775",
            "",
            "",
            "",
        ]
        .map(str::to_owned),
    );
    match kept.map(|kept| &kept.way) {
        Some(SmsWay::Http {
            method,
            url,
            headers,
            body,
            status,
            answer,
        }) => {
            of[..6].clone_from_slice(&[
                method.clone(),
                url.clone(),
                headers.clone(),
                body.clone(),
                status.to_string(),
                answer.clone(),
            ]);
        }
        Some(SmsWay::Smpp {
            host,
            port,
            tls,
            system_id,
            system_type: _,
            source,
        }) => {
            by = "smpp";
            of[6..].clone_from_slice(&[
                host.clone(),
                port.to_string(),
                system_id.clone(),
                source.clone(),
                if *tls { "1".to_owned() } else { String::new() },
            ]);
        }
        None => {}
    }
    let [
        method,
        url,
        headers,
        body,
        status,
        answer,
        host,
        port,
        system_id,
        source,
        tls,
    ] = of;
    let long = |name: &str, zh: &str, en: &str, hint: &str| Field {
        hint: hint.to_owned(),
        wide: true,
        ..Field::new(name, reader.t(zh, en), Kind::Long)
    };
    let mut address = text(reader, "url", "网址", "Address");
    address.wide = true;
    let marks = reader.t(
        "{to} 号码，{text} 内容，{id} 编号，{secret} 密钥",
        "{to} number, {text} text, {id} id, {secret} secret",
    );
    let active = kept.is_some_and(|kept| kept.active);
    vec![
        (
            Field::new("by", reader.t("方式", "Way"), Kind::Choice(ways)),
            back.entry("by", by),
        ),
        (
            text(reader, "method", "HTTP 方法", "HTTP method"),
            back.entry("method", method),
        ),
        (address, back.entry("url", url)),
        (
            long("headers", "HTTP 请求头", "HTTP headers", ""),
            back.entry("headers", headers),
        ),
        (
            long("body", "HTTP 正文", "HTTP body", marks),
            back.entry("body", body),
        ),
        (
            text(
                reader,
                "status",
                "成功状态码（0 为任意 2xx）",
                "Status of success (0: any 2xx)",
            ),
            back.entry("status", status),
        ),
        (
            text(reader, "answer", "答复须含", "Answer must contain"),
            back.entry("answer", answer),
        ),
        (
            text(reader, "host", "SMPP 主机", "SMPP host"),
            back.entry("host", host),
        ),
        (
            text(reader, "port", "SMPP 端口", "SMPP port"),
            back.entry("port", port),
        ),
        (
            text(reader, "system_id", "SMPP system_id", "SMPP system_id"),
            back.entry("system_id", system_id),
        ),
        (
            text(reader, "source", "发送号码", "Sender's number"),
            back.entry("source", source),
        ),
        (
            Field::new("tls", reader.t("SMPP 加密", "SMPP over TLS"), Kind::Flag),
            back.entry("tls", tls),
        ),
        (
            secret(reader, kept.is_some_and(|kept| !kept.secret.is_empty())),
            back.entry("secret", ""),
        ),
        (
            Field::new("active", reader.t("启用", "On"), Kind::Flag),
            back.entry("active", if active { "1" } else { "" }),
        ),
    ]
}

async fn page(desk: Desk, mail_back: Back, sms_back: Back) -> Result<Response, Error> {
    let csrf = desk.session.csrf();
    let wrong = mail_back.is_wrong() || sms_back.is_wrong();
    let status = if wrong {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    desk.show(Place::Admin, move |reader| {
        check(reader)?;
        let kept = Settings::load(reader.store, reader.org)?;
        let usual = EmailChannel::default();
        let mail = Card {
            title: reader.t("电子邮件", "Mail"),
            url: format!("{ALL}/email"),
            fields: email_fields(reader, kept.email.as_ref().map_or(&usual, |kept| &kept.is), &mail_back),
            button: reader.t("保存", "Save"),
            about: html! { @if let Some(kept) = &kept.email { p class="mute small" { (hooks::version(reader, kept)) } } },
        };
        let short = Card {
            title: reader.t("短信", "Short messages"),
            url: format!("{ALL}/sms"),
            fields: sms_fields(reader, kept.sms.as_ref().map(|kept| &kept.is), &sms_back),
            button: reader.t("保存", "Save"),
            about: html! { @if let Some(kept) = &kept.sms { p class="mute small" { (hooks::version(reader, kept)) } } },
        };
        let ways = vec![
            ("email".to_owned(), reader.t("电子邮件", "Mail").to_owned()),
            ("sms".to_owned(), reader.t("短信", "Short message").to_owned()),
        ];
        let try_it = Card {
            title: reader.t("试发", "Send a test"),
            url: format!("{ALL}/test"),
            fields: vec![
                (Field::new("channel", reader.t("渠道", "Channel"), Kind::Choice(ways)), Entry::new("email")),
                (Field { need: true, ..text(reader, "address", "地址或号码", "Address or number") }, Entry::new("")),
            ],
            button: reader.t("试发", "Send"),
            about: html! {},
        };
        let title = reader.t("通知渠道", "Channels");
        let body = html! {
            (head(&[], title, html! {}, html! {}))
            (tab_row(title, &tabs(reader, ALL)))
            (card(reader, &csrf, &mail)?)
            (card(reader, &csrf, &short)?)
            (card(reader, &csrf, &try_it)?)
        };
        Ok(Content::new(title, body).with(status))
    })
    .await
}

/// The sealed secret: a new one where one was typed, else the one that is kept.
fn sealed(desk: &Desk, name: &str, typed: &Fields, kept: String) -> Result<String, Error> {
    match typed.text("secret") {
        "" => Ok(kept),
        secret => settings::seal(desk.app.secret_key()?, name, secret)
            .map_err(|error| Error::fault("sealing a secret", &error)),
    }
}

async fn load(desk: &Desk) -> Result<Settings, Error> {
    desk.read(|reader| Ok(Settings::load(reader.store, reader.org)?))
        .await
}

fn port(typed: &Fields, back: &mut Back, desk: &Desk) -> u16 {
    let port = typed.text("port").trim().parse().unwrap_or(0);
    if port == 0 {
        back.wrong("port", t(desk.lang(), "须为 1 至 65535", "1 to 65535"));
    }
    port
}

/// Changes the mail server.
pub(crate) async fn post_email(desk: Desk, posted: Posted) -> Result<Response, Error> {
    administrator(&desk, &posted).await?;
    let typed = &posted.fields;
    let kept = load(&desk)
        .await?
        .email
        .map(|kept| kept.is)
        .unwrap_or_default();
    let mut back = Back::of(typed.clone());
    let channel = EmailChannel {
        host: typed.text("host").trim().to_owned(),
        port: port(typed, &mut back, &desk),
        tls: Tls::of(typed.text("tls")).unwrap_or_default(),
        user: typed.text("user").trim().to_owned(),
        secret: sealed(&desk, EMAIL, typed, kept.secret)?,
        from: typed.text("from").trim().to_owned(),
        authority: typed.text("authority").trim().replace("\r\n", "\n"),
        active: typed.text("active") == "1",
    };
    if !channel.authority.is_empty() && !email::is_authority(&channel.authority) {
        back.wrong(
            "authority",
            t(
                desk.lang(),
                "不是 PEM 证书（-----BEGIN CERTIFICATE-----）",
                "this is no certificate in PEM (-----BEGIN CERTIFICATE-----)",
            ),
        );
    }
    if channel.host.is_empty() {
        back.wrong(
            "host",
            t(desk.lang(), "须填写服务器", "the server must be given"),
        );
    }
    if !email::is_sender(&channel.from) {
        back.wrong(
            "from",
            t(
                desk.lang(),
                "应写作 会签 <slips@corp.cn>",
                "write it as Slips <slips@corp.cn>",
            ),
        );
    }
    if back.is_wrong() {
        return page(desk, back, Back::default()).await;
    }
    put(&desk, &posted, EMAIL, &channel).await?;
    Ok(go(ALL, Some(&done(t(desk.lang(), "已保存", "Saved")))))
}

/// Changes the way for short messages.
pub(crate) async fn post_sms(desk: Desk, posted: Posted) -> Result<Response, Error> {
    administrator(&desk, &posted).await?;
    let typed = &posted.fields;
    let kept = load(&desk)
        .await?
        .sms
        .map(|kept| kept.is.secret)
        .unwrap_or_default();
    let mut back = Back::of(typed.clone());
    let text = |name: &str| typed.text(name).trim().to_owned();
    let way = if typed.text("by") == "smpp" {
        if text("host").is_empty() {
            back.wrong(
                "host",
                t(desk.lang(), "须填写主机", "the host must be given"),
            );
        }
        SmsWay::Smpp {
            host: text("host"),
            port: port(typed, &mut back, &desk),
            tls: typed.text("tls") == "1",
            system_id: text("system_id"),
            system_type: String::new(),
            source: text("source"),
        }
    } else {
        if let Err(why) = notify::http::Target::read(&text("url").replace(['{', '}'], "_")) {
            back.wrong("url", why);
        }
        SmsWay::Http {
            method: text("method"),
            url: text("url"),
            headers: text("headers"),
            body: text("body"),
            status: text("status").parse().unwrap_or(0),
            answer: text("answer"),
        }
    };
    if back.is_wrong() {
        return page(desk, Back::default(), back).await;
    }
    let channel = SmsChannel {
        way,
        secret: sealed(&desk, SMS, typed, kept)?,
        active: typed.text("active") == "1",
    };
    put(&desk, &posted, SMS, &channel).await?;
    Ok(go(ALL, Some(&done(t(desk.lang(), "已保存", "Saved")))))
}

/// Sends a test by one of the channels.
pub(crate) async fn post_test(desk: Desk, posted: Posted) -> Result<Response, Error> {
    administrator(&desk, &posted).await?;
    let address = posted.fields.text("address").trim().to_owned();
    let channel = if posted.fields.text("channel") == "sms" {
        "sms"
    } else {
        "email"
    };
    let sound = match channel {
        "sms" => sms::is_number(&address),
        _ => email::is_address(&address),
    };
    if !sound {
        let mut toast = done(t(
            desk.lang(),
            "地址或号码不对",
            "That is no address or number",
        ));
        toast.tone = crate::parts::Tone::Held;
        return Ok(go(ALL, Some(&toast)));
    }
    let said = t(
        desk.lang(),
        "【会签】这是一条测试通知。",
        "[Countersign] This is a test.",
    );
    let delivery = Delivery {
        channel: channel.to_owned(),
        target: format!("channel/{channel}"),
        address,
        title: said.to_owned(),
        body: said.to_owned(),
        ..Delivery::default()
    };
    let sent = super::test(&desk, delivery).await?;
    let said = t(desk.lang(), "已放入发件箱", "Put into the outbox");
    Ok(go(&format!("/admin/outbox/{sent}"), Some(&done(said))))
}
