//! Texts as terms. Chinese is written without spaces, so each character is a term and each pair of neighbours is one; of
//! a word in letters or digits each beginning is. Every term is a plain word, so both databases keep it as it is.

use std::collections::BTreeSet;

/// Longest beginning of a word that is a term of its own; of a longer word the whole is one too.
const BEGINNING_MAX: usize = 8;
/// Shortest and longest end of a number that is a term.
const END: std::ops::RangeInclusive<usize> = 2..=10;
/// Longest word; what comes after is left out.
const WORD_MAX: usize = 64;
/// Terms looked for at once; further words of a question are held against the texts found.
const ASKED_MAX: usize = 24;

/// Marks the beginning of a word. Not a letter, so no text has such a term by itself.
const BEGINS: char = '·';
/// Marks the end of a number.
const ENDS: char = '¬';

/// Whether a character is a word by itself: Chinese, Japanese and Korean.
fn stands_alone(c: char) -> bool {
    matches!(c,
        '\u{3005}'..='\u{3007}' | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}'
        | '\u{ac00}'..='\u{d7af}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

/// Full-width letters and digits as the usual ones, and everything in lower case.
pub(crate) fn fold(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
            '\u{3000}' => ' ',
            c => c,
        })
        .flat_map(char::to_lowercase)
        .collect()
}

/// A run of characters of one sort.
#[derive(Debug, PartialEq, Eq)]
enum Run<'a> {
    /// Characters that stand alone.
    Alone(&'a str),
    /// Letters and digits.
    Word(&'a str),
}

/// The runs of a folded text.
fn runs(text: &str) -> Vec<Run<'_>> {
    #[derive(PartialEq, Eq, Clone, Copy)]
    enum Sort {
        Alone,
        Word,
        Between,
    }
    let sort = |c: char| match c {
        c if stands_alone(c) => Sort::Alone,
        c if c.is_alphanumeric() => Sort::Word,
        _ => Sort::Between,
    };
    let mut out = Vec::new();
    let mut from = 0;
    let mut now = Sort::Between;
    let ends = text.char_indices().map(|(at, c)| (at, sort(c)));
    for (at, next) in ends.chain([(text.len(), Sort::Between)]) {
        if next == now && at < text.len() {
            continue;
        }
        match now {
            Sort::Alone => out.push(Run::Alone(&text[from..at])),
            Sort::Word => out.push(Run::Word(&text[from..at])),
            Sort::Between => {}
        }
        (from, now) = (at, next);
    }
    out
}

/// The first so many characters.
fn first(text: &str, count: usize) -> &str {
    let end = text
        .char_indices()
        .nth(count)
        .map_or(text.len(), |(at, _)| at);
    &text[..end]
}

/// Each pair of neighbours.
fn pairs(run: &str) -> impl Iterator<Item = &str> {
    let starts: Vec<usize> = run
        .char_indices()
        .map(|(at, _)| at)
        .chain([run.len()])
        .collect();
    (2..starts.len()).map(move |end| &run[starts[end - 2]..starts[end]])
}

fn beginning(word: &str) -> String {
    format!("{BEGINS}{word}")
}

/// The terms of a text.
pub(crate) fn of_text(text: &str, out: &mut BTreeSet<String>) {
    let folded = fold(text);
    for run in runs(&folded) {
        match run {
            Run::Alone(run) => {
                out.extend(run.chars().map(String::from));
                out.extend(pairs(run).map(str::to_owned));
            }
            Run::Word(word) => {
                let length = word.chars().count();
                // A single letter is only found as a word of one letter.
                let shortest = length.min(2);
                for count in shortest..=length.min(BEGINNING_MAX) {
                    out.insert(beginning(first(word, count)));
                }
                if length > BEGINNING_MAX {
                    out.insert(first(word, WORD_MAX).to_owned());
                }
            }
        }
    }
}

/// The letters and digits of a number, as its ends are compared.
pub(crate) fn number_letters(number: &str) -> String {
    fold(number)
        .chars()
        .filter(|c| c.is_alphanumeric())
        .collect()
}

/// The ends of a slip's number.
pub(crate) fn of_number(number: &str, out: &mut BTreeSet<String>) {
    let letters: Vec<char> = number_letters(number).chars().collect();
    for length in END.filter(|length| *length <= letters.len()) {
        let end: String = letters[letters.len() - length..].iter().collect();
        out.insert(format!("{ENDS}{end}"));
    }
}

/// What a text must have to be found: all of these.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Asked {
    /// Terms that it must have.
    pub terms: Vec<Term>,
    /// Runs that it must hold in one piece, since their pairs could stand apart.
    pub pieces: Vec<String>,
}

/// One term asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Term {
    /// This one.
    Is(String),
    /// Any that begins so.
    Begins(String),
    /// Either of two.
    Either(String, String),
}

