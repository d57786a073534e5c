//! `ringfence seccomp new`.

use super::{BaseOption, convert::named, denials, print_raw, remark, unknown_call};
use crate::seccomp::context::{self, ContextOptions};
use crate::seccomp::proposal;
use crate::seccomp::source::Source;
use crate::seccomp::target::{Notation, Target};
use anyhow::{Result, bail};
use clap::Args;
use ringfence_seccomp::{
    Context, Dialect, Effect, Loader, Order, Profile, Severities, Severity, Syscall, allow,
    compare, convert, create, lint, loader_of, message, resolve,
};

/// Make a profile that lets through what a workload needs: from a list of calls, or from a log
///
/// Without --base nothing else is let through but what the runtime itself needs to start the program;
/// with it, what the base lets through. Threads get `clone` without its flags for namespaces, and
/// `clone3` answers ENOSYS, on which C libraries fall back to `clone`. The profile goes to standard
/// output; what is to be looked at goes to standard error.
#[derive(Args, Debug)]
#[command(after_help = "Exit codes: 0 made, 2 could not be made.")]
pub(super) struct New {
    /// The calls, by name, with commas; may be repeated
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    syscalls: Vec<String>,
    /// A log of what a filter denied or logged, or `-`; may be repeated
    #[arg(long, value_name = "LOG")]
    from_denials: Vec<String>,
    /// Only records of this program, by its name (comm) or path
    #[arg(long, value_name = "NAME", requires = "from_denials")]
    process: Option<String>,
    /// Let dangerous calls of the log through, too
    #[arg(long, requires = "from_denials")]
    include_dangerous: bool,
    /// What it begins with: a profile or a baseline
    #[arg(long, value_name = "PROFILE")]
    base: Option<String>,
    /// What it is written as
    #[arg(long, value_enum, default_value_t)]
    to: Target,
    /// The name of the resource, or of the ConfigMap and the file in it
    #[arg(long, default_value = "profile")]
    name: String,
    /// JSON or YAML; without it YAML for resources and JSON for what runtimes read
    #[arg(short, long, value_enum)]
    output: Option<Notation>,
    #[command(flatten)]
    base_of_base: BaseOption,
    #[command(flatten)]
    context: ContextOptions,
}

impl New {
    pub(super) fn run(&self) -> Result<u8> {
        let name = named(Some(&self.name), &self.name)?;
        let context = self.context.one(Loader::Containerd)?;
        let calls = self.calls(&context)?;
        let base = self.base.as_deref().map(Source::read).transpose()?;
        let further = self.base_of_base.read()?;
        let profile = match &base {
            Some(base) => self.upon(base, further.as_ref(), &calls, &context)?,
            None => {
                let created = create(calls.iter().map(|call| call.name()), &context);
                tell_calls("added for the runtime", &created.added)?;
                created.profile
            }
        };
        let plain = Context { loader: Loader::Containerd, ..context };
        let converted = convert(&profile, self.to.dialect(), &plain);
        print_raw(&self.to.document(&converted.profile, &name, self.output)?)?;
        let there = Context { loader: loader_of(self.to.dialect()), ..context };
        remark(Some(context::describe(&[there])))?;
        review(&converted.profile, &calls, &there)?;
        Ok(0)
    }

    /// The calls that are asked for.
    fn calls(&self, context: &Context) -> Result<Vec<Syscall>> {
        let mut calls = Vec::new();
        let mut unknown = Vec::new();
        let names = self.syscalls.iter().flat_map(|names| names.split_whitespace());
        for name in names {
            match Syscall::from_name(name) {
                Some(call) => calls.push(call),
                None => unknown.push(unknown_call(name)),
            }
        }
        if !unknown.is_empty() {
            bail!("{}", unknown.join("\n"));
        }
        let found = match self.from_denials.as_slice() {
            [] => Vec::new(),
            logs => denials::read(logs, self.process.as_deref())?,
        };
        let proposal = proposal::of(&found, context);
        calls.extend(&proposal.calls);
        for dangerous in proposal.dangerous {
            if self.include_dangerous {
                calls.push(dangerous.call);
            } else {
                let (call, why) = (dangerous.call.name(), dangerous.why);
                remark(Some(format!("left out: `{call}`: {why}; --include-dangerous")))?;
            }
        }
        calls.sort();
        calls.dedup();
        if calls.is_empty() && self.base.is_none() {
            bail!("no call to let through; give --syscalls or --from-denials");
        }
        Ok(calls)
    }

