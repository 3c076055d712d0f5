//! Prints that were recorded, and making one again exactly as it was.

use std::sync::Arc;

use engine::{Act, Note, NoteKind, Person, Slip};
use kernel::Moment;
use print::{Bilingual, FormError, Language};
use serde::{Deserialize, Serialize};
use store::{NoteRow, StoreError};

use super::check::{code_of, public_of};
use super::choice::Choice;
use super::own;
use crate::App;
use crate::error::Error;
use crate::slip_form::{Dress, Paper, Printable, dressed};

/// How a print was made: what the journal keeps of it, so that the same file comes out again.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct How {
    /// What was chosen.
    pub choice: Choice,
    /// The public half of the key that signed the square code, in hexadecimal.
    pub key: String,
}

impl How {
    /// Reads what a note of a print says.
    #[must_use]
    pub fn read(text: &str) -> How {
        serde_json::from_str(text).unwrap_or_default()
    }

    fn written(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// A recorded print.
#[derive(Debug, Clone)]
pub(crate) struct Print {
    /// Row of the journal.
    pub seq: i64,
    /// How many prints of the slip there were up to this one.
    pub nth: usize,
    /// Login.
    pub person: Arc<str>,
    /// When.
    pub at: Moment,
    /// The form.
    pub form: String,
    /// Copies.
    pub copies: i64,
    /// Digest of the content that was printed.
    pub content: Arc<str>,
    /// How.
    pub how: How,
}

/// The prints among the notes of a slip, first to last.
pub(crate) fn prints_of(notes: &[NoteRow]) -> Vec<Print> {
    let prints = notes.iter().filter(|row| row.note.kind == NoteKind::Print);
    prints
        .enumerate()
        .map(|(at, NoteRow { seq, note })| print_of(*seq, at + 1, note))
        .collect()
}

fn print_of(seq: i64, nth: usize, note: &Note) -> Print {
    Print {
        seq,
        nth,
        person: note.person.clone(),
        at: note.at,
        form: note.media.clone(),
        copies: note.size,
        content: note.hash.clone(),
        how: How::read(&note.text),
    }
}

/// What stands at the foot of a second print and of every later one.
pub(crate) fn reprint(language: Language, nth: usize, person: &str, at: Moment) -> Option<String> {
    if nth < 2 {
        return None;
    }
    let (n, at) = (nth - 1, at.minute());
    Some(match language {
        Language::Zh => format!("补打 {n}（{person} {at}）"),
        Language::En => format!("Reprint {n} ({person} {at})"),
    })
}

/// The language of a page, for forms.
pub(crate) fn language_of(lang: crate::Lang) -> Language {
    match lang {
        crate::Lang::En => Language::En,
        crate::Lang::Zh => Language::Zh,
    }
}

impl App {
    /// A slip as it would be printed by a choice: a sample, or the print that `print` is the record of.
    pub(crate) fn to_print(
        &self,
        slip: &Slip,
        choice: &Choice,
        page: Language,
        person: &Person,
        print: Option<&Print>,
    ) -> Result<Printable, Error> {
        let (store, org) = (self.store(), self.org());
        let company = &self.settings().company;
        let language = choice.language(page);
        let name = match print {
            Some(print) => store.person(org, &print.person)?.map_or_else(
                || print.person.to_string(),
                |person| person.name.to_string(),
            ),
            None => String::new(),
        };
        let paper = Paper {
            language,
            company: Bilingual::new(&*company.zh, &*company.en),
            copies: choice.copies(),
            reprint: print.and_then(|print| reprint(language, print.nth, &name, print.at)),
        };
        let seal = match choice.seal.as_str() {
            "" => None,
            seal => own::seal_for(store, org, seal, person, self.today())?,
        };
        if !choice.seal.is_empty() && seal.is_none() {
            return Err(Error::bad(
                "seal",
                "没有这枚印章，或您的岗位不能使用它",
                "there is no such seal, or your roles may not use it",
            ));
        }
        let code = match print {
            None => String::new(),
            Some(_) => self.code_for(slip)?,
        };
        let dress = Dress {
            paper: choice.paper(),
            sheet: choice.sheet,
            margins: choice.margins,
            shift: choice.shift(),
            overprint: choice.over,
            sample: print.is_none(),
            seal,
            code,
        };
        dressed(store, org, slip, &paper, &dress)?.ok_or(Error::NotFound)
    }

    /// The text of the square code: an address where it is known by which address the world reaches this server.
    fn code_for(&self, slip: &Slip) -> Result<String, Error> {
        let code = code_of(self.secret_key()?, &slip.number, &slip.content)
            .map_err(|error| Error::fault("signing a slip's code", &error))?;
        Ok(match &self.settings().public_origin {
            Some(origin) => format!("{origin}/check?c={code}"),
            None => code,
        })
    }

    /// The act that records a print. With `tried` the form is tried first: one with a mistake is never counted.
    pub(crate) fn print_act(
        &self,
        slip: &Slip,
        content: &str,
        choice: &Choice,
        page: Language,
        person: &Person,
        tried: bool,
    ) -> Result<Act, Error> {
        let mut choice = choice.clone();
        choice.lang = match choice.language(page) {
            Language::Zh => "zh".to_owned(),
            Language::En => "en".to_owned(),
        };
        let made = self.to_print(slip, &choice, page, person, None)?;
        if tried {
            self.set_pages(&made).map_err(|error| form_error(&error))?;
        }
        let key = public_of(self.secret_key()?)
            .map_err(|error| Error::fault("signing a slip's code", &error))?;
        let copies = i64::try_from(choice.copies.len().max(1)).unwrap_or(1);
        Ok(Act::Print {
            slip: slip.id,
            content: content.into(),
            form: made.name(),
            copies,
            how: How { choice, key }.written(),
        })
    }

    /// The PDF of a recorded print, as long as the slip is what it was.
    pub(crate) fn print_again(
        &self,
        slip: &Slip,
        seq: i64,
        person: &Person,
    ) -> Result<Vec<u8>, Error> {
        let notes = self.store().notes(self.org(), slip.id)?;
        let print = prints_of(&notes)
            .into_iter()
            .find(|print| print.seq == seq && print.person == person.login)
            .ok_or(Error::NotFound)?;
        if print.content != slip.content {
            return Err(Error::refused(
                axum::http::StatusCode::CONFLICT,
                engine::Class::Order,
                "stale",
                "单据在打印之后已有改动，请重新打印",
                "the slip has changed since it was printed; print it again",
            ));
        }
        let choice = &print.how.choice;
        let made = self.to_print(slip, choice, Language::Zh, person, Some(&print))?;
        self.set(&made).map_err(|error| form_error(&error))
    }
}

/// A form that could not be set, as its reader meets it: a mistake in the organisation's own form says where it is.
pub(crate) fn form_error(error: &FormError) -> Error {
    match error {
        FormError::Form(complaints) => {
            let first = complaints.first();
            let place = first.map_or_else(String::new, |one| {
                format!("{}:{}:{}", one.file, one.line, one.column)
            });
            let zh = first.map_or_else(String::new, print::Complaint::message_zh);
            let en = first.map_or("", |one| one.message.as_str());
            Error::bad(
                "form",
                format!("打印样式有错 {place}：{zh}"),
                format!("the form has a mistake at {place}: {en}"),
            )
        }
        FormError::TooLong(seconds) => Error::bad(
            "form",
            format!("打印样式超过 {seconds} 秒仍未排完，已停止"),
            format!("the form was stopped after {seconds} seconds"),
        ),
        FormError::TooLarge(megabytes) => Error::bad(
            "form",
            format!("打印样式占用内存超过 {megabytes} MB，已停止"),
            format!("the form was stopped when it took more than {megabytes} MB"),
        ),
        error => Error::fault("printing a slip", error),
    }
}

/// Prints recorded of one slip.
pub(crate) fn of_slip(app: &App, slip: &Slip) -> Result<Vec<Print>, StoreError> {
    Ok(prints_of(&app.store().notes(app.org(), slip.id)?))
}
