//! The few PDUs of SMPP 3.4 that a transmitter needs: written, and their answers read.
//!
//! A PDU is its length, command, status and sequence number, four octets each, big-endian, then its fields; texts end
//! with a zero octet (SMPP Developers Forum, Short Message Peer to Peer Protocol Specification v3.4, issue 1.2, §3.2, §4).

/// `bind_transmitter`.
pub const BIND_TRANSMITTER: u32 = 0x0000_0002;
/// `submit_sm`.
pub const SUBMIT_SM: u32 = 0x0000_0004;
/// `unbind`.
pub const UNBIND: u32 = 0x0000_0006;
/// `enquire_link`.
pub const ENQUIRE_LINK: u32 = 0x0000_0015;
/// `generic_nack`.
pub const GENERIC_NACK: u32 = 0x8000_0000;
/// Set in the answer to a command.
pub const ANSWER: u32 = 0x8000_0000;
/// Octets of a header.
pub const HEADER: usize = 16;
/// Longest PDU that is read.
pub const LONGEST: usize = 64 << 10;

/// A PDU as it goes over the line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pdu {
    /// Command.
    pub command: u32,
    /// 0: no error.
    pub status: u32,
    /// What an answer has in common with its command.
    pub sequence: u32,
    /// Fields.
    pub body: Vec<u8>,
}

impl Pdu {
    /// As octets.
    pub fn octets(&self) -> Vec<u8> {
        let length = u32::try_from(HEADER + self.body.len()).unwrap_or(u32::MAX);
        let mut out = Vec::with_capacity(HEADER + self.body.len());
        for number in [length, self.command, self.status, self.sequence] {
            out.extend(number.to_be_bytes());
        }
        out.extend(&self.body);
        out
    }

    /// The header's numbers and how many octets of fields follow.
    ///
    /// # Errors
    /// A sentence, when the length is none that a PDU can have.
    pub fn header(octets: [u8; HEADER]) -> Result<(Pdu, usize), String> {
        let number = |at: usize| {
            u32::from_be_bytes([octets[at], octets[at + 1], octets[at + 2], octets[at + 3]])
        };
        let length = number(0) as usize;
        if !(HEADER..=LONGEST).contains(&length) {
            return Err(format!("the other side sent a PDU of {length} octets"));
        }
        let pdu = Pdu {
            command: number(4),
            status: number(8),
            sequence: number(12),
            body: Vec::new(),
        };
        Ok((pdu, length - HEADER))
    }

    /// An answer without fields.
    pub fn answer_to(command: &Pdu) -> Pdu {
        Pdu {
            command: command.command | ANSWER,
            status: 0,
            sequence: command.sequence,
            body: Vec::new(),
        }
    }
}

/// A text and its end. What is too long or not ASCII is left out: the field has no place for it.
fn text(out: &mut Vec<u8>, text: &str, most: usize) {
    let plain = text.bytes().filter(|byte| byte.is_ascii_graphic());
    out.extend(plain.take(most));
    out.push(0);
}

/// The fields of `bind_transmitter` (§4.1.1).
pub fn bind(system_id: &str, password: &str, system_type: &str) -> Vec<u8> {
    let mut out = Vec::new();
    text(&mut out, system_id, 15);
    text(&mut out, password, 8);
    text(&mut out, system_type, 12);
    // Version 3.4; type and plan of numbers unknown; no range of addresses.
    out.extend([0x34, 0, 0, 0]);
    out
}

/// Type of number and numbering plan: international E.164, national, or a name.
fn kind_of(address: &str) -> [u8; 2] {
    if address.starts_with('+') {
        [1, 1]
    } else if address.bytes().all(|byte| byte.is_ascii_digit()) {
        [0, 1]
    } else {
        [5, 0]
    }
}

