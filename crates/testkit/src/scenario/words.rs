//! Splits a line of a scenario into words.
//!
//! Words are separated by blanks. A part in `"…"` or `「…」` keeps its blanks; the first `=` outside of quotes splits a word
//! into a name and a value. `|` alone separates the lines of a slip. ` #` begins a comment.

/// A word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Word {
    /// A word without `=`.
    Bare(String),
    /// `name=value`; the value may be empty.
    Pair(String, String),
    /// `|`.
    Bar,
}

/// The words of a line, or what is wrong with it.
pub fn split(line: &str) -> Result<Vec<Word>, String> {
    let mut words = Vec::new();
    let mut rest = line.chars().peekable();
    loop {
        while rest.next_if(|c| c.is_whitespace()).is_some() {}
        match rest.peek() {
            None | Some('#') => return Ok(words),
            Some(_) => words.push(word(&mut rest)?),
        }
    }
}

/// Reads one word up to the next blank outside of quotes.
fn word(rest: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Result<Word, String> {
    let (mut text, mut name, mut quoted) = (String::new(), None, false);
    while let Some(c) = rest.next_if(|c| !c.is_whitespace()) {
        let close = match c {
            '"' => '"',
            '「' => '」',
            '=' if name.is_none() && !quoted => {
                name = Some(std::mem::take(&mut text));
                continue;
            }
            other => {
                text.push(other);
                continue;
            }
        };
        quoted = true;
        loop {
            match rest.next() {
                None => return Err(format!("{c} is not closed; {close} is missing")),
                Some(end) if end == close => break,
                Some(inner) => text.push(inner),
            }
        }
    }
    Ok(match name {
        None if text == "|" && !quoted => Word::Bar,
        None => Word::Bare(text),
        Some(name) if name.is_empty() => return Err(format!("a name is missing before ={text}")),
        Some(name) => Word::Pair(name, text),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_keep_blanks_and_the_first_equals_sign_splits() {
        let pair = |name: &str, value: &str| Word::Pair(name.into(), value.into());
        assert_eq!(
            split("退回  reason=\"单价 有误\" note=「a=b」 rest=x=y | | # why").unwrap(),
            [
                Word::Bare("退回".into()),
                pair("reason", "单价 有误"),
                pair("note", "a=b"),
                pair("rest", "x=y"),
                Word::Bar,
                Word::Bar,
            ]
        );
        assert_eq!(
            split("of=CG1#2 x=").unwrap(),
            [pair("of", "CG1#2"), pair("x", "")]
        );
        assert_eq!(split("\"a=b\" \"|\"").unwrap().len(), 2);
        assert!(split("reason=\"open").unwrap_err().contains("not closed"));
        assert!(split("=x").unwrap_err().contains("name is missing"));
    }
}