/// What a question asks for; nothing when it has no letter in it.
pub(crate) fn asked(question: &str) -> Option<Asked> {
    let folded = fold(question);
    let (mut terms, mut pieces) = (Vec::new(), Vec::new());
    for run in runs(&folded) {
        match run {
            Run::Alone(run) => {
                let length = run.chars().count();
                if length == 1 {
                    terms.push(Term::Is(run.to_owned()));
                } else {
                    terms.extend(pairs(run).map(|pair| Term::Is(pair.to_owned())));
                }
                if length > 2 {
                    pieces.push(run.to_owned());
                }
            }
            Run::Word(word) => {
                let length = word.chars().count();
                terms.push(if length > BEGINNING_MAX {
                    Term::Begins(first(word, WORD_MAX).to_owned())
                } else if END.contains(&length) && word.bytes().any(|byte| byte.is_ascii_digit()) {
                    Term::Either(beginning(word), format!("{ENDS}{word}"))
                } else {
                    Term::Is(beginning(word))
                });
            }
        }
    }
    let mut seen = BTreeSet::new();
    terms.retain(|term| seen.insert(format!("{term:?}")));
    terms.truncate(ASKED_MAX);
    (!terms.is_empty()).then_some(Asked { terms, pieces })
}

/// What the end of a number asks for; nothing when it is too short.
pub(crate) fn asked_end(end: &str) -> Option<Asked> {
    let letters: Vec<char> = number_letters(end).chars().collect();
    let length = letters.len().min(*END.end());
    if length < *END.start() {
        return None;
    }
    let end: String = letters[letters.len() - length..].iter().collect();
    Some(Asked {
        terms: vec![Term::Is(format!("{ENDS}{end}"))],
        pieces: Vec::new(),
    })
}

/// The terms of a question that are enough to find what has all of them, when the rest is looked at in the texts: of each
/// run the rarest, and where one is rare in itself only that. `rarity` says how rare a term is, nothing when it is very.
pub(crate) fn enough<E>(
    asked: &Asked,
    mut rarity: impl FnMut(&Term) -> Result<Option<i64>, E>,
) -> Result<Asked, E> {
    let mut of_runs: Vec<(i64, Term)> = Vec::new();
    let mut last: Option<&str> = None;
    for term in &asked.terms {
        let with = match term {
            Term::Begins(word) => Term::Is(beginning(first(word, BEGINNING_MAX))),
            term => term.clone(),
        };
        let Some(rare) = rarity(&with)? else {
            return Ok(Asked {
                terms: vec![with],
                pieces: Vec::new(),
            });
        };
        // Pairs of one run overlap; they are weighed against one another.
        let pair = match term {
            Term::Is(pair) if !pair.starts_with(BEGINS) => Some(&**pair),
            _ => None,
        };
        let goes_on = match (last, pair) {
            (Some(before), Some(now)) => now.chars().next() == before.chars().nth(1),
            _ => false,
        };
        match of_runs.last_mut() {
            Some(kept) if goes_on => {
                if kept.0 < rare {
                    *kept = (rare, with);
                }
            }
            _ => of_runs.push((rare, with)),
        }
        last = pair;
    }
    Ok(Asked {
        terms: of_runs.into_iter().map(|(_, term)| term).collect(),
        pieces: Vec::new(),
    })
}

/// Whether a folded text has every term; the first line of a slip's text is its number.
pub(crate) fn has(folded: &str, slip: bool, asked: &Asked) -> bool {
    let words: Vec<&str> = runs(folded)
        .into_iter()
        .filter_map(|run| match run {
            Run::Word(word) => Some(word),
            Run::Alone(_) => None,
        })
        .collect();
    let number = slip.then(|| number_letters(folded.lines().next().unwrap_or("")));
    let is = |term: &str| match (term.strip_prefix(BEGINS), term.strip_prefix(ENDS)) {
        (Some(begin), _) if begin.chars().nth(1).is_none() => words.contains(&begin),
        (Some(begin), _) => words.iter().any(|word| word.starts_with(begin)),
        (_, Some(end)) => number.as_ref().is_some_and(|number| number.ends_with(end)),
        _ => folded.contains(term),
    };
    asked.terms.iter().all(|term| match term {
        Term::Is(term) => is(term),
        Term::Begins(begin) => words.iter().any(|word| word.starts_with(&**begin)),
        Term::Either(one, other) => is(one) || is(other),
    })
}

/// Whether a folded text holds every piece.
pub(crate) fn holds(folded: &str, asked: &Asked) -> bool {
    asked.pieces.iter().all(|piece| folded.contains(&**piece))
}

