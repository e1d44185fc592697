//! Accepting connections and serving HTTP on them, with bounds on what a connection may cost.

use std::{convert::Infallible, net::SocketAddr, time::Duration};

use axum::{Router, body::Body, extract::ConnectInfo};
use hyper::{Request, body::Incoming, server::conn::http1};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use socket2::SockRef;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinSet,
};
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt as _;

use super::state::ApiState;

/// How long to wait when no connection can be accepted: there are as many open files as there may be, and closing some
/// takes a while.
const ACCEPT_AGAIN_AFTER: Duration = Duration::from_millis(100);

/// Serves HTTP on what `listener` accepts, over TLS if there is an acceptor, until `stopped`; then finishes the answers
/// that are under way. A WebSocket counts here only until the hub has taken it over.
///
/// As many connections as `limits.http_connections_max` are served; more wait to be accepted. One that takes longer than
/// `limits.http_idle_ms` for its TLS handshake, or for the head of its next request, is closed; how long the rest of a
/// request may take is bounded by its route. A client that doesn't take its answer is dropped after
/// `hub.write_stall_limit_ms`.
pub async fn serve(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    router: Router,
    state: &ApiState,
    stopped: impl Future<Output = ()>,
) {
    let (config, metrics) = (&state.config, &state.metrics);
    let head_within = Duration::from_millis(config.limits.http_idle_ms);
    let write_stall_limit = Duration::from_millis(config.hub.write_stall_limit_ms);
    let (stop, stopping) = watch::channel(());
    let mut connections = JoinSet::new();
    let mut stopped = std::pin::pin!(stopped);
    loop {
        metrics.http_connections(connections.len());
        tokio::select! {
            () = &mut stopped => break,
            // A connection's end says nothing that anybody waits for.
            Some(_) = connections.join_next() => {}
            accepted = listener.accept(), if connections.len() < config.limits.http_connections_max => match accepted {
                Ok((stream, peer)) => {
                    prepare(&stream, write_stall_limit);
                    let accepted = Accepted { peer, router: router.clone(), head_within, stopping: stopping.clone() };
                    connections.spawn(accepted.serve(stream, tls.clone()));
                }
                Err(error) if is_the_clients(&error) => {}
                Err(error) => {
                    tracing::warn!(%error, "no connection can be accepted now");
                    tokio::time::sleep(ACCEPT_AGAIN_AFTER).await;
                }
            }
        }
    }
    drop(listener);
    drop(stop);
    while connections.join_next().await.is_some() {}
}

/// A connection that was accepted.
struct Accepted {
    peer: SocketAddr,
    router: Router,
    head_within: Duration,
    stopping: watch::Receiver<()>,
}

impl Accepted {
    async fn serve(mut self, stream: TcpStream, tls: Option<TlsAcceptor>) {
        let Some(acceptor) = tls else { return self.serve_http(stream).await };
        let handshake = tokio::time::timeout(self.head_within, acceptor.accept(stream));
        let shaken = tokio::select! {
            shaken = handshake => shaken,
            _ = self.stopping.changed() => return,
        };
        match shaken {
            Ok(Ok(stream)) => self.serve_http(stream).await,
            // Scanners, and clients that don't trust the certificate.
            Ok(Err(error)) => tracing::debug!(peer = %self.peer, %error, "a TLS handshake failed"),
            Err(_) => tracing::debug!(peer = %self.peer, "a TLS handshake took too long"),
        }
    }

    async fn serve_http(self, stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) {
        let Self { peer, router, head_within, mut stopping } = self;
        let service = router.map_request(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(ConnectInfo(peer));
            request.map(Body::new)
        });
        let service = service.map_err(|never: Infallible| never);
        let mut http1 = http1::Builder::new();
        http1.timer(TokioTimer::new()).header_read_timeout(head_within);
        let connection = http1.serve_connection(TokioIo::new(stream), TowerToHyperService::new(service));
        let mut connection = std::pin::pin!(connection.with_upgrades());
        let result = tokio::select! {
            result = &mut connection => result,
            // The sender never sends: it is dropped.
            _ = stopping.changed() => {
                connection.as_mut().graceful_shutdown();
                connection.as_mut().await
            }
        };
        if let Err(error) = result {
            tracing::debug!(%peer, %error, "a connection ended early");
        }
    }
}

/// Sets what only speeds up, or bounds what the kernel keeps: a socket that can't be set so works all the same.
fn prepare(stream: &TcpStream, write_stall_limit: Duration) {
    stream.set_nodelay(true).ok();
    #[cfg(target_os = "linux")]
    SockRef::from(stream).set_tcp_user_timeout(Some(write_stall_limit)).ok();
    #[cfg(not(target_os = "linux"))]
    let _ = write_stall_limit;
}

/// Whether the client left between its connecting and our accepting.
fn is_the_clients(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}
