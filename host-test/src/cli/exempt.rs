//! `ringfence exempt`.

use super::{Global, SettingsOptions, print};
use crate::cluster::ClusterOptions;
use crate::exempt::{self, Outcome, Proposal};
use crate::judge::{self, Judged, Summary};
use crate::manifest::{self, Manifests, Selection};
use crate::output::human;
use crate::output::report::Report;
use crate::output::text::{clean, count};
use crate::request::Options;
use anstyle::{AnsiColor, Style};
use anyhow::{Result, bail};
use clap::Args;
use ringfence_policy::Date;
use serde_json::json;
use std::fmt::Write as _;
use std::path::PathBuf;

const BOLD: Style = Style::new().bold();
const YELLOW: Style = AnsiColor::Yellow.on_default();

/// Days after which what is proposed ends, where nothing else is asked for.
pub(super) const DAYS: i32 = 90;

/// Propose the narrowest exemptions that would admit what is there now
///
/// Prints the setting `exemptions`: one for each rule, service account and container with its image
/// (or the pod itself), for the values that were found and no others. Review each one: it holds for
/// whatever comes under the same names. What no exemption can admit is told on standard error.
#[derive(Args, Debug)]
#[command(
    after_help = "Exit codes: 0 the exemptions admit everything, 1 something stays denied, 2 could not judge."
)]
pub(super) struct Exempt {
    /// Files, folders (every .yaml, .yml and .json file in them), or `-`
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    settings: SettingsOptions,
    #[command(flatten)]
    cluster: ClusterOptions,
    /// Who sends the requests
    #[arg(long, value_name = "NAME")]
    user: Option<String>,
    /// A group of the sender; may be repeated
    #[arg(long = "group", value_name = "NAME")]
    groups: Vec<String>,
    /// The namespace of the requests, before the one in the manifest
    #[arg(short, long)]
    namespace: Option<String>,
    /// The last day on which the exemptions apply, or `none`; without it 90 days from today
    #[arg(long, value_name = "DATE|none", value_parser = expires)]
    expires: Option<Expires>,
    /// Print the whole settings, with the exemptions among them
    #[arg(long)]
    whole: bool,
}

/// When an exemption ends.
#[derive(Clone, Copy, Debug)]
enum Expires {
    On(Date),
    Never,
}

fn expires(text: &str) -> Result<Expires, &'static str> {
    match text {
        "none" => Ok(Expires::Never),
        _ => super::date(text).map(Expires::On),
    }
}

impl Exempt {
    pub(super) fn run(&self, global: &Global) -> Result<u8> {
        let engine = global.engine()?;
        let settings = self.settings.read(&engine)?;
        let today = global.today()?;
        let last = self.last_day(today)?;
        let (manifests, left_out) =
            manifest::read_selected(&self.paths, &Selection::without(&[])?)?;
        super::remark(super::inputs::left_out(left_out))?;
        let Manifests { resources, unread, sources } = manifests;
        let cluster = self.cluster.connect(&resources, self.namespace.as_deref())?;
        let engine = cluster.give(engine);
        let prepared = judge::prepare(resources, &[], &self.options());
        let judged =
            cluster.judging(|| judge::judge(&engine, prepared.clone(), &settings, || {}))?;
        let outcome = cluster
            .judging(|| exempt::work_out(&engine, (prepared, &judged), &settings, today, last))??;
        let Outcome { proposal, settings: extended, after } = outcome;
        let left = cluster.finish()?;
        let document = json!({"exemptions": proposal.exemptions});
        print(&exempt::render(if self.whole { &extended } else { &document }))?;
        let rest = Summary::of(&after, unread.len());
        let denied = judged.iter().filter(|judged| is_left(judged)).count();
        let mut told = tell(&proposal, denied);
        if rest.exit_code() != 0 {
            let denied = after.into_iter().filter(is_left).collect::<Vec<_>>();
            let report = Report {
                judged: &denied,
                unread: &unread,
                ignored: &[],
                sources: &sources,
                has_places: true,
            };
            told.push('\n');
            told.push_str(&human::render(&report, true));
        }
        super::tell(&told)?;
        super::remark(left)?;
        Ok(rest.exit_code())
    }

    fn last_day(&self, today: Date) -> Result<Option<Date>> {
        match self.expires {
            None => Ok(Some(today + DAYS)),
            Some(Expires::Never) => Ok(None),
            Some(Expires::On(day)) if day < today => {
                bail!("--expires {day} is before {today}, so nothing would be exempt")
            }
            Some(Expires::On(day)) => Ok(Some(day)),
        }
    }

    fn options(&self) -> Options {
        Options {
            user: self.user.clone(),
            groups: self.groups.clone(),
            namespace: self.namespace.clone(),
            ..Options::default()
        }
    }
}

fn is_left(judged: &Judged) -> bool {
    use crate::answer::Verdict;
    matches!(judged.verdict, Verdict::Denied | Verdict::Error)
}

/// How many exemptions there are, and what none is for. Writing to a String does not fail.
pub(super) fn tell(proposal: &Proposal, denied: usize) -> String {
    let (exemptions, resources) =
        (count(proposal.exemptions.len(), "exemption"), count(denied, "denied resource"));
    let mut out = format!("{BOLD}{exemptions} for {resources}{BOLD:#}\n");
    for refused in &proposal.refused {
        let _ = writeln!(
            out,
            "{YELLOW}not exempted:{YELLOW:#} {} {}: {}\n  because {}",
            clean(&refused.place),
            clean(&refused.resource),
            clean(&refused.path),
            refused.why,
        );
    }
    out
}
