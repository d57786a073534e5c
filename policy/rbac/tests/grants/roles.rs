//! What is found in roles: where, in which words.

use ringfence_rbac::{Finding, Role, Severity, findings, from_json};

#[track_caller]
fn found(text: &str) -> Vec<Finding> {
    findings(&from_json::<Role<'_>>(text).expect("a role"))
}

/// Ids, paths and words of a role with these rules.
#[track_caller]
fn check(kind: &str, rules: &str, expected: &[(&str, &str, &str)]) -> Vec<Finding> {
    let found = found(&format!(r#"{{"kind":{kind:?},"rules":{rules}}}"#));
    let short = found.iter().map(|finding| (finding.id, &*finding.path, &*finding.what));
    assert_eq!(short.collect::<Vec<_>>(), expected, "{rules}");
    found
}

#[test]
fn a_danger_is_found_once_a_rule() {
    check(
        "Role",
        r#"[{"apiGroups":[""],"resources":["pods","secrets"],"verbs":["watch","get","create"]},
            {"apiGroups":["apps","batch",""],"resources":["jobs","daemonsets","pods/log"],
             "verbs":["get","patch","create"]}]"#,
        &[
            ("secrets-read", "rules[0].resources[1]", "watch, get secrets"),
            ("secrets-write", "rules[0].resources[1]", "create secrets"),
            ("pods-write", "rules[0].resources[0]", "create pods"),
            (
                "workloads-write",
                "rules[1].resources[0]",
                "patch, create jobs.batch, daemonsets.apps",
            ),
        ],
    );
    check(
        "ClusterRole",
        r#"[{"apiGroups":["rbac.authorization.k8s.io"],"resources":["roles","clusterroles"],
             "verbs":["get","bind"],"resourceNames":["a","b","c","d","e","f","g","h","i","j"]}]"#,
        &[
            (
                "bind-roles",
                "rules[0].verbs[1]",
                "bind roles.rbac.authorization.k8s.io named a, b, c, d, e, f, g, h and 2 more",
            ),
            (
                "bind-clusterroles",
                "rules[0].verbs[1]",
                "bind clusterroles.rbac.authorization.k8s.io named a, b, c, d, e, f, g, h and 2 more",
            ),
        ],
    );
    check("ClusterRole", r#"[{"apiGroups":[""],"resources":["pods"],"verbs":["get"]}]"#, &[]);
    check("ClusterRole", "[]", &[]);
}

#[test]
fn some_names_are_no_bound() {
    let severity = |verb: &str, group: &str, resource: &str, name: &str| {
        let found = found(&format!(
            r#"{{"kind":"ClusterRole","rules":[{{"apiGroups":[{group:?}],"resources":[{resource:?}],
                "verbs":[{verb:?}],"resourceNames":["x",{name:?}]}}]}}"#
        ));
        assert!(found.len() == 1 && found[0].bounded, "{found:?}");
        found[0].severity
    };
    let rbac = "rbac.authorization.k8s.io";
    assert_eq!(severity("bind", rbac, "clusterroles", "cluster-admin"), Severity::Critical);
    assert_eq!(severity("bind", rbac, "clusterroles", "reader"), Severity::High);
    assert_eq!(severity("impersonate", "", "groups", "system:masters"), Severity::Critical);
    assert_eq!(severity("impersonate", "", "groups", "team"), Severity::High);
    let client = "kubernetes.io/kube-apiserver-client";
    assert_eq!(severity("approve", "certificates.k8s.io", "signers", client), Severity::Critical);
}

#[test]
fn everything_is_one_finding_beside_its_wildcards() {
    let rules = r#"[{"apiGroups":["*"],"resources":["*"],"verbs":["*"]}]"#;
    let words = "* * of *";
    let found = check(
        "ClusterRole",
        rules,
        &[
            ("cluster-admin-equivalent", "rules[0]", "* on *.*"),
            ("wildcard-verbs", "rules[0].verbs[0]", words),
            ("wildcard-api-groups", "rules[0].apiGroups[0]", words),
            ("wildcard-resources", "rules[0].resources[0]", words),
        ],
    );
    assert_eq!(found[0].severity, Severity::Critical);
    assert!(found[0].is_about("nodes-proxy") && found[0].is_about("secrets-read"));
    assert!(!found[0].is_about("debug-urls") && found[3].implies.is_empty());
    let found = check(
        "Role",
        rules,
        &[
            ("namespace-admin-equivalent", "rules[0]", "* on *.*"),
            ("wildcard-verbs", "rules[0].verbs[0]", words),
            ("wildcard-api-groups", "rules[0].apiGroups[0]", words),
            ("wildcard-resources", "rules[0].resources[0]", words),
        ],
    );
    assert_eq!(found[0].severity, Severity::High);
    assert!(!found[0].is_about("nodes-proxy") && found[0].is_about("secrets-read"));
}

