//! Reads a text as KDL, as far as the notation uses it: sizes, nesting and signs are checked on the way, so that mistakes of
//! writing get sentences of their own.
//!
//! A parser of all of KDL would be slow and, for some texts, take exponential time; a test holds this one against it.

use crate::characters::{blank, forbidden, newline, unicode_escape, word_char};
use crate::source::{Desk, Span, quoted};
use crate::tree::{Builder, Form, Node, Word, decimal};
use crate::{Kind, Limits};

/// The nodes of a text; `None` after a complaint.
pub(crate) fn parse(
    desk: &Desk<'_>,
    file: usize,
    text: &str,
    limits: &Limits,
) -> Option<Vec<Node>> {
    let before = desk.count();
    if text.len() > limits.text_bytes {
        let message = format!(
            "the text has {} bytes; a text has at most {}",
            text.len(),
            limits.text_bytes
        );
        desk.error(Kind::TooLarge, Span::file(file), message);
        return None;
    }
    let mut scan = Scan {
        desk,
        file,
        text,
        limits,
        at: 0,
        open: Vec::new(),
        state: State::None,
        nodes: 0,
        values: 0,
        builder: Builder::default(),
    };
    scan.run();
    (desk.count() == before).then(|| scan.builder.finish())
}

/// How far the current node has come.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// None begun.
    None,
    /// Its name was read.
    Named,
    /// Its braces were closed.
    Closed,
}

/// What stops the scan, because all that follows would be misunderstood.
struct Stop;

struct Scan<'a> {
    desk: &'a Desk<'a>,
    file: usize,
    text: &'a str,
    limits: &'a Limits,
    at: usize,
    /// Where the open braces are.
    open: Vec<usize>,
    state: State,
    nodes: usize,
    /// Values and properties of the current node.
    values: usize,
    builder: Builder,
}

