//! Mail and short messages over real sockets, with servers that refuse, throttle, close and hang.

mod common;

use std::sync::Arc;

use common::smsc::{self, Centre};
use common::smtp::{AUTHORITY, Line, Manner, Server};
use common::{Depot, web};
use notify::settings::{EMAIL, EmailChannel, SMS, SmsChannel, SmsWay, Tls};
use store::DeliveryState;

async fn off<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.expect("no panic")
}

async fn with_email(port: u16, user: &'static str, password: &'static str) -> Arc<Depot> {
    with_line(port, user, password, Tls::Off, "").await
}

/// A channel that keeps its line from others, and trusts this authority.
async fn with_line(
    port: u16,
    user: &'static str,
    password: &'static str,
    tls: Tls,
    authority: &'static str,
) -> Arc<Depot> {
    off(move || {
        let depot = Depot::memory();
        let host = match tls {
            Tls::Off => "127.0.0.1",
            _ => "localhost",
        };
        let channel = EmailChannel {
            host: host.to_owned(),
            port,
            tls,
            user: user.to_owned(),
            secret: depot.sealed(EMAIL, password),
            from: "会签 <slips@corp.cn>".to_owned(),
            authority: authority.to_owned(),
            active: true,
        };
        depot.set(EMAIL, &channel);
        Arc::new(depot)
    })
    .await
}

async fn with_sms(way: SmsWay, secret: &'static str) -> Arc<Depot> {
    off(move || {
        let depot = Depot::memory();
        let channel = SmsChannel {
            way,
            secret: depot.sealed(SMS, secret),
            active: true,
        };
        depot.set(SMS, &channel);
        Arc::new(depot)
    })
    .await
}

