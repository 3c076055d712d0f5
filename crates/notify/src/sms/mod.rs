//! Short messages, by an HTTP gateway or by SMPP 3.4.

pub mod gateway;
pub mod pdu;
pub mod session;
pub mod text;

/// A short message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sms {
    /// Id of the delivery.
    pub id: String,
    /// Number, `+8613800000000`.
    pub to: String,
    /// Text.
    pub text: String,
}

/// Whether a text is a telephone number: a plus for an international one, then 5 to 15 digits (ITU-T E.164).
pub fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('+').unwrap_or(text);
    (5..=15).contains(&digits.len()) && digits.bytes().all(|digit| digit.is_ascii_digit())
}
