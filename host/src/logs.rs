//! What a policy says besides its answer, collected and bounded.

use std::fmt;

/// Text kept of one call; a policy that logs in a loop must not fill the host.
const KEPT: usize = 1 << 20;

/// Something a policy said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Log {
    /// Which way it came.
    pub source: Source,
    /// How serious the policy found it.
    pub level: Level,
    /// What it said, without the line end.
    pub message: String,
}

/// The ways a policy can speak.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// waPC's `__console_log`.
    Console,
    /// The host itself, about the log.
    Host,
    /// Standard error, one entry a line.
    Stderr,
    /// Standard output, one entry a line.
    Stdout,
    /// Kubewarden's host call `tracing/log`.
    Tracing,
}

/// Levels of Kubewarden's `tracing/log`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Finest.
    Trace,
    /// For the developer.
    Debug,
    /// For the curious.
    Info,
    /// Something is odd.
    Warning,
    /// Something went wrong.
    Error,
}

impl Level {
    /// The level of that name, in any case.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        [Self::Trace, Self::Debug, Self::Info, Self::Warning, Self::Error]
            .into_iter()
            .find(|level| level.name().eq_ignore_ascii_case(name))
    }

    fn name(self) -> &'static str {
        match self {
            Self::Trace => "trace",
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The log of one call.
#[derive(Default)]
pub(crate) struct Logs {
    entries: Vec<Log>,
    stdout: Vec<u8>,
    stderr: Vec<u8>,
    kept: usize,
    full: bool,
}

impl Logs {
    /// Adds an entry, as long as there is room.
    pub(crate) fn push(&mut self, source: Source, level: Level, message: &[u8]) {
        // An entry without text costs room too.
        let cost = message.len() + size_of::<Log>();
        if !self.take(cost) {
            return;
        }
        self.entries.push(Log {
            source,
            level,
            message: String::from_utf8_lossy(message).into_owned(),
        });
    }

    /// Adds to standard output or standard error; a full line becomes an entry.
    pub(crate) fn write(&mut self, source: Source, text: &[u8]) {
        if !self.take(text.len()) {
            return;
        }
        let stream = self.stream(source);
        stream.extend_from_slice(text);
        let Some(end) = text.iter().rposition(|byte| *byte == b'\n') else {
            return;
        };
        // What follows the last line end waits for the rest of its line.
        let rest = stream.split_off(stream.len() - text.len() + end + 1);
        let lines = std::mem::replace(stream, rest);
        for line in lines.strip_suffix(b"\n").unwrap_or(&lines).split(|byte| *byte == b'\n') {
            self.push(source, stream_level(source), line);
        }
    }

    /// Ends unfinished lines and gives all entries.
    pub(crate) fn finish(mut self) -> Vec<Log> {
        for source in [Source::Stdout, Source::Stderr] {
            let rest = std::mem::take(self.stream(source));
            if !rest.is_empty() {
                self.push(source, stream_level(source), &rest);
            }
        }
        self.entries
    }

    fn stream(&mut self, source: Source) -> &mut Vec<u8> {
        match source {
            Source::Stdout => &mut self.stdout,
            _ => &mut self.stderr,
        }
    }

    fn take(&mut self, cost: usize) -> bool {
        let fits = !self.full && self.kept.saturating_add(cost) <= KEPT;
        if fits {
            self.kept += cost;
        } else if !self.full {
            self.full = true;
            self.entries.push(Log {
                source: Source::Host,
                level: Level::Warning,
                message: "the policy said more than 1 MiB in one call, the rest is dropped".into(),
            });
        }
        fits
    }
}

fn stream_level(source: Source) -> Level {
    match source {
        Source::Stderr => Level::Error,
        _ => Level::Info,
    }
}
