//! `ringfence seccomp fix`.

use super::{BaseOption, denials::show, print_raw, remark};
use crate::fix::write::{self, Change};
use crate::manifest::STDIN;
use crate::output::diff;
use crate::output::text::count;
use crate::seccomp::context::{self, ContextOptions};
use crate::seccomp::documents::{self, Part, Text};
use crate::seccomp::source;
use crate::seccomp::{edit, lint};
use anyhow::{Result, anyhow, bail};
use clap::Args;
use ringfence_seccomp::{
    Baseline, CapSet, Context, Fix as Done, Lint, Loader, Order, Profile, Runtime, Severities,
    Severity, compare, loader_of, message, resolve, with_base,
};
use std::path::Path;

/// Mend what can safely be mended: print a diff, or edit the files
///
/// Conditions that upper bits get around, rules and errnos without effect, an errno of clone3 that
/// breaks threads. A rewrite is kept only if comparing shows that the profile lets nothing more
/// through: read by any loader, loaded by runc and crun, with no capabilities, those of the options
/// and all of them. What is not concerned keeps its bytes. The diff goes to standard output, the rest
/// to standard error.
#[derive(Args, Debug)]
#[command(
    after_help = "Exit codes: 0 mended or nothing to mend, 1 a rewrite would let more through \
    somewhere and was not made (with --check: or something would be changed), 2 could not mend."
)]
pub(super) struct Fix {
    /// Files, or `-`, which prints the document
    #[arg(required = true, value_name = "FILE")]
    profiles: Vec<String>,
    /// Edit the files in place
    #[arg(short, long)]
    write: bool,
    /// Exit with 1 where something would be changed, too
    #[arg(long, conflicts_with = "write")]
    check: bool,
    #[command(flatten)]
    base: BaseOption,
    #[command(flatten)]
    context: ContextOptions,
}

/// A file, before and after.
struct Edited {
    file: String,
    before: String,
    after: String,
    is_refused: bool,
}

impl Fix {
    pub(super) fn run(&self) -> Result<u8> {
        let has_stdin = self.profiles.iter().any(|profile| profile == "-");
        if has_stdin && (self.profiles.len() > 1 || self.write) {
            bail!("`-` stands alone: its document is printed, there is no file to edit");
        }
        let edited =
            self.profiles.iter().map(|name| self.edit(name)).collect::<Result<Vec<_>>>()?;
        let changed: Vec<&Edited> =
            edited.iter().filter(|edit| edit.before != edit.after).collect();
        if self.write {
            let changes: Vec<Change<'_>> = changed.iter().map(|edit| change(edit)).collect();
            write::replace(&changes)?;
        } else if has_stdin {
            print_raw(edited.first().map_or("", |edit| &edit.after))?;
        } else {
            for edit in &changed {
                let diff = diff::unified(&edit.file, &edit.before, &edit.after);
                show(&diff.text)?;
                remark(diff.remark(&edit.file))?;
            }
        }
        let files = count(changed.len(), "file");
        remark(Some(match (changed.is_empty(), self.write, has_stdin) {
            (true, ..) => "nothing to mend".to_owned(),
            (_, true, _) => format!("{files} written"),
            (_, _, true) => "mended".to_owned(),
            _ => format!("{files} to change; --write does it"),
        }))?;
        let is_refused = edited.iter().any(|edit| edit.is_refused);
        Ok(u8::from(is_refused || self.check && !changed.is_empty()))
    }

    /// Mends every profile of a file, one after the other: places move.
    fn edit(&self, name: &str) -> Result<Edited> {
        if Baseline::from_name(name).is_some() {
            bail!("{name} is built into a runtime; there is no file to edit");
        }
        let bytes = source::bytes(name)?;
        let file = if name == "-" { STDIN } else { name };
        let before = String::from_utf8(bytes)
            .map_err(|_| anyhow!("{file}: invalid UTF-8; save the file as UTF-8"))?;
        let count = profiles(file, &before)?.len();
        if count == 0 {
            bail!("{file} holds no seccomp profile");
        }
        let mut edited =
            Edited { file: file.to_owned(), after: before.clone(), before, is_refused: false };
        for index in 0..count {
            if let Some(text) = profiles(file, &edited.after)?.get(index) {
                self.mend(text, &mut edited)?;
            }
        }
        Ok(edited)
    }

