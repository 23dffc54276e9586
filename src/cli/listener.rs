//! A listener: plain or TLS, with the limits that slow and greedy clients meet (reliability rule 17).

use std::{net::SocketAddr, path::Path, time::Duration};

use axum::{Extension, Router, middleware::from_fn};
use axum_server::{
    Handle, Server,
    accept::NoDelayAcceptor,
    tls_rustls::{RustlsAcceptor, RustlsConfig},
};
use sha2::{Digest, Sha256};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::{
    Failure, Outcome,
    head::{self, HEAD_SIZE, ToldApart},
};
use crate::{config::Tls, web::headers::OverTls};

/// What is under way may take this long after a stop (reliability rule 18).
const GRACE: Duration = Duration::from_secs(10);
/// A client has this long for its headers, and for the TLS handshake before them.
const HEADERS_TIME: Duration = Duration::from_secs(10);
/// How often the certificate's files are looked at.
const LOOK: Duration = Duration::from_secs(5);

/// Binds an address of the settings; gives the one that it became, which has no port 0.
pub(super) async fn bind(address: SocketAddr) -> Result<(TcpListener, SocketAddr), Failure> {
    let bound = async {
        let listener = TcpListener::bind(address).await?;
        let bound = listener.local_addr()?;
        Ok((listener, bound))
    };
    bound.await.map_err(|error: std::io::Error| {
        Failure::Usage(format!("cannot listen on {address}: {error}"))
    })
}

/// A second hold of a listener: who waits in its queue is served by whichever asks next.
pub(super) fn shared(listener: TcpListener) -> Result<(TcpListener, TcpListener), Failure> {
    let two = || {
        let one = listener.into_std()?;
        let other = one.try_clone()?;
        Ok((TcpListener::from_std(one)?, TcpListener::from_std(other)?))
    };
    two().map_err(|error: std::io::Error| Failure::Unknown(format!("cannot listen: {error}")))
}

/// Serves one listener until `stop`, then lets what is under way finish.
pub(super) async fn served(
    listener: TcpListener,
    router: Router,
    tls: Option<RustlsConfig>,
    stop: CancellationToken,
) -> Outcome {
    let door = Handle::new();
    let stopping = tokio::spawn({
        let door = door.clone();
        async move {
            stop.cancelled().await;
            door.graceful_shutdown(Some(GRACE));
        }
    });
    let bounded = limited(Server::from_listener(listener).handle(door));
    let router = router.layer(from_fn(head::fits));
    let ended = match tls {
        None => {
            let service = router.into_make_service_with_connect_info::<SocketAddr>();
            bounded.acceptor(ToldApart(NoDelayAcceptor::new())).serve(service).await
        }
        Some(config) => {
            let router = router.layer(Extension(OverTls));
            let service = router.into_make_service_with_connect_info::<SocketAddr>();
            let acceptor = RustlsAcceptor::new(config).handshake_timeout(HEADERS_TIME);
            let acceptor = ToldApart(acceptor.acceptor(NoDelayAcceptor::new()));
            bounded.acceptor(acceptor).serve(service).await
        }
    };
    stopping.abort();
    ended.map_err(|error| Failure::Unknown(format!("serving ended: {error}")))
}

fn limited(server: Server<SocketAddr>) -> Server<SocketAddr> {
    let mut server = server.first_request_timeout(HEADERS_TIME);
    let builder = server.http_builder();
    builder.http1().header_read_timeout(HEADERS_TIME).max_buf_size(HEAD_SIZE.into());
    builder.http2().max_header_list_size(2 * u32::from(HEAD_SIZE));
    server
}

/// Reads certificate and key, and goes on reading them whenever they change. A pair that does not
/// fit ends the start; later it is told, and the one before it stays.
pub(super) async fn tls(files: &Tls, stop: CancellationToken) -> Result<RustlsConfig, Failure> {
    let faulty = |error: std::io::Error| {
        let (cert, key) = (files.cert.display(), files.key.display());
        Failure::Usage(format!(
            "server.tls_cert {cert} and server.tls_key {key} are no certificate with its key: {error}"
        ))
    };
    let config = RustlsConfig::from_pem_file(&files.cert, &files.key).await.map_err(faulty)?;
    tokio::spawn(renewed(files.clone(), config.clone(), stop));
    Ok(config)
}

async fn renewed(files: Tls, config: RustlsConfig, stop: CancellationToken) {
    let mut seen = (fingerprint(&files.cert).await, fingerprint(&files.key).await);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(LOOK) => {}
        }
        let now = (fingerprint(&files.cert).await, fingerprint(&files.key).await);
        if now == seen || now.0.is_none() || now.1.is_none() {
            continue;
        }
        seen = now;
        match config.reload_from_pem_file(&files.cert, &files.key).await {
            Ok(()) => tracing::info!("the certificate was read again"),
            Err(error) => {
                tracing::error!(%error, "the new certificate does not fit; the old one stays");
            }
        }
    }
}

/// The hash of a file, since a time stamp misses a quick second change.
async fn fingerprint(path: &Path) -> Option<[u8; 32]> {
    let bytes = tokio::fs::read(path).await.ok()?;
    Some(Sha256::digest(bytes).into())
}
