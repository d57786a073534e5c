//! What holds of all rules.

use proptest::prelude::*;
use ringfence_rbac::{
    Binding, DANGERS, Danger, DangerSet, Finding, IDS, Request, Role, Scope, allows,
    binding_findings, covers, dangers, findings, from_json,
};
use serde_json::{Value, json};

use crate::draw::{self, Asked};

pub(crate) fn request(asked: Asked) -> Request<'static> {
    match asked {
        Asked::Resource([verb, group, resource, subresource, name]) => {
            Request::Resource { verb, group, resource, subresource, name }
        }
        Asked::Path(verb, path) => Request::NonResource { verb, path },
    }
}

fn read(text: &str) -> Role<'_> {
    from_json(text).expect("a role")
}

/// The dangers that are found, by themselves or with a wildcard. What labels add is not drawn.
fn about(found: &[Finding]) -> DangerSet {
    let all = dangers(&read(EVERYTHING), Scope::Cluster);
    let unknown = all.iter().filter(|danger| !found.iter().any(|of| of.is_about(danger.id)));
    unknown.fold(all, |set, danger| {
        let text = grant(danger.id);
        set.without(dangers(&read(&text), Scope::Cluster))
    })
}

const EVERYTHING: &str = r#"{"kind":"ClusterRole","rules":[
    {"apiGroups":["*"],"resources":["*"],"verbs":["*"]},{"nonResourceURLs":["*"],"verbs":["*"]}]}"#;

/// A role that grants this danger and no other.
fn grant(id: &str) -> String {
    let danger = Danger::from_id(id).expect("a danger");
    let rules = match danger.grants.first() {
        Some(grant) => json!([{"apiGroups": [grant.group], "resources": [grant.resources[0]],
            "verbs": [grant.verbs[0]]}]),
        None => json!([{"nonResourceURLs": [danger.urls[0]], "verbs": ["get"]}]),
    };
    json!({"kind": "ClusterRole", "rules": rules}).to_string()
}

/// One of the rule's lists, with `*` for what is in it.
fn widened(rule: &Value, list: usize) -> Value {
    let mut wider = rule.clone();
    match list {
        0 => wider["resourceNames"] = json!([]),
        at => {
            let key = ["apiGroups", "resources", "verbs", "nonResourceURLs"][at - 1];
            if !wider[key].as_array().is_none_or(Vec::is_empty) {
                wider[key] = json!(["*"]);
            }
        }
    }
    wider
}

