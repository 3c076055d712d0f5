//! The process in which forms of unknown temper are set: it takes jobs by its standard input and answers by its output,
//! one line of JSON each.

use std::{
    borrow::Cow,
    io::{self, BufRead, Write},
};

use serde::{Deserialize, Serialize};

use crate::{Complaint, Form, FormData, FormError, Printer};

/// What is wanted of a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Want {
    Pdf,
    Pages,
    Lost,
}

/// A form with its slip.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Set<'a> {
    pub name: Cow<'a, str>,
    pub source: Cow<'a, str>,
    pub data: Cow<'a, FormData>,
}

/// A job. Of several slips a PDF is made together; all else is made of the first.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Order<'a> {
    pub want: Want,
    pub sets: Vec<Set<'a>>,
}

/// What became of it. A PDF is followed by its bytes.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Done {
    Pdf(usize),
    Pages(Vec<String>),
    Lost(Vec<String>),
    Form(Vec<Complaint>),
    Data(String),
    Fault(String),
}

/// Takes jobs until the input ends. It is what the hidden subcommand of a [`crate::Workshop`]'s program runs.
///
/// # Errors
/// When input or output fail.
pub fn work(input: impl BufRead, mut output: impl Write) -> io::Result<()> {
    let printer = Printer::new();
    for line in input.lines() {
        let order: Order<'_> = serde_json::from_str(&line?)?;
        let (done, bytes) = set(&printer, &order);
        serde_json::to_writer(&mut output, &done)?;
        output.write_all(b"\n")?;
        output.write_all(&bytes)?;
        output.flush()?;
    }
    Ok(())
}

fn set(printer: &Printer, order: &Order<'_>) -> (Done, Vec<u8>) {
    let form = |set: &Set<'_>| Form::new(set.name.to_string(), set.source.to_string());
    let Some(first) = order.sets.first() else {
        return (Done::Fault("there is nothing to set".into()), Vec::new());
    };
    let data = first.data.as_ref();
    let made = match order.want {
        Want::Pdf if order.sets.len() > 1 => {
            let jobs: Vec<_> = order
                .sets
                .iter()
                .map(|set| (form(set), set.data.as_ref()))
                .collect();
            printer
                .render_all(&jobs)
                .map(|bytes| (Done::Pdf(bytes.len()), bytes))
        }
        Want::Pdf => printer
            .render(&form(first), data)
            .map(|bytes| (Done::Pdf(bytes.len()), bytes)),
        Want::Pages => printer
            .pages(&form(first), data)
            .map(|pages| (Done::Pages(pages), Vec::new())),
        Want::Lost => printer.inspect(&form(first), data).map(|inspection| {
            let lost = inspection.lost().into_iter().map(str::to_owned).collect();
            (Done::Lost(lost), Vec::new())
        }),
    };
    made.unwrap_or_else(|error| {
        let done = match error {
            FormError::Form(complaints) => Done::Form(complaints),
            FormError::Data(error) => Done::Data(error.to_string()),
            error => Done::Fault(error.to_string()),
        };
        (done, Vec::new())
    })
}
