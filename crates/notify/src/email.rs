//! Mail by SMTP, one line a mail, with the message's own id made from the delivery's: whoever gets a mail twice sees it
//! once.

use std::time::Duration;

use lettre::message::{Mailbox, header::ContentType};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls as Line, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use rustls::pki_types::{CertificateDer, pem::PemObject};
use sha2::{Digest, Sha256};

use crate::guard::Allow;
use crate::settings::{EmailChannel, Tls};
use crate::{Outcome, told};

/// A mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// Id of the delivery.
    pub id: String,
    /// Address.
    pub to: String,
    /// Subject.
    pub title: String,
    /// Text.
    pub body: String,
}

/// Whether a text is a mail address.
pub fn is_address(text: &str) -> bool {
    text.len() <= 254 && text.parse::<lettre::Address>().is_ok()
}

/// Whether a text is a sender, `会签 <slips@corp.cn>`.
pub fn is_sender(text: &str) -> bool {
    text.parse::<Mailbox>().is_ok()
}

fn message(channel: &EmailChannel, mail: &Mail) -> Result<Message, String> {
    let from: Mailbox = channel
        .from
        .parse()
        .map_err(|error| format!("the sender {:?} is no address: {error}", channel.from))?;
    let to: lettre::Address = mail
        .to
        .parse()
        .map_err(|error| format!("{:?} is no mail address: {error}", mail.to))?;
    let digest = engine::hex(&Sha256::digest(mail.id.as_bytes()));
    let id = format!("<{}@{}>", &digest[..32], from.email.domain());
    Message::builder()
        .from(from)
        .to(Mailbox::new(None, to))
        .subject(&*mail.title)
        .message_id(Some(id))
        .header(ContentType::TEXT_PLAIN)
        .body(mail.body.clone())
        .map_err(|error| error.to_string())
}

/// How the server must show that it is the one named: by a certificate of an authority that the system trusts, or of the
/// channel's own.
fn tls_of(channel: &EmailChannel) -> Result<TlsParameters, String> {
    let mut builder = TlsParameters::builder(channel.host.clone());
    if !channel.authority.is_empty() {
        let authority = Certificate::from_pem(channel.authority.as_bytes());
        builder = builder.add_root_certificate(authority.map_err(|error| error.to_string())?);
    }
    builder.build().map_err(|error| error.to_string())
}

/// Whether a text is a certificate of an authority, as [`EmailChannel`] takes it.
pub fn is_authority(pem: &str) -> bool {
    let mut found = CertificateDer::pem_slice_iter(pem.as_bytes()).peekable();
    found.peek().is_some() && found.all(|one| one.is_ok()) && !pem.contains("PRIVATE KEY")
}

/// Sends a mail through a server whose password has been opened.
pub async fn send(
    channel: &EmailChannel,
    password: &str,
    mail: &Mail,
    allow: &Allow,
    within: Duration,
) -> Outcome {
    let message = match message(channel, mail) {
        Ok(message) => message,
        Err(why) => return Outcome::Never(why),
    };
    let sending = async {
        let addresses = allow.resolve(&channel.host, channel.port).await?;
        // What was checked is what is connected to; the certificate is that of the name.
        let Some(address) = addresses.first() else {
            return Err("no address".to_owned());
        };
        let named = || tls_of(channel);
        let line = match channel.tls {
            Tls::Wrapped => Line::Wrapper(named()?),
            Tls::Start => Line::Required(named()?),
            Tls::Off => Line::None,
        };
        let domain = channel.from.rsplit('@').next().unwrap_or("localhost");
        let mut builder =
            AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(address.ip().to_string())
                .port(channel.port)
                .tls(line)
                .hello_name(ClientId::Domain(domain.trim_end_matches('>').to_owned()))
                .timeout(Some(within));
        if !channel.user.is_empty() {
            builder =
                builder.credentials(Credentials::new(channel.user.clone(), password.to_owned()));
        }
        let transport: AsyncSmtpTransport<Tokio1Executor> = builder.build();
        Ok(transport.send(message).await)
    };
    match tokio::time::timeout(within, sending).await {
        Err(_) => Outcome::again(format!("no answer within {} s", within.as_secs())),
        Ok(Err(why)) => Outcome::again(why),
        Ok(Ok(Ok(response))) => {
            let said: Vec<&str> = response.message().collect();
            Outcome::Accepted(format!("{} {}", response.code(), told(&said.join(" "))))
        }
        Ok(Ok(Err(error))) => weigh(&error),
    }
}

/// A refusal for good (5xx) is not tried again; a greylisting server (4xx), a broken line and a wrong certificate are.
fn weigh(error: &lettre::transport::smtp::Error) -> Outcome {
    let mut why = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(inner) = source {
        let text = inner.to_string();
        if !why.contains(&text) {
            why = format!("{why}: {text}");
        }
        source = inner.source();
    }
    let why = told(&why);
    // A wrong password is refused for good as well, but somebody will set it right.
    let about_us = error
        .status()
        .is_some_and(|code| matches!(u16::from(code), 530 | 534 | 535 | 538));
    if error.is_permanent() && !about_us {
        Outcome::Never(why)
    } else {
        Outcome::again(why)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_has_an_id_of_its_own_and_no_other_headers_than_ours() {
        let channel = EmailChannel {
            from: "会签 <slips@corp.cn>".to_owned(),
            ..EmailChannel::default()
        };
        let mail = Mail {
            id: "1-17-abc-wang-email".to_owned(),
            to: "wang@corp.cn".to_owned(),
            title: "采购订单 CG-1\r\nBcc: evil@example.com".to_owned(),
            body: "您好".to_owned(),
        };
        let text = String::from_utf8(message(&channel, &mail).unwrap().formatted()).unwrap();
        assert!(!text.contains("\r\nBcc:"), "{text}");
        let id = |text: &str| {
            text.lines()
                .find(|line| line.starts_with("Message-ID"))
                .unwrap()
                .to_owned()
        };
        let again = String::from_utf8(message(&channel, &mail).unwrap().formatted()).unwrap();
        assert_eq!(id(&text), id(&again));
        assert!(id(&text).ends_with("@corp.cn>"));
        for bad in [
            "",
            "x",
            "a b@c.cn",
            "a@b.cn\r\nRCPT TO:<x@y.cn>",
            "a@b.cn, c@d.cn",
        ] {
            assert!(!is_address(bad), "{bad}");
            assert!(
                message(
                    &channel,
                    &Mail {
                        to: bad.to_owned(),
                        ..mail.clone()
                    }
                )
                .is_err()
            );
        }
    }
}