    /// The base for this node and container, with the calls that it does not execute.
    fn upon<'s>(
        &self,
        base: &'s Source,
        further: Option<&'s Source>,
        calls: &[Syscall],
        context: &Context,
    ) -> Result<Profile<'s>> {
        let profile = base.parse_whole(further)?;
        let loader = base.authors_loader(&profile);
        let flat = convert(&profile, Dialect::Oci, &Context { loader, ..*context }).profile;
        let plain = Context { loader: Loader::Containerd, ..*context };
        let before = resolve(&flat, &plain);
        let is_executed = |call: &&Syscall| {
            call.number(context.arch).is_some_and(|number| {
                let action = before.decide(context.arch, number, &[0; 6]).action;
                action.effect() == Effect::Executed
            })
        };
        let (has, lacks): (Vec<&Syscall>, Vec<&Syscall>) = calls.iter().partition(is_executed);
        tell_calls("executed by the base already", has)?;
        // Threads are made as `create` makes them: without namespaces.
        let is_thread = |call: &&Syscall| matches!(call.name(), "clone" | "clone3");
        let (threads, others): (Vec<&Syscall>, Vec<&Syscall>) =
            lacks.into_iter().partition(is_thread);
        let mut made = allow(&flat, others.into_iter().copied());
        let asks_clone = threads.iter().any(|call| call.name() == "clone");
        if asks_clone {
            let rules = create(["clone"], context).profile.rules.into_iter();
            made = without(made, &["clone", "clone3"]);
            made.rules.extend(
                rules.filter(|rule| rule.names.iter().any(|name| name.text.starts_with("clone"))),
            );
        } else if !threads.is_empty() {
            let hint = "clone3 stays denied: its flags are in memory, where no filter sees them; C \
                        libraries fall back to clone on ENOSYS";
            remark(Some(hint.to_owned()))?;
        }
        let opened = compare(&resolve(&made, &plain), &before, Order::Effect).weaker;
        let mut opened: Vec<Syscall> = opened.iter().filter_map(|weaker| weaker.call).collect();
        opened.sort();
        opened.dedup();
        tell_calls("let through beyond the base", &opened)?;
        Ok(made)
    }
}

/// A profile without what it says of some calls.
fn without<'a>(mut profile: Profile<'a>, names: &[&str]) -> Profile<'a> {
    for rule in &mut profile.rules {
        rule.names.retain(|name| !names.contains(&&*name.text));
    }
    profile.rules.retain(|rule| rule.all_names().next().is_some());
    profile
}

fn tell_calls<'c>(what: &str, calls: impl IntoIterator<Item = &'c Syscall>) -> Result<()> {
    let names: Vec<&str> = calls.into_iter().map(|call| call.name()).collect();
    remark((!names.is_empty()).then(|| format!("{what}: {}", names.join(", "))))
}

/// Tells what is to be looked at: calls that were asked for and are not executed, and findings.
fn review(profile: &Profile<'_>, calls: &[Syscall], context: &Context) -> Result<()> {
    let resolved = resolve(profile, context);
    for call in calls {
        let Some(number) = call.number(context.arch) else {
            let arch = context.arch.name();
            remark(Some(format!("`{}` is no call of {arch}", call.name())))?;
            continue;
        };
        let verdict = resolved.decide(context.arch, number, &[0; 6]);
        if verdict.action.effect() != Effect::Executed && call.name() != "clone3" {
            remark(Some(format!("`{}` {}", call.name(), message::verdict(&verdict))))?;
        }
    }
    for finding in lint(profile, &resolved, context, &Severities::new()) {
        if finding.severity > Severity::Info {
            remark(Some(format!("{}: {}", finding.lint.id, message::finding(&finding))))?;
        }
    }
    Ok(())
}
