//! Every danger of the table, granted in each of the ways there are.

use ringfence_rbac::{
    DANGERS, Danger, Finding, Role, Scope, Severity, dangers, findings, from_json,
};
use serde_json::json;

fn rule(group: &str, resource: &str, verb: &str, names: &[&str]) -> String {
    json!({"apiGroups": [group], "resources": [resource], "verbs": [verb], "resourceNames": names})
        .to_string()
}

fn found(kind: &str, rule: &str) -> Vec<Finding> {
    let text = format!(r#"{{"kind":{kind:?},"rules":[{rule}]}}"#);
    let role: Role<'_> = from_json(&text).expect("a role");
    let found = findings(&role);
    // What is found and what is granted is the same, in both scopes.
    let all = dangers(&role, role.scope());
    for danger in &DANGERS {
        let is_found = found.iter().any(|finding| finding.is_about(danger.id));
        assert_eq!(is_found, all.contains(danger.id), "{} of {text}", danger.id);
    }
    found
}

/// Each single permission of the danger: verb, group, resource.
fn permissions(danger: &Danger) -> Vec<(&'static str, &'static str, String)> {
    let mut all = Vec::new();
    for grant in danger.grants {
        for resource in grant.resources {
            let whole = if resource.ends_with('/') {
                format!("{resource}scopes")
            } else {
                (*resource).to_owned()
            };
            all.extend(grant.verbs.iter().map(|verb| (*verb, grant.group, whole.clone())));
        }
    }
    all
}

fn own(found: &[Finding], danger: &Danger) -> Option<Finding> {
    found.iter().find(|finding| finding.id == danger.id).cloned()
}

#[test]
fn exact() {
    for danger in &DANGERS {
        for (verb, group, resource) in permissions(danger) {
            let found = found("ClusterRole", &rule(group, &resource, verb, &[]));
            let finding = own(&found, danger).unwrap_or_else(|| panic!("{} by {verb}", danger.id));
            assert!(!finding.bounded && finding.implies.is_empty());
            assert_eq!(finding.severity, danger.severity(Scope::Cluster));
            assert!(finding.what.starts_with(verb), "{}", finding.what);
            assert!(
                matches!(&*finding.path, "rules[0].resources[0]" | "rules[0].verbs[0]"),
                "{}",
                finding.path
            );
            assert_eq!(found.len(), 1, "{found:?}");
        }
    }
}

#[test]
fn almost() {
    for danger in &DANGERS {
        for (verb, group, resource) in permissions(danger) {
            for other in [
                rule("other.example.com", &resource, verb, &[]),
                rule(group, &format!("{resource}x"), verb, &[]),
                rule(group, &format!("x{resource}"), verb, &[]),
                rule(group, &resource, &format!("{verb}x"), &[]),
            ] {
                let is_subresource_of_any = resource.starts_with("userextras/");
                let found = found("ClusterRole", &other);
                assert!(
                    own(&found, danger).is_none() || is_subresource_of_any,
                    "{} by {other}",
                    danger.id
                );
            }
        }
    }
}

#[test]
fn by_wildcards() {
    for danger in &DANGERS {
        for (verb, group, resource) in permissions(danger) {
            for (wildcard, named) in [
                (rule(group, &resource, "*", &[]), true),
                (rule("*", &resource, verb, &[]), true),
                (rule(group, "*", verb, &[]), false),
                (rule("*", "*", "*", &[]), false),
            ] {
                let found = found("ClusterRole", &wildcard);
                assert_eq!(own(&found, danger).is_some(), named, "{} by {wildcard}", danger.id);
                let implying = found.iter().filter(|finding| finding.implies.contains(danger.id));
                assert_eq!(implying.count(), usize::from(!named), "{} by {wildcard}", danger.id);
            }
            if let Some((_, subresource)) = resource.split_once('/') {
                let resource = format!("*/{subresource}");
                let found = found("ClusterRole", &rule(group, &resource, verb, &[]));
                let finding = own(&found, danger).expect(danger.id);
                assert_eq!(finding.what, format!("{verb} {resource}"));
                assert!(found.iter().any(|finding| finding.id == "wildcard-subresource"));
            }
        }
    }
}

#[test]
fn with_names() {
    for danger in &DANGERS {
        for (verb, group, resource) in permissions(danger) {
            let found = found("ClusterRole", &rule(group, &resource, verb, &["a", "b"]));
            match own(&found, danger) {
                Some(finding) => {
                    assert!(finding.bounded && finding.what.ends_with(" named a, b"));
                    let severity = danger.severity(Scope::Cluster);
                    // Who may escalate one role makes it what is wanted.
                    let is_no_bound = danger.id.starts_with("escalate-");
                    let is_less = finding.severity < severity || severity == Severity::Low;
                    assert!(is_less != is_no_bound, "{}", danger.id);
                    assert_ne!(verb, "deletecollection");
                }
                None => assert_eq!(verb, "deletecollection", "{}", danger.id),
            }
        }
    }
}

#[test]
fn with_an_empty_name() {
    for danger in &DANGERS {
        for (verb, group, resource) in permissions(danger) {
            let found = found("ClusterRole", &rule(group, &resource, verb, &["", "a"]));
            let finding = own(&found, danger).expect(danger.id);
            assert!(
                !finding.bounded && finding.what.ends_with(" named \"\", a"),
                "{}",
                finding.what
            );
            assert_eq!(finding.severity, danger.severity(Scope::Cluster), "{}", danger.id);
        }
    }
}

#[test]
fn in_a_namespace() {
    for danger in &DANGERS {
        for (verb, group, resource) in permissions(danger) {
            let found = found("Role", &rule(group, &resource, verb, &[]));
            let finding = own(&found, danger);
            assert_eq!(finding.is_some(), danger.reach == Scope::Namespace, "{}", danger.id);
            if let Some(finding) = finding {
                assert_eq!(finding.severity, danger.severity(Scope::Namespace));
            }
        }
    }
}

#[test]
fn paths() {
    let rule =
        |url: &str, verb: &str| json!({"nonResourceURLs": [url], "verbs": [verb]}).to_string();
    for danger in &DANGERS {
        for url in danger.urls {
            let by = |pattern: &str| own(&found("ClusterRole", &rule(pattern, "get")), danger);
            let finding = by(url).expect(danger.id);
            assert_eq!(
                (&*finding.path, &*finding.what),
                ("rules[0].nonResourceURLs[0]", &*format!("get {url}"),)
            );
            assert!(by(&format!("{url}*")).is_some() && by(&format!("{}*", &url[..3])).is_some());
            assert!(by("*").is_none() && by(&format!("{url}x")).is_none());
            let found = found("ClusterRole", &rule("*", "get"));
            assert!(found.len() == 1 && found[0].id == "wildcard-urls");
            assert!(found[0].is_about(danger.id));
        }
    }
    assert!(found("Role", &rule("*", "get")).iter().all(|finding| finding.id == "refused"));
}
