//! One line of log for many like it.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// After a line the like of it are counted, not written, for this long.
const QUIET: Duration = Duration::from_secs(10);

/// Tells whether a line is to be written, for one kind of lines.
#[derive(Debug, Default)]
pub(crate) struct Throttle {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    written: Option<Instant>,
    kept_back: u64,
}

impl Throttle {
    /// The number of lines that were kept back before this one, if this one is to be written.
    pub(crate) fn pass(&self) -> Option<u64> {
        self.pass_at(Instant::now())
    }

    fn pass_at(&self, now: Instant) -> Option<u64> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.written.is_some_and(|written| now.duration_since(written) < QUIET) {
            state.kept_back = state.kept_back.saturating_add(1);
            return None;
        }
        state.written = Some(now);
        Some(std::mem::take(&mut state.kept_back))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_stands_for_those_that_follow_it() {
        let throttle = Throttle::default();
        let start = Instant::now();
        assert_eq!(throttle.pass_at(start), Some(0));
        for _ in 0..5 {
            assert_eq!(throttle.pass_at(start + QUIET / 2), None);
        }
        assert_eq!(throttle.pass_at(start + QUIET), Some(5));
        assert_eq!(throttle.pass_at(start + QUIET), None);
        assert_eq!(throttle.pass_at(start + QUIET * 3), Some(1));
    }
}
