//! One field of a slip, a line or a register.

use std::sync::Arc;

use kernel::proof::Proof;
use kernel::{Unit, gs1};
use model::{Choice, Field, FieldKind, Scan};

use crate::Kind;
use crate::expression::{ROOTS, Ty};
use crate::reader::Reader;
use crate::reading::{Once, Reading, check_label, check_name};
use crate::source::{Span, quoted};
use crate::suggest;
use crate::tree::{Node, Word};

/// Types that need no register.
pub(crate) const TYPES: [&str; 11] = [
    "text", "qty", "money", "price", "rate", "count", "date", "time", "flag", "choice", "person",
];

/// Field names that mean something else in the notation or its expressions.
const RESERVED: [&str; 11] = [
    "carry", "lines", "proposal", "changes", "and", "or", "not", "true", "false", "empty", "number",
];

/// Characters of a text field unless declared.
const LENGTH: u32 = 500;

/// Characters that a text field can have at most.
const LENGTH_MOST: i64 = 20_000;

/// Where a field stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FieldStands {
    Register,
    Header,
    Line,
}

/// A field whose expressions are not yet read.
#[derive(Debug, Clone)]
pub(crate) struct FieldDraft<'a> {
    pub field: Field,
    pub ty: Ty,
    pub span: Span,
    pub is: Option<&'a Word>,
    pub default: Option<&'a Word>,
    pub must: Option<&'a Word>,
    pub draws: Option<&'a Word>,
    /// Base units per package, and the marks of packages.
    pub packed: Option<(&'a Word, Vec<Arc<str>>)>,
}

/// `also="货号 商品编号"`: other names in the headings of files, with space between.
pub(crate) fn also(reading: &mut Reading<'_>) -> Vec<Arc<str>> {
    let word = reading.text("also");
    let names = word
        .into_iter()
        .flat_map(|word| word.text.split_whitespace());
    names.map(Arc::from).collect()
}

