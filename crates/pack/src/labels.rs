//! English labels: a text that repeats the shape of the declarations with the English words.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use model::Label;

use crate::Kind;
use crate::reading::{Reading, check_label, unknown_node};
use crate::source::{Desk, Span, quoted};
use crate::suggest;
use crate::tree::{Form, Node, Word};

/// Labels of nothing that are complained about.
const UNUSED: usize = 100;

/// English words by the path of what they name.
#[derive(Default)]
pub(crate) struct Labels {
    words: RefCell<HashMap<String, English>>,
    /// Names of laws and of their parts that are among the words, the longest first.
    laws: Vec<Arc<str>>,
    /// Whether any text has labels. Where none has, that is said once and not for every label.
    given: bool,
}

struct English {
    text: Arc<str>,
    /// What is written, as its author would name it.
    shown: String,
    span: Span,
    used: bool,
}

impl Labels {
    /// A citation, with the English names of what it cites; what has none stays as it is written.
    pub fn citation(&self, zh: &str) -> Label {
        let mut words = self.words.borrow_mut();
        let mut en = zh.to_owned();
        for law in &self.laws {
            // What a longer name took is no longer there: 储存与养护 is not 储存 and something else.
            if en.contains(&**law)
                && let Some(english) = words.get_mut(&law_path(law))
            {
                english.used = true;
                en = en.replace(&**law, &english.text);
            }
        }
        if en != zh {
            for (chinese, english) in [
                ("、", ", "),
                ("；", "; "),
                ("：", ": "),
                ("（", " ("),
                ("）", ")"),
            ] {
                en = en.replace(chinese, english);
            }
        }
        Label {
            zh: zh.into(),
            en: en.into(),
        }
    }

    /// The label of what stands at `path`; without English words people read the Chinese ones.
    pub fn label(&self, desk: &Desk<'_>, path: &str, zh: &Arc<str>, span: Span) -> Label {
        let mut words = self.words.borrow_mut();
        let en = match words.get_mut(path) {
            Some(english) => {
                english.used = true;
                english.text.clone()
            }
            None => {
                if self.given && !zh.is_empty() {
                    let message = format!("{} has no English label", quoted(zh));
                    let hint = "add it to the labels".to_owned();
                    desk.warning(Kind::NoEnglish, span, message, hint);
                }
                zh.clone()
            }
        };
        Label { zh: zh.clone(), en }
    }

    /// Complains about labels of things that are not declared.
    pub fn finish(&self, desk: &Desk<'_>) {
        let words = self.words.borrow();
        let unused = words.iter().filter(|(_, english)| !english.used);
        let mut unused: Vec<(&String, &English)> = unused.collect();
        unused.sort_by_key(|(_, english)| english.span);
        for (path, english) in unused.into_iter().take(UNUSED) {
            let begin = path.rsplit_once('/').map_or("", |(begin, _)| begin);
            let siblings = words_under(&words, begin);
            let last = path.rsplit('/').next().unwrap_or(path);
            let message = format!(
                "nothing is declared that {} could name",
                quoted(&english.shown)
            );
            let hint = suggest::did_you_mean(last, siblings);
            desk.hinted(Kind::UnknownLabel, english.span, message, hint);
        }
    }

    /// Reads a `labels en { … }` node.
    pub fn read(&mut self, desk: &Desk<'_>, node: &Node) {
        let mut reading = Reading::new(desk, node);
        self.given = true;
        if let Some(language) = reading.need("language")
            && language.text != "en"
        {
            let message = format!("there are no labels in {}", quoted(&language.text));
            desk.hinted(
                Kind::WrongValue,
                language.span,
                message,
                "write `en`".to_owned(),
            );
        }
        for child in reading.children() {
            match child.name.text.as_str() {
                "pack" => self.named(desk, child, "pack", 0, &[]),
                "role" | "parameter" => {
                    let kind = child.name.text.clone();
                    self.named(desk, child, &kind, 1, &[]);
                }
                "law" => self.law(desk, child),
                "ledger" => self.named(desk, child, "ledger", 1, &["place"]),
                "register" => self.owner(desk, child, "register", "field"),
                "flow" => self.flow(desk, child),
                _ => unknown_node(
                    desk,
                    child,
                    "`labels`",
                    &[
                        "pack",
                        "role",
                        "parameter",
                        "law",
                        "ledger",
                        "register",
                        "flow",
                    ],
                ),
            }
        }
        self.laws.sort_by_key(|law| std::cmp::Reverse(law.len()));
        reading.finish();
    }

    fn put(&mut self, desk: &Desk<'_>, path: String, shown: String, text: Arc<str>, span: Span) {
        let english = English {
            text,
            shown: shown.clone(),
            span,
            used: false,
        };
        if self.words.get_mut().insert(path, english).is_some() {
            let message = format!("{} has two English labels", quoted(&shown));
            desk.error(Kind::Duplicate, span, message);
        }
    }

    /// `law "药品管理法" "Drug Administration Law"`: a law or a part of one, wherever it is cited.
    fn law(&mut self, desk: &Desk<'_>, node: &Node) {
        let mut reading = Reading::new(desk, node);
        let (zh, en) = (reading.need_label(), reading.need_label());
        let span = reading.span();
        reading.finish();
        if !zh.is_empty() && !en.is_empty() {
            self.put(desk, law_path(&zh), format!("law {zh}"), en, span);
            self.laws.push(zh);
        }
    }

