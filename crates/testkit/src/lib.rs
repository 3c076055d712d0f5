//! placeholder

#[cfg(feature = "browser")]
pub mod browser;
mod guard;
pub mod postgres;
