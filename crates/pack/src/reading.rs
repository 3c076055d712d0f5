//! Reading one node: every value, property and brace is asked for, and what nobody asked for is a complaint.

use std::sync::Arc;

use crate::Kind;
use crate::source::{Desk, Span, quoted};
use crate::suggest;
use crate::tree::{Form, Node, Word};

/// Characters of a label or sentence.
const LABEL_MOST: usize = 200;

/// What a Chinese keyboard gives for a quote.
const CHINESE_QUOTES: [char; 7] = ['“', '”', '‘', '’', '「', '『', '＂'];

/// Characters of a name.
const NAME_MOST: usize = 60;

/// Words of a list in one string.
const WORDS_MOST: usize = 100;

/// A node that is being read.
pub(crate) struct Reading<'a> {
    pub desk: &'a Desk<'a>,
    pub node: &'a Node,
    values_used: Vec<bool>,
    properties_used: Vec<bool>,
    properties_asked: Vec<String>,
    flags_asked: Vec<&'static str>,
    block: bool,
}

/// A word of a list in one string, `"item batch"`.
#[derive(Debug, Clone)]
pub(crate) struct Part<'a> {
    pub text: &'a str,
    pub span: Span,
}

impl<'a> Reading<'a> {
    pub fn new(desk: &'a Desk<'a>, node: &'a Node) -> Reading<'a> {
        Reading {
            desk,
            node,
            values_used: vec![false; node.values.len()],
            properties_used: vec![false; node.properties.len()],
            properties_asked: Vec::new(),
            flags_asked: Vec::new(),
            block: false,
        }
    }

    /// Where the node begins.
    pub fn span(&self) -> Span {
        self.node.name.span
    }

    /// The next value, if there is one.
    pub fn next(&mut self) -> Option<&'a Word> {
        let at = self.values_used.iter().position(|used| !used)?;
        self.values_used[at] = true;
        Some(&self.node.values[at])
    }

