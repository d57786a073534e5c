//! `ringfence scan`.

use super::{Global, Progress, SettingsOptions, print, print_raw, remark};
use crate::cluster::source::{self, SourceOptions};
use crate::judge::{self, Summary};
use crate::manifest::Sources;
use crate::output::report::Report;
use crate::output::text::count;
use crate::output::{Form, by_namespace};
use crate::request::Options;
use crate::{scan, settings};
use anyhow::{Result, bail};
use clap::{Args, ValueEnum};
use serde_json::{Value, json};

/// Judge what is in a cluster, as if it were created anew
///
/// Lists the kinds that carry pods, namespaces, RBAC, Services, PersistentVolumes, quotas and
/// network policies; never Secrets nor ConfigMaps. It only reads.
#[derive(Args, Debug)]
#[command(
    after_help = "Exit codes: 0 all would be let in, 1 something denied, 2 something could not be listed or judged."
)]
pub(super) struct Scan {
    #[command(flatten)]
    cluster: SourceOptions,
    #[command(flatten)]
    settings: SettingsOptions,
    /// Judge by this profile, and nothing else: what would be denied if it were enforced?
    #[arg(long, value_name = "PROFILE[:VERSION]", conflicts_with_all = ["settings", "profile", "pss_version"])]
    what_if: Option<String>,
    /// Only this namespace, and what lives in it; may be repeated
    #[arg(short, long, value_name = "NAME")]
    namespace: Vec<String>,
    /// Judge what controllers have made, too, such as the pods of a Deployment
    #[arg(long)]
    owned: bool,
    /// The form of the findings
    #[arg(short, long, value_enum, default_value_t)]
    output: ScanForm,
    /// Leave out what is accepted or skipped
    #[arg(short, long)]
    quiet: bool,
}

/// The forms that need no file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum ScanForm {
    /// For people
    #[default]
    Human,
    /// For programs: one document
    Json,
    /// For programs: a line for each resource, then one for the summary
    Jsonl,
    /// JUnit XML: a suite for each namespace, a test for each resource
    Junit,
    /// A page, such as a job summary
    Markdown,
}

impl ScanForm {
    fn form(self) -> Form {
        match self {
            Self::Human => Form::Human,
            Self::Json => Form::Json,
            Self::Jsonl => Form::Jsonl,
            Self::Junit => Form::Junit,
            Self::Markdown => Form::Markdown,
        }
    }
}

impl Scan {
    pub(super) fn run(&self, global: &Global) -> Result<u8> {
        let engine = global.engine()?;
        let settings = match &self.what_if {
            Some(profile) => {
                let settings = what_if(profile);
                settings::validate(&engine, &settings)?;
                settings
            }
            None => self.settings.read(&engine)?,
        };
        let cluster = self.cluster.connect_live()?;
        let engine = source::give(cluster.clone(), engine);
        let progress = Progress::new(scan::kinds(&self.namespace));
        let scanned = scan::read(&*cluster, &self.namespace, self.owned, || progress.advance());
        drop(progress);
        let (resources, unread) = (scanned.manifests.resources, scanned.manifests.unread);
        for namespace in &self.namespace {
            let is_there = |resource: &&crate::manifest::Resource| {
                resource.kind == "Namespace" && resource.name.as_ref() == Some(namespace)
            };
            if unread.is_empty() && !resources.iter().any(|resource| is_there(&resource)) {
                bail!("the cluster has no namespace {namespace}; check the name and the context");
            }
        }
        let prepared = judge::prepare(resources, &[], &Options::default());
        let progress = Progress::new(prepared.len());
        let judged = judge::judge(&engine, prepared, &settings, || progress.advance());
        drop(progress);
        let (ignored, sources) = (settings::ignored(&settings), Sources::default());
        let report = Report {
            judged: &judged,
            unread: &unread,
            ignored: &ignored,
            sources: &sources,
            has_places: false,
        };
        let text = self.output.form().render(&report, self.quiet)?;
        if self.output == ScanForm::Human {
            print(&(text + &by_namespace::render(&judged)))?;
        } else {
            print_raw(&text)?;
        }
        if scanned.owned > 0 {
            let objects = count(scanned.owned, "object");
            remark(Some(format!(
                "{objects} of controllers left to what made them; --owned judges them"
            )))?;
        }
        Ok(Summary::of(&judged, unread.len()).exit_code())
    }
}

/// The settings that ask a profile alone.
fn what_if(profile: &str) -> Value {
    match profile.split_once(':') {
        Some((profile, version)) => json!({"profile": profile, "version": version}),
        None => json!({"profile": profile}),
    }
}
