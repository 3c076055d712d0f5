//! Codes that show by themselves whether they can be right: check digits, shapes, lists of known words.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::Arc;

use crate::gs1;

/// How a text proves itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// A GTIN of 8, 12, 13 or 14 digits, of which the last proves the others.
    Gtin,
    /// 统一社会信用代码, with both of its check digits; see [`is_credit_code`].
    CreditCode,
    /// Characters of a fixed shape.
    Shape(Shape),
    /// A list of words that are known, each perhaps narrowed in brackets: `化学药制剂、生物制品（除疫苗）`.
    Words(Vec<Arc<str>>),
    /// A list of codes of so many digits each, none of them twice, such as trace codes; see [`codes`].
    Codes(usize),
}

/// The codes that a text lists: with spaces, commas or line breaks between, as a scanner, a sheet or a person writes them.
pub fn codes(text: &str) -> impl Iterator<Item = &str> {
    let between = |one: char| one.is_whitespace() || matches!(one, ',' | ';' | '，' | '；' | '、');
    text.split(between).filter(|code| !code.is_empty())
}

/// A shape of characters: `国药准字{HZS}{JC?}{00000000}` is these four characters, one of three letters, perhaps one of two
/// more, and eight digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shape {
    text: Arc<str>,
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Exactly(char),
    OneOf(Arc<str>),
    PerhapsOneOf(Arc<str>),
    Digit,
}

impl Proof {
    /// Reads `gtin`, `credit_code`, `shape:…`, `words:…`, the words apart by spaces, or `codes:` and a number of digits.
    pub fn parse(text: &str) -> Option<Proof> {
        if let Some(shape) = text.strip_prefix("shape:") {
            return Shape::parse(shape).map(Proof::Shape);
        }
        if let Some(words) = text.strip_prefix("words:") {
            let words: Vec<Arc<str>> = words.split_whitespace().map(Arc::from).collect();
            return (!words.is_empty()).then_some(Proof::Words(words));
        }
        if let Some(digits) = text.strip_prefix("codes:") {
            let digits = digits.parse().ok()?;
            return (1..=64).contains(&digits).then_some(Proof::Codes(digits));
        }
        match text {
            "gtin" => Some(Proof::Gtin),
            "credit_code" => Some(Proof::CreditCode),
            _ => None,
        }
    }

    /// Whether the text can be right.
    pub fn holds(&self, text: &str) -> bool {
        match self {
            Proof::Gtin => {
                matches!(text.len(), 8 | 12 | 13 | 14)
                    && text.bytes().all(|byte| byte.is_ascii_digit())
                    && gs1::lint("csum", text).is_ok()
            }
            Proof::CreditCode => is_credit_code(text),
            Proof::Shape(shape) => shape.fits(text),
            Proof::Words(words) => are_known(text, words).is_ok(),
            Proof::Codes(digits) => wrong_code(text, *digits).is_none(),
        }
    }

