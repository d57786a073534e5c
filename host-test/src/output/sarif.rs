//! Findings as SARIF 2.1.0, which code hosts show beside the lines.
//!
//! Source: OASIS, Static Analysis Results Interchange Format (SARIF) Version 2.1.0, sections 3.14
//! (run), 3.20 (invocation), 3.27 (result), 3.29 (physicalLocation), 3.30 (region), 3.35
//! (suppression), 3.49 (reportingDescriptor), 3.58 (notification).

use super::report::{Entry, Report, What, documentation, sentence, title};
use crate::answer::Violation;
use crate::judge::Judged;
use crate::manifest::STDIN;
use crate::yaml::Place;
use ringfence_policy::{RULES, Rule};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::HashMap;

/// The schema of the log.
pub const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// What a result is called by that names no rule.
const DENIED: &str = "denied";

/// The report as a log of one run. What could not be judged or read is told of the run itself.
pub fn render(report: &Report<'_>) -> Value {
    let mut rules = Rules::new();
    let mut seen = HashMap::new();
    let results: Vec<Value> =
        report.entries().filter_map(|entry| result(&entry, &mut rules, &mut seen)).collect();
    let not_judged = report.entries().filter_map(|entry| match entry.what {
        What::NotJudged(message) => {
            let text = format!("{} is not judged: {message}", title(entry.judged));
            let resource = &entry.judged.resource;
            Some(notification("error", &text, &resource.file, Some(resource.line)))
        }
        What::Unlisted(more) => {
            let text = format!("{}: and {more} violations more", title(entry.judged));
            let resource = &entry.judged.resource;
            Some(notification("warning", &text, &resource.file, Some(resource.line)))
        }
        _ => None,
    });
    let unread = report.unread.iter();
    let unread = unread.map(|it| notification("error", &it.what, &it.file, it.line));
    let notifications: Vec<Value> = not_judged.chain(unread).collect();
    let summary = report.summary();
    json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "ringfence",
                "version": env!("CARGO_PKG_VERSION"),
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "informationUri": env!("CARGO_PKG_REPOSITORY"),
                "rules": rules.list,
            }},
            "invocations": [{
                "executionSuccessful": summary.unread + summary.not_judged == 0,
                "toolExecutionNotifications": notifications,
            }],
            "columnKind": "unicodeCodePoints",
            "results": results,
            "properties": {"summary": summary, "ignoredRules": report.ignored},
        }],
    })
}

/// The rules of the run: all of this policy, and others by their names alone.
struct Rules {
    list: Vec<Value>,
    places: HashMap<String, usize>,
}

impl Rules {
    fn new() -> Self {
        let places = RULES.iter().enumerate().map(|(place, rule)| (rule.id.to_owned(), place));
        Self { list: RULES.iter().map(|rule| describe(rule)).collect(), places: places.collect() }
    }

    fn place(&mut self, id: &str) -> usize {
        if let Some(place) = self.places.get(id) {
            return *place;
        }
        let text = if id == DENIED { "The policy denies, and names no rule." } else { id };
        self.list.push(json!({"id": id, "shortDescription": {"text": text}}));
        self.places.insert(id.to_owned(), self.list.len() - 1);
        self.list.len() - 1
    }
}

/// What is known of a rule.
fn describe(rule: &Rule) -> Value {
    let documentation_text = rule.documentation();
    let mut paragraphs = documentation_text.split("\n\n").skip(1);
    let why = paragraphs.next().unwrap_or(rule.id).split_whitespace().collect::<Vec<_>>().join(" ");
    let first = why.find(". ").map_or(why.as_str(), |end| &why[..=end]);
    let checks: Vec<&str> = rule.checks.iter().map(|check| check.id).collect();
    json!({
        "id": rule.id,
        "name": rule.id,
        "shortDescription": {"text": first},
        "fullDescription": {"text": why},
        "help": {"text": documentation_text, "markdown": documentation_text},
        "helpUri": documentation(rule.id),
        "defaultConfiguration": {"level": "error"},
        "properties": {"tags": ["security", "kubernetes"], "checks": checks},
    })
}

