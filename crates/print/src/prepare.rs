//! Makes a slip fit for paper: nothing invisible, nothing that prints as an empty box, nothing so long that it
//! pushes the rest off the page. What is shortened is printed in full below the lines.

use serde::Serialize;
use serde_json::Value;

use crate::{data::FormData, fonts::Fonts};

/// Longest text, in characters, that stands in one place of the form.
mod limit {
    pub const COMPANY: usize = 48;
    pub const TITLE: usize = 32;
    pub const NUMBER: usize = 40;
    pub const LABEL: usize = 40;
    pub const VALUE: usize = 120;
    pub const CELL: usize = 200;
    /// What is left of a cell that is too long.
    pub const CELL_START: usize = 48;
    pub const CAPITALS: usize = 80;
    pub const STEP: usize = 32;
    pub const PERSON: usize = 24;
    pub const COPY: usize = 24;
    pub const FOOT: usize = 80;
    /// One row of the full text below the lines: about five lines of print on the narrowest paper.
    pub const FULL_TEXT_ROW: usize = CELL;
    /// Line breaks that stand in one place, and in one cell.
    pub const BREAKS: usize = 2;
    pub const CELL_BREAKS: usize = 6;
}

/// A piece of text that was too long for its place.
#[derive(Serialize)]
struct FullText {
    label: String,
    text: String,
}

/// The JSON that the form kit reads: `data` as given, shortened and made visible, and the full texts.
pub fn prepare(data: &FormData, fonts: &Fonts) -> Value {
    let mut data = data.clone();
    let mut full_texts = Vec::new();
    shorten_all(&mut data, fonts, &mut full_texts);
    let shift = (
        data.shift.right.clamp(-200, 200),
        data.shift.down.clamp(-200, 200),
    );
    (data.shift.right, data.shift.down) = shift;
    if let Some(sheet) = &mut data.sheet {
        sheet.width = sheet.width.clamp(600, 6_000);
        sheet.height = sheet.height.clamp(600, 6_000);
    }
    if let Some(margins) = &mut data.margins {
        for side in [
            &mut margins.top,
            &mut margins.bottom,
            &mut margins.left,
            &mut margins.right,
        ] {
            *side = (*side).min(500);
        }
    }
    for one in std::mem::take(&mut data.annex) {
        keep(&mut full_texts, &one.label, &one.text);
    }
    // The picture itself is a file beside the data.
    if let Some(seal) = &mut data.seal {
        seal.png.clear();
        seal.width = seal.width.clamp(50, 1_000);
    }
    let mut value = serde_json::json!({ "slip": data, "full_texts": full_texts });
    make_visible(&mut value, fonts);
    value
}

fn shorten_all(data: &mut FormData, fonts: &Fonts, full_texts: &mut Vec<FullText>) {
    let mut shorten = |label: &str, text: &mut String, most: usize| {
        see(text, fonts);
        if let Some(short) = shortened(text, most) {
            let whole = std::mem::replace(text, short);
            keep(full_texts, label, &whole);
        }
    };
    for name in [&mut data.company.zh, &mut data.company.en] {
        shorten("company", name, limit::COMPANY);
    }
    for name in [&mut data.title.zh, &mut data.title.en] {
        shorten("title", name, limit::TITLE);
    }
    shorten("number", &mut data.number, limit::NUMBER);
    for field in &mut data.fields {
        shorten("label", &mut field.label, limit::LABEL);
        shorten(&field.label, &mut field.value, limit::VALUE);
    }
    for column in &mut data.columns {
        shorten("label", &mut column.label, limit::LABEL);
    }
    if let Some(capitals) = &mut data.amount_in_capitals {
        shorten("capitals", capitals, limit::CAPITALS);
    }
    for signature in &mut data.signatures {
        shorten("label", &mut signature.step, limit::STEP);
        shorten(&signature.step, &mut signature.person, limit::PERSON);
        shorten(&signature.step, &mut signature.time, limit::PERSON);
        if let Some(principal) = &mut signature.on_behalf_of {
            shorten(&signature.step, principal, limit::PERSON);
        }
    }
    for copy in &mut data.copies {
        shorten("copy", &mut copy.name.zh, limit::COPY);
        shorten("copy", &mut copy.name.en, limit::COPY);
    }
    if let Some(reprint) = &mut data.reprint {
        shorten("reprint", reprint, limit::FOOT);
    }
    shorten("digest", &mut data.digest, limit::FOOT);
    for (index, line) in data.lines.iter_mut().enumerate() {
        for (column, cell) in data.columns.iter().zip(line) {
            see(cell, fonts);
            let breaks = cell.chars().filter(|c| *c == '\n').count();
            if cell.chars().count() > limit::CELL || breaks > limit::CELL_BREAKS {
                let whole = std::mem::take(cell);
                *cell = beginning(&whole, limit::CELL_START);
                keep(
                    full_texts,
                    &format!("{} {}", index + 1, column.label),
                    &whole,
                );
            }
        }
    }
}

