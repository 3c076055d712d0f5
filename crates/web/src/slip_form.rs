//! From a slip to what its printed form is given: labels and values as people read them, signatures with names.

use std::collections::HashMap;
use std::sync::Arc;

use engine::{Slip, SlipState};
use kernel::proof::{Proof, codes};
use kernel::{Amount, OrgId, Unit, Value, capitals};
use model::{Catalog, Field, FieldKind, Flow, Label, Pack, Register};
use print::{Bilingual, Column, Copy, Form, FormData, Kind, Language};
use store::{Store, StoreError};

/// How a slip is to be printed.
#[derive(Debug, Clone, Default)]
pub struct Paper {
    /// Language of labels.
    pub language: Language,
    /// The organisation.
    pub company: Bilingual,
    /// Copies (联); none means one set of pages.
    pub copies: Vec<Copy>,
    /// The counter of reprints.
    pub reprint: Option<String>,
}

/// What a print wears beside its paper's language, company and copies.
#[derive(Debug, Clone, Default)]
pub struct Dress {
    /// Paper, if it is not the form's.
    pub paper: Option<print::Paper>,
    /// Size of paper that has no name.
    pub sheet: Option<print::Sheet>,
    /// Margins, if they are not the paper's.
    pub margins: Option<print::Margins>,
    /// Correction of the printer.
    pub shift: print::Shift,
    /// 套打: only the data is printed.
    pub overprint: bool,
    /// Marked as a sample over the page.
    pub sample: bool,
    /// The organisation's seal.
    pub seal: Option<print::Seal>,
    /// The text of the square code.
    pub code: String,
}

/// A slip ready for [`print::Printer::render`].
#[derive(Debug, Clone)]
pub struct Printable {
    /// The template's name and source; without one the generic form.
    pub template: Option<(String, String)>,
    /// Whether the template is the organisation's own; with its version, then.
    pub own: bool,
    /// Version of the organisation's own template.
    pub version: i64,
    /// The data.
    pub data: FormData,
}

impl Printable {
    /// The form's name, with the version of one that is the organisation's own: `order.typ v3`.
    #[must_use]
    pub fn name(&self) -> String {
        let form = self.form();
        match self.own {
            true => format!("{} v{}", form.name(), self.version),
            false => form.name().to_owned(),
        }
    }

    /// A digest of form and data.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let data = serde_json::to_string(&self.data).unwrap_or_default();
        let form = self.form();
        let all = [form.name(), form.source(), &data].join("\n");
        crate::text::sha256(all.as_bytes()).to_string()
    }

    /// The form it is set into.
    pub fn form(&self) -> Form<'_> {
        match &self.template {
            Some((name, source)) => Form::new(name.as_str(), source.as_str()),
            None => Form::generic(),
        }
    }
}

/// A slip as its form shows it. Names of people and of records are those that hold on the slip's day. `None` when the pack
/// version that the slip began under is not known.
///
/// # Errors
/// When the store cannot be read.
pub fn printable(
    store: &Store,
    org: OrgId,
    slip: &Slip,
    paper: &Paper,
) -> Result<Option<Printable>, StoreError> {
    dressed(store, org, slip, paper, &Dress::default())
}

/// As [`printable`], with all that a print can wear.
///
/// # Errors
/// When the store cannot be read.
pub fn dressed(
    store: &Store,
    org: OrgId,
    slip: &Slip,
    paper: &Paper,
    dress: &Dress,
) -> Result<Option<Printable>, StoreError> {
    dressed_in(store, org, slip, paper, dress, None)
}

/// The name by which an organisation's own form of a kind of slip is kept: the form that the pack names, else the kind.
#[must_use]
pub fn own_name(pack: &Pack, kind: &str, print: Option<&str>) -> String {
    let named = print.filter(|name| pack.forms.contains_key(*name));
    named.map_or_else(
        || {
            kind.strip_prefix(&format!("{}.", pack.name))
                .unwrap_or(kind)
                .to_owned()
        },
        str::to_owned,
    )
}

