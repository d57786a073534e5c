//! Pod Security Admission itself, as a child process: `psa-oracle/`.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::OnceLock;

use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;
use serde_json::Value;

/// The last policy version the oracle answers for, v1.37.
pub const NEWEST: u8 = 37;

/// What Pod Security Admission says about one pod, for every version.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// At level `baseline`.
    pub baseline: ByVersion<String>,
    /// At level `restricted`.
    pub restricted: ByVersion<String>,
}

/// Which revision of which check is in force, for every version.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InForce {
    /// At level `baseline`.
    pub baseline: ByVersion<Revision>,
    /// At level `restricted`.
    pub restricted: ByVersion<Revision>,
}

/// One revision of a check: the one that came with v1.`since`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Revision {
    /// Pod Security Admission's check id.
    pub id: String,
    /// Minor version of Kubernetes that introduced it.
    pub since: u8,
}

/// A list per version, neighbouring versions with the same list as one range.
#[derive(Debug, Clone, Deserialize)]
#[serde(transparent)]
pub struct ByVersion<T>(Vec<Range<T>>);

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Range<T> {
    from: u8,
    to: u8,
    #[serde(alias = "failing", alias = "checks")]
    list: Vec<T>,
}

impl<T> ByVersion<T> {
    /// The list at v1.`minor`, sorted.
    ///
    /// # Panics
    /// If `minor` is above [`NEWEST`]; [`Oracle`] hands out complete answers only.
    pub fn at(&self, minor: u8) -> &[T] {
        let range = self.0.iter().find(|range| minor <= range.to);
        &range.expect("a version the oracle answers for").list
    }

    /// Each list that occurs, once per range.
    pub fn lists(&self) -> impl Iterator<Item = &[T]> {
        self.0.iter().map(|range| range.list.as_slice())
    }

    /// Whether the ranges follow each other from v1.0 to [`NEWEST`].
    fn is_complete(&self) -> bool {
        let mut next = 0;
        let contiguous = self.0.iter().all(|range| {
            let fits = range.from == next && range.to >= range.from;
            next = range.to.saturating_add(1);
            fits
        });
        contiguous && next == NEWEST + 1
    }
}

/// The running oracle.
#[derive(Debug)]
pub struct Oracle {
    child: Child,
    // An Option because the child ends when its input is closed.
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Oracle {
    /// Builds the Go program (once per process) and starts it.
    pub fn start() -> Result<Self> {
        let program = program()?;
        let mut child = Command::new(program)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start the oracle `{}`", program.display()))?;
        let input = child.stdin.take();
        let output = child.stdout.take().context("the oracle has no output")?;
        let output = BufReader::new(output);
        Ok(Self { child, input, output })
    }

    /// Judges one pod.
    pub fn ask(&mut self, pod: &Value) -> Result<Answer> {
        let mut answers = self.ask_all(&[serde_json::to_vec(pod)?])?;
        answers.pop().context("the oracle did not answer")
    }

    /// Judges many pods, each given as JSON on one line.
    pub fn ask_all(&mut self, pods: &[Vec<u8>]) -> Result<Vec<Answer>> {
        let input = self.input.as_mut().context("the oracle has ended")?;
        let output = &mut self.output;
        // Writing and reading at once: either pipe alone may fill up.
        std::thread::scope(|scope| {
            let writer = scope.spawn(move || {
                pods.iter().try_for_each(|pod| {
                    input.write_all(pod)?;
                    input.write_all(b"\n")
                })?;
                input.flush()
            });
            let answers = pods.iter().map(|pod| answer(output, pod)).collect();
            match writer.join() {
                Ok(written) => written.context("cannot write to the oracle")?,
                Err(_) => bail!("writing to the oracle panicked"),
            }
            answers
        })
    }
}

impl Drop for Oracle {
    fn drop(&mut self) {
        drop(self.input.take());
        // Nothing to do about a child that cannot be waited for.
        let _ = self.child.wait();
    }
}

fn answer(output: &mut impl BufRead, pod: &[u8]) -> Result<Answer> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Line {
        Answer(Answer),
        Error { error: String },
    }
    let mut line = String::new();
    output.read_line(&mut line).context("cannot read from the oracle")?;
    ensure!(!line.is_empty(), "the oracle ended early; its message stands above");
    match serde_json::from_str(&line).with_context(|| format!("the oracle answered {line}"))? {
        Line::Answer(answer) => {
            let complete = answer.baseline.is_complete() && answer.restricted.is_complete();
            ensure!(complete, "the oracle left out versions: {line}");
            Ok(answer)
        }
        Line::Error { error } => bail!(
            "the generated pod is none to the Go decoder: {error}\n{}",
            String::from_utf8_lossy(pod)
        ),
    }
}

/// Asks which checks and revisions the oracle has.
pub fn in_force() -> Result<InForce> {
    let output = Command::new(program()?).arg("-checks").stderr(Stdio::inherit()).output()?;
    ensure!(output.status.success(), "the oracle could not list its checks");
    let listing: InForce = serde_json::from_slice(&output.stdout)?;
    let complete = listing.baseline.is_complete() && listing.restricted.is_complete();
    ensure!(complete, "the oracle's list of checks leaves out versions");
    Ok(listing)
}

/// The built program; built once, tests run side by side.
fn program() -> Result<&'static Path> {
    static PROGRAM: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    match PROGRAM.get_or_init(|| build().map_err(|error| format!("{error:#}"))) {
        Ok(program) => Ok(program),
        Err(error) => bail!("{error}"),
    }
}

fn build() -> Result<PathBuf> {
    let source = crate::workspace().join("e2e/psa-oracle");
    let program = crate::target().join("psa-oracle");
    let status = Command::new("go")
        .args(["build", "-trimpath", "-o"])
        .args([program.as_path(), Path::new(".")])
        .env("CGO_ENABLED", "0")
        .current_dir(&source)
        .status()
        .context("cannot run `go`, which builds the Pod Security Admission oracle: install Go 1.26 or newer")?;
    ensure!(status.success(), "`go build` failed in {}", source.display());
    Ok(program)
}
