//! A pack as a page of reference in Markdown: what its texts declare, in one language.

use std::fmt::Write;

use model::{Field, FieldKind, Flow, Ledger, Pack, Parameter, Slip};

use crate::show::expression::Words;
use crate::show::{Language, show_text};

/// The pack's roles, registers, parameters, ledgers and flows as a page. The same pack gives the same page.
pub fn show_reference(pack: &Pack, language: Language) -> String {
    let page = Page { pack, language };
    let mut out = String::new();
    page.write(&mut out);
    out
}

struct Page<'a> {
    pack: &'a Pack,
    language: Language,
}

/// A cell of a table: a bar would end it.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

impl Page<'_> {
    fn pick(&self, zh: &'static str, en: &'static str) -> &'static str {
        self.language.pick(zh, en)
    }

    fn label(&self, label: &model::Label) -> String {
        self.language.of(label).to_string()
    }

    fn table(&self, out: &mut String, heads: &[&str], rows: impl Iterator<Item = Vec<String>>) {
        let _ = writeln!(out, "| {} |", heads.join(" | "));
        let _ = writeln!(out, "|{}", "---|".repeat(heads.len()));
        for row in rows {
            let row: Vec<String> = row.iter().map(|text| cell(text)).collect();
            let _ = writeln!(out, "| {} |", row.join(" | "));
        }
        out.push('\n');
    }

    fn write(&self, out: &mut String) {
        let pack = self.pack;
        let title = self.label(&pack.label);
        let _ = writeln!(out, "# {title} `{}`\n", pack.name);
        let _ = writeln!(
            out,
            "{}\n",
            self.pick(
                "本页由业务包的文本生成，勿手改。",
                "Generated from the texts of the pack; not to be edited."
            )
        );
        self.roles(out);
        for register in &pack.registers {
            let _ = writeln!(
                out,
                "## {}：{} `{}`\n",
                self.pick("台账", "Register"),
                self.label(&register.label),
                register.name
            );
            self.fields(out, &register.fields, None);
        }
        self.parameters(out);
        for ledger in &pack.ledgers {
            self.ledger(out, ledger);
        }
        for flow in &pack.flows {
            self.flow(out, flow);
        }
        while out.ends_with("\n\n") {
            out.pop();
        }
        if self.language == Language::En {
            *out = out.replace('：', ": ");
        }
    }

    fn roles(&self, out: &mut String) {
        let _ = writeln!(out, "## {}\n", self.pick("岗位", "Roles"));
        let signs = |role: usize| {
            let steps = self
                .pack
                .flows
                .iter()
                .flat_map(|flow| flow.steps.iter())
                .filter(|step| step.by.contains(&role));
            let steps: Vec<String> = steps.map(|step| format!("`{}`", step.name)).collect();
            steps.join(", ")
        };
        let heads = [
            self.pick("代码", "code"),
            self.pick("名称", "name"),
            self.pick("可办理的环节", "steps it may sign"),
        ];
        let rows = self.pack.roles.iter().enumerate().map(|(at, role)| {
            let code = format!("`{}.{}`", self.pack.name, role.name);
            vec![code, self.label(&role.label), signs(at)]
        });
        self.table(out, &heads, rows);
    }

    fn parameters(&self, out: &mut String) {
        if self.pack.parameters.is_empty() {
            return;
        }
        let _ = writeln!(out, "## {}\n", self.pick("参数表", "Dated parameters"));
        let heads = [
            self.pick("代码", "code"),
            self.pick("名称", "name"),
            self.pick("自", "from"),
            self.pick("适用", "for"),
            self.pick("值", "value"),
            self.pick("依据", "source"),
        ];
        let row = |parameter: &Parameter, row: &model::ParameterRow| {
            vec![
                format!("`{}`", parameter.name),
                self.label(&parameter.label),
                row.from.to_string(),
                row.key.to_string(),
                row.value.to_string(),
                self.label(&row.source),
            ]
        };
        let rows = self
            .pack
            .parameters
            .iter()
            .flat_map(|parameter| parameter.rows.iter().map(move |one| row(parameter, one)));
        self.table(out, &heads, rows);
    }

    fn ledger(&self, out: &mut String, ledger: &Ledger) {
        let _ = writeln!(
            out,
            "## {}：{} `{}`\n",
            self.pick("账", "Ledger"),
            self.label(&ledger.label),
            ledger.name
        );
        let list = |names: &[std::sync::Arc<str>]| {
            let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
            names.join(", ")
        };
        let mut said = vec![format!(
            "{}：`{}`",
            self.pick("单位", "unit"),
            ledger.unit.name()
        )];
        if !ledger.by.is_empty() {
            let by = self.pick("按", "conserved by");
            said.push(format!("{by}：{}", list(&ledger.by)));
        }
        if !ledger.detail.is_empty() {
            let detail = self.pick("明细", "counted by");
            said.push(format!("{detail}：{}", list(&ledger.detail)));
        }
        if let Some(chart) = &ledger.chart {
            let word = self.pick("科目表", "chart of accounts");
            said.push(format!("{word}：`{chart}`"));
        }
        if ledger.periods {
            said.push(self.pick("按月结账", "closed by month").to_owned());
        }
        let _ = writeln!(out, "{}\n", said.join(self.pick("；", "; ")));
        let heads = [
            self.pick("库区或科目", "place"),
            self.pick("名称", "name"),
            self.pick("可低于零", "may go below zero"),
            self.pick("颜色", "colour"),
        ];
        let rows = ledger.places.iter().map(|place| {
            let open = match (place.open, place.once) {
                (true, true) => self.pick("每码一次", "once per code"),
                (true, false) => self.pick("是", "yes"),
                _ => "",
            };
            let colour = place.colour.as_deref().unwrap_or_default();
            vec![
                format!("`{}`", place.name),
                self.label(&place.label),
                open.to_owned(),
                colour.to_owned(),
            ]
        });
        self.table(out, &heads, rows);
    }

    fn flow(&self, out: &mut String, flow: &Flow) {
        let _ = writeln!(
            out,
            "## {}：{} `{}`\n",
            self.pick("流程", "Flow"),
            self.label(&flow.label),
            flow.name
        );
        let text = show_text(self.pack, &flow.name, self.language).unwrap_or_default();
        let _ = writeln!(out, "```text\n{}\n```\n", text.trim_end());
        for (at, slip) in flow.slips.iter().enumerate() {
            let name = self.label(&slip.label);
            let _ = writeln!(out, "### {name} `{}`\n", slip.qualified);
            self.slip(out, flow, at, slip);
        }
    }

    fn slip(&self, out: &mut String, flow: &Flow, at: usize, slip: &Slip) {
        let mut said = vec![format!(
            "{}：`{}`",
            self.pick("编号", "number"),
            slip.number
        )];
        if let Some(form) = &slip.print {
            said.push(format!(
                "{}：`forms/{form}.typ`",
                self.pick("打印格式", "form")
            ));
        }
        if slip.lines.is_some() {
            let lines = self.pick("明细行", "lines");
            said.push(format!("{lines}：{} – {}", slip.lines_min, slip.lines_max));
        }
        let _ = writeln!(out, "{}\n", said.join(self.pick("；", "; ")));
        let words = Words {
            pack: self.pack,
            flow,
            slip: at,
            language: self.language,
        };
        self.fields(out, &slip.header, Some(&words));
        if let Some(lines) = slip.lines.as_deref().filter(|lines| !lines.is_empty()) {
            let _ = writeln!(out, "{}\n", self.pick("明细行", "Lines"));
            self.fields(out, lines, Some(&words));
        }
    }

    fn fields(&self, out: &mut String, fields: &[Field], words: Option<&Words<'_>>) {
        if fields.is_empty() {
            return;
        }
        let heads = [
            self.pick("字段", "field"),
            self.pick("名称", "name"),
            self.pick("类型", "type"),
            self.pick("说明", "about"),
        ];
        let rows = fields.iter().map(|field| {
            vec![
                format!("`{}`", field.name),
                self.label(&field.label),
                self.kind(&field.kind),
                self.about(field, words),
            ]
        });
        self.table(out, &heads, rows);
    }

    fn kind(&self, kind: &FieldKind) -> String {
        match kind {
            FieldKind::Text => "text".to_owned(),
            FieldKind::Amount(unit) => unit.name().to_owned(),
            FieldKind::Day => "date".to_owned(),
            FieldKind::Moment => "time".to_owned(),
            FieldKind::Flag => "flag".to_owned(),
            FieldKind::Person => "person".to_owned(),
            FieldKind::Register(name) => format!("`{name}`"),
            FieldKind::Choice(choices) => {
                let labels: Vec<String> = choices
                    .iter()
                    .map(|choice| self.label(&choice.label))
                    .collect();
                labels.join(self.pick("、", ", "))
            }
        }
    }

    fn about(&self, field: &Field, words: Option<&Words<'_>>) -> String {
        let mut said = Vec::new();
        let mut word = |zh, en| said.push(self.pick(zh, en).to_owned());
        if field.carry {
            word("带入", "carried");
        }
        if field.optional {
            word("可空", "optional");
        }
        if field.sensitive {
            word("敏感，显示时遮盖", "sensitive, masked on the screen");
        }
        if field.unprinted {
            word("不打印", "not printed");
        }
        if let Some(words) = words {
            let mut shown = |zh, en, expr: &Option<model::Expr>| {
                if let Some(expr) = expr {
                    said.push(format!("{} {}", self.pick(zh, en), words.of(expr)));
                }
            };
            shown("=", "=", &field.is);
            shown("默认", "default", &field.default);
            shown("须", "must be", &field.must);
            if let Some(packed) = &field.packed {
                let marks = packed.marks.join(self.pick("、", ", "));
                let (typed, each) = (
                    self.pick("可按件填写", "in packages"),
                    self.pick("每件", "of"),
                );
                said.push(format!("{typed} {marks} {each} {}", words.of(&packed.per)));
            }
            if let Some(draw) = &field.draws {
                let slip = words.flow.kind(draw.slip);
                let source = slip
                    .and_then(|slip| slip.lines.as_ref())
                    .and_then(|lines| lines.get(draw.field))
                    .map_or_else(String::new, |field| self.label(&field.label));
                said.push(format!(
                    "{} {}{}{source}",
                    self.pick("执行", "draws on"),
                    slip.map_or_else(String::new, |slip| self.label(&slip.label)),
                    self.pick("的", ": ")
                ));
            }
        }
        if let Some(help) = &field.help {
            said.push(self.label(help));
        }
        said.join(self.pick("；", "; "))
    }
}