/// The beginning of a text that is too long, with an ellipsis; nothing if it fits.
fn shortened(text: &str, most: usize) -> Option<String> {
    let breaks = text.chars().filter(|c| *c == '\n').count();
    if text.chars().count() <= most && breaks <= limit::BREAKS {
        return None;
    }
    Some(beginning(text, most.saturating_sub(8)))
}

fn beginning(text: &str, most: usize) -> String {
    let start = text
        .chars()
        .map(|c| if c == '\n' { ' ' } else { c })
        .take(most);
    start.chain(['…']).collect()
}

fn keep(full_texts: &mut Vec<FullText>, label: &str, whole: &str) {
    for (index, text) in rows_of(whole).into_iter().enumerate() {
        // Only the first row names it, so that the text reads on without interruption.
        let label = if index == 0 {
            label.to_owned()
        } else {
            String::new()
        };
        full_texts.push(FullText { label, text });
    }
}

/// The whole of a text, in rows that are short enough to be moved from page to page. A line break is shown as ¶,
/// or a text of breaks alone would take a page for every few of them.
pub fn rows_of(whole: &str) -> Vec<String> {
    let shown: Vec<char> = whole
        .chars()
        .map(|c| if c == '\n' { '¶' } else { c })
        .collect();
    shown
        .chunks(limit::FULL_TEXT_ROW)
        .map(|row| row.iter().collect())
        .collect()
}

/// Writes every character that could not be seen as its code point: `〔U+202E〕`.
fn make_visible(value: &mut Value, fonts: &Fonts) {
    match value {
        Value::String(text) => see(text, fonts),
        Value::Array(items) => items.iter_mut().for_each(|item| make_visible(item, fonts)),
        Value::Object(entries) => entries
            .values_mut()
            .for_each(|item| make_visible(item, fonts)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn see(text: &mut String, fonts: &Fonts) {
    if text.chars().any(|c| !is_visible(c, fonts)) {
        *text = visible(text, fonts);
    }
}

pub fn visible(text: &str, fonts: &Fonts) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    let text = text.replace("\r\n", "\n");
    for character in text.chars() {
        match character {
            '\t' => out.push(' '),
            // The choice among forms of one character is not the text.
            '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}' => {}
            c if is_visible(c, fonts) => out.push(c),
            c => out.push_str(&format!("〔U+{:04X}〕", u32::from(c))),
        }
    }
    out
}

/// Direction marks and joiners are hidden powers over how a line reads, so they are shown like any character
/// that no face has.
fn is_visible(character: char, fonts: &Fonts) -> bool {
    match character {
        ' '..='~' | '\n' | '\u{3000}' => true,
        '\u{00AD}'
        | '\u{061C}'
        | '\u{180E}'
        | '\u{200B}'..='\u{200F}'
        | '\u{2028}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}'
        | '\u{FE00}'..='\u{FE0F}'
        | '\u{FEFF}'
        | '\u{FFF9}'..='\u{FFFB}'
        | '\u{E0000}'..='\u{E0FFF}' => false,
        c if c.is_control() => false,
        c => fonts.covers(c),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Field;

    #[test]
    fn what_cannot_be_seen_is_named() {
        let fonts = Fonts::load();
        assert_eq!(
            visible("阿莫西林\u{202E}321", fonts),
            "阿莫西林〔U+202E〕321"
        );
        assert_eq!(visible("𠮷野🙂", fonts), "〔U+20BB7〕野〔U+1F642〕");
        assert_eq!(visible("葛\u{E0100}\ta\r\nb\0", fonts), "葛 a\nb〔U+0000〕");
    }

    #[test]
    fn a_long_text_is_shortened_in_place_and_kept_whole() {
        let long = "长".repeat(5_000);
        let mut data = FormData {
            fields: vec![Field {
                name: "remark".into(),
                label: "备注".into(),
                value: long.clone(),
            }],
            ..FormData::default()
        };
        let mut full_texts = Vec::new();
        shorten_all(&mut data, Fonts::load(), &mut full_texts);
        assert!(data.fields[0].value.chars().count() < limit::VALUE);
        assert_eq!(
            full_texts
                .iter()
                .map(|t| t.text.as_str())
                .collect::<String>(),
            long
        );
        assert!(full_texts[0].label == "备注" && full_texts[1].label.is_empty());
    }
}
