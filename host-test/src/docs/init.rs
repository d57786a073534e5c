//! A settings file to begin with.

use super::cell;
use ringfence_policy::{Field, Settings};
use std::fmt::Write;

/// The keys that are written out, with what they are where nobody says otherwise.
const DEFAULTS: &[(&str, &str)] = &[
    ("version", "latest"),
    ("action", "deny"),
    ("mutate", "false"),
    ("workloads", "deny"),
    ("updates", "significant"),
    ("missingData", "deny"),
];

/// The keys that are shown by an example, which asks nothing until it is uncommented.
const EXAMPLES: &[(&str, &str)] = &[
    (
        "podTemplates",
        "podTemplates:
- group: batch.volcano.sh
  kind: Job
  paths: [\"spec.tasks[*].template\"]
",
    ),
    (
        "rules",
        "rules:
  hostPorts: warn
  readOnlyRootFilesystem: audit
  capabilities:
    allowAdd: [NET_BIND_SERVICE]
    forbid: [SYS_ADMIN]
  runAsUser:
    ranges: [{min: 1000, max: 65535}]
",
    ),
    (
        "exemptions",
        "exemptions:
- id: istio-init
  reason: traffic redirection needs them (SEC-1234)
  expires: 2027-03-31
  rules: [capabilities]
  values: [NET_ADMIN, NET_RAW]
  match:
    namespaces: [shop-*]
    containers: [istio-init]
    images: [docker.io/istio/proxyv2]
",
    ),
];

const INTRODUCTION: &str = "\
# Settings of the ringfence policy. Every key may be left out. What is commented out without a space
# after the mark is an example: remove the marks to use it.
#
# `ringfence settings check FILE` names every mistake. `ringfence settings schema` prints the schema
# with which editors complete this file:
# yaml-language-server: $schema=settings.schema.json
";

/// What a key is where nobody says otherwise; none where its absence says it best.
pub fn default_of(key: &str) -> Option<&'static str> {
    let default = DEFAULTS.iter().find(|(known, _)| *known == key);
    default.map(|(_, value)| *value).or((key == "profile").then_some("restricted"))
}

/// The file, for a profile.
pub fn document(profile: &str) -> String {
    let mut out = INTRODUCTION.to_owned();
    for field in Settings::fields() {
        out.push('\n');
        comment(field, &mut out);
        let example = EXAMPLES.iter().find(|(key, _)| *key == field.key);
        let default = DEFAULTS.iter().find(|(key, _)| *key == field.key);
        match (example, default) {
            (Some((_, example)), _) => {
                out.extend(example.lines().map(|line| format!("#{line}\n")));
            }
            (None, Some((key, value))) => {
                // Writing to a String does not fail.
                let _ = writeln!(out, "{key}: {value}");
            }
            (None, None) => {
                let _ = writeln!(out, "{}: {profile}", field.key);
            }
        }
    }
    out
}

/// What a key means, in lines that fit a screen.
fn comment(field: &Field, out: &mut String) {
    const WIDTH: usize = 98;
    let mut line = String::from("#");
    for word in cell(field.doc).split(' ') {
        if line.len() + 1 + word.len() > WIDTH {
            out.push_str(&line);
            out.push('\n');
            line.truncate(1);
        }
        line.push(' ');
        line.push_str(word);
    }
    out.push_str(&line);
    out.push('\n');
}