impl Scan<'_> {
    fn run(&mut self) {
        if self.text.starts_with('\u{FEFF}') {
            self.at = '\u{FEFF}'.len_utf8();
        }
        while let Some(c) = self.peek() {
            if self.one(c).is_err() {
                return;
            }
        }
        for at in std::mem::take(&mut self.open) {
            self.error(Kind::UnclosedBrace, at, "this `{` is not closed");
        }
    }

    fn one(&mut self, c: char) -> Result<(), Stop> {
        let at = self.at;
        match c {
            '\n' | '\r' => {
                self.at += 1;
                self.state = State::None;
                self.builder.end();
            }
            c if blank(c) => self.at += c.len_utf8(),
            '/' => self.slash(),
            '{' => return self.open_brace(),
            '}' => return self.close_brace(),
            ';' => {
                self.at += 1;
                if self.state == State::None {
                    self.error(Kind::Syntax, at, "`;` with no node before it");
                }
                self.state = State::None;
                self.builder.end();
            }
            '=' => {
                self.at += 1;
                self.hinted(
                    Kind::BadEquals,
                    at,
                    "`=` stands without blanks between a name and its value",
                    "write `by=buyer`",
                );
            }
            '"' => {
                self.string()?;
                self.after_value(at, false)?;
            }
            '#' => {
                self.one_more_value(at)?;
                self.keyword()?;
                self.builder.value(self.read(at));
            }
            '(' | ')' => {
                self.at += 1;
                self.not_used(at, "a type in parentheses");
            }
            '\\' => self.line_goes_on(),
            c if word_char(c) => {
                let word = self.word();
                self.check_word(at, &self.text[word]);
                self.after_value(at, true)?;
            }
            c => {
                self.at += c.len_utf8();
                let message = cannot_stand(c);
                self.error(Kind::Syntax, at, message);
            }
        }
        Ok(())
    }

    fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    fn error(&self, kind: Kind, at: usize, message: impl Into<String>) {
        self.desk.error(kind, Span::at(self.file, at), message);
    }

    fn hinted(&self, kind: Kind, at: usize, message: &str, hint: &str) {
        self.desk
            .hinted(kind, Span::at(self.file, at), message, hint.to_owned());
    }

    fn not_used(&self, at: usize, what: &str) {
        let message = format!("{what} is KDL that this notation does not use");
        self.error(Kind::NotUsed, at, message);
    }

    /// A comment, or one of the signs of KDL that begin with `/`.
    fn slash(&mut self) {
        let at = self.at;
        let rest = &self.text[at..];
        if rest.starts_with("//") {
            let length = rest.find(['\n', '\r']).unwrap_or(rest.len());
            if let Some((bad, c)) = rest[..length].char_indices().find(|(_, c)| forbidden(*c)) {
                let message = cannot_stand(c);
                self.error(Kind::Syntax, at + bad, message);
            }
            self.at += length;
        } else if rest.starts_with("/*") {
            self.at += rest.find("*/").map_or(rest.len(), |end| end + 2);
            self.hinted(
                Kind::NotUsed,
                at,
                "a comment between `/*` and `*/` is KDL that this notation does not use",
                "begin each line with `//`",
            );
        } else if rest.starts_with("/-") {
            self.at += 2;
            self.hinted(
                Kind::NotUsed,
                at,
                "`/-` is KDL that this notation does not use",
                "begin each line with `//`",
            );
        } else {
            self.at += 1;
            self.error(Kind::Syntax, at, "`/` cannot stand here");
        }
    }

    /// `\` at the end of a line: the node goes on in the next one.
    fn line_goes_on(&mut self) {
        let at = self.at;
        self.at += 1;
        let rest = &self.text[self.at..];
        let rest = rest.trim_start_matches(blank);
        self.at = self.text.len() - rest.len();
        if rest.starts_with("//") {
            self.slash();
        }
        let rest = &self.text[self.at..];
        if rest.starts_with("\r\n") {
            self.at += 2;
        } else if rest.starts_with(['\n', '\r']) {
            self.at += 1;
        } else {
            self.error(Kind::Syntax, at, "`\\` stands at the end of a line only");
        }
    }

    fn open_brace(&mut self) -> Result<(), Stop> {
        let at = self.at;
        self.at += 1;
        if self.state != State::Named {
            self.hinted(
                Kind::Syntax,
                at,
                "`{` without a node before it",
                "it stands at the end of the node's line",
            );
            // Everything up to the closing brace would be misread.
            return Err(Stop);
        }
        self.open.push(at);
        if self.open.len() > self.limits.depth {
            let message = format!("braces are nested more than {} deep", self.limits.depth);
            self.error(Kind::TooDeep, at, message);
            return Err(Stop);
        }
        self.state = State::None;
        self.builder.open();
        Ok(())
    }

    fn close_brace(&mut self) -> Result<(), Stop> {
        let at = self.at;
        self.at += 1;
        if self.open.pop().is_none() {
            self.error(Kind::StrayBrace, at, "this `}` closes nothing");
            return Err(Stop);
        }
        self.state = State::Closed;
        self.builder.close();
        Ok(())
    }

    /// Passes over a string in quotes.
    fn string(&mut self) -> Result<(), Stop> {
        let begin = self.at;
        if self.text[begin..].starts_with("\"\"\"") {
            self.not_used(begin, "a string of several lines");
            return Err(Stop);
        }
        self.at += 1;
        while let Some(c) = self.peek() {
            let at = self.at;
            self.at += c.len_utf8();
            match c {
                '"' => return Ok(()),
                '\n' | '\r' => break,
                '\\' => self.escape(at),
                c if forbidden(c) || newline(c) => {
                    let message = cannot_stand(c);
                    self.error(Kind::Syntax, at, message);
                }
                _ => {}
            }
        }
        self.hinted(
            Kind::UnclosedString,
            begin,
            "this string is not closed in its line",
            "it ends with `\"`",
        );
        Err(Stop)
    }

    fn escape(&mut self, at: usize) {
        let rest = &self.text[self.at..];
        let length = match rest.chars().next() {
            Some('n' | 'r' | 't' | '\\' | '"' | 'b' | 'f' | 's') => Some(1),
            Some('u') => unicode_escape(rest),
            _ => None,
        };
        match length {
            Some(length) => self.at += length,
            None => self.hinted(
                Kind::BadEscape,
                at,
                "`\\` is not followed by an escape",
                "write `\\\\` for the character itself",
            ),
        }
    }

    /// `#true` and its like.
    fn keyword(&mut self) -> Result<(), Stop> {
        let at = self.at;
        self.at += 1;
        if self.text[self.at..].starts_with(['"', '#']) {
            self.not_used(at, "a raw string");
            return Err(Stop);
        }
        self.word();
        let word = &self.text[at..self.at];
        if !matches!(word, "#true" | "#false" | "#null") {
            let message = format!("{} is not a value", quoted(word));
            self.desk.hinted(
                Kind::BadWord,
                Span::at(self.file, at),
                message,
                "there are `#true` and `#false`".to_owned(),
            );
        } else if self.state != State::Named {
            self.error(Kind::Syntax, at, "a node begins with its name");
        }
        self.ends_here("a value")
    }

    /// Passes over a bare word.
    fn word(&mut self) -> std::ops::Range<usize> {
        let begin = self.at;
        let rest = &self.text[begin..];
        let length = rest.find(|c| !word_char(c)).unwrap_or(rest.len());
        self.at += length;
        begin..self.at
    }

    fn check_word(&self, at: usize, word: &str) {
        let span = Span::at(self.file, at);
        let number = word.trim_start_matches(['+', '-']).trim_start_matches('.');
        if number.starts_with(|c: char| c.is_ascii_digit()) {
            if !decimal(word) {
                self.desk.hinted(
                    Kind::BadNumber,
                    span,
                    format!("{} is not a plain decimal number", quoted(word)),
                    format!("text that begins with a digit stands in quotes: \"{word}\""),
                );
            } else if self.state == State::None {
                self.desk.hinted(
                    Kind::BadNumber,
                    span,
                    format!(
                        "a node begins with its name, and {} is a number",
                        quoted(word)
                    ),
                    "put it in quotes".to_owned(),
                );
            }
        } else if matches!(word, "true" | "false" | "null") {
            let message = format!("{} is reserved in KDL", quoted(word));
            let hint = format!("write `#{word}`, or \"{word}\" if it is text");
            self.desk.hinted(Kind::BadWord, span, message, hint);
        } else if matches!(word, "inf" | "-inf" | "nan") {
            let message = format!("{} is reserved in KDL", quoted(word));
            self.desk
                .hinted(Kind::BadWord, span, message, "put it in quotes".to_owned());
        }
    }

    /// What may follow a word or string that began at `at`.
    fn after_value(&mut self, at: usize, plain: bool) -> Result<(), Stop> {
        match self.state {
            State::None => {
                self.state = State::Named;
                self.values = 0;
                self.nodes += 1;
                if self.nodes > self.limits.nodes {
                    let message = format!("more than {} nodes in one text", self.limits.nodes);
                    self.error(Kind::TooManyNodes, at, message);
                    return Err(Stop);
                }
                self.builder.node(self.read(at));
                self.ends_here("a node's name")
            }
            State::Closed => {
                self.hinted(
                    Kind::Syntax,
                    at,
                    "something follows `}` in its line",
                    "a new node begins on a new line or after `;`",
                );
                Err(Stop)
            }
            State::Named => {
                self.one_more_value(at)?;
                let word = self.read(at);
                if plain && self.peek() == Some('=') {
                    if word.form == Form::Number {
                        let message =
                            format!("{} is a number and names nothing", quoted(&word.text));
                        let hint = "a name begins with a letter: `qty=1`";
                        self.hinted(Kind::BadNumber, at, &message, hint);
                    }
                    self.at += 1;
                    self.property_value(word)
                } else {
                    self.builder.value(word);
                    self.ends_here("a value")
                }
            }
        }
    }

    fn one_more_value(&mut self, at: usize) -> Result<(), Stop> {
        self.values += 1;
        if self.values > self.limits.values {
            let message = format!("a node has at most {} values", self.limits.values);
            self.error(Kind::OutOfRange, at, message);
            return Err(Stop);
        }
        Ok(())
    }

    /// The value after `=`.
    fn property_value(&mut self, name: Word) -> Result<(), Stop> {
        let at = self.at;
        match self.peek() {
            Some('"') => {
                self.string()?;
            }
            Some('#') => self.keyword()?,
            Some(c) if word_char(c) => {
                let word = self.word();
                self.check_word(at, &self.text[word]);
            }
            _ => {
                self.hinted(
                    Kind::BadEquals,
                    at - 1,
                    "`=` stands without blanks between a name and its value",
                    "write `by=buyer`",
                );
                return Ok(());
            }
        }
        self.builder.property(name, self.read(at));
        self.ends_here("a value")
    }

    /// The word that was passed over since `at`.
    fn read(&self, at: usize) -> Word {
        Word::read(Span::at(self.file, at), &self.text[at..self.at])
    }

    /// A word or string must not run on into another.
    fn ends_here(&self, what: &str) -> Result<(), Stop> {
        match self.peek() {
            Some(c) if c == '"' || c == '#' || word_char(c) => {
                let message = format!("a blank is missing after {what}");
                self.error(Kind::Syntax, self.at, message);
            }
            _ => {}
        }
        Ok(())
    }
}

fn cannot_stand(c: char) -> String {
    if c.is_ascii_graphic() {
        format!("`{c}` cannot stand here")
    } else {
        format!("the character U+{:04X} cannot stand here", u32::from(c))
    }
}
