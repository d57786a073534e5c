//! `ringfence inspect`: what a Kubewarden policy is and asks for.

use super::{Global, Output, fetch, print, print_json};
use crate::inspect::metadata::{ExecutionMode, Metadata, Rule};
use crate::inspect::{Answers, Report};
use crate::output::text::clean;
use anyhow::{Context, Error, Result};
use clap::Args;
use ringfence_registry::ModuleReference;
use serde_json::{Map, Value, json};
use std::fmt::Write;

/// Show what a Kubewarden policy is and asks for: any policy, not only ringfence
///
/// Metadata, rules, imports and exports are read from the module; a waPC guest is also run, and asked
/// for its protocol and for what it says to empty settings. Exit code 2 where hosts would not take it
/// for the policy it is meant to be.
#[derive(Args, Debug)]
pub(super) struct Inspect {
    /// The module; without it the one that --module names, or that came with this command
    #[arg(value_name = "MODULE", value_parser = fetch::reference())]
    // Not `module`: to clap it would be the option of that name, which this has, too.
    policy: Option<ModuleReference>,
    /// The form of the output
    #[arg(short, long, value_enum, default_value_t)]
    output: Output,
}

/// Shown in this order; the other annotations follow by their own names.
const FACTS: &[&str] = &["author", "license", "url", "source", "ociUrl", "category", "severity"];

const PREFIX: &str = "io.kubewarden.policy.";

impl Inspect {
    pub(super) fn run(&self, global: &Global) -> Result<u8> {
        let (name, bytes) = fetch::bytes(global, self.policy.as_ref().or(global.module.as_ref()))?;
        let report = Report::of(&bytes, !global.no_cache)
            .with_context(|| format!("the module {name} cannot be inspected"))?;
        match self.output {
            Output::Human => print(&render(&name, &report))?,
            Output::Json => print_json(&describe(&name, &report))?,
        }
        report.found.error.map_or(Ok(0), |error| Err(Error::new(error).context(name)))
    }
}

/// For people. Writing to a String does not fail.
fn render(name: &str, report: &Report) -> String {
    let module = &report.module;
    let size = module.size.div_ceil(1024);
    let mut out = format!("{}: {size} KiB ({} bytes)\n", clean(name), module.size);
    let _ = writeln!(out, "sha256:{}", module.digest);
    if let Some(metadata) = &report.found.metadata {
        about(metadata, &mut out);
    }
    out.push_str("\nRuns\n");
    runs(report, &mut out);
    if let Some(metadata) = &report.found.metadata {
        let rules: Vec<String> = metadata.rules.iter().map(rule).collect();
        list("Rules", &rules, &mut out);
        list("Other annotations", &others(metadata), &mut out);
    }
    let imports: Vec<String> = module
        .imports
        .iter()
        .map(|import| format!("{} {}.{}", import.kind, import.module, import.name))
        .collect();
    list("Imports", &imports, &mut out);
    let exports: Vec<String> =
        module.exports.iter().map(|(kind, name)| format!("{kind} {name}")).collect();
    list("Exports", &exports, &mut out);
    if let Some(usage) = report.found.metadata.as_ref().and_then(usage) {
        let lines: Vec<String> = usage.trim_end().lines().map(str::to_owned).collect();
        list("Usage", &lines, &mut out);
    }
    list("Hints", &report.hints, &mut out);
    out
}

fn list(title: &str, lines: &[String], out: &mut String) {
    if lines.is_empty() {
        return;
    }
    let _ = writeln!(out, "\n{title}");
    for line in lines {
        let _ = writeln!(out, "{}", format!("  {}", clean(line)).trim_end());
    }
}

fn about(metadata: &Metadata, out: &mut String) {
    let fact =
        |key: &str| metadata.annotations.get(&[PREFIX, key].concat()).map(|text| clean(text));
    let title = fact("title").unwrap_or_else(|| "a policy without a title".to_owned());
    let version = fact("version").map(|version| format!(" {version}")).unwrap_or_default();
    let _ = writeln!(out, "\n{title}{version}");
    if let Some(description) = fact("description") {
        let _ = writeln!(out, "  {description}");
    }
    for key in FACTS {
        if let Some(text) = fact(key) {
            let _ = writeln!(out, "  {key:10} {text}");
        }
    }
}

