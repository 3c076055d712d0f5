//! Every test of pages, interface and sign-in, as one program: linking it is slower than running it.

mod accounts;
mod common;
mod desk;
mod forms;
mod hostile;
mod ledgers;
mod listening;
mod lists;
mod openapi;
mod pages_acts;
mod pages_every;
mod pages_flow;
mod print_studio;
mod purchase;
mod random;
mod refusals;
mod security;
mod sign_in;
