//! A disagreement as a case file, ready for `cases/` and `ringfence test`.

use std::fmt::Write;

use serde_json::{Value, json};

/// One pod, and the checks that Pod Security Admission says it fails.
#[derive(Debug)]
pub struct Case<'a> {
    /// `baseline` or `restricted`.
    pub profile: &'a str,
    /// Minor version of the policy.
    pub minor: u8,
    /// `metadata` and `spec` of the pod.
    pub pod: &'a Value,
    /// The ids of the failing checks, empty for a pod that passes.
    pub failing: &'a [String],
}

impl Case<'_> {
    /// The case as a YAML document, values in JSON notation, which YAML includes.
    pub fn to_yaml(&self) -> String {
        let settings = json!({"profile": self.profile, "version": format!("v1.{}", self.minor)});
        let mut object = json!({"apiVersion": "v1", "kind": "Pod"});
        for part in ["metadata", "spec"] {
            if let Some(value) = self.pod.get(part) {
                object[part] = value.clone();
            }
        }
        let expect = if self.failing.is_empty() {
            json!("pass")
        } else {
            let checks: Vec<_> = self.failing.iter().map(|id| json!({"check": id})).collect();
            json!({"deny": checks})
        };
        let mut yaml = String::from("rule: podSecurity\ncases:\n");
        // Writing to a String cannot fail.
        let _ =
            writeln!(yaml, "- name: as Pod Security Admission, {} v1.{}", self.profile, self.minor);
        let _ = writeln!(yaml, "  settings: {settings}");
        let _ = writeln!(yaml, "  object: {}", format!("{object:#}").replace('\n', "\n    "));
        let _ = writeln!(yaml, "  expect: {expect}");
        yaml
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_names_settings_object_and_checks() {
        let pod = json!({"spec": {"hostPID": true}});
        let failing = ["hostNamespaces".to_owned()];
        let case = Case { profile: "baseline", minor: 7, pod: &pod, failing: &failing };
        let yaml = case.to_yaml();
        assert!(yaml.starts_with(
            "rule: podSecurity\ncases:\n- name: as Pod Security Admission, baseline v1.7\n"
        ));
        assert!(yaml.contains("  settings: {\"profile\":\"baseline\",\"version\":\"v1.7\"}\n"));
        assert!(yaml.contains("      \"hostPID\": true\n"));
        assert!(yaml.ends_with("  expect: {\"deny\":[{\"check\":\"hostNamespaces\"}]}\n"));
    }
}
