//! The table in `README.md`.
