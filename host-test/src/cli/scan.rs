//! `ringfence scan`.

use super::{Global, Progress, SettingsOptions, exempt, fetch, print, print_raw, remark, tell};
use crate::answer::Verdict;
use crate::cluster::source::{self, SourceOptions};
use crate::engine::{self, Engine};
use crate::exempt::{Outcome, render, work_out};
use crate::judge::{Judged, Prepared, Summary};
use crate::manifest::{Sources, Unread};
use crate::output::report::Report;
use crate::output::text::count;
use crate::output::{Form, by_namespace};
use crate::scan::journal::{Identity, Journal, Resumed};
use crate::scan::{self, Found, List, Scanned};
use crate::settings;
use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};
use ringfence_registry::Digest;
use serde_json::{Value, json};
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

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
    /// Judge by this profile in the place of the settings' own: what would be denied if it were
    /// enforced? What the settings deny, too, is told apart
    #[arg(long, value_name = "PROFILE[:VERSION]", conflicts_with_all = ["profile", "pss_version"])]
    what_if: Option<String>,
    /// Only this namespace, and what lives in it; may be repeated
    #[arg(short, long, value_name = "NAME")]
    namespace: Vec<String>,
    /// Judge what controllers have made, too, such as the pods of a Deployment
    #[arg(long)]
    owned: bool,
    /// Write what is judged to this file as it comes, as JSON lines, and go on with what it holds of
    /// the same scan, interrupted
    #[arg(long, value_name = "FILE")]
    journal: Option<PathBuf>,
    /// Write the narrowest exemptions that would let in what is denied to this new file
    #[arg(long, value_name = "FILE", conflicts_with = "journal")]
    exemptions: Option<PathBuf>,
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
        let (settings, in_force) = self.settings(&engine)?;
        self.exemptions.as_deref().map_or(Ok(()), not_there)?;
        let (cluster, address) = self.cluster.connect_live()?;
        let engine = source::give(cluster.clone(), engine);
        let lists = scan::lists(&self.namespace);
        let identity = || self.identity(global, &[Some(&settings), in_force.as_ref()], address);
        let (mut journal, begun) = self.begin(identity, &lists)?;
        let progress = Progress::new(0);
        let scanned = scan::Scan {
            engine: &engine,
            settings: &settings,
            in_force: in_force.as_ref(),
            owned: self.owned,
            keep: self.exemptions.is_some(),
        }
        .run(
            &*cluster,
            (&lists, begun.rest),
            begun.scanned,
            journal.as_mut(),
            (|objects| progress.expect(objects), || progress.advance()),
        )?;
        drop(progress);
        let Scanned { found, owned, unread } = scanned;
        let owned: usize = owned.iter().sum();
        let (judged, prepared): (Vec<Judged>, Vec<_>) =
            found.into_iter().map(|Found { judged, prepared, .. }| (judged, prepared)).unzip();
        if unread.is_empty() {
            self.namespaces_are_there(&judged)?;
        }
        let summary = Summary::of(&judged, unread.len());
        self.print(&judged, &unread, &settings)?;
        // What could not be listed may be listed the next time, as what could not be printed.
        if let Some(journal) = journal.filter(|_| unread.is_empty()) {
            journal.end(&summary)?;
        }
        remark((owned > 0).then(|| {
            let objects = count(owned, "object");
            format!("{objects} of controllers left to what made them; --owned judges them")
        }))?;
        remark(in_force.is_some().then(|| {
            let denied = count(new_denials(&judged), "resource");
            format!("{denied} denied that the settings in force do not deny")
        }))?;
        if let Some(path) = &self.exemptions {
            let denied = judged.into_iter().zip(prepared);
            let denied = denied.filter_map(|(judged, prepared)| Some((judged, prepared?)));
            exempt_all(global, &engine, &settings, denied, path)?;
        }
        Ok(summary.exit_code())
    }

    /// The settings to judge by, and those in force where others are tried.
    fn settings(&self, engine: &dyn Engine) -> Result<(Value, Option<Value>)> {
        let Some(what_if) = &self.what_if else {
            return Ok((self.settings.read(engine)?, None));
        };
        let in_force =
            if self.settings.are_there()? { Some(self.settings.read(engine)?) } else { None };
        let mut settings = in_force.clone().unwrap_or_else(|| json!({}));
        let (profile, version) = what_if.split_once(':').unzip();
        settings["profile"] = profile.unwrap_or(what_if).into();
        if let Some(version) = version {
            settings["version"] = version.into();
        }
        settings::validate(engine, &settings)?;
        Ok((settings, in_force))
    }

    /// The journal, where there is one, and what is left to scan.
    fn begin(
        &self,
        identity: impl FnOnce() -> Result<Identity>,
        lists: &[List],
    ) -> Result<(Option<Journal>, Resumed)> {
        let Some(path) = &self.journal else {
            let rest = scan::everything(lists);
            return Ok((None, Resumed { scanned: Scanned::default(), rest }));
        };
        let (journal, resumed) = Journal::open(path, &identity()?, lists)?;
        let judged = resumed.scanned.found.len();
        remark((judged > 0).then(|| {
            let judged = count(judged, "resource");
            format!("{judged} in the journal already")
        }))?;
        Ok((Some(journal), resumed))
    }

    fn print(&self, judged: &[Judged], unread: &[Unread], settings: &Value) -> Result<()> {
        let (ignored, sources) = (settings::ignored(settings), Sources::default());
        let has_places = false;
        let report = Report { judged, unread, ignored: &ignored, sources: &sources, has_places };
        let text = self.output.form().render(&report, self.quiet)?;
        match self.output {
            ScanForm::Human => print(&(text + &by_namespace::render(judged))),
            _ => print_raw(&text),
        }
    }

    /// What this scan is, for a journal.
    fn identity(
        &self,
        global: &Global,
        settings: &[Option<&Value>; 2],
        cluster: String,
    ) -> Result<Identity> {
        let module = match (&global.module, engine::find()) {
            (None, None) => "built in".to_owned(),
            (module, _) => Digest::of(&fetch::bytes(global, module.as_ref())?.1).to_string(),
        };
        Ok(Identity {
            ringfence: env!("CARGO_PKG_VERSION").to_owned(),
            module,
            settings: Digest::of(&serde_json::to_vec(settings)?).to_string(),
            date: global.today().map(|date| date.to_string()).ok(),
            cluster,
            namespaces: self.namespace.clone(),
            owned: self.owned,
        })
    }

    fn namespaces_are_there(&self, judged: &[Judged]) -> Result<()> {
        for namespace in &self.namespace {
            let is_it = |judged: &Judged| {
                let resource = &judged.resource;
                resource.kind == "Namespace" && resource.name.as_ref() == Some(namespace)
            };
            if !judged.iter().any(is_it) {
                bail!("the cluster has no namespace {namespace}; check the name and the context");
            }
        }
        Ok(())
    }
}