    fn mend(&self, text: &Text, edited: &mut Edited) -> Result<()> {
        let title = text.title();
        let (profile, _) = text.parse()?;
        let base = self.base.read()?;
        // What a merge makes of rules depends on both sides: without the base nothing is proven.
        let base = match (&profile.base, &base) {
            (Some(_), Some(base)) => Some(base.parse_whole(None)?),
            (Some(name), None) => bail!(
                "{title} adds to the base profile `{}`, which is not here; give it with \
                 --base-profile FILE",
                name.text
            ),
            (None, _) => None,
        };
        let contexts = self.context.contexts(loader_of(profile.dialect()));
        let mut fixed = profile.clone();
        let mut done: Vec<Done> = Vec::new();
        for context in &contexts {
            let more = ringfence_seccomp::fix(&fixed, context);
            fixed = more.profile;
            done.extend(more.done);
        }
        if done.is_empty() {
            return Ok(());
        }
        if let Some((context, why)) =
            disproof(&merged(&profile, base.as_ref()), &merged(&fixed, base.as_ref()), &contexts)
        {
            edited.is_refused = true;
            let context = context::describe(&[context]);
            return remark(Some(format!("{title}: not mended: {why}, {context}")));
        }
        // Before it is edited: what is announced is what was done.
        edited.after = edit::rules(text, &fixed)?;
        for fix in &done {
            remark(Some(format!("{title}: {}", told(fix))))?;
        }
        left(&title, &fixed, &contexts)
    }
}

fn change(edit: &Edited) -> Change<'_> {
    Change { path: Path::new(&edit.file), before: &edit.before, after: &edit.after }
}

fn profiles(file: &str, text: &str) -> Result<Vec<Text>> {
    let mut texts = Vec::new();
    for part in documents::read(file, text.as_bytes()) {
        match part {
            Part::Profile(text) => texts.push(*text),
            Part::Other(_) => {}
            Part::Broken(broken) => return Err(broken.into()),
        }
    }
    Ok(texts)
}

/// The profile as the operator writes it to nodes.
fn merged<'a>(profile: &Profile<'a>, base: Option<&Profile<'a>>) -> Profile<'a> {
    base.map_or_else(|| profile.clone(), |base| with_base(profile, base))
}

/// A context in which the mended profile lets through what the other does not, and the call.
fn disproof(
    before: &Profile<'_>,
    after: &Profile<'_>,
    contexts: &[Context],
) -> Option<(Context, String)> {
    let given = contexts.iter().copied();
    let mut all: Vec<Context> = Vec::new();
    for context in given {
        let loaders = [context.loader, Loader::Containerd, Loader::Docker, Loader::Crio];
        for loader in loaders {
            for runtime in [Runtime::Runc, Runtime::Crun] {
                for caps in [context.caps, CapSet::EMPTY, CapSet::ALL] {
                    let context = Context { loader, runtime, caps, ..context };
                    if !all.contains(&context) {
                        all.push(context);
                    }
                }
            }
        }
    }
    all.into_iter().find_map(|context| {
        let (before, after) = (resolve(before, &context), resolve(after, &context));
        // What kept containers from starting let nothing through, and is no measure.
        if !before.fatal.is_empty() {
            return None;
        }
        let comparison = compare(&after, &before, Order::Effect);
        if comparison.is_no_weaker() && after.fatal.is_empty() && after.is_void == before.is_void {
            return None;
        }
        let why = comparison.weaker.first().map(message::weaker);
        Some((context, why.unwrap_or_else(|| "it is not shown to be no weaker".to_owned())))
    })
}

fn told(fix: &Done) -> String {
    let title = Lint::from_id(fix.lint).map_or("", |lint| lint.documentation().title);
    let rule = fix.rule.map_or_else(|| "a new rule".to_owned(), |rule| format!("syscalls[{rule}]"));
    let call = fix.call.map(|call| format!(" `{}`", call.name())).unwrap_or_default();
    format!("{} {rule}{call}: mended: {title}", fix.lint)
}

/// Tells how much is left that lint finds.
fn left(title: &str, fixed: &Profile<'_>, contexts: &[Context]) -> Result<()> {
    let mut ids = Vec::new();
    for context in contexts {
        let resolved = resolve(fixed, context);
        for finding in ringfence_seccomp::lint(fixed, &resolved, context, &Severities::new()) {
            if finding.severity == Severity::Error && !ids.contains(&finding.lint.id) {
                ids.push(finding.lint.id);
            }
        }
    }
    let error = lint::severity(Severity::Error);
    let left = (!ids.is_empty())
        .then(|| format!("{title}: {error}s left to mend by hand: {}", ids.join(", ")));
    remark(left)
}