    /// The next value, which must be there. `what` says what it is: "a role begins with its name".
    pub fn need(&mut self, what: &str) -> Option<&'a Word> {
        let next = self.next();
        if next.is_none() {
            let node = &self.node.name.text;
            self.desk.hinted(
                Kind::Missing,
                self.span(),
                format!("{} has no {what}", quoted(node)),
                None,
            );
        }
        next
    }

    /// The next value as a name in `snake_case`.
    pub fn need_name(&mut self) -> Option<&'a Word> {
        let word = self.need("name")?;
        check_name(self.desk, word).then_some(word)
    }

    /// The next value as a label in quotes; empty after a complaint.
    pub fn need_label(&mut self) -> Arc<str> {
        let at = self.values_used.iter().position(|used| !used);
        match at.map(|at| &self.node.values[at]) {
            Some(word) if word.form == Form::Quoted => {
                self.values_used[at.unwrap_or_default()] = true;
                check_label(self.desk, word)
            }
            Some(word) if word.text.starts_with(CHINESE_QUOTES) => {
                self.values_used[at.unwrap_or_default()] = true;
                let message = format!("{} has no label", quoted(&self.title()));
                let hint =
                    "a label stands in \"straight quotes\"; these are Chinese ones".to_owned();
                self.desk.hinted(Kind::Missing, word.span, message, hint);
                Arc::from("")
            }
            _ => {
                self.desk.hinted(
                    Kind::Missing,
                    self.span(),
                    format!("{} has no label", quoted(&self.title())),
                    "put what people read, in Chinese, in quotes after the name".to_owned(),
                );
                Arc::from("")
            }
        }
    }

    /// `role buyer`: the node with its first value.
    fn title(&self) -> String {
        match self.node.values.first() {
            Some(first) if first.form == Form::Bare => {
                format!("{} {}", self.node.name.text, first.text)
            }
            _ => self.node.name.text.clone(),
        }
    }

    /// Whether the bare word stands among the values.
    pub fn flag(&mut self, word: &'static str) -> bool {
        self.flags_asked.push(word);
        let found = self
            .node
            .values
            .iter()
            .zip(&self.values_used)
            .position(|(value, used)| !used && value.form == Form::Bare && value.text == word);
        if let Some(at) = found {
            self.values_used[at] = true;
        }
        found.is_some()
    }

    /// The remaining values in quotes.
    pub fn quoted_values(&mut self) -> Vec<&'a Word> {
        let mut found = Vec::new();
        for (value, used) in self.node.values.iter().zip(&mut self.values_used) {
            if !*used && value.form == Form::Quoted {
                *used = true;
                found.push(value);
            }
        }
        found
    }

    /// All remaining values.
    pub fn rest(&mut self) -> Vec<&'a Word> {
        let mut found = Vec::new();
        while let Some(word) = self.next() {
            found.push(word);
        }
        found
    }

    /// A property.
    pub fn property(&mut self, name: &str) -> Option<&'a Word> {
        self.properties_asked.push(name.to_owned());
        let mut found = None;
        for ((key, value), used) in self.node.properties.iter().zip(&mut self.properties_used) {
            if key.text != name {
                continue;
            }
            *used = true;
            if found.is_some() {
                let message = format!("{} is given twice", quoted(name));
                self.desk.error(Kind::Duplicate, key.span, message);
            }
            found = found.or(Some(value));
        }
        found
    }

    /// A property that must be there.
    pub fn need_property(&mut self, name: &str, hint: &str) -> Option<&'a Word> {
        let found = self.property(name);
        if found.is_none() {
            self.desk.hinted(
                Kind::Missing,
                self.span(),
                format!("{} has no `{name}=`", quoted(&self.title())),
                hint.to_owned(),
            );
        }
        found
    }

    /// A property with a text of any form of writing.
    pub fn text(&mut self, name: &str) -> Option<&'a Word> {
        let word = self.property(name)?;
        match word.form {
            Form::Bare | Form::Quoted => Some(word),
            _ => {
                self.wrong(word, name, "a word");
                None
            }
        }
    }

    /// A property with words separated by blanks.
    pub fn words(&mut self, name: &str) -> Option<Vec<Part<'a>>> {
        let parts = self.words_if_any(name)?;
        if parts.is_empty() {
            let word = self.property(name)?;
            self.wrong(word, name, "one word or more");
        }
        Some(parts)
    }

    /// The same where there may be none, `by=""`.
    pub fn words_if_any(&mut self, name: &str) -> Option<Vec<Part<'a>>> {
        let word = self.text(name)?;
        let mut parts = parts(word);
        if parts.len() > WORDS_MOST {
            let message = format!("`{name}` has more than {WORDS_MOST} words");
            self.desk.error(Kind::OutOfRange, word.span, message);
            parts.truncate(WORDS_MOST);
        }
        Some(parts)
    }

    /// A property that is `#true` or `#false`.
    pub fn switch(&mut self, name: &str) -> bool {
        match self.property(name) {
            None => false,
            Some(word) => match word.form {
                Form::Flag(yes) => yes,
                _ => {
                    self.wrong(word, name, "`#true` or `#false`");
                    false
                }
            },
        }
    }

    /// A property that is a whole number within a range.
    pub fn number(&mut self, name: &str, range: std::ops::RangeInclusive<i64>) -> Option<i64> {
        let word = self.property(name)?;
        let number = whole(word);
        match number {
            Some(number) if range.contains(&number) => Some(number),
            Some(_) => {
                let message = format!("`{name}` must be from {} to {}", range.start(), range.end());
                self.desk.error(Kind::OutOfRange, word.span, message);
                None
            }
            None => {
                self.wrong(word, name, "a whole number");
                None
            }
        }
    }

    /// Says that a property's value is of the wrong kind.
    pub fn wrong(&self, word: &Word, name: &str, wanted: &str) {
        let message = format!("`{name}` must be {wanted}");
        self.desk.error(Kind::WrongValue, word.span, message);
    }

    /// The nodes in the braces; empty when there are none.
    pub fn children(&mut self) -> &'a [Node] {
        self.block = true;
        self.node.children.as_deref().unwrap_or_default()
    }

    /// What to write when this word was meant as one value more of the property before it: `by="manager director"`.
    fn second_of_several(&self, word: &Word) -> Option<String> {
        let before = |other: &Word| other.span.start < word.span.start;
        let mut properties = self.node.properties.iter();
        let (key, value) = properties.rfind(|(_, value)| before(value))?;
        let follows = |other: &Word| other.span.start > value.span.start && before(other);
        if value.form != Form::Bare || self.node.values.iter().any(follows) {
            return None;
        }
        let (key, value) = (&key.text, &value.text);
        Some(format!(
            "several values stand in quotes: `{key}=\"{value} {}\"`",
            word.text
        ))
    }

    /// Complains about everything that was not asked for.
    pub fn finish(self) {
        let title = quoted(&self.node.name.text);
        for (word, used) in self.node.values.iter().zip(&self.values_used) {
            if *used {
                continue;
            }
            if word.form == Form::Bare {
                let message = format!("{title} knows no word {}", quoted(&word.text));
                let flags = self.flags_asked.iter().copied();
                let hint = suggest::did_you_mean(&word.text, flags.clone())
                    .or_else(|| self.second_of_several(word))
                    .or_else(|| suggest::one_of(&word.text, flags));
                self.desk
                    .hinted(Kind::UnknownWord, word.span, message, hint);
            } else {
                let message = format!("{title} has one value too many");
                self.desk.error(Kind::ExtraValue, word.span, message);
            }
        }
        for ((key, _), used) in self.node.properties.iter().zip(&self.properties_used) {
            if !used {
                let message = format!("{title} has no property {}", quoted(&key.text));
                let asked = self.properties_asked.iter().map(String::as_str);
                let hint = suggest::one_of(&key.text, asked);
                self.desk
                    .hinted(Kind::UnknownProperty, key.span, message, hint);
            }
        }
        if !self.block && self.node.children.is_some() {
            let message = format!("{title} has nothing in braces");
            self.desk.error(Kind::UnwantedBlock, self.span(), message);
        }
    }
}

