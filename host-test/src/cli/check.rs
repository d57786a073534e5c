//! `ringfence check`.

use super::inputs::{Inputs, Read};
use super::{Global, Progress, SettingsOptions, print, print_raw, watch};
use crate::cluster::ClusterOptions;
use crate::engine::Engine;
use crate::judge::{self, Prepared, Summary};
use crate::manifest::{self, Manifests, Resource, Unread};
use crate::output::Form;
use crate::output::report::Report;
use crate::request::{self, Operation, Options};
use crate::settings;
use crate::watched::Watched;
use anyhow::{Result, anyhow};
use clap::Args;
use std::fmt::Write;
use std::path::PathBuf;

/// Judge manifests: files, folders, patterns, `-`, kustomizations and charts
///
/// Reads YAML and JSON with any number of documents, lists, AdmissionReviews, and what
/// `helm template` and `kubectl get -o yaml` print.
#[derive(Args, Debug)]
#[command(
    after_help = "Exit codes: 0 all let in, 1 something denied, 2 something could not be judged or read."
)]
pub(super) struct Check {
    #[command(flatten)]
    inputs: Inputs,
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
    /// Judge again whenever a file changes, until ctrl-c
    #[arg(short, long, conflicts_with_all = ["emit_request", "record"])]
    watch: bool,
    /// The form of the findings
    #[arg(short, long, value_enum, default_value_t)]
    output: Form,
    /// Leave out what is accepted or skipped
    #[arg(short, long)]
    quiet: bool,
}

impl Check {
    pub(super) fn run(&self, global: &Global) -> Result<u8> {
        if self.emit_request {
            return self.emit();
        }
        let engine = global.engine()?.with_limits(self.cluster.limits());
        if self.watch { watch::run(self, global, &engine) } else { self.judge(&engine) }
    }

    /// Reads everything, judges it, and prints what is found; the exit code.
    pub(super) fn judge(&self, engine: &dyn Engine) -> Result<u8> {
        // Settings first: a mistake there is worth more than all verdicts.
        let settings = self.settings.read(engine)?;
        let Read { manifests, is_judged, remarks } = self.inputs.read(self.namespace.as_deref())?;
        let Manifests { resources, mut unread, sources } = manifests;
        // What has not changed is not judged, and is there for what has.
        let cluster = self.cluster.connect(&resources, self.namespace.as_deref())?;
        let engine = cluster.behind(engine);
        let prepared = self.prepare(only(resources, &is_judged), &mut unread)?;
        let progress = Progress::new(prepared.len());
        let judged = cluster
            .judging(|| judge::judge(&engine, prepared, &settings, || progress.advance()))?;
        drop(progress);
        let left = cluster.finish()?;
        let ignored = settings::ignored(&settings);
        let report = Report {
            judged: &judged,
            unread: &unread,
            ignored: &ignored,
            sources: &sources,
            has_places: true,
        };
        let text = self.output.render(&report, self.quiet)?;
        if self.output == Form::Human { print(&text) } else { print_raw(&text) }?;
        for remark in remarks.into_iter().chain(left) {
            super::remark(Some(remark))?;
        }
        Ok(Summary::of(&judged, unread.len()).exit_code())
    }

    /// What a change of makes a judgement old.
    pub(super) fn watched(&self) -> Result<Watched> {
        let mut watched = Watched::here()?;
        self.inputs.watch(&mut watched)?;
        let settings = self.settings.settings.iter().map(PathBuf::from);
        // Settings may be the document itself, which is no file.
        settings.filter(|path| path.is_file()).for_each(|path| watched.add(&path));
        self.cluster.paths().chain(&self.old).for_each(|path| watched.add(path));
        Ok(watched)
    }

    fn emit(&self) -> Result<u8> {
        let Read { manifests, is_judged, .. } = self.inputs.read(self.namespace.as_deref())?;
        let Manifests { resources, mut unread, .. } = manifests;
        let prepared = self.prepare(only(resources, &is_judged), &mut unread)?;
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

/// The resources that are to be judged.
fn only(resources: Vec<Resource>, is_judged: &[bool]) -> Vec<Resource> {
    let both = resources.into_iter().zip(is_judged);
    both.filter_map(|(resource, is_judged)| is_judged.then_some(resource)).collect()
}
