//! From a form and a slip to pages and to a PDF.

use std::{
    borrow::Cow,
    num::NonZero,
    panic::{AssertUnwindSafe, catch_unwind},
};

use kernel::Day;
use typst::{
    comemo,
    diag::{SourceDiagnostic, Warned},
    foundations::{Datetime, Smart},
};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};

use crate::{
    code,
    complaint::{FormError, complain},
    data::{DataError, FormData},
    inspect::{Inspection, inspect},
    prepare::prepare,
    world::{House, Job},
};

/// Jobs after which what the typesetter remembers, and nobody used since, is dropped. A few keep the kit and
/// the form warm in a run of like slips; none would set every page anew.
const REMEMBERED_JOBS: usize = 4;

/// Jobs of a long run between two looks at what may be forgotten: each look goes through all that is remembered.
const JOBS_BETWEEN: usize = 8;

/// A template: its name, for complaints, and its Typst source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form<'a> {
    name: Cow<'a, str>,
    source: Cow<'a, str>,
}

impl<'a> Form<'a> {
    /// A form of a pack, e.g. `Form::new("order.typ", source)`.
    pub fn new(name: impl Into<Cow<'a, str>>, source: impl Into<Cow<'a, str>>) -> Self {
        Self {
            name: name.into(),
            source: source.into(),
        }
    }

    /// The form of a slip that has none of its own: everything in the order of declaration.
    #[must_use]
    pub fn generic() -> Self {
        Self::new("generic.typ", "#import \"/kit.typ\": form\n#form()\n")
    }

    /// Rulers and crosses by which a printer is set right. Of the data it takes language, paper, sheet and shift.
    #[must_use]
    pub fn calibration() -> Self {
        Self::new(
            "calibration.typ",
            "#import \"/calibration.typ\": sheet\n#sheet()\n",
        )
    }

    /// Its name, for complaints.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its Typst source.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }
}

/// Prints. Make one, share it between threads, keep it: it holds the parsed fonts and the parsed kit.
pub struct Printer {
    house: House,
}

impl Default for Printer {
    fn default() -> Self {
        Self::new()
    }
}

impl Printer {
    /// Unpacks and parses the fonts on the first call in a process.
    #[must_use]
    pub fn new() -> Self {
        Self {
            house: House::new(),
        }
    }

    /// Sets `data` into `form` and gives the PDF (PDF/A-2b, for archives). The same input gives the same bytes.
    ///
    /// # Errors
    /// [`FormError::Form`] names every mistake in the form with line and column; [`FormError::Data`] refuses a
    /// slip whose totals do not add up; [`FormError::Fault`] is a failure of the typesetter.
    pub fn render(&self, form: &Form<'_>, data: &FormData) -> Result<Vec<u8>, FormError> {
        self.run(form, data, |document, _, job| {
            typst_pdf::pdf(document, &options(data))
                .map_err(|errors| refuse(&errors, job, form, data))
        })
    }

