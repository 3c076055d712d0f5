//! `print`: a slip to PDF, marked as a sample.

use std::io::Write;
use std::path::{Path, PathBuf};

use ::print::{Bilingual, Copy, Language, Limits, Workshop};
use web::slip_form::{Dress, Paper, dressed};

use crate::house::{House, ORG};
use crate::lang::{Lang, say};
use crate::place::Where;
use crate::stop::{Fault, Stop};
use crate::terminal::line;

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Number of the slip
    #[arg(value_name = "NUMBER")]
    number: String,
    /// The PDF to write; - is standard output [default: NUMBER.pdf]
    #[arg(short, long, value_name = "FILE.pdf")]
    output: Option<PathBuf>,
    /// Print the usual three copies (file, finance, warehouse)
    #[arg(long)]
    copies: bool,
    /// Name of the organisation at the head of the form
    #[arg(long, value_name = "NAME")]
    company: Option<String>,
    #[command(flatten)]
    at: Where,
}

/// Prints.
pub fn run(args: &Args, lang: Lang) -> Result<(), Stop> {
    let house = House::reading(&args.at)?;
    let number = &args.number;
    let Some(slip) = house.store.slip_by_number(ORG, number)? else {
        return Err(Stop::usage(
            format!("没有单据 {number}"),
            format!("there is no slip {number}"),
        ));
    };
    let company = args.company.as_deref().unwrap_or_default();
    let paper = Paper {
        language: match lang {
            Lang::Zh => Language::Zh,
            Lang::En => Language::En,
        },
        company: Bilingual::new(company, company),
        copies: if args.copies {
            Copy::usual()
        } else {
            Vec::new()
        },
        reprint: None,
    };
    // What counts is printed in the browser, where the journal says who did it; this is to be looked at.
    let dress = Dress {
        sample: true,
        ..Dress::default()
    };
    let Some(printable) = dressed(&house.store, ORG, &slip, &paper, &dress)? else {
        let version = &slip.version;
        return Err(Stop::other(format!(
            "{number} began under a version of its pack that is not known: {version}"
        )));
    };
    let program = super::print_worker::command_line().unwrap_or_default();
    let pdf = Workshop::new(program, Limits::default())
        .render(&printable.form(), &printable.data)
        .map_err(Fault::Print)?;
    let output = args
        .output
        .clone()
        .unwrap_or_else(|| PathBuf::from(file_name(number)));
    if output == Path::new("-") {
        return std::io::stdout()
            .write_all(&pdf)
            .map_err(Stop::file("writing", &output));
    }
    std::fs::write(&output, &pdf).map_err(Stop::file("writing", &output))?;
    let (shown, size) = (output.display(), pdf.len());
    line(say!(
        lang,
        "✔ {number} 已打印到 {shown}（{size} 字节）",
        "✔ {number} printed to {shown} ({size} bytes)"
    ));
    Ok(())
}

/// A file name from a number, which may hold any character.
fn file_name(number: &str) -> String {
    let plain: String = number
        .chars()
        .map(|c| {
            if c == '/' || c == '\\' || c.is_control() {
                '-'
            } else {
                c
            }
        })
        .collect();
    format!("{plain}.pdf")
}
