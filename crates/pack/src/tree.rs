//! A text as a tree of nodes with the place of every word.

use kdl::{KdlDocument, KdlEntry, KdlNode, KdlValue};

use crate::Kind;
use crate::source::{Desk, Span};

/// A node: a name, values, properties, and nodes in braces.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    /// Its first word.
    pub name: Word,
    /// Values without a name.
    pub values: Vec<Word>,
    /// Values with a name.
    pub properties: Vec<(Word, Word)>,
    /// What stands in its braces.
    pub children: Option<Vec<Node>>,
}

/// How a word is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// `buyer`.
    Bare,
    /// `"采购订单"`.
    Quoted,
    /// `12.50`.
    Number,
    /// `#true`.
    Flag(bool),
    /// `#null`.
    Null,
}

/// A word or string with its place.
#[derive(Debug, Clone)]
pub(crate) struct Word {
    /// What it says, without quotes and escapes; a number as written.
    pub text: String,
    /// How it is written.
    pub form: Form,
    /// Where it begins.
    pub span: Span,
    /// Where each byte of `text` stands in the file, when escapes make it differ from the plain count.
    escaped: Option<Vec<usize>>,
}

impl Word {
    /// The place of a byte of the word.
    pub fn place(&self, at: usize) -> Span {
        let quote = usize::from(self.form == Form::Quoted);
        let offset = match &self.escaped {
            None => at + quote,
            Some(places) => places.get(at).copied().unwrap_or(at + quote),
        };
        Span::at(self.span.file, self.span.start + offset)
    }
}

/// Parses a text that was scanned.
pub(crate) fn parse(desk: &Desk<'_>, file: usize, text: &str) -> Vec<Node> {
    match KdlDocument::parse_v2(text) {
        Ok(document) => document
            .nodes()
            .iter()
            .map(|node| convert(file, node))
            .collect(),
        Err(error) => {
            for one in error.diagnostics {
                let message = one.message.as_deref().unwrap_or("this is not KDL");
                let at = floor(text, one.span.offset());
                desk.hinted(Kind::Syntax, Span::at(file, at), message, one.help);
            }
            Vec::new()
        }
    }
}

fn floor(text: &str, at: usize) -> usize {
    (0..=at.min(text.len()))
        .rev()
        .find(|at| text.is_char_boundary(*at))
        .unwrap_or(0)
}

/// Calls itself once per level of braces; the scan has limited these.
fn convert(file: usize, node: &KdlNode) -> Node {
    let name = node.name();
    let mut out = Node {
        name: word(
            Span::at(file, name.span().offset()),
            name.repr().unwrap_or(name.value()),
            &KdlValue::String(name.value().to_owned()),
        ),
        values: Vec::new(),
        properties: Vec::new(),
        children: None,
    };
    for entry in node.entries() {
        let value = value(file, entry);
        match entry.name() {
            None => out.values.push(value),
            Some(name) => {
                let key = word(
                    Span::at(file, entry.span().offset()),
                    name.repr().unwrap_or(name.value()),
                    &KdlValue::String(name.value().to_owned()),
                );
                out.properties.push((key, value));
            }
        }
    }
    out.children = node.children().map(|children| {
        let nodes = children.nodes().iter();
        nodes.map(|node| convert(file, node)).collect()
    });
    out
}

fn value(file: usize, entry: &KdlEntry) -> Word {
    let repr = entry
        .format()
        .map_or("", |format| format.value_repr.as_str());
    let end = entry.span().offset() + entry.span().len();
    word(
        Span::at(file, end.saturating_sub(repr.len())),
        repr,
        entry.value(),
    )
}

fn word(span: Span, repr: &str, value: &KdlValue) -> Word {
    let (text, form) = match value {
        KdlValue::String(text) if repr.starts_with('"') => (text.clone(), Form::Quoted),
        KdlValue::String(text) => (text.clone(), Form::Bare),
        KdlValue::Integer(_) | KdlValue::Float(_) => (repr.to_owned(), Form::Number),
        KdlValue::Bool(yes) => (yes.to_string(), Form::Flag(*yes)),
        KdlValue::Null => (String::new(), Form::Null),
    };
    let escaped = (form == Form::Quoted && repr.contains('\\')).then(|| places(repr));
    Word {
        text,
        form,
        span,
        escaped,
    }
}

/// For every byte of the unescaped text, the byte of the written one (with its quote) that it comes from.
fn places(repr: &str) -> Vec<usize> {
    let mut places = Vec::with_capacity(repr.len());
    let mut chars = repr.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        let length = match (c, chars.peek()) {
            ('\\', Some((_, 'u'))) => {
                let digits: String = repr[at..]
                    .chars()
                    .skip(3)
                    .take_while(char::is_ascii_hexdigit)
                    .collect();
                chars.by_ref().find(|(_, c)| *c == '}');
                let code = u32::from_str_radix(&digits, 16).ok();
                code.and_then(char::from_u32).map_or(1, char::len_utf8)
            }
            ('\\', _) => {
                chars.next();
                1
            }
            _ => c.len_utf8(),
        };
        places.extend(std::iter::repeat_n(at, length));
    }
    places
}
