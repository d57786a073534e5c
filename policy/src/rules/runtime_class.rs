//! # runtimeClass
//!
//! A runtime class chooses what runs a pod's containers. With the node's default, they share its
//! kernel; a sandbox (gVisor, Kata Containers) puts a kernel of its own between them. A pod that
//! names no class gets the node's default, which is no class and has no name.
//!
//! ## Allowed values
//!
//! `spec.runtimeClassName`: a class that `allow` has and `forbid` has not; unset only where
//! `required` is off. Without parameters any class does, and one has to be named. A class that is
//! named is never taken for the default, nor the default for a class.
//!
//! ## How to fix
//!
//! Name a class that is allowed. `mutate` fills in `default` where none is named, except in pods
//! that no sandbox can run as they are: privileged ones, those in namespaces of the node and Windows
//! pods. A class that is named is never changed.
//!
//! Source: Kubernetes documentation, "Runtime Class"; KEP-585.

use crate::pattern::Pattern;
use crate::pod::Pod;
use crate::report::{Report, UNSET};
use crate::rule::{Check, CheckFn, Family, Revision, Rule};
use crate::settings::{Decoder, Path, settings, shown};
use crate::version::Version;

pub(super) static RULE: Rule = Rule {
    id: "runtimeClass",
    title: "runtime classes",
    family: Family::Isolation,
    fields: &["spec.runtimeClassName"],
    fills: &["spec.runtimeClassName"],
    hardened: None,
    checks: &[Check {
        id: "runtimeClass",
        level: None,
        overrides: &[],
        revisions: &[Revision {
            since: Version::v1(0),
            summary: "the pod names a runtime class that is allowed",
            check: CheckFn::Pod(check),
        }],
    }],
};

settings! {
    /// What settings may say of the rule.
    #[derive(Default)]
    pub struct Parameters checked by is_consistent {
        /// Classes that may be named. An empty list: none.
        allow: Option<Vec<Pattern>> = "allow",
        /// Classes that may not be named; it wins over `allow`.
        forbid: Vec<Pattern> = "forbid",
        /// Whether a class must be named.
        required: bool = "required",
        /// The class that `mutate` fills in where none is named. It goes with `required`.
        default: Option<String> = "default",
    }
}

impl Parameters {
    fn allows(&self, class: &str) -> bool {
        let matches = |pattern: &Pattern| pattern.matches(class);
        !self.forbid.iter().any(matches)
            && self.allow.as_ref().is_none_or(|allow| allow.iter().any(matches))
    }

    /// The classes that may be named, for people.
    fn allowed(&self) -> String {
        let forbidden = names(&self.forbid);
        let (allowed, but) = match self.allow.as_deref() {
            None => ("any class".to_owned(), " but "),
            Some([]) => ("none".to_owned(), ""),
            Some(allow) => (names(allow), ", but not "),
        };
        if forbidden.is_empty() || but.is_empty() {
            return allowed;
        }
        [&allowed, but, &forbidden].concat()
    }
}

fn names(patterns: &[Pattern]) -> String {
    patterns.iter().map(Pattern::as_str).collect::<Vec<_>>().join(", ")
}

fn is_consistent(parameters: &Parameters, decoder: &mut Decoder, path: &Path<'_>) {
    if parameters.required && parameters.allow.as_ref().is_some_and(Vec::is_empty) {
        let message = "a class is required and none is allowed; name one, or remove the key";
        decoder.error(&path.key("allow"), message.to_owned());
    }
    let Some(default) = &parameters.default else {
        return;
    };
    let path = path.key("default");
    if !is_class_name(default) {
        let message = "is not the name of a class: lower case letters, digits, `-` and `.`";
        decoder.error(&path, format!("`{}` {message}", shown(default)));
    } else if !parameters.allows(default) {
        let message = "may not be named itself; allow it, or choose another class";
        decoder.error(&path, format!("`{default}` {message}"));
    } else if !parameters.required {
        let message = "it is filled in only where a class is missing; add `required: true`";
        decoder.error(&path, message.to_owned());
    }
}

/// Whether it is a DNS subdomain, as names of classes are.
fn is_class_name(text: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let is_label = |label: &str| {
        label.bytes().all(|byte| is_letter(byte) || byte == b'-')
            && label.bytes().next().is_some_and(is_letter)
            && label.bytes().next_back().is_some_and(is_letter)
    };
    text.len() <= 253 && text.split('.').all(is_label)
}

