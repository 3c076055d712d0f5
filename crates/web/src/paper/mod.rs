//! Paper: the organisation's own forms, seals and settings of printers; what a print is made with; what the square code on it
//! says and how it is checked.

pub mod check;
pub mod choice;
pub mod own;
pub(crate) mod press;
pub(crate) mod prints;