    /// The text as it is kept: a list of codes with one space between, anything else as it stands.
    pub fn kept<'t>(&self, text: &'t str) -> Cow<'t, str> {
        match self {
            Proof::Codes(_) => Cow::Owned(codes(text).collect::<Vec<_>>().join(" ")),
            _ => Cow::Borrowed(text),
        }
    }

    /// A text that is right, for tests and hints.
    pub fn example(&self) -> String {
        match self {
            Proof::Gtin => "6901234567892".to_owned(),
            Proof::CreditCode => "91350100M000100Y43".to_owned(),
            Proof::Shape(shape) => shape
                .parts
                .iter()
                .filter_map(|part| match part {
                    Part::Exactly(one) => Some(*one),
                    Part::OneOf(set) => set.chars().next(),
                    Part::PerhapsOneOf(_) => None,
                    Part::Digit => Some('1'),
                })
                .collect(),
            Proof::Words(words) => words.join("、"),
            Proof::Codes(digits) => "1".repeat(*digits),
        }
    }

    /// Why a text is not right: sentences in Chinese and English that follow the name of its field.
    pub fn wrong(&self, text: &str) -> (String, String) {
        match self {
            Proof::Gtin => (
                "应为 8、12、13 或 14 位数字，且校验位正确；此处校验不符".to_owned(),
                "must have 8, 12, 13 or 14 digits and a right check digit; this one is not"
                    .to_owned(),
            ),
            Proof::CreditCode => (
                "应为 18 位统一社会信用代码，两个校验位（第 17、18 位）均须正确；此处校验不符"
                    .to_owned(),
                "must be a unified social credit code of 18 characters with right check characters (the 17th and 18th); this one is not".to_owned(),
            ),
            Proof::Shape(shape) => (
                format!("应写作 {}", shape.told("位数字", "可有可无")),
                format!("must be written as {}", shape.told(" digits", "optional")),
            ),
            Proof::Words(words) => {
                let unknown = are_known(text, words).err().unwrap_or_default();
                let all: Vec<&str> = words.iter().map(|word| &**word).collect();
                (
                    format!("中的“{unknown}”不在范围之内；可用：{}", all.join("、")),
                    format!("names “{unknown}”, which is not known; there are: {}", all.join(", ")),
                )
            }
            Proof::Codes(digits) => match wrong_code(text, *digits) {
                Some(WrongCode::Twice(code)) => (
                    format!("中 {code} 重复"),
                    format!("has {code} twice"),
                ),
                Some(WrongCode::Shape(code)) => {
                    let shown: String = code.chars().take(40).collect();
                    (
                        format!("中“{shown}”不是 {digits} 位数字"),
                        format!("has “{shown}”, which is not {digits} digits"),
                    )
                }
                None => (
                    format!("应为 {digits} 位数字的码，以空格或换行分开"),
                    format!("must be codes of {digits} digits with spaces or line breaks between"),
                ),
            },
        }
    }
}

impl Shape {
    fn parse(text: &str) -> Option<Shape> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some(next) = rest.chars().next() {
            if let Some(inside) = rest.strip_prefix('{') {
                let (inside, after) = inside.split_once('}')?;
                if inside.is_empty() || inside.contains('{') {
                    return None;
                }
                match inside.strip_suffix('?') {
                    Some("") => return None,
                    Some(letters) => parts.push(Part::PerhapsOneOf(letters.into())),
                    None if inside.bytes().all(|byte| byte == b'0') => {
                        parts.extend(inside.bytes().map(|_| Part::Digit));
                    }
                    None => parts.push(Part::OneOf(inside.into())),
                }
                rest = after;
            } else {
                parts.push(Part::Exactly(next));
                rest = &rest[next.len_utf8()..];
            }
        }
        (!parts.is_empty()).then(|| Shape {
            text: text.into(),
            parts,
        })
    }

    /// As it is written in a pack.
    pub fn text(&self) -> &str {
        &self.text
    }

    fn fits(&self, text: &str) -> bool {
        let mut rest = text.chars().peekable();
        for part in &self.parts {
            let found = rest.peek().copied();
            let fits = match part {
                Part::Exactly(one) => found == Some(*one),
                Part::OneOf(set) | Part::PerhapsOneOf(set) => {
                    found.is_some_and(|one| set.contains(one))
                }
                Part::Digit => found.is_some_and(|one| one.is_ascii_digit()),
            };
            match (fits, part) {
                (true, _) => drop(rest.next()),
                (false, Part::PerhapsOneOf(_)) => {}
                (false, _) => return false,
            }
        }
        rest.next().is_none()
    }

    /// In words: `国药准字 + H/Z/S + J/C（可有可无） + 8位数字`.
    fn told(&self, digits: &str, optional: &str) -> String {
        let mut out: Vec<String> = Vec::new();
        let (mut literal, mut count) = (String::new(), 0);
        for part in self.parts.iter().map(Some).chain([None]) {
            if !matches!(part, Some(Part::Exactly(_))) && !literal.is_empty() {
                out.push(std::mem::take(&mut literal));
            }
            if !matches!(part, Some(Part::Digit)) && count > 0 {
                out.push(format!("{count}{digits}"));
                count = 0;
            }
            let set = |set: &str| {
                let letters: Vec<String> = set.chars().map(String::from).collect();
                letters.join("/")
            };
            match part {
                Some(Part::Exactly(one)) => literal.push(*one),
                Some(Part::Digit) => count += 1,
                Some(Part::OneOf(letters)) => out.push(set(letters)),
                Some(Part::PerhapsOneOf(letters)) => {
                    out.push(format!("{} ({optional})", set(letters)));
                }
                None => {}
            }
        }
        out.join(" + ")
    }
}

