//! One test for each thing that a rule may mean.

use ringfence_rbac::{Request, Role, allows, covers, from_json};

/// Whether a role with that one rule allows `verb group/resource/subresource name`.
#[track_caller]
fn check(rule: &str, request: (&str, &str, &str, &str, &str), allowed: bool) {
    let text = format!(r#"{{"kind":"Role","rules":[{rule}]}}"#);
    let role: Role<'_> = from_json(&text).expect("a role");
    let (verb, group, resource, subresource, name) = request;
    let request = Request::Resource { verb, group, resource, subresource, name };
    assert_eq!(allows(&role, request), allowed, "{rule} {request:?}");
}

fn rule(groups: &str, resources: &str, verbs: &str, names: &str) -> String {
    format!(
        r#"{{"apiGroups":{groups},"resources":{resources},"verbs":{verbs},"resourceNames":{names}}}"#
    )
}

#[test]
fn verbs_groups_and_resources_are_exact_or_a_star() {
    let get_pods = rule(r#"[""]"#, r#"["pods"]"#, r#"["get"]"#, "null");
    check(&get_pods, ("get", "", "pods", "", ""), true);
    check(&get_pods, ("get", "", "pods", "", "web"), true);
    check(&get_pods, ("list", "", "pods", "", ""), false);
    check(&get_pods, ("get", "apps", "pods", "", ""), false);
    check(&get_pods, ("get", "", "pod", "", ""), false);
    check(&get_pods, ("get", "", "pods", "log", ""), false);
    let stars = rule(r#"["*"]"#, r#"["*"]"#, r#"["*"]"#, "[]");
    check(&stars, ("escalate", "rbac.authorization.k8s.io", "roles", "", "x"), true);
    check(&stars, ("get", "", "pods", "exec", "x"), true);
    for (groups, resources, verbs) in [
        (r#"["*.k8s.io"]"#, r#"["*"]"#, r#"["*"]"#),
        (r#"["*"]"#, r#"["pod*"]"#, r#"["*"]"#),
        (r#"["*"]"#, r#"["*"]"#, r#"["g*"]"#),
        ("[]", r#"["*"]"#, r#"["*"]"#),
        (r#"["*"]"#, "[]", r#"["*"]"#),
        (r#"["*"]"#, r#"["*"]"#, "[]"),
    ] {
        check(&rule(groups, resources, verbs, "[]"), ("get", "x.k8s.io", "pods", "", ""), false);
    }
}

#[test]
fn subresources_are_exact_or_of_all_resources() {
    let of = |resource: &str| rule(r#"[""]"#, &format!("[{resource:?}]"), r#"["create"]"#, "[]");
    let exec = ("create", "", "pods", "exec", "web");
    check(&of("pods/exec"), exec, true);
    check(&of("*/exec"), exec, true);
    check(&of("*"), exec, true);
    check(&of("pods"), exec, false);
    check(&of("pods/*"), exec, false);
    check(&of("*/*"), exec, false);
    check(&of("pods/"), exec, false);
    check(&of("*/exe"), exec, false);
    check(&of("/exec"), exec, false);
    check(&of("exec"), exec, false);
    check(&of("*/exec"), ("create", "", "exec", "", ""), false);
    check(&of("pods/*"), ("create", "", "pods", "", ""), false);
    // What they stand for: a subresource of that name.
    check(&of("pods/*"), ("create", "", "pods", "*", ""), true);
    check(&of("*/*"), ("create", "", "pods", "*", ""), true);
}

#[test]
fn names_bound_what_has_a_name() {
    let named = rule(r#"[""]"#, r#"["pods"]"#, r#"["*"]"#, r#"["a","b"]"#);
    check(&named, ("get", "", "pods", "", "b"), true);
    check(&named, ("get", "", "pods", "", "c"), false);
    check(&named, ("create", "", "pods", "", ""), false);
    check(&named, ("deletecollection", "", "pods", "", ""), false);
    check(&named, ("list", "", "pods", "", ""), false);
    check(&named, ("list", "", "pods", "", "a"), true);
    let star = rule(r#"[""]"#, r#"["pods"]"#, r#"["*"]"#, r#"["*"]"#);
    check(&star, ("get", "", "pods", "", "a"), false);
}

#[test]
fn paths_end_in_a_star_or_do_not() {
    let check = |pattern: &str, path: &str, allowed: bool| {
        let text = format!(
            r#"{{"kind":"ClusterRole","rules":[{{"nonResourceURLs":[{pattern:?}],"verbs":["get"]}}]}}"#
        );
        let role: Role<'_> = from_json(&text).expect("a role");
        let asked = |verb| allows(&role, Request::NonResource { verb, path });
        assert_eq!(asked("get"), allowed, "{pattern} {path}");
        assert!(!asked("post"));
    };
    check("/healthz", "/healthz", true);
    check("/healthz", "/healthz/etcd", false);
    check("/healthz/*", "/healthz/etcd", true);
    check("/healthz/*", "/healthz/", true);
    check("/healthz/*", "/healthz", false);
    check("/health*", "/healthz/etcd", true);
    check("*", "/anything", true);
    check("/a/**", "/a/b", true);
    check("/*/b", "/a/b", false);
}

#[test]
fn rules_about_paths_are_not_about_resources() {
    let text = r#"{"rules":[{"nonResourceURLs":["*"],"verbs":["*"]},
        {"apiGroups":["*"],"resources":["*"],"verbs":["get"]}]}"#;
    let role: Role<'_> = from_json(text).expect("a role");
    let resource =
        |verb| Request::Resource { verb, group: "", resource: "pods", subresource: "", name: "" };
    assert!(allows(&role, resource("get")) && !allows(&role, resource("create")));
    assert!(allows(&role, Request::NonResource { verb: "post", path: "/x" }));
}

#[test]
fn covering() {
    let covers = |owner: &str, rule: &str| {
        let text = format!(r#"{{"rules":[{owner}]}}"#);
        let owner: Role<'_> = from_json(&text).expect("the owner's");
        let text = format!(r#"{{"rules":[{rule}]}}"#);
        let role: Role<'_> = from_json(&text).expect("a role");
        covers(&owner.rules, &role.rules[0])
    };
    let all = rule(r#"["*"]"#, r#"["*"]"#, r#"["*"]"#, "[]");
    let pods = |verbs: &str, names: &str| rule(r#"[""]"#, r#"["pods"]"#, verbs, names);
    let get = pods(r#"["get"]"#, "[]");
    let both = pods(r#"["get","list"]"#, "[]");
    assert!(covers(&all, &both) && !covers(&both, &all));
    assert!(covers(&both, &get) && !covers(&get, &both));
    // Together, rule by rule.
    assert!(covers(&format!("{get},{}", pods(r#"["list"]"#, "[]")), &both));
    // Names.
    let named = pods(r#"["get"]"#, r#"["a"]"#);
    assert!(covers(&get, &named) && !covers(&named, &get));
    assert!(covers(&named, &named));
    // Subresources.
    let of = |resource: &str| rule(r#"[""]"#, &format!("[{resource:?}]"), r#"["get"]"#, "[]");
    assert!(covers(&of("*/log"), &of("pods/log")) && !covers(&of("pods/log"), &of("*/log")));
    assert!(!covers(&of("pods"), &of("pods/log")) && !covers(&of("pods/*"), &of("pods/log")));
    // Paths.
    let url = |url: &str| format!(r#"{{"nonResourceURLs":[{url:?}],"verbs":["get"]}}"#);
    assert!(covers(&url("/a*"), &url("/a/*")) && !covers(&url("/a/*"), &url("/a*")));
    assert!(!covers(&all, &url("/a")));
    // A rule that grants nothing is covered by nothing.
    assert!(covers("", &pods("[]", "[]")));
}

#[test]
fn what_cannot_be_read() {
    for (text, path) in [
        (r#"{"rules":[{"verbs":"get"}]}"#, "rules[0].verbs"),
        (r#"{"rules":[{"verbs":["get",1]}]}"#, "rules[0].verbs[1]"),
        (r#"{"rules":[{"verbs":[],"verbs":[]}]}"#, "rules[0].verbs"),
        (r#"{"rules":{}}"#, "rules"),
        (r#"{"metadata":{"labels":{"a":1}}}"#, "metadata.labels.a"),
        (r#"{"rules":[]} {}"#, ""),
    ] {
        let error = from_json::<Role<'_>>(text).expect_err(text);
        assert_eq!(error.path(), path, "{error}");
    }
    let role: Role<'_> = from_json(r#"{"rules":null,"more":[{}]}"#).expect("a role");
    assert!(role.rules.is_empty());
}