/// As [`dressed`], into a template that is still being written.
///
/// # Errors
/// When the store cannot be read.
pub fn dressed_in(
    store: &Store,
    org: OrgId,
    slip: &Slip,
    paper: &Paper,
    dress: &Dress,
    draft: Option<&str>,
) -> Result<Option<Printable>, StoreError> {
    let catalog = store.catalog();
    let Some((pack, _, flow, at, declared)) = catalog.slip_of(&slip.version, &slip.kind) else {
        return Ok(None);
    };
    let name = own_name(pack, &slip.kind, declared.print.as_deref());
    let own = match draft {
        Some(draft) => Some((0, draft.to_owned())),
        None => crate::paper::own::current(store, org, &pack.name, &name)?,
    };
    let version = own.as_ref().map_or(0, |(version, _)| *version);
    let is_own = own.is_some();
    let template = match own {
        Some((_, source)) => Some((format!("{name}.typ"), source)),
        None => declared.print.as_deref().and_then(|name| {
            let source = pack.forms.get(name)?;
            Some((format!("{name}.typ"), source.clone()))
        }),
    };
    let mut writer = Writer {
        store,
        org,
        pack,
        slip,
        language: paper.language,
        records: HashMap::new(),
        people: HashMap::new(),
    };
    let wanted = template
        .as_ref()
        .map_or_else(String::new, |(_, source)| without_comments(source));
    let wanted = wanted.as_str();
    let fields = writer.fields(&declared.header)?;
    let mut annex = Vec::new();
    let (columns, lines) = writer.table(
        declared.lines.as_deref().unwrap_or_default(),
        wanted,
        &mut annex,
    )?;
    let signatures = writer.signatures(flow, at)?;
    let money = total_money(
        slip,
        &declared.header,
        declared.lines.as_deref().unwrap_or_default(),
    );
    let data = FormData {
        language: paper.language,
        company: paper.company.clone(),
        title: Bilingual::new(&*declared.label.zh, &*declared.label.en),
        number: slip.number.to_string(),
        recorded: slip.signed.last().map_or(slip.begun_at, |signed| signed.at),
        state: match slip.state {
            SlipState::Open => print::SlipState::Draft,
            SlipState::Done => print::SlipState::Effective,
            SlipState::Void => print::SlipState::Void,
            SlipState::Reversed => print::SlipState::Reversed,
        },
        fields,
        columns,
        lines,
        annex,
        amount_in_capitals: money.map(capitals::rmb),
        signatures,
        copies: paper.copies.clone(),
        reprint: paper.reprint.clone(),
        digest: slip.content.to_string(),
        paper: dress.paper,
        shift: dress.shift,
        sheet: dress.sheet,
        margins: dress.margins,
        overprint: dress.overprint,
        sample: dress.sample,
        seal: dress.seal.clone(),
        code: dress.code.clone(),
    };
    Ok(Some(Printable {
        template,
        own: is_own,
        version,
        data,
    }))
}

fn sum(slip: &Slip, field: usize) -> Option<Amount> {
    let mut amounts = slip
        .lines
        .iter()
        .filter_map(|line| line.values.get(field)?.as_amount());
    let first = amounts.next()?;
    amounts.try_fold(first, Amount::checked_add)
}

/// The money of a slip in fen: of the header, else the total of the last column of money that has one.
fn total_money(slip: &Slip, header: &[Field], lines: &[Field]) -> Option<i128> {
    let is_money = |field: &Field| field.kind == FieldKind::Amount(Unit::Money);
    let own = header
        .iter()
        .position(is_money)
        .and_then(|at| slip.header.get(at)?.as_amount());
    let of_lines = || {
        let last = lines
            .iter()
            .rposition(|field| is_money(field) && field.is_totalled())?;
        sum(slip, last)
    };
    own.or_else(of_lines).map(|amount| i128::from(amount.units))
}

