//! Tells code from comments and quoted text in a Rust file, far enough to look for words in each.

use std::ops::Range;

/// What a stretch of a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Code,
    Comment,
    Quoted,
}

/// A Rust file taken apart. Both texts have the length and the lines of the file; what does not belong is blank.
#[derive(Debug)]
pub struct Source {
    /// Code alone.
    pub code: String,
    /// The contents of string and character literals alone.
    pub quoted: String,
}

impl Source {
    /// Takes a file apart.
    pub fn of(text: &str) -> Source {
        let stretches = stretches(text);
        Source {
            code: only(text, &stretches, Kind::Code),
            quoted: only(text, &stretches, Kind::Quoted),
        }
    }

    /// The same without what is compiled for tests alone: every item after `#[cfg(test)]`.
    pub fn without_tests(self) -> Source {
        let mut source = self;
        for range in tests_in(&source.code) {
            source.code = blanked(&source.code, &range);
            source.quoted = blanked(&source.quoted, &range);
        }
        source
    }
}

/// A word with its line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Word<'a> {
    /// The word: letters of any script, digits and underscores.
    pub text: &'a str,
    /// Its line, counted from 1.
    pub line: usize,
}

/// The words of a text.
pub fn words(text: &str) -> impl Iterator<Item = Word<'_>> {
    let mut rest = text.char_indices().peekable();
    let mut line = 1;
    std::iter::from_fn(move || {
        while let Some((start, first)) = rest.next() {
            if !is_of_word(first) {
                line += usize::from(first == '\n');
                continue;
            }
            let mut end = start + first.len_utf8();
            while let Some((at, next)) = rest.next_if(|(_, next)| is_of_word(*next)) {
                end = at + next.len_utf8();
            }
            return Some(Word {
                text: &text[start..end],
                line,
            });
        }
        None
    })
}

fn is_of_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

fn only(text: &str, stretches: &[(Kind, Range<usize>)], wanted: Kind) -> String {
    let other = stretches.iter().filter(|(kind, _)| *kind != wanted);
    other.fold(text.to_owned(), |text, (_, range)| blanked(&text, range))
}

/// The text with a stretch of it made of blanks; line ends and the length in bytes stay.
fn blanked(text: &str, range: &Range<usize>) -> String {
    let mut bytes = text.as_bytes().to_vec();
    bytes[range.clone()]
        .iter_mut()
        .filter(|byte| **byte != b'\n')
        .for_each(|byte| *byte = b' ');
    // Stretches end where characters end, so this stays UTF-8.
    String::from_utf8(bytes).unwrap_or_default()
}

/// Cuts a file into stretches that follow each other without a gap.
fn stretches(text: &str) -> Vec<(Kind, Range<usize>)> {
    let mut found: Vec<(Kind, Range<usize>)> = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let (kind, length) = next_stretch(&text[at..]);
        let length = length.clamp(1, text.len() - at);
        match found.last_mut() {
            Some((last, range)) if *last == kind => range.end = at + length,
            _ => found.push((kind, at..at + length)),
        }
        at += length;
    }
    found
}

/// The kind and length of what a text begins with.
fn next_stretch(text: &str) -> (Kind, usize) {
    if text.starts_with("//") {
        return (Kind::Comment, text.find('\n').unwrap_or(text.len()));
    }
    if text.starts_with("/*") {
        return (Kind::Comment, block_comment(text));
    }
    if text.starts_with('"') {
        return (Kind::Quoted, string(text));
    }
    if text.starts_with('\'') {
        return character_or_lifetime(text);
    }
    let word = text
        .find(|character| !is_of_word(character))
        .unwrap_or(text.len());
    if matches!(&text[..word], "r" | "br" | "cr")
        && let Some(length) = raw_string(&text[word..])
    {
        return (Kind::Quoted, word + length);
    }
    let one = text.chars().next().map_or(1, char::len_utf8);
    (Kind::Code, word.max(one))
}

