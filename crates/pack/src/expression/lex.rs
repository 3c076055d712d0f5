//! An expression as signs and words.

use crate::Kind;
use crate::expression::ast::Operator;
use crate::source::{Desk, Span};
use crate::tree::Word;

/// Characters of an expression.
const LONGEST: usize = 2_000;

/// A sign or word with its place.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Token {
    pub sign: Sign,
    pub span: Span,
}

/// What a token is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Sign {
    Number(String),
    Text(String),
    Name(String),
    Operator(Operator),
    Not,
    Flag(bool),
    Empty,
    Dot,
    Open,
    Close,
    OpenKey,
    CloseKey,
    Comma,
}

/// Takes an expression apart; `None` after a complaint.
pub(crate) fn lex(desk: &Desk<'_>, word: &Word) -> Option<Vec<Token>> {
    if word.text.chars().count() > LONGEST {
        let message = format!("this expression has more than {LONGEST} characters");
        desk.error(Kind::ExpressionTooLarge, word.span, message);
        return None;
    }
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(c) = word.text[at..].chars().next() {
        if c.is_whitespace() {
            at += c.len_utf8();
            continue;
        }
        let (sign, length) = match next(&word.text[at..]) {
            Ok(found) => found,
            Err((message, hint)) => {
                let hint = hint.map(str::to_owned);
                desk.hinted(Kind::Expression, word.place(at), message, hint);
                return None;
            }
        };
        tokens.push(Token {
            sign,
            span: word.place(at),
        });
        at += length;
    }
    if tokens.is_empty() {
        desk.error(Kind::Expression, word.span, "this expression is empty");
        return None;
    }
    Some(tokens)
}

type Wrong = (String, Option<&'static str>);

fn next(rest: &str) -> Result<(Sign, usize), Wrong> {
    let c = rest.chars().next().unwrap_or(' ');
    let two = rest.get(..2).unwrap_or("");
    let operator = |operator, length| Ok((Sign::Operator(operator), length));
    match (c, two) {
        (_, "==") => operator(Operator::Equal, 2),
        (_, "!=") => operator(Operator::NotEqual, 2),
        (_, "<=") => operator(Operator::LessOrEqual, 2),
        (_, ">=") => operator(Operator::GreaterOrEqual, 2),
        (_, "&&") => Err(("unknown sign `&&`".into(), Some("write `and`"))),
        (_, "||") => Err(("unknown sign `||`".into(), Some("write `or`"))),
        ('<', _) => operator(Operator::Less, 1),
        ('>', _) => operator(Operator::Greater, 1),
        ('+', _) => operator(Operator::Add, 1),
        ('-', _) => operator(Operator::Subtract, 1),
        ('*', _) => operator(Operator::Multiply, 1),
        ('/', _) => operator(Operator::Divide, 1),
        ('=', _) => Err((
            "unknown sign `=`".into(),
            Some("two things are equal with `==`"),
        )),
        ('!', _) => Err(("unknown sign `!`".into(), Some("write `not`"))),
        ('(', _) => Ok((Sign::Open, 1)),
        (')', _) => Ok((Sign::Close, 1)),
        ('[', _) => Ok((Sign::OpenKey, 1)),
        (']', _) => Ok((Sign::CloseKey, 1)),
        ('.', _) => Ok((Sign::Dot, 1)),
        (',', _) => Ok((Sign::Comma, 1)),
        ('\'', _) => text(rest),
        (c, _) if c.is_ascii_digit() => Ok(number(rest)),
        (c, _) if c.is_ascii_alphabetic() || c == '_' => Ok(name(rest)),
        (c, _) if c.is_alphabetic() => Err((
            format!("`{c}` cannot stand here"),
            Some("text stands in single quotes: '冷藏'"),
        )),
        (c, _) if c.is_control() => Err((format!("unknown sign `{}`", c.escape_default()), None)),
        (c, _) => Err((format!("unknown sign `{c}`"), narrow(c))),
    }
}

/// What is written for a sign that a Chinese keyboard gives.
fn narrow(sign: char) -> Option<&'static str> {
    Some(match sign {
        '＜' => "write `<`",
        '＞' => "write `>`",
        '≤' => "write `<=`",
        '≥' => "write `>=`",
        '≠' => "write `!=`",
        '＝' => "two things are equal with `==`",
        '＋' => "write `+`",
        '－' | '—' | '−' => "write `-`",
        '×' | '＊' => "write `*`",
        '÷' | '／' => "write `/`",
        '（' => "write `(`",
        '）' => "write `)`",
        '．' | '。' => "write `.`",
        '，' => "write `,`",
        '‘' | '’' | '“' | '”' => "text stands in single quotes: '冷藏'",
        _ => return None,
    })
}

fn text(rest: &str) -> Result<(Sign, usize), Wrong> {
    match rest[1..].find('\'') {
        Some(end) => Ok((Sign::Text(rest[1..=end].to_owned()), end + 2)),
        None => Err(("this text has no closing `'`".into(), None)),
    }
}

fn number(rest: &str) -> (Sign, usize) {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let mut length = digits(rest);
    if let Some(fraction) = rest[length..].strip_prefix('.')
        && digits(fraction) > 0
    {
        length += 1 + digits(fraction);
    }
    (Sign::Number(rest[..length].to_owned()), length)
}

fn name(rest: &str) -> (Sign, usize) {
    let length = rest
        .bytes()
        .take_while(|b| b.is_ascii_alphanumeric() || *b == b'_')
        .count();
    let sign = match &rest[..length] {
        "and" => Sign::Operator(Operator::And),
        "or" => Sign::Operator(Operator::Or),
        "else" => Sign::Operator(Operator::Else),
        "at_most" => Sign::Operator(Operator::AtMost),
        "at_least" => Sign::Operator(Operator::AtLeast),
        "in_whole" => Sign::Operator(Operator::InWhole),
        "rest_of" => Sign::Operator(Operator::RestOf),
        "not" => Sign::Not,
        "true" => Sign::Flag(true),
        "false" => Sign::Flag(false),
        "empty" => Sign::Empty,
        name => Sign::Name(name.to_owned()),
    };
    (sign, length)
}
