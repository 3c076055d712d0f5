//! Search over slips, records and the names of attachments.
//!
//! The index follows from the journal (`indexer`), is made of terms that do not depend on the database (`terms`), and is
//! kept where it never holds up a lane (`home`). What is found is looked at once more here, so that both databases find
//! the same.

mod gather;
pub(crate) mod home;
pub(crate) mod indexer;
pub(crate) mod terms;

use kernel::SlipId;

use crate::access::Access;
use crate::api::{Found, Page, SearchQuery, SearchState, Searched, StoreError};
use crate::reads::{cursor, page_size, read_cursor};
use gather::CUT;
use home::{Of, Text};
use terms::Asked;

type Result<T> = std::result::Result<T, StoreError>;

/// Texts looked at for one page; beyond it the page is shorter and says where to go on.
const LOOKED_AT_MAX: usize = 4_000;
/// Characters of an excerpt before and after what was found.
const BEFORE: usize = 12;
const EXCERPT: usize = 60;

const fn of(what: Searched) -> Of {
    match what {
        Searched::Slips => Of::Slip,
        Searched::Records => Of::Record,
        Searched::Attachments => Of::Attachment,
    }
}

/// A page of what is found, the newest first.
pub(crate) fn search(access: &Access, org: i64, query: &SearchQuery) -> Result<Page<Found>> {
    let Some(asked) = terms::asked(&query.text) else {
        return Ok(Page {
            rows: Vec::new(),
            next: None,
            total: Some(0),
        });
    };
    let before: Option<i64> = query.after.as_ref().map(read_cursor).transpose()?;
    let limit = page_size(query.limit, 20, 200);
    let (texts, next) = texts(access, org, of(query.what), &asked, before, limit, |text| {
        asked.pieces.is_empty() || terms::holds(&terms::fold(&text.text), &asked)
    })?;
    Ok(Page {
        total: (next.is_none() && before.is_none()).then_some(texts.len() as i64),
        next: next.map(|id| cursor(&id)),
        rows: texts
            .into_iter()
            .map(|text| found(text, &query.text))
            .collect(),
    })
}

/// The slips whose number ends so, the newest first.
pub(crate) fn ending(access: &Access, org: i64, end: &str, limit: usize) -> Result<Vec<SlipId>> {
    let Some(asked) = terms::asked_end(end) else {
        return Ok(Vec::new());
    };
    let end = terms::number_letters(end);
    let (texts, _) = texts(access, org, Of::Slip, &asked, None, limit, |text| {
        let number = text.text.lines().next().unwrap_or("");
        terms::number_letters(number).ends_with(&end)
    })?;
    Ok(texts.into_iter().map(|text| SlipId(text.slip)).collect())
}

/// Texts that have the terms and stand the test, and the id to go on below.
fn texts(
    access: &Access,
    org: i64,
    of: Of,
    asked: &Asked,
    mut before: Option<i64>,
    limit: usize,
    stands: impl Fn(&Text) -> bool,
) -> Result<(Vec<Text>, Option<i64>)> {
    let few = access.index_read(|sql| home::enough(sql, org, of, asked))?;
    let has_all = |text: &Text| {
        if few.is_none() || terms::has(&terms::fold(&text.text), of == Of::Slip, asked) {
            return Ok(true);
        }
        if !text.text.ends_with(CUT) {
            return Ok(false);
        }
        access.index_read(|sql| home::has(sql, org, of, asked, text.id))
    };
    let question = few.as_ref().unwrap_or(asked);
    let mut out = Vec::new();
    let mut looked_at = 0;
    loop {
        let most = limit + 1;
        let some = access.index_read(|sql| home::ask(sql, org, of, question, before, most))?;
        let full = some.len() == most;
        looked_at += some.len();
        for text in some {
            if out.len() == limit {
                return Ok((out, before));
            }
            before = Some(text.id);
            if has_all(&text)? && stands(&text) {
                out.push(text);
            }
        }
        if !full {
            return Ok((out, None));
        }
        if looked_at >= LOOKED_AT_MAX {
            return Ok((out, before));
        }
    }
}

fn found(text: Text, question: &str) -> Found {
    Found {
        slip: (text.slip > 0).then_some(SlipId(text.slip)),
        excerpt: excerpt(&text.text, question),
        title: text.text.lines().next().unwrap_or("").to_owned(),
        register: text.register,
        key: text.key,
    }
}

/// The part of a text in which what was asked for stands. The first line is shown beside it anyway.
fn excerpt(text: &str, question: &str) -> String {
    let words: Vec<String> = terms::fold(question)
        .split_whitespace()
        .map(str::to_owned)
        .collect();
    let lines: Vec<&str> = text.lines().skip(1).collect();
    let line = lines
        .iter()
        .find(|line| {
            let folded = terms::fold(line);
            words.iter().any(|word| folded.contains(&**word))
        })
        .or(lines.first());
    let Some(line) = line else {
        return String::new();
    };
    let folded: Vec<char> = terms::fold(line).chars().collect();
    let at = words.iter().find_map(|word| {
        let word: Vec<char> = word.chars().collect();
        folded
            .windows(word.len().max(1))
            .position(|part| part == word)
    });
    let from = at.unwrap_or(0).saturating_sub(BEFORE);
    let part: String = line.chars().skip(from).take(EXCERPT).collect();
    let cut = line.chars().count() > from + EXCERPT;
    format!(
        "{}{part}{}",
        if from > 0 { "…" } else { "" },
        if cut { "…" } else { "" }
    )
}

/// How far the index is.
pub(crate) fn state(access: &Access, org: i64) -> Result<SearchState> {
    let (indexed, texts) = access.index_read(|sql| {
        let state = home::state(sql, org, false)?;
        let current = state.filter(|(form, ..)| *form == home::FORM);
        Ok((current.map_or(0, |(_, seq, _)| seq), home::count(sql, org)?))
    })?;
    let (last, _) = access.read(|sql| crate::reads::journal::head(sql, org))?;
    Ok(SearchState {
        indexed,
        last,
        texts,
    })
}
