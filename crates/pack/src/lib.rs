//! Text to model: reads the notation of a pack, checks it whole, and says all that is wrong with it at once.
//!
//! The notation is described in `docs/notation.md`. Nothing here panics, whatever the text; sizes and depths are limited
//! before anything calls itself.

#[cfg(test)]
mod against_kdl;
mod characters;
mod chinese;
mod complaint;
mod expression;
mod folder;
mod kind;
mod labels;
mod locate;
mod prove;
mod read;
mod reader;
mod reading;
mod scan;
mod show;
mod source;
mod suggest;
mod tree;
mod views;

pub use chinese::Sentences;
pub use complaint::{Complaint, Complaints, Level};
pub use folder::read_dir;
pub use kind::Kind;
pub use prove::prove;
pub use read::{Limits, Read, check, read, read_stored};
pub use reader::Rules;
pub use show::{Here, Language, show_bpmn, show_reference, show_svg, show_text};
pub use views::generate_views;