/// What is wrong with a list of codes.
enum WrongCode<'t> {
    Twice(&'t str),
    Shape(&'t str),
}

/// The first code that is not of so many digits or stands there a second time.
fn wrong_code(text: &str, digits: usize) -> Option<WrongCode<'_>> {
    let mut seen = HashSet::new();
    codes(text).find_map(|code| {
        if code.len() != digits || !code.bytes().all(|byte| byte.is_ascii_digit()) {
            return Some(WrongCode::Shape(code));
        }
        (!seen.insert(code)).then_some(WrongCode::Twice(code))
    })
}

/// The words that a list names, each without the brackets that narrow it: what is left out in brackets is not named.
pub fn listed(text: &str) -> impl Iterator<Item = &str> {
    parts(text).map(word)
}

fn word(part: &str) -> &str {
    part.split(['（', '(']).next().unwrap_or(part).trim()
}

fn parts(text: &str) -> impl Iterator<Item = &str> {
    let mut depth = 0;
    let parts = text.split(move |one: char| {
        match one {
            '（' | '(' => depth += 1,
            '）' | ')' => depth -= 1,
            _ => {}
        }
        depth == 0 && matches!(one, '、' | '，' | ',' | '；' | ';')
    });
    parts.map(str::trim)
}

/// The first part of a list that is no known word.
fn are_known<'t>(text: &'t str, words: &[Arc<str>]) -> Result<(), &'t str> {
    let unknown = |part: &&str| !words.iter().any(|known| **known == *word(part));
    parts(text).find(unknown).map_or(Ok(()), Err)
}

/// What the characters of a 统一社会信用代码 are worth: its place in this row. I, O, S, V and Z are left out.
const WORTH: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";

/// Whether a text is a 统一社会信用代码 (GB 32100-2015): 18 characters of which the last proves the others, and the ninth to
/// seventeenth are a 组织机构代码 (GB 11714) that proves itself.
pub fn is_credit_code(text: &str) -> bool {
    let worth: Option<Vec<usize>> = text.chars().map(|one| WORTH.find(one)).collect();
    let Some(worth) = worth.filter(|worth| worth.len() == 18) else {
        return false;
    };
    worth[17] == check_of(&worth) && is_organisation_code(&text[8..17])
}

fn check_of(worth: &[usize]) -> usize {
    let power = |of: usize| (0..of).fold(1, |product, _| product * 3 % 31);
    let sum: usize = worth[..17]
        .iter()
        .enumerate()
        .map(|(at, one)| one * power(at))
        .sum();
    (31 - sum % 31) % 31
}

