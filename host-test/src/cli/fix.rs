//! `ringfence fix`.

use super::{Global, SettingsOptions};
use crate::cluster::ClusterOptions;
use crate::engine::Engine;
use crate::fix::write::{self, Change};
use crate::fix::{self, Edit};
use crate::judge::{self, Judged, Summary};
use crate::manifest::{self, Manifests, STDIN, Selection, Sources};
use crate::output::report::Report;
use crate::output::text::{clean, count};
use crate::output::{diff, human};
use crate::request::Options;
use anstyle::{AnsiColor, Style};
use anyhow::{Context, Result, bail};
use clap::Args;
use serde_json::Value;
use std::collections::HashSet;
use std::fmt::Write as _;
use std::io::{IsTerminal, Read};
use std::path::{Path, PathBuf};

const BOLD: Style = Style::new().bold();
const YELLOW: Style = AnsiColor::Yellow.on_default();

/// Fill in what is absent and safe: print a diff, or edit the files
///
/// Adds what the policy would fill at admission with `mutate: true`, and nothing else: what is set
/// stays as it is, and so do comments, order, quotes and indentation. Every edit is read back and
/// kept only if it means exactly what was asked for. The diff goes to standard output, what is left
/// to do by hand to standard error. Pod templates in custom resources are not filled.
#[derive(Args, Debug)]
#[command(
    after_help = "Exit codes: 0 nothing is left that is denied, 1 something is (with --check: \
    or something would be changed), 2 could not judge or write."
)]
pub(super) struct Fix {
    /// Files, folders (every .yaml, .yml and .json file in them), or `-`, which prints the document
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    settings: SettingsOptions,
    #[command(flatten)]
    cluster: ClusterOptions,
    /// Who creates the objects
    #[arg(long, value_name = "NAME")]
    user: Option<String>,
    /// A group of the creator; may be repeated
    #[arg(long = "group", value_name = "NAME")]
    groups: Vec<String>,
    /// The namespace the objects go to, before the one in the manifest
    #[arg(short, long)]
    namespace: Option<String>,
    /// Leave out files that are named, too, where .ringfenceignore says so: for hooks
    #[arg(long)]
    force_exclude: bool,
    /// Edit the files in place
    #[arg(short, long)]
    write: bool,
    /// Exit with 1 where something would be changed, too
    #[arg(long, conflicts_with = "write")]
    check: bool,
}

/// A file, and whether its name promises JSON.
struct Source {
    name: String,
    text: String,
    json: bool,
}

impl Fix {
    pub(super) fn run(&self, global: &Global) -> Result<u8> {
        let stdin = self.paths.iter().any(|path| path.as_os_str() == "-");
        if stdin && (self.paths.len() > 1 || self.write) {
            bail!("`-` stands alone: its document is printed, there is no file to edit");
        }
        let engine = global.engine()?;
        let settings = self.settings.read(&engine)?;
        let (sources, manifests) = if stdin {
            read_stdin()?
        } else {
            let selection = Selection::without(&[])?.of_named(self.force_exclude);
            read_files(&self.paths, &selection)?
        };
        let Manifests { resources, unread, .. } = manifests;
        let cluster = self.cluster.connect(&resources, self.namespace.as_deref())?;
        let engine = cluster.give(engine);
        let prepared = judge::prepare(resources, &[], &self.options());
        let fillings = cluster.judging(|| fix::fillings(&engine, &prepared, &settings))??;
        let edits: Vec<Edit> = sources
            .iter()
            .map(|source| fix::edit(&source.name, &source.text, source.json, &fillings))
            .collect();
        // What is announced is what `check` says of the edited files.
        let (judged, lines) =
            cluster.judging(|| self.judge(&engine, &settings, &sources, &edits))?;
        let left = cluster.finish()?;
        let changed: Vec<&Edit> = edits.iter().filter(|edit| edit.after != edit.before).collect();
        if self.write {
            let changes: Vec<Change<'_>> = changed.iter().map(|edit| change(edit)).collect();
            write::replace(&changes)?;
        } else if stdin {
            super::print_raw(edits.first().map_or("", |edit| &edit.after))?;
        } else {
            print_diffs(&changed)?;
        }
        let told = Report {
            judged: &judged,
            unread: &unread,
            ignored: &[],
            sources: &lines,
            has_places: true,
        };
        report(&self.summary(&changed, stdin), &edits, &told)?;
        super::remark(left)?;
        let code = Summary::of(&judged, unread.len()).exit_code();
        Ok(if code == 0 && self.check && !changed.is_empty() { 1 } else { code })
    }

