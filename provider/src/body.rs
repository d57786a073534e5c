//! Bodies of requests: each bounded, and all that are held at a time bounded, too.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::http::Request;
use axum::http::header::CONTENT_LENGTH;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Bytes in a unit of the budget.
const UNIT: usize = 1024;

/// Why a body was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unread {
    /// It is longer than bodies may be.
    TooLarge,
    /// Other bodies take what memory there is for them.
    NoRoom,
    /// The client went away in the middle of it.
    Broken,
}

/// Reads bodies.
pub(crate) struct Bodies {
    largest: usize,
    budget: Arc<Semaphore>,
}

/// A body, which counts until it is dropped.
pub(crate) struct Held {
    pub(crate) bytes: Bytes,
    _room: OwnedSemaphorePermit,
}

impl Bodies {
    /// Bodies of at most `largest` bytes, and of `sum` bytes in all.
    pub(crate) fn new(largest: usize, sum: usize) -> Self {
        let units = (sum / UNIT).clamp(1, Semaphore::MAX_PERMITS);
        Self { largest, budget: Arc::new(Semaphore::new(units)) }
    }

    pub(crate) async fn read(&self, request: Request<Body>) -> Result<Held, Unread> {
        let length = request.headers().get(CONTENT_LENGTH);
        let length = length.and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
        // What does not say its length may have any.
        let length = length.unwrap_or(self.largest);
        if length > self.largest {
            return Err(Unread::TooLarge);
        }
        let units = u32::try_from(length.div_ceil(UNIT).max(1)).map_err(|_| Unread::TooLarge)?;
        let room = self.budget.clone().try_acquire_many_owned(units);
        let room = room.map_err(|_| Unread::NoRoom)?;
        let mut body = Limited::new(request.into_body(), self.largest);
        // Copied together: frames may be of a byte each, and keep what they were read into.
        let mut bytes = Vec::new();
        while let Some(frame) = body.frame().await {
            match frame {
                Ok(frame) => bytes.extend_from_slice(frame.data_ref().map_or(&[], |data| data)),
                Err(error) if error.is::<LengthLimitError>() => return Err(Unread::TooLarge),
                Err(_) => return Err(Unread::Broken),
            }
        }
        Ok(Held { bytes: bytes.into(), _room: room })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(length: Option<usize>, text: &'static str) -> Request<Body> {
        let mut request = Request::new(Body::from(text));
        if let Some(length) = length {
            request.headers_mut().insert(CONTENT_LENGTH, length.into());
        }
        request
    }

    #[tokio::test]
    async fn bodies_are_bounded_one_by_one_and_together() {
        let bodies = Bodies::new(4 * UNIT, 6 * UNIT);
        let long: &'static str = Box::leak("x".repeat(4 * UNIT + 1).into_boxed_str());
        assert!(matches!(bodies.read(of(Some(4 * UNIT + 1), "")).await, Err(Unread::TooLarge)));
        // It lies, or does not say.
        assert!(matches!(bodies.read(of(Some(1), long)).await, Err(Unread::TooLarge)));
        assert!(matches!(bodies.read(of(None, long)).await, Err(Unread::TooLarge)));
        let first = bodies.read(of(Some(3 * UNIT), "abc")).await.expect("a body");
        assert_eq!(&*first.bytes, b"abc");
        assert!(matches!(bodies.read(of(None, "")).await, Err(Unread::NoRoom)));
        let second = bodies.read(of(Some(3 * UNIT), "")).await.expect("room");
        assert!(matches!(bodies.read(of(Some(1), "")).await, Err(Unread::NoRoom)));
        drop((first, second));
        assert!(bodies.read(of(None, "")).await.is_ok());
    }
}