/// The 组织机构代码 within it: eight characters and a check character, X for ten.
fn is_organisation_code(text: &str) -> bool {
    const WEIGHTS: [u32; 8] = [3, 7, 9, 10, 5, 8, 4, 2];
    let values = text.chars().map(|one| one.to_digit(36)).take(8);
    let Some(sum) = values
        .zip(WEIGHTS)
        .map(|(value, weight)| Some(value? * weight))
        .sum::<Option<u32>>()
    else {
        return false;
    };
    let check = match 11 - sum % 11 {
        10 => 'X',
        11 => '0',
        digit => char::from_digit(digit, 10).unwrap_or('X'),
    };
    text.ends_with(check)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_listed_once_each_and_kept_with_one_space_between() {
        let proof = Proof::parse("codes:4").unwrap();
        let text = "1234,5678\n 9012；3456";
        assert!(proof.holds(text));
        assert_eq!(proof.kept(text), "1234 5678 9012 3456");
        let wrong = |text: &str| proof.wrong(text).1;
        assert_eq!(wrong("1234 123"), "has “123”, which is not 4 digits");
        assert_eq!(wrong("1234 12a4"), "has “12a4”, which is not 4 digits");
        assert_eq!(wrong("1234 5678 1234"), "has 1234 twice");
        assert!(!proof.holds("１２３４") && proof.holds(&proof.example()));
        assert!(Proof::parse("codes:0").is_none() && Proof::parse("codes:99").is_none());
    }

    fn proof(text: &str) -> Proof {
        Proof::parse(text).expect("a proof")
    }

    #[test]
    fn a_credit_code_proves_itself_twice() {
        assert!(is_credit_code("91350100M000100Y43"));
        assert!(!is_credit_code("91350100M000100Y44"));
        assert!(!is_credit_code("91350100M000100I43"));
        assert!(!is_credit_code("91350100M000100Y4"));
        // The last digit is right for the rest, the organisation's own is not.
        assert!(is_credit_code("91330100MA0000015W") && !is_credit_code("91330100MA00000173"));
    }

    #[test]
    fn one_wrong_character_of_a_credit_code_is_found() {
        let right = "91350100M000100Y43";
        for at in 0..right.len() {
            for one in WORTH
                .chars()
                .filter(|one| right[at..=at] != one.to_string())
            {
                let wrong = format!("{}{one}{}", &right[..at], &right[at + 1..]);
                assert!(!is_credit_code(&wrong), "{wrong}");
            }
        }
    }

    #[test]
    fn a_gtin_has_the_right_length_and_check_digit() {
        let gtin = proof("gtin");
        for right in [
            "6901234567892",
            "96385074",
            "012345678905",
            "16901234567899",
        ] {
            assert!(gtin.holds(right), "{right}");
        }
        for wrong in [
            "6901234567893",
            "690123456789",
            "69012345678921",
            "六九",
            "",
        ] {
            assert!(!gtin.holds(wrong), "{wrong}");
        }
    }

    #[test]
    fn a_shape_is_letters_of_a_set_and_so_many_digits() {
        let shape = proof("shape:国药准字{HZS}{JC?}{00000000}");
        for right in [
            "国药准字H20200001",
            "国药准字HJ20200001",
            "国药准字ZC12345678",
        ] {
            assert!(shape.holds(right), "{right}");
        }
        for wrong in [
            "国药准字H2020001",
            "国药准字H202000012",
            "国药准字A20200001",
            "国药准字HX20200001",
            "国药准字h20200001",
            "H20200001",
            "国药准字H２0200001",
        ] {
            assert!(!shape.holds(wrong), "{wrong}");
        }
        assert_eq!(
            shape.wrong("x").0,
            "应写作 国药准字 + H/Z/S + J/C (可有可无) + 8位数字"
        );
        assert_eq!(shape.example(), "国药准字H11111111");
        for text in ["gtin", "credit_code", "shape:A{BC}{D?}{00}", "words:一 二"] {
            assert!(proof(text).holds(&proof(text).example()), "{text}");
        }
        for bad in [
            "shape:",
            "shape:{",
            "shape:{}",
            "shape:{?}",
            "shape:{{0}",
            "check",
            "words: ",
        ] {
            assert_eq!(Proof::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_list_of_words_names_only_known_ones() {
        let words = proof("words:化学药制剂 中成药 生物制品");
        assert!(words.holds("化学药制剂、生物制品（除疫苗、血液制品），中成药"));
        assert!(!words.holds("化学药制剂、中药"));
        assert!(!words.holds("化学药制剂、"));
        assert!(words.wrong("中成药；药").0.contains("“药”"));
    }
}
