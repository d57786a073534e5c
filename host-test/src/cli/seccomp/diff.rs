//! `ringfence seccomp diff`.

use super::{BaseOption, Output, print, print_json};
use crate::output::text::clean;
use crate::seccomp::changes::{self, Shown};
use crate::seccomp::context::{self, ContextOptions};
use crate::seccomp::source::Source;
use anstyle::Style;
use anyhow::Result;
use clap::Args;
use ringfence_seccomp::{Change, Context};
use serde_json::json;
use std::fmt::Write;

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();

/// Tell what each of two profiles lets through that the other does not
#[derive(Args, Debug)]
#[command(after_help = "Exit codes: 0 they come to the same, 1 they differ, 2 could not tell.")]
pub(super) struct Diff {
    /// A profile or a baseline
    left: String,
    /// Another
    right: String,
    /// Tell every call, not the first twenty of each kind
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    base: BaseOption,
    #[command(flatten)]
    context: ContextOptions,
    /// The form of the answer
    #[arg(short, long, value_enum, default_value_t)]
    output: Output,
}

/// How many calls of a kind are told where nobody asks for all.
const SHOWN: usize = 20;

/// Differences, by who permits more.
#[derive(Default)]
struct Found {
    left: Vec<Shown>,
    right: Vec<Shown>,
    either: Vec<Shown>,
    answers: Vec<Shown>,
}

impl Found {
    fn add(&mut self, change: Change) {
        let list = match (change.left_is_weaker, change.right_is_weaker) {
            (true, false) => &mut self.left,
            (false, true) => &mut self.right,
            (true, true) => &mut self.either,
            (false, false) => &mut self.answers,
        };
        let shown = Shown {
            arches: vec![change.arch],
            call: change.call,
            number: change.number,
            args: change.args,
            left: change.left,
            right: change.right,
        };
        changes::add(list, change.arch, shown);
    }

    fn is_empty(&self) -> bool {
        [&self.left, &self.right, &self.either, &self.answers].iter().all(|list| list.is_empty())
    }
}

impl Diff {
    pub(super) fn run(&self) -> Result<u8> {
        let (left, right) = (Source::read(&self.left)?, Source::read(&self.right)?);
        let base = self.base.read()?;
        let (one, other) = (left.parse_whole(base.as_ref())?, right.parse_whole(base.as_ref())?);
        let contexts = self.context.contexts(left.usual_loader(&one));
        let others = self.context.contexts(right.usual_loader(&other));
        let mut found = Found::default();
        for (context, there) in contexts.iter().zip(&others) {
            // One container: the capabilities are those of the first.
            let there = Context { caps: context.caps, ..*there };
            let resolved = left.resolve(&one, context);
            let changes = changes::between(&resolved, &right.resolve(&other, &there));
            changes.into_iter().for_each(|change| found.add(change));
        }
        let names = [left.title(), right.title()];
        match self.output {
            Output::Human => print(&self.render(&left, &names, &contexts, &found))?,
            Output::Json => {
                let list = |list: &[Shown]| changes::to_json(list, ["left", "right"]);
                print_json(&json!({
                    "left": names[0],
                    "right": names[1],
                    "context": context::to_json(&contexts),
                    "leftPermitsMore": list(&found.left),
                    "rightPermitsMore": list(&found.right),
                    "eitherPermitsMore": list(&found.either),
                    "otherAnswers": list(&found.answers),
                }))?;
            }
        }
        Ok(u8::from(!found.is_empty()))
    }

    fn render(
        &self,
        source: &Source,
        names: &[String; 2],
        contexts: &[Context],
        found: &Found,
    ) -> String {
        let [left, right] = names.each_ref().map(|name| clean(name));
        let mut out = String::new();
        // Writing to a String does not fail.
        if found.is_empty() {
            let _ = writeln!(out, "{BOLD}the same:{BOLD:#} {left} and {right}, errnos included");
        }
        let _ = writeln!(out, "{DIM}{}{DIM:#}", source.describe(contexts));
        let limit = if self.all { usize::MAX } else { SHOWN };
        for (title, list) in [
            (format!("{left} permits more"), &found.left),
            (format!("{right} permits more"), &found.right),
            ("each permits what the other does not".to_owned(), &found.either),
            ("permitted alike, with other answers".to_owned(), &found.answers),
        ] {
            if !list.is_empty() {
                let rows = changes::render(list, [&heading(&left), &heading(&right)], limit);
                let _ = write!(out, "{BOLD}{title}{BOLD:#} ({})\n{rows}", list.len());
            }
        }
        out
    }
}

/// `IN bad.json IT`.
fn heading(name: &str) -> String {
    let name = name.rsplit('/').next().unwrap_or(name);
    format!("IN {name} IT")
}
