//! Manifests that other programs make: the user's own kustomize, kubectl, and Helm.

use crate::output::text::clean;
use anyhow::{Context, Result, bail};
use std::ffi::{OsStr, OsString};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// How many lines of a program's complaint are passed on.
const COMPLAINT: usize = 20;

/// A chart, and what it is rendered with.
#[derive(Clone, Copy, Debug)]
pub struct Chart<'c> {
    /// A folder, an archive, or a name that Helm resolves.
    pub chart: &'c OsStr,
    /// Files of values.
    pub values: &'c [PathBuf],
    /// Values by themselves, `KEY=VALUE`.
    pub set: &'c [String],
    /// The namespace of the release.
    pub namespace: Option<&'c str>,
}

/// What `kustomize build` prints of a folder; `kubectl kustomize` where there is no kustomize.
///
/// # Errors
/// When there is neither, or it fails: with its own words.
pub fn kustomize(folder: &Path) -> Result<Vec<u8>> {
    let arguments = |word: &str| [word.into(), "--".into(), folder.into()];
    let built = match run("kustomize", &arguments("build"))? {
        Some(built) => Some(built),
        None => run("kubectl", &arguments("kustomize"))?,
    };
    built.with_context(|| {
        format!(
            "--kustomize {} needs kustomize or kubectl, and PATH has neither; install one, or pipe what it prints into `ringfence check -`",
            folder.display()
        )
    })
}

/// What `helm template` prints of a chart.
///
/// # Errors
/// When there is no Helm, or it fails: with its own words.
pub fn helm(chart: &Chart<'_>) -> Result<Vec<u8>> {
    let mut arguments: Vec<OsString> = vec!["template".into()];
    if let Some(namespace) = chart.namespace {
        arguments.extend(["--namespace".into(), namespace.into()]);
    }
    for file in chart.values {
        arguments.extend(["--values".into(), file.into()]);
    }
    for value in chart.set {
        arguments.extend(["--set".into(), value.into()]);
    }
    arguments.extend(["--".into(), chart.chart.to_owned()]);
    run("helm", &arguments)?.with_context(|| {
        format!(
            "--helm {} needs helm, which PATH does not have; install it, or pipe what `helm template` prints into `ringfence check -`",
            chart.chart.display()
        )
    })
}

/// What a program prints; none where there is no such program.
///
/// # Errors
/// When it cannot be run, or fails: with its own words.
pub(crate) fn run(program: &str, arguments: &[OsString]) -> Result<Option<Vec<u8>>> {
    let mut command = Command::new(program);
    output(command.args(arguments))
}

/// As [`run`], of a command that may have its own folder and variables.
pub(crate) fn output(command: &mut Command) -> Result<Option<Vec<u8>>> {
    let words = shown(command);
    let output = match command.stdin(Stdio::null()).output() {
        Ok(output) => output,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error).with_context(|| format!("`{words}` cannot be run")),
    };
    if !output.status.success() {
        let complaint = String::from_utf8_lossy(&output.stderr);
        let lines: Vec<&str> = complaint.trim().lines().take(COMPLAINT).collect();
        bail!("`{words}` failed ({}): {}", output.status, lines.join("\n  "));
    }
    Ok(Some(output.stdout))
}

/// A command as an error names it; not the values behind `--set`, which may be anybody's password.
fn shown(command: &Command) -> String {
    let mut is_value = false;
    let words = std::iter::once(command.get_program()).chain(command.get_args()).map(|word| {
        let word = clean(&word.to_string_lossy());
        match (std::mem::replace(&mut is_value, word == "--set"), word.split_once('=')) {
            (true, Some((key, _))) => format!("{key}=…"),
            _ => word,
        }
    });
    words.collect::<Vec<_>>().join(" ")
}
