//! Attachments: in and out.

use axum::Json;
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use kernel::SlipId;

use super::desk::{Desk, done, go};
use super::heads;
use crate::auth::Uploaded;
use crate::error::Error;
use crate::parts::lang::t;

pub(crate) async fn attach(
    desk: Desk,
    Path(id): Path<i64>,
    uploaded: Uploaded,
) -> Result<Response, Error> {
    let slip = SlipId(id);
    let key = uploaded.fields.text("_key").into();
    match desk.app.attach(&uploaded, key, slip).await {
        Ok(_) => {}
        // The script sends files one by one and shows beside each why it was refused.
        Err(error @ Error::Refused { .. }) if desk.fragment.is_some() => {
            let told = Json(crate::guard::as_json(&error));
            return Ok((error.status(), told).into_response());
        }
        Err(error) => return Err(error),
    }
    let said = t(desk.lang(), "附件已上传", "File attached");
    Ok(go(&heads::url(slip), Some(&done(said))))
}

/// A file of a slip. It is only ever saved, never shown by the browser under this server's name.
pub(crate) async fn download(
    desk: Desk,
    Path((id, hash, _)): Path<(i64, String, String)>,
) -> Result<Response, Error> {
    desk.app.attachment(SlipId(id), &hash).await
}
