//! `ringfence seccomp simulate`.

use super::{BaseOption, Output, print, print_json, unknown_call};
use crate::output::text::clean;
use crate::seccomp::changes;
use crate::seccomp::columns::Columns;
use crate::seccomp::context::{self, ContextOptions};
use crate::seccomp::source::Source;
use anstyle::Style;
use anyhow::{Result, anyhow, bail};
use clap::{Args, ValueEnum};
use ringfence_seccomp::{
    Action, Arch, Call, Context, Dropped, Effect, Resolved, Simulation, Syscall, Verdict, Why,
    message, simulate,
};
use serde_json::{Value, json};
use std::fmt::Write;

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();

/// Tell what happens to one call, by which rule, and what happens to its like
#[derive(Args, Debug)]
#[command(
    after_help = "Exit codes: 0 told, 1 not as --expect says or the container would not start, \
    2 could not tell."
)]
pub(super) struct Simulate {
    /// A profile or a baseline
    profile: String,
    /// The call, by name or number
    #[arg(value_name = "SYSCALL")]
    call: String,
    /// An argument, as in 0=0x10000000; those not given are 0
    #[arg(long = "arg", value_name = "INDEX=VALUE", value_parser = argument)]
    args: Vec<(usize, u64)>,
    /// Exit with 1 where it comes to something else
    #[arg(long, value_enum)]
    expect: Option<Expected>,
    #[command(flatten)]
    base: BaseOption,
    #[command(flatten)]
    context: ContextOptions,
    /// The form of the answer
    #[arg(short, long, value_enum, default_value_t)]
    output: Output,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Expected {
    /// Executed, logged or not
    Executed,
    /// Not executed
    Denied,
}

impl Expected {
    fn is(self, action: Action) -> bool {
        action.effect() == if self == Self::Executed { Effect::Executed } else { Effect::Denied }
    }
}

fn argument(text: &str) -> Result<(usize, u64), String> {
    let wrong = || "expected INDEX=VALUE, INDEX from 0 to 5, as in 0=0x10000000".to_owned();
    let (index, value) = text.split_once('=').ok_or_else(wrong)?;
    let index = index.parse().ok().filter(|index| *index < 6).ok_or_else(wrong)?;
    let number = match (value.strip_prefix("0x"), value.strip_prefix('-')) {
        (Some(digits), _) => u64::from_str_radix(digits, 16).ok(),
        // As a register holds it.
        (_, Some(_)) => value.parse::<i64>().ok().map(i64::cast_unsigned),
        _ => value.parse().ok(),
    };
    Ok((index, number.ok_or_else(wrong)?))
}

/// One call in one context.
struct Answer {
    context: Context,
    fatal: Vec<String>,
    simulation: Simulation,
}

impl Simulate {
    pub(super) fn run(&self) -> Result<u8> {
        let source = Source::read(&self.profile)?;
        let base = self.base.read()?;
        let profile = source.parse_whole(base.as_ref())?;
        let contexts = self.context.contexts(source.usual_loader(&profile));
        let mut args = [0; 6];
        for (index, value) in &self.args {
            args[*index] = *value;
        }
        let mut answers = Vec::new();
        for context in &contexts {
            let call = self.call(context.arch, args)?;
            let resolved = source.resolve(&profile, context);
            let fatal = fatal(&source, &resolved);
            answers.push(Answer {
                context: *context,
                fatal,
                simulation: simulate(&resolved, call),
            });
        }
        match self.output {
            Output::Human => {
                print(&answers.iter().map(|answer| render(&source, answer)).collect::<String>())?;
            }
            Output::Json => {
                let answers: Vec<Value> =
                    answers.iter().map(|answer| describe(&source, answer)).collect();
                print_json(&json!({"profile": source.title(), "answers": answers}))?;
            }
        }
        let is_expected = |answer: &Answer| {
            let action = answer.simulation.verdict.action;
            answer.fatal.is_empty() && self.expect.is_none_or(|expected| expected.is(action))
        };
        Ok(u8::from(!answers.iter().all(is_expected)))
    }

