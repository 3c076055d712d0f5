//! The house's own commands: `cargo xtask test` and its kin. Run `cargo xtask help` for what there is.

mod machine;
mod run;

use std::process::ExitCode;

use machine::Needs;
use xtask::{arrows, licence, metadata, root};

const HELP: &str = "\
cargo xtask test [--fast]  everything that must hold before a change goes in: formatting, licences, lints, tests
                           (installs what is missing when it may; the test runner's summary is the last line)
                           --fast leaves out the tests that need PostgreSQL or a browser
cargo xtask ci             the same from a clean checkout of what is committed, as a build server does it
cargo xtask pages          writes every committed page anew that is generated: reference, role matrix, controls, views,
                           what the bypass suite tries; look at the difference and commit it
cargo xtask deps           which crate uses which against the arrows of the house
cargo xtask licences       licences, sources and decided-against crates of all that comes in";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match arguments[..] {
        ["test"] => test(Needs::All),
        ["test", "--fast"] => test(Needs::Rust),
        ["ci"] => run::from_clean_checkout(&root()),
        ["pages"] => pages(),
        ["deps"] => deps(),
        ["licences"] => licences(),
        ["help" | "--help" | "-h"] => {
            println!("{HELP}");
            Ok(())
        }
        _ => {
            eprintln!("{HELP}");
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(complaint) => {
            eprintln!("\n✘ {complaint}");
            ExitCode::FAILURE
        }
    }
}

/// Cheap checks first, the tests last, so that their summary is what one sees.
fn test(needs: Needs) -> Result<(), String> {
    let root = root();
    let runner = machine::prepare(needs)?;
    run::step("formatting", "cargo", &["fmt", "--all", "--check"])?;
    licences()?;
    if machine::has_cargo_command("deny") {
        let checks = [
            "deny",
            "--workspace",
            "--log-level=error",
            "check",
            "licenses",
            "bans",
            "sources",
        ];
        run::step("cargo-deny", "cargo", &checks)?;
    }
    // What is built and linted here is what the tests run; nothing is compiled a second time for lints alone.
    let lint = run::linting()?;
    let build = [
        "build",
        "--workspace",
        "--all-targets",
        "--keep-going",
        "--quiet",
    ];
    run::step_with("lints and build", "cargo", &build, &lint)?;
    if run::has_doc_examples(&root) {
        run::step(
            "examples in the documentation",
            "cargo",
            &["test", "--workspace", "--doc", "--quiet"],
        )?;
    }
    Err(run::last("tests", "cargo", &runner.arguments(needs), &lint))
}

/// The tests that hold a generated page against the committed one.
const PAGES: &str = "test(reference::the_page) | binary(controls) | test(matrix) | test(views_are_fresh) | \
    (package(bypass) & test(readme))";

/// Some of these tests write a stale page and fail, so that the change is seen; the second run is to pass.
fn pages() -> Result<(), String> {
    machine::prepare(Needs::Rust)?;
    let arguments = [
        "nextest",
        "run",
        "--workspace",
        "--no-fail-fast",
        "-E",
        PAGES,
    ];
    let write = [("REFERENCE", "write".into()), ("BYPASS_WRITE", "1".into())];
    if let Err(stale) = run::step_with("written anew", "cargo", &arguments, &write) {
        println!("   {stale}: once more");
    }
    run::step("fresh", "cargo", &arguments)
}

fn deps() -> Result<(), String> {
    let complaints = arrows::complaints(&metadata::read(&root(), &["--no-deps"])?);
    if complaints.is_empty() {
        println!("every crate uses only those below it");
        return Ok(());
    }
    Err(complaints.join("\n✘ "))
}

fn licences() -> Result<(), String> {
    run::headline(
        "licences",
        "deny.toml against Cargo.lock (advisories need the network: cargo deny check advisories)",
    );
    let findings = licence::check(&root())?;
    println!(
        "{} crates; in two versions: {}",
        findings.crates,
        findings.twice.join(", ")
    );
    if findings.refused.is_empty() {
        Ok(())
    } else {
        Err(findings.refused.join("\n✘ "))
    }
}
