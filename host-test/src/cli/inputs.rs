//! What `ringfence check` judges: files, what other programs render, or what of it has changed.

use crate::manifest::{self, Manifests, Selection};
use crate::output::text::count;
use crate::render::{self, Chart};
use crate::since::{Before, Tree};
use crate::watched::Watched;
use anyhow::{Result, bail};
use clap::Args;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// Where manifests come from.
#[derive(Args, Debug)]
pub(super) struct Inputs {
    /// Files, folders (every .yaml, .yml and .json file in them, less what .ringfenceignore says),
    /// patterns such as 'shop/**/*.yaml', or `-`
    #[arg(value_name = "PATH", required_unless_present_any = ["kustomize", "helm"])]
    paths: Vec<PathBuf>,
    /// Leave out of folders and patterns what matches this pattern; may be repeated
    #[arg(long, value_name = "PATTERN")]
    exclude: Vec<String>,
    /// Leave out files that are named, too, where .ringfenceignore or --exclude says so: for hooks,
    /// which name what has changed
    #[arg(long)]
    force_exclude: bool,
    /// Judge what `kustomize build` prints of this folder, or `kubectl kustomize`; may be repeated
    #[arg(long, value_name = "DIR")]
    kustomize: Vec<PathBuf>,
    /// Judge what `helm template` prints of this chart; may be repeated
    #[arg(long, value_name = "CHART")]
    helm: Vec<OsString>,
    /// A file of values for the charts; may be repeated
    #[arg(long, value_name = "FILE", requires = "helm")]
    values: Vec<PathBuf>,
    /// A value for the charts; may be repeated
    #[arg(long, value_name = "KEY=VALUE", requires = "helm")]
    set: Vec<String>,
    /// Judge only what is not as it was at this revision of the git repository
    #[arg(long, value_name = "REV")]
    since: Option<String>,
}

/// What was read.
pub(super) struct Read {
    /// All of it.
    pub(super) manifests: Manifests,
    /// For each resource whether it is to be judged.
    pub(super) is_judged: Vec<bool>,
    /// What to say about what is left out.
    pub(super) remarks: Vec<String>,
}

impl Inputs {
    /// Reads everything; `namespace` is that of the charts' releases.
    pub(super) fn read(&self, namespace: Option<&str>) -> Result<Read> {
        let selection = Selection::without(&self.exclude)?.of_named(self.force_exclude);
        let mut manifests = Manifests::default();
        let mut remarks = Vec::new();
        let left_out = manifests.add(&self.paths, &selection)?;
        remarks.extend(self::left_out(left_out));
        for folder in &self.kustomize {
            let bytes = render::kustomize(folder)?;
            manifests.add_file(&format!("<kustomize {}>", folder.display()), &bytes, false);
        }
        for chart in &self.helm {
            let bytes = render::helm(&self.chart(chart, namespace))?;
            manifests.add_file(&format!("<helm {}>", chart.display()), &bytes, false);
        }
        if left_out == 0 {
            manifests.or_nothing(&self.shown())?;
        }
        let mut is_judged = vec![true; manifests.resources.len()];
        if let Some(revision) = &self.since {
            let before = self.before(revision, &selection, namespace, &mut remarks)?;
            let before = Before::of(&before.resources);
            for (resource, is_judged) in manifests.resources.iter().zip(&mut is_judged) {
                *is_judged = !before.has(resource);
            }
            let same = is_judged.iter().filter(|is_judged| !**is_judged).count();
            let (same, verb) = (count(same, "resource"), if same == 1 { "is" } else { "are" });
            remarks.push(format!("{same} {verb} as at {revision}, and not judged"));
        }
        Ok(Read { manifests, is_judged, remarks })
    }

    /// Names what is read, and what renders it.
    pub(super) fn watch(&self, watched: &mut Watched) -> Result<()> {
        for path in &self.paths {
            if path.as_os_str() == "-" {
                bail!("--watch needs files, and `-` can be read once; name the files");
            }
            watched.add(&manifest::beginning(path));
        }
        self.kustomize.iter().for_each(|folder| watched.add_kustomization(folder));
        let charts = self.helm.iter().map(PathBuf::from);
        // A chart that Helm fetches does not change here.
        charts.filter(|chart| chart.exists()).for_each(|chart| watched.add_all(&chart));
        self.values.iter().for_each(|file| watched.add(file));
        Ok(())
    }

    fn chart<'c>(&'c self, chart: &'c OsString, namespace: Option<&'c str>) -> Chart<'c> {
        Chart { chart, values: &self.values, set: &self.set, namespace }
    }

    fn shown(&self) -> String {
        let rendered = self.kustomize.iter().map(PathBuf::from);
        let charts = self.helm.iter().map(PathBuf::from);
        let all: Vec<PathBuf> = self.paths.iter().cloned().chain(rendered).chain(charts).collect();
        manifest::shown(&all)
    }

    /// The same inputs as they were; what cannot be read or rendered there was not there.
    fn before(
        &self,
        revision: &str,
        selection: &Selection,
        namespace: Option<&str>,
        remarks: &mut Vec<String>,
    ) -> Result<Manifests> {
        if self.paths.iter().any(|path| path.as_os_str() == "-") {
            bail!("--since compares files of a repository, and `-` is none; name the files");
        }
        let renders = !self.kustomize.is_empty() || !self.helm.is_empty();
        let tree = Tree::of(revision, |path| renders || manifest::is_manifest(path))?;
        let mut before = Manifests::default();
        for path in &self.paths {
            let path = tree.path(path)?;
            // A folder or a pattern without a manifest is an error now, and was none then.
            let _ = before.add(&[path], selection);
        }
        let mut add = |name: &Path, rendered: Result<Vec<u8>>| match rendered {
            Ok(bytes) => before.add_file("before", &bytes, false),
            Err(error) => {
                remarks.push(format!("{} cannot be rendered as it was: {error:#}", name.display()));
            }
        };
        for folder in &self.kustomize {
            let then = tree.path(folder)?;
            if then.is_dir() {
                add(folder, render::kustomize(&then));
            }
        }
        for chart in &self.helm {
            let then = tree.path(Path::new(chart))?;
            if !Path::new(chart).exists() {
                bail!(
                    "--since compares files of a repository, and the chart {} is none",
                    chart.display()
                );
            }
            if then.exists() {
                let values: Result<Vec<PathBuf>> =
                    self.values.iter().map(|file| tree.path(file)).collect();
                let values = values?;
                let chart_then = Chart {
                    chart: then.as_os_str(),
                    values: &values,
                    ..self.chart(chart, namespace)
                };
                add(Path::new(chart), render::helm(&chart_then));
            }
        }
        Ok(before)
    }
}

/// What to say of files that were left out, if any were.
pub(super) fn left_out(files: usize) -> Option<String> {
    (files > 0)
        .then(|| format!("{} left out by .ringfenceignore or --exclude", count(files, "file")))
}
