//! A session of SMPP 3.4 as a transmitter: bound when there is something to send, kept alive while there may be more, and
//! unbound when there is not.

use std::time::{Duration, Instant};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use super::pdu::{self, Pdu};
use super::{Sms, text};
use crate::Outcome;
use crate::guard::Allow;
use crate::http::{connect, secured};
use crate::settings::SmsWay;

/// A line without a message for so long is asked whether it lives.
const QUIET: Duration = Duration::from_secs(20);
/// A line without a message for so long is given up.
const IDLE: Duration = Duration::from_secs(120);
/// How long a side that throttles is left alone.
const THROTTLED: Duration = Duration::from_secs(5);

trait Line: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Line for T {}

/// A bound line.
struct Bound {
    line: Box<dyn Line>,
    sequence: u32,
    way: SmsWay,
    secret: String,
    /// When something was last heard.
    heard: Instant,
    /// When a message was last sent.
    used: Instant,
}

/// A session that binds itself when it is needed.
#[derive(Default)]
pub struct Session {
    bound: Option<Bound>,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session")
            .field("bound", &self.bound.is_some())
            .finish()
    }
}

/// Why an exchange ended otherwise than hoped.
enum Fault {
    /// The line is of no more use.
    Line(String),
    /// The other side refused by a status.
    Status(u32),
}

impl Fault {
    fn outcome(self) -> Outcome {
        match self {
            Fault::Line(why) => Outcome::again(why),
            Fault::Status(status) => {
                let (means, helps) = pdu::meaning(status);
                let why = format!("0x{status:08x} {means}");
                match (status, helps) {
                    (0x14 | 0x58, _) => Outcome::Again {
                        why,
                        after: Some(THROTTLED),
                        free: true,
                    },
                    (_, true) => Outcome::again(why),
                    (_, false) => Outcome::Never(why),
                }
            }
        }
    }
}

impl Session {
    /// Sends a message; binds first where that is needed.
    pub async fn send(
        &mut self,
        way: &SmsWay,
        secret: &str,
        sms: &Sms,
        allow: &Allow,
        within: Duration,
    ) -> Outcome {
        let sending = self.submit_all(way, secret, sms, allow);
        let ended = tokio::time::timeout(within, sending).await;
        match ended {
            Ok(Ok(ids)) => Outcome::Accepted(format!("message_id {}", ids.join(" "))),
            Ok(Err(fault)) => {
                if matches!(fault, Fault::Line(_) | Fault::Status(0x04)) {
                    self.bound = None;
                }
                fault.outcome()
            }
            Err(_) => {
                self.bound = None;
                Outcome::again(format!("no answer within {} s", within.as_secs()))
            }
        }
    }

    async fn submit_all(
        &mut self,
        way: &SmsWay,
        secret: &str,
        sms: &Sms,
        allow: &Allow,
    ) -> Result<Vec<String>, Fault> {
        if self
            .bound
            .as_ref()
            .is_some_and(|bound| bound.way != *way || bound.secret != secret)
        {
            self.end().await;
        }
        if let Some(bound) = &mut self.bound
            && bound.heard.elapsed() > QUIET
            && bound.exchange(pdu::ENQUIRE_LINK, Vec::new()).await.is_err()
        {
            self.bound = None;
        }
        if self.bound.is_none() {
            self.bound = Some(Bound::new(way, secret, allow).await?);
        }
        let SmsWay::Smpp { source, .. } = way else {
            return Err(Fault::Line("the channel is not one of SMPP".to_owned()));
        };
        let Some(bound) = &mut self.bound else {
            return Err(Fault::Line("not bound".to_owned()));
        };
        // The same message cut again has the same reference, so that a telephone puts the same parts together.
        let reference = sms
            .id
            .bytes()
            .fold(0u8, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte));
        let mut ids = Vec::new();
        for part in text::parts(&sms.text, reference) {
            let body = pdu::submit(source, &sms.to, &part);
            let answer = bound.exchange(pdu::SUBMIT_SM, body).await?;
            bound.used = Instant::now();
            ids.push(pdu::first_text(&answer.body));
        }
        Ok(ids)
    }

    /// Keeps an idle line alive, or ends one that nobody needs. Call it now and then.
    pub async fn tend(&mut self, within: Duration) {
        let Some(bound) = &mut self.bound else { return };
        if bound.used.elapsed() > IDLE {
            self.end().await;
        } else if bound.heard.elapsed() > QUIET {
            let asked = bound.exchange(pdu::ENQUIRE_LINK, Vec::new());
            if !matches!(tokio::time::timeout(within, asked).await, Ok(Ok(_))) {
                self.bound = None;
            }
        }
    }

    /// Unbinds, where it is bound.
    pub async fn end(&mut self) {
        if let Some(mut bound) = self.bound.take() {
            let asked = bound.exchange(pdu::UNBIND, Vec::new());
            // Whether it answers or not, the line ends.
            let _ = tokio::time::timeout(Duration::from_secs(2), asked).await;
        }
    }
}