impl<'a> Reader<'a> {
    /// Reads a field; `path` is the path of its labels.
    pub fn field(&self, node: &'a Node, path: &str, stands: FieldStands) -> Option<FieldDraft<'a>> {
        if !check_name(self.desk, &node.name) {
            return None;
        }
        let name = node.name.text.as_str();
        if RESERVED.contains(&name) || ROOTS.contains(&name) {
            let message = format!("{} means something else here", quoted(name));
            self.desk.error(Kind::ReservedName, node.name.span, message);
            return None;
        }
        let mut reading = Reading::new(self.desk, node);
        let zh = reading.need_label();
        let label = self.labels.label(self.desk, path, &zh, reading.span());
        let kind = self.kind(&mut reading, path);
        let optional = reading.flag("optional");
        let unprinted = reading.flag("unprinted");
        let sensitive = reading.flag("sensitive");
        let length = reading.number("length", 1..=LENGTH_MOST);
        if length.is_some() && kind.as_ref().is_some_and(|kind| *kind != FieldKind::Text) {
            let message = "only text has a length";
            self.desk.error(Kind::Conflict, reading.span(), message);
        }
        let help = reading.text("help").map(|word| {
            let zh = check_label(self.desk, word);
            self.labels
                .label(self.desk, &format!("{path}/help"), &zh, word.span)
        });
        let scan = reading
            .text("scan")
            .and_then(|word| self.scan(word, kind.as_ref(), stands));
        let proof = reading
            .text("proof")
            .and_then(|word| self.proof(word, kind.as_ref()));
        let on_slip = stands != FieldStands::Register;
        let also = match stands {
            FieldStands::Register | FieldStands::Line => also(&mut reading),
            FieldStands::Header => Vec::new(),
        };
        let is = on_slip.then(|| reading.property("is")).flatten();
        let default = on_slip.then(|| reading.property("default")).flatten();
        let must = on_slip.then(|| reading.property("must")).flatten();
        let draws = (stands == FieldStands::Line)
            .then(|| reading.text("draws"))
            .flatten();
        let packed = on_slip
            .then(|| self.packed(&mut reading, is, kind.as_ref()))
            .flatten();
        self.conflicts(&reading, optional, is, default);
        reading.finish();
        let ty = kind.as_ref().map_or(Ty::Unknown, Ty::of);
        Some(FieldDraft {
            field: Field {
                name: Arc::from(name),
                label,
                kind: kind.unwrap_or(FieldKind::Text),
                optional,
                carry: false,
                is: None,
                default: None,
                must: None,
                draws: None,
                unprinted,
                sensitive,
                length_max: length.and_then(|n| u32::try_from(n).ok()).unwrap_or(LENGTH),
                scan,
                proof,
                packed: None,
                also,
                help,
            },
            ty,
            span: node.name.span,
            is,
            default,
            must,
            draws,
            packed,
        })
    }

    /// `packed=item.per_case marks="件 箱"`.
    fn packed(
        &self,
        reading: &mut Reading<'a>,
        is: Option<&Word>,
        kind: Option<&FieldKind>,
    ) -> Option<(&'a Word, Vec<Arc<str>>)> {
        let per = reading.property("packed");
        let marks = reading.text("marks");
        let (Some(per), Some(marks)) = (per, marks) else {
            if per.is_some() != marks.is_some() {
                let message =
                    "`packed=` says how much goes into a package, `marks=` how packages are typed";
                let hint = "write `packed=item.per_case marks=\"件 箱\"`".to_owned();
                self.desk
                    .hinted(Kind::Missing, reading.span(), message, hint);
            }
            return None;
        };
        if is.is_some() {
            let message = "`packed=` and `is=`: a computed field is never entered";
            self.desk.error(Kind::Conflict, per.span, message);
            return None;
        }
        if kind.is_some_and(|kind| !matches!(kind, FieldKind::Amount(_))) {
            self.desk
                .error(Kind::Conflict, per.span, "only an amount comes in packages");
            return None;
        }
        let figure = |c: char| c.is_ascii_digit() || "+-.,".contains(c);
        let words: Vec<Arc<str>> = marks.text.split_whitespace().map(Arc::from).collect();
        if words.is_empty() || marks.text.contains(figure) {
            let message = "a mark of packages is a word without figures";
            let hint = "such as `marks=\"件 箱\"`".to_owned();
            self.desk
                .hinted(Kind::WrongValue, marks.span, message, hint);
            return None;
        }
        Some((per, words))
    }

    /// `gtin`, `credit_code`, `shape:…`, `words:…`: how a text proves itself.
    fn proof(&self, word: &Word, kind: Option<&FieldKind>) -> Option<Proof> {
        let proof = Proof::parse(&word.text);
        let message = match (&proof, kind) {
            (None, _) => "`proof` must be a way in which a code proves itself",
            (_, Some(FieldKind::Text) | None) => return proof,
            _ => "only text proves itself",
        };
        let hint = "`gtin`, `credit_code`, `shape:国药准字{HZS}{00000000}`, `codes:20` or `words:` and the words that a list may have";
        let (message, hint) = (message.to_owned(), hint.to_owned());
        self.desk.hinted(Kind::WrongValue, word.span, message, hint);
        None
    }

    /// `gs1:10`: an application identifier whose values the field can hold; `count`; `key:bin`, on slips.
    fn scan(&self, word: &Word, kind: Option<&FieldKind>, stands: FieldStands) -> Option<Scan> {
        let wrong = |message: String, hint: &str| {
            let hint = hint.to_owned();
            self.desk.hinted(Kind::WrongValue, word.span, message, hint);
            None
        };
        let text = word.text.as_str();
        if text == "count" && stands == FieldStands::Line {
            return match kind {
                None | Some(FieldKind::Amount(Unit::Qty | Unit::Count)) => Some(Scan::Count),
                _ => wrong(
                    "packs are counted in `qty` or `count`".to_owned(),
                    "write `qty`",
                ),
            };
        }
        if stands == FieldStands::Register && (text == "holds" || text.starts_with("begins")) {
            let scan = match text.strip_prefix("begins") {
                Some("") => Some(Scan::Begins(None)),
                Some(per) => per
                    .strip_prefix(':')
                    .map(|per| Scan::Begins(Some(Arc::from(per)))),
                None => Some(Scan::Holds),
            };
            return match (scan, kind) {
                (Some(scan), None | Some(FieldKind::Text)) => Some(scan),
                _ => wrong(
                    "codes and how they begin are listed in a text".to_owned(),
                    "such as `text scan=holds`, `text scan=begins` or `text scan=\"begins:per_case\"`",
                ),
            };
        }
        if text == "codes" && stands == FieldStands::Line {
            return match kind {
                None | Some(FieldKind::Text) => Some(Scan::Codes),
                _ => wrong(
                    "codes are listed in a text".to_owned(),
                    "write `text` and `proof=\"codes:20\"`",
                ),
            };
        }
        if let Some(register) = text
            .strip_prefix("key:")
            .filter(|_| stands != FieldStands::Register)
        {
            return self.scanned_key(word, register, kind);
        }
        let code = text
            .strip_prefix("gs1:")
            .filter(|code| gs1::title(code).is_some());
        let Some(code) = code else {
            let message = "`scan` must be an application identifier of GS1, `count` or `codes` in a line, `begins` or `holds` in a register or `key:` and a register on a slip";
            let hint = "such as `gs1:10` for the batch, `gs1:17` for the day of expiry, `key:bin` for the label of a bin";
            return wrong(message.to_owned(), hint);
        };
        let fits = match kind {
            None | Some(FieldKind::Text) => true,
            Some(FieldKind::Day) => gs1::is_day(code),
            Some(FieldKind::Amount(_)) => gs1::is_count(code),
            Some(_) => false,
        };
        if !fits {
            let message = format!(
                "a field of this type cannot hold what {} says",
                quoted(text)
            );
            let hint = "text holds anything, `date` days (11, 12, 13, 15, 16, 17), amounts counts (30, 37)";
            return wrong(message, hint);
        }
        Some(Scan::Element(Arc::from(code)))
    }

    /// `key:bin`: a register whose keys stand on labels, in a text or in a reference to that very register.
    fn scanned_key(&self, word: &Word, register: &str, kind: Option<&FieldKind>) -> Option<Scan> {
        if self.tables.register(register).is_none() {
            let names = self.tables.registers.iter().map(|(name, _)| &**name);
            let message = format!("there is no register {}", quoted(register));
            let hint = suggest::did_you_mean(register, names);
            let hint = hint.unwrap_or_else(|| "name a register of this pack".to_owned());
            self.desk
                .hinted(Kind::UnknownType, word.span, message, hint);
            return None;
        }
        match kind {
            None | Some(FieldKind::Text) => {}
            Some(FieldKind::Register(own)) if **own == *register => {}
            Some(_) => {
                let message = format!("a field of this type holds no key of {}", quoted(register));
                let hint = "text and references to that register do".to_owned();
                self.desk.hinted(Kind::WrongValue, word.span, message, hint);
                return None;
            }
        }
        Some(Scan::Key(Arc::from(register)))
    }

    fn conflicts(
        &self,
        reading: &Reading<'_>,
        optional: bool,
        is: Option<&Word>,
        default: Option<&Word>,
    ) {
        let message = match (optional, is, default) {
            (_, Some(_), Some(_)) => "`is=` and `default=`: a computed field is never entered",
            (true, Some(_), _) => "`optional` and `is=`: a computed field is never entered",
            (true, _, Some(_)) => {
                "`optional` and `default=`: a field with a default is never empty"
            }
            _ => return,
        };
        self.desk.error(Kind::Conflict, reading.span(), message);
    }

    fn kind(&self, reading: &mut Reading<'a>, path: &str) -> Option<FieldKind> {
        let word = reading.next();
        let Some(word) = word else {
            let mut names = TYPES.to_vec();
            names.extend(self.tables.registers.iter().map(|(name, _)| &**name));
            let message = format!("field {} has no type", quoted(&reading.node.name.text));
            let hint = format!("one of {}", suggest::list(&names));
            self.desk
                .hinted(Kind::Missing, reading.span(), message, hint);
            return None;
        };
        Some(match word.text.as_str() {
            "text" => FieldKind::Text,
            "qty" => FieldKind::Amount(Unit::Qty),
            "money" => FieldKind::Amount(Unit::Money),
            "price" => FieldKind::Amount(Unit::Price),
            "rate" => FieldKind::Amount(Unit::Rate),
            "count" => FieldKind::Amount(Unit::Count),
            "date" => FieldKind::Day,
            "time" => FieldKind::Moment,
            "flag" => FieldKind::Flag,
            "person" => FieldKind::Person,
            "choice" => FieldKind::Choice(self.choices(reading, path)?),
            name if self.tables.register(name).is_some() => FieldKind::Register(Arc::from(name)),
            name => {
                let mut names = TYPES.to_vec();
                names.extend(self.tables.registers.iter().map(|(name, _)| &**name));
                let message = format!("there is no type or register {}", quoted(name));
                let hint = suggest::did_you_mean(name, names)
                    .or_else(|| Some(format!("one of {}", suggest::list(&TYPES))));
                self.desk
                    .hinted(Kind::UnknownType, word.span, message, hint);
                return None;
            }
        })
    }

    /// `choice "常温" "冷藏"`, where the Chinese words are the codes, or `choice { normal "常温"; … }`.
    fn choices(&self, reading: &mut Reading<'a>, path: &str) -> Option<Vec<Choice>> {
        let mut choices = Vec::new();
        let mut once = Once::default();
        let plain = reading.quoted_values();
        for word in &plain {
            let zh = check_label(self.desk, word);
            self.choice(&mut choices, &mut once, path, word, &zh);
        }
        if reading.node.children.is_some() {
            for child in reading.children() {
                let mut inner = Reading::new(self.desk, child);
                let zh = inner.need_label();
                inner.finish();
                self.choice(&mut choices, &mut once, path, &child.name, &zh);
            }
            if !plain.is_empty() {
                let message = "the values of a choice stand in quotes or in braces, not in both";
                self.desk.error(Kind::Conflict, reading.span(), message);
            }
        }
        if choices.is_empty() {
            let message = "a choice without values";
            let hint =
                "write `choice \"常温\" \"冷藏\"` or `choice { normal \"常温\" }`".to_owned();
            self.desk
                .hinted(Kind::Missing, reading.span(), message, hint);
            return None;
        }
        Some(choices)
    }

    fn choice(
        &self,
        choices: &mut Vec<Choice>,
        once: &mut Once,
        path: &str,
        code: &Word,
        zh: &Arc<str>,
    ) {
        if code.text.is_empty() || code.text.contains(char::is_whitespace) {
            let message = "the code of a choice has no blanks";
            self.desk.error(Kind::BadName, code.span, message);
        }
        if once.add(self.desk, code.span, "choice", &code.text) {
            let path = format!("{path}/choice/{}", code.text);
            choices.push(Choice {
                code: Arc::from(code.text.as_str()),
                label: self.labels.label(self.desk, &path, zh, code.span),
            });
        }
    }
}
