//! One input with its label, its hint and its refusal, in a form or in a cell of the line grid.

use maud::{Markup, html};

use super::icon::{Icon, icon};
use super::lang::{Lang, t};

/// What is typed into a field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    /// One line of text.
    #[default]
    Text,
    /// Several lines of text.
    Long,
    /// A quantity or an amount of money: a decimal number with as many digits as the field's `scale`.
    Number,
    /// A day, `2026-04-01`; `20260401`, `260401` and `4.1` are understood too.
    Date,
    /// A day with the time, `2026-04-01 14:05`.
    Time,
    /// A code of this register, found by code or name through `GET /lookup/{register}?q=`.
    Lookup(String),
    /// One of these: value and text.
    Choice(Vec<(String, String)>),
    /// Yes or no; the value is `1` or empty.
    Flag,
    /// A password.
    Secret,
    /// A file to attach.
    File,
}

/// What a field is, whatever is in it.
#[derive(Clone, Debug, Default)]
pub struct Field {
    /// Its name in the declaration: `qty`.
    pub name: String,
    /// Its label in the language of the page.
    pub label: String,
    /// What is typed into it.
    pub kind: Kind,
    /// Digits after the point that are always shown, for numbers.
    pub scale: u8,
    /// Digits after the point that are kept, to which a computed number is rounded; at least `scale`.
    pub kept: u8,
    /// Whether it may not be left empty.
    pub need: bool,
    /// Shown but not typed: carried from an earlier slip.
    pub fixed: bool,
    /// The expression it is computed by: names, numbers, `+ - *` and parentheses.
    pub is: Option<String>,
    /// The fact of a record that it shows, as the field that names the record and the record's field: `item.unit`.
    pub fact: Option<String>,
    /// Whether only the server can compute it, so that the script asks it.
    pub asks: bool,
    /// Whether the grid shows its sum.
    pub total: bool,
    /// Marks between packages and what is loose, for a number that may be typed so, such as `3件5`.
    pub marks: Option<String>,
    /// A sentence below it.
    pub hint: String,
    /// Over the whole width of the form.
    pub wide: bool,
    /// In the line grid: shown within the cell of the column before it, small.
    pub under: bool,
    /// What scanning does to it: `element`, `count`, `key`, or nothing.
    pub scan: &'static str,
}

impl Field {
    /// A field of this name, label and kind, with nothing else about it.
    pub fn new(name: impl Into<String>, label: impl Into<String>, kind: Kind) -> Field {
        Field {
            name: name.into(),
            label: label.into(),
            kind,
            ..Field::default()
        }
    }

    /// Whether what is in it is a figure.
    pub fn is_number(&self) -> bool {
        self.kind == Kind::Number
    }

    /// Whether nobody types into it.
    pub fn is_output(&self) -> bool {
        self.fixed || self.is.is_some()
    }
}

/// What is in a field.
#[derive(Clone, Debug, Default)]
pub struct Entry {
    /// What was typed, even if it was refused; for a number without thousands separators.
    pub value: String,
    /// The name of the record whose code is the value; for a computed number the text to show.
    pub shown: String,
    /// Why it was refused.
    pub refusal: Option<String>,
}

impl Entry {
    /// A value as typed.
    pub fn new(value: impl Into<String>) -> Entry {
        Entry {
            value: value.into(),
            ..Entry::default()
        }
    }

    /// A code with the name of what it stands for.
    pub fn named(value: impl Into<String>, shown: impl Into<String>) -> Entry {
        Entry {
            value: value.into(),
            shown: shown.into(),
            refusal: None,
        }
    }

    /// The same entry, refused for this reason.
    pub fn refused(self, why: impl Into<String>) -> Entry {
        Entry {
            refusal: Some(why.into()),
            ..self
        }
    }
}

/// Adds a sentence to what is wrong with an input or a line, below those that are there.
pub fn say_beside(refusal: &mut Option<String>, why: &str) {
    match refusal {
        Some(there) => {
            there.push('\n');
            there.push_str(why);
        }
        None => *refusal = Some(why.to_owned()),
    }
}

/// The `id` of the input called `name`; the summary of refusals links to it.
pub fn input_id(name: &str) -> String {
    format!("f-{name}")
}

/// A field with label, input, hint and refusal. `name` is the name sent: `h.supplier`.
pub fn field(lang: Lang, name: &str, field: &Field, entry: &Entry) -> Markup {
    let id = input_id(name);
    let below = describes(name, field, entry);
    html! {
        div class={ "field" @if field.wide { " wide" } } {
            @if field.is_output() {
                span class="label" { (field.label) }
                (computed(field, entry))
            } @else if field.kind == Kind::Flag {
                span class="label" { (field.label) }
                (control(lang, name, field, entry, Some(&id), below.as_deref()))
            } @else {
                label for=(id) class=[field.need.then_some("need")] { (field.label) }
                (control(lang, name, field, entry, Some(&id), below.as_deref()))
                @if matches!(field.kind, Kind::Lookup(_)) { div class="name" data-named { (entry.shown) } }
            }
            @if !field.hint.is_empty() { p class="hint" id={ "n-" (name) } { (field.hint) } }
            (refusal(name, entry))
        }
    }
}