struct Writer<'a> {
    store: &'a Store,
    org: OrgId,
    pack: &'a Pack,
    slip: &'a Slip,
    language: Language,
    records: HashMap<(Arc<str>, Arc<str>), Option<engine::Record>>,
    people: HashMap<Arc<str>, String>,
}

impl Writer<'_> {
    fn label(&self, label: &Label) -> String {
        match self.language {
            Language::En if !label.en.is_empty() => label.en.to_string(),
            _ => label.zh.to_string(),
        }
    }

    fn word(&self, zh: &str, en: &str) -> String {
        match self.language {
            Language::Zh => zh.to_owned(),
            Language::En => en.to_owned(),
        }
    }

    /// The head: the declared fields, and the day, which every official form has.
    fn fields(&mut self, header: &[Field]) -> Result<Vec<print::Field>, StoreError> {
        let mut out = Vec::new();
        if !header.iter().any(|field| &*field.name == "day") {
            out.push(print::Field {
                name: "day".to_owned(),
                label: self.word("日期", "Date"),
                value: self.slip.day.to_string(),
            });
        }
        for (field, value) in header.iter().zip(&self.slip.header) {
            if field.unprinted || field.sensitive {
                continue;
            }
            out.push(print::Field {
                name: field.name.to_string(),
                label: self.label(&field.label),
                value: self.text(field, value)?,
            });
        }
        Ok(out)
    }

    /// The lines: the declared fields, and of the records they name those fields that the template asks for by name.
    fn table(
        &mut self,
        fields: &[Field],
        template: &str,
        annex: &mut Vec<print::Annex>,
    ) -> Result<(Vec<Column>, Vec<Vec<String>>), StoreError> {
        let mut columns = Vec::new();
        let mut lines: Vec<Vec<String>> = self.slip.lines.iter().map(|_| Vec::new()).collect();
        for (at, field) in fields.iter().enumerate() {
            if field.unprinted || field.sensitive {
                continue;
            }
            if matches!(field.proof, Some(Proof::Codes(_))) {
                self.codes((at, field), &mut columns, &mut lines, annex);
                continue;
            }
            columns.push(self.column(
                field,
                field.is_totalled().then(|| sum(self.slip, at)).flatten(),
            ));
            for (line, cells) in self.slip.lines.iter().zip(&mut lines) {
                let value = line.values.get(at).unwrap_or(&Value::Empty);
                cells.push(self.text(field, value)?);
            }
            let FieldKind::Register(name) = &field.kind else {
                continue;
            };
            let Some(register) = self.pack.register(name) else {
                continue;
            };
            for facts in register
                .fields
                .iter()
                .filter(|facts| asked_for(template, &facts.name, fields))
            {
                columns.push(self.column(facts, None));
                for (line, cells) in self.slip.lines.iter().zip(&mut lines) {
                    let key = line
                        .values
                        .get(at)
                        .and_then(Value::as_text)
                        .unwrap_or_default();
                    cells.push(self.fact(register, key, facts)?);
                }
            }
        }
        Ok((columns, lines))
    }

    /// A column of codes: how many each line has, and after the lines which they are. Where they are as they came from an earlier
    /// slip its paper has them, and where there are none there is no column.
    fn codes(
        &self,
        (at, field): (usize, &Field),
        columns: &mut Vec<Column>,
        lines: &mut [Vec<String>],
        annex: &mut Vec<print::Annex>,
    ) {
        let of = |line: &engine::Line| -> Vec<String> {
            let text = line.values.get(at).and_then(Value::as_text);
            codes(text.unwrap_or_default()).map(str::to_owned).collect()
        };
        let all: Vec<Vec<String>> = self.slip.lines.iter().map(of).collect();
        if field.carry || all.iter().all(Vec::is_empty) {
            return;
        }
        columns.push(self.column(field, None));
        let few = all.iter().all(|codes| codes.len() < 2);
        for (nth, (codes, cells)) in all.iter().zip(lines).enumerate() {
            if few || codes.is_empty() {
                cells.push(codes.join(" "));
                continue;
            }
            cells.push(codes.len().to_string());
            annex.push(print::Annex {
                label: format!("{} {}", nth + 1, self.label(&field.label)),
                text: codes.join(" "),
            });
        }
    }

    fn column(&self, field: &Field, total: Option<Amount>) -> Column {
        Column {
            name: field.name.to_string(),
            label: self.label(&field.label),
            kind: match &field.kind {
                FieldKind::Amount(Unit::Money | Unit::Price) => Kind::Money,
                FieldKind::Amount(_) => Kind::Quantity,
                FieldKind::Day => Kind::Date,
                _ => Kind::Text,
            },
            align: None,
            total: total.map(|total| total.to_string()),
        }
    }

    /// A value as it is read on paper.
    fn text(&mut self, field: &Field, value: &Value) -> Result<String, StoreError> {
        Ok(match (&field.kind, value) {
            (FieldKind::Register(name), Value::Text(key)) => self.named(name, key)?,
            (FieldKind::Person, Value::Text(login)) => self.person(login)?,
            (_, value) => self.plain(field, value),
        })
    }

    fn plain(&self, field: &Field, value: &Value) -> String {
        match (&field.kind, value) {
            (FieldKind::Choice(choices), Value::Text(code)) => {
                let chosen = choices.iter().find(|choice| choice.code == *code);
                chosen.map_or_else(|| code.to_string(), |choice| self.label(&choice.label))
            }
            (_, Value::Flag(yes)) => match yes {
                true => self.word("是", "yes"),
                false => self.word("否", "no"),
            },
            (_, Value::Moment(moment)) => moment.minute(),
            (_, value) => value.to_string(),
        }
    }

    /// `A001 阿莫西林胶囊`: the key, and what people call it.
    fn named(&mut self, register: &str, key: &Arc<str>) -> Result<String, StoreError> {
        let Some(declared) = self.pack.register(register) else {
            return Ok(key.to_string());
        };
        for field in name_fields(declared) {
            let name = self.fact(declared, key, field)?;
            if !name.is_empty() {
                return Ok(format!("{key} {name}"));
            }
        }
        Ok(key.to_string())
    }

    fn fact(
        &mut self,
        register: &Register,
        key: &str,
        field: &Field,
    ) -> Result<String, StoreError> {
        if field.sensitive {
            return Ok(String::new());
        }
        let qualified: Arc<str> = format!("{}.{}", self.pack.name, register.name).into();
        let at = (qualified, Arc::from(key));
        if !self.records.contains_key(&at) {
            let row = self.store.record_on(self.org, &at.0, key, self.slip.day)?;
            self.records.insert(at.clone(), row.map(|row| row.record));
        }
        let record = self.records.get(&at).and_then(Option::as_ref);
        let text = record
            .and_then(|record| record.field(&field.name))
            .unwrap_or_default();
        Ok(self.plain(field, &Value::text(text)))
    }

    fn person(&mut self, login: &Arc<str>) -> Result<String, StoreError> {
        if let Some(name) = self.people.get(login) {
            return Ok(name.clone());
        }
        let name = self
            .store
            .person(self.org, login)?
            .map_or_else(|| login.to_string(), |person| person.name.to_string());
        self.people.insert(login.clone(), name.clone());
        Ok(name)
    }

    /// Who signed each step of the slip; a step still to be signed leaves room for a pen.
    fn signatures(
        &mut self,
        flow: &Flow,
        slip: usize,
    ) -> Result<Vec<print::Signature>, StoreError> {
        let mut out = Vec::new();
        for (_, step) in flow.steps_of(slip) {
            let label = self.label(&step.label);
            let before = out.len();
            for signed in self.slip.signatures(&step.qualified) {
                out.push(print::Signature {
                    step: label.clone(),
                    person: self.person(&signed.person)?,
                    time: signed.at.minute(),
                    on_behalf_of: signed
                        .on_behalf_of
                        .as_ref()
                        .map(|login| self.person(login))
                        .transpose()?,
                });
            }
            // A step that this slip does not go through leaves no empty box on a slip that is done.
            if out.len() == before && self.slip.state == SlipState::Open {
                out.push(print::Signature {
                    step: label,
                    ..print::Signature::default()
                });
            }
        }
        Ok(out)
    }
}

