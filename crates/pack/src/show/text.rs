//! A flow as text: the chain of slips, its steps, and what each asks and does.

use std::fmt::Write;

use kernel::{EntryState, Side, Value};
use model::{Expr, Flow, Pack, PlaceRef, Post, PostKind, Slip, Step};

use crate::show::expression::Words;
use crate::show::{Language, signers};

/// The flow of that name as text; `None` when the pack has none.
pub fn show_text(pack: &Pack, flow: &str, language: Language) -> Option<String> {
    let (_, flow) = pack.flow(flow)?;
    let show = Show {
        pack,
        flow,
        language,
    };
    let mut out = String::new();
    let _ = writeln!(
        out,
        "{}  {}.{}",
        language.of(&flow.label),
        pack.name,
        flow.name
    );
    if let Some(cites) = &flow.cites {
        let _ = writeln!(
            out,
            "  {} {}",
            language.pick("依据", "after"),
            language.of(cites)
        );
    }
    for (at, slip) in flow.slips.iter().enumerate() {
        show.slip(&mut out, at, slip);
    }
    show.separations(&mut out);
    Some(out)
}

struct Show<'a> {
    pack: &'a Pack,
    flow: &'a Flow,
    language: Language,
}

impl Show<'_> {
    fn slip(&self, out: &mut String, at: usize, slip: &Slip) {
        let pick = |zh, en| self.language.pick(zh, en);
        let _ = write!(
            out,
            "\n{}  {}  {}",
            self.language.of(&slip.label),
            slip.name,
            slip.number
        );
        if !slip.from.is_empty() {
            let sources: Vec<_> = slip
                .from
                .iter()
                .filter_map(|at| self.flow.kind(*at))
                .map(|slip| self.language.of(&slip.label))
                .collect();
            let joint = pick("或", " or ");
            let _ = write!(out, "  ← {}", sources.join(joint));
            if slip.join {
                let _ = write!(out, " {}", pick("（可多张合并）", "(one from several)"));
            }
        }
        out.push('\n');
        for (_, step) in self.flow.steps_of(at) {
            self.step(out, step);
        }
    }

    fn step(&self, out: &mut String, step: &Step) {
        let pick = |zh, en| self.language.pick(zh, en);
        let words = Words {
            pack: self.pack,
            flow: self.flow,
            slip: step.slip,
            language: self.language,
        };
        let _ = writeln!(
            out,
            "  ▸ {}  {}  {}",
            self.language.of(&step.label),
            signers(self.pack, step, self.language),
            step.name
        );
        if let Some(when) = &step.when {
            let _ = writeln!(
                out,
                "      {} {}",
                pick("仅当", "only when"),
                words.of(when)
            );
        }
        for needs in &step.needs {
            let label = self.language.of(&self.flow.steps[*needs].label);
            let _ = writeln!(out, "      {} {label}", pick("须先完成", "after"));
        }
        for guard in &step.guards {
            let _ = write!(
                out,
                "      {} {}",
                pick("校验", "guard"),
                self.language.of(&guard.label)
            );
            if let Some(must) = &guard.must {
                let _ = write!(out, ": {}", words.of(must));
            }
            if let Some(cites) = &guard.cites {
                let _ = write!(out, "  [{}]", self.language.of(cites));
            }
            out.push('\n');
        }
        for post in &step.posts {
            self.post(out, &words, post);
        }
        for advance in &step.advances {
            let ledger = self.language.of(&self.pack.ledgers[advance.ledger].label);
            let verb = pick("转为", "becomes");
            let _ = writeln!(out, "      {ledger} {verb} {}", self.state(advance.to));
        }
        for end in &step.hold_ends {
            let verb = match end.settle {
                true => pick("落实占用", "settles the hold"),
                false => pick("解除占用", "releases the hold"),
            };
            let _ = writeln!(out, "      {verb} {}", end.name);
        }
        for record in &step.records {
            let Some(register) = self.pack.register(&record.register) else {
                continue;
            };
            let label = self.language.of(&register.label);
            let _ = write!(out, "      {} {label}", pick("登记", "records"));
            if let Some(when) = &record.when {
                let _ = write!(out, "  {} {}", pick("仅当", "only when"), words.of(when));
            }
            out.push('\n');
        }
        if step.changes {
            let verb = pick(
                "登记单上所请更改",
                "records the changes that the slip asks for",
            );
            let _ = writeln!(out, "      {verb}");
        }
        self.asked(out, step);
        if let Some(minutes) = step.within_minutes {
            let _ = write!(
                out,
                "      {} {}",
                pick("限时", "within"),
                self.span(minutes)
            );
            if let Some(role) = step.escalate {
                let role = self.language.of(&self.pack.roles[role].label);
                let _ = write!(out, "{}{role}", pick("，逾期告知", ", then told: "));
            }
            out.push('\n');
        }
    }

    /// What a step asks of its signer beside its conditions.
    fn asked(&self, out: &mut String, step: &Step) {
        let pick = |zh, en| self.language.pick(zh, en);
        let slip = &self.flow.slips[step.slip];
        if let Some(field) = step.scope.and_then(|at| slip.header.get(at)) {
            let label = self.language.of(&field.label);
            let _ = writeln!(out, "      {} {label}", pick("岗位按此限定", "role within"));
        }
        if step.step_up {
            let again = pick(
                "签字前再次输入密码",
                "asks for the password again before signing",
            );
            let _ = writeln!(out, "      {again}");
        }
        let lines = slip.lines.as_deref().unwrap_or_default();
        let header = step.enters.iter().filter_map(|at| slip.header.get(*at));
        let line = step.enters_line.iter().filter_map(|at| lines.get(*at));
        let entered: Vec<_> = header
            .chain(line)
            .map(|field| self.language.of(&field.label))
            .collect();
        if !entered.is_empty() {
            let joined = entered.join(pick("、", ", "));
            let _ = writeln!(out, "      {} {joined}", pick("可填写", "may enter"));
        }
        let header = step.renews.iter().filter_map(|at| slip.header.get(*at));
        let line = step.renews_line.iter().filter_map(|at| lines.get(*at));
        let renewed: Vec<_> = header
            .chain(line)
            .map(|field| self.language.of(&field.label))
            .collect();
        if !renewed.is_empty() {
            let joined = renewed.join(pick("、", ", "));
            let again = pick("重新计算", "computes anew");
            let _ = writeln!(out, "      {again} {joined}");
        }
    }

    fn span(&self, minutes: i64) -> String {
        let pick = |zh, en| self.language.pick(zh, en);
        match minutes {
            m if m % (24 * 60) == 0 => format!("{} {}", m / (24 * 60), pick("天", "d")),
            m if m % 60 == 0 => format!("{} {}", m / 60, pick("小时", "h")),
            m => format!("{m} {}", pick("分钟", "min")),
        }
    }

    fn post(&self, out: &mut String, words: &Words<'_>, post: &Post) {
        let ledger = &self.pack.ledgers[post.ledger];
        let place = |place: &PlaceRef| match place {
            PlaceRef::Fixed(at) => self.language.of(&ledger.places[*at].label).to_string(),
            PlaceRef::Chosen(expr) => format!("[{}]", words.of(expr)),
        };
        let label = self.language.of(&ledger.label);
        let _ = write!(out, "      {label}: ");
        match post.legs.as_slice() {
            [from, to] if from.side == Side::Out && from.amount == to.amount => {
                let amount = words.of(&from.amount);
                let _ = write!(
                    out,
                    "{} → {}  {amount}",
                    place(&from.place),
                    place(&to.place)
                );
            }
            legs => {
                let legs: Vec<String> = legs
                    .iter()
                    .map(|leg| {
                        let side = match leg.side {
                            Side::In => self.language.pick("入", "in"),
                            Side::Out => self.language.pick("出", "out"),
                        };
                        format!("{side} {} {}", place(&leg.place), words.of(&leg.amount))
                    })
                    .collect();
                let _ = write!(out, "{}", legs.join("; "));
            }
        }
        match &post.kind {
            PostKind::Entry(EntryState::Posted) => {}
            PostKind::Entry(state) => {
                let _ = write!(out, "  ({})", self.state(*state));
            }
            PostKind::Hold {
                minutes, sensitive, ..
            } => {
                let hold = self.language.pick("占用", "held for");
                let long = match minutes {
                    Expr::Literal(Value::Amount(minutes)) => self.span(minutes.units),
                    minutes => format!("{} min", words.of(minutes)),
                };
                let hidden = match sensitive {
                    true => self
                        .language
                        .pick("，数量不显示", ", how much is not shown"),
                    false => "",
                };
                let _ = write!(out, "  ({hold} {long}{hidden})");
            }
        }
        if let Some(each) = &post.each {
            let verb = self.language.pick("逐码", "each of");
            let _ = write!(out, "  {verb} {}", words.of(&each.of));
            if let Some(except) = &each.except {
                let verb = self.language.pick("除去", "except");
                let _ = write!(out, " {verb} {}", words.of(except));
            }
        }
        if let Some(when) = &post.when {
            let verb = self.language.pick("仅当", "only when");
            let _ = write!(out, "  {verb} {}", words.of(when));
        }
        out.push('\n');
    }

    fn state(&self, state: EntryState) -> &'static str {
        match state {
            EntryState::Draft => self.language.pick("未审核", "draft"),
            EntryState::Checked => self.language.pick("已审核", "checked"),
            EntryState::Posted => self.language.pick("已记账", "posted"),
            EntryState::Held => self.language.pick("占用", "held"),
        }
    }

    fn separations(&self, out: &mut String) {
        if self.flow.separations.is_empty() {
            return;
        }
        let title = self.language.pick(
            "职责分离（不得为同一人）",
            "Separation (never the same person)",
        );
        let _ = writeln!(out, "\n{title}");
        for separation in &self.flow.separations {
            let names: Vec<_> = separation
                .steps
                .iter()
                .map(|step| self.language.of(&self.flow.steps[*step].label))
                .collect();
            let _ = write!(out, "  {}", names.join(" ≠ "));
            if let Some(reason) = &separation.reason {
                let _ = write!(out, "  {}", self.language.of(reason));
            }
            if let Some(cites) = &separation.cites {
                let _ = write!(out, "  [{}]", self.language.of(cites));
            }
            out.push('\n');
        }
    }
}