/// A cell of the line grid. `name` is the name sent: `l.1.qty`.
pub fn cell(lang: Lang, name: &str, field: &Field, entry: &Entry, id: bool) -> Markup {
    let id = id.then(|| input_id(name));
    let below = describes(name, &Field::default(), entry);
    html! {
        @if field.is_output() {
            (computed(field, entry))
        } @else if matches!(field.kind, Kind::Lookup(_)) {
            div class="pair" {
                (control(lang, name, field, entry, id.as_deref(), below.as_deref()))
                span class="name" data-named { (entry.shown) }
            }
        } @else {
            (control(lang, name, field, entry, id.as_deref(), below.as_deref()))
        }
        (refusal(name, entry))
    }
}

fn describes(name: &str, field: &Field, entry: &Entry) -> Option<String> {
    let hint = (!field.hint.is_empty()).then(|| format!("n-{name}"));
    let refusal = entry.refusal.is_some().then(|| format!("r-{name}"));
    let ids: Vec<String> = refusal.into_iter().chain(hint).collect();
    (!ids.is_empty()).then(|| ids.join(" "))
}

fn refusal(name: &str, entry: &Entry) -> Markup {
    html! { @if let Some(why) = &entry.refusal { p class="refusal" id={ "r-" (name) } { (why) } } }
}

fn computed(field: &Field, entry: &Entry) -> Markup {
    let shown = if entry.shown.is_empty() {
        &entry.value
    } else {
        &entry.shown
    };
    let code_first = matches!(field.kind, Kind::Lookup(_)) && !entry.shown.is_empty();
    html! {
        output data-f=(field.name) data-asks[field.asks] data-is=[field.is.as_deref()] data-fact=[field.fact.as_deref()] data-scale=[field.is_number().then_some(field.scale)]
            data-kept=[field.is.is_some().then_some(field.kept.max(field.scale))] data-value=(entry.value) {
            @if code_first { span class="mute" { (entry.value) } " " }
            (shown)
        }
    }
}

/// What every input carries, whatever is typed into it.
struct Common<'a> {
    id: Option<&'a str>,
    name: &'a str,
    value: &'a str,
    /// In a cell of the grid the heading of the column is the label.
    label: Option<&'a str>,
    /// In a cell of the grid the name by which expressions know it.
    data: Option<&'a str>,
    need: Option<&'static str>,
    /// Browsers check dialogs; forms are checked by the server, which refuses in the fixed order.
    required: bool,
    /// Marks of packages, which the script leaves as they are typed.
    marks: Option<&'a str>,
    bad: Option<&'static str>,
    below: Option<&'a str>,
}

fn control(
    lang: Lang,
    name: &str,
    field: &Field,
    entry: &Entry,
    id: Option<&str>,
    below: Option<&str>,
) -> Markup {
    let grid = name.starts_with("l.");
    let common = Common {
        id,
        name,
        value: &entry.value,
        label: grid.then_some(field.label.as_str()),
        data: grid.then_some(field.name.as_str()),
        need: (field.need && !grid).then_some("true"),
        required: field.need && !grid && !name.starts_with("h."),
        marks: field.marks.as_deref(),
        bad: entry.refusal.is_some().then_some("true"),
        below,
    };
    match &field.kind {
        Kind::Text => typed(&common, "text", None, None),
        Kind::Number => typed(
            &common,
            "text",
            // Marks of packages are no figures, so a phone shows all its keys.
            Some(if field.marks.is_some() {
                "text"
            } else {
                "decimal"
            }),
            Some((field.scale, field.kept.max(field.scale))),
        ),
        Kind::Secret => typed(&common, "password", None, None),
        Kind::Long => long(&common),
        Kind::Date => day(lang, &common),
        Kind::Time => time(lang, &common),
        Kind::Lookup(register) => lookup(lang, &common, register),
        Kind::Choice(choices) => choice(&common, choices),
        Kind::Flag => flag(lang, &common, &field.label),
        Kind::File => html! {
            input type="file" id=[id] name=(name) multiple required[common.required] aria-invalid=[common.bad]
                aria-describedby=[below];
        },
    }
}