/// The fields that people know a record by: `name`, then those that end so (`generic_name`).
pub(crate) fn name_fields(register: &Register) -> impl Iterator<Item = &Field> {
    let text = || {
        register
            .fields
            .iter()
            .filter(|field| field.kind == FieldKind::Text)
    };
    text()
        .filter(|field| &*field.name == "name")
        .chain(text().filter(|field| field.name.ends_with("_name")))
}

/// A template without its comments: what stands in them is said to people and asks for nothing.
fn without_comments(template: &str) -> String {
    let mut out = String::with_capacity(template.len());
    let mut rest = template;
    let mut quoted = false;
    let mut deep = 0_usize;
    while let Some(c) = rest.chars().next() {
        let after = &rest[c.len_utf8()..];
        if deep == 0 && quoted && c == '\\' {
            // What is escaped ends no string.
            let both: String = rest.chars().take(2).collect();
            rest = &rest[both.len()..];
            out.push_str(&both);
            continue;
        }
        if !quoted && rest.starts_with("/*") {
            deep += 1;
            rest = &rest[2..];
            continue;
        }
        if deep > 0 {
            if rest.starts_with("*/") {
                deep -= 1;
                out.push(' ');
                rest = &rest[2..];
            } else {
                rest = after;
            }
            continue;
        }
        if !quoted && rest.starts_with("//") {
            rest = rest.find('\n').map_or("", |at| &rest[at..]);
            continue;
        }
        quoted ^= c == '"';
        out.push(c);
        rest = after;
    }
    out
}

