//! Attempts that are made with a browser, or with anything else that speaks HTTP: edited forms, forged and dead sessions,
//! pages of other sites, methods and addresses that nothing offers.

mod browser;
mod forms;
mod sessions;
mod step_up;
mod strange;

use crate::attempt::Attempt;

pub use browser::{Browser, form};

/// All of them.
pub fn all() -> Vec<Attempt> {
    let mut all = sessions::all();
    all.extend(step_up::all());
    all.extend(strange::all());
    all.extend(forms::all());
    all
}
