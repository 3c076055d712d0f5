//! What an attempt is.

use crate::stage::Stage;

/// A sentence in both languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Say {
    /// Chinese.
    pub zh: &'static str,
    /// English.
    pub en: &'static str,
}

/// Through what something is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Through {
    /// A command given to the store, as any program on the server could.
    Commands,
    /// The JSON API.
    Api,
    /// The pages: a form as a browser posts it, with what it hides edited.
    Pages,
    /// Anything else that speaks HTTP to the server.
    Http,
    /// `countersign import`.
    Import,
    /// Other commands of the program.
    CommandLine,
}

impl Through {
    /// As the table shows it.
    pub fn say(self) -> Say {
        let (zh, en) = match self {
            Through::Commands => ("命令", "commands"),
            Through::Api => ("接口", "API"),
            Through::Pages => ("页面", "pages"),
            Through::Http => ("HTTP", "HTTP"),
            Through::Import => ("导入", "import"),
            Through::CommandLine => ("命令行", "command line"),
        };
        Say { zh, en }
    }
}

/// One way around the rules.
#[derive(Debug, Clone, Copy)]
pub struct Attempt {
    /// Stable name.
    pub id: &'static str,
    /// Who tries.
    pub who: Say,
    /// What is tried.
    pub what: Say,
    /// Code of the refusal that answers it.
    pub code: &'static str,
    /// Code over the API where the API does not even offer the act; empty where it answers as the store does.
    pub unoffered: &'static str,
    /// Through what it is tried.
    pub through: &'static [Through],
    /// Sets the scene and tries.
    pub run: fn(&mut Stage),
}

/// Through commands, the API and the pages.
pub const EVERYWHERE: &[Through] = &[Through::Commands, Through::Api, Through::Pages];
/// Through commands and through the API; no page has it.
pub const BOTH: &[Through] = &[Through::Commands, Through::Api];
/// Through commands alone: no request could even express it.
pub const COMMANDS: &[Through] = &[Through::Commands];
