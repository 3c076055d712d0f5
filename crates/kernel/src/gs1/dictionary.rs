//! The GS1 barcode syntax dictionary, read once from the text that GS1 publishes (`gs1/`, Apache-2.0).

use std::collections::BTreeMap;
use std::sync::OnceLock;

const TEXT: &str = include_str!("../../gs1/gs1-syntax-dictionary.txt");

/// One part of the value of an application identifier.
#[derive(Debug, Clone)]
pub(super) struct Part {
    /// Name of the character set as a linter.
    pub set: &'static str,
    pub least: usize,
    pub most: usize,
    pub optional: bool,
    pub linters: Vec<&'static str>,
}

/// An application identifier.
#[derive(Debug, Clone)]
pub(super) struct Identifier {
    /// Whether its length is known beforehand, so that no separator follows.
    pub fixed: bool,
    pub parts: Vec<Part>,
    /// With each of these (all of them) one of its alternatives, each a group that must be there whole.
    pub requires: Vec<Vec<Vec<&'static str>>>,
    /// What it may not stand beside.
    pub excludes: Vec<&'static str>,
    /// What it is called: `BATCH/LOT`.
    pub title: &'static str,
}

/// All identifiers by their digits.
pub(super) fn identifiers() -> &'static BTreeMap<String, Identifier> {
    static READ: OnceLock<BTreeMap<String, Identifier>> = OnceLock::new();
    READ.get_or_init(|| {
        let mut all = BTreeMap::new();
        for line in TEXT.lines() {
            if line.starts_with('#') || line.trim().is_empty() {
                continue;
            }
            let (codes, identifier) = entry(line);
            for code in range(codes) {
                all.insert(code, identifier.clone());
            }
        }
        all
    })
}

/// The identifier that a text begins with, and its digits.
pub(super) fn leading(text: &str) -> Option<(&str, &'static Identifier)> {
    (2..=4).find_map(|length| {
        let code = text.get(..length)?;
        Some((code, identifiers().get(code)?))
    })
}

fn range(codes: &str) -> Vec<String> {
    let Some((first, last)) = codes.split_once('-') else {
        return vec![codes.to_owned()];
    };
    let number = |code: &str| code.parse::<u32>().unwrap_or(0);
    let width = first.len();
    (number(first)..=number(last))
        .map(|code| format!("{code:0width$}"))
        .collect()
}

fn entry(line: &'static str) -> (&'static str, Identifier) {
    // A title stands behind ` # `; the sign stands nowhere else in a line.
    let (body, title) = line.split_once(" # ").unwrap_or((line, ""));
    let mut words = body.split_whitespace();
    let codes = words.next().unwrap_or("");
    let mut made = Identifier {
        fixed: false,
        parts: Vec::new(),
        requires: Vec::new(),
        excludes: Vec::new(),
        title: title.trim(),
    };
    for word in words {
        if let Some(group) = word.strip_prefix("req=") {
            let one = |text: &'static str| text.split('+').collect();
            made.requires.push(group.split(',').map(one).collect());
        } else if let Some(list) = word.strip_prefix("ex=") {
            made.excludes.extend(list.split(','));
        } else if word.starts_with(|c: char| c.is_ascii_uppercase() || c == '[') {
            made.parts.push(part(word));
        } else if !word.starts_with("dlpkey") {
            made.fixed |= word.contains('*');
        }
    }
    (codes, made)
}

fn part(word: &'static str) -> Part {
    let mut words = word.split(',');
    let shape = words.next().unwrap_or("");
    let bare = shape.trim_matches(['[', ']']);
    let (set, length) = bare.split_at(1);
    let (least, most) = match length.strip_prefix("..") {
        Some(most) => (1, most.parse().unwrap_or(0)),
        None => {
            let exact = length.parse().unwrap_or(0);
            (exact, exact)
        }
    };
    Part {
        set: match set {
            "N" => "csetnumeric",
            "Y" => "cset39",
            "Z" => "cset64",
            _ => "cset82",
        },
        least,
        most,
        optional: shape.starts_with('['),
        linters: words.collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_read() {
        let all = identifiers();
        assert_eq!(all["01"].title, "GTIN");
        assert!(all["01"].fixed && !all["10"].fixed);
        assert_eq!(all["17"].requires[0].len(), 6);
        assert_eq!(all["8030"].requires[0][1], ["01", "21"]);
        assert_eq!(all["3105"].excludes, ["310n"]);
        assert!(all.contains_key("95") && !all.contains_key("3106"));
        assert!(all.values().all(|one| !one.parts.is_empty()));
        assert!(
            all.values()
                .flat_map(|one| &one.parts)
                .all(|part| part.most > 0)
        );
    }
}
