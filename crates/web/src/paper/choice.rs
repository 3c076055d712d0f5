//! What somebody chose for a print, as it stands in an address, in a saved profile and in the journal.

use print::{Bilingual, Copy, Language, Margins, Paper, Sheet, Shift};
use serde::{Deserialize, Serialize};

/// Most copies of one print.
pub const COPIES_MAX: usize = 12;

/// Names that copies usually have, with their English.
pub const COPY_NAMES: [(&str, &str); 8] = [
    ("存根联", "File copy"),
    ("记账联", "Accounts copy"),
    ("仓库联", "Warehouse copy"),
    ("业务联", "Business copy"),
    ("质量联", "Quality copy"),
    ("随货同行联", "Goods copy"),
    ("客户联", "Customer copy"),
    ("财务联", "Finance copy"),
];

/// The names of a choice's parts.
pub const NAMES: [&str; 14] = [
    "lang", "paper", "width", "height", "top", "bottom", "left", "right", "dx", "dy", "copies",
    "over", "seal", "profile",
];

/// A choice. Lengths are tenths of a millimetre.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Choice {
    /// `zh` or `en`; empty for the language of the page.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub lang: String,
    /// A paper's name, `custom`, or empty for the form's own.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub paper: String,
    /// Size of custom paper.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sheet: Option<Sheet>,
    /// Margins that are not the paper's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub margins: Option<Margins>,
    /// Correction to the right and down.
    #[serde(skip_serializing_if = "is_nothing")]
    pub shift: (i16, i16),
    /// Names of the copies.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub copies: Vec<String>,
    /// 套打: only the data.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub over: bool,
    /// The seal, by its name.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub seal: String,
}

fn is_nothing(shift: &(i16, i16)) -> bool {
    *shift == (0, 0)
}

/// Millimetres as typed, `12.5`, in tenths.
pub(crate) fn tenths(text: &str) -> Option<i32> {
    let text = text.trim();
    let (sign, plain) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text),
    };
    let (whole, part) = plain.split_once('.').unwrap_or((plain, "0"));
    let fits = (1..=4).contains(&whole.len()) && part.len() == 1;
    let figures = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !fits || !figures(whole) || !figures(part) {
        return None;
    }
    Some(sign * (whole.parse::<i32>().ok()? * 10 + part.parse::<i32>().ok()?))
}

/// Tenths of a millimetre as they are typed.
#[must_use]
pub fn millimetres(tenths: i32) -> String {
    let sign = if tenths < 0 { "-" } else { "" };
    let (whole, part) = (tenths.abs() / 10, tenths.abs() % 10);
    if part == 0 {
        format!("{sign}{whole}")
    } else {
        format!("{sign}{whole}.{part}")
    }
}

