//! Pages, JSON API and events: the only crate that knows HTTP.

pub mod layout;
pub mod parts;
pub mod slip_form;
