//! Slips that ask for changes of a record: `changes register=kind key=code name=name field=line.field was=line.was to=line.becomes`.

use std::sync::Arc;

use model::{Changes, Choice, Current, Expr, Field, FieldKind, Label, Name, Pair};

use crate::Kind;
use crate::expression::Ty;
use crate::reader::Reader;
use crate::reader::fields::FieldDraft;
use crate::reader::slips::SlipDraft;
use crate::reading::Reading;
use crate::source::{Span, quoted};
use crate::suggest;
use crate::tree::{Node, Word};

/// The node of a slip, where it has one.
fn node(slip: &Node) -> Option<&Node> {
    let mut nodes = slip.children.iter().flatten();
    nodes.find(|node| node.name.text == "changes")
}

/// Gives the line field that names a field of the record its choices: those of all registers that the slip may name.
pub(crate) fn choices(reader: &Reader<'_>, draft: &mut SlipDraft<'_>) {
    let Some(node) = node(draft.node) else {
        return;
    };
    let said = |name: &str| {
        let mut properties = node.properties.iter();
        properties.find(|(key, _)| key.text == name)
    };
    let (Some((_, register)), Some((_, field))) = (said("register"), said("field")) else {
        return;
    };
    let mut header = draft.header.iter();
    let registers = header.find(|one| *one.field.name == *register.text);
    let Some(FieldKind::Choice(registers)) = registers.map(|one| &one.field.kind) else {
        return;
    };
    let mut choices: Vec<Choice> = Vec::new();
    for choice in registers {
        let register = reader.registers.iter().find(|one| one.name == choice.code);
        for field in register.iter().flat_map(|register| &register.fields) {
            add(&mut choices, field);
        }
    }
    let name = field.text.strip_prefix("line.").unwrap_or_default();
    let mut lines = draft.lines.iter_mut().flatten();
    if let Some(one) = lines.find(|one| *one.field.name == *name)
        && one.ty == Ty::Text
        && !choices.is_empty()
    {
        one.ty = Ty::Choice(choices.iter().map(|one| one.code.clone()).collect());
        one.field.kind = FieldKind::Choice(choices);
    }
}

/// Fields of one name in two registers are one choice, called by both their labels where those differ.
fn add(choices: &mut Vec<Choice>, field: &Field) {
    let Some(same) = choices.iter_mut().find(|one| one.code == field.name) else {
        choices.push(Choice {
            code: field.name.clone(),
            label: field.label.clone(),
        });
        return;
    };
    let both = |had: &Arc<str>, more: &Arc<str>| -> Arc<str> {
        if had.split(" / ").any(|one| *one == **more) {
            return had.clone();
        }
        format!("{had} / {more}").into()
    };
    same.label = Label {
        zh: both(&same.label.zh, &field.label.zh),
        en: both(&same.label.en, &field.label.en),
    };
}

/// Reads the changes that a slip asks for, and marks the fields that the engine fills in as computed.
pub(crate) fn read(
    reader: &Reader<'_>,
    draft: &SlipDraft<'_>,
    header: &mut [Field],
    lines: Option<&mut Vec<Field>>,
) -> Option<Changes> {
    let node = node(draft.node)?;
    let mut reading = Reading::new(reader.desk, node);
    let Some(lines) = lines else {
        let message = "changes are asked for line by line, and the slip has no lines";
        reader.desk.error(Kind::NoLines, node.name.span, message);
        return None;
    };
    let drafts = draft.lines.as_deref().unwrap_or_default();
    let hint =
        "write `changes register=kind key=code field=line.field was=line.was to=line.becomes`";
    let mut need = |name: &'static str| reading.need_property(name, hint);
    let (register, key) = (need("register"), need("key"));
    let (field, was, to) = (need("field"), need("was"), need("to"));
    let name = reading.property("name");
    let hidden = (
        reading.property("was_hidden"),
        reading.property("to_hidden"),
    );
    reading.finish();
    let place = Place { reader, draft };
    let register = register.and_then(|word| place.register(word));
    let key = key.and_then(|word| place.entered(word, &draft.header, ""));
    let field = field.and_then(|word| place.field(word, drafts));
    let plain = place.pair(was, to, drafts, false, node.name.span);
    let hidden = match hidden {
        (None, None) => None,
        (was, to) => Some(place.pair(was, to, drafts, true, node.name.span)?),
    };
    let plain = plain?;
    if let Some(at) = name.and_then(|word| place.named(word, &draft.header, "")) {
        place.computed(&mut header[at], &draft.header[at], Current::Name);
    }
    place.computed(&mut lines[plain.was], &drafts[plain.was], Current::Plain);
    if let Some(hidden) = hidden {
        place.computed(&mut lines[hidden.was], &drafts[hidden.was], Current::Hidden);
    }
    Some(Changes {
        register: register?,
        key: key?,
        field: field?,
        plain,
        hidden,
    })
}