impl Bound {
    async fn new(way: &SmsWay, secret: &str, allow: &Allow) -> Result<Bound, Fault> {
        let SmsWay::Smpp {
            host,
            port,
            tls,
            system_id,
            system_type,
            ..
        } = way
        else {
            return Err(Fault::Line("the channel is not one of SMPP".to_owned()));
        };
        let stream = connect(host, *port, allow).await.map_err(Fault::Line)?;
        let line: Box<dyn Line> = if *tls {
            Box::new(secured(stream, host).await.map_err(Fault::Line)?)
        } else {
            Box::new(stream)
        };
        let mut bound = Bound {
            line,
            sequence: 0,
            way: way.clone(),
            secret: secret.to_owned(),
            heard: Instant::now(),
            used: Instant::now(),
        };
        let body = pdu::bind(system_id, secret, system_type);
        bound.exchange(pdu::BIND_TRANSMITTER, body).await?;
        Ok(bound)
    }

    /// Sends a command and waits for its answer; what the other side asks meanwhile is answered.
    async fn exchange(&mut self, command: u32, body: Vec<u8>) -> Result<Pdu, Fault> {
        // Sequence numbers are 1 to 0x7fffffff (§3.2).
        self.sequence = self.sequence % 0x7fff_ffff + 1;
        let sent = Pdu {
            command,
            status: 0,
            sequence: self.sequence,
            body,
        };
        self.write(&sent).await?;
        loop {
            let heard = self.read().await?;
            self.heard = Instant::now();
            match heard.command {
                answer
                    if (answer == command | pdu::ANSWER || answer == pdu::GENERIC_NACK)
                        && heard.sequence == sent.sequence =>
                {
                    return match heard.status {
                        0 if answer != pdu::GENERIC_NACK => Ok(heard),
                        0 => Err(Fault::Line("generic_nack".to_owned())),
                        status => Err(Fault::Status(status)),
                    };
                }
                pdu::ENQUIRE_LINK => self.write(&Pdu::answer_to(&heard)).await?,
                pdu::UNBIND => {
                    self.write(&Pdu::answer_to(&heard)).await?;
                    return Err(Fault::Line("the other side unbound".to_owned()));
                }
                // An answer to something that was given up long ago.
                _ => {}
            }
        }
    }

    async fn write(&mut self, pdu: &Pdu) -> Result<(), Fault> {
        let broke = |error: std::io::Error| Fault::Line(format!("the line broke: {error}"));
        self.line.write_all(&pdu.octets()).await.map_err(broke)?;
        self.line.flush().await.map_err(broke)
    }

    async fn read(&mut self) -> Result<Pdu, Fault> {
        let broke = |error: std::io::Error| Fault::Line(format!("the line broke: {error}"));
        let mut header = [0; pdu::HEADER];
        self.line.read_exact(&mut header).await.map_err(broke)?;
        let (mut read, length) = Pdu::header(header).map_err(Fault::Line)?;
        read.body = vec![0; length];
        self.line.read_exact(&mut read.body).await.map_err(broke)?;
        Ok(read)
    }
}
