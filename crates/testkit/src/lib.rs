//! How packs, the engine and the stores are tested: scenarios, laws, a battery for every pack, mutation of packs, the
//! matrix of roles, hostile clerks, crashes and load.
//!
//! - [`scenario`]: runs the story of a flow against packs and compares what happens with what it says.
//! - [`laws`]: what must hold of every organisation at every moment, recomputed from what is stored.
//! - [`House`]: an organisation to act on; [`Oracle`] keeps one in plain maps, [`OnStore`] in a real store.
//! - [`mutation`]: drops or weakens one declaration of a pack after the other; a scenario must notice.

pub mod battery;
#[cfg(feature = "browser")]
pub mod browser;
pub mod company;
pub mod crash;
mod dice;
mod fill;
mod guard;
pub mod hostile;
mod house;
pub mod laws;
pub mod load;
pub mod matrix;
pub mod mutation;
mod on_store;
mod oracle;
pub mod postgres;
pub mod scenario;
mod suggest;
mod watch;

pub use dice::Dice;
pub use house::{Answer, Fault, House};
pub use on_store::OnStore;
pub use oracle::Oracle;
pub use store::StoreUrl;
