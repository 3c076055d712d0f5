//! Typed views of slips for the Rust rules of a flow: a renamed field breaks the compile instead of the rule.

use std::collections::BTreeSet;
use std::fmt::Write;

use model::{Field, FieldKind, Flow, Pack, Register, Slip};

/// Rust words that a method cannot be named by, or that a view uses itself.
const TAKEN: [&str; 52] = [
    "as", "async", "await", "break", "const", "continue", "crate", "dyn", "else", "enum", "extern",
    "false", "fn", "for", "if", "impl", "in", "let", "loop", "match", "mod", "move", "mut", "pub",
    "ref", "return", "self", "static", "struct", "super", "trait", "true", "type", "unsafe", "use",
    "where", "while", "abstract", "become", "box", "do", "final", "macro", "override", "priv",
    "try", "typeof", "unsized", "virtual", "yield", "gen", "raw",
];

/// Methods of the views themselves.
const OWN: [&str; 9] = [
    "of", "above", "facts", "view", "lines", "position", "value", "key", "fact",
];

/// The way to the registers and parameters.
const FACTS: &str = "\n    /// Registers and parameters, as of the day of the signature.\n    \
    pub fn facts(self) -> &'a dyn Facts {\n        self.facts\n    }\n";

/// Rust text with a view per slip of the flow and per register that the slips refer to; `None` when the pack has no such
/// flow. The text goes to `gen/<flow>.rs` of the pack, where a test compares it.
pub fn generate_views(pack: &Pack, flow: &str) -> Option<String> {
    let (_, flow) = pack.flow(flow)?;
    let mut out = String::new();
    let _ = writeln!(
        out,
        "//! Typed views of the slips of {} for the rules in `flows/{}.rs`.\n\
         //! Generated from the pack's text; a test keeps it so. Do not edit.\n",
        flow.label.zh, flow.name
    );
    imports(&mut out, pack, flow);
    for slip in &flow.slips {
        slip_view(&mut out, slip);
    }
    for register in registers(pack, flow) {
        register_view(&mut out, register);
    }
    Some(out)
}

/// The registers that fields of the flow's slips refer to.
fn registers<'a>(pack: &'a Pack, flow: &'a Flow) -> Vec<&'a Register> {
    let names: BTreeSet<&str> = flow
        .slips
        .iter()
        .flat_map(|slip| slip.header.iter().chain(slip.lines.iter().flatten()))
        .filter_map(|field| match &field.kind {
            FieldKind::Register(name) => Some(&**name),
            _ => None,
        })
        .collect();
    names
        .into_iter()
        .filter_map(|name| pack.register(name))
        .collect()
}

fn imports(out: &mut String, pack: &Pack, flow: &Flow) {
    let slips = flow.slips.iter();
    let fields = slips.flat_map(|slip| slip.header.iter().chain(slip.lines.iter().flatten()));
    let registers = registers(pack, flow);
    let facts = registers.iter().flat_map(|register| &register.fields);
    let kinds: Vec<&FieldKind> = fields.chain(facts).map(|field| &field.kind).collect();
    let has = |wanted: fn(&FieldKind) -> bool| kinds.iter().any(|kind| wanted(kind));
    let mut names = Vec::new();
    if has(|kind| matches!(kind, FieldKind::Amount(_))) {
        names.push("Amount");
    }
    if has(|kind| *kind == FieldKind::Day) {
        names.push("Day");
    }
    if has(|kind| *kind == FieldKind::Moment) {
        names.push("Moment");
    }
    names.push("Value");
    let text_facts = registers
        .iter()
        .flat_map(|register| &register.fields)
        .any(textual);
    if text_facts {
        let _ = writeln!(out, "use std::sync::Arc;\n");
    }
    let _ = match names.as_slice() {
        [one] => writeln!(out, "use kernel::{one};"),
        more => writeln!(out, "use kernel::{{{}}};", more.join(", ")),
    };
    let _ = writeln!(out, "use model::{{Facts, RuleContext, RuleSlip}};");
}

fn slip_view(out: &mut String, slip: &Slip) {
    let name = format!("{}Slip", camel(&slip.name));
    let _ = write!(
        out,
        "\n/// {zh}.\n\
         #[derive(Clone, Copy)]\n\
         pub struct {name}<'a> {{\n    \
             slip: RuleSlip<'a>,\n    \
             facts: &'a dyn Facts,\n\
         }}\n\n\
         impl<'a> {name}<'a> {{\n",
        zh = slip.label.zh,
    );
    constants(out, &slip.header);
    let _ = write!(
        out,
        "    /// The slip that is about to be signed, when it is one of these.\n    \
             pub fn of(context: &RuleContext<'a>) -> Option<Self> {{\n        \
                 Self::view(context.slip, context.facts)\n    \
             }}\n\n    \
             /// The nearest of these that the slip comes from.\n    \
             pub fn above(context: &RuleContext<'a>) -> Option<Self> {{\n        \
                 let mut sources = context.sources.iter();\n        \
                 sources.find_map(|slip| Self::view(*slip, context.facts))\n    \
             }}\n\n    \
             fn view(slip: RuleSlip<'a>, facts: &'a dyn Facts) -> Option<Self> {{\n        \
                 (&*slip.declaration.name == \"{}\").then_some(Self {{ slip, facts }})\n    \
             }}\n",
        slip.name
    );
    out.push_str(FACTS);
    methods(out, &slip.header, "self.slip.header(field)");
    if slip.lines.is_some() {
        let line = format!("{}Line", camel(&slip.name));
        let _ = write!(
            out,
            "\n    /// Its lines.\n    \
                 pub fn lines(self) -> impl Iterator<Item = {line}<'a>> {{\n        \
                     (0..self.slip.lines.len()).map(move |position| {line} {{\n            \
                         slip: self.slip,\n            \
                         facts: self.facts,\n            \
                         position,\n        \
                     }})\n    \
                 }}\n"
        );
    }
    out.push_str("}\n");
    if let Some(lines) = &slip.lines {
        line_view(out, slip, lines);
    }
}

