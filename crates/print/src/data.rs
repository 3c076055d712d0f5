//! What a form is given: one slip, ready to be shown to people, with no rule left to apply but layout.

use std::collections::HashSet;

use kernel::Moment;
use serde::{Deserialize, Serialize};

/// The language of a printed form.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// Chinese.
    #[default]
    Zh,
    /// English.
    En,
}

/// The same words in both languages of the house.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bilingual {
    /// Chinese.
    pub zh: String,
    /// English; may be empty, then the Chinese is used.
    pub en: String,
}

impl Bilingual {
    /// Both at once.
    pub fn new(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self {
            zh: zh.into(),
            en: en.into(),
        }
    }
}

/// How far the slip has come; every state but [`SlipState::Effective`] is stamped across the page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SlipState {
    /// Not yet in force: stamped 未生效.
    Draft,
    /// In force: no stamp.
    #[default]
    Effective,
    /// Void, its number kept: stamped 作废.
    Void,
    /// Reversed by a red slip: stamped 已冲销.
    Reversed,
}

/// Paper that a site may prefer to the form's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Paper {
    /// 210 × 297 mm.
    #[serde(rename = "a4")]
    A4,
    /// 297 × 210 mm.
    #[serde(rename = "a4-landscape")]
    A4Landscape,
    /// 210 × 148 mm.
    #[serde(rename = "a5-landscape")]
    A5Landscape,
    /// 148 × 210 mm.
    #[serde(rename = "a5")]
    A5,
    /// Continuous stationery with tractor strips, 241 × 280 mm.
    #[serde(rename = "continuous-241x280")]
    Continuous241x280,
    /// Continuous stationery with tractor strips, one page folded in two: 241 × 140 mm.
    #[serde(rename = "continuous-241x140")]
    Continuous241x140,
    /// The same, folded in three: 241 × 93 mm.
    #[serde(rename = "continuous-241x93")]
    Continuous241x93,
    /// Voucher paper without strips: 240 × 140 mm.
    #[serde(rename = "voucher-240x140")]
    Voucher240x140,
}

impl Paper {
    /// Every paper, the usual ones first.
    pub const ALL: [Paper; 8] = [
        Paper::A4,
        Paper::A4Landscape,
        Paper::A5,
        Paper::A5Landscape,
        Paper::Continuous241x280,
        Paper::Continuous241x140,
        Paper::Continuous241x93,
        Paper::Voucher240x140,
    ];

    /// The name that forms use, `a4-landscape`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Paper::A4 => "a4",
            Paper::A4Landscape => "a4-landscape",
            Paper::A5Landscape => "a5-landscape",
            Paper::A5 => "a5",
            Paper::Continuous241x280 => "continuous-241x280",
            Paper::Continuous241x140 => "continuous-241x140",
            Paper::Continuous241x93 => "continuous-241x93",
            Paper::Voucher240x140 => "voucher-240x140",
        }
    }

    /// The paper of that name.
    #[must_use]
    pub fn of(name: &str) -> Option<Paper> {
        Paper::ALL.into_iter().find(|paper| paper.name() == name)
    }
}

/// Paper of any size, in tenths of a millimetre. Limited to 600 to 6,000.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sheet {
    /// From left to right.
    pub width: u16,
    /// From top to foot.
    pub height: u16,
}

/// Margins in tenths of a millimetre. Limited to 500.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Margins {
    /// At the head.
    pub top: u16,
    /// At the foot.
    pub bottom: u16,
    /// At the left.
    pub left: u16,
    /// At the right.
    pub right: u16,
}

/// The organisation's seal: a picture that the form places over the signatures of the last page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seal {
    /// A PNG.
    #[serde(with = "picture")]
    pub png: Vec<u8>,
    /// How wide it is printed, in tenths of a millimetre; 420 is the usual round seal.
    pub width: u16,
}

/// Pictures travel to the process that sets a form in hexadecimal.
mod picture {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub fn serialize<S: Serializer>(bytes: &[u8], out: S) -> Result<S::Ok, S::Error> {
        let mut text = String::with_capacity(bytes.len() * 2);
        for byte in bytes {
            text.push(char::from_digit(u32::from(byte >> 4), 16).unwrap_or('0'));
            text.push(char::from_digit(u32::from(byte & 15), 16).unwrap_or('0'));
        }
        out.serialize_str(&text)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(given: D) -> Result<Vec<u8>, D::Error> {
        let text = String::deserialize(given)?;
        let digit = |byte: u8| char::from(byte).to_digit(16);
        let byte = |pair: &[u8]| match pair {
            [high, low] => u8::try_from(digit(*high)? * 16 + digit(*low)?).ok(),
            _ => None,
        };
        let bytes: Option<Vec<u8>> = text.as_bytes().chunks(2).map(byte).collect();
        bytes.ok_or_else(|| D::Error::custom("not hexadecimal"))
    }
}

/// A correction for a printer that feeds paper askew, in tenths of a millimetre.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shift {
    /// Towards the right; negative is left. Limited to ±200.
    pub right: i16,
    /// Towards the foot; negative is up. Limited to ±200.
    pub down: i16,
}

