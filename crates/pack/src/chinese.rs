//! What authors are told, in Chinese. Each English sentence stands in a table with its holes `{}`, and beside it what it is in
//! Chinese; `{2}` there is the second hole, where the order is another.

use std::sync::LazyLock;

/// What this crate says.
pub(crate) static COMPLAINTS: LazyLock<Sentences> =
    LazyLock::new(|| Sentences::new(include_str!("complaints.zh.tsv")));

/// How deep a hole is filled by sentences that have holes themselves: `this is a reference to `item``.
const DEEP: usize = 3;

struct Template {
    /// What stands between the holes.
    parts: Vec<&'static str>,
    chinese: &'static str,
}

/// A table of sentences: those of which more is written out come first, since they are likelier meant.
pub struct Sentences(Vec<Template>);

impl Sentences {
    /// A table: a line for each sentence, English and Chinese with a tabulator between.
    pub fn new(table: &'static str) -> Sentences {
        let mut templates: Vec<Template> = table
            .lines()
            .filter_map(|line| line.split_once('\t'))
            .map(|(english, chinese)| Template {
                parts: english.split("{}").collect(),
                chinese,
            })
            .collect();
        templates.sort_by_key(|one| {
            let written: usize = one.parts.iter().map(|part| part.len()).sum();
            std::cmp::Reverse((written, one.parts.len() == 1))
        });
        Sentences(templates)
    }

    /// The sentence in Chinese; as it is where the table does not have it.
    pub fn chinese(&self, sentence: &str) -> String {
        self.translated(sentence, DEEP)
            .unwrap_or_else(|| sentence.to_owned())
    }

    fn translated(&self, sentence: &str, deep: usize) -> Option<String> {
        self.0.iter().find_map(|template| {
            let holes = holes(&template.parts, sentence)?;
            let said: Vec<String> = holes
                .into_iter()
                .map(|hole| {
                    let word = hole.contains(' ')
                        || hole.starts_with(|first: char| first.is_ascii_lowercase());
                    let inner = (word && deep > 0).then(|| self.translated(hole, deep - 1));
                    inner.flatten().unwrap_or_else(|| hole.to_owned())
                })
                .collect();
            Some(filled(template.chinese, &said))
        })
    }
}

/// What stands in the holes of a sentence of this template.
fn holes<'a>(parts: &[&str], sentence: &'a str) -> Option<Vec<&'a str>> {
    let (first, rest) = parts.split_first()?;
    let mut left = sentence.strip_prefix(first)?;
    let Some((last, between)) = rest.split_last() else {
        return left.is_empty().then(Vec::new);
    };
    let mut holes = Vec::with_capacity(rest.len());
    for part in between {
        let (hole, after) = left.split_once(part)?;
        holes.push(hole);
        left = after;
    }
    holes.push(left.strip_suffix(last)?);
    holes.iter().all(|hole| !hole.is_empty()).then_some(holes)
}

/// A Chinese template with its holes filled.
fn filled(chinese: &str, said: &[String]) -> String {
    let mut out = String::with_capacity(chinese.len() * 2);
    let (mut left, mut next) = (chinese, 0);
    while let Some(at) = left.find('{') {
        out.push_str(&left[..at]);
        let inside = left[at + 1..].split_once('}');
        let numbered = inside.map(|(number, after)| match number {
            "" => (Some(next), after),
            one if one.len() == 1 => (
                one.parse::<usize>().ok().map(|at| at.wrapping_sub(1)),
                after,
            ),
            _ => (None, after),
        });
        match numbered.and_then(|(at, after)| Some((said.get(at?)?, after))) {
            Some((hole, after)) => {
                next += 1;
                out.push_str(hole);
                left = after;
            }
            None => {
                out.push('{');
                left = &left[at + 1..];
            }
        }
    }
    out.push_str(left);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_are_said_in_chinese_with_what_stands_in_their_holes() {
        let cases = [
            ("unknown role `clark`", "没有岗位 `clark`"),
            (
                "expected qty, this is a reference to `item`",
                "这里要写数量（qty），而这是对 `item` 的引用",
            ),
            (
                "the header of `order` has no `custmer` to carry",
                "`order` 的表头没有可带入的 `custmer`",
            ),
            ("write it like `CG{date}-{0000}`", "写作 `CG{date}-{0000}`"),
            ("field `qty` is declared twice", "字段 `qty` 声明了两次"),
        ];
        for (english, expected) in cases {
            assert_eq!(COMPLAINTS.chinese(english), expected, "{english}");
        }
        assert_eq!(COMPLAINTS.chinese("nobody says this"), "nobody says this");
    }

    #[test]
    fn every_template_is_there_once_and_has_as_many_holes_in_both_languages() {
        let mut seen = std::collections::BTreeSet::new();
        for line in include_str!("complaints.zh.tsv").lines() {
            let (english, chinese) = line.split_once('\t').expect(line);
            assert!(seen.insert(english), "twice: {english}");
            let numbers = ('1'..='9').map(|n| chinese.matches(&format!("{{{n}}}")).count());
            let holes = chinese.matches("{}").count() + numbers.sum::<usize>();
            assert_eq!(english.matches("{}").count(), holes, "{line}");
            let many = english.split("{}").skip(1).count();
            let said: Vec<String> = (1..=many).map(|n| format!("<{n}>")).collect();
            let out = filled(chinese, &said);
            assert!(said.iter().all(|hole| out.contains(hole)), "{line}: {out}");
        }
    }
}