fn typed(c: &Common, kind: &str, mode: Option<&str>, digits: Option<(u8, u8)>) -> Markup {
    let (scale, kept) = (digits.map(|(scale, _)| scale), digits.map(|(_, kept)| kept));
    html! {
        input type=(kind) id=[c.id] name=(c.name) value=(c.value) inputmode=[mode] autocomplete="off" data-f=[c.data]
            data-scale=[scale] data-kept=[kept] data-marks=[c.marks] required[c.required] aria-label=[c.label] aria-required=[c.need]
            aria-invalid=[c.bad] aria-describedby=[c.below];
    }
}

fn long(c: &Common) -> Markup {
    html! {
        textarea id=[c.id] name=(c.name) rows="3" data-f=[c.data] required[c.required] aria-label=[c.label]
            aria-required=[c.need] aria-invalid=[c.bad] aria-describedby=[c.below] { (c.value) }
    }
}

fn day(lang: Lang, c: &Common) -> Markup {
    let hint = c
        .label
        .is_none()
        .then_some(t(lang, "年-月-日", "yyyy-mm-dd"));
    html! {
        span class="with" {
            input id=[c.id] name=(c.name) value=(c.value) inputmode="numeric" autocomplete="off" data-date
                placeholder=[hint] data-f=[c.data] required[c.required] aria-label=[c.label] aria-required=[c.need]
                aria-invalid=[c.bad] aria-describedby=[c.below];
            @if c.label.is_none() {
                button type="button" class="peek" data-pick tabindex="-1" aria-label=(t(lang, "选日期", "Pick a day")) {
                    (icon(Icon::Calendar))
                }
            }
        }
    }
}

fn time(lang: Lang, c: &Common) -> Markup {
    html! {
        input id=[c.id] name=(c.name) value=(c.value) inputmode="numeric" autocomplete="off"
            placeholder=(t(lang, "年-月-日 时:分", "yyyy-mm-dd hh:mm")) data-f=[c.data] required[c.required]
            aria-label=[c.label] aria-required=[c.need] aria-invalid=[c.bad] aria-describedby=[c.below];
    }
}

fn lookup(lang: Lang, c: &Common, register: &str) -> Markup {
    let input = html! {
        input id=[c.id] name=(c.name) value=(c.value) autocomplete="off" role="combobox" aria-autocomplete="list"
            aria-expanded="false" data-lookup=(register) spellcheck="false" data-f=[c.data] required[c.required]
            aria-label=[c.label] aria-required=[c.need] aria-invalid=[c.bad] aria-describedby=[c.below];
    };
    if c.label.is_some() {
        return input;
    }
    html! {
        span class="with" {
            (input)
            button type="button" class="peek" data-seek tabindex="-1" aria-label=(t(lang, "选择", "Choose")) {
                (icon(Icon::Search))
            }
        }
    }
}

fn choice(c: &Common, choices: &[(String, String)]) -> Markup {
    html! {
        select id=[c.id] name=(c.name) data-f=[c.data] required[c.required] aria-label=[c.label] aria-required=[c.need]
            aria-invalid=[c.bad] aria-describedby=[c.below] {
            @if !choices.iter().any(|(value, _)| value.is_empty()) { option value="" {} }
            @for (value, text) in choices { option value=(value) selected[value == c.value] { (text) } }
        }
    }
}

fn flag(lang: Lang, c: &Common, label: &str) -> Markup {
    html! {
        label class="check" {
            input type="checkbox" id=[c.id] name=(c.name) value="1" checked[c.value == "1"] data-f=[c.data]
                aria-label=(label) aria-invalid=[c.bad] aria-describedby=[c.below];
            @if c.label.is_none() { (t(lang, "是", "Yes")) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_input_tells_all_that_is_wrong_with_it() {
        let what = Field::new("at", "到货时间", Kind::Text);
        let mut entry = Entry::new("");
        say_beside(&mut entry.refusal, "须填明到货时间");
        say_beside(&mut entry.refusal, "超时的须填明原因");
        let made = field(Lang::Zh, "h.at", &what, &entry).into_string();
        assert!(
            made.contains(
                "<p class=\"refusal\" id=\"r-h.at\">须填明到货时间\n超时的须填明原因</p>"
            ),
            "{made}"
        );
    }

    #[test]
    fn a_refusal_is_tied_to_its_input_and_what_was_typed_stays() {
        let what = Field::new("qty", "数量", Kind::Number);
        let entry = Entry::new("-5\"").refused("数量须大于零");
        let made = field(Lang::Zh, "h.qty", &what, &entry).into_string();
        assert!(made.contains(r#"value="-5&quot;""#), "{made}");
        assert!(made.contains(r#"aria-invalid="true""#), "{made}");
        assert!(made.contains(r#"aria-describedby="r-h.qty""#), "{made}");
        assert!(
            made.contains(r#"<p class="refusal" id="r-h.qty">数量须大于零</p>"#),
            "{made}"
        );
    }
}
