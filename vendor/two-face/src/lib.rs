//! Stands in for the crate of this name, which brings the grammars of some two hundred programming languages: two
//! megabytes of every server, for the colours of program code that no slip ever shows. Code in a form is set plainly.

/// Grammars.
pub mod syntax {
    use syntect::parsing::SyntaxSet;

    /// None.
    pub fn extra_no_newlines() -> SyntaxSet {
        SyntaxSet::new()
    }
}
