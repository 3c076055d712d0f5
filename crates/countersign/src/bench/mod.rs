//! `bench`: what the program does on this machine, measured. The last line of every benchmark is one JSON object.

mod bed;
mod export;
mod floor;
mod http;
mod last_boxes;
mod lifecycle;
mod live;
mod load;
mod machine;
mod pages;
mod printing;
mod recall;
mod report;
mod sales;
mod search;
mod server;
mod size;
mod small;

use clap::ValueEnum;

use crate::lang::Lang;
use crate::place::Where;
use crate::stop::Stop;
use crate::terminal::line;

pub use report::Report;

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// lifecycle, step-at-size, pages, verify, check, print, search, export, live, last-boxes or recall
    #[arg(value_enum, value_name = "NAME", hide_possible_values = true)]
    name: Name,
    /// Clients at once
    #[arg(long, value_name = "N")]
    clients: Option<usize>,
    /// Database: sqlite, postgres or memory
    #[arg(
        long,
        value_enum,
        default_value = "sqlite",
        value_name = "STORE",
        hide_possible_values = true,
        hide_default_value = true
    )]
    store: Backend,
    /// How large: slips there are before the measurement
    #[arg(long, value_name = "N")]
    size: Option<u64>,
    /// lifecycle: through the HTTP API of a server process
    #[arg(long)]
    http: bool,
    /// How long to measure
    #[arg(long, value_name = "N")]
    seconds: Option<u64>,
    #[command(flatten)]
    at: Where,
}

/// A benchmark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Name {
    Lifecycle,
    StepAtSize,
    Pages,
    Verify,
    Check,
    Print,
    Search,
    Export,
    Live,
    LastBoxes,
    Recall,
}

/// A kind of store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Backend {
    /// A file.
    Sqlite,
    /// A server of its own, started for the benchmark.
    Postgres,
    /// Nothing is kept.
    Memory,
}

impl Backend {
    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Backend::Sqlite => "sqlite",
            Backend::Postgres => "postgres",
            Backend::Memory => "memory",
        }
    }
}

/// Measures.
pub fn run(args: &Args, lang: Lang) -> Result<(), Stop> {
    let report = match args.name {
        Name::Lifecycle if args.http => lifecycle::over_http(args, lang)?,
        Name::Lifecycle => lifecycle::in_process(args, lang)?,
        Name::StepAtSize => size::run(args, lang)?,
        Name::Pages => pages::run(args, lang)?,
        Name::Verify => small::verify(args, lang)?,
        Name::Check => small::check(args, lang)?,
        Name::Print => printing::print(args, lang)?,
        Name::Search => search::run(args, lang)?,
        Name::Export => export::run(args, lang)?,
        Name::Live => live::run(args, lang)?,
        Name::LastBoxes => last_boxes::run(args, lang)?,
        Name::Recall => recall::run(args, lang)?,
    };
    line(report.to_string());
    Ok(())
}
