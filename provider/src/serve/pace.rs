//! Whether a connection keeps up: headers come in one go, and an idle one ends some time.
//!
//! The server's own limit on headers counts the time between requests, too, and would have to be
//! longer than clients keep connections.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// What a connection does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Nothing is asked, since then; an answer may be on its way.
    Idle(Instant),
    /// A request began, then.
    Headers(Instant),
    /// A request is answered; it has a time limit of its own.
    Busy,
}

/// What took too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Late {
    Headers,
    Idle,
}

/// The pace of one connection.
pub(super) struct Pace {
    phase: Mutex<Phase>,
    headers: Duration,
    idle: Duration,
}

/// A request is answered as long as it lives.
pub(super) struct Busy(Arc<Pace>);

impl Pace {
    pub(super) fn new(headers: Duration, idle: Duration) -> Self {
        Self { phase: Mutex::new(Phase::Idle(Instant::now())), headers, idle }
    }

    pub(super) fn busy(self: &Arc<Self>) -> Busy {
        *self.phase() = Phase::Busy;
        Busy(self.clone())
    }

    pub(super) fn late(&self) -> Option<Late> {
        match *self.phase() {
            Phase::Headers(since) if since.elapsed() > self.headers => Some(Late::Headers),
            Phase::Idle(since) if since.elapsed() > self.idle => Some(Late::Idle),
            _ => None,
        }
    }

    /// Bytes came.
    fn read(&self) {
        let mut phase = self.phase();
        if let Phase::Idle(_) = *phase {
            *phase = Phase::Headers(Instant::now());
        }
    }

    /// Bytes went.
    fn written(&self) {
        let mut phase = self.phase();
        if let Phase::Idle(since) = &mut *phase {
            *since = Instant::now();
        }
    }

    fn phase(&self) -> MutexGuard<'_, Phase> {
        self.phase.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        *self.0.phase() = Phase::Idle(Instant::now());
    }
}

/// A stream that tells its pace.
pub(super) struct Paced<S> {
    stream: S,
    pace: Arc<Pace>,
}

impl<S> Paced<S> {
    pub(super) fn new(stream: S, pace: Arc<Pace>) -> Self {
        Self { stream, pace }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Paced<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = ready!(Pin::new(&mut self.stream).poll_read(context, buffer));
        if buffer.filled().len() > before {
            self.pace.read();
        }
        Poll::Ready(read)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Paced<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = ready!(Pin::new(&mut self.stream).poll_write(context, bytes));
        self.pace.written();
        Poll::Ready(written)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHORT: Duration = Duration::from_millis(20);
    const LONG: Duration = Duration::from_secs(1000);

    #[test]
    fn headers_have_their_time_and_idleness_has_its_own() {
        let pace = Arc::new(Pace::new(SHORT, LONG));
        std::thread::sleep(SHORT * 2);
        assert_eq!(pace.late(), None, "nothing has begun");
        pace.read();
        std::thread::sleep(SHORT);
        // More of the same headers.
        pace.read();
        std::thread::sleep(SHORT / 2);
        assert_eq!(pace.late(), Some(Late::Headers));
        let busy = pace.busy();
        std::thread::sleep(SHORT * 2);
        assert_eq!(pace.late(), None, "requests have their own limit");
        drop(busy);
        assert_eq!(pace.late(), None);
        let pace = Pace::new(LONG, SHORT);
        std::thread::sleep(SHORT * 2);
        assert_eq!(pace.late(), Some(Late::Idle));
    }
}
