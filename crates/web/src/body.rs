//! Reading what a request sends, within limits, and saying clearly what was wrong with it.

use axum::body::{Body, Bytes};
use axum::http::StatusCode;
use engine::Class;
use tokio_stream::StreamExt;

use crate::error::Error;

/// Most bytes that are read and thrown away so that a client that sends too much still hears why.
const DRAINED_MAX: usize = 64 << 20;

/// Reads a body of at most `limit` bytes. What comes beyond is read and thrown away, up to a bound: most clients only
/// look for an answer when they have sent everything.
pub(crate) async fn read(body: Body, limit: usize) -> Result<Bytes, Error> {
    let mut stream = body.into_data_stream();
    let Some(first) = stream.next().await else {
        return Ok(Bytes::new());
    };
    let mut whole = first.map_err(|_| broken())?;
    // One frame is the usual case, and is not copied.
    let mut more: Vec<u8> = Vec::new();
    let mut total = whole.len();
    while let Some(next) = stream.next().await {
        let next = next.map_err(|_| broken())?;
        total += next.len();
        if total > DRAINED_MAX {
            break;
        }
        if total <= limit {
            if more.is_empty() {
                more.extend_from_slice(&whole);
            }
            more.extend_from_slice(&next);
        }
    }
    if total > limit {
        return Err(too_large(limit));
    }
    if !more.is_empty() {
        whole = more.into();
    }
    Ok(whole)
}

/// Reads a body and throws it away, up to a bound.
pub(crate) async fn drain(body: Body) {
    let mut stream = body.into_data_stream();
    let mut total = 0;
    while let Some(Ok(next)) = stream.next().await {
        total += next.len();
        if total > DRAINED_MAX {
            break;
        }
    }
}

fn broken() -> Error {
    Error::bad(
        "incomplete",
        "请求没有传完",
        "the request did not arrive whole",
    )
}

/// 413.
pub(crate) fn too_large(limit: usize) -> Error {
    let mebibytes = limit >> 20;
    Error::refused(
        StatusCode::PAYLOAD_TOO_LARGE,
        Class::Request,
        "too_large",
        format!("内容过大，最多 {mebibytes} MiB"),
        format!("too large; at most {mebibytes} MiB"),
    )
}

/// 415.
pub(crate) fn wrong_type(wanted: &str) -> Error {
    Error::refused(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        Class::Request,
        "content_type",
        format!("内容类型须为 {wanted}"),
        format!("the content type must be {wanted}"),
    )
}

/// 400: not UTF-8.
pub(crate) fn not_text() -> Error {
    Error::bad(
        "utf8",
        "内容不是有效的 UTF-8 文本",
        "the content is not valid UTF-8 text",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn bodies_are_read_up_to_their_limit() {
        let frames = |sizes: &[usize]| {
            let frames: Vec<Result<Bytes, std::io::Error>> = sizes
                .iter()
                .map(|size| Ok(Bytes::from(vec![b'x'; *size])))
                .collect();
            Body::from_stream(tokio_stream::iter(frames))
        };
        assert_eq!(read(Body::empty(), 4).await.unwrap().len(), 0);
        assert_eq!(read(frames(&[4]), 4).await.unwrap().len(), 4);
        assert_eq!(read(frames(&[1, 2, 1]), 4).await.unwrap().len(), 4);
        assert_eq!(read(frames(&[5]), 4).await.unwrap_err().status(), 413);
        assert_eq!(read(frames(&[4, 1, 3]), 4).await.unwrap_err().status(), 413);
        assert_eq!(read(frames(&[3, 3, 1]), 4).await.unwrap_err().status(), 413);
    }
}
