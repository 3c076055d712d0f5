//! placeholder

pub mod browser;
mod guard;
pub mod postgres;
