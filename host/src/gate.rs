//! Lets a fixed number of calls in at a time.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// A pool has a fixed number of slots; who finds none free waits here instead of
/// failing inside wasmtime.
pub(crate) struct Gate {
    free: Mutex<u32>,
    left: Condvar,
}

impl Gate {
    pub(crate) fn new(places: u32) -> Self {
        Self { free: Mutex::new(places), left: Condvar::new() }
    }

    /// Waits for a place and holds it as long as the answer lives.
    pub(crate) fn enter(&self) -> Place<'_> {
        let mut free = self
            .left
            .wait_while(self.lock(), |free| *free == 0)
            .unwrap_or_else(PoisonError::into_inner);
        *free -= 1;
        Place { gate: self }
    }

    /// A number is never half-written, so a poisoned lock is as good as another.
    fn lock(&self) -> MutexGuard<'_, u32> {
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A place held in a [`Gate`].
pub(crate) struct Place<'a> {
    gate: &'a Gate,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        *self.gate.lock() += 1;
        self.gate.left.notify_one();
    }
}