fn smpp(port: u16) -> SmsWay {
    SmsWay::Smpp {
        host: "127.0.0.1".to_owned(),
        port,
        tls: false,
        system_id: "slips".to_owned(),
        system_type: String::new(),
        source: "10690000".to_owned(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_arrives_as_it_was_written() {
    // The Base64 of a zero, u, a zero, p.
    let server = Server::start(Manner::Asks("AHUAcA==")).await;
    let depot = with_email(server.port, "u", "p").await;
    depot.add(
        "email",
        "m1",
        "wang@corp.cn",
        "采购订单 CG-1 被退回\n.\n第二段",
    );
    let post = depot.start("a");
    depot.until("m1", DeliveryState::Sent).await;
    let mails = server.mails();
    assert_eq!(
        (&*mails[0].from, &*mails[0].to),
        ("slips@corp.cn", &["wang@corp.cn".to_owned()][..])
    );
    assert!(mails[0].text.contains("Message-ID: <"), "{}", mails[0].text);
    assert_eq!(mails.len(), 1);
    post.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_is_tried_again_for_somebody_may_set_it_right() {
    let server = Server::start(Manner::Asks("AHUAcA==")).await;
    let depot = with_email(server.port, "u", "wrong").await;
    depot.add("email", "m1", "wang@corp.cn", "x");
    let post = depot.start("a");
    common::eventually("it was refused", || {
        let (one, tries) = depot.delivery("m1");
        (tries.len() >= 2 && one.state == DeliveryState::Waiting && one.result.contains("535"))
            .then_some(())
    })
    .await;
    post.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_recipient_is_given_up_at_once() {
    let server = Server::start(Manner::RefusesRecipient).await;
    let depot = with_email(server.port, "", "").await;
    depot.add("email", "m1", "nobody@corp.cn", "x");
    let post = depot.start("a");
    let (dead, tries) = depot.until("m1", DeliveryState::Dead).await;
    assert!(dead.result.contains("5.1.1"), "{}", dead.result);
    assert_eq!(tries.len(), 1);
    post.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_greylisting_server_is_asked_again() {
    let server = Server::start(Manner::Greylists).await;
    let depot = with_email(server.port, "", "").await;
    depot.add("email", "m1", "wang@corp.cn", "x");
    let post = depot.start("a");
    let (_, tries) = depot.until("m1", DeliveryState::Sent).await;
    assert_eq!(
        tries.iter().map(|one| one.ok).collect::<Vec<_>>(),
        [false, true]
    );
    assert!(
        tries[0].answer.contains("greylisted"),
        "{}",
        tries[0].answer
    );
    post.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_closes_or_hangs_is_given_up_after_the_last_try() {
    for (manner, most) in [(Manner::Closes, 12), (Manner::Hangs, 2)] {
        let server = Server::start(manner).await;
        let depot = with_email(server.port, "", "").await;
        depot.add("email", "m1", "wang@corp.cn", "x");
        let post = depot.start("a");
        common::eventually("it was tried", || {
            let (one, tries) = depot.delivery("m1");
            (tries.len() >= most && tries.iter().all(|one| !one.ok)).then_some(one)
        })
        .await;
        assert!(server.mails().is_empty() && server.lines() >= most);
        post.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_message_goes_in_parts_that_another_codec_understands() {
    let centre = Centre::start(smsc::Manner::Kind).await;
    let depot = with_sms(smpp(centre.port), "secret08").await;
    let text = format!("【会签】{}😀", "采购订单被退回，".repeat(12));
    depot.add("sms", "s1", "+8613800000000", &text);
    depot.add("sms", "s2", "+8613800000001", "短");
    let post = depot.start("a");
    let (sent, _) = depot.until("s1", DeliveryState::Sent).await;
    assert!(sent.result.contains("message_id"), "{}", sent.result);
    depot.until("s2", DeliveryState::Sent).await;
    let parts = centre.parts();
    let long: Vec<_> = parts
        .iter()
        .filter(|part| part.to == "8613800000000")
        .collect();
    assert_eq!(long.len(), 2);
    let mut units = Vec::new();
    for (at, part) in long.iter().enumerate() {
        assert!(part.udhi && part.ucs2, "{part:?}");
        assert_eq!(part.bytes[..3], [5, 0, 3]);
        assert_eq!((part.bytes[4], usize::from(part.bytes[5])), (2, at + 1));
        units.extend(
            part.bytes[6..]
                .chunks(2)
                .map(|two| u16::from_be_bytes([two[0], two[1]])),
        );
    }
    assert_eq!(String::from_utf16(&units).expect("whole characters"), text);
    assert!(
        parts
            .iter()
            .any(|part| part.to == "8613800000001" && !part.udhi && part.source == "10690000")
    );
    post.stop().await;
    assert_eq!(
        centre.binds(),
        [("slips".to_owned(), "secret08".to_owned())],
        "one line for all"
    );
    assert_eq!(centre.unbinds(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_centre_that_throttles_drops_or_refuses() {
    let throttling = Centre::start(smsc::Manner::Throttles(1)).await;
    let depot = with_sms(smpp(throttling.port), "x").await;
    depot.add("sms", "s1", "+8613800000000", "短");
    let post = depot.start("a");
    let (one, tries) = depot.until("s1", DeliveryState::Sent).await;
    assert!(
        tries[0].answer.contains("ESME_RTHROTTLED"),
        "{}",
        tries[0].answer
    );
    assert_eq!(one.tries, 1, "patience is not a failure");
    assert!(
        tries[1].at.0 - tries[0].at.0 >= 5_000_000,
        "it was left alone"
    );
    post.stop().await;

    let dropping = Centre::start(smsc::Manner::Drops).await;
    let depot = with_sms(smpp(dropping.port), "x").await;
    depot.add("sms", "s1", "+8613800000000", "短");
    let post = depot.start("a");
    let (_, tries) = depot.until("s1", DeliveryState::Sent).await;
    assert_eq!(
        (tries.len(), dropping.binds().len()),
        (2, 2),
        "it binds again"
    );
    post.stop().await;

    let refusing = Centre::start(smsc::Manner::RefusesNumber).await;
    let depot = with_sms(smpp(refusing.port), "x").await;
    depot.add("sms", "s1", "+8613800000000", "短");
    let post = depot.start("a");
    let (dead, tries) = depot.until("s1", DeliveryState::Dead).await;
    assert!(
        dead.result.contains("ESME_RINVDSTADR") && tries.len() == 1,
        "{}",
        dead.result
    );
    post.stop().await;

    for manner in [smsc::Manner::RefusesBind, smsc::Manner::Hangs] {
        let centre = Centre::start(manner).await;
        let depot = with_sms(smpp(centre.port), "x").await;
        depot.add("sms", "s1", "+8613800000000", "短");
        let post = depot.start("a");
        common::eventually("it was tried", || {
            (depot.delivery("s1").1.len() >= 2).then_some(())
        })
        .await;
        assert_eq!(depot.delivery("s1").0.state, DeliveryState::Waiting);
        post.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_is_sent_what_its_template_says() {
    use web::Answer;
    let server = web::Server::start(vec![
        Answer::Text("{\"code\":7}"),
        Answer::Text("{\"code\":0}"),
    ])
    .await;
    let way = SmsWay::Http {
        method: "POST".to_owned(),
        url: format!("{}?id={{id}}", server.url),
        headers: "Content-Type: application/json\nAuthorization: Bearer {secret}".to_owned(),
        body: "{\"mobile\":\"{to}\",\"content\":\"{text}\"}".to_owned(),
        status: 200,
        answer: "\"code\":0".to_owned(),
    };
    let depot = with_sms(way, "k1").await;
    depot.add("sms", "s 1", "+8613800000000", "引号\" 与 \\ 与\n换行");
    let post = depot.start("a");
    let (_, tries) = depot.until("s 1", DeliveryState::Sent).await;
    assert_eq!(tries.len(), 2, "200 with an error inside is an error");
    let asked = &server.all()[0];
    assert_eq!(asked.line, "POST /hook?id=s%201 HTTP/1.1");
    assert_eq!(asked.header("authorization"), "Bearer k1");
    assert_eq!(
        asked.body,
        "{\"mobile\":\"+8613800000000\",\"content\":\"引号\\\" 与 \\\\ 与\\n换行\"}"
    );
    post.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_goes_by_tls_to_a_server_that_shows_who_it_is() {
    for (line, tls) in [(Line::Wrapped, Tls::Wrapped), (Line::Upgraded, Tls::Start)] {
        // The Base64 of a zero, u, a zero, p: the password is told within the line that nobody else reads.
        let server = Server::start_by(Manner::Asks("AHUAcA=="), line).await;
        let depot = with_line(server.port, "u", "p", tls, AUTHORITY).await;
        depot.add("email", "m1", "wang@corp.cn", "采购订单 CG-1 被退回");
        let post = depot.start("a");
        depot.until("m1", DeliveryState::Sent).await;
        post.stop().await;
        assert_eq!(server.mails().len(), 1, "{line:?}");
        assert!(!server.bare().contains(&"AUTH".to_owned()), "{line:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_does_not_show_who_it_is_gets_neither_password_nor_mail() {
    // A certificate that nobody trusted signed; a server that knows no TLS at all, though it is asked for.
    for (line, tls) in [
        (Line::Wrapped, Tls::Wrapped),
        (Line::Upgraded, Tls::Start),
        (Line::Bare, Tls::Start),
        (Line::Bare, Tls::Wrapped),
    ] {
        let server = Server::start_by(Manner::Asks("AHUAcA=="), line).await;
        let depot = with_line(server.port, "u", "p", tls, "").await;
        depot.add("email", "m1", "wang@corp.cn", "采购订单 CG-1 被退回");
        let post = depot.start("a");
        depot.until_tried("m1", 1).await;
        post.stop().await;
        assert_eq!(server.mails().len(), 0, "{line:?}");
        assert!(!server.bare().contains(&"AUTH".to_owned()), "{line:?}");
    }
}