    /// `role buyer "Buyer"`, with `words` names before the label, and perhaps nodes of the same shape in braces.
    fn named(
        &mut self,
        desk: &Desk<'_>,
        node: &Node,
        base: &str,
        words: usize,
        inner: &[&'static str],
    ) {
        let mut reading = Reading::new(desk, node);
        let mut path = base.to_owned();
        let mut shown = node.name.text.clone();
        for _ in 0..words {
            let Some(name) = reading.need("name") else {
                return;
            };
            path = format!("{path}/{}", name.text);
            shown = format!("{shown} {}", name.text);
        }
        let label = reading.need_label();
        if !label.is_empty() {
            self.put(desk, path.clone(), shown, label, reading.span());
        }
        if !inner.is_empty() {
            for child in reading.children() {
                match inner.iter().find(|kind| **kind == child.name.text) {
                    Some(kind) => self.named(desk, child, &format!("{path}/{kind}"), 1, &[]),
                    None => unknown_node(desk, child, &quoted(&node.name.text), inner),
                }
            }
        }
        reading.finish();
    }

    /// A register or slip: its label, then a node for each of its fields.
    fn owner(&mut self, desk: &Desk<'_>, node: &Node, base: &str, kind: &str) {
        let mut reading = Reading::new(desk, node);
        let Some(name) = reading.need("name") else {
            return;
        };
        let path = format!("{base}/{}", name.text);
        let label = reading.need_label();
        let shown = format!("{} {}", node.name.text, name.text);
        if !label.is_empty() {
            self.put(desk, path.clone(), shown, label, reading.span());
        }
        for child in reading.children() {
            if node.name.text == "slip" && child.name.text == "line" && child.values.is_empty() {
                let mut lines = Reading::new(desk, child);
                for field in lines.children() {
                    self.field(desk, field, &format!("{path}/line"));
                }
                lines.finish();
            } else {
                self.field(desk, child, &format!("{path}/{kind}"));
            }
        }
        reading.finish();
    }

    fn field(&mut self, desk: &Desk<'_>, node: &Node, base: &str) {
        let mut reading = Reading::new(desk, node);
        let path = format!("{base}/{}", node.name.text);
        let label = reading.need_label();
        if !label.is_empty() {
            let shown = node.name.text.clone();
            self.put(desk, path.clone(), shown, label, reading.span());
        }
        if let Some(help) = reading.text("help") {
            let text = check_label(desk, help);
            self.put(
                desk,
                format!("{path}/help"),
                "help".to_owned(),
                text,
                help.span,
            );
        }
        for choice in reading.children() {
            self.named(
                desk,
                choice,
                &format!("{path}/choice/{}", choice.name.text),
                0,
                &[],
            );
        }
        reading.finish();
    }

    fn flow(&mut self, desk: &Desk<'_>, node: &Node) {
        let mut reading = Reading::new(desk, node);
        let Some(name) = reading.need("name") else {
            return;
        };
        let path = format!("flow/{}", name.text);
        let label = reading.need_label();
        if !label.is_empty() {
            let shown = format!("flow {}", name.text);
            self.put(desk, path.clone(), shown, label, reading.span());
        }
        for child in reading.children() {
            match child.name.text.as_str() {
                "step" => self.named(desk, child, &format!("{path}/step"), 1, &["guard"]),
                "slip" => self.owner(desk, child, &format!("{path}/slip"), "field"),
                "separate" => self.separate(desk, child, &path),
                _ => unknown_node(desk, child, "`flow`", &["step", "slip", "separate"]),
            }
        }
        reading.finish();
    }

    /// `separate order.fill order.approve "reason"`.
    fn separate(&mut self, desk: &Desk<'_>, node: &Node, flow: &str) {
        let mut reading = Reading::new(desk, node);
        let values = reading.rest();
        let (labels, steps): (Vec<&Word>, Vec<&Word>) = values
            .into_iter()
            .partition(|word| word.form == Form::Quoted);
        let steps: Vec<&str> = steps.iter().map(|word| word.text.as_str()).collect();
        match labels.as_slice() {
            [label] => {
                let path = format!("{flow}/separate/{}", steps.join(" "));
                let text = check_label(desk, label);
                let shown = format!("separate {}", steps.join(" "));
                self.put(desk, path, shown, text, reading.span());
            }
            _ => {
                let message = "`separate` has one label here: the reason";
                desk.error(Kind::Missing, reading.span(), message);
            }
        }
        reading.finish();
    }
}

fn law_path(zh: &str) -> String {
    format!("law/{zh}")
}

/// The last names of the paths that begin like this and were used.
fn words_under<'a>(words: &'a HashMap<String, English>, begin: &str) -> Vec<&'a str> {
    words
        .iter()
        .filter(|(_, english)| english.used)
        .filter_map(|(path, _)| path.rsplit_once('/'))
        .filter(|(before, _)| *before == begin)
        .map(|(_, last)| last)
        .collect()
}
