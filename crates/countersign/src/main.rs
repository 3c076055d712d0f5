//! Countersign (会签): the program. `countersign help` says what it does.

mod administrator;
mod bench;
mod clock;
mod commands;
mod demo;
mod help;
mod house;
mod keeper;
mod lang;
mod oidc;
mod origin;
mod packs;
mod place;
mod purchase;
mod secret;
mod stop;
mod tables;
mod terminal;
mod timer;

use std::ffi::OsString;
use std::io::IsTerminal;
use std::process::ExitCode;

use clap::{FromArgMatches, Parser, Subcommand};

use lang::Lang;
use stop::Stop;

/// What one thread judges another one writes and frees; the system's allocator takes a lock for that, this one does not.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Slips, signatures and ledgers: runs packs of business flows, one binary for everything.
#[derive(Debug, Parser)]
#[command(name = "countersign", version)]
pub struct Arguments {
    /// Language of messages [default: by the environment's LANG]
    #[arg(
        long,
        global = true,
        value_enum,
        value_name = "zh|en",
        hide_possible_values = true
    )]
    lang: Option<Lang>,
    #[command(subcommand)]
    command: Option<Command>,
}

/// What to do.
#[derive(Debug, Subcommand)]
enum Command {
    /// Runs the server; without --demo the first start makes one administrator
    Serve(commands::serve::Args),
    /// Checks packs: all mistakes at once, with file, line, column and hint
    Check(commands::check::Args),
    /// Shows a pack or one of its flows, as text or as a drawing
    Show(commands::show::Args),
    /// Runs scenarios; every failing line is shown
    Test(commands::test::Args),
    /// Recomputes every balance and every hash; names the first bad row
    Verify(commands::verify::Args),
    /// Writes everything into one file, while the server runs
    Backup(commands::backup::Args),
    /// Restores a backup into an empty place and verifies it
    Restore(commands::restore::Args),
    /// Imports items, partners or people from CSV or XLSX; all rows or none
    Import(commands::import::Args),
    /// Exports items, partners, people, slips or the journal to CSV or XLSX
    Export(commands::export::Args),
    /// Prints a slip to PDF
    Print(commands::print::Args),
    #[command(hide = true)]
    PrintWorker,
    /// Writes everything of a period into one signed archive that is checked without this program
    Inspection(commands::inspection::Args),
    /// Lists and changes people and their roles
    User(commands::user::Args),
    /// Measures what the program does on this machine; the last line is one JSON object
    Bench(commands::bench::Args),
    #[command(hide = true)]
    CrashChild(commands::crash_child::Args),
}

fn main() -> ExitCode {
    let arguments: Vec<OsString> = help::as_flag(std::env::args_os().collect());
    let words: Vec<&str> = arguments
        .iter()
        .skip(1)
        .filter_map(|word| word.to_str())
        .collect();
    let lang = Lang::chosen(words, |name| std::env::var(name).ok());
    let matches = match help::command(lang).try_get_matches_from(arguments) {
        Ok(matches) => matches,
        Err(error) => return help::explain(&error, lang),
    };
    let arguments = match Arguments::from_arg_matches(&matches) {
        Ok(arguments) => arguments,
        Err(error) => return help::explain(&error, lang),
    };
    match run(arguments, lang) {
        Ok(()) => ExitCode::SUCCESS,
        Err(stop) => stop::report(&stop, lang),
    }
}

/// Starts the log on standard error; `RUST_LOG` decides what it says.
fn start_log(level: &str) {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new(level));
    let started = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .try_init();
    // It can only have been started already, which is what was wanted.
    drop(started);
}

fn run(arguments: Arguments, lang: Lang) -> Result<(), Stop> {
    // Without a command the program shows itself: a demo company on a local folder.
    let command = arguments
        .command
        .unwrap_or_else(|| Command::Serve(commands::serve::Args::demo()));
    start_log(if matches!(command, Command::Serve(_)) {
        "info"
    } else {
        "error"
    });
    match command {
        Command::Serve(args) => commands::serve::run(args, lang),
        Command::Check(args) => commands::check::run(&args, lang),
        Command::Show(args) => commands::show::run(&args, lang),
        Command::Test(args) => commands::test::run(&args, lang),
        Command::Verify(args) => commands::verify::run(&args, lang),
        Command::Backup(args) => commands::backup::run(&args, lang),
        Command::Restore(args) => commands::restore::run(&args, lang),
        Command::Import(args) => commands::import::run(&args, lang),
        Command::Export(args) => commands::export::run(&args, lang),
        Command::Print(args) => commands::print::run(&args, lang),
        Command::Inspection(args) => commands::inspection::run(&args, lang),
        Command::PrintWorker => commands::print_worker::run(),
        Command::User(args) => commands::user::run(&args, lang),
        Command::Bench(args) => commands::bench::run(&args, lang),
        Command::CrashChild(args) => commands::crash_child::run(&args),
    }
}