    fn options(&self) -> Options {
        Options {
            user: self.user.clone(),
            groups: self.groups.clone(),
            namespace: self.namespace.clone(),
            ..Options::default()
        }
    }

    fn judge(
        &self,
        engine: &dyn Engine,
        settings: &Value,
        sources: &[Source],
        edits: &[Edit],
    ) -> (Vec<Judged>, Sources) {
        let mut manifests = Manifests::default();
        for (source, edit) in sources.iter().zip(edits) {
            manifests.add_file(&source.name, edit.after.as_bytes(), source.json);
        }
        let prepared = judge::prepare(manifests.resources, &[], &self.options());
        (judge::judge(engine, prepared, settings, || {}), manifests.sources)
    }

    fn summary(&self, changed: &[&Edit], stdin: bool) -> String {
        let values = changed.iter().map(|edit| edit.added).sum();
        if changed.is_empty() {
            return "nothing to fill in".into();
        }
        let (values, files) = (count(values, "value"), count(changed.len(), "file"));
        match (stdin, self.write) {
            (true, _) => format!("{values} filled in"),
            (_, true) => format!("{values} filled in, {files} written"),
            _ => format!("{values} to fill in, {files} to change; --write does it"),
        }
    }
}

fn read_stdin() -> Result<(Vec<Source>, Manifests)> {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text).context("standard input cannot be read")?;
    let mut manifests = Manifests::default();
    manifests.add_file(STDIN, text.as_bytes(), false);
    Ok((vec![Source { name: STDIN.into(), text, json: false }], manifests))
}

fn change(edit: &Edit) -> Change<'_> {
    Change { path: Path::new(&edit.file), before: &edit.before, after: &edit.after }
}

/// The text of every file that holds a resource, each once, and the resources in these texts.
fn read_files(paths: &[PathBuf], selection: &Selection) -> Result<(Vec<Source>, Manifests)> {
    let (listed, left_out) = manifest::read_selected(paths, selection)?;
    super::remark(super::inputs::left_out(left_out))?;
    let mut manifests = Manifests { unread: listed.unread, ..Manifests::default() };
    let mut sources = Vec::new();
    let mut seen = HashSet::new();
    for name in listed.resources.iter().map(|resource| &*resource.file) {
        let again = || format!("{name} cannot be read a second time");
        if !seen.insert(std::fs::canonicalize(name).with_context(again)?) {
            continue;
        }
        let text = std::fs::read_to_string(name).with_context(again)?;
        let extension = Path::new(name).extension();
        let json = extension.is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
        let mut read = Manifests::default();
        read.add_file(name, text.as_bytes(), json);
        manifests.resources.extend(read.resources);
        sources.push(Source { name: name.to_owned(), text, json });
    }
    Ok((sources, manifests))
}

fn print_diffs(changed: &[&Edit]) -> Result<()> {
    let mut texts = String::new();
    for edit in changed {
        let diff = diff::unified(&edit.file, &edit.before, &edit.after);
        texts.push_str(&diff.text);
        super::remark(diff.remark(&edit.file))?;
    }
    if std::io::stdout().is_terminal() {
        super::print(&diff::coloured(&texts))
    } else {
        super::print_raw(&texts)
    }
}

/// Tells on standard error what is left. Writing to a String does not fail.
fn report(summary: &str, edits: &[Edit], told: &Report<'_>) -> Result<()> {
    let mut out = format!("{BOLD}{summary}{BOLD:#}\n");
    for refused in edits.iter().flat_map(|edit| &edit.refused) {
        let (path, value) = (refused.addition.path.to_string(), refused.addition.value.to_string());
        let _ = writeln!(
            out,
            "{YELLOW}not filled:{YELLOW:#} {} {}: {}: {}\n  because {}",
            clean(&refused.place),
            clean(&refused.resource),
            clean(&path),
            clean(&value),
            clean(&refused.why),
        );
    }
    let rest = Summary::of(told.judged, told.unread.len());
    if rest.accepted + rest.skipped != rest.resources || rest.unread > 0 {
        out.push('\n');
        out.push_str(&human::render(told, true));
    }
    super::tell(&out)
}
