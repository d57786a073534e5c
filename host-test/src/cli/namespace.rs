//! `ringfence namespace`.

use super::{Global, Output, SettingsOptions, print, print_json, print_raw};
use crate::cluster;
use crate::engine::{Circumstances, Native};
use crate::manifest::{self, Resource};
use crate::namespace::facts::Facts;
use crate::namespace::place::{self, Place};
use crate::namespace::report::Report;
use crate::namespace::{human, json};
use crate::reach::world::Texts;
use anyhow::{Context, Result, bail};
use clap::Args;
use ringfence_host::HostCapabilities;
use ringfence_host::cluster::Snapshot;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Report what keeps a namespace's pods in and its neighbours out: quota, limits, rights, network,
/// secrets, labels, nodes, tokens
///
/// NAME is a namespace of the manifests of --cluster; a folder (with a slash or a dot in it, as
/// ./shop) is read besides, and every namespace of it is reported. Judged by the policy's own rules,
/// with the parameters of the settings; those that the settings do not name are asked all the same.
#[derive(Args, Debug)]
#[command(after_help = EXIT_CODES)]
pub(super) struct Namespace {
    /// A namespace, or a file or folder with manifests
    #[arg(value_name = "NAME|DIR")]
    what: String,
    /// Manifests that are the cluster: files and folders; without it, and without a DIR, this folder.
    /// May be repeated
    #[arg(long, value_name = "PATH")]
    cluster: Vec<PathBuf>,
    #[command(flatten)]
    settings: SettingsOptions,
    /// Print the manifests that would mend what is weak or missing, as YAML
    #[arg(long, conflicts_with = "output")]
    generate: bool,
    /// The form of the report
    #[arg(short, long, value_enum, default_value_t)]
    output: Output,
}

const EXIT_CODES: &str = "Exit codes: 0 all ok, 1 something weak or missing, 2 could not tell.";

impl Namespace {
    pub(super) fn run(&self, global: &Global) -> Result<u8> {
        let settings = self.settings.read(&Native)?;
        let (names, resources) = self.read()?;
        let snapshot = Arc::new(Snapshot::new(cluster::objects(&resources, None))?);
        let context = Circumstances {
            day: global.date,
            capabilities: Some(HostCapabilities::new(snapshot.clone())),
        };
        // Of the world, only the policies are looked at here.
        let texts = Texts::read(&*snapshot, |_| false)?;
        let world = texts.world()?;
        let facts = Facts { world: &world };
        let mut reports = Vec::new();
        for name in &names {
            let place = Place::of(name, &resources)?;
            let report = Report::of(&place, &settings, &context, &facts);
            reports.push(report.with_context(|| format!("namespace {name}"))?);
        }
        self.tell(&reports)?;
        Ok(u8::from(!reports.iter().all(Report::is_ok)))
    }

    /// The namespaces to report, and everything there is.
    fn read(&self) -> Result<(Vec<String>, Vec<Resource>)> {
        let is_path = self.what.contains(['/', '\\', '.']);
        let mut paths = self.cluster.clone();
        if is_path {
            let folder = read(&[PathBuf::from(&self.what)])?;
            let names = place::names(&folder).into_iter().map(str::to_owned).collect::<Vec<_>>();
            if names.is_empty() {
                bail!("no namespace in {}, and nothing that is in one", self.what);
            }
            let mut resources = folder;
            if !paths.is_empty() {
                resources.extend(read(&paths)?);
            }
            return Ok((names, once(resources)));
        }
        if paths.is_empty() {
            paths.push(".".into());
        }
        let resources = read(&paths)?;
        let names = place::names(&resources);
        if !names.contains(self.what.as_str()) {
            let known = names.into_iter().collect::<Vec<_>>().join(", ");
            let folder = if Path::new(&self.what).exists() {
                format!("; for the folder write ./{}", self.what)
            } else {
                String::new()
            };
            bail!("there is no namespace {}; there are {known}{folder}", self.what);
        }
        Ok((vec![self.what.clone()], once(resources)))
    }

    fn tell(&self, reports: &[Report]) -> Result<()> {
        let joined = |texts: Vec<String>, between: &str| texts.join(between);
        match self.output {
            _ if self.generate => {
                print_raw(&joined(reports.iter().map(human::manifests).collect(), "---\n"))
            }
            Output::Human => print(&joined(reports.iter().map(human::render).collect(), "\n")),
            Output::Json => print_json(&json::render(reports)),
        }
    }
}

/// Leaves out what was read before: folders that are named may hold one another.
fn once(mut resources: Vec<Resource>) -> Vec<Resource> {
    let mut read = BTreeSet::new();
    resources.retain(|resource| {
        let file = Path::new(&*resource.file);
        let file = file.canonicalize().unwrap_or_else(|_| file.to_owned());
        read.insert((file, resource.document, resource.line))
    });
    resources
}

/// Reads manifests, all of them: what cannot be read might be what is missing.
fn read(paths: &[PathBuf]) -> Result<Vec<Resource>> {
    Ok(manifest::read(paths)?.whole()?.resources)
}