impl Choice {
    /// Reads what was typed; what makes no sense is left out, and lengths are kept within what a printer takes.
    pub fn read<'t>(text: impl Fn(&str) -> &'t str) -> Choice {
        let length = |name: &str, most: i32| {
            let read = tenths(text(name))?;
            u16::try_from(read.clamp(0, most)).ok()
        };
        let shift = |name: &str| {
            let read = tenths(text(name)).unwrap_or(0).clamp(-200, 200);
            i16::try_from(read).unwrap_or(0)
        };
        let sides = ["top", "bottom", "left", "right"].map(|side| length(side, 500));
        let margins = match sides {
            [Some(top), Some(bottom), Some(left), Some(right)] => Some(Margins {
                top,
                bottom,
                left,
                right,
            }),
            _ => None,
        };
        let paper = text("paper");
        let sheet = match (length("width", 6_000), length("height", 6_000)) {
            (Some(width), Some(height)) if paper == "custom" => Some(Sheet {
                width: width.max(600),
                height: height.max(600),
            }),
            _ => None,
        };
        let copies = text("copies").split(['、', ',', '，', ';', '\n']);
        let copies = copies
            .map(|name| name.trim().chars().take(24).collect::<String>())
            .filter(|name| !name.is_empty() && !name.chars().any(char::is_control));
        Choice {
            lang: Some(text("lang"))
                .filter(|lang| matches!(*lang, "zh" | "en"))
                .unwrap_or("")
                .to_owned(),
            paper: if Paper::of(paper).is_some() || sheet.is_some() {
                paper.to_owned()
            } else {
                String::new()
            },
            sheet,
            margins,
            shift: (shift("dx"), shift("dy")),
            copies: copies.take(COPIES_MAX).collect(),
            over: text("over") == "1",
            seal: text("seal").chars().take(40).collect(),
        }
    }

    /// The same as parts of an address or a form.
    #[must_use]
    pub fn parts(&self) -> Vec<(&'static str, String)> {
        let mut out = vec![("lang", self.lang.clone()), ("paper", self.paper.clone())];
        if let Some(sheet) = &self.sheet {
            out.push(("width", millimetres(sheet.width.into())));
            out.push(("height", millimetres(sheet.height.into())));
        }
        if let Some(margins) = &self.margins {
            for (name, side) in [
                ("top", margins.top),
                ("bottom", margins.bottom),
                ("left", margins.left),
                ("right", margins.right),
            ] {
                out.push((name, millimetres(side.into())));
            }
        }
        for (name, shift) in [("dx", self.shift.0), ("dy", self.shift.1)] {
            if shift != 0 {
                out.push((name, millimetres(shift.into())));
            }
        }
        out.push(("copies", self.copies.join("、")));
        out.push(("over", if self.over { "1" } else { "" }.to_owned()));
        out.push(("seal", self.seal.clone()));
        out.retain(|(_, value)| !value.is_empty());
        out
    }

    /// The language of the labels, where the choice does not say that of the page.
    #[must_use]
    pub fn language(&self, page: Language) -> Language {
        match self.lang.as_str() {
            "zh" => Language::Zh,
            "en" => Language::En,
            _ => page,
        }
    }

    /// The paper, if it is not the form's.
    #[must_use]
    pub fn paper(&self) -> Option<Paper> {
        Paper::of(&self.paper)
    }

    /// The correction.
    #[must_use]
    pub fn shift(&self) -> Shift {
        Shift {
            right: self.shift.0,
            down: self.shift.1,
        }
    }

    /// The copies, in both languages where the name is a usual one.
    #[must_use]
    pub fn copies(&self) -> Vec<Copy> {
        let copy = |name: &String| {
            let known = COPY_NAMES.iter().find(|(zh, en)| zh == name || en == name);
            Copy {
                name: known.map_or_else(
                    || Bilingual::new(name.as_str(), ""),
                    |(zh, en)| Bilingual::new(*zh, *en),
                ),
            }
        };
        self.copies.iter().map(copy).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_is_read_as_it_is_written() {
        let typed = [
            ("lang", "en"),
            ("paper", "custom"),
            ("width", "241"),
            ("height", "93.1"),
            ("top", "5"),
            ("bottom", "4.5"),
            ("left", "10"),
            ("right", "60"),
            ("dx", "-1.5"),
            ("dy", "30"),
            ("copies", "存根联、 记账联,x"),
            ("over", "1"),
            ("seal", "main"),
        ];
        let of = |name: &str| {
            let found = typed.iter().find(|(key, _)| *key == name);
            found.map_or("", |(_, value)| value)
        };
        let choice = Choice::read(of);
        assert_eq!(choice.sheet.map(|s| (s.width, s.height)), Some((2410, 931)));
        assert_eq!(choice.margins.map(|m| (m.bottom, m.right)), Some((45, 500)));
        assert_eq!(choice.shift, (-15, 200));
        assert_eq!(choice.copies().len(), 3);
        assert_eq!(choice.copies()[1].name.en, "Accounts copy");
        let parts = choice.parts();
        let again = Choice::read(|name| {
            let found = parts.iter().find(|(key, _)| *key == name);
            found.map_or("", |(_, value)| value)
        });
        assert_eq!(again, choice);
        let json = serde_json::to_string(&choice).unwrap();
        assert_eq!(serde_json::from_str::<Choice>(&json).unwrap(), choice);
    }

    #[test]
    fn nonsense_is_left_out() {
        let choice = Choice::read(|name| match name {
            "paper" => "../a4",
            "top" | "dx" => "1e9",
            "width" => "-",
            "lang" => "fr",
            _ => "",
        });
        assert_eq!(choice, Choice::default());
    }
}
