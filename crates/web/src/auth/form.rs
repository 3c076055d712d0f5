//! Forms as pages post them: fields, the session that meant them, and files.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::multipart::{Multipart, MultipartError};
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use engine::Class;

use super::session::{Acting, Pending, form_acting, pending_acting};
use crate::App;
use crate::body;
use crate::error::Error;
use crate::text::unpercent;

/// Most bytes of a form.
pub(crate) const FORM_MAX: usize = 1 << 20;
/// Most bytes of an attachment.
pub(crate) const FILE_MAX: usize = 20 << 20;

/// The inputs of a form, in the order sent.
#[derive(Debug, Clone, Default)]
pub struct Fields(Vec<(String, String)>);

impl Fields {
    /// The first input of that name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| &**value)
    }

    /// The first input of that name, empty when there is none.
    pub fn text(&self, name: &str) -> &str {
        self.get(name).unwrap_or("")
    }

    /// All inputs, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (&**name, &**value))
    }

    fn parse(bytes: &[u8]) -> Result<Fields, Error> {
        let text = std::str::from_utf8(bytes).map_err(|_| body::not_text())?;
        let read = |text: &str| unpercent(text, true).ok_or_else(body::not_text);
        let pairs = text.split('&').filter(|pair| !pair.is_empty());
        let fields = pairs.map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Ok((read(name)?, read(value)?))
        });
        Ok(Fields(fields.collect::<Result<_, Error>>()?))
    }
}

async fn fields_of(parts: &Parts, request_body: axum::body::Body) -> Result<Fields, Error> {
    let kind = parts
        .headers
        .get("content-type")
        .and_then(|value| value.to_str().ok())
        .unwrap_or("");
    if !kind.starts_with("application/x-www-form-urlencoded") {
        body::drain(request_body).await;
        return Err(body::wrong_type("application/x-www-form-urlencoded"));
    }
    Fields::parse(&body::read(request_body, FORM_MAX).await?)
}

/// A form that its session meant.
#[derive(Debug)]
pub struct Posted {
    /// Who posted it.
    pub acting: Acting,
    /// What was typed.
    pub fields: Fields,
}

impl FromRequest<Arc<App>> for Posted {
    type Rejection = Error;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Posted, Error> {
        let (parts, request_body) = request.into_parts();
        let fields = fields_of(&parts, request_body).await?;
        let acting = form_acting(app, &parts, fields.text("_csrf")).await?;
        Ok(Posted { acting, fields })
    }
}

/// As [`Posted`], of a session that may only replace its password or log out.
#[derive(Debug)]
pub(crate) struct PostedPending {
    pub pending: Pending,
    pub fields: Fields,
}

impl FromRequest<Arc<App>> for PostedPending {
    type Rejection = Error;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<PostedPending, Error> {
        let (parts, request_body) = request.into_parts();
        let fields = fields_of(&parts, request_body).await?;
        let pending = pending_acting(app, &parts, fields.text("_csrf")).await?;
        Ok(PostedPending { pending, fields })
    }
}

/// A form without any session: the log-in form and the choice of a language.
#[derive(Debug)]
pub(crate) struct PostedByAnyone {
    pub parts: Parts,
    pub fields: Fields,
}

impl FromRequest<Arc<App>> for PostedByAnyone {
    type Rejection = Error;

    async fn from_request(request: Request, _: &Arc<App>) -> Result<PostedByAnyone, Error> {
        let (parts, request_body) = request.into_parts();
        let fields = fields_of(&parts, request_body).await?;
        Ok(PostedByAnyone { parts, fields })
    }
}

/// A file that came with a form.
#[derive(Debug, Clone)]
pub struct Upload {
    /// Its name, without any path.
    pub name: String,
    /// Its bytes, at most 20 MiB.
    pub bytes: Bytes,
}

/// A form with a file, which its session meant: by `_csrf`, which must come before the file, or by the header
/// `X-CSRF-Token`.
#[derive(Debug)]
pub struct Uploaded {
    /// Who posted it.
    pub acting: Acting,
    /// What was typed.
    pub fields: Fields,
    /// The file, when one was chosen.
    pub file: Option<Upload>,
}

impl FromRequest<Arc<App>> for Uploaded {
    type Rejection = Error;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Uploaded, Error> {
        let (parts, request_body) = request.into_parts();
        // The session is looked at before twenty megabytes are read for a stranger.
        if let Err(error) = super::session::find_for_change(app, &parts).await {
            body::drain(request_body).await;
            return Err(error);
        }
        let again = Request::from_parts(parts.clone(), request_body);
        let mut multipart = Multipart::from_request(again, app)
            .await
            .map_err(|_| body::wrong_type("multipart/form-data"))?;
        let header = |name: &str| {
            parts
                .headers
                .get(name)
                .and_then(|value| value.to_str().ok())
        };
        let mut token = header("x-csrf-token")
            .or_else(|| header("x-csrf"))
            .unwrap_or("")
            .to_owned();
        let (mut fields, mut file) = (Fields::default(), None);
        while let Some(part) = multipart.next_field().await.map_err(broken)? {
            let name = part.name().unwrap_or("").to_owned();
            if let Some(shown) = part.file_name() {
                let upload = Upload {
                    name: shown.to_owned(),
                    bytes: part.bytes().await.map_err(broken)?,
                };
                // A form without a chosen file sends an empty one without a name.
                if !upload.name.is_empty() || !upload.bytes.is_empty() {
                    file = Some(upload);
                }
            } else {
                let value = part.bytes().await.map_err(broken)?;
                if value.len() > FORM_MAX {
                    return Err(body::too_large(FORM_MAX));
                }
                let value = String::from_utf8(value.into()).map_err(|_| body::not_text())?;
                if name == "_csrf" {
                    token.clone_from(&value);
                }
                fields.0.push((name, value));
            }
        }
        let acting = form_acting(app, &parts, &token).await?;
        if file
            .as_ref()
            .is_some_and(|file| file.bytes.len() > FILE_MAX)
        {
            return Err(body::too_large(FILE_MAX));
        }
        Ok(Uploaded {
            acting,
            fields,
            file,
        })
    }
}

fn broken(error: MultipartError) -> Error {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
        return body::too_large(FILE_MAX);
    }
    Error::refused(
        StatusCode::BAD_REQUEST,
        Class::Request,
        "multipart",
        "上传的内容不完整",
        "the upload is not complete",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read_as_browsers_write_them() {
        let fields = Fields::parse("a=1&b=%E7%8E%8B+%26&a=2&c&=x".as_bytes()).unwrap();
        assert_eq!(fields.get("a"), Some("1"));
        assert_eq!(fields.text("b"), "王 &");
        assert_eq!(fields.get("c"), Some(""));
        assert_eq!(fields.iter().count(), 5);
        assert!(Fields::parse(b"a=%ff").is_err());
        assert!(Fields::parse(&[b'a', b'=', 0xff]).is_err());
    }
}
