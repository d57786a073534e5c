//! What is found in bindings.

use ringfence_rbac::{
    Binding, Builtin, Finding, Role, Scope, Severity, Who, binding_findings, from_json,
};

const CLUSTER: &str = "ClusterRoleBinding";
const GROUP: &str = "rbac.authorization.k8s.io";

fn text(kind: &str, role: (&str, &str), subjects: &str) -> String {
    let (role_kind, name) = role;
    format!(
        r#"{{"kind":{kind:?},"metadata":{{"name":"b","namespace":"shop"}},
            "roleRef":{{"apiGroup":{GROUP:?},"kind":{role_kind:?},"name":{name:?}}},
            "subjects":[{subjects}]}}"#
    )
}

#[track_caller]
fn found(text: &str, role: Option<&str>) -> Vec<Finding> {
    let role = role.map(|role| from_json::<Role<'_>>(role).expect("a role"));
    binding_findings(&from_json::<Binding<'_>>(text).expect("a binding"), role.as_ref())
}

fn ids(found: &[Finding]) -> Vec<(&str, &str)> {
    found.iter().map(|finding| (finding.id, &*finding.path)).collect()
}

const JANE: &str = r#"{"kind":"User","name":"jane"}"#;

#[test]
fn roles_that_come_with_kubernetes() {
    let bound = |kind: &str, name: &str| found(&text(kind, ("ClusterRole", name), JANE), None);
    let admin = bound(CLUSTER, "cluster-admin");
    assert_eq!(ids(&admin), [("binds-cluster-admin", "roleRef")]);
    assert_eq!(
        (admin[0].severity, &*admin[0].what),
        (Severity::Critical, "ClusterRole cluster-admin")
    );
    assert!(admin[0].is_about("nodes-proxy"));
    let admin = bound("RoleBinding", "cluster-admin");
    assert_eq!(
        (ids(&admin), admin[0].severity),
        (vec![("binds-cluster-admin", "roleRef")], Severity::High)
    );
    assert!(!admin[0].is_about("nodes-proxy") && admin[0].is_about("bind-clusterroles"));
    let edit = bound("RoleBinding", "edit");
    assert_eq!(ids(&edit), [("binds-edit", "roleRef")]);
    assert!(edit[0].is_about("secrets-read") && !edit[0].is_about("rolebindings-write"));
    let admin = bound("RoleBinding", "admin");
    assert!(admin[0].id == "binds-admin" && admin[0].is_about("rolebindings-write"));
    assert!(bound(CLUSTER, "view").is_empty() && bound(CLUSTER, "reader").is_empty());
    assert_eq!(ids(&bound(CLUSTER, "system:node")), [("binds-system-role", "roleRef")]);
    assert!(bound(CLUSTER, "system:auth-delegator").is_empty());
    // A Role of such a name is none of them.
    assert!(found(&text("RoleBinding", ("Role", "edit"), JANE), None).is_empty());
    assert!(found(&text("RoleBinding", ("Role", "system:x"), JANE), None).is_empty());
    assert!(Builtin::View.dangers(Scope::Cluster).is_empty());
}

#[test]
fn the_role_that_is_bound() {
    let role = r#"{"kind":"ClusterRole","rules":[
        {"apiGroups":[""],"resources":["pods/*","nodes/proxy","secrets"],"verbs":["get"]},
        {"nonResourceURLs":["*"],"verbs":["get"]}]}"#;
    let found_by = |kind: &str| found(&text(kind, ("ClusterRole", "reader"), JANE), Some(role));
    let cluster = found_by(CLUSTER);
    let expected = ["secrets-read", "nodes-proxy", "wildcard-urls"];
    assert_eq!(ids(&cluster), expected.map(|id| (id, "roleRef")));
    assert_eq!(cluster[1].what, "get nodes/proxy by rules[0].resources[1]");
    let namespace = found_by("RoleBinding");
    assert_eq!(ids(&namespace), [("secrets-read", "roleRef")]);
    assert_eq!((cluster[0].severity, namespace[0].severity), (Severity::Critical, Severity::High));
    let everything = r#"{"kind":"ClusterRole","rules":[
        {"apiGroups":["*"],"resources":["*"],"verbs":["*"]}]}"#;
    let by = |kind| found(&text(kind, ("ClusterRole", "all"), JANE), Some(everything))[0].id;
    assert_eq!(by(CLUSTER), "cluster-admin-equivalent");
    assert_eq!(by("RoleBinding"), "namespace-admin-equivalent");
    // What a cluster has aggregated to `view`.
    let viewed = r#"{"kind":"ClusterRole","rules":[
        {"apiGroups":[""],"resources":["secrets"],"verbs":["get"]}]}"#;
    let view = found(&text(CLUSTER, ("ClusterRole", "view"), JANE), Some(viewed));
    assert_eq!(ids(&view), [("secrets-read", "roleRef")]);
    let edit = found(&text(CLUSTER, ("ClusterRole", "edit"), JANE), Some(role));
    assert!(edit.len() == 1 && edit[0].is_about("nodes-proxy") && edit[0].is_about("pods-write"));
    // A namespaced Role grants what it grants in its namespace, by whatever it is bound.
    let role = role.replace("ClusterRole", "Role");
    let bound = found(&text("RoleBinding", ("Role", "reader"), JANE), Some(&role));
    assert_eq!(ids(&bound), [("secrets-read", "roleRef")]);
}

