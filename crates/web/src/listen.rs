//! Listening: connections in, requests to the routes, an orderly end.

use std::future::Future;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tower::ServiceExt;

use crate::App;
use crate::auth::Peer;

/// Connections open at once; further ones wait to be accepted.
const CONNECTIONS_MAX: usize = 4_096;
/// Longest time for the head of a request, and for an idle connection.
const HEAD_PATIENCE: Duration = Duration::from_secs(60);
/// Longest time for requests under way when the server ends.
const END_PATIENCE: Duration = Duration::from_secs(10);
/// Most bytes of a request's head, and of what is read ahead.
const BUFFER_MAX: usize = 64 << 10;

/// Serves `app` on `listener` until `shutdown` is done; requests under way are answered first.
///
/// # Errors
/// When the listener itself fails; a single connection's failure is its own.
pub async fn serve(
    app: Arc<App>,
    listener: TcpListener,
    shutdown: impl Future<Output = ()>,
) -> io::Result<()> {
    let routes = crate::router(app.clone());
    let connections = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let open = GracefulShutdown::new();
    tokio::pin!(shutdown);
    loop {
        // The semaphore is never closed.
        let Ok(place) = connections.clone().acquire_owned().await else {
            break;
        };
        let (stream, peer) = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    accept_failed(&error).await;
                    continue;
                }
            },
            () = &mut shutdown => break,
        };
        let watcher = open.watcher();
        let routes = routes.clone();
        tokio::spawn(async move {
            let connection = connection(stream, Peer(peer), routes);
            if let Some(connection) = connection
                && let Err(error) = watcher.watch(connection).await
            {
                tracing::debug!(%error, "a connection ended early");
            }
            drop(place);
        });
    }
    // Event streams never end by themselves.
    app.hub.close();
    if tokio::time::timeout(END_PATIENCE, open.shutdown())
        .await
        .is_err()
    {
        tracing::warn!("some requests were still under way at the end");
    }
    Ok(())
}

/// A failed accept is nearly always one connection's failure, or want of file descriptors, which passes.
async fn accept_failed(error: &io::Error) {
    let ordinary = matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionRefused
    );
    if !ordinary {
        tracing::warn!(%error, "a connection could not be accepted");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// One connection: answers without delay, keeps the line open.
fn connection(
    stream: TcpStream,
    peer: Peer,
    routes: Router,
) -> Option<impl hyper_util::server::graceful::GracefulConnection<Error = hyper::Error>> {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "a connection was gone before it was served");
        return None;
    }
    let service = hyper::service::service_fn(move |request: Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(peer);
        routes.clone().oneshot(request)
    });
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_PATIENCE)
        .max_buf_size(BUFFER_MAX)
        .pipeline_flush(true);
    Some(builder.serve_connection(TokioIo::new(stream), service))
}