/// The words of a string, each with its place.
pub(crate) fn parts(word: &Word) -> Vec<Part<'_>> {
    let mut found = Vec::new();
    let mut at = 0;
    for part in word.text.split(char::is_whitespace) {
        if !part.is_empty() {
            found.push(Part {
                text: part,
                span: word.place(at),
            });
        }
        // What separates two parts is one character; blanks may be longer than a byte.
        let rest = &word.text[at + part.len()..];
        at += part.len() + rest.chars().next().map_or(0, char::len_utf8);
    }
    found
}

/// A whole number as written.
pub(crate) fn whole(word: &Word) -> Option<i64> {
    (word.form == Form::Number)
        .then(|| word.text.parse().ok())
        .flatten()
}

/// Whether a word is English `snake_case`; if not, that is said.
pub(crate) fn check_name(desk: &Desk<'_>, word: &Word) -> bool {
    let text = &word.text;
    let good = text.starts_with(|c: char| c.is_ascii_lowercase())
        && text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
        && !text.ends_with('_')
        && !text.contains("__")
        && text.len() <= NAME_MOST
        && matches!(word.form, Form::Bare | Form::Quoted);
    if !good {
        desk.hinted(
            Kind::BadName,
            word.span,
            format!("{} is not a name", quoted(text)),
            format!(
                "names are English words in lower case joined by `_`, at most {NAME_MOST} letters"
            ),
        );
    }
    good
}

/// A label; complains when it is empty, too long or of several lines.
pub(crate) fn check_label(desk: &Desk<'_>, word: &Word) -> Arc<str> {
    let count = word.text.chars().count();
    if word.text.trim().is_empty() {
        desk.error(Kind::BadLabel, word.span, "this label is empty");
    } else if count > LABEL_MOST {
        let message = format!("this label has {count} characters; at most {LABEL_MOST} are read");
        desk.error(Kind::BadLabel, word.span, message);
    } else if word.text.chars().any(char::is_control) {
        desk.error(Kind::BadLabel, word.span, "this label is not one line");
    }
    Arc::from(word.text.as_str())
}

/// Remembers names and complains about the second of a kind.
#[derive(Default)]
pub(crate) struct Once(std::collections::HashSet<String>);

impl Once {
    /// Whether `name` is new.
    pub fn add(&mut self, desk: &Desk<'_>, span: Span, what: &str, name: &str) -> bool {
        let new = self.0.insert(name.to_owned());
        if !new {
            let message = format!("{what} {} is declared twice", quoted(name));
            desk.error(Kind::Duplicate, span, message);
        }
        new
    }
}

/// Complains about a node that does not belong where it stands.
pub(crate) fn unknown_node(desk: &Desk<'_>, node: &Node, place: &str, known: &[&'static str]) {
    let message = format!("{place} knows no {}", quoted(&node.name.text));
    let hint = suggest::one_of(&node.name.text, known.iter().copied());
    desk.hinted(Kind::UnknownNode, node.name.span, message, hint);
}
