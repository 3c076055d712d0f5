//! Why a command ends before its end, and the exit code it ends with.

use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use engine::Refusal;
use print::FormError;
use store::StoreError;

use crate::lang::{Lang, say};

/// A sentence in both languages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sentence {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

impl Sentence {
    /// Of these two.
    pub fn new(zh: impl Into<String>, en: impl Into<String>) -> Sentence {
        Sentence {
            zh: zh.into(),
            en: en.into(),
        }
    }

    /// In a language.
    pub fn in_lang(&self, lang: Lang) -> &str {
        lang.pick(&self.zh, &self.en)
    }
}

/// Why a command stopped.
#[derive(Debug)]
pub enum Stop {
    /// A check failed; what failed has been said. Exit code 1.
    Check,
    /// The program was used wrongly; what would be right. Exit code 2.
    Usage(Sentence),
    /// Something broke. Exit code 3.
    Fault(Fault),
}

/// What is a matter for the operator.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The store.
    #[error("the store failed")]
    Store(#[from] StoreError),
    /// A file.
    #[error("{doing} {} failed", path.display())]
    File {
        /// `reading`, `writing`, `locking`.
        doing: &'static str,
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A command of our own that must succeed was refused.
    #[error("a command of the program itself was refused: {} {}", .0.code, .0.en)]
    Refused(Refusal),
    /// A form could not be set.
    #[error("the form could not be printed")]
    Print(#[source] FormError),
    /// The address could not be listened on.
    #[error("listening on {address} failed")]
    Listen {
        /// Which.
        address: String,
        /// Why.
        source: io::Error,
    },
    /// Anything else, already a sentence.
    #[error("{0}")]
    Other(String),
}

impl Stop {
    /// Wrong use, in both languages.
    pub fn usage(zh: impl Into<String>, en: impl Into<String>) -> Stop {
        Stop::Usage(Sentence::new(zh, en))
    }

    /// A fault with a file.
    pub fn file(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Stop {
        move |source| {
            Stop::Fault(Fault::File {
                doing,
                path: path.to_owned(),
                source,
            })
        }
    }

    /// A fault without a kind of its own.
    pub fn other(error: impl std::fmt::Display) -> Stop {
        Stop::Fault(Fault::Other(error.to_string()))
    }
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Stop {
        match error {
            StoreError::Invalid(what) => Stop::usage(what.clone(), what),
            other => Stop::Fault(Fault::Store(other)),
        }
    }
}

impl From<web::intake::Sentence> for Sentence {
    fn from(said: web::intake::Sentence) -> Sentence {
        Sentence::new(said.zh, said.en)
    }
}

impl From<web::intake::Fault> for Stop {
    fn from(fault: web::intake::Fault) -> Stop {
        match fault {
            web::intake::Fault::Store(error) => error.into(),
            web::intake::Fault::Refused(refusal) => Stop::Fault(Fault::Refused(refusal)),
            other => Stop::other(other),
        }
    }
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Stop {
        Stop::Fault(fault)
    }
}

impl Fault {
    /// What happened, for the operator.
    fn sentence(&self) -> Sentence {
        match self {
            Fault::Store(StoreError::Schema(_)) => Sentence::new(
                "数据库与本程序的版本不符",
                "the database was made by another version of this program",
            ),
            Fault::Store(StoreError::Corrupt(_)) => Sentence::new(
                "数据不是本程序所写的样子",
                "the data is not what this program wrote",
            ),
            Fault::Store(_) => Sentence::new(
                "数据库读写失败",
                "the database could not be read or written",
            ),
            Fault::File { path, .. } => {
                let path = path.display();
                Sentence::new(
                    format!("文件读写失败：{path}"),
                    format!("a file could not be read or written: {path}"),
                )
            }
            Fault::Refused(refusal) => Sentence::new(
                format!("程序自身的操作被拒绝：{}", refusal.zh),
                format!(
                    "a command of the program itself was refused: {}",
                    refusal.en
                ),
            ),
            Fault::Print(_) => Sentence::new("单据打印失败", "the slip could not be printed"),
            Fault::Listen { address, .. } => Sentence::new(
                format!("无法监听 {address}"),
                format!("cannot listen on {address}"),
            ),
            Fault::Other(what) => Sentence::new(what, what),
        }
    }

    /// What to do about it.
    fn advice(&self) -> Sentence {
        match self {
            Fault::Store(StoreError::Schema(_)) => Sentence::new(
                "请使用建立此数据库的程序版本，或先用新版本备份再恢复",
                "use the version that made it, or take a backup with that version and restore it with this one",
            ),
            Fault::Store(StoreError::Corrupt(_)) => Sentence::new(
                "请运行 countersign verify 查出首个坏行，再由备份恢复",
                "run `countersign verify` to find the first bad row, then restore a backup",
            ),
            Fault::Store(_) => Sentence::new(
                "请检查磁盘空间、文件权限、数据库是否在运行；已确认的操作不会丢失，可直接重试",
                "check disk space, file permissions and whether the database runs; nothing acknowledged is lost, try again",
            ),
            Fault::File { .. } => Sentence::new(
                "请检查路径是否存在、权限和磁盘空间",
                "check that the path exists, its permissions and the disk space",
            ),
            Fault::Listen { .. } => Sentence::new(
                "端口可能已被占用：请用 --listen 指定其他地址",
                "the port may be taken: give another address with --listen",
            ),
            Fault::Print(_) => Sentence::new(
                "请检查业务包 forms 目录中的表单模板",
                "check the form template in the pack's folder `forms`",
            ),
            Fault::Refused(_) | Fault::Other(_) => {
                Sentence::new("详情见运行日志", "see the log for details")
            }
        }
    }
}

/// Says why a command stopped, and gives the exit code.
pub fn report(stop: &Stop, lang: Lang) -> ExitCode {
    match stop {
        Stop::Check => ExitCode::from(1),
        Stop::Usage(sentence) => {
            eprintln!(
                "{}",
                lang.pick("用法有误：", "wrong use: ").to_owned() + sentence.in_lang(lang)
            );
            ExitCode::from(2)
        }
        Stop::Fault(fault) => {
            let incident = incident_id();
            let what = fault.sentence();
            let what = what.in_lang(lang);
            let advice = fault.advice();
            let advice = advice.in_lang(lang);
            tracing::error!(incident, details = details(fault), "fault");
            eprintln!(
                "{}",
                say!(
                    lang,
                    "故障 {incident}：{what}。",
                    "fault {incident}: {what}."
                )
            );
            eprintln!(
                "{}",
                say!(lang, "处理办法：{advice}。", "what to do: {advice}.")
            );
            ExitCode::from(3)
        }
    }
}

/// Eight hexadecimal digits by which an operator finds the log line of what a person was told.
pub fn incident_id() -> String {
    let mut bytes = [0; 4];
    // Without randomness an id that repeats is better than a second fault.
    let _ = getrandom::fill(&mut bytes);
    engine::hex(&bytes).to_string()
}

/// The error with all its causes.
fn details(error: &(dyn std::error::Error + 'static)) -> String {
    let mut out = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        out.push_str(": ");
        out.push_str(&error.to_string());
        cause = error.source();
    }
    out
}
