//! Connections: who gets one, for how long, and how they end.

mod pace;
mod refusal;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, watch};
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt;

use crate::logs::Log;
use crate::metrics::{Counted, Metrics};
use crate::tls::Reloading;
use pace::{Late, Pace, Paced};
use refusal::Refusal;

/// How often a connection is looked at that does nothing.
const LOOK: Duration = Duration::from_millis(250);

/// Bytes of headers. Gatekeeper's take some hundred.
const HEADERS: usize = 16 << 10;

/// Where somebody is served.
pub(crate) struct Listener {
    /// For the log.
    pub(crate) name: &'static str,
    pub(crate) tcp: TcpListener,
    /// Without it, in plain text.
    pub(crate) identity: Option<Reloading>,
    pub(crate) router: Router,
}

/// What connections are held to.
#[derive(Clone)]
pub(crate) struct Terms {
    pub(crate) connections: usize,
    pub(crate) header_timeout: Duration,
    pub(crate) idle: Duration,
    /// Whether a connection may be asked more than once.
    pub(crate) keeps_alive: bool,
    pub(crate) drain: Duration,
    pub(crate) log: Arc<Log>,
    pub(crate) metrics: Arc<Metrics>,
}

/// Serves until `stop` changes, and then ends what is under way, within its time.
pub(crate) async fn serve(listener: Listener, terms: Terms, mut stop: watch::Receiver<bool>) {
    let places = Arc::new(Semaphore::new(terms.connections));
    let (alive, mut ended) = mpsc::channel::<()>(1);
    loop {
        let accepted = tokio::select! {
            accepted = listener.tcp.accept() => accepted,
            _ = stop.wait_for(|stop| *stop) => break,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // Of one connection, or no more files may be open: then waiting helps.
                terms.refuse(
                    listener.name,
                    listener.tcp.local_addr().ok(),
                    &Refusal::Accept(error),
                );
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        let Ok(place) = places.clone().try_acquire_owned() else {
            terms.refuse(listener.name, Some(peer), &Refusal::TooMany);
            continue;
        };
        let connection = Connection {
            name: listener.name,
            peer,
            terms: terms.clone(),
            router: listener.router.clone(),
            stop: stop.clone(),
            _counted: Counted::new(&terms.metrics.connections),
            _place: place,
            _alive: alive.clone(),
        };
        let identity = listener.identity.as_ref().map(Reloading::current);
        let acceptor = identity.map(|identity| TlsAcceptor::from(identity.server));
        tokio::spawn(connection.serve(stream, acceptor));
    }
    drop(listener);
    drop(alive);
    // Who is not done by then is cut off.
    let _ = timeout(terms.drain, ended.recv()).await;
}

impl Terms {
    fn refuse(&self, listener: &'static str, peer: Option<SocketAddr>, refusal: &Refusal) {
        self.metrics.refused(refusal.reason());
        let nobody = SocketAddr::from(([0, 0, 0, 0], 0));
        self.log.refused(listener, peer.unwrap_or(nobody), refusal.reason(), refusal);
    }
}

struct Connection {
    name: &'static str,
    peer: SocketAddr,
    terms: Terms,
    router: Router,
    stop: watch::Receiver<bool>,
    _counted: Counted,
    _place: OwnedSemaphorePermit,
    _alive: mpsc::Sender<()>,
}

impl Connection {
    async fn serve(self, stream: TcpStream, acceptor: Option<TlsAcceptor>) {
        // Answers are one small write each.
        let _ = stream.set_nodelay(true);
        let Some(acceptor) = acceptor else {
            return self.http(stream).await;
        };
        match timeout(self.terms.header_timeout, acceptor.accept(stream)).await {
            Ok(Ok(stream)) => self.http(stream).await,
            Ok(Err(error)) => self.refuse(&Refusal::of_handshake(error)),
            Err(_) => self.refuse(&Refusal::SlowHandshake),
        }
    }

    fn refuse(&self, refusal: &Refusal) {
        if refusal.is_nobodys() {
            return;
        }
        self.terms.refuse(self.name, Some(self.peer), refusal);
    }

    async fn http(mut self, stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) {
        let pace = Arc::new(Pace::new(self.terms.header_timeout, self.terms.idle));
        let io = TokioIo::new(Paced::new(stream, pace.clone()));
        let service = service_fn(|request: hyper::Request<Incoming>| {
            let busy = pace.busy();
            let answer = self.router.clone().oneshot(request.map(Body::new));
            async move {
                let answer = answer.await;
                drop(busy);
                answer
            }
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .keep_alive(self.terms.keeps_alive)
            // `Pace` is stricter, and knows an idle connection from a slow one.
            .header_read_timeout(None)
            .max_buf_size(HEADERS)
            .serve_connection(io, service);
        let mut connection = std::pin::pin!(connection);
        let mut look = tokio::time::interval(LOOK);
        let mut stopping = false;
        let late = loop {
            tokio::select! {
                // What goes wrong in HTTP ends the connection, and is its client's business.
                _ = connection.as_mut() => break None,
                _ = self.stop.wait_for(|stop| *stop), if !stopping => {
                    stopping = true;
                    connection.as_mut().graceful_shutdown();
                }
                _ = look.tick() => if let Some(late) = pace.late() {
                    break Some(late);
                }
            }
        };
        if late == Some(Late::Headers) {
            self.terms.refuse(self.name, Some(self.peer), &Refusal::SlowHeaders);
        }
    }
}
