//! The order in which the values of a slip come about: a computed one comes after those it reads.

use model::{Expr, Field, Name, Slip};

use crate::Kind;
use crate::reader::slips::SlipDraft;
use crate::source::{Desk, Span, quoted};

/// When a value of a slip is known. See [`model::Field::is`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Turn {
    /// Header fields that are entered, carried or defaulted.
    Header(usize),
    /// Line fields of that sort.
    Line(usize),
    /// Computed line fields, line by line.
    ComputedLine(usize),
    /// Computed header fields.
    ComputedHeader(usize),
}

/// Complains about computed fields and defaults that read what is known after them.
pub(crate) fn check(desk: &Desk<'_>, slip: &Slip, draft: &SlipDraft<'_>) {
    let lines = draft.lines.as_deref().unwrap_or_default();
    for (at, field) in slip.header.iter().enumerate() {
        one(desk, slip, header(slip, at), field, draft.header[at].span);
    }
    for (at, field) in slip.lines.iter().flatten().enumerate() {
        one(desk, slip, line(slip, at), field, lines[at].span);
    }
}

fn header(slip: &Slip, at: usize) -> Turn {
    match slip.header[at].is {
        Some(_) => Turn::ComputedHeader(at),
        None => Turn::Header(at),
    }
}

fn line(slip: &Slip, at: usize) -> Turn {
    let field = slip.lines.as_ref().and_then(|lines| lines.get(at));
    match field.and_then(|field| field.is.as_ref()) {
        Some(_) => Turn::ComputedLine(at),
        None => Turn::Line(at),
    }
}

fn one(desk: &Desk<'_>, slip: &Slip, own: Turn, field: &Field, span: Span) {
    let per = field.packed.as_ref().map(|packed| &packed.per);
    let entered: [Option<&Expr>; 2] = [field.is.as_ref().or(field.default.as_ref()), per];
    let read = |see: &mut dyn FnMut(&Name)| {
        let exprs = entered.iter().flatten();
        exprs.for_each(|expr| expr.names(&mut |name| see(name)));
    };
    read(&mut |name| {
        let known = match name {
            Name::Header(at) => header(slip, *at) < own,
            Name::Line(at) => line(slip, *at) < own,
            // A total is known when all lines are entered, or all computed.
            Name::Total(at) => matches!(
                (line(slip, *at), own),
                (_, Turn::ComputedHeader(_)) | (Turn::Line(_), Turn::ComputedLine(_))
            ),
            _ => true,
        };
        if !known {
            say(desk, slip, field, name, span);
        }
    });
}

fn say(desk: &Desk<'_>, slip: &Slip, field: &Field, name: &Name, span: Span) {
    let lines = slip.lines.as_deref().unwrap_or_default();
    let read = match name {
        Name::Header(at) => slip.header[*at].name.to_string(),
        Name::Line(at) => lines[*at].name.to_string(),
        Name::Total(at) => format!("total.{}", lines[*at].name),
        _ => return,
    };
    let own = quoted(&field.name);
    let (message, hint) = if *read == *field.name {
        (format!("{own} is computed from itself"), None)
    } else {
        (
            format!(
                "{own} is computed from {}, which is known later",
                quoted(&read)
            ),
            Some("first come entered fields and defaults, then lines, then the header".to_owned()),
        )
    };
    desk.hinted(Kind::ComputedLater, span, message, hint);
}
