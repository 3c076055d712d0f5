//! A text as a tree of nodes with the place of every word.

use crate::source::Span;

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
    /// A word as it stands in the file, quotes and escapes included. The scan has found it well written.
    pub fn read(span: Span, written: &str) -> Word {
        let (text, form) = match written {
            "#true" => ("true", Form::Flag(true)),
            "#false" => ("false", Form::Flag(false)),
            "#null" => ("", Form::Null),
            quoted if quoted.starts_with('"') => {
                let inner = quoted.trim_start_matches('"');
                let inner = inner.strip_suffix('"').unwrap_or(inner);
                if inner.contains('\\') {
                    return Word::unescaped(span, inner);
                }
                (inner, Form::Quoted)
            }
            number if decimal(number) => (number, Form::Number),
            bare => (bare, Form::Bare),
        };
        Word {
            text: text.to_owned(),
            form,
            span,
            escaped: None,
        }
    }

    fn unescaped(span: Span, inner: &str) -> Word {
        let (mut text, mut places) = (String::with_capacity(inner.len()), Vec::new());
        let mut chars = inner.char_indices();
        while let Some((at, c)) = chars.next() {
            let c = match c {
                '\\' => match chars.next().map_or('\\', |(_, c)| c) {
                    'n' => '\n',
                    'r' => '\r',
                    't' => '\t',
                    'b' => '\u{8}',
                    'f' => '\u{C}',
                    's' => ' ',
                    'u' => {
                        let digits = chars.by_ref().map(|(_, c)| c).skip(1);
                        let digits: String = digits.take_while(|c| *c != '}').collect();
                        let code = u32::from_str_radix(&digits, 16).ok();
                        code.and_then(char::from_u32).unwrap_or('\u{FFFD}')
                    }
                    other => other,
                },
                c => c,
            };
            // One for the quote.
            places.extend(std::iter::repeat_n(at + 1, c.len_utf8()));
            text.push(c);
        }
        Word {
            text,
            form: Form::Quoted,
            span,
            escaped: Some(places),
        }
    }

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

/// `-12.50`: digits with at most one point between them and one sign before.
pub(crate) fn decimal(word: &str) -> bool {
    let digits = word.strip_prefix(['+', '-']).unwrap_or(word);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let plain = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    plain(whole) && plain(fraction)
}

/// Puts a tree together from what the scan meets. Open nodes are kept in a list, not in calls.
#[derive(Default)]
pub(crate) struct Builder {
    /// Nodes whose braces are open, each with its earlier siblings.
    open: Vec<(Vec<Node>, Node)>,
    /// Nodes of the innermost braces so far.
    nodes: Vec<Node>,
    /// The node that is being written.
    current: Option<Node>,
}

impl Builder {
    /// A node begins.
    pub fn node(&mut self, name: Word) {
        self.end();
        self.current = Some(Node {
            name,
            values: Vec::new(),
            properties: Vec::new(),
            children: None,
        });
    }

    /// The node has another value.
    pub fn value(&mut self, value: Word) {
        if let Some(node) = &mut self.current {
            node.values.push(value);
        }
    }

    /// The node has another property.
    pub fn property(&mut self, name: Word, value: Word) {
        if let Some(node) = &mut self.current {
            node.properties.push((name, value));
        }
    }

    /// The node's line is over.
    pub fn end(&mut self) {
        self.nodes.extend(self.current.take());
    }

    /// The node's braces open.
    pub fn open(&mut self) {
        if let Some(node) = self.current.take() {
            self.open.push((std::mem::take(&mut self.nodes), node));
        }
    }

    /// The innermost braces close.
    pub fn close(&mut self) {
        self.end();
        if let Some((siblings, mut node)) = self.open.pop() {
            node.children = Some(std::mem::replace(&mut self.nodes, siblings));
            self.current = Some(node);
        }
    }

    /// All nodes of the text.
    pub fn finish(mut self) -> Vec<Node> {
        self.end();
        self.nodes
    }
}
