//! `ringfence seccomp compare`.

use super::{BaseOption, Output, print, print_json};
use crate::output::text::{clean, count};
use crate::seccomp::changes::{self, Shown};
use crate::seccomp::context::{self, ContextOptions};
use crate::seccomp::source::Source;
use anstyle::{AnsiColor, Style};
use anyhow::{Result, bail};
use clap::{Args, ValueEnum};
use ringfence_seccomp::{Context, Order, Syscall, compare, message};
use serde_json::{Value, json};
use std::fmt::Write;

const DIM: Style = Style::new().dimmed();
const RED: Style = AnsiColor::Red.on_default().bold();
const GREEN: Style = AnsiColor::Green.on_default().bold();

/// Show that a profile lets nothing through that a reference does not, or calls that show it does
///
/// The comparison is exact to the last bit of the last argument; a counter-example has the smallest
/// arguments that show it. What could not be decided counts as weaker.
#[derive(Args, Debug)]
#[command(
    after_help = "Exit codes: 0 no weaker, 1 weaker or not shown to be no weaker, 2 could not tell."
)]
pub(super) struct Compare {
    /// The profile
    profile: String,
    /// What it is held against: a profile or a baseline
    reference: String,
    /// What weaker means
    #[arg(long, value_enum, default_value_t)]
    order: OrderName,
    /// Tell every counter-example, not the first twenty
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

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum OrderName {
    /// By what comes of a call: executed, left to a tracer, left to a supervisor, denied
    #[default]
    Effect,
    /// By the kernel's precedence of actions: killing the process is the strictest
    Precedence,
}

/// How many counter-examples are told where nobody asks for all.
const SHOWN: usize = 20;

#[derive(Default)]
struct Found {
    weaker: Vec<Shown>,
    undecided: Vec<String>,
    unknown_arches: Vec<String>,
    fatal: Vec<String>,
}

impl Found {
    fn is_no_weaker(&self) -> bool {
        self.weaker.is_empty()
            && self.undecided.is_empty()
            && self.unknown_arches.is_empty()
            && self.fatal.is_empty()
    }
}

impl Compare {
    pub(super) fn run(&self) -> Result<u8> {
        let (source, reference) = (Source::read(&self.profile)?, Source::read(&self.reference)?);
        let base = self.base.read()?;
        let profile = source.parse_whole(base.as_ref())?;
        let other = reference.parse_whole(base.as_ref())?;
        let contexts = self.context.contexts(source.usual_loader(&profile));
        let others = self.context.contexts(reference.usual_loader(&other));
        let mut found = Found::default();
        for (context, there) in contexts.iter().zip(&others) {
            // One container: the capabilities are those of the profile's.
            let there = Context { caps: context.caps, ..*there };
            let resolved = source.resolve(&profile, context);
            let held = reference.resolve(&other, &there);
            if let Some(fatal) = held.fatal.first() {
                let why = message::fatal(fatal.reason);
                bail!("{} is no reference, no container starts with it: {why}", reference.title());
            }
            let order = match self.order {
                OrderName::Effect => Order::Effect,
                OrderName::Precedence => Order::Precedence,
            };
            let comparison = compare(&resolved, &held, order);
            for weaker in comparison.weaker {
                let shown = Shown {
                    arches: vec![weaker.arch],
                    call: weaker.call,
                    number: weaker.number,
                    args: weaker.args,
                    left: weaker.found,
                    right: weaker.reference,
                };
                changes::add(&mut found.weaker, weaker.arch, shown);
            }
            for (arch, number) in comparison.undecided {
                let call = Syscall::from_number(arch, number);
                let call = call.map_or_else(|| number.to_string(), |call| call.name().to_owned());
                found.undecided.push(format!("{call} on {}", arch.name()));
            }
            found.unknown_arches.extend(comparison.unknown_arches.into_iter().map(str::to_owned));
            found.fatal.extend(resolved.fatal.iter().map(|fatal| message::fatal(fatal.reason)));
        }
        found.fatal.dedup();
        match self.output {
            Output::Human => print(&self.render(&source, &reference, &contexts, &found))?,
            Output::Json => print_json(&describe(&source, &reference, &contexts, &found))?,
        }
        Ok(u8::from(!found.is_no_weaker()))
    }

    fn render(
        &self,
        source: &Source,
        reference: &Source,
        contexts: &[Context],
        found: &Found,
    ) -> String {
        let (name, other) = (clean(&source.title()), clean(&reference.title()));
        let mut out = String::new();
        // Writing to a String does not fail.
        let _ = if found.is_no_weaker() {
            writeln!(
                out,
                "{GREEN}no weaker:{GREEN:#} {name} lets nothing through that {other} does not"
            )
        } else if found.weaker.is_empty() {
            writeln!(out, "{RED}not shown:{RED:#} {name} may be weaker than {other}")
        } else {
            let calls = count(found.weaker.len(), "counter-example");
            writeln!(out, "{RED}weaker:{RED:#} {name} lets through what {other} does not; {calls}")
        };
        let _ = writeln!(out, "  {DIM}{}{DIM:#}", source.describe(contexts));
        for reason in &found.fatal {
            let _ = writeln!(out, "  the container would not start: {}", clean(reason));
        }
        if !found.weaker.is_empty() {
            let limit = if self.all { usize::MAX } else { SHOWN };
            out.push_str(&changes::render(
                &found.weaker,
                ["HERE IT", "IN THE REFERENCE IT"],
                limit,
            ));
        }
        if !found.undecided.is_empty() {
            let _ =
                writeln!(out, "  conditions too many to decide: {}", found.undecided.join(", "));
        }
        if !found.unknown_arches.is_empty() {
            let arches = found.unknown_arches.join(", ");
            let _ = writeln!(out, "  architectures whose calls are not known here: {arches}");
        }
        out
    }
}

fn describe(source: &Source, reference: &Source, contexts: &[Context], found: &Found) -> Value {
    json!({
        "profile": source.title(),
        "reference": reference.title(),
        "context": context::to_json(contexts),
        "noWeaker": found.is_no_weaker(),
        "weaker": changes::to_json(&found.weaker, ["here", "reference"]),
        "undecided": found.undecided,
        "unknownArches": found.unknown_arches,
        "fatal": found.fatal,
    })
}
