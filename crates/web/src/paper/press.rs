//! Setting forms: the packs' in this process, the organisation's own in another that can be stopped; and the pages that
//! somebody is looking at, kept for as long as he does.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use print::{FormError, Limits, Workshop};

use crate::App;
use crate::opaque::Opaque;
use crate::slip_form::Printable;
use crate::submit::Bucket;

/// Documents whose pages are kept.
const KEPT: usize = 8;
/// Most bytes of the pages of a kept document.
const KEPT_BYTES: usize = 8 << 20;

type Pages = Arc<Vec<String>>;

/// What printing shares between requests.
pub(crate) struct Press {
    workshop: OnceLock<Opaque<Workshop>>,
    pages: Mutex<VecDeque<(String, Pages)>>,
    /// Checks of printed slips by strangers, by address.
    pub checks: Bucket,
}

impl Default for Press {
    fn default() -> Press {
        Press {
            workshop: OnceLock::new(),
            pages: Mutex::default(),
            checks: Bucket::of_checks(),
        }
    }
}

impl App {
    fn workshop(&self) -> Option<&Workshop> {
        let program = self.settings().print_worker.as_ref()?;
        let made = || Opaque::new(Workshop::new(program.clone(), Limits::default()));
        Some(self.press.workshop.get_or_init(made))
    }

    /// The PDF of a slip. Call it off the async threads.
    pub(crate) fn set(&self, made: &Printable) -> Result<Vec<u8>, FormError> {
        match self.workshop().filter(|_| made.own) {
            Some(workshop) => workshop.render(&made.form(), &made.data),
            None => self.printer().render(&made.form(), &made.data),
        }
    }

    /// Many slips as one PDF. Call it off the async threads.
    pub(crate) fn set_all(&self, all: &[Printable]) -> Result<Vec<u8>, FormError> {
        let jobs: Vec<_> = all.iter().map(|made| (made.form(), &made.data)).collect();
        match self.workshop().filter(|_| all.iter().any(|made| made.own)) {
            Some(workshop) => workshop.render_all(&jobs),
            None => self.printer().render_all(&jobs),
        }
    }

    /// What of a slip its form does not print. Call it off the async threads.
    pub(crate) fn lost(&self, made: &Printable) -> Result<Vec<String>, FormError> {
        match self.workshop().filter(|_| made.own) {
            Some(workshop) => workshop.lost(&made.form(), &made.data),
            None => {
                let inspection = self.printer().inspect(&made.form(), &made.data)?;
                Ok(inspection.lost().into_iter().map(str::to_owned).collect())
            }
        }
    }

    /// The pages of a slip as SVG. Call it off the async threads.
    pub(crate) fn set_pages(&self, made: &Printable) -> Result<Pages, FormError> {
        let key = made.fingerprint();
        {
            let kept = self.press.pages.lock();
            let kept = kept.unwrap_or_else(PoisonError::into_inner);
            if let Some((_, pages)) = kept.iter().find(|(other, _)| *other == key) {
                return Ok(pages.clone());
            }
        }
        let pages = match self.workshop().filter(|_| made.own) {
            Some(workshop) => workshop.pages(&made.form(), &made.data)?,
            None => self.printer().pages(&made.form(), &made.data)?,
        };
        let pages = Arc::new(pages);
        if pages.iter().map(String::len).sum::<usize>() <= KEPT_BYTES {
            let kept = self.press.pages.lock();
            let mut kept = kept.unwrap_or_else(PoisonError::into_inner);
            kept.truncate(KEPT - 1);
            kept.push_front((key, pages.clone()));
        }
        Ok(pages)
    }
}