/// What a column holds; decides its width, its alignment and whether it can be totalled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Words; wrapped as needed.
    #[default]
    Text,
    /// A plain decimal such as `120` or `-3.5`; the form groups the digits.
    Quantity,
    /// A plain decimal such as `1250.00`; the form groups the digits.
    Money,
    /// A day, as it shall be read; never wrapped.
    Date,
}

/// Where text stands in its column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Align {
    /// At the left.
    Left,
    /// In the middle.
    Center,
    /// At the right.
    Right,
}

/// One field of the slip's head.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Field {
    /// The name by which a form speaks of it, as declared in the flow.
    pub name: String,
    /// What is printed before it, in the form's language.
    pub label: String,
    /// What is printed; an empty value leaves a line to write on.
    pub value: String,
}

/// One column of the slip's lines.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// The name by which a form speaks of it, as declared in the flow.
    pub name: String,
    /// The column's head, in the form's language.
    pub label: String,
    /// What it holds.
    pub kind: Kind,
    /// Where it stands; without one, by kind.
    pub align: Option<Align>,
    /// The recorded total, a plain decimal. A column with a total gets page totals and carries forward;
    /// the form is refused if the lines do not add up to it.
    pub total: Option<String>,
}

/// Who did which step. A step that is still to be done has no person and leaves room for a pen.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signature {
    /// The step, in the form's language (制单, 审核).
    pub step: String,
    /// The person's name.
    pub person: String,
    /// When, as it shall be read.
    pub time: String,
    /// For whom a deputy signed.
    pub on_behalf_of: Option<String>,
}

/// One copy of the form (联): all pages are printed once for each.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Copy {
    /// What stands at the side: `第一联 存根` / `Copy 1 File`.
    pub name: Bilingual,
}

impl Copy {
    /// The copies that most distributors keep: 存根, 财务, 仓库.
    #[must_use]
    pub fn usual() -> Vec<Self> {
        [
            ("第一联 存根", "Copy 1 File"),
            ("第二联 财务", "Copy 2 Finance"),
            ("第三联 仓库", "Copy 3 Warehouse"),
        ]
        .map(|(zh, en)| Self {
            name: Bilingual::new(zh, en),
        })
        .into()
    }
}

/// A text after the lines.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Annex {
    /// What it is: `3 追溯码`.
    pub label: String,
    /// The text, however long.
    pub text: String,
}

/// One slip as a form sees it. Fields that people at this desk may not see are left out by the caller.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct FormData {
    /// The language of the form's own words; labels are expected in the same one.
    pub language: Language,
    /// The organisation.
    pub company: Bilingual,
    /// The slip's name (采购订单).
    pub title: Bilingual,
    /// The slip's number.
    pub number: String,
    /// When the record came to say what is printed: the date inside the PDF. A reprint keeps it.
    pub recorded: Moment,
    /// Decides the stamp.
    pub state: SlipState,
    /// Fields of the head, in the order of declaration.
    pub fields: Vec<Field>,
    /// Columns of the lines, in the order of declaration.
    pub columns: Vec<Column>,
    /// Lines; each has one cell per column.
    pub lines: Vec<Vec<String>>,
    /// Texts that are printed after the lines, such as the codes of each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub annex: Vec<Annex>,
    /// The amount in capitals, if the slip has an amount.
    pub amount_in_capitals: Option<String>,
    /// Signatures, in the order of the steps.
    pub signatures: Vec<Signature>,
    /// Copies to print; none means one set of pages without a copy's name.
    pub copies: Vec<Copy>,
    /// The counter of reprints (第 2 次打印 …), or nothing on the first.
    pub reprint: Option<String>,
    /// A short hash of the record, so that paper and record can be compared.
    pub digest: String,
    /// The site's paper, if it is not the form's.
    pub paper: Option<Paper>,
    /// The site's correction for its printer.
    pub shift: Shift,
    /// The site's own size of paper, over [`FormData::paper`].
    pub sheet: Option<Sheet>,
    /// The site's margins, if they are not the paper's.
    pub margins: Option<Margins>,
    /// 套打: the paper is printed already with all that is the same on every slip; only what is this slip's is printed.
    pub overprint: bool,
    /// A print to look at and not to hand out: it says so across the page.
    pub sample: bool,
    /// The organisation's seal.
    pub seal: Option<Seal>,
    /// What the square code at the head holds; none when empty.
    pub code: String,
}

