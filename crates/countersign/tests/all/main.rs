//! Every test that runs the program itself or its pages, as one program: linking it is slower than running it.

mod browser_audit;
mod browser_figures;
mod browser_flow;
mod browser_forms;
mod browser_handheld;
mod browser_inbox;
mod browser_line_files;
mod browser_lost;
mod browser_passkeys;
mod command_line;
mod common;
mod crash;
mod import;
mod inspection;
mod people;
mod postgres;
mod print_worker;
mod reference;
mod safety;
mod tutorial;
