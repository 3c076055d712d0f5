//! The printed forms of an archive. What cannot be printed is said in a table of its own; it is still on the page to read.

use std::fs::File;

use super::slips::{Spool, Whole};
use super::{Ask, Failed, Sources};
use crate::slip_form::Printable;

/// Slips without a printed form, and why.
pub(super) struct Unprinted(Spool);

/// Why a slip with a form of the organisation's own is not printed: it is set in a process of its own, for one at a time.
const OWN: &str = "本单位自有格式 the organisation's own form";

impl Unprinted {
    pub fn new() -> Result<Unprinted, Failed> {
        let names = ["单据 slip", "原因 why it is not among the printed forms"];
        Ok(Unprinted(Spool::new(&names)?))
    }

    fn add(&mut self, whole: &Whole, why: &str) -> Result<(), Failed> {
        self.0.row(&[&whole.slip.number, why])
    }

    pub fn file(self) -> Result<File, Failed> {
        self.0.file()
    }

    /// The printed forms of some slips, in Chinese, as one file; `None` when none is asked for or none can be set. One that
    /// cannot be set does not keep the others out.
    pub fn print(
        &mut self,
        from: &Sources<'_>,
        ask: &Ask,
        all: &[Whole],
    ) -> Result<Option<Vec<u8>>, Failed> {
        let mut made: Vec<(&Whole, &Printable)> = Vec::new();
        for whole in all.iter().filter(|_| ask.prints) {
            match &whole.zh {
                Some(printable) if printable.own => self.add(whole, OWN)?,
                Some(printable) => made.push((whole, printable)),
                None => self.add(whole, "没有打印格式 there is no form")?,
            }
        }
        if made.is_empty() {
            return Ok(None);
        }
        if let Ok(pdf) = together(from, &made) {
            return Ok(Some(pdf));
        }
        let mut sound = Vec::new();
        for (whole, printable) in made {
            match from.printer.render(&printable.form(), &printable.data) {
                Ok(_) => sound.push((whole, printable)),
                Err(error) => self.add(whole, &error.to_string())?,
            }
        }
        match together(from, &sound) {
            Ok(pdf) => Ok(Some(pdf)),
            Err(error) => {
                for (whole, _) in sound {
                    self.add(whole, &error)?;
                }
                Ok(None)
            }
        }
    }
}

fn together(from: &Sources<'_>, made: &[(&Whole, &Printable)]) -> Result<Vec<u8>, String> {
    let jobs = made
        .iter()
        .map(|(_, printable)| (printable.form(), &printable.data));
    let jobs: Vec<_> = jobs.collect();
    let set = from.printer.render_all(&jobs);
    set.map_err(|error| error.to_string())
}