/// Where names are looked up.
struct Place<'r, 'a> {
    reader: &'r Reader<'a>,
    draft: &'r SlipDraft<'a>,
}

impl Place<'_, '_> {
    /// The index of a field; complains when there is none, or when it is not text.
    fn named(&self, word: &Word, fields: &[FieldDraft<'_>], prefix: &str) -> Option<usize> {
        let name = word.text.strip_prefix(prefix);
        let found = name.and_then(|name| fields.iter().position(|one| *one.field.name == *name));
        let Some(at) = found else {
            let names: Vec<String> = fields
                .iter()
                .map(|one| format!("{prefix}{}", one.field.name))
                .collect();
            let message = format!("there is no {} on this slip", quoted(&word.text));
            let hint = suggest::one_of(&word.text, names.iter().map(String::as_str));
            self.reader
                .desk
                .hinted(Kind::UnknownField, word.span, message, hint);
            return None;
        };
        if !fields[at].ty.textual() && fields[at].ty != Ty::Unknown {
            let message = format!(
                "what is recorded is written down; this is {}",
                fields[at].ty
            );
            self.reader
                .desk
                .error(Kind::TypeMismatch, word.span, message);
            return None;
        }
        Some(at)
    }

    /// The same of a field that is typed.
    fn entered(&self, word: &Word, fields: &[FieldDraft<'_>], prefix: &str) -> Option<usize> {
        let at = self.named(word, fields, prefix)?;
        if fields[at].is.is_some() || fields[at].field.carry {
            let message = format!(
                "{} is carried or computed and never entered",
                quoted(&word.text)
            );
            self.reader.desk.error(Kind::Enters, word.span, message);
            return None;
        }
        Some(at)
    }

    /// The header field that names the register: a choice of registers that slips change.
    fn register(&self, word: &Word) -> Option<usize> {
        let at = self.entered(word, &self.draft.header, "")?;
        let FieldKind::Choice(choices) = &self.draft.header[at].field.kind else {
            let message = format!("{} is no choice of registers", quoted(&word.text));
            let hint = "write `kind \"资料\" choice { item \"商品\" }`".to_owned();
            self.reader
                .desk
                .hinted(Kind::TypeMismatch, word.span, message, hint);
            return None;
        };
        for choice in choices {
            let mut registers = self.reader.registers.iter();
            let found = registers.find(|one| one.name == choice.code);
            if !found.is_some_and(|register| register.by_slips) {
                let message = format!(
                    "{} is no register whose records slips change",
                    quoted(&choice.code)
                );
                let hint = "such a register is declared with `changes=slips`".to_owned();
                self.reader
                    .desk
                    .hinted(Kind::UnknownRegister, word.span, message, hint);
            }
        }
        Some(at)
    }

    /// The line field that names the field of the record. It has become a choice, unless something is wrong with the registers.
    fn field(&self, word: &Word, lines: &[FieldDraft<'_>]) -> Option<usize> {
        let at = self.entered(word, lines, "line.")?;
        matches!(lines[at].field.kind, FieldKind::Choice(_)).then_some(at)
    }

    fn pair(
        &self,
        was: Option<&Word>,
        to: Option<&Word>,
        lines: &[FieldDraft<'_>],
        hidden: bool,
        span: Span,
    ) -> Option<Pair> {
        let (Some(was_word), Some(to_word)) = (was, to) else {
            if hidden {
                let message = "`was_hidden=` and `to_hidden=` belong together".to_owned();
                self.reader.desk.error(Kind::Missing, span, message);
            }
            return None;
        };
        let pair = Pair {
            was: self.entered(was_word, lines, "line.")?,
            to: self.entered(to_word, lines, "line.")?,
        };
        for (at, word) in [(pair.was, was_word), (pair.to, to_word)] {
            if lines[at].field.sensitive != hidden {
                let message = match hidden {
                    true => format!("{} is read by everybody", quoted(&word.text)),
                    false => format!("{} is sensitive", quoted(&word.text)),
                };
                let hint = "what is recorded of a sensitive field stands in fields that are `sensitive`, other things do not";
                self.reader
                    .desk
                    .hinted(Kind::Conflict, word.span, message, hint.to_owned());
            }
        }
        if !lines[pair.to].field.optional {
            let message = format!("{} must be `optional`", quoted(&to_word.text));
            let hint = "a field is taken off a record by an empty value".to_owned();
            self.reader
                .desk
                .hinted(Kind::Conflict, to_word.span, message, hint);
        }
        Some(pair)
    }

    /// A field that the engine fills in with what is recorded.
    fn computed(&self, field: &mut Field, draft: &FieldDraft<'_>, what: Current) {
        if field.is.is_some() || field.carry || field.default.is_some() {
            let message = format!(
                "{} says what is recorded and nothing else",
                quoted(&field.name)
            );
            self.reader.desk.error(Kind::Conflict, draft.span, message);
        }
        field.is = Some(Expr::Name(Name::Current(what)));
    }
}
