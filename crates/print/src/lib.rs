//! Official forms: a Typst template and a slip's data become a PDF, in one process, with no file and no
//! network behind it.
//!
//! [`Printer::new`] parses the fonts once, so one printer is kept and shared; [`Printer::render`] makes the PDF of one
//! form and its data.
//!
//! A form is short: it imports the house's form kit (`kit/kit.typ`) and says which fields stand where. Labels,
//! values, signatures and totals come from [`FormData`]. Text of a slip is handed to Typst as data and never
//! as markup, so nothing that a person types can become a command.

mod code;
mod complaint;
mod data;
mod fonts;
mod inspect;
mod prepare;
mod printer;
mod said;
mod worker;
mod workshop;
mod world;

pub use complaint::{Complaint, FormError};
pub use data::{
    Align, Annex, Bilingual, Column, Copy, DataError, Field, FormData, Kind, Language, Margins,
    Paper, Seal, Sheet, Shift, Signature, SlipState,
};
pub use inspect::{Inspection, Shown};
pub use printer::{Form, Printer};
pub use worker::work;
pub use workshop::{Limits, Workshop};