/// Data that cannot be printed truthfully.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DataError {
    /// Two fields or two columns have one name.
    #[error("`{0}` is given twice")]
    Twice(String),
    /// A line has too many or too few cells.
    #[error("line {line} has {cells} cells for {columns} columns")]
    Cells {
        /// The line, counted from one.
        line: usize,
        /// Cells found.
        cells: usize,
        /// Columns declared.
        columns: usize,
    },
    /// A quantity or an amount is not a plain decimal of at most 24 digits, 8 of them decimals.
    #[error("line {line}, column `{column}`: `{value}` is not a plain decimal")]
    Number {
        /// The line, counted from one; zero for the total.
        line: usize,
        /// The column's name.
        column: String,
        /// What was found.
        value: String,
    },
    /// The text of the square code is longer than such a code can hold.
    #[error("the text of the square code is too long")]
    Code,
    /// A total is given for a column of words or of days.
    #[error("column `{0}` has a total but holds no numbers")]
    NotTotalled(String),
    /// The lines do not add up to the total that would be printed below them.
    #[error("column `{column}`: the lines do not add up to the total {total}")]
    Total {
        /// The column's name.
        column: String,
        /// The total given.
        total: String,
    },
}

/// Decimals kept while lines are added up.
const DECIMALS: usize = 8;
/// Digits of a number, decimals included.
const DIGITS: usize = 24;

impl FormData {
    /// Refuses data that would print something untrue.
    pub(crate) fn check(&self) -> Result<(), DataError> {
        unique(self.fields.iter().map(|field| &field.name))?;
        unique(self.columns.iter().map(|column| &column.name))?;
        for (index, line) in self.lines.iter().enumerate() {
            if line.len() != self.columns.len() {
                return Err(DataError::Cells {
                    line: index + 1,
                    cells: line.len(),
                    columns: self.columns.len(),
                });
            }
        }
        for (index, column) in self.columns.iter().enumerate() {
            self.check_column(index, column)?;
        }
        Ok(())
    }

    fn check_column(&self, index: usize, column: &Column) -> Result<(), DataError> {
        if !matches!(column.kind, Kind::Quantity | Kind::Money) {
            return match column.total {
                Some(_) => Err(DataError::NotTotalled(column.name.clone())),
                None => Ok(()),
            };
        }
        let number = |line: usize, value: &str| {
            scaled(value).ok_or_else(|| DataError::Number {
                line,
                column: column.name.clone(),
                value: value.to_owned(),
            })
        };
        let mut sum = 0_i128;
        for (at, line) in self.lines.iter().enumerate() {
            let cell = &line[index];
            if !cell.is_empty() {
                sum += number(at + 1, cell)?;
            }
        }
        match &column.total {
            Some(total) if number(0, total)? != sum => Err(DataError::Total {
                column: column.name.clone(),
                total: total.clone(),
            }),
            _ => Ok(()),
        }
    }
}

fn unique<'a>(names: impl Iterator<Item = &'a String>) -> Result<(), DataError> {
    let mut seen = HashSet::new();
    for name in names {
        if !seen.insert(name) {
            return Err(DataError::Twice(name.clone()));
        }
    }
    Ok(())
}

/// A plain decimal as an integer with [`DECIMALS`] decimals, or nothing if it is anything else.
fn scaled(text: &str) -> Option<i128> {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (whole, part) = match unsigned.split_once('.') {
        Some((whole, part)) if !part.is_empty() => (whole, part),
        Some(_) => return None,
        None => (unsigned, ""),
    };
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let fits = part.len() <= DECIMALS && whole.len() + part.len() <= DIGITS;
    if whole.is_empty() || !fits || !digits(whole) || !digits(part) {
        return None;
    }
    let magnitude: i128 = format!("{whole}{part:0<DECIMALS$}").parse().ok()?;
    Some(if text.starts_with('-') {
        -magnitude
    } else {
        magnitude
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_decimals_and_nothing_else() {
        for (text, value) in [
            ("0", 0),
            ("12", 1_200_000_000),
            ("-0.5", -50_000_000),
            ("1.00000001", 100_000_001),
        ] {
            assert_eq!(scaled(text), Some(value), "{text}");
        }
        for text in [
            "",
            "-",
            ".5",
            "1.",
            "1,000",
            "+1",
            "1e3",
            "１",
            "1.000000001",
            " 1",
            "--1",
            "0x1",
        ] {
            assert_eq!(scaled(text), None, "{text}");
        }
        assert!(scaled(&"9".repeat(24)).is_some());
        assert!(scaled(&"9".repeat(25)).is_none());
    }
}