fn runs(report: &Report, out: &mut String) {
    let mut line = |key: &str, text: &str| {
        let _ = writeln!(out, "  {key:18} {}", clean(text));
    };
    let answers = report.answers.as_ref();
    if let Some(mode) = report.found.mode {
        line("execution mode", mode.name());
    }
    match answers {
        Some(Ok(Answers { protocol: Ok(version), .. })) => line("protocol", version),
        Some(Ok(Answers { protocol: Err(error), .. }) | Err(error)) => {
            line("protocol", &format!("not known: {error}"));
        }
        None => {}
    }
    if let Some(metadata) = &report.found.metadata {
        if let Some(kind) = &metadata.policy_type {
            line("policy type", kind);
        }
        line("mutating", word(metadata.mutating));
        line("background audit", word(metadata.background_audit));
        let reads: Vec<String> = reads(metadata);
        line(
            "reads the cluster",
            if reads.is_empty() { "no".into() } else { reads.join(", ") }.as_str(),
        );
        let calls = metadata.host_capabilities.as_deref().unwrap_or_default();
        line(
            "host capabilities",
            if calls.is_empty() { "none".into() } else { calls.join(", ") }.as_str(),
        );
        if let Some(version) = &metadata.minimum_kubewarden_version {
            line("Kubewarden", &format!("{version} or newer"));
        }
    }
    match answers {
        Some(Ok(Answers { settings: Ok(answer), .. })) => match &answer.message {
            _ if answer.valid => line("settings {}", "valid"),
            Some(message) => line("settings {}", &format!("invalid: {message}")),
            None => line("settings {}", "invalid"),
        },
        Some(Ok(Answers { settings: Err(error), .. })) => {
            line("settings {}", &format!("not known: {error}"));
        }
        Some(Err(_)) | None => {}
    }
}

fn word(flag: bool) -> &'static str {
    if flag { "yes" } else { "no" }
}

fn reads(metadata: &Metadata) -> Vec<String> {
    let resources = metadata.context_aware_resources.iter();
    resources.map(|resource| format!("{} {}", resource.api_version, resource.kind)).collect()
}

fn rule(rule: &Rule) -> String {
    let group = |group: &str| match group {
        "" => String::new(),
        group => format!("{group}/"),
    };
    let groups = rule.api_groups.iter().flat_map(|of| {
        rule.api_versions.iter().map(move |version| format!("{}{version}", group(of)))
    });
    let groups: Vec<String> = groups.collect();
    let (resources, operations) = (rule.resources.join(", "), rule.operations.join(", "));
    format!("{} {resources} ({operations})", groups.join(", "))
}

fn usage(metadata: &Metadata) -> Option<&String> {
    metadata.annotations.get(&[PREFIX, "usage"].concat())
}

/// Annotations that are not shown above.
fn others(metadata: &Metadata) -> Vec<String> {
    let is_shown = |key: &str| {
        key.strip_prefix(PREFIX).is_some_and(|key| {
            FACTS.contains(&key) || ["title", "version", "description", "usage"].contains(&key)
        })
    };
    let others = metadata.annotations.iter().filter(|(key, _)| !is_shown(key));
    others.map(|(key, text)| format!("{key}: {text}")).collect()
}

/// For programs; the metadata as it stands in the module.
fn describe(name: &str, report: &Report) -> Value {
    let module = &report.module;
    let imports: Vec<Value> = module
        .imports
        .iter()
        .map(|import| json!({"kind": import.kind, "module": import.module, "name": import.name}))
        .collect();
    let exports: Vec<Value> =
        module.exports.iter().map(|(kind, name)| json!({"kind": kind, "name": name})).collect();
    json!({
        "file": name,
        "size": module.size,
        "digest": format!("sha256:{}", module.digest),
        "metadata": report.found.json,
        "executionMode": report.found.mode.map(ExecutionMode::name),
        "answers": report.answers.as_ref().map(answers),
        "imports": imports,
        "exports": exports,
        "hints": report.hints,
        "error": report.found.error.as_ref().map(ToString::to_string),
    })
}

fn answers(answers: &std::result::Result<Answers, ringfence_host::Error>) -> Value {
    let mut out = Map::new();
    match answers {
        Err(error) => {
            out.insert("error".to_owned(), error.to_string().into());
        }
        Ok(Answers { protocol, settings }) => {
            let protocol = protocol.as_ref();
            out.insert("protocolVersion".to_owned(), protocol.ok().map(String::as_str).into());
            let settings = match settings {
                Ok(answer) => json!({"valid": answer.valid, "message": answer.message}),
                Err(error) => json!({"error": error.to_string()}),
            };
            out.insert("emptySettings".to_owned(), settings);
        }
    }
    out.into()
}
