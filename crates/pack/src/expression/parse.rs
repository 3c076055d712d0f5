//! Signs and words as a tree.

use crate::Kind;
use crate::expression::ast::{Ast, DEEPEST, Operator, Segment};
use crate::expression::lex::{Sign, Token, lex};
use crate::source::{Desk, Span, quoted};
use crate::tree::Word;

/// Reads an expression; `None` after a complaint.
pub(crate) fn parse(desk: &Desk<'_>, word: &Word) -> Option<Ast> {
    let tokens = lex(desk, word)?;
    let mut parser = Parser {
        desk,
        end: word.place(word.text.len()),
        tokens: &tokens,
        at: 0,
        depth: 0,
    };
    let (ast, _) = parser.binary(0).ok()?;
    match parser.peek() {
        None => Some(ast),
        Some(token) => {
            let span = token.span;
            let (message, hint) = match &token.sign {
                Sign::Open => (
                    "nothing can be called here".to_owned(),
                    Some("expressions have no functions".to_owned()),
                ),
                sign => (
                    format!("{} does not go on the expression", shown(sign)),
                    Some(match parser.grouped() {
                        Some(plain) => format!("numbers have no separators: `{plain}`"),
                        None => "an operator is missing: `and`, `+`, `==` …".to_owned(),
                    }),
                ),
            };
            desk.hinted(Kind::Expression, span, message, hint);
            None
        }
    }
}

/// A complaint was handed in.
struct Stop;

type Parsed = Result<(Ast, usize), Stop>;

struct Parser<'a> {
    desk: &'a Desk<'a>,
    tokens: &'a [Token],
    at: usize,
    end: Span,
    depth: usize,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<&'a Token> {
        self.tokens.get(self.at)
    }

    /// The number that was written with a comma here: `1200` of `1,200`.
    fn grouped(&self) -> Option<String> {
        let around = self.tokens.get(self.at.checked_sub(1)?..self.at + 2)?;
        let [before, comma, after] = around else {
            return None;
        };
        match (&before.sign, &comma.sign, &after.sign) {
            (Sign::Number(before), Sign::Comma, Sign::Number(after)) => {
                Some(format!("{before}{after}"))
            }
            _ => None,
        }
    }

    fn stop<T>(&self, span: Span, message: impl Into<String>) -> Result<T, Stop> {
        self.desk.error(Kind::Expression, span, message);
        Err(Stop)
    }

    /// Takes the next token when it is this one.
    fn take(&mut self, sign: &Sign) -> bool {
        let found = self.peek().is_some_and(|token| token.sign == *sign);
        self.at += usize::from(found);
        found
    }

    fn bounded(&self, span: Span, depth: usize) -> Result<usize, Stop> {
        if depth > DEEPEST {
            let message = format!("this expression is more than {DEEPEST} levels deep");
            self.desk.error(Kind::ExpressionTooLarge, span, message);
            return Err(Stop);
        }
        Ok(depth)
    }

    /// Operators of at least this strength; gives the tree and its depth.
    fn binary(&mut self, least: u8) -> Parsed {
        let (mut left, mut depth) = self.unary()?;
        let mut compared = false;
        while let Some(Token {
            sign: Sign::Operator(operator),
            span,
        }) = self.peek()
        {
            if operator.strength() < least.max(1) {
                break;
            }
            if operator.compares() && compared {
                self.desk.hinted(
                    Kind::Expression,
                    *span,
                    "comparisons do not follow each other",
                    "write `a < b and b < c`".to_owned(),
                );
                return Err(Stop);
            }
            compared = operator.compares();
            self.at += 1;
            let (right, right_depth) = self.binary(operator.strength() + 1)?;
            depth = self.bounded(*span, depth.max(right_depth) + 1)?;
            left = Ast::Binary(*operator, Box::new(left), Box::new(right), *span);
        }
        Ok((left, depth))
    }

    fn unary(&mut self) -> Parsed {
        let Some(token) = self.peek() else {
            return self.stop(self.end, "the expression breaks off");
        };
        // The parser calls itself here and in parentheses; both count.
        self.depth = self.bounded(token.span, self.depth + 1)?;
        let parsed = match token.sign {
            Sign::Operator(Operator::Subtract) => {
                self.at += 1;
                let (inner, depth) = self.unary()?;
                let depth = self.bounded(token.span, depth + 1)?;
                (Ast::Negate(Box::new(inner), token.span), depth)
            }
            Sign::Not => {
                self.at += 1;
                // `not` binds looser than comparisons and tighter than `and`.
                let (inner, depth) = self.binary(Operator::Equal.strength())?;
                let depth = self.bounded(token.span, depth + 1)?;
                (Ast::Not(Box::new(inner), token.span), depth)
            }
            _ => self.primary(token)?,
        };
        self.depth -= 1;
        Ok(parsed)
    }

    fn primary(&mut self, token: &'a Token) -> Parsed {
        self.at += 1;
        let span = token.span;
        Ok(match &token.sign {
            Sign::Number(number) => (Ast::Number(number.clone(), span), 1),
            Sign::Text(text) => (Ast::Text(text.clone(), span), 1),
            Sign::Flag(yes) => (Ast::Flag(*yes, span), 1),
            Sign::Empty => (Ast::Empty(span), 1),
            Sign::Name(name) => return self.path(name, span),
            Sign::Open => {
                let (inner, depth) = self.binary(0)?;
                if !self.take(&Sign::Close) {
                    return self.stop(span, "this `(` is not closed");
                }
                (inner, depth)
            }
            sign => {
                let message = format!("{} cannot stand here", shown(sign));
                return self.stop(span, message);
            }
        })
    }

    fn path(&mut self, first: &str, span: Span) -> Parsed {
        let mut segments = vec![Segment {
            name: first.to_owned(),
            span,
        }];
        while self.take(&Sign::Dot) {
            match self.peek() {
                Some(Token {
                    sign: Sign::Name(name),
                    span,
                }) => {
                    self.at += 1;
                    segments.push(Segment {
                        name: name.clone(),
                        span: *span,
                    });
                }
                other => {
                    let span = other.map_or(self.end, |token| token.span);
                    return self.stop(span, "a name is missing after `.`");
                }
            }
            self.bounded(span, segments.len())?;
        }
        if !self.take(&Sign::OpenKey) {
            return Ok((Ast::Path(segments, None), 1));
        }
        let (mut keys, mut deepest) = (Vec::new(), 0);
        loop {
            let (key, depth) = self.binary(0)?;
            keys.push(key);
            deepest = deepest.max(depth);
            if !self.take(&Sign::Comma) {
                break;
            }
        }
        if !self.take(&Sign::CloseKey) {
            return self.stop(span, "the `[` of this name is not closed");
        }
        let depth = self.bounded(span, deepest + 1)?;
        Ok((Ast::Path(segments, Some(keys)), depth))
    }
}

fn shown(sign: &Sign) -> String {
    match sign {
        Sign::Number(text) | Sign::Name(text) => quoted(text),
        Sign::Text(text) => quoted(&format!("'{text}'")),
        Sign::Operator(operator) => quoted(operator.sign()),
        Sign::Not => quoted("not"),
        Sign::Flag(yes) => quoted(&yes.to_string()),
        Sign::Empty => quoted("empty"),
        Sign::Dot => quoted("."),
        Sign::Comma => quoted(","),
        Sign::Open => quoted("("),
        Sign::Close => quoted(")"),
        Sign::OpenKey => quoted("["),
        Sign::CloseKey => quoted("]"),
    }
}
