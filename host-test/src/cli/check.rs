//! `ringfence check`.

use super::{Global, Output, Progress, SettingsOptions, print, print_json};
use crate::cluster::ClusterOptions;
use crate::judge::{self, Prepared, Summary};
use crate::manifest::{self, Manifests, Resource, Unread};
use crate::output::{human, json};
use crate::request::{self, Operation, Options};
use crate::settings;
use anyhow::{Result, anyhow};
use clap::Args;
use std::fmt::Write;
use std::path::PathBuf;

/// Judge manifests: files, folders, `-` for standard input
///
/// Reads YAML and JSON with any number of documents, lists, AdmissionReviews, and what
/// `helm template` and `kubectl get -o yaml` print.
#[derive(Args, Debug)]
pub(super) struct Check {
    /// Files, folders (every .yaml, .yml and .json file in them), or `-`
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    settings: SettingsOptions,
    #[command(flatten)]
    cluster: ClusterOptions,
    /// The operation; without it UPDATE where there is an old object, else CREATE
    #[arg(long, value_enum, ignore_case = true)]
    operation: Option<Operation>,
    /// Objects as they were before: the old object has the same kind, namespace and name
    #[arg(long, value_name = "PATH")]
    old: Vec<PathBuf>,
    /// The subresource of the request, such as ephemeralcontainers
    #[arg(long)]
    subresource: Option<String>,
    /// Who sends the request
    #[arg(long, value_name = "NAME")]
    user: Option<String>,
    /// A group of the sender; may be repeated
    #[arg(long = "group", value_name = "NAME")]
    groups: Vec<String>,
    /// The namespace of the request, before the one in the manifest
    #[arg(short, long)]
    namespace: Option<String>,
    /// Print the admission reviews, one a line, for `kwctl run --request-path`, and judge nothing
    #[arg(long)]
    emit_request: bool,
    /// The form of the findings
    #[arg(short, long, value_enum, default_value_t)]
    output: Output,
    /// Leave out what is accepted or skipped
    #[arg(short, long)]
    quiet: bool,
}

impl Check {
    pub(super) fn run(&self, global: &Global) -> Result<u8> {
        if self.emit_request {
            return self.emit();
        }
        // Settings first: a mistake there is worth more than all verdicts.
        let engine = global.engine()?;
        let settings = self.settings.read(&engine)?;
        let Manifests { resources, mut unread } = manifest::read(&self.paths)?;
        let cluster = self.cluster.connect(&resources, self.namespace.as_deref())?;
        let engine = cluster.give(engine);
        let prepared = self.prepare(resources, &mut unread)?;
        let progress = Progress::new(prepared.len());
        let judged = cluster
            .judging(|| judge::judge(&engine, prepared, &settings, || progress.advance()))?;
        drop(progress);
        let left = cluster.finish()?;
        match self.output {
            Output::Human => {
                let report = human::render(&judged, &unread, self.quiet);
                print(&(report + &human::ignored(&settings::ignored(&settings))))?;
            }
            Output::Json => {
                let mut report = json::render(&judged, &unread);
                report["ignoredRules"] = settings::ignored(&settings).into();
                print_json(&report)?;
            }
        }
        super::remark(left)?;
        Ok(Summary::of(&judged, unread.len()).exit_code())
    }

    fn emit(&self) -> Result<u8> {
        let Manifests { resources, mut unread } = manifest::read(&self.paths)?;
        let prepared = self.prepare(resources, &mut unread)?;
        let mut text = String::new();
        for prepared in &prepared {
            // Writing to a String does not fail.
            let _ = writeln!(text, "{}", request::review(&prepared.request));
        }
        print(&text)?;
        for unread in &unread {
            super::complain(&anyhow!("{unread}"));
        }
        Ok(if unread.is_empty() { 0 } else { 2 })
    }

    fn prepare(&self, resources: Vec<Resource>, unread: &mut Vec<Unread>) -> Result<Vec<Prepared>> {
        let old =
            if self.old.is_empty() { Manifests::default() } else { manifest::read(&self.old)? };
        // An old object that cannot be read is none, and the new one would count as created.
        unread.extend(old.unread);
        let options = Options {
            operation: self.operation,
            subresource: self.subresource.clone(),
            user: self.user.clone(),
            groups: self.groups.clone(),
            namespace: self.namespace.clone(),
        };
        Ok(judge::prepare(resources, &old.resources, &options))
    }
}