    fn call(&self, arch: Arch, args: [u64; 6]) -> Result<Call> {
        if let Some(call) = Call::new(arch, &self.call, args) {
            return Ok(call);
        }
        let Some(known) = Syscall::from_name(&self.call) else { bail!(unknown_call(&self.call)) };
        let on = Arch::ALL.into_iter().filter(|arch| known.number(*arch).is_some()).map(Arch::name);
        let on = on.collect::<Vec<_>>().join(", ");
        Err(anyhow!("{} has no call `{}`; it is one of {on}", arch.name(), self.call))
    }
}

/// Why the container would not start.
fn fatal(source: &Source, resolved: &Resolved) -> Vec<String> {
    let tell = |fatal: &ringfence_seccomp::Fatal| {
        let place = source.position(fatal.place.at);
        let place = place.map(|at| format!("{}:{}: ", at.line, at.column)).unwrap_or_default();
        format!("{place}{}", message::fatal(fatal.reason))
    };
    resolved.fatal.iter().map(tell).collect()
}

fn render(source: &Source, answer: &Answer) -> String {
    let Answer { context, fatal, simulation } = answer;
    let mut out = String::new();
    // Writing to a String does not fail.
    for reason in fatal {
        let _ = writeln!(out, "the container would not start: {}", clean(reason));
    }
    let verdict = &simulation.verdict;
    let call = message::call(&simulation.call);
    let _ = writeln!(out, "{BOLD}{call} {}{BOLD:#}", message::action(verdict.action));
    let _ = writeln!(out, "  why: {}", message::why(&verdict.why));
    for place in places(source, &verdict.why) {
        let _ = writeln!(out, "       {}", clean(&place));
    }
    for arg in &simulation.cut {
        let _ = writeln!(out, "  note: the kernel uses the lower 32 bits of argument {arg} alone");
    }
    let _ = writeln!(out, "  {DIM}{}{DIM:#}", source.describe(&[*context]));
    let others = |title: &str, rows: Vec<(String, &Verdict)>, out: &mut String| {
        if rows.is_empty() {
            return;
        }
        let mut columns = Columns::default();
        for (name, verdict) in rows {
            columns.plain([name, message::verdict(verdict)]);
        }
        let _ = write!(out, "{title}\n{}", columns.render());
    };
    let siblings =
        simulation.siblings.iter().map(|(arch, verdict)| (arch.name().to_owned(), verdict));
    others("the same call on other architectures of the node", siblings.collect(), &mut out);
    let aliases =
        simulation.aliases.iter().map(|(call, verdict)| (call.name().to_owned(), verdict));
    others("calls by which the same can be done, with arguments of 0", aliases.collect(), &mut out);
    if !simulation.dropped.is_empty() {
        let _ = writeln!(out, "what the profile says of it to no effect");
        for dropped in merged(&simulation.dropped) {
            let _ = writeln!(out, "  {}", clean(&dropped));
        }
    }
    out
}

/// Each once: a rule is dropped on every architecture.
fn merged(dropped: &[Dropped]) -> Vec<String> {
    let mut told: Vec<String> = Vec::new();
    for dropped in dropped {
        let text = format!("{}: {}", dropped.place.path(), message::dropped(dropped.reason));
        if !told.contains(&text) {
            told.push(text);
        }
    }
    told
}

/// The rules that decide.
fn rules(why: &Why) -> Vec<usize> {
    match why {
        Why::Rule(rule) => vec![*rule],
        Why::NoneFits(rules) | Why::Conditions(rules) => rules.clone(),
        Why::Ambiguous(rules) => rules.iter().map(|(rule, _)| *rule).collect(),
        Why::NoFilter | Why::NotInFilter | Why::NoSuchCall | Why::NotNamed => Vec::new(),
    }
}

/// Where they stand in the file: `bad.json:12:5 syscalls[3]`.
fn places(source: &Source, why: &Why) -> Vec<String> {
    let Source::Text(text) = source else { return Vec::new() };
    let Ok((profile, _)) = text.parse() else { return Vec::new() };
    let place = |rule: usize| {
        // A rule of a base profile stands in another file.
        let at = profile.rules.get(rule).filter(|_| profile.base.is_none())?.at;
        let at = text.places.find(at);
        Some(format!("{}:{}:{} syscalls[{rule}]", text.file, at.line, at.column))
    };
    rules(why).into_iter().filter_map(place).collect()
}

fn describe(source: &Source, answer: &Answer) -> Value {
    let Answer { context, fatal, simulation } = answer;
    let verdict = |verdict: &Verdict| {
        let mut told = changes::verdict(verdict);
        told["rules"] = rules(&verdict.why).into();
        told
    };
    let siblings = simulation.siblings.iter();
    let siblings =
        siblings.map(|(arch, found)| json!({"arch": arch.name(), "verdict": verdict(found)}));
    let aliases = simulation.aliases.iter();
    let aliases =
        aliases.map(|(call, found)| json!({"call": call.name(), "verdict": verdict(found)}));
    json!({
        "context": context::to_json(&[*context]),
        "fatal": fatal,
        "call": simulation.name,
        "number": simulation.call.number,
        "arch": simulation.call.arch.name(),
        "args": simulation.call.args,
        "verdict": verdict(&simulation.verdict),
        "places": places(source, &simulation.verdict.why),
        "siblings": siblings.collect::<Vec<_>>(),
        "aliases": aliases.collect::<Vec<_>>(),
        "cutArguments": simulation.cut,
        "dropped": merged(&simulation.dropped),
    })
}