/// How many resources are denied that were not before.
fn new_denials(judged: &[Judged]) -> usize {
    let denied = judged.iter().filter(|it| it.verdict == Verdict::Denied);
    denied.filter(|it| !it.notes.iter().any(|note| note == scan::TODAY)).count()
}

/// Refuses a file that is there: what was reviewed in it should not be lost.
fn not_there(path: &Path) -> Result<()> {
    if path.exists() {
        bail!("{} is there already; name a file that is not", path.display());
    }
    Ok(())
}

/// Writes exemptions for what is denied, and tells what there are none for.
fn exempt_all(
    global: &Global,
    engine: &dyn Engine,
    settings: &Value,
    denied: impl Iterator<Item = (Judged, Prepared)>,
    path: &Path,
) -> Result<()> {
    let (judged, prepared): (Vec<Judged>, Vec<Prepared>) = denied.unzip();
    let today = global.today()?;
    let last = Some(today + exempt::DAYS);
    let outcome = work_out(engine, (prepared, &judged), settings, today, last)?;
    let Outcome { proposal, after, .. } = outcome;
    let document = render(&json!({"exemptions": proposal.exemptions}));
    let unwritten = || format!("{} cannot be written", path.display());
    let mut file = File::create_new(path).with_context(unwritten)?;
    file.write_all(document.as_bytes()).with_context(unwritten)?;
    let mut told = exempt::tell(&proposal, judged.len());
    let left = Summary::of(&after, 0).denied;
    if left > 0 {
        told.push_str(&format!("{} denied with them, too\n", count(left, "resource")));
    }
    tell(&told)
}