/// The requests that a danger is about, with the names that are drawn.
fn requests_of(danger: &Danger) -> Vec<Request<'static>> {
    let mut all = Vec::new();
    for grant in danger.grants {
        for whole in grant.resources {
            let (resource, subresource) = whole.split_once('/').unwrap_or((whole, ""));
            // Any subresource: those that rules are drawn with.
            let any: &[&str] = &["scopes", "exec", "*", "new"];
            let subresources = if whole.ends_with('/') { any } else { &[subresource] };
            for (verb, subresource) in
                grant.verbs.iter().flat_map(|verb| subresources.iter().map(move |of| (verb, of)))
            {
                let names =
                    if *verb == "deletecollection" { &[""][..] } else { &["", "a", "b", "*"] };
                all.extend(names.iter().map(|name| {
                    let group = grant.group;
                    Request::Resource { verb, group, resource, subresource, name }
                }));
            }
        }
    }
    for path in danger.urls {
        all.extend(draw::VERBS.map(|verb| Request::NonResource { verb, path }));
    }
    all
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 400, failure_persistence: None, ..ProptestConfig::default()
    })]

    /// To be covered is to have nothing that is not allowed, in a universe that holds something new
    /// for each wildcard.
    #[test]
    fn covering_is_allowing_all(owner in draw::rules(draw::rule()), rule in draw::rule()) {
        let (owner, rule) = (draw::role("ClusterRole", &owner), draw::role("ClusterRole", &[rule]));
        let (owner, rule) = (read(&owner), read(&rule));
        let allows_all = draw::requests().into_iter().map(request).all(|request| {
            !allows(&rule, request) || allows(&owner, request)
        });
        prop_assert_eq!(covers(&owner.rules, &rule.rules[0]), allows_all);
    }

    #[test]
    fn covering_odd_rules_is_never_too_much(
        owner in draw::rules(draw::odd_rule()), rule in draw::odd_rule(),
    ) {
        let (owner, rule) = (draw::role("ClusterRole", &owner), draw::role("ClusterRole", &[rule]));
        let (owner, rule) = (read(&owner), read(&rule));
        if covers(&owner.rules, &rule.rules[0]) {
            for request in draw::requests().into_iter().map(request) {
                prop_assert!(!allows(&rule, request) || allows(&owner, request), "{request:?}");
            }
        }
    }

    /// Findings say all dangers, and nothing but these; more rules and wider ones only add to them.
    #[test]
    fn findings_grow_with_rules(
        rules in draw::rules(draw::odd_rule()), more in draw::odd_rule(), list in 0..5usize,
        kind in prop::sample::select(vec!["Role", "ClusterRole"]),
    ) {
        let text = draw::role(kind, &rules);
        let role = read(&text);
        let found = findings(&role);
        let before = dangers(&role, Scope::Cluster);
        prop_assert_eq!(about(&found), before);
        for finding in &found {
            prop_assert!(IDS.contains(&finding.id));
        }
        let mut wider = rules.clone();
        wider.push(more);
        let text = draw::role(kind, &wider);
        prop_assert!(dangers(&read(&text), Scope::Cluster).is_superset(before));
        prop_assert!(about(&findings(&read(&text))).is_superset(before));
        for at in 0..rules.len() {
            let mut wider = rules.clone();
            wider[at] = widened(&rules[at], list);
            let text = draw::role(kind, &wider);
            let after = dangers(&read(&text), Scope::Cluster);
            prop_assert!(after.is_superset(before), "{text}");
            prop_assert_eq!(about(&findings(&read(&text))), after);
        }
    }

    /// A danger is found if the authorizer allows one of its requests, by some name or by none.
    #[test]
    fn dangers_are_what_is_allowed(rules in draw::rules(draw::odd_rule())) {
        let text = draw::role("ClusterRole", &rules);
        let role = read(&text);
        let set = dangers(&role, Scope::Cluster);
        for danger in &DANGERS {
            let allowed = requests_of(danger).into_iter().any(|request| allows(&role, request));
            prop_assert_eq!(set.contains(danger.id), allowed, "{} {}", danger.id, text);
        }
    }

    /// A RoleBinding gives no more than a ClusterRoleBinding, and both what the role has.
    #[test]
    fn bindings_give_what_roles_have(rules in draw::rules(draw::rule())) {
        let text = draw::role("ClusterRole", &rules);
        let role = read(&text);
        for (kind, scope) in
            [("RoleBinding", Scope::Namespace), ("ClusterRoleBinding", Scope::Cluster)]
        {
            let binding = json!({"kind": kind, "roleRef": {"kind": "ClusterRole", "name": "r"}});
            let binding = binding.to_string();
            let binding: Binding<'_> = from_json(&binding).expect("a binding");
            let found = binding_findings(&binding, Some(&role));
            prop_assert_eq!(about(&found), dangers(&role, scope));
            prop_assert!(found.iter().all(|finding| finding.path == "roleRef"));
        }
        prop_assert!(dangers(&role, Scope::Cluster).is_superset(dangers(&role, Scope::Namespace)));
    }

    /// Whatever the JSON, nothing panics.
    #[test]
    fn any_binding(binding in draw::binding()) {
        let text = binding.to_string();
        let binding: Binding<'_> = from_json(&text).expect("a binding");
        for finding in binding_findings(&binding, None) {
            prop_assert!(finding.path.starts_with("roleRef") || finding.path.starts_with("subjects["));
            prop_assert!(!finding.sentence().is_empty());
        }
    }
}
