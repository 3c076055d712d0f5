//! Every test of the store, as one program: linking it is slower than running it.

mod backup;
mod common;
mod differential;
mod faults;
mod lanes;
mod outbox;
mod reads_figures;
mod reads_journal;
mod reads_ledgers;
mod reads_slips;
mod search;
mod table;
mod views;
mod work;