    /// Sets each slip into its form and gives all pages, in that order, as one PDF. Every core sets a share of them.
    ///
    /// # Errors
    /// As [`Printer::render`], for the first that cannot be set; [`FormError::Fault`] when there is none at all.
    pub fn render_all(&self, jobs: &[(Form<'_>, &FormData)]) -> Result<Vec<u8>, FormError> {
        let Some((_, data)) = jobs.first() else {
            return Err(FormError::Fault("there is nothing to print".into()));
        };
        let threads = std::thread::available_parallelism().map_or(1, NonZero::get);
        let share = jobs.len().div_ceil(threads).max(JOBS_BETWEEN);
        let documents: Vec<PagedDocument> = std::thread::scope(|scope| {
            let parts: Vec<_> = jobs
                .chunks(share)
                .map(|part| scope.spawn(|| self.documents(part)))
                .collect();
            let parts = parts.into_iter().map(|part| {
                part.join()
                    .unwrap_or_else(|panic| Err(FormError::Fault(words_of(&*panic))))
            });
            parts.collect::<Result<Vec<_>, FormError>>()
        })?
        .into_iter()
        .flatten()
        .collect();
        let first = documents.first().cloned();
        let pages = documents
            .iter()
            .flat_map(|document| document.pages().iter().cloned());
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            let mut first = first.ok_or_else(|| FormError::Fault("there are no pages".into()))?;
            let whole = PagedDocument::new(pages.collect(), first.info_mut().clone());
            typst_pdf::pdf(&whole, &options(data)).map_err(|errors| {
                let said: Vec<_> = errors
                    .iter()
                    .map(|error| error.message.to_string())
                    .collect();
                FormError::Fault(said.join("; "))
            })
        }));
        outcome.unwrap_or_else(|panic| Err(FormError::Fault(words_of(&*panic))))
    }

    /// Sets slips one after the other.
    fn documents(&self, jobs: &[(Form<'_>, &FormData)]) -> Result<Vec<PagedDocument>, FormError> {
        let mut documents = Vec::with_capacity(jobs.len());
        for some in jobs.chunks(JOBS_BETWEEN) {
            for (form, data) in some {
                let whole = |document: &PagedDocument, _, _: &Job<'_>| Ok(document.clone());
                documents.push(self.set(form, data, whole)?);
            }
            comemo::evict(1);
        }
        Ok(documents)
    }

    /// Sets `data` into `form` and tells what is on the pages and what the form loses.
    ///
    /// # Errors
    /// As [`Printer::render`].
    pub fn inspect(&self, form: &Form<'_>, data: &FormData) -> Result<Inspection, FormError> {
        self.run(form, data, |document, warnings, _| {
            Ok(inspect(document, data, warnings))
        })
    }

    /// Sets `data` into `form` and gives each page as an SVG, for the screen.
    ///
    /// # Errors
    /// As [`Printer::render`].
    pub fn pages(&self, form: &Form<'_>, data: &FormData) -> Result<Vec<String>, FormError> {
        let options = typst_svg::SvgOptions::default();
        self.run(form, data, |document, _, _| {
            let pages = document.pages().iter();
            Ok(pages.map(|page| typst_svg::svg(page, &options)).collect())
        })
    }

    fn run<T>(
        &self,
        form: &Form<'_>,
        data: &FormData,
        finish: impl FnOnce(&PagedDocument, Vec<String>, &Job<'_>) -> Result<T, FormError>,
    ) -> Result<T, FormError> {
        let outcome = self.set(form, data, finish);
        comemo::evict(REMEMBERED_JOBS);
        outcome
    }

    fn set<T>(
        &self,
        form: &Form<'_>,
        data: &FormData,
        finish: impl FnOnce(&PagedDocument, Vec<String>, &Job<'_>) -> Result<T, FormError>,
    ) -> Result<T, FormError> {
        data.check()?;
        let seal = data.seal.as_ref().map(|seal| seal.png.clone());
        let code = match data.code.as_str() {
            "" => None,
            text => Some(code::svg(text).ok_or(DataError::Code)?),
        };
        let prepared = prepare(data, self.house.fonts);
        let job = Job::new(&self.house, &form.source, &prepared, seal, code);
        // The typesetter is a large program that meets hostile text here: its panic is a fault of one job.
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            let Warned { output, warnings } = typst::compile::<PagedDocument>(&job);
            let document = output.map_err(|errors| refuse(&errors, &job, form, data))?;
            let warnings = warnings
                .iter()
                .map(|warning| warning.message.to_string())
                .collect();
            finish(&document, warnings, &job)
        }));
        outcome.unwrap_or_else(|panic| Err(FormError::Fault(words_of(&*panic))))
    }
}

/// An archive wants PDF/A with the date of the record. The form itself never sees a clock.
fn options(data: &FormData) -> PdfOptions {
    PdfOptions {
        ident: Smart::Custom(format!("{} {}", data.number, data.digest)),
        creator: Smart::Custom(Some("Countersign".into())),
        timestamp: date_of(data.recorded.day()).map(Timestamp::new_utc),
        standards: PdfStandards::new(&[PdfStandard::A_2b]).unwrap_or_default(),
        tagged: false,
        ..PdfOptions::default()
    }
}

fn date_of(day: Day) -> Option<Datetime> {
    let text = day.to_string();
    let mut parts = text.splitn(3, '-').map(str::parse::<u16>);
    let mut next = || parts.next()?.ok();
    let (year, month, day) = (next()?, next()?, next()?);
    Datetime::from_ymd(year.into(), month.try_into().ok()?, day.try_into().ok()?)
}

fn refuse(
    errors: &[SourceDiagnostic],
    job: &Job<'_>,
    form: &Form<'_>,
    data: &FormData,
) -> FormError {
    FormError::Form(
        errors
            .iter()
            .map(|error| complain(error, job, &form.name, data))
            .collect(),
    )
}

fn words_of(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "a panic".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_printer_is_shared_between_threads() {
        fn shared<T: Send + Sync>() {}
        shared::<Printer>();
    }
}