/// The fields of `submit_sm` with a part in UCS-2 (§4.4.1).
pub fn submit(source: &str, to: &str, part: &super::text::Part) -> Vec<u8> {
    // The default service.
    let mut out = vec![0];
    if source.is_empty() {
        // The other side knows whose line it is.
        out.extend([0, 0, 0]);
    } else {
        out.extend(kind_of(source));
        text(&mut out, source.trim_start_matches('+'), 20);
    }
    out.extend(kind_of(to));
    text(&mut out, to.trim_start_matches('+'), 20);
    // A header in the message says so; protocol and priority are the usual ones.
    out.extend([if part.header { 0x40 } else { 0 }, 0, 0]);
    // At once; for as long as the other side keeps messages.
    out.extend([0, 0]);
    // No receipt, nothing replaced, UCS-2, none of the prepared messages.
    out.extend([0, 0, 8, 0]);
    let length = u8::try_from(part.bytes.len()).unwrap_or(0);
    out.push(length);
    out.extend(&part.bytes[..usize::from(length)]);
    out
}

/// The text that an answer begins with: `message_id`, or the other side's `system_id`.
pub fn first_text(body: &[u8]) -> String {
    let end = body
        .iter()
        .position(|byte| *byte == 0)
        .unwrap_or(body.len());
    String::from_utf8_lossy(&body[..end]).into_owned()
}

/// What a status means (§5.1.3), and whether another try can help.
pub fn meaning(status: u32) -> (&'static str, bool) {
    match status {
        0x01 => ("ESME_RINVMSGLEN: the message is too long", false),
        0x04 => ("ESME_RINVBNDSTS: not bound", true),
        0x05 => ("ESME_RALYBND: bound already", true),
        0x08 => ("ESME_RSYSERR: system error", true),
        0x0a => ("ESME_RINVSRCADR: the sender is not known", false),
        0x0b => ("ESME_RINVDSTADR: the number is not valid", false),
        0x0d => ("ESME_RBINDFAIL: binding failed", true),
        0x0e => ("ESME_RINVPASWD: the password is wrong", true),
        0x0f => ("ESME_RINVSYSID: the system id is not known", true),
        0x14 => ("ESME_RMSGQFUL: the queue is full", true),
        0x45 => ("ESME_RSUBMITFAIL: submitting failed", true),
        0x58 => ("ESME_RTHROTTLED: too many messages", true),
        _ => ("an error", true),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sms::text::parts;

    #[test]
    fn pdus_are_those_of_the_specification() {
        // The example of §3.2.4 has a bind_receiver; the transmitter's fields are the same.
        let pdu = Pdu {
            command: BIND_TRANSMITTER,
            status: 0,
            sequence: 1,
            body: bind("SMPP3TEST", "secret08", "SUBMIT1"),
        };
        let mut example = vec![0, 0, 0, 0x2f, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 1];
        example.extend(b"SMPP3TEST\0secret08\0SUBMIT1\0");
        example.extend([0x34, 0, 0, 0]);
        assert_eq!(pdu.octets(), example);
        let header: [u8; HEADER] = example[..HEADER].try_into().unwrap();
        let (read, rest) = Pdu::header(header).unwrap();
        assert_eq!((read.command, rest), (BIND_TRANSMITTER, 0x2f - HEADER));
        for length in [0u32, 15, 70_000] {
            let mut bad = header;
            bad[..4].copy_from_slice(&length.to_be_bytes());
            assert!(Pdu::header(bad).is_err());
        }
    }

    #[test]
    fn nothing_typed_leaves_its_field() {
        let body = submit("10086", "+8613800000000\0x", &parts("签", 1)[0]);
        assert_eq!(body[..9], [0, 0, 1, b'1', b'0', b'0', b'8', b'6', 0]);
        assert_eq!(body[9..11], [1, 1]);
        assert_eq!(body.len(), 9 + 2 + 15 + 3 + 2 + 4 + 1 + 2);
        assert_eq!(first_text(b"id-7\0rest"), "id-7");
    }
}