/// The length of a block comment, which may hold others.
fn block_comment(text: &str) -> usize {
    let (mut depth, mut at) = (0_usize, 0);
    while at < text.len() {
        let rest = &text.as_bytes()[at..];
        if rest.starts_with(b"/*") {
            (depth, at) = (depth + 1, at + 2);
        } else if rest.starts_with(b"*/") {
            (depth, at) = (depth - 1, at + 2);
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    text.len()
}

/// The length of a string literal with its quotes.
fn string(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut at = 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    text.len()
}

/// The length of what follows the `r` of a raw string; nothing when it is a raw identifier or plain code.
fn raw_string(text: &str) -> Option<usize> {
    let hashes = text.len() - text.trim_start_matches('#').len();
    let body = text[hashes..].strip_prefix('"')?;
    let end = format!("\"{}", "#".repeat(hashes));
    let length = body.find(&end).map_or(body.len(), |at| at + end.len());
    Some(hashes + 1 + length)
}

/// A character literal is quoted text; a lifetime is code.
fn character_or_lifetime(text: &str) -> (Kind, usize) {
    let mut characters = text.char_indices().skip(1);
    match (characters.next(), characters.next()) {
        (Some((_, '\\')), Some((at, escaped))) => {
            let after = at + escaped.len_utf8();
            let end = text[after..]
                .find('\'')
                .map_or(text.len(), |quote| after + quote + 1);
            (Kind::Quoted, end)
        }
        (Some(_), Some((at, '\''))) => (Kind::Quoted, at + 1),
        _ => (Kind::Code, 1),
    }
}

/// The items after `#[cfg(test)]`, from the attribute to the closing brace or semicolon.
fn tests_in(code: &str) -> Vec<Range<usize>> {
    const ATTRIBUTE: &str = "#[cfg(test)]";
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = code[at..].find(ATTRIBUTE).map(|offset| at + offset) {
        let mut depth = 0_usize;
        let item = code[start + ATTRIBUTE.len()..]
            .char_indices()
            .find(|(_, character)| match character {
                '{' => {
                    depth += 1;
                    false
                }
                '}' => {
                    depth = depth.saturating_sub(1);
                    depth == 0
                }
                ';' => depth == 0,
                _ => false,
            });
        at = item.map_or(code.len(), |(offset, _)| {
            start + ATTRIBUTE.len() + offset + 1
        });
        found.push(start..at);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = r##"
/// f32 in a comment /* not nested
fn one<'a>(r#type: &'a str) -> char { /* f64 /* deeper */ still */ let 数 = "f\"16"; '\'' }
const RAW: &str = r#"say "kdl" to 'a"#; const LETTER: char = '验'; const BYTES: &[u8] = br"x\";
#[cfg(test)]
mod tests { fn two() { if x { "quoted" } } }
fn three() {}
"##;

    #[test]
    fn code_comments_and_quoted_text_are_told_apart() {
        let source = Source::of(FILE);
        let code: Vec<&str> = words(&source.code).map(|word| word.text).collect();
        assert!(
            code.contains(&"数") && code.contains(&"type") && code.contains(&"three"),
            "{code:?}"
        );
        for hidden in ["f32", "f64", "still", "f", "say", "kdl", "验", "quoted"] {
            assert!(!code.contains(&hidden), "{hidden} is not code");
        }
        let quoted: Vec<&str> = words(&source.quoted).map(|word| word.text).collect();
        assert_eq!(
            quoted,
            [
                "f", "16", "r", "say", "kdl", "to", "a", "验", "br", "x", "quoted"
            ]
        );
        assert_eq!(source.code.len(), FILE.len());
    }

    #[test]
    fn tests_are_left_out_and_lines_stay() {
        let source = Source::of(FILE).without_tests();
        let code: Vec<(&str, usize)> = words(&source.code)
            .map(|word| (word.text, word.line))
            .collect();
        assert!(!code.iter().any(|(text, _)| *text == "two"));
        assert!(code.contains(&("three", 7)));
        assert!(!source.quoted.contains("quoted"));
        let one = Source::of("#[cfg(test)] use a::b; fn kept() {}").without_tests();
        assert!(one.code.contains("kept") && !one.code.contains('a'));
    }
}
