//! Attachments: what kind of file it is, keeping it, giving it back.

use std::sync::Arc;

use axum::body::Body;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use engine::{Act, Class, NoteKind, Outcome, Refusal, World};
use kernel::SlipId;
use store::Answer;

use crate::App;
use crate::auth::Uploaded;
use crate::error::Error;
use crate::may;
use crate::text::percent;

/// Kinds of files by the end of their name, with what their first bytes must be; text has no such bytes.
const KINDS: [(&str, &str, &[u8]); 10] = [
    ("pdf", "application/pdf", b"%PDF-"),
    ("png", "image/png", b"\x89PNG\r\n\x1a\n"),
    ("jpg", "image/jpeg", b"\xff\xd8\xff"),
    ("jpeg", "image/jpeg", b"\xff\xd8\xff"),
    ("webp", "image/webp", b"RIFF"),
    ("txt", "text/plain", b""),
    ("csv", "text/csv", b""),
    ("tsv", "text/tab-separated-values", b""),
    (
        "docx",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        b"PK\x03\x04",
    ),
    (
        "xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        b"PK\x03\x04",
    ),
];

/// Ends of the names of files that are accepted, with blanks between them.
pub(crate) fn kinds() -> String {
    KINDS.map(|(end, ..)| end).join(" ")
}

/// The media type of a file by its name and first bytes. What the sender says of it counts for nothing.
pub(crate) fn media_of(name: &str, bytes: &[u8]) -> Option<&'static str> {
    let end = name.rsplit_once('.')?.1.to_ascii_lowercase();
    let (_, media, first) = KINDS.iter().find(|(known, ..)| *known == end)?;
    let fits = if first.is_empty() {
        is_text(bytes)
    } else {
        bytes.starts_with(first)
    };
    fits.then_some(media)
}

/// Whether bytes are text as devices and spreadsheets here write it: UTF-8 or GB18030, and nothing that no text has.
fn is_text(bytes: &[u8]) -> bool {
    let gb18030 = || {
        encoding_rs::GB18030
            .decode_without_bom_handling_and_without_replacement(bytes)
            .is_some()
    };
    !bytes.contains(&0) && (std::str::from_utf8(bytes).is_ok() || gb18030())
}

fn refused(zh: &str, en: &str) -> Error {
    Refusal::new(Class::Field, "attachment", zh, en)
        .at(None, "file")
        .into()
}

impl App {
    /// Keeps the file of an upload and attaches it to a slip.
    ///
    /// # Errors
    /// A refusal (no file, a name with a path in it, a kind that is not accepted, a slip one has no part in) or a fault.
    pub async fn attach(
        self: &Arc<Self>,
        uploaded: &Uploaded,
        key: Arc<str>,
        slip: SlipId,
    ) -> Result<Answer, Error> {
        let Some(file) = &uploaded.file else {
            return Err(refused("请选择文件", "choose a file"));
        };
        if file.name.contains(['/', '\\'])
            || file.name.contains("..")
            || file.name.chars().any(char::is_control)
        {
            let path = format!("slip {slip}");
            return Err(self
                .forbid(
                    Some(&uploaded.acting.person.login),
                    "attachment.path",
                    &path,
                )
                .await);
        }
        let Some(media) = media_of(&file.name, &file.bytes) else {
            return Err(refused(
                "不接受此类文件，或内容与扩展名不符",
                "files of this kind are not accepted, or the content is not what its name says",
            ));
        };
        let act = Act::Attach {
            slip,
            name: file.name.clone(),
            hash: crate::text::sha256(&file.bytes),
            size: i64::try_from(file.bytes.len()).unwrap_or(i64::MAX),
            media: media.to_owned(),
        };
        // Whoever may not attach it is told so, and journaled, before twenty megabytes are kept for him.
        let asker = self.asker(&uploaded.acting);
        let (question, bytes) = (may::command(&asker, act.clone()), file.bytes.clone());
        self.read(move |app| {
            let outcome = app.store().ask(app.org(), |world| {
                world.slip(slip)?;
                engine::apply(&world.catalog(), world, &question)
            })?;
            let may = match outcome {
                Outcome::Refused(refusal) => refusal.class == Class::Field,
                _ => true,
            };
            if may {
                app.store().put_content(app.org(), &bytes)?;
            }
            Ok::<_, store::StoreError>(())
        })
        .await?;
        self.act(&uploaded.acting, key, act).await
    }

    /// An attachment of a slip, to be saved and never to be run: another slip's content is not found here.
    ///
    /// # Errors
    /// Not found, or a fault.
    pub async fn attachment(self: &Arc<Self>, slip: SlipId, hash: &str) -> Result<Response, Error> {
        let wanted = hash.to_owned();
        let found = self
            .read_store(move |store, org| {
                let notes = store.notes(org, slip)?;
                let note = notes
                    .into_iter()
                    .map(|row| row.note)
                    .find(|note| note.kind == NoteKind::Attachment && *note.hash == *wanted);
                match note {
                    Some(note) => Ok(store.content(org, &wanted)?.map(|bytes| (note, bytes))),
                    None => Ok(None),
                }
            })
            .await?;
        let (note, bytes) = found.ok_or(Error::NotFound)?;
        Ok(download(&note.text, &note.media, bytes))
    }
}

/// Bytes to be saved under a name.
pub(crate) fn download(name: &str, media: &str, bytes: Vec<u8>) -> Response {
    let disposition = format!("attachment; filename*=UTF-8''{}", percent(name));
    let header = |text: &str| {
        HeaderValue::from_str(text).unwrap_or(HeaderValue::from_static("application/octet-stream"))
    };
    let headers = [
        (CONTENT_TYPE, header(media)),
        (CONTENT_DISPOSITION, header(&disposition)),
        (
            CONTENT_SECURITY_POLICY,
            HeaderValue::from_static("sandbox; default-src 'none'; frame-ancestors 'none'"),
        ),
    ];
    (StatusCode::OK, headers, Body::from(bytes)).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_what_its_bytes_say() {
        assert_eq!(
            media_of("检验报告.PDF", b"%PDF-1.7 ..."),
            Some("application/pdf")
        );
        assert_eq!(media_of("a.pdf", b"<script>"), None);
        assert_eq!(media_of("a.html", b"<script>"), None);
        assert_eq!(media_of("a.svg", b"<svg>"), None);
        assert_eq!(media_of("pdf", b"%PDF-"), None);
        assert_eq!(media_of("a.txt", b"abc"), Some("text/plain"));
        assert_eq!(media_of("a.txt", b"\xff\xfe"), None);
        assert_eq!(media_of("a.csv", b"\xca\xb1\xbc\xe4"), Some("text/csv"));
        assert_eq!(media_of("a.csv", b"\xca\xb1\0"), None);
    }
}
