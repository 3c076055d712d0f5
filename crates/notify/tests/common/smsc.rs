//! A short message service centre of SMPP over a real socket. It reads and writes with a codec that is not ours
//! (`rusmpp`), so that what we send is understood by somebody else.

use std::sync::{Arc, Mutex};

use rusmpp::pdus::{BindTransmitterResp, SubmitSmResp};
use rusmpp::tokio_codec::CommandCodec;
use rusmpp::{Command, CommandStatus, Pdu};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::bytes::BytesMut;
use tokio_util::codec::{Decoder, Encoder};

/// What the centre does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// Takes every message.
    Kind,
    /// Says that there are too many, so many times.
    Throttles(usize),
    /// Knows no such number.
    RefusesNumber,
    /// Wants another password.
    RefusesBind,
    /// Ends the line instead of answering the first message.
    Drops,
    /// Takes the line and says nothing.
    Hangs,
}

/// A part of a message as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    pub to: String,
    pub source: String,
    pub udhi: bool,
    pub ucs2: bool,
    pub bytes: Vec<u8>,
}

#[derive(Debug, Default)]
struct Kept {
    parts: Vec<Part>,
    submitted: usize,
    binds: Vec<(String, String)>,
    unbinds: usize,
}

pub struct Centre {
    pub port: u16,
    kept: Arc<Mutex<Kept>>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Centre {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Centre {
    pub async fn start(manner: Manner) -> Centre {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let kept: Arc<Mutex<Kept>> = Arc::default();
        let shared = kept.clone();
        let task = tokio::spawn(async move {
            loop {
                let Ok((stream, _)) = listener.accept().await else {
                    return;
                };
                tokio::spawn(serve(stream, manner, shared.clone()));
            }
        });
        Centre { port, kept, task }
    }

    pub fn parts(&self) -> Vec<Part> {
        self.kept.lock().expect("no panic").parts.clone()
    }

    /// System id and password of each bind.
    pub fn binds(&self) -> Vec<(String, String)> {
        self.kept.lock().expect("no panic").binds.clone()
    }

    pub fn unbinds(&self) -> usize {
        self.kept.lock().expect("no panic").unbinds
    }
}

async fn serve(mut stream: TcpStream, manner: Manner, kept: Arc<Mutex<Kept>>) -> Option<()> {
    let mut codec = CommandCodec::new();
    let mut buffer = BytesMut::new();
    loop {
        let command = loop {
            if let Some(command) = codec.decode(&mut buffer).expect("a sound PDU") {
                break command;
            }
            if stream.read_buf(&mut buffer).await.ok()? == 0 {
                return None;
            }
        };
        if manner == Manner::Hangs {
            tokio::time::sleep(std::time::Duration::from_secs(60)).await;
            return None;
        }
        let (status, pdu) = match command.pdu() {
            Some(Pdu::BindTransmitter(bind)) => {
                let who = (bind.system_id.to_string(), bind.password.to_string());
                kept.lock().expect("no panic").binds.push(who);
                let status = match manner {
                    Manner::RefusesBind => CommandStatus::EsmeRinvpaswd,
                    _ => CommandStatus::EsmeRok,
                };
                (
                    status,
                    Pdu::BindTransmitterResp(BindTransmitterResp::default()),
                )
            }
            Some(Pdu::SubmitSm(submit)) => {
                let mut kept = kept.lock().expect("no panic");
                kept.submitted += 1;
                let status = match manner {
                    Manner::Throttles(times) if kept.submitted <= times => {
                        CommandStatus::EsmeRthrottled
                    }
                    Manner::RefusesNumber => CommandStatus::EsmeRinvdstadr,
                    Manner::Drops if kept.submitted == 1 => return None,
                    _ => CommandStatus::EsmeRok,
                };
                if status == CommandStatus::EsmeRok {
                    kept.parts.push(Part {
                        to: submit.destination_addr.to_string(),
                        source: submit.source_addr.to_string(),
                        udhi: u8::from(submit.esm_class) & 0x40 != 0,
                        ucs2: u8::from(submit.data_coding) == 8,
                        bytes: submit.short_message().as_ref().to_vec(),
                    });
                }
                (status, Pdu::SubmitSmResp(SubmitSmResp::default()))
            }
            Some(Pdu::EnquireLink) => (CommandStatus::EsmeRok, Pdu::EnquireLinkResp),
            Some(Pdu::Unbind) => {
                kept.lock().expect("no panic").unbinds += 1;
                (CommandStatus::EsmeRok, Pdu::UnbindResp)
            }
            other => panic!("a transmitter sends no {other:?}"),
        };
        let answer = Command::new(status, command.sequence_number(), pdu);
        let mut out = BytesMut::new();
        codec.encode(answer, &mut out).expect("encoded");
        stream.write_all(&out).await.ok()?;
    }
}
