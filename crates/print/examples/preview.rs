//! Prints a sample slip with a form, for people who write forms.
//!
//! usage: `cargo run -p print --example preview -- FORM.typ [zh|en] [lines] [OUTPUT.pdf] [draft|void|reversed]`

#[path = "../tests/common/mod.rs"]
mod common;

use std::{env, fs, path::Path, process::ExitCode};

use print::{Form, Language, Printer, SlipState};

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let argument = |at: usize, default: &str| {
        arguments
            .get(at)
            .cloned()
            .unwrap_or_else(|| default.to_owned())
    };
    let path = argument(0, "packs/gsp/forms/order.typ");
    let language = if argument(1, "zh") == "en" {
        Language::En
    } else {
        Language::Zh
    };
    let lines = argument(2, "8").parse().unwrap_or(8);
    let output = argument(3, "preview.pdf");

    let stem = Path::new(&path)
        .file_stem()
        .and_then(|stem| stem.to_str())
        .unwrap_or_default();
    let kind = if common::SLIPS.contains(&stem) {
        stem
    } else {
        "order"
    };
    let source = match fs::read_to_string(&path) {
        Ok(source) => source,
        Err(error) => {
            eprintln!("{path}: {error}");
            return ExitCode::from(2);
        }
    };
    let mut data = common::slip(kind, language, lines);
    data.state = match argument(4, "").as_str() {
        "draft" => SlipState::Draft,
        "void" => SlipState::Void,
        "reversed" => SlipState::Reversed,
        _ => SlipState::Effective,
    };
    match Printer::new().render(&Form::new(path.as_str(), source), &data) {
        Ok(pdf) => match fs::write(&output, pdf) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("{output}: {error}");
                ExitCode::from(3)
            }
        },
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