/// Whether a template names a field of a record, so that it becomes a column beside the lines' own.
fn asked_for(template: &str, name: &str, own: &[Field]) -> bool {
    let inside = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let named = template.match_indices(name).any(|(at, _)| {
        let before = template[..at].chars().next_back().is_some_and(inside);
        let after = template[at + name.len()..]
            .chars()
            .next()
            .is_some_and(inside);
        !before && !after
    });
    named && !own.iter().any(|field| &*field.name == name)
}

/// Whether a kind of slip has a form of its own.
pub fn has_form(catalog: &Catalog, kind: &str) -> bool {
    catalog.kind(kind).is_some_and(|(pack, flow, slip)| {
        let print = &pack.flows[flow].slips[slip].print;
        print
            .as_deref()
            .is_some_and(|name| pack.forms.contains_key(name))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_asks_for_a_field_by_its_whole_name() {
        let template = "columns: (item: 4, ..maybe(dosage_form: 1, unit: 0.5))";
        assert!(asked_for(template, "dosage_form", &[]));
        assert!(asked_for(template, "unit", &[]));
        assert!(!asked_for(template, "dosage", &[]));
        assert!(!asked_for(template, "origin", &[]));
        assert!(!asked_for("", "unit", &[]));
    }

    #[test]
    fn a_comment_asks_for_nothing() {
        let template = "// origin and batch\n#form(fields: (\"a//unit\", \"b\\\"/*\"), /* made /* x */ dosage */ columns: (qty: 1)) // unit\nitem";
        let plain = without_comments(template);
        for name in ["origin", "batch", "made", "x", "dosage"] {
            assert!(!asked_for(&plain, name, &[]), "{name} in {plain}");
        }
        for name in ["unit", "b", "qty", "item", "columns"] {
            assert!(asked_for(&plain, name, &[]), "{name} in {plain}");
        }
        assert_eq!(without_comments("a /* b"), "a ");
    }
}
