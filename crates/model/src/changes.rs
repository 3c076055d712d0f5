//! Slips that ask for changes of what is recorded.

/// Changes of one record that a slip asks for, a field of the record to each line. What is recorded now is filled in by the engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Changes {
    /// Index of the header field that names the register: a choice of registers.
    pub register: usize,
    /// Index of the header field that is the key.
    pub key: usize,
    /// Index of the line field that names the field of the record: a choice of the fields of those registers.
    pub field: usize,
    /// Indexes of the line fields with what is recorded now, and what is to be.
    pub plain: Pair,
    /// The same for fields of the record that are sensitive; without it none of those can be asked for.
    pub hidden: Option<Pair>,
}

/// Line fields, by index, with what is recorded now and what is to be recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pair {
    /// Filled in by the engine.
    pub was: usize,
    /// Typed; empty takes the field off the record.
    pub to: usize,
}

/// What is said of a record that a slip asks to change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Current {
    /// Its name, as people read it.
    Name,
    /// The value of the field of the line, if that is not sensitive.
    Plain,
    /// The value of the field of the line, if that is sensitive.
    Hidden,
}
