//! Every way around the rules, as one program: linking it is slower than running it.

mod attempts;
mod command_line;
mod harness;
mod hostile;
mod http;
mod laundering;
mod laws;
mod readme;
mod restore;
mod tampering;