#[test]
fn all_resources_imply_their_dangers() {
    let found = check(
        "ClusterRole",
        r#"[{"apiGroups":[""],"resources":["*"],"verbs":["get"]},
            {"apiGroups":[""],"resources":["*","secrets"],"verbs":["get"],"resourceNames":["a"]}]"#,
        &[
            ("wildcard-resources", "rules[0].resources[0]", "get *"),
            ("wildcard-resources", "rules[1].resources[0]", "get *, secrets named a"),
            ("secrets-read", "rules[1].resources[1]", "get secrets named a"),
        ],
    );
    let implied = found[0].implies.iter().map(|danger| danger.id).collect::<Vec<_>>();
    assert!(implied.starts_with(&["secrets-read", "pods-exec"]), "{implied:?}");
    assert_eq!((found[0].severity, found[0].bounded), (Severity::Critical, false));
    assert!(found[1].bounded && !found[1].is_about("secrets-read"));
    let sentence = found[0].sentence();
    assert!(sentence.starts_with("get *: Every resource"), "{sentence}");
    assert!(sentence.contains(" With it: secrets-read, pods-exec, "), "{sentence}");
    // Nothing dangerous comes with reading a group.
    let found = check(
        "ClusterRole",
        r#"[{"apiGroups":["apps"],"resources":["*"],"verbs":["get"]}]"#,
        &[("wildcard-resources", "rules[0].resources[0]", "get * of apps")],
    );
    assert_eq!(found[0].severity, Severity::Medium);
}

#[test]
fn stars_that_stand_for_themselves() {
    let useless = "useless-wildcard";
    check(
        "ClusterRole",
        r#"[{"apiGroups":["*.k8s.io"],"resources":["pods/*","*/*","pod*","*/status"],"verbs":["get*"],
             "resourceNames":["a-*"]},
            {"nonResourceURLs":["/a/*/b","/a/*","*"],"verbs":["get"]}]"#,
        &[
            (useless, "rules[0].apiGroups[0]", "*.k8s.io"),
            (useless, "rules[0].resources[0]", "pods/*"),
            (useless, "rules[0].resources[1]", "*/*"),
            (useless, "rules[0].resources[2]", "pod*"),
            (useless, "rules[0].verbs[0]", "get*"),
            (useless, "rules[0].resourceNames[0]", "a-*"),
            (
                "wildcard-subresource",
                "rules[0].resources[3]",
                "get* pods/*, */*, pod*, */status of *.k8s.io named a-*",
            ),
            (useless, "rules[1].nonResourceURLs[0]", "/a/*/b"),
            ("wildcard-urls", "rules[1].nonResourceURLs[2]", "get /a/*/b, /a/*, *"),
        ],
    );
    // Signers have patterns, and so has constrained impersonation.
    check(
        "ClusterRole",
        r#"[{"apiGroups":["certificates.k8s.io"],"resources":["signers"],"verbs":["approve"],
             "resourceNames":["example.com/*"]},
            {"apiGroups":["authentication.k8s.io"],"resources":["userextras/*"],
             "verbs":["impersonate:user-info"],"resourceNames":["*"]}]"#,
        &[
            (
                "signers-approve",
                "rules[0].verbs[0]",
                "approve signers.certificates.k8s.io named example.com/*",
            ),
            (
                "constrained-impersonate-users",
                "rules[1].verbs[0]",
                "impersonate:user-info userextras.authentication.k8s.io/* named *",
            ),
        ],
    );
}

