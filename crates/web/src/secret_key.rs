//! The key under which secrets are kept in the database: seeds of one-time codes, keys of webhooks, passwords of mail
//! servers. It is the crate `seal`'s; every purpose has a name of its own, such as `totp/LOGIN`.

pub use seal::{NotOurs, SecretKey};