#[test]
fn subjects() {
    let of = |kind: &str, subject: &str| {
        let found = found(&text(kind, ("ClusterRole", "view"), subject), None);
        found.into_iter().map(|finding| (finding.id, finding.what)).collect::<Vec<_>>()
    };
    let group = |name: &str| of(CLUSTER, &format!(r#"{{"kind":"Group","name":{name:?}}}"#));
    let user = |name: &str| of(CLUSTER, &format!(r#"{{"kind":"User","name":{name:?}}}"#));
    let one = |id: &'static str, what: &str| vec![(id, what.to_owned())];
    for (id, name) in [
        ("subject-anonymous", "system:unauthenticated"),
        ("subject-authenticated", "system:authenticated"),
        ("subject-all-service-accounts", "system:serviceaccounts"),
        ("subject-namespace-service-accounts", "system:serviceaccounts:shop"),
        ("subject-masters", "system:masters"),
        ("subject-system-group", "system:nodes"),
        ("useless-wildcard", "team-*"),
    ] {
        assert_eq!(group(name), one(id, &format!("Group {name}")));
    }
    assert_eq!(user("system:anonymous"), one("subject-anonymous", "User system:anonymous"));
    assert_eq!(user("system:admin"), one("subject-system-user", "User system:admin"));
    assert_eq!(user("*"), one("useless-wildcard", "User *"));
    assert!(user("jane").is_empty() && group("team").is_empty());
    let account = |namespace: &str, name: &str| {
        format!(r#"{{"kind":"ServiceAccount","name":{name:?},"namespace":{namespace:?}}}"#)
    };
    let default = "subject-default-service-account";
    assert_eq!(of(CLUSTER, &account("a", "default")), one(default, "ServiceAccount a/default"));
    assert!(of(CLUSTER, &account("a", "web")).is_empty());
    assert!(of("RoleBinding", &account("shop", "web")).is_empty());
    assert!(of("RoleBinding", &account("", "web")).is_empty());
    let other = "subject-other-namespace";
    assert_eq!(of("RoleBinding", &account("a", "web")), one(other, "ServiceAccount a/web"));
    assert_eq!(
        of("RoleBinding", r#"{"kind":"User","name":"system:serviceaccount:a:default"}"#),
        [default, other].map(|id| (id, "ServiceAccount a/default".to_owned()))
    );
    assert_eq!(
        of("RoleBinding", r#"{"kind":"Group","name":"system:serviceaccounts:a"}"#),
        ["subject-namespace-service-accounts", other]
            .map(|id| (id, "Group system:serviceaccounts:a".to_owned()))
    );
    assert_eq!(
        user("system:serviceaccount:a"),
        one("subject-system-user", "User system:serviceaccount:a")
    );
}

#[test]
fn who_a_subject_is() {
    let text = text(
        "RoleBinding",
        ("Role", "r"),
        r#"{"kind":"ServiceAccount","name":"web"},{"kind":"Robot","name":"r"}"#,
    );
    let binding: Binding<'_> = from_json(&text).expect("a binding");
    let who = |index: usize| binding.subjects[index].who(&binding);
    assert_eq!(who(0), Who::ServiceAccount { namespace: "shop", name: "web" });
    assert_eq!(who(1), Who::Nobody);
}

#[test]
fn bindings_of_the_api_server() {
    for (role, subject) in [
        ("cluster-admin", r#"{"kind":"Group","name":"system:masters"}"#),
        ("system:discovery", r#"{"kind":"Group","name":"system:authenticated"}"#),
        (
            "system:public-info-viewer",
            r#"{"kind":"Group","name":"system:authenticated"},{"kind":"Group","name":"system:unauthenticated"}"#,
        ),
        (
            "system:controller:job-controller",
            r#"{"kind":"ServiceAccount","name":"job-controller","namespace":"kube-system"}"#,
        ),
    ] {
        let bound =
            |kind: &str, subjects: &str| found(&text(kind, ("ClusterRole", role), subjects), None);
        assert!(bound(CLUSTER, subject).is_empty(), "{role}");
        let wider = format!(r#"{subject},{{"kind":"User","name":"system:anonymous"}}"#);
        assert_eq!(
            bound(CLUSTER, &wider).last().map(|finding| finding.id),
            Some("subject-anonymous")
        );
    }
    let masters = r#"{"kind":"Group","name":"system:masters"}"#;
    let bound = found(&text("RoleBinding", ("ClusterRole", "cluster-admin"), masters), None);
    assert_eq!(bound.len(), 2);
    let stranger = r#"{"kind":"ServiceAccount","name":"web","namespace":"shop"}"#;
    let role = ("ClusterRole", "system:controller:job-controller");
    assert_eq!(
        ids(&found(&text(CLUSTER, role, stranger), None)),
        [("binds-system-role", "roleRef")]
    );
}

#[test]
fn what_the_api_server_refuses() {
    let refused = |text: &str| {
        let found = found(text, None);
        let refused = found.into_iter().filter(|finding| finding.id == "refused");
        refused.map(|finding| finding.path).collect::<Vec<_>>()
    };
    assert!(refused(&text(CLUSTER, ("ClusterRole", "r"), JANE)).is_empty());
    assert_eq!(refused(&text(CLUSTER, ("Role", "r"), JANE)), ["roleRef.kind"]);
    assert_eq!(refused(&text("RoleBinding", ("Robot", "r"), JANE)), ["roleRef.kind"]);
    assert_eq!(refused(&text("RoleBinding", ("Role", ""), JANE)), ["roleRef.name"]);
    assert_eq!(refused(&text("RoleBinding", ("Role", "a/b"), JANE)), ["roleRef.name"]);
    let other = text("RoleBinding", ("Role", "r"), JANE).replace(GROUP, "authorization.k8s.io");
    assert_eq!(refused(&other), ["roleRef.apiGroup"]);
    let without = text("RoleBinding", ("Role", "r"), JANE).replace(GROUP, "");
    assert!(refused(&without).is_empty());
    let subject = |subject: &str| refused(&text(CLUSTER, ("ClusterRole", "r"), subject));
    for (expected, of) in [
        ("name", r#"{"kind":"User"}"#),
        ("kind", r#"{"kind":"Robot","name":"r"}"#),
        ("apiGroup", r#"{"kind":"User","name":"u","apiGroup":"v1"}"#),
        ("apiGroup", r#"{"kind":"Group","name":"g","apiGroup":"rbac"}"#),
        (
            "apiGroup",
            r#"{"kind":"ServiceAccount","name":"s","namespace":"a","apiGroup":"rbac.authorization.k8s.io"}"#,
        ),
        ("namespace", r#"{"kind":"ServiceAccount","name":"s"}"#),
        ("name", r#"{"kind":"ServiceAccount","name":"S","namespace":"a"}"#),
        ("name", r#"{"kind":"ServiceAccount","name":"a.-b","namespace":"a"}"#),
    ] {
        assert_eq!(subject(of), [format!("subjects[0].{expected}")], "{of}");
    }
    assert!(
        subject(r#"{"kind":"User","name":"u","apiGroup":"rbac.authorization.k8s.io"}"#).is_empty()
    );
}