/// The organisation's own terms: those of two organisations never meet in an index.
pub(crate) fn owned(org: i64, term: &str) -> String {
    format!("{org}x{term}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(text: &str) -> BTreeSet<String> {
        let mut out = BTreeSet::new();
        of_text(text, &mut out);
        out
    }

    /// Whether a text is found by a question, as an index would say.
    fn finds(text: &str, question: &str) -> bool {
        let have = terms(text);
        asked(question).is_some_and(|asked| {
            asked.terms.iter().all(|term| match term {
                Term::Is(term) => have.contains(term),
                Term::Begins(term) => have.iter().any(|one| one.starts_with(&**term)),
                Term::Either(one, other) => have.contains(one) || have.contains(other),
            }) && holds(&fold(text), &asked)
        })
    }

    /// Whether a text is found by few terms and by looking at it, as an index of slips is asked; the rarity of terms is
    /// what the caller makes of them.
    fn finds_by_few(text: &str, question: &str, rarity: impl Fn(&Term) -> Option<i64>) -> bool {
        let mut have = terms(text);
        of_number(text.lines().next().unwrap_or(""), &mut have);
        asked(question).is_some_and(|asked| {
            let few = enough(&asked, |term| Ok::<_, ()>(rarity(term))).expect("no fault");
            few.terms.iter().all(|term| match term {
                Term::Is(term) => have.contains(term),
                Term::Begins(term) => have.iter().any(|one| one.starts_with(&**term)),
                Term::Either(one, other) => have.contains(one) || have.contains(other),
            }) && has(&fold(text), true, &asked)
                && holds(&fold(text), &asked)
        })
    }

    #[test]
    fn few_terms_and_a_look_find_the_same() {
        let text = "CG20260401-0012\n江北药业有限公司\n阿莫西林胶囊0.25g×24粒\nB2026040112 É a";
        let questions = [
            ("CG20260401-0012", true),
            ("cg20260401 0012 江北", true),
            ("江北药业 西林胶囊 b20260401", true),
            ("业有限 粒 24 a", true),
            ("12 é", true),
            ("CG20260401-0013", false),
            ("CG20260402-0012", false),
            ("江北药业 胶阿", false),
            ("业有限 粒 24 b", false),
            ("江北药业 b2026040113", false),
            ("江北业", false),
        ];
        for (question, found) in questions {
            assert_eq!(
                finds_by_few(text, question, |_| Some(1)),
                found,
                "{question}"
            );
            assert_eq!(finds_by_few(text, question, |_| None), found, "{question}");
            let longest = |term: &Term| Some(format!("{term:?}").len() as i64);
            assert_eq!(finds_by_few(text, question, longest), found, "{question}");
        }
        let asked = asked("江北药业有限公司 胶囊").expect("letters");
        let of = |term: &Term| Some(i64::from(*term == Term::Is("药业".to_owned())));
        let few = enough(&asked, |term| Ok::<_, ()>(of(term))).expect("no fault");
        let terms = ["药业", "胶囊"].map(|term| Term::Is(term.to_owned()));
        assert_eq!(few.terms, terms);
    }

    #[test]
    fn chinese_is_found_by_any_part_of_it_and_by_one_character() {
        let text = "江北药业有限公司 阿莫西林胶囊0.25g×24粒";
        for question in [
            "江",
            "司",
            "江北",
            "药业有限",
            "阿莫西林胶囊",
            "北药 胶囊",
            "粒",
            "0.25",
            "24粒",
        ] {
            assert!(finds(text, question), "{question}");
        }
        for question in ["业药", "江药", "限公江", "阿莫胶囊", "26", "西林江北"] {
            assert!(!finds(text, question), "{question}");
        }
        // All pairs are there, but not beside one another.
        assert!(!finds("江北和北药，药业", "江北药业"));
    }

    #[test]
    fn words_are_found_by_their_beginning_in_any_case_and_width() {
        let text = "Paracetamol Ｂ２０２６０４０１１２ ÉCLAIR a";
        for question in [
            "para",
            "PARACETAMOL",
            "paracetam",
            "b2026",
            "ｂ２０２６０４０１１２",
            "écl",
            "a",
        ] {
            assert!(finds(text, question), "{question}");
        }
        for question in ["cetamol", "paracetamols", "2026", "p"] {
            assert!(!finds(text, question), "{question}");
        }
    }

    #[test]
    fn nothing_is_asked_by_signs_alone() {
        for question in ["", "  ", "-/+", "\"*\"", "%_"] {
            assert_eq!(asked(question), None, "{question}");
        }
    }

    #[test]
    fn a_term_has_no_sign_that_an_index_would_read() {
        for text in [
            "a'b\"c*d:e&f|g!h(i)\\j",
            "单引号'与\\反斜杠",
            "🙂𠀀é\u{202e}x",
        ] {
            for term in terms(text) {
                let plain = term.strip_prefix(BEGINS).unwrap_or(&term);
                assert!(plain.chars().all(char::is_alphanumeric), "{term}");
            }
        }
    }

    #[test]
    fn numbers_are_found_by_their_end() {
        let mut out = BTreeSet::new();
        of_number("CG20260401-0012", &mut out);
        for end in ["12", "012", "0012", "10012", "1-0012"] {
            let asked = asked_end(end).expect("long enough");
            assert!(
                matches!(&asked.terms[0], Term::Is(term) if out.contains(term)),
                "{end}"
            );
        }
        assert_eq!(asked_end("2"), None);
        assert!(!out.contains("¬2"));
    }
}