fn check<'p>(pod: Pod<'p, '_>, report: &mut Report<'p>) {
    let parameters = report.parameters().runtime_class.as_deref();
    // An empty name is none to the kubelet.
    match (pod.runtime_class_name().filter(|class| !class.is_empty()), parameters) {
        (Some(class), Some(parameters)) if !parameters.allows(class) => {
            let hint = hint(class, parameters);
            report.violation(pod.at("runtimeClassName"), class, parameters.allowed(), hint);
        }
        (None, None) => missing(pod, "any class".to_owned(), None, report),
        (None, Some(parameters)) if parameters.required => {
            missing(pod, parameters.allowed(), parameters.default.as_deref(), report);
        }
        _ => {}
    }
}

fn hint(class: &str, parameters: &Parameters) -> String {
    let mut allow = parameters.allow.iter().flatten();
    let near = |pattern: &&Pattern| pattern.as_str().eq_ignore_ascii_case(class);
    match allow.find(near) {
        Some(near) if near.as_str() != class => {
            ["write ", near.as_str(), ": names are compared exactly"].concat()
        }
        _ if parameters.required => "name another class".to_owned(),
        _ => "name another class, or none".to_owned(),
    }
}

fn missing<'p>(pod: Pod<'p, '_>, allowed: String, default: Option<&str>, report: &mut Report<'p>) {
    let hint = if default.is_some() && needs_the_node(pod) {
        "name a class; the default one is not filled in: the pod uses what a sandbox does not have"
    } else {
        "name a class"
    };
    report.violation(pod.at("runtimeClassName"), UNSET, allowed, hint);
    if let Some(default) = default
        && report.is_filling()
        && pod.runtime_class_name().is_none()
        && !needs_the_node(pod)
    {
        report.fill(pod.at("runtimeClassName").path, ["\"", default, "\""].concat());
    }
}

/// Whether the pod asks for what only the node's own runtime has.
fn needs_the_node(pod: Pod<'_, '_>) -> bool {
    pod.is_windows()
        || pod.host_network()
        || pod.host_pid()
        || pod.host_ipc()
        || pod.containers().any(|container| container.security_context().privileged == Some(true))
}

#[cfg(test)]
mod tests {
    use crate::settings::Settings;

    fn errors(rule: &str) -> Vec<String> {
        let text = [r#"{"rules":{"runtimeClass":"#, rule, "}}"].concat();
        let errors = Settings::decode(&text).expect_err("settings with a mistake");
        errors.into_iter().map(|error| format!("{}: {}", error.path, error.message)).collect()
    }

    #[test]
    fn a_default_must_be_one_that_may_be_named_and_is_missed() {
        let path = "rules.runtimeClass.default";
        for (rule, message) in [
            (
                r#"{"required":true,"default":"Kata Containers"}"#,
                "`Kata Containers` is not the name of a class: lower case letters, digits, `-` \
                 and `.`",
            ),
            (
                r#"{"required":true,"allow":["kata-*"],"default":"gvisor"}"#,
                "`gvisor` may not be named itself; allow it, or choose another class",
            ),
            (
                r#"{"required":true,"forbid":["gvi*"],"default":"gvisor"}"#,
                "`gvisor` may not be named itself; allow it, or choose another class",
            ),
            (
                r#"{"default":"gvisor"}"#,
                "it is filled in only where a class is missing; add `required: true`",
            ),
        ] {
            assert_eq!(errors(rule), [format!("{path}: {message}")]);
        }
    }

    #[test]
    fn a_class_cannot_be_required_where_none_is_allowed() {
        assert_eq!(
            errors(r#"{"required":true,"allow":[]}"#),
            ["rules.runtimeClass.allow: a class is required and none is allowed; name one, or \
              remove the key"]
        );
    }

    #[test]
    fn names_of_classes_are_dns_subdomains() {
        for name in ["a", "kata-qemu", "example.com", "9", &"a".repeat(253)] {
            assert!(super::is_class_name(name), "{name}");
        }
        for name in ["", "-a", "a-", "a..b", ".a", "A", "a_b", "a\"b", &"a".repeat(254)] {
            assert!(!super::is_class_name(name), "{name}");
        }
    }
}
