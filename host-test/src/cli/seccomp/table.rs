//! `ringfence seccomp table`.

use super::{Output, print, print_json};
use crate::seccomp::columns::Columns;
use crate::seccomp::context::{self, arch};
use crate::seccomp::groups::{self, danger};
use crate::seccomp::lint;
use anstyle::{AnsiColor, Style};
use anyhow::{Result, bail};
use clap::Args;
use ringfence_seccomp::{
    Arch, Baseline, Context, Decision, Effect, LINTS, Syscall, Version, message, syscalls,
};
use serde_json::{Value, json};

const BOLD: Style = Style::new().bold();
const YELLOW: Style = AnsiColor::Yellow.on_default();

/// List the system calls: numbers by architecture, the libseccomp that knows them, kinds and dangers
#[derive(Args, Debug)]
pub(super) struct Table {
    /// Calls by name, a part of it, or number
    #[arg(value_name = "SYSCALL")]
    calls: Vec<String>,
    /// The architectures to show; without it the most common (with -o json all)
    #[arg(long, value_name = "ARCH", value_parser = arch)]
    arch: Vec<Arch>,
    /// Only calls that endanger the node or its other tenants
    #[arg(long)]
    dangerous: bool,
    /// Only calls of this kind, or a part of its name
    #[arg(long, value_name = "KIND")]
    kind: Option<String>,
    /// List the baselines instead
    #[arg(long, conflicts_with_all = ["calls", "dangerous", "kind", "lints"])]
    baselines: bool,
    /// List what `lint` looks for instead
    #[arg(long, conflicts_with_all = ["calls", "dangerous", "kind"])]
    lints: bool,
    /// The form of the list
    #[arg(short, long, value_enum, default_value_t)]
    output: Output,
}

const USUAL: [Arch; 5] = [Arch::X86_64, Arch::X86, Arch::X32, Arch::Aarch64, Arch::Arm];

impl Table {
    pub(super) fn run(&self) -> Result<u8> {
        if self.baselines {
            return self.list_baselines();
        }
        if self.lints {
            return self.list_lints();
        }
        let calls: Vec<Syscall> = syscalls().filter(|call| self.is_wanted(*call)).collect();
        if calls.is_empty() {
            bail!("no call is meant by that; without arguments all are listed");
        }
        match self.output {
            Output::Human => print(&self.render(&calls))?,
            Output::Json => print_json(&calls.iter().map(|call| self.describe(*call)).collect())?,
        }
        Ok(0)
    }

    fn is_wanted(&self, call: Syscall) -> bool {
        let arches = self.arches(&USUAL);
        let is_it = |text: &String| {
            let number = text.parse::<u32>().ok();
            call.name().contains(text.as_str())
                || number.is_some_and(|number| {
                    arches.iter().any(|arch| call.number(*arch) == Some(number))
                })
        };
        let kind = groups::of(call).title.to_ascii_lowercase();
        (self.calls.is_empty() || self.calls.iter().any(is_it))
            && (!self.dangerous || danger(call).is_some())
            && self.kind.as_ref().is_none_or(|part| kind.contains(&part.to_ascii_lowercase()))
    }

    fn arches<'a>(&'a self, usual: &'a [Arch]) -> &'a [Arch] {
        if self.arch.is_empty() { usual } else { &self.arch }
    }

    fn render(&self, calls: &[Syscall]) -> String {
        let arches = self.arches(&USUAL);
        let names: Vec<String> = arches.iter().map(|arch| arch.name().to_uppercase()).collect();
        let mut head = vec!["CALL"];
        head.extend(names.iter().map(String::as_str));
        head.extend(["SINCE", "KIND", "DANGER"]);
        let mut columns = Columns::new(&head);
        for call in calls {
            let numbers = arches.iter().map(|arch| {
                call.number(*arch).map_or_else(|| "-".to_owned(), |number| number.to_string())
            });
            let mut row = vec![(BOLD, call.name().to_owned())];
            row.extend(numbers.map(|number| (Style::new(), number)));
            row.push((Style::new(), since(*call)));
            row.push((Style::new(), groups::of(*call).title.to_owned()));
            row.push((
                YELLOW,
                danger(*call)
                    .map(|danger| message::danger(danger.group))
                    .unwrap_or_default()
                    .to_owned(),
            ));
            columns.row(row);
        }
        columns.render()
    }

    fn describe(&self, call: Syscall) -> Value {
        let numbers: serde_json::Map<String, Value> = self
            .arches(&Arch::ALL)
            .iter()
            .map(|arch| (arch.name().to_owned(), call.number(*arch).into()))
            .collect();
        let danger = danger(call).map(
            |danger| json!({"what": message::danger(danger.group), "capabilities": danger.gate}),
        );
        json!({
            "name": call.name(),
            "numbers": numbers,
            "since": version(call.since()),
            "kind": groups::of(call).title,
            "danger": danger,
        })
    }

    fn list_lints(&self) -> Result<u8> {
        let mut columns = Columns::new(&["LINT", "SEVERITY", "FINDS"]);
        let mut list = Vec::new();
        for lint in LINTS {
            let severity = lint::severity(lint.severity);
            let documentation = lint.documentation();
            columns.plain([lint.id, severity, documentation.title].map(str::to_owned));
            list.push(json!({
                "id": lint.id,
                "severity": severity,
                "title": documentation.title,
                "why": documentation.why,
                "mend": documentation.mend,
            }));
        }
        match self.output {
            Output::Human => print(&columns.render())?,
            Output::Json => print_json(&list.into())?,
        }
        Ok(0)
    }

    fn list_baselines(&self) -> Result<u8> {
        match self.output {
            Output::Human => {
                let mut columns = Columns::new(&["BASELINE", "FORMAT", "LETS THROUGH ON X86_64"]);
                for baseline in Baseline::all() {
                    let format = context::loader(baseline.loader()).to_owned();
                    let (executed, conditional) = permitted(baseline);
                    columns.plain([
                        baseline.name().to_owned(),
                        format,
                        format!("{executed} calls, {conditional} more on conditions"),
                    ]);
                }
                print(&columns.render())?;
            }
            Output::Json => {
                let one = |baseline: Baseline| {
                    let (executed, conditional) = permitted(baseline);
                    json!({
                        "name": baseline.name(),
                        "format": context::loader(baseline.loader()),
                        "executed": executed,
                        "conditional": conditional,
                    })
                };
                print_json(&Baseline::all().map(one).collect())?;
            }
        }
        Ok(0)
    }
}

/// How many calls a baseline executes for a container with default capabilities, whatever their
/// arguments and with some of them.
fn permitted(baseline: Baseline) -> (usize, usize) {
    let context = Context::new(baseline.loader(), Arch::X86_64);
    let resolved = baseline.resolve(&context);
    let entries = resolved.filters.first().map_or(&[][..], |filter| &filter.entries);
    let executed = |action: ringfence_seccomp::Action| action.effect() == Effect::Executed;
    let mut counts = (0, 0);
    for (_, decision) in entries {
        match decision {
            Decision::Always { action, .. } => counts.0 += usize::from(executed(*action)),
            Decision::If(cases) => {
                counts.1 += usize::from(cases.iter().any(|case| executed(case.action)));
            }
        }
    }
    counts
}

fn version(Version(major, minor, patch): Version) -> String {
    format!("{major}.{minor}.{patch}")
}

/// The table knows no libseccomp before 2.5.0.
fn since(call: Syscall) -> String {
    match call.since() {
        Version(2, 5, 0) => "≤2.5.0".to_owned(),
        later => version(later),
    }
}