fn result(
    entry: &Entry<'_>,
    rules: &mut Rules,
    seen: &mut HashMap<String, usize>,
) -> Option<Value> {
    let judged = entry.judged;
    let (found, place, waived) = match entry.what {
        What::Found(found, place) => (found, place, None),
        What::Waived(waived, place) => (&waived.violation, place, Some(waived)),
        What::Denied(message) => {
            let line = judged.resource.line;
            return Some(json!({
                "ruleId": DENIED,
                "ruleIndex": rules.place(DENIED),
                "level": "error",
                "message": {"text": format!("{}: {message}", title(judged))},
                "locations": [location(judged, "", &json!({"startLine": line}))],
                "partialFingerprints": fingerprint(judged, DENIED, "", seen),
            }));
        }
        What::Unlisted(_) | What::NotJudged(_) => return None,
    };
    let mut result = json!({
        "ruleId": found.rule,
        "ruleIndex": rules.place(&found.rule),
        "level": level(&found.action),
        "message": {"text": format!("{}: {}", title(judged), sentence(found))},
        "locations": [location(judged, &found.path, &region(&place))],
        "partialFingerprints": fingerprint(judged, &found.check, &found.path, seen),
        "properties": properties(found),
    });
    if let Some(waived) = waived {
        let until = waived.expires.as_ref().map(|day| format!(", until {day}"));
        let reason =
            format!("{}: {}{}", waived.exemption, waived.reason, until.unwrap_or_default());
        result["suppressions"] = json!([{"kind": "external", "justification": reason}]);
    }
    Some(result)
}

fn level(action: &str) -> &'static str {
    match action {
        "warn" => "warning",
        "audit" => "note",
        _ => "error",
    }
}

fn properties(found: &Violation) -> Value {
    json!({
        "check": found.check,
        "action": found.action,
        "path": found.path,
        "found": found.found,
        "allowed": found.allowed,
        "hint": found.hint,
        "container": found.container,
    })
}

fn location(judged: &Judged, path: &str, region: &Value) -> Value {
    let title = title(judged);
    let name = if path.is_empty() { title } else { format!("{title}/{path}") };
    json!({
        "physicalLocation": {
            "artifactLocation": {"uri": uri(&judged.resource.file)},
            "region": region,
        },
        "logicalLocations": [{"fullyQualifiedName": name}],
    })
}

fn region(place: &Place) -> Value {
    let Place { from, to, .. } = place;
    let mut region = json!({"startLine": from.line, "startColumn": from.column});
    // The end is the column behind the last character.
    if to > from {
        region["endLine"] = to.line.into();
        region["endColumn"] = to.column.into();
    }
    region
}

/// The same for the same finding while lines come and go around it.
fn fingerprint(
    judged: &Judged,
    check: &str,
    path: &str,
    seen: &mut HashMap<String, usize>,
) -> Value {
    let resource = &judged.resource;
    let parts = [&*resource.file, &resource.api_version, &title(judged), check, path].join("\n");
    // Two of the same name in a file are told apart by their order.
    let count = seen.entry(parts.clone()).or_default();
    *count += 1;
    let digest = Sha256::digest(format!("{parts}\n{count}"));
    let hex: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    json!({"ringfenceFinding/v1": hex})
}

fn notification(level: &str, text: &str, file: &str, line: Option<usize>) -> Value {
    let mut physical = json!({"artifactLocation": {"uri": uri(file)}});
    if let Some(line) = line {
        physical["region"] = json!({"startLine": line});
    }
    json!({
        "level": level,
        "message": {"text": text},
        "locations": [{"physicalLocation": physical}],
    })
}

/// A path as a reference of RFC 3986: relative ones stay so.
pub(crate) fn uri(file: &str) -> String {
    if file == STDIN {
        return "stdin".to_owned();
    }
    let file = file.strip_prefix("./").unwrap_or(file);
    let mut uri = String::from(if file.starts_with('/') { "file://" } else { "" });
    for byte in file.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            uri.push_str(&format!("%{byte:02X}"));
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::uri;

    #[test]
    fn paths_become_references() {
        assert_eq!(uri("./a b/ü.json"), "a%20b/%C3%BC.json");
        assert_eq!(uri("/srv/x.json"), "file:///srv/x.json");
        assert_eq!(uri("a:b"), "a%3Ab");
    }
}
