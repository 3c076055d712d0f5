//! What leaves the house: webhooks, mails and short messages, through an outbox that loses nothing.
//!
//! - [`settings`]: where things are sent and how, as journaled settings with their secrets sealed; [`Preference`] is how a
//!   person wants to be told.
//! - [`Post`] follows the journal ([`follow`]) and sends what is due ([`outbox`]). What is to be sent follows from
//!   committed journal rows and is written in one transaction with the follower's position, so nothing is lost and nothing
//!   is sent of a command that did not commit; the lane does no work for it.
//! - Each delivery is tried at least once and carries an id that never changes, by which a receiver counts it once.
//! - [`guard`] says which addresses may be reached at all; [`http`], [`email`] and [`sms`] reach them.

pub mod compose;
pub mod email;
pub mod follow;
pub mod guard;
pub mod http;
pub mod outbox;
pub mod preference;
pub mod settings;
pub mod sms;
pub mod webhook;

pub use guard::Allow;
pub use outbox::{Pace, Post};
pub use preference::Preference;
pub use settings::Settings;

/// What the other side made of a try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Taken over.
    Accepted(String),
    /// To be tried again, not before `after` where that is said; `free` tries do not count.
    Again {
        /// Why.
        why: String,
        /// How long the other side wants to be left alone.
        after: Option<std::time::Duration>,
        /// The other side is sound and asks for patience.
        free: bool,
    },
    /// No further try can help.
    Never(String),
}

impl Outcome {
    /// To be tried again in its time.
    pub fn again(why: impl Into<String>) -> Outcome {
        Outcome::Again {
            why: why.into(),
            after: None,
            free: false,
        }
    }
}

/// Text of another program, shortened and without control characters, fit for a log that people read.
pub(crate) fn told(text: &str) -> String {
    let plain = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    let short: String = plain.take(300).collect();
    short.trim().to_owned()
}
