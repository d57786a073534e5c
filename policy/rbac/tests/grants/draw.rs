//! A small universe of rules and requests: what means something somewhere, beside one of each kind
//! that no rule names.

use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::{Value, json};

pub(crate) const VERBS: [&str; 8] =
    ["get", "create", "deletecollection", "escalate", "patch", "*", "g*", "impersonate"];
pub(crate) const GROUPS: [&str; 6] =
    ["", "apps", "rbac.authorization.k8s.io", "authentication.k8s.io", "*", "*.k8s.io"];
pub(crate) const RESOURCES: [&str; 16] = [
    "pods",
    "pods/exec",
    "pods/*",
    "*/exec",
    "*/*",
    "*",
    "secrets",
    "nodes/proxy",
    "deployments",
    "roles",
    "roles/exec",
    "clusterroles",
    "userextras/scopes",
    "exec",
    "pods/",
    "a/b/c",
];
pub(crate) const NAMES: [&str; 3] = ["a", "b", "*"];
pub(crate) const URLS: [&str; 7] = ["*", "/a", "/a/*", "/a*", "/a/b", "/*/b", "/debug/pprof/"];

/// A request, or a path.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Asked {
    Resource([&'static str; 5]),
    Path(&'static str, &'static str),
}

/// All requests of the universe, those included that are about what no rule names.
pub(crate) fn requests() -> Vec<Asked> {
    let resources = [
        ("pods", ""),
        ("pods", "exec"),
        ("pods", "*"),
        ("pods", "new"),
        ("secrets", ""),
        ("nodes", "proxy"),
        ("deployments", ""),
        ("roles", ""),
        ("roles", "exec"),
        ("clusterroles", ""),
        ("userextras", "scopes"),
        ("exec", ""),
        ("new", ""),
        ("new", "exec"),
        ("new", "new"),
        ("new", "*"),
        ("a", "b/c"),
        ("new", "b/c"),
        ("pods/", ""),
    ];
    let groups =
        ["", "apps", "rbac.authorization.k8s.io", "authentication.k8s.io", "*.k8s.io", "new"];
    let mut all = Vec::new();
    let verbs =
        ["get", "create", "deletecollection", "escalate", "patch", "impersonate", "new", "g*"];
    for verb in verbs {
        for group in groups {
            for (resource, subresource) in resources {
                for name in ["", "a", "b", "*", "new"] {
                    all.push(Asked::Resource([verb, group, resource, subresource, name]));
                }
            }
        }
        for path in ["/a", "/a/", "/a/b", "/a/new", "/anew", "/new", "/*/b", "/debug/pprof/"] {
            all.push(Asked::Path(verb, path));
        }
    }
    all
}

fn some(of: &'static [&'static str], least: usize) -> BoxedStrategy<Vec<&'static str>> {
    subsequence(of, least..=3).boxed()
}

/// A rule about resources as the API server takes it.
pub(crate) fn resource_rule() -> BoxedStrategy<Value> {
    let names = prop_oneof![3 => Just(Vec::new()), 1 => some(&NAMES, 1)];
    let rule = (some(&GROUPS, 1), some(&RESOURCES, 1), some(&VERBS, 1), names);
    rule.prop_map(|(groups, resources, verbs, names)| {
        json!({"apiGroups": groups, "resources": resources, "verbs": verbs, "resourceNames": names})
    })
    .boxed()
}

/// A rule as the API server takes it.
pub(crate) fn rule() -> BoxedStrategy<Value> {
    let urls = (some(&URLS, 1), some(&VERBS, 1));
    let urls = urls.prop_map(|(urls, verbs)| json!({"nonResourceURLs": urls, "verbs": verbs}));
    prop_oneof![4 => resource_rule(), 1 => urls].boxed()
}

/// Any rule: lists may be absent or empty, and paths stand beside resources.
pub(crate) fn odd_rule() -> BoxedStrategy<Value> {
    let lists = (
        some(&GROUPS, 0),
        some(&RESOURCES, 0),
        some(&VERBS, 0),
        prop_oneof![2 => Just(Vec::new()), 1 => some(&NAMES, 0)],
        prop_oneof![2 => Just(Vec::new()), 1 => some(&URLS, 0)],
    );
    lists
        .prop_map(|(groups, resources, verbs, names, urls)| {
            json!({"apiGroups": groups, "resources": resources, "verbs": verbs,
                "resourceNames": names, "nonResourceURLs": urls})
        })
        .boxed()
}

pub(crate) fn rules(rule: BoxedStrategy<Value>) -> BoxedStrategy<Vec<Value>> {
    prop::collection::vec(rule, 0..4).boxed()
}

/// The manifest of a role with these rules.
pub(crate) fn role(kind: &str, rules: &[Value]) -> String {
    json!({"kind": kind, "metadata": {"name": "r", "namespace": "shop"}, "rules": rules})
        .to_string()
}

/// A binding of either kind, in which more than now and then something is refused.
pub(crate) fn binding() -> BoxedStrategy<Value> {
    let group = || select(vec!["", "rbac.authorization.k8s.io", "apps"]);
    let kind = select(vec!["User", "Group", "ServiceAccount", "Role", ""]);
    let name = select(vec!["", "jane", "system:masters", "web.a-1", "Web", "a..b", "-a"]);
    let subject = (kind, name, group(), select(vec!["", "shop"]));
    let subject = subject.prop_map(|(kind, name, group, namespace)| {
        json!({"kind": kind, "name": name, "apiGroup": group, "namespace": namespace})
    });
    let role = (select(vec!["Role", "ClusterRole", "User", ""]), group());
    let name = select(vec!["", "edit", ".", "..", "a/b", "50%", "system:a", "a.b"]);
    let is_cluster = any::<bool>();
    (is_cluster, role, name, prop::collection::vec(subject, 0..3))
        .prop_map(|(is_cluster, (role_kind, group), name, subjects)| {
            let kind = if is_cluster { "ClusterRoleBinding" } else { "RoleBinding" };
            let mut metadata = json!({"name": "b"});
            if !is_cluster {
                metadata["namespace"] = json!("shop");
            }
            json!({"kind": kind, "metadata": metadata, "subjects": subjects,
                "roleRef": {"kind": role_kind, "apiGroup": group, "name": name}})
        })
        .boxed()
}
