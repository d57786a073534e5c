//! What the command prints. Only here and in `cli` does anything reach a terminal.

pub mod by_namespace;
pub mod diff;
pub mod github;
pub mod human;
pub mod json;
pub mod jsonl;
pub mod junit;
pub mod markdown;
pub mod report;
pub mod sarif;
mod snippet;
pub mod text;

use anyhow::{Context, Result};
use clap::ValueEnum;
use report::Report;

/// The form of findings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Form {
    /// For people
    #[default]
    Human,
    /// For programs: one document
    Json,
    /// For programs: a line for each resource, then one for the summary
    Jsonl,
    /// SARIF 2.1.0, for code hosts
    Sarif,
    /// JUnit XML: a test for each resource
    Junit,
    /// Annotations of GitHub Actions
    Github,
    /// A page, such as a job summary
    Markdown,
}

impl Form {
    /// The report in this form. `quiet` leaves out what is accepted or skipped, for people.
    ///
    /// # Errors
    /// When something cannot be written in this form.
    pub fn render(self, report: &Report<'_>, quiet: bool) -> Result<String> {
        Ok(match self {
            Self::Human => human::render(report, quiet),
            Self::Json => format!("{:#}\n", json::render(report)),
            Self::Jsonl => jsonl::render(report),
            Self::Sarif => format!("{:#}\n", sarif::render(report)),
            Self::Junit => junit::render(report).context("the findings cannot be JUnit XML")?,
            Self::Github => github::render(report),
            Self::Markdown => markdown::render(report),
        })
    }
}