fn line_view(out: &mut String, slip: &Slip, lines: &[Field]) {
    let name = format!("{}Line", camel(&slip.name));
    let _ = write!(
        out,
        "\n/// {zh}: a line.\n\
         #[derive(Clone, Copy)]\n\
         pub struct {name}<'a> {{\n    \
             slip: RuleSlip<'a>,\n    \
             facts: &'a dyn Facts,\n    \
             position: usize,\n\
         }}\n\n\
         impl<'a> {name}<'a> {{\n",
        zh = slip.label.zh,
    );
    constants(out, lines);
    let _ = write!(
        out,
        "    /// Its position, from 0.\n    \
             pub fn position(self) -> usize {{\n        \
                 self.position\n    \
             }}\n"
    );
    out.push_str(FACTS);
    methods(out, lines, "self.slip.line(self.position, field)");
    out.push_str("}\n");
}

/// The names of fields, for saying where a rule fails.
fn constants(out: &mut String, fields: &[Field]) {
    for field in fields {
        let _ = write!(
            out,
            "    /// {}.\n    pub const {}: &'static str = \"{}\";\n\n",
            field.label.zh,
            field.name.to_ascii_uppercase(),
            field.name
        );
    }
}

fn methods(out: &mut String, fields: &[Field], value: &str) {
    if !fields.is_empty() {
        let _ = write!(
            out,
            "\n    fn value(self, field: &str) -> &'a Value {{\n        {value}\n    }}\n"
        );
    }
    for field in fields {
        method(out, field);
    }
}

fn method(out: &mut String, field: &Field) {
    let (ty, body) = match &field.kind {
        FieldKind::Text | FieldKind::Choice(_) | FieldKind::Person => {
            ("&'a str".to_owned(), "value.as_text()".to_owned())
        }
        FieldKind::Amount(_) => ("Amount".to_owned(), "value.as_amount()".to_owned()),
        FieldKind::Day => ("Day".to_owned(), "value.as_day()".to_owned()),
        FieldKind::Moment => ("Moment".to_owned(), matched("Moment", "*value")),
        FieldKind::Flag => ("bool".to_owned(), matched("Flag", "*value")),
        FieldKind::Register(register) => {
            let record = format!("{}Record", camel(register));
            let body = format!(
                "let (key, facts) = (value.as_text()?, self.facts);\n        \
                 Some({record} {{ key, facts }})"
            );
            (format!("{record}<'a>"), body)
        }
    };
    let _ = write!(
        out,
        "\n    /// {}.\n    pub fn {}(self) -> Option<{ty}> {{\n        \
             let value = self.value(\"{}\");\n        {body}\n    }}\n",
        field.label.zh,
        method_name(&field.name),
        field.name
    );
}

fn matched(variant: &str, value: &str) -> String {
    format!(
        "match value {{\n            \
             Value::{variant}(value) => Some({value}),\n            \
             _ => None,\n        \
         }}"
    )
}

fn register_view(out: &mut String, register: &Register) {
    let name = format!("{}Record", camel(&register.name));
    let _ = write!(
        out,
        "\n/// {zh}: a record as of today.\n\
         #[derive(Clone, Copy)]\n\
         pub struct {name}<'a> {{\n    \
             key: &'a str,\n    \
             facts: &'a dyn Facts,\n\
         }}\n\n\
         impl<'a> {name}<'a> {{\n    \
             /// Its key.\n    \
             pub fn key(self) -> &'a str {{\n        \
                 self.key\n    \
             }}\n",
        zh = register.label.zh,
    );
    if !register.fields.is_empty() {
        let _ = write!(
            out,
            "\n    fn fact(self, field: &str) -> Value {{\n        \
                 self.facts.fact(\"{}\", self.key, field)\n    }}\n",
            register.name
        );
    }
    for field in &register.fields {
        let (ty, body) = match &field.kind {
            FieldKind::Amount(_) => ("Amount", "value.as_amount()".to_owned()),
            FieldKind::Day => ("Day", "value.as_day()".to_owned()),
            FieldKind::Moment => ("Moment", matched("Moment", "value")),
            FieldKind::Flag => ("bool", matched("Flag", "value")),
            _ => ("Arc<str>", "value.as_text().map(Arc::from)".to_owned()),
        };
        let _ = write!(
            out,
            "\n    /// {}.\n    pub fn {}(self) -> Option<{ty}> {{\n        \
                 let value = self.fact(\"{}\");\n        {body}\n    }}\n",
            field.label.zh,
            method_name(&field.name),
            field.name
        );
    }
    out.push_str("}\n");
}

fn textual(field: &Field) -> bool {
    matches!(
        field.kind,
        FieldKind::Text | FieldKind::Choice(_) | FieldKind::Person | FieldKind::Register(_)
    )
}

fn method_name(field: &str) -> String {
    if TAKEN.contains(&field) || OWN.contains(&field) {
        format!("{field}_")
    } else {
        field.to_owned()
    }
}

/// `stock_in` as `StockIn`.
fn camel(name: &str) -> String {
    name.split('_')
        .map(|part| {
            let mut chars = part.chars();
            let first = chars.next().map(|c| c.to_ascii_uppercase());
            first.into_iter().chain(chars).collect::<String>()
        })
        .collect()
}
