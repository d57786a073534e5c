//! `ringfence seccomp lint`.

use super::{print, print_json};
use crate::manifest::{self, STDIN};
use crate::seccomp::context::ContextOptions;
use crate::seccomp::documents::{self, Broken, Part, Text};
use crate::seccomp::lint::{self, Report};
use crate::seccomp::sarif;
use crate::seccomp::source::{self, Source};
use anyhow::{Result, bail};
use clap::{Args, ValueEnum};
use ringfence_seccomp::{Baseline, LINTS, Severities, Severity};
use std::path::Path;

/// Find what is wrong with profiles, or worth knowing of them
#[derive(Args, Debug)]
#[command(
    after_help = "Exit codes: 0 no finding of --deny or above, 1 some, 2 a profile could not be read."
)]
pub(super) struct Lint {
    /// Files, folders (every .json, .yaml and .yml file in them that holds a profile), baselines, or `-`
    #[arg(required = true, value_name = "PROFILE")]
    profiles: Vec<String>,
    #[command(flatten)]
    context: ContextOptions,
    /// Another severity for a lint, or for a lint and a call: SC-DANGER:mount=error; may be repeated
    #[arg(long, value_name = "ID=error|warning|info|off", value_parser = setting)]
    severity: Vec<(String, Option<Severity>)>,
    /// The least severity that exit code 1 is for
    #[arg(long, value_enum, default_value_t)]
    deny: Level,
    /// The form of the findings
    #[arg(short, long, value_enum, default_value_t)]
    output: Form,
    /// Leave out what is only worth knowing
    #[arg(short, long)]
    quiet: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Level {
    Info,
    Warning,
    #[default]
    Error,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Form {
    /// For people
    #[default]
    Human,
    /// For programs
    Json,
    /// SARIF 2.1.0, for code hosts
    Sarif,
}

impl Level {
    fn severity(self) -> Severity {
        match self {
            Self::Info => Severity::Info,
            Self::Warning => Severity::Warning,
            Self::Error => Severity::Error,
        }
    }
}

fn setting(text: &str) -> Result<(String, Option<Severity>), String> {
    let Some((id, level)) = text.split_once('=') else {
        return Err("expected ID=LEVEL, as in SC-DANGER=error".to_owned());
    };
    let level = match level {
        "error" => Some(Severity::Error),
        "warning" => Some(Severity::Warning),
        "info" => Some(Severity::Info),
        "off" => None,
        _ => return Err(format!("`{level}` is none of error, warning, info, off")),
    };
    Severities::new().set(id, level).map_err(|id| {
        let known: Vec<&'static str> = LINTS.iter().map(|lint| lint.id).collect();
        let lint = id.split(':').next().unwrap_or(&id);
        if known.contains(&lint) {
            return super::unknown_call(id.split(':').nth(1).unwrap_or_default());
        }
        let hint = ringfence_policy::did_you_mean(lint, &known);
        format!(
            "unknown lint `{lint}`{}",
            hint.unwrap_or_else(|| format!("; there are {}", known.join(", ")))
        )
    })?;
    Ok((id.to_owned(), level))
}

impl Lint {
    pub(super) fn run(&self) -> Result<u8> {
        let mut severities = Severities::new();
        for (id, severity) in &self.severity {
            // The option's parser has tried it.
            let _ = severities.set(id, *severity);
        }
        let mut report = Report::default();
        for profile in &self.profiles {
            self.add(profile, &severities, &mut report)?;
        }
        if report.linted.is_empty() && report.unread.is_empty() {
            bail!("no seccomp profile in {}; name a file", self.profiles.join(", "));
        }
        match self.output {
            Form::Human => print(&report.render(self.quiet))?,
            Form::Json => print_json(&report.to_json())?,
            Form::Sarif => print_json(&sarif::log(&report))?,
        }
        Ok(report.exit_code(self.deny.severity()))
    }

    fn add(&self, name: &str, severities: &Severities, report: &mut Report) -> Result<()> {
        if Baseline::from_name(name).is_none() && Path::new(name).is_dir() {
            return self.add_folder(name, severities, report);
        }
        if name.contains('#') || Baseline::from_name(name).is_some() {
            return self.lint(Source::read(name)?, severities, report);
        }
        let shown = if name == "-" { STDIN } else { name };
        match source::raw(name) {
            Ok(bytes) => {
                let before = report.linted.len() + report.unread.len();
                let others = self.add_file(shown, &bytes, severities, report, |_| true)?;
                if report.linted.len() + report.unread.len() == before {
                    let what = match others.first() {
                        Some(kind) => format!("a {kind} is no seccomp profile"),
                        None => "empty; expected a seccomp profile".to_owned(),
                    };
                    report.unread.push(Broken { file: shown.into(), at: None, what });
                }
            }
            Err(what) => report.unread.push(Broken { file: shown.into(), at: None, what }),
        }
        Ok(())
    }

    /// Lints the profiles of a file that are wanted; the kinds of what else it holds.
    fn add_file(
        &self,
        file: &str,
        bytes: &[u8],
        severities: &Severities,
        report: &mut Report,
        is_wanted: impl Fn(&Text) -> bool,
    ) -> Result<Vec<String>> {
        let mut others = Vec::new();
        for part in documents::read(file, bytes) {
            match part {
                Part::Profile(text) if is_wanted(&text) => {
                    self.lint(Source::Text(text), severities, report)?;
                }
                Part::Profile(_) => others.push("document".to_owned()),
                Part::Other(kind) => others.push(kind),
                Part::Broken(broken) => report.unread.push(broken),
            }
        }
        Ok(others)
    }

    /// What says that it is a profile, in the files of a folder; the others may be anything.
    fn add_folder(&self, folder: &str, severities: &Severities, report: &mut Report) -> Result<()> {
        let (files, errors) = manifest::files(Path::new(folder));
        let mut broken = |file: &str, what| {
            report.unread.push(Broken { file: file.into(), at: None, what });
        };
        errors.into_iter().for_each(|what| broken(folder, what));
        for path in files {
            let shown = path.display().to_string();
            let bytes = match source::raw(&shown) {
                Ok(bytes) => bytes,
                Err(what) => {
                    report.unread.push(Broken { file: shown.into(), at: None, what });
                    continue;
                }
            };
            let before = report.linted.len() + report.unread.len();
            self.add_file(&shown, &bytes, severities, report, |text| text.is_certain)?;
            if report.linted.len() + report.unread.len() == before {
                report.skipped += 1;
            }
        }
        Ok(())
    }

    fn lint(&self, source: Source, severities: &Severities, report: &mut Report) -> Result<()> {
        let usual = source.usual_loader(&source.parse(None)?.profile);
        let contexts = self.context.contexts(usual);
        report.linted.push(lint::run(source, contexts, severities)?);
        Ok(())
    }
}
