//! `ringfence check --watch`.

use super::check::Check;
use super::{Global, READER_IS_GONE, complain, print_raw, remark};
use crate::engine::{Engine, today};
use crate::output::text::count;
use crate::remember::Remembering;
use crate::watched::{Changes, Watched};
use anyhow::{Context, Result};
use std::io::IsTerminal;
use std::process::exit;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

/// Clears the screen and what was scrolled off it.
const CLEAR: &str = "\x1b[2J\x1b[3J\x1b[H";

/// How a process ends that is stopped before it has judged anything.
const NOT_JUDGED: u8 = 2;

/// Judges whenever something changes; ends by ctrl-c, with the code of the last round.
///
/// # Errors
/// When there is nothing that could change, or it cannot be watched.
pub(super) fn run(check: &Check, global: &Global, engine: &dyn Engine) -> Result<u8> {
    let code = Arc::new(AtomicU8::new(NOT_JUDGED));
    let last = code.clone();
    ctrlc::set_handler(move || exit(last.load(Ordering::Relaxed).into()))
        .context("--watch cannot wait for ctrl-c")?;
    let mut engine = Remembering::new(engine);
    let mut day = today();
    loop {
        // Before anything is read: what changes meanwhile is another round.
        let (watched, changes) = begin(check)?;
        if std::io::stdout().is_terminal() {
            print_raw(CLEAR)?;
        }
        engine.again();
        let now = today();
        if global.date.is_none() && std::mem::replace(&mut day, now) != now {
            engine.forget();
        }
        let ended = match check.judge(&engine) {
            Ok(ended) => ended,
            // Whatever is wrong, somebody is about to mend it.
            Err(error) => {
                complain(&error);
                NOT_JUDGED
            }
        };
        code.store(ended, Ordering::Relaxed);
        if READER_IS_GONE.load(Ordering::Relaxed) {
            return Ok(ended);
        }
        let judged = count(engine.asked(), "resource");
        remark(Some(format!("{judged} judged anew; watching until ctrl-c")))?;
        changes.wait(&watched)?;
    }
}

/// Begins to notice changes of everything that matters.
fn begin(check: &Check) -> Result<(Watched, Changes)> {
    let mut watched = check.watched()?;
    loop {
        let changes = watched.begin()?;
        // A folder that came after it was looked for and before it would have been noticed.
        let now = check.watched()?;
        if now == watched {
            return Ok((watched, changes));
        }
        watched = now;
    }
}
