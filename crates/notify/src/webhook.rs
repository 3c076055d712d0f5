//! Webhooks as of the Standard Webhooks specification 1.0.0 (<https://www.standardwebhooks.com>), so that receivers may
//! check them with a library that exists in their language.
//!
//! A request has `webhook-id` (never changes: what arrives twice is one), `webhook-timestamp` (seconds since 1970 of this
//! try) and `webhook-signature`: `v1,` and the Base64 of the HMAC-SHA256 of `ID.TIMESTAMP.BODY` under the bytes that the
//! secret `whsec_…` has in Base64. A receiver recomputes it over the body as it came, compares in constant time, refuses a
//! timestamp more than five minutes off, and keeps the ids it has seen.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use kernel::Moment;
use sha2::Sha256;
use store::Delivery;

use crate::guard::Allow;
use crate::http::{self, Outgoing};
use crate::settings::Webhook;
use crate::{Outcome, told};

/// What a secret begins with.
const PREFIX: &str = "whsec_";
/// Bytes of a secret.
const SECRET: usize = 32;

/// A secret that nobody has had before.
///
/// # Errors
/// When the system gives no randomness.
pub fn new_secret() -> std::io::Result<String> {
    let mut bytes = [0; SECRET];
    ring::rand::SecureRandom::fill(&ring::rand::SystemRandom::new(), &mut bytes)
        .map_err(|_| std::io::Error::other("the system gives no randomness"))?;
    Ok(format!("{PREFIX}{}", STANDARD.encode(bytes)))
}

/// The value of `webhook-signature`.
pub fn signature(secret: &str, id: &str, timestamp: i64, body: &str) -> String {
    let encoded = secret.strip_prefix(PREFIX).unwrap_or(secret);
    let key = STANDARD
        .decode(encoded)
        .unwrap_or_else(|_| encoded.as_bytes().to_vec());
    // HMAC takes a key of any length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&key) else {
        return String::new();
    };
    for part in [id, ".", &timestamp.to_string(), ".", body] {
        mac.update(part.as_bytes());
    }
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}

/// Sends a delivery to a webhook whose secret has been opened.
pub async fn send(
    webhook: &Webhook,
    secret: &str,
    delivery: &Delivery,
    allow: &Allow,
    now: Moment,
    within: Duration,
) -> Outcome {
    let timestamp = now.0.div_euclid(1_000_000);
    let header = |name: &str, value: String| (name.to_owned(), value);
    let request = Outgoing {
        method: "POST".to_owned(),
        url: webhook.url.clone(),
        headers: vec![
            header("content-type", "application/json; charset=utf-8".to_owned()),
            header("webhook-id", delivery.id.clone()),
            header("webhook-timestamp", timestamp.to_string()),
            header(
                "webhook-signature",
                signature(secret, &delivery.id, timestamp, &delivery.body),
            ),
        ],
        body: delivery.body.clone(),
    };
    match http::send(&request, allow, within).await {
        Ok(reply) if (200..300).contains(&reply.status) => {
            Outcome::Accepted(format!("{} {}", reply.status, told(&reply.body)))
        }
        Ok(reply) => http::refused(&reply),
        Err(why) => Outcome::again(why),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_that_of_the_specification() {
        // The example of the specification's own reference libraries.
        let signed = signature(
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1_614_265_330,
            "{\"test\": 2432232314}",
        );
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn secrets_are_new_and_long() {
        let (one, two) = (new_secret().unwrap(), new_secret().unwrap());
        assert_ne!(one, two);
        assert_eq!(STANDARD.decode(&one[6..]).unwrap().len(), SECRET);
    }
}