#[test]
fn what_matches_nothing() {
    let nothing = "matches-nothing";
    check(
        "Role",
        r#"[{"apiGroups":["apps/v1","v1","core","apps"],"resources":["Deployment","deployments/scale"],
             "verbs":["get"]}]"#,
        &[
            (nothing, "rules[0].apiGroups[0]", "apps/v1"),
            (nothing, "rules[0].apiGroups[1]", "v1"),
            (nothing, "rules[0].apiGroups[2]", "core"),
            (nothing, "rules[0].resources[0]", "Deployment"),
        ],
    );
}

#[test]
fn what_the_api_server_refuses() {
    let paths = |kind: &str, rule: &str| {
        let found = found(&format!(r#"{{"kind":{kind:?},"rules":[{rule}]}}"#));
        let refused = found.into_iter().filter(|finding| finding.id == "refused");
        refused.map(|finding| finding.path).collect::<Vec<_>>()
    };
    assert_eq!(paths("Role", "{}"), ["rules[0].verbs", "rules[0].apiGroups", "rules[0].resources"]);
    let urls = r#"{"nonResourceURLs":["/a"],"verbs":["get"]}"#;
    assert_eq!(paths("Role", urls), ["rules[0].nonResourceURLs"]);
    assert!(paths("ClusterRole", urls).is_empty());
    let mixed = r#"{"nonResourceURLs":["/a"],"verbs":["get"],"resourceNames":["a"]}"#;
    assert_eq!(paths("ClusterRole", mixed), ["rules[0].nonResourceURLs"]);
}

#[test]
fn labels_give_rules_to_other_roles() {
    let role = |label: &str, resource: &str| {
        found(&format!(
            r#"{{"kind":"ClusterRole","metadata":{{"labels":{{{label:?}:"true"}}}},
                "rules":[{{"apiGroups":[""],"resources":[{resource:?}],"verbs":["get"]}}]}}"#
        ))
    };
    let view = "rbac.authorization.k8s.io/aggregate-to-view";
    let found = role(view, "secrets");
    assert_eq!(found[0].id, "secrets-read");
    assert_eq!(found[1].id, "aggregated-to-view");
    assert_eq!(found[1].path, format!("metadata.labels[{view}]"));
    assert_eq!((found[1].severity, found[1].is_about("secrets-read")), (Severity::Critical, true));
    // `edit` reads Secrets anyway.
    let found = role("rbac.authorization.k8s.io/aggregate-to-edit", "secrets");
    assert_eq!((found[1].id, found[1].severity), ("aggregated-to-edit", Severity::Low));
    assert!(found[1].implies.is_empty());
    let found = role("rbac.authorization.k8s.io/aggregate-to-admin", "nodes/proxy");
    assert!(found[1].id == "aggregated-to-admin" && found[1].is_about("nodes-proxy"));
    assert!(role("example.com/aggregate-to-view", "pods").is_empty());
    let text = format!(r#"{{"kind":"Role","metadata":{{"labels":{{{view:?}:"true"}}}}}}"#);
    assert!(self::found(&text).is_empty());
    let text = format!(r#"{{"kind":"ClusterRole","metadata":{{"labels":{{{view:?}:"false"}}}}}}"#);
    assert!(self::found(&text).is_empty());
}

#[test]
fn aggregation() {
    let ids = |selectors: &str| {
        let found = found(&format!(
            r#"{{"kind":"ClusterRole","aggregationRule":{{"clusterRoleSelectors":{selectors}}}}}"#
        ));
        found.into_iter().map(|finding| (finding.id, finding.path)).collect::<Vec<_>>()
    };
    let at = |index: usize| format!("aggregationRule.clusterRoleSelectors[{index}]");
    assert_eq!(ids("[]"), [("refused", "aggregationRule.clusterRoleSelectors".to_owned())]);
    assert_eq!(
        ids(r#"[{"matchLabels":{"a":"b"}},{},
            {"matchExpressions":[{"key":"a","operator":"DoesNotExist"}]},
            {"matchExpressions":[{"key":"a","operator":"Exists"}]}]"#),
        [
            ("aggregation-rule", at(0)),
            ("aggregates-everything", at(1)),
            ("aggregates-everything", at(2)),
            ("aggregation-rule", at(3)),
        ]
    );
    assert!(found(r#"{"kind":"ClusterRole","aggregationRule":null}"#).is_empty());
}
