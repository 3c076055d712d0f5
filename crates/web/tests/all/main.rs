//! Every test of pages, interface and sign-in, as one program: linking it is slower than running it.

mod accounts;
mod administration;
mod common;
mod desk;
mod flow_pages;
mod forms;
mod hostile;
mod ledger_branches;
mod ledgers;
mod listening;
mod lists;
mod management_api;
mod oidc;
mod openapi;
mod pages_acts;
mod pages_every;
mod pages_flow;
mod passkeys;
mod print_studio;
mod proposals;
mod purchase;
mod random;
mod refusals;
mod security;
mod sign_in;
