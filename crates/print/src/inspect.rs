//! What a form shows of a slip, read from the pages themselves.

use typst::{
    foundations::{NativeElement, Selector, Value},
    introspection::{Introspector, MetadataElem},
    layout::{Frame, FrameItem},
};
use typst_layout::PagedDocument;

use crate::{
    data::FormData,
    fonts::Fonts,
    prepare::{rows_of, visible},
};

/// One thing of a slip and whether it is on the paper.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown {
    /// It is on the paper.
    Printed,
    /// The form says that it is left out.
    Unprinted,
    /// It is neither: the form loses it.
    Lost,
}

/// A form as it came out, without being made a PDF.
#[derive(Clone, Debug)]
pub struct Inspection {
    /// The text of each page, in the order in which it was set.
    pub pages: Vec<String>,
    /// Every field, column and signature of the slip: `field supplier`, `column qty`, `signature 采购订单审核`.
    pub shown: Vec<(String, Shown)>,
    /// What the typesetter remarked.
    pub warnings: Vec<String>,
}

impl Inspection {
    /// Names of what the form loses; a good form loses nothing.
    #[must_use]
    pub fn lost(&self) -> Vec<&str> {
        let lost = self.shown.iter().filter(|(_, shown)| *shown == Shown::Lost);
        lost.map(|(name, _)| name.as_str()).collect()
    }
}

/// Compares the pages with the slip: a thing counts as printed when the kit placed it *and* its text is there.
pub fn inspect(document: &PagedDocument, data: &FormData, warnings: Vec<String>) -> Inspection {
    let pages: Vec<String> = document
        .pages()
        .iter()
        .map(|page| text_of(&page.frame))
        .collect();
    let everything = plain(&pages.concat());
    let marks = marks(document);
    let has = |text: &str| {
        let mut rows = rows_of(&visible(text, Fonts::load())).into_iter();
        rows.all(|row| everything.contains(&plain(&row)))
    };
    let verdict = |what: &str, name: &str, texts: &[&str]| {
        let marked = |verb: &str| marks.contains(&format!("{verb} {what} {name}"));
        let shown = if marked("unprinted") {
            Shown::Unprinted
        } else if marked("printed") && texts.iter().all(|text| has(text)) {
            Shown::Printed
        } else {
            Shown::Lost
        };
        (format!("{what} {name}"), shown)
    };

    let mut shown = Vec::new();
    for field in &data.fields {
        shown.push(verdict("field", &field.name, &[&field.label, &field.value]));
    }
    for (index, column) in data.columns.iter().enumerate() {
        let mut texts = vec![column.label.as_str()];
        texts.extend(data.lines.iter().map(|line| line[index].as_str()));
        texts.extend(column.total.as_deref());
        shown.push(verdict("column", &column.name, &texts));
    }
    for signature in &data.signatures {
        let principal = signature.on_behalf_of.as_deref().unwrap_or_default();
        let texts = [
            &signature.step,
            &signature.person,
            &signature.time,
            principal,
        ];
        shown.push(verdict("signature", &signature.step, &texts));
    }
    Inspection {
        pages,
        shown,
        warnings,
    }
}

/// The marks that the kit leaves where it places something.
fn marks(document: &PagedDocument) -> Vec<String> {
    let elements = document
        .introspector()
        .query(&Selector::Elem(MetadataElem::ELEM, None));
    let values = elements
        .iter()
        .filter_map(|element| element.to_packed::<MetadataElem>());
    values
        .filter_map(|mark| match &mark.value {
            Value::Str(text) => Some(text.to_string()),
            _ => None,
        })
        .collect()
}

/// Text without what layout may add to it or take from it: spaces, breaks and their marks,
/// grouping of digits.
fn plain(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, ',' | '¶' | '\u{200B}'))
        .collect()
}

fn text_of(frame: &Frame) -> String {
    let mut text = String::new();
    for (_, item) in frame.items() {
        match item {
            FrameItem::Text(run) => {
                text.push_str(&run.text);
                text.push('\n');
            }
            FrameItem::Group(group) => text.push_str(&text_of(&group.frame)),
            _ => {}
        }
    }
    text
}
