//! Values without input or output: exact amounts, days and moments, ids, and amounts in capitals.
//!
//! Nothing here reads a clock, a file or the network, and nothing here uses floating point.

mod amount;
pub mod capitals;
mod day;
mod entry_state;
pub mod gs1;
mod ids;
mod nearest;
pub mod proof;
mod value;

pub use amount::{Amount, AmountError, Unit, divide_half_up};
pub use day::{Day, DayError, Moment, Period};
pub use entry_state::{EntryState, Side};
pub use ids::{LineId, OrgId, SlipId};
pub use nearest::nearest;
pub use value::Value;
